package deadline

import (
	"context"
	"time"

	"qhtz/domain/calendar"
	"qhtz/domain/catalogue"
)

// Verification compares the index and the stored due dates with what they should be. While deadlines fire the
// counts may be off by those in flight; the repair is safe all the same.
type Verification struct {
	Open        int     // open with a next instant within the horizon
	Indexed     int     // in the index, waiting or leased
	Missing     []int64 // open within the horizon, not in the index
	Late        []int64 // in the index later than their instant
	Stale       []int64 // in the index, not open any more
	Early       int     // in the index earlier than their instant: harmless
	Counted     int     // open deadlines whose due date was counted anew
	Differences []Difference
	Parked      []Parked
	Repaired    bool // the index; due dates are never changed here
}

// Good reports that nothing needs a hand.
func (v Verification) Good() bool {
	return len(v.Missing)+len(v.Late)+len(v.Stale)+len(v.Differences)+len(v.Parked) == 0
}

// Difference is a due date that does not follow from its event, limit and stops by the calendar of today.
type Difference struct {
	Deadline *Deadline
	Want     calendar.Due
	Outdated bool // it was counted by an older calendar: a recount is due, no error was made
}

// Verify compares. repair puts the index right.
func (e *Engine) Verify(ctx context.Context, repair bool) (Verification, error) {
	var v Verification
	if err := e.recount(ctx, &v); err != nil {
		return v, err
	}
	var err error
	if v.Parked, err = e.store.ParkedDeadlines(ctx, page); err != nil {
		return v, err
	}
	if e.index == nil {
		return v, nil
	}
	fix, err := e.compare(ctx, &v)
	if err != nil || !repair {
		return v, err
	}
	if err := e.index.Set(ctx, fix); err != nil {
		return v, err
	}
	if err := e.index.Remove(ctx, v.Stale); err != nil {
		return v, err
	}
	v.Repaired = true
	return v, nil
}

// recount counts each due date anew. What is past its date stays as it was judged, and a date set by rule
// follows from no limit.
func (e *Engine) recount(ctx context.Context, v *Verification) error {
	book, err := e.store.Book(ctx)
	if err != nil {
		return err
	}
	var after int64
	for {
		ds, err := e.store.OpenDeadlines(ctx, after, page)
		if err != nil {
			return err
		}
		for _, d := range ds {
			after = d.ID
			if d.Limit.Unit == "" || !book.Now.Before(d.DueAt) {
				continue
			}
			v.Counted++
			if want, ok := Recount(book, d); !ok {
				v.Differences = append(v.Differences, Difference{Deadline: d, Want: want, Outdated: d.CalendarVersion != book.Calendar.Version()})
			}
		}
		if len(ds) < page {
			return nil
		}
	}
}

// Recount counts a deadline's due date from its event, limit and stops, and reports whether that is what it says
// (CAL-2, CAL-3). A paused one has no date to compare.
func Recount(book *catalogue.Book, d *Deadline) (want calendar.Due, ok bool) {
	want = book.Calendar.Due(d.EventAt, d.Limit, d.Stops...)
	if want.Suspended || d.State == Paused {
		return want, want.Suspended == (d.State == Paused)
	}
	return want, want.Date == d.DueDate && want.At.Equal(d.DueAt) && want.Provisional == d.Provisional
}

// compare sets the index against the truth and gives what to enter.
func (e *Engine) compare(ctx context.Context, v *Verification) (fix []Entry, err error) {
	indexed, err := e.indexed(ctx)
	if err != nil {
		return nil, err
	}
	v.Indexed = len(indexed)
	until, err := e.reach.until(ctx, e.store, e.clock.Wall(), true)
	if err != nil {
		return nil, err
	}
	q := DueQuery{Kinds: e.kinds, Until: until, Limit: page}
	for {
		found, err := e.store.PendingDeadlines(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, p := range found {
			v.Open++
			at, in := indexed[p.ID]
			delete(indexed, p.ID)
			switch want := p.At.Add(time.Millisecond - 1).Truncate(time.Millisecond); {
			case !in:
				v.Missing = append(v.Missing, p.ID)
				fix = append(fix, p.Entry)
			case at.After(want):
				v.Late = append(v.Late, p.ID)
				fix = append(fix, p.Entry)
			case !at.IsZero() && at.Before(want):
				v.Early++
			}
		}
		if len(found) < page {
			break
		}
		q.After = found[len(found)-1]
	}
	return fix, e.findStale(ctx, indexed, v)
}

func (e *Engine) indexed(ctx context.Context) (map[int64]time.Time, error) {
	at := map[int64]time.Time{}
	err := e.index.Entries(ctx, func(entries []Entry) error {
		for _, entry := range entries {
			if was, in := at[entry.ID]; !in || entry.At.Before(was) {
				at[entry.ID] = entry.At
			}
		}
		return nil
	})
	return at, err
}

// findStale looks at what the index has besides: beyond the horizon is fine, gone is stale.
func (e *Engine) findStale(ctx context.Context, left map[int64]time.Time, v *Verification) error {
	ids := make([]int64, 0, len(left))
	for id := range left {
		ids = append(ids, id)
	}
	for len(ids) > 0 {
		n := min(len(ids), page)
		open, err := e.store.PendingByID(ctx, ids[:n])
		if err != nil {
			return err
		}
		for _, p := range open {
			delete(left, p.ID)
		}
		for _, id := range ids[:n] {
			if _, gone := left[id]; gone {
				v.Stale = append(v.Stale, id)
			}
		}
		ids = ids[n:]
	}
	return nil
}
