package main

import (
	"bytes"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

var anyCode = regexp.MustCompile(`\d{4}-\d{6}-\d{2}-\d{2}-\d{6}`)

// ownerFiles is the owner's way from the first question to the certificate (FILE-3, FILE-4, CODE-1, CODE-2, CODE-7): one
// question a page, the total investment forgotten, all errors at once, mended, submitted.
func ownerFiles(t *testing.T, b *chromium, p *booted, scripted bool) {
	t.Parallel()
	w := b.visit(t, p)
	name := "便民服务中心甲座新建项目"
	if !scripted {
		w.withoutScript()
		name = "便民服务中心乙座新建项目"
	}
	w.signIn("owner1")
	w.at("/my")
	w.follow(link("新建项目"))
	w.click(`label[for="f-classified"]`)
	w.follow(button("继续"))
	w.at("/my/projects/")
	w.answerAll(name, scripted)
	w.mendAndSubmit()
	w.at("/my/projects/")
	w.sees("备案完成", name)
	code := anyCode.FindString(w.text(".done-code"))
	checkCode(t, code, "2602-630102-04-01-")
	w.follow(link("查看备案证明"))
	w.sees("企业投资项目备案证明", name, code)
	checkPDF(t, p, code)
	foundByCode(t, b, p, code, name)
}

// answerAll walks through the wizard and leaves the total investment empty.
func (w *tab) answerAll(name string, scripted bool) {
	w.t.Helper()
	w.follow(link("项目名称"))
	for steps := 0; !strings.HasSuffix(w.path(), "/check"); steps++ {
		if steps > 20 {
			w.t.Fatal("the wizard does not end")
		}
		here := w.path()
		question := here[strings.LastIndex(here, "/")+1:]
		if question == "name" && scripted {
			w.autosaves(name)
		}
		if !w.answer(question, name) {
			w.follow(button("先跳过"))
			continue
		}
		if status := w.follow(button("保存并继续")); status != http.StatusOK {
			w.t.Fatalf("%s answers %d: %s", here, status, w.shows())
		}
		if question == "investment" { // saved all the same, and said; the rest is asked for first
			w.sees("已保存，但提交前需要改正", "总投资")
			w.follow(link("回到任务清单"))
			w.follow(link("资金来源"))
		}
	}
}

// answer fills in one question; false: it may be skipped, and is.
func (w *tab) answer(question, name string) bool {
	w.t.Helper()
	switch question {
	case "name":
		w.fill("#f-name", name)
	case "kind":
		w.click(`label[for="f-kind"]`)
		w.click(`//main//label[normalize-space()="新建"]`)
	case "place":
		w.choose("#f-region", "630102")
		w.fill("#f-site", "昆仑东路 12 号")
	case "industry":
		w.fill("#f-industry", "83")
	case "funding":
		w.click(`label[for="f-funding"]`)
	case "classified":
	case "investment":
		w.fill("#f-total_investment", "")
	case "scale":
		w.fill("#f-scale", "建筑面积 8600 平方米")
		w.fill("#f-content", "新建办事大厅一座及配套设施")
	case "declaration":
		w.click(`label[for="f-policy_declaration"]`)
	default:
		return false
	}
	return true
}

// autosaves: what is typed is saved without a click, and the page says so.
func (w *tab) autosaves(name string) {
	w.t.Helper()
	before := script[string](w, `document.querySelector("[name=_version]").value`)
	w.fill("#f-name", name)
	w.await("saved by itself", `document.querySelector("[name=_version]").value!=="`+before+`"&&/^已保存 \d\d:\d\d$/.test(document.querySelector("[data-autosave-state]").textContent)`)
}

// mendAndSubmit: everything that is wrong is named at once, each with a way to where it is mended (FILE-4).
func (w *tab) mendAndSubmit() {
	w.t.Helper()
	w.sees("检查并提交", "有以下问题需要改正")
	if n := w.count(".error-summary a[href]"); n != 1 || w.count(`form[action$="/submit"]`) != 0 {
		w.t.Fatalf("%d errors, want the total investment alone and nothing to submit:\n%s", n, w.shows())
	}
	w.follow(`.error-summary a`)
	w.at("/my/projects/")
	w.fill("#f-total_investment", "12,500.00")
	w.follow(button("保存并继续"))
	w.sees("检查并提交", "12,500.00")
	if n := w.count(".error-summary"); n != 0 {
		w.t.Fatalf("still wrong: %s", w.shows())
	}
	if status := w.follow(button("作出承诺并提交")); status != http.StatusOK {
		w.t.Fatalf("submitting answers %d: %s", status, w.shows())
	}
}

func checkPDF(t *testing.T, p *booted, code string) {
	t.Helper()
	pdf := p.visitor().do(t, http.MethodGet, "/projects/"+code+"/certificate.pdf", nil).must(t, 200)
	if !bytes.HasPrefix(pdf.body, []byte("%PDF-")) || pdf.header.Get("Content-Type") != "application/pdf" {
		t.Errorf("the certificate's PDF is none: %.40q", pdf.body)
	}
}

// foundByCode: everyone finds the project by its code however it is written (CODE-2, CODE-7).
func foundByCode(t *testing.T, b *chromium, p *booted, code, name string) {
	t.Helper()
	w := b.visit(t, p)
	digits := strings.ReplaceAll(code, "-", "")
	for _, form := range []string{code, digits, fullWidth(digits)} {
		w.open("/")
		w.fill("#q", form)
		w.press("\r")
		w.await("found by "+form, `document.querySelector("#results .answer h2 a")!==null`)
		w.sees(name, code)
		if status := w.open("/projects/" + url.PathEscape(form)); status != http.StatusOK || w.path() != "/projects/"+code {
			t.Errorf("/projects/%s answers %d at %s", form, status, w.path())
		}
	}
	w.open("/?q=" + code)
	w.follow(link(name))
	w.sees(name, code, "已备案")
	if width := script[int](w, `document.querySelector(".qr img").naturalWidth`); width == 0 {
		t.Error("the QR is not drawn")
	}
}
