package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jmoiron/sqlx"
	_ "github.com/lib/pq" // the driver

	"qhtz/repository/stores"
)

// platform is the real binary over stores of its own, which keep what they commit.
type platform struct {
	dir      string
	stores   *stores.Stores
	db       *sqlx.DB // with the owner's rights
	base     string   // http://127.0.0.1:port
	serve    *exec.Cmd
	children []*exec.Cmd
}

// startPlatform builds the binary, starts stores, migrates, seeds, and serves HTTP.
func startPlatform(ctx context.Context, o options) (p *platform, err error) {
	p = &platform{}
	defer func() {
		if err != nil {
			p.stop()
		}
	}()
	if p.dir, err = os.MkdirTemp("", "qhtz-bench-"); err != nil {
		return p, err
	}
	if err = os.Chmod(p.dir, 0o755); err != nil { // the stores' account must get in
		return p, err
	}
	progress("building")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-o", p.binary(), "./cmd/qhtz")
	build.Dir, build.Env, build.Stderr = o.root, append(os.Environ(), "CGO_ENABLED=0"), os.Stderr
	if err = build.Run(); err != nil {
		return p, fmt.Errorf("build: %w", err)
	}
	progress("starting stores")
	if p.stores, err = stores.Start(ctx, stores.Options{Dir: filepath.Join(p.dir, "stores"), Durable: true}); err != nil {
		return p, err
	}
	if p.db, err = sqlx.Open("postgres", p.stores.DatabaseURL()); err != nil {
		return p, err
	}
	for _, command := range []string{"migrate", "seed"} {
		c := p.command(ctx, command, "QHTZ_ENV=development")
		if out, err := c.CombinedOutput(); err != nil {
			return p, fmt.Errorf("qhtz %s: %w\n%s", command, err, out)
		}
	}
	if err = makeOwners(ctx, p); err != nil {
		return p, err
	}
	p.serve, p.base, err = p.launch(ctx, "serve")
	return p, err
}

func (p *platform) binary() string { return filepath.Join(p.dir, "qhtz") }

func (p *platform) command(ctx context.Context, name string, env ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, p.binary(), name)
	c.Env = append(os.Environ(), "DATABASE_URL="+p.stores.DatabaseURL(), "REDIS_URL="+p.stores.RedisURL())
	c.Env = append(c.Env, env...)
	return c
}

// launch runs the binary as in production, its log going to a file, and waits until it is ready.
func (p *platform) launch(ctx context.Context, name string) (*exec.Cmd, string, error) {
	addr, err := freeAddress(ctx)
	if err != nil {
		return nil, "", err
	}
	c := p.command(context.WithoutCancel(ctx), name, "QHTZ_ENV=production", "QHTZ_ADDR="+addr)
	if err := p.start(c, name); err != nil {
		return nil, "", err
	}
	return c, "http://" + addr, awaitReady(ctx, "http://"+addr+"/readyz")
}

// start runs a child that ends with this process at the latest.
func (p *platform) start(c *exec.Cmd, name string) error {
	log, err := os.OpenFile(filepath.Join(p.dir, name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	c.Stdout, c.Stderr = log, log
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := c.Start(); err != nil {
		return err
	}
	p.children = append(p.children, c)
	return nil
}

// stop ends the children, then the stores, and removes everything.
func (p *platform) stop() {
	for _, c := range p.children {
		endChild(c)
	}
	if p.db != nil {
		_ = p.db.Close()
	}
	if p.stores != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := p.stores.Stop(ctx); err != nil {
			fmt.Fprintln(os.Stderr, "bench: stop stores:", err)
		}
	}
	if p.dir != "" {
		_ = os.RemoveAll(p.dir)
	}
}

func endChild(c *exec.Cmd) {
	if c.ProcessState != nil {
		return
	}
	_ = c.Process.Signal(syscall.SIGTERM)
	force := time.AfterFunc(15*time.Second, func() { _ = c.Process.Kill() })
	defer force.Stop()
	_ = c.Wait()
}

func freeAddress(ctx context.Context) (string, error) {
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer func() { _ = ln.Close() }()
	return ln.Addr().String(), nil
}

func awaitReady(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		res, err := http.DefaultClient.Do(req)
		if err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return nil
			}
		}
		if !pause(ctx, 20*time.Millisecond) {
			return fmt.Errorf("%s is not ready: %w", url, ctx.Err())
		}
	}
}

func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// memory gives what a process holds now and at its highest, in MB.
func memory(pid int) (now, peak float64, err error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, 0, err
	}
	read := func(name string) float64 {
		_, rest, _ := strings.Cut(string(b), "\n"+name+":")
		kb, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
		n, _ := strconv.ParseFloat(kb, 64)
		return n / 1024
	}
	if now, peak = read("VmRSS"), read("VmHWM"); now == 0 {
		return 0, 0, errors.New("no VmRSS")
	}
	return now, peak, nil
}

const mostMemory = 150 // MB

// measureMemory reads what the serving process holds after all that it was asked.
func measureMemory(p *platform, r *report) error {
	now, peak, err := memory(p.serve.Process.Pid)
	if err != nil {
		return err
	}
	r.table("Memory of `qhtz serve` after the load, without its stores", "now, MB", "highest, MB")
	r.row(number(now), number(peak))
	r.goal("memory of the serving process ≤ 150 MB", now <= mostMemory, number(now)+" MB")
	return nil
}

func progress(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }
