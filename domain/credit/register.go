package credit

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/catalogue"
	"qhtz/domain/deadline"
)

// The public register: who is listed now, why, since and until when. Every answer compares instants with the one at which
// it is given, so that page, API, export and feed agree in every second; what fell due and has not fired, fires first.

// Entry is a unit with its published listings that have taken effect and not ended.
type Entry struct {
	UnitID   int64
	USCC     string
	Name     string
	Listings []*Listing
	Records  []*Record // all of the unit's; of a look-up only
}

// PublicRecords are the records in effect of the kinds that the parameters make public (CRED-8).
func (e *Entry) PublicRecords(p catalogue.Parameters) []*Record {
	var out []*Record
	for _, r := range e.Records {
		public := p[catalogue.PublicGeneral]
		if r.Severity == Major {
			public = p[catalogue.PublicMajor]
		}
		if r.InEffect() && public == 1 {
			out = append(out, r)
		}
	}
	return out
}

// InEffect are the entry's listings in effect at an instant.
func (e *Entry) InEffect(at time.Time) []*Listing {
	var out []*Listing
	if e == nil {
		return nil
	}
	for _, l := range e.Listings {
		if l.Public() && l.InEffectAt(at) {
			out = append(out, l)
		}
	}
	return out
}

// Answer is what the public is told of one unit.
type Answer struct {
	USCC     string
	Name     string // empty: the platform does not know the unit
	AsOf     time.Time
	Listings []*Listing // in effect as of then, and still; empty: not listed
	Records  []*Record  // public ones in effect now; of an answer about now only
}

// Span is from when until when the answer's listings are in effect, taken together.
func (a Answer) Span() (from, until time.Time) {
	for _, l := range a.Listings {
		if from.IsZero() || l.From.Before(from) {
			from = *l.From
		}
		if l.Until.After(until) {
			until = *l.Until
		}
	}
	return from, until
}

// RegisterFilter selects entries.
type RegisterFilter struct {
	Query  string // part of a name, or a USCC
	Before int64  // listing id: only smaller, newest first
	Limit  int
}

// The kinds of feed entries.
const (
	FeedListed  = "listed"
	FeedRemoved = "removed"
)

// FeedEntry is one line of the register's feed. Of a listing that has ended only the ids are shown (CRED-6).
type FeedEntry struct {
	ID        int64
	At        time.Time
	UnitID    int64
	ListingID int64
	Kind      string
	Entry     *Entry // while the listing is in effect
}

// publish adds to the register's feed; a listing without a basis in force stays internal (CRED-5).
func (c *command) publish(l *Listing, kind string) error {
	if !l.Public() {
		return nil
	}
	return c.tx.AppendFeed(c.ctx, FeedEntry{At: c.at, UnitID: c.u.Organization.ID, ListingID: l.ID, Kind: kind})
}

// fireNow fires deadlines that are late, if anybody may fire now.
func (s *Service) fireNow(ctx context.Context, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	if _, err := s.settler.FireBatch(ctx, ids); err != nil && !errors.Is(err, deadline.ErrHeld) {
		return err
	}
	return nil
}

// fireSoon is how long a reader waits for what is late.
const fireSoon = 300 * time.Millisecond

// fresh reads, and once more after what was late has fired.
func (s *Service) fresh(ctx context.Context, read func() (now time.Time, late bool, err error)) error {
	now, late, err := read()
	if err != nil || !late {
		return err
	}
	ids, err := s.store.LateListings(ctx, now)
	if err != nil {
		return err
	}
	// A unit that somebody is busy with must not hold up everybody's answers: what has not fired soon is answered by its
	// instants, as far as they are written.
	soon, cancel := context.WithTimeout(ctx, fireSoon)
	defer cancel()
	select {
	case <-s.catching.fire(ctx, ids, s.fireNow):
	case <-soon.Done():
	}
	_, _, err = read()
	return err
}

// catching lets one reader at a time fire what is late; the others wait for him.
type catching struct {
	mu   sync.Mutex
	done chan struct{}
}

// fire starts firing unless somebody is at it, and gives what is closed when it is over. That it failed shows in the
// engine's counts, and in what is read afterwards.
func (k *catching) fire(ctx context.Context, ids []int64, fire func(context.Context, []int64) error) <-chan struct{} {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.done != nil {
		return k.done
	}
	done := make(chan struct{})
	k.done = done
	go func() {
		if err := fire(context.WithoutCancel(ctx), ids); err != nil {
			slog.WarnContext(ctx, "listings could not be brought up to date", "error", err)
		}
		k.mu.Lock()
		defer k.mu.Unlock()
		k.done = nil
		close(done)
	}()
	return done
}

