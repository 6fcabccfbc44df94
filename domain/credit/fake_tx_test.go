package credit

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"qhtz/domain"
	"qhtz/domain/deadline"
	"qhtz/domain/notice"
)

// fakeTx is a transaction of the world, which holds the only unit's lock.
type fakeTx struct {
	*world
	call   domain.Call
	answer any
}

func (tx *fakeTx) Now() time.Time { return tx.now }

func (tx *fakeTx) NewID(context.Context) (int64, error) {
	tx.nextID++
	return tx.nextID, nil
}

func (tx *fakeTx) Answer(result any) { tx.answer = result }

func (tx *fakeTx) LockUnit(ctx context.Context, id int64) (*Unit, error) {
	return tx.UnitByID(ctx, id)
}

func (tx *fakeTx) LockUnits(_ context.Context, ids []int64) (map[int64]*Unit, error) {
	if len(ids) == 0 || slices.ContainsFunc(ids, func(id int64) bool { return id != ourUnit.ID }) {
		return nil, fmt.Errorf("units %v are not here", ids)
	}
	return map[int64]*Unit{ourUnit.ID: tx.read()}, nil
}

func (tx *fakeTx) SaveUnit(_ context.Context, u *Unit) error {
	tx.stored = u
	return nil
}

func (tx *fakeTx) ClaimFact(_ context.Context, _ *Unit, r *Record, _ bool) (bool, error) {
	for _, x := range tx.facts {
		if r.DutyID != 0 && x.DutyID == r.DutyID ||
			r.DutyID == 0 && x.DutyID == 0 && x.ProjectID == r.ProjectID && x.Ground == r.Ground && x.Facts == r.Facts {
			return false, nil
		}
	}
	tx.facts = append(tx.facts, *r)
	return true, nil
}

func (tx *fakeTx) ProjectNamed(_ context.Context, code string) (ProjectInfo, error) {
	p, ok := tx.projects[code]
	if !ok {
		return p, domain.NotFoundError()
	}
	return p, nil
}

func (tx *fakeTx) DutyNamed(_ context.Context, id int64) (DutyInfo, error) {
	for _, d := range tx.duties {
		if d.ID == id {
			return d, nil
		}
	}
	return DutyInfo{}, domain.NotFoundError()
}

func (tx *fakeTx) MissedDuties(context.Context, int64) (missed []DutyInfo, err error) {
	for _, d := range tx.duties {
		if !slices.ContainsFunc(tx.facts, func(r Record) bool { return r.DutyID == d.ID }) {
			missed = append(missed, d)
		}
	}
	return missed, nil
}

func (tx *fakeTx) AuthoritiesOf(context.Context, int64) ([]string, error) {
	return []string{"630102"}, nil
}

func (tx *fakeTx) AppendFeed(_ context.Context, e FeedEntry) error {
	e.ID = int64(len(tx.feed) + 1)
	tx.feed = append(tx.feed, e)
	return nil
}

func (tx *fakeTx) OpenDeadlinesOf(context.Context, domain.Subject) (ds []*deadline.Deadline, err error) {
	for _, d := range tx.deadlines {
		if d.FinishedAt == nil {
			ds = append(ds, &d)
		}
	}
	return ds, nil
}

func (tx *fakeTx) SetDeadline(ctx context.Context, d *deadline.Deadline) error {
	d.ID, _ = tx.NewID(ctx)
	if tx.brief {
		d.Marks = slices.DeleteFunc(d.Marks, func(m deadline.Mark) bool { return m.Do == deadline.Remind })
	}
	tx.deadlines = append(tx.deadlines, *d)
	return nil
}

func (tx *fakeTx) MoveDeadline(d *deadline.Deadline) {
	for i := range tx.deadlines {
		if tx.deadlines[i].ID == d.ID {
			tx.deadlines[i] = *d
		}
	}
}

func (tx *fakeTx) AppendEvent(e domain.Event) { tx.events = append(tx.events, e) }
func (tx *fakeTx) Audit(e domain.AuditEntry)  { tx.audits = append(tx.audits, e) }
func (tx *fakeTx) AsTimer() (restore func())  { return func() {} }
func (tx *fakeTx) Enqueue(_ context.Context, m domain.Outgoing) error {
	if !tx.brief {
		tx.sent = append(tx.sent, m.Payload.(notice.Message))
	}
	return nil
}

func (tx *fakeTx) LockSubjects(context.Context, []domain.Subject) error { return nil }

func (tx *fakeTx) ClaimDue(context.Context, []int64) ([]*deadline.Deadline, error) {
	return nil, nil // no kind of this area stands alone
}

// NextDue is the first that is due, in the order (instant, kind, id).
func (tx *fakeTx) NextDue(context.Context, []domain.Subject) ([]*deadline.Deadline, error) {
	var next *deadline.Deadline
	for i := range tx.deadlines {
		d := &tx.deadlines[i]
		if at := d.NextAt(); d.FinishedAt == nil && at != nil && !at.After(tx.now) && (next == nil || sooner(d, next)) {
			next = d
		}
	}
	if next == nil {
		return nil, nil
	}
	d := *next
	return []*deadline.Deadline{&d}, nil
}

func sooner(a, b *deadline.Deadline) bool {
	if c := a.NextAt().Compare(*b.NextAt()); c != 0 {
		return c < 0
	}
	if c := strings.Compare(string(a.Kind), string(b.Kind)); c != 0 {
		return c < 0
	}
	return a.ID < b.ID
}

// Settle fires what is due, one by one.
func (w *world) Settle(ctx context.Context, tx deadline.Tx, subjects ...domain.Subject) (fired int, err error) {
	for !w.held {
		due, err := tx.NextDue(ctx, subjects)
		if err != nil || len(due) == 0 {
			return fired, err
		}
		d, step := due[0], due[0].Step
		if err := w.specs[d.Kind].Fire(ctx, tx, due); err != nil {
			return fired, err
		}
		if d.FinishedAt == nil && d.Step == step {
			return fired, fmt.Errorf("deadline %d (%s) was left where it was", d.ID, d.Kind)
		}
		tx.MoveDeadline(d)
		fired++
	}
	return fired, nil
}

// FireBatch is the worker: it fires all that is due.
func (w *world) FireBatch(ctx context.Context, _ []int64) (fired int, err error) {
	if w.held {
		return 0, deadline.ErrHeld
	}
	err = w.InCreditTx(ctx, domain.Call{Actor: domain.TimerActor}, func(tx Tx) error {
		fired, err = w.Settle(ctx, tx, w.stored.Subject())
		return err
	})
	return fired, err
}

// to moves the clock; a prompt worker fires what falls due on the way, each at its instant.
func (w *world) to(at time.Time) {
	w.t.Helper()
	for {
		var next *time.Time
		for i := range w.deadlines {
			if d := &w.deadlines[i]; d.FinishedAt == nil && d.NextAt() != nil && (next == nil || d.NextAt().Before(*next)) {
				next = d.NextAt()
			}
		}
		if next == nil || next.After(at) {
			break
		}
		w.now = latest(w.now, *next)
		if _, err := w.FireBatch(context.Background(), nil); err != nil {
			w.t.Fatalf("fire at %v: %v", w.now, err)
		}
	}
	w.now = at
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

var (
	_ Store   = (*world)(nil)
	_ Settler = (*world)(nil)
	_ Tx      = (*fakeTx)(nil)
)
