package main

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// M5: three general records (CRED-2…5), the story itself and both forms of branch a, three units on one platform.
func TestM5ThreeGeneralRecords(t *testing.T) {
	t.Parallel()
	b := openBureau(start(t, moment("2026-03-02 10:00")))
	b.play(nil, b.unit("owner2", 3).listedStory(), b.unit("owner1", 3).oneMended(), b.unit("owner3", 3).oneRefused())
	b.verified()
}

// listedStory: three records, nothing said, nothing mended: listed at 00:00 on 18 April.
func (u *unit) listedStory() []step {
	return []step{
		{"2026-03-02 10:00", u.accused},
		{"2026-03-09 23:59:59", func() {
			for n := range 3 {
				u.act(u.second, n, "confirmation", nil).refused(u.t, 422, "CRED-2")
			}
		}},
		{"2026-03-10 10:00", u.confirmed},
		{"2026-04-09 23:59:59", func() {
			u.standing(values{"general": "3", "unrectified": "3", "overdue": "0", "trigger_at": moment("2026-04-10"), "listing": "", "listed": "false"})
			u.record(0, values{"state": "confirmed"})
		}},
		{"2026-04-10", u.triggered},
		{"2026-04-17 23:59:59", func() {
			u.standing(values{"listing.state": "pending", "listed": "false"})
			u.public(false)
		}},
		{"2026-04-18", u.listed},
		{"2026-04-20 09:00", func() {
			// CRED-4: the window is over; CRED-6: nothing is mended, and three months are not over.
			u.listing(u.own, "objection", facts{"reason": "不服"}).untimely(u.t)
			u.listing(u.own, "exit", facts{"commitment": true}).refused(u.t, 422, "CRED-6")
			u.public(true)
		}},
	}
}

// accused: proposed and served at once; the same fact is no second record, and nobody confirms yet.
func (u *unit) accused() {
	for n := range 3 {
		a := u.first.do(u.t, http.MethodPost, "/api/v1/credit/records", u.proposal(n, "G6", "general")).must(u.t, 201)
		a.expect(u.t, values{"uscc": u.uscc, "project_code": u.codes[n], "ground": "G6", "severity": "general", "state": "proposed",
			"served_on": "2026-03-02", "statement_until": "2026-03-09", "rectify_by": "", "confirmed_at": ""})
		u.records = append(u.records, a.text("id"))
		// CRED-1: one fact yields one record, whoever proposes it.
		u.first.do(u.t, http.MethodPost, "/api/v1/credit/records", u.proposal(n, "G6", "general")).refused(u.t, 409, "CRED-1")
		u.third.do(u.t, http.MethodPost, "/api/v1/credit/records", u.proposal(n, "G6", "general")).refused(u.t, 409, "CRED-1")
		u.act(u.first, n, "confirmation", nil).must(u.t, 403)
		u.act(u.second, n, "confirmation", nil).refused(u.t, 422, "CRED-2")
	}
	u.hears(u.own, "CRED-2", "2026-03-02 10:00")
	u.standing(values{"uscc": u.uscc, "general": "0", "major": "0", "unrectified": "0", "overdue": "0", "trigger_at": "", "listing": "", "listed": "false"})
}

func (u *unit) confirmed() {
	for n := range 3 {
		u.act(u.first, n, "confirmation", nil).must(u.t, 403)
		u.act(u.second, n, "confirmation", nil).must(u.t, 200).expect(u.t, values{"state": "confirmed", "rectify_by": "2026-04-09",
			"confirmed_at": moment("2026-03-10 10:00")})
		u.act(u.second, n, "confirmation", nil).must(u.t, 409)
		u.act(u.second, n, "dismissal", facts{"reason": "改判"}).must(u.t, 409)
	}
	u.standing(values{"general": "3", "major": "0", "unrectified": "3", "overdue": "0", "trigger_at": moment("2026-04-10"), "listing": "", "listed": "false",
		"green_channel": "false"})
	u.hears(u.own, "CRED-2", "2026-03-10 10:00")
	u.public(false)
	// The unit sees its own standing, in the same words.
	u.own.do(u.t, http.MethodGet, "/api/v1/credit/units/"+u.uscc, nil).must(u.t, 200).expect(u.t, values{"general": "3", "trigger_at": moment("2026-04-10")})
}

// triggered: 10 April begins and nothing is mended. Pending, told, not public (CRED-3, CRED-4).
func (u *unit) triggered() {
	u.standing(values{"general": "3", "unrectified": "3", "overdue": "3", "listing.state": "pending", "listing.objection_until": "2026-04-17",
		"listing.from": "", "listed": "false"})
	for n := range 3 {
		u.record(n, values{"state": "overdue", "rectify_by": "2026-04-09"})
	}
	u.hears(u.own, "CRED-", "2026-04-10")
	u.public(false)
	u.traced(u.first)
	u.traced(u.own)
}

