package repository_test

import (
	"context"
	"fmt"
	"testing"

	"qhtz/domain"
	"qhtz/domain/audit"
	"qhtz/domain/project"
	"qhtz/repository"
	"qhtz/repository/repotest"
)

// projectOwner enters a unit to own projects.
func projectOwner(ctx context.Context, t *testing.T, db *repository.DB) domain.Organization {
	t.Helper()
	unit := domain.Organization{ID: 1, Kind: domain.OrgUnit, Name: "青海湖滨新能源有限公司", USCC: "91630100MA7HB1K215", Region: "630100"}
	err := db.InTx(ctx, domain.Call{Actor: domain.TimerActor}, func(tx *repository.Tx) error {
		return tx.InsertOrganization(ctx, unit, true, tx.Now())
	})
	if err != nil {
		t.Fatal(err)
	}
	return unit
}

// newProject is a draft, with its audit event in the same transaction.
func newProject(ctx context.Context, t *testing.T, db *repository.DB, owner domain.Organization, name string) *project.Project {
	t.Helper()
	p := &project.Project{Version: 1, Facts: project.Facts{Name: name, Region: "630102"}, Life: project.NewLife(), Owner: owner, CreatedBy: 101}
	err := db.InTx(ctx, domain.Call{Actor: domain.TimerActor}, func(tx *repository.Tx) (err error) {
		p.CreatedAt, p.UpdatedAt = tx.Now(), tx.Now()
		if p.ID, err = tx.NewID(ctx); err != nil {
			return err
		}
		tx.InsertProject(p)
		tx.Audit(domain.AuditEntry{Subject: p.Subject(), Action: "project.create"})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Ensure a project's audit events hang on each other, whether the last one was read with the project's saving, came
// before it in the transaction, or is looked up alone (AUD-1).
func TestSaveProjectContinuesTheTrail(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	db := repotest.Open(t, firingNow)
	p := newProject(ctx, t, db, projectOwner(ctx, t, db), "实训楼")
	note := func(tx *repository.Tx, action string) {
		tx.Audit(domain.AuditEntry{Subject: p.Subject(), Action: action})
	}
	for i, change := range []func(tx *repository.Tx) error{
		func(tx *repository.Tx) error { note(tx, "saved"); tx.SaveProject(p); return nil },
		func(tx *repository.Tx) error { note(tx, "alone"); return nil },
		func(tx *repository.Tx) error {
			note(tx, "before")
			if _, err := tx.LockProject(ctx, p.ID); err != nil { // writes what was gathered
				return err
			}
			note(tx, "after")
			tx.SaveProject(p)
			return nil
		},
		func(tx *repository.Tx) error {
			for range 2 {
				note(tx, "twice")
				tx.SaveProject(p)
			}
			return nil
		},
	} {
		if err := db.InTx(ctx, domain.Call{Actor: domain.TimerActor}, change); err != nil {
			t.Fatalf("change %d: %v", i, err)
		}
	}
	sum, err := db.VerifyAudit(ctx, func(f audit.Finding) { t.Errorf("finding: %+v", f) })
	if err != nil {
		t.Fatal(err)
	}
	if want := 8; sum.Events < want { // the project's seven, and the seeding
		t.Errorf("%d audit events, want %d", sum.Events, want)
	}
}

// Ensure like-named projects of the unit are found however many it has, the newest first and at most five.
func TestSimilarProjects(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	db := repotest.Open(t, firingNow)
	owner := projectOwner(ctx, t, db)
	for i := range 7 {
		newProject(ctx, t, db, owner, "实训楼")
		newProject(ctx, t, db, owner, fmt.Sprintf("仓库 %d", i))
	}
	newest := newProject(ctx, t, db, owner, "实训楼")
	var similar []project.Similar
	look := func() {
		t.Helper()
		err := db.InTx(ctx, domain.Call{Actor: domain.TimerActor}, func(tx *repository.Tx) (err error) {
			similar, err = tx.SimilarProjects(ctx, newest)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	look()
	if len(similar) != 5 {
		t.Fatalf("%d similar projects, want 5", len(similar))
	}
	for i, s := range similar {
		if s.ID == newest.ID || i > 0 && s.ID > similar[i-1].ID {
			t.Errorf("similar projects %v of %d", similar, newest.ID)
		}
	}
	for i := range 100 {
		newProject(ctx, t, db, owner, fmt.Sprintf("厂房 %d", i))
	}
	if look(); len(similar) != 5 {
		t.Errorf("%d similar projects behind a hundred others, want 5", len(similar))
	}
}
