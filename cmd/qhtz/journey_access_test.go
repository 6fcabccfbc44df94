package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// axeRun gives the findings of axe-core that are not minor, each with where it is.
const axeRun = `axe.run(document,{preload:false,resultTypes:["violations"]}).then(r=>r.violations.filter(v=>v.impact!=="minor").map(v=>v.id+" ("+v.impact+"): "+v.nodes.slice(0,3).map(n=>n.target.join(" ")+" — "+(n.any[0]||n.all[0]||n.none[0]||{}).message).join(" | ")))`

func axe(t *testing.T) string {
	t.Helper()
	source, err := os.ReadFile("../../web/testdata/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	return string(source) + ";null"
}

// accessible: every page can be used by everyone — axe-core finds nothing of weight in light, dark and large type, with
// all that can be unfolded unfolded, and at 360 px nothing has to be scrolled sideways.
func accessible(t *testing.T, b *chromium, p *booted, scenes []scene, turn, of int) {
	t.Parallel()
	source := axe(t)
	tabs := map[string]*tab{}
	scenes = slices.SortedStableFunc(slices.Values(scenes), func(a, b scene) int { return strings.Compare(a.as, b.as) }) // who signs in stays in one turn
	for _, s := range scenes[turn*len(scenes)/of : (turn+1)*len(scenes)/of] {
		w := tabs[s.as]
		if w == nil {
			w = b.visit(t, p)
			w.refusing("/projects/2602-630102-04-01-000000", "/queue", "/credit", "/blacklist/")
			if s.as != "" {
				w.signIn(s.as)
			}
			tabs[s.as] = w
		}
		w.open(s.path)
		w.judge(s.name, source)
	}
}

// judge looks at the page that is open in all four ways.
func (w *tab) judge(name, axeSource string) {
	w.t.Helper()
	act(w, "axe", chromedp.Evaluate[any](axeSource))
	script[any](w, `document.querySelectorAll("main details").forEach(d=>{d.open=true}),null`)
	for _, v := range []struct {
		name, scheme string
		large        bool
	}{{"light", "light", false}, {"dark", "dark", false}, {"large", "light", true}} {
		w.look(1280, v.scheme)
		script[any](w, fmt.Sprintf(`document.documentElement.classList.toggle("large",%v),null`, v.large))
		for _, finding := range script[[]string](w, axeRun) {
			w.t.Errorf("%s, %s: %s", name, v.name, finding)
		}
		if over := script[int](w, sideways); over > 0 {
			w.t.Errorf("%s, %s: scrolls sideways by %d px", name, v.name, over)
		}
	}
	w.look(360, "light")
	for _, large := range []bool{true, false} {
		script[any](w, fmt.Sprintf(`document.documentElement.classList.toggle("large",%v),null`, large))
		if over := script[int](w, sideways); over > 0 {
			w.t.Errorf("%s at 360 px, large %v: scrolls sideways by %d px", name, large, over)
		}
	}
	w.look(1280, "light")
}

const sideways = `document.scrollingElement.scrollWidth-window.innerWidth`

// tabTo walks with the Tab key to an element; wherever it stops on the way, the focus can be seen.
func (w *tab) tabTo(css string) {
	w.t.Helper()
	for range 80 {
		w.press("\t")
		stop := script[[]string](w, fmt.Sprintf(`(()=>{const e=document.activeElement,s=getComputedStyle(e),r=e.getBoundingClientRect();
			const seen=(s.outlineStyle!=="none"&&parseFloat(s.outlineWidth)>0||s.boxShadow!=="none")&&r.bottom>0&&r.top<innerHeight;
			return [e===document.body||seen?"":"unseen",e.matches(%q)?"there":"",e.outerHTML.slice(0,200)]})()`, css))
		if stop[0] != "" {
			w.t.Errorf("%s: the focus cannot be seen on %s", w.path(), stop[2])
		}
		if stop[1] != "" {
			return
		}
	}
	w.t.Fatalf("Tab does not lead to %s:\n%s", css, w.shows())
}

// enterKey presses Enter and waits for the page that comes.
func (w *tab) enterKey() {
	w.t.Helper()
	if status := w.loads("Enter", chromedp.KeyEvent("\r")); status != http.StatusOK {
		w.t.Fatalf("%s answers %d: %s", w.path(), status, w.shows())
	}
}

// keyboardOnly signs in and files a project with Tab, Enter, Space and letters.
func keyboardOnly(t *testing.T, b *chromium, p *booted) {
	t.Parallel()
	w := b.visit(t, p)
	const save, skip = `main .actions button:not([name])`, `[name=_skip]`
	w.open("/sign-in")
	w.tabTo("#username")
	w.write("owner2")
	w.tabTo("#password")
	w.write("qhtz-dev-2017")
	w.enterKey()
	w.tabTo(`a[href="/my/new"]`)
	w.enterKey()
	w.tabTo("#f-classified")
	w.press(" ")
	w.tabTo("main button")
	w.enterKey()
	w.tabTo(`.tasks a[href$="/q/name"]`)
	w.enterKey()
	for _, step := range []struct{ question, field, text, last string }{
		{"name", "#f-name", "键盘填报的文化馆", ""}, {"kind", "#f-kind", " ", save}, {"place", "#f-region", "630102", "#f-site"}, {"industry", "#f-industry", "83", save},
		{"route", "", "", skip}, {"classified", "", "", save}, {"funding", "#f-funding", " ", save}, {"investment", "#f-total_investment", "900", ""}, {"sources", "", "", skip},
		{"scale", "#f-scale", "建筑面积 900 平方米", "#f-content"}, {"capacity", "", "", skip}, {"environment", "", "", skip}, {"needs", "", "", skip}, {"schedule", "", "", skip},
		{"declaration", "#f-policy_declaration", " ", save},
	} {
		if !strings.HasSuffix(w.path(), "/q/"+step.question) {
			t.Fatalf("at %s, want %s", w.path(), step.question)
		}
		w.typeInto(step.field, step.text, step.last)
		if step.question == "scale" {
			w.tabTo(save)
		}
		w.enterKey()
	}
	w.at("/my/projects/")
	w.sees("检查并提交", "键盘填报的文化馆")
	w.tabTo(`form[action$="/submit"] button`)
	w.enterKey()
	w.sees("备案完成", "键盘填报的文化馆")
}

// typeInto fills a field and goes on to the last one of the question, a second field or the button.
func (w *tab) typeInto(field, text, last string) {
	w.t.Helper()
	switch {
	case field == "":
	case text == " " || text == "630102":
		w.tabTo(field)
		w.press(text)
	default:
		w.tabTo(field)
		w.write(text)
	}
	if last == "" {
		return
	}
	w.tabTo(last)
	if strings.HasPrefix(last, "#") {
		w.write("昆仑东路 12 号，文化馆一座")
	}
}

func (w *tab) write(text string) {
	w.t.Helper()
	act(w, "write", typeText(text))
}

// expiredSession: the session is ended from another device while somebody types; nothing of what was typed is lost.
func expiredSession(t *testing.T, b *chromium, p *booted) {
	t.Parallel()
	id := p.signIn("owner3").draft(t, filingFacts(facts{"name": "丹霞地貌观景台"}))
	w := b.visit(t, p)
	w.refusing("/q/name")
	w.signIn("owner3")
	w.open("/my/projects/" + id + "/q/name")
	elsewhere := b.visit(t, p)
	elsewhere.signIn("owner3")
	elsewhere.open("/account")
	elsewhere.follow(button("退出其他所有设备"))

	const typed = "丹霞地貌观景台与游客中心"
	w.fill("#f-name", typed)
	w.await("said that it is not saved", `document.querySelector(".autosave.failed[role=alert]")!==null`)
	if status := w.follow(button("保存并继续")); status != http.StatusUnauthorized {
		t.Errorf("without a session, saving answers %d", status)
	}
	w.sees("登录已过期", "刚才填写的内容还在")
	source := axe(t)
	w.judge("sign-in with what was typed", source)
	w.enter("owner3")
	w.sees("刚才填写的内容还在", typed)
	w.judge("resume", source)
	w.follow(button("提交刚才填写的内容"))
	w.at("/my/projects/" + id + "/q/kind")
	p.signIn("owner3").project(t, id).expect(t, values{"name": typed})
}

// maxWeight is what the first view of a page may weigh on the wire, with all that it loads.
const maxWeight = 60 << 10

// pageWeight: the first view of the pages that people open most comes over a slow line, too.
func pageWeight(t *testing.T, b *chromium, p *booted) {
	t.Parallel()
	owner := p.signIn("owner1")
	filed := owner.file(t, filingFacts(facts{"name": "轻量页面测试站房"})).must(t, 200)
	waiting := owner.file(t, sanctionFacts(facts{"name": "跨区域应急储备库"})).must(t, 200).text("id")
	draft := owner.draft(t, filingFacts(facts{"name": "社区体育公园"}))
	lightweight(t, b, p, []scene{{"home", "", "/"}, {"tasks", "owner1", "/my/projects/" + draft}, {"case", "fgw-handler", "/cases/" + waiting}, {"project", "", "/projects/" + filed.text("code")}})
}

// lightweight fails the test unless the first view of each page is light.
func lightweight(t *testing.T, b *chromium, p *booted, scenes []scene) {
	t.Helper()
	for _, s := range scenes {
		w := b.visit(t, p)
		if s.as != "" {
			w.signIn(s.as)
		}
		act(w, "no cache", chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
			_, err := cdp.Call(ctx, target, network.SetCacheDisabled, network.SetCacheDisabledParams{CacheDisabled: true})
			return err
		}))
		w.bytes.Store(0)
		w.open(s.path)
		if got := w.bytes.Load(); got > maxWeight || got < 10<<10 {
			t.Errorf("%s weighs %d bytes, want at most %d", s.name, got, maxWeight)
		} else {
			t.Logf("%s: %d bytes", s.name, got)
		}
	}
}
