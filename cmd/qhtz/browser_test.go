package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// within is how long a page, or something on it, may take before the test says that it does not come.
const within = 20 * time.Second

// chromium is one browser for the tests that run side by side; each visitor has cookies of their own.
type chromium struct{ ctx context.Context }

// startChromium starts the browser with a profile that is removed with it, at the end of the test.
func startChromium(t *testing.T) *chromium {
	t.Helper()
	options := append([]chromedp.ExecAllocatorOption{}, chromedp.DefaultExecAllocatorOptions[:]...)
	options = append(options, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("lang", "zh-CN"), chromedp.WindowSize(1280, 900))
	allocator, stop := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() { cancel(); stop() })
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("Chromium does not start: %v", err)
	}
	return &chromium{ctx}
}

// tab is a page that somebody has open. What goes wrong on its console fails the test in the end.
type tab struct {
	t    *testing.T
	ctx  context.Context
	base string
	// refusals are parts of addresses that may be answered with 4xx: the browser writes those to the console, too.
	refusals []string
	bytes    atomic.Int64 // what has come over the wire

	mu     sync.Mutex
	faults []fault
}

// fault is a line on the console that should not be there: an exception, an error, something the content security
// policy has stopped, a file that did not come.
type fault struct{ source, text, url string }

// visit opens a tab on the platform with empty cookies.
func (b *chromium) visit(t *testing.T, p *booted) *tab {
	t.Helper()
	return openTab(t, b.ctx, "http://"+p.addr, chromedp.WithNewBrowserContext())
}

// another opens a second tab of the same person.
func (w *tab) another() *tab {
	w.t.Helper()
	return openTab(w.t, w.ctx, w.base)
}

func openTab(t *testing.T, parent context.Context, base string, options ...chromedp.ContextOption) *tab {
	t.Helper()
	w := &tab{t: t, base: base}
	ctx, cancel := chromedp.NewContext(parent, append(options, chromedp.WithListener(w.listen))...)
	t.Cleanup(cancel)
	w.ctx = ctx
	t.Cleanup(w.checkConsole)
	if err := chromedp.Do(ctx); err != nil { // a first call with a time limit would end the tab with it
		t.Fatalf("no tab: %v", err)
	}
	return w
}

func (w *tab) listen(event any) {
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			text += " " + e.ExceptionDetails.Exception.Description
		}
		w.note("exception", text, e.ExceptionDetails.URL)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeAssert {
			w.note("console", fmt.Sprint(len(e.Args), " values"), "")
		}
	case *network.EventLoadingFinished:
		w.bytes.Add(int64(e.EncodedDataLength))
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError {
			w.note(string(e.Entry.Source), e.Entry.Text, e.Entry.URL)
		}
	}
}

func (w *tab) note(source, text, url string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.faults = append(w.faults, fault{source, text, url})
}

// refusing lets addresses be answered with 4xx.
func (w *tab) refusing(parts ...string) { w.refusals = append(w.refusals, parts...) }

func (w *tab) checkConsole() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, f := range w.faults {
		expected := false
		for _, part := range w.refusals {
			expected = expected || f.source == string(log.EntrySourceNetwork) && strings.Contains(f.text, "status of 4") && strings.Contains(f.url, part)
		}
		if !expected {
			w.t.Errorf("on the console (%s): %s %s", f.source, f.text, f.url)
		}
	}
}

// act runs an action; when it fails, the test ends with what the page shows.
func act[T any](w *tab, what string, action chromedp.Action[T]) T {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, within)
	defer cancel()
	value, err := chromedp.Run(ctx, action)
	if err != nil {
		w.t.Fatalf("%s: %v\non %s", what, err, w.shows())
	}
	return value
}

// shows is where the tab is and what stands there.
func (w *tab) shows() string {
	ctx, cancel := context.WithTimeout(w.ctx, 5*time.Second)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`location.href+"\n"+document.body.innerText.slice(0,3000)`))
	if err != nil {
		return err.Error()
	}
	return text
}

// open goes to an address and gives the status of its answer.
func (w *tab) open(path string) int {
	w.t.Helper()
	return int(act(w, "open "+path, chromedp.NavigateResponse(w.base+path)).Status)
}

// follow clicks and waits for the page that comes; it gives the status of its answer. As everywhere, the selector is
// CSS, XPath or a text.
func (w *tab) follow(selector string) int {
	w.t.Helper()
	return w.loads("follow "+selector, chromedp.Click(chromedp.Search(selector)))
}

// loads runs a step that leads to another page.
func (w *tab) loads(what string, step chromedp.Action[chromedp.Void]) int {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, within)
	defer cancel()
	response, err := chromedp.RunResponse(ctx, step)
	if err != nil {
		w.t.Fatalf("%s: %v\non %s", what, err, w.shows())
	}
	return int(response.Status)
}

