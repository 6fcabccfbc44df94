package web

import (
	"reflect"
	"strings"
	"testing"
)

const hostile = `"'><script>alert(1)</script><img src=x onerror=alert(2)>{{.CSRF}}javascript:alert(3)`

// poison replaces every string of a page by a hostile one, except those that choose a branch or a class.
func poison(v reflect.Value, name string) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			poison(v.Elem(), name)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			poison(v.Field(i), v.Type().Field(i).Name)
		}
	case reflect.Slice:
		for i := range v.Len() {
			poison(v.Index(i), name)
		}
	case reflect.String:
		switch name {
		case "Lang", "Kind", "Outcome", "Scheme", "Color":
			return
		}
		v.SetString(hostile)
	}
}

// Whatever stands in any field comes out as text: no new element, no attribute, no script address.
func TestHostileTextComesOutEscaped(t *testing.T) {
	t.Parallel()
	r := newRenderer(t)
	clean := map[string]int{}
	for _, s := range samples(Chinese) {
		clean[s.ID] = strings.Count(render(t, r, s.Name, s.Page), "<script")
	}
	for _, s := range samples(Chinese) {
		poison(reflect.ValueOf(s.Page), "")
		html := render(t, r, s.Name, s.Page)
		if got := strings.Count(html, "<script"); got != clean[s.ID] {
			t.Errorf("%s: %d script elements, want %d", s.ID, got, clean[s.ID])
		}
		if !strings.Contains(html, "&lt;script&gt;") {
			t.Errorf("%s: the hostile text is not on the page, so nothing was tried", s.ID)
		}
		doc, err := parseHTML(html)
		if err != nil {
			t.Errorf("%s: %v", s.ID, err)
			continue
		}
		for _, e := range doc.elements {
			for name, value := range e.attr {
				address := name == "href" || name == "src" || name == "action" || name == "hx-get"
				if strings.HasPrefix(name, "on") || name == "style" || address && strings.HasPrefix(strings.TrimSpace(value), "javascript:") {
					t.Errorf("%s: <%s %s=%q>", s.ID, e.name, name, value)
				}
				if e.name == "img" && value == "x" {
					t.Errorf("%s: foreign image", s.ID)
				}
			}
		}
	}
}

// A script address alone, without anything to escape, is neutralised too.
func TestScriptAddressIsRefused(t *testing.T) {
	t.Parallel()
	page := &PublicProjectPage{Certificate: "javascript:alert(1)", QR: "javascript:alert(1)", Facts: []Fact{{"a", "b", "javascript:alert(1)", false}}}
	if html := render(t, newRenderer(t), PageProject, page); strings.Contains(html, "javascript:") {
		t.Error("script address kept")
	}
}
