package credit

import (
	"fmt"
	"time"

	"qhtz/domain/calendar"
	"qhtz/domain/catalogue"
)

// scribe drives the trigger alone: it writes what people did as events, and what Next says that happens, as Next says it.
// No use case, no store; so a million histories are few.
type scribe struct {
	cal    *calendar.Calendar
	policy func(time.Time) catalogue.Parameters
	served bool // the unit consented to the platform
	u      *Unit
	now    time.Time
	wrong  string
}

var somebody = Person{ID: 1}

func (s *scribe) write(typ string, at time.Time, d EventData) {
	if at.Before(s.u.At) {
		s.wrong = fmt.Sprintf("%s at %v, before %v", typ, at, s.u.At)
	}
	if err := s.u.then(typ, at, d); err != nil {
		s.wrong = err.Error()
	}
	s.u.Seq, s.u.At = s.u.Seq+1, at
}

func (s *scribe) limit(from time.Time, n int, unit calendar.Unit) (*calendar.Date, *time.Time) {
	due := s.cal.Due(from, calendar.Limit{N: n, Unit: unit})
	return &due.Date, &due.At
}

func (s *scribe) window(from time.Time, name catalogue.Parameter) (*calendar.Date, *time.Time) {
	return s.limit(from, s.policy(from)[name], calendar.WorkingDays)
}

// settle lets happen what Next says up to now.
func (s *scribe) settle() {
	for range 200 {
		h, ok := s.u.Next(s.policy, s.now)
		if !ok || s.wrong != "" {
			return
		}
		if h.At.After(s.now) {
			s.wrong = fmt.Sprintf("%s at %v, after %v", h.Type, h.At, s.now)
		}
		s.happen(h)
	}
	s.wrong = "it does not come to rest"
}

func (s *scribe) happen(h Happening) {
	d := EventData{RecordID: h.Record, ListingID: h.Listing}
	switch h.Type {
	case EvOpened:
		s.open(h)
		return
	case EvListed:
		p := s.policy(h.At)
		for _, l := range s.u.Listings {
			if l.State != Listed && l.ID != h.Listing {
				continue
			}
			shortest, longest := p[catalogue.ListingMinGeneral], p[catalogue.ListingMaxGeneral]
			if l.Grade == Major {
				shortest, longest = p[catalogue.ListingMinMajor], p[catalogue.ListingMaxMajor]
			}
			earliest, end := calendar.PeriodEnd(h.At, shortest), calendar.PeriodEnd(h.At, longest)
			if l.ID == h.Listing {
				d.MinUntil, d.DueAt = &earliest, &end
			} else {
				d.Restarts = append(d.Restarts, Restart{ListingID: l.ID, At: h.At, MinUntil: earliest, Until: end})
			}
		}
	case EvAnnulled:
		d.Restarts = s.restore(s.u.Listing(h.Listing))
	}
	s.write(h.Type, h.At, d)
}

// restore gives the periods that others have without an annulled listing.
func (s *scribe) restore(annulled *Listing) (out []Restart) {
	for _, l := range s.u.Listings {
		if annulled.State != Listed || l == annulled || l.State != Listed {
			continue
		}
		from := s.u.periodsFrom(l, annulled)
		p := s.policy(from)
		shortest, longest := p[catalogue.ListingMinGeneral], p[catalogue.ListingMaxGeneral]
		if l.Grade == Major {
			shortest, longest = p[catalogue.ListingMinMajor], p[catalogue.ListingMaxMajor]
		}
		out = append(out, Restart{ListingID: l.ID, At: from, MinUntil: calendar.PeriodEnd(from, shortest), Until: calendar.PeriodEnd(from, longest)})
	}
	return out
}

func (s *scribe) open(h Happening) {
	v := s.u.trigger(h.Grade, s.policy(h.At), nil)
	l := &Listing{ID: int64(len(s.u.Listings) + 1), Grade: h.Grade, State: Pending, OpenedAt: h.At}
	for _, r := range v.InEffect {
		l.Trace = append(l.Trace, Cause{RecordID: r.ID})
	}
	s.write(EvOpened, h.At, EventData{Listing: l})
	if s.served {
		until, at := s.window(h.At, catalogue.ObjectionDays)
		s.write(EvNotified, h.At, EventData{ListingID: l.ID, Until: until, DueAt: at})
	}
}

// play writes a move if the rules allow it; who acts and what the service refuses is not the trigger's matter.
func (s *scribe) play(v move, allowed bool) string {
	s.now = v.at
	s.settle()
	switch {
	case !allowed || v.kind == "look":
	case v.kind == "propose":
		s.propose(v)
	case recordMoves[v.kind] > 0:
		s.onRecord(s.u.Records[v.n], v)
	default:
		s.onListing(s.u.Listings[v.n], v)
	}
	s.settle()
	return s.wrong
}

func (s *scribe) unit() *Unit { return s.u }

func (s *scribe) propose(v move) {
	r := &Record{ID: 1000 + int64(len(s.u.Records)), Severity: General, Participant: v.days == 1, ProposedAt: s.now}
	if v.yes {
		r.Severity = Major
	}
	s.write(EvProposed, s.now, EventData{By: somebody, Record: r})
	if s.served {
		s.serve(EvServed, EventData{RecordID: r.ID}, catalogue.StatementDays, 0)
	}
}

func (s *scribe) serve(typ string, d EventData, name catalogue.Parameter, daysAgo int) {
	from := s.now
	if daysAgo > 0 {
		from = calendar.DateOf(s.now).AddDays(-daysAgo).Start()
	}
	d.Until, d.DueAt = s.window(from, name)
	s.write(typ, s.now, d)
}

func (s *scribe) onRecord(r *Record, v move) {
	d := EventData{By: somebody, RecordID: r.ID, Final: v.yes, Accept: v.yes, Until: new(calendar.Date)}
	switch v.kind {
	case "serve":
		s.serve(EvServed, d, catalogue.StatementDays, v.days)
		return
	case "confirm":
		p := s.policy(s.now)
		months := p[catalogue.GeneralEffectMonths]
		d.Days = p[catalogue.RectifyGeneralDays]
		if r.Severity == Major {
			months, d.Days = p[catalogue.MajorEffectMonths], p[catalogue.RectifyMajorDays]
		}
		end := calendar.PeriodEnd(s.now, months)
		d.ExpiresAt = &end
		d.Until, d.DueAt = s.limit(s.now, d.Days, calendar.NaturalDays)
	case "extend":
		d.Days = v.days
		d.Until, d.DueAt = s.limit(*r.ConfirmedAt, r.RectifyDays+v.days, calendar.NaturalDays)
	case "evidence":
		d.InTime = s.now.Before(*r.RectifyDue)
	}
	s.write(map[string]string{"state": EvStatement, "confirm": EvConfirmed, "dismiss": EvDismissed, "evidence": EvSubmitted, "review": EvReviewed,
		"extend": EvExtended, "revoke": EvRevoked, "repair": EvRepaired}[v.kind], s.now, d)
}

func (s *scribe) onListing(l *Listing, v move) {
	d := EventData{By: somebody, ListingID: l.ID, Accept: v.yes, Until: new(calendar.Date)}
	if v.kind == "serve listing" {
		s.serve(EvNotified, d, catalogue.ObjectionDays, v.days)
		return
	}
	if v.kind == "annul" {
		d.Restarts = s.restore(l)
	}
	s.write(map[string]string{"object": EvObjected, "decide objection": EvObjDecided, "exit": EvExitAsked, "decide exit": EvExitDecided, "annul": EvAnnulled}[v.kind], s.now, d)
}
