package handlers

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// built is a filed project whose unit reports.
type built struct {
	*person
	path, id, code string
}

func (w *world) built(owner string, changes facts) built {
	w.t.Helper()
	p := w.program(owner)
	r := p.submit(filingFacts().with(changes))
	return built{p, "/api/v1/projects/" + r.text("code"), r.text("id"), r.text("code")}
}

// report hands in a report and holds the answer against the document.
func (b built) report(status int, kind string, data facts, more ...facts) reply {
	b.w.t.Helper()
	body := facts{"kind": kind, "data": data, "submit": true}
	for _, m := range more {
		body = body.with(m)
	}
	return b.api(post, b.path+"/reports", body).is(status)
}

func (b built) started(date string) reply {
	b.w.t.Helper()
	return b.report(201, "start", facts{"start_date": date, "actual": true})
}

// all are the items of a list.
func (p *person) all(path string) []map[string]any {
	p.w.t.Helper()
	var v struct {
		Items []map[string]any `json:"items"`
	}
	p.w.must(json.Unmarshal([]byte(p.api(get, path, nil).is(200).body), &v))
	return v.Items
}

// duty is the duty of a kind and year, in words: its state, when it is due, and the report that answers it.
func (b built) duty(kind string, year int) string {
	b.w.t.Helper()
	for _, d := range b.all(b.path + "/duties") {
		if y, _ := d["year"].(float64); d["kind"] == kind && int(y) == year {
			return fmt.Sprint(d["state"], " ", d["due_date"], " overdue=", d["statutory_overdue"], " reported=", d["report_id"] != nil)
		}
	}
	return ""
}

// told are the kinds of notices about the project in somebody's inbox, the oldest first.
func (b built) told(username string) []string {
	b.w.t.Helper()
	b.w.deliver()
	var kinds []string
	for _, n := range b.w.program(username).all("/api/v1/inbox?limit=100") {
		if n["project_code"] == b.code {
			kinds = append(kinds, n["kind"].(string))
		}
	}
	slices.Reverse(kinds)
	return kinds
}

func (b built) expectDuty(year int, want string) {
	b.w.t.Helper()
	if got := b.duty("annual", year); got != want {
		b.w.t.Errorf("annual %d: %q, want %q", year, got, want)
	}
}

func (b built) state(want string) {
	b.w.t.Helper()
	if got := b.api(get, b.path, nil).is(200).text("state"); got != want {
		b.w.t.Errorf("state %s, want %s", got, want)
	}
}

// refused fails the test unless a refusal cites the rule and names exactly the fields.
func (r reply) refused(rule string, fields ...string) {
	r.t.Helper()
	var p problem
	if err := json.Unmarshal([]byte(r.body), &p); err != nil {
		r.t.Fatal(err)
	}
	var got []string
	for f := range p.Fields {
		got = append(got, f)
	}
	slices.Sort(got)
	if p.Rule != rule || !slices.Equal(got, fields) {
		r.t.Errorf("refused by %s naming %v, want %s naming %v: %s", p.Rule, got, rule, fields, r.body)
	}
}

var annual = facts{"invested_year": "3200.50", "stage": "主体施工", "funds": []facts{{"source": "自有资金", "amount": "3000.00"}}}

