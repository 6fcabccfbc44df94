package repository

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/lib/pq"

	"qhtz/domain"
	"qhtz/domain/identity"
)

type sessionRow struct {
	ID          int64     `db:"id"`
	AccountID   int64     `db:"account_id"`
	Kind        string    `db:"kind"`
	Agent       string    `db:"agent"`
	IP          string    `db:"ip"`
	CreatedAt   time.Time `db:"created_at"`
	LastSeenAt  time.Time `db:"last_seen_at"`
	IdleSeconds int64     `db:"idle_seconds"`
	ExpiresAt   time.Time `db:"expires_at"`
}

const sessionColumns = `s.id, s.account_id, s.kind, s.agent, s.ip, s.created_at, s.last_seen_at, s.idle_seconds, s.expires_at`

func (r sessionRow) session() identity.Session {
	return identity.Session{ID: r.ID, AccountID: r.AccountID, Kind: identity.SessionKind(r.Kind), Agent: r.Agent, IP: r.IP, CreatedAt: r.CreatedAt,
		LastSeenAt: r.LastSeenAt, ExpiresAt: r.ExpiresAt, Idle: time.Duration(r.IdleSeconds) * time.Second}
}

// SessionByHash finds a session, ended or not, and its account.
func (db *DB) SessionByHash(ctx context.Context, hash []byte) (identity.Session, identity.Account, error) {
	var r struct {
		sessionRow
		Account accountRow `db:""`
	}
	err := db.get(ctx, &r, `SELECT `+sessionColumns+`, `+accountColumns+` FROM sessions s JOIN `+accountTables+` ON a.id = s.account_id WHERE s.token_hash = $1`, hash)
	if err != nil {
		return identity.Session{}, identity.Account{}, wrap("read session", absent(err))
	}
	return r.session(), r.Account.credential().Account, nil
}

// SessionsOf lists an account's sessions, ended or not, the last used first.
func (db *DB) SessionsOf(ctx context.Context, accountID int64) ([]identity.Session, error) {
	var rows []sessionRow
	if err := db.list(ctx, &rows, `SELECT `+sessionColumns+` FROM sessions s WHERE s.account_id = $1 ORDER BY s.last_seen_at DESC, s.id DESC`, accountID); err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	sessions := make([]identity.Session, len(rows))
	for i, r := range rows {
		sessions[i] = r.session()
	}
	return sessions, nil
}

// InsertSession adds a session under the digest of its token.
func (tx *Tx) InsertSession(ctx context.Context, hash []byte, s identity.Session) error {
	return wrap("insert session", tx.exec(ctx, `
		INSERT INTO sessions (token_hash, id, account_id, kind, agent, ip, created_at, last_seen_at, idle_seconds, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		hash, s.ID, s.AccountID, string(s.Kind), s.Agent, s.IP, s.CreatedAt, s.LastSeenAt, int64(s.Idle/time.Second), s.ExpiresAt))
}

// TouchSession marks a session as used; an instant before the last one changes nothing.
func (tx *Tx) TouchSession(ctx context.Context, id int64, seen time.Time) error {
	return tx.exec(ctx, `UPDATE sessions SET last_seen_at = $2 WHERE id = $1 AND last_seen_at < $2`, id, seen)
}

// DeleteSession ends one of an account's sessions.
func (tx *Tx) DeleteSession(ctx context.Context, accountID, id int64) error {
	n, err := tx.execCount(ctx, `DELETE FROM sessions WHERE id = $1 AND account_id = $2`, id, accountID)
	if err == nil && n == 0 {
		return domain.NotFoundError()
	}
	return wrap("delete session", err)
}

// DeleteOtherSessions ends an account's sessions but one, and says how many.
func (tx *Tx) DeleteOtherSessions(ctx context.Context, accountID, keep int64) (int, error) {
	n, err := tx.execCount(ctx, `DELETE FROM sessions WHERE account_id = $1 AND id <> $2`, accountID, keep)
	return int(n), wrap("delete sessions", err)
}

type tokenRow struct {
	ID         int64          `db:"id"`
	AccountID  int64          `db:"account_id"`
	Name       string         `db:"name"`
	Scopes     pq.StringArray `db:"scopes"`
	CreatedAt  time.Time      `db:"created_at"`
	ExpiresAt  time.Time      `db:"expires_at"`
	LastUsedAt sql.NullTime   `db:"last_used_at"`
	RevokedAt  sql.NullTime   `db:"revoked_at"`
}

const tokenColumns = `t.id, t.account_id, t.name, t.scopes, t.created_at, t.expires_at, t.last_used_at, t.revoked_at`

func (r tokenRow) token() identity.Token {
	return identity.Token{ID: r.ID, AccountID: r.AccountID, Name: r.Name, Scopes: r.Scopes, CreatedAt: r.CreatedAt, ExpiresAt: r.ExpiresAt,
		LastUsedAt: r.LastUsedAt.Time, RevokedAt: r.RevokedAt.Time}
}

// TokenByHash finds an integrator's key, live or not, and its account.
func (db *DB) TokenByHash(ctx context.Context, hash []byte) (identity.Token, identity.Account, error) {
	var r struct {
		tokenRow
		Account accountRow `db:""`
	}
	err := db.get(ctx, &r, `SELECT `+tokenColumns+`, `+accountColumns+` FROM api_tokens t JOIN `+accountTables+` ON a.id = t.account_id WHERE t.token_hash = $1`, hash)
	if err != nil {
		return identity.Token{}, identity.Account{}, wrap("read key", absent(err))
	}
	return r.token(), r.Account.credential().Account, nil
}

// TokensOf lists an account's keys, the newest first.
func (db *DB) TokensOf(ctx context.Context, accountID int64) ([]identity.Token, error) {
	var rows []tokenRow
	if err := db.list(ctx, &rows, `SELECT `+tokenColumns+` FROM api_tokens t WHERE t.account_id = $1 ORDER BY t.created_at DESC, t.id DESC`, accountID); err != nil {
		return nil, fmt.Errorf("list keys: %w", err)
	}
	tokens := make([]identity.Token, len(rows))
	for i, r := range rows {
		tokens[i] = r.token()
	}
	return tokens, nil
}

// InsertToken adds a key under the digest of its secret.
func (tx *Tx) InsertToken(ctx context.Context, hash []byte, t identity.Token) error {
	return wrap("insert key", tx.exec(ctx, `
		INSERT INTO api_tokens (id, account_id, name, token_hash, scopes, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		t.ID, t.AccountID, t.Name, hash, pq.StringArray(t.Scopes), t.CreatedAt, t.ExpiresAt))
}

// TouchToken marks a key as used.
func (tx *Tx) TouchToken(ctx context.Context, id int64, used time.Time) error {
	return tx.exec(ctx, `UPDATE api_tokens SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)`, id, used)
}

// RevokeToken ends one of an account's keys.
func (tx *Tx) RevokeToken(ctx context.Context, accountID, id int64, at time.Time) error {
	n, err := tx.execCount(ctx, `UPDATE api_tokens SET revoked_at = $3 WHERE id = $1 AND account_id = $2 AND revoked_at IS NULL`, id, accountID, at)
	if err == nil && n == 0 {
		return domain.NotFoundError()
	}
	return wrap("revoke key", err)
}
