package project

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/deadline"
	"qhtz/domain/identity/competence"
	"qhtz/domain/projectcode"
)

// Get shows a project to who may see it.
func (s *Service) Get(ctx context.Context, call domain.Call, ref Ref) (*View, error) {
	if err := competence.MayEver(call.Actor, competence.ProjectRead); err != nil {
		return nil, err
	}
	if err := competence.CheckPurpose(call.Actor, call.Purpose); err != nil {
		return nil, err
	}
	p, err := s.find(ctx, ref)
	if err != nil {
		return nil, err
	}
	if err := s.may(ctx, s.store, call, competence.ProjectRead, p); err != nil {
		return nil, err
	}
	return s.view(ctx, p)
}

// Public shows an accepted or filed project to anybody, by its code in any written form.
func (s *Service) Public(ctx context.Context, written string) (*View, error) {
	code, err := projectcode.Parse(written)
	if err != nil {
		return nil, domain.NotFoundError()
	}
	p, err := s.store.ProjectByCode(ctx, code)
	if err != nil {
		return nil, err
	}
	if !p.Life.Public() {
		return nil, domain.NotFoundError()
	}
	return s.view(ctx, p)
}

func (s *Service) view(ctx context.Context, p *Project) (*View, error) {
	book, err := s.store.Book(ctx)
	if err != nil {
		return nil, err
	}
	v := &View{Project: p, At: book.Now, Book: book}
	if p.Life.State == Draft {
		return v, nil
	}
	ds, err := s.store.DeadlinesOf(ctx, p.Subject())
	if err != nil {
		return nil, err
	}
	v.Deadlines = shown(ds)
	v.Authority, err = s.store.CompetentOrganization(ctx, p.AuthorityRegion(), domain.DepartmentReform)
	if err != nil && !domain.IsKind(err, domain.NotFound) {
		return nil, err
	}
	return v, nil
}

// Page is one page of a list, newest first; Next is the cursor of the following one, 0 at the end.
type Page struct {
	Items []*View
	Next  int64
}

// List lists what the actor may see: its own unit's projects, or the submitted ones of an official's area.
func (s *Service) List(ctx context.Context, call domain.Call, f Filter) (Page, error) {
	if err := competence.MayEver(call.Actor, competence.ProjectRead); err != nil {
		return Page{}, err
	}
	if err := competence.CheckPurpose(call.Actor, call.Purpose); err != nil {
		return Page{}, err
	}
	if call.Actor.Has(domain.RoleOwner) {
		f.OwnerID = call.Actor.Organization.ID
	} else {
		f.Submitted = true
		f.Area = call.Actor.Organization.Region
	}
	return s.page(ctx, f)
}

// Queue lists what an officer's own organisation has to do, by what is due next.
func (s *Service) Queue(ctx context.Context, call domain.Call, f Filter) (Page, error) {
	if err := competence.MayEver(call.Actor, competence.ProjectAccept); err != nil {
		return Page{}, err
	}
	f.Submitted, f.AuthorityOrg = true, call.Actor.Organization.ID
	page, err := s.page(ctx, f)
	if err != nil {
		return page, err
	}
	slices.SortStableFunc(page.Items, func(a, b *View) int {
		if a.Life.Green != b.Life.Green { // CRED-9: the green channel goes first
			return map[bool]int{true: -1, false: 1}[a.Life.Green]
		}
		return dueOf(a).Compare(dueOf(b))
	})
	return page, nil
}

// QueueCounts are the numbers on the officer's menu: those of the lists behind it.
func (s *Service) QueueCounts(ctx context.Context, call domain.Call) (map[State]int, error) {
	if err := competence.MayEver(call.Actor, competence.ProjectAccept); err != nil {
		return nil, err
	}
	return s.store.QueueCounts(ctx, call.Actor.Organization.ID)
}

func dueOf(v *View) time.Time {
	if d := v.Current(); d != nil {
		return d.DueAt
	}
	return time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
}

