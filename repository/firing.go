package repository

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/lib/pq"

	"qhtz/domain"
	"qhtz/domain/deadline"
)

var (
	_ deadline.BatchTx = (*Tx)(nil)
	_ deadline.Store   = (*DB)(nil)
	_ deadline.Clock   = (*Clock)(nil)
)

// lockedRows are the rows locked for subjects, kind by kind in the order in which everybody locks them. Subjects of
// other kinds have no row; their deadlines' own rows are lock enough. A unit's row stays open to foreign keys.
var lockedRows = []struct{ kind, query string }{
	{"project", `SELECT id FROM projects WHERE id = ANY($1) ORDER BY id FOR UPDATE`},
	{"unit", `SELECT id FROM organizations WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE`},
}

// FireDeadlines runs fn in one transaction as the platform. While the development clock is being moved only its
// mover (held) may fire; others get deadline.ErrHeld.
func (db *DB) FireDeadlines(ctx context.Context, held bool, fn func(context.Context, deadline.BatchTx) error) error {
	return db.inTx(ctx, domain.Call{Actor: domain.TimerActor}, func(tx *Tx) error {
		if !held && !db.clock.real {
			if err := tx.shareClock(ctx); err != nil {
				return err
			}
		}
		return fn(ctx, tx)
	})
}

// shareClock keeps the development clock from being moved until the transaction ends.
func (tx *Tx) shareClock(ctx context.Context) error {
	var ok bool
	if err := tx.get(ctx, &ok, `SELECT pg_try_advisory_xact_lock_shared($1)`, tx.db.LockID(lockClock)); err != nil {
		return fmt.Errorf("share clock: %w", err)
	}
	if !ok {
		return deadline.ErrHeld
	}
	p, err := readPlatform(ctx, tx) // it may have been moved since the transaction began
	tx.platform = p
	tx.pin()
	return err
}

// AsTimer lets the platform act in a person's transaction until restore is called.
func (tx *Tx) AsTimer() (restore func()) {
	person, ip := tx.call.Actor, tx.call.IP
	tx.call.Actor, tx.call.IP = domain.TimerActor, ""
	return func() { tx.call.Actor, tx.call.IP = person, ip }
}

// LockSubjects locks the rows of subjects in the order of their ids.
func (tx *Tx) LockSubjects(ctx context.Context, subjects []domain.Subject) error {
	for _, rows := range lockedRows {
		var ids []int64
		for _, s := range subjects {
			if s.Kind == rows.kind {
				ids = append(ids, s.ID)
			}
		}
		if len(ids) == 0 {
			continue
		}
		if err := tx.list(ctx, &[]int64{}, rows.query, ids); err != nil {
			return fmt.Errorf("lock subjects: %w", err)
		}
	}
	return nil
}

// NextDue gives of each subject its first due deadline, locked, ordered by (next instant, kind, id). It reads all
// that is due on them: a LIMIT in the query could end on a row that another transaction just finished.
func (tx *Tx) NextDue(ctx context.Context, subjects []domain.Subject) ([]*deadline.Deadline, error) {
	if err := tx.flush(ctx, false); err != nil {
		return nil, err
	}
	kinds, ids := make([]string, len(subjects)), make([]int64, len(subjects))
	for i, s := range subjects {
		kinds[i], ids[i] = s.Kind, s.ID
	}
	// COALESCE keeps the planner from walking the index of all that is due, which may be long.
	var rows []deadlineRow
	err := tx.list(ctx, &rows, `
		SELECT `+deadlineColumns+`
		FROM unnest(CAST($1 AS text[]), CAST($2 AS bigint[])) AS s(of_kind, of_id)
		JOIN deadlines d ON d.subject_kind = of_kind AND d.subject_id = of_id
		WHERE COALESCE(next_at, CAST('infinity' AS timestamptz)) <= $3 AND NOT parked
		ORDER BY next_at, kind, id FOR UPDATE OF d`, pq.Array(kinds), ids, tx.Now())
	if err != nil {
		return nil, fmt.Errorf("next due deadlines: %w", err)
	}
	first := rows[:0]
	seen := map[domain.Subject]bool{}
	for _, r := range rows {
		s := domain.Subject{Kind: r.SubjectKind, ID: r.SubjectID}
		if !seen[s] {
			seen[s] = true
			first = append(first, r)
		}
	}
	return tx.lockedDeadlines(first)
}

