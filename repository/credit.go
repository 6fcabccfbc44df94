package repository

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"qhtz/domain"
	"qhtz/domain/credit"
)

var (
	_ credit.Store = (*DB)(nil)
	_ credit.Tx    = (*Tx)(nil)
)

// InCreditTx runs a use case of the credit area in a transaction.
func (db *DB) InCreditTx(ctx context.Context, call domain.Call, fn func(credit.Tx) error) error {
	return db.inTx(ctx, call, func(tx *Tx) error { return fn(tx) })
}

type unitRow struct {
	organizationRow
	Consented bool   `db:"in_platform_service"`
	Version   int64  `db:"version"`
	Credit    []byte `db:"credit"`
	FoundID   int64  `db:"found_id"`
}

const (
	unitColumns = organizationColumns + `, o.in_platform_service, COALESCE(u.version, 0) AS version, u.credit`
	unitFrom    = ` FROM organizations o LEFT JOIN unit_credit u ON u.unit_id = o.id `
)

func (r unitRow) unit() (*credit.Unit, error) {
	u := &credit.Unit{}
	if r.Credit != nil {
		if err := json.Unmarshal(r.Credit, u); err != nil {
			return nil, fmt.Errorf("credit of unit %d: %w", r.ID, err)
		}
	}
	u.Organization, u.Consented, u.Version = r.organization(), r.Consented, r.Version
	u.Organization.USCC = strings.TrimSpace(u.Organization.USCC)
	return u, nil
}

func oneUnit(ctx context.Context, q querier, tail string, args ...any) (*credit.Unit, error) {
	var r unitRow
	if err := q.get(ctx, &r, `SELECT `+unitColumns+`, 0 AS found_id`+unitFrom+tail, args...); err != nil {
		return nil, wrap("unit", translate(ctx, err))
	}
	return r.unit()
}

// UnitByID reads a unit's credit.
func (db *DB) UnitByID(ctx context.Context, id int64) (*credit.Unit, error) {
	return oneUnit(ctx, db, `WHERE o.id = $1 AND o.kind = 'unit'`, id)
}

// UnitByUSCC reads a unit's credit.
func (db *DB) UnitByUSCC(ctx context.Context, uscc string) (*credit.Unit, error) {
	return oneUnit(ctx, db, `WHERE o.uscc = $1 AND o.kind = 'unit'`, uscc)
}

// LockUnit locks a unit and reads its credit as it then is. Its row stays open to foreign keys, so that it can go on filing.
// Platform time is that of the first lock: whoever had to wait decides after whom he waited for.
func (tx *Tx) LockUnit(ctx context.Context, id int64) (*credit.Unit, error) {
	units, err := tx.LockUnits(ctx, []int64{id})
	if !tx.locked {
		tx.locked = true
		tx.pin()
	}
	if err == nil && units[id] == nil {
		err = domain.NotFoundError()
	}
	return units[id], err
}

// LockUnits locks several, by id, so that two batches never wait for each other. They are read after they are locked: what
// another transaction wrote meanwhile stands in a table of its own.
func (tx *Tx) LockUnits(ctx context.Context, ids []int64) (map[int64]*credit.Unit, error) {
	if err := tx.flush(ctx, false); err != nil { // what settling gathered on them
		return nil, err
	}
	if err := tx.list(ctx, &[]int64{}, `SELECT id FROM organizations WHERE id = ANY($1) AND kind = 'unit' ORDER BY id FOR NO KEY UPDATE`, ids); err != nil {
		return nil, fmt.Errorf("lock units: %w", err)
	}
	var rows []unitRow
	if err := tx.list(ctx, &rows, `SELECT `+unitColumns+`, 0 AS found_id`+unitFrom+`WHERE o.id = ANY($1) AND o.kind = 'unit'`, ids); err != nil {
		return nil, fmt.Errorf("read units: %w", err)
	}
	out := make(map[int64]*credit.Unit, len(rows))
	for _, r := range rows {
		u, err := r.unit()
		if err != nil {
			return nil, err
		}
		out[u.Organization.ID] = u
	}
	return out, nil
}

// SaveUnit writes a locked unit's credit, and how its records and listings stand.
func (tx *Tx) SaveUnit(ctx context.Context, u *credit.Unit) error {
	content, err := json.Marshal(u)
	if err != nil {
		return fmt.Errorf("encode credit: %w", err)
	}
	records, err := json.Marshal(recordStates(u))
	if err != nil {
		return fmt.Errorf("encode records: %w", err)
	}
	listings, err := json.Marshal(listingRows(u))
	if err != nil {
		return fmt.Errorf("encode listings: %w", err)
	}
	return wrap("save credit", tx.exec(ctx, `
		WITH saved AS (
			INSERT INTO unit_credit (unit_id, version, credit, updated_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (unit_id) DO UPDATE SET version = excluded.version, credit = excluded.credit, updated_at = excluded.updated_at),
		stands AS (
			UPDATE credit_records c SET state = r.state, todo = r.todo, told = r.told
			FROM jsonb_to_recordset(CAST($5 AS jsonb)) AS r(id bigint, state text, todo text, told boolean)
			WHERE c.id = r.id AND (c.state, c.todo, c.told) IS DISTINCT FROM (r.state, r.todo, r.told))
		INSERT INTO listings (id, unit_id, state, todo, told, published, from_at, until_at, ended_at, due_at, due_id, content)
		SELECT id, $1, state, todo, told, published, from_at, until_at, ended_at, due_at, due_id, content
		FROM jsonb_to_recordset(CAST($6 AS jsonb)) AS r(id bigint, state text, todo text, told boolean, published boolean, from_at timestamptz, until_at timestamptz,
			ended_at timestamptz, due_at timestamptz, due_id bigint, content jsonb)
		ON CONFLICT (id) DO UPDATE SET state = excluded.state, todo = excluded.todo, told = excluded.told, published = excluded.published, from_at = excluded.from_at,
			until_at = excluded.until_at, ended_at = excluded.ended_at, due_at = excluded.due_at, due_id = excluded.due_id, content = excluded.content`,
		u.Organization.ID, u.Version, string(content), tx.Now(), string(records), string(listings)))
}

