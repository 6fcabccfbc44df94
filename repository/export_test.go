package repository

import (
	"context"

	"qhtz/domain"
)

// InTx lets tests write through a bare transaction.
func (db *DB) InTx(ctx context.Context, call domain.Call, fn func(*Tx) error) error {
	return db.inTx(ctx, call, fn)
}

// Exec lets tests put rows there that other areas write.
func (tx *Tx) Exec(ctx context.Context, q string, args ...any) error { return tx.exec(ctx, q, args...) }
