package main

import (
	"bytes"
	"net/http"
	"testing"
)

// M6: one major record, and leaving (CRED-3, CRED-6): owner1 leaves by application after twelve months, owner2 by
// itself after thirty-six, owner3 (three general records) after three months. One platform, three units.
func TestM6MajorAndLeaving(t *testing.T) {
	t.Parallel()
	b := openBureau(start(t, moment("2026-03-02 10:00")))
	b.play(nil, b.unit("owner1", 1).leavesByApplication(), b.unit("owner2", 1).leavesByItself(), b.unit("owner3", 3).leavesAfterThreeMonths())
	b.verified()
}

// major: one record G3; a Saturday that is a working day does not move its date, and a Sunday begins the window.
func (u *unit) major(more ...step) []step {
	return append([]step{
		{"2026-03-02 10:00", func() { u.propose(1, "G3", "major") }},
		{"2026-03-10 10:00", func() {
			u.confirm(0)
			u.record(0, values{"ground": "G3", "severity": "major", "rectify_by": "2026-05-09"})
			u.standing(values{"general": "0", "major": "1", "unrectified": "1", "overdue": "0", "trigger_at": moment("2026-05-10"), "listing": ""})
		}},
		{"2026-05-09 23:59:59", func() { u.standing(values{"overdue": "0", "listing": ""}) }},
		{"2026-05-10", func() {
			u.standing(values{"major": "1", "overdue": "1", "listing.state": "pending", "listing.objection_until": "2026-05-15", "listed": "false"})
		}},
		{"2026-05-15 23:59:59", func() { u.public(false) }},
		{"2026-05-16", func() {
			u.public(true)
			u.standing(values{"listing.state": "listed", "listing.from": moment("2026-05-16"), "listing.until": moment("2029-05-16"), "listed": "true"})
			u.entry("").expect(u.t, values{"from": moment("2026-05-16"), "until": moment("2029-05-16")})
		}},
	}, more...)
}

// exit has the unit apply to leave.
func (u *unit) exit(commitment bool) answer {
	u.t.Helper()
	return u.listing(u.own, "exit", facts{"commitment": commitment})
}

func (u *unit) leavesByApplication() []step {
	return u.major(
		step{"2026-06-01 10:00", func() { u.exit(true).refused(u.t, 422, "CRED-6") }},
		step{"2026-06-02 10:00", func() {
			u.mend(0)
			u.review(true, 0)
			u.standing(values{"unrectified": "0", "overdue": "0", "listing.state": "listed", "listed": "true"})
			u.exit(true).refused(u.t, 422, "CRED-6") // mended, and twelve months are not over
			u.public(true)
		}},
		step{"2027-05-15 23:59:59", func() { u.exit(true).refused(u.t, 422, "CRED-6") }},
		step{"2027-05-16", func() {
			u.exit(false).must(u.t, 422) // no commitment
			u.listing(u.third, "exit-decision", facts{"accept": true}).untimely(u.t)
			u.listing(u.third, "exit", facts{"commitment": true}).must(u.t, 403)
			u.exit(true).must(u.t, 200)
			u.exit(true).untimely(u.t)
			u.public(true)
		}},
		step{"2027-05-24 14:59:59", func() {
			u.listing(u.first, "exit-decision", facts{"accept": true}).must(u.t, 403) // who proposed
			u.listing(u.own, "exit-decision", facts{"accept": true}).must(u.t, 403)
			u.public(true)
		}},
		step{"2027-05-24 15:00", func() {
			u.leaves(func() {
				u.listing(u.third, "exit-decision", facts{"accept": true, "reason": "已整改"}).must(u.t, 200)
			})
		}},
		step{"2029-06-01 09:00", func() { u.public(false) }})
}

