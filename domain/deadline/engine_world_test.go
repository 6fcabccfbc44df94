package deadline_test

import (
	"context"
	"encoding/json"
	"io/fs"
	"slices"
	"sync"
	"testing"
	"time"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/deadline"
	"qhtz/migrations"
	"qhtz/repository"
	"qhtz/repository/repotest"
	"qhtz/repository/timers"
)

var start = time.Date(2026, 3, 2, 9, 0, 0, 0, calendar.Zone)

// world is a platform of the test's own: real stores, and kinds that say in the outbox that they fired.
type world struct {
	t     testing.TB
	url   string
	db    *repository.DB
	index *timers.Index
}

func newWorld(t testing.TB) *world {
	t.Helper()
	url := repotest.Schema(t)
	w := &world{t: t, url: url, db: repotest.OpenURL(t, url)}
	seed, err := fs.Sub(migrations.Seed, "seed")
	w.must(err)
	w.must(w.db.Seed(context.Background(), seed))
	w.clock(start)
	w.index, err = timers.New(repotest.Stores(t).RedisURL(), repotest.RedisPrefix())
	w.must(err)
	t.Cleanup(func() { _ = w.index.Close() })
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) clock(at time.Time) {
	w.t.Helper()
	w.must(w.db.Clock().Set(context.Background(), at, false))
}

// said is what a firing leaves in the outbox.
type said struct {
	ID   int64         `json:"id"`
	Kind deadline.Kind `json:"kind"`
	At   time.Time     `json:"at"`
	Now  time.Time     `json:"now"`
}

// say tells the outbox and moves on: to the next mark, or to the end.
func say(ctx context.Context, tx deadline.Tx, due []*deadline.Deadline) error {
	for _, d := range due {
		at := d.Mark().At
		m := domain.Outgoing{Topic: "said", Payload: said{ID: d.ID, Kind: d.Kind, At: at, Now: tx.Now()}}
		if err := tx.(*repository.Tx).Enqueue(ctx, m); err != nil {
			return err
		}
		if d.Step++; d.NextAt() == nil {
			d.Finish(at, deadline.Red)
		}
	}
	return nil
}

// quick are options under which nothing takes long.
var quick = deadline.Options{Poll: 5 * time.Millisecond, Lease: 300 * time.Millisecond, Reclaim: 20 * time.Millisecond,
	Safety: 50 * time.Millisecond, Refill: 30 * time.Millisecond, Reconcile: 50 * time.Millisecond}

// slow are options under which only what a test is about happens by itself.
var slow = deadline.Options{Poll: 5 * time.Millisecond, Lease: time.Hour, Reclaim: time.Hour, Safety: time.Hour, Refill: time.Hour, Reconcile: time.Hour}

// engine makes an engine with the kinds a, b, c that say so, one that stands alone, and more.
func (w *world) engine(o deadline.Options, more ...deadline.Spec) *deadline.Engine {
	return w.engineOver(w.db, w.index, o, more...)
}

func (w *world) engineOver(db *repository.DB, index deadline.Index, o deadline.Options, more ...deadline.Spec) *deadline.Engine {
	e := deadline.New(db, index, db.Clock(), discard, o)
	specs := append(slices.Clone(more), deadline.Spec{Kind: "a", Fire: say}, deadline.Spec{Kind: "b", Fire: say}, deadline.Spec{Kind: "c", Fire: say},
		deadline.Spec{Kind: "solo", Solo: true, Fire: say})
	for _, s := range specs {
		e.Register(s)
	}
	db.OnDeadlines(e.Hint)
	return e
}

// run runs engines until the test calls stop, or ends.
func (w *world) run(engines ...*deadline.Engine) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	for _, e := range engines {
		wg.Go(func() { _ = e.Run(ctx) })
	}
	stop = func() { cancel(); wg.Wait() }
	w.t.Cleanup(stop)
	return stop
}

func project(id int64) domain.Subject { return domain.SubjectProject(id) }

func newDeadline(kind deadline.Kind, s domain.Subject, at ...time.Time) *deadline.Deadline {
	due := at[len(at)-1]
	d := &deadline.Deadline{Kind: kind, Rule: "CAL-2", Subject: s, Region: "630000", Event: "试验", EventAt: start, DueDate: calendar.DateOf(due),
		DueAt: due, State: deadline.Open, PolicyVersion: 1}
	for _, t := range at {
		d.Marks = append(d.Marks, deadline.Mark{At: t, Do: deadline.Due})
	}
	return d
}

// set enters deadlines in one transaction.
func (w *world) set(ds ...*deadline.Deadline) {
	w.t.Helper()
	w.must(setDeadlines(w.db, ds...))
}

func setDeadlines(db *repository.DB, ds ...*deadline.Deadline) error {
	return db.FireDeadlines(context.Background(), true, func(ctx context.Context, tx deadline.BatchTx) error {
		for _, d := range ds {
			if err := tx.(*repository.Tx).SetDeadline(ctx, d); err != nil {
				return err
			}
		}
		return nil
	})
}

// one enters one deadline and gives its id.
func (w *world) one(kind deadline.Kind, s domain.Subject, at ...time.Time) int64 {
	w.t.Helper()
	d := newDeadline(kind, s, at...)
	w.set(d)
	return d.ID
}

// said lists what fired, in the order of writing (of one process).
func (w *world) said() []said {
	w.t.Helper()
	rows, err := w.db.SQL().QueryContext(context.Background(), `SELECT payload FROM outbox WHERE topic = 'said' ORDER BY id`)
	w.must(err)
	defer func() { _ = rows.Close() }()
	var out []said
	for rows.Next() {
		var b []byte
		var s said
		w.must(rows.Scan(&b))
		w.must(json.Unmarshal(b, &s))
		out = append(out, s)
	}
	w.must(rows.Err())
	return out
}

func (w *world) count(q string, args ...any) (n int) {
	w.t.Helper()
	w.must(w.db.SQL().QueryRowContext(context.Background(), q, args...).Scan(&n))
	return n
}

// eventually waits for what other goroutines bring about.
func (w *world) eventually(what string, ok func() bool) {
	w.t.Helper()
	limit := time.NewTimer(20 * time.Second)
	defer limit.Stop()
	tick := time.NewTicker(3 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-limit.C:
			w.t.Fatalf("not within 20 s: %s", what)
		case <-tick.C:
		}
	}
}

func (w *world) firedIDs() map[int64]int {
	n := map[int64]int{}
	for _, s := range w.said() {
		n[s.ID]++
	}
	return n
}
