package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// site is owner1 at a browser with a filed project.
type site struct {
	*person
	my string
}

func newSite(t *testing.T, now string, changes facts) (*world, site) {
	w := newWorld(t, at(now))
	my := "/my/projects/" + w.program("owner1").handIn(filingFacts().with(changes))
	return w, site{w.signIn("owner1"), my}
}

// form is the address of a report's form.
func (s site) form(kind string, more ...string) string {
	return s.my + "/reports/new?" + strings.Join(append([]string{"kind=" + kind}, more...), "&")
}

// report fills in a report's form and sends it.
func (s site) report(form string, pairs ...string) reply {
	s.w.t.Helper()
	return s.fill(form, s.my+"/reports", typed(pairs...))
}

// goes follows a reply that leads on.
func (p *person) goes(r reply) reply {
	p.w.t.Helper()
	return p.get(r.is(http.StatusSeeOther).header.Get("Location"))
}

// M4, REP-1, REP-4: with forms alone from filing over the start to the annual report and completion; the project's page
// always says what is owed, by when, and how far it is to a record.
func TestOwnerReportsWithForms(t *testing.T) {
	t.Parallel()
	w, o := newSite(t, "2026-03-02 10:00", nil)
	o.get(o.my).is(200).sees("开工时，请报告开工", "/reports/new?kind=start", "计划开工", "延期开工")
	o.get(o.my + "/reports/new?kind=annual&year=2026").is(200).sees("2026 年度报告")
	o.report(o.form("start"), "actual", "true").is(422).sees("开工日期：请填写日期", `id="f-start_date"`, "有以下问题需要改正")
	o.report(o.form("delay"), "new_date", "2026-10-01", "reason", "审图未完").is(http.StatusSeeOther)
	o.get(o.my).sees("延期开工报告", "2026年10月1日")

	done := o.goes(o.report(o.form("start"), "actual", "true", "start_date", "2026-03-02", "contact", "马工")).is(200).sees("报告已提交", "报送 2026 年度报告", "2027年2月1日", "/deadlines/")
	done.lacks("立案督办")
	o.get(o.form("start")).is(http.StatusSeeOther) // there is one: it can be corrected
	w.to(at("2027-01-22 10:00"))
	o.person = w.signIn("owner1")
	o.get(o.my).is(200).sees("在建", "2026 年度报告", "还有 6 个工作日；逾期满 30 日将提出一般记录", "现在报告", "为什么是这一天")
	o.get("/my").is(200).sees("2026 年度报告", "还有 6 个工作日")
	w.to(at("2027-02-10 10:00"))
	o.person = w.signIn("owner1")
	o.get(o.my).is(200).sees("已经逾期；2027年3月4日起将提出一般记录，还有 22 天")

	annual := o.form("annual", "year=2026")
	o.get(annual).is(200).lacks("上一次报告的内容").sees("填全年的情况", `value="企业自有资金"`, "此前累计完成投资", "已经逾期")
	o.report(annual, "invested_year", "很多", "stage", "主体施工").is(422).sees(`value="很多"`, `value="主体施工"`, "本年完成投资：应为以万元计的数")
	o.report(annual, "invested_year", "3,200.50", "stage", "主体施工", "funds.0.source", "企业自有资金", "funds.0.amount", "", "_add", "funds").is(200).sees(`name="funds.1.source"`, `value="3200.50"`)
	o.report(annual, "invested_year", "3,200.50", "stage", "基础", "_do", "save").leads(annual + "&saved=1")
	o.get(annual).sees(`value="3200.50"`, `value="基础"`, "已保存 10:00")
	o.get(o.my).sees("草稿")
	o.goes(o.report(annual, "invested_year", "3200.50", "stage", "主体施工", "funds.0.source", "企业自有资金", "funds.0.amount", "", "funds.1.source", "银行贷款", "funds.1.amount", "２０００．0")).is(200).
		sees("累计完成投资 3,200.50 万元", "报送 2027 年度报告", "2028年1月31日")
	o.get(o.my).is(200).sees("3,200.50", "迟报", "第 1 版").lacks("已经逾期")
	o.get(o.form("annual", "year=2027")).is(200).sees("上一次报告的内容已经填好", "截至 2026 年累计完成投资", "3,200.50 万元", `value="主体施工"`, `value="2000.00"`)

	o.goes(o.report(o.form("suspension"), "date", "2027-02-05", "reason", "冬季停工")).is(200).sees("复工后，请报告复工", "2027 年度报告")
	o.get(o.my).sees("停工中；复工后请报告")
	o.goes(o.report(o.form("resumption"), "date", "2027-02-10")).is(200)
	o.report(o.form("completion"), "precheck_on", "2027-02-09", "accepted_on", "2027-02-10", "accepted_by", "建设单位", "conclusion", "合格", "total_invested", "100").is(422).sees("少于年度报告的累计")
	o.goes(o.report(o.form("completion"), "precheck_on", "2027-02-09", "accepted_on", "2027-02-10", "accepted_by", "建设单位", "conclusion", "合格", "total_invested", "12,000.00")).is(200).sees("报告已提交", "不用再报告")
	o.get(o.my).is(200).sees("项目已竣工", "已竣工", "竣工报告")
}

// REP-2: what is missing before the start is named beforehand; a planned start is refused for it, an actual one opens a case.
func TestStartWithMattersMissing(t *testing.T) {
	t.Parallel()
	_, o := newSite(t, "2026-03-02 10:00", facts{"needs": []string{"disturbs_soil"}})
	o.get(o.form("start")).is(200).sees("开工前的事项，平台上还没有办结的记录", "水土保持")
	o.report(o.form("start"), "actual", "false", "start_date", "2026-04-01").is(422).sees("没有提交成功", "水土保持方案审批尚未办理", "REP-2", `value="2026-04-01"`)
	o.goes(o.report(o.form("start"), "actual", "true", "start_date", "2026-03-02")).is(200).sees("立案督办")
	o.get(o.my).sees("在建")
}

