package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
)

// asynqDatabase keeps the peer's keys apart from the platform's in the one Redis.
const asynqDatabase = 7

const (
	asynqTask        = "bench"
	asynqWorkers     = 50
	asynqConnections = 64 // more than its workers, so that none waits for another's
)

type silent struct{ *log.Logger }

func (s silent) Debug(...any) {}
func (s silent) Info(...any)  {}
func (s silent) Warn(...any)  {}
func (s silent) Error(...any) {}
func (s silent) Fatal(...any) {}

func asynqRedis(ctx context.Context, redisURL string) (asynq.RedisClientOpt, error) {
	u, err := url.Parse(redisURL)
	if err != nil {
		return asynq.RedisClientOpt{}, err
	}
	o := asynq.RedisClientOpt{Network: "tcp", Addr: u.Host, DB: asynqDatabase, PoolSize: asynqConnections}
	c := redis.NewClient(&redis.Options{Network: o.Network, Addr: o.Addr, DB: o.DB})
	defer func() { _ = c.Close() }()
	return o, c.FlushDB(ctx).Err()
}

// enqueueAsynq enters n tasks, each to be done at(i).
func enqueueAsynq(ctx context.Context, o asynq.RedisClientOpt, n int, at func(i int) time.Time) error {
	c := asynq.NewClient(o)
	defer func() { _ = c.Close() }()
	var next atomic.Int64
	var failed atomic.Pointer[error]
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for i := int(next.Add(1)); i <= n && failed.Load() == nil; i = int(next.Add(1)) {
				due := at(i)
				payload := binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, uint64(i)), uint64(due.UnixNano()))
				if _, err := c.EnqueueContext(ctx, asynq.NewTask(asynqTask, payload), asynq.MaxRetry(3), asynq.ProcessAt(due)); err != nil {
					failed.Store(&err)
				}
			}
		})
	}
	wg.Wait()
	if err := failed.Load(); err != nil {
		return *err
	}
	return nil
}

// runAsynq runs a server until n tasks were handled, and gives the time that it took from the first: it sleeps for its
// check interval before it looks for what is due, and that is not counted against it. The interval is a second, a
// fifth of the default, which favours it too.
func runAsynq(ctx context.Context, o asynq.RedisClientOpt, n int, limit time.Duration, handle func(task []byte)) (time.Duration, error) {
	var done atomic.Int64
	var first atomic.Pointer[time.Time]
	s := asynq.NewServer(o, asynq.Config{Concurrency: asynqWorkers, DelayedTaskCheckInterval: time.Second, Logger: silent{log.New(io.Discard, "", 0)}})
	err := s.Start(asynq.HandlerFunc(func(_ context.Context, t *asynq.Task) error {
		if first.Load() == nil {
			now := time.Now()
			first.CompareAndSwap(nil, &now)
		}
		handle(t.Payload())
		done.Add(1)
		return nil
	}))
	if err != nil {
		return 0, err
	}
	waiting, stop := context.WithTimeout(ctx, limit)
	defer stop()
	for done.Load() < int64(n) && pause(waiting, 2*time.Millisecond) {
	}
	end := time.Now()
	s.Shutdown()
	begin := first.Load()
	if begin == nil || done.Load() < int64(n) {
		return 0, errors.Join(fmt.Errorf("asynq handled %d of %d tasks", done.Load(), n), ctx.Err())
	}
	return end.Sub(*begin), ctx.Err()
}

// drainAsynq gives tasks a second of a backlog: scheduled like our deadlines, and all due when the server starts.
func drainAsynq(ctx context.Context, redisURL string, n int) (float64, error) {
	o, err := asynqRedis(ctx, redisURL)
	if err != nil {
		return 0, err
	}
	due := time.Now().Add(time.Duration(n) * 100 * time.Microsecond) // entering one takes less
	if err := enqueueAsynq(ctx, o, n, func(int) time.Time { return due }); err != nil {
		return 0, err
	}
	if !pause(ctx, time.Until(due)+time.Second) { // its instants are whole seconds
		return 0, ctx.Err()
	}
	took, err := runAsynq(ctx, o, n, 2*time.Minute, func([]byte) {})
	return float64(n) / took.Seconds(), err
}

// spreadAsynq gives the lateness of tasks spread over spreadOver.
func spreadAsynq(ctx context.Context, redisURL string, n int) (*lateness, error) {
	o, err := asynqRedis(ctx, redisURL)
	if err != nil {
		return nil, err
	}
	first := time.Now().Add(5 * time.Second) // entering them takes a while
	seen := newLateness()
	err = enqueueAsynq(ctx, o, n, func(i int) time.Time {
		return first.Add(time.Duration(i) * spreadOver / time.Duration(n)).Truncate(time.Millisecond)
	})
	if err != nil {
		return nil, err
	}
	_, err = runAsynq(ctx, o, n, 40*time.Second, func(task []byte) {
		due := time.Unix(0, int64(binary.BigEndian.Uint64(task[8:])))
		seen.add(int64(binary.BigEndian.Uint64(task)), time.Since(due))
	})
	return seen, err
}
