package handlers

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"qhtz/domain/project"
)

// Every fact is asked for by exactly one question, and known how.
func TestWizardAsksForEveryFactOnce(t *testing.T) {
	t.Parallel()
	var all []string
	for _, q := range questions {
		all = append(all, q.Fields...)
	}
	slices.Sort(all)
	if !slices.Equal(all, project.FactNames) {
		t.Errorf("asked for %v, facts are %v", all, project.FactNames)
	}
	for _, f := range all {
		if fieldForms[f].Kind == "" {
			t.Errorf("%s has no form", f)
		}
	}
}

// FILE-3: only what the rule fixes, and what code and route need, may not be skipped.
func TestWizardRequiresWhatTheRuleFixes(t *testing.T) {
	t.Parallel()
	var required []string
	for name, f := range fieldForms {
		if f.Required && name != "classified" {
			required = append(required, name)
		}
	}
	slices.Sort(required)
	want := []string{"content", "funding", "industry", "kind", "name", "policy_declaration", "region", "scale", "site", "total_investment"}
	if !slices.Equal(required, want) {
		t.Errorf("required %v, want %v", required, want)
	}
}

// filingAnswers are the answers of a complete 备案, by question.
var filingAnswers = map[string]url.Values{
	"name":        typed("name", "湟水河谷冷链物流中心"),
	"kind":        typed("kind", "01", "nature", "新建"),
	"place":       typed("region", "630102", "site", "昆仑东路 18 号"),
	"industry":    typed("industry", "5930"),
	"route":       typed("route", ""),
	"classified":  typed("classified", "false"),
	"funding":     typed("funding", "enterprise"),
	"investment":  typed("total_investment", "12,500.00"),
	"sources":     typed("capital_sources.0.source", "企业自有资金", "capital_sources.0.amount", "5000", "capital_sources.1.source", "", "capital_sources.1.amount", ""),
	"scale":       typed("scale", "总建筑面积 12000 平方米", "content", "冷库两座\r\n分拣车间一座"),
	"capacity":    typed("capacity.what", "", "capacity.amount", "", "capacity.unit", ""),
	"environment": typed("eia", "登记表", "energy_tce", "850.5", "electricity_gwh", ""),
	"needs":       typed("needs", "builds", "needs", "disturbs_soil"),
	"schedule":    typed("planned_start", "2026-09-01", "planned_completion", "2028-12-31"),
	"declaration": typed("policy_declaration", "true"),
}

// A whole filing with nothing but forms: FILE-2, FILE-3, FILE-4, FILE-14.
func TestOwnerFilesWithFormsAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-01-05 09:00"))
	o := w.signIn("owner1")
	o.get("/my").is(http.StatusOK).sees(`href="/my/new"`)
	o.fill("/my/new", "/my/new", nil).is(http.StatusUnprocessableEntity).sees("请选择是或否")
	my := o.draft()
	o.get("/my").sees("您已有未提交的草稿")
	o.get("/my/new").sees("您已有未提交的草稿", my)
	o.get(my+"/check").is(http.StatusOK).sees("请填写总投资", my+"/q/investment?from=check").lacks("作出承诺并提交")
	next := my + "/q/name"
	for _, q := range questions {
		if next != my+"/q/"+q.Key {
			t.Fatalf("after %s comes %s", q.Key, next)
		}
		next = o.fill(next, next, filingAnswers[q.Key]).is(http.StatusSeeOther).header.Get("Location")
	}
	if next != my+"/check" {
		t.Fatalf("after the last question comes %s", next)
	}
	o.get(my).is(http.StatusOK).sees("湟水河谷冷链物流中心", "已完成 9 / 9 项")
	o.get(next).sees("作出承诺并提交", "5,000.00 万元", "分拣车间一座", "850.5", "本单位承诺", "FILE-14", "提交后立即完成备案")
	o.fill(next, my+"/submit", nil).leads(my + "/done")
	w.deliver()
	o.get(my+"/done").is(http.StatusOK).sees("备案完成", "2601-630102-04-01-")
	o.get("/my").sees("已备案", "2601-630102-04-01-").lacks("您已有未提交的草稿")
	o.get(my).is(http.StatusOK).sees("撤回项目", "项目代码和有关证明同时失效")
	o.fill(my, my+"/withdraw", typed("reason", "不再建设")).leads(my)
	o.get(my).sees("已撤回", "不再建设").lacks("/withdraw")
}

