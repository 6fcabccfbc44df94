package main

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"qhtz/repository/stores"
)

// ledgerEntry is what a client asked for and what it was told: the platform is held against it.
type ledgerEntry struct {
	key       string
	sanction  bool   // 核准: accepted by silence later; else a filing
	id        string // once the draft was acknowledged
	code      string // once the filing was acknowledged
	submitted bool   // once the submission was acknowledged
}

// crashTest is one platform process on stores that outlive it, and clients that go on whatever happens.
type crashTest struct {
	*booted
	stores *stores.Stores
	random *rand.Rand
	mu     sync.Mutex
	ledger []*ledgerEntry
	now    time.Time // the furthest instant that the clock was told to go to
}

// Ensure kill -9 at random moments, under a load of filings and of deadlines that fall due, loses nothing that was
// acknowledged and does nothing twice (R1): no filing, no code, no deadline, no notice. Every fifth time PostgreSQL or
// Redis dies instead of the platform. QHTZ_FULL=1 does 200 kills.
func TestKilledAtRandomMoments(t *testing.T) {
	const seed = 20260105
	kills := 20
	if full() {
		kills = 200
	}
	c := newCrashTest(t, seed)
	stop := make(chan struct{})
	var load sync.WaitGroup
	for worker := range 4 {
		owner := c.signIn(fmt.Sprintf("owner%d", worker%3+1))
		load.Go(func() { c.fileOnAndOn(owner, worker, stop) })
	}
	load.Go(func() { c.moveOnAndOn(stop) })
	for n := range kills {
		pause := time.NewTimer(time.Duration(50+c.random.IntN(700)) * time.Millisecond)
		<-pause.C
		c.killSomething(n)
	}
	close(stop)
	load.Wait()
	c.settleAll()
	c.judge(kills)
}

func newCrashTest(t *testing.T, seed uint64) *crashTest {
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
	c := &crashTest{booted: p, random: rand.New(rand.NewPCG(seed, seed))} //nolint:gosec // to be repeated, not guessed
	c.now = time.Date(2026, 1, 5, 9, 0, 0, 0, time.FixedZone("", 8*3600))
	p.env = []string{"QHTZ_NOW=2026-01-05T08:00:00+08:00", "QHTZ_ADDR=" + p.addr, "DATABASE_URL=" + s.DatabaseURL(), "REDIS_URL=" + s.RedisURL(), "QHTZ_LOG=error"}
	p.launch()
	p.clock(c.now.Format(time.RFC3339))
	c.stores = s
	return c
}

// fileOnAndOn drafts and submits until told to stop. A call that is not answered is made again, with its key.
func (c *crashTest) fileOnAndOn(owner *client, worker int, stop <-chan struct{}) {
	for n := 0; ; n++ {
		select {
		case <-stop:
			return
		default:
		}
		e := &ledgerEntry{key: fmt.Sprintf("w%d-%d", worker, n), sanction: n%2 == 0}
		c.mu.Lock()
		c.ledger = append(c.ledger, e)
		c.mu.Unlock()
		f := filingFacts(facts{"name": "项目 " + e.key})
		if e.sanction {
			f = sanctionFacts(facts{"name": "项目 " + e.key})
		}
		e.id = c.insist(owner, "/api/v1/projects", f, "draft-"+e.key, 201).text("id")
		a := c.insist(owner, "/api/v1/projects/"+e.id+"/submission", nil, "submit-"+e.key, 200)
		e.code, e.submitted = a.text("code"), true
		if e.sanction == (e.code != "") {
			c.t.Errorf("%s: %s", e.key, a.body)
		}
	}
}

// insist makes a call until it is answered: no answer and 5xx are asked again.
func (c *crashTest) insist(owner *client, path string, body any, key string, status int) answer {
	for end := time.Now().Add(2 * time.Minute); ; <-time.After(10 * time.Millisecond) {
		a, err := owner.try(c.t, http.MethodPost, path, body, "Idempotency-Key", key)
		switch {
		case err == nil && a.status == status:
			return a
		case err == nil && a.status < 500:
			c.t.Errorf("%s with key %s: %d %s", path, key, a.status, a.body)
			return a
		case time.Now().After(end):
			c.t.Errorf("%s with key %s is not answered: %v %d", path, key, err, a.status)
			return a
		}
	}
}

// moveOnAndOn moves the clock by a day or two again and again, so that deadlines fire under the load.
func (c *crashTest) moveOnAndOn(stop <-chan struct{}) {
	visitor := c.visitor()
	for {
		select {
		case <-stop:
			return
		case <-time.After(100 * time.Millisecond):
		}
		c.now = c.now.Add(31 * time.Hour)
		// Not answered: the next move goes further, through all that this one left.
		if a, err := visitor.try(c.t, http.MethodPost, "/dev/clock", facts{"now": c.now.Format(time.RFC3339)}); err == nil && a.status != 200 && a.status < 500 {
			c.t.Errorf("move the clock to %v: %d %s", c.now, a.status, a.body)
		}
	}
}

