package stores

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// RunInfo is what a running `qhtz dev` tells other programs about itself.
type RunInfo struct {
	Addr     string       `json:"addr"` // host:port of the HTTP listener
	PID      int          `json:"pid"`
	Postgres PostgresInfo `json:"postgres"`
	Redis    RedisInfo    `json:"redis"`
}

// PostgresInfo names the database. PID is 0 when it is not ours.
type PostgresInfo struct {
	PID int    `json:"pid"`
	DSN string `json:"dsn"`
}

// RedisInfo names Redis. PID is 0 when it is not ours.
type RedisInfo struct {
	PID int    `json:"pid"`
	URL string `json:"url"`
}

// RunFile is the path of run.json in the data directory dir.
func RunFile(dir string) string { return filepath.Join(dir, "run.json") }

// Info describes these stores and the calling process, which listens on addr.
func (s *Stores) Info(addr string) RunInfo {
	return RunInfo{
		Addr:     addr,
		PID:      os.Getpid(),
		Postgres: PostgresInfo{PID: s.PostgresPID(), DSN: s.DatabaseURL()},
		Redis:    RedisInfo{PID: s.RedisPID(), URL: s.RedisURL()},
	}
}

// WriteRunFile replaces path in one step, so that a reader never sees half a
// file. Only its owner may read it: an external DSN can hold a password.
func WriteRunFile(path string, info RunInfo) error {
	text, err := json.MarshalIndent(info, "", "  ")
	if err != nil {
		return fmt.Errorf("run file: %w", err)
	}
	draft, err := os.CreateTemp(filepath.Dir(path), ".run-*.json")
	if err != nil {
		return fmt.Errorf("run file: %w", err)
	}
	defer os.Remove(draft.Name()) // gone already once renamed
	_, err = draft.Write(append(text, '\n'))
	if closeErr := draft.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(draft.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("run file: %w", err)
	}
	return nil
}

// ReadRunFile reads what WriteRunFile wrote. A file may outlive its process:
// check that PID still runs before trusting it.
func ReadRunFile(path string) (RunInfo, error) {
	var info RunInfo
	text, err := os.ReadFile(path)
	if err != nil {
		return info, fmt.Errorf("run file: %w", err)
	}
	if err := json.Unmarshal(text, &info); err != nil {
		return info, fmt.Errorf("run file %s: %w", path, err)
	}
	return info, nil
}