type recordState struct {
	ID    int64              `json:"id"`
	State credit.RecordState `json:"state"`
	Todo  string             `json:"todo"`
	Told  bool               `json:"told"`
}

func recordStates(u *credit.Unit) []recordState {
	out := make([]recordState, len(u.Records))
	for i, r := range u.Records {
		out[i] = recordState{ID: r.ID, State: r.State(), Todo: r.Todo(), Told: r.ServedAt != nil}
	}
	return out
}

type listingRow struct {
	ID        int64               `json:"id"`
	State     credit.ListingState `json:"state"`
	Todo      string              `json:"todo"`
	Told      bool                `json:"told"`
	Published bool                `json:"published"`
	FromAt    *time.Time          `json:"from_at"`
	UntilAt   *time.Time          `json:"until_at"`
	EndedAt   *time.Time          `json:"ended_at"`
	DueAt     *time.Time          `json:"due_at"`
	DueID     int64               `json:"due_id"`
	Content   *credit.Listing     `json:"content"`
}

func listingRows(u *credit.Unit) []listingRow {
	out := make([]listingRow, len(u.Listings))
	for i, l := range u.Listings {
		out[i] = listingRow{ID: l.ID, State: l.State, Todo: l.Todo(), Told: l.ServedAt != nil, Published: l.Public(), FromAt: l.From, UntilAt: l.Until, EndedAt: l.EndedAt, Content: l}
		out[i].DueAt, out[i].DueID = l.ByItself()
	}
	return out
}

// ClaimFact enters what a record is about: its duty, or its unit, project, ground and facts. false: there is a record about
// it. A record that was put forward before its duty was due, and dismissed, does not stand in the way of the platform's own
// proposal when the duty is missed after all.
func (tx *Tx) ClaimFact(ctx context.Context, u *credit.Unit, r *credit.Record, premature bool) (bool, error) {
	about := fmt.Sprintf("fact %d %d %s %s", u.Organization.ID, r.ProjectID, r.Ground, r.Facts)
	if r.DutyID != 0 {
		about = fmt.Sprintf("duty %d, record %d", r.DutyID, r.ID)
	}
	digest := sha256.Sum256([]byte(about))
	n, err := tx.execCount(ctx, `
		INSERT INTO credit_records (id, unit_id, fact, duty_id, premature, project_id, state, todo, proposed_at)
		SELECT $1, $2, $3, CAST($4 AS bigint), $5, CAST($6 AS bigint), $7, $8, CAST($9 AS timestamptz)
		WHERE NOT EXISTS (SELECT 1 FROM credit_records WHERE duty_id = CAST($4 AS bigint) AND NOT ($10 AND premature AND state = 'dismissed'))
		ON CONFLICT DO NOTHING`, r.ID, u.Organization.ID, digest[:], orNull(r.DutyID), premature, orNull(r.ProjectID), string(r.State()), r.Todo(), r.ProposedAt,
		r.ProposedBy.ID == 0)
	return n == 1, wrap("claim fact", err)
}

func orNull(id int64) *int64 {
	if id == 0 {
		return nil
	}
	return &id
}

// UnitOfRecord is the unit that bears a record.
func (db *DB) UnitOfRecord(ctx context.Context, record int64) (unit int64, err error) {
	err = db.get(ctx, &unit, `SELECT unit_id FROM credit_records WHERE id = $1`, record)
	return unit, wrap("unit of record", translate(ctx, err))
}

// UnitOfListing is the unit that is listed.
func (db *DB) UnitOfListing(ctx context.Context, listing int64) (unit int64, err error) {
	err = db.get(ctx, &unit, `SELECT unit_id FROM listings WHERE id = $1`, listing)
	return unit, wrap("unit of listing", translate(ctx, err))
}

// CreditOf is what other areas need of a unit's credit at an instant (CRED-9).
func (tx *Tx) CreditOf(ctx context.Context, unit int64, at time.Time) (domain.Credit, error) {
	book, err := tx.Book(ctx)
	if err != nil {
		return domain.Credit{}, err
	}
	var content []byte
	if err := tx.get(ctx, &content, `SELECT credit FROM unit_credit WHERE unit_id = $1`, unit); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return domain.Credit{}, fmt.Errorf("credit of unit: %w", err)
	}
	u := &credit.Unit{}
	if content != nil {
		if err := json.Unmarshal(content, u); err != nil {
			return domain.Credit{}, fmt.Errorf("credit of unit %d: %w", unit, err)
		}
	}
	reporting, err := tx.ReportingOf(ctx, unit)
	if err != nil {
		return domain.Credit{}, err
	}
	return u.CreditAt(at, book.Policy(at).Content, reporting), nil
}
