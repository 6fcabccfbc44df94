package repository

import (
	"context"
	"fmt"
	"strings"
	"time"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/credit"
	"qhtz/domain/deadline"
	"qhtz/domain/project"
)

// CreditRecords finds records with their units, newest first.
func (db *DB) CreditRecords(ctx context.Context, f credit.Filter) ([]credit.Found, error) {
	return db.foundCredit(ctx, `credit_records`, f)
}

// CreditListings finds listings with their units, newest first.
func (db *DB) CreditListings(ctx context.Context, f credit.Filter) ([]credit.Found, error) {
	return db.foundCredit(ctx, `listings`, f)
}

func (db *DB) foundCredit(ctx context.Context, table string, f credit.Filter) ([]credit.Found, error) {
	w := &projectFilter{}
	w.parts = append(w.parts, `true`)
	if f.UnitID != 0 {
		w.add(`c.unit_id = ?`, f.UnitID)
	}
	if f.Area != "" {
		w.add(`o.region LIKE ?`, areaPattern(f.Area))
	}
	if f.State != "" {
		w.add(`c.state = ?`, f.State)
	}
	if f.Told {
		w.parts = append(w.parts, `c.told`)
	}
	if f.Todo {
		w.parts = append(w.parts, `c.todo <> ''`)
	}
	if f.Before != 0 {
		w.add(`c.id < ?`, f.Before)
	}
	var rows []unitRow
	q := `SELECT ` + unitColumns + `, c.id AS found_id FROM ` + table + ` c JOIN organizations o ON o.id = c.unit_id JOIN unit_credit u ON u.unit_id = c.unit_id
		WHERE ` + strings.Join(w.parts, ` AND `) + fmt.Sprintf(` ORDER BY c.id DESC LIMIT %d`, f.Limit)
	if err := db.list(ctx, &rows, q, w.args...); err != nil {
		return nil, fmt.Errorf("find %s: %w", table, err)
	}
	out := make([]credit.Found, len(rows))
	units := map[int64]*credit.Unit{} // a unit's credit is read once, however many of its records are found
	for i, r := range rows {
		u := units[r.ID]
		if u == nil {
			var err error
			if u, err = r.unit(); err != nil {
				return nil, err
			}
			units[r.ID] = u
		}
		out[i] = credit.Found{Unit: u, ID: r.FoundID}
	}
	return out, nil
}

// CreditCounts counts what waits in an area.
func (db *DB) CreditCounts(ctx context.Context, area string) (credit.Counts, error) {
	var row struct {
		Proposed  int `db:"proposed"`
		Evidence  int `db:"evidence"`
		Objection int `db:"objection"`
		Exit      int `db:"exits"`
		Pending   int `db:"pending"`
		Listed    int `db:"listed"`
	}
	err := db.get(ctx, &row, `
		SELECT r.proposed, r.evidence, l.objection, l.exits, l.pending, l.listed
		FROM (SELECT count(*) FILTER (WHERE c.todo = 'proposed') AS proposed, count(*) FILTER (WHERE c.todo = 'evidence') AS evidence
			FROM credit_records c JOIN organizations o ON o.id = c.unit_id WHERE c.todo <> '' AND o.region LIKE $1) r,
		(SELECT count(*) FILTER (WHERE c.todo = 'objection') AS objection, count(*) FILTER (WHERE c.todo = 'exit') AS exits,
			count(*) FILTER (WHERE c.state = 'pending') AS pending, count(*) FILTER (WHERE c.state = 'listed') AS listed
			FROM listings c JOIN organizations o ON o.id = c.unit_id WHERE c.ended_at IS NULL AND o.region LIKE $1) l`, areaPattern(area))
	return credit.Counts(row), wrap("credit counts", err)
}

// ProjectNamed finds a project by its 20 digits.
func (tx *Tx) ProjectNamed(ctx context.Context, code string) (credit.ProjectInfo, error) {
	var p projectInfoRow
	err := tx.get(ctx, &p, `SELECT `+projectInfoColumns+` FROM projects p WHERE p.id = (SELECT project_id FROM project_codes WHERE code = $1)`, code)
	return p.info(), wrap("project of record", translate(ctx, err))
}

type projectInfoRow struct {
	ID      int64  `db:"p_id"`
	Code    string `db:"p_code"`
	Name    string `db:"p_name"`
	OwnerID int64  `db:"p_owner"`
}

