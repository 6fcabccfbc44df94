package main

import (
	"net/http"
	"testing"
	"time"
)

// M5 in autumn, around the National Day: every date counted by the almanac of these tests; three units on one platform.
func TestM5OtherDatesAndOrders(t *testing.T) {
	t.Parallel()
	b := openBureau(start(t, moment("2026-09-24 10:00")))
	cal := readAlmanac(t)
	b.play(nil, b.unit("owner1", 3).overTheHoliday(cal), b.unit("owner2", 4).finalWords(cal), b.unit("owner3", 3).extendedAndRevoked(cal))
	b.verified()
}

// overTheHoliday: three confirmed on three days, each with a date of its own; the first date that passes triggers. What
// is listed is annulled at last, and gone from everywhere in that second (CRED-3, CRED-4, CRED-6).
func (u *unit) overTheHoliday(cal almanac) []step {
	heard := cal.working("2026-09-24", 5)
	days := []string{dayAfter(heard), cal.working(dayAfter(heard), 1), cal.working(dayAfter(heard), 4)}
	dates := []string{cal.natural(days[0], 30), cal.natural(days[1], 30), cal.natural(days[2], 30)}
	trigger := dayAfter(dates[0])
	window := cal.working(trigger, 5)
	listed := dayAfter(window)
	steps := []step{
		{"2026-09-24 10:00", func() {
			u.propose(3, "G6", "general")
			u.record(0, values{"served_on": "2026-09-24", "statement_until": heard})
		}},
		{heard + " 23:59:59", func() { u.act(u.third, 0, "confirmation", nil).refused(u.t, 422, "CRED-2") }},
		{secondBefore(trigger), func() {
			u.standing(values{"general": "3", "overdue": "0", "trigger_at": moment(trigger), "listing": ""})
		}},
		{trigger, func() {
			u.standing(values{"overdue": "1", "unrectified": "3", "listing.state": "pending", "listing.objection_until": window})
			u.record(1, values{"state": "confirmed"})
		}},
		// In the last second of its date evidence is in time; in the first one after it, it is late.
		{secondBefore(dayAfter(dates[1])), func() { u.mend(1) }},
		{dayAfter(dates[1]), func() {
			u.record(1, values{"state": "confirmed"})
			u.standing(values{"overdue": "1", "unrectified": "3"})
		}},
		{dayAfter(dates[2]), func() {
			u.mend(2)
			u.record(2, values{"state": "overdue"})
			u.standing(values{"overdue": "2", "unrectified": "3", "listing.state": "pending"})
		}},
		{secondBefore(listed), func() { u.public(false) }},
		{listed, func() {
			u.public(true)
			u.standing(values{"listing.from": moment(listed), "listing.until": moment(day(listed).AddDate(1, 0, 0).Format(time.DateOnly))})
		}},
		{dayAfter(listed) + " 11:30", func() {
			u.listing(u.own, "annulment", facts{"reason": "自行撤销"}).must(u.t, 403)
			u.listing(u.third, "annulment", facts{"reason": "列入有误"}).must(u.t, 200)
			u.public(false)
			u.standing(values{"listed": "false"})
			u.hears(u.own, "CRED-", dayAfter(listed)+" 11:30")
		}},
	}
	for n, d := range days {
		steps = append(steps, step{d + " 10:00", func() {
			u.confirm(n)
			u.record(n, values{"rectify_by": dates[n]})
			want := ""
			if n == 2 {
				want = moment(trigger)
			}
			u.standing(values{"trigger_at": want})
		}})
	}
	return steps
}

