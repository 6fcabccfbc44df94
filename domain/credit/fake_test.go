package credit

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/catalogue"
	"qhtz/domain/deadline"
	"qhtz/domain/notice"
)

// world is the platform around one unit in memory: what the database and the timers are to the service, with a clock that
// only tests move.
type world struct {
	*Service
	t    testing.TB
	book catalogue.Book
	now  time.Time

	mu        sync.Mutex // a unit's lock, for tests that race
	stored    *Unit
	kept      // what a transaction that fails undoes
	specs     map[deadline.Kind]deadline.Spec
	projects  map[string]ProjectInfo
	duties    []DutyInfo
	reporting Reporting
	nextID    int64

	anew  bool // each lock folds the unit from its events, as a store that keeps no objects
	brief bool // limits come without reminders, which change nothing
	held  bool // the clock is held: nothing fires
}

// kept is all that is stored.
type kept struct {
	events    []domain.Event
	deadlines []deadline.Deadline
	facts     []Record
	feed      []FeedEntry
	sent      []notice.Message
	audits    []domain.AuditEntry
}

// newWorld is a unit that consented to being served in the platform, with three projects, at an instant.
func newWorld(t testing.TB, now string) *world {
	t.Helper()
	w := &world{t: t, book: seededBook(t), now: on(now), nextID: 1000, anew: true,
		projects: map[string]ProjectInfo{
			ownCode:     {ID: 71, Code: ownCode, Name: "实训楼", OwnerID: ourUnit.ID},
			foreignCode: {ID: 72, Code: foreignCode, Name: "他人的厂房", OwnerID: 501},
		}}
	w.stored = &Unit{Organization: ourUnit, Consented: true}
	w.Service = New(w, w)
	w.specs = map[deadline.Kind]deadline.Spec{}
	for _, spec := range w.Timers(func(tx deadline.Tx) Tx { return tx.(Tx) }) {
		w.specs[spec.Kind] = spec
	}
	return w
}

func (w *world) Book(context.Context) (*catalogue.Book, error) {
	b := w.book
	b.Now = w.now
	return &b, nil
}

func (w *world) UnitByID(_ context.Context, id int64) (*Unit, error) {
	if id != ourUnit.ID {
		return nil, domain.NotFoundError()
	}
	return w.read(), nil
}

func (w *world) UnitByUSCC(_ context.Context, uscc string) (*Unit, error) {
	if uscc != ownUSCC {
		return nil, domain.NotFoundError()
	}
	return w.read(), nil
}

// read gives the unit as stored.
func (w *world) read() *Unit {
	if w.anew {
		w.refold()
	}
	return w.stored
}

// refold makes the unit of its events alone.
func (w *world) refold() {
	u, err := Fold(w.events)
	if err != nil {
		w.t.Fatalf("fold: %v", err)
	}
	u.Organization, u.Consented, u.Version = w.stored.Organization, w.stored.Consented, w.stored.Version
	w.stored = u
}

func (w *world) UnitOfRecord(_ context.Context, record int64) (int64, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stored.Record(record) == nil {
		return 0, domain.NotFoundError()
	}
	return ourUnit.ID, nil
}

func (w *world) UnitOfListing(_ context.Context, listing int64) (int64, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stored.Listing(listing) == nil {
		return 0, domain.NotFoundError()
	}
	return ourUnit.ID, nil
}

func (w *world) CreditRecords(_ context.Context, f Filter) (found []Found, err error) {
	for _, r := range slices.Backward(w.read().Records) {
		if (f.Before == 0 || r.ID < f.Before) && len(found) < f.Limit {
			found = append(found, Found{Unit: w.stored, ID: r.ID})
		}
	}
	return found, nil
}

func (w *world) CreditListings(_ context.Context, f Filter) (found []Found, err error) {
	for _, l := range slices.Backward(w.read().Listings) {
		if (f.Before == 0 || l.ID < f.Before) && len(found) < f.Limit {
			found = append(found, Found{Unit: w.stored, ID: l.ID})
		}
	}
	return found, nil
}

func (w *world) CreditCounts(context.Context, string) (Counts, error) { return Counts{}, nil }

func (w *world) ReportingOf(context.Context, int64) (Reporting, error) { return w.reporting, nil }

func (w *world) DeadlineByID(_ context.Context, id int64) (*deadline.Deadline, error) {
	for _, d := range w.deadlines {
		if d.ID == id {
			return &d, nil
		}
	}
	return nil, domain.NotFoundError()
}

func (w *world) DeadlinesOf(context.Context, domain.Subject) (ds []*deadline.Deadline, err error) {
	for _, d := range w.deadlines {
		ds = append(ds, &d)
	}
	return ds, nil
}

func (w *world) EventsOf(context.Context, domain.Subject) ([]domain.Event, error) {
	return w.events, nil
}

// InCreditTx runs one transaction at a time; one that fails leaves nothing.
func (w *world) InCreditTx(_ context.Context, call domain.Call, fn func(Tx) error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	before := w.kept
	before.deadlines = slices.Clone(w.deadlines)
	err := fn(&fakeTx{world: w, call: call})
	if err != nil {
		w.kept = before
		w.refold()
	}
	return err
}

// The public register, over the one unit.

func (w *world) entry() *Entry {
	e := &Entry{UnitID: ourUnit.ID, USCC: ownUSCC, Name: ourUnit.Name}
	for _, l := range w.read().Listings {
		if l.Public() && l.From != nil && l.EndedAt == nil {
			e.Listings = append(e.Listings, l)
		}
	}
	return e
}

func (w *world) late() bool {
	ids, _ := w.LateListings(context.Background(), w.now)
	return len(ids) > 0
}

func (w *world) RegisterEntry(_ context.Context, uscc string) (*Entry, time.Time, bool, error) {
	if uscc != ownUSCC {
		return nil, w.now, w.late(), nil
	}
	return w.entry(), w.now, w.late(), nil
}

func (w *world) RegisterEntries(context.Context, RegisterFilter) ([]*Entry, time.Time, bool, error) {
	e := w.entry()
	if len(e.InEffect(w.now)) == 0 {
		return nil, w.now, w.late(), nil
	}
	return []*Entry{e}, w.now, w.late(), nil
}

func (w *world) RegisterFeed(_ context.Context, after int64, limit int) (fs []FeedEntry, now time.Time, late bool, err error) {
	for _, f := range w.feed {
		if f.ID > after && !f.At.After(w.now) && len(fs) < limit {
			e := w.entry()
			e.Listings = slices.DeleteFunc(slices.Clone(e.Listings), func(l *Listing) bool { return l.ID != f.ListingID })
			f.Entry = e
			fs = append(fs, f)
		}
	}
	return fs, w.now, w.late(), nil
}

func (w *world) LateListings(_ context.Context, now time.Time) (ids []int64, err error) {
	for _, l := range w.stored.Listings {
		if at, id := l.ByItself(); at != nil && !at.After(now) {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// day is a civil date.
func dateOf(s string) calendar.Date { return calendar.DateOf(on(s)) }