// traced fails the test unless the unit's newest listing names its records, rule and policy (CRED-5).
func (u *unit) traced(who *client) {
	u.t.Helper()
	listings := slices.DeleteFunc(who.all(u.t, "/api/v1/credit/listings"), func(a answer) bool { return a.text("id") != u.standing(nil).text("listing.id") })
	if len(listings) != 1 {
		u.t.Fatalf("%d listings of the unit, want one", len(listings))
	}
	for _, want := range append([]string{"CRED-3", "policy_version"}, u.records...) {
		if !bytes.Contains(listings[0].body, []byte(want)) {
			u.t.Errorf("the trace does not name %s: %.900s", want, listings[0].body)
		}
	}
}

// listed: public everywhere in the instant in which the window has ended, with reasons and without persons (CRED-5).
func (u *unit) listed() {
	from, until := moment("2026-04-18"), moment("2027-04-18")
	u.standing(values{"listing.state": "listed", "listing.from": from, "listing.until": until, "listed": "true", "green_channel": "false"})
	u.public(true)
	a := u.entry("")
	a.expect(u.t, values{"uscc": u.uscc, "listed": "true", "from": from, "until": until, "as_of": from})
	if a.text("reasons.0") == "" || a.text("basis.0") == "" || !strings.HasPrefix(a.text("rule"), "CRED-") || a.text("name") == "" {
		u.t.Errorf("an entry without reasons, basis, rule or name: %s", a.body)
	}
	trace := u.visitor().do(u.t, http.MethodGet, a.text("trace_url"), nil).must(u.t, 200)
	if !bytes.Contains(trace.body, []byte("CRED-3")) || !bytes.Contains(trace.body, []byte("G6")) {
		u.t.Errorf("the public trace names no rule or no ground: %.900s", trace.body)
	}
	for _, person := range []string{"监管一岗", "监管二岗", "regulator1", "regulator2", "昆仑矿业经办"} {
		if bytes.Contains(trace.body, []byte(person)) || bytes.Contains(a.body, []byte(person)) {
			u.t.Errorf("the public reads of %s", person)
		}
	}
	// CRED-6: as of an instant at which it was not in effect yet, it was not listed.
	u.entry("?as_of=2026-04-17T23:59:59%2B08:00").expect(u.t, values{"listed": "false"})
	u.entry("?as_of=2026-04-18T00:00:00%2B08:00").expect(u.t, values{"listed": "true"})
	u.hears(u.own, "CRED-", "2026-04-18")
	u.traced(u.first)
}

// oneMended is branch a: evidence for one in time, accepted in the window; two overdue are enough all the same.
func (u *unit) oneMended() []step {
	return []step{
		{"2026-03-02 10:00", func() { u.propose(3, "G6", "general") }},
		{"2026-03-10 10:00", func() { u.confirm(0, 1, 2) }},
		{"2026-04-08 10:00", func() { u.mend(0) }},
		{"2026-04-10", func() {
			u.standing(values{"general": "3", "unrectified": "3", "overdue": "2", "listing.state": "pending", "listing.objection_until": "2026-04-17"})
			u.record(0, values{"state": "confirmed"})
			u.record(1, values{"state": "overdue"})
		}},
		{"2026-04-15 11:00", func() {
			u.review(true, 0)
			u.record(0, values{"state": "rectified"})
			u.standing(values{"general": "3", "unrectified": "2", "overdue": "2", "listing.state": "pending"})
		}},
		{"2026-04-17 23:59:59", func() { u.public(false) }},
		{"2026-04-18", func() { u.public(true) }},
	}
}

// oneRefused is branch a once more: evidence for all three in time, so nothing is overdue until one is refused.
func (u *unit) oneRefused() []step {
	return []step{
		{"2026-03-02 10:00", func() { u.propose(3, "G6", "general") }},
		{"2026-03-10 10:00", func() { u.confirm(0, 1, 2) }},
		{"2026-04-08 10:00", func() { u.mend(0, 1, 2) }},
		{"2026-04-10", func() {
			u.standing(values{"general": "3", "unrectified": "3", "overdue": "0", "listing": ""})
		}},
		{"2026-04-14 14:59:59", func() { u.standing(values{"overdue": "0", "listing": ""}) }},
		{"2026-04-14 15:00", func() {
			u.review(false, 1)
			u.record(1, values{"state": "overdue"})
			u.record(0, values{"state": "confirmed"})
			u.standing(values{"general": "3", "unrectified": "3", "overdue": "1", "listing.state": "pending", "listing.objection_until": "2026-04-21"})
			u.hears(u.own, "CRED-", "2026-04-14 15:00")
		}},
		{"2026-04-18", func() { u.public(false) }},
		{"2026-04-21 23:59:59", func() { u.public(false) }},
		{"2026-04-22", func() {
			u.public(true)
			u.standing(values{"listing.from": moment("2026-04-22"), "listing.until": moment("2027-04-22"), "listed": "true"})
		}},
	}
}
