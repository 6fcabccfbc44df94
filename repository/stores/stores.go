// Package stores runs a private PostgreSQL and a private Redis as child
// processes, for `qhtz dev` and for the tests. Both listen on unix sockets
// inside their own 0700 directories only, restart when they die, and end with
// the process that started them, even when that process is killed.
package stores

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"time"
)

// startWithin bounds Start when its context carries no deadline.
const startWithin = 60 * time.Second

// Options says where and how the two stores run.
type Options struct {
	// Dir holds the data, the logs and the lock. It is created when missing.
	// Empty means a temporary directory that Stop removes.
	Dir string
	// Durable keeps what was committed across crashes of the machine (fsync,
	// append-only file). False is for throw-away data: faster, more connections.
	Durable bool
	// Log receives starts, deaths and restarts. Nil discards them.
	Log *slog.Logger
	// OnRestart, when set, is called after a dead store answers again with its
	// new process id. It must not call Stop.
	OnRestart func(*Stores)
}

// Stores is a running pair. Its methods may be called from any goroutine.
type Stores struct {
	dir       string
	temporary bool
	lock      *os.File
	sockets   socketDirs
	postgres  *child
	redis     *child
}

// Start brings both stores up, creating their data on the first run, and
// returns once both answer queries and the database qhtz exists. ctx bounds the
// start only (60 s when it has no deadline). Every failure is an *Error whose
// text is one sentence for the person at the terminal.
func Start(ctx context.Context, opts Options) (*Stores, error) {
	if _, bounded := ctx.Deadline(); !bounded {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, startWithin)
		defer cancel()
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	s := &Stores{temporary: opts.Dir == ""}
	if err := s.claimDir(opts.Dir); err != nil {
		return nil, err
	}
	bin, err := locate(os.Getenv, dataVersion(s.dir))
	if err != nil {
		s.release()
		return nil, err
	}
	if err := s.launch(ctx, bin, opts); err != nil {
		s.release()
		return nil, err
	}
	return s, nil
}

// claimDir makes the directory and takes its lock.
func (s *Stores) claimDir(dir string) error {
	var err error
	if s.temporary {
		sweepTemporary()
		dir = os.TempDir()
		s.dir, err = os.MkdirTemp("", temporaryPrefix)
	} else if s.dir, err = filepath.Abs(dir); err == nil {
		err = os.MkdirAll(s.dir, 0o700)
	}
	if err != nil {
		return notWritable(dir, err)
	}
	s.lock, err = lockDir(s.dir)
	return err
}

func (s *Stores) launch(ctx context.Context, bin binaries, opts Options) error {
	who, err := runAs(s.dir)
	if err != nil {
		return err
	}
	if s.sockets, err = shortSocketDirs(s.dir); err != nil {
		return err
	}
	s.postgres = newChild(postgresSpec(s, bin, opts.Durable), who, opts.Log)
	s.redis = newChild(redisSpec(s, bin, opts.Durable), who, opts.Log)
	children := []*child{s.postgres, s.redis}
	for _, c := range children {
		if opts.OnRestart != nil {
			c.onRestart = func() { opts.OnRestart(s) }
		}
		go c.supervise()
	}
	for _, c := range children {
		select {
		case err = <-c.started:
		case <-ctx.Done():
			err = notReady(c.name, ctx.Err())
		}
		if err != nil {
			return errors.Join(err, stopAll(context.WithoutCancel(ctx), children))
		}
	}
	return nil
}

// Stop shuts both stores down and waits until their processes are gone. When
// ctx ends first they are killed; the next start recovers. A second Stop does
// nothing.
func (s *Stores) Stop(ctx context.Context) error {
	err := stopAll(ctx, []*child{s.postgres, s.redis})
	s.release()
	return err
}

func stopAll(ctx context.Context, children []*child) error {
	for _, c := range children {
		c.askToStop()
	}
	var err error
	for _, c := range children {
		if e := c.waitStopped(ctx); e != nil {
			err = e
		}
	}
	return err
}

// release gives up the directory. Closing the lock file frees the lock.
func (s *Stores) release() {
	s.sockets.remove()
	if s.temporary {
		_ = os.RemoveAll(s.dir) // the next temporary start sweeps what stayed
	}
	_ = s.lock.Close()
}

// Dir is the absolute directory in use.
func (s *Stores) Dir() string { return s.dir }

// DatabaseURL is the DSN of the database qhtz, for lib/pq.
func (s *Stores) DatabaseURL() string { return postgresURL(s.sockets.postgres, "qhtz") }

// RedisURL is the address of Redis, for redis.ParseURL.
func (s *Stores) RedisURL() string { return redisURL(s.sockets.redis) }

// PostgresPID is the process id of the running postmaster, 0 while it is down.
func (s *Stores) PostgresPID() int { return int(s.postgres.pid.Load()) }

// RedisPID is the process id of the running Redis, 0 while it is down.
func (s *Stores) RedisPID() int { return int(s.redis.pid.Load()) }
