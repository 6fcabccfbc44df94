package repository

import (
	"context"
	"fmt"

	"qhtz/domain"
	"qhtz/migrations"
)

// Migrated reports whether the schema is the one that this binary knows.
func (db *DB) Migrated(ctx context.Context) (bool, error) {
	var n int64
	if err := db.get(ctx, &n, `SELECT max(version_id) FROM goose_db_version WHERE is_applied`); err != nil {
		return false, fmt.Errorf("read schema version: %w", err)
	}
	return n >= migrations.Newest(), nil
}

// Empty reports whether nothing has been done on the platform yet.
func (db *DB) Empty(ctx context.Context) (bool, error) {
	var empty bool
	err := db.get(ctx, &empty, `SELECT NOT EXISTS (SELECT 1 FROM projects) AND NOT EXISTS (SELECT 1 FROM events) AND clock_mode = 'real' FROM platform`)
	return empty, wrap("look whether the platform is empty", err)
}

// SweepAnswers deletes kept answers that have expired.
func (db *DB) SweepAnswers(ctx context.Context) error {
	return db.inTx(ctx, domain.Call{Actor: domain.TimerActor}, func(tx *Tx) error {
		return wrap("sweep answers", tx.exec(ctx, `DELETE FROM idempotency WHERE expires_at < $1`, db.clock.Wall()))
	})
}