const projectInfoColumns = `p.id AS p_id, COALESCE(p.code, '') AS p_code, p.name AS p_name, p.owner_id AS p_owner`

func (r projectInfoRow) info() credit.ProjectInfo {
	return credit.ProjectInfo{ID: r.ID, Code: strings.TrimSpace(r.Code), Name: r.Name, OwnerID: r.OwnerID}
}

// dutyKinds are the kinds of deadline that are reporting duties (REP-1).
var dutyKinds = kindArray([]deadline.Kind{project.KindReportAnnual, project.KindReportCompletion})

// DutyNamed finds a reporting duty, open or finished.
func (tx *Tx) DutyNamed(ctx context.Context, id int64) (credit.DutyInfo, error) {
	ds, err := deadlines(ctx, tx, `id = $1 AND subject_kind = 'project' AND kind = ANY($2)`, id, dutyKinds)
	if err != nil {
		return credit.DutyInfo{}, err
	}
	if len(ds) == 0 {
		return credit.DutyInfo{}, domain.NotFoundError()
	}
	var p projectInfoRow
	if err := tx.get(ctx, &p, `SELECT `+projectInfoColumns+` FROM projects p WHERE p.id = $1`, ds[0].Subject.ID); err != nil {
		return credit.DutyInfo{}, wrap("project of duty", translate(ctx, err))
	}
	return dutyInfo(p, ds[0]), nil
}

func dutyInfo(p projectInfoRow, d *deadline.Deadline) credit.DutyInfo {
	return credit.DutyInfo{ID: d.ID, Project: p.info(), Kind: string(d.Kind), Year: calendar.DateOf(d.EventAt).Year() - 1, Due: d}
}

// MissedDuties are a unit's reporting duties past their last consequence about which there is no record.
func (tx *Tx) MissedDuties(ctx context.Context, unit int64) ([]credit.DutyInfo, error) {
	var ids []struct {
		projectInfoRow
		Duty int64 `db:"duty"`
	}
	err := tx.list(ctx, &ids, `
		SELECT `+projectInfoColumns+`, d.id AS duty FROM projects p JOIN deadlines d ON d.subject_kind = 'project' AND d.subject_id = p.id
		WHERE p.owner_id = $1 AND d.kind = ANY($2) AND d.next_at IS NULL AND d.state = 'open' 
			AND NOT EXISTS (SELECT 1 FROM credit_records r WHERE r.duty_id = d.id AND NOT (r.premature AND r.state = 'dismissed'))
		ORDER BY d.due_at, d.id`, unit, dutyKinds)
	if err != nil {
		return nil, fmt.Errorf("missed duties: %w", err)
	}
	out := make([]credit.DutyInfo, 0, len(ids))
	for _, x := range ids {
		ds, err := deadlines(ctx, tx, `id = $1`, x.Duty)
		if err != nil || len(ds) == 0 {
			return nil, wrap("missed duty", err)
		}
		out = append(out, dutyInfo(x.projectInfoRow, ds[0]))
	}
	return out, nil
}

// AuthoritiesOf are the regions of the authorities that have received projects of a unit, and where they still live.
func (tx *Tx) AuthoritiesOf(ctx context.Context, unit int64) (regions []string, err error) {
	err = tx.list(ctx, &regions, `
		SELECT DISTINCT authority_region FROM projects WHERE owner_id = $1 AND code IS NOT NULL AND state <> 'withdrawn' AND authority_region <> '' ORDER BY authority_region`, unit)
	return regions, wrap("authorities of a unit", err)
}

// ReportingOf sums up how a unit has reported (CRED-9).
func (db *DB) ReportingOf(ctx context.Context, unit int64) (credit.Reporting, error) {
	now, _, err := db.clock.Read(ctx)
	if err != nil {
		return credit.Reporting{}, err
	}
	return creditReporting(ctx, db, unit, now)
}

// ReportingOf sums up how a unit has reported, as of the transaction.
func (tx *Tx) ReportingOf(ctx context.Context, unit int64) (credit.Reporting, error) {
	return creditReporting(ctx, tx, unit, tx.Now())
}

func creditReporting(ctx context.Context, q querier, unit int64, at time.Time) (r credit.Reporting, err error) {
	r.Done, r.Late, r.Overdue, err = reportingOf(ctx, q, unit, at)
	return r, err
}
