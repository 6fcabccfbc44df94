package web

import (
	"bytes"
	"io"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func newRenderer(t testing.TB) *Renderer {
	t.Helper()
	r, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func render(t testing.TB, r *Renderer, name string, page any) string {
	t.Helper()
	var out bytes.Buffer
	if err := r.Render(&out, name, page); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// eachSample runs check on every sample page in every language.
func eachSample(t *testing.T, check func(t *testing.T, s sample, html string)) {
	t.Helper()
	r := newRenderer(t)
	for _, lang := range Languages {
		for _, s := range samples(lang) {
			t.Run(lang+"/"+s.ID, func(t *testing.T) {
				t.Parallel()
				check(t, s, render(t, r, s.Name, s.Page))
			})
		}
	}
}

func TestEveryPageHasTemplateAndSample(t *testing.T) {
	t.Parallel()
	names, err := PageNames()
	if err != nil {
		t.Fatal(err)
	}
	sampled := map[string]bool{}
	for _, s := range samples(Chinese) {
		sampled[s.Name] = true
	}
	for name := range pageTypes {
		if !slices.Contains(names, name) || !sampled[name] {
			t.Errorf("page %s: template %v, sample %v", name, slices.Contains(names, name), sampled[name])
		}
	}
	if len(names) != len(pageTypes) {
		t.Errorf("%d templates for %d registered pages", len(names), len(pageTypes))
	}
}

func TestPagesAreWellFormed(t *testing.T) {
	t.Parallel()
	eachSample(t, func(t *testing.T, _ sample, html string) {
		doc, err := parseHTML(html)
		if err != nil {
			t.Fatal(err)
		}
		for _, problem := range doc.problems() {
			t.Error(problem)
		}
	})
}

var (
	inline   = regexp.MustCompile(`(?i)\s(style|on[a-z]+)\s*=|<style|javascript:`)
	scriptAt = regexp.MustCompile(`(?i)<script[^>]*>`)
	leftover = regexp.MustCompile(`ZgotmplZ|&lt;no value|<no value>|/static/missing/|%!`)
	rawKey   = regexp.MustCompile(`>\s*[a-z]+\.[a-z_]+\s*<`)
)

// The policy allows no inline script, style or event handler.
func TestPagesKeepTheContentSecurityPolicy(t *testing.T) {
	t.Parallel()
	eachSample(t, func(t *testing.T, _ sample, html string) {
		if found := inline.FindString(html); found != "" {
			t.Errorf("inline code or style: %q", found)
		}
		for _, tag := range scriptAt.FindAllString(html, -1) {
			if !strings.Contains(tag, `src="/static/`) {
				t.Errorf("script not of this site: %s", tag)
			}
		}
		if found := leftover.FindString(html); found != "" {
			t.Errorf("unfilled or refused value: %q", found)
		}
		if found := rawKey.FindString(html); found != "" {
			t.Errorf("text key shown instead of its text: %q", found)
		}
	})
}

// Every form that changes something carries the CSRF token.
func TestPostFormsCarryCSRF(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`(?s)<form[^>]*method="post".*?</form>`)
	eachSample(t, func(t *testing.T, _ sample, html string) {
		for _, f := range form.FindAllString(html, -1) {
			if !strings.Contains(f, `name="_csrf" value="`) {
				t.Errorf("form without token: %.120s", f)
			}
		}
	})
}

// A page field named like one of Page would hide it from the layout.
func TestPagesHideNothingOfPage(t *testing.T) {
	t.Parallel()
	shared := reflect.TypeFor[Page]()
	for name, typ := range pageTypes {
		for i := range typ.NumField() {
			field := typ.Field(i)
			if _, hidden := shared.FieldByName(field.Name); hidden && !field.Anonymous {
				t.Errorf("%s: %s", name, field.Name)
			}
		}
	}
}

func TestRenderRefusesWrongPage(t *testing.T) {
	t.Parallel()
	r := newRenderer(t)
	for _, c := range []struct {
		name string
		page any
	}{{"no-such-page", &HomePage{}}, {PageHome, &CodePage{}}, {PageHome, HomePage{}}, {PageHome, nil}} {
		if err := r.Render(io.Discard, c.name, c.page); err == nil {
			t.Errorf("Render(%q, %T) gave no error", c.name, c.page)
		}
	}
}

func TestRenderPartIsOnlyThatPart(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	page := &HomePage{Page: samplePage(Chinese, "/"), Searched: true, Query: "无", Results: []ResultCard{{Kind: "nothing", Heading: "无"}}}
	if err := newRenderer(t).RenderPart(&out, PageHome, "results", page); err != nil {
		t.Fatal(err)
	}
	if html := out.String(); strings.Contains(html, "<html") || !strings.Contains(html, `id="results"`) || !strings.Contains(html, "截至") {
		t.Errorf("got %.200s", html)
	}
}

// 备案 is a notification: nothing on a filed project's pages may say that somebody approved it.
func TestFilingIsNeverCalledApproval(t *testing.T) {
	t.Parallel()
	for _, lang := range Languages {
		all, err := locales()
		if err != nil {
			t.Fatal(err)
		}
		for key, text := range all[lang] {
			filing := strings.HasPrefix(key, "done.filed") || strings.HasPrefix(key, "cert.") || key == "state.filed" || key == "project.certificate"
			if filing && regexp.MustCompile(`批准|审批通过|(?i)approv`).MatchString(text) {
				t.Errorf("%s %s: %s", lang, key, text)
			}
		}
	}
}

// Templates hold no words of their own; those come from the locales.
func TestTemplatesHoldNoLiteralText(t *testing.T) {
	t.Parallel()
	action := regexp.MustCompile(`(?s)\{\{.*?\}\}`)
	tag := regexp.MustCompile(`(?s)<[^>]*>`)
	spoken := regexp.MustCompile(`(?:aria-label|title|alt|placeholder)="[^"]*\p{L}`)
	letters := regexp.MustCompile(`\p{L}+`)
	attribute := regexp.MustCompile(` [a-z-]+="[^"]*"`) // of partials that only write attributes
	keys := regexp.MustCompile(`<kbd>[^<]*</kbd>`)      // the names of keys are the same in every language
	for _, dir := range []string{"layout", "partials", "pages"} {
		entries, err := embedded.ReadDir("templates/" + dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			raw, err := embedded.ReadFile("templates/" + dir + "/" + entry.Name())
			if err != nil {
				t.Fatal(err)
			}
			text := keys.ReplaceAllString(action.ReplaceAllString(string(raw), ""), "")
			if found := spoken.FindString(text); found != "" {
				t.Errorf("%s: literal attribute %q", entry.Name(), found)
			}
			if found := letters.FindAllString(attribute.ReplaceAllString(tag.ReplaceAllString(text, ""), ""), -1); len(found) > 0 {
				t.Errorf("%s: literal text %q", entry.Name(), found)
			}
		}
	}
}

func TestVendoredFilesAreWhatTheyClaim(t *testing.T) {
	t.Parallel()
	note, err := os.ReadFile("static/VENDOR.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"static/js/htmx.min.js", "testdata/axe.min.js"} {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if sum := sha(content); !strings.Contains(string(note), sum) {
			t.Errorf("%s: VENDOR.md does not name %s", name, sum)
		}
	}
}
