package web

import (
	"strings"
	"testing"
)

func TestFieldsAreLinkedToTheirErrors(t *testing.T) {
	t.Parallel()
	r := newRenderer(t)
	for _, field := range sampleFields(Chinese) {
		field.Error = "请改正"
		page := &QuestionPage{Page: ownerPage(Chinese, "/q"), Heading: "问", Fields: []Field{field}}
		page.Errors = []FieldError{{Name: field.Name, Message: "请改正"}}
		html := render(t, r, PageQuestion, page)
		doc, err := parseHTML(html)
		if err != nil {
			t.Fatal(err)
		}
		for _, problem := range doc.problems() { // includes: the summary links to an id that exists
			t.Errorf("%s: %s", field.Kind, problem)
		}
		if !strings.Contains(html, `id="`+FieldID(field.Name)+`-note"`) {
			t.Errorf("%s: error has no id to be described by", field.Kind)
		}
	}
}

func TestRowsWorkWithoutScript(t *testing.T) {
	t.Parallel()
	html := render(t, newRenderer(t), PageQuestion, &QuestionPage{Heading: "问", Fields: []Field{sampleRows(Chinese, "capital_sources", "source", "amount")}})
	for _, want := range []string{`name="capital_sources.1.amount"`, `name="_add" value="capital_sources"`, `name="_remove" value="capital_sources.1"`} {
		if !strings.Contains(html, want) {
			t.Errorf("no %s", want)
		}
	}
	// Enter in a field presses the first button of the form; that must not be the one that removes a row.
	_, form, _ := strings.Cut(html, "<form method=\"post\" action=\"\" novalidate")
	_, first, _ := strings.Cut(form, "<button")
	if !strings.HasPrefix(first, ` class="default-submit"`) {
		t.Errorf("first button: %.80s", first)
	}
}

func TestTicked(t *testing.T) {
	t.Parallel()
	checks := Field{Kind: FieldChecks, Value: "a", Values: []string{"b"}}
	radios := Field{Kind: FieldRadios, Value: "a", Values: []string{"b"}}
	if checks.Ticked("a") || !checks.Ticked("b") || !radios.Ticked("a") || radios.Ticked("b") {
		t.Error("wrong choice ticked")
	}
}
