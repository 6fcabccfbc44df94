package repository

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"qhtz/domain"
	"qhtz/domain/deadline"
	"qhtz/domain/project"
	"qhtz/domain/projectcode"
)

var (
	_ project.Store = (*DB)(nil)
	_ project.Tx    = (*Tx)(nil)
)

// InProjectTx runs a use case of the project area in a transaction.
func (db *DB) InProjectTx(ctx context.Context, call domain.Call, fn func(project.Tx) error) error {
	return db.inTx(ctx, call, func(tx *Tx) error { return fn(tx) })
}

type projectRow struct {
	ID              int64     `db:"id"`
	Version         int64     `db:"version"`
	Facts           []byte    `db:"facts"`
	Life            []byte    `db:"life"`
	CreatedBy       int64     `db:"created_by"`
	CreatedAt       time.Time `db:"created_at"`
	UpdatedAt       time.Time `db:"updated_at"`
	OwnerID         int64     `db:"owner_id"`
	OwnerName       string    `db:"owner_name"`
	OwnerUSCC       string    `db:"owner_uscc"`
	OwnerRegion     string    `db:"owner_region"`
	OwnerKind       string    `db:"owner_kind"`
	OwnerDepartment string    `db:"owner_department"`
}

// lockedRow is a project with what is read only under its lock.
type lockedRow struct {
	projectRow
	OwnerListedUntil *time.Time `db:"owner_listed_until"`
	OwnerListedFrom  *time.Time `db:"owner_listed_from"`
}

func (r lockedRow) locked() (*project.Project, error) {
	p, err := r.project()
	if err == nil {
		p.OwnerListedUntil, p.OwnerListedFrom = r.OwnerListedUntil, r.OwnerListedFrom
	}
	return p, err
}

const (
	projectColumns = `p.id, p.version, p.facts, p.life, p.created_by, p.created_at, p.updated_at, o.id AS owner_id, o.name AS owner_name,
		COALESCE(o.uscc, '') AS owner_uscc, o.region AS owner_region, o.kind AS owner_kind, o.department AS owner_department`
	// whether its unit is on the blacklist costs a look into an index; with FILTER, that of the unit: a bare min would walk
	// the one of all due instants
	lockedColumns = projectColumns + `, (SELECT max(l.until_at) FILTER (WHERE l.from_at IS NOT NULL AND l.ended_at IS NULL) FROM listings l WHERE l.unit_id = p.owner_id) AS owner_listed_until,
		(SELECT min(l.due_at) FILTER (WHERE l.state = 'pending') FROM listings l WHERE l.unit_id = p.owner_id) AS owner_listed_from`
	projectFrom = ` FROM projects p JOIN organizations o ON o.id = p.owner_id `
)

func (r projectRow) project() (*project.Project, error) {
	p := &project.Project{ID: r.ID, Version: r.Version, CreatedBy: r.CreatedBy, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt,
		Owner: domain.Organization{ID: r.OwnerID, Name: r.OwnerName, USCC: strings.TrimSpace(r.OwnerUSCC), Kind: domain.OrganizationKind(r.OwnerKind),
			Department: r.OwnerDepartment, Region: r.OwnerRegion}}
	if err := json.Unmarshal(r.Facts, &p.Facts); err != nil {
		return nil, fmt.Errorf("project %d: facts: %w", r.ID, err)
	}
	if err := json.Unmarshal(r.Life, &p.Life); err != nil {
		return nil, fmt.Errorf("project %d: life: %w", r.ID, err)
	}
	return p, nil
}

func oneProject(ctx context.Context, q querier, tail string, args ...any) (*project.Project, error) {
	var r projectRow
	if err := q.get(ctx, &r, `SELECT `+projectColumns+projectFrom+tail, args...); err != nil {
		return nil, wrap("project", translate(ctx, err))
	}
	return r.project()
}

// ProjectByID finds a project.
func (db *DB) ProjectByID(ctx context.Context, id int64) (*project.Project, error) {
	return oneProject(ctx, db, `WHERE p.id = $1`, id)
}

