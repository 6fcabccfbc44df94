package stores

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"
	"golang.org/x/sys/unix"
)

// launcherDir, when set, makes this test binary the launcher that a test kills.
const launcherDir = "QHTZ_TEST_LAUNCHER_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(launcherDir); dir != "" {
		os.Exit(launcher(dir))
	}
	goleak.VerifyTestMain(m)
}

// launcher starts both stores, tells their ids and waits to be killed.
func launcher(dir string) int {
	s, err := Start(context.Background(), Options{Dir: dir, Durable: true})
	if err != nil {
		fmt.Println("error", err)
		return 1
	}
	fmt.Println("pids", s.PostgresPID(), s.RedisPID())
	_, _ = io.Copy(io.Discard, os.Stdin) // ends when the test closes the pipe
	return 0
}

func start(t *testing.T, opts Options) *Stores {
	t.Helper()
	s, err := Start(context.Background(), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s
}

func openDB(t *testing.T, s *Stores) *sql.DB {
	t.Helper()
	db, err := sql.Open("postgres", s.DatabaseURL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func openRedis(t *testing.T, s *Stores) *redis.Client {
	t.Helper()
	opts, err := redis.ParseURL(s.RedisURL())
	if err != nil {
		t.Fatal(err)
	}
	client := redis.NewClient(opts)
	t.Cleanup(func() { client.Close() })
	return client
}

// longDir is below a directory closed to every other account, and too long for
// a socket address.
func longDir(t *testing.T) string {
	t.Helper()
	closed := t.TempDir()
	if err := os.Chmod(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(closed, strings.Repeat("长目录", 20), "数据, 目录")
}

func TestDurableDataOutlivesStop(t *testing.T) {
	t.Parallel()
	for name, dir := range map[string]string{"direct": filepath.Join(t.TempDir(), "d"), "alias": longDir(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := context.Background()
			s, err := Start(ctx, Options{Dir: dir, Durable: true})
			if err != nil {
				t.Fatal(err)
			}
			db, rdb := openDB(t, s), openRedis(t, s)
			if _, err := db.ExecContext(ctx, `CREATE TABLE kept AS SELECT 7 AS n`); err != nil {
				t.Error(err)
			}
			if err := rdb.Set(ctx, "kept", 7, 0).Err(); err != nil {
				t.Error(err)
			}
			pg, rd, alias := s.PostgresPID(), s.RedisPID(), s.sockets.alias
			if err := s.Stop(ctx); err != nil {
				t.Fatal(err)
			}
			if alive(pg) || alive(rd) {
				t.Errorf("still alive after Stop: PostgreSQL %d %t, Redis %d %t", pg, alive(pg), rd, alive(rd))
			}
			if (alias != "") != (name == "alias") {
				t.Errorf("alias = %q", alias)
			}
			if _, err := os.Stat(alias); alias != "" && !errors.Is(err, os.ErrNotExist) {
				t.Errorf("alias stays: %v", err)
			}

			again := start(t, Options{Dir: dir, Durable: true})
			var n int
			if err := openDB(t, again).QueryRowContext(ctx, `SELECT n FROM kept`).Scan(&n); err != nil || n != 7 {
				t.Errorf("PostgreSQL kept %d, %v", n, err)
			}
			if n, err := openRedis(t, again).Get(ctx, "kept").Int(); err != nil || n != 7 {
				t.Errorf("Redis kept %d, %v", n, err)
			}
		})
	}
}

func TestServerSettings(t *testing.T) {
	t.Parallel()
	tests := map[bool]map[string]string{
		true: {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "max_connections": "100",
			"listen_addresses": "", "server_encoding": "UTF8", "lc_collate": "C.UTF-8", "TimeZone": "UTC",
			"log_min_error_statement": "panic", "log_error_verbosity": "terse"},
		false: {"fsync": "off", "full_page_writes": "off", "max_connections": "200", "listen_addresses": "", "TimeZone": "UTC"},
	}
	redisTests := map[bool]map[string]string{
		true:  {"appendonly": "yes", "appendfsync": "everysec", "maxmemory-policy": "noeviction", "save": "", "port": "0"},
		false: {"appendonly": "no", "maxmemory-policy": "noeviction", "save": "", "port": "0"},
	}
	for durable, want := range tests {
		t.Run(strconv.FormatBool(durable), func(t *testing.T) {
			t.Parallel()
			ctx := context.Background()
			s := start(t, Options{Dir: filepath.Join(t.TempDir(), "d"), Durable: durable})
			db, rdb := openDB(t, s), openRedis(t, s)
			for name, value := range want {
				var got string
				if err := db.QueryRowContext(ctx, `SELECT current_setting($1)`, name).Scan(&got); err != nil || got != value {
					t.Errorf("%s = %q, %v; want %q", name, got, err, value)
				}
			}
			for name, value := range redisTests[durable] {
				if got, err := rdb.ConfigGet(ctx, name).Result(); err != nil || got[name] != value {
					t.Errorf("%s = %q, %v; want %q", name, got[name], err, value)
				}
			}
		})
	}
}

func TestTemporaryDirectoryGoesWithStop(t *testing.T) {
	t.Parallel()
	s, err := Start(context.Background(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := openDB(t, s).Ping(); err != nil {
		t.Error(err)
	}
	for range 2 {
		if err := s.Stop(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(s.Dir()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("directory stays: %v", err)
	}
}

func TestServersDropRoot(t *testing.T) {
	t.Parallel()
	s := start(t, Options{})
	for _, pid := range []int{s.PostgresPID(), s.RedisPID()} {
		info, err := os.Stat(fmt.Sprintf("/proc/%d", pid))
		if err != nil {
			t.Fatal(err)
		}
		if uid := info.Sys().(*syscall.Stat_t).Uid; uid == 0 {
			t.Errorf("process %d runs as root", pid)
		}
	}
}

func TestSecondStartIsRefused(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "d")
	s := start(t, Options{Dir: dir})
	if err := WriteRunFile(RunFile(dir), s.Info("127.0.0.1:18080")); err != nil {
		t.Fatal(err)
	}
	_, err := Start(context.Background(), Options{Dir: dir})
	if !errors.Is(err, ErrRunning) {
		t.Fatalf("error = %v", err)
	}
	for _, want := range []string{strconv.Itoa(os.Getpid()), "127.0.0.1:18080"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not name %q", err, want)
		}
	}
	if err := openDB(t, s).Ping(); err != nil {
		t.Errorf("the first instance suffered: %v", err)
	}
}

func TestKilledStoreComesBack(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	restarted := make(chan RunInfo, 2)
	s := start(t, Options{Dir: filepath.Join(t.TempDir(), "d"), Durable: true,
		OnRestart: func(s *Stores) { restarted <- s.Info("") }})
	db, rdb := openDB(t, s), openRedis(t, s)
	if _, err := db.ExecContext(ctx, `CREATE TABLE kept AS SELECT 7 AS n`); err != nil {
		t.Fatal(err)
	}
	if err := rdb.Set(ctx, "kept", 7, 0).Err(); err != nil {
		t.Fatal(err)
	}
	before := s.Info("")

	kill(t, before.Postgres.PID)
	if after := await(t, restarted); after.Postgres.PID == before.Postgres.PID || after.Postgres.PID == 0 || after.Redis.PID != before.Redis.PID {
		t.Errorf("PostgreSQL killed: %+v, then %+v", before, after)
	}
	kill(t, before.Redis.PID)
	if after := await(t, restarted); after.Redis.PID == before.Redis.PID || after.Redis.PID == 0 {
		t.Errorf("Redis killed: %+v, then %+v", before, after)
	}
	var n int
	if err := openDB(t, s).QueryRowContext(ctx, `SELECT n FROM kept`).Scan(&n); err != nil || n != 7 {
		t.Errorf("PostgreSQL kept %d, %v", n, err)
	}
	if n, err := openRedis(t, s).Get(ctx, "kept").Int(); err != nil || n != 7 {
		t.Errorf("Redis kept %d, %v", n, err)
	}
}

func TestKilledLauncherLeavesNothing(t *testing.T) {
	t.Parallel()
	dir := longDir(t)
	for round := range 2 { // the second round starts over what the first left
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), launcherDir+"="+dir)
		stdin, err1 := cmd.StdinPipe()
		stdout, err2 := cmd.StdoutPipe()
		if err := errors.Join(err1, err2, cmd.Start()); err != nil {
			t.Fatal(err)
		}
		line, _ := bufio.NewReader(stdout).ReadString('\n')
		var pg, rd int
		if _, err := fmt.Sscanf(line, "pids %d %d", &pg, &rd); err != nil {
			t.Fatalf("launcher said %q", line)
		}
		pgFD, err1 := unix.PidfdOpen(pg, 0)
		rdFD, err2 := unix.PidfdOpen(rd, 0)
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		kill(t, cmd.Process.Pid)
		_ = cmd.Wait() // "signal: killed"
		stdin.Close()
		if round == 1 { // the first round goes on at once: the next start meets the dying servers
			awaitExit(t, "PostgreSQL", pgFD)
			awaitExit(t, "Redis", rdFD)
		}
		if err := errors.Join(unix.Close(pgFD), unix.Close(rdFD)); err != nil {
			t.Error(err)
		}
	}
	// A stale lock file whose process id lives on as somebody else's.
	stale := fmt.Sprintf("%d\n%s\n1\n5432\n\n\n0 0\nready   \n", os.Getpid(), dir)
	for _, name := range []string{"postmaster.pid", ".s.PGSQL.5432.lock"} {
		if err := os.WriteFile(filepath.Join(dir, "pg", name), []byte(stale), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := openDB(t, start(t, Options{Dir: dir, Durable: true})).Ping(); err != nil {
		t.Error(err)
	}
}

func TestSweepRemovesOnlyAbandonedDirectories(t *testing.T) {
	s := start(t, Options{})
	abandoned, err1 := os.MkdirTemp("", temporaryPrefix)
	made, err2 := os.MkdirTemp("", temporaryPrefix) // no holder noted yet
	if err := errors.Join(err1, err2,
		os.WriteFile(filepath.Join(abandoned, "lock"), []byte("12345"), 0o600),
		os.WriteFile(filepath.Join(made, "lock"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(made) })
	start(t, Options{}) // sweeps first
	if _, err := os.Stat(abandoned); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("abandoned directory stays: %v", err)
	}
	for _, dir := range []string{made, s.Dir()} {
		if _, err := os.Stat(dir); err != nil {
			t.Errorf("swept too much: %v", err)
		}
	}
}

func await(t *testing.T, restarted <-chan RunInfo) RunInfo {
	t.Helper()
	select {
	case info := <-restarted:
		return info
	case <-time.After(time.Minute):
		t.Fatal("not restarted within a minute")
		return RunInfo{}
	}
}

func kill(t *testing.T, pid int) {
	t.Helper()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}

func alive(pid int) bool { return syscall.Kill(pid, 0) == nil }

// awaitExit returns when the process behind a pidfd has ended.
func awaitExit(t *testing.T, name string, pidfd int) {
	t.Helper()
	n, err := 0, error(unix.EINTR)
	for errors.Is(err, unix.EINTR) {
		n, err = unix.Poll([]unix.PollFd{{Fd: int32(pidfd), Events: unix.POLLIN}}, 10_000)
	}
	if err != nil || n != 1 {
		t.Errorf("%s still runs 10 s after the launcher was killed (%v)", name, err)
	}
}
