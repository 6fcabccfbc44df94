package repository

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/lib/pq"

	"qhtz/domain"
	"qhtz/domain/deadline"
)

// pending is what a transaction has gathered and not yet written.
type pending struct {
	drafts    []projectWrite // new
	projects  []projectWrite // existing ones, changed
	events    []domain.Event
	audits    []domain.AuditEntry
	outgoing  []outboxRow
	deadlines []*deadline.Deadline // new
	moved     []*deadline.Deadline // existing ones, moved on or finished
	moving    map[*deadline.Deadline]bool
	read      map[*deadline.Deadline]deadline.Deadline // as they were read, since the last flush
	ended     map[int64]bool                           // finished and written
	heads     map[domain.Subject]chainHead
	hints     []DeadlineHint
}

type outboxRow struct {
	ID        int64
	Topic     string
	Payload   any
	CreatedAt time.Time
	NotBefore time.Time
}

// AppendEvent adds a line to the ledger. Its subject needs an Audit in the same transaction.
func (tx *Tx) AppendEvent(e domain.Event) { tx.pending.events = append(tx.pending.events, e) }

// Audit says what the command did (AUD-1).
func (tx *Tx) Audit(e domain.AuditEntry) { tx.pending.audits = append(tx.pending.audits, e) }

// Enqueue sends a message after commit.
func (tx *Tx) Enqueue(ctx context.Context, m domain.Outgoing) error {
	id, err := tx.NewID(ctx)
	if err != nil {
		return err
	}
	now := tx.Now()
	row := outboxRow{ID: id, Topic: m.Topic, Payload: m.Payload, CreatedAt: now, NotBefore: now}
	if !m.NotBefore.IsZero() {
		row.NotBefore = m.NotBefore
	}
	tx.pending.outgoing = append(tx.pending.outgoing, row)
	return nil
}

// The parts of the flush statement. Each exists for a single row, whose values are arguments, and for many, which come
// as one JSON array: a command writes a row or two, a batch of timers hundreds.
const (
	sqlEvent = `INSERT INTO events (id, stream, stream_id, seq, type, effective_at, recorded_at, rule, policy_version, actor_id, audit_id, data)
		VALUES ($%d, $%d, $%d, $%d, $%d, $%d, $%d, $%d, $%d, $%d, $%d, $%d)`
	sqlAudit = `INSERT INTO audit_events (id, pos, subject_kind, subject_id, seq, action, actor_id, actor_role, ip, request_id, rule, policy_version,
			effective_at, recorded_at, note, before_digest, after_digest, ledger_digest, prev_hash, hash)
		VALUES ($%d, CAST($%d AS bigint) + CAST(CAST(pg_current_xact_id() AS text) AS bigint), $%d, $%d, $%d, $%d, $%d, $%d, $%d, $%d, $%d, $%d,
			$%d, $%d, $%d, decode($%d, 'hex'), decode($%d, 'hex'), decode($%d, 'hex'), decode($%d, 'hex'), decode($%d, 'hex'))`
	sqlMessage = `INSERT INTO outbox (id, topic, payload, created_at, not_before) VALUES ($%d, $%d, $%d, $%d, $%d)`

	sqlEvents = `INSERT INTO events (id, stream, stream_id, seq, type, effective_at, recorded_at, rule, policy_version, actor_id, audit_id, data)
		SELECT id, stream, stream_id, seq, type, effective_at, recorded_at, rule, policy_version, actor_id, audit_id, CAST(data AS json)
		FROM jsonb_to_recordset(CAST($%d AS jsonb)) AS r(id bigint, stream text, stream_id bigint, seq int, type text, effective_at timestamptz,
			recorded_at timestamptz, rule text, policy_version int, actor_id bigint, audit_id bigint, data text)`
	sqlAudits = `INSERT INTO audit_events (id, pos, subject_kind, subject_id, seq, action, actor_id, actor_role, ip, request_id, rule, policy_version,
			effective_at, recorded_at, note, before_digest, after_digest, ledger_digest, prev_hash, hash)
		SELECT id, base + CAST(CAST(pg_current_xact_id() AS text) AS bigint), subject_kind, subject_id, seq, action, actor_id, actor_role, ip, request_id,
			rule, policy_version, effective_at, recorded_at, note, decode(before, 'hex'), decode(after, 'hex'), decode(ledger, 'hex'), decode(prev, 'hex'), decode(hash, 'hex')
		FROM jsonb_to_recordset(CAST($%d AS jsonb)) AS r(id bigint, base bigint, subject_kind text, subject_id bigint, seq int, action text, actor_id bigint,
			actor_role text, ip text, request_id text, rule text, policy_version int, effective_at timestamptz, recorded_at timestamptz, note text,
			before text, after text, ledger text, prev text, hash text)`
	sqlOutbox = `INSERT INTO outbox (id, topic, payload, created_at, not_before)
		SELECT id, topic, payload, created_at, not_before
		FROM unnest(CAST($%d AS bigint[]), CAST($%d AS text[]), CAST($%d AS jsonb[]), CAST($%d AS timestamptz[]), CAST($%d AS timestamptz[]))
			AS r(id, topic, payload, created_at, not_before)`
	// one row by its key: joined to a record set it would be planned for a hundred
	sqlAnswer = `UPDATE idempotency SET status = $%d, answer = $%d, project_id = $%d WHERE id = $%d`
)