// ClaimDue locks and gives those of the ids that are due and in nobody's hands.
func (tx *Tx) ClaimDue(ctx context.Context, ids []int64) ([]*deadline.Deadline, error) {
	if err := tx.flush(ctx, false); err != nil {
		return nil, err
	}
	var rows []deadlineRow
	err := tx.list(ctx, &rows, `
		SELECT `+deadlineColumns+` FROM deadlines WHERE id = ANY($1) AND next_at <= $2 AND NOT parked
		ORDER BY next_at, kind, id FOR UPDATE SKIP LOCKED`, ids, tx.Now())
	if err != nil {
		return nil, fmt.Errorf("claim due deadlines: %w", err)
	}
	return tx.lockedDeadlines(rows)
}

func (tx *Tx) lockedDeadlines(rows []deadlineRow) ([]*deadline.Deadline, error) {
	ds, err := deadlinesOf(rows)
	tx.remember(ds)
	return ds, err
}

// pendingRow is a deadline as far as order and locks need it.
type pendingRow struct {
	ID          int64     `db:"id"`
	Kind        string    `db:"kind"`
	SubjectKind string    `db:"subject_kind"`
	SubjectID   int64     `db:"subject_id"`
	NextAt      time.Time `db:"next_at"`
}

const pendingColumns = `id, kind, subject_kind, subject_id, next_at`

func (r pendingRow) pending() deadline.Pending {
	return deadline.Pending{Entry: deadline.Entry{ID: r.ID, At: r.NextAt}, Kind: deadline.Kind(r.Kind),
		Subject: domain.Subject{Kind: r.SubjectKind, ID: r.SubjectID}}
}

func listPending(ctx context.Context, q querier, query string, args ...any) ([]deadline.Pending, error) {
	var rows []pendingRow
	if err := q.list(ctx, &rows, query, args...); err != nil {
		return nil, fmt.Errorf("pending deadlines: %w", err)
	}
	out := make([]deadline.Pending, len(rows))
	for i, r := range rows {
		out[i] = r.pending()
	}
	return out, nil
}

const sqlPendingByID = `SELECT ` + pendingColumns + ` FROM deadlines WHERE id = ANY($1) AND next_at IS NOT NULL AND NOT parked`

// PendingByID gives those of the ids that are open with a next instant.
func (tx *Tx) PendingByID(ctx context.Context, ids []int64) ([]deadline.Pending, error) {
	return listPending(ctx, tx, sqlPendingByID, ids)
}

// PendingByID gives those of the ids that are open with a next instant.
func (db *DB) PendingByID(ctx context.Context, ids []int64) ([]deadline.Pending, error) {
	return listPending(ctx, db, sqlPendingByID, ids)
}

// PendingDeadlines lists open deadlines in the order in which they fall due.
func (db *DB) PendingDeadlines(ctx context.Context, q deadline.DueQuery) ([]deadline.Pending, error) {
	after := q.After
	if after.At.IsZero() {
		after.At = time.Unix(0, 0)
	}
	return listPending(ctx, db, `
		SELECT `+pendingColumns+` FROM deadlines
		WHERE (next_at, kind, id) > ($1, CAST($2 AS text), CAST($3 AS bigint)) AND next_at <= $4 AND NOT parked AND kind = ANY($5)
		ORDER BY next_at, kind, id LIMIT $6`, after.At, string(after.Kind), after.ID, q.Until, kindArray(q.Kinds), q.Limit)
}

// TakeShard gives the first due deadlines of a shard (deadline.ShardOf), none while another transaction sweeps it.
func (tx *Tx) TakeShard(ctx context.Context, shard int, q deadline.DueQuery) ([]deadline.Pending, error) {
	var mine bool
	if err := tx.get(ctx, &mine, `SELECT pg_try_advisory_xact_lock($1)`, tx.db.LockID(lockSweep+int64(shard))); err != nil {
		return nil, fmt.Errorf("take shard: %w", err)
	}
	if !mine {
		return nil, nil
	}
	return listPending(ctx, tx, `
		SELECT `+pendingColumns+` FROM deadlines
		WHERE next_at <= $1 AND NOT parked AND kind = ANY($2) AND ((id # (id >> 3) # (id >> 6) # (id >> 9)) & 7) = $3
		ORDER BY next_at, kind, id LIMIT $4`, q.Until, kindArray(q.Kinds), shard, q.Limit)
}

