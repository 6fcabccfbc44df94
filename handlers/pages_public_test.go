package handlers

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"qhtz/domain/catalogue"
	"qhtz/domain/project"
	"qhtz/web"
)

// The public pages of a filed project: found by name, unit and code in any written form; page, QR and papers.
func TestPublicPagesOfAFiling(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-02-10 10:00"))
	code := w.program("owner1").submit(filingFacts()).text("code")
	digits := strings.ReplaceAll(code, "-", "")
	v := w.visitor()

	home := v.get("/").is(200)
	home.sees(`name="q"`, `aria-current="page"`, "/register", "/calendar", "/codes", "登录").lacks("我的项目", "/queue")
	if csp := home.header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") {
		t.Errorf("policy %q", csp)
	}
	if got := home.header.Get("Cache-Control"); got != "no-cache" {
		t.Errorf("kept: %q", got)
	}
	for _, q := range []string{"冷链", "湖滨新能源", code, digits, fullWidth(code), "91630100MA7HB1K215", " 91630100ma7hb1k215 "} {
		v.get("/?q="+url.QueryEscape(q)).is(200).sees("湟水河谷冷链物流中心", "/projects/"+code, "截至 2026年2月10日 10:00:00")
	}
	v.get("/?q="+url.QueryEscape("不存在的项目")).is(200).sees("没有查到", "截至 2026年2月10日")
	v.get("/?q=" + url.QueryEscape("冷")).is(200).sees("至少输入两个字")

	// CODE-2, CODE-7: any written form leads to the one address.
	for _, form := range []string{digits, fullWidth(digits), " " + code} {
		v.get("/projects/" + url.PathEscape(form)).leads("/projects/" + code)
		v.get("/projects/" + url.PathEscape(form) + "/certificate.pdf").leads("/projects/" + code + "/certificate.pdf")
	}
	page := v.get("/projects/"+code).is(200).sees(code, "湟水河谷冷链物流中心", "青海湖滨新能源有限公司", "12,500.00 万元", "西宁市城东区", "已备案", "企业投资项目备案证明", "/projects/"+code+"/qr.svg")
	page.lacks("湖滨新能源经办") // no personal data
	v.get("/projects/" + code + "/qr.svg").is(200).sees("<svg")
	if png := v.get("/projects/" + code + "/qr.png").is(200); !strings.HasPrefix(png.body, "\x89PNG") || png.header.Get("Content-Type") != "image/png" {
		t.Error("the QR picture is no PNG")
	}

	sheet := v.get("/projects/"+code+"/certificate").is(200).sees("企业投资项目备案证明", code, "91630100MA7HB1K215", "12,500.00 万元", "2026年2月10日", testBase+"/projects/"+code)
	digest := regexp.MustCompile(`[0-9a-f]{64}`).FindString(sheet.body)
	page.sees(digest)
	if digest == "" || digest == hex.EncodeToString(sha256.New().Sum(nil)) {
		t.Errorf("digest %q", digest)
	}
	pdf := v.get("/projects/" + code + "/certificate.pdf").is(200)
	if !strings.HasPrefix(pdf.body, "%PDF-") || pdf.header.Get("Content-Type") != "application/pdf" {
		t.Error("the certificate's PDF is none")
	}

	v.get("/register").is(200).sees(code, "12,500.00")
	v.get("/register?region=630102&route=" + url.QueryEscape("备案") + "&state=filed").is(200).sees(code)
	v.get("/register?region=632801").is(200).lacks(code)
	v.get("/register?route=" + url.QueryEscape("核准")).is(200).lacks(code)
	v.get("/register?state=accepted").is(200).lacks(code)
	v.get("/codes/"+digits).is(200).sees("代码正确，已赋给项目", "湟水河谷冷链物流中心", "逐段解读")
}

func fullWidth(s string) string {
	return strings.Map(func(r rune) rune { return r - '!' + '！' }, s)
}

// A withdrawn project's papers say that they are no longer in force (CODE-6).
func TestWithdrawnPapersAreLapsed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-02-10 10:00"))
	owner := w.program("owner1")
	filed := owner.submit(filingFacts())
	path := "/projects/" + filed.text("code")
	before := w.visitor().get(path + "/certificate").is(200).lacks("失效")
	owner.call(http.MethodPost, "/api/v1/projects/"+filed.text("id")+"/withdrawal", facts{"reason": "不再建设"}).is(200)
	w.visitor().get(path).is(200).sees("代码已失效", "已撤回").lacks("不再建设")
	after := w.visitor().get(path+"/certificate").is(200).sees("本文书已失效", "不再有效")
	w.visitor().get(path + "/certificate.pdf").is(200)
	digest := regexp.MustCompile(`[0-9a-f]{64}`)
	if a, b := digest.FindString(before.body), digest.FindString(after.body); a != b || a == "" {
		t.Errorf("digest %q became %q", a, b)
	}
}

