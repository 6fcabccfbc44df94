// Package repository is all of PostgreSQL: reads on DB, writes only on Tx, one file per area, SQL beside its scan.
package repository

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"

	"qhtz/domain/catalogue"
)

// DB reads. Writes need a Tx, and only inTx makes one.
type DB struct {
	db    *sqlx.DB
	clock *Clock
	stmts sync.Map // SQL → *sqlx.Stmt, prepared once: lib/pq is half as fast without
	ids   idBlock
	books bookCache
	slots chan struct{} // one for each transaction under way; a few connections stay free for what it needs besides
	locks int64         // tells this schema's advisory locks from another's

	onDeadlines atomic.Pointer[func([]DeadlineHint)]
}

// Options tune Open. Zero values are usable.
type Options struct {
	MaxConns  int  // default 20, of which 4 are kept for reads
	Owner     bool // keep the rights of the URL's user (migrate, seed); else the application's restricted role
	RealClock bool // production: the development clock's row is ignored
}

// Open connects. The application works under the role qhtz_app, which can add to the ledger and the audit
// trail and change neither.
func Open(ctx context.Context, databaseURL string, o Options) (*DB, error) {
	dsn, err := withParameters(databaseURL, o)
	if err != nil {
		return nil, err
	}
	db, err := sqlx.Open("postgres", dsn)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	n := o.MaxConns
	if n == 0 {
		n = 20
	}
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	db.SetConnMaxLifetime(30 * time.Minute)
	db.SetConnMaxIdleTime(5 * time.Minute)
	d := &DB{db: db, slots: make(chan struct{}, max(1, n-4))}
	if err := d.reach(ctx); err != nil {
		_ = db.Close()
		return nil, err
	}
	d.clock = newClock(d, o.RealClock)
	return d, nil
}

// startWithin is how long a database that is starting up is waited for.
const startWithin = 15 * time.Second

// reach makes the first contact. A server that is starting, or recovering from a crash, is waited for.
func (db *DB) reach(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	for {
		err := db.db.GetContext(ctx, &db.locks, `SELECT CAST(hashtext(current_database() || '.' || current_schema()) AS bigint) * 1024`)
		if err == nil || pq.As(err, pqerror.CannotConnectNow) == nil {
			return wrap("reach database", err)
		}
		select {
		case <-ctx.Done():
			return wrap("reach database", err)
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// withParameters adds to a postgres:// URL what every connection needs. sslmode is stated, never left to a default.
func withParameters(databaseURL string, o Options) (string, error) {
	u, err := url.Parse(databaseURL)
	if err != nil || !strings.HasPrefix(u.Scheme, "postgres") {
		return "", errors.New("DATABASE_URL is not a postgres:// URL")
	}
	q := u.Query()
	set := func(k, v string) {
		if !q.Has(k) {
			q.Set(k, v)
		}
	}
	set("sslmode", "require")
	set("connect_timeout", "5")
	q.Set("timezone", "UTC")
	q.Set("plan_cache_mode", "force_generic_plan") // statements are prepared once: planning them anew costs more than running them
	q.Set("random_page_cost", "1.1")               // tables lie in memory or on flash: small ones too are read by their index, not whole
	if !o.Owner {
		q.Set("role", "qhtz_app")
		set("statement_timeout", "20000")
		set("lock_timeout", "10000")
		set("idle_in_transaction_session_timeout", "60000")
	}
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// SQL is the bare handle, for migrations only.
func (db *DB) SQL() *sql.DB { return db.db.DB }

// LockID gives an advisory-lock key of this schema; n tells the uses apart.
func (db *DB) LockID(n int64) int64 { return db.locks + n }

// The uses of advisory locks.
const (
	lockMigrate = iota + 1
	lockClock   // held while the development clock is moved
	lockSeal
	lockFeed  // held by whoever adds to the register's feed
	lockSweep // + shard
)

// MigrateLock is the key under which one process migrates.
func (db *DB) MigrateLock() int64 { return db.LockID(lockMigrate) }

// Clock is the platform's clock over this database.
func (db *DB) Clock() *Clock { return db.clock }

// Close ends all connections.
func (db *DB) Close() error { return db.db.Close() }

// Ping reaches the database.
func (db *DB) Ping(ctx context.Context) error { return db.db.PingContext(ctx) }

func (db *DB) stmt(ctx context.Context, q string) (*sqlx.Stmt, error) {
	if s, ok := db.stmts.Load(q); ok {
		return s.(*sqlx.Stmt), nil
	}
	s, err := db.db.PreparexContext(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", outage(ctx, err))
	}
	if prev, loaded := db.stmts.LoadOrStore(q, s); loaded {
		_ = s.Close() //nolint:sqlclosecheck // another was quicker; this one goes at once
		return prev.(*sqlx.Stmt), nil
	}
	return s, nil
}

// querier is what reads are written against: the same SQL serves DB and Tx.
type querier interface {
	get(ctx context.Context, dest any, q string, args ...any) error
	list(ctx context.Context, dest any, q string, args ...any) error
}

func (db *DB) get(ctx context.Context, dest any, q string, args ...any) error {
	s, err := db.stmt(ctx, q) //nolint:sqlclosecheck // prepared once, kept as long as the DB
	if err != nil {
		return err
	}
	return outage(ctx, s.GetContext(ctx, dest, args...))
}

func (db *DB) list(ctx context.Context, dest any, q string, args ...any) error {
	s, err := db.stmt(ctx, q) //nolint:sqlclosecheck // prepared once, kept as long as the DB
	if err != nil {
		return err
	}
	return outage(ctx, s.SelectContext(ctx, dest, args...))
}

// outage tells reads that fail for want of a database, or of time, from those that fail for a reason of their own.
func outage(ctx context.Context, err error) error {
	if err != nil && (isDown(err) || ctx.Err() != nil || pq.As(err, pqerror.QueryCanceled) != nil) {
		return translate(ctx, err)
	}
	return err
}

// Book gives the rules' reading at this moment.
func (db *DB) Book(ctx context.Context) (*catalogue.Book, error) {
	p, err := readPlatform(ctx, db)
	if err != nil {
		return nil, err
	}
	return db.bookOf(ctx, p, db.clock.now(p))
}
