package deadline_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"qhtz/domain"
	"qhtz/domain/deadline"
	"qhtz/repository"
)

var discard = slog.New(slog.DiscardHandler)

// monthly sets the next of a chain, a month on, until the twelfth.
func monthly(last time.Time) deadline.Spec {
	return deadline.Spec{Kind: "monthly", Fire: func(ctx context.Context, tx deadline.Tx, due []*deadline.Deadline) error {
		for _, d := range due {
			next := d.Mark().At.AddDate(0, 1, 0)
			if next.After(last) {
				continue
			}
			if err := tx.(*repository.Tx).SetDeadline(ctx, newDeadline("monthly", d.Subject, next)); err != nil {
				return err
			}
		}
		return say(ctx, tx, due)
	}}
}

// Ensure moving the clock over months fires each deadline while the clock shows its own instant, with what that
// sets off, and delivers after each.
func TestAdvance(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	end := start.AddDate(1, 0, 0)
	e := w.engine(slow, monthly(end))
	for i := range int64(5) {
		w.one("monthly", project(i), start.AddDate(0, 1, 0))
	}
	w.one("a", project(3), start.AddDate(0, 5, 0), start.AddDate(0, 5, 1), start.AddDate(2, 0, 0))
	delivered := 0
	deliver := func(ctx context.Context) error {
		now, standing, err := w.db.Clock().Read(ctx)
		if err != nil || !standing {
			t.Errorf("clock at delivery: %v, %v", now, err)
		}
		for _, s := range w.said()[delivered:] {
			delivered++
			if !s.At.Equal(now) {
				t.Errorf("delivered at %v what was due at %v", now, s.At)
			}
		}
		return nil
	}
	n, err := e.Advance(ctx, end, deliver)
	w.must(err)
	got := w.said()
	if n != 62 || len(got) != 62 || delivered != 62 {
		t.Fatalf("fired %d, said %d, delivered %d; want 62", n, len(got), delivered)
	}
	for _, s := range got {
		if !s.Now.Equal(s.At) {
			t.Errorf("deadline %d, due at %v, fired at %v", s.ID, s.At, s.Now)
		}
	}
	if !slices.IsSortedFunc(got, inOrder) {
		t.Error("out of order")
	}
	now, standing, err := w.db.Clock().Read(ctx)
	w.must(err)
	if !now.Equal(end) || !standing {
		t.Errorf("clock %v, standing %v; want %v", now, standing, end)
	}
}

// Ensure the clock does not go back, and that standing still is no step back.
func TestAdvanceBackwards(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.engine(slow)
	nothing := func(context.Context) error { return nil }
	_, err := e.Advance(ctx, start.Add(-time.Microsecond), nothing)
	if !domain.IsKind(err, domain.Invalid) {
		t.Errorf("backwards: %v", err)
	}
	if _, err := e.Advance(ctx, start, nothing); err != nil {
		t.Errorf("to now: %v", err)
	}
	now, err := e.Resume(ctx)
	w.must(err)
	if !now.Equal(start) {
		t.Errorf("resumed at %v", now)
	}
	w.eventually("it runs", func() bool {
		now, standing, err := w.db.Clock().Read(ctx)
		return err == nil && !standing && now.After(start)
	})
	if _, err := e.Advance(ctx, start, nothing); !domain.IsKind(err, domain.Invalid) {
		t.Errorf("backwards from a running clock: %v", err)
	}
}

// Ensure a move gets past deadlines that do not fire, and what fails to be delivered stops it where it is.
func TestAdvancePastBad(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.engine(slow, deadline.Spec{Kind: "frail", Fire: func(context.Context, deadline.Tx, []*deadline.Deadline) error { return errors.New("no") }})
	w.one("frail", project(1), start.Add(time.Hour))
	w.one("frail", project(1), start.Add(time.Hour))
	good := w.one("a", project(1), start.Add(2*time.Hour))
	if _, err := e.Advance(ctx, start.Add(24*time.Hour), func(context.Context) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if w.firedIDs()[good] != 1 || w.count(`SELECT count(*) FROM deadlines WHERE parked`) != 2 {
		t.Errorf("said %v", w.said())
	}
	id := w.one("a", project(1), start.Add(25*time.Hour))
	lost := errors.New("no mail today")
	if _, err := e.Advance(ctx, start.Add(48*time.Hour), func(context.Context) error { return lost }); !errors.Is(err, lost) {
		t.Errorf("delivery failed: %v", err)
	}
	now, _, err := w.db.Clock().Read(ctx)
	w.must(err)
	if w.firedIDs()[id] != 1 || !now.Equal(start.Add(25*time.Hour)) {
		t.Errorf("clock %v", now)
	}
}

// Ensure background workers do not get in between while the clock is moved, and work on afterwards.
func TestAdvanceWithWorkers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	end := start.AddDate(1, 0, 0)
	e, other := w.engine(quick, monthly(end)), w.engine(quick, monthly(end))
	for i := range int64(60) {
		w.one([]deadline.Kind{"a", "solo", "monthly", "b"}[i%4], project(i%11), start.AddDate(0, int(i%6)+1, 0))
	}
	w.run(e, other)
	for m := range 6 {
		_, err := e.Advance(ctx, start.AddDate(0, 2*(m+1), 0), func(context.Context) error { return nil })
		w.must(err)
	}
	got := w.said()
	if !slices.IsSortedFunc(got, inOrder) {
		t.Error("out of order")
	}
	for _, s := range got {
		if !s.Now.Equal(s.At) {
			t.Errorf("deadline %d, due at %v, fired at %v", s.ID, s.At, s.Now)
		}
	}
	id := w.one("a", project(1), end)
	w.eventually("workers fire again", func() bool { return w.firedIDs()[id] == 1 })
}

// Ensure nobody else fires while the clock is held, and no claim is lost by that.
func TestHeld(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.engine(slow)
	var held atomic.Bool
	id := w.one("a", project(1), start)
	w.must(w.db.Clock().Hold(ctx, func() error {
		_, err := e.FireBatch(ctx, []int64{id})
		held.Store(errors.Is(err, deadline.ErrHeld))
		w.run(e)
		w.eventually("claimed and put back, again and again", func() bool { return e.Stats().Held >= 3 })
		return nil
	}))
	if !held.Load() {
		t.Error("fired while the clock was held")
	}
	w.eventually("fires when released", func() bool { return w.firedIDs()[id] == 1 })
}
