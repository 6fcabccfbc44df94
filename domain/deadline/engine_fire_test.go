package deadline_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"qhtz/domain"
	"qhtz/domain/deadline"
	"qhtz/repository"
)

// Ensure that a bad deadline, however it is bad, holds up nobody, is set apart after three tries, and fires when mended.
func TestBadDeadlineIsSetApart(t *testing.T) {
	t.Parallel()
	for name, misbehave := range map[string]func() error{
		"error":  func() error { return errors.New("unheard of") },
		"panic":  func() error { panic("unheard of") },
		"stands": func() error { return nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			var bad atomic.Int64
			e := w.engine(slow, deadline.Spec{Kind: "frail", Fire: func(ctx context.Context, tx deadline.Tx, due []*deadline.Deadline) error {
				for _, d := range due {
					if d.ID == bad.Load() {
						return misbehave()
					}
				}
				return say(ctx, tx, due)
			}})
			var ids []int64
			for i := range int64(21) {
				ids = append(ids, w.one("frail", project(i), start))
			}
			// The bad one comes before another of its subject: that one waits for it, and is not blamed.
			behind := w.one("solo", project(13), start)
			after := w.one("a", project(13), start)
			bad.Store(ids[13])
			for range 2 {
				_, err := e.FireBatch(ctx, append(ids, behind))
				w.must(err)
			}
			if n := len(w.firedIDs()); n < 21 || n > 22 || w.firedIDs()[ids[13]] != 0 {
				t.Fatalf("fired %d of the good ones: %v", n, w.firedIDs())
			}
			_, err := e.FireBatch(ctx, []int64{ids[13]})
			w.must(err)
			parked, err := e.Parked(ctx, 10)
			w.must(err)
			if len(parked) != 1 || parked[0].ID != ids[13] || parked[0].Attempts != 3 || parked[0].LastError == "" {
				t.Fatalf("parked: %+v", parked)
			}
			if s := e.Stats(); s.ParkedTotal != 1 || s.Failed != 3 {
				t.Errorf("stats: %+v", s)
			}
			_, err = e.FireBatch(ctx, []int64{after})
			w.must(err)
			bad.Store(0)
			n, err := e.Unpark(ctx, []int64{ids[13]})
			w.must(err)
			if n != 1 {
				t.Errorf("unparked %d", n)
			}
			_, err = e.Drain(ctx)
			w.must(err)
			for _, id := range append(ids, behind, after) {
				if w.firedIDs()[id] != 1 {
					t.Errorf("deadline %d fired %d times", id, w.firedIDs()[id])
				}
			}
		})
	}
}

// Ensure the one to blame is the subject's earlier deadline, not the one that was asked for.
func TestBlameTheEarlier(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.engine(slow, deadline.Spec{Kind: "frail", Fire: func(context.Context, deadline.Tx, []*deadline.Deadline) error { return errors.New("no") }})
	first := w.one("frail", project(1), start.Add(-time.Hour))
	second := w.one("a", project(1), start)
	for range 3 {
		_, err := e.FireBatch(ctx, []int64{second})
		w.must(err)
	}
	if n := w.count(`SELECT count(*) FROM deadlines WHERE parked AND id = $1`, first); n != 1 {
		t.Fatal("the earlier one is not set apart")
	}
	_, err := e.FireBatch(ctx, []int64{second})
	w.must(err)
	if w.firedIDs()[second] != 1 {
		t.Error("the second is held up")
	}
}

// Ensure that of a chain in one transaction the one is blamed that set off the bad one, which went with it.
func TestBlameTheCause(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.engine(slow, deadline.Spec{Kind: "cause", Fire: func(ctx context.Context, tx deadline.Tx, due []*deadline.Deadline) error {
		for _, d := range due {
			if err := tx.(*repository.Tx).SetDeadline(ctx, newDeadline("frail", d.Subject, start)); err != nil {
				return err
			}
		}
		return say(ctx, tx, due)
	}}, deadline.Spec{Kind: "frail", Fire: func(context.Context, deadline.Tx, []*deadline.Deadline) error { return errors.New("no") }})
	innocent := w.one("a", project(1), start.Add(-time.Hour))
	cause := w.one("cause", project(1), start)
	for range 3 {
		_, err := e.FireBatch(ctx, []int64{innocent})
		w.must(err)
	}
	if n := w.count(`SELECT count(*) FROM deadlines WHERE id = $1 AND parked OR id = $2 AND attempts = 0`, cause, innocent); n != 2 {
		t.Errorf("the wrong one is blamed: %d", n)
	}
}

// Ensure a handler that says something and leaves its deadline where it was says nothing at all, each time.
func TestHandlerMustMoveOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.engine(slow, deadline.Spec{Kind: "stuck", Solo: true, Fire: func(ctx context.Context, tx deadline.Tx, due []*deadline.Deadline) error {
		return tx.(*repository.Tx).Enqueue(ctx, domain.Outgoing{Topic: "said", Payload: said{ID: due[0].ID}})
	}})
	id := w.one("stuck", project(1), start)
	for range 3 {
		_, err := e.FireBatch(ctx, []int64{id})
		w.must(err)
	}
	if n := len(w.said()); n != 0 || w.count(`SELECT count(*) FROM deadlines WHERE parked`) != 1 {
		t.Errorf("said %d times", n)
	}
}

// Ensure a kind that only another process knows is left for it.
func TestUnknownKindIsLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.engine(quick)
	id := w.one("of-tomorrow", project(1), start)
	sub := w.one("a", project(2), start)
	stop := w.run(e)
	w.eventually("the known one fires", func() bool { return w.firedIDs()[sub] == 1 })
	for range 4 {
		_, err := e.FireBatch(ctx, []int64{id})
		w.must(err)
	}
	_, err := e.Drain(ctx)
	w.must(err)
	stop()
	if n := w.count(`SELECT count(*) FROM deadlines WHERE id = $1 AND attempts = 0 AND NOT parked`, id); n != 1 {
		t.Error("a deadline of an unknown kind was touched")
	}
	w.run(w.engine(quick, deadline.Spec{Kind: "of-tomorrow", Fire: say}))
	w.eventually("the newer process fires it", func() bool { return w.firedIDs()[id] == 1 })
}