// EarliestOpen is the earliest next instant of the kinds up to an instant.
func (db *DB) EarliestOpen(ctx context.Context, kinds []deadline.Kind, until time.Time) (at time.Time, found bool, err error) {
	err = db.get(ctx, &at, `
		SELECT next_at FROM deadlines WHERE next_at <= $1 AND NOT parked AND kind = ANY($2) ORDER BY next_at, kind, id LIMIT 1`,
		until, kindArray(kinds))
	if errors.Is(err, sql.ErrNoRows) {
		return at, false, nil
	}
	return at, err == nil, wrap("earliest deadline", err)
}

func kindArray(kinds []deadline.Kind) any {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = string(k)
	}
	return pq.Array(names)
}

// FailDeadline counts a failed firing; after so many tries the deadline is parked.
func (db *DB) FailDeadline(ctx context.Context, id int64, cause string, tries int) (attempts int, parked bool, err error) {
	var row struct {
		Attempts int  `db:"attempts"`
		Parked   bool `db:"parked"`
	}
	err = db.inTx(ctx, domain.Call{Actor: domain.TimerActor}, func(tx *Tx) error {
		err := tx.get(ctx, &row, `
			UPDATE deadlines SET attempts = attempts + 1, parked = attempts + 1 >= $2, last_error = left($3, 2000)
			WHERE id = $1 RETURNING attempts, parked`, id, tries, strings.ToValidUTF8(strings.ReplaceAll(cause, "\x00", ""), "?"))
		if errors.Is(err, sql.ErrNoRows) {
			return nil // finished meanwhile
		}
		return wrap("count failed deadline", err)
	})
	return row.Attempts, row.Parked, err
}

// ParkedDeadlines lists what was set apart.
func (db *DB) ParkedDeadlines(ctx context.Context, limit int) ([]deadline.Parked, error) {
	var rows []struct {
		pendingRow
		Attempts  int    `db:"attempts"`
		LastError string `db:"last_error"`
	}
	err := db.list(ctx, &rows, `
		SELECT `+pendingColumns+`, attempts, COALESCE(last_error, '') AS last_error FROM deadlines
		WHERE parked AND next_at IS NOT NULL ORDER BY next_at, kind, id LIMIT $1`, limit)
	if err != nil {
		return nil, fmt.Errorf("parked deadlines: %w", err)
	}
	out := make([]deadline.Parked, len(rows))
	for i, r := range rows {
		out[i] = deadline.Parked{Pending: r.pending(), Attempts: r.Attempts, LastError: r.LastError}
	}
	return out, nil
}

// CountParked counts what was set apart.
func (db *DB) CountParked(ctx context.Context) (int64, error) {
	var n int64
	err := db.get(ctx, &n, `SELECT count(*) FROM deadlines WHERE parked`)
	return n, wrap("count parked deadlines", err)
}

// UnparkDeadlines puts parked deadlines back, with a fresh count of tries.
func (db *DB) UnparkDeadlines(ctx context.Context, ids []int64) (back []deadline.Pending, err error) {
	err = db.inTx(ctx, domain.Call{Actor: domain.TimerActor}, func(tx *Tx) error {
		back, err = listPending(ctx, tx, `
			UPDATE deadlines SET parked = false, attempts = 0 WHERE id = ANY($1) AND parked AND next_at IS NOT NULL RETURNING `+pendingColumns, ids)
		return err
	})
	return back, err
}

// OpenDeadlines pages through all open deadlines by id.
func (db *DB) OpenDeadlines(ctx context.Context, after int64, limit int) ([]*deadline.Deadline, error) {
	var rows []deadlineRow
	err := db.list(ctx, &rows, `SELECT `+deadlineColumns+` FROM deadlines WHERE id > $1 ORDER BY id LIMIT $2`, after, limit)
	if err != nil {
		return nil, fmt.Errorf("open deadlines: %w", err)
	}
	return deadlinesOf(rows)
}
