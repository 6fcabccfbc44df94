package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// watch is a world with its regulators at browsers, and owner1's unit with one project. The first proposes, the second
// confirms, the third decides what both may not.
type watch struct {
	*world
	first, second, third *person
	uscc, code           string
}

func newWatch(t *testing.T) *watch {
	w := &watch{world: newWorld(t, at("2026-03-02 10:00"))}
	w.code = w.program("owner1").submit(filingFacts()).text("code")
	_, rest, _ := strings.Cut(w.program("owner1").call(get, "/api/v1/me", nil).is(200).body, `"uscc":"`)
	w.uscc, _, _ = strings.Cut(rest, `"`)
	w.arrive()
	return w
}

// arrive signs the regulators in; sessions do not last as long as limits.
func (w *watch) arrive() {
	w.first, w.second, w.third = w.signIn("regulator1"), w.signIn("regulator2"), w.signIn("regulator3")
}

// go on at an instant.
func (w *watch) at(instant string) {
	w.to(at(instant))
	w.arrive()
}

// proposal is the n-th form against the unit.
func (w *watch) proposal(n int, severity string) url.Values {
	return typed("uscc", w.uscc, "project_code", w.code, "ground", "G6", "severity", severity, "facts", fmt.Sprintf("第 %d 件：经催告仍未报送 <i>", n), "basis", "青政办〔2017〕32号第14条", "evidence", "催告函\n截图")
}

// propose puts a record forward by the form and gives its path.
func (w *watch) propose(n int, severity string) string {
	w.t.Helper()
	r := w.first.fill("/credit/propose", "/credit/propose", w.proposal(n, severity)).is(http.StatusSeeOther)
	path, _, _ := strings.Cut(r.header.Get("Location"), "?")
	return path
}

// act sends the form of an act from the page of a record or listing.
func (p *person) act(path, act string, pairs ...string) reply {
	p.w.t.Helper()
	return p.fill(path, path+"/"+act, typed(pairs...))
}

// answer does something as the unit, by the API.
func (w *watch) answer(path, act string, body facts) {
	w.t.Helper()
	w.program("owner1").call(post, "/api/v1"+path+"/"+act, body).is(http.StatusOK)
}

// listing is the path of the unit's last listing.
func (w *watch) listing() string {
	w.t.Helper()
	m := regexp.MustCompile(`/credit/listings/\d+`).FindString(w.first.get("/credit/units/" + w.uscc).is(200).body)
	if m == "" {
		w.t.Fatal("there is no listing")
	}
	return m
}

// CRED-1, CRED-2: a record is put forward by the form; errors stand at their fields and keep what was typed; a double click
// makes one record, and the same fact cannot be recorded again.
func TestRegulatorProposes(t *testing.T) {
	t.Parallel()
	w := newWatch(t)
	page := w.first.get("/credit/propose?uscc="+w.uscc+"&project_code="+w.code+"&ground=G1").is(200).
		sees(`value="`+w.uscc+`"`, w.code, `value="G1" checked`, "青海湖滨新能源有限公司", "2026年3月9日", "指引：", "青政办〔2017〕32号第14条")
	form := page.form("/credit/propose")
	wrong := w.proposal(1, "grave")
	wrong.Set("project_code", "2017-1")
	wrong.Set("facts", "")
	wrong["_csrf"], wrong["_key"] = form["_csrf"], form["_key"]
	w.first.post("/credit/propose", wrong).is(http.StatusUnprocessableEntity).sees("不是有效的项目代码", "必须填写", "应为 general", "2017-1", "催告函\n截图", `href="#f-facts"`)
	form = w.first.get("/credit/propose").form("/credit/propose")
	for name, v := range w.proposal(1, "general") {
		form[name] = v
	}
	first := w.first.post("/credit/propose", form).is(http.StatusSeeOther).header.Get("Location")
	w.first.post("/credit/propose", form).leads(first) // a double click
	w.first.get(first).sees("拟记录已提出", "已在平台送达单位", "2026年3月9日", "经催告仍未报送 &lt;i&gt;", "<li>催告函</li>", "您提出（采用）了这条记录").lacks("<i>", "确认认定")
	w.first.fill("/credit/propose", "/credit/propose", w.proposal(1, "general")).is(http.StatusConflict).sees("不得重复记录", "经催告仍未报送")
	w.first.get("/credit/propose?uscc=91630000MA7TEST").is(200).sees("91630000MA7TEST")
	w.signIn("supervisor").get("/credit/propose").is(http.StatusForbidden)
}

