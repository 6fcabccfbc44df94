package handlers

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

var (
	formTag  = regexp.MustCompile(`(?s)<form[^>]*method="post"[^>]*action="([^"]*)".*?</form>`)
	inputTag = regexp.MustCompile(`(?s)<input[^>]*>`)
	attrOf   = regexp.MustCompile(`(name|value|type)="([^"]*)"`)
)

// form is the form of a page that goes to an address, with its hidden fields as a browser sends them.
func (r reply) form(action string) url.Values {
	r.t.Helper()
	for _, m := range formTag.FindAllStringSubmatch(r.body, -1) {
		if html.UnescapeString(m[1]) != action {
			continue
		}
		out := url.Values{}
		for _, tag := range inputTag.FindAllString(m[0], -1) {
			a := map[string]string{}
			for _, at := range attrOf.FindAllStringSubmatch(tag, -1) {
				a[at[1]] = html.UnescapeString(at[2])
			}
			if a["type"] == "hidden" {
				out.Add(a["name"], a["value"])
			}
		}
		return out
	}
	r.t.Fatalf("no form goes to %s: %.2000s", action, r.body)
	return nil
}

// fill opens a page and sends its form to an address with what was typed.
func (p *person) fill(page, action string, typed url.Values) reply {
	p.w.t.Helper()
	form := p.get(page).is(http.StatusOK).form(action)
	for name, values := range typed {
		form[name] = values
	}
	return p.post(action, form)
}

// draft starts a project and gives its page.
func (p *person) draft() string {
	p.w.t.Helper()
	r := p.fill("/my/new", "/my/new", url.Values{"classified": {"false"}}).is(http.StatusSeeOther)
	return r.header.Get("Location")
}

// handIn drafts and submits a project through the API and gives its id.
func (p *person) handIn(f facts) string {
	p.w.t.Helper()
	return p.submit(f).text("id")
}

// typed makes a form of names and values.
func typed(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}

func version(t testing.TB, r reply) string {
	t.Helper()
	m := regexp.MustCompile(`name="_version" value="(\d+)"`).FindStringSubmatch(r.body)
	if m == nil {
		t.Fatalf("no version: %.1000s", r.body)
	}
	return m[1]
}

func count(r reply, s string) int { return strings.Count(r.body, s) }
