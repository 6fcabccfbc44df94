package repository

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/lib/pq"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/project"
)

// SaveReportDraft keeps the draft of a kind and year in place of the one before.
func (tx *Tx) SaveReportDraft(ctx context.Context, projectID int64, r project.Report) (int64, error) {
	id, err := tx.NewID(ctx)
	if err != nil {
		return 0, err
	}
	data, _ := json.Marshal(r.Data) // plain values cannot fail
	err = tx.get(ctx, &id, `
		INSERT INTO report_drafts (id, project_id, kind, year, data, saved_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (project_id, kind, year) DO UPDATE SET data = EXCLUDED.data, saved_at = EXCLUDED.saved_at RETURNING id`,
		id, projectID, string(r.Kind), r.Year, string(data), tx.Now())
	return id, wrap("save report draft", err)
}

// TakeReportDraft removes the draft of a kind and year and gives its id, 0 if there is none.
func (tx *Tx) TakeReportDraft(ctx context.Context, projectID int64, kind project.ReportKind, year int) (int64, error) {
	var id int64
	err := tx.get(ctx, &id, `DELETE FROM report_drafts WHERE project_id = $1 AND kind = $2 AND year = $3 RETURNING id`, projectID, string(kind), year)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return id, wrap("take report draft", err)
}

// DropReportDrafts removes the drafts of reports of some kinds.
func (tx *Tx) DropReportDrafts(ctx context.Context, projectID int64, kinds ...project.ReportKind) error {
	return wrap("drop report drafts", tx.exec(ctx, `DELETE FROM report_drafts WHERE project_id = $1 AND kind = ANY($2)`, projectID, pq.Array(kinds)))
}

// ReportDrafts lists a project's drafts of reports.
func (db *DB) ReportDrafts(ctx context.Context, projectID int64) ([]project.Report, error) {
	var rows []struct {
		ID      int64     `db:"id"`
		Kind    string    `db:"kind"`
		Year    int       `db:"year"`
		Data    []byte    `db:"data"`
		SavedAt time.Time `db:"saved_at"`
	}
	if err := db.list(ctx, &rows, `SELECT id, kind, year, data, saved_at FROM report_drafts WHERE project_id = $1 ORDER BY id`, projectID); err != nil {
		return nil, fmt.Errorf("report drafts: %w", err)
	}
	out := make([]project.Report, len(rows))
	for i, r := range rows {
		out[i] = project.Report{ID: r.ID, Kind: project.ReportKind(r.Kind), Year: r.Year, At: r.SavedAt}
		if err := json.Unmarshal(r.Data, &out[i].Data); err != nil {
			return nil, fmt.Errorf("report draft %d: %w", r.ID, err)
		}
	}
	return out, nil
}

// SaveReport writes a report as its newest version has it; when it first came stays, and a
// date that is not given.
func (tx *Tx) SaveReport(ctx context.Context, p *project.Project, r project.Report, due *calendar.Date) error {
	var year *int
	if r.Kind == project.ReportAnnual {
		year = &r.Year
	}
	return wrap("save report", tx.exec(ctx, `
		INSERT INTO reports (id, project_id, owner_id, kind, year, version, late, submitted_at, due_date) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (id) DO UPDATE SET version = EXCLUDED.version, late = EXCLUDED.late, due_date = COALESCE(EXCLUDED.due_date, reports.due_date)`,
		r.ID, p.ID, p.Owner.ID, string(r.Kind), year, r.Version, r.Late, domain.Precise(r.At), due))
}

// reportingOf sums up how a unit has reported by an instant (CRED-9): annual and completion reports, those of them that
// came late, and annual reports that are owed past their date.
func reportingOf(ctx context.Context, q querier, unitID int64, at time.Time) (done, late, overdue int, err error) {
	var row struct {
		Done    int `db:"done"`
		Late    int `db:"late"`
		Overdue int `db:"overdue"`
	}
	err = q.get(ctx, &row, `
		SELECT count(*) AS done, count(*) FILTER (WHERE late) AS late,
			(SELECT count(*) FROM projects p JOIN deadlines d ON d.subject_kind = 'project' AND d.subject_id = p.id
				WHERE p.owner_id = $1 AND d.kind = 'report_annual' AND d.due_at <= $2) AS overdue
		FROM reports WHERE owner_id = $1 AND kind IN ('annual', 'completion') AND submitted_at <= $2`, unitID, at)
	return row.Done, row.Late, row.Overdue, wrap("reporting of unit", err)
}
