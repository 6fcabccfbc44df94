package stores

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/lib/pq"
)

// dataDirFD is the descriptor under which every child finds its data directory.
// Reached through it, the directory may lie below ones that the store's account
// cannot enter, such as /root.
const dataDirFD = "/proc/self/fd/3"

func postgresSpec(s *Stores, bin binaries, durable bool) spec {
	dir := filepath.Join(s.dir, "pg")
	p := spec{
		name:  "PostgreSQL",
		dir:   dir,
		argv:  append([]string{bin.postgres, "-D", dataDirFD}, postgresFlags(durable)...),
		dying: syscall.SIGINT,                                    // fast shutdown
		stop:  []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT}, // then immediate
	}
	if !durable {
		p.dying = syscall.SIGQUIT
	}
	p.prepare = func(c *child, hold *os.File) error {
		if _, err := os.Stat(filepath.Join(dir, "PG_VERSION")); errors.Is(err, fs.ErrNotExist) {
			if err := initCluster(c, hold, bin.initdb, durable); err != nil {
				return err
			}
		}
		if err := makeOwnedDir(dir, c.who); err != nil {
			return err
		}
		// The hold proves that no process uses the directory, so these can only
		// mislead: their process id may belong to somebody else by now.
		for _, stale := range []string{"postmaster.pid", ".s.PGSQL.5432", ".s.PGSQL.5432.lock"} {
			if err := os.Remove(filepath.Join(dir, stale)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return notWritable(dir, err)
			}
		}
		return nil
	}
	p.ready = func(ctx context.Context) error { return ensureDatabase(ctx, s.sockets.postgres) }
	return p
}

func postgresFlags(durable bool) []string {
	settings := []string{
		"listen_addresses=", "unix_socket_directories=.", "unix_socket_permissions=0700",
		"shared_buffers=128MB", "synchronous_commit=on", "timezone=UTC", "log_timezone=UTC",
		// Statements and error details can hold personal data: keep them out of the log.
		"log_min_messages=log", "log_min_error_statement=panic", "log_error_verbosity=terse", "log_checkpoints=off",
	}
	if durable {
		settings = append(settings, "max_connections=100")
	} else {
		settings = append(settings, "max_connections=200", "max_locks_per_transaction=256", "fsync=off", "full_page_writes=off")
	}
	var flags []string
	for _, setting := range settings {
		flags = append(flags, "-c", setting)
	}
	return flags
}

// initCluster runs initdb in a directory of its own and renames it when it is
// complete, so that a start cut short leaves nothing that looks finished.
func initCluster(c *child, hold *os.File, initdb string, durable bool) error {
	draft := c.dir + ".new"
	if err := os.RemoveAll(draft); err != nil {
		return notWritable(draft, err)
	}
	if err := makeOwnedDir(draft, c.who); err != nil {
		return err
	}
	argv := []string{initdb, "-D", dataDirFD, "--username=postgres", "--auth-local=trust", "--auth-host=reject",
		"--locale=C.UTF-8", "--encoding=UTF8", "--no-instructions"}
	if !durable {
		argv = append(argv, "--no-sync")
	}
	cmd, closeFiles, err := c.command(draft, argv, syscall.SIGKILL, hold)
	if err != nil {
		return err
	}
	defer closeFiles()
	mark := c.logSize()
	if err := c.runToEnd(cmd); err != nil {
		said := c.logSince(mark, err)
		_ = os.RemoveAll(draft) // give the space back; the next start clears it anyway
		return initdbFailed(c.dir, said)
	}
	if err := os.Remove(c.dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return notWritable(c.dir, err) // only ever an empty directory
	}
	if err := os.Rename(draft, c.dir); err != nil {
		return notWritable(c.dir, err)
	}
	return nil
}

// postgresURL is a lib/pq DSN over the unix socket in dir.
func postgresURL(dir, database string) string {
	q := url.Values{"host": {dir}, "user": {"postgres"}, "sslmode": {"disable"}, "connect_timeout": {"5"}}
	return "postgres:///" + database + "?" + strings.ReplaceAll(q.Encode(), "%2F", "/")
}

// ensureDatabase succeeds once PostgreSQL takes queries and qhtz exists.
func ensureDatabase(ctx context.Context, dir string) error {
	connector, err := pq.NewConnector(postgresURL(dir, "postgres"))
	if err != nil {
		return err
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	var exists bool
	err = db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = 'qhtz')`).Scan(&exists)
	if err != nil || exists {
		return err
	}
	_, err = db.ExecContext(ctx, `CREATE DATABASE qhtz`)
	return err
}