// CRED-2: the page says what can be done now by whom, and why not; every act leaves its trace on the page.
func TestRecordPageThroughItsLife(t *testing.T) {
	t.Parallel()
	w := newWatch(t)
	path := w.propose(1, "general")
	w.second.get(path).is(200).sees("单位陈述申辩", "陈述申辩期至 2026年3月9日", "不予认定").lacks(path + "/confirmation")
	stale := w.second.get(path).form(path + "/dismissal")
	w.answer(path, "statement", facts{"text": "漏报了，即补", "final": true})
	stale.Set("dismissal_reason", "写好的理由")
	w.second.post(path+"/dismissal", stale).is(http.StatusConflict).sees("案件有变动", "写好的理由")
	w.second.get(path).sees("漏报了，即补", "单位声明陈述完毕", "认定后记录生效，30 日内整改，至 2026年4月1日", "将有 1 条生效的一般记录")
	w.first.post(path+"/confirmation", typed("_version", version(t, w.second.get(path)), "confirmation_reason", "我来认定")).is(http.StatusForbidden).sees("须由另一人办理", "我来认定")
	form := w.second.get(path).form(path + "/confirmation")
	form.Set("confirmation_reason", "事实清楚")
	for range 2 {
		w.second.post(path+"/confirmation", form).leads(path + "?did=confirmation")
	}
	page := w.second.get(path+"?did=confirmation").sees("已认定", "事实清楚", "监管二岗", "整改期限", "2026年4月1日", "单位整改")
	if n := count(page, "为什么是这一天"); n < 4 {
		t.Errorf("%d ways to the count of dates", n)
	}
	w.second.act(path, "extension", "days", "99", "extension_reason", "设备未到").is(http.StatusUnprocessableEntity).sees("应为 1 至 30 日", `value="99"`, "设备未到")
	w.second.act(path, "extension", "days", "10", "extension_reason", "设备未到").leads(path + "?did=extension")
	w.second.get(path).sees("2026年4月13日", "已经延长过一次") // CAL-2: April 11 is a Saturday
	w.answer(path, "rectification", facts{"text": "已补报", "evidence": []string{"回执第 7 号"}})
	w.second.get("/credit?state=evidence").sees(path, "审查整改材料")
	w.second.act(path, "review").is(http.StatusUnprocessableEntity).sees("请决定是否通过", `details class="choice-box no-print" open`)
	w.second.get(path).sees("材料按期提交，自提交之时", "回执第 7 号")
	w.second.act(path, "review", "accept", "true", "review_reason", "属实").leads(path + "?did=review")
	w.first.get(path).sees("已整改", "修复须由另一人办理").lacks(path + "/repair")
	w.second.act(path, "repair").leads(path + "?did=repair")
	w.second.get(path+"?did=repair").sees("已修复", "这条记录已经结束").lacks(path + "/revocation")
}

// REP-4, CRED-2: what is refused stays as it is; a reason is required where the rule wants one.
func TestRecordEndsEarly(t *testing.T) {
	t.Parallel()
	w := newWatch(t)
	one, two := w.propose(1, "major"), w.propose(2, "general")
	w.second.act(one, "dismissal", "dismissal_reason", "事实不清").leads(one + "?did=dismissal")
	w.second.get(one).sees("不予认定", "事实不清").lacks(one + "/confirmation")
	w.answer(two, "statement", facts{"text": "无异议", "final": true})
	w.second.act(two, "confirmation").leads(two + "?did=confirmation")
	w.second.act(two, "revocation").is(http.StatusUnprocessableEntity).sees("必须写明理由")
	w.second.act(two, "revocation", "revocation_reason", "认错了单位").leads(two + "?did=revocation")
	w.second.get(two).sees("已撤销", "认错了单位")
	w.second.post(two+"/revocation", typed("revocation_reason", "无版本")).is(http.StatusPreconditionRequired)
}