// ProjectByCode finds the project to which a code was issued.
func (db *DB) ProjectByCode(ctx context.Context, code projectcode.Code) (*project.Project, error) {
	return oneProject(ctx, db, `WHERE p.id = (SELECT project_id FROM project_codes WHERE code = $1)`, code.Digits())
}

// LockProject locks a project and reads it as it then is. Platform time is that of the first lock: whoever had to wait
// decides after whom he waited for.
func (tx *Tx) LockProject(ctx context.Context, id int64) (*project.Project, error) {
	if err := tx.flush(ctx, false); err != nil { // what settling gathered on it
		return nil, err
	}
	var r lockedRow
	err := tx.get(ctx, &r, `SELECT `+lockedColumns+projectFrom+`WHERE p.id = $1 FOR UPDATE OF p`, id)
	if !tx.locked {
		tx.locked = true
		tx.pin()
	}
	if err != nil {
		return nil, wrap("project", translate(ctx, err))
	}
	return r.locked()
}

// LockProjects locks several, by id, so that two batches never wait for each other.
func (tx *Tx) LockProjects(ctx context.Context, ids []int64) (map[int64]*project.Project, error) {
	var rows []lockedRow
	err := tx.list(ctx, &rows, `SELECT `+lockedColumns+projectFrom+`WHERE p.id = ANY($1) ORDER BY p.id FOR UPDATE OF p`, ids)
	if err != nil {
		return nil, fmt.Errorf("lock projects: %w", err)
	}
	out := make(map[int64]*project.Project, len(rows))
	for _, r := range rows {
		p, err := r.locked()
		if err != nil {
			return nil, err
		}
		out[p.ID] = p
	}
	return out, nil
}

// DeleteDraft removes a draft and every kept answer that shows it (FILE-2). The keys stay, as digests: a late repetition
// of the request that made the draft must not make it again.
func (tx *Tx) DeleteDraft(ctx context.Context, id int64) error {
	if err := tx.exec(ctx, `UPDATE idempotency SET answer = NULL, status = $2 WHERE project_id = $1`, id, answerPurged); err != nil {
		return fmt.Errorf("forget answers: %w", err)
	}
	return wrap("delete draft", tx.exec(ctx, `DELETE FROM projects WHERE id = $1 AND state = 'draft'`, id))
}

// SimilarProjects are the unit's other projects of the same name. The name is indexed by its digest: drafts may be long.
func (tx *Tx) SimilarProjects(ctx context.Context, p *project.Project) ([]project.Similar, error) {
	if p.Facts.Name == "" {
		return nil, nil
	}
	var rows []struct {
		ID    int64  `db:"id"`
		Code  string `db:"code"`
		State string `db:"state"`
	}
	err := tx.list(ctx, &rows, `
		SELECT id, COALESCE(code, '') AS code, state FROM projects
		WHERE owner_id = $1 AND md5(name) = md5($2) AND name = $2 AND id <> $3 ORDER BY id DESC LIMIT 5`,
		p.Owner.ID, p.Facts.Name, p.ID)
	if err != nil {
		return nil, fmt.Errorf("similar projects: %w", err)
	}
	out := make([]project.Similar, len(rows))
	for i, r := range rows {
		out[i] = project.Similar{ID: r.ID, Code: strings.TrimSpace(r.Code), State: project.State(r.State)}
	}
	return out, nil
}

// InsertApplication enters the application on which a project's own matter is decided.
func (tx *Tx) InsertApplication(ctx context.Context, id, projectID int64, item string, edition int) error {
	return wrap("insert application", tx.exec(ctx, `INSERT INTO applications (id, project_id, item, catalogue_version, created_at) VALUES ($1, $2, $3, $4, $5)`,
		id, projectID, item, edition, tx.Now()))
}

// codeClaims claims codes for one project within a transaction.
type codeClaims struct {
	tx      *Tx
	project int64
}

// CodeClaims lets an issuer claim a code for a project.
func (tx *Tx) CodeClaims(projectID int64) projectcode.Claims { return codeClaims{tx, projectID} }