func (w *tab) click(selector string) {
	w.t.Helper()
	act(w, "click "+selector, chromedp.Click(chromedp.Search(selector)))
}

// fill replaces what stands in a field by typing.
func (w *tab) fill(selector, text string) {
	w.t.Helper()
	act(w, "fill "+selector, chromedp.Steps(chromedp.Focus(chromedp.Search(selector)), selectAll, typeText(text)))
}

// choose takes an option of a list as the keyboard does: by the beginning of its label.
func (w *tab) choose(selector, label string) {
	w.t.Helper()
	act(w, "choose "+selector, chromedp.Steps(chromedp.Focus(chromedp.Search(selector)), chromedp.KeyEvent(label)))
}

// set gives a field a value that cannot be typed everywhere alike, such as a date or a choice.
func (w *tab) set(selector, value string) {
	w.t.Helper()
	act(w, "set "+selector, chromedp.SetValue(chromedp.Search(selector), value))
}

var selectAll = chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
	for _, typ := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeRawKeyDown, input.DispatchKeyEventTypeKeyUp} {
		p := input.DispatchKeyEventParams{Type: typ, Key: "a", Code: "KeyA", WindowsVirtualKeyCode: 'A', Modifiers: int64(chromedp.ModifierCtrl), Commands: []string{"selectAll"}}
		if _, err := cdp.Call(ctx, t, input.DispatchKeyEvent, p); err != nil {
			return err
		}
	}
	return nil
})

func typeText(text string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, input.InsertText, input.InsertTextParams{Text: text})
		return err
	})
}

func (w *tab) press(keys string) {
	w.t.Helper()
	act(w, "press", chromedp.KeyEvent(keys))
}

// script gives the value of an expression on the page.
func script[T any](w *tab, expression string) T {
	w.t.Helper()
	return act(w, expression, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// await waits until an expression on the page is true.
func (w *tab) await(what, expression string) {
	w.t.Helper()
	act(w, "never "+what, chromedp.Poll[bool](expression))
}

// text is what a person reads in an element.
func (w *tab) text(selector string) string {
	w.t.Helper()
	return act(w, "text of "+selector, chromedp.Text(chromedp.Search(selector)))
}

// sees fails the test unless the page shows all of the texts.
func (w *tab) sees(texts ...string) {
	w.t.Helper()
	shown := script[string](w, `document.body.innerText`)
	for _, text := range texts {
		if !strings.Contains(shown, text) {
			w.t.Errorf("%s does not show %q:\n%.3000s", w.path(), text, shown)
		}
	}
}

// lacks fails the test if the page shows any of the texts.
func (w *tab) lacks(texts ...string) {
	w.t.Helper()
	shown := script[string](w, `document.body.innerText`)
	for _, text := range texts {
		if strings.Contains(shown, text) {
			w.t.Errorf("%s shows %q", w.path(), text)
		}
	}
}

// count counts the elements of a CSS selector.
func (w *tab) count(css string) int {
	w.t.Helper()
	return script[int](w, fmt.Sprintf(`document.querySelectorAll(%q).length`, css))
}

// path is where the tab is: path and query.
func (w *tab) path() string {
	w.t.Helper()
	return strings.TrimPrefix(act(w, "location", chromedp.Location()), w.base)
}

// at fails the test unless the tab is at a path that begins so.
func (w *tab) at(path string) {
	w.t.Helper()
	if got := w.path(); !strings.HasPrefix(got, path) {
		w.t.Fatalf("at %s, want %s:\n%s", got, path, w.shows())
	}
}

// button and link name what a person would click, by its words.
func button(words string) string {
	return `//main//button[not(@aria-hidden) and contains(normalize-space(), "` + words + `")]`
}
func link(words string) string { return `//main//a[contains(normalize-space(), "` + words + `")]` }

// signIn opens a session of a seeded account through the form.
func (w *tab) signIn(username string) {
	w.t.Helper()
	if status := w.open("/sign-in"); status != http.StatusOK {
		w.t.Fatalf("sign-in answers %d", status)
	}
	w.enter(username)
}

// enter fills in the sign-in form that is open.
func (w *tab) enter(username string) {
	w.t.Helper()
	w.fill("#username", username)
	w.fill("#password", "qhtz-dev-2017")
	if status := w.follow(button("登录")); status != http.StatusOK {
		w.t.Fatalf("signing in as %s answers %d: %s", username, status, w.shows())
	}
}

// look sets the width and the colours of what the tab shows from now on.
func (w *tab) look(width int64, scheme string) {
	w.t.Helper()
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}}
	act(w, "look", chromedp.Steps(chromedp.EmulateViewport(width, 900), chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, media)
		return err
	})))
}

// withoutScript turns JavaScript off for the pages to come.
func (w *tab) withoutScript() {
	w.t.Helper()
	act(w, "script off", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	}))
}
