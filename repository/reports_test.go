package repository_test

import (
	"context"
	"testing"
	"time"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/deadline"
	"qhtz/domain/project"
	"qhtz/repository"
	"qhtz/repository/repotest"
)

// REP-5: a draft is one a kind and year, replaced in place, and gone once taken; a report keeps its id, first instant and
// lateness through its versions.
func TestReportRows(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	db := repotest.Open(t, firingNow)
	p := newProject(ctx, t, db, projectOwner(ctx, t, db), "实训楼")
	due := calendar.NewDate(2027, 2, 1)
	in := func(fn func(tx *repository.Tx) error) {
		t.Helper()
		if err := db.InTx(ctx, domain.Call{Actor: domain.TimerActor}, fn); err != nil {
			t.Fatal(err)
		}
	}
	var first, second, taken, none int64
	in(func(tx *repository.Tx) (err error) {
		if first, err = tx.SaveReportDraft(ctx, p.ID, project.Report{Kind: project.ReportAnnual, Year: 2026, Data: project.ReportData{Stage: "基础"}}); err != nil {
			return err
		}
		second, err = tx.SaveReportDraft(ctx, p.ID, project.Report{Kind: project.ReportAnnual, Year: 2026, Data: project.ReportData{Stage: "主体"}})
		return err
	})
	drafts, err := db.ReportDrafts(ctx, p.ID)
	if err != nil || len(drafts) != 1 || first != second || drafts[0].Data.Stage != "主体" || drafts[0].Version != 0 {
		t.Errorf("drafts %+v, ids %d and %d, %v", drafts, first, second, err)
	}
	in(func(tx *repository.Tx) (err error) {
		if taken, err = tx.TakeReportDraft(ctx, p.ID, project.ReportAnnual, 2026); err != nil {
			return err
		}
		none, err = tx.TakeReportDraft(ctx, p.ID, project.ReportAnnual, 2026)
		return err
	})
	if taken != first || none != 0 {
		t.Errorf("took %d and %d, want %d and none", taken, none, first)
	}
	r := project.Report{ID: 9001, Kind: project.ReportAnnual, Year: 2026, Version: 1, Late: true, At: firingNow}
	in(func(tx *repository.Tx) error { return tx.SaveReport(ctx, p, r, &due) })
	r.Version, r.Late, r.At = 2, false, firingNow.AddDate(0, 1, 0)
	in(func(tx *repository.Tx) error { return tx.SaveReport(ctx, p, r, nil) })
	var got string
	err = db.SQL().QueryRowContext(ctx, `SELECT concat_ws(' ', version, late, due_date, submitted_at = $1) FROM reports WHERE id = 9001`, firingNow).Scan(&got)
	if err != nil || got != "2 f 2027-02-01 t" {
		t.Errorf("row %q, %v", got, err)
	}
}

// CRED-9: what a unit has reported, and that a report is owed past its date from the very instant at which that begins.
func TestReportingOfUnit(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	db := repotest.Open(t, firingNow)
	owner := projectOwner(ctx, t, db)
	p := newProject(ctx, t, db, owner, "实训楼")
	err := db.InTx(ctx, domain.Call{Actor: domain.TimerActor}, func(tx *repository.Tx) error {
		for i, r := range []project.Report{{Kind: project.ReportStart, Late: true}, {Kind: project.ReportAnnual, Year: 2024, Late: true}, {Kind: project.ReportCompletion}} {
			r.ID, r.Version, r.At = int64(9001+i), 1, firingNow
			if err := tx.SaveReport(ctx, p, r, nil); err != nil {
				return err
			}
		}
		for _, d := range []*deadline.Deadline{{Kind: project.KindReportAnnual, DueAt: firingNow}, {Kind: project.KindReportAnnual, DueAt: firingNow.Add(time.Microsecond)},
			{Kind: project.KindStartPrompt, DueAt: firingNow}} {
			d.Subject, d.Region, d.EventAt, d.State, d.DueDate = p.Subject(), "630102", firingNow, deadline.Open, calendar.DateOf(firingNow)
			d.Marks = []deadline.Mark{}
			if err := tx.SetDeadline(ctx, d); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := db.ReportingOf(ctx, owner.ID)
	if err != nil || got.Done != 2 || got.Late != 1 || got.Overdue != 1 {
		t.Errorf("%+v, %v", got, err)
	}
}
