package deadline

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"qhtz/domain"
)

// fireWithin bounds one firing transaction. A stop of the process waits for it.
const fireWithin = 20 * time.Second

// round is how a batch is fired.
type round struct {
	held  bool // the caller holds the development clock
	exact bool // strictly in order: the earliest group only
}

// FireBatch fires those of the ids that are due, and before each what fell due earlier on its subject, in one
// transaction. When that fails it is cut in halves until the bad deadline is found; that one is counted, after
// three tries set apart with an alarm, and holds up nobody. err is what stopped the rest: ErrHeld, a store
// that does not answer. ids that are gone, finished or not due are no error.
func (e *Engine) FireBatch(ctx context.Context, ids []int64) (fired int, err error) {
	f, err := e.fireIDs(ctx, ids, round{})
	return len(f.fired), err
}

func (e *Engine) fireIDs(ctx context.Context, ids []int64, r round) (firing, error) {
	if len(ids) == 0 {
		return firing{}, nil
	}
	f, err := e.attempt(ctx, r, func(ctx context.Context, tx BatchTx) ([]Pending, error) { return tx.PendingByID(ctx, ids) })
	switch {
	case err == nil:
		return f, nil
	case !blamable(ctx, err):
		return firing{}, err
	case len(ids) == 1:
		return e.fail(ctx, suspects(err, f, ids[0]), err)
	}
	half := len(ids) / 2
	f, err = e.fireIDs(ctx, ids[:half], r)
	if err != nil {
		return f, err
	}
	g, err := e.fireIDs(ctx, ids[half:], r)
	f.add(g)
	return f, err
}

// attempt fires in one transaction what pick finds in it. With an error f.last tells who was at it.
func (e *Engine) attempt(ctx context.Context, r round, pick func(context.Context, BatchTx) ([]Pending, error)) (f firing, err error) {
	run, cancel := context.WithTimeout(context.WithoutCancel(ctx), fireWithin)
	defer cancel()
	err = e.store.FireDeadlines(run, r.held, func(ctx context.Context, tx BatchTx) error {
		f = firing{} // the transaction may run again
		pending, err := pick(ctx, tx)
		if err != nil {
			return err
		}
		return e.firePending(ctx, tx, pending, r, &f)
	})
	if err == nil {
		e.counts.add(f.fired, e.seen.now(e.clock.Wall()))
	}
	return f, err
}

// firePending fires in a transaction: first the subjects, whose locks may have to be waited for, then what stands
// alone, which waits for nobody; so the two cannot lock each other out.
func (e *Engine) firePending(ctx context.Context, tx BatchTx, pending []Pending, r round, f *firing) error {
	subjects := map[domain.Subject]bool{}
	alone := map[Kind][]int64{}
	now := tx.Now()
	for _, p := range pending {
		spec, known := e.specs[p.Kind]
		switch {
		case !known:
			f.alien = append(f.alien, p.ID)
		case p.At.After(now):
			f.later = append(f.later, p.Entry)
		case spec.Solo:
			alone[p.Kind] = append(alone[p.Kind], p.ID)
		default:
			subjects[p.Subject] = true
		}
	}
	if len(subjects) > 0 {
		if err := e.lockAndSettle(ctx, tx, slices.Collect(maps.Keys(subjects)), r, f); err != nil {
			return err
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(alone)) {
		due, err := tx.ClaimDue(ctx, alone[kind])
		if err != nil {
			return err
		}
		if len(due) == 0 {
			continue
		}
		if err := e.fire(ctx, tx, due, f); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) lockAndSettle(ctx context.Context, tx Tx, subjects []domain.Subject, r round, f *firing) error {
	if err := tx.LockSubjects(ctx, subjects); err != nil {
		return err
	}
	if r.exact {
		return e.settleHead(ctx, tx, subjects, f)
	}
	return e.settle(ctx, tx, subjects, f)
}

// blamable reports an error that may be the fault of one of the deadlines, as opposed to one of the moment.
func blamable(ctx context.Context, err error) bool {
	if ctx.Err() != nil || errors.Is(err, ErrHeld) || errors.Is(err, context.Canceled) || errors.Is(err, errUnknownKind) {
		return false
	}
	refusal, ok := domain.AsError(err)
	return !ok || refusal.Code != "busy"
}

// suspects names whose fault it may be that a transaction for one deadline failed, the likeliest first: the one
// that was being fired, which may be an earlier one of the subject; then those before it, since one that came into
// being in the transaction went with it, and the one that set it off is to blame.
func suspects(err error, f firing, asked int64) []int64 {
	ids := f.last
	if named := (*firingError)(nil); errors.As(err, &named) {
		ids = named.ids
	}
	ids = slices.Clone(ids)
	for _, p := range slices.Backward(f.fired) {
		ids = append(ids, p.ID)
	}
	return append(ids, asked)
}

// fail counts a failed firing against the likeliest suspect that is open. If the store does not answer now, it is
// nobody's fault.
func (e *Engine) fail(ctx context.Context, suspects []int64, cause error) (firing, error) {
	e.counts.failed(cause)
	open, err := e.store.PendingByID(ctx, suspects)
	if err != nil {
		return firing{}, errors.Join(cause, err)
	}
	i := slices.IndexFunc(suspects, func(id int64) bool {
		return slices.ContainsFunc(open, func(p Pending) bool { return p.ID == id })
	})
	if i < 0 {
		return firing{}, nil // finished meanwhile
	}
	id := suspects[i]
	attempts, parked, err := e.store.FailDeadline(ctx, id, cause.Error(), e.o.Tries)
	if err != nil {
		return firing{}, errors.Join(cause, err)
	}
	if parked {
		e.counts.park()
		e.log.ErrorContext(ctx, "deadline set apart: it does not fire", "deadline", id, "attempts", attempts, "error", cause)
	} else {
		e.log.WarnContext(ctx, "deadline failed to fire", "deadline", id, "attempts", attempts, "error", cause)
	}
	return firing{failed: []int64{id}}, nil
}

// Parked lists the deadlines that were set apart.
func (e *Engine) Parked(ctx context.Context, limit int) ([]Parked, error) {
	return e.store.ParkedDeadlines(ctx, limit)
}

// Unpark puts deadlines back that were set apart, after what ailed them was mended, and gives how many there were.
func (e *Engine) Unpark(ctx context.Context, ids []int64) (int, error) {
	back, err := e.store.UnparkDeadlines(ctx, ids)
	if err != nil {
		return 0, err
	}
	entries := make([]Entry, len(back))
	for i, p := range back {
		entries[i] = p.Entry
	}
	e.Hint(entries)
	return len(back), nil
}