// finalWords: a statement that is declared final ends the window, another does not; evidence refused before the date
// leaves the record confirmed until the date has passed; who proposed does not dismiss; no fact twice (CRED-1, CRED-2).
func (u *unit) finalWords(cal almanac) []step {
	early, late := cal.natural("2026-09-25", 30), dayAfter(cal.working("2026-09-24", 5))
	return []step{
		{"2026-09-24 10:00", func() { u.propose(3, "G6", "general") }},
		{"2026-09-25 09:00", func() {
			u.act(u.own, 0, "statement", facts{"text": "情况属实，无其他陈述", "final": true}).must(u.t, 200)
			u.act(u.own, 1, "statement", facts{"text": "正在收集材料", "final": false}).must(u.t, 200)
			u.act(u.own, 1, "rectification", facts{"text": "已补报", "evidence": "回执"}).untimely(u.t) // nothing is confirmed
		}},
		{"2026-09-25 10:00", func() {
			u.act(u.second, 1, "confirmation", nil).refused(u.t, 422, "CRED-2")
			u.act(u.first, 0, "confirmation", nil).must(u.t, 403)
			u.act(u.second, 0, "confirmation", nil, "If-Match", `"999"`).must(u.t, 409)
			u.act(u.second, 0, "confirmation", nil).must(u.t, 200).expect(u.t, values{"state": "confirmed", "rectify_by": early})
			u.act(u.own, 0, "statement", facts{"text": "还有话说", "final": true}).untimely(u.t)
			u.standing(values{"general": "1", "unrectified": "1", "overdue": "0", "trigger_at": "", "listing": "", "green_channel": "false"})
		}},
		{"2026-10-10 09:00", func() {
			u.mend(0)
			u.act(u.second, 2, "dismissal", facts{"reason": "已按期报送"}).must(u.t, 200)
			u.first.do(u.t, http.MethodPost, "/api/v1/credit/records", u.proposal(2, "G6", "general")).refused(u.t, 409, "CRED-1")
		}},
		{"2026-10-12 09:00", func() {
			u.review(false, 0)
			u.record(0, values{"state": "confirmed", "rectify_by": early})
			u.standing(values{"general": "2", "unrectified": "2", "overdue": "0"})
		}},
		{late + " 10:30", func() { u.act(u.second, 1, "confirmation", nil).must(u.t, 200) }},
		{secondBefore(dayAfter(early)), func() { u.record(0, values{"state": "confirmed"}) }},
		{dayAfter(early), func() {
			u.record(0, values{"state": "overdue"})
			u.standing(values{"general": "2", "overdue": "1", "listing": "", "trigger_at": ""})
		}},
		{dayAfter(early) + " 09:00", func() { // evidence after the date counts once it is accepted
			u.mend(0)
			u.record(0, values{"state": "overdue"})
			u.review(true, 0)
			u.record(0, values{"state": "rectified"})
			u.standing(values{"general": "2", "unrectified": "1", "overdue": "0"})
		}},
	}
}

// extendedAndRevoked: one date extended, once, by no more than it was; a record revoked in the window ends CRED-3.
func (u *unit) extendedAndRevoked(cal almanac) []step {
	confirmed := dayAfter(cal.working("2026-09-24", 5))
	due := cal.natural(confirmed, 30)
	return []step{
		{"2026-09-24 10:00", func() { u.propose(3, "G6", "general") }},
		{confirmed + " 10:00", func() { u.confirm(0, 1, 2) }},
		{cal.working(confirmed, 3) + " 10:00", func() {
			u.act(u.third, 0, "extension", facts{"days": 31, "reason": "冬季无法施工"}).must(u.t, 422)
			a := u.act(u.third, 0, "extension", facts{"days": 10, "reason": "冬季无法施工"}).must(u.t, 200)
			if a.text("rectify_by") <= due {
				u.t.Errorf("extended to %s, it was %s", a.text("rectify_by"), due)
			}
			u.act(u.third, 0, "extension", facts{"days": 5, "reason": "再次延长"}).untimely(u.t)
		}},
		{dayAfter(due), func() {
			u.record(0, values{"state": "confirmed"})
			u.standing(values{"general": "3", "overdue": "2", "listing.state": "pending"})
		}},
		{dayAfter(due) + " 15:00", func() {
			id := u.standing(nil).text("listing.id")
			u.act(u.own, 1, "revocation", facts{"reason": "自行撤销"}).must(u.t, 403)
			u.act(u.third, 1, "revocation", facts{"reason": "认定有误"}).must(u.t, 200).expect(u.t, values{"state": "revoked"})
			u.standing(values{"general": "2", "unrectified": "2", "overdue": "1", "listed": "false", "trigger_at": ""})
			u.ended(u.own, id, "cancelled")
		}},
		{dayAfter(cal.working(dayAfter(due), 5)), func() { u.public(false) }},
	}
}