// killSomething kills the platform and starts it again; now and then it is PostgreSQL or Redis, which start again by
// themselves.
func (c *crashTest) killSomething(n int) {
	switch n % 10 {
	case 4:
		killed := c.stores.PostgresPID()
		_ = syscall.Kill(killed, syscall.SIGKILL)
		until(c.t, 30*time.Second, "PostgreSQL has recovered", func() bool {
			pid := c.stores.PostgresPID()
			return pid != 0 && pid != killed && c.connects()
		})
	case 9:
		_ = syscall.Kill(c.stores.RedisPID(), syscall.SIGKILL)
	default:
		c.proc.kill()
		c.launch()
	}
}

// connects reports whether PostgreSQL takes a new connection.
func (c *crashTest) connects() bool {
	db, err := sql.Open("postgres", c.stores.DatabaseURL())
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	return db.PingContext(c.t.Context()) == nil
}

// settleAll lets the clock go past everything that was set.
func (c *crashTest) settleAll() {
	until(c.t, 30*time.Second, "the platform is ready", func() bool { return c.status("http://"+c.addr+"/readyz") == http.StatusOK })
	c.clock(c.now.Add(30 * 24 * time.Hour).Format(time.RFC3339))
}

// judge compares the client's ledger with what the platform holds.
func (c *crashTest) judge(kills int) {
	t := c.t
	db, err := sql.Open("postgres", c.stores.DatabaseURL())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	settled(t, db)
	held := map[string]string{} // name → "id state digits"
	for _, line := range rows(t, db, `SELECT name || '|' || id || ' ' || state || ' ' || coalesce(code, '') FROM projects`) {
		name, rest, _ := strings.Cut(line, "|")
		if other, twice := held[name]; twice {
			t.Errorf("%s is there twice: %s and %s", name, other, rest)
		}
		held[name] = rest
	}
	sanctions := 0
	for _, e := range c.ledger {
		state := "filed"
		if e.sanction {
			state = "accepted"
			sanctions++
		}
		got := strings.Fields(held["项目 "+e.key])
		if len(got) != 3 || got[0] != e.id || got[1] != state || !e.sanction && got[2] != strings.ReplaceAll(e.code, "-", "") {
			t.Errorf("%s was told id %s and code %s; the platform holds %v", e.key, e.id, e.code, got)
		}
		delete(held, "项目 "+e.key)
	}
	if len(held) > 0 {
		t.Errorf("nobody asked for these: %v", held)
	}
	c.judgeEffects(db)
	t.Logf("%d kills, %d projects, %d of them accepted by silence, until %v", kills, len(c.ledger), sanctions, c.now.Format(time.DateOnly))
	if len(c.ledger) < 5*kills || sanctions < kills {
		t.Errorf("only %d projects: that is no load", len(c.ledger))
	}
	env := []string{"DATABASE_URL=" + c.stores.DatabaseURL(), "REDIS_URL=" + c.stores.RedisURL(), "QHTZ_LOG=warn"}
	until(t, 30*time.Second, "the index is complete", func() bool {
		_, err := finish(t, env, "deadlines", "verify")
		return err == nil
	})
	if out, err := finish(t, env, "audit", "verify"); err != nil {
		t.Errorf("audit verify: %v\n%s", err, out)
	}
}

// judgeEffects looks for anything done twice, never, or at the wrong instant.
func (c *crashTest) judgeEffects(db *sql.DB) {
	for what, q := range map[string]string{
		"projects with more or fewer than one code": `SELECT p.id FROM projects p LEFT JOIN project_codes c ON c.project_id = p.id GROUP BY p.id, p.code
			HAVING count(c.code) <> 1 OR min(c.code) <> p.code`,
		"projects submitted, filed or accepted twice": `SELECT stream_id FROM events WHERE type IN ('submitted', 'filed', 'accepted') GROUP BY stream_id, type HAVING count(*) > 1`,
		"projects accepted at another instant than the limit's, or before it": `SELECT e.stream_id FROM events e JOIN deadline_history d ON d.subject_id = e.stream_id AND d.kind = 'acceptance'
			WHERE e.type = 'accepted' AND (e.effective_at <> d.due_at OR e.recorded_at < d.due_at)`,
		"limits of acceptance that ended otherwise than missed, or twice": `SELECT subject_id FROM deadline_history WHERE kind = 'acceptance'
			GROUP BY subject_id HAVING count(*) <> 1 OR min(state) <> 'missed'`,
		"limits whose instant has passed and that did not fire": `SELECT d.id FROM deadlines d, platform p WHERE d.next_at <= p.clock_at OR d.parked`,
		"accepted projects without their three limits": `SELECT p.id FROM projects p WHERE p.state = 'accepted' AND
			(SELECT count(*) FROM (SELECT kind FROM deadlines WHERE subject_id = p.id UNION ALL SELECT kind FROM deadline_history WHERE subject_id = p.id) k
			 WHERE kind IN ('decision', 'promise', 'evaluation_entrust')) <> 3`,
		"notices that an organisation has twice": `SELECT project_id FROM notices GROUP BY project_id, organization_id, kind HAVING count(*) > 1`,
		"accepted projects of which not all three were told": `SELECT p.id FROM projects p WHERE p.state = 'accepted' AND
			(SELECT count(*) FROM notices n WHERE n.project_id = p.id AND n.kind = 'accepted_by_silence') <> 3`,
	} {
		if ids := rows(c.t, db, q); len(ids) > 0 {
			c.t.Errorf("%d %s: %v", len(ids), what, ids[:min(len(ids), 5)])
		}
	}
}
