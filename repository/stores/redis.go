package stores

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"syscall"
)

const redisSocket = "redis.sock"

func redisSpec(s *Stores, bin binaries, durable bool) spec {
	dir := filepath.Join(s.dir, "redis")
	argv := []string{bin.redis, "--dir", dataDirFD, "--port", "0",
		"--unixsocket", redisSocket, "--unixsocketperm", "700",
		"--save", "", "--maxmemory-policy", "noeviction", "--loglevel", "warning"}
	if durable {
		argv = append(argv, "--appendonly", "yes", "--appendfsync", "everysec")
	} else {
		argv = append(argv, "--appendonly", "no", "--databases", "1024") // one per test
	}
	return spec{
		name: "Redis",
		dir:  dir,
		argv: argv,
		// With persistence SIGTERM writes what is pending before it exits.
		dying: syscall.SIGTERM,
		stop:  []syscall.Signal{syscall.SIGTERM},
		prepare: func(c *child, _ *os.File) error {
			return makeOwnedDir(dir, c.who)
		},
		ready: func(ctx context.Context) error { return pingRedis(ctx, s.sockets.redis) },
	}
}

// redisURL is what redis.ParseURL reads for the unix socket in dir.
func redisURL(dir string) string {
	u := url.URL{Scheme: "unix", Path: filepath.Join(dir, redisSocket), RawQuery: "db=0"}
	return u.String()
}

// pingRedis succeeds once Redis has loaded its data and answers. It speaks the
// protocol itself: a client pool would retry and log while Redis starts.
func pingRedis(ctx context.Context, dir string) error {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "unix", filepath.Join(dir, redisSocket))
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	if _, err := conn.Write([]byte("PING\r\n")); err != nil {
		return err
	}
	answer, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return err
	}
	if answer != "+PONG\r\n" {
		return fmt.Errorf("redis answered %q", answer)
	}
	return nil
}
