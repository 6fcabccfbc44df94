//go:build screens

package web

// Looks at every sample page in a real browser: no serious finding of axe-core, no horizontal scrolling at 360 px, nothing
// stopped by the content security policy; and writes screenshots to the directory in QHTZ_SCREENS.
//
//	QHTZ_SCREENS=/some/dir go test -tags screens -run TestScreens ./web

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

type view struct {
	name   string
	width  int64
	scheme string
	large  bool
	lang   string
}

var views = []view{{"wide", 1280, "light", false, Chinese}, {"dark", 1280, "dark", false, Chinese}, {"phone", 360, "light", false, Chinese},
	{"phone-dark", 360, "dark", false, Chinese}, {"large", 1280, "light", true, Chinese}, {"phone-large", 360, "light", true, Chinese}, {"english", 360, "light", false, English}}

func screenServer(t *testing.T, r *Renderer) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if content, contentType, ok := r.StaticFile(req.URL.Path); ok {
			w.Header().Set("Content-Type", contentType)
			_, _ = w.Write(content)
			return
		}
		if strings.HasSuffix(req.URL.Path, "/qr.svg") {
			w.Header().Set("Content-Type", "image/svg+xml")
			fmt.Fprint(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 1h3v3H1zM5 1h3v3H5zM1 5h3v3H1zM6 6h1v1H6z"/></svg>`)
			return
		}
		switch {
		case req.Method == http.MethodPost && req.Header.Get("X-Autosave") != "":
			if strings.Contains(req.FormValue("name"), "失败") {
				http.Error(w, "", http.StatusServiceUnavailable)
				return
			}
			fmt.Fprint(w, `{"saved_at":"10:43","version":"5"}`)
			return
		case req.Method == http.MethodPost && req.URL.Path == "/session/keep":
			w.WriteHeader(http.StatusNoContent)
			return
		case req.URL.Path == "/" && req.URL.Query().Has("q"):
			req.URL.Path = "/home-results"
		case req.URL.Path == "/session": // one second before the warning, as time in a browser cannot be moved
			inbox := &InboxPage{Page: ownerPage(Chinese, "/session")}
			inbox.SessionSeconds = 121
			if err := r.Render(w, PageInbox, inbox); err != nil {
				t.Error(err)
			}
			return
		}
		lang := req.URL.Query().Get("lang")
		for _, s := range samples(lang) {
			if "/"+s.ID == req.URL.Path {
				if req.URL.Query().Get("large") == "true" {
					pageOf(s.Page).Large = true
				}
				w.Header().Set("Content-Type", "text/html; charset=utf-8")
				w.Header().Set("Content-Security-Policy", ContentSecurityPolicy)
				if err := r.Render(w, s.Name, s.Page); err != nil {
					t.Error(err)
				}
				return
			}
		}
		http.NotFound(w, req)
	}))
	t.Cleanup(server.Close)
	return server
}