// Register lists accepted and filed projects for the public.
func (s *Service) Register(ctx context.Context, f Filter) (Page, error) {
	f.PublicOnly = true
	return s.page(ctx, f)
}

func (s *Service) page(ctx context.Context, f Filter) (Page, error) {
	limit := f.Limit
	f.Limit++ // one more tells whether a page follows
	ps, err := s.store.Projects(ctx, f)
	if err != nil {
		return Page{}, err
	}
	var page Page
	if len(ps) > limit {
		ps = ps[:limit]
		page.Next = ps[limit-1].ID
	}
	book, err := s.store.Book(ctx)
	if err != nil {
		return Page{}, err
	}
	ids := make([]int64, len(ps))
	for i, p := range ps {
		ids[i] = p.ID
	}
	ds, err := s.store.DeadlinesOfProjects(ctx, ids)
	if err != nil {
		return Page{}, err
	}
	page.Items = make([]*View, len(ps))
	for i, p := range ps {
		page.Items[i] = &View{Project: p, At: book.Now, Book: book, Deadlines: shown(ds[p.ID])}
	}
	return page, nil
}

// Step is one line of a project's timeline.
type Step struct {
	Seq       int
	Type      string
	Effective time.Time
	Recorded  time.Time
	Rule      string
	Data      EventData
}

// Steps is everything that happened to a project that was found for its reader. The public sees steps, not
// opinions or facts.
func (s *Service) Steps(ctx context.Context, v *View, public bool) ([]Step, error) {
	events, err := s.store.EventsOf(ctx, v.Subject())
	if err != nil {
		return nil, err
	}
	steps := make([]Step, 0, len(events))
	for _, e := range events {
		if public && !told(e.Type) {
			continue
		}
		st := Step{Seq: e.Seq, Type: e.Type, Effective: e.Effective, Recorded: e.Recorded, Rule: e.Rule}
		if err := json.Unmarshal(e.Data, &st.Data); err != nil {
			return nil, fmt.Errorf("event %d: %w", e.ID, err)
		}
		if public {
			st.Data = EventData{Code: st.Data.Code, AsOf: st.Data.AsOf, BySilence: st.Data.BySilence, Route: st.Data.Route}
		}
		steps = append(steps, st)
	}
	return steps, nil
}

// told reports whether the public is told of a step: not of plans, nor of what the platform keeps for itself.
func told(typ string) bool {
	return typ != EvStartPlanned && typ != EvDelayed && typ != EvCorrected && typ != EvDuties
}

// Explanation is a deadline with the count of its days (CAL-5).
type Explanation struct {
	*deadline.Deadline
	Days    []calendar.Counted
	Project *View
}

// Explain counts a deadline's days. Those of public projects are public, but for what the unit owes by reports: that is
// between it and the authorities.
func (s *Service) Explain(ctx context.Context, call domain.Call, id int64) (*Explanation, error) {
	d, err := s.store.DeadlineByID(ctx, id)
	if err == nil && (d.Subject.Kind != "project" || d.Kind == KindReportYear) {
		err = domain.NotFoundError()
	}
	if domain.IsKind(err, domain.NotFound) {
		if refused := competence.MayEver(call.Actor, competence.ProjectRead); refused != nil {
			return nil, refused // absent and hidden look alike to who may read none
		}
	}
	if err != nil {
		return nil, err
	}
	p, err := s.store.ProjectByID(ctx, d.Subject.ID)
	if err != nil {
		return nil, err
	}
	if !p.Life.Public() || ofReports(d.Kind) {
		if err := s.may(ctx, s.store, call, competence.ProjectRead, p); err != nil {
			return nil, err
		}
	}
	v, err := s.view(ctx, p)
	if err != nil {
		return nil, err
	}
	_, days := d.Explain(v.Book.Calendar)
	return &Explanation{Deadline: d, Days: days, Project: v}, nil
}
