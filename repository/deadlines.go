package repository

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/deadline"
)

// DeadlineHint tells the index of a deadline that was set or moved; lost hints are found by the reconciler.
type DeadlineHint = deadline.Entry

// deadlineRow is a row of deadlines, and of deadline_history with its last three fields.
type deadlineRow struct {
	ID              int64           `db:"id" json:"id"`
	Kind            string          `db:"kind" json:"kind"`
	Rule            string          `db:"rule" json:"rule"`
	SubjectKind     string          `db:"subject_kind" json:"subject_kind"`
	SubjectID       int64           `db:"subject_id" json:"subject_id"`
	Region          string          `db:"region" json:"region"`
	Event           string          `db:"event" json:"event"`
	EventAt         time.Time       `db:"event_at" json:"event_at"`
	LimitN          int             `db:"limit_n" json:"limit_n"`
	LimitUnit       string          `db:"limit_unit" json:"limit_unit"`
	Stops           json.RawMessage `db:"stops" json:"stops"`
	DueDate         calendar.Date   `db:"due_date" json:"due_date"`
	DueAt           time.Time       `db:"due_at" json:"due_at"`
	Provisional     bool            `db:"provisional" json:"provisional"`
	State           string          `db:"state" json:"state"`
	Marks           json.RawMessage `db:"marks" json:"marks"`
	Step            int             `db:"step" json:"step"`
	NextAt          *time.Time      `json:"next_at"`
	PolicyVersion   int             `db:"policy_version" json:"policy_version"`
	CalendarVersion int64           `db:"calendar_version" json:"calendar_version"`
	SetAt           time.Time       `db:"set_at" json:"set_at"`
	Light           *string         `db:"light" json:"light,omitempty"`
	FinishedAt      *time.Time      `db:"finished_at" json:"finished_at,omitempty"`
	RecordedAt      time.Time       `json:"recorded_at"`
}

const (
	deadlineColumns = `id, kind, rule, subject_kind, subject_id, region, event, event_at, limit_n, limit_unit, stops, due_date, due_at,
		provisional, state, marks, step, policy_version, calendar_version, set_at`
	deadlineRecord = `AS r(id bigint, kind text, rule text, subject_kind text, subject_id bigint, region text, event text, event_at timestamptz,
		limit_n int, limit_unit text, stops jsonb, due_date date, due_at timestamptz, provisional boolean, state text, marks jsonb, step int,
		next_at timestamptz, policy_version int, calendar_version bigint, set_at timestamptz, light text, finished_at timestamptz, recorded_at timestamptz)`

	sqlDeadlineNew = `INSERT INTO deadlines (` + deadlineColumns + `, next_at)
		SELECT ` + deadlineColumns + `, next_at FROM jsonb_to_recordset(CAST($%d AS jsonb)) ` + deadlineRecord
	sqlDeadlineDone = `INSERT INTO deadline_history (` + deadlineColumns + `, light, finished_at, recorded_at)
		SELECT ` + deadlineColumns + `, light, finished_at, recorded_at FROM jsonb_to_recordset(CAST($%d AS jsonb)) ` + deadlineRecord
	sqlDeadlineGone = `DELETE FROM deadlines WHERE id = ANY($%d)`
)

func (r deadlineRow) deadline() (*deadline.Deadline, error) {
	d := &deadline.Deadline{ID: r.ID, Kind: deadline.Kind(r.Kind), Rule: r.Rule, Subject: domain.Subject{Kind: r.SubjectKind, ID: r.SubjectID},
		Region: r.Region, Event: r.Event, EventAt: r.EventAt, Limit: calendar.Limit{N: r.LimitN, Unit: calendar.Unit(r.LimitUnit)},
		DueDate: r.DueDate, DueAt: r.DueAt, Provisional: r.Provisional, State: deadline.State(r.State), Step: r.Step,
		PolicyVersion: r.PolicyVersion, CalendarVersion: r.CalendarVersion, SetAt: r.SetAt, FinishedAt: r.FinishedAt}
	if r.Light != nil {
		d.Light = deadline.Light(*r.Light)
	}
	if err := json.Unmarshal(r.Stops, &d.Stops); err != nil {
		return nil, fmt.Errorf("deadline %d: stops: %w", r.ID, err)
	}
	if err := json.Unmarshal(r.Marks, &d.Marks); err != nil {
		return nil, fmt.Errorf("deadline %d: marks: %w", r.ID, err)
	}
	return d, nil
}

