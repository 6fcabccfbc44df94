package deadline

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"qhtz/domain"
)

// maxRounds bounds how long a chain of deadlines, each due at once, one transaction follows.
const maxRounds = 1000

// firing is what one transaction has done so far.
type firing struct {
	fired  []Pending
	later  []Entry // asked for, open, not due yet
	alien  []int64 // of kinds that this process does not know
	failed []int64
	last   []int64 // the newest group: an error of writing is its fault
}

func (f *firing) add(o firing) {
	f.fired = append(f.fired, o.fired...)
	f.later = append(f.later, o.later...)
	f.alien = append(f.alien, o.alien...)
	f.failed = append(f.failed, o.failed...)
}

// firingError names the deadlines whose handler failed.
type firingError struct {
	kind Kind
	ids  []int64
	err  error
}

func (f *firingError) Error() string {
	return fmt.Sprintf("fire deadline %q %v: %v", string(f.kind), f.ids, f.err)
}
func (f *firingError) Unwrap() error { return f.err }

// Settle fires what is due by now on subjects that the caller has locked, in the order in which it fell due,
// with what that sets off. Every command calls it before it decides, so that a late worker never changes who
// wins. It is the one place of firing
// order.
func (e *Engine) Settle(ctx context.Context, tx Tx, subjects ...domain.Subject) (fired int, err error) {
	var f firing
	err = e.settle(ctx, tx, subjects, &f)
	return len(f.fired), err
}

func (e *Engine) settle(ctx context.Context, tx Tx, subjects []domain.Subject, f *firing) error {
	for round := range maxRounds {
		due, err := tx.NextDue(ctx, subjects)
		if err != nil || len(due) == 0 {
			return err
		}
		if round == 0 {
			// NextDue has written what was the caller's; before settle returns it writes what is the platform's.
			defer tx.AsTimer()()
		}
		if err := e.fire(ctx, tx, headGroup(due, false), f); err != nil {
			return err
		}
	}
	return &firingError{ids: f.last, err: fmt.Errorf("still something due after %d rounds", maxRounds)}
}

// settleHead fires the earliest group only.
func (e *Engine) settleHead(ctx context.Context, tx Tx, subjects []domain.Subject, f *firing) error {
	due, err := tx.NextDue(ctx, subjects)
	if err != nil || len(due) == 0 {
		return err
	}
	return e.fire(ctx, tx, headGroup(due, true), f)
}

// headGroup is the earliest deadline with the others of its kind (exact: and of its instant). The rest is read
// anew afterwards, since a handler may have changed it.
func headGroup(due []*Deadline, exact bool) []*Deadline {
	kind, at := due[0].Kind, due[0].Mark().At
	return slices.DeleteFunc(due, func(d *Deadline) bool {
		return d.Kind != kind || exact && !d.Mark().At.Equal(at)
	})
}

// fire hands deadlines of one kind to its handler and sees to it that each moved on.
func (e *Engine) fire(ctx context.Context, tx Tx, group []*Deadline, f *firing) error {
	spec, known := e.specs[group[0].Kind]
	if !known {
		return &firingError{kind: group[0].Kind, ids: idsOf(group), err: errUnknownKind}
	}
	for chunk := range slices.Chunk(group, spec.Batch) {
		f.last = idsOf(chunk)
		before := make([]Pending, len(chunk))
		steps := make([]int, len(chunk))
		for i, d := range chunk {
			before[i] = Pending{Entry: Entry{ID: d.ID, At: d.Mark().At}, Kind: d.Kind, Subject: d.Subject}
			steps[i] = d.Step
		}
		if err := call(ctx, spec.Fire, tx, chunk); err != nil {
			return &firingError{kind: spec.Kind, ids: f.last, err: err}
		}
		for i, d := range chunk {
			if !movedOn(d, steps[i], before[i].At) {
				return &firingError{kind: spec.Kind, ids: []int64{d.ID}, err: fmt.Errorf("its handler left deadline %d where it was", d.ID)}
			}
			tx.MoveDeadline(d)
		}
		f.fired = append(f.fired, before...)
	}
	return nil
}

var errUnknownKind = errors.New("deadline: no such kind in this process")

// call turns a handler's panic into its error: one bad deadline must not end the process.
func call(ctx context.Context, fire Handler, tx Tx, due []*Deadline) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return fire(ctx, tx, due)
}

func movedOn(d *Deadline, step int, at time.Time) bool {
	return d.FinishedAt != nil || d.NextAt() == nil || d.Step > step || d.Mark().At.After(at)
}

func idsOf(ds []*Deadline) []int64 {
	ids := make([]int64, len(ds))
	for i, d := range ds {
		ids[i] = d.ID
	}
	return ids
}
