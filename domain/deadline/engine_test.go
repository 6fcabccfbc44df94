package deadline_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/deadline"
	"qhtz/repository"
	"qhtz/repository/repotest"
	"qhtz/repository/timers"
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
			n, err := e.Drain(ctx)
			w.must(err)
			got := w.said()
			if n != 50 || len(got) != 50 {
				t.Fatalf("fired %d, said %d, want 50", n, len(got))
			}
			if !slices.IsSortedFunc(got, inOrder) {
				t.Errorf("order: %v", got)
			}
		})
	}
}

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

// Ensure what a failing handler wrote is rolled back, and a kind that only another process knows is left for it.
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
	fresh, late := w.one("a", project(1), start), w.one("a", project(2), start.Add(-time.Second))
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
	due := start.Add(time.Minute)
	id := w.one("a", project(1), due)
	w.must(w.index.Set(ctx, []deadline.Entry{{ID: id, At: due}}))
	claimed, err := w.index.Claim(ctx, due, 10, w.db.Clock().Wall().Add(100*time.Millisecond))
	w.must(err)
	if !slices.Equal(claimed, []int64{id}) {
		t.Fatalf("claimed %v", claimed)
	}
	w.clock(due)
	w.eventually("it fires", func() bool { return w.firedIDs()[id] == 1 && e.Stats().Reclaimed == 1 })
	w.eventually("no lease is left", func() bool { _, leased, err := w.index.Len(ctx); return err == nil && leased == 0 })
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

// Ensure Settle fires what is due on a subject, in order, with what that sets off, and nothing else.
func TestSettle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.engine(slow)
	mine := []int64{w.one("b", project(1), start.Add(-time.Hour), start), w.one("a", project(1), start.Add(-time.Minute)), w.one("solo", project(1), start)}
	w.one("a", project(1), start.Add(time.Second))
	w.one("a", project(2), start)
	var fired int
	w.must(w.db.FireDeadlines(ctx, true, func(ctx context.Context, tx deadline.BatchTx) (err error) {
		if err := tx.LockSubjects(ctx, []domain.Subject{project(1)}); err != nil {
			return err
		}
		fired, err = e.Settle(ctx, tx, project(1))
		return err
	}))
	var got []int64
	for _, s := range w.said() {
		got = append(got, s.ID)
	}
	if want := []int64{mine[0], mine[1], mine[0], mine[2]}; fired != 4 || !slices.Equal(got, want) {
		t.Errorf("fired %d: %v, want %v", fired, got, want)
	}
}

// Ensure an endless chain ends with an error, not with the process.
func TestEndlessChain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	again := func(ctx context.Context, tx deadline.Tx, due []*deadline.Deadline) error {
		for _, d := range due {
			d.Finish(d.Mark().At, deadline.Red)
			if err := tx.(*repository.Tx).SetDeadline(ctx, newDeadline("again", d.Subject, start)); err != nil {
				return err
			}
		}
		return nil
	}
	e := w.engine(slow, deadline.Spec{Kind: "again", Fire: again})
	id := w.one("again", project(1), start)
	_, err := e.FireBatch(ctx, []int64{id})
	w.must(err)
	if n := w.count(`SELECT attempts FROM deadlines WHERE id = $1`, id); n != 1 {
		t.Errorf("attempts %d, want 1", n)
	}
}

