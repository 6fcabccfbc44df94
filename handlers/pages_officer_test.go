package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// The counts of the menu are the lengths of the lists behind it, and the list is sorted by what is due next.
func TestQueueCountsWhatItLists(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-02-10 10:00"))
	a := w.program("owner1")
	for i := range 27 {
		a.handIn(sanctionFacts().with(facts{"name": fmt.Sprintf("抽水蓄能电站 %02d", i)}))
	}
	w.to(at("2026-02-12 10:00"))
	a.handIn(filingFacts().with(facts{"region": "630000", "name": "硫酸镁综合利用"}))
	a.handIn(filingFacts()) // of another authority
	f := w.signIn("fgw-handler")
	want := map[string]int{"submitted": 27, "in_review": 1, "correcting": 0, "accepted": 0, "all": 28}
	for state, n := range want {
		rows := queueNames(t, f, "/queue?state="+state)
		if len(rows) != n {
			t.Errorf("%s lists %d, want %d", state, len(rows), n)
		}
		f.get("/queue").sees(fmt.Sprintf(`href="/queue?state=%s"`, state))
		if !regexp.MustCompile(fmt.Sprintf(`state=%s"[^>]*><span>[^<]*</span><span class="count">%d</span>`, state, n)).MatchString(f.get("/queue").body) {
			t.Errorf("%s: the menu does not say %d", state, n)
		}
	}
	if all := queueNames(t, f, "/queue?state=all"); all[27] != "硫酸镁综合利用" {
		t.Errorf("last is %s: not sorted by what is due next", all[27])
	}
	if found := queueNames(t, f, "/queue?state=all&q="+url.QueryEscape("蓄能 电站 07")); len(found) != 1 {
		t.Errorf("found %v", found)
	}
	if found := queueNames(t, f, "/queue?state=all&route="+url.QueryEscape("备案")); len(found) != 1 {
		t.Errorf("route: %v", found)
	}
	if found := queueNames(t, f, "/queue?state=all&light=red"); len(found) != 0 {
		t.Errorf("red: %v", found)
	}
	f.get("/queue?state=nonsense&cursor=x.y&light=pink").is(http.StatusOK)
	w.signIn("fgw-decider").get("/queue?state=in_review").is(http.StatusOK).sees("仅供查阅", "硫酸镁综合利用")
	w.signIn("owner1").get("/queue").is(http.StatusForbidden)
	w.signIn("bank").get("/queue").is(http.StatusForbidden)
}

// queueNames walks a queue through its pages.
func queueNames(t *testing.T, p *person, path string) []string {
	t.Helper()
	var names []string
	row := regexp.MustCompile(`<a href="/cases/\d+">([^<]*)</a>`)
	next := regexp.MustCompile(`rel="next" href="([^"]*)"`)
	for range 20 {
		r := p.get(path).is(http.StatusOK)
		for _, m := range row.FindAllStringSubmatch(r.body, -1) {
			names = append(names, m[1])
		}
		m := next.FindStringSubmatch(r.body)
		if m == nil {
			return names
		}
		path = strings.ReplaceAll(m[1], "&amp;", "&")
	}
	t.Fatal("the pages do not end")
	return nil
}

// FILE-5: the officer reads rule, limit and consequence, and accepts; the next case is offered.
func TestOfficerAccepts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-02-10 10:00"))
	a, f := w.program("owner1"), w.signIn("fgw-handler")
	first, second := a.handIn(sanctionFacts()), a.handIn(sanctionFacts().with(facts{"name": "第二座电站"}))
	file := "/cases/" + first
	page := f.get(file).is(http.StatusOK).sees("FILE-5", "2026年2月24日", "视为受理", "决定期限 20 个工作日", "只能要求一次", "受理审查", "/cases/"+second)
	form := page.form(file + "/decision")
	form.Set("decision", "accept")
	form.Set("opinion", `材料齐全 <b>`)
	for range 2 { // a double click
		f.post(file+"/decision", form).leads(file + "?did=decision")
	}
	f.get(file+"?did=decision").sees("决定已作出", "已受理", "2602-630000-", "材料齐全 &lt;b&gt;", "下一件：第二座电站").lacks("作出决定</h2>", "<b>&")
	w.deliver()
	w.signIn("owner1").get("/my/projects/"+first).sees("已受理", "2602-630000-")
}

// FILE-4, FILE-1: a filing in review is filed or not, or treated as 核准; corrections are not on offer.
func TestOfficerDecidesAFiling(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-02-10 10:00"))
	a, f := w.program("owner1"), w.signIn("cd-handler")
	doubtful := func(name string) string { return "/cases/" + a.handIn(filingFacts().with(facts{"name": name})) }
	filed, refused, routed := doubtful("硫酸镁甲"), doubtful("硫酸镁乙"), doubtful("硫酸镁丙")
	f.get(filed).sees("予以备案", "转电子监察督办", "只能备案或不予备案").lacks("decision.", "要求补正（只有一次）")
	f.fill(filed, filed+"/decision", typed("decision", "accept")).leads(filed + "?did=decision")
	f.get(filed).sees("已备案", "2602-630102-")
	f.fill(refused, refused+"/decision", typed("decision", "refuse")).is(http.StatusUnprocessableEntity).sees("必须写明理由", "choice-box refuse\" open")
	f.fill(refused, refused+"/decision", typed("decision", "refuse", "reason", "属于淘汰类")).leads(refused + "?did=decision")
	f.get(refused).sees("不予受理", "属于淘汰类", "行政复议")
	f.fill(routed, routed+"/route", typed("route", "核准", "route_reason", "")).is(http.StatusUnprocessableEntity).sees("请写明理由")
	f.fill(routed, routed+"/route", typed("route", "核准", "route_reason", "属于核准目录")).leads(routed + "?did=route")
	f.get(routed+"?did=route").sees("办理方式已改变", "属于核准目录", "受理审查")
}