// CRED-2: the counts of the menu are the lengths of the lists behind it, sorted by what is due next; who put a record
// forward is told that another must decide.
func TestCreditQueueCountsWhatItLists(t *testing.T) {
	t.Parallel()
	w := newWatch(t)
	var paths []string
	for n := range 27 {
		paths = append(paths, w.propose(n, "general"))
	}
	w.answer(paths[5], "statement", facts{"text": "无异议", "final": true})
	rows, address := []string{}, "/credit"
	for range 3 {
		r := w.first.get(address).is(200)
		for _, m := range regexp.MustCompile(`<td[^>]*><a href="(/credit/records/\d+)">青海`).FindAllStringSubmatch(r.body, -1) {
			rows = append(rows, m[1])
		}
		next := regexp.MustCompile(`rel="next" href="([^"]*)"`).FindStringSubmatch(r.body)
		if next == nil {
			break
		}
		address = strings.ReplaceAll(next[1], "&amp;", "&")
	}
	if len(rows) != 27 || rows[0] != paths[5] {
		t.Errorf("%d rows, the first %v, want %s", len(rows), rows[:1], paths[5])
	}
	for state, n := range map[string]int{"proposed": 27, "evidence": 0, "objection": 0, "exit": 0, "pending": 0, "listed": 0} {
		w.first.get("/credit").sees(fmt.Sprintf(`href="/credit?state=%s"`, state))
		if !regexp.MustCompile(fmt.Sprintf(`state=%s"[^>]*><span>[^<]*</span><span class="count">%d</span>`, state, n)).MatchString(w.first.get("/credit").body) {
			t.Errorf("%s: the menu does not say %d", state, n)
		}
		w.first.get("/credit?state=" + state).is(200)
	}
	w.first.get("/credit").sees("须由另一人办理", "还有 5 个工作日", "2026年3月9日")
	w.second.get("/credit").sees("另一名监管人员").lacks("您已参与")
	w.first.get("/credit?uscc=" + w.uscc).sees(paths[0][:len(paths[0])-1])
	w.first.get("/credit?uscc=91630000MA7TEST").is(200).sees("平台上没有这个单位")
	w.first.get("/credit?state=nonsense&cursor=x.y").is(200)
	w.signIn("owner1").get("/credit").is(http.StatusForbidden)
}

// CRED-8: officials other than regulators say for what they look; each look is logged, and the purpose goes along.
func TestPurposeIsAskedAndLogged(t *testing.T) {
	t.Parallel()
	w := newWatch(t)
	path := w.propose(1, "general")
	unit := "/credit/units/" + w.uscc
	f := w.signIn("fgw-handler")
	f.get(unit).is(http.StatusForbidden).sees("说明查阅用途", `action="`+unit+`"`, "补贴核查").lacks("生效中的一般记录")
	looks := func() (n int) {
		w.must(w.db.SQL().QueryRowContext(t.Context(), `SELECT count(*) FROM audit_events WHERE action = 'credit.read' AND note LIKE '%补贴核查%'`).Scan(&n))
		return n
	}
	before := looks()
	purpose := "?purpose=" + url.QueryEscape("补贴核查")
	f.get(unit+purpose).is(200).sees("本次查阅已记录，用途：补贴核查", path+purpose).lacks("/credit/propose")
	if got := looks(); got != before+1 {
		t.Errorf("%d looks are logged, want %d", got, before+1)
	}
	f.get(path).is(http.StatusForbidden).sees("说明查阅用途")
	f.get(path+purpose).is(200).sees("这一步不由您决定", "purpose=").lacks(path + "/dismissal")
	f.get(unit+"?purpose="+strings.Repeat("x", 300)).is(http.StatusUnprocessableEntity).sees("说明查阅用途", "最多 200 个字")
	w.signIn("supervisor").get("/credit?state=pending").is(http.StatusForbidden).sees(`name="state" value="pending"`)
	w.signIn("supervisor").get("/credit"+purpose).is(200).sees(path+purpose, `class="count">1<`)
	w.signIn("owner1").get(unit).is(http.StatusNotFound)
	id := regexp.MustCompile(`/deadlines/(\d+)`).FindString(w.second.get(path).body)
	w.second.get(id).is(200).sees("陈述申辩", path, "视为放弃", "2026年3月9日")
	f.get(id).is(http.StatusForbidden).sees("说明查阅用途")
	f.get(id + purpose).is(200).sees(path + purpose)
	w.signIn("owner2").get(id).is(http.StatusNotFound)
}

