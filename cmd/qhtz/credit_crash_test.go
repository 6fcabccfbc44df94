package main

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"qhtz/repository/stores"
)

// effects are all that the story leaves behind about the unit: what happened as of when, whom it was told, how each
// limit ended, what the register's feed was given.
func (u *unit) effects(db *sql.DB) []string {
	u.t.Helper()
	id := u.own.do(u.t, http.MethodGet, "/api/v1/me", nil).must(u.t, 200).text("organization.id")
	var out []string
	for _, q := range []string{
		`SELECT 'event ' || type || ' ' || to_char(effective_at AT TIME ZONE 'Asia/Shanghai', 'MM-DD HH24:MI:SS') FROM events WHERE stream = 'unit' AND stream_id = $1`,
		`SELECT 'tell ' || organization_id || ' ' || n.kind || ' ' || to_char(n.at AT TIME ZONE 'Asia/Shanghai', 'MM-DD HH24:MI:SS') FROM notices n
			JOIN organizations o ON o.id = $1 WHERE n.rule LIKE 'CRED-%' AND (n.organization_id = o.id OR n.title LIKE '%' || o.name || '%' OR n.body LIKE '%' || o.name || '%')`,
		`SELECT 'limit ' || kind || ' ' || state || ' ' || to_char(due_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI') FROM deadlines WHERE subject_kind = 'unit' AND subject_id = $1`,
		`SELECT 'limit ' || kind || ' ' || state || ' ' || to_char(due_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI') FROM deadline_history WHERE subject_kind = 'unit' AND subject_id = $1`,
	} {
		out = append(out, rows(u.t, db, q, id)...)
	}
	slices.Sort(out)
	return out
}

// checkEffects compares what is left with what one undisturbed run leaves, each effect as often as there.
func (u *unit) checkEffects(db *sql.DB, undisturbed []string) {
	u.t.Helper()
	settled(u.t, db)
	if diff := cmp.Diff(undisturbed, u.effects(db)); diff != "" {
		u.t.Errorf("effects of %s (-undisturbed +got):\n%s", u.uscc, diff)
	}
}

// M8 during M5: whatever is broken after each step, the instants and the effects are those of the undisturbed run,
// whose instants the story asserts by itself.
func TestM8InCredit(t *testing.T) {
	t.Parallel()
	b := openBureau(start(t, moment("2026-03-02 10:00")))
	u := b.unit("owner2", 3)
	b.play(nil, u.listedStory())
	settled(t, b.db())
	want := u.effects(b.db())
	for what, times := range map[string]int{"event listing_in_effect": 1, "event listing_opened": 1, "event record_confirmed": 3} {
		got := 0
		for _, e := range want {
			if strings.HasPrefix(e, what+" ") {
				got++
			}
		}
		if got != times {
			t.Errorf("%q happened %d times, want %d:\n%s", what, got, times, strings.Join(want, "\n"))
		}
	}
	t.Run("Redis", func(t *testing.T) { t.Parallel(); redisComesAndGoes(t, want) })
	t.Run("platform", func(t *testing.T) { t.Parallel(); platformKilled(t, want) })
	t.Run("commit", func(t *testing.T) { t.Parallel(); killedBeforeCommit(t, want) })
	t.Run("workers", func(t *testing.T) { t.Parallel(); twoWorkers(t, want) })
}

// redisComesAndGoes empties Redis and kills it, after each step the one or the other.
func redisComesAndGoes(t *testing.T, want []string) {
	b := openBureau(start(t, moment("2026-03-02 10:00")))
	u := b.unit("owner2", 3)
	n := 0
	r := b.redis()
	b.play(func() {
		if n++; n%2 == 0 {
			_ = r.FlushAll(t.Context()).Err() // it may be gone since the step before
			return
		}
		if pid := b.info().Redis.PID; pid != 0 {
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
				t.Fatal(err)
			}
		}
	}, u.listedStory())
	until(t, 60*time.Second, "Redis is back", func() bool { return readiness(t, b.booted) == "ok" })
	u.checkEffects(b.db(), want)
	b.verified()
}

// platformKilled kills the platform -9 with its stores before each instant that counts.
func platformKilled(t *testing.T, want []string) {
	b := openBureau(start(t, moment("2026-03-02 10:00")))
	u := b.unit("owner2", 3)
	n := 0
	b.play(func() {
		if n++; n == 4 || n == 6 || n == 7 {
			b.crash()
			b.launch()
		}
	}, u.listedStory())
	u.checkEffects(b.db(), want)
	b.verified()
}

// killedBeforeCommit kills the platform -9 while it does what falls due: it has claimed the deadline, has begun to
// write, and is held back before it can commit. PostgreSQL and Redis go on living.
func killedBeforeCommit(t *testing.T, want []string) {
	p, s := outlived(t, moment("2026-03-02 10:00"))
	b := openBureau(p)
	u := b.unit("owner2", 3)
	db, err := sql.Open("postgres", s.DatabaseURL())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var story []step
	for _, st := range u.listedStory() {
		switch st.at {
		case "2026-04-10":
			story = append(story, step{"2026-04-09 23:59:59", func() { b.killHeld(db, "events", moment(st.at)) }})
		case "2026-04-18":
			story = append(story, step{"2026-04-17 23:59:59", func() { b.killHeld(db, "unit_credit", moment(st.at)) }})
		}
		story = append(story, st)
	}
	b.play(nil, story)
	u.checkEffects(db, want)
	env := []string{"DATABASE_URL=" + s.DatabaseURL(), "REDIS_URL=" + s.RedisURL(), "QHTZ_LOG=warn"}
	for _, of := range []string{"audit", "deadlines"} {
		if out, err := finish(t, env, of, "verify"); err != nil {
			t.Errorf("qhtz %s verify: %v\n%s", of, err, out)
		}
	}
}