// Ensure that in a race of a command with the timer, the instant decides and not who is quicker: the command wins
// exactly if platform time has not reached the due instant when it runs.
func TestCommandAgainstTimer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec(`INSERT INTO organizations (id, name, kind, region, created_at) VALUES (1, '试验', 'unit', '630000', $1)`, start)
	w.exec(`INSERT INTO projects (id, prefecture, version, state, name, region, authority_region, industry, owner_id, facts, life, created_by, created_at, updated_at)
		VALUES (7, '630000', 1, 'draft', '试验', '630000', '630000', '', 1, '{}', '{}', 1, $1, $1)`, start)
	e := w.engine(slow)
	commands, timerWins := map[int64]int{}, 0
	for i := range 200 {
		at := start.Add(time.Duration(i+1) * time.Minute)
		d := newDeadline("a", project(7), at)
		w.set(d)
		w.clock(at.Add(-time.Second))
		var decidedAt time.Time
		command := func() error {
			return w.db.FireDeadlines(ctx, true, func(ctx context.Context, tx deadline.BatchTx) error {
				if err := tx.LockSubjects(ctx, []domain.Subject{project(7)}); err != nil {
					return err
				}
				if _, err := e.Settle(ctx, tx, project(7)); err != nil {
					return err
				}
				open, err := tx.(*repository.Tx).OpenDeadlinesOf(ctx, project(7))
				decidedAt = tx.Now()
				commands[d.ID] = 0
				for _, o := range open {
					o.Finish(tx.Now(), deadline.Green)
					tx.MoveDeadline(o)
					commands[d.ID]++
				}
				return err
			})
		}
		var wg sync.WaitGroup
		errs := make([]error, 3)
		wg.Go(func() { errs[0] = w.db.Clock().Set(ctx, at, false) })
		wg.Go(func() { errs[1] = command() })
		wg.Go(func() { _, errs[2] = e.FireBatch(ctx, []int64{d.ID}) })
		wg.Wait()
		w.must(errors.Join(errs...))
		byTimer, byCommand := w.firedIDs()[d.ID], commands[d.ID]
		if byTimer+byCommand != 1 {
			t.Fatalf("round %d: %d by timer, %d by command", i, byTimer, byCommand)
		}
		if inTime := decidedAt.Before(at); inTime != (byCommand == 1) {
			// A timer that ran between the reading of the clock and the lock had the later clock: it may win then.
			if !inTime || byTimer != 1 {
				t.Fatalf("round %d: command at %v, due at %v, by command %d", i, decidedAt, at, byCommand)
			}
		}
		timerWins += byTimer
	}
	t.Logf("timer won %d of 200", timerWins)
}

func (w *world) exec(q string, args ...any) {
	w.t.Helper()
	_, err := w.db.SQL().ExecContext(ctx, q, args...)
	w.must(err)
}

// Ensure Verify finds what is amiss in the index and in due dates, and repairs the index (CAL-2).
func TestVerify(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.engine(slow)
	book, err := w.db.Book(ctx)
	w.must(err)
	limit := calendar.Limit{N: 20, Unit: calendar.WorkingDays}
	good := deadline.Counted(book, "a", "FILE-7", project(1), "630000", "受理", start, limit)
	wrong := deadline.Counted(book, "a", "FILE-7", project(2), "630000", "受理", start, limit)
	wrong.DueDate++
	missing, late, early := newDeadline("a", project(3), start.Add(time.Hour)), newDeadline("a", project(4), start.Add(time.Hour)), newDeadline("a", project(5), start.Add(time.Hour))
	w.set(good, wrong, missing, late, early)
	w.must(w.index.Flush(ctx))
	w.must(w.index.Set(ctx, []deadline.Entry{{ID: late.ID, At: start.Add(2 * time.Hour)}, {ID: early.ID, At: start}, {ID: 1, At: start}, {ID: good.ID, At: *good.NextAt()}}))
	v, err := e.Verify(ctx, true)
	w.must(err)
	if v.Open != 3 || v.Indexed != 4 || !slices.Equal(v.Missing, []int64{missing.ID}) || !slices.Equal(v.Late, []int64{late.ID}) ||
		!slices.Equal(v.Stale, []int64{1}) || v.Early != 1 || v.Counted != 2 || !v.Repaired {
		t.Errorf("%+v", v)
	}
	if len(v.Differences) != 1 || v.Differences[0].Deadline.ID != wrong.ID || v.Differences[0].Want.Date != good.DueDate || v.Differences[0].Outdated {
		t.Errorf("differences: %+v", v.Differences)
	}
	v, err = e.Verify(ctx, false)
	w.must(err)
	if len(v.Missing)+len(v.Late)+len(v.Stale) != 0 {
		t.Errorf("after repair: %+v", v)
	}
}
