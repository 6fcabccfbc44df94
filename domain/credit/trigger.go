package credit

import (
	"slices"
	"time"

	"qhtz/domain/catalogue"
)

// What happens to a unit by itself, without anybody deciding: the one place of it. Commands, timers, pages and tests ask
// Next; it looks at nothing but the unit's events so far and the parameters.

// Happening is one such step. Listing is 0 for one that is to be opened.
type Happening struct {
	Type    string // EvOverdue, EvExpired, EvOpened, EvCancelled, EvListed, EvLeft, EvAnnulled
	At      time.Time
	Record  int64
	Listing int64
	Grade   Severity
}

// Next gives the first thing that happens by itself up to an instant, following the unit's last event. At one instant
// what ends comes first (listings whose time is over, records that expire), then records that become overdue, then the
// trigger is judged once over all of that (CRED-3), and last listings take effect, if it still holds.
func (u *Unit) Next(p func(time.Time) catalogue.Parameters, until time.Time) (Happening, bool) {
	var first Happening
	found := false
	offer := func(h Happening) {
		if h.At.Before(u.At) {
			h.At = u.At // its instant came while something else stood in the way
		}
		if !h.At.After(until) && (!found || h.At.Before(first.At)) {
			first, found = h, true
		}
	}
	u.endings(offer)
	u.overdues(offer)
	if !found || first.At.After(u.At) { // all of this instant is in: judge it
		if h, ok := u.judge(p); ok && u.Seq > 0 {
			return h, true
		}
	}
	u.takings(offer)
	return first, found
}

func (u *Unit) endings(offer func(Happening)) {
	for _, l := range u.Listings {
		if l.State == Listed {
			offer(Happening{Type: EvLeft, At: *l.Until, Listing: l.ID, Grade: l.Grade})
		}
	}
	for _, r := range u.Records {
		if r.InEffect() && r.ExpiresAt != nil && u.restsOn(r.ID) == nil {
			offer(Happening{Type: EvExpired, At: *r.ExpiresAt, Record: r.ID})
		}
	}
}

func (u *Unit) overdues(offer func(Happening)) {
	for _, r := range u.Records {
		if at, ok := r.overdueFrom(); ok {
			offer(Happening{Type: EvOverdue, At: at, Record: r.ID})
		}
	}
}

func (u *Unit) takings(offer func(Happening)) {
	for _, l := range u.Listings {
		if at, ok := l.listAt(); ok {
			offer(Happening{Type: EvListed, At: at, Listing: l.ID, Grade: l.Grade})
		}
	}
}

// judge holds CRED-3 against the unit as it is: a pending listing for which it no longer holds is cancelled, one in
// effect that has lost a record by revocation, and with it the ground, is annulled; where it holds for records that no
// listing rests on, a listing opens. The graver branch first. A listing is judged by the parameters under which it opened:
// changing them never rewrites what was decided.
func (u *Unit) judge(p func(time.Time) catalogue.Parameters) (Happening, bool) {
	for _, l := range u.Listings {
		if !l.Active() || u.trigger(l.Grade, p(l.OpenedAt), l).Met {
			continue
		}
		if l.State == Pending {
			return Happening{Type: EvCancelled, At: u.At, Listing: l.ID, Grade: l.Grade}, true
		}
		if u.revokedFrom(l) {
			return Happening{Type: EvAnnulled, At: u.At, Listing: l.ID, Grade: l.Grade}, true
		}
	}
	for _, grade := range []Severity{Major, General} {
		if u.trigger(grade, p(u.At), nil).Met {
			return Happening{Type: EvOpened, At: u.At, Grade: grade}, true
		}
	}
	return Happening{}, false
}

// Verdict is CRED-3 for one branch at one moment.
type Verdict struct {
	Met       bool
	Threshold int
	InEffect  []*Record // that make it up
	Overdue   int       // of them
}

// trigger judges a branch (CRED-3) over the records that no other listing rests on: those of this one, if given, and
// those that came since. "3次以上" includes three; one of them unrectified past its date is enough.
func (u *Unit) trigger(grade Severity, p catalogue.Parameters, of *Listing) Verdict {
	v := Verdict{Threshold: threshold(grade, p)}
	for _, r := range u.Records {
		if r.Severity != grade || !r.InEffect() || r.Participant {
			continue
		}
		if on := u.restsOn(r.ID); on != nil && on != of {
			continue
		}
		v.InEffect = append(v.InEffect, r)
		if r.IsOverdue() {
			v.Overdue++
		}
	}
	v.Met = len(v.InEffect) >= v.Threshold && v.Overdue >= max(1, p[catalogue.OverdueThreshold])
	return v
}

func threshold(grade Severity, p catalogue.Parameters) int {
	if grade == Major {
		return max(1, p[catalogue.MajorThreshold])
	}
	return max(1, p[catalogue.GeneralThreshold])
}

// restsOn is the listing, pending or in effect, that rests on a record; nil if none does.
func (u *Unit) restsOn(record int64) *Listing {
	for _, l := range u.Listings {
		if l.Active() && l.rests(record) {
			return l
		}
	}
	return nil
}

// revokedFrom reports whether a record that a listing rests on has just been revoked. A revocation that left CRED-3 standing
// does not end the listing later, when the rest is put right: that takes leaving (CRED-6).
func (u *Unit) revokedFrom(l *Listing) bool {
	return slices.ContainsFunc(l.Trace, func(c Cause) bool {
		r := u.Record(c.RecordID)
		return r != nil && r.ID == u.revoked && r.EndedAt.Equal(u.At)
	})
}

// TriggerAt is the instant at which a branch will be met if nothing is put right, by what is known now; ok is false where
// no such instant is known: too few records by then, none unrectified, evidence that waits, or a listing that rests on them.
func (u *Unit) TriggerAt(p catalogue.Parameters) (at time.Time, ok bool) {
	for _, grade := range []Severity{General, Major} {
		v := u.trigger(grade, p, nil)
		if v.Met {
			continue
		}
		for _, r := range v.InEffect {
			from, will := r.overdueFrom()
			if will && (!ok || from.Before(at)) && v.metAt(from, p) {
				at, ok = from, true
			}
		}
	}
	return at, ok
}

// metAt judges a branch at a later instant: without the records that expire by then, with those that are overdue by then.
func (v Verdict) metAt(at time.Time, p catalogue.Parameters) bool {
	left, overdue := 0, 0
	for _, r := range v.InEffect {
		if r.ExpiresAt != nil && !at.Before(*r.ExpiresAt) {
			continue
		}
		left++
		if from, will := r.overdueFrom(); r.IsOverdue() || will && !from.After(at) {
			overdue++
		}
	}
	return left >= v.Threshold && overdue >= max(1, p[catalogue.OverdueThreshold])
}
