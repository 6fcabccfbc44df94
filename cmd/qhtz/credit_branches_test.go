package main

import (
	"net/http"
	"sync"
	"testing"
)

// M5, branches b, c and d: what does not trigger, what ends it in the window, what triggers late (CRED-3, CRED-4).
func TestM5BranchesOfTheTrigger(t *testing.T) {
	t.Parallel()
	b := openBureau(start(t, moment("2026-03-02 10:00")))
	b.play(nil, b.unit("owner1", 3).oneDismissed(), b.unit("owner2", 3).mendedInTheWindow(), b.unit("owner3", 3).thirdComesLate())
	b.verified()
}

// oneDismissed is branch b: two in effect are not three.
func (u *unit) oneDismissed() []step {
	return []step{
		{"2026-03-02 10:00", func() { u.propose(3, "G6", "general") }},
		{"2026-03-10 10:00", func() {
			u.confirm(0, 1)
			u.act(u.first, 2, "dismissal", facts{"reason": "自行撤销"}).must(u.t, 403)
			u.act(u.second, 2, "dismissal", facts{"reason": "已按期报送，系统未登记"}).must(u.t, 200).expect(u.t, values{"state": "dismissed", "rectify_by": ""})
			u.act(u.second, 2, "confirmation", nil).must(u.t, 409)
			u.hears(u.own, "CRED-2", "2026-03-10 10:00")
			// CRED-1: what was dismissed is not proposed again.
			u.first.do(u.t, http.MethodPost, "/api/v1/credit/records", u.proposal(2, "G6", "general")).refused(u.t, 409, "CRED-1")
			u.standing(values{"general": "2", "unrectified": "2", "overdue": "0", "trigger_at": "", "listing": ""})
		}},
		{"2026-04-10", func() {
			u.standing(values{"general": "2", "unrectified": "2", "overdue": "2", "trigger_at": "", "listing": "", "listed": "false"})
		}},
		{"2026-04-18", func() { u.public(false) }},
		{"2026-06-01 09:00", func() { u.standing(values{"general": "2", "overdue": "2", "listing": "", "listed": "false"}) }},
	}
}

// mendedInTheWindow is branch c: late evidence counts once accepted; the last one ends CRED-3.
func (u *unit) mendedInTheWindow() []step {
	return []step{
		{"2026-03-02 10:00", func() { u.propose(3, "G6", "general") }},
		{"2026-03-10 10:00", func() { u.confirm(0, 1, 2) }},
		{"2026-04-10", func() { u.standing(values{"overdue": "3", "listing.state": "pending"}) }},
		{"2026-04-13 10:00", func() {
			u.mend(0, 1, 2)
			u.standing(values{"unrectified": "3", "overdue": "3", "listing.state": "pending"})
		}},
		{"2026-04-15 11:00", func() {
			u.review(true, 0, 1)
			u.standing(values{"unrectified": "1", "overdue": "1", "listing.state": "pending"})
			id := u.standing(nil).text("listing.id")
			u.review(true, 2)
			a := u.standing(values{"general": "3", "unrectified": "0", "overdue": "0", "trigger_at": "", "listed": "false"})
			if state := a.text("listing.state"); state != "" && state != "cancelled" {
				u.t.Errorf("the listing is %s, want cancelled", state)
			}
			u.ended(u.own, id, "cancelled")
			u.hears(u.own, "CRED-4", "2026-04-15 11:00")
		}},
		{"2026-04-17 23:59:59", func() { u.public(false) }},
		{"2026-04-18", func() { u.public(false) }},
		{"2026-05-18", func() { u.public(false) }},
	}
}

// ended fails the test unless a listing has the state, as those see it who may.
func (u *unit) ended(who *client, id, state string) {
	u.t.Helper()
	for _, l := range who.all(u.t, "/api/v1/credit/listings") {
		if l.text("id") == id {
			l.expect(u.t, values{"state": state})
			return
		}
	}
	u.t.Errorf("listing %s is gone, want it %s", id, state)
}

// thirdComesLate is branch d: the third confirmation, with two overdue by then, is the moment.
func (u *unit) thirdComesLate() []step {
	return []step{
		{"2026-03-02 10:00", func() { u.propose(2, "G6", "general") }},
		{"2026-03-10 10:00", func() { u.confirm(0, 1) }},
		{"2026-04-02 10:00", func() { u.propose(1, "G6", "general") }},
		{"2026-04-10 10:00", func() {
			u.standing(values{"general": "2", "overdue": "2", "listing": ""})
			u.record(2, values{"statement_until": "2026-04-10"}) // 3, 7, 8, 9, 10 April: 清明 lies between
			u.act(u.second, 2, "confirmation", nil).refused(u.t, 422, "CRED-2")
		}},
		{"2026-04-13 10:00", func() {
			u.confirmedOnce(2)
			u.record(2, values{"rectify_by": "2026-05-13", "confirmed_at": moment("2026-04-13 10:00")})
			u.standing(values{"general": "3", "unrectified": "3", "overdue": "2", "listing.state": "pending", "listing.objection_until": "2026-04-20"})
			u.hears(u.own, "CRED-4", "2026-04-13 10:00")
		}},
		{"2026-04-20 23:59:59", func() { u.public(false) }},
		{"2026-04-21", func() { u.public(true) }},
	}
}

