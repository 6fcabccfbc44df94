package handlers

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
)

// REP-6, REP-1: completion in its order and place; its own duty counts 30 days; the year that is not due is not owed, one
// that is overdue still is; what had to be done by then and is not known to be done is told.
func TestReportCompletion(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-03-02 10:00"))
	b := w.built("owner1", facts{"needs": []string{"special_fire"}, "planned_completion": "2028-01-14"})
	done := facts{"precheck_on": "2027-06-08", "accepted_on": "2027-06-18", "accepted_by": "住房和城乡建设局", "conclusion": "合格", "total_invested": "12380.00"}
	b.report(409, "completion", done)
	b.started("2026-03-02")
	w.to(at("2026-12-01 10:00"))
	b.report(201, "annual", annual)
	w.to(at("2027-06-30 10:00"))
	for field, wrong := range map[string]string{"accepted_on": "2027-07-01", "precheck_on": "2027-06-19"} {
		b.report(422, "completion", done.with(facts{field: wrong})).refused("REP-6", field)
	}
	b.report(422, "completion", done.with(facts{"accepted_on": "2026-03-01", "precheck_on": "2026-03-01"})).refused("REP-6", "accepted_on", "precheck_on")
	b.report(422, "completion", facts{}).refused("REP-6", "accepted_by", "accepted_on", "conclusion", "precheck_on", "total_invested")
	b.report(422, "completion", done.with(facts{"total_invested": "3200.49"})).refused("REP-3", "total_invested")
	b.report(422, "completion", done.with(facts{"total_invested": "13750.01"})).refused("REP-3", "explanation")
	r := b.report(201, "completion", done)
	if strings.Contains(r.body, `"late":true`) || !strings.Contains(r.body, `"E02"`) {
		t.Errorf("%s", r.body)
	}
	b.state("completed")
	b.expectDuty(2027, "waived 2028-01-31 overdue=false reported=false")
	if got := b.duty("completion", 0); got != "met 2027-07-19 overdue=false reported=true" { // 30 days end on Sunday the 18th
		t.Errorf("completion duty %q", got)
	}
	if got := b.told("cd-handler"); !slices.Contains(got, "completed") {
		t.Errorf("not told: %v", got)
	}
	b.report(422, "completion", done).refused("REP-5", "reason")
	b.report(422, "annual", annual, facts{"year": 2028}).refused("REP-1", "year")
	b.report(201, "annual", annual.with(facts{"invested_year": "100"}), facts{"year": 2027})
	b.call(post, b.path+"/withdrawal", facts{"reason": "不再建设"}).is(409)
	w.to(at("2028-03-10 10:00"))
	if got := b.told("owner1"); b.duty("annual", 2028) != "" || slices.Contains(got, "report_overdue") || slices.Contains(got, "completion_prompt") {
		t.Errorf("something is owed after completion: %v", b.told("owner1"))
	}

	slow := w.built("owner2", nil)
	slow.started("2028-03-10")
	w.to(at("2029-03-10 10:00"))
	r = slow.report(201, "completion", done.with(facts{"precheck_on": "2029-01-10", "accepted_on": "2029-01-20"}))
	if !strings.Contains(r.body, `"late":true`) {
		t.Errorf("%s", r.body)
	}
	slow.expectDuty(2028, "missed 2029-01-31 overdue=true reported=false")
	slow.expectDuty(2029, "waived 2030-01-31 overdue=false reported=false")
}