// M4, REP-1, REP-4: from the start a year is owed; reminders, overdue and the proposal come at their instants, and the
// proposal is about the unit, once. Whoever reports meanwhile is left alone.
func TestReportDutyOfAYear(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-03-02 10:00"))
	forgets, keeps, late := w.built("owner1", facts{"needs": []string{"takes_water"}}), w.built("owner2", nil), w.built("owner3", nil)
	for _, b := range []built{keeps, late} {
		r := b.started("2026-03-02")
		if strings.Contains(r.body, `"late":true`) || r.text("case_id") != "" {
			t.Errorf("on the day, nothing missing: %s", r.body)
		}
	}
	forgets.started("2026-03-02")
	forgets.state("under_construction")
	const open = "open 2027-02-01 overdue=false reported=false"
	forgets.expectDuty(2026, open)
	w.to(at("2026-12-18 08:59"))
	if got := keeps.told("owner2"); slices.Contains(got, "report_reminder") {
		t.Errorf("reminded early: %v", got)
	}
	w.to(at("2026-12-18 09:00"))
	keeps.report(201, "annual", annual)
	keeps.expectDuty(2026, "met 2027-02-01 overdue=false reported=true")
	w.to(at("2027-02-01 23:59"))
	forgets.expectDuty(2026, open)
	forgets.expectDuty(2027, "open 2028-01-31 overdue=false reported=false")
	w.to(at("2027-02-02 00:00"))
	forgets.expectDuty(2026, "open 2027-02-01 overdue=true reported=false")
	reminded := func(b built, owner string, reminders, overdue int) {
		t.Helper()
		r, o := 0, 0
		for _, k := range b.told(owner) {
			switch k {
			case "report_reminder":
				r++
			case "report_overdue":
				o++
			}
		}
		if r != reminders || o != overdue {
			t.Errorf("%s: %d reminders and %d times overdue, want %d and %d", owner, r, o, reminders, overdue)
		}
	}
	reminded(forgets, "owner1", 4, 1)
	reminded(keeps, "owner2", 1, 0)
	for _, office := range []string{"cd-handler", "xn-water-handler"} { // the authority, and the department of a matter
		if got := forgets.told(office); !slices.Contains(got, "report_overdue") {
			t.Errorf("%s is not told: %v", office, got)
		}
	}
	w.to(at("2027-02-20 10:00"))
	if r := late.report(201, "annual", annual); !strings.Contains(r.body, `"late":true`) {
		t.Errorf("not flagged late: %s", r.body)
	}
	late.expectDuty(2026, "late 2027-02-01 overdue=true reported=true")
	if r := late.report(201, "annual", annual, facts{"year": 2026, "reason": "补充"}); !strings.Contains(r.body, `"late":true`) || !strings.Contains(r.body, `"version":2`) {
		t.Errorf("a correction takes the lateness away: %s", r.body)
	}
	w.to(at("2027-03-03 23:59"))
	if n := w.proposals(1) + w.proposals(2) + w.proposals(3); n != 0 {
		t.Errorf("%d proposals before the instant", n)
	}
	w.to(at("2027-03-04 00:00"))
	forgets.expectDuty(2026, "missed 2027-02-01 overdue=true reported=false")
	if w.proposals(1) != 1 || w.proposals(2)+w.proposals(3) != 0 {
		t.Errorf("proposals %d %d %d, want one about the first", w.proposals(1), w.proposals(2), w.proposals(3))
	}
	w.to(at("2027-03-10 10:00"))
	forgets.report(201, "annual", annual, facts{"year": 2026})
	forgets.expectDuty(2026, "late 2027-02-01 overdue=true reported=true")
	if w.proposals(1) != 1 {
		t.Errorf("%d proposals", w.proposals(1))
	}
}

// proposals counts those that were set about a unit, at the instant 2027-03-04 00:00.
func (w *world) proposals(unit int64) (n int) {
	w.t.Helper()
	w.must(w.db.SQL().QueryRowContext(w.t.Context(), `SELECT count(*) FROM (SELECT kind, subject_kind, subject_id, due_at FROM deadlines UNION ALL
		SELECT kind, subject_kind, subject_id, due_at FROM deadline_history) d
		WHERE kind = 'credit_proposal' AND subject_kind = 'unit' AND subject_id = $1 AND due_at = $2`, unit, at("2027-03-04 00:00")).Scan(&n))
	return n
}

