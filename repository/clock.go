package repository

import (
	"context"
	"fmt"
	"sync"
	"time"

	"qhtz/domain"
)

// platformRow is the one row read at the start of each transaction.
type platformRow struct {
	ClockMode        string     `db:"clock_mode"`
	ClockAt          *time.Time `db:"clock_at"`
	ClockWall        *time.Time `db:"clock_wall"`
	CalendarVersion  int64      `db:"calendar_version"`
	CatalogueVersion int64      `db:"catalogue_version"`
	AuditBase        int64      `db:"audit_base"`
	FreshKey         bool       `db:"fresh_key"` // the request's idempotency key was new
}

func readPlatform(ctx context.Context, q querier) (platformRow, error) {
	var p platformRow
	err := q.get(ctx, &p, `SELECT clock_mode, clock_at, clock_wall, calendar_version, catalogue_version, audit_base, false AS fresh_key FROM platform`)
	if err != nil {
		return p, fmt.Errorf("read platform row: %w", err)
	}
	return p, nil
}

// Clock is the platform's clock: the database's clock, sampled and carried on by the monotonic one of this
// machine, plus what the development clock's row says. This file is the only place that asks the machine.
type Clock struct {
	db   *DB
	real bool

	mu     sync.Mutex
	sample time.Time     // the database's clock …
	taken  time.Time     // … when the machine's (monotonic) read this
	drift  time.Duration // of the last sample against what was carried on
}

// MaxDrift is the disagreement of the clocks above which no deadline fires.
const MaxDrift = 500 * time.Millisecond

func newClock(db *DB, real bool) *Clock { return &Clock{db: db, real: real} }

// Wall is machine time.
func (c *Clock) Wall() time.Time { return domain.Precise(time.Now()) }

// samples is how often the database is asked for one sample; the quickest answer is the most exact.
const samples = 3

// Sample compares with the database's clock; workers call it every few seconds. What the answer said is taken for the
// instant at which it came: so platform time is behind the database's by the way back, and never ahead of it.
func (c *Clock) Sample(ctx context.Context) error {
	var at, taken time.Time
	var way time.Duration
	for i := range samples {
		var said time.Time
		before := time.Now()
		if err := c.db.get(ctx, &said, `SELECT clock_timestamp()`); err != nil {
			return fmt.Errorf("sample clock: %w", err)
		}
		after := time.Now()
		if took := after.Sub(before); i == 0 || took < way {
			at, taken, way = said, after, took
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.taken.IsZero() {
		c.drift = at.Sub(c.sample.Add(taken.Sub(c.taken)))
	}
	c.sample, c.taken = at, taken
	return nil
}

// Drift is the disagreement seen at the last sample.
func (c *Clock) Drift() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.drift
}

// carried is the database's clock now; before the first sample, the machine's.
func (c *Clock) carried() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.taken.IsZero() {
		return time.Now()
	}
	return c.sample.Add(time.Since(c.taken))
}

// now is platform time under a row that was just read.
func (c *Clock) now(p platformRow) time.Time {
	at := c.carried()
	if !c.real && p.ClockAt != nil {
		switch {
		case p.ClockMode == "standing":
			at = *p.ClockAt
		case p.ClockMode == "running" && p.ClockWall != nil:
			at = p.ClockAt.Add(at.Sub(*p.ClockWall))
		}
	}
	return domain.Precise(at)
}

// Read gives platform time, and whether it stands still (development).
func (c *Clock) Read(ctx context.Context) (now time.Time, standing bool, err error) {
	p, err := readPlatform(ctx, c.db)
	if err != nil {
		return time.Time{}, false, err
	}
	return c.now(p), !c.real && p.ClockMode == "standing", nil
}

// Set moves the development clock: it then stands at the instant, or runs on from it.
func (c *Clock) Set(ctx context.Context, at time.Time, running bool) error {
	if c.real {
		return domain.ForbiddenError("生产环境没有开发时钟。")
	}
	mode := "standing"
	if running {
		mode = "running"
	}
	return c.db.inTx(ctx, domain.Call{Actor: domain.TimerActor}, func(tx *Tx) error {
		return tx.exec(ctx, `UPDATE platform SET clock_mode = $1, clock_at = $2, clock_wall = $3`, mode, domain.Precise(at), domain.Precise(c.carried()))
	})
}

// Hold runs fn while no worker fires by itself: the development clock fires in order. Two moves wait for each other.
func (c *Clock) Hold(ctx context.Context, fn func() error) error {
	conn, err := c.db.db.Connx(ctx)
	if err != nil {
		return fmt.Errorf("hold clock: %w", err)
	}
	defer func() { _ = conn.Close() }()
	key := c.db.LockID(lockClock)
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, key); err != nil {
		return fmt.Errorf("hold clock: %w", err)
	}
	// The lock must go even when the caller has left; a connection that cannot say so is thrown away.
	defer func() {
		free, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_, _ = conn.ExecContext(free, `SELECT pg_advisory_unlock($1)`, key)
	}()
	return fn()
}
