package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// visitorLooksUp: what anybody may look up without an account, and what nobody else may see (CODE-2, CODE-4, CODE-7, CAL-2).
func visitorLooksUp(t *testing.T, b *chromium, p *booted) {
	t.Parallel()
	owner := p.signIn("owner2")
	filed := owner.file(t, filingFacts(facts{"name": "湟水河湿地科普馆项目", "region": "630105"})).must(t, 200)
	code := filed.text("code")
	w := b.visit(t, p)
	w.open("/")
	w.fill("#q", "湿地科普")
	w.press("\r")
	w.await("answered", `document.querySelectorAll("#results .answer").length===1&&location.search.startsWith("?q=")`)
	w.sees("湟水河湿地科普馆项目", code, "已备案", "青海昆仑矿业有限公司", "截至 2026年2月10日")
	qr := p.visitor().do(t, http.MethodGet, "/projects/"+code+"/qr.svg", nil).must(t, 200)
	if !strings.HasPrefix(string(qr.body), "<svg") || qr.header.Get("Content-Type") != "image/svg+xml" {
		t.Errorf("the QR is %s %.60s", qr.header.Get("Content-Type"), qr.body)
	}
	w.checksCodes(code)
	w.countsDays()
	w.filtersRegister(code)
	w.seesNothingOfOthers(owner)
}

// checksCodes takes a right and a wrong code apart.
func (w *tab) checksCodes(code string) {
	w.t.Helper()
	for _, form := range []string{code, strings.ReplaceAll(code, "-", ""), fullWidth(code)} {
		w.open("/codes")
		w.fill("#code", form)
		w.follow(button("核验"))
		w.sees("代码正确，已赋给项目", code, "湟水河湿地科普馆项目", "逐段解读")
	}
	wrong := code[:len(code)-1] + string('0'+(code[len(code)-1]-'0'+1)%10)
	w.open("/codes?code=" + url.QueryEscape(wrong))
	w.sees("代码不正确", "校验")
	if n := w.count(".segment.bad"); n != 1 {
		w.t.Errorf("%d wrong parts, want the check digit", n)
	}
}

// countsDays is the example of CAL-2 over the Spring Festival of 2017.
func (w *tab) countsDays() {
	w.t.Helper()
	w.open("/calendar")
	w.set("#f-from", "2017-01-20")
	w.fill("#f-n", "20")
	w.click(button("计算"))
	w.await("counted", `document.querySelector("#due-result .big")!==null`)
	w.sees("2017年2月22日 24:00 前", "自 2017年1月20日 起，20 个工作日")
	w.click(".strip-table summary")
	w.sees("第 20 个工作日", "调休上班，计入")
}

func (w *tab) filtersRegister(code string) {
	w.t.Helper()
	w.open("/register")
	w.set("#f-region", "630105")
	w.set("#f-route", "备案")
	w.fill("#q", "湿地")
	w.follow(button("筛选"))
	w.sees(code)
	w.set("#f-route", "核准")
	w.follow(button("筛选"))
	w.lacks(code)
	w.sees("没有符合条件的项目")
	if got := script[string](w, `document.querySelector("#f-region").value`); got != "630105" {
		w.t.Errorf("the filter has become %q", got)
	}
}

// seesNothingOfOthers: drafts and submissions are their unit's and their authority's alone.
func (w *tab) seesNothingOfOthers(owner *client) {
	w.t.Helper()
	draft := owner.draft(w.t, filingFacts(facts{"name": "尚未提交的度假村项目"}))
	submitted := owner.file(w.t, sanctionFacts(facts{"name": "尚未受理的跨湖大桥项目"})).must(w.t, 200)
	for _, name := range []string{"度假村", "跨湖大桥"} {
		w.open("/?q=" + url.QueryEscape(name))
		w.sees("没有查到")
		w.open("/register?q=" + url.QueryEscape(name))
		w.sees("没有符合条件的项目")
	}
	secret := []string{"/my/projects/" + draft, "/my/projects/" + submitted.text("id"), "/cases/" + submitted.text("id"), "/deadlines/" + submitted.text("current_due.deadline_id")}
	w.refusing(secret...)
	for _, path := range secret {
		w.open(path)
		w.at("/sign-in?return=")
	}
	w.signIn("owner1")
	for _, path := range secret {
		if status := w.open(path); status != http.StatusNotFound {
			w.t.Errorf("another unit's %s answers %d", path, status)
		}
		w.lacks("度假村", "跨湖大桥")
	}
}
