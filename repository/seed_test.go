package repository_test

import (
	"context"
	"io/fs"
	"testing"
	"time"

	"qhtz/domain/calendar"
	"qhtz/domain/catalogue"
	"qhtz/migrations"
	"qhtz/repository"
	"qhtz/repository/repotest"
)

// Ensure a seeded platform reads its calendar and catalogues back, and that seeding again changes nothing.
func TestSeed(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	now := time.Date(2026, 2, 10, 10, 0, 0, 0, calendar.Zone)
	db := repotest.Open(t, now)
	seed, err := fs.Sub(migrations.Seed, "seed")
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Seed(ctx, seed); err != nil {
		t.Fatalf("second seed: %v", err)
	}
	book, err := db.Book(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if !book.Now.Equal(now) {
		t.Errorf("clock: %v, want %v", book.Now, now)
	}
	if due := book.Calendar.Due(now, calendar.Limit{N: 5, Unit: calendar.WorkingDays}); due.Date.String() != "2026-02-24" {
		t.Errorf("due date %s, want 2026-02-24", due.Date) // CAL-1, M2
	}
	if e := book.Policy(now); e.Version != 1 || e.Content[catalogue.AcceptanceDays] != 5 {
		t.Errorf("policy: %+v", e)
	}
	items := book.Library.Items.At(now).Content
	if a04, ok := items.Find("A04"); !ok || a04.Limit.N != 20 {
		t.Errorf("item A04: %+v", a04)
	}
	if r := book.Library.Regions.At(now).Content; r.FullName("630102") != "西宁市城东区" || r.Valid("630122", book.Today()) {
		t.Errorf("regions: %q", r.FullName("630102"))
	}
}

// Ensure a platform that was seeded before a list or a parameter existed has both after it is migrated.
func TestUpgradeBringsParameters(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	now := time.Date(2026, 2, 10, 10, 0, 0, 0, calendar.Zone)
	address := repotest.Schema(t)
	db := repotest.OpenURL(t, address)
	seed, err := fs.Sub(migrations.Seed, "seed")
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Seed(ctx, seed); err != nil {
		t.Fatal(err)
	}
	owner, err := repository.Open(ctx, address, repository.Options{Owner: true, MaxConns: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = owner.Close() }()
	for _, q := range []string{
		`UPDATE catalogues SET content = content - ARRAY(SELECT k FROM jsonb_object_keys(content) AS k WHERE k NOT IN ('acceptance_days', 'deadline_horizon_hours',
			'filing_review_days', 'correction_days', 'correction_reminder', 'entrust_days', 'promise_percent', 'yellow_days', 'yellow_percent', 'fixed_yellow_days',
			'development_department', 'password_failures', 'password_lock_minutes', 'session_idle_minutes', 'session_absolute_hours')) WHERE kind = 'policy'`,
		`UPDATE catalogues SET content = jsonb_set(content, '{acceptance_days}', '4') WHERE kind = 'policy'`,
		`DELETE FROM catalogues WHERE kind = 'legal_bases'`, `DELETE FROM goose_db_version WHERE version_id >= 7`,
		`UPDATE platform SET catalogue_version = catalogue_version + 1`,
	} {
		if _, err := owner.SQL().ExecContext(ctx, q); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.Book(ctx); err == nil {
		t.Fatal("the old lists are complete: the test proves nothing")
	}
	if err := migrations.Up(ctx, owner.SQL(), owner.MigrateLock()); err != nil {
		t.Fatal(err)
	}
	book, err := db.Book(ctx)
	if err != nil {
		t.Fatal(err)
	}
	p := book.Policy(now).Content
	if p[catalogue.GeneralThreshold] != 3 || p[catalogue.AcceptanceDays] != 4 || len(book.Library.Bases) != 1 || !book.Library.Bases.At(now).Content[0].InForce(calendar.DateOf(now)) {
		t.Errorf("policy %v, bases %v", p, book.Library.Bases)
	}
	for name, n := range catalogue.DefaultParameters {
		if got, ok := p[name]; !ok || name != catalogue.AcceptanceDays && got != n {
			t.Errorf("%s is %d, want %d", name, got, n)
		}
	}
}