// FILE-5, CAL-5: silence over the Spring Festival of 2026, as the public sees it, and why it is that day.
func TestPublicPagesOfSilence(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-02-10 10:00"))
	r := w.program("owner1").submit(sanctionFacts())
	id := r.text("id")
	w.visitor().get("/register").is(200).lacks("抽水蓄能") // no code yet: not public
	owner, stranger := w.signIn("owner1"), w.signIn("owner2")
	deadline := "/deadlines/" + deadlineID(t, w.program("owner1"), id, "acceptance")
	w.visitor().get(deadline).leads("/sign-in?return=" + url.QueryEscape(deadline))
	stranger.get(deadline).is(404)
	owner.get(deadline).is(200).sees("受理审查", "2026年2月24日 24:00 前", "春节", "调休", "还有 5 个工作日", "视为受理", "/my/projects/"+id)

	w.to(at("2026-02-24 09:00"))
	owner.get(deadline).is(200).sees("今天到期")
	w.to(at("2026-02-26 09:00"))
	p := w.program("owner1")
	code := p.call(http.MethodGet, "/api/v1/projects/"+id, nil).is(200).text("code")
	page := w.visitor().get("/projects/"+code).is(200).sees("视为受理", "自 2026年2月10日 起", "逾期未告知，视为受理，赋码", "法定决定期限", "承诺决定期限", "受理通知书", deadline)
	page.lacks("备案证明")
	w.visitor().get("/projects/"+code+"/certificate").is(200).sees("受理通知书", "不是对项目的核准", "2026年2月10日", "20 个工作日").lacks("企业投资项目备案证明")
	w.visitor().get(deadline).is(200).sees("未办结", "/projects/"+code) // public now
	promise := deadlineID(t, p, id, "promise")
	decision := deadlineID(t, p, id, "decision")
	w.visitor().get("/deadlines/"+promise).is(200).sees("法定期限为", "/deadlines/"+decision, "第 1 版", "CAL-4")
	w.visitor().get("/deadlines/"+decision).is(200).sees("办结", "/deadlines/"+promise)
	w.to(at("2026-05-20 09:00"))
	w.visitor().get("/projects/"+code).is(200).sees("法定超期", "超期", "至今没有决定")
	// CAL-4: past the statutory date stands the graver flag; past the promised one it does not.
	for path, graver := range map[string]bool{"/deadlines/" + decision: true, "/deadlines/" + promise: false} {
		if main := w.visitor().get(path).is(200).main(); strings.Contains(main, `class="statutory"`) != graver || !strings.Contains(main, `class="light red"`) {
			t.Errorf("%s: the graver flag is not %v", path, graver)
		}
	}
}

func deadlineID(t *testing.T, p *person, project, kind string) string {
	t.Helper()
	body := p.call(http.MethodGet, "/api/v1/projects/"+project+"/deadlines", nil).is(200).body
	m := regexp.MustCompile(`\{"id":"(\d+)","kind":"` + kind + `"`).FindStringSubmatch(body)
	if m == nil {
		t.Fatalf("no deadline %s in %s", kind, body)
	}
	return m[1]
}

// What is written about a step is for those who work on it.
func TestPublicTimelineKeepsOpinions(t *testing.T) {
	t.Parallel()
	steps := []project.Step{{Type: project.EvRefused, Data: project.EventData{Reason: "理由甲", Remedy: "途径乙", Opinion: "意见丙", Route: "核准"}}}
	v := &project.View{Project: &project.Project{}, Book: &catalogue.Book{Library: &catalogue.Library{}}}
	for _, public := range []bool{true, false} {
		detail := timelineView(web.Page{}, v, steps, public)[0].Detail
		for _, text := range []string{"理由甲", "途径乙", "意见丙"} {
			if strings.Contains(detail, text) == public {
				t.Errorf("public %v: %q", public, detail)
			}
		}
	}
}

// CODE-2…4: the page of codes says what is wrong with one.
func TestCodePage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-02-10 10:00"))
	v := w.visitor()
	for _, c := range []struct{ code, want string }{
		{"", "核验项目代码"},
		{"2602-630102-04-01-372916", "代码"},
		{"2017-630102-83-03-008812", "长期有效"},
		{"2602-630102-04", "应有 20 位"},
		{"2613-630102-04-01-372916", "没有 13 月"},
		{"<script>alert(1)</script>", "&lt;script&gt;"},
		{strings.Repeat("1", 5000), "输入过长"},
		{"\x00\r\nSet-Cookie: a=b", "代码不正确"},
		{"\xff\xfe", "核验项目代码"},
	} {
		v.get("/codes?code=" + url.QueryEscape(c.code)).is(200).sees(c.want).lacks("<script>alert")
	}
	// The digit before the check digit is wrong by one: the part is marked.
	v.get("/codes/2602-630102-04-01-372910").is(200).sees("代码不正确", "segment check bad")
}