// REP-5: a correction needs a reason, makes a version, and keeps the one before; a double click makes one.
func TestReportsAreCorrected(t *testing.T) {
	t.Parallel()
	w, o := newSite(t, "2026-03-02 10:00", nil)
	o.goes(o.report(o.form("start"), "actual", "true", "start_date", "2026-03-02")).is(200)
	w.to(at("2027-01-05 10:00"))
	o.person = w.signIn("owner1")
	report := strings.TrimSuffix(o.report(o.form("annual"), "invested_year", "100", "stage", "基础").is(http.StatusSeeOther).header.Get("Location"), "/done")
	page := o.get(report).is(200).sees("2026 年度报告", "第 1 版", "100.00 万元", "更正", "基础").lacks("以前的版本")
	id := report[strings.LastIndex(report, "/")+1:]
	correct := o.my + "/reports/new?correct=" + id + "&amp;kind=annual&amp;year=2026"
	page.sees(correct)
	correct = strings.ReplaceAll(correct, "&amp;", "&")
	o.report(correct, "invested_year", "120", "stage", "基础").is(422).sees("为什么更正：请写明为什么更正", `value="120"`)
	form := o.get(correct).form(o.my + "/reports")
	for name, v := range typed("invested_year", "120", "stage", "主体", "correction_reason", "漏报设备款 <u>") {
		form[name] = v
	}
	for range 3 {
		o.post(o.my+"/reports", form).leads(report + "/done")
	}
	o.get(report+"/done").sees("更正已提交", "120.00 万元")
	o.get(report).is(200).sees("第 2 版", "漏报设备款 &lt;u&gt;", "120.00 万元", "以前的版本", "第 1 版", "100.00 万元").lacks("第 3 版", "<u>")
	form.Set("stage", "装修")
	o.post(o.my+"/reports", form).is(http.StatusConflict).sees("这个页面已经提交过一次")
	o.get(o.form("annual", "year=2026")).leads(report)

	stop := strings.TrimSuffix(o.report(o.form("suspension"), "date", "2027-01-04", "reason", "冬季停工").is(http.StatusSeeOther).header.Get("Location"), "/done")
	correct = o.my + "/reports/new?correct=" + stop[strings.LastIndex(stop, "/")+1:]
	o.get(correct).is(200).sees("冬季停工</textarea>", "停工原因", `value="2027-01-04"`)
	o.report(correct, "date", "2027-01-03", "reason", "设备检修").is(422).sees("为什么更正：请写明为什么更正", "设备检修</textarea>").lacks("停工原因：请写明")
	o.report(correct, "date", "2027-01-03", "reason", "设备检修", "correction_reason", "日期写错").leads(stop + "/done")
	o.get(stop).sees("2027年1月3日", "设备检修", "日期写错", "冬季停工")
}

// What changed meanwhile is never overwritten unseen: the form comes back with what was typed.
func TestStaleReportsComeBack(t *testing.T) {
	t.Parallel()
	_, o := newSite(t, "2026-03-02 10:00", nil)
	old := o.get(o.form("start")).form(o.my + "/reports")
	o.report(o.form("delay"), "new_date", "2026-10-01", "reason", "审图未完").is(http.StatusSeeOther)
	old.Set("actual", "true")
	old.Set("start_date", "2026-03-01")
	again := o.post(o.my+"/reports", old).is(http.StatusConflict).sees("内容已被更新", `value="2026-03-01"`, " checked").form(o.my + "/reports")
	again.Set("actual", "true")
	again.Set("start_date", "2026-03-01")
	o.post(o.my+"/reports", again).is(http.StatusSeeOther)
}

// A form that comes after the session has ended goes through the sign-in with all that was typed.
func TestReportsOutliveTheSession(t *testing.T) {
	t.Parallel()
	_, o := newSite(t, "2026-03-02 10:00", nil)
	form := o.get(o.form("start")).form(o.my + "/reports")
	form.Set("contact", "马工 0971")
	o.cookies[sessionCookie] = "ended"
	o.post(o.my+"/reports", form).is(http.StatusUnauthorized).sees("刚才填写的内容还在", `name="_kept.contact" value="马工 0971"`, `name="_kept._kind" value="start"`)
}

// Nothing can be reported on before there is a code; kinds, years and reports that do not exist are not found.
func TestReportsThatCannotBe(t *testing.T) {
	t.Parallel()
	w, o := newSite(t, "2026-03-02 10:00", nil)
	draft := o.draft()
	o.get(draft + "/reports/new?kind=start").leads(draft)
	for _, query := range []string{"", "?kind=nothing", "?kind=start&correct=1", "?correct=99999"} {
		o.get(o.my + "/reports/new" + query).is(http.StatusNotFound)
	}
	o.get(o.my + "/reports/1").is(http.StatusNotFound)
	o.get(o.my + "/reports/abc/done").is(http.StatusNotFound)
	o.post(o.my+"/reports", url.Values{"_kind": {"annual"}, "_year": {"2026"}, "_version": {"1"}, "_do": {"submit"}}).is(http.StatusConflict)
	w.signIn("owner2").get(o.form("start")).is(http.StatusNotFound)
	w.signIn("cd-handler").get(o.form("start")).is(http.StatusForbidden)
	w.visitor().get(o.my + "/reports/1").is(http.StatusSeeOther)
}
