package deadline

import (
	"context"
	"sync"
	"time"

	"qhtz/domain/catalogue"
)

// The chores that keep the index near the truth. None of them decides anything.

// safetyAge is how late a deadline is before PostgreSQL is asked although the index answers.
const safetyAge = time.Second

// page is how many deadlines are read at once.
const page = 5000

func (e *Engine) sample(ctx context.Context) error { return e.clock.Sample(ctx) }

func (e *Engine) indexFailed(ctx context.Context, err error) {
	e.counts.trouble(err)
	if ctx.Err() == nil && !e.down.Swap(true) {
		e.log.WarnContext(ctx, "deadline index does not answer; firing from PostgreSQL", "error", err)
	}
}

// probe asks a lost index whether it is back, and fills it before it is trusted again.
func (e *Engine) probe(ctx context.Context) error {
	waiting, leased, err := e.index.Len(ctx)
	if err != nil {
		e.indexFailed(ctx, err)
		return nil
	}
	e.counts.size(waiting, leased)
	if !e.down.Load() {
		return nil
	}
	if err := e.fill(ctx); err != nil {
		return nil // not back yet
	}
	e.down.Store(false)
	e.log.InfoContext(ctx, "deadline index answers again")
	return nil
}

func (e *Engine) reclaim(ctx context.Context) error {
	if e.down.Load() {
		return nil
	}
	n, err := e.index.Reclaim(ctx, e.clock.Wall())
	if err != nil {
		e.indexFailed(ctx, err)
		return nil
	}
	e.counts.reclaimed(n)
	return nil
}

// safetySweep fires what is late although the index answers: it was lost there, or never came. While the index
// gives the workers all that they can take, being late tells nothing: the sweep would fire the same deadlines at
// twice the cost. What is lost meanwhile, the reconciliation finds.
func (e *Engine) safetySweep(ctx context.Context) error {
	for ctx.Err() == nil && !e.down.Load() && !e.full.Load() {
		now, ok, err := e.mayFire(ctx)
		if err != nil || !ok {
			return err
		}
		busy, err := e.sweep(ctx, now.Add(-safetyAge))
		if err != nil && blamable(ctx, err) {
			return err
		}
		if err != nil || !busy {
			return nil
		}
	}
	return nil
}

// refill enters what falls due within the next minute.
func (e *Engine) refill(ctx context.Context) error {
	if e.down.Load() {
		return nil
	}
	now, _, err := e.clock.Read(ctx)
	if err != nil {
		return err
	}
	_, err = e.stream(ctx, Pending{Entry: Entry{At: now}}, now.Add(time.Minute))
	return err
}

func (e *Engine) reconcile(ctx context.Context) error {
	if e.down.Load() {
		return nil
	}
	return e.fill(ctx)
}

// fill enters all that is open within the horizon.
func (e *Engine) fill(ctx context.Context) error {
	e.filled.Lock()
	defer e.filled.Unlock()
	until, err := e.reach.until(ctx, e.store, e.clock.Wall(), true)
	if err != nil {
		return err
	}
	n, err := e.stream(ctx, Pending{}, until)
	if err != nil {
		return err
	}
	e.counts.reconciled(e.clock.Wall(), n)
	return nil
}

// stream enters open deadlines after one and up to an instant.
func (e *Engine) stream(ctx context.Context, after Pending, until time.Time) (n int, err error) {
	q := DueQuery{Kinds: e.kinds, Until: until, After: after, Limit: page}
	for {
		found, err := e.store.PendingDeadlines(ctx, q)
		if err != nil {
			return n, err
		}
		if err := e.index.Set(ctx, entriesOf(found)); err != nil {
			e.indexFailed(ctx, err)
			return n, err
		}
		n += len(found)
		if len(found) < page {
			return n, nil
		}
		q.After = found[len(found)-1]
	}
}

func entriesOf(ps []Pending) []Entry {
	es := make([]Entry, len(ps))
	for i, p := range ps {
		es[i] = p.Entry
	}
	return es
}

func (e *Engine) countParked(ctx context.Context) error {
	n, err := e.store.CountParked(ctx)
	if err == nil {
		e.counts.parkedNow(n)
	}
	return err
}

// Hint tells the index of deadlines that were set or moved. It never waits: what does not fit is found by the
// reconciliation. A process that only serves needs Relay for it; Run includes that.
func (e *Engine) Hint(entries []Entry) {
	if e.down.Load() || len(entries) == 0 {
		return
	}
	select {
	case e.hints <- entries:
	default:
		e.counts.dropped()
	}
}

// Relay takes hints to the index until ctx ends, and watches whether the index answers.
func (e *Engine) Relay(ctx context.Context) {
	if e.index == nil {
		return
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() { e.every(ctx, time.Second, e.probe) })
	for {
		select {
		case <-ctx.Done():
			return
		case entries := <-e.hints:
			if e.down.Load() {
				continue
			}
			if err := e.relay(ctx, e.gather(entries)); err != nil && ctx.Err() == nil {
				e.counts.trouble(err)
			}
		}
	}
}

// gather joins hints that wait already.
func (e *Engine) gather(entries []Entry) []Entry {
	for len(entries) < page {
		select {
		case more := <-e.hints:
			entries = append(entries, more...)
		default:
			return entries
		}
	}
	return entries
}

func (e *Engine) relay(ctx context.Context, entries []Entry) error {
	until, err := e.reach.until(ctx, e.store, e.clock.Wall(), false)
	if err != nil {
		return err
	}
	near := make([]Entry, 0, len(entries))
	for _, entry := range entries {
		if !entry.At.After(until) {
			near = append(near, entry)
		}
	}
	if err := e.index.Set(ctx, near); err != nil {
		e.indexFailed(ctx, err)
		return err
	}
	return nil
}

// horizon remembers for a second how far ahead the index is filled.
type horizon struct {
	mu    sync.Mutex
	at    time.Time
	taken time.Time // machine time
}

func (h *horizon) until(ctx context.Context, store Store, wall time.Time, fresh bool) (time.Time, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if fresh || h.taken.IsZero() || wall.Sub(h.taken) > time.Second {
		book, err := store.Book(ctx)
		if err != nil {
			return time.Time{}, err
		}
		hours := book.Policy(book.Now).Content[catalogue.HorizonHours]
		h.at, h.taken = book.Now.Add(time.Duration(hours)*time.Hour), wall
	}
	return h.at, nil
}
