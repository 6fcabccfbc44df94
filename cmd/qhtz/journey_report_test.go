package main

import (
	"net/http"
	"strings"
	"testing"
)

// submits hands a complete draft in from its page of checks, and gives the project's id.
func (w *tab) submits(owner *client, f facts) string {
	w.t.Helper()
	id := owner.draft(w.t, f)
	w.open("/my/projects/" + id + "/check")
	if status := w.follow(button("作出承诺并提交")); status != http.StatusOK {
		w.t.Fatalf("submitting answers %d: %s", status, w.shows())
	}
	w.sees("备案完成")
	return id
}

// reportsStart tells by the form that work has begun, after a first try without a date (REP-1, REP-2).
func (w *tab) reportsStart(id, date string) {
	w.t.Helper()
	w.refusing("/my/projects/" + id + "/reports")
	w.open("/my/projects/" + id)
	w.sees("开工时，请报告开工")
	w.follow(link("报告开工"))
	w.fill("#f-contact", "马工 0971-6000000")
	if status := w.follow(button("提交报告")); status != http.StatusUnprocessableEntity {
		w.t.Errorf("a start without a date answers %d", status)
	}
	w.sees("有以下问题需要改正", "开工日期：")
	if got := script[string](w, `document.querySelector("#f-contact").value`); got != "马工 0971-6000000" {
		w.t.Errorf("the contact has become %q", got)
	}
	w.set("#f-start_date", date)
	if status := w.follow(button("提交报告")); status != http.StatusOK {
		w.t.Fatalf("reporting the start answers %d: %s", status, w.shows())
	}
	w.sees("报告已提交", "报送 2026 年度报告", "2027年2月1日")
}

// owesAnnual: the duty stands on the project's page with its date, its distance to the consequence and why it is so (REP-1,
// REP-4).
func (w *tab) owesAnnual(id string) {
	w.t.Helper()
	w.open("/my/projects/" + id)
	w.sees("在建", "2026 年度报告", "2027年2月1日", "暂定", "逾期满 30 日将提出一般记录")
	w.follow(`//main//*[@id="reports"]//a[contains(., "为什么是这一天")]`)
	w.at("/deadlines/")
	w.sees("2027年2月1日 24:00 前", "REP-1", "提出一般异常信用记录的建议")
}

// startedTooEarly is a start with the soil plan missing (REP-2): the form says so beforehand, a case is opened and told,
// a regulator looks at it, could put forward a record that is filled in, and closes it with a reason.
func startedTooEarly(t *testing.T, b *chromium, p *booted) {
	t.Parallel()
	owner := b.visit(t, p)
	owner.signIn("owner1")
	id := owner.submits(p.signIn("owner1"), filingFacts(facts{"name": "河谷取土场改造项目", "needs": []string{"disturbs_soil"}}))
	owner.open("/my/projects/" + id + "/reports/new?kind=start")
	owner.sees("开工前的事项，平台上还没有办结的记录", "水土保持", "立案督办")
	owner.set("#f-start_date", "2026-03-02")
	owner.follow(button("提交报告"))
	owner.sees("报告已提交", "平台已经立案督办")

	w := b.visit(t, p)
	w.signIn("regulator1")
	w.open("/supervision")
	w.sees("河谷取土场改造项目", "项没有办结")
	w.follow(link("河谷取土场改造项目"))
	w.at("/supervision/")
	this := w.path()
	w.sees("待核实", "水土保持", "2026年3月2日", "REP-2", "平台不自动处罚")
	w.follow(link("提出记录"))
	w.at("/credit/propose?case=")
	filled := script[[]string](w, `["uscc","project_code","facts"].map(n=>document.querySelector("#f-"+n).value).concat(document.querySelector("[name=ground]:checked").value)`)
	code := p.signIn("owner1").project(t, id).text("code")
	if filled[0] == "" || filled[1] != code || !strings.Contains(filled[2], "水土保持") || filled[3] != "G1" {
		t.Errorf("the record is filled in with %q, want the unit, %s, the missing matter and G1", filled, code)
	}
	w.refusing(this + "/closure")
	w.open(this)
	w.click(`//main//summary[contains(., "结案")]`)
	if status := w.follow(button("确认结案")); status != http.StatusUnprocessableEntity {
		t.Errorf("closing without a reason answers %d", status)
	}
	w.fill("#f-closure_reason", "水土保持方案已于开工前批复，平台补录")
	w.follow(button("确认结案"))
	w.sees("已结案", "水土保持方案已于开工前批复，平台补录")
	w.open("/supervision")
	w.lacks("河谷取土场改造项目")
	w.open("/supervision?state=closed")
	w.sees("河谷取土场改造项目")
}

// forgets: nothing was reported, the clock goes on. The unit was reminded, is overdue, and a record is proposed that
// nobody has adopted and that punishes nobody (REP-4).
func (s *creditStory) forgets() {
	w := s.owner
	w.moveClock("2027-03-04T00:00")
	settled(w.t, s.p.db())
	w.open("/inbox")
	w.sees("REP-4", "2026年度报告逾期", "请报送2026年度报告")
	if n := len(s.notices("REP-4")); n < 5 {
		w.t.Errorf("%d notices under REP-4, want four reminders and what came of it", n)
	}
	w.open("/my/projects/" + s.id)
	w.sees("2026 年度报告", "逾期已满规定天数，已提出一般记录的建议")
	w.open("/my/credit")
	w.sees("没有生效中的异常信用记录")
	s.visitor.open("/blacklist/" + s.uscc)
	s.visitor.sees("未列入")
}

// notices are those of the unit under a rule.
func (s *creditStory) notices(rule string) (found []answer) {
	for _, n := range s.p.signIn("owner2").all(s.owner.t, "/api/v1/inbox") {
		if n.text("rule") == rule {
			found = append(found, n)
		}
	}
	return found
}
