package handlers

import (
	"net/http"
	"strings"
	"testing"
)

// M5, CRED-2, CRED-3: the unit sees what is recorded, by when it can say something, how far it is from being listed, and
// answers by forms: a statement, evidence.
func TestUnitAnswersRecords(t *testing.T) {
	t.Parallel()
	w := newWatch(t)
	o := w.signIn("owner1")
	o.get("/my/credit").is(200).sees("没有生效中的异常信用记录", "<small> / 3</small>", "<small> / 1</small>", "/blacklist/"+w.uscc, `href="/my/support"`)
	record := w.propose(1, "general")
	my := "/my" + record
	o.get("/my/credit").is(200).sees("有 1 条拟记录，可以陈述申辩", my, "拟记录", "请在 2026年3月9日 前陈述申辩", "/deadlines/")
	page := o.get(my).is(200).sees("第 1 件：经催告仍未报送 &lt;i&gt;", "青政办〔2017〕32号第14条", "催告函；截图", "陈述完毕", "监管一岗", "告知书送达", "为什么是这一天").lacks("<i>")
	due := deadlineHref(t, page)
	o.get(due).is(200).sees("陈述申辩", "2026年3月9日 24:00 前", "CRED-2", my)
	w.signIn("owner2").get(due).is(http.StatusNotFound)

	o.act(my, "statement", "statement_text", " ").is(422).sees("陈述、申辩的内容：必须填写", `id="f-statement_text"`)
	form := o.get(my).form(my + "/statement")
	form.Set("statement_text", "已经报告过")
	for range 3 {
		o.post(my+"/statement", form).leads(my + "?did=statement")
	}
	if r := o.get(my+"?did=statement").is(200).sees("陈述已提交", "已经报告过", "湖滨新能源经办"); count(r, "已经报告过") != 1 {
		t.Errorf("stated %d times", count(r, "已经报告过"))
	}
	stale := form
	stale.Set("_key", "another")
	stale.Set("statement_text", "补充一点")
	o.post(my+"/statement", stale).is(http.StatusConflict).sees("补充一点")
	o.act(my, "statement", "statement_text", "就这些", "statement_final", "true").leads(my + "?did=statement")
	o.get(my).sees("等待监管部门决定").lacks(my + "/statement")
	o.get("/my/credit").sees("有 1 条拟记录，等待监管部门决定").lacks("可以陈述申辩")

	w.second.act(record, "confirmation").is(http.StatusSeeOther)
	o.get(my).is(200).sees("已认定，待整改", "请在 2026年4月1日 前整改并提交材料", "整改期限", "监管二岗")
	o.get("/my/credit").sees("有 1 条生效中的异常信用记录", "由人员核查信用情况后决定")
	o.act(my, "rectification", "rectification_text", "", "rectification_evidence", "回执").is(422).sees("整改情况：必须填写", "回执</textarea>")
	o.act(my, "rectification", "rectification_text", "已补报", "rectification_evidence", "回执第 7 号\n照片").leads(my + "?did=rectification")
	o.get(my).sees("整改材料正在审查", "回执第 7 号；照片").lacks(my + "/rectification")
	w.second.act(record, "review", "accept", "true").is(http.StatusSeeOther)
	o.get(my).sees("已整改", "整改通过")
	o.get("/inbox").is(200).sees(`href="/my/credit"`)
}

func deadlineHref(t testing.TB, r reply) string {
	t.Helper()
	_, after, ok := strings.Cut(r.main(), `href="/deadlines/`)
	if !ok {
		t.Fatalf("no date is explained: %.800s", r.main())
	}
	id, _, _ := strings.Cut(after, `"`)
	return "/deadlines/" + id
}

