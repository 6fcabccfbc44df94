package deadline_test

import (
	"context"
	"testing"
	"time"
)

// Ensure a process that only serves tells the index, goes on doing so after the index was lost, and fires nothing.
func TestRelay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	f := &flaky{Index: w.index}
	e := w.engineOver(w.db, f, slow)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); e.Relay(ctx) }()
	indexed := func(n int) func() bool {
		return func() bool { v, err := e.Verify(ctx, false); return err == nil && v.Open == n && v.Indexed == n }
	}
	w.one("a", project(1), start)
	w.one("a", project(1), start.Add(49*time.Hour)) // beyond the horizon
	w.eventually("the first is indexed", indexed(1))
	f.cut.Store(true)
	w.one("a", project(2), start)
	w.eventually("the index is given up", func() bool { return e.Stats().Mode == "postgres" })
	f.cut.Store(false)
	w.eventually("the second is found when it is back", indexed(2))
	w.one("a", project(3), start)
	w.eventually("the third is indexed", indexed(3))
	cancel()
	<-done
	if len(w.said()) != 0 {
		t.Error("a relay fired")
	}
}