// REP-3: amounts are exact and held against the other years; far more than approved needs a reason and alerts the regulator.
func TestReportAmounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-03-02 10:00"))
	b := w.built("owner1", nil)
	b.report(409, "annual", annual, facts{"year": 2026}) // not started
	b.started("2026-03-02")
	w.to(at("2026-12-01 00:00"))
	b.report(422, "annual", facts{}, facts{"year": 2026}).refused("REP-3", "invested_year", "stage")
	b.report(422, "annual", annual.with(facts{"invested_year": "-0.00", "funds": []facts{{"source": "贷款", "amount": "-0"}}}), facts{"year": 2026}).refused("REP-3", "funds", "invested_year")
	b.report(422, "annual", annual.with(facts{"invested_total": "3200.51"}), facts{"year": 2026}).refused("REP-3", "invested_total")
	b.api(post, b.path+"/reports", facts{"kind": "annual", "data": facts{"invested_year": 3200}, "submit": true}).is(400)
	for year, field := range map[int]string{2025: "year", 2027: "year"} {
		b.report(422, "annual", annual, facts{"year": year}).refused("REP-1", field)
	}
	if r := b.report(201, "annual", annual.with(facts{"funds": []facts{{"source": "贷款", "amount": "3"}}})); !strings.Contains(r.body, `"invested_total":"3200.50"`) || !strings.Contains(r.body, `"amount":"3.00"`) || !strings.Contains(r.body, `"year":2026`) {
		t.Errorf("%s", r.body)
	}
	w.to(at("2027-12-01 10:00"))
	b.report(422, "annual", annual.with(facts{"invested_total": "100"}), facts{"year": 2027}).refused("REP-3", "invested_total")
	over := annual.with(facts{"invested_year": "12000"})
	b.report(422, "annual", over).refused("REP-3", "explanation")
	b.report(201, "annual", over.with(facts{"explanation": "材料涨价"}))
	if got := b.told("regulator1"); !slices.Contains(got, "over_invested") {
		t.Errorf("the regulator is not alerted: %v", got)
	}
	b.report(422, "annual", annual.with(facts{"invested_year": "3300"}), facts{"year": 2026, "reason": "漏计"}).refused("REP-3", "invested_total")
	b.report(201, "annual", over.with(facts{"explanation": "材料涨价", "invested_total": "15300"}), facts{"year": 2027, "reason": "2026年漏计"})
	b.report(201, "annual", annual.with(facts{"invested_year": "3300"}), facts{"year": 2026, "reason": "漏计"})
}

// REP-5: drafts are kept as typed and change nothing; a report is corrected by a new version with a reason, and all
// versions stay.
func TestReportVersionsAndDrafts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-03-02 10:00"))
	b := w.built("owner1", nil)
	save := func(data facts) reply {
		return b.api(post, b.path+"/reports", facts{"kind": "start", "data": data}).is(201)
	}
	draft := save(facts{"start_date": "不知道"})
	if again := save(facts{"start_date": "2026-03-02", "actual": true}); again.text("id") != draft.text("id") || again.text("state") != "draft" {
		t.Errorf("two drafts: %s %s", draft.body, again.body)
	}
	if n := len(w.program("cd-handler").all(b.path + "/reports")); n != 0 || len(b.all(b.path+"/reports")) != 1 {
		t.Errorf("the authority sees %d drafts", n)
	}
	b.state("filed")
	first := b.started("2026-03-02")
	if first.text("id") != draft.text("id") || len(b.all(b.path+"/reports")) != 1 {
		t.Errorf("the draft is not the report: %s", first.body)
	}
	w.to(at("2026-12-01 10:00"))
	b.report(201, "annual", annual)
	b.report(422, "annual", annual, facts{"year": 2026}).refused("REP-5", "reason")
	b.report(422, "annual", facts{}, facts{"year": 2026}).refused("REP-5", "invested_year", "reason", "stage")
	b.report(422, "annual", annual).refused("REP-1", "year") // none is owed
	w.to(at("2027-03-10 10:00"))
	second := b.report(201, "annual", annual.with(facts{"invested_year": "3000.00"}), facts{"year": 2026, "reason": "核减"})
	if !strings.Contains(second.body, `"version":2`) || strings.Contains(second.body, `"late":true`) {
		t.Errorf("a correction after the date makes the report late: %s", second.body)
	}
	shown := b.api(get, b.path+"/reports/"+second.text("id"), nil).is(200).body
	for _, s := range []string{`"3200.50"`, `"3000.00"`, `"reason":"核减"`} {
		if !strings.Contains(shown, s) {
			t.Errorf("%s is not in %s", s, shown)
		}
	}
	b.api(get, b.path+"/reports/1", nil).is(404)
	b.api(get, b.path+"/reports/x", nil).is(404)
	if got := b.told("cd-handler"); !slices.Contains(got, "report_corrected") {
		t.Errorf("the authority is not told: %v", got)
	}
}