// CRED-4, CRED-6: a pending listing counts down and takes one objection; a listed unit sees what is missing to leave, signs,
// applies, and learns what came of it.
func TestUnitAnswersListings(t *testing.T) {
	t.Parallel()
	w := newWatch(t)
	o := w.signIn("owner1")
	record := w.propose(1, "major")
	w.answer(record, "statement", facts{"text": "没有异议", "final": true})
	w.second.act(record, "confirmation").is(http.StatusSeeOther)
	o.get("/my/credit").is(200).sees("如不整改", "触发拟列入黑名单", "还有 65 天")
	w.at("2026-05-07 10:00")
	listing := w.listing()
	my := "/my" + listing
	o = w.signIn("owner1")
	o.get("/my/credit").is(200).sees("拟列入黑名单，请尽快处理", my, "列入黑名单并公开")
	pending := o.get(my).is(200).sees("拟列入", "前提出异议，还有", "提出异议", "未按规定报告项目信息", "青政办〔2017〕32号第15条", "达到列入条件")
	o.get(deadlineHref(t, pending)).is(200).sees("提出异议", my, "期满列入黑名单")
	o.act(my, "objection").is(422).sees("异议的内容和理由：必须写明理由")
	o.act(my, "objection", "objection_text", "事实有误").leads(my + "?did=objection")
	o.get(my+"?did=objection").sees("异议已提出", "异议正在裁定", "事实有误").lacks(my + "/objection")
	w.third.act(listing, "objection", "uphold", "false", "objection_reason", "事实清楚").is(http.StatusSeeOther)
	w.at("2026-05-20 10:00")
	o = w.signIn("owner1")
	o.get("/my/credit").sees("已列入黑名单", "不予受理")
	o.get(my).is(200).sees("已列入", "还差这些条件", "没有全部整改通过", "最短列入期", "本单位承诺", "/blacklist/"+w.uscc).lacks(my + "/exit")
	o.act("/my"+record, "rectification", "rectification_text", "已全部整改").is(http.StatusSeeOther)
	w.second.act(record, "review", "accept", "true").is(http.StatusSeeOther)
	o.get(my).sees("还差这些条件", "最短列入期").lacks("没有全部整改通过")
	w.at("2027-06-01 10:00")
	o = w.signIn("owner1")
	o.get(my).is(200).sees("条件已经具备", "我单位作出上述承诺")
	o.act(my, "exit").is(422).sees("须签署信用承诺")
	o.act(my, "exit", "exit_commitment", "true").leads(my + "?did=exit")
	o.get(my).sees("移出申请正在审批").lacks(my + "/exit")
	w.third.act(listing, "exit", "accept", "true").is(http.StatusSeeOther)
	o.get(my).sees("已移出", "同意移出")
	o.get("/my/credit").lacks("已列入黑名单").sees("已经结束的")
	w.visitor().get("/blacklist/" + w.uscc).is(200).sees("未列入")
}

// CRED-9: requests for support are taken, put to a person, or refused with the rule and the way to the credit page; what
// was typed stays.
func TestUnitAsksForSupport(t *testing.T) {
	t.Parallel()
	w := newWatch(t)
	o := w.signIn("owner1")
	const address = "/my/support/new"
	o.get("/my/support").is(200).sees("还没有申报", w.code, "年度投资计划")
	o.fill("/my/support", address, typed("support_amount", "很多", "support_year", "明年", "support_text", "技改 <u>")).is(422).
		sees("申报事项：请选择一项", "哪个项目：请选择一项", "申报金额：应为万元", "年度：年份有误", `value="很多"`, "技改 &lt;u&gt;").lacks("<u>")
	form := o.get("/my/support").form(address)
	for name, v := range typed("support_kind", "subsidy", "support_project", w.code, "support_amount", "1,200.00", "support_year", "2027") {
		form[name] = v
	}
	for range 3 {
		o.post(address, form).leads("/my/support?did=asked")
	}
	if r := o.get("/my/support?did=asked").is(200).sees("申报已提交", "已受理", "1,200.00", "政府补助补贴资金 2027"); count(r, "1,200.00") != 1 {
		t.Errorf("asked %d times", count(r, "1,200.00"))
	}
	w2, _ := blacklisted(t)
	o = w2.signIn("owner1")
	o.get("/my/support").sees("单位已列入黑名单", "CRED-9", `href="/my/credit"`)
	o.fill("/my/support", address, typed("support_kind", "subsidy", "support_project", w2.code, "support_text", "技改补助")).is(422).
		sees("政府补助补贴资金不予受理", "CRED-9", `href="/my/credit"`, "技改补助</textarea>")
	o.get("/my/support").sees("还没有申报")
}
