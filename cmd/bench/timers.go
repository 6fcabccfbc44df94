package main

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jmoiron/sqlx"

	"qhtz/domain"
	"qhtz/domain/deadline"
	"qhtz/migrations"
	"qhtz/repository"
	"qhtz/repository/timers"
)

const (
	kindReminder  deadline.Kind = "bench_reminder"
	topicReminder               = "bench_reminder"
	spreadOver                  = 10 * time.Second
	leastFirings                = 20_000 // a second
	leastOverPeer               = 5
)

// timerBench is the platform's engine over its stores: PostgreSQL in a database of its own, and Redis.
type timerBench struct {
	url   string
	redis string
	stop  func()
	db    *sqlx.DB // with the owner's rights
}

// lateness is when each deadline was fired, as seen from outside.
type lateness struct {
	mu    sync.Mutex
	fired map[int64]int
	late  []time.Duration
}

func newLateness() *lateness { return &lateness{fired: map[int64]int{}} }

func (l *lateness) add(id int64, late time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fired[id]++
	l.late = append(l.late, late)
}

func (l *lateness) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.late)
}

// outcome counts what must not be, and gives percentiles in milliseconds.
func (l *lateness) outcome(n int) (early, twice, lost int, p50, p99, most float64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	slices.Sort(l.late)
	for _, d := range l.late {
		if d < 0 {
			early++
		}
	}
	for _, times := range l.fired {
		if times > 1 {
			twice++
		}
	}
	at := func(q float64) float64 {
		if len(l.late) == 0 {
			return 0
		}
		return l.late[int(q*float64(len(l.late)-1))].Seconds() * 1000
	}
	return early, twice, n - len(l.fired), at(0.5), at(0.99), at(1)
}

// watched stamps firings when their transaction has committed.
type watched struct {
	*repository.DB
	seen *lateness
}

type batchKey struct{}

func (w watched) FireDeadlines(ctx context.Context, held bool, fn func(context.Context, deadline.BatchTx) error) error {
	var batch []deadline.Entry
	err := w.DB.FireDeadlines(ctx, held, func(ctx context.Context, tx deadline.BatchTx) error {
		batch = batch[:0] // the transaction may run again
		return fn(context.WithValue(ctx, batchKey{}, &batch), tx)
	})
	if err == nil {
		now := time.Now()
		for _, e := range batch {
			w.seen.add(e.ID, now.Sub(e.At))
		}
	}
	return err
}

// remind writes a message and moves on, as every reminder does.
func remind(ctx context.Context, tx deadline.Tx, due []*deadline.Deadline) error {
	batch, _ := ctx.Value(batchKey{}).(*[]deadline.Entry)
	for _, d := range due {
		if batch != nil {
			*batch = append(*batch, deadline.Entry{ID: d.ID, At: d.Mark().At})
		}
		d.Step++
		err := tx.(*repository.Tx).Enqueue(ctx, domain.Outgoing{Topic: topicReminder, Payload: map[string]int64{"deadline_id": d.ID, "subject_id": d.Subject.ID}})
		if err != nil {
			return err
		}
	}
	return nil
}

func newTimerBench(ctx context.Context, p *platform) (*timerBench, error) {
	const name = "qhtz_timers"
	if _, err := p.db.ExecContext(ctx, `CREATE DATABASE `+name); err != nil {
		return nil, err
	}
	b := &timerBench{url: strings.Replace(p.stores.DatabaseURL(), "/qhtz?", "/"+name+"?", 1)}
	var err error
	if b.redis, b.stop, err = startRedis(ctx); err != nil {
		return nil, err
	}
	owner, err := repository.Open(ctx, b.url, repository.Options{Owner: true, MaxConns: 4})
	if err != nil {
		return nil, err
	}
	defer func() { _ = owner.Close() }()
	if err := migrations.Up(ctx, owner.SQL(), owner.MigrateLock()); err != nil {
		return nil, err
	}
	b.db, err = sqlx.Open("postgres", b.url)
	return b, err
}

// fill enters n deadlines, the first due at an instant, the others following evenly within a time.
func (b *timerBench) fill(ctx context.Context, n int, first time.Time, within time.Duration) error {
	if _, err := b.db.ExecContext(ctx, `TRUNCATE deadlines, outbox`); err != nil {
		return err
	}
	_, err := b.db.ExecContext(ctx, `
		INSERT INTO deadlines (id, kind, rule, subject_kind, subject_id, region, event, event_at, limit_n, limit_unit, due_date, due_at, provisional, state,
			marks, next_at, policy_version, calendar_version, set_at)
		SELECT i, $4, 'REP-1', 'bench', i, '630102', '年度报告', at, 1, 'd', CAST(at AS date) + 30, at + interval '30 days', false, 'open',
			jsonb_build_array(jsonb_build_object('at', at, 'do', 'remind'), jsonb_build_object('at', at + interval '30 days', 'do', 'due')), at, 1, 1, at
		FROM (SELECT i, date_trunc('milliseconds', CAST($2 AS timestamptz) + i * CAST($3 AS float8) / $1 * interval '1 second') AS at
			FROM generate_series(1, CAST($1 AS int)) AS i) s`, n, first, within.Seconds(), string(kindReminder))
	if err != nil {
		return err
	}
	_, err = b.db.ExecContext(ctx, `VACUUM ANALYZE deadlines`)
	return err
}

