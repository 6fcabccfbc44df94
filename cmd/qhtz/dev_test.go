package main

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Ensure `qhtz dev` is ready within 10 s on an empty directory and within 3 s on one with data, says in one sentence
// why a second one or a busy port is refused, and leaves nothing running behind when it is stopped.
func TestDevStartsAndStops(t *testing.T) {
	p := prepare(t, "QHTZ_NOW=2026-01-05T09:00:00+08:00")
	p.launch()
	t.Logf("cold start: ready after %v", p.took.Round(time.Millisecond))
	if p.took > 10*time.Second {
		t.Errorf("cold start took %v, want at most 10 s", p.took)
	}
	for _, said := range []string{"http://" + p.addr, "owner1", "qhtz-dev-2017", "/dev/accounts"} {
		until(t, 5*time.Second, "the welcome says "+said, func() bool { return strings.Contains(p.proc.output.String(), said) })
	}
	p.signIn("owner1").file(t, filingFacts()).must(t, 200)

	refused := func(env []string, means string) {
		t.Helper()
		out, err := finish(t, env, "dev")
		if err == nil || strings.Count(strings.TrimSpace(out), "\n") != 0 || !strings.Contains(out, means) {
			t.Errorf("refused with %v, want one sentence with %q:\n%s", err, means, out)
		}
	}
	refused([]string{"QHTZ_DATA=" + p.data, "QHTZ_ADDR=" + freeAddr(t)}, "运行")
	other := prepare(t)
	refused([]string{"QHTZ_DATA=" + other.data, "QHTZ_ADDR=" + p.addr}, "QHTZ_ADDR")
	if _, err := os.Stat(other.data); err == nil {
		t.Error("a start that a busy port refuses leaves data behind")
	}

	info := p.info()
	p.proc.stop(t) // Ctrl-C
	if p.proc.err != nil {
		t.Errorf("after an interrupt it ends with %v:\n%s", p.proc.err, p.proc.output.String())
	}
	if alive(info.Postgres.PID) || alive(info.Redis.PID) {
		t.Error("a store outlives an interrupt")
	}
	if _, err := os.Stat(filepath.Join(p.data, "run.json")); err == nil {
		t.Error("run.json outlives the process")
	}

	p.launch()
	t.Logf("warm start: ready after %v", p.took.Round(time.Millisecond))
	if p.took > 3*time.Second {
		t.Errorf("warm start took %v, want at most 3 s", p.took)
	}
	if got := p.signIn("owner1").do(t, http.MethodGet, "/api/v1/projects", nil).must(t, 200).list("items"); len(got) != 1 {
		t.Errorf("%d projects after a restart, want 1", len(got))
	}
	p.crash() // kill -9 leaves no child behind: crash waits for it
	p.launch()
	t.Logf("start after kill -9: ready after %v", p.took.Round(time.Millisecond))
	p.signIn("owner1").file(t, filingFacts(facts{"name": "重启后的项目"})).must(t, 200)
}

// Ensure the development mode is refused in production: the command, its addresses, its clock and its accounts.
func TestProductionHasNoDevelopment(t *testing.T) {
	t.Parallel()
	p := start(t, "2026-01-05T09:00:00+08:00")
	if out, err := finish(t, []string{"QHTZ_DATA=" + filepath.Join(filepath.Dir(p.data), "other"), "QHTZ_ADDR=" + freeAddr(t), "QHTZ_ENV=production"}, "dev"); err == nil || !strings.Contains(out, "production") {
		t.Errorf("qhtz dev in production: %v\n%s", err, out)
	}
	if out, err := finish(t, []string{"QHTZ_ENV=production", "QHTZ_NOW=2026-01-05T09:00:00+08:00"}, "serve"); err == nil || !strings.Contains(out, "QHTZ_NOW") {
		t.Errorf("a development clock in production: %v\n%s", err, out)
	}
	info := p.info()
	addr := freeAddr(t)
	production := []string{"DATABASE_URL=" + info.Postgres.DSN, "REDIS_URL=" + info.Redis.URL, "QHTZ_ENV=production", "QHTZ_ADDR=" + addr, "QHTZ_LOG=warn"}
	p.awaitReady(launch(t, production, "serve"), addr)
	visitor := &client{base: "http://" + addr}
	for _, c := range []attempt{{http.MethodGet, "/dev/clock", nil, true}, {http.MethodPost, "/dev/clock", facts{"now": "2030-01-01T00:00:00+08:00"}, false},
		{http.MethodGet, "/dev/accounts", nil, true}, {http.MethodPost, "/dev-clock", nil, false}} {
		if a := visitor.do(t, c.method, c.path, c.body); a.status != http.StatusNotFound && a.status != http.StatusMethodNotAllowed {
			t.Errorf("%s %s in production: %d", c.method, c.path, a.status)
		}
	}
	// The same address in development answers, so the refusals are about production.
	p.visitor().do(t, http.MethodGet, "/dev/clock", nil).must(t, 200)
}

// Ensure the development clock does not go back, stands still once moved, and runs on when told to.
func TestDevClock(t *testing.T) {
	t.Parallel()
	p := start(t, "2026-01-05T09:00:00+08:00")
	visitor := p.visitor()
	visitor.do(t, http.MethodPost, "/dev/clock", facts{"now": "2026-01-05T08:59:59+08:00"}).must(t, 422)
	visitor.do(t, http.MethodPost, "/dev/clock", facts{"now": "5 January"}).must(t, 400)
	visitor.do(t, http.MethodPost, "/dev/clock", facts{}).must(t, 400)
	visitor.do(t, http.MethodGet, "/dev/clock", nil).must(t, 200).expect(t, values{"now": "2026-01-05T09:00:00+08:00", "standing": "true"})
	visitor.do(t, http.MethodPost, "/dev/clock", facts{"run": true}).must(t, 200)
	until(t, 10*time.Second, "the clock ticks", func() bool {
		return visitor.do(t, http.MethodGet, "/dev/clock", nil).must(t, 200).text("now") > "2026-01-05T09:00:00+08:00"
	})
	accounts := visitor.do(t, http.MethodGet, "/dev/accounts", nil).must(t, 200).list("items")
	if len(accounts) < 24 || accounts[0].text("uscc") == "" || accounts[0].text("role") != "owner" {
		t.Errorf("%d accounts, the first %s", len(accounts), accounts[0].body)
	}
	if _, _, err := net.SplitHostPort(p.info().Addr); err != nil {
		t.Errorf("run.json: %v", err)
	}
}