// leaves: what lists the unit before does not after, in the same second; who may look back still can (CRED-6, CRED-8).
func (u *unit) leaves(act func()) {
	u.t.Helper()
	id, trace := u.standing(nil).text("listing.id"), u.entry("").text("trace_url")
	act()
	u.gone(id, trace)
	// As of a day on which it was listed: the public is not told any more.
	u.entry("?as_of=2026-07-01T00:00:00%2B08:00").expect(u.t, values{"listed": "false"})
	// The unit sees its own history; an auditor says for what, or sees nothing.
	u.ended(u.own, id, "left")
	u.ended(u.first, id, "left")
	auditor := u.signIn("audit-office")
	auditor.do(u.t, http.MethodGet, "/api/v1/credit/units/"+u.uscc, nil).must(u.t, 403)
	auditor.do(u.t, http.MethodGet, "/api/v1/credit/units/"+u.uscc+"?purpose=%E5%B9%B4%E5%BA%A6%E5%AE%A1%E8%AE%A1", nil).must(u.t, 200).expect(u.t, values{"listed": "false"})
	auditor.do(u.t, http.MethodGet, "/api/v1/credit/listings?limit=100", nil).must(u.t, 403)
	seen := auditor.do(u.t, http.MethodGet, "/api/v1/credit/listings?limit=100&purpose=%E5%B9%B4%E5%BA%A6%E5%AE%A1%E8%AE%A1", nil).must(u.t, 200)
	if !bytes.Contains(seen.body, []byte(u.uscc)) {
		u.t.Error("an auditor with a purpose does not see what it was")
	}
}

// gone fails the test unless nothing public tells of the unit, and the feed has a tombstone of the listing, with its id
// and nothing that says who it was.
func (u *unit) gone(id, trace string) {
	u.t.Helper()
	u.public(false)
	u.standing(values{"listed": "false"})
	if a := u.visitor().do(u.t, http.MethodGet, trace, nil); a.status == 200 && !bytes.Contains(a.body, []byte("未列入")) {
		u.t.Errorf("%s still tells: %.300s", trace, a.body)
	}
	feed := u.visitor().all(u.t, "/api/v1/public/feed/blacklist")
	tombstones := 0
	for _, item := range feed {
		if item.text("id") == id || item.text("listing_id") == id {
			tombstones++
			for _, field := range []string{"uscc", "name", "reasons", "basis", "trace_url"} {
				if item.text(field) != "" {
					u.t.Errorf("the tombstone says %s %s", field, item.text(field))
				}
			}
		}
	}
	if tombstones == 0 {
		u.t.Errorf("no tombstone of %s in the feed: %v", id, feed)
	}
}

// leavesByItself: nothing is mended; thirty-six months, to the second (CAL-2).
func (u *unit) leavesByItself() []step {
	var id, trace string
	return u.major(
		step{"2027-05-17 09:00", func() { u.exit(true).refused(u.t, 422, "CRED-6") }}, // nothing is mended
		step{"2029-05-15 23:59:59", func() {
			u.public(true)
			id, trace = u.standing(nil).text("listing.id"), u.entry("").text("trace_url")
		}},
		step{"2029-05-16", func() {
			u.gone(id, trace)
			u.ended(u.own, id, "left")
			u.record(0, values{"state": "spent"}) // CRED-3
			u.standing(values{"general": "0", "major": "0", "trigger_at": "", "listed": "false"})
			u.hears(u.own, "CRED-6", "2029-05-16")
		}},
		step{"2029-06-01 09:00", func() { u.public(false) }})
}

// leavesAfterThreeMonths: the general branch; one refusal does not bar a second application.
func (u *unit) leavesAfterThreeMonths() []step {
	return u.pendingSince(
		step{"2026-04-18", func() { u.public(true) }},
		step{"2026-05-06 10:00", func() {
			u.mend(0, 1)
			u.review(true, 0, 1)
			u.exit(true).refused(u.t, 422, "CRED-6")
			u.mend(2)
			u.review(true, 2)
			u.public(true)
		}},
		step{"2026-07-17 23:59:59", func() { u.exit(true).refused(u.t, 422, "CRED-6") }},
		step{"2026-07-18", func() { u.exit(true).must(u.t, 200) }},
		step{"2026-07-20 10:00", func() {
			u.listing(u.third, "exit-decision", facts{"accept": false, "reason": "承诺书未盖章"}).must(u.t, 200)
			u.public(true)
			u.exit(true).must(u.t, 200)
		}},
		step{"2026-07-22 10:00", func() {
			u.leaves(func() { u.listing(u.third, "exit-decision", facts{"accept": true, "reason": "同意"}).must(u.t, 200) })
			for n := range 3 {
				u.record(n, values{"state": "spent"})
			}
			u.standing(values{"general": "0", "trigger_at": "", "listed": "false"})
		}})
}