// Look answers whether a unit is on the blacklist now or, as of an earlier instant or the end of a day, by what is in effect
// now: of listings that have ended the public learns nothing (CRED-6).
func (s *Service) Look(ctx context.Context, uscc string, asOf *time.Time, day *calendar.Date) (Answer, error) {
	uscc = domain.NormalizeUSCC(uscc)
	if err := domain.CheckUSCC(uscc); err != nil {
		return Answer{}, &domain.Error{Kind: domain.Invalid, Code: "bad_uscc", Rule: "CRED-7", Detail: "不是有效的统一社会信用代码，请核对后再查。", Fields: map[string]string{"uscc": "校验不通过。"}}
	}
	var e *Entry
	var now time.Time
	err := s.fresh(ctx, func() (at time.Time, late bool, err error) {
		e, now, late, err = s.store.RegisterEntry(ctx, uscc)
		return now, late, err
	})
	if err != nil {
		return Answer{}, err
	}
	a := Answer{USCC: uscc, AsOf: now, Listings: e.InEffect(now)}
	if e != nil {
		a.Name = e.Name
	}
	if day != nil && *day != calendar.DateOf(now) {
		end := day.End().Add(-time.Microsecond)
		asOf = &end
	}
	if asOf == nil {
		return s.withRecords(ctx, a, e)
	}
	if asOf.After(now) {
		return Answer{}, &domain.Error{Kind: domain.Invalid, Code: "as_of_future", Rule: "CRED-6", Detail: "不能查询将来的时点。", Fields: map[string]string{"as_of": "不能晚于现在。"}}
	}
	a.AsOf = *asOf
	var then []*Listing
	for _, l := range a.Listings {
		if !asOf.Before(l.From.Truncate(time.Second)) { // it is published to the second
			then = append(then, l)
		}
	}
	a.Listings = then
	return a, nil
}

// withRecords adds the public records to an answer about now.
func (s *Service) withRecords(ctx context.Context, a Answer, e *Entry) (Answer, error) {
	if e == nil || len(e.Records) == 0 {
		return a, nil
	}
	book, err := s.store.Book(ctx)
	if err != nil {
		return a, err
	}
	a.Records = e.PublicRecords(book.Policy(a.AsOf).Content)
	return a, nil
}

// RegisterPage is a page of the blacklist.
type RegisterPage struct {
	AsOf  time.Time
	Items []Answer
	Next  int64
}

// List lists the units on the blacklist now, newest first.
func (s *Service) List(ctx context.Context, f RegisterFilter) (RegisterPage, error) {
	limit := f.Limit
	f.Limit++
	var es []*Entry
	var page RegisterPage
	err := s.fresh(ctx, func() (now time.Time, late bool, err error) {
		es, page.AsOf, late, err = s.store.RegisterEntries(ctx, f)
		return page.AsOf, late, err
	})
	if err != nil {
		return page, err
	}
	if len(es) > limit {
		es = es[:limit]
		for _, l := range es[limit-1].Listings {
			page.Next = max(page.Next, l.ID)
		}
	}
	for _, e := range es {
		if in := e.InEffect(page.AsOf); len(in) > 0 {
			page.Items = append(page.Items, Answer{USCC: e.USCC, Name: e.Name, AsOf: page.AsOf, Listings: in})
		}
	}
	return page, nil
}

// FeedPage is a stretch of the feed. Next is where to go on from.
type FeedPage struct {
	AsOf  time.Time
	Items []FeedEntry
	Next  int64
	More  bool
}

// Feed gives what was listed and what left since an entry, oldest first. What has left appears by its ids only.
func (s *Service) Feed(ctx context.Context, after int64, limit int) (FeedPage, error) {
	page := FeedPage{Next: after}
	var fs []FeedEntry
	err := s.fresh(ctx, func() (now time.Time, late bool, err error) {
		fs, page.AsOf, late, err = s.store.RegisterFeed(ctx, after, limit+1)
		return page.AsOf, late, err
	})
	if err != nil {
		return page, err
	}
	if len(fs) > limit {
		fs, page.More = fs[:limit], true
	}
	for _, f := range fs {
		page.Next = f.ID
		if f.Kind == FeedListed && len(f.Entry.InEffect(page.AsOf)) == 0 {
			continue // it has left: its tombstone stands further on
		}
		if f.Kind == FeedRemoved {
			f.Entry = nil
		}
		page.Items = append(page.Items, f)
	}
	return page, nil
}