// ClaimCode enters the code, and on the same way reads the project's last audit event, to which the flush adds.
func (c codeClaims) ClaimCode(ctx context.Context, code projectcode.Code) (bool, error) {
	var row struct {
		Claimed bool `db:"claimed"`
		chainHead
	}
	err := c.tx.get(ctx, &row, `
		WITH claim AS (INSERT INTO project_codes (code, project_id, issued_at) VALUES ($1, $2, $3) ON CONFLICT (code) DO NOTHING RETURNING 1)
		SELECT EXISTS (SELECT 1 FROM claim) AS claimed, COALESCE(a.seq, 0) AS seq, COALESCE(a.hash, $4) AS hash
		FROM (SELECT) AS one LEFT JOIN LATERAL (
			SELECT seq, hash FROM audit_events WHERE subject_kind = 'project' AND subject_id = $2 ORDER BY seq DESC LIMIT 1) AS a ON true`,
		code.Digits(), c.project, c.tx.Now(), firstHash)
	if err != nil {
		return false, fmt.Errorf("claim code: %w", err)
	}
	c.tx.knowHead(domain.SubjectProject(c.project), row.chainHead)
	return row.Claimed, nil
}

func (c codeClaims) FreeSerials(ctx context.Context, prefix string, lo, hi, limit int) ([]int, error) {
	width := len(strconv.Itoa(hi))
	var free []int
	err := c.tx.list(ctx, &free, `
		SELECT s FROM generate_series(CAST($2 AS int), CAST($3 AS int)) AS s
		WHERE NOT EXISTS (SELECT 1 FROM project_codes WHERE code >= $1 AND code < $1 || ':' AND CAST(substr(code, length($1) + 1, $5) AS int) = s)
		LIMIT $4`, prefix, lo, hi, limit, width)
	return free, wrap("free serials", err)
}

// EventsOf reads a subject's ledger.
func (db *DB) EventsOf(ctx context.Context, s domain.Subject) ([]domain.Event, error) {
	return eventsOf(ctx, db, s)
}

// EventsOf reads a subject's ledger with what this transaction adds.
func (tx *Tx) EventsOf(ctx context.Context, s domain.Subject) ([]domain.Event, error) {
	events, err := eventsOf(ctx, tx, s)
	for _, e := range tx.pending.events {
		if e.Stream == s {
			events = append(events, e)
		}
	}
	return events, err
}

func eventsOf(ctx context.Context, q querier, s domain.Subject) ([]domain.Event, error) {
	var rows []struct {
		ID            int64     `db:"id"`
		Seq           int       `db:"seq"`
		Type          string    `db:"type"`
		EffectiveAt   time.Time `db:"effective_at"`
		RecordedAt    time.Time `db:"recorded_at"`
		Rule          string    `db:"rule"`
		PolicyVersion int       `db:"policy_version"`
		ActorID       int64     `db:"actor_id"`
		Data          []byte    `db:"data"`
	}
	err := q.list(ctx, &rows, `SELECT id, seq, type, effective_at, recorded_at, rule, policy_version, COALESCE(actor_id, 0) AS actor_id, data
		FROM events WHERE stream = $1 AND stream_id = $2 ORDER BY seq`, s.Kind, s.ID)
	if err != nil {
		return nil, fmt.Errorf("events: %w", err)
	}
	out := make([]domain.Event, len(rows))
	for i, r := range rows {
		out[i] = domain.Event{ID: r.ID, Stream: s, Seq: r.Seq, Type: r.Type, Effective: r.EffectiveAt, Recorded: r.RecordedAt, Rule: r.Rule,
			PolicyVersion: r.PolicyVersion, ActorID: r.ActorID, Data: r.Data}
	}
	return out, nil
}

// DeadlinesOfProjects lists the deadlines of several projects, in the order in which they were set.
func (db *DB) DeadlinesOfProjects(ctx context.Context, ids []int64) (map[int64][]*deadline.Deadline, error) {
	out := map[int64][]*deadline.Deadline{}
	if len(ids) == 0 {
		return out, nil
	}
	ds, err := deadlines(ctx, db, `subject_kind = 'project' AND subject_id = ANY($1)`, ids)
	for _, d := range ds {
		out[d.Subject.ID] = append(out[d.Subject.ID], d)
	}
	return out, err
}
