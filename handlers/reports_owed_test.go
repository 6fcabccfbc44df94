package handlers

import (
	"fmt"
	"strings"
	"testing"
)

// owed is the year's duty that is not waived, in words.
func (b built) owed(year int) string {
	b.w.t.Helper()
	for _, d := range b.all(b.path + "/duties") {
		if y, _ := d["year"].(float64); int(y) == year && d["state"] != "waived" {
			return fmt.Sprint(d["state"], " ", d["due_date"], " overdue=", d["statutory_overdue"])
		}
	}
	return ""
}

func (b built) startsOn(date string) reply {
	b.w.t.Helper()
	return b.report(201, "start", facts{"start_date": date, "actual": true}, facts{"reason": "日期填错"})
}

// REP-1, REP-4: a duty that its owner's correction waived comes back with the correction's correction, overdue at once; one
// that is overdue is not waived at all. One state is shown of a duty, wherever it is read (CAL-5).
func TestDutiesAfterCorrections(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-03-02 10:00"))
	b, stays := w.built("owner1", nil), w.built("owner2", nil)
	b.started("2026-03-02")
	stays.started("2026-03-02")
	w.to(at("2027-01-10 10:00"))
	b.startsOn("2027-01-05")
	if got := b.owed(2026); got != "" {
		t.Errorf("owed before the start: %s", got)
	}
	w.to(at("2027-03-10 10:00"))
	b.startsOn("2026-03-02")
	if got := b.owed(2026); got != "open 2027-02-01 overdue=true" {
		t.Errorf("waived for good: %q", got)
	}
	if r := b.report(201, "annual", annual, facts{"year": 2026}); !strings.Contains(r.body, `"late":true`) {
		t.Errorf("not late: %s", r.body)
	}
	stays.startsOn("2027-01-05")
	if got := stays.owed(2026); got != "missed 2027-02-01 overdue=true" {
		t.Errorf("an overdue duty was waived by its owner: %q", got)
	}
	found := false
	for _, d := range stays.all(stays.path + "/deadlines") {
		if d["due_date"] == "2027-02-01" {
			found = true
			if e := stays.api(get, "/api/v1/deadlines/"+d["id"].(string)+"/explanation", nil); d["state"] != "missed" || e.text("state") != "missed" {
				t.Errorf("shown as %v, explained as %s", d["state"], e.text("state"))
			}
		}
	}
	if r := stays.report(201, "annual", annual, facts{"year": 2026}); !found || !strings.Contains(r.body, `"late":true`) {
		t.Errorf("among the deadlines %v, reported %s", found, r.body)
	}
}

// REP-5: with a reason the last standstill or its end is corrected, though a new one could be reported; its dates are held
// against its own.
func TestPausesAreCorrected(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-03-02 10:00"))
	b := w.built("owner1", nil)
	b.started("2026-03-02")
	w.to(at("2026-08-03 10:00"))
	why := facts{"reason": "日期写错"}
	on := func(date string) facts { return facts{"date": date, "reason": "资金不到位"} }
	b.report(201, "suspension", on("2026-05-01"))
	b.report(201, "resumption", on("2026-06-01"))
	if r := b.report(201, "suspension", on("2026-05-10"), why); !strings.Contains(r.body, `"version":2`) {
		t.Errorf("%s", r.body)
	}
	b.state("under_construction")
	b.report(422, "suspension", on("2026-06-02"), why).refused("REP-1", "date")
	b.report(201, "suspension", on("2026-07-01"))
	if r := b.report(201, "resumption", on("2026-06-05"), why); !strings.Contains(r.body, `"version":2`) {
		t.Errorf("%s", r.body)
	}
	b.state("suspended")
	for _, wrong := range []string{"2026-05-09", "2026-07-02"} {
		b.report(422, "resumption", on(wrong), why).refused("REP-1", "date")
	}
	b.report(422, "suspension", on("2026-06-04"), why).refused("REP-1", "date")
}

// REP-5: whether a report is late follows from its newest dates and the instant at which it first came.
func TestLatenessAfterCorrections(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-03-02 10:00"))
	b := w.built("owner1", nil)
	late := func(r reply, want bool) {
		t.Helper()
		var stored bool
		w.must(w.db.SQL().QueryRowContext(t.Context(), `SELECT late FROM reports WHERE id = $1`, r.text("id")).Scan(&stored))
		if strings.Contains(r.body, `"late":true`) != want || stored != want {
			t.Errorf("late should be %v, is %v in the table: %s", want, stored, r.body)
		}
	}
	w.to(at("2026-03-04 10:00"))
	late(b.started("2026-03-04"), false)
	w.to(at("2026-03-09 10:00"))
	late(b.startsOn("2026-03-03"), true)
	late(b.startsOn("2026-03-04"), false)
	w.to(at("2026-06-30 10:00"))
	done := facts{"precheck_on": "2026-04-01", "accepted_on": "2026-06-18", "accepted_by": "建设单位", "conclusion": "合格", "total_invested": "100"}
	late(b.report(201, "completion", done), false)
	w.to(at("2026-12-30 10:00"))
	late(b.report(201, "completion", done.with(facts{"accepted_on": "2026-04-02"}), facts{"reason": "日期写错"}), true)
	late(b.report(201, "completion", done.with(facts{"total_invested": "99"}), facts{"reason": "核减"}), false)
	duties := 0
	for _, d := range b.all(b.path + "/duties") {
		if d["kind"] == "completion" && d["state"] != "waived" {
			duties++
		}
	}
	if duties != 1 {
		t.Errorf("%d duties of completion", duties)
	}
}

// REP-5: what has been submitted has no draft but for its correction; drafts of any year are kept until they cannot be used.
func TestDraftsOfReports(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-03-02 10:00"))
	b, gone := w.built("owner1", nil), w.built("owner2", nil)
	save := func(b built, kind string, more facts) reply {
		return b.api(post, b.path+"/reports", facts{"kind": kind, "data": facts{}}.with(more))
	}
	save(b, "annual", facts{"year": 2020}).is(201)
	save(b, "annual", facts{"year": 20200}).is(422)
	save(b, "suspension", nil).is(201)
	b.started("2026-03-02")
	save(b, "start", nil).is(409)
	save(b, "start", facts{"reason": "日期填错"}).is(201)
	for cursor, seen := "", 0; ; seen++ {
		r := b.api(get, b.path+"/reports?limit=1"+cursor, nil).is(200)
		if r.text("next_cursor") == "" {
			if seen != 3 {
				t.Errorf("%d pages of one, want four", seen+1)
			}
			break
		}
		cursor = "&cursor=" + r.text("next_cursor")
	}
	b.call(get, b.path+"/reports?what=1", nil).is(400)
	b.report(201, "completion", facts{"precheck_on": "2026-03-02", "accepted_on": "2026-03-02", "accepted_by": "建设单位", "conclusion": "合格", "total_invested": "1"})
	save(gone, "start", nil).is(201)
	gone.call(post, gone.path+"/withdrawal", facts{"reason": "不再建设"}).is(200)
	kinds := ""
	w.must(w.db.SQL().QueryRowContext(t.Context(), `SELECT COALESCE(string_agg(kind, ' '), '') FROM report_drafts`).Scan(&kinds))
	if kinds != "annual" { // of years that may still be reported
		t.Errorf("drafts left: %s", kinds)
	}
}
