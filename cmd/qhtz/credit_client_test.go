package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// moment is an instant as the API writes it: "2026-04-10" is its 00:00, a time of day may follow.
func moment(s string) string {
	return s[:10] + "T" + (strings.TrimPrefix(s[10:], " ") + "00:00:00"[len(strings.TrimPrefix(s[10:], " ")):]) + "+08:00"
}

// dayAfter is the end of a day: the next one, at 00:00.
func dayAfter(date string) string { return day(date).AddDate(0, 0, 1).Format(time.DateOnly) }

// secondBefore is the last second of the day before one.
func secondBefore(date string) string {
	return day(date).AddDate(0, 0, -1).Format(time.DateOnly) + " 23:59:59"
}

// step is what happens at an instant of a scenario.
type step struct {
	at string // as moment takes it
	do func()
}

// play takes the steps of scenarios that share a platform in the order of their instants; after runs after each.
func (p *booted) play(after func(), scripts ...[]step) {
	p.t.Helper()
	all := slices.Concat(scripts...)
	slices.SortStableFunc(all, func(a, b step) int { return strings.Compare(moment(a.at), moment(b.at)) })
	now := ""
	for _, s := range all {
		if moment(s.at) != now {
			now = moment(s.at)
			p.clock(now)
		}
		s.do()
		if after != nil {
			after()
		}
	}
}

// bureau is a platform with its three regulators: the first proposes, the second confirms, the third decides what
// must be decided by another person than both.
type bureau struct {
	*booted
	first, second, third *client
}

func openBureau(p *booted) *bureau {
	p.t.Helper()
	p.t.Cleanup(func() {
		if log := p.proc.output.String(); p.t.Failed() && strings.Contains(log, "ERROR") {
			_, log, _ = strings.Cut(log, "ERROR")
			p.t.Logf("the platform's first error: %.1500s", log)
		}
	})
	return &bureau{p, p.signIn("regulator1"), p.signIn("regulator2"), p.signIn("regulator3")}
}

// unit is a 项目单位 with its projects and the records about it, as a scenario follows them.
type unit struct {
	*bureau
	own     *client
	uscc    string
	codes   []string // of its projects
	records []string // ids
}

// unit signs a unit's person in and files projects for it.
func (b *bureau) unit(username string, projects int) *unit {
	b.t.Helper()
	u := &unit{bureau: b, own: b.signIn(username)}
	u.uscc = u.own.do(b.t, http.MethodGet, "/api/v1/me", nil).must(b.t, 200).text("organization.uscc")
	for n := range projects {
		u.codes = append(u.codes, u.own.file(b.t, filingFacts(facts{"name": fmt.Sprintf("%s 的第 %d 个项目", username, n+1)})).must(b.t, 200).text("code"))
	}
	return u
}

// proposal is the n-th record that the first regulator proposes against the unit.
func (u *unit) proposal(n int, ground, severity string) facts {
	return facts{"uscc": u.uscc, "project_code": u.codes[n%len(u.codes)], "ground": ground, "severity": severity,
		"facts": fmt.Sprintf("第 %d 件：经催告仍未报送", n+1), "basis": "青政办〔2017〕32号第14条"}
}

// propose has the first regulator propose another n records.
func (u *unit) propose(n int, ground, severity string) {
	u.t.Helper()
	for range n {
		a := u.first.do(u.t, http.MethodPost, "/api/v1/credit/records", u.proposal(len(u.records), ground, severity)).must(u.t, 201)
		u.records = append(u.records, a.text("id"))
	}
}

// act does something about the n-th record.
func (u *unit) act(who *client, n int, action string, body any, headers ...string) answer {
	u.t.Helper()
	return who.do(u.t, http.MethodPost, "/api/v1/credit/records/"+u.records[n]+"/"+action, body, headers...)
}

// confirm has the second regulator confirm records.
func (u *unit) confirm(which ...int) {
	u.t.Helper()
	for _, n := range which {
		u.act(u.second, n, "confirmation", facts{"reason": "事实清楚"}).must(u.t, 200).expect(u.t, values{"state": "confirmed"})
	}
}

// mend has the unit hand in evidence that records are rectified.
func (u *unit) mend(which ...int) {
	u.t.Helper()
	for _, n := range which {
		u.act(u.own, n, "rectification", facts{"text": "已补报，附回执", "evidence": "回执第 7 号"}).must(u.t, 200)
	}
}

// review has the second regulator decide on the evidence.
func (u *unit) review(accept bool, which ...int) {
	u.t.Helper()
	for _, n := range which {
		u.act(u.second, n, "rectification-review", facts{"accept": accept, "reason": "经核查"}).must(u.t, 200)
	}
}