// A double click, or a form sent again, starts one draft and submits once; whatever it led to, it leads there again.
func TestFormsSentTwiceCountOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-01-05 09:00"))
	o := w.signIn("owner1")
	form := o.get("/my/new").form("/my/new")
	form.Set("classified", "false")
	places := make([]string, 8)
	var wg sync.WaitGroup
	for i := range places {
		wg.Go(func() {
			other := *o
			other.cookies = map[string]string{sessionCookie: o.cookies[sessionCookie]}
			places[i] = other.post("/my/new", form).is(http.StatusSeeOther).header.Get("Location")
		})
	}
	wg.Wait()
	if slices.Sort(places); places[0] == "" || places[0] != places[7] {
		t.Fatalf("led to %v", places)
	}
	if r := o.get("/my"); count(r, places[0]+`"`) != 1 || count(r, "未命名项目") != 1 {
		t.Errorf("more than one draft: %s", r.body)
	}

	a := w.program("owner1")
	my := "/my/projects/" + a.call(http.MethodPost, "/api/v1/projects", sanctionFacts()).is(http.StatusCreated).text("id")
	submit := o.get(my + "/check").form(my + "/submit")
	for range 3 {
		o.post(my+"/submit", submit).leads(my + "/done")
	}
	if r := o.get(my + "?view=all"); count(r, `<p class="what">提交申请`) != 1 {
		t.Errorf("submitted %d times", count(r, `<p class="what">提交申请`))
	}
	submit.Set("ask_person", "true")
	o.post(my+"/submit", submit).is(http.StatusConflict).sees("这个页面已经提交过一次")
}

// What was changed elsewhere is never overwritten unseen: the form comes back with what was typed.
func TestStaleAnswersComeBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-01-05 09:00"))
	o := w.signIn("owner1")
	my := o.draft()
	q := my + "/q/name"
	old := o.get(q).form(q)
	o.fill(q, q, typed("name", "甲项目")).leads(my + "/q/kind")
	old.Set("name", "乙项目")
	r := o.post(q, old).is(http.StatusConflict).sees("在别处被修改过", "甲项目", `value="乙项目"`)
	o.get(q).sees(`value="甲项目"`)
	again := r.form(q)
	again.Set("name", "乙项目")
	o.post(q, again).leads(my + "/q/kind")
	o.get(q).sees(`value="乙项目"`)
	again.Set("name", "乙项目") // stale, but stands already: an autosave was quicker
	o.post(q, again).leads(my + "/q/kind")
}

// The autosave answers JSON, and fails loudly.
func TestAutosave(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-01-05 10:42"))
	o := w.signIn("owner1")
	q := o.draft() + "/q/name"
	form := o.get(q).sees(`data-autosave="` + q + `"`).form(q)
	form.Set("name", "格尔木冷链")
	save := func(form url.Values, headers ...string) reply {
		return o.send(http.MethodPost, q, form.Encode(), append([]string{"X-Autosave", "1", "Content-Type", "application/x-www-form-urlencoded", "Accept", "*/*", "Sec-Fetch-Site", "same-origin"}, headers...)...)
	}
	r := save(form).is(http.StatusOK)
	if r.text("saved_at") != "10:42" || r.text("version") != "2" {
		t.Errorf("answer %s", r.body)
	}
	if r := save(form).is(http.StatusOK); r.text("version") != "2" {
		t.Errorf("saved twice: %s", r.body)
	}
	form.Set("name", "另一个名字")
	stale := save(form).is(http.StatusConflict)
	if !strings.HasPrefix(stale.header.Get("Content-Type"), "application/problem+json") {
		t.Errorf("type %s", stale.header.Get("Content-Type"))
	}
	o.cookies[sessionCookie] = "ended"
	late := save(form).is(http.StatusUnauthorized)
	if !strings.HasPrefix(late.header.Get("Content-Type"), "application/problem+json") {
		t.Errorf("type %s", late.header.Get("Content-Type"))
	}
}

