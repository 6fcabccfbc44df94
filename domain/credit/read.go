package credit

import (
	"context"
	"strings"
	"time"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/catalogue"
	"qhtz/domain/deadline"
	"qhtz/domain/identity/competence"
)

// Get shows a unit's credit to the unit itself, and to officials who say for what; each look of theirs is logged (CRED-8).
func (s *Service) Get(ctx context.Context, call domain.Call, uscc string) (*View, error) {
	if err := competence.MayEver(call.Actor, competence.CreditRead); err != nil {
		return nil, err
	}
	u, err := s.byUSCC(ctx, uscc)
	if err != nil {
		return nil, err
	}
	return s.show(ctx, call, u)
}

// byUSCC finds a unit; what is no USCC names none.
func (s *Service) byUSCC(ctx context.Context, uscc string) (*Unit, error) {
	uscc = domain.NormalizeUSCC(uscc)
	if domain.CheckUSCC(uscc) != nil {
		return nil, domain.NotFoundError()
	}
	return s.store.UnitByUSCC(ctx, uscc)
}

// show is the view of a unit for who may see it, as it stands now.
func (s *Service) show(ctx context.Context, call domain.Call, u *Unit) (*View, error) {
	if err := competence.May(call.Actor, competence.CreditRead, scopeOf(u, call)); err != nil {
		return nil, err
	}
	v, err := s.view(ctx, u)
	if err != nil {
		return nil, err
	}
	if call.Actor.Has(domain.RoleOwner) {
		return v.forUnit(), nil
	}
	return v, s.logLook(ctx, call, u.Organization.USCC)
}

// view is a unit as it stands now: what fell due on it and has not fired, fires first.
func (s *Service) view(ctx context.Context, u *Unit) (*View, error) {
	book, err := s.store.Book(ctx)
	if err != nil {
		return nil, err
	}
	params := func(at time.Time) catalogue.Parameters { return book.Policy(at).Content }
	if _, late := u.Next(params, book.Now); late {
		if u, err = s.catchUp(ctx, u, book.Now); err != nil {
			return nil, err
		}
	}
	reporting, err := s.store.ReportingOf(ctx, u.Organization.ID)
	if err != nil {
		return nil, err
	}
	return &View{Unit: u, At: book.Now, Book: book, Reporting: reporting}, nil
}

// catchUp fires what is due on a unit and reads it anew. While the clock is held nothing fires; the reader then sees what
// is written.
func (s *Service) catchUp(ctx context.Context, u *Unit, now time.Time) (*Unit, error) {
	ds, err := s.store.DeadlinesOf(ctx, u.Subject())
	if err != nil {
		return nil, err
	}
	var due []int64
	for _, d := range ds {
		if at := d.NextAt(); d.FinishedAt == nil && at != nil && !at.After(now) {
			due = append(due, d.ID)
		}
	}
	if err := s.fireNow(ctx, due); err != nil {
		return nil, err
	}
	return s.store.UnitByID(ctx, u.Organization.ID)
}

// forUnit hides from the unit what it has not been told of yet.
func (v *View) forUnit() *View {
	u := *v.Unit
	u.Records, u.Listings = nil, nil
	for _, r := range v.Records {
		if r.told() {
			u.Records = append(u.Records, r)
		}
	}
	for _, l := range v.Listings {
		if l.ServedAt != nil {
			u.Listings = append(u.Listings, l)
		}
	}
	shown := *v
	shown.Unit = &u
	return &shown
}

// logLook leaves in the audit trail who looked at whose credit for what.
func (s *Service) logLook(ctx context.Context, call domain.Call, about string) error {
	purpose := strings.TrimSpace(call.Purpose)
	if purpose == "" {
		purpose = "监管"
	}
	if what := unfit(purpose, 200); what != "" {
		return invalid("CRED-8", map[string]string{"purpose": what})
	}
	call.Replay = nil
	return s.store.InCreditTx(ctx, call, func(tx Tx) error {
		tx.Audit(domain.AuditEntry{Subject: domain.SubjectAccount(call.Actor.ID), Action: "credit.read", Rule: "CRED-8", Note: about + "：" + purpose})
		return nil
	})
}

// Record shows one record.
func (s *Service) Record(ctx context.Context, call domain.Call, id int64) (*View, error) {
	v, err := s.showOf(ctx, call, id, s.store.UnitOfRecord)
	if err == nil && v.Record(id) == nil {
		err = domain.NotFoundError()
	}
	if err != nil {
		return nil, err
	}
	v.RecordID = id
	return v, nil
}

// Listing shows one listing.
func (s *Service) Listing(ctx context.Context, call domain.Call, id int64) (*View, error) {
	v, err := s.showOf(ctx, call, id, s.store.UnitOfListing)
	if err == nil && v.Listing(id) == nil {
		err = domain.NotFoundError()
	}
	if err != nil {
		return nil, err
	}
	v.ListingID = id
	return v, nil
}

func (s *Service) showOf(ctx context.Context, call domain.Call, id int64, unitOf func(context.Context, int64) (int64, error)) (*View, error) {
	if err := competence.MayEver(call.Actor, competence.CreditRead); err != nil {
		return nil, err
	}
	unit, err := unitOf(ctx, id)
	if err != nil {
		return nil, err
	}
	u, err := s.store.UnitByID(ctx, unit)
	if err != nil {
		return nil, err
	}
	return s.show(ctx, call, u)
}

