package deadline_test

import (
	"context"
	"testing"
	"time"

	"qhtz/domain/deadline"
)

// BenchmarkFire measures durable firings: each ends its deadline, enters it in the history and writes an outbox
// row, committed. By Redis, and by PostgreSQL alone.
func BenchmarkFire(b *testing.B) {
	for _, mode := range []string{"redis", "postgres"} {
		b.Run(mode, func(b *testing.B) { benchmarkFire(b, mode) })
	}
}

func benchmarkFire(b *testing.B, mode string) {
	w := newWorld(b)
	index := deadline.Index(w.index)
	if mode == "postgres" {
		index = nil
	}
	o := slow
	o.Batch = 500
	e := w.engineOver(w.db, index, o)
	n := max(b.N, 1000)
	for from := 0; from < n; from += 5000 {
		var ds []*deadline.Deadline
		for i := from; i < min(from+5000, n); i++ {
			ds = append(ds, newDeadline("solo", project(int64(i)), start.Add(time.Hour+time.Duration(i)*time.Millisecond)))
		}
		w.set(ds...)
	}
	w.exec(`ANALYZE deadlines`)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = e.Run(ctx) }()
	w.eventually("filled", func() bool { return mode == "postgres" || !e.Stats().LastReconcile.IsZero() })
	b.ResetTimer()
	w.clock(start.Add(100 * 24 * time.Hour))
	w.eventually("fired", func() bool { return e.Stats().Fired["solo"] >= int64(n) })
	b.StopTimer()
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "firings/s")
	cancel()
	<-done
	if got := w.count(`SELECT count(*) FROM outbox WHERE topic = 'said'`); got != n {
		b.Fatalf("%d rows for %d firings", got, n)
	}
}