// What submission will refuse is saved and said; what cannot be saved is shown again.
func TestAnswersThatAreWrong(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-01-05 09:00"))
	o := w.signIn("owner1")
	my := o.draft()
	q := my + "/q/investment"
	o.fill(q, q, typed("total_investment", "一亿")).leads(q + "?saved=1")
	o.get(q+"?saved=1").sees("已保存，但提交前需要改正", `value="一亿"`, "最多两位小数")
	o.get(my).sees("有问题")
	q = my + "/q/environment"
	o.fill(q, q, typed("energy_tce", "很多", "eia", "报告表")).is(http.StatusUnprocessableEntity).sees(`value="很多"`, "请写成数字")
	o.get(q).lacks("很多")
	o.fill(q, q, typed("energy_tce", "NaN")).is(http.StatusUnprocessableEntity)
	q = my + "/q/name"
	o.fill(q, q, typed("name", "带\x07铃")).is(http.StatusUnprocessableEntity).sees("控制字符")
	o.fill(q, q, typed("_skip", "true", "name", "不保存")).leads(my + "/q/kind")
	o.get(q).lacks("不保存")
	q = my + "/q/sources"
	o.fill(q, q, typed("capital_sources.0.source", "自有", "capital_sources.0.amount", "1", "_add", "capital_sources")).is(http.StatusOK).sees("capital_sources.1.source", `value="自有"`)
	o.fill(q, q, typed("capital_sources.0.source", "自有", "capital_sources.1.source", "贷款", "_remove", "capital_sources.0")).is(http.StatusOK).sees(`value="贷款"`).lacks(`value="自有"`)
	o.get(my + "/q/nothing").is(http.StatusNotFound)
}

// FILE-2: a secret project is stopped, and a draft that turns out secret goes with all that was typed.
func TestSecretProjectsAreStopped(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-01-05 09:00"))
	o := w.signIn("owner1")
	o.fill("/my/new", "/my/new", typed("classified", "true")).is(http.StatusUnprocessableEntity).sees("请不要在本平台填报", "FILE-2")
	o.get("/my").lacks("草稿，可以接着填")
	my := o.draft()
	q := my + "/q/name"
	o.fill(q, q, typed("name", "某某机密工程"))
	q = my + "/q/classified"
	o.get(q).lacks("data-autosave=")
	o.fill(q, q, typed("classified", "true")).is(http.StatusUnprocessableEntity).sees("请不要在本平台填报")
	o.get(my).is(http.StatusNotFound)
	o.get("/my").lacks("机密工程")
}

// FILE-6: what industrial policy refuses is said beforehand, and the owner can ask for a person's decision.
func TestPolicyRefusalOffersAPerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-01-05 09:00"))
	o, a := w.signIn("owner1"), w.program("owner1")
	f := filingFacts().with(facts{"industry": "2623", "capacity_plan_no": "青置换〔2026〕1号"})
	my := "/my/projects/" + a.call(http.MethodPost, "/api/v1/projects", f).is(http.StatusCreated).text("id")
	o.get(my+"/check").sees("产业政策不允许", "请求由人工决定")
	o.fill(my+"/check", my+"/submit", nil).is(http.StatusUnprocessableEntity).sees("没有提交成功")
	o.fill(my+"/check", my+"/submit", typed("ask_person", "true")).leads(my + "/done")
	o.get(my+"/done").sees("正在核查", "单位请求人工决定")
}

