package main

import (
	"errors"
	"fmt"
	"net/http"
	"syscall"
	"testing"
	"time"
)

// M8: Redis is only an index. Scenario M2 with Redis emptied after each step.
func TestM8RedisFlushed(t *testing.T) {
	t.Parallel()
	p := start(t, "2026-02-10T10:00:00+08:00")
	r := p.redis()
	tell(t, p, func(string) {
		if err := r.FlushAll(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
	}).checkEffects()
}

// M8: Redis killed after each step; dev starts it again, sooner or later.
func TestM8RedisKilled(t *testing.T) {
	t.Parallel()
	p := start(t, "2026-02-10T10:00:00+08:00")
	s := tell(t, p, func(string) {
		if pid := p.info().Redis.PID; pid != 0 {
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
				t.Fatal(err)
			}
		}
	})
	until(t, 60*time.Second, "Redis is back", func() bool { return readiness(t, p) == "ok" })
	s.checkEffects()
}

// readiness is what /readyz says: ok, or degraded without Redis; it is never unavailable for want of Redis.
func readiness(t *testing.T, p *booted) string {
	t.Helper()
	return p.visitor().do(t, http.MethodGet, "/readyz", nil).must(t, 200).text("status")
}

// M8: Redis does not answer for the whole of the story, and then does again.
func TestM8RedisHangs(t *testing.T) {
	t.Parallel()
	p := start(t, "2026-02-10T10:00:00+08:00")
	pid := p.info().Redis.PID
	hang := func(s syscall.Signal) {
		if err := syscall.Kill(pid, s); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { _ = syscall.Kill(pid, syscall.SIGCONT) })
	s := tell(t, p, func(step string) {
		switch step {
		case "sent back", "answered":
			hang(syscall.SIGSTOP)
			if got := readiness(t, p); got != "degraded" {
				t.Errorf("readyz says %q while Redis hangs, want degraded", got)
			}
		case "silence", "no answer": // hours and days of the platform's time later
			hang(syscall.SIGCONT)
		}
	})
	until(t, 30*time.Second, "Redis is seen again", func() bool { return readiness(t, p) == "ok" })
	s.checkEffects()
}

// M8: the platform killed -9 between steps, and started again on the same data.
func TestM8PlatformKilled(t *testing.T) {
	t.Parallel()
	p := start(t, "2026-02-10T10:00:00+08:00")
	s := tell(t, p, func(step string) {
		switch step {
		case "handed in", "last minute", "answered", "reminder":
			p.crash()
			p.launch()
		}
	})
	s.checkEffects()
}

// M8: two workers on the same stores, Redis emptied meanwhile: what falls due by itself, with the clock running, is
// done once.
func TestM8TwoWorkers(t *testing.T) {
	t.Parallel()
	p := start(t, "2026-02-10T10:00:00+08:00")
	info := p.info()
	addr := freeAddr(t)
	worker := launch(t, []string{"DATABASE_URL=" + info.Postgres.DSN, "REDIS_URL=" + info.Redis.URL, "QHTZ_ADDR=" + addr, "QHTZ_LOG=warn"}, "worker")
	p.awaitReady(worker, addr)
	tell(t, p, func(string) {}).checkEffects()

	owner := p.signIn("owner2")
	const many = 60
	for i := range many {
		owner.file(t, sanctionFacts(facts{"name": fmt.Sprintf("第 %d 号核准项目", i)})).must(t, 200)
	}
	// 17 March is a Tuesday: five working days end on the 24th. The last two seconds run by themselves.
	p.clock("2026-03-24T23:59:58+08:00")
	p.visitor().do(t, http.MethodPost, "/dev/clock", map[string]any{"run": true}).must(t, 200)
	db, r := p.db(), p.redis()
	until(t, 60*time.Second, "all are accepted by silence", func() bool {
		if err := r.FlushAll(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
		return rows(t, db, `SELECT count(*) FROM projects WHERE owner_id = 2 AND state = 'accepted'`)[0] == "60"
	})
	until(t, 20*time.Second, "everything is delivered", func() bool { return rows(t, db, `SELECT count(*) FROM outbox`)[0] == "0" })
	for what, q := range map[string]string{
		"accepted more than once, or not at its instant": `SELECT stream_id FROM events e JOIN projects p ON p.id = e.stream_id WHERE p.owner_id = 2 AND type = 'accepted'
			GROUP BY stream_id HAVING count(*) <> 1 OR min(effective_at) <> '2026-03-25T00:00:00+08:00' OR min(recorded_at) < '2026-03-25T00:00:00+08:00'`,
		"with more or fewer than one code": `SELECT p.id FROM projects p LEFT JOIN project_codes c ON c.project_id = p.id WHERE p.owner_id = 2 GROUP BY p.id HAVING count(c.code) <> 1`,
		"told somebody twice, or not told all three": `SELECT project_id FROM notices n JOIN projects p ON p.id = n.project_id WHERE p.owner_id = 2 AND n.kind = 'accepted_by_silence'
			GROUP BY project_id HAVING count(*) <> 3 OR count(DISTINCT organization_id) <> 3`,
	} {
		if ids := rows(t, db, q); len(ids) > 0 {
			t.Errorf("%d projects %s", len(ids), what)
		}
	}
	if got := rows(t, db, `SELECT count(DISTINCT project_id) FROM notices WHERE kind = 'accepted_by_silence' AND project_id IN (SELECT id FROM projects WHERE owner_id = 2)`); got[0] != "60" {
		t.Errorf("told of %s projects, want 60", got[0])
	}
	p.visitor().do(t, http.MethodPost, "/dev/clock", map[string]any{"now": "2026-03-25T00:30:00+08:00"}).must(t, 200)
	checkVerified(t, p)
}
