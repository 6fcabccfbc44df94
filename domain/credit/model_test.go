package credit

import (
	"slices"
	"time"

	"qhtz/domain/calendar"
	"qhtz/domain/catalogue"
)

// The model says CRED-2 to CRED-6 a second time, by brute force and from the rules alone: it walks from midnight to
// midnight and from act to act, keeps sets, and asks at each stop what holds there. It shares nothing with the service
// but the counting of days.

type model struct {
	cal       *calendar.Calendar
	policy    func(time.Time) catalogue.Parameters
	consented bool
	now       time.Time
	records   []*modelRecord
	listings  []*modelListing
	revoked   *modelRecord // by the last act
}

type modelRecord struct {
	major, participant bool
	proposed           time.Time
	window             time.Time // end of the statement window; zero: not served
	final              bool
	confirmed          time.Time // zero: not
	days               int       // to rectify, as first given
	due, expires       time.Time
	extended           bool
	waiting            string // evidence that waits: "", "in time", "late"
	rectified          bool
	overdueAt          time.Time // the stop at which it was first seen overdue
	gone               string
	goneAt             time.Time
}

type modelListing struct {
	major            bool
	state            string
	set              []*modelRecord
	opened           time.Time
	window           time.Time // zero: not served
	objection        string    // "", "waiting", "refused", "upheld"
	from, min, until time.Time
	exit             bool // an application waits
	ended            time.Time
	restarted        bool
	annulledBy       *modelRecord
}

func (r *modelRecord) inEffect() bool { return !r.confirmed.IsZero() && r.gone == "" }

func (r *modelRecord) overdue(at time.Time) bool {
	return r.inEffect() && !r.rectified && !at.Before(r.due) && r.waiting != "in time"
}

func (r *modelRecord) state(at time.Time) string {
	switch {
	case r.gone != "":
		return r.gone
	case r.confirmed.IsZero():
		return "proposed"
	case r.rectified:
		return "rectified"
	case r.overdue(at):
		return "overdue"
	}
	return "confirmed"
}

func (l *modelListing) active() bool { return l.state == "pending" || l.state == "listed" }

// bearing is the listing, pending or in effect, that rests on a record.
func (m *model) bearing(r *modelRecord) *modelListing {
	for _, l := range m.listings {
		if l.active() && slices.Contains(l.set, r) {
			return l
		}
	}
	return nil
}

// holds is CRED-3 for a grade over the records that no other listing rests on.
func (m *model) holds(major bool, own *modelListing) (set []*modelRecord, met bool) {
	p := m.policy(m.now)
	if own != nil {
		p = m.policy(own.opened) // changing parameters rewrites nothing
	}
	need := p[catalogue.GeneralThreshold]
	if major {
		need = p[catalogue.MajorThreshold]
	}
	late := 0
	for _, r := range m.records {
		if b := m.bearing(r); !r.inEffect() || r.major != major || r.participant || b != nil && b != own {
			continue
		}
		set = append(set, r)
		if r.overdue(m.now) {
			late++
		}
	}
	return set, len(set) >= need && late >= p[catalogue.OverdueThreshold]
}

// walk stops at each midnight up to an instant, and at the instant.
func (m *model) walk(to time.Time) {
	for d := calendar.DateOf(m.now) + 1; !d.Start().After(to); d++ {
		m.now = d.Start()
		m.stop(false)
	}
	m.now = to
	m.stop(false)
}

// stop is what holds at this instant: what is over is over, then CRED-3 is judged if anything happened, then what has
// waited for its instant takes effect.
func (m *model) stop(acted bool) {
	for {
		ended, fallen := m.over(), m.falls()
		acted = (ended || fallen || acted) && m.judge()
		if acted {
			continue
		}
		if acted = m.takes(); !acted {
			return
		}
	}
}

// over ends listings at their maximum, and records at the end of their effect while no listing rests on them.
func (m *model) over() (happened bool) {
	for _, l := range m.listings {
		if l.state == "listed" && !m.now.Before(l.until) {
			m.end(l, "left")
			happened = true
		}
	}
	for _, r := range m.records {
		if r.inEffect() && !m.now.Before(r.expires) && m.bearing(r) == nil {
			m.drop(r, "expired")
			happened = true
		}
	}
	return happened
}

// falls notes the records whose date has passed.
func (m *model) falls() (happened bool) {
	for _, r := range m.records {
		if r.overdue(m.now) && r.overdueAt.IsZero() {
			r.overdueAt, happened = m.now, true
		}
	}
	return happened
}

func (m *model) drop(r *modelRecord, as string) { r.gone, r.goneAt = as, m.now }

// end ends a listing; unless it was merely cancelled its records are spent.
func (m *model) end(l *modelListing, as string) {
	pending := l.state == "pending"
	l.state, l.ended = as, m.now
	if as == "annulled" {
		m.undo()
	}
	if as == "cancelled" && pending && l.objection != "upheld" {
		return
	}
	for _, r := range l.set {
		if r.inEffect() {
			m.drop(r, "spent")
		}
	}
}

// judge asks CRED-3 of each listing, the oldest first, and then of what no listing rests on, the graver grade first.
func (m *model) judge() (happened bool) {
	for _, l := range m.listings {
		if !l.active() {
			continue
		}
		_, met := m.holds(l.major, l)
		revoked := m.revoked != nil && m.revoked.goneAt.Equal(m.now) && slices.Contains(l.set, m.revoked)
		switch {
		case met:
		case l.state == "pending":
			m.end(l, "cancelled")
			return true
		case revoked:
			l.annulledBy = m.revoked
			m.end(l, "annulled")
			return true
		}
	}
	for _, major := range []bool{true, false} {
		if set, met := m.holds(major, nil); met {
			l := &modelListing{major: major, state: "pending", set: set, opened: m.now}
			if m.consented {
				l.window = m.workingDays(m.now, catalogue.ObjectionDays)
			}
			m.listings = append(m.listings, l)
			return true
		}
	}
	return false
}

// takes lists what nothing holds back any longer, which restarts the periods of those in effect.
func (m *model) takes() bool {
	for _, l := range m.listings {
		if l.state != "pending" || l.window.IsZero() || m.now.Before(l.window) || l.objection == "waiting" {
			continue
		}
		l.state, l.from = "listed", m.now
		for _, x := range m.listings {
			if x.state == "listed" {
				x.restarted = x != l
				m.period(x, m.now)
			}
		}
		return true
	}
	return false
}

func (m *model) period(l *modelListing, from time.Time) {
	p := m.policy(from)
	shortest, longest := p[catalogue.ListingMinGeneral], p[catalogue.ListingMaxGeneral]
	if l.major {
		shortest, longest = p[catalogue.ListingMinMajor], p[catalogue.ListingMaxMajor]
	}
	l.min, l.until = calendar.PeriodEnd(from, shortest), calendar.PeriodEnd(from, longest)
}

// undo: what an annulled listing began anew for the others, it never did.
func (m *model) undo() {
	for _, l := range m.listings {
		from := l.from
		for _, x := range m.listings {
			if x.state != "annulled" && x.from.After(from) {
				from = x.from
			}
		}
		if l.state == "listed" {
			m.period(l, from)
		}
	}
}

func (m *model) workingDays(from time.Time, name catalogue.Parameter) time.Time {
	return m.cal.Due(from, calendar.Limit{N: m.policy(from)[name], Unit: calendar.WorkingDays}).At
}