// Everything typed comes out as text wherever it is shown.
func TestTypedTextIsEscaped(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-01-05 09:00"))
	o := w.signIn("owner1")
	my := o.draft()
	const bad = `"><script>alert(1)</script>`
	for _, q := range questions {
		form := url.Values{}
		for name := range filingAnswers[q.Key] {
			if name != "classified" {
				form.Set(name, bad)
			}
		}
		r := o.fill(my+"/q/"+q.Key, my+"/q/"+q.Key, form)
		r.lacks("<script>alert")
		o.get(my + "/q/" + q.Key + "?saved=1").is(http.StatusOK).lacks("<script>alert")
	}
	o.get(my + "/check").is(http.StatusOK).lacks("<script>alert").sees("&lt;script&gt;alert(1)")
	o.get(my).lacks("<script>alert").sees("&lt;script&gt;alert(1)")
	o.get("/my").lacks("<script>alert").sees("&lt;script&gt;alert(1)")
}

// Another unit's project does not exist, for any page and any form; neither does an official's work reach below /my.
func TestForeignProjectsAreNotFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-01-05 09:00"))
	my := w.signIn("owner1").draft()
	submitted := "/my/projects/" + w.program("owner1").handIn(sanctionFacts())
	other, officer, visitor := w.signIn("owner2"), w.signIn("fgw-handler"), w.visitor()
	for _, base := range []string{my, submitted} {
		for _, page := range []string{"", "/check", "/done", "/q/name"} {
			other.get(base + page).is(http.StatusNotFound)
			officer.get(base + page).is(http.StatusForbidden)
			visitor.get(base + page).is(http.StatusSeeOther)
		}
		for _, form := range []string{"/q/name", "/submit", "/discard", "/withdraw"} {
			other.post(base+form, typed("_version", "1", "name", "抢注")).is(http.StatusNotFound)
			officer.post(base+form, typed("_version", "1")).is(http.StatusForbidden)
			visitor.post(base+form, typed("_version", "1")).is(http.StatusUnauthorized)
		}
	}
	w.signIn("owner1").get(my).is(http.StatusOK).lacks("抢注")
	officer.get("/my").is(http.StatusForbidden)
	officer.post("/my/new", typed("classified", "false")).is(http.StatusForbidden)
}

// FILE-5: in answer to a request for corrections just what was asked for can be changed, and is handed in again.
func TestOwnerCorrectsWhatWasAskedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-02-10 10:00"))
	id := w.program("owner1").handIn(sanctionFacts())
	o, f := w.signIn("owner1"), w.signIn("fgw-handler")
	my, file := "/my/projects/"+id, "/cases/"+id
	f.fill(file, file+"/decision", typed("decision", "correct", "corrections.0.field", "site", "corrections.0.what", "写明乡镇")).leads(file + "?did=decision")
	o.get(my).is(http.StatusOK).sees("受理机关要求补正 1 项", "写明乡镇", "按撤回申请处理", my+"/q/place").lacks(my+"/q/name", "/discard")
	o.get(my+"?view=all").sees("撤回项目", "去改正")
	o.get(my + "/q/name").is(http.StatusUnprocessableEntity)
	o.post(my+"/q/name", typed("_version", "9", "name", "别的名称")).is(http.StatusUnprocessableEntity)
	q := my + "/q/place"
	o.get(q).sees("写明乡镇").lacks(`name="region"`)
	o.get(my).sees("已完成 0 / 1 项")
	o.get(my+"/check").is(http.StatusOK).sees("还没有改", q+"?from=check").lacks("作出承诺并提交")
	o.post(my+"/submit", typed("_version", version(t, o.get(q)))).is(http.StatusUnprocessableEntity).sees("还没有改", "没有提交成功")
	o.fill(q, q, typed("site", "贵南县沙沟乡", "region", "630102")).leads(my + "/check")
	o.get(my).sees("已完成 1 / 1 项")
	o.fill(my+"/check", my+"/submit", nil).leads(my + "/done")
	f.get(file).sees("与上次提交相比", "贵南县沙沟乡", "已经要求过一次补正").lacks("要求补正（只有一次）")
}