// FILE-5: corrections are listed in rows, asked for once, and a second request is refused with the rule.
func TestOfficerAsksForCorrectionsOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-02-10 10:00"))
	id := w.program("owner1").handIn(sanctionFacts())
	f := w.signIn("fgw-handler")
	file := "/cases/" + id
	to := file + "/decision"
	one := typed("corrections.0.field", "site", "corrections.0.what", "写明乡镇 <i>")
	f.fill(file, to, typed("decision", "correct")).is(http.StatusUnprocessableEntity).sees("请一次列出全部", `choice-box correct" open`)
	more := f.fill(file, to, url.Values{"corrections.0.field": one["corrections.0.field"], "corrections.0.what": one["corrections.0.what"], "_add": {"corrections"}})
	more.is(http.StatusOK).sees("corrections.1.what", `value="写明乡镇 &lt;i&gt;"`, `choice-box correct" open`).lacks("<i>")
	form := more.form(to)
	for name, v := range one {
		form[name] = v
	}
	form.Set("corrections.1.field", "")
	form.Set("corrections.1.what", "")
	form.Set("decision", "correct")
	f.post(to, form).leads(file + "?did=decision")
	w.deliver()
	f.get(file).sees("待补正", "写明乡镇").lacks("作出决定</h2>")
	second := typed("_version", version(t, w.signIn("owner1").get("/my/projects/"+id+"/q/place")), "decision", "correct", "corrections.0.field", "name", "corrections.0.what", "再改名称")
	f.post(to, second).is(http.StatusUnprocessableEntity).sees("FILE-5", "再改名称")
	f.get(file).lacks("再改名称")
}

// A stale page decides nothing, and what was typed is shown again.
func TestStaleDecisionKeepsTheOpinion(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-02-10 10:00"))
	id := w.program("owner1").handIn(sanctionFacts())
	one, two := w.signIn("fgw-handler"), w.signIn("fgw-reviewer")
	file := "/cases/" + id
	late := two.get(file).form(file + "/decision")
	one.fill(file, file+"/decision", typed("decision", "refuse", "reason", "缺少选址意见")).leads(file + "?did=decision")
	late.Set("decision", "accept")
	late.Set("opinion", "同意受理，材料齐全")
	two.post(file+"/decision", late).is(http.StatusConflict).sees("案件有变动", "同意受理，材料齐全", "不予受理")
	two.get(file).sees("缺少选址意见").lacks("同意受理，材料齐全")
}

// Who may not decide is told why; who may not see it finds nothing. FILE-13
func TestCaseIsForWhoIsCompetent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-02-10 10:00"))
	id := w.program("owner1").handIn(sanctionFacts().with(facts{"region": "630100"}))
	file := "/cases/" + id
	w.signIn("xn-handler").get(file).sees("作出决定</h2>")
	for _, name := range []string{"xn-decider", "fgw-handler", "regulator1", "supervisor", "xn-eia-handler"} {
		w.signIn(name).get(file).is(http.StatusOK).sees("这一步不由您决定").lacks("作出决定</h2>")
	}
	for _, name := range []string{"gem-handler", "cd-handler", "owner1", "owner2"} {
		w.signIn(name).get(file).is(http.StatusNotFound)
	}
	w.signIn("bank").get(file).is(http.StatusForbidden)
	w.signIn("audit-office").get(file).is(http.StatusForbidden).sees("purpose")
	w.signIn("audit-office").get(file + "?purpose=" + url.QueryEscape("专项审计")).is(http.StatusOK).lacks("作出决定</h2>")
	for _, name := range []string{"fgw-handler", "xn-decider", "supervisor"} {
		w.signIn(name).post(file+"/decision", typed("_version", "2", "decision", "accept")).is(http.StatusForbidden)
	}
}

// FILE-13: a case handed over leaves the office; the reason is told.
func TestOfficerHandsOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-02-10 10:00"))
	id := w.program("owner1").handIn(sanctionFacts())
	f := w.signIn("fgw-handler")
	file := "/cases/" + id
	f.fill(file, file+"/transfer", typed("authority_region", "630000", "transfer_reason", "应由市级受理")).is(http.StatusUnprocessableEntity).sees("应由市级受理", "另一个有效的")
	f.fill(file, file+"/transfer", typed("authority_region", "630100", "transfer_reason", "应由市级受理")).leads(file + "?did=transfer")
	f.get(file).sees("应由市级受理", "这一步不由您决定", "西宁市发展和改革委员会")
	w.signIn("xn-handler").get("/queue").sees(file)
	x := w.signIn("xn-handler")
	x.fill(file, file+"/transfer", typed("authority_region", "630000", "transfer_reason", "应由省级受理")).leads("/queue?did=transfer")
	x.get("/queue?did=transfer").sees("已移交")
}
