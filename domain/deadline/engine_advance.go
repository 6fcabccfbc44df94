package deadline

import (
	"context"
	"fmt"
	"time"

	"qhtz/domain"
	"qhtz/domain/calendar"
)

// Drain fires all that is due by now, strictly in the order of (instant, kind, id), with what that sets off.
// Meanwhile no worker fires by itself.
func (e *Engine) Drain(ctx context.Context) (fired int, err error) {
	err = e.clock.Hold(ctx, func() error {
		fired, err = e.drain(ctx)
		return err
	})
	return fired, err
}

// drain is Drain for who holds the clock. The index gives up what it has, PostgreSQL says what comes first: so
// what a dead worker holds, or the index lost, is fired in its place.
func (e *Engine) drain(ctx context.Context) (fired int, err error) {
	claimed := map[int64]bool{}
	defer func() {
		ids := make([]int64, 0, len(claimed))
		for id := range claimed {
			ids = append(ids, id)
		}
		if back := e.putBack(ctx, ids); err == nil {
			err = back
		}
	}()
	for idle := 0; ; {
		now, standing, err := e.clock.Read(ctx)
		if err != nil {
			return fired, err
		}
		e.seen.set(now, e.clock.Wall(), standing)
		e.claimAll(ctx, now, claimed)
		due, err := e.store.PendingDeadlines(ctx, DueQuery{Kinds: e.kinds, Until: now, Limit: e.o.Batch})
		if err != nil || len(due) == 0 {
			return fired, err
		}
		f, err := e.fireIDs(ctx, pendingIDs(firstGroup(due)), round{held: true, exact: true})
		if err != nil {
			return fired, err
		}
		fired += len(f.fired)
		if idle++; len(f.fired)+len(f.failed) > 0 {
			idle = 0
		}
		if idle > 20 {
			return fired, fmt.Errorf("deadline %d (%s) is due and does not fire", due[0].ID, due[0].Kind)
		}
	}
}

// firstGroup is the part of a list in order that may be fired at once without leaving the order: one instant,
// one kind, each subject once.
func firstGroup(due []Pending) []Pending {
	seen := map[domain.Subject]bool{}
	for i, p := range due {
		if !p.At.Equal(due[0].At) || p.Kind != due[0].Kind || seen[p.Subject] {
			return due[:i]
		}
		seen[p.Subject] = true
	}
	return due
}

func (e *Engine) claimAll(ctx context.Context, now time.Time, claimed map[int64]bool) {
	for !e.down.Load() {
		ids, err := e.index.Claim(ctx, now, 1000, e.clock.Wall().Add(e.o.Lease))
		for _, id := range ids {
			claimed[id] = true
		}
		if err != nil {
			e.indexFailed(ctx, err)
		}
		if len(ids) == 0 {
			return
		}
	}
}

// Advance moves the development clock to an instant, through all that falls due until then: each deadline
// fires while the clock shows its own instant, and deliver sends out what that wrote. Then the clock stands.
// An instant before now is refused (domain.Invalid). If it fails, the clock stands where it came to.
func (e *Engine) Advance(ctx context.Context, target time.Time, deliver func(context.Context) error) (fired int, err error) {
	target = domain.Precise(target)
	err = e.clock.Hold(ctx, func() error {
		now, standing, err := e.clock.Read(ctx)
		if err != nil {
			return err
		}
		if target.Before(now) {
			return domain.Refuse(domain.Invalid, "clock_backwards", "", fmt.Sprintf("平台时间不能倒退：现在是 %s，目标是 %s。", civil(now), civil(target)))
		}
		if !standing {
			if err := e.clock.Set(ctx, now, false); err != nil {
				return err
			}
		}
		fired, err = e.walk(ctx, now, target, deliver)
		if err != nil {
			return err
		}
		if err := e.clock.Set(ctx, target, false); err != nil {
			return err
		}
		if !e.down.Load() { // the horizon has moved with the clock
			if err := e.fill(ctx); err != nil && !e.down.Load() {
				return err
			}
		}
		return deliver(ctx)
	})
	return fired, err
}

func (e *Engine) walk(ctx context.Context, now, target time.Time, deliver func(context.Context) error) (fired int, err error) {
	for {
		next, found, err := e.store.EarliestOpen(ctx, e.kinds, target)
		if err != nil || !found {
			return fired, err
		}
		if next.After(now) {
			if err := e.clock.Set(ctx, next, false); err != nil {
				return fired, err
			}
			now = next
		}
		n, err := e.drain(ctx)
		fired += n
		if err != nil {
			return fired, err
		}
		if err := deliver(ctx); err != nil {
			return fired, fmt.Errorf("deliver: %w", err)
		}
	}
}

// Resume lets the development clock run on from where it stands.
func (e *Engine) Resume(ctx context.Context) (now time.Time, err error) {
	err = e.clock.Hold(ctx, func() error {
		now, _, err = e.clock.Read(ctx)
		if err != nil {
			return err
		}
		return e.clock.Set(ctx, now, true)
	})
	return now, err
}

func civil(t time.Time) string { return t.In(calendar.Zone).Format("2006-01-02 15:04:05") }
