// Package migrations holds the schema as numbered forward-only SQL, and the data a new platform starts with.
package migrations

import (
	"context"
	"database/sql"
	"embed"
	"fmt"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed *.sql
var files embed.FS

// Seed holds the CSV files that `seed` loads into an empty platform.
//
//go:embed seed
var Seed embed.FS

// Up brings the schema in the connection's search path to the newest version. Of several processes one
// migrates and the others wait; lockID tells schemas of one database apart.
func Up(ctx context.Context, db *sql.DB, lockID int64) error {
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockID(lockID))
	if err != nil {
		return fmt.Errorf("migration lock: %w", err)
	}
	p, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithSessionLocker(locker))
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// Newest is the number of the newest migration in this binary.
func Newest() int64 {
	entries, err := files.ReadDir(".")
	if err != nil {
		return 0 // an embedded directory can be read
	}
	var newest int64
	for _, e := range entries {
		var n int64
		if _, err := fmt.Sscanf(e.Name(), "%d_", &n); err == nil {
			newest = max(newest, n)
		}
	}
	return newest
}
