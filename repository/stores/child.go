package stores

import (
	"context"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	probeEvery  = 10 * time.Millisecond
	stopGrace   = 8 * time.Second // per signal, before the next harder one
	firstPause  = 100 * time.Millisecond
	longestWait = 5 * time.Second
	settledFor  = 30 * time.Second // up this long, a death is a first one again
	logLimit    = 8 << 20          // bytes; a longer log starts anew
)

// spec is what makes one store differ from the other.
type spec struct {
	name    string
	dir     string // its data directory
	argv    []string
	dying   syscall.Signal   // what the kernel sends when we die
	stop    []syscall.Signal // politest first; SIGKILL follows the last
	prepare func(c *child, hold *os.File) error
	ready   func(ctx context.Context) error // one attempt
}

// child keeps one store running. Its supervisor goroutine owns the process.
type child struct {
	spec
	who       account
	log       *slog.Logger
	pid       atomic.Int64
	failures  atomic.Int64
	started   chan error // the outcome of the first run, once
	onRestart func()
	stopping  chan struct{}
	killing   chan struct{}
	done      chan struct{}
	stopOnce  sync.Once
	killOnce  sync.Once
}

func newChild(s spec, who account, log *slog.Logger) *child {
	return &child{
		spec: s, who: who, log: log.With("store", s.name), onRestart: func() {},
		started: make(chan error, 1), stopping: make(chan struct{}), killing: make(chan struct{}), done: make(chan struct{}),
	}
}

// supervise runs the store until askToStop, again and again. Only a failure of
// the first run ends it early.
func (c *child) supervise() {
	defer close(c.done)
	// The kernel's death signal follows the thread that forked, not the
	// process. The thread is given back, not ended: others may have forked
	// from it before, and their children would die with it.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for first := true; ; first = false {
		answered, err := c.run(first)
		if first && !answered {
			c.started <- err // awaitReady has not sent: this is the one outcome
			return
		}
		if c.isStopping() {
			return
		}
		c.log.Error("store died, restarting", "error", err)
		if !c.pause() {
			return
		}
	}
}

// run starts the process once and returns when it has ended.
func (c *child) run(first bool) (answered bool, err error) {
	hold, err := c.takeHold()
	if err != nil {
		return false, err
	}
	defer hold.Close()
	if err := c.prepare(c, hold); err != nil {
		return false, err
	}
	cmd, closeFiles, err := c.command(c.dir, c.argv, c.dying, hold)
	if err != nil {
		return false, err
	}
	mark := c.logSize()
	err = cmd.Start()
	if err == nil {
		err = noteHolder(hold, cmd.Process.Pid)
	}
	closeFiles()
	hold.Close() // from here on only the store's own processes keep it
	if cmd.Process == nil {
		return false, startFailed(c.name, c.dir, c.logFile(), err.Error())
	}
	c.pid.Store(int64(cmd.Process.Pid))
	exited := make(chan struct{})
	ready := make(chan bool, 1)
	go func() { ready <- c.awaitReady(first, exited) }()
	terminated := make(chan struct{})
	go func() { defer close(terminated); c.terminate(cmd.Process, exited) }()
	err = cmd.Wait()
	c.pid.Store(0)
	close(exited)
	<-terminated
	return <-ready, startFailed(c.name, c.dir, c.logFile(), c.logSince(mark, err))
}

// runToEnd runs a program that ends by itself, and kills it on askToStop.
func (c *child) runToEnd(cmd *exec.Cmd) error {
	if err := cmd.Start(); err != nil {
		return err
	}
	exited := make(chan struct{})
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		select {
		case <-c.stopping:
			_ = cmd.Process.Kill() // fails only when it is gone already
		case <-exited:
		}
	}()
	err := cmd.Wait()
	close(exited)
	<-gone
	return err
}

