package repository

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"qhtz/domain"
	"qhtz/domain/projectcode"
	"qhtz/domain/supervision"
)

var (
	_ supervision.Store = (*DB)(nil)
	_ supervision.Tx    = (*Tx)(nil)
)

// InSupervisionTx runs a use case of the supervision area in a transaction.
func (db *DB) InSupervisionTx(ctx context.Context, call domain.Call, fn func(supervision.Tx) error) error {
	return db.inTx(ctx, call, func(tx *Tx) error { return fn(tx) })
}

// OpenCase enters a new case.
func (tx *Tx) OpenCase(ctx context.Context, c domain.Case) error {
	detail, _ := json.Marshal(c.Detail) // plain values cannot fail
	return wrap("open case", tx.exec(ctx, `
		INSERT INTO supervision_cases (id, kind, rule, project_id, unit_id, region, detail, opened_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		c.ID, c.Kind, c.Rule, c.ProjectID, c.UnitID, c.Region, string(detail), tx.Now()))
}

// CaseOf locks a case and tells whether it is open.
func (tx *Tx) CaseOf(ctx context.Context, id int64) (domain.Case, bool, error) {
	c, err := tx.LockCase(ctx, id)
	return c.Case, c.ClosedAt == nil, err
}

// ChangeCase writes what a locked case now rests on.
func (tx *Tx) ChangeCase(ctx context.Context, c domain.Case) error {
	detail, _ := json.Marshal(c.Detail) // plain values cannot fail
	return wrap("change case", tx.exec(ctx, `UPDATE supervision_cases SET detail = $2 WHERE id = $1`, c.ID, string(detail)))
}

// CloseCase writes that a locked case was closed.
func (tx *Tx) CloseCase(ctx context.Context, c supervision.Case, by int64) error {
	return wrap("close case", tx.exec(ctx, `UPDATE supervision_cases SET closed_at = $2, closed_by = $3, reason = $4 WHERE id = $1`, c.ID, c.ClosedAt, by, c.Reason))
}

type caseRow struct {
	ID          int64      `db:"id"`
	Kind        string     `db:"kind"`
	Rule        string     `db:"rule"`
	ProjectID   int64      `db:"project_id"`
	UnitID      int64      `db:"unit_id"`
	Region      string     `db:"region"`
	Detail      []byte     `db:"detail"`
	OpenedAt    time.Time  `db:"opened_at"`
	ClosedAt    *time.Time `db:"closed_at"`
	Reason      string     `db:"reason"`
	ProjectCode string     `db:"project_code"`
	ProjectName string     `db:"project_name"`
	UnitName    string     `db:"unit_name"`
}

const sqlCases = `SELECT c.id, c.kind, c.rule, c.project_id, c.unit_id, c.region, c.detail, c.opened_at, c.closed_at, COALESCE(c.reason, '') AS reason,
		COALESCE(p.code, '') AS project_code, p.name AS project_name, o.name AS unit_name
	FROM supervision_cases c JOIN projects p ON p.id = c.project_id JOIN organizations o ON o.id = c.unit_id `

func (r caseRow) supervisionCase() (supervision.Case, error) {
	c := supervision.Case{Case: domain.Case{ID: r.ID, Kind: r.Kind, Rule: r.Rule, ProjectID: r.ProjectID, UnitID: r.UnitID, Region: r.Region},
		ProjectCode: projectcode.Code(strings.TrimSpace(r.ProjectCode)), ProjectName: r.ProjectName, UnitName: r.UnitName, OpenedAt: r.OpenedAt, ClosedAt: r.ClosedAt, Reason: r.Reason}
	if err := json.Unmarshal(r.Detail, &c.Detail); err != nil {
		return c, fmt.Errorf("case %d: detail: %w", r.ID, err)
	}
	return c, nil
}

func oneCase(ctx context.Context, q querier, tail string, id int64) (supervision.Case, error) {
	var r caseRow
	if err := q.get(ctx, &r, sqlCases+tail, id); err != nil {
		return supervision.Case{}, wrap("case", translate(ctx, err))
	}
	return r.supervisionCase()
}

// CaseByID finds a case.
func (db *DB) CaseByID(ctx context.Context, id int64) (supervision.Case, error) {
	return oneCase(ctx, db, `WHERE c.id = $1`, id)
}

// LockCase locks a case and reads it as it then is.
func (tx *Tx) LockCase(ctx context.Context, id int64) (supervision.Case, error) {
	return oneCase(ctx, tx, `WHERE c.id = $1 FOR UPDATE OF c`, id)
}

// Cases lists cases newest first, by keyset.
func (db *DB) Cases(ctx context.Context, f supervision.Filter) ([]supervision.Case, error) {
	w := &projectFilter{}
	w.add(`c.region LIKE ?`, areaPattern(f.Area))
	switch f.State {
	case "":
	case supervision.StateOpen:
		w.parts = append(w.parts, `c.closed_at IS NULL`)
	case supervision.StateClosed:
		w.parts = append(w.parts, `c.closed_at IS NOT NULL`)
	default:
		return nil, nil // no case is in such a state
	}
	if f.ProjectID != 0 {
		w.add(`c.project_id = ?`, f.ProjectID)
	}
	if f.Before != 0 {
		w.add(`c.id < ?`, f.Before)
	}
	var rows []caseRow
	q := sqlCases + `WHERE ` + strings.Join(w.parts, ` AND `) + fmt.Sprintf(` ORDER BY c.id DESC LIMIT $%d`, len(w.args)+1)
	if err := db.list(ctx, &rows, q, append(w.args, f.Limit)...); err != nil {
		return nil, fmt.Errorf("list cases: %w", err)
	}
	out := make([]supervision.Case, 0, len(rows))
	for _, r := range rows {
		c, err := r.supervisionCase()
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}
