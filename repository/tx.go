package repository

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"qhtz/domain"
	"qhtz/domain/catalogue"
)

// Tx is one transaction: the only way to write. Projects, ledger events, audit events, deadlines and outgoing messages
// are gathered and written in one statement before COMMIT, so that they cost one round trip however many.
type Tx struct {
	db       *DB
	tx       *sqlx.Tx
	call     domain.Call
	platform platformRow
	now      time.Time // platform time: of the start, in a command of the lock on its subject
	locked   bool
	book     *catalogue.Book
	pending  pending
	answer   any
	answered bool
	subject  int64 // project whose draft the kept answer shows; it goes when the draft is purged
	xid      string
}

// inTx runs fn in a transaction and commits it with all that fn gathered. A transaction given up for the sake of
// another is run again, so fn must have no outside effects. A COMMIT whose reply was lost is looked up.
func (db *DB) inTx(ctx context.Context, call domain.Call, fn func(*Tx) error) error {
	for attempt := 1; ; attempt++ {
		err := db.attempt(ctx, call, fn)
		if err == nil || attempt == 4 || !retryable(err) {
			return translate(ctx, err)
		}
	}
}

func (db *DB) attempt(ctx context.Context, call domain.Call, fn func(*Tx) error) error {
	select {
	case db.slots <- struct{}{}:
		defer func() { <-db.slots }()
	case <-ctx.Done():
		return ctx.Err()
	}
	stx, err := db.db.BeginTxx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() { _ = stx.Rollback() }()
	tx := &Tx{db: db, tx: stx, call: call}
	if err := tx.open(ctx); err != nil {
		return err
	}
	err = fn(tx)
	var traced *domain.TracedError
	if err != nil && !errors.As(err, &traced) {
		return err
	}
	if traced != nil {
		if err := tx.forgetAnswer(ctx); err != nil {
			return err
		}
	}
	if err := tx.flush(ctx, traced == nil); err != nil {
		return err
	}
	if err := stx.Commit(); err != nil {
		if err := db.settleCommit(ctx, tx.xid, err); err != nil {
			return err
		}
	}
	db.hintDeadlines(tx.pending.hints)
	if traced != nil {
		return traced.Err
	}
	return nil
}

// open reads the platform row and, with an idempotency key, enters it: of two requests with one key the second
// waits here for the first, then finds its answer.
func (tx *Tx) open(ctx context.Context) error {
	r := tx.call.Replay
	if r == nil {
		p, err := readPlatform(ctx, tx)
		tx.platform = p
		tx.pin()
		return err
	}
	err := tx.get(ctx, &tx.platform, `
		WITH k AS (INSERT INTO idempotency (id, body, expires_at) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING RETURNING 1)
		SELECT clock_mode, clock_at, clock_wall, calendar_version, catalogue_version, audit_base, EXISTS (SELECT 1 FROM k) AS fresh_key
		FROM platform`, r.ID[:], r.Body[:], r.Expires)
	if err != nil {
		return fmt.Errorf("enter idempotency key: %w", err)
	}
	tx.pin()
	if tx.platform.FreshKey {
		return nil
	}
	return tx.findAnswer(ctx, r)
}

func (tx *Tx) findAnswer(ctx context.Context, r *domain.Replay) error {
	var row struct {
		Body    []byte        `db:"body"`
		Status  sql.NullInt64 `db:"status"`
		Answer  []byte        `db:"answer"`
		Expires time.Time     `db:"expires_at"`
	}
	err := tx.get(ctx, &row, `SELECT body, status, answer, expires_at FROM idempotency WHERE id = $1 FOR UPDATE`, r.ID[:])
	if errors.Is(err, sql.ErrNoRows) {
		return errKeyGone // swept in between: the attempt is made again
	}
	if err != nil {
		return fmt.Errorf("find kept answer: %w", err)
	}
	if !row.Expires.After(tx.db.clock.Wall()) {
		return tx.exec(ctx, `UPDATE idempotency SET body = $2, expires_at = $3, status = NULL, answer = NULL, project_id = NULL WHERE id = $1`, r.ID[:], r.Body[:], r.Expires)
	}
	if string(row.Body) != string(r.Body[:]) {
		return &domain.Error{Kind: domain.Invalid, Code: "idempotency_key_reused", Detail: "这个 Idempotency-Key 已用于另一份内容，请换一个。"}
	}
	if row.Status.Int64 == answerPurged {
		return domain.NotFoundError()
	}
	r.Found = &domain.Answer{Status: int(row.Status.Int64), Body: row.Answer}
	return domain.ErrReplayed
}

