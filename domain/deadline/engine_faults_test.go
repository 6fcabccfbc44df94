package deadline_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"qhtz/domain/deadline"
	"qhtz/repository"
	"qhtz/repository/repotest"
	"qhtz/repository/timers"
)

// Ensure a wiped index costs promptness only.
func TestIndexWiped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var ds []*deadline.Deadline
	for i := range 3000 {
		ds = append(ds, newDeadline("solo", project(int64(i)), start.Add(-10*time.Second)))
	}
	e := w.engine(quick)
	w.run(e)
	w.set(ds...)
	w.eventually("some fired", func() bool { return len(w.said()) > 0 })
	w.must(w.index.Flush(ctx))
	w.eventually("all fired", func() bool { return w.count(`SELECT count(*) FROM deadlines`) == 0 })
	if fired := w.firedIDs(); len(fired) != len(ds) || len(w.said()) != len(ds) {
		t.Errorf("fired %d of %d, %d times", len(fired), len(ds), len(w.said()))
	}
}

// Ensure a deadline that never came to the index is found by the safety sweep alone.
func TestSafetySweep(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := slow
	o.Safety = 20 * time.Millisecond
	e := w.engine(o)
	w.run(e)
	w.eventually("the first reconciliation is over", func() bool { return !e.Stats().LastReconcile.IsZero() })
	w.db.OnDeadlines(func([]repository.DeadlineHint) {})
	fresh, late := w.one("a", project(1), start.Add(-500*time.Millisecond)), w.one("a", project(2), start.Add(-time.Second)) // both due, so that no refill takes them
	w.eventually("the late one fires", func() bool { return w.firedIDs()[late] == 1 })
	if w.firedIDs()[fresh] != 0 {
		t.Error("the sweep took what was not late yet")
	}
}

// flaky is an index that can be cut off.
type flaky struct {
	*timers.Index
	cut atomic.Bool
}

var errCut = errors.New("cut off")

func (f *flaky) Claim(ctx context.Context, now time.Time, n int, until time.Time) ([]int64, error) {
	if f.cut.Load() {
		return nil, errCut
	}
	return f.Index.Claim(ctx, now, n, until)
}

func (f *flaky) Set(ctx context.Context, es []deadline.Entry) error {
	if f.cut.Load() {
		return errCut
	}
	return f.Index.Set(ctx, es)
}

func (f *flaky) Len(ctx context.Context) (int64, int64, error) {
	if f.cut.Load() {
		return 0, 0, errCut
	}
	return f.Index.Len(ctx)
}

// Ensure the engine works on from PostgreSQL when Redis is lost, and goes back by itself.
func TestIndexLostAndBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	f := &flaky{Index: w.index}
	e := w.engineOver(w.db, f, quick)
	w.run(e)
	w.one("a", project(1), start)
	w.eventually("fires by Redis", func() bool { return len(w.said()) == 1 && e.Stats().Mode == "redis" })
	f.cut.Store(true)
	w.one("a", project(2), start)
	later := w.one("solo", project(3), start.Add(time.Hour))
	w.eventually("fires by PostgreSQL", func() bool { return len(w.said()) == 2 && e.Stats().Mode == "postgres" })
	w.must(w.index.Flush(ctx))
	f.cut.Store(false)
	w.eventually("back", func() bool { return e.Stats().Mode == "redis" })
	if v, err := e.Verify(ctx, false); err != nil || !v.Good() || v.Indexed != 1 {
		t.Errorf("not filled when it came back: %+v, %v", v, err)
	}
	w.clock(start.Add(time.Hour))
	w.eventually("fires what was set meanwhile", func() bool { return w.firedIDs()[later] == 1 })
}

// Ensure a dead address hurts nobody: sweeps of several processes fire everything once.
func TestNoRedis(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dead, err := timers.New("redis://127.0.0.1:1", "x:")
	w.must(err)
	t.Cleanup(func() { _ = dead.Close() })
	var ds []*deadline.Deadline
	for i := range 1000 {
		ds = append(ds, newDeadline([]deadline.Kind{"solo", "b"}[i%2], project(int64(i/2)), start.Add(-time.Duration(i)*time.Millisecond)))
	}
	w.set(ds...)
	w.run(w.engineOver(w.db, dead, quick), w.engineOver(repotest.OpenURL(t, w.url), nil, quick))
	w.eventually("all fired", func() bool { return w.count(`SELECT count(*) FROM deadlines`) == 0 })
	if fired := w.firedIDs(); len(fired) != len(ds) || len(w.said()) != len(ds) {
		t.Errorf("fired %d of %d, %d times", len(fired), len(ds), len(w.said()))
	}
}

// Ensure what a dead worker had claimed fires elsewhere when its lease ends.
func TestLeaseOfDeadWorker(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := slow
	o.Reclaim = 20 * time.Millisecond
	e := w.engine(o)
	w.run(e)
	w.eventually("the first reconciliation is over", func() bool { return !e.Stats().LastReconcile.IsZero() })
	w.db.OnDeadlines(func([]repository.DeadlineHint) {})
	due := start.Add(time.Hour) // more than the first refill may still enter
	id := w.one("a", project(1), due)
	w.must(w.index.Set(ctx, []deadline.Entry{{ID: id, At: due}}))
	claimed, err := w.index.Claim(ctx, due, 10, w.db.Clock().Wall().Add(100*time.Millisecond))
	w.must(err)
	if !slices.Equal(claimed, []int64{id}) {
		t.Fatalf("claimed %v", claimed)
	}
	w.eventually("its lease ends", func() bool { return e.Stats().Reclaimed == 1 })
	w.clock(due)
	w.eventually("it fires", func() bool { return w.firedIDs()[id] == 1 })
	w.eventually("no lease is left", func() bool { _, leased, err := w.index.Len(ctx); return err == nil && leased == 0 })
}

// Ensure no deadline fires while the clocks disagree.
func TestDriftStopsFiring(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	clock := &drifting{Clock: w.db.Clock()}
	clock.drift.Store(int64(-501 * time.Millisecond))
	e := deadline.New(w.db, w.index, clock, discard, quick)
	e.Register(deadline.Spec{Kind: "a", Fire: say})
	w.one("a", project(1), start.Add(-time.Minute))
	w.run(e)
	w.eventually("turns are not taken", func() bool { return e.Stats().Drifting > 20 })
	if len(w.said()) != 0 {
		t.Fatal("fired while the clocks disagreed")
	}
	clock.drift.Store(int64(500 * time.Millisecond))
	w.eventually("fires again", func() bool { return len(w.said()) == 1 })
}

type drifting struct {
	deadline.Clock
	drift atomic.Int64
}

func (d *drifting) Drift() time.Duration { return time.Duration(d.drift.Load()) }
