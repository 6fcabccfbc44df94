package project

import (
	"slices"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/notice"
)

// supervised has a supervision case about a start that was not lawful: a project has one open at a time. A correction
// changes what the open case rests on; after a case was closed, only what it did not know of opens another (REP-2).
func (r *reporting) supervised(on calendar.Date) error {
	now := domain.CaseDetail{StartDate: on.String(), Items: r.r.Items}
	if a := r.p.Life.AcceptedOn; a != nil {
		now.AcceptedOn, now.Early = a.String(), on < *a
	}
	unlawful := len(now.Items) > 0 || now.Early
	if r.p.Life.CaseID == 0 {
		if !unlawful {
			return nil
		}
		return r.openCase(on, now, notice.CaseOpened)
	}
	known, open, err := r.tx.CaseOf(r.ctx, r.p.Life.CaseID)
	if err != nil {
		return err
	}
	if !open && unlawful && worse(known.Detail, now) {
		return r.openCase(on, now, notice.CaseOpenedAgain)
	}
	if r.r.CaseID = known.ID; !open {
		return nil
	}
	now.ReportID = known.Detail.ReportID
	known.Detail = now
	if unlawful {
		r.tells = append(r.tells, func() error { return r.tellUnlawful(on, now.Early, notice.CaseChanged) })
	}
	return r.tx.ChangeCase(r.ctx, known)
}

// worse reports whether something is unlawful now that a case did not know of.
func worse(was, now domain.CaseDetail) bool {
	return now.Early && !was.Early || slices.ContainsFunc(now.Items, func(i domain.CaseItem) bool {
		return !slices.ContainsFunc(was.Items, func(x domain.CaseItem) bool { return x.Code == i.Code })
	})
}

func (r *reporting) openCase(on calendar.Date, detail domain.CaseDetail, step notice.CaseStep) error {
	if err := r.number(); err != nil {
		return err
	}
	id, err := r.tx.NewID(r.ctx)
	if err != nil {
		return err
	}
	r.r.CaseID, detail.ReportID = id, r.r.ID
	r.tells = append(r.tells, func() error { return r.tellUnlawful(on, detail.Early, step) })
	return r.tx.OpenCase(r.ctx, domain.Case{ID: id, Kind: domain.CaseUnlawfulStart, Rule: "REP-2", ProjectID: r.p.ID, UnitID: r.p.Owner.ID, Region: r.p.AuthorityRegion(),
		Detail: detail})
}
