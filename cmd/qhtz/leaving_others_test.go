package main

import (
	"net/http"
	"testing"
)

// M6 of other kinds (CRED-2, CRED-3, CRED-6): owner1's record is revoked while it is listed, owner2 triggers anew while it
// is listed, owner3's only record expires.
func TestM6OtherWaysOut(t *testing.T) {
	t.Parallel()
	b := openBureau(start(t, moment("2026-03-02 10:00")))
	b.play(nil, b.unit("owner1", 3).revokedWhileListed(), b.unit("owner2", 4).triggersAnew(), b.unit("owner3", 1).expires())
	b.verified()
}

// revokedWhileListed: of three two are left, CRED-3 no longer holds, and the listing is annulled at once.
func (u *unit) revokedWhileListed() []step {
	return u.pendingSince(
		step{"2026-04-18", func() {
			u.public(true)
			u.listing(u.own, "objection", facts{"reason": "窗口已过的异议"}).untimely(u.t) // in the very second in which it has ended
		}},
		step{"2026-05-07 09:00", func() {
			id, trace := u.standing(nil).text("listing.id"), u.entry("").text("trace_url")
			u.act(u.third, 2, "revocation", facts{"reason": "当时已报送，认定有误"}).must(u.t, 200).expect(u.t, values{"state": "revoked"})
			u.gone(id, trace)
			u.ended(u.own, id, "annulled")
			u.hears(u.own, "CRED-", "2026-05-07 09:00")
		}},
		step{"2026-06-01 09:00", func() { u.public(false) }})
}

// triggersAnew: a major record while listed for general ones has its own window, and its listing the longer periods.
func (u *unit) triggersAnew() []step {
	return u.pendingSince(
		step{"2026-04-18", func() { u.public(true) }},
		step{"2026-05-06 10:00", func() { u.propose(1, "G3", "major") }},
		step{"2026-05-14 10:00", func() { // 7, 8, 9 (a make-up day), 11, 12 May were the window
			u.confirm(3)
			u.record(3, values{"rectify_by": "2026-07-13"})
			u.standing(values{"general": "3", "major": "1", "listed": "true"})
		}},
		step{"2026-07-14", func() { // 15, 16, 17, 20 and 21 July are the window
			u.standing(values{"overdue": "4", "listed": "true"})
			u.public(true)
			u.hears(u.own, "CRED-4", "2026-07-14")
			u.mend(0, 1, 2)
			u.review(true, 0, 1, 2)
		}},
		step{"2026-07-22", func() { u.public(true) }},
		step{"2026-08-03 10:00", func() { // three months of the first are over, but not twelve of the second
			u.mend(3)
			u.review(true, 3)
			u.exit(true).refused(u.t, 422, "CRED-6")
		}},
		step{"2027-04-18", func() { u.public(true) }},
		step{"2027-04-19 09:00", func() { u.entry("").expect(u.t, values{"listed": "true", "until": moment("2029-07-22")}) }},
		step{"2029-07-21 23:59:59", func() { u.public(true) }},
		step{"2029-07-22", func() {
			u.public(false)
			u.standing(values{"general": "0", "major": "0", "listed": "false"})
		}})
}

// expires: twelve months from the confirmation, to the end of the day (CAL-2); then it counts for nothing.
func (u *unit) expires() []step {
	return []step{
		{"2026-03-02 10:00", func() { u.propose(1, "G6", "general") }},
		{"2026-03-10 10:00", func() { u.confirm(0) }},
		{"2026-04-10", func() { u.standing(values{"general": "1", "overdue": "1", "listing": ""}) }},
		{"2027-03-10 23:59:59", func() { u.standing(values{"general": "1"}) }},
		{"2027-03-11", func() {
			u.record(0, values{"state": "expired"})
			u.standing(values{"general": "0", "unrectified": "0", "overdue": "0", "trigger_at": "", "listed": "false"})
			u.act(u.second, 0, "confirmation", nil).untimely(u.t)
			u.first.do(u.t, http.MethodPost, "/api/v1/credit/records", u.proposal(0, "G6", "general")).refused(u.t, 409, "CRED-1")
		}},
	}
}