// flush writes what was gathered, in one statement. final: the request's answer with it, and the transaction's id
// is learned, by which a lost COMMIT is looked up.
func (tx *Tx) flush(ctx context.Context, final bool) error {
	var s statement
	audits, events, err := tx.chain(ctx)
	if err != nil {
		return err
	}
	p := &tx.pending
	d := tx.deadlineWrites()
	for _, w := range p.drafts {
		s.add(sqlProjectNew, append(w.changing(), w.Prefecture, w.OwnerID, w.CreatedBy, w.CreatedAt)...)
	}
	err = errors.Join(
		addRows(&s, sqlProject, sqlProjects, p.projects, projectWrite.args),
		addRows(&s, sqlEvent, sqlEvents, events, eventRow.args), addRows(&s, sqlAudit, sqlAudits, audits, auditRow.args),
		addMessages(&s, p.outgoing), addRows(&s, "", sqlDeadlineNew, d.news, nil),
		addRows(&s, "", sqlDeadlineMove, d.moves, nil), addRows(&s, "", sqlDeadlineDone, d.done, nil))
	if err != nil {
		return err
	}
	addSteps(&s, d.steps)
	if len(d.gone) > 0 {
		s.add(sqlDeadlineGone, d.gone)
	}
	if final {
		if err := tx.keepAnswer(&s); err != nil {
			return err
		}
	}
	p.drafts, p.projects, p.events, p.audits, p.outgoing = nil, nil, nil, nil, nil
	p.deadlines, p.moved, p.moving, p.read = nil, nil, nil, nil
	if len(s.parts) == 0 {
		return nil
	}
	q := "WITH " + strings.Join(s.parts, ",\n") + " SELECT CAST(pg_current_xact_id() AS text)"
	if err := tx.get(ctx, &tx.xid, q, s.args...); err != nil {
		return fmt.Errorf("write ledger, audit, deadlines, outbox: %w", err)
	}
	return nil
}

// fewRows are written one by one; more go as one JSON array.
const fewRows = 3

// addRows adds the part that writes rows: one for each of a few, or many in one.
func addRows[T any](s *statement, one, many string, rows []T, args func(T) ([]any, error)) error {
	if len(rows) == 0 {
		return nil
	}
	if args != nil && len(rows) <= fewRows {
		for _, r := range rows {
			values, err := args(r)
			if err != nil {
				return err
			}
			s.add(one, values...)
		}
		return nil
	}
	b, err := json.Marshal(rows)
	if err != nil {
		return fmt.Errorf("encode rows: %w", err)
	}
	s.add(many, string(b))
	return nil
}

// addMessages adds the part that writes messages: of many, each column is an array, which PostgreSQL reads at a
// third of the cost of JSON.
func addMessages(s *statement, rows []outboxRow) error {
	n := len(rows)
	ids, topics, payloads := make([]int64, n), make([]string, n), make([]string, n)
	created, notBefore := make([]time.Time, n), make([]time.Time, n)
	for i, r := range rows {
		b, err := json.Marshal(r.Payload)
		if err != nil {
			return fmt.Errorf("encode message %s: %w", r.Topic, err)
		}
		ids[i], topics[i], payloads[i], created[i], notBefore[i] = r.ID, r.Topic, string(b), r.CreatedAt, r.NotBefore
	}
	if n > fewRows {
		s.add(sqlOutbox, pq.Array(ids), pq.Array(topics), pq.Array(payloads), pq.Array(created), pq.Array(notBefore))
		return nil
	}
	for i := range rows {
		s.add(sqlMessage, ids[i], topics[i], payloads[i], created[i], notBefore[i])
	}
	return nil
}

// statement gathers the parts of the flush statement.
type statement struct {
	parts []string
	args  []any
}

// add takes a part and its arguments; each %d of the part becomes the number of one.
func (s *statement) add(sql string, args ...any) {
	b := make([]byte, 0, len(sql)+16+2*len(args))
	b = append(strconv.AppendInt(append(b, 'p'), int64(len(s.parts)+1), 10), " AS ("...)
	for i := range args {
		text, rest, _ := strings.Cut(sql, "%d")
		b, sql = strconv.AppendInt(append(b, text...), int64(len(s.args)+i+1), 10), rest
	}
	b = append(append(b, sql...), ')')
	s.args, s.parts = append(s.args, args...), append(s.parts, string(b))
}

// keepAnswer presents the result and keeps it under the request's key, if it has one.
func (tx *Tx) keepAnswer(s *statement) error {
	r := tx.call.Replay
	if r == nil || !tx.answered {
		return nil
	}
	status, body, err := r.Present(tx.answer)
	if err != nil {
		return fmt.Errorf("present answer: %w", err)
	}
	var project *int64
	if tx.subject != 0 {
		project = &tx.subject
	}
	s.add(sqlAnswer, status, body, project, r.ID[:])
	r.Found = &domain.Answer{Status: status, Body: body}
	return nil
}