// record fails the test unless the n-th record is as said.
func (u *unit) record(n int, want values) {
	u.t.Helper()
	u.first.do(u.t, http.MethodGet, "/api/v1/credit/records/"+u.records[n], nil).must(u.t, 200).expect(u.t, want)
}

// standing is the unit's as officials see it; it must be as said.
func (u *unit) standing(want values) answer {
	u.t.Helper()
	a := u.first.do(u.t, http.MethodGet, "/api/v1/credit/units/"+u.uscc, nil).must(u.t, 200)
	a.expect(u.t, want)
	return a
}

// hears fails the test unless a notice under one of the rules that begin so comes to the inbox, as of an instant.
func (b *bureau) hears(who *client, rule, at string) {
	b.t.Helper()
	heard := func() int { return who.notices(b.t, rule, at) }
	for end := time.Now().Add(10 * time.Second); heard() == 0 && time.Now().Before(end); {
		runtime.Gosched()
	}
	if heard() == 0 {
		b.t.Errorf("no notice under %s… as of %s", rule, moment(at))
	}
}

// notices counts those in the inbox under the rules that begin so, as of an instant.
func (c *client) notices(t *testing.T, rule, at string) int {
	t.Helper()
	n := 0
	for _, m := range c.all(t, "/api/v1/inbox") {
		if m.text("at") == moment(at) && strings.HasPrefix(m.text("rule"), rule) {
			n++
		}
	}
	return n
}

// all reads a list to its end; the address has no query yet.
func (c *client) all(t *testing.T, address string) []answer {
	t.Helper()
	var out []answer
	for cursor := ""; ; {
		a := c.do(t, http.MethodGet, address+"?limit=100"+cursor, nil).must(t, 200)
		out = append(out, a.list("items")...)
		if a.text("next_cursor") == "" {
			return out
		}
		cursor = "&cursor=" + url.QueryEscape(a.text("next_cursor"))
	}
}

// listing does something about the unit's current listing.
func (u *unit) listing(who *client, action string, body any) answer {
	u.t.Helper()
	return who.do(u.t, http.MethodPost, "/api/v1/credit/listings/"+u.standing(nil).text("listing.id")+"/"+action, body)
}

// entry is what the public register says about the unit.
func (u *unit) entry(query string) answer {
	u.t.Helper()
	return u.visitor().do(u.t, http.MethodGet, "/api/v1/public/blacklist/"+u.uscc+query, nil).must(u.t, 200)
}

// public fails the test unless every way to the register says at this instant whether the unit is listed (CRED-4,
// CRED-6, CRED-8): entry, search, list, csv, feed and the pages.
func (u *unit) public(listed bool) {
	u.t.Helper()
	a := u.entry("")
	if got := a.text("listed"); got != strconv.FormatBool(listed) || a.text("as_of") == "" {
		u.t.Errorf("the entry says listed %s as of %q, want %t: %.300s", got, a.text("as_of"), listed, a.body)
	}
	for _, address := range []string{"/api/v1/public/blacklist?limit=100", "/api/v1/public/blacklist?q=" + u.uscc, "/api/v1/public/blacklist.csv",
		"/api/v1/public/feed/blacklist?limit=100", "/blacklist"} {
		a := u.visitor().do(u.t, http.MethodGet, address, nil)
		if a.status != http.StatusOK {
			u.t.Errorf("%s: %d", address, a.status)
			continue
		}
		if address == "/api/v1/public/blacklist?q="+u.uscc {
			a.body = fmt.Append(nil, a.at("items"))
		}
		if bytes.Contains(a.body, []byte(u.uscc)) != listed {
			u.t.Errorf("%s has %s: %t, want %t", address, u.uscc, !listed, listed)
		}
	}
	page := u.visitor().do(u.t, http.MethodGet, "/blacklist/"+u.uscc, nil, "Accept", "text/html")
	if page.status != http.StatusOK || bytes.Contains(page.body, []byte("未列入")) == listed {
		u.t.Errorf("the unit's page answers %d and says 未列入: %t", page.status, bytes.Contains(page.body, []byte("未列入")))
	}
}

// verified has the platform verify its audit trail and its deadlines (AUD-1, CAL-2). The index is put right first: after
// a jump of the clock it is filled within a minute of the machine's time, and nothing rests on it.
func (b *bureau) verified() {
	b.t.Helper()
	_, _ = b.cli("deadlines", "verify", "--repair")
	checkVerified(b.t, b.booted)
}

// untimely fails the test unless the call was refused because of the state of things.
func (a answer) untimely(t testing.TB) {
	t.Helper()
	if a.status != http.StatusConflict && a.status != http.StatusUnprocessableEntity {
		t.Errorf("status %d, want 409 or 422: %.300s", a.status, a.body)
	}
}
