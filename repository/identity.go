package repository

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/lib/pq"

	"qhtz/domain"
	"qhtz/domain/catalogue"
	"qhtz/domain/identity"
)

var (
	_ identity.Store = (*DB)(nil)
	_ identity.Tx    = (*Tx)(nil)
)

// InIdentityTx runs a command on accounts, sessions or keys.
func (db *DB) InIdentityTx(ctx context.Context, call domain.Call, fn func(identity.Tx) error) error {
	return db.inTx(ctx, call, func(tx *Tx) error { return fn(tx) })
}

// accountRow is an account with its organisation. The columns of each are prefixed, so that sessions and keys can join them.
type accountRow struct {
	ID           int64          `db:"a_id"`
	Username     string         `db:"a_username"`
	Name         string         `db:"a_name"`
	PasswordHash string         `db:"a_password_hash"`
	Roles        pq.StringArray `db:"a_roles"`
	Disabled     bool           `db:"a_disabled"`
	organizationRow
}

const (
	accountColumns = `a.id AS a_id, a.username AS a_username, a.name AS a_name, a.password_hash AS a_password_hash, a.roles AS a_roles,
		a.disabled_at IS NOT NULL AS a_disabled, ` + organizationColumns
	accountTables = `accounts a JOIN organizations o ON o.id = a.organization_id`
)

func (r accountRow) credential() identity.Credential {
	roles := make([]domain.Role, len(r.Roles))
	for i, role := range r.Roles {
		roles[i] = domain.Role(role)
	}
	return identity.Credential{PasswordHash: r.PasswordHash, Account: identity.Account{ID: r.ID, Username: r.Username, Name: r.Name, Roles: roles,
		Organization: r.organization(), Disabled: r.Disabled}}
}

// absent makes of a missing row the error that users are told.
func absent(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return domain.NotFoundError()
	}
	return err
}

// Accounts lists all accounts by id.
func (db *DB) Accounts(ctx context.Context) ([]identity.Account, error) {
	var rows []accountRow
	if err := db.list(ctx, &rows, `SELECT `+accountColumns+` FROM `+accountTables+` ORDER BY a.id`); err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	accounts := make([]identity.Account, len(rows))
	for i, r := range rows {
		accounts[i] = r.credential().Account
	}
	return accounts, nil
}

// CredentialByUsername finds an account, by its username in canonical form.
func (tx *Tx) CredentialByUsername(ctx context.Context, username string) (identity.Credential, error) {
	return readCredential(ctx, tx, `a.username = $1`, username)
}

// LockAccount reads an account and keeps others from changing it, or adding to its audit trail, until the end.
func (tx *Tx) LockAccount(ctx context.Context, id int64) (identity.Credential, error) {
	return readCredential(ctx, tx, `a.id = $1 FOR NO KEY UPDATE OF a`, id)
}

func readCredential(ctx context.Context, q querier, where string, arg any) (identity.Credential, error) {
	var r accountRow
	if err := q.get(ctx, &r, `SELECT `+accountColumns+` FROM `+accountTables+` WHERE `+where, arg); err != nil {
		return identity.Credential{}, wrap("read account", absent(err))
	}
	return r.credential(), nil
}

// SignInSettings are the policy parameters of signing in, by the policy in force now.
func (tx *Tx) SignInSettings(ctx context.Context) (identity.Settings, error) {
	book, err := tx.Book(ctx)
	if err != nil {
		return identity.Settings{}, err
	}
	p := book.Policy(book.Now)
	of := func(name catalogue.Parameter, unit time.Duration) time.Duration {
		return time.Duration(p.Content[name]) * unit
	}
	return identity.Settings{PolicyVersion: p.Version, Failures: p.Content[catalogue.PasswordFailures], Lock: of(catalogue.PasswordLockMinutes, time.Minute),
		Idle: of(catalogue.SessionIdleMinutes, time.Minute), Absolute: of(catalogue.SessionMaxHours, time.Hour)}, nil
}

// ReserveAttempt counts an attempt on a name, or finds it locked. The one statement decides: of parallel attempts each
// waits for the row and sees what the one before made of it.
func (tx *Tx) ReserveAttempt(ctx context.Context, nameDigest []byte, wall time.Time, s identity.Settings) (identity.Attempt, error) {
	var a identity.Attempt
	err := tx.get(ctx, &a.Number, `
		INSERT INTO sign_in_attempts AS t (name_digest, failures, until) VALUES ($1, 1, $3)
		ON CONFLICT (name_digest) DO UPDATE SET failures = CASE WHEN t.until <= $2 THEN 1 ELSE t.failures + 1 END, until = $3
		WHERE t.until <= $2 OR t.failures < $4
		RETURNING failures`, nameDigest, wall, wall.Add(s.Lock), s.Failures)
	if !errors.Is(err, sql.ErrNoRows) {
		return a, wrap("count sign-in attempt", err)
	}
	err = tx.get(ctx, &a.Until, `SELECT until FROM sign_in_attempts WHERE name_digest = $1`, nameDigest)
	return a, wrap("read sign-in lock", err)
}

// ClearAttempts forgets what was counted.
func (tx *Tx) ClearAttempts(ctx context.Context, nameDigest []byte) error {
	return wrap("clear sign-in attempts", tx.exec(ctx, `DELETE FROM sign_in_attempts WHERE name_digest = $1`, nameDigest))
}

// InsertAccount adds an account of an existing organisation. AUD-2 is held by a constraint.
func (tx *Tx) InsertAccount(ctx context.Context, c identity.Credential, at time.Time) error {
	roles := make(pq.StringArray, len(c.Roles))
	for i, r := range c.Roles {
		roles[i] = string(r)
	}
	return wrap("insert account", tx.exec(ctx, `
		INSERT INTO accounts (id, username, name, password_hash, organization_id, roles, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (id) DO NOTHING`, c.ID, c.Username, c.Name, c.PasswordHash, c.Organization.ID, roles, at))
}

// SweepIdentity deletes sessions and counted attempts that have ended by then.
func (tx *Tx) SweepIdentity(ctx context.Context, wall time.Time) error {
	return tx.exec(ctx, `
		WITH s AS (DELETE FROM sessions WHERE expires_at <= $1 OR last_seen_at + make_interval(secs => idle_seconds) <= $1)
		DELETE FROM sign_in_attempts WHERE until <= $1`, wall)
}
