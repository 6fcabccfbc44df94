package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"
)

// startRedis starts a Redis for the timers on a free loopback port, with the append-only file, as one runs in
// production: on a socket file in between no process would ever meet it, and every party would look faster.
func startRedis(ctx context.Context) (redisURL string, stop func(), err error) {
	dir, err := os.MkdirTemp("", "qhtz-bench-redis-")
	if err != nil {
		return "", nil, err
	}
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	addr := ln.Addr().(*net.TCPAddr)
	if err := ln.Close(); err != nil {
		return "", nil, err
	}
	c := exec.CommandContext(ctx, "redis-server", "--bind", "127.0.0.1", "--port", fmt.Sprint(addr.Port), "--dir", dir, "--appendonly", "yes",
		"--appendfsync", "everysec", "--save", "", "--maxmemory-policy", "noeviction", "--databases", "16")
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	if err := c.Start(); err != nil {
		return "", nil, fmt.Errorf("redis-server: %w", err)
	}
	stop = func() {
		_ = c.Process.Signal(syscall.SIGTERM)
		_ = c.Wait()
		_ = os.RemoveAll(dir)
	}
	client := redis.NewClient(&redis.Options{Addr: addr.String()})
	defer func() { _ = client.Close() }()
	for range 100 {
		if client.Ping(ctx).Err() == nil {
			return "redis://" + addr.String() + "/0", stop, nil
		}
		if !pause(ctx, 50*time.Millisecond) {
			break
		}
	}
	stop()
	return "", nil, fmt.Errorf("redis-server does not answer on %s", addr)
}