// confirmedOnce has two regulators confirm a record ten times at once: it is confirmed once.
func (u *unit) confirmedOnce(n int) {
	u.t.Helper()
	var wg sync.WaitGroup
	answers := make([]answer, 10)
	for i := range answers {
		who := []*client{u.second, u.third}[i%2]
		wg.Go(func() {
			answers[i], _ = who.try(u.t, http.MethodPost, "/api/v1/credit/records/"+u.records[n]+"/confirmation", nil)
		})
	}
	wg.Wait()
	got := map[int]int{}
	for _, a := range answers {
		got[a.status]++
	}
	if got[200] != 1 || got[409] != 9 {
		u.t.Errorf("ten confirmations at once: %v, want one 200 and nine 409", got)
	}
}

// M5, branch e: an objection holds the listing back until another person decides it (CRED-4).
func TestM5BranchesOfTheObjection(t *testing.T) {
	t.Parallel()
	b := openBureau(start(t, moment("2026-03-02 10:00")))
	b.play(nil, b.unit("owner1", 3).objectionRefused(), b.unit("owner2", 4).objectionUpheld(), b.unit("owner3", 3).objectionRefusedEarly())
	b.verified()
}

// pendingSince is what goes before each of these: three records, pending on 10 April.
func (u *unit) pendingSince(more ...step) []step {
	return append([]step{
		{"2026-03-02 10:00", func() { u.propose(3, "G6", "general") }},
		{"2026-03-10 10:00", func() { u.confirm(0, 1, 2) }},
		{"2026-04-10", func() { u.standing(values{"listing.state": "pending", "listing.objection_until": "2026-04-17"}) }},
	}, more...)
}

func (u *unit) objectionRefused() []step {
	refuse := facts{"uphold": false, "reason": "异议理由不成立"}
	return u.pendingSince(
		step{"2026-04-16 09:00", func() {
			u.listing(u.third, "objection-decision", refuse).untimely(u.t) // there is none yet
			u.listing(u.own, "objection", facts{"reason": "三件均非本单位责任"}).must(u.t, 200)
			u.listing(u.own, "objection", facts{"reason": "再次提出"}).untimely(u.t)
		}},
		step{"2026-04-18", func() {
			u.public(false)
			u.standing(values{"listing.state": "pending", "listed": "false"})
		}},
		step{"2026-04-21 14:59:59", func() {
			u.listing(u.first, "objection-decision", refuse).must(u.t, 403)  // who proposed
			u.listing(u.second, "objection-decision", refuse).must(u.t, 403) // who confirmed
			u.public(false)
		}},
		step{"2026-04-21 15:00", func() {
			u.listing(u.third, "objection-decision", refuse).must(u.t, 200)
			u.public(true)
			// CAL-2: twelve months that begin within a day do not count it.
			u.standing(values{"listing.state": "listed", "listing.from": moment("2026-04-21 15:00"), "listing.until": moment("2027-04-22"), "listed": "true"})
			u.entry("").expect(u.t, values{"from": moment("2026-04-21 15:00")})
			u.listing(u.third, "objection-decision", facts{"uphold": true, "reason": "改判"}).untimely(u.t)
			u.hears(u.own, "CRED-4", "2026-04-21 15:00")
		}})
}

// objectionUpheld: never listed, and these three are spent; a fourth alone is one, not four (CRED-3).
func (u *unit) objectionUpheld() []step {
	return u.pendingSince(
		step{"2026-04-16 09:00", func() { u.listing(u.own, "objection", facts{"reason": "已于期内报送"}).must(u.t, 200) }},
		step{"2026-04-20 10:00", func() { u.propose(1, "G6", "general") }},
		step{"2026-04-21 15:00", func() {
			u.listing(u.third, "objection-decision", facts{"uphold": true, "reason": "异议成立"}).must(u.t, 200)
			for n := range 3 {
				u.record(n, values{"state": "spent"})
			}
			u.standing(values{"general": "0", "major": "0", "unrectified": "0", "overdue": "0", "listed": "false"})
		}},
		step{"2026-04-28 10:00", func() {
			u.confirm(3)
			u.standing(values{"general": "1", "unrectified": "1", "trigger_at": "", "listed": "false"})
		}},
		step{"2026-06-01 00:00", func() {
			a := u.standing(values{"general": "1", "overdue": "1", "listed": "false"})
			if s := a.text("listing.state"); s == "pending" || s == "listed" {
				u.t.Errorf("the listing is %s after the objection was upheld", s)
			}
			u.public(false)
		}})
}

// objectionRefusedEarly: refused within the window, it is listed when the window ends, not before.
func (u *unit) objectionRefusedEarly() []step {
	return u.pendingSince(
		step{"2026-04-13 09:00", func() { u.listing(u.own, "objection", facts{"reason": "期限计算有误"}).must(u.t, 200) }},
		step{"2026-04-14 15:00", func() {
			u.listing(u.third, "objection-decision", facts{"uphold": false, "reason": "计算无误"}).must(u.t, 200)
			u.standing(values{"listing.state": "pending", "listed": "false"})
			u.public(false)
		}},
		step{"2026-04-17 23:59:59", func() { u.public(false) }},
		step{"2026-04-18", func() {
			u.public(true)
			u.standing(values{"listing.state": "listed", "listing.from": moment("2026-04-18"), "listing.until": moment("2027-04-18")})
		}})
}