// CAL-1, CAL-2: the tool counts, and says at the field what it cannot read.
func TestDueTool(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-02-10 10:00"))
	v := w.visitor()
	v.get("/calendar").is(200).sees("2026 年放假与调休", "2月15日（日） – 2月23日（一）", "2月14日（六）", `value="2026-02-10"`)
	v.get("/calendar?from=2026-02-10&n=5&unit=working").is(200).sees("2026年2月24日 24:00 前", "春节", "day due")
	v.get("/calendar?from=2026-02-10&n=5&unit=natural").is(200).sees("2026年2月24日 24:00 前", "顺延", "day moved")
	v.get("/calendar?from=2026-12-20&n=20&unit=working").is(200).sees("暂定")
	v.get("/calendar?year=2027").is(200).sees("放假安排尚未公布", "春节")
	v.get("/calendar?from=2026-02-30&n=-1").is(200).sees("有以下问题需要改正", `href="#f-from"`, `href="#f-n"`, "整数")
	v.get("/calendar?from="+strings.Repeat("9", 400)+"&n=99999&unit=x&year=-5").is(200).sees("整数", "2026 年放假与调休")
}

// What is typed in malice is text, and never an error of the platform.
func TestHostileInput(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-02-10 10:00"))
	code := w.program("owner1").submit(filingFacts().with(facts{"name": `<img src=x onerror=alert(1)>"'冷库`})).text("code")
	v := w.visitor()
	for _, path := range []string{"/projects/" + code, "/projects/" + code + "/certificate", "/?q=" + url.QueryEscape("冷库"), "/register", "/codes/" + code} {
		v.get(path).is(200).lacks("<img src=x").sees("&lt;img src=x")
	}
	v.get("/projects/" + code + "/certificate.pdf").is(200)

	long := strings.Repeat("冷", 1000)
	v.get("/?q=" + url.QueryEscape(long)).is(200).sees("内容太长")
	v.get("/register?q=" + url.QueryEscape(long)).is(200)
	v.get("/?q=%00%0d%0aSet-Cookie:x=1&q=%ff").is(200)
	for _, c := range []struct {
		path   string
		status int
	}{
		{"/register?q=%00&region=%25&route=%00&state=%00", 200},
		{"/register?q=%27%20or%201%3D1%20--&region=63%25", 200},
		{"/register?cursor=x", 404}, {"/register?cursor=-1", 404}, {"/register?cursor=99999999999999999999", 404},
		{"/projects/2602-630102-04-01-372910", 404}, {"/projects/%00", 404}, {"/projects/..%2f..%2fetc%2fpasswd", 404}, {"/projects/" + code + "/qr.gif", 404},
		{"/projects/x/qr.svg", 404}, {"/projects/x/certificate.pdf", 404},
		{"/deadlines/0", 404}, {"/deadlines/x", 404}, {"/deadlines/9223372036854775807", 303}, {"/deadlines/99999999999999999999", 404},
		{"/static/../handlers/app.go", 404}, {"/static/%2e%2e/%2e%2e/etc/passwd", 404}, {"/static/..%5c..%5cgo.mod", 404},
		{"/nowhere", 404}, {"/inbox/read", 404},
	} {
		v.get(c.path).is(c.status)
	}
	// The names of the platform's own pages in English, too.
	v.cookies[langCookie] = "en"
	v.get("/projects/"+code).is(200).sees(`lang="en"`, "Filed")
	for _, path := range []string{"/", "/register", "/codes/" + code, "/calendar?from=2026-02-10&n=5", "/projects/" + code + "/certificate"} {
		v.get(path).is(200)
	}

	// Open redirects and header injection.
	for _, to := range []string{"https://evil.test/", "//evil.test", `/\evil.test`, "/x\r\nSet-Cookie: a=b", "javascript:alert(1)"} {
		r := v.get("/display?lang=zh-CN&return=" + url.QueryEscape(to)).leads("/")
		if strings.Contains(r.header.Get("Set-Cookie"), "a=b") {
			t.Errorf("%q reached the headers", to)
		}
	}
	for _, path := range []string{"/", "/register", "/projects/" + code, "/nowhere"} {
		for _, method := range []string{http.MethodHead, http.MethodPut, http.MethodDelete, http.MethodOptions} {
			if r := v.send(method, path, "", "Accept", "text/html"); r.status >= 500 {
				t.Errorf("%s %s: %d", method, path, r.status)
			}
		}
	}
}

// The register goes on by keyset and back to its first page, and keeps its filters.
func TestRegisterPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-02-10 10:00"))
	p := w.program("owner1")
	for range registerRows + 3 {
		p.submit(filingFacts())
	}
	first := w.visitor().get("/register?region=630100&q=" + url.QueryEscape("冷链")).is(200)
	next := regexp.MustCompile(`rel="next" href="([^"]+)"`).FindStringSubmatch(first.body)
	if next == nil {
		t.Fatal("no next page")
	}
	count := func(r reply) int { return strings.Count(r.body, "<tr>") - 1 }
	second := w.visitor().get(strings.ReplaceAll(next[1], "&amp;", "&")).is(200).sees("回到第一页", `value="冷链"`)
	if count(first) != registerRows || count(second) != 3 {
		t.Errorf("%d and %d rows", count(first), count(second))
	}
	w.visitor().get("/?q=" + url.QueryEscape("冷链")).is(200).sees("/register?q=")
}
