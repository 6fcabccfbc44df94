package stores

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// fakeServers makes executable files that say something and fail.
func fakeServers(t *testing.T, dir, says string, names ...string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		script := "#!/bin/sh\necho '" + says + "' >&2\nexit 1\n"
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
}

func TestLocate(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for _, version := range []string{"9", "15", "17"} {
		fakeServers(t, filepath.Join(root, version, "bin"), "", "initdb", "postgres")
	}
	fakeServers(t, filepath.Join(root, "18", "bin"), "", "initdb") // the client package alone
	fakeServers(t, filepath.Join(root, "mine"), "", "initdb", "postgres", "redis-server")
	pattern, redis := filepath.Join(root, "*", "bin"), filepath.Join(root, "mine", "redis-server")

	tests := []struct {
		name, chosen, redis string
		dataVersion         int
		want                string // directory of postgres below root
		missing             string
	}{
		{name: "highest complete version", redis: redis, want: "17/bin"},
		{name: "version of the data", dataVersion: 15, redis: redis, want: "15/bin"},
		{name: "chosen", chosen: filepath.Join(root, "mine"), redis: redis, want: "mine"},
		{name: "chosen lacks postgres", chosen: filepath.Join(root, "18", "bin"), redis: redis, missing: "QHTZ_PG_BIN"},
		{name: "no redis", redis: filepath.Join(root, "none"), missing: "QHTZ_REDIS_SERVER"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := locateIn(tt.chosen, pattern, tt.dataVersion, tt.redis)
			if tt.missing != "" {
				if !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), "apt-get install postgresql redis-server") ||
					!strings.Contains(err.Error(), tt.missing) {
					t.Errorf("error = %v", err)
				}
				return
			}
			dir := filepath.Join(root, tt.want)
			want := binaries{initdb: filepath.Join(dir, "initdb"), postgres: filepath.Join(dir, "postgres"), redis: redis}
			if err != nil || got != want {
				t.Errorf("locate = %+v, %v; want %+v", got, err, want)
			}
		})
	}
}

// Not parallel: it changes the environment.
func TestStartFailuresAreTold(t *testing.T) {
	const full = "could not extend file: No space left on device"
	tests := []struct {
		name, says string
		servers    []string
		want       error
	}{
		{"nothing installed", "", nil, ErrMissing},
		{"initdb fails", "invalid locale name", []string{"initdb", "postgres"}, ErrInitdb},
		{"disk full in initdb", full + "\nPANIC: a\nb\nc\nd\ne", []string{"initdb", "postgres"}, ErrDiskFull},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bin := openTempDir(t)
			fakeServers(t, bin, tt.says, tt.servers...)
			t.Setenv("QHTZ_PG_BIN", bin)
			_, err := Start(context.Background(), Options{Dir: filepath.Join(t.TempDir(), "d")})
			if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), strings.SplitN(tt.says, "\n", 2)[0]) {
				t.Errorf("error = %v, want %v", err, tt.want)
			}
		})
	}
}

// Not parallel: it changes the environment.
func TestStartTellsOfAServerThatDies(t *testing.T) {
	for says, want := range map[string]error{"Bad file format": ErrNotReady, "No space left on device": ErrDiskFull} {
		bin := openTempDir(t)
		fakeServers(t, bin, says, "redis-server")
		t.Setenv("QHTZ_REDIS_SERVER", filepath.Join(bin, "redis-server"))
		dir := filepath.Join(t.TempDir(), "d")
		_, err := Start(context.Background(), Options{Dir: dir})
		if !errors.Is(err, want) || !strings.Contains(err.Error(), says) {
			t.Errorf("error = %v, want %v", err, want)
		}
		// The failure released the directory and took PostgreSQL down with it.
		t.Setenv("QHTZ_REDIS_SERVER", "")
		start(t, Options{Dir: dir})
	}
}

func TestStartHonoursItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	_, err := Start(ctx, Options{})
	if !errors.Is(err, ErrNotReady) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error = %v", err)
	}
}

func TestUnusableDirectory(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{file, filepath.Join(file, "below"), "/proc/qhtz"} {
		_, err := Start(context.Background(), Options{Dir: dir})
		if !errors.Is(err, ErrNotWritable) || !strings.Contains(err.Error(), "QHTZ_DATA") {
			t.Errorf("%s: error = %v", dir, err)
		}
	}
}

func TestRunFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	want := RunInfo{Addr: "127.0.0.1:8080", PID: 7, Postgres: PostgresInfo{PID: 8, DSN: "postgres:///qhtz"}, Redis: RedisInfo{PID: 9, URL: "unix:///r"}}
	for range 2 { // the second replaces the first
		if err := WriteRunFile(RunFile(dir), want); err != nil {
			t.Fatal(err)
		}
	}
	got, err := ReadRunFile(RunFile(dir))
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	text, _ := os.ReadFile(RunFile(dir))
	for _, field := range []string{`"addr"`, `"pid"`, `"postgres"`, `"dsn"`, `"redis"`, `"url"`} {
		if !strings.Contains(string(text), field) {
			t.Errorf("run.json lacks %s: %s", field, text)
		}
	}
	entries, _ := os.ReadDir(dir)
	if info, err := os.Stat(RunFile(dir)); err != nil || info.Mode().Perm() != 0o600 || len(entries) != 1 {
		t.Errorf("mode %v, %v, %d files", info.Mode(), err, len(entries))
	}
}

// openTempDir is one that the servers' account can enter, as programs must be.
func openTempDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "qhtz-bin-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}