// CRED-3…6 (M5): from overdue records to the pending listing, the objection, the blacklist, and away from it; who took part
// may not decide, and is told so.
func TestListingPageThroughItsLife(t *testing.T) {
	t.Parallel()
	w := newWatch(t)
	record := w.propose(1, "major")
	w.answer(record, "statement", facts{"text": "无异议", "final": true})
	w.second.act(record, "confirmation").leads(record + "?did=confirmation")
	w.second.get("/credit/units/"+w.uscc).sees("如果不整改，自 2026年5月7日 00:00 起达到列入条件", "1 / 1 条")
	w.at("2026-05-07 10:00")
	list := w.listing()
	w.third.get(list).is(200).sees("单位可以提出异议", "2026年5月13日", "青政办〔2017〕32号第15条", record, "逾期未整改")
	w.third.get("/credit?state=pending").sees(list, "2026年5月13日")
	w.answer(list, "objection", facts{"text": "已整改，正在验收 <b>"})
	w.first.get(list).sees("不能裁定异议", "监管一岗、监管二岗").lacks(list + "/objection")
	w.third.act(list, "objection").is(http.StatusUnprocessableEntity).sees("请决定异议是否成立")
	w.second.post(list+"/objection", typed("_version", version(t, w.third.get(list)), "uphold", "true", "objection_reason", "我来裁定")).is(http.StatusForbidden).sees("须由另一人办理", "我来裁定")
	w.third.get("/credit?state=objection").sees(list)
	w.third.get(list).sees("异议期届满（2026年5月13日）之时列入并公开", "取消拟列入；作为依据的 1 条", "正在验收 &lt;b&gt;").lacks("验收 <b>")
	form := w.third.get(list).form(list + "/objection")
	form.Set("uphold", "false")
	form.Set("objection_reason", "没有验收")
	for range 2 {
		w.third.post(list+"/objection", form).leads(list + "?did=objection")
	}
	w.at("2026-05-14 10:00")
	w.third.get(list).sees("已列入", "未满足：最短列入期", "异议不成立", "没有验收")
	w.third.get("/credit?state=listed").sees(list)
	w.third.get("/credit/units/"+w.uscc).sees("已列入黑名单", "申报计划、用能等指标、补贴的，不予受理")
	w.answer(record, "rectification", facts{"text": "已验收"})
	w.third.act(record, "review", "accept", "true").leads(record + "?did=review")
	w.at("2027-05-14 10:00")
	w.answer(list, "exit", facts{"commitment": true})
	w.first.get(list).sees("不能审批移出").lacks(list + "/exit\"")
	w.second.get("/credit?state=exit").sees(list)
	w.second.act(list, "exit", "accept", "maybe", "exit_reason", "待定").is(http.StatusUnprocessableEntity).sees("请决定是否同意移出", "待定")
	w.second.get(list).sees("已满足：最短列入期", "立即移出")
	w.second.act(list, "exit", "accept", "true", "exit_reason", "整改属实").leads(list + "?did=exit")
	w.second.get(list+"?did=exit").sees("已移出", "整改属实").lacks(list + "/annulment")
	w.second.get(record).sees("已处理完毕")
}