func browser(t *testing.T) context.Context {
	t.Helper()
	options := append([]chromedp.ExecAllocatorOption{}, chromedp.DefaultExecAllocatorOptions[:]...)
	options = append(options, chromedp.NoSandbox, chromedp.DisableGPU)
	allocator, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 20*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

const axeRun = `axe.run(document,{resultTypes:["violations"]}).then(r=>r.violations.filter(v=>v.impact!=="minor").map(v=>v.id+" ("+v.impact+"): "+v.nodes.slice(0,3).map(n=>n.target.join(" ")+" — "+(n.any[0]||n.all[0]||n.none[0]||{}).message).join(" | ")))`

func TestScreens(t *testing.T) {
	r := newRenderer(t)
	server, ctx := screenServer(t, r), browser(t)
	axe, err := os.ReadFile("testdata/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range views {
		for _, s := range samples(v.lang) {
			t.Run(v.name+"/"+s.ID, func(t *testing.T) { look(t, ctx, server.URL, string(axe), v, s) })
		}
	}
}

func look(t *testing.T, ctx context.Context, base, axe string, v view, s sample) {
	scheme := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: v.scheme}}}
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, scheme); err != nil {
		t.Fatal(err)
	}
	address := fmt.Sprintf("%s/%s?lang=%s&large=%v", base, s.ID, v.lang, v.large)
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(v.width, 900), chromedp.Navigate(address)); err != nil {
		t.Fatal(err)
	}
	if dir := os.Getenv("QHTZ_SCREENS"); dir != "" {
		picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, s.ID+"-"+v.name+".png"), picture, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	over, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth-document.documentElement.clientWidth`))
	if err != nil || over > 0 {
		t.Errorf("scrolls sideways by %d px, %v", over, err)
	}
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[any](axe+";null")); err != nil {
		t.Fatal(err)
	}
	found, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](axeRun, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	for _, violation := range found {
		t.Error(violation)
	}
}

// The script saves by itself, says so, and shouts when it cannot; lists are walked with j; searching swaps the answers in.
func TestScripts(t *testing.T) {
	r := newRenderer(t)
	server, ctx := screenServer(t, r), browser(t)
	check := func(step, expression string) {
		t.Helper()
		within, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		if _, err := chromedp.Run(within, chromedp.Poll[bool](expression)); err != nil {
			got, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`document.querySelector("main").innerText.slice(0,2000)`))
			t.Fatalf("%s: never %s: %v\n%s", step, expression, err, got)
		}
	}
	do := func(steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, steps...); err != nil {
			t.Fatal(err)
		}
	}
	do(chromedp.Navigate(server.URL+"/question"), chromedp.SendKeys("#f-name", "一"))
	check("autosave", `document.querySelector("[data-autosave-state]").textContent==="已保存 10:43" && document.querySelector("[name=_version]").value==="5"`)
	do(chromedp.SendKeys("#f-name", "失败"))
	check("autosave fails loudly", `document.querySelector(".autosave.failed[role=alert]")!==null && document.querySelector("#f-name").value.includes("失败")`)
	var closeTab context.CancelFunc
	ctx, closeTab = chromedp.NewContext(ctx) // the first tab rightly refuses to be left
	t.Cleanup(closeTab)
	do(chromedp.Navigate(server.URL+"/queue"), chromedp.KeyEvent("jj"))
	check("j moves", `document.activeElement.getAttribute("href")==="/cases/2"`)
	do(chromedp.KeyEvent("k"))
	check("k moves back", `document.activeElement.getAttribute("href")==="/cases/1"`)
	do(chromedp.KeyEvent("/"))
	check("/ searches", `document.activeElement.id==="q"`)
	do(chromedp.Navigate(server.URL+"/home"), chromedp.SendKeys("#q", "抽水蓄能\r"))
	check("search swaps the answers in", `document.querySelectorAll("#results .answer").length===5 && location.search.startsWith("?q=")`)
	do(chromedp.Navigate(server.URL + "/session"))
	check("the session's end is announced", `!document.getElementById("session-warning").hidden && document.activeElement.hasAttribute("data-session-keep")`)
	do(chromedp.Click("[data-session-keep]"))
	check("and can be put off", `document.getElementById("session-warning").hidden`)
}

// The certificate and a project print to one A4 sheet each, without the navigation.
func TestPrintsToOneSheet(t *testing.T) {
	server, ctx := screenServer(t, newRenderer(t)), browser(t)
	for _, id := range []string{"certificate", "project", "code-known", "blacklist-listed", "blacklist-clean"} {
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(1280, 900), chromedp.Navigate(server.URL+"/"+id)); err != nil {
			t.Fatal(err)
		}
		pdf, err := chromedp.Run(ctx, chromedp.PrintToPDF(func(p *page.PrintToPDFParams) { p.PreferCSSPageSize = new(true) }))
		if err != nil {
			t.Fatal(err)
		}
		if dir := os.Getenv("QHTZ_SCREENS"); dir != "" {
			if err := os.WriteFile(filepath.Join(dir, id+".pdf"), pdf, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if pages := len(regexp.MustCompile(`/Type\s*/Page\b[^s]`).FindAll(pdf, -1)); pages != 1 {
			t.Errorf("%s prints on %d pages", id, pages)
		}
	}
}

func pageOf(value any) *Page {
	return value.(interface{ shared() *Page }).shared()
}

func (p *Page) shared() *Page { return p }
