package credit

import (
	"fmt"
	"slices"
	"time"

	"qhtz/domain/calendar"
	"qhtz/domain/catalogue"
)

// move is one thing that somebody tries at an instant, on the n-th record or listing.
type move struct {
	at   time.Time
	kind string
	n    int
	yes  bool // accepted, upheld, final; of a proposal: major
	days int  // of an extension; of a service: how many days ago
	lazy bool // the worker has slept until now
}

func (v move) String() string {
	return fmt.Sprintf("%s %s %d %v %d lazy=%v", v.at.In(calendar.Zone).Format("2006-01-02 15:04:05.000000"), v.kind, v.n, v.yes, v.days, v.lazy)
}

// recordMoves and listingMoves are what can be tried, with how often it is.
var (
	recordMoves  = map[string]int{"serve": 6, "state": 1, "confirm": 8, "dismiss": 1, "evidence": 5, "review": 6, "extend": 1, "revoke": 1, "repair": 1}
	listingMoves = map[string]int{"serve listing": 6, "object": 2, "decide objection": 5, "exit": 12, "decide exit": 12, "annul": 1}
)

// try does a move where the rules allow it, and says whether they do.
func (m *model) try(v move) bool {
	m.walk(v.at)
	if !m.allows(v) {
		return false
	}
	if v.kind == "look" {
		return true
	}
	m.revoked = nil
	switch {
	case v.kind == "propose":
		r := &modelRecord{major: v.yes, participant: v.days == 1, proposed: m.now}
		if m.consented {
			r.window = m.workingDays(m.now, catalogue.StatementDays)
		}
		m.records = append(m.records, r)
	case recordMoves[v.kind] > 0:
		m.onRecord(m.records[v.n], v)
	default:
		m.onListing(m.listings[v.n], v)
	}
	m.stop(true)
	return true
}

// allows says whether the rules allow a move now.
func (m *model) allows(v move) bool {
	switch {
	case recordMoves[v.kind] > 0:
		return v.n < len(m.records) && m.allowsRecord(m.records[v.n], v)
	case listingMoves[v.kind] > 0:
		return v.n < len(m.listings) && m.allowsListing(m.listings[v.n], v)
	}
	return true
}

func (m *model) allowsRecord(r *modelRecord, v move) bool {
	fresh, served := r.confirmed.IsZero() && r.gone == "", !r.window.IsZero()
	open := r.inEffect() && !r.rectified
	switch v.kind {
	case "serve":
		return fresh && !served && m.mayServe(v, r.proposed, catalogue.StatementDays)
	case "state":
		return fresh && served && !r.final && m.now.Before(r.window)
	case "confirm":
		return fresh && served && (r.final || !m.now.Before(r.window))
	case "dismiss":
		return fresh
	case "evidence":
		return open && r.waiting == ""
	case "review":
		return open && r.waiting != ""
	case "extend":
		return open && !r.extended && m.now.Before(r.due) && 1 <= v.days && v.days <= r.days
	case "revoke":
		return r.inEffect()
	}
	l := m.bearing(r)
	return r.inEffect() && r.rectified && (l == nil || l.state != "listed") // repair
}

func (m *model) onRecord(r *modelRecord, v move) {
	switch v.kind {
	case "serve":
		r.window = m.servedOn(v, catalogue.StatementDays)
	case "state":
		r.final = v.yes
	case "confirm":
		m.confirm(r)
	case "evidence":
		r.waiting = map[bool]string{true: "in time", false: "late"}[m.now.Before(r.due)]
	case "review":
		r.waiting, r.rectified = "", v.yes
	case "extend":
		r.extended, r.due = true, m.cal.Due(r.confirmed, calendar.Limit{N: r.days + v.days, Unit: calendar.NaturalDays}).At
	case "revoke":
		m.drop(r, "revoked")
		m.revoked = r
	default:
		m.drop(r, map[string]string{"dismiss": "dismissed", "repair": "repaired"}[v.kind])
	}
}

// mayServe: with a receipt, on a day between the notice and today, where the unit did not consent to the platform, and while
// the window that runs from there is not over.
func (m *model) mayServe(v move, notice time.Time, window catalogue.Parameter) bool {
	return !m.consented && calendar.DateOf(m.now).AddDays(-v.days) >= calendar.DateOf(notice) && (v.days == 0 || m.now.Before(m.servedOn(v, window)))
}

func (m *model) servedOn(v move, window catalogue.Parameter) time.Time {
	if v.days == 0 {
		return m.workingDays(m.now, window)
	}
	return m.workingDays(calendar.DateOf(m.now).AddDays(-v.days).Start(), window)
}

func (m *model) confirm(r *modelRecord) {
	p := m.policy(m.now)
	months := p[catalogue.GeneralEffectMonths]
	r.days = p[catalogue.RectifyGeneralDays]
	if r.major {
		months, r.days = p[catalogue.MajorEffectMonths], p[catalogue.RectifyMajorDays]
	}
	r.confirmed, r.expires = m.now, calendar.PeriodEnd(m.now, months)
	r.due = m.cal.Due(m.now, calendar.Limit{N: r.days, Unit: calendar.NaturalDays}).At
}

func (m *model) allowsListing(l *modelListing, v move) bool {
	pending, served := l.state == "pending", !l.window.IsZero()
	switch v.kind {
	case "serve listing":
		return pending && !served && m.mayServe(v, l.opened, catalogue.ObjectionDays)
	case "object":
		return pending && served && l.objection == "" && m.now.Before(l.window)
	case "decide objection":
		return pending && l.objection == "waiting"
	case "exit":
		return l.state == "listed" && !l.exit && m.mayLeave(l)
	case "decide exit":
		return l.state == "listed" && l.exit && (!v.yes || m.mayLeave(l))
	}
	return l.active() // annul
}

func (m *model) onListing(l *modelListing, v move) {
	switch v.kind {
	case "serve listing":
		l.window = m.servedOn(v, catalogue.ObjectionDays)
	case "object":
		l.objection = "waiting"
	case "decide objection":
		l.objection = map[bool]string{true: "upheld", false: "refused"}[v.yes]
		if v.yes {
			m.end(l, "cancelled")
		}
	case "exit":
		l.exit = true
	case "decide exit":
		l.exit = false
		if v.yes {
			m.end(l, "left")
		}
	default:
		m.end(l, "annulled")
	}
}

// mayLeave: all rectified, the shortest period over (CRED-6).
func (m *model) mayLeave(l *modelListing) bool {
	return !m.now.Before(l.min) && !slices.ContainsFunc(l.set, func(r *modelRecord) bool { return r.inEffect() && !r.rectified })
}