// CRED-6: a listing that should not have been is annulled with a reason.
func TestListingIsAnnulled(t *testing.T) {
	t.Parallel()
	w := newWatch(t)
	record := w.propose(1, "major")
	w.answer(record, "statement", facts{"text": "无异议", "final": true})
	w.second.act(record, "confirmation").leads(record + "?did=confirmation")
	w.at("2026-05-07 10:00")
	list := w.listing()
	w.third.act(list, "annulment").is(http.StatusUnprocessableEntity).sees("必须写明理由")
	w.third.act(list, "annulment", "annulment_reason", "程序有误").leads(list + "?did=annulment")
	w.third.get(list).sees("已撤销", "程序有误", "监管三岗").lacks(list + "/annulment")
}

// REP-4: the platform's proposal is adopted by a person, who may then not confirm it; one who did not consent is served by a
// receipt.
func TestRegulatorAdoptsAndServes(t *testing.T) {
	t.Parallel()
	w := newWatch(t)
	owner := w.program("owner1")
	owner.call(post, "/api/v1/projects/"+w.code+"/reports", facts{"kind": "start", "submit": true, "data": facts{"start_date": "2026-03-02", "actual": true}}).is(http.StatusCreated)
	w.at("2027-03-15 10:00")
	path := regexp.MustCompile(`/credit/records/\d+`).FindString(w.first.get("/credit").is(200).sees("等待监管人员采用").body)
	if path == "" {
		t.Fatal("nothing is proposed")
	}
	w.must(w.consent(false))
	w.first.get(path).sees("平台自动", "采用之前不送达单位", "须线下送达", "所涉报告义务").lacks(path + "/confirmation")
	w.first.act(path, "adoption", "adoption_reason", "经核实").leads(path + "?did=adoption")
	w.first.act(path, "service", "served_on", "2027-03-20", "receipt", "办公室签收").is(http.StatusUnprocessableEntity).sees("不能晚于今天", "办公室签收", `value="2027-03-20"`)
	w.first.act(path, "service", "served_on", "2027-03-15", "receipt", "办公室签收").leads(path + "?did=service")
	w.second.get(path).sees("2027年3月22日", "办公室签收", "监管一岗")
	w.at("2027-03-23 10:00")
	w.first.get(path).sees("须由另一人办理").lacks(path + "/confirmation\"")
	w.second.act(path, "confirmation").leads(path + "?did=confirmation")
}

// consent sets whether owner1's unit takes arrival in the platform as service (CRED-2).
func (w *watch) consent(given bool) error {
	_, err := w.db.SQL().ExecContext(w.t.Context(), `UPDATE organizations SET in_platform_service = $2 WHERE uscc = $1`, w.uscc, given)
	return err
}

// REP-2: a case says what is missing, leads to a prefilled record, and is closed with a reason.
func TestSupervisionPages(t *testing.T) {
	t.Parallel()
	w := newWatch(t)
	owner := w.program("owner1")
	p := owner.submit(filingFacts().with(facts{"name": "第二个项目", "needs": []string{"disturbs_soil"}}))
	owner.call(post, "/api/v1/projects/"+p.text("id")+"/reports", facts{"kind": "start", "submit": true, "data": facts{"start_date": "2026-03-02", "actual": true}}).is(http.StatusCreated)
	w.deliver()
	s := w.signIn("supervisor")
	path := regexp.MustCompile(`/supervision/\d+`).FindString(s.get("/supervision").is(200).sees("第二个项目", `class="count">1<`).body)
	s.get(path).is(200).sees("涉嫌违法开工", "水土保持", "2026年3月2日", path+"/closure").lacks("/credit/propose")
	w.first.get(path).sees("/credit/propose?case=")
	propose := regexp.MustCompile(`/credit/propose\?case=\d+`).FindString(w.first.get(path).body)
	w.first.get(propose).is(200).sees(w.uscc, p.text("code"), `value="G1" checked`, "第二个项目", "水土保持")
	w.signIn("cd-handler").get(path).is(200).sees("这一步不由您决定")
	s.fill(path, path+"/closure", nil).is(http.StatusUnprocessableEntity).sees("请写明结案理由")
	form := s.get(path).form(path + "/closure")
	form.Set("closure_reason", "手续当天补齐 <i>")
	for range 2 {
		s.post(path+"/closure", form).leads(path + "?did=closure")
	}
	s.get(path).sees("手续当天补齐 &lt;i&gt;", "已经结案").lacks(path + "/closure")
	s.get("/supervision").is(200).sees("没有线索").lacks("第二个项目")
	s.get("/supervision?state=closed").sees("第二个项目")
	w.signIn("cd-handler").post(path+"/closure", typed("closure_reason", "无权")).is(http.StatusForbidden)
}

