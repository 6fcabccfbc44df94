package repository_test

import (
	"context"
	"io/fs"
	"testing"
	"time"

	"qhtz/domain/calendar"
	"qhtz/domain/catalogue"
	"qhtz/migrations"
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