// fire runs the engine as it is by default until all have fired once, and gives the time that it took.
func (b *timerBench) fire(ctx context.Context, n int, limit time.Duration) (*lateness, time.Duration, error) {
	db, err := repository.Open(ctx, b.url, repository.Options{RealClock: true})
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = db.Close() }()
	index, err := timers.New(b.redis, "bench:")
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = index.Close() }()
	if err := b.index(ctx, index); err != nil {
		return nil, 0, err
	}
	seen := newLateness()
	engine := deadline.New(watched{db, seen}, index, db.Clock(), slog.New(slog.DiscardHandler), deadline.Options{})
	engine.Register(deadline.Spec{Kind: kindReminder, Rule: "REP-1", Title: "提醒", Late: "提醒", Solo: true, Fire: remind})
	running, stop := context.WithTimeout(ctx, limit)
	defer stop()
	done := make(chan error, 1)
	begin := time.Now()
	go func() { done <- engine.Run(running) }()
	for seen.count() < n && pause(running, 2*time.Millisecond) {
	}
	took := time.Since(begin)
	stop()
	if err := <-done; err != nil {
		return nil, 0, err
	}
	return seen, took, ctx.Err()
}

// index enters everything into Redis, as the engine's reconciliation does for what was set long ago.
func (b *timerBench) index(ctx context.Context, x *timers.Index) error {
	if err := x.Flush(ctx); err != nil {
		return err
	}
	var rows []struct {
		ID int64     `db:"id"`
		At time.Time `db:"next_at"`
	}
	if err := b.db.SelectContext(ctx, &rows, `SELECT id, next_at FROM deadlines`); err != nil {
		return err
	}
	entries := make([]deadline.Entry, len(rows))
	for i, r := range rows {
		entries[i] = deadline.Entry{ID: r.ID, At: r.At}
	}
	for chunk := range slices.Chunk(entries, 5000) {
		if err := x.Set(ctx, chunk); err != nil {
			return err
		}
	}
	return nil
}

// verify counts in PostgreSQL what was written: one message of each deadline, and each moved on once.
func (b *timerBench) verify(ctx context.Context, n int) error {
	var got struct {
		Messages int `db:"messages"`
		Distinct int `db:"distinct_ids"`
		Moved    int `db:"moved"`
	}
	err := b.db.GetContext(ctx, &got, `
		SELECT count(*) AS messages, count(DISTINCT payload ->> 'deadline_id') AS distinct_ids,
			(SELECT count(*) FROM deadlines WHERE step = 1) AS moved FROM outbox WHERE topic = $1`, topicReminder)
	if err == nil && (got.Messages != n || got.Distinct != n || got.Moved != n) {
		err = fmt.Errorf("%d deadlines: %d messages, %d distinct, %d moved on", n, got.Messages, got.Distinct, got.Moved)
	}
	return err
}

// measureTimers holds durable firings against asynq's with a handler that does nothing.
func measureTimers(ctx context.Context, p *platform, o options, r *report) error {
	b, err := newTimerBench(ctx, p)
	if err != nil {
		return err
	}
	defer b.stop()
	defer func() { _ = b.db.Close() }()
	var ours, peer series
	wrong := 0
	for round := 1; round <= o.rounds; round++ {
		progress("timers, round %d of %d", round, o.rounds)
		if err := b.fill(ctx, o.timers, time.Now().Add(-time.Hour), time.Minute); err != nil {
			return err
		}
		seen, took, err := b.fire(ctx, o.timers, time.Minute)
		if err != nil {
			return err
		}
		early, twice, lost, _, _, _ := seen.outcome(o.timers)
		if wrong += early + twice + lost; wrong == 0 {
			if err := b.verify(ctx, o.timers); err != nil {
				return err
			}
		}
		ours = append(ours, float64(o.timers)/took.Seconds())
		rate, err := drainAsynq(ctx, b.redis, o.timers)
		if err != nil {
			return err
		}
		peer = append(peer, rate)
	}
	r.table("Backlog of due deadlines", "", "a second, median (least–greatest)", "ratio, by round")
	r.row("asynq, handler does nothing; from its first task", peer.String(), "1")
	r.row("platform, each writes a message and moves on in PostgreSQL; from the start", ours.String(), ours.over(peer).String())
	r.goal("durable firings ≥ 20,000/s", ours.median() >= leastFirings, number(ours.median())+"/s")
	ratio := ours.over(peer).median()
	r.goal("durable firings ≥ 5 × asynq", ratio >= leastOverPeer, number(ratio)+" ×")
	return b.measureLateness(ctx, o, r, wrong)
}

func (b *timerBench) measureLateness(ctx context.Context, o options, r *report, wrong int) error {
	progress("lateness")
	if err := b.fill(ctx, o.spread, time.Now().Add(3*time.Second), spreadOver); err != nil {
		return err
	}
	seen, _, err := b.fire(ctx, o.spread, 30*time.Second)
	if err != nil {
		return err
	}
	if err := b.verify(ctx, o.spread); err != nil {
		return err
	}
	peer, err := spreadAsynq(ctx, b.redis, o.spread)
	if err != nil {
		return err
	}
	r.table(fmt.Sprintf("Lateness, %d spread over %s", o.spread, spreadOver), "", "p50 ms", "p99 ms", "most ms", "early", "twice", "lost")
	row := func(name string, l *lateness) (bad int, p99 float64) {
		early, twice, lost, p50, p99, most := l.outcome(o.spread)
		r.row(name, number(p50), number(p99), number(most), fmt.Sprint(early), fmt.Sprint(twice), fmt.Sprint(lost))
		return early + twice + lost, p99
	}
	_, late := row("asynq, when its handler runs", peer)
	bad, p99 := row("platform, when committed", seen)
	r.goal("deadlines early, twice or lost = 0", bad+wrong == 0, fmt.Sprintf("%d of %d", bad+wrong, o.rounds*o.timers+o.spread))
	r.goal("lateness p99 ≤ 500 ms and ≤ 1/4 of asynq's", p99 <= 500 && p99 <= late/4, fmt.Sprintf("%s ms, asynq %s ms", number(p99), number(late)))
	return nil
}
