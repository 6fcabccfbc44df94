package repository_test

import (
	"context"
	"testing"
	"time"

	"qhtz/repository"
	"qhtz/repository/repotest"
)

// Ensure platform time is never ahead of the database's, however long the first answer took to come: nothing may
// fire early (CAL-2).
func TestClockIsNeverAhead(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	url := repotest.Schema(t)
	watch := repotest.OpenURL(t, url)
	databaseNow := func() (at time.Time) {
		if err := watch.SQL().QueryRowContext(ctx, `SELECT clock_timestamp()`).Scan(&at); err != nil {
			t.Fatal(err)
		}
		return at
	}
	databaseNow()
	for range 10 {
		db, err := repository.Open(ctx, url, repository.Options{RealClock: true, MaxConns: 2})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := db.Clock().Read(ctx); err != nil { // so that reading it below is quick
			t.Fatal(err)
		}
		if err := db.Clock().Sample(ctx); err != nil {
			t.Fatal(err)
		}
		now, _, err := db.Clock().Read(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if limit := databaseNow(); now.After(limit) {
			t.Errorf("platform time is ahead by %s", now.Sub(limit))
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}