func rowOf(d *deadline.Deadline, now time.Time) deadlineRow {
	stops, marks := d.Stops, d.Marks
	if stops == nil {
		stops = []calendar.Stop{}
	}
	// Plain values: marshalling them cannot fail.
	stopsJSON, _ := json.Marshal(stops)
	marksJSON, _ := json.Marshal(marks)
	r := deadlineRow{ID: d.ID, Kind: string(d.Kind), Rule: d.Rule, SubjectKind: d.Subject.Kind, SubjectID: d.Subject.ID, Region: d.Region,
		Event: d.Event, EventAt: domain.Precise(d.EventAt), LimitN: d.Limit.N, LimitUnit: string(d.Limit.Unit), Stops: stopsJSON,
		DueDate: d.DueDate, DueAt: d.DueAt.UTC(), Provisional: d.Provisional, State: string(d.State), Marks: marksJSON, Step: d.Step,
		NextAt: d.NextAt(), PolicyVersion: d.PolicyVersion, CalendarVersion: d.CalendarVersion, SetAt: d.SetAt, FinishedAt: d.FinishedAt, RecordedAt: now}
	if d.FinishedAt != nil {
		light := string(d.Light)
		r.Light = &light
	}
	return r
}

// SetDeadline enters a new deadline and gives it its id.
func (tx *Tx) SetDeadline(ctx context.Context, d *deadline.Deadline) error {
	id, err := tx.NewID(ctx)
	if err != nil {
		return err
	}
	d.ID, d.SetAt = id, tx.Now()
	tx.pending.deadlines = append(tx.pending.deadlines, d)
	return nil
}

// OnDeadlines registers who is told of set and moved deadlines after each commit (a hint, never a promise).
func (db *DB) OnDeadlines(fn func([]DeadlineHint)) { db.onDeadlines.Store(&fn) }

func (db *DB) hintDeadlines(hints []DeadlineHint) {
	if fn := db.onDeadlines.Load(); fn != nil && len(hints) > 0 {
		(*fn)(hints)
	}
}

// DeadlineByID finds an open or finished deadline.
func (db *DB) DeadlineByID(ctx context.Context, id int64) (*deadline.Deadline, error) {
	ds, err := deadlines(ctx, db, `id = $1`, id)
	if err != nil {
		return nil, err
	}
	if len(ds) == 0 {
		return nil, domain.NotFoundError()
	}
	return ds[0], nil
}

// DeadlinesOf lists the open and finished deadlines of a subject, in the order in which they were set.
func (db *DB) DeadlinesOf(ctx context.Context, s domain.Subject) ([]*deadline.Deadline, error) {
	return deadlines(ctx, db, `subject_kind = $1 AND subject_id = $2`, s.Kind, s.ID)
}

// NewDeadlinesOf lists those set in this transaction.
func (tx *Tx) NewDeadlinesOf(s domain.Subject) []*deadline.Deadline {
	var out []*deadline.Deadline
	for _, d := range tx.pending.deadlines {
		if d.Subject == s {
			out = append(out, d)
		}
	}
	return out
}

// DeadlinesOf lists the open and finished deadlines of a subject, with what this transaction did to them.
func (tx *Tx) DeadlinesOf(ctx context.Context, s domain.Subject) ([]*deadline.Deadline, error) {
	ds, err := deadlines(ctx, tx, `subject_kind = $1 AND subject_id = $2`, s.Kind, s.ID)
	if err != nil {
		return nil, err
	}
	for i, d := range ds {
		for _, m := range tx.pending.moved {
			if m.ID == d.ID {
				ds[i] = m
			}
		}
	}
	return append(ds, tx.NewDeadlinesOf(s)...), nil
}

// OpenDeadlinesOf lists the open deadlines of a subject; the subject is locked by the caller.
func (tx *Tx) OpenDeadlinesOf(ctx context.Context, s domain.Subject) ([]*deadline.Deadline, error) {
	if err := tx.flush(ctx, false); err != nil {
		return nil, err
	}
	var rows []deadlineRow
	err := tx.list(ctx, &rows, `SELECT `+deadlineColumns+` FROM deadlines WHERE subject_kind = $1 AND subject_id = $2 ORDER BY id`, s.Kind, s.ID)
	if err != nil {
		return nil, fmt.Errorf("open deadlines: %w", err)
	}
	return deadlinesOf(rows)
}

func deadlines(ctx context.Context, q querier, where string, args ...any) ([]*deadline.Deadline, error) {
	var rows []deadlineRow
	err := q.list(ctx, &rows, `
		SELECT `+deadlineColumns+`, NULL AS light, CAST(NULL AS timestamptz) AS finished_at FROM deadlines WHERE `+where+`
		UNION ALL
		SELECT `+deadlineColumns+`, light, finished_at FROM deadline_history WHERE `+where+`
		ORDER BY set_at, id`, args...)
	if err != nil {
		return nil, fmt.Errorf("deadlines: %w", err)
	}
	return deadlinesOf(rows)
}

func deadlinesOf(rows []deadlineRow) ([]*deadline.Deadline, error) {
	out := make([]*deadline.Deadline, 0, len(rows))
	for _, r := range rows {
		d, err := r.deadline()
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}
