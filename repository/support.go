package repository

import (
	"context"
	"fmt"
	"strings"
	"time"

	"qhtz/domain"
	"qhtz/domain/projectcode"
	"qhtz/domain/support"
)

var (
	_ support.Store = (*DB)(nil)
	_ support.Tx    = (*Tx)(nil)
)

// InSupportTx runs a use case of the support area in a transaction.
func (db *DB) InSupportTx(ctx context.Context, call domain.Call, fn func(support.Tx) error) error {
	return db.inTx(ctx, call, func(tx *Tx) error { return fn(tx) })
}

type supportProjectRow struct {
	organizationRow
	ProjectID int64  `db:"project_id"`
	Code      string `db:"code"`
	Name      string `db:"name"`
	Authority string `db:"authority_region"`
	PState    string `db:"project_state"`
}

const supportProjectColumns = organizationColumns + `, p.id AS project_id, COALESCE(p.code, '') AS code, p.name, p.authority_region, p.state AS project_state`

func (r supportProjectRow) project() support.Project {
	owner := r.organization()
	owner.USCC = strings.TrimSpace(owner.USCC)
	return support.Project{ID: r.ProjectID, Code: projectcode.Code(strings.TrimSpace(r.Code)), Name: r.Name, Owner: owner, Region: r.Authority, State: r.PState}
}

// SupportProject finds a project by its 20 digits.
func (tx *Tx) SupportProject(ctx context.Context, code string) (support.Project, error) {
	var r supportProjectRow
	err := tx.get(ctx, &r, `SELECT `+supportProjectColumns+` FROM projects p JOIN organizations o ON o.id = p.owner_id
		WHERE p.id = (SELECT project_id FROM project_codes WHERE code = $1)`, code)
	return r.project(), wrap("project of request", translate(ctx, err))
}

type supportRow struct {
	supportProjectRow
	ID        int64      `db:"id"`
	Version   int64      `db:"version"`
	Kind      string     `db:"kind"`
	State     string     `db:"state"`
	Amount    string     `db:"amount"`
	Year      int        `db:"year"`
	Body      string     `db:"body"`
	InEffect  int        `db:"in_effect"`
	AskedAt   time.Time  `db:"asked_at"`
	DecidedAt *time.Time `db:"decided_at"`
	DecidedBy int64      `db:"decided_by"`
	Reason    string     `db:"reason"`
}

const supportFrom = supportProjectColumns + `, s.id, s.version, s.kind, s.state, s.amount, s.year, s.body, s.in_effect, s.asked_at, s.decided_at,
		COALESCE(s.decided_by, 0) AS decided_by, s.reason
	FROM support_requests s JOIN projects p ON p.id = s.project_id JOIN organizations o ON o.id = p.owner_id `

func (r supportRow) request() *support.Request {
	return &support.Request{ID: r.ID, Version: r.Version, Kind: r.Kind, Project: r.project(), State: support.State(r.State), Amount: r.Amount, Year: r.Year, Text: r.Body,
		InEffect: r.InEffect, AskedAt: r.AskedAt, DecidedAt: r.DecidedAt, DecidedBy: r.DecidedBy, Reason: r.Reason}
}

// SupportRequest finds a request.
func (db *DB) SupportRequest(ctx context.Context, id int64) (*support.Request, error) {
	var r supportRow
	if err := db.get(ctx, &r, `SELECT `+supportFrom+`WHERE s.id = $1`, id); err != nil {
		return nil, wrap("support request", translate(ctx, err))
	}
	return r.request(), nil
}

// LockSupportRequest locks a request and reads it.
func (tx *Tx) LockSupportRequest(ctx context.Context, id int64) (*support.Request, error) {
	var r supportRow
	if err := tx.get(ctx, &r, `SELECT `+supportFrom+`WHERE s.id = $1 FOR UPDATE OF s`, id); err != nil {
		return nil, wrap("lock support request", translate(ctx, err))
	}
	return r.request(), nil
}

// InsertSupportRequest enters a request.
func (tx *Tx) InsertSupportRequest(ctx context.Context, r *support.Request) error {
	return wrap("insert support request", tx.exec(ctx, `
		INSERT INTO support_requests (id, version, kind, project_id, state, amount, year, body, in_effect, asked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		r.ID, r.Version, r.Kind, r.Project.ID, string(r.State), r.Amount, r.Year, r.Text, r.InEffect, r.AskedAt))
}

// SaveSupportRequest writes the decision on a locked request.
func (tx *Tx) SaveSupportRequest(ctx context.Context, r *support.Request) error {
	return wrap("save support request", tx.exec(ctx, `
		UPDATE support_requests SET version = $2, state = $3, decided_at = $4, decided_by = $5, reason = $6 WHERE id = $1`,
		r.ID, r.Version, string(r.State), r.DecidedAt, r.DecidedBy, r.Reason))
}

// SupportRequests lists requests, newest first.
func (db *DB) SupportRequests(ctx context.Context, f support.Filter) ([]*support.Request, error) {
	w := &projectFilter{parts: []string{`true`}}
	if f.UnitID != 0 {
		w.add(`p.owner_id = ?`, f.UnitID)
	}
	if f.Area != "" {
		w.add(`p.authority_region LIKE ?`, areaPattern(f.Area))
	}
	if f.State != "" {
		w.add(`s.state = ?`, f.State)
	}
	if f.Before != 0 {
		w.add(`s.id < ?`, f.Before)
	}
	var rows []supportRow
	q := `SELECT ` + supportFrom + `WHERE ` + strings.Join(w.parts, ` AND `) + fmt.Sprintf(` ORDER BY s.id DESC LIMIT %d`, f.Limit)
	if err := db.list(ctx, &rows, q, w.args...); err != nil {
		return nil, fmt.Errorf("support requests: %w", err)
	}
	out := make([]*support.Request, len(rows))
	for i, r := range rows {
		out[i] = r.request()
	}
	return out, nil
}
