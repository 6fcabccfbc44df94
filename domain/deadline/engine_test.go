package deadline_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"qhtz/domain/deadline"
	"qhtz/repository"
	"qhtz/repository/repotest"
)

var ctx = context.Background()

// Ensure that of two processes, each deadline is fired by one, once.
func TestEngineFiresOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const n = 600
	var ds []*deadline.Deadline
	for i := range n {
		ds = append(ds, newDeadline([]deadline.Kind{"a", "solo"}[i%2], project(int64(i/3)), start.Add(-time.Duration(i)*time.Second)))
	}
	w.set(ds...)
	other := repotest.OpenURL(t, w.url)
	w.run(w.engine(quick), w.engineOver(other, w.index, quick))
	w.eventually("all fired", func() bool { return w.count(`SELECT count(*) FROM deadlines`) == 0 })
	fired := w.firedIDs()
	for _, d := range ds {
		if fired[d.ID] != 1 {
			t.Errorf("deadline %d fired %d times", d.ID, fired[d.ID])
		}
	}
	if h := w.count(`SELECT count(*) FROM deadline_history`); h != n {
		t.Errorf("history holds %d, want %d", h, n)
	}
}

// Ensure nothing fires before its instant, even if the index says so; and that it stays in the index.
func TestEngineNeverEarly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.engine(slow)
	w.set(newDeadline("a", project(1), start), newDeadline("solo", project(2), start))
	late := []int64{w.one("a", project(1), start.Add(time.Microsecond)), w.one("solo", project(4), start.Add(time.Hour))}
	var wrong []deadline.Entry
	for _, id := range late {
		wrong = append(wrong, deadline.Entry{ID: id})
	}
	w.run(e)
	w.must(w.index.Set(ctx, wrong))
	w.eventually("wrong claims put right", func() bool {
		v, err := e.Verify(ctx, false)
		return err == nil && len(w.said()) == 2 && v.Open == 2 && v.Indexed == 2 && v.Early == 0 && v.Good()
	})
	for _, id := range late {
		if w.firedIDs()[id] != 0 {
			t.Fatalf("deadline %d fired early", id)
		}
	}
	w.clock(start.Add(time.Hour))
	w.eventually("due ones fire", func() bool { return len(w.said()) == 4 })
	for _, s := range w.said() {
		if s.Now.Before(s.At) {
			t.Errorf("deadline %d fired at %v, due at %v", s.ID, s.Now, s.At)
		}
	}
}

func inOrder(a, b said) int {
	return cmp.Or(a.At.Compare(b.At), strings.Compare(string(a.Kind), string(b.Kind)), cmp.Compare(a.ID, b.ID))
}

// Ensure the order of firing is (instant, kind, id), also within one instant and with what firing sets off.
func TestDrainOrder(t *testing.T) {
	t.Parallel()
	for _, redis := range []bool{true, false} {
		t.Run(fmt.Sprintf("redis=%v", redis), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			index := deadline.Index(w.index)
			if !redis {
				index = nil
			}
			setOff := func(ctx context.Context, tx deadline.Tx, due []*deadline.Deadline) error {
				for _, d := range due {
					if err := tx.(*repository.Tx).SetDeadline(ctx, newDeadline("z-set-off", d.Subject, d.Mark().At)); err != nil {
						return err
					}
				}
				return say(ctx, tx, due)
			}
			e := w.engineOver(w.db, index, slow, deadline.Spec{Kind: "b-chain", Fire: setOff}, deadline.Spec{Kind: "z-set-off", Fire: say})
			for i := range int64(40) {
				kind := []deadline.Kind{"c", "b-chain", "solo", "a"}[i%4]
				at := start.Add(-time.Duration(i%3) * time.Hour)
				w.one(kind, project(1+i%7), at)
			}
			for _, subject := range []int64{1, 1, 2} {
				w.one("c", project(subject), start.Add(-4*time.Hour))
			}
			n, err := e.Drain(ctx)
			w.must(err)
			got := w.said()
			if n != 53 || len(got) != 53 {
				t.Fatalf("fired %d, said %d, want 53", n, len(got))
			}
			if !slices.IsSortedFunc(got, inOrder) {
				t.Errorf("order: %v", got)
			}
		})
	}
}

// Ensure a moved deadline fires at its new instant, whatever the index knew.
func TestMovedDeadline(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.engine(slow)
	later, earlier := newDeadline("a", project(1), start.Add(time.Hour)), newDeadline("a", project(2), start.Add(3*time.Hour))
	w.set(later, earlier)
	w.run(e)
	w.eventually("indexed", func() bool { v, err := e.Verify(ctx, false); return err == nil && v.Indexed == 2 })
	w.must(w.db.FireDeadlines(ctx, true, func(_ context.Context, tx deadline.BatchTx) error {
		later.Marks[0].At, earlier.Marks[0].At = start.Add(2*time.Hour), start.Add(30*time.Minute)
		tx.MoveDeadline(later)
		tx.MoveDeadline(earlier)
		return nil
	}))
	w.clock(start.Add(time.Hour))
	w.eventually("the earlier fires", func() bool { return w.firedIDs()[earlier.ID] == 1 })
	w.eventually("the later is put right", func() bool {
		v, err := e.Verify(ctx, false)
		return err == nil && v.Indexed == 1 && v.Early == 0 && v.Good()
	})
	if w.firedIDs()[later.ID] != 0 {
		t.Fatal("fired at its old instant")
	}
	w.clock(start.Add(2 * time.Hour))
	w.eventually("the later fires", func() bool { return w.firedIDs()[later.ID] == 1 })
}
