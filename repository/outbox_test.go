package repository_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/notice"
	"qhtz/domain/projectcode"
	"qhtz/repository"
	"qhtz/repository/repotest"
)

var outboxNow = time.Date(2026, 3, 2, 9, 0, 0, 0, calendar.Zone)

// write runs one transaction of SQL statements and outgoing messages.
func write(t *testing.T, db *repository.DB, fn func(ctx context.Context, tx *repository.Tx) error) {
	t.Helper()
	ctx := context.Background()
	if err := db.InTx(ctx, domain.Call{Actor: domain.TimerActor}, func(tx *repository.Tx) error { return fn(ctx, tx) }); err != nil {
		t.Fatal(err)
	}
}

func enqueue(t *testing.T, db *repository.DB, messages ...domain.Outgoing) {
	t.Helper()
	write(t, db, func(ctx context.Context, tx *repository.Tx) error {
		for _, m := range messages {
			if err := tx.Enqueue(ctx, m); err != nil {
				return err
			}
		}
		return nil
	})
}

// insertOrganization puts an organisation there: kind, department, region.
func insertOrganization(t *testing.T, db *repository.DB, id int64, kind, department, region string) {
	t.Helper()
	write(t, db, func(ctx context.Context, tx *repository.Tx) error {
		return tx.Exec(ctx, `INSERT INTO organizations (id, name, kind, department, region, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
			id, fmt.Sprint("机构", id), kind, department, region, tx.Now())
	})
}

// insertAccount puts an account of an organisation there.
func insertAccount(t *testing.T, db *repository.DB, id, organization int64) {
	t.Helper()
	write(t, db, func(ctx context.Context, tx *repository.Tx) error {
		return tx.Exec(ctx, `INSERT INTO accounts (id, username, name, password_hash, organization_id, roles, created_at) VALUES ($1, $2, '某人', '', $3, '{handler}', $4)`,
			id, fmt.Sprint("user", id), organization, tx.Now())
	})
}

// about is the project of the messages below.
func about() notice.Project {
	return notice.Project{ID: 77, Code: projectcode.Code("26036301030412345678"), Name: "光伏电站", OwnerID: 1, OwnerName: "某公司", Authority: "630102"}
}

func tell(m notice.Message) domain.Outgoing {
	return domain.Outgoing{Topic: domain.TopicNotice, Payload: m}
}

func inbox(t *testing.T, db *repository.DB, organization int64) []notice.Item {
	t.Helper()
	items, _, err := db.Inbox(context.Background(), organization, 0, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	return items
}

// Ensure messages are delivered when they are due by platform time, once, and that one that fails waits ever longer
// without holding up the others.
func TestOutbox(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	db := repotest.Open(t, outboxNow)
	insertOrganization(t, db, 1, "unit", "", "630102")
	good := tell(notice.CorrectionReminderMessage(about(), outboxNow, calendar.DateOf(outboxNow)))
	later := good
	later.NotBefore = outboxNow.Add(time.Hour)
	enqueue(t, db, good, domain.Outgoing{Topic: "nowhere", Payload: 1}, domain.Outgoing{Topic: domain.TopicNotice, Payload: "not a message"}, good, later)

	if n, err := db.DeliverOutbox(ctx, 10); n != 2 || err != nil {
		t.Fatalf("delivered %d, %v; want the 2 good ones", n, err)
	}
	if got := inbox(t, db, 1); len(got) != 2 {
		t.Fatalf("inbox %+v", got)
	}
	if n, err := db.DrainOutbox(ctx); n != 0 || err != nil {
		t.Fatalf("delivered %d, %v: what failed must wait, what is later must not go", n, err)
	}
	waits := []time.Duration{5, 10, 20, 40, 80, 160, 320, 640, 1280, 6 * 3600, 6 * 3600} // seconds
	now := outboxNow
	for i, w := range waits {
		due, stuck, _, err := db.OutboxState(ctx)
		if err != nil || due != 0 || (stuck == 2) != (i >= 9) {
			t.Errorf("after failure %d: due %d, stuck %d, %v", i+1, due, stuck, err)
		}
		for _, step := range []time.Duration{w*time.Second - time.Second, time.Second} {
			now = now.Add(step)
			if err := db.Clock().Set(ctx, now, false); err != nil {
				t.Fatal(err)
			}
			if due, _, _, _ := db.OutboxState(ctx); (due >= 2) != (step == time.Second) {
				t.Errorf("wait after failure %d: due %d", i+1, due)
			}
			if _, err := db.DrainOutbox(ctx); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got := inbox(t, db, 1); len(got) != 3 {
		t.Errorf("the later one: inbox %d", len(got))
	}
}

// Ensure processes that deliver at once share the work: everything goes, nothing twice, and draining waits for what
// another has in hand.
func TestOutboxShared(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	url := repotest.Schema(t)
	db, second := repotest.OpenURL(t, url), repotest.OpenURL(t, url)
	insertOrganization(t, db, 1, "unit", "", "630102")
	m := tell(notice.CorrectionReminderMessage(about(), outboxNow, calendar.DateOf(outboxNow)))
	const n = 300
	messages := make([]domain.Outgoing, n)
	for i := range messages {
		messages[i] = m
	}
	enqueue(t, db, messages...)
	var wg sync.WaitGroup
	var mu sync.Mutex
	total := 0
	for i := range 6 {
		wg.Go(func() {
			from := []*repository.DB{db, second}[i%2]
			for {
				got, err := from.DeliverOutbox(ctx, 7)
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				total += got
				mu.Unlock()
				if got == 0 {
					return
				}
			}
		})
	}
	got, err := db.DrainOutbox(ctx)
	if err != nil {
		t.Error(err)
	}
	if due, _, _, _ := second.OutboxState(ctx); due != 0 {
		t.Errorf("drained, and %d are due", due)
	}
	wg.Wait()
	if total += got; total != n {
		t.Errorf("delivered %d times, want %d", total, n)
	}
	items := map[int64]bool{}
	var before int64
	for {
		page, next, err := db.Inbox(ctx, 1, 0, before, 90)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range page {
			items[i.ID] = true
		}
		if before = next; next == 0 {
			break
		}
	}
	if len(items) != n {
		t.Errorf("%d notices, want %d", len(items), n)
	}
}

// Ensure a worker loop delivers what comes and ends with its context.
func TestRunOutbox(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(context.Background())
	db := repotest.Open(t, outboxNow)
	insertOrganization(t, db, 1, "unit", "", "630102")
	done := make(chan struct{})
	go func() { defer close(done); db.RunOutbox(ctx, time.Millisecond) }()
	go db.RunSealer(ctx, time.Millisecond)
	enqueue(t, db, tell(notice.CorrectionReminderMessage(about(), outboxNow, calendar.DateOf(outboxNow))))
	for end := time.Now().Add(20 * time.Second); len(inbox(t, db, 1)) == 0; {
		if time.Now().After(end) {
			t.Fatal("not delivered after 20 s")
		}
	}
	stop()
	<-done
}
