package project

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"qhtz/domain"
	"qhtz/domain/deadline"
)

// Reports lists a project's reports, each at its newest version with the earlier ones, the newest first. Drafts are
// shown to the owner only.
func (s *Service) Reports(ctx context.Context, call domain.Call, ref Ref) ([]*ReportView, error) {
	v, err := s.Get(ctx, call, ref)
	if err != nil {
		return nil, err
	}
	events, err := s.store.EventsOf(ctx, v.Subject())
	if err != nil {
		return nil, err
	}
	all, err := reportsOf(v, events)
	if err != nil || !call.Actor.Has(domain.RoleOwner) {
		return all, err
	}
	drafts, err := s.store.ReportDrafts(ctx, v.ID)
	if err != nil {
		return nil, err
	}
	for _, d := range drafts {
		all = append(all, &ReportView{Report: d, Project: v})
	}
	slices.SortStableFunc(all, func(a, b *ReportView) int { return b.At.Compare(a.At) })
	return all, nil
}

// ReportByID shows one report of a project, or the owner's draft.
func (s *Service) ReportByID(ctx context.Context, call domain.Call, ref Ref, id int64) (*ReportView, error) {
	all, err := s.Reports(ctx, call, ref)
	if err != nil {
		return nil, err
	}
	for _, r := range all {
		if r.ID == id {
			return r, nil
		}
	}
	return nil, domain.NotFoundError()
}

// reportsOf reads the reports off the ledger, the newest first.
func reportsOf(v *View, events []domain.Event) ([]*ReportView, error) {
	var all []*ReportView
	for _, e := range events {
		var d EventData
		if err := json.Unmarshal(e.Data, &d); err != nil {
			return nil, fmt.Errorf("event %d: %w", e.Seq, err)
		}
		if d.Report == nil {
			continue
		}
		r := *d.Report
		r.At, r.ActorID = e.Effective, e.ActorID
		i := slices.IndexFunc(all, func(x *ReportView) bool { return x.ID == r.ID })
		if i < 0 {
			all = append(all, &ReportView{Project: v})
			i = len(all) - 1
		}
		all[i].Report, all[i].Due = r, v.deadlineByID(r.DutyID)
		all[i].Versions = append(all[i].Versions, r)
	}
	slices.SortStableFunc(all, func(a, b *ReportView) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.ID, a.ID)) })
	return all, nil
}

func (v *View) deadlineByID(id int64) *deadline.Deadline {
	for _, d := range v.Deadlines {
		if d.ID == id {
			return d
		}
	}
	return nil
}

// DutyView is a duty as it stands at one moment.
type DutyView struct {
	Duty
	Deadline     *deadline.Deadline
	ReportID     int64          // 0: none yet
	State        deadline.State // missed: past its last consequence and still owed
	Light        deadline.Light
	Overdue      bool
	NextReminder *time.Time // nil: none left
	Consequence  *time.Time // when a record is proposed; nil where none is, or the report is there
}

// Duties are the reports that the project owes or owed, the earliest first (REP-1).
func (v *View) Duties() []DutyView {
	out := []DutyView{}
	for _, duty := range v.Life.Duties {
		if d := v.deadlineByID(duty.ID); d != nil {
			out = append(out, v.dutyView(duty, d))
		}
	}
	slices.SortStableFunc(out, func(a, b DutyView) int { return a.Deadline.DueAt.Compare(b.Deadline.DueAt) })
	return out
}

func (v *View) dutyView(duty Duty, d *deadline.Deadline) DutyView {
	one := DutyView{Duty: duty, Deadline: d, State: d.Shown(), Light: deadline.LightOf(v.Book, d, v.At), Overdue: deadline.Overdue(d, v.At)}
	if r := v.Life.last(duty.Kind, duty.Year, false); r != nil {
		one.ReportID = r.ID
	}
	if duty.Waived { // even where it had been done before
		one.State, one.Overdue, one.ReportID = deadline.Waived, false, 0
	}
	if d.FinishedAt != nil {
		return one
	}
	one.NextReminder = reminderAt(d)
	for _, m := range d.Marks {
		if m.Do == propose {
			one.Consequence = &m.At
		}
	}
	return one
}

// Duties lists a project's reporting duties (GET …/duties).
func (s *Service) Duties(ctx context.Context, call domain.Call, ref Ref) ([]DutyView, error) {
	v, err := s.Get(ctx, call, ref)
	if err != nil {
		return nil, err
	}
	return v.Duties(), nil
}

// Outstanding are the matters that the project needs before construction starts and has not done (REP-2).
func (v *View) Outstanding() []domain.CaseItem { return v.outstanding(v.Book, beforeStart) }

// OutstandingAtCompletion are the matters that have to be done by completion and are not known to be done (REP-6).
func (v *View) OutstandingAtCompletion() []domain.CaseItem {
	return v.outstanding(v.Book, beforeCompletion)
}