// answerPurged marks a key whose answer showed a draft that is gone: the request is not done again (FILE-2).
const answerPurged = 404

// errKeyGone says that a key which stood in the way is gone.
var errKeyGone = errors.New("repository: idempotency key gone")

// forgetAnswer frees the key of a refused request: only successes are kept.
func (tx *Tx) forgetAnswer(ctx context.Context) error {
	if tx.call.Replay == nil {
		return nil
	}
	return tx.exec(ctx, `DELETE FROM idempotency WHERE id = $1`, tx.call.Replay.ID[:])
}

// settleCommit finds out what became of a COMMIT whose reply was lost.
func (db *DB) settleCommit(ctx context.Context, xid string, lost error) error {
	if xid == "" {
		return fmt.Errorf("commit: %w", lost)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
	defer cancel()
	for wait := 20 * time.Millisecond; ; wait *= 2 {
		var status sql.NullString
		if err := db.db.GetContext(ctx, &status, `SELECT pg_xact_status(CAST($1 AS xid8))`, xid); err == nil {
			switch status.String {
			case "committed":
				return nil
			case "aborted":
				return fmt.Errorf("commit: %w", lost)
			}
		}
		select {
		case <-ctx.Done():
			return &domain.Error{Kind: domain.Unavailable, Code: "outcome_unknown", Err: lost,
				Detail: "结果不明：请先查看是否已经办成，或用同一个 Idempotency-Key 重试。"}
		case <-time.After(wait):
		}
	}
}

// Now is platform time, one instant for all of the transaction: what is due, what is decided and what is written agree.
func (tx *Tx) Now() time.Time { return tx.now }

// pin fixes platform time anew.
func (tx *Tx) pin() {
	tx.now, tx.book = tx.db.clock.now(tx.platform), nil
}

// Call is the outside of the use case.
func (tx *Tx) Call() domain.Call { return tx.call }

// Book is the rules' reading, as of the transaction.
func (tx *Tx) Book(ctx context.Context) (*catalogue.Book, error) {
	if tx.book == nil {
		b, err := tx.db.bookOf(ctx, tx.platform, tx.now)
		if err != nil {
			return nil, err
		}
		tx.book = b
	}
	return tx.book, nil
}

// NewID gives a fresh id.
func (tx *Tx) NewID(ctx context.Context) (int64, error) { return tx.db.newID(ctx) }

// Answer names the result that the caller is shown, so that a repeated request is shown the same.
func (tx *Tx) Answer(result any) { tx.answer, tx.answered = result, true }

// AnswerFor is Answer for what shows a draft: the kept answer is forgotten when that draft is purged (FILE-2).
func (tx *Tx) AnswerFor(projectID int64, result any) {
	tx.subject = projectID
	tx.Answer(result)
}

// bind gives the statement, and the context to run it under. The end of ctx is watched by the transaction itself, which
// then stops whatever statement runs: a watcher for each statement besides would only cost.
func (tx *Tx) bind(ctx context.Context, q string) (context.Context, *sqlx.Stmt, error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	s, err := tx.db.stmt(ctx, q)
	if err != nil {
		return nil, nil, err
	}
	unwatched := context.WithoutCancel(ctx)
	return unwatched, tx.tx.StmtxContext(unwatched, s), nil
}

func (tx *Tx) get(ctx context.Context, dest any, q string, args ...any) error {
	ctx, s, err := tx.bind(ctx, q) //nolint:sqlclosecheck // ends with the transaction
	if err != nil {
		return err
	}
	return s.GetContext(ctx, dest, args...)
}

func (tx *Tx) list(ctx context.Context, dest any, q string, args ...any) error {
	ctx, s, err := tx.bind(ctx, q) //nolint:sqlclosecheck // ends with the transaction
	if err != nil {
		return err
	}
	return s.SelectContext(ctx, dest, args...)
}

func (tx *Tx) exec(ctx context.Context, q string, args ...any) error {
	_, err := tx.execCount(ctx, q, args...)
	return err
}

func (tx *Tx) execCount(ctx context.Context, q string, args ...any) (int64, error) {
	ctx, s, err := tx.bind(ctx, q) //nolint:sqlclosecheck // ends with the transaction
	if err != nil {
		return 0, err
	}
	res, err := s.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}
