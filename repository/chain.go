package repository

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"qhtz/domain"
	"qhtz/domain/audit"
)

// chainHead is the last audit event of a subject.
type chainHead struct {
	Seq  int    `db:"seq"`
	Hash []byte `db:"hash"`
}

type auditRow struct {
	ID            int64     `json:"id"`
	Base          int64     `json:"base"`
	SubjectKind   string    `json:"subject_kind"`
	SubjectID     int64     `json:"subject_id"`
	Seq           int       `json:"seq"`
	Action        string    `json:"action"`
	ActorID       *int64    `json:"actor_id"`
	ActorRole     string    `json:"actor_role"`
	IP            string    `json:"ip"`
	RequestID     string    `json:"request_id"`
	Rule          string    `json:"rule"`
	PolicyVersion int       `json:"policy_version"`
	EffectiveAt   time.Time `json:"effective_at"`
	RecordedAt    time.Time `json:"recorded_at"`
	Note          string    `json:"note"`
	Before        *string   `json:"before"`
	After         *string   `json:"after"`
	Ledger        *string   `json:"ledger"`
	Prev          string    `json:"prev"`
	Hash          string    `json:"hash"`
}

type eventRow struct {
	ID            int64     `json:"id"`
	Stream        string    `json:"stream"`
	StreamID      int64     `json:"stream_id"`
	Seq           int       `json:"seq"`
	Type          string    `json:"type"`
	EffectiveAt   time.Time `json:"effective_at"`
	RecordedAt    time.Time `json:"recorded_at"`
	Rule          string    `json:"rule"`
	PolicyVersion int       `json:"policy_version"`
	ActorID       *int64    `json:"actor_id"`
	AuditID       int64     `json:"audit_id"`
	Data          string    `json:"data"`
}

func (r auditRow) args() ([]any, error) {
	return []any{r.ID, r.Base, r.SubjectKind, r.SubjectID, r.Seq, r.Action, r.ActorID, r.ActorRole, r.IP, r.RequestID, r.Rule, r.PolicyVersion,
		r.EffectiveAt, r.RecordedAt, r.Note, r.Before, r.After, r.Ledger, r.Prev, r.Hash}, nil
}

func (r eventRow) args() ([]any, error) {
	return []any{r.ID, r.Stream, r.StreamID, r.Seq, r.Type, r.EffectiveAt, r.RecordedAt, r.Rule, r.PolicyVersion, r.ActorID, r.AuditID, r.Data}, nil
}

// chain links the gathered audit events to their subjects' last ones and hangs the gathered ledger events on them.
func (tx *Tx) chain(ctx context.Context) ([]auditRow, []eventRow, error) {
	p := &tx.pending
	if len(p.audits) == 0 {
		if len(p.events) > 0 {
			return nil, nil, fmt.Errorf("ledger event %q without an audit event", p.events[0].Type)
		}
		return nil, nil, nil
	}
	if err := tx.loadHeads(ctx); err != nil {
		return nil, nil, err
	}
	events, digests, err := tx.ledgerRows(ctx)
	if err != nil {
		return nil, nil, err
	}
	rows := make([]auditRow, 0, len(p.audits))
	first := map[domain.Subject]int64{}
	for _, e := range p.audits {
		var ledger []byte
		if _, taken := first[e.Subject]; !taken {
			ledger = digests[e.Subject]
		}
		row, err := tx.auditRow(ctx, e, ledger)
		if err != nil {
			return nil, nil, err
		}
		if _, taken := first[e.Subject]; !taken {
			first[e.Subject] = row.ID
		}
		rows = append(rows, row)
	}
	for i := range events {
		id, ok := first[domain.Subject{Kind: events[i].Stream, ID: events[i].StreamID}]
		if !ok {
			return nil, nil, fmt.Errorf("ledger event %q without an audit event", events[i].Type)
		}
		events[i].AuditID = id
	}
	return rows, events, nil
}