// awaitReady probes until the store answers, and then says so.
func (c *child) awaitReady(first bool, exited <-chan struct{}) bool {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		select {
		case <-exited:
		case <-c.stopping:
		case <-ctx.Done():
		}
		cancel()
	}()
	tick := time.NewTicker(probeEvery)
	defer tick.Stop()
	for c.ready(ctx) != nil {
		select {
		case <-ctx.Done():
			return false
		case <-tick.C:
		}
	}
	settled := time.AfterFunc(settledFor, func() { c.failures.Store(0) })
	go func() { <-exited; settled.Stop() }()
	c.log.Info("store ready", "pid", c.pid.Load())
	if first {
		c.started <- nil
	} else {
		c.onRestart()
	}
	return true
}

// terminate waits for askToStop and then ends the process, harder every time.
func (c *child) terminate(p *os.Process, exited <-chan struct{}) {
	select {
	case <-exited:
		return
	case <-c.stopping:
	}
	for _, sig := range c.stop {
		_ = p.Signal(sig) // fails only when it is gone already
		select {
		case <-exited:
			return
		case <-c.killing:
		case <-time.After(stopGrace):
		}
	}
	_ = p.Kill()
}

// pause waits before the next try, longer after each failure in a row.
func (c *child) pause() bool {
	wait := min(firstPause<<min(c.failures.Add(1)-1, 10), longestWait)
	select {
	case <-c.stopping:
		return false
	case <-time.After(wait):
		return true
	}
}

func (c *child) askToStop() { c.stopOnce.Do(func() { close(c.stopping) }) }

func (c *child) isStopping() bool {
	select {
	case <-c.stopping:
		return true
	default:
		return false
	}
}

// waitStopped returns once the supervisor is gone; it kills when ctx ends first.
func (c *child) waitStopped(ctx context.Context) error {
	select {
	case <-c.done:
		return nil
	case <-ctx.Done():
		c.killOnce.Do(func() { close(c.killing) })
		<-c.done
		return ctx.Err()
	}
}

// command prepares argv to run as the store's account with dir as descriptor 3,
// hold as 4 and the store's log as its output. The caller closes the files.
func (c *child) command(dir string, argv []string, dying syscall.Signal, hold *os.File) (*exec.Cmd, func(), error) {
	data, err := os.Open(dir)
	if err != nil {
		return nil, nil, notWritable(dir, err)
	}
	mode := os.O_CREATE | os.O_WRONLY | os.O_APPEND
	if c.logSize() > logLimit {
		mode |= os.O_TRUNC
	}
	out, err := os.OpenFile(c.logFile(), mode, 0o600)
	if err != nil {
		data.Close()
		return nil, nil, notWritable(dir, err)
	}
	cmd := &exec.Cmd{
		Path: argv[0], Args: argv, Env: serverEnv(), Dir: "/",
		Stdout: out, Stderr: out, ExtraFiles: []*os.File{data, hold},
		SysProcAttr: processAttributes(c.who, dying),
	}
	return cmd, func() { data.Close(); out.Close() }, nil
}

func (c *child) logFile() string { return c.dir + ".log" }

func (c *child) logSize() int64 {
	info, err := os.Stat(c.logFile())
	if err != nil {
		return 0
	}
	return info.Size()
}

// logSince gives the last lines written after mark, those about a full disk if
// there are any, or what the process returned when it wrote none.
func (c *child) logSince(mark int64, exit error) string {
	text, err := os.ReadFile(c.logFile())
	if err == nil && mark <= int64(len(text)) {
		lines := strings.Split(strings.TrimSpace(string(text[mark:])), "\n")
		telling := slices.DeleteFunc(slices.Clone(lines), func(line string) bool { return !isDiskFull(line) })
		if len(telling) == 0 {
			telling = lines
		}
		if said := strings.Join(telling[max(0, len(telling)-4):], "; "); said != "" {
			return said
		}
	}
	if exit != nil {
		return exit.Error()
	}
	return "exit status 0"
}
