package credit

import (
	"context"
	"fmt"
	"testing"

	"qhtz/domain"
)

// office does what tests tell, through the service, and fails the test where it is refused.
type office struct {
	*world
	t *testing.T
}

func open(t *testing.T, now string) office {
	t.Helper()
	return office{newWorld(t, now), t}
}

var ctx = context.Background()

func by(a domain.Actor) domain.Call { return domain.Call{Actor: a} }

func ptr[T any](v T) *T { return &v }

// at moves the clock, with a prompt worker.
func (o office) at(s string) office {
	o.t.Helper()
	o.to(on(s))
	return o
}

// late moves the clock while the worker sleeps.
func (o office) late(s string) office {
	o.now = on(s)
	return o
}

func (o office) must(v *View, err error) *View {
	o.t.Helper()
	if err != nil {
		o.t.Fatalf("at %v: %v", o.now, err)
	}
	return v
}

// refused fails the test unless the answer is a refusal of that kind under that rule.
func (o office) refused(kind domain.Kind, rule string, err error) {
	o.t.Helper()
	e, ok := domain.AsError(err)
	if !ok || e.Kind != kind || e.Rule != rule {
		o.t.Errorf("at %v: answered %v, want %s %s", o.now, err, kind, rule)
	}
}

// claim is a proposal with all it needs, about another fact each time.
func (o office) claim(g Severity) Proposal {
	return Proposal{USCC: ownUSCC, Ground: GroundReports, Severity: g, Facts: fmt.Sprint("事实", len(o.facts)), Basis: "第14条"}
}

// propose puts records forward and gives their ids.
func (o office) propose(g Severity, n int) (ids []int64) {
	o.t.Helper()
	for range n {
		ids = append(ids, o.must(o.Propose(ctx, by(first), o.claim(g))).RecordID)
	}
	return ids
}

func (o office) confirm(ids ...int64) {
	o.t.Helper()
	for _, id := range ids {
		o.must(o.Confirm(ctx, by(second), id, Note{}))
	}
}

func (o office) mend(ids ...int64) {
	o.t.Helper()
	for _, id := range ids {
		o.must(o.Rectify(ctx, by(theUnit), id, RectificationInput{Text: "已整改"}))
	}
}

func (o office) review(accept bool, ids ...int64) {
	o.t.Helper()
	for _, id := range ids {
		o.must(o.Review(ctx, by(first), id, ReviewInput{Accept: &accept}))
	}
}

// threeGeneral is M5 up to the confirmation: three records confirmed on 2026-03-10 10:00.
func threeGeneral(t *testing.T) (office, []int64) {
	t.Helper()
	o := open(t, "2026-03-02 10:00")
	ids := o.propose(General, 3)
	o.at("2026-03-10 10:00").confirm(ids...)
	return o, ids
}

// listedGeneral is M5 with nothing done about it: listed on 2026-04-18.
func listedGeneral(t *testing.T) (office, []int64) {
	t.Helper()
	o, ids := threeGeneral(t)
	o.at("2026-04-18")
	o.listing(0, Listed, "2026-04-18", "2027-04-18")
	return o, ids
}

// listedMajor is M6: one major record, listed on 2026-05-16.
func listedMajor(t *testing.T) (office, int64) {
	t.Helper()
	o := open(t, "2026-03-02 10:00")
	id := o.propose(Major, 1)[0]
	o.at("2026-03-10 10:00").confirm(id)
	o.at("2026-05-16")
	o.listing(0, Listed, "2026-05-16", "2029-05-16")
	return o, id
}

// listing checks the n-th listing, and gives its id. No instants: not in effect yet.
func (o office) listing(n int, state ListingState, span ...string) int64 {
	o.t.Helper()
	if n >= len(o.stored.Listings) {
		o.t.Fatalf("at %v: no listing %d", o.now, n)
	}
	l := o.stored.Listings[n]
	if l.State != state {
		o.t.Errorf("at %v: listing %d is %s, want %s", o.now, n, l.State, state)
	}
	if len(span) == 2 && (!same(l.From, on(span[0])) || !same(l.Until, on(span[1]))) {
		o.t.Errorf("listing %d: from %v until %v, want %v", n, l.From, l.Until, span)
	}
	return l.ID
}

func (o office) none() {
	o.t.Helper()
	if n := len(o.stored.Listings); n > 0 {
		o.t.Errorf("at %v: %d listings, want none", o.now, n)
	}
}

// record checks the state of records.
func (o office) record(state RecordState, ids ...int64) {
	o.t.Helper()
	for _, id := range ids {
		if r := o.stored.Record(id); r.State() != state {
			o.t.Errorf("at %v: record %d is %s, want %s", o.now, id, r.State(), state)
		}
	}
}

// standing is what the unit sees.
func (o office) standing() Standing {
	o.t.Helper()
	return o.must(o.Get(ctx, by(theUnit), ownUSCC)).Standing()
}

// public checks the look-up and the list, and what the feed says of listings in effect.
func (o office) public(listed bool) {
	o.t.Helper()
	a, err := o.Look(ctx, ownUSCC, nil, nil)
	page, err2 := o.List(ctx, RegisterFilter{Limit: 10})
	feed, err3 := o.Feed(ctx, 0, 10)
	if err != nil || err2 != nil || err3 != nil {
		o.t.Fatal(err, err2, err3)
	}
	shown := false
	for _, f := range feed.Items {
		shown = shown || f.Kind == FeedListed
		if f.Kind == FeedRemoved && f.Entry != nil {
			o.t.Errorf("at %v: a tombstone says more than ids", o.now)
		}
	}
	if len(a.Listings) > 0 != listed || len(page.Items) > 0 != listed || shown != listed {
		o.t.Errorf("at %v: look-up %v, list %v, feed %v, want %v", o.now, len(a.Listings) > 0, len(page.Items) > 0, shown, listed)
	}
}
