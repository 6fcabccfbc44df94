package repository

import (
	"context"
	"database/sql"
	"errors"
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

// KeptAnswer finds the answer that was given to the same request before; nil if there is none.
func (db *DB) KeptAnswer(ctx context.Context, r *domain.Replay) (*domain.Answer, error) {
	var row struct {
		Status int    `db:"status"`
		Answer []byte `db:"answer"`
	}
	err := db.get(ctx, &row, `SELECT status, answer FROM idempotency WHERE id = $1 AND body = $2 AND expires_at > $3 AND status IS NOT NULL`,
		r.ID[:], r.Body[:], db.clock.Wall())
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find kept answer: %w", err)
	}
	return &domain.Answer{Status: row.Status, Body: row.Answer}, nil
}
