package handlers

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// REP-2: with a matter missing a plan is refused, listing it, and leaves no case; an actual start is stored, everybody is
// told at once, and one case opens. Impossible dates are refused.
func TestReportStart(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-03-02 10:00"))
	b := w.built("owner1", facts{"needs": []string{"disturbs_soil"}})
	start := func(status int, date string, actual bool) reply {
		t.Helper()
		return b.report(status, "start", facts{"start_date": date, "actual": actual})
	}
	start(422, "2026-04-01", false).refused("REP-2", "C03")
	start(422, "2026-03-01", false).refused("REP-2", "start_date")
	start(422, "2026-03-03", true).refused("REP-2", "start_date")
	start(422, "2026-02-30", true).refused("REP-2", "start_date")
	start(422, "1989-12-31", true).refused("REP-2", "start_date")
	b.report(422, "start", facts{}).refused("REP-2", "actual", "start_date")
	watch := w.program("supervisor")
	if cases := watch.all("/api/v1/supervision/cases"); len(cases) != 0 {
		t.Errorf("cases after refusals: %v", cases)
	}
	b.state("filed")
	w.to(at("2026-03-05 11:00"))
	r := start(201, "2026-03-04", true)
	if !strings.Contains(r.body, `"late":true`) || !strings.Contains(r.body, `"C03"`) || r.text("case_id") == "" {
		t.Errorf("%s", r.body)
	}
	cases := watch.all("/api/v1/supervision/cases?state=open")
	if len(cases) != 1 || cases[0]["rule"] != "REP-2" || cases[0]["kind"] != "unlawful_start" || cases[0]["project_code"] != b.code {
		t.Fatalf("cases %v", cases)
	}
	if detail, _ := cases[0]["detail"].(map[string]any); fmt.Sprint(detail["report_id"]) != r.text("id") {
		t.Errorf("the case rests on report %v, not on %s", detail["report_id"], r.text("id"))
	}
	for _, who := range []string{"owner1", "cd-handler", "xn-water-handler", "regulator1", "supervisor"} {
		if got := b.told(who); !slices.Contains(got, "unlawful_start") {
			t.Errorf("%s is not told: %v", who, got)
		}
	}
	start(422, "2026-03-03", true).refused("REP-5", "reason")
	r = b.report(201, "start", facts{"start_date": "2026-03-03", "actual": true}, facts{"reason": "日期填错"})
	if !strings.Contains(r.body, `"version":2`) || len(watch.all("/api/v1/supervision/cases")) != 1 {
		t.Errorf("corrected: %s", r.body)
	}
	b.report(422, "start", facts{"start_date": "2026-04-01", "actual": false}, facts{"reason": "没有开工"}).refused("REP-2", "actual")
	path := "/api/v1/supervision/cases/" + cases[0]["id"].(string)
	watch.api(post, path+"/closure", facts{"reason": "手续已补齐"}, "If-Match", `"2"`).is(409)
	watch.api(post, path+"/closure", facts{"reason": " "}).is(422).refused("REP-2", "reason")
	if got := watch.api(post, path+"/closure", facts{"reason": "手续已补齐"}).is(200); got.text("state") != "closed" {
		t.Errorf("%s", got.body)
	}
	watch.api(post, path+"/closure", facts{"reason": "再次"}).is(409)
	if got := b.told("owner1"); !slices.Contains(got, "case_closed") {
		t.Errorf("the owner is not told of the end: %v", got)
	}
	same := b.report(201, "start", facts{"start_date": "2026-03-02", "actual": true}, facts{"reason": "日期填错"})
	if n := len(watch.all("/api/v1/supervision/cases")); n != 1 || same.text("case_id") != r.text("case_id") {
		t.Errorf("%d cases of what was closed already: %s", n, same.body)
	}
	early := b.report(201, "start", facts{"start_date": "2026-03-01", "actual": true}, facts{"reason": "日期填错"})
	if n := len(watch.all("/api/v1/supervision/cases?state=open")); n != 1 || early.text("case_id") == r.text("case_id") {
		t.Errorf("%d open cases about a start before the filing: %s", n, early.body)
	}
	b.report(201, "start", facts{"start_date": "2026-02-27", "actual": true}, facts{"reason": "日期填错"})
	open := watch.api(get, "/api/v1/supervision/cases/"+early.text("case_id"), nil).is(200)
	if !strings.Contains(open.body, `"start_date":"2026-02-27"`) || open.text("state") != "open" {
		t.Errorf("the open case does not follow the correction: %s", open.body)
	}
	watch.call(get, "/api/v1/supervision/cases?state=lost", nil).is(400)
}

