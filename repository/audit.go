package repository

import (
	"context"
	"encoding/hex"
	"fmt"
	"log/slog"
	"math"
	"time"

	"github.com/lib/pq"

	"qhtz/domain"
	"qhtz/domain/audit"
)

// sealAtMost is how many events one seal takes (and the rest of the transaction that reaches it): a backlog is
// sealed in parts that fit into memory.
const sealAtMost = 10000

type sealRow struct {
	ID       int64         `db:"id"`
	FromPos  int64         `db:"from_pos"`
	ToPos    int64         `db:"to_pos"`
	EventIDs pq.Int64Array `db:"event_ids"`
	Leaves   []byte        `db:"leaves"`
	Root     []byte        `db:"root"`
	Prev     []byte        `db:"prev_hash"`
	Hash     []byte        `db:"hash"`
	SealedAt time.Time     `db:"sealed_at"`
	// of the audit event that announced it; nil if there is none
	Announced []byte `db:"announced"`
}

func (r sealRow) seal() *audit.Seal {
	return &audit.Seal{ID: r.ID, FromPos: r.FromPos, ToPos: r.ToPos, EventIDs: r.EventIDs, Leaves: r.Leaves, Root: r.Root,
		Prev: r.Prev, Hash: r.Hash, SealedAt: r.SealedAt}
}

const sealColumns = `id, from_pos, to_pos, event_ids, leaves, root, prev_hash, hash, sealed_at`

// placedRow is an event as far as a seal binds it.
type placedRow struct {
	ID    int64  `db:"id"`
	Pos   int64  `db:"pos"`
	Hash  []byte `db:"hash"`
	Kind  string `db:"subject_kind"`
	ToPos int64  `db:"to_pos"`
}

// sqlSealable finds what is safely committed and not sealed: every transaction below the snapshot's xmin is over, so
// nothing can appear below audit_base + xmin any more. Writers wait for nobody; the sealer comes after them.
const sqlSealable = `
	WITH safe AS (SELECT audit_base + CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint) AS pos FROM platform),
	upto AS (SELECT COALESCE((SELECT a.pos + 1 FROM audit_events a WHERE a.pos >= $1 AND a.pos < safe.pos ORDER BY a.pos, a.id OFFSET $2 LIMIT 1), safe.pos) AS pos FROM safe)
	SELECT a.id, a.pos, a.hash, a.subject_kind, upto.pos AS to_pos
	FROM audit_events a, upto WHERE a.pos >= $1 AND a.pos < upto.pos ORDER BY a.pos, a.id`

// SealOnce seals what is safely committed and not sealed yet, and says how many events that was; 0 makes no seal.
// A large backlog needs several calls. While another process seals it does nothing (AUD-1).
func (db *DB) SealOnce(ctx context.Context) (sealed int, err error) {
	err = db.inTx(ctx, domain.Call{Actor: domain.TimerActor}, func(tx *Tx) error {
		sealed = 0
		var mine bool
		if err := tx.get(ctx, &mine, `SELECT pg_try_advisory_xact_lock($1)`, db.LockID(lockSeal)); err != nil || !mine {
			return wrap("lock seals", err)
		}
		var last []sealRow
		if err := tx.list(ctx, &last, `SELECT `+sealColumns+` FROM audit_seals ORDER BY id DESC LIMIT 1`); err != nil {
			return fmt.Errorf("read last seal: %w", err)
		}
		var prev *audit.Seal
		from := int64(0)
		if len(last) == 1 {
			prev = last[0].seal()
			from = prev.ToPos
		}
		var rows []placedRow
		if err := tx.list(ctx, &rows, sqlSealable, from, sealAtMost); err != nil {
			return fmt.Errorf("read events to seal: %w", err)
		}
		events := make([]audit.Placed, len(rows))
		for i, r := range rows {
			events[i] = audit.Placed{ID: r.ID, Pos: r.Pos, Hash: r.Hash}
		}
		// The last seal's own announcement is nothing new: the next seal takes it with it.
		if len(rows) == 0 || len(rows) == 1 && rows[0].Kind == audit.SealSubject.Kind {
			return nil
		}
		sealed = len(rows)
		return tx.insertSeal(ctx, audit.NewSeal(prev, rows[0].ToPos, events, tx.Now()))
	})
	if err != nil {
		return 0, fmt.Errorf("seal audit: %w", err)
	}
	return sealed, nil
}