// outlived is a platform on stores that go on when it is killed.
func outlived(t *testing.T, now string) (*booted, *stores.Stores) {
	t.Helper()
	p := prepare(t)
	s, err := stores.Start(t.Context(), stores.Options{Dir: filepath.Join(filepath.Dir(p.data), "stores"), Durable: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 20*time.Second)
		defer cancel()
		if err := s.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	p.env = []string{"QHTZ_NOW=2026-03-02T09:00:00+08:00", "QHTZ_ADDR=" + p.addr, "DATABASE_URL=" + s.DatabaseURL(), "REDIS_URL=" + s.RedisURL(), "QHTZ_LOG=error"}
	p.launch()
	p.clock(now)
	return p, s
}

// killHeld moves the clock while nobody can write to a table, kills the platform once it waits for that, lets the table
// go and starts the platform again.
func (b *bureau) killHeld(db *sql.DB, table, to string) {
	b.t.Helper()
	tx, err := db.BeginTx(b.t.Context(), nil)
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := tx.ExecContext(b.t.Context(), `LOCK TABLE `+table+` IN EXCLUSIVE MODE`); err != nil {
		b.t.Fatal(err)
	}
	moved := make(chan error, 1)
	go func() {
		_, err := b.visitor().try(b.t, http.MethodPost, "/dev/clock", facts{"now": to})
		moved <- err
	}()
	waits := `SELECT l.pid FROM pg_locks l JOIN pg_class c ON c.oid = l.relation WHERE c.relname = $1 AND NOT l.granted`
	until(b.t, 20*time.Second, "the timer waits for "+table, func() bool { return len(rows(b.t, db, waits, table)) > 0 })
	b.proc.kill()
	if <-moved == nil {
		b.t.Errorf("the clock's move to %s was answered by a killed platform", to)
	}
	if err := tx.Rollback(); err != nil {
		b.t.Fatal(err)
	}
	b.launch()
}

// twoWorkers: a worker of its own beside the platform's, Redis emptied meanwhile, three units at once; the clock runs
// through the two instants by itself.
func twoWorkers(t *testing.T, want []string) {
	b := openBureau(start(t, moment("2026-03-02 10:00")))
	info, addr := b.info(), freeAddr(t)
	worker := launch(t, []string{"DATABASE_URL=" + info.Postgres.DSN, "REDIS_URL=" + info.Redis.URL, "QHTZ_ADDR=" + addr, "QHTZ_LOG=warn"}, "worker")
	b.awaitReady(worker, addr)
	units := []*unit{b.unit("owner1", 3), b.unit("owner2", 3), b.unit("owner3", 3)}
	for _, u := range units {
		u.propose(3, "G6", "general")
	}
	b.clock(moment("2026-03-10 10:00"))
	for _, u := range units {
		u.confirm(0, 1, 2)
	}
	db, r := b.db(), b.redis()
	for _, instant := range []struct{ before, state string }{{"2026-04-09 23:59:58", "pending"}, {"2026-04-17 23:59:58", "listed"}} {
		b.clock(moment(instant.before))
		b.visitor().do(t, http.MethodPost, "/dev/clock", facts{"run": true}).must(t, 200)
		until(t, 30*time.Second, "all three are "+instant.state, func() bool {
			if err := r.FlushAll(t.Context()).Err(); err != nil {
				t.Fatal(err)
			}
			return !slices.ContainsFunc(units, func(u *unit) bool { return u.standing(nil).text("listing.state") != instant.state })
		})
	}
	b.clock(moment("2026-04-20 09:00"))
	for n, u := range units {
		u.public(true)
		if n == 1 { // the organisations told differ by unit
			u.checkEffects(db, want)
		}
	}
	for what, q := range map[string]string{
		"units listed more than once, or not at the instant":    `SELECT stream_id FROM events WHERE type = 'listing_in_effect' GROUP BY stream_id HAVING count(*) <> 1 OR min(effective_at) <> '2026-04-18T00:00:00+08:00'`,
		"listings opened more than once, or not at the instant": `SELECT stream_id FROM events WHERE type = 'listing_opened' GROUP BY stream_id HAVING count(*) <> 1 OR min(effective_at) <> '2026-04-10T00:00:00+08:00'`,
	} {
		if ids := rows(t, db, q); len(ids) > 0 {
			t.Errorf("%s: %v", what, ids)
		}
	}
	if got := rows(t, db, `SELECT count(DISTINCT stream_id) FROM events WHERE type = 'listing_in_effect'`); got[0] != strconv.Itoa(len(units)) {
		t.Errorf("%s units listed, want %d", got[0], len(units))
	}
	b.verified()
}
