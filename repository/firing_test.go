package repository_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/deadline"
	"qhtz/repository"
	"qhtz/repository/repotest"
)

var firingNow = time.Date(2026, 3, 2, 9, 0, 0, 0, calendar.Zone)

func dueAt(subject domain.Subject, kind deadline.Kind, at time.Time) *deadline.Deadline {
	return &deadline.Deadline{Kind: kind, Rule: "FILE-5", Subject: subject, Region: "630000", Event: "提交", EventAt: at, DueDate: calendar.DateOf(at),
		DueAt: at, State: deadline.Open, Marks: []deadline.Mark{{At: at, Do: deadline.Due}}, PolicyVersion: 1}
}

func enter(ctx context.Context, t *testing.T, db *repository.DB, ds ...*deadline.Deadline) {
	t.Helper()
	err := db.InTx(ctx, domain.Call{Actor: domain.TimerActor}, func(tx *repository.Tx) error {
		for _, d := range ds {
			if err := tx.SetDeadline(ctx, d); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Ensure what falls due before a person's command is the platform's act in the audit trail, not that person's (AUD-1).
func TestSettleIsThePlatformsAct(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	db := repotest.Open(t, firingNow)
	subject := domain.SubjectProject(1)
	e := deadline.New(db, nil, db.Clock(), slog.New(slog.DiscardHandler), deadline.Options{})
	e.Register(deadline.Spec{Kind: "acceptance", Fire: func(_ context.Context, tx deadline.Tx, due []*deadline.Deadline) error {
		for _, d := range due {
			tx.(*repository.Tx).Audit(domain.AuditEntry{Subject: d.Subject, Action: "deemed accepted", Effective: d.Mark().At})
			d.Miss(d.Mark().At)
		}
		return nil
	}})
	enter(ctx, t, db, dueAt(subject, "acceptance", firingNow), dueAt(subject, "acceptance", firingNow.Add(-time.Hour)))
	person := domain.Actor{ID: 42, Roles: []domain.Role{domain.RoleHandler}}
	err := db.InTx(ctx, domain.Call{Actor: person, IP: "10.1.2.3", RequestID: "r1"}, func(tx *repository.Tx) error {
		tx.Audit(domain.AuditEntry{Subject: subject, Action: "before"})
		fired, err := e.Settle(ctx, tx, subject)
		if fired != 2 {
			t.Errorf("fired %d", fired)
		}
		tx.Audit(domain.AuditEntry{Subject: subject, Action: "after"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := db.SQL().QueryContext(ctx, `SELECT action, COALESCE(actor_id, 0), actor_role, ip FROM audit_events WHERE subject_kind = 'project' ORDER BY seq`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	type line struct {
		action string
		actor  int64
		role   string
		ip     string
	}
	var got []line
	for rows.Next() {
		var l line
		if err := rows.Scan(&l.action, &l.actor, &l.role, &l.ip); err != nil {
			t.Fatal(err)
		}
		got = append(got, l)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	timer := line{"deemed accepted", 0, "timer", ""}
	want := []line{{"before", 42, "handler", "10.1.2.3"}, timer, timer, {"after", 42, "handler", "10.1.2.3"}}
	if len(got) != len(want) {
		t.Fatalf("audit trail: %v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("event %d: %v, want %v", i, got[i], want[i])
		}
	}
}

// Ensure a shard is swept by one transaction at a time, and that a claim passes over what another has in hand.
func TestSweepShardsAndClaims(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	db := repotest.Open(t, firingNow)
	ds := []*deadline.Deadline{dueAt(domain.SubjectProject(1), "a", firingNow), dueAt(domain.SubjectProject(2), "a", firingNow.Add(time.Microsecond)),
		dueAt(domain.SubjectProject(3), "b", firingNow)}
	enter(ctx, t, db, ds...)
	q := deadline.DueQuery{Kinds: []deadline.Kind{"a"}, Until: firingNow, Limit: 10}
	shard := deadline.ShardOf(ds[0].ID)
	ids := []int64{ds[0].ID, ds[1].ID}
	take := func(tx deadline.BatchTx) (taken, claimed int) {
		ps, err := tx.TakeShard(ctx, shard, q)
		if err != nil {
			t.Error(err)
		}
		due, err := tx.ClaimDue(ctx, ids)
		if err != nil {
			t.Error(err)
		}
		return len(ps), len(due)
	}
	err := db.FireDeadlines(ctx, false, func(ctx context.Context, tx deadline.BatchTx) error {
		if taken, claimed := take(tx); taken != 1 || claimed != 1 {
			t.Errorf("first: took %d, claimed %d; want 1, 1", taken, claimed)
		}
		return db.FireDeadlines(ctx, false, func(_ context.Context, tx deadline.BatchTx) error {
			if taken, claimed := take(tx); taken != 0 || claimed != 0 {
				t.Errorf("second: took %d, claimed %d; want 0, 0", taken, claimed)
			}
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Ensure nothing fires while the clock is moved, but for its mover; and that it is not moved while something fires.
func TestClockAndFiringExcludeEachOther(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	db := repotest.Open(t, firingNow)
	err := db.Clock().Hold(ctx, func() error {
		for _, held := range []bool{true, false} {
			err := db.FireDeadlines(ctx, held, func(context.Context, deadline.BatchTx) error { return nil })
			if errors.Is(err, deadline.ErrHeld) == held {
				t.Errorf("held %v: %v", held, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	err = db.FireDeadlines(ctx, false, func(ctx context.Context, tx deadline.BatchTx) error {
		if !tx.Now().Equal(firingNow) {
			t.Errorf("now %v", tx.Now())
		}
		wait, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
		defer cancel()
		if err := db.Clock().Hold(wait, func() error { return nil }); err == nil {
			t.Error("the clock was held while something fired")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Ensure pages of open deadlines follow on each other in the order of (instant, kind, id).
func TestPendingPages(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	db := repotest.Open(t, firingNow)
	var ds []*deadline.Deadline
	for i := range 30 {
		ds = append(ds, dueAt(domain.SubjectProject(int64(i)), []deadline.Kind{"b", "a", "c"}[i%3], firingNow.Add(time.Duration(i%4)*time.Second)))
	}
	enter(ctx, t, db, ds...)
	q := deadline.DueQuery{Kinds: []deadline.Kind{"a", "b"}, Until: firingNow.Add(2 * time.Second), Limit: 4}
	var got []deadline.Pending
	for {
		page, err := db.PendingDeadlines(ctx, q)
		if err != nil {
			t.Fatal(err)
		}
		if got = append(got, page...); len(page) < q.Limit {
			break
		}
		q.After = page[len(page)-1]
	}
	want := 0
	for _, d := range ds {
		if d.Kind != "c" && !d.DueAt.After(q.Until) {
			want++
		}
	}
	for i := 1; i < len(got); i++ {
		a, b := got[i-1], got[i]
		if c := a.At.Compare(b.At); c > 0 || c == 0 && (a.Kind > b.Kind || a.Kind == b.Kind && a.ID >= b.ID) {
			t.Errorf("%v before %v", a, b)
		}
	}
	if len(got) != want {
		t.Errorf("%d, want %d", len(got), want)
	}
	at, found, err := db.EarliestOpen(ctx, q.Kinds, q.Until)
	if err != nil || !found || !at.Equal(got[0].At) {
		t.Errorf("earliest: %v, %v, %v", at, found, err)
	}
	if _, found, err := db.EarliestOpen(ctx, q.Kinds, firingNow.Add(-time.Microsecond)); err != nil || found {
		t.Errorf("before all: %v, %v", found, err)
	}
}