func (tx *Tx) auditRow(ctx context.Context, e domain.AuditEntry, ledger []byte) (auditRow, error) {
	id, err := tx.NewID(ctx)
	if err != nil {
		return auditRow{}, err
	}
	now := tx.Now()
	if e.Effective.IsZero() {
		e.Effective = now
	}
	e.Note = storable(e.Note)
	ip, request := storable(tx.call.IP), storable(tx.call.RequestID)
	head := tx.pending.heads[e.Subject]
	rec := audit.Event{ID: id, Subject: e.Subject, Seq: head.Seq + 1, Action: e.Action, ActorID: tx.call.Actor.ID, ActorRole: tx.call.Actor.RoleNames(),
		IP: ip, RequestID: request, Rule: e.Rule, PolicyVersion: e.PolicyVersion, Effective: domain.Precise(e.Effective), Recorded: now,
		Note: e.Note, Before: e.Before, After: e.After, Ledger: ledger, Prev: head.Hash}
	hash := rec.ComputeHash()
	tx.pending.heads[e.Subject] = chainHead{Seq: rec.Seq, Hash: hash}
	row := auditRow{ID: id, Base: tx.platform.AuditBase, SubjectKind: e.Subject.Kind, SubjectID: e.Subject.ID, Seq: rec.Seq, Action: e.Action,
		ActorRole: rec.ActorRole, IP: rec.IP, RequestID: rec.RequestID, Rule: e.Rule, PolicyVersion: e.PolicyVersion, EffectiveAt: rec.Effective,
		RecordedAt: now, Note: e.Note, Before: hexOrNil(e.Before), After: hexOrNil(e.After), Ledger: hexOrNil(ledger),
		Prev: hex.EncodeToString(head.Hash), Hash: hex.EncodeToString(hash)}
	if tx.call.Actor.ID != 0 {
		row.ActorID = &tx.call.Actor.ID
	}
	return row, nil
}

// ledgerRows numbers the gathered ledger events and digests them by subject.
func (tx *Tx) ledgerRows(ctx context.Context) ([]eventRow, map[domain.Subject][]byte, error) {
	rows := make([]eventRow, 0, len(tx.pending.events))
	sums := map[domain.Subject][]byte{}
	for _, e := range tx.pending.events {
		id, err := tx.NewID(ctx)
		if err != nil {
			return nil, nil, err
		}
		e.ID = id
		row := eventRow{ID: id, Stream: e.Stream.Kind, StreamID: e.Stream.ID, Seq: e.Seq, Type: e.Type, EffectiveAt: domain.Precise(e.Effective),
			RecordedAt: domain.Precise(e.Recorded), Rule: e.Rule, PolicyVersion: e.PolicyVersion, Data: string(e.Data)}
		if e.ActorID != 0 {
			row.ActorID = &e.ActorID
		}
		rows = append(rows, row)
		sums[e.Stream] = audit.LedgerDigest(sums[e.Stream], e)
	}
	return rows, sums, nil
}

// firstHash is what the first audit event of a subject holds as the previous one's.
var firstHash = make([]byte, sha256.Size)

// knowHead notes a subject's last audit event as read under the subject's lock.
func (tx *Tx) knowHead(s domain.Subject, h chainHead) {
	p := &tx.pending
	if p.heads == nil {
		p.heads = map[domain.Subject]chainHead{}
	}
	p.heads[s] = h
}

// loadHeads fetches the last audit events of the subjects concerned, all in one query.
func (tx *Tx) loadHeads(ctx context.Context) error {
	p := &tx.pending
	if p.heads == nil {
		p.heads = map[domain.Subject]chainHead{}
	}
	missing := map[string][]int64{}
	for _, e := range p.audits {
		if _, ok := p.heads[e.Subject]; !ok {
			p.heads[e.Subject] = chainHead{Hash: firstHash}
			missing[e.Subject.Kind] = append(missing[e.Subject.Kind], e.Subject.ID)
		}
	}
	for kind, ids := range missing {
		var rows []struct {
			ID int64 `db:"subject_id"`
			chainHead
		}
		err := tx.list(ctx, &rows, `
			SELECT s.id AS subject_id, a.seq, a.hash
			FROM unnest(CAST($2 AS bigint[])) AS s(id)
			CROSS JOIN LATERAL (SELECT seq, hash FROM audit_events WHERE subject_kind = $1 AND subject_id = s.id ORDER BY seq DESC LIMIT 1) a`, kind, ids)
		if err != nil {
			return fmt.Errorf("read audit heads: %w", err)
		}
		for _, r := range rows {
			p.heads[domain.Subject{Kind: kind, ID: r.ID}] = r.chainHead
		}
	}
	return nil
}

func hexOrNil(b []byte) *string {
	if b == nil {
		return nil
	}
	s := hex.EncodeToString(b)
	return &s
}

// storable is a text as the database will give it back: what is hashed must be what is stored.
func storable(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}
