package credit

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"qhtz/domain/calendar"
)

// next chooses a move, mostly one that is allowed, at an instant that matters more often than not.
func (x *match) next(rnd *rand.Rand) move {
	v := move{at: x.when(rnd), lazy: rnd.IntN(2) == 0}
	x.m.walk(v.at)
	var choice []move
	if rnd.IntN(12) > 0 {
		choice = x.allowed(rnd, v)
	}
	look, propose := v, v
	look.kind, propose.kind = "look", "propose"
	propose.yes = rnd.IntN(3) == 0
	if rnd.IntN(10) == 0 {
		propose.days = 1
	}
	choice = append(choice, look, look, propose)
	for n := len(x.m.records); n < 6; n++ {
		choice = append(choice, propose)
	}
	if len(x.m.records) > 0 && rnd.IntN(12) == 0 {
		v.kind = []string{"confirm", "evidence", "review", "extend", "revoke", "repair", "serve", "object", "decide objection", "exit", "decide exit"}[rnd.IntN(11)]
		v.n, v.yes, v.days = rnd.IntN(len(x.m.records)), rnd.IntN(2) == 0, rnd.IntN(40)
		return v
	}
	return choice[rnd.IntN(len(choice))]
}

// allowed are the moves that the rules allow now, each as often as its weight.
func (x *match) allowed(rnd *rand.Rand, v move) (choice []move) {
	offer := func(kind string, weight, n int) {
		v.kind, v.n, v.yes, v.days = kind, n, rnd.IntN(3) > 0, rnd.IntN(12)*rnd.IntN(2)
		if x.m.allows(v) {
			for range weight {
				choice = append(choice, v)
			}
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(recordMoves)) {
		for n := range x.m.records {
			offer(kind, recordMoves[kind], n)
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(listingMoves)) {
		for n := range x.m.listings {
			offer(kind, 2*listingMoves[kind], n)
		}
	}
	return choice
}

// when is the instant of the next move: at once, soon, or on, just before or just after one that matters.
func (x *match) when(rnd *rand.Rand) time.Time {
	now := x.m.now
	switch k := rnd.IntN(20); {
	case k < 6:
		return now.Add(time.Duration(rnd.IntN(2)) * time.Second)
	case k < 11:
		return now.Add(time.Duration(rnd.IntN(8*24*3600)) * time.Second)
	case k == 11:
		return now.Add(time.Duration(rnd.IntN(120*24)) * time.Hour)
	}
	if ahead := x.m.ahead(); len(ahead) > 0 {
		at := ahead[rnd.IntN(min(3, len(ahead)))].Add([]time.Duration{0, 0, 0, -time.Microsecond, time.Microsecond}[rnd.IntN(5)])
		return latest(now, at)
	}
	return (calendar.DateOf(now) + 1).Start()
}

// ahead are the instants that matter after now, in order.
func (m *model) ahead() (out []time.Time) {
	add := func(ts ...time.Time) {
		for _, at := range ts {
			if at.After(m.now) {
				out = append(out, at)
			}
		}
	}
	for _, r := range m.records {
		if r.gone == "" {
			add(r.window, r.due, r.expires)
		}
	}
	for _, l := range m.listings {
		if l.active() {
			add(l.window, l.min, l.until)
		}
	}
	slices.SortFunc(out, time.Time.Compare)
	return slices.CompactFunc(out, time.Time.Equal)
}

// differ says where a side differs from the model after a move; empty if nowhere.
func (x *match) differ() string {
	u, m := x.unit(), x.m
	if len(u.Records) != len(m.records) || len(u.Listings) != len(m.listings) {
		return fmt.Sprintf("%d records, %d listings; the model has %d, %d", len(u.Records), len(u.Listings), len(m.records), len(m.listings))
	}
	for i, r := range u.Records {
		if want := m.records[i]; !r.like(want, m.now) {
			return fmt.Sprintf("record %d: %+v; the model says %s, %+v", i, *r, want.state(m.now), *want)
		}
	}
	for i, l := range u.Listings {
		if !u.like(l, m.listings[i], m) {
			return fmt.Sprintf("listing %d: %+v; the model says %+v", i, *l, *m.listings[i])
		}
	}
	if w, ok := x.side.(*world); ok {
		return x.standing(w)
	}
	return ""
}

// same compares instants; the model has a zero one where there is none.
func same(got *time.Time, want time.Time) bool {
	return got == nil && want.IsZero() || got != nil && got.Equal(want)
}

func (r *Record) like(want *modelRecord, at time.Time) bool {
	return string(r.State()) == want.state(at) && same(r.WindowEndsAt, want.window) && same(r.ConfirmedAt, want.confirmed) &&
		same(r.RectifyDue, want.due) && same(r.ExpiresAt, want.expires) && same(r.EndedAt, want.goneAt) && same(r.OverdueAt, want.overdueAt)
}

func (u *Unit) like(l *Listing, want *modelListing, m *model) bool {
	for i, r := range m.records {
		if slices.Contains(want.set, r) != l.rests(u.Records[i].ID) {
			return false
		}
	}
	return string(l.State) == want.state && (l.Grade == Major) == want.major && l.OpenedAt.Equal(want.opened) && same(l.WindowEndsAt, want.window) &&
		same(l.From, want.from) && same(l.MinUntil, want.min) && same(l.Until, want.until) && same(l.EndedAt, want.ended)
}

// standing compares what the unit and the public are told.
func (x *match) standing(w *world) string {
	book, _ := w.Book(context.Background())
	v := View{Unit: w.stored, At: w.now, Book: book}
	s := v.Standing()
	var want Standing
	for _, r := range x.m.records {
		switch {
		case !r.inEffect() || r.participant:
			continue
		case r.major:
			want.Major++
		default:
			want.General++
		}
		if !r.rectified {
			want.Unrectified++
		}
		if r.overdue(x.m.now) {
			want.Overdue++
		}
	}
	listed := 0
	for _, l := range x.m.listings {
		if l.state == "listed" {
			listed++
		}
	}
	a, err := w.Look(context.Background(), ownUSCC, nil, nil)
	if s.General != want.General || s.Major != want.Major || s.Unrectified != want.Unrectified || s.Overdue != want.Overdue || s.Listed != (listed > 0) ||
		err != nil || len(a.Listings) != listed {
		return fmt.Sprintf("standing %+v, public %d (%v); the model says %+v, listed %d", s, len(a.Listings), err, want, listed)
	}
	return ""
}
