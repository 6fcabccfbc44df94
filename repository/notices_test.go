package repository_test

import (
	"context"
	"testing"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/notice"
	"qhtz/repository/repotest"
)

// Ensure each message reaches the bodies competent where the project is, or those above them, once each (FILE-5, FILE-13).
func TestNoticeRecipients(t *testing.T) {
	t.Parallel()
	db := repotest.Open(t, outboxNow)
	const (
		owner, provinceReform, prefectureReform, countyReform, prefectureEco, supervisor, regulatorA, regulatorB = 1, 2, 3, 4, 5, 6, 7, 8
	)
	insertOrganization(t, db, owner, "unit", "", "630102")
	insertOrganization(t, db, countyReform, "department", "发展改革", "630102")
	insertOrganization(t, db, prefectureReform, "department", "发展改革", "630100")
	insertOrganization(t, db, provinceReform, "department", "发展改革", "630000")
	insertOrganization(t, db, prefectureEco, "department", "生态环境", "630100")
	insertOrganization(t, db, supervisor, "supervision", "", "630000")
	insertOrganization(t, db, regulatorA, "regulator", "", "630000")
	insertOrganization(t, db, regulatorB, "regulator", "", "630000")
	for name, c := range map[string]struct {
		to   []notice.Recipient
		want []int64
	}{
		"owner":                    {[]notice.Recipient{notice.Owner(owner)}, []int64{owner}},
		"department there":         {[]notice.Recipient{notice.Department("发展改革", "630102", "")}, []int64{countyReform}},
		"next level up":            {[]notice.Recipient{notice.Department("生态环境", "630102", "630102")}, []int64{prefectureEco}},
		"two levels up":            {[]notice.Recipient{notice.Department("发展改革", "632801", "")}, []int64{provinceReform}},
		"else the authority":       {[]notice.Recipient{notice.Department("自然资源", "632801", "630102")}, []int64{countyReform}},
		"authority one up":         {[]notice.Recipient{notice.Department("自然资源", "632801", "630104")}, []int64{prefectureReform}},
		"supervisor":               {[]notice.Recipient{notice.Supervisor("630102")}, []int64{supervisor}},
		"all regulators there":     {[]notice.Recipient{notice.Regulator("630102")}, []int64{regulatorA, regulatorB}},
		"once though named thrice": {[]notice.Recipient{notice.Owner(owner), notice.Organization(owner), notice.Owner(owner)}, []int64{owner}},
		"the rest without one":     {[]notice.Recipient{notice.Organization(4711), notice.Owner(owner)}, []int64{owner}},
	} {
		m := notice.Message{Kind: notice.Kind("test: " + name), Title: name, At: outboxNow, To: c.to}
		enqueue(t, db, tell(m))
		if n, err := db.DrainOutbox(context.Background()); n != 1 || err != nil {
			t.Errorf("%s: delivered %d, %v", name, n, err)
		}
		var got []int64
		for o := int64(1); o <= 8; o++ {
			for _, item := range inbox(t, db, o) {
				if item.Kind == m.Kind {
					got = append(got, o)
				}
			}
		}
		if len(got) != len(c.want) || got[0] != c.want[0] || got[len(got)-1] != c.want[len(c.want)-1] {
			t.Errorf("%s: told %v, want %v", name, got, c.want)
		}
	}
	enqueue(t, db, tell(notice.Message{Kind: "lost", At: outboxNow, To: []notice.Recipient{notice.Organization(4711)}}))
	if n, err := db.DrainOutbox(context.Background()); n != 0 || err != nil {
		t.Errorf("a message to nobody: delivered %d, %v; it must stay", n, err)
	}
}

// Ensure the inbox shows an organisation's messages, newest first, page by page, and remembers what each account has read.
func TestInbox(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	db := repotest.Open(t, outboxNow)
	insertOrganization(t, db, 1, "unit", "", "630102")
	insertOrganization(t, db, 2, "department", "发展改革", "630102")
	insertAccount(t, db, 11, 1)
	insertAccount(t, db, 12, 1)
	insertAccount(t, db, 21, 2)
	actor := func(id, organization int64) domain.Actor {
		return domain.Actor{ID: id, Roles: []domain.Role{domain.RoleOwner}, Organization: domain.Organization{ID: organization}}
	}
	date := calendar.DateOf(outboxNow)
	for range 3 {
		enqueue(t, db, tell(notice.AcceptedBySilenceMessage(about(), outboxNow, date, date)))
		if _, err := db.DrainOutbox(ctx); err != nil {
			t.Fatal(err)
		}
	}
	s := notice.NewService(db)
	first, err := s.Inbox(ctx, actor(11, 1), 0, 2)
	if err != nil || len(first.Items) != 2 || first.Next == 0 || first.Items[0].ID < first.Items[1].ID {
		t.Fatalf("first page %+v, %v", first, err)
	}
	if i := first.Items[0]; i.Kind != "accepted_by_silence" || i.Rule != "FILE-5" || i.ProjectCode != "2603-630103-04-12-345678" || *i.ProjectID != 77 || i.Read || !i.At.Equal(outboxNow) {
		t.Errorf("item %+v", i)
	}
	second, err := s.Inbox(ctx, actor(11, 1), first.Next, 2)
	if err != nil || len(second.Items) != 1 || second.Next != 0 {
		t.Fatalf("second page %+v, %v", second, err)
	}
	others, _ := s.Inbox(ctx, actor(21, 2), 0, 0)
	ids := []int64{first.Items[0].ID, first.Items[0].ID, others.Items[0].ID, 5}
	for want := 1; want >= 0; want-- { // again changes nothing
		if n, err := s.MarkRead(ctx, domain.Call{Actor: actor(11, 1)}, ids); n != want || err != nil {
			t.Errorf("marked %d, %v; want %d", n, err, want)
		}
	}
	for _, c := range []struct{ account, organization, want int64 }{{11, 1, 2}, {12, 1, 3}, {21, 2, 3}} {
		if n, err := s.Unread(ctx, actor(c.account, c.organization)); int64(n) != c.want || err != nil {
			t.Errorf("account %d: unread %d, %v; want %d", c.account, n, err, c.want)
		}
	}
	if page, _ := s.Inbox(ctx, actor(11, 1), 0, 0); !page.Items[0].Read || page.Items[1].Read {
		t.Errorf("read marks: %+v", page.Items)
	}
	if _, err := s.Inbox(ctx, domain.Actor{}, 0, 0); !domain.IsKind(err, domain.Unauthenticated) {
		t.Errorf("nobody signed in: %v", err)
	}
	if _, err := s.MarkRead(ctx, domain.Call{}, ids); !domain.IsKind(err, domain.Unauthenticated) {
		t.Errorf("nobody signed in: %v", err)
	}
}