func (tx *Tx) insertSeal(ctx context.Context, s *audit.Seal) error {
	err := tx.exec(ctx, `INSERT INTO audit_seals (`+sealColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		s.ID, s.FromPos, s.ToPos, pq.Int64Array(s.EventIDs), s.Leaves, s.Root, s.Prev, s.Hash, s.SealedAt)
	if err != nil {
		return fmt.Errorf("insert seal %d: %w", s.ID, err)
	}
	tx.Audit(domain.AuditEntry{Subject: audit.SealSubject, Action: "audit.seal", Rule: "AUD-1", After: s.Hash,
		Note: fmt.Sprintf("第 %d 号封存，%d 条事件", s.ID, len(s.EventIDs))})
	return nil
}

// RunSealer seals every so often until ctx ends; AUD-1 asks for at most a minute. Any number of processes may run it.
// Errors are logged and the next round tries again. Each seal's hash goes to the log, which lies elsewhere.
func (db *DB) RunSealer(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		for {
			n, err := db.SealOnce(ctx)
			if err != nil && ctx.Err() == nil {
				slog.ErrorContext(ctx, "audit not sealed", "error", err)
			}
			if n == 0 || err != nil {
				break
			}
			db.logSeal(ctx, n)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (db *DB) logSeal(ctx context.Context, events int) {
	var last struct {
		ID   int64  `db:"id"`
		Hash []byte `db:"hash"`
	}
	if err := db.get(ctx, &last, `SELECT id, hash FROM audit_seals ORDER BY id DESC LIMIT 1`); err == nil {
		slog.InfoContext(ctx, "audit sealed", "seal", last.ID, "events", events, "hash", hex.EncodeToString(last.Hash))
	}
}

// RaiseAuditBase makes new audit events stand behind all existing ones. An event's position is audit_base plus its
// transaction's id; in a cluster into which a dump was restored those ids begin low again, and new events would fall
// into sealed ranges. Call it when a process starts, before anything is written: it does nothing unless this
// transaction's own place would lie before the last event or the last seal's end, which in one and the same cluster
// cannot be.
func (db *DB) RaiseAuditBase(ctx context.Context) (raised bool, err error) {
	err = db.inTx(ctx, domain.Call{Actor: domain.TimerActor}, func(tx *Tx) error {
		var bases []int64
		if err := tx.list(ctx, &bases, `
			WITH top AS (SELECT greatest((SELECT max(pos) + 1 FROM audit_events), (SELECT max(to_pos) FROM audit_seals), 0) AS pos),
			own AS MATERIALIZED (SELECT CAST(CAST(pg_current_xact_id() AS text) AS bigint) AS id)
			UPDATE platform SET audit_base = top.pos - own.id FROM top, own WHERE audit_base + own.id < top.pos RETURNING audit_base`); err != nil {
			return err
		}
		raised = len(bases) == 1
		if !raised {
			return nil
		}
		tx.platform.AuditBase = bases[0]
		tx.Audit(domain.AuditEntry{Subject: domain.Subject{Kind: "platform", ID: 1}, Action: "audit.raise_base", Rule: "AUD-1",
			Note: fmt.Sprintf("数据恢复到新的数据库集群，审计位置从 %d 起算", bases[0])})
		return nil
	})
	return raised, wrap("raise audit base", err)
}

// beforeAll is the lower bound of the first seal's range: whatever stands before it was inserted.
const beforeAll = math.MinInt64
