package repository_test

import (
	"context"
	"testing"
	"time"

	"qhtz/domain"
	"qhtz/domain/deadline"
	"qhtz/repository/repotest"
)

// Ensure that whatever a handler changes of a deadline is written, be it the step alone or more (CAL-2), also when it
// changes the same deadline again after a flush.
func TestMoveDeadline(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	db := repotest.Open(t, firingNow)
	next := firingNow.Add(time.Hour)
	var ds []*deadline.Deadline
	var ids []int64
	for i := range int64(6) {
		d := dueAt(domain.SubjectProject(i), "a", firingNow.Add(time.Duration(i-10)*time.Microsecond))
		if i != 1 {
			d.Marks = append(d.Marks, deadline.Mark{At: next, Do: "again"})
		}
		ds = append(ds, d)
	}
	enter(ctx, t, db, ds...)
	for _, d := range ds {
		ids = append(ids, d.ID)
	}
	err := db.FireDeadlines(ctx, true, func(ctx context.Context, tx deadline.BatchTx) error {
		due, err := tx.ClaimDue(ctx, ids)
		if err != nil || len(due) != len(ids) {
			t.Fatalf("claimed %d: %v", len(due), err)
		}
		for _, d := range due {
			d.Step++
			tx.MoveDeadline(d)
		}
		due[2].Marks[1].At = next.Add(time.Minute)
		due[3].State = deadline.Paused
		due[5].State = deadline.Paused
		due[4].CalendarVersion, due[4].DueDate = 7, due[4].DueDate.AddDays(1)
		if _, err := tx.ClaimDue(ctx, nil); err != nil { // writes what was gathered
			return err
		}
		due[5].State = deadline.Open // as it was read, but not as it stands now
		tx.MoveDeadline(due[5])
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		next    *time.Time
		state   deadline.State
		days    int
		version int64
	}{
		{next: &next, state: deadline.Open},
		{state: deadline.Open},
		{next: new(next.Add(time.Minute)), state: deadline.Open},
		{state: deadline.Paused},
		{next: &next, state: deadline.Open, days: 1, version: 7},
		{next: &next, state: deadline.Open},
	} {
		d, err := db.DeadlineByID(ctx, ids[i])
		if err != nil {
			t.Fatal(err)
		}
		got := d.NextAt()
		if d.Step != 1 || d.State != want.state || d.DueDate != ds[i].DueDate.AddDays(want.days) || d.CalendarVersion != want.version ||
			(got == nil) != (want.next == nil) || got != nil && !got.Equal(*want.next) {
			t.Errorf("deadline %d: %+v, want %+v", i, d, want)
		}
		var indexed *time.Time
		if err := db.SQL().QueryRowContext(ctx, `SELECT next_at FROM deadlines WHERE id = $1`, ids[i]).Scan(&indexed); err != nil {
			t.Fatal(err)
		}
		if (indexed == nil) != (want.next == nil) || indexed != nil && !indexed.Equal(*want.next) {
			t.Errorf("deadline %d: next_at %v, want %v", i, indexed, want.next)
		}
	}
}
