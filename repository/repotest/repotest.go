// Package repotest gives each test a schema of its own on a real PostgreSQL, and a Redis key space of its own.
// The stores are started once for a test binary and end with it.
package repotest

import (
	"context"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"qhtz/migrations"
	"qhtz/repository"
	"qhtz/repository/stores"
)

var (
	once    sync.Once
	running *stores.Stores
	failed  error
	count   atomic.Int64
)

// Main runs a test binary's tests and stops the stores that they started. Call it from TestMain.
func Main(m *testing.M) {
	code := m.Run()
	if running != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		_ = running.Stop(ctx)
		cancel()
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}

var dir string

// Stores starts throw-away stores, once.
func Stores(t testing.TB) *stores.Stores {
	t.Helper()
	once.Do(func() {
		if dir, failed = os.MkdirTemp("", "qhtz-test-"); failed != nil {
			return
		}
		if failed = os.Chmod(dir, 0o755); failed != nil { // the stores' user must get in
			return
		}
		running, failed = stores.Start(context.Background(), stores.Options{Dir: dir})
	})
	if failed != nil {
		t.Fatalf("start stores: %v", failed)
	}
	return running
}

// Schema makes an empty schema with the newest tables, dropped after the test, and gives its URL (owner's rights).
func Schema(t testing.TB) string {
	t.Helper()
	base := Stores(t).DatabaseURL()
	name := fmt.Sprintf("t%d_%d", os.Getpid(), count.Add(1))
	ctx := context.Background()
	admin, err := sqlx.Open("postgres", base)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = admin.Close() }()
	if _, err := admin.ExecContext(ctx, `CREATE SCHEMA `+name); err != nil {
		t.Fatalf("create schema: %v", err)
	}
	t.Cleanup(func() { drop(t, base, name) })
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	owner, err := repository.Open(ctx, u.String(), repository.Options{Owner: true, MaxConns: 2})
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	defer func() { _ = owner.Close() }()
	if err := migrations.Up(ctx, owner.SQL(), owner.MigrateLock()); err != nil {
		t.Fatalf("migrate: %v", err)
	}
	return u.String()
}

func drop(t testing.TB, base, name string) {
	admin, err := sqlx.Open("postgres", base)
	if err != nil {
		t.Error(err)
		return
	}
	defer func() { _ = admin.Close() }()
	if _, err := admin.ExecContext(context.Background(), `DROP SCHEMA `+name+` CASCADE`); err != nil {
		t.Errorf("drop schema: %v", err)
	}
}

// Open gives a seeded platform of the test's own, under the application's role, with its clock standing at an instant.
func Open(t testing.TB, now time.Time) *repository.DB {
	t.Helper()
	db := OpenURL(t, Schema(t))
	seed, err := fs.Sub(migrations.Seed, "seed")
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Seed(context.Background(), seed); err != nil {
		t.Fatalf("seed: %v", err)
	}
	if err := db.Clock().Set(context.Background(), now, false); err != nil {
		t.Fatalf("set clock: %v", err)
	}
	return db
}

// OpenURL opens another handle on a schema, as a second process would.
func OpenURL(t testing.TB, databaseURL string) *repository.DB {
	t.Helper()
	db, err := repository.Open(context.Background(), databaseURL, repository.Options{MaxConns: 8})
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// RedisPrefix is a key prefix of the test's own.
func RedisPrefix() string { return fmt.Sprintf("t%d:%d:", os.Getpid(), count.Add(1)) }