// REP-2: a start before the project was filed is a signal, though nothing is missing; one of a project that is only
// accepted lacks the decision itself.
func TestReportStartTooEarly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-03-02 10:00"))
	early := w.built("owner1", nil).started("2026-03-01")
	if early.text("case_id") == "" || !strings.Contains(early.body, `"items":[]`) {
		t.Errorf("%s", early.body)
	}
	owner := w.program("owner1")
	r := owner.submit(sanctionFacts().with(facts{"region": "630102"}))
	path := "/api/v1/projects/" + r.text("id")
	one := built{owner, path, r.text("id"), ""}
	one.report(409, "start", facts{"start_date": "2026-03-02", "actual": true}).refused("CODE-7")
	w.program("cd-handler").call(post, path+"/acceptance", facts{"decision": "accept"}).is(200)
	one.report(422, "start", facts{"start_date": "2026-05-01", "actual": false}).refused("REP-2", "A04")
	if begun := one.started("2026-03-02"); begun.text("case_id") == "" || !strings.Contains(begun.body, `"A04"`) {
		t.Errorf("%s", begun.body)
	}
	w.to(at("2026-04-10 10:00")) // the decision is still owed, and told to be overdue
	if one.code = owner.api(get, path, nil).text("code"); !slices.Contains(one.told("supervisor"), "decision_overdue") {
		t.Errorf("the decision is forgotten: %v", one.told("supervisor"))
	}
}

// REP-1, REP-4: a start reported after years were due owes them, overdue at once; nothing fires back in time, and there
// are as many days until the proposal as after any other date. Such a report is late.
func TestReportStartLongPast(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-03-02 10:00"))
	b := w.built("owner1", nil)
	w.to(at("2028-01-20 10:00"))
	b.started("2025-05-01") // before the project had its code: that year is not owed
	if b.duty("annual", 2025) != "" {
		t.Errorf("2025 is owed: %s", b.duty("annual", 2025))
	}
	b.expectDuty(2026, "open 2027-02-01 overdue=true reported=false")
	b.expectDuty(2027, "open 2028-01-31 overdue=false reported=false")
	b.expectDuty(2028, "open 2029-01-31 overdue=false reported=false")
	w.to(at("2028-01-20 10:01"))
	told := map[string]int{}
	for _, k := range b.told("owner1") {
		told[k]++
	}
	if told["report_reminder"] != 1 || told["report_overdue"] != 1 { // CAL-2: reminders that are past come as one
		t.Errorf("told %v", told)
	}
	w.to(at("2028-02-21 23:59")) // thirty days end on a Saturday
	b.expectDuty(2026, "open 2027-02-01 overdue=true reported=false")
	w.to(at("2028-02-22 00:00"))
	b.expectDuty(2026, "missed 2027-02-01 overdue=true reported=false")
	if r := b.report(201, "annual", annual, facts{"year": 2026}); !strings.Contains(r.body, `"late":true`) {
		t.Errorf("%s", r.body)
	}
	b.expectDuty(2026, "late 2027-02-01 overdue=true reported=true")
}

// REP-1: a plan that has passed prompts the owner once, on the next morning, and is no record; a delay moves it.
func TestReportPrompts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-03-02 10:00"))
	b := w.built("owner1", facts{"planned_completion": "2027-05-12"})
	w.to(at("2026-08-03 10:00"))
	b.report(422, "delay", facts{"new_date": "2026-08-02", "reason": "征地未完"}).refused("REP-1", "new_date")
	b.report(201, "delay", facts{"new_date": "2026-09-09", "reason": "征地未完"})
	count := func(kind string) (n int) {
		for _, k := range b.told("owner1") {
			if k == kind {
				n++
			}
		}
		return n
	}
	plain := w.built("owner3", nil) // planned for 2026-09-01
	w.to(at("2026-09-02 09:00"))
	if got := plain.told("owner3"); !slices.Contains(got, "start_prompt") {
		t.Errorf("not prompted by the plan as filed: %v", got)
	}
	w.to(at("2026-09-10 08:59"))
	if count("start_prompt") != 0 {
		t.Errorf("prompted early, or by the old plan: %v", b.told("owner1"))
	}
	w.to(at("2026-09-10 09:00"))
	if count("start_prompt") != 1 {
		t.Errorf("not prompted: %v", b.told("owner1"))
	}
	b.report(201, "start", facts{"start_date": "2026-10-08", "actual": false})
	b.report(422, "start", facts{"start_date": "2026-10-09", "actual": false}).refused("REP-5", "reason")
	b.started("2026-09-10")
	w.to(at("2027-05-13 09:00"))
	if count("start_prompt") != 1 || count("completion_prompt") != 1 {
		t.Errorf("prompts: %v", b.told("owner1"))
	}
	b.state("under_construction")
	if w.proposals(1) != 1 { // of the annual report that nobody handed in; prompts propose nothing
		t.Errorf("%d proposals", w.proposals(1))
	}
	gone := w.built("owner2", facts{"planned_start": "2027-06-01"})
	gone.call(post, gone.path+"/withdrawal", facts{"reason": "不再建设"}).is(200)
	gone.report(409, "start", facts{"start_date": "2027-05-13", "actual": true})
	gone.api(post, gone.path+"/reports", facts{"kind": "start", "data": facts{}}).is(409)
	w.to(at("2027-06-03 10:00"))
	if got := gone.told("owner2"); slices.Contains(got, "start_prompt") {
		t.Errorf("prompted after withdrawal: %v", got)
	}
}
