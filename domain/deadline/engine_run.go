package deadline

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Shards is into how many parts the index and the sweep are cut.
const Shards = 8

// ShardOf gives the shard of an id. All digits in base 8 take part: ids come in strides.
func ShardOf(id int64) int { return int((id ^ id>>3 ^ id>>6 ^ id>>9) & (Shards - 1)) }

// Run fires until ctx ends, then finishes what it has in hand.
func (e *Engine) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	wg.Go(func() { e.Relay(ctx) })
	wg.Go(func() { e.every(ctx, e.o.Reclaim, e.sample) })
	for range e.o.Workers {
		wg.Go(func() { e.work(ctx) })
	}
	if e.index != nil {
		wg.Go(func() { e.every(ctx, e.o.Reclaim, e.reclaim) })
		wg.Go(func() { e.every(ctx, e.o.Safety, e.safetySweep) })
		wg.Go(func() { e.every(ctx, e.o.Refill, e.refill) })
		wg.Go(func() { e.every(ctx, e.o.Reconcile, e.reconcile) })
	}
	wg.Go(func() { e.every(ctx, e.o.Reconcile, e.countParked) })
	wg.Wait()
	return nil
}

// every runs fn at once and then again and again, with pauses.
func (e *Engine) every(ctx context.Context, pause time.Duration, fn func(context.Context) error) {
	for {
		if err := fn(ctx); err != nil && ctx.Err() == nil {
			e.counts.trouble(err)
			e.log.WarnContext(ctx, "deadline chore failed", "error", err)
		}
		if !rest(ctx, pause) {
			return
		}
	}
}

// rest waits and reports whether to go on.
func rest(ctx context.Context, pause time.Duration) bool {
	t := time.NewTimer(pause)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

func (e *Engine) work(ctx context.Context) {
	for ctx.Err() == nil {
		busy, err := e.turn(ctx)
		if err != nil && ctx.Err() == nil && !errors.Is(err, ErrHeld) {
			e.counts.trouble(err)
			e.log.WarnContext(ctx, "deadlines could not be fired", "error", err)
		}
		if busy && err == nil {
			continue
		}
		if !rest(ctx, e.o.Poll) {
			return
		}
	}
}

// turn fires one batch, from the index or, while that does not answer, from PostgreSQL.
func (e *Engine) turn(ctx context.Context) (busy bool, err error) {
	now, ok, err := e.mayFire(ctx)
	if err != nil || !ok {
		return false, err
	}
	if e.down.Load() {
		return e.sweep(ctx, now)
	}
	ids, err := e.index.Claim(ctx, now, e.o.Batch, e.clock.Wall().Add(e.o.Lease))
	if err != nil {
		e.indexFailed(ctx, err)
	}
	e.full.Store(len(ids) >= e.o.Batch)
	if len(ids) == 0 {
		return false, nil
	}
	f, err := e.fireIDs(ctx, ids, round{})
	if errors.Is(err, ErrHeld) {
		e.counts.held()
		return false, e.putBack(ctx, ids)
	}
	if err != nil {
		return false, err // the leases run out, and somebody tries again
	}
	e.acknowledge(ctx, ids, f)
	return true, nil
}

// mayFire reads platform time, and says no while the clocks disagree.
func (e *Engine) mayFire(ctx context.Context) (now time.Time, ok bool, err error) {
	now, standing, err := e.clock.Read(ctx)
	if err != nil {
		return now, false, err
	}
	e.seen.set(now, e.clock.Wall(), standing)
	if drift := e.clock.Drift().Abs(); drift > e.o.MaxDrift {
		e.counts.drifting()
		return now, false, nil
	}
	return now, true, nil
}

// acknowledge ends the leases of a batch, but for those that others have to try or that failed. What was claimed
// too early goes back first, so that it is never nowhere.
func (e *Engine) acknowledge(ctx context.Context, ids []int64, f firing) {
	ctx = context.WithoutCancel(ctx)
	keep := map[int64]bool{}
	for _, id := range f.alien {
		keep[id] = true
	}
	for _, id := range f.failed {
		keep[id] = true
	}
	done := make([]int64, 0, len(ids))
	for _, id := range ids {
		if !keep[id] {
			done = append(done, id)
		}
	}
	err := e.index.Set(ctx, f.later)
	if err == nil {
		err = e.index.Done(ctx, done)
	}
	if err != nil {
		e.indexFailed(ctx, err)
	}
}

// putBack returns claimed ids to the index as the truth has them now.
func (e *Engine) putBack(ctx context.Context, ids []int64) error {
	if len(ids) == 0 || e.down.Load() {
		return nil
	}
	ctx = context.WithoutCancel(ctx)
	pending, err := e.store.PendingByID(ctx, ids)
	if err != nil {
		return err
	}
	f := firing{later: make([]Entry, len(pending))}
	for i, p := range pending {
		f.later[i] = p.Entry
	}
	e.acknowledge(ctx, ids, f)
	return nil
}

// sweep fires a batch of what is due before an instant from PostgreSQL, shard by shard: a shard is one worker's
// at a time. busy: there was something.
func (e *Engine) sweep(ctx context.Context, before time.Time) (busy bool, err error) {
	_, found, err := e.store.EarliestOpen(ctx, e.kinds, before)
	if err != nil || !found {
		return false, err
	}
	q := DueQuery{Kinds: e.kinds, Until: before, Limit: e.o.Batch}
	for range Shards {
		shard := int(e.shard.Add(1) % Shards)
		var ids []int64
		_, err := e.attempt(ctx, round{}, func(ctx context.Context, tx BatchTx) ([]Pending, error) {
			taken, err := tx.TakeShard(ctx, shard, q)
			ids = pendingIDs(taken)
			return taken, err
		})
		if err != nil && blamable(ctx, err) && len(ids) > 0 {
			_, err = e.fireIDs(ctx, ids, round{})
		}
		if err != nil {
			return busy, err
		}
		busy = busy || len(ids) > 0
	}
	return busy, nil
}

func pendingIDs(ps []Pending) []int64 {
	ids := make([]int64, len(ps))
	for i, p := range ps {
		ids[i] = p.ID
	}
	return ids
}
