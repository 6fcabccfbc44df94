package credit

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"qhtz/domain"
	"qhtz/domain/catalogue"
)

// The unit is the fold over its events: what was kept on the way and what the events alone give are the same, events
// follow one another in time, nothing happens twice by itself, and at the end nothing is left to happen.
func TestUnitIsTheFoldOfItsEvents(t *testing.T) {
	t.Parallel()
	for seed := uint64(1); seed <= 30; seed++ {
		rnd := rand.New(rand.NewPCG(seed, 7))
		s := seeded(rnd)
		x := s.ofService(t)
		w := x.side.(*world)
		for range 40 {
			if diff := x.play(x.next(rnd)); diff != "" {
				t.Fatalf("history %d: %s", seed, diff)
			}
		}
		folded, err := Fold(w.events)
		if err != nil {
			t.Fatal(err)
		}
		got, want := asJSON(folded), asJSON(w.stored)
		if got != want {
			t.Fatalf("history %d: folded\n%s\nkept\n%s", seed, got, want)
		}
		if h, more := folded.Next(x.m.policy, w.now); more {
			t.Errorf("history %d: left to happen: %+v", seed, h)
		}
		inOrder(t, w.events)
	}
}

func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func inOrder(t *testing.T, events []domain.Event) {
	t.Helper()
	byItself := map[string]bool{EvOverdue: true, EvExpired: true, EvOpened: true, EvCancelled: true, EvListed: true, EvLeft: true, EvAnnulled: true}
	seen := map[string]bool{}
	for i, e := range events {
		if e.Seq != i+1 || e.Effective.After(e.Recorded) || i > 0 && e.Effective.Before(events[i-1].Effective) {
			t.Errorf("event %d: seq %d, %s effective %v, recorded %v", i, e.Seq, e.Type, e.Effective, e.Recorded)
		}
		var d EventData
		if err := json.Unmarshal(e.Data, &d); err != nil {
			t.Fatal(err)
		}
		id := d.RecordID + d.ListingID
		if d.Listing != nil {
			id = d.Listing.ID
		}
		key := fmt.Sprint(e.Type, id)
		if byItself[e.Type] && seen[key] {
			t.Errorf("%s twice", key)
		}
		seen[key] = true
	}
}

// A worker asleep changes nothing: the same moves with a prompt one and a late one leave the same events.
func TestLateWorkersChangeNothing(t *testing.T) {
	t.Parallel()
	for seed := uint64(1); seed <= 30; seed++ {
		rnd := rand.New(rand.NewPCG(seed, 8))
		s := seeded(rnd)
		prompt, late := s.ofService(t), s.ofService(t)
		for range 30 {
			v := prompt.next(rnd)
			v.lazy = false
			one := prompt.play(v)
			v.lazy = true
			if two := late.play(v); one != "" || two != "" {
				t.Fatalf("history %d: %s, %s", seed, one, two)
			}
		}
		a, b := prompt.side.(*world).events, late.side.(*world).events
		if len(a) != len(b) {
			t.Fatalf("history %d: %d and %d events", seed, len(a), len(b))
		}
		for i := range a {
			if a[i].Type != b[i].Type || !a[i].Effective.Equal(b[i].Effective) {
				t.Errorf("history %d, event %d: %s at %v, %s at %v", seed, i, a[i].Type, a[i].Effective, b[i].Type, b[i].Effective)
			}
		}
	}
}

// REP-4: a project's timer that fires after somebody acted on the unit proposes as of its own instant, and the unit's
// events still follow one another.
func TestLateProposalDoesNotGoBack(t *testing.T) {
	t.Parallel()
	w := open(t, "2027-03-10 10:00")
	o := &w
	o.propose(General, 1)
	o.missed(41, "2027-03-04")
	o.at("2027-03-10 11:00")
	if len(o.stored.Records) != 2 || !o.stored.Records[1].ProposedAt.Equal(on("2027-03-04")) {
		t.Fatalf("records %s", asJSON(o.stored.Records))
	}
	inOrder(t, o.events)
}

// CRED-3: TriggerAt is when the next listing opens if nobody does anything, as long as no listing stands.
func TestTriggerAtIsWhenItOpens(t *testing.T) {
	t.Parallel()
	told := 0
	for seed := uint64(1); seed <= 600; seed++ {
		rnd := rand.New(rand.NewPCG(seed, 9))
		s := seeded(rnd)
		s.policies = s.policies[:1]
		x := s.ofTrigger(t)
		for range 3 + rnd.IntN(20) {
			if diff := x.play(x.next(rnd)); diff != "" {
				t.Fatalf("history %d: %s", seed, diff)
			}
		}
		side := x.side.(*scribe)
		active := 0
		for _, l := range side.u.Listings {
			if l.Active() {
				active++
			}
		}
		if active > 0 {
			continue
		}
		at, will := side.u.TriggerAt(side.policy(side.now))
		opened, opens := side.nextOpening()
		if will != opens || will && !at.Equal(opened) {
			t.Fatalf("history %d: told %v (%v), opens %v (%v)", seed, at, will, opened, opens)
		}
		if will {
			told++
		}
	}
	if told < 40 {
		t.Errorf("only %d histories had anything to tell", told)
	}
}

// nextOpening lets everything happen that happens by itself, up to the first listing that opens.
func (s *scribe) nextOpening() (time.Time, bool) {
	for {
		h, ok := s.u.Next(s.policy, s.now.AddDate(10, 0, 0))
		if !ok || h.Type == EvOpened {
			return h.At, ok
		}
		s.happen(h)
	}
}

// The zero threshold of a careless policy still asks for one record, and one that is overdue (CRED-3).
func TestThresholdsAreAtLeastOne(t *testing.T) {
	t.Parallel()
	p := catalogue.Parameters{catalogue.GeneralThreshold: 0, catalogue.MajorThreshold: 0, catalogue.OverdueThreshold: 0}
	u := &Unit{Seq: 1}
	if h, ok := u.Next(func(time.Time) catalogue.Parameters { return p }, on("2030-01-01")); ok {
		t.Errorf("a clean unit: %+v", h)
	}
}
