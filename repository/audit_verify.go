package repository

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"qhtz/domain"
	"qhtz/domain/audit"
)

// verifyChunk is how many events are read at once.
const verifyChunk = 1000

// VerifyAudit checks the whole audit trail, its ledger and its seals as they stand at one moment, while others go on
// writing, and names every finding to report. Memory is bounded by the largest seal (AUD-1).
func (db *DB) VerifyAudit(ctx context.Context, report func(audit.Finding)) (audit.Summary, error) {
	stx, err := db.db.BeginTxx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return audit.Summary{}, fmt.Errorf("verify audit: %w", err)
	}
	defer func() { _ = stx.Rollback() }()
	if _, err := stx.ExecContext(ctx, `SET LOCAL statement_timeout = 0`); err != nil {
		return audit.Summary{}, fmt.Errorf("verify audit: %w", err)
	}
	c := trailCheck{q: &Tx{db: db, tx: stx}, v: audit.NewVerifier(report)}
	for _, step := range []func(context.Context) error{c.events, c.orphans, c.seals} {
		if err := step(ctx); err != nil {
			return audit.Summary{}, fmt.Errorf("verify audit: %w", err)
		}
	}
	var unsealed int
	if err := c.q.get(ctx, &unsealed, `SELECT count(*) FROM audit_events WHERE pos >= $1`, c.sealedTo); err != nil {
		return audit.Summary{}, fmt.Errorf("verify audit: count unsealed: %w", err)
	}
	return c.v.End(unsealed), nil
}

// trailCheck feeds a verifier.
type trailCheck struct {
	q        querier
	v        *audit.Verifier
	sealedTo int64
}

type storedEvent struct {
	ID            int64         `db:"id"`
	SubjectKind   string        `db:"subject_kind"`
	SubjectID     int64         `db:"subject_id"`
	Seq           int           `db:"seq"`
	Action        string        `db:"action"`
	ActorID       sql.NullInt64 `db:"actor_id"`
	ActorRole     string        `db:"actor_role"`
	IP            string        `db:"ip"`
	RequestID     string        `db:"request_id"`
	Rule          string        `db:"rule"`
	PolicyVersion int           `db:"policy_version"`
	Effective     time.Time     `db:"effective_at"`
	Recorded      time.Time     `db:"recorded_at"`
	Note          string        `db:"note"`
	Before        []byte        `db:"before_digest"`
	After         []byte        `db:"after_digest"`
	Ledger        []byte        `db:"ledger_digest"`
	Prev          []byte        `db:"prev_hash"`
	Hash          []byte        `db:"hash"`
}

func (r storedEvent) event() *audit.Event {
	return &audit.Event{ID: r.ID, Subject: domain.Subject{Kind: r.SubjectKind, ID: r.SubjectID}, Seq: r.Seq, Action: r.Action,
		ActorID: r.ActorID.Int64, ActorRole: r.ActorRole, IP: r.IP, RequestID: r.RequestID, Rule: r.Rule, PolicyVersion: r.PolicyVersion,
		Effective: r.Effective, Recorded: r.Recorded, Note: r.Note, Before: r.Before, After: r.After, Ledger: r.Ledger, Prev: r.Prev, Hash: r.Hash}
}

type storedLedger struct {
	ID            int64           `db:"id"`
	Stream        string          `db:"stream"`
	StreamID      int64           `db:"stream_id"`
	Seq           int             `db:"seq"`
	Type          string          `db:"type"`
	Effective     time.Time       `db:"effective_at"`
	Recorded      time.Time       `db:"recorded_at"`
	Rule          string          `db:"rule"`
	PolicyVersion int             `db:"policy_version"`
	ActorID       sql.NullInt64   `db:"actor_id"`
	AuditID       int64           `db:"audit_id"`
	Data          json.RawMessage `db:"data"`
}

const ledgerColumns = `id, stream, stream_id, seq, type, effective_at, recorded_at, rule, policy_version, actor_id, audit_id, data`

func (r storedLedger) event() domain.Event {
	return domain.Event{ID: r.ID, Stream: domain.Subject{Kind: r.Stream, ID: r.StreamID}, Seq: r.Seq, Type: r.Type, Effective: r.Effective,
		Recorded: r.Recorded, Rule: r.Rule, PolicyVersion: r.PolicyVersion, ActorID: r.ActorID.Int64, Data: r.Data}
}