// Page is one page of records or listings, newest first; Next is the cursor of the following one, 0 at the end.
type Page struct {
	Items []*View
	Next  int64
}

// Records lists records: a unit's own, or those of units in an official's area, of one unit by its USCC if given.
func (s *Service) Records(ctx context.Context, call domain.Call, uscc string, f Filter) (Page, error) {
	return s.page(ctx, call, uscc, f, s.store.CreditRecords, func(v *View, id int64) bool {
		v.RecordID = id
		return v.Record(id) != nil
	})
}

// ListListings lists listings likewise: pending, in effect, and ended.
func (s *Service) ListListings(ctx context.Context, call domain.Call, uscc string, f Filter) (Page, error) {
	return s.page(ctx, call, uscc, f, s.store.CreditListings, func(v *View, id int64) bool {
		v.ListingID = id
		return v.Listing(id) != nil
	})
}

func (s *Service) page(ctx context.Context, call domain.Call, uscc string, f Filter, find func(context.Context, Filter) ([]Found, error), aim func(*View, int64) bool) (Page, error) {
	f, err := s.restrict(ctx, call, uscc, f)
	if err != nil {
		return Page{}, err
	}
	limit := f.Limit
	f.Limit++
	found, err := find(ctx, f)
	if err != nil {
		return Page{}, err
	}
	var page Page
	if len(found) > limit {
		found = found[:limit]
		page.Next = found[limit-1].ID
	}
	book, err := s.store.Book(ctx)
	if err != nil {
		return Page{}, err
	}
	for _, x := range found {
		v := &View{Unit: x.Unit, At: book.Now, Book: book}
		if call.Actor.Has(domain.RoleOwner) {
			v = v.forUnit()
		}
		if aim(v, x.ID) {
			page.Items = append(page.Items, v)
		}
	}
	if !call.Actor.Has(domain.RoleOwner) {
		return page, s.logLook(ctx, call, "名录"+uscc)
	}
	return page, nil
}

// restrict keeps a list to what the actor may see.
func (s *Service) restrict(ctx context.Context, call domain.Call, uscc string, f Filter) (Filter, error) {
	if err := competence.MayEver(call.Actor, competence.CreditRead); err != nil {
		return f, err
	}
	scope := competence.Scope{OwnerID: call.Actor.Organization.ID, Region: call.Actor.Organization.Region, Purpose: call.Purpose}
	if uscc != "" {
		u, err := s.byUSCC(ctx, uscc)
		if err != nil {
			return f, err
		}
		scope = scopeOf(u, call)
		f.UnitID = u.Organization.ID
	}
	if err := competence.May(call.Actor, competence.CreditRead, scope); err != nil {
		return f, err
	}
	switch {
	case call.Actor.Has(domain.RoleOwner):
		f.UnitID, f.Told = call.Actor.Organization.ID, true
	case f.UnitID == 0:
		f.Area = call.Actor.Organization.Region
	}
	return f, nil
}

// Counts are the numbers on the menu of who looks after the units of an area.
func (s *Service) Counts(ctx context.Context, call domain.Call) (Counts, error) {
	if err := competence.May(call.Actor, competence.CreditRead, competence.Scope{Region: call.Actor.Organization.Region, Purpose: call.Purpose}); err != nil {
		return Counts{}, err
	}
	return s.store.CreditCounts(ctx, call.Actor.Organization.Region)
}

// Explanation is a deadline with the count of its days (CAL-5).
type Explanation struct {
	*deadline.Deadline
	Days []calendar.Counted
	Unit *View
}

// Explain counts the days of a deadline of a unit's credit, for the unit and for officials.
func (s *Service) Explain(ctx context.Context, call domain.Call, id int64) (*Explanation, error) {
	if err := competence.MayEver(call.Actor, competence.CreditRead); err != nil {
		return nil, err
	}
	d, err := s.store.DeadlineByID(ctx, id)
	if err != nil {
		return nil, err
	}
	if d.Subject.Kind != "unit" {
		return nil, domain.NotFoundError()
	}
	u, err := s.store.UnitByID(ctx, d.Subject.ID)
	if err != nil {
		return nil, err
	}
	v, err := s.show(ctx, call, u)
	if err != nil {
		return nil, err
	}
	if call.Actor.Has(domain.RoleOwner) && !v.names(d.ID) {
		return nil, domain.NotFoundError() // nothing has been said to the unit about it yet
	}
	_, days := d.Explain(v.Book.Calendar)
	return &Explanation{Deadline: d, Days: days, Unit: v}, nil
}

// names reports whether a deadline belongs to a record or listing of the view.
func (v *View) names(deadline int64) bool {
	for _, r := range v.Records {
		for _, id := range r.Deadlines {
			if id == deadline {
				return true
			}
		}
	}
	for _, l := range v.Listings {
		for _, id := range l.Deadlines {
			if id == deadline {
				return true
			}
		}
	}
	return false
}

// Story is everything that happened to a unit that was found for its reader.
func (s *Service) Story(ctx context.Context, v *View) ([]domain.Event, error) {
	return s.store.EventsOf(ctx, v.Subject())
}

// Limits are the deadlines of a unit that was found for its reader.
func (s *Service) Limits(ctx context.Context, v *View) ([]*deadline.Deadline, error) {
	return s.store.DeadlinesOf(ctx, v.Subject())
}