// CRED-9: a request of a unit with records in effect is decided by a person of the authority, who sees them first.
func TestSupportPages(t *testing.T) {
	t.Parallel()
	w := newWatch(t)
	record := w.propose(1, "general")
	w.answer(record, "statement", facts{"text": "无异议", "final": true})
	w.second.act(record, "confirmation").leads(record + "?did=confirmation")
	id := w.program("owner1").call(post, "/api/v1/support-requests", facts{"kind": "subsidy", "project_code": w.code, "amount": "120.00", "text": "设备补贴"}).is(http.StatusCreated).text("id")
	path := "/support/" + id
	f := w.signIn("cd-handler")
	f.get("/support").is(200).sees(path, "政府补助补贴资金", "120.00", `class="count">1<`, "1 条")
	f.get(path).is(200).sees("1 条生效中的异常信用记录", "/credit/units/"+w.uscc+"?purpose=", "设备补贴", path+"/decision")
	f.fill(path, path+"/decision", typed("decision_reason", "看过记录")).is(http.StatusUnprocessableEntity).sees("看过记录", "应为 approve")
	w.signIn("xn-handler").get(path).is(200).sees("这一步不由您决定").lacks(path + "/decision")
	w.signIn("xn-handler").post(path+"/decision", typed("_version", "1", "decision", "approve", "decision_reason", "越权")).is(http.StatusForbidden)
	form := f.get(path).form(path + "/decision")
	form.Set("decision", "reject")
	form.Set("decision_reason", "先整改 <i>")
	for range 2 {
		f.post(path+"/decision", form).leads(path + "?did=decision")
	}
	f.get(path).sees("经核查不同意", "先整改 &lt;i&gt;").lacks(path + "/decision")
	late := typed("_version", version(t, w.second.get(record)), "decision", "approve", "decision_reason", "再来一次")
	f.post(path+"/decision", late).is(http.StatusConflict).sees("再来一次")
	f.get("/support?state=rejected").sees(path)
	w.signIn("owner1").get("/support").is(http.StatusForbidden)
}

// What was typed outlives the session; the notice in the inbox leads to the list on which the work waits.
func TestRegulatorComesBackToWhatWasTyped(t *testing.T) {
	t.Parallel()
	w := newWatch(t)
	path := w.propose(1, "general")
	form := w.first.get("/credit/propose").form("/credit/propose")
	for name, v := range w.proposal(2, "major") {
		form[name] = v
	}
	delete(w.first.cookies, sessionCookie)
	w.first.post("/credit/propose", form).is(http.StatusUnauthorized).sees("刚才填写的内容还在", "第 2 件", `value="/credit/propose"`)
	w.answer(path, "statement", facts{"text": "无异议", "final": true})
	w.deliver()
	w.second.get("/inbox").is(200).sees(`href="/credit?state=proposed"`)
	w.signIn("regulator2").get(path).is(200)
	form = w.second.get(path).form(path + "/confirmation")
	form.Set("confirmation_reason", "写了很久的意见")
	delete(w.second.cookies, sessionCookie)
	w.second.post(path+"/confirmation", form).is(http.StatusUnauthorized).sees("写了很久的意见", path)
	w.third.get(path).lacks("写了很久的意见")
}
