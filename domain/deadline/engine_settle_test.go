package deadline_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"qhtz/domain"
	"qhtz/domain/deadline"
	"qhtz/repository"
)

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
