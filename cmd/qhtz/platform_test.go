package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"

	_ "github.com/lib/pq" // the tests read the database past the platform
	"github.com/redis/go-redis/v9"

	"qhtz/repository/stores"
)

var (
	binary string // qhtz as the tests run it
	// platforms that run at once: more than there are tests that hold one while their parallel parts wait for a turn, or
	// those would wait for each other
	together = make(chan struct{}, 16)
	kept     = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
)

// TestMain builds the binary once; the scenarios run it as a person would.
func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "qhtz-scenarios-")
	if err == nil {
		err = os.Chmod(dir, 0o755) // the stores' user must get in
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	binary = filepath.Join(dir, "qhtz")
	build := exec.CommandContext(context.Background(), "go", "build", "-o", binary, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	code := 1
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build: %v\n%s", err, out)
	} else {
		code = m.Run()
	}
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// full reports whether the long form of a test is asked for.
func full() bool { return os.Getenv("QHTZ_FULL") == "1" }

// booted is one `qhtz dev` on a data directory of its own.
type booted struct {
	t    *testing.T
	data string
	addr string
	env  []string
	proc *process
	took time.Duration // from the start to the first readyz
}

// process is a program of ours that runs; its output is kept.
type process struct {
	cmd    *exec.Cmd
	gone   chan struct{}
	err    error // once gone
	output lockedBuffer
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// launch starts the binary with an environment of its own. It ends with the test at the latest.
func launch(t *testing.T, env []string, args ...string) *process {
	t.Helper()
	p := &process{cmd: exec.CommandContext(context.WithoutCancel(t.Context()), binary, args...), gone: make(chan struct{})}
	p.cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "TMPDIR=" + os.TempDir()}, env...)
	p.cmd.Stdout, p.cmd.Stderr = &p.output, &p.output
	dieWithTests(p.cmd)
	started := make(chan error)
	go func() {
		// The kernel kills the child when the thread that forked it ends: this one is kept for it.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := p.cmd.Start()
		started <- err
		if err == nil {
			p.err = p.cmd.Wait()
			close(p.gone)
		}
	}()
	if err := <-started; err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.stop(t) })
	return p
}

// stop asks it to end, as Ctrl-C does, and waits.
func (p *process) stop(t *testing.T) {
	t.Helper()
	_ = p.cmd.Process.Signal(os.Interrupt)
	select {
	case <-p.gone:
	case <-time.After(30 * time.Second):
		_ = p.cmd.Process.Kill()
		<-p.gone
		t.Errorf("qhtz did not stop within 30 s of an interrupt:\n%s", p.output.String())
	}
}

// kill is kill -9.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.gone
}

// finish runs the binary to its end.
func finish(t *testing.T, env []string, args ...string) (output string, err error) {
	t.Helper()
	p := launch(t, env, args...)
	select {
	case <-p.gone:
		return p.output.String(), p.err
	case <-time.After(2 * time.Minute):
		p.kill()
		t.Fatalf("qhtz %v does not end:\n%s", args, p.output.String())
		return "", nil
	}
}

// start starts a platform on empty data, with its clock standing at an instant: it starts a minute earlier, for it ticks
// until it is first moved. Not more than a few platforms run at once.
func start(t *testing.T, now string, env ...string) *booted {
	t.Helper()
	at, err := time.Parse(time.RFC3339, now)
	if err != nil {
		t.Fatal(err)
	}
	p := prepare(t, append([]string{"QHTZ_NOW=" + at.Add(-time.Minute).Format(time.RFC3339)}, env...)...)
	p.launch()
	p.clock(now)
	return p
}

// prepare makes the data directory and takes a port, and starts nothing.
func prepare(t *testing.T, env ...string) *booted {
	t.Helper()
	together <- struct{}{}
	t.Cleanup(func() { <-together })
	dir, err := os.MkdirTemp("", "qhtz-scenario-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // the stores' user must get in
		t.Fatal(err)
	}
	p := &booted{t: t, data: filepath.Join(dir, "data"), addr: freeAddr(t)}
	p.env = append([]string{"QHTZ_DATA=" + p.data, "QHTZ_ADDR=" + p.addr}, env...)
	return p
}

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// launch starts the process on the platform's data and waits until it is ready.
func (p *booted) launch() {
	p.t.Helper()
	began := time.Now()
	p.proc = launch(p.t, p.env, "dev")
	p.awaitReady(p.proc, p.addr)
	p.took = time.Since(began)
}

func (p *booted) awaitReady(proc *process, addr string) {
	p.t.Helper()
	until(p.t, 60*time.Second, "qhtz is ready", func() bool {
		select {
		case <-proc.gone:
			p.t.Fatalf("qhtz ended: %v\n%s", proc.err, proc.output.String())
		default:
		}
		return p.status("http://"+addr+"/readyz") == http.StatusOK
	})
}

// status is that of a GET, 0 when nobody answers.
func (p *booted) status(url string) int {
	req, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, url, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	res, err := kept.Do(req)
	if err != nil {
		return 0
	}
	_ = res.Body.Close()
	return res.StatusCode
}

// until asks again and again until something holds.
func until(t *testing.T, atMost time.Duration, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(atMost); !holds(); <-tick.C {
		if time.Now().After(end) {
			t.Fatalf("after %v it still does not hold that %s", atMost, what)
		}
	}
}

// crash is kill -9 of the process; its stores end with it.
func (p *booted) crash() {
	p.t.Helper()
	info := p.info()
	p.proc.kill()
	until(p.t, 15*time.Second, "the stores have ended with the platform", func() bool { return !alive(info.Postgres.PID) && !alive(info.Redis.PID) })
}

// alive reports whether a process exists that is not a zombie.
func alive(pid int) bool {
	if pid == 0 || errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return false
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, after, _ := bytes.Cut(stat, []byte(") "))
	return !bytes.HasPrefix(after, []byte("Z"))
}

// info is run.json.
func (p *booted) info() stores.RunInfo {
	p.t.Helper()
	info, err := stores.ReadRunFile(stores.RunFile(p.data))
	if err != nil {
		p.t.Fatal(err)
	}
	return info
}

// cli runs a maintenance command on the platform's data.
func (p *booted) cli(args ...string) (string, error) {
	p.t.Helper()
	return finish(p.t, []string{"QHTZ_DATA=" + p.data, "QHTZ_LOG=warn"}, args...)
}

// db opens the database as its superuser, until the test ends.
func (p *booted) db() *sql.DB {
	p.t.Helper()
	db, err := sql.Open("postgres", p.info().Postgres.DSN)
	if err != nil {
		p.t.Fatal(err)
	}
	db.SetMaxOpenConns(2)
	p.t.Cleanup(func() { _ = db.Close() })
	return db
}

// redis opens Redis, until the test ends.
func (p *booted) redis() *redis.Client {
	p.t.Helper()
	o, err := redis.ParseURL(p.info().Redis.URL)
	if err != nil {
		p.t.Fatal(err)
	}
	c := redis.NewClient(o)
	p.t.Cleanup(func() { _ = c.Close() })
	return c
}

// rows reads a query's first column as text.
func rows(t *testing.T, db *sql.DB, q string, args ...any) []string {
	t.Helper()
	found, err := db.QueryContext(t.Context(), q, args...)
	if err != nil {
		t.Fatalf("%v\n%s", err, q)
	}
	defer func() { _ = found.Close() }()
	var out []string
	for found.Next() {
		var s sql.NullString
		if err := found.Scan(&s); err != nil {
			t.Fatal(err)
		}
		out = append(out, s.String)
	}
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}