// events feeds the subjects' chains. The id is part of the order because a tampered table may have lost its
// unique constraint.
func (c *trailCheck) events(ctx context.Context) error {
	last := storedEvent{SubjectID: beforeAll, Seq: -1 << 31}
	for {
		var rows []storedEvent
		err := c.q.list(ctx, &rows, `
			SELECT id, subject_kind, subject_id, seq, action, actor_id, actor_role, ip, request_id, rule, policy_version, effective_at,
				recorded_at, note, before_digest, after_digest, ledger_digest, prev_hash, hash
			FROM audit_events WHERE (subject_kind, subject_id, seq, id) > ($1, $2, $3, $4)
			ORDER BY subject_kind, subject_id, seq, id LIMIT $5`, last.SubjectKind, last.SubjectID, last.Seq, last.ID, verifyChunk)
		if err != nil {
			return fmt.Errorf("read events: %w", err)
		}
		if len(rows) == 0 {
			return nil
		}
		ledger, err := c.ledgerOf(ctx, rows)
		if err != nil {
			return err
		}
		for _, r := range rows {
			c.v.Event(r.event(), ledger[r.ID])
		}
		last = rows[len(rows)-1]
	}
}

// ledgerOf gives the ledger events that were written with the given audit events.
func (c *trailCheck) ledgerOf(ctx context.Context, events []storedEvent) (map[int64][]domain.Event, error) {
	ids := make([]int64, len(events))
	for i, e := range events {
		ids[i] = e.ID
	}
	var rows []storedLedger
	if err := c.q.list(ctx, &rows, `SELECT `+ledgerColumns+` FROM events WHERE audit_id = ANY($1) ORDER BY audit_id, id`, ids); err != nil {
		return nil, fmt.Errorf("read ledger: %w", err)
	}
	byAudit := map[int64][]domain.Event{}
	for _, r := range rows {
		byAudit[r.AuditID] = append(byAudit[r.AuditID], r.event())
	}
	return byAudit, nil
}

// orphans feeds the ledger events that no audit event covers.
func (c *trailCheck) orphans(ctx context.Context) error {
	last := int64(beforeAll)
	for {
		var rows []storedLedger
		err := c.q.list(ctx, &rows, `
			SELECT `+ledgerColumns+` FROM events e
			WHERE id > $1 AND NOT EXISTS (SELECT 1 FROM audit_events a WHERE a.id = e.audit_id) ORDER BY id LIMIT $2`, last, verifyChunk)
		if err != nil {
			return fmt.Errorf("read uncovered ledger: %w", err)
		}
		for _, r := range rows {
			c.v.Orphan(r.event(), r.AuditID)
			last = r.ID
		}
		if len(rows) < verifyChunk {
			return nil
		}
	}
}

// seals feeds one seal after the other.
func (c *trailCheck) seals(ctx context.Context) error {
	last := int64(beforeAll)
	for {
		var rows []sealRow
		err := c.q.list(ctx, &rows, `
			SELECT s.*, (SELECT a.after_digest FROM audit_events a WHERE a.subject_kind = $2 AND a.subject_id = $3 AND a.seq = s.id LIMIT 1) AS announced
			FROM audit_seals s WHERE s.id > $1 ORDER BY s.id LIMIT 1`, last, audit.SealSubject.Kind, audit.SealSubject.ID)
		if err != nil {
			return fmt.Errorf("read seal: %w", err)
		}
		if len(rows) == 0 {
			return nil
		}
		s := rows[0].seal()
		events, err := c.sealedEvents(ctx, s)
		if err != nil {
			return err
		}
		c.v.Seal(s, rows[0].Announced, events)
		last, c.sealedTo = s.ID, s.ToPos
	}
}

// sealedEvents gives the events that stand in a seal's range or that it names. A range that was widened is found by
// the seal's hash, and what lies in it is not needed: no more is read than tells so.
func (c *trailCheck) sealedEvents(ctx context.Context, s *audit.Seal) ([]audit.Placed, error) {
	from := s.FromPos
	if s.ID == 1 {
		from = beforeAll
	}
	var rows []placedRow
	err := c.q.list(ctx, &rows, `
		(SELECT id, pos, hash, '' AS subject_kind, 0 AS to_pos FROM audit_events WHERE pos >= $1 AND pos < $2 ORDER BY pos, id LIMIT $4)
		UNION (SELECT id, pos, hash, '', 0 FROM audit_events WHERE id = ANY($3))`, from, s.ToPos, []int64(s.EventIDs), 2*len(s.EventIDs)+verifyChunk)
	if err != nil {
		return nil, fmt.Errorf("read sealed events: %w", err)
	}
	events := make([]audit.Placed, len(rows))
	for i, r := range rows {
		events[i] = audit.Placed{ID: r.ID, Pos: r.Pos, Hash: r.Hash}
	}
	return events, nil
}