// REP-1: standstill and going on; a year of standstill is not owed, a part of one is.
func TestReportPauses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-03-02 10:00"))
	b := w.built("owner1", nil)
	pause := facts{"date": "2026-06-01", "reason": "资金不到位", "until": "2026-09-01"}
	b.report(409, "suspension", pause)
	b.started("2026-03-02")
	b.report(409, "resumption", facts{"date": "2026-03-02"})
	b.report(422, "suspension", pause).refused("REP-1", "date") // lies ahead
	w.to(at("2026-06-02 10:00"))
	b.report(422, "suspension", pause.with(facts{"date": "2026-03-01", "until": "2026-02-01", "reason": ""})).refused("REP-1", "date", "reason", "until")
	b.report(201, "suspension", pause)
	b.state("suspended")
	b.report(422, "suspension", pause).refused("REP-5", "reason")
	b.report(409, "completion", facts{})
	w.to(at("2027-01-05 10:00"))
	b.expectDuty(2026, "open 2027-02-01 overdue=false reported=false")
	b.report(201, "annual", annual)
	w.to(at("2028-01-05 10:00"))
	b.expectDuty(2027, "waived 2028-01-31 overdue=false reported=false")
	b.expectDuty(2028, "open 2029-01-31 overdue=false reported=false")
	b.report(422, "resumption", facts{"date": "2026-05-31"}).refused("REP-1", "date")
	b.report(201, "resumption", facts{"date": "2027-12-31"}) // so there was work in 2027
	b.state("under_construction")
	duties := 0
	for _, d := range b.all(b.path + "/duties") {
		if d["year"] == float64(2027) && d["state"] == "open" {
			duties++
		}
	}
	if duties != 1 {
		t.Errorf("%d open duties of 2027", duties)
	}
}

// REP-5: of two like reports at once one counts, and the other is told that it would be a correction.
func TestReportRace(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-03-02 10:00"))
	b := w.built("owner1", nil)
	var mu sync.Mutex
	statuses := map[int]int{}
	race := func(body facts) {
		clear(statuses)
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				r := b.call(post, b.path+"/reports", body)
				mu.Lock()
				defer mu.Unlock()
				statuses[r.status]++
			})
		}
		wg.Wait()
	}
	race(facts{"kind": "start", "data": facts{"start_date": "2026-03-02", "actual": true}, "submit": true})
	if statuses[http.StatusCreated] != 1 || statuses[http.StatusUnprocessableEntity] != 5 {
		t.Errorf("starts: %v", statuses)
	}
	w.to(at("2026-12-01 10:00"))
	race(facts{"kind": "annual", "year": 2026, "data": annual, "submit": true})
	if statuses[http.StatusCreated] != 1 || statuses[http.StatusUnprocessableEntity] != 5 {
		t.Errorf("annual reports: %v", statuses)
	}
	if n := len(b.all(b.path + "/duties")); n != 1 {
		t.Errorf("%d duties", n)
	}
	key := []string{"Idempotency-Key", "once"}
	body := facts{"kind": "suspension", "data": facts{"date": "2026-03-02", "reason": "资金不到位"}, "submit": true}
	first, again := b.api(post, b.path+"/reports", body, key...).is(201), b.api(post, b.path+"/reports", body, key...).is(201)
	if first.body != again.body {
		t.Errorf("two answers to one key:\n%s\n%s", first.body, again.body)
	}
}

// REP-1: what is no report of any kind is refused before anything happens.
func TestReportRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-03-02 10:00"))
	b := w.built("owner1", nil)
	stranger, officer := w.program("owner2"), w.program("cd-handler")
	before := w.digest()
	b.report(422, "wedding", facts{}).refused("REP-1", "kind")
	b.report(422, "start", facts{"start_date": "2026-03-02", "actual": true}, facts{"year": 2026}).refused("REP-1", "year")
	b.report(400, "start", facts{"invested_year": "1"})
	b.report(409, "annual", annual)
	b.report(409, "annual", annual, facts{"year": 2026})
	b.report(422, "start", facts{"start_date": "2026-03-02", "actual": true, "contact": "\u0000"})
	b.api(post, b.path+"/reports", facts{"kind": "start", "data": facts{"contact": strings.Repeat("长", 10_001)}}).is(422)
	b.api(post, b.path+"/reports", facts{"kind": "start", "data": facts{"start_date": "2026-03-02", "actual": true}, "submit": true}, "If-Match", `"9"`).is(409)
	for _, path := range []string{b.path, "/api/v1/projects/" + b.id, "/api/v1/projects/2603-630102-04-01-000000", "/api/v1/projects/99999999"} {
		stranger.api(post, path+"/reports", facts{"kind": "start", "data": facts{}}).is(404)
		stranger.api(get, path+"/reports", nil).is(404)
		stranger.api(get, path+"/duties", nil).is(404)
	}
	officer.api(post, b.path+"/reports", facts{"kind": "start", "data": facts{}}).is(403)
	if changed := w.changed(before); len(changed) > 0 {
		t.Errorf("refused, and yet %v changed", changed)
	}
}
