package deadline_test

import (
	"slices"
	"testing"
	"time"

	"qhtz/domain/calendar"
	"qhtz/domain/deadline"
)

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
