package web

import (
	"fmt"
	"strings"
)

// The kinds of form field.
const (
	FieldText     = "text"
	FieldNumber   = "number" // decimal text with a unit: type=number loses what it cannot parse
	FieldDate     = "date"   // yyyy-mm-dd; a picker where the browser has one, plain text elsewhere
	FieldRadios   = "radios"
	FieldChecks   = "checks"
	FieldConfirm  = "confirm" // one box; Value is "true" when ticked
	FieldSelect   = "select"
	FieldTextarea = "textarea"
	FieldPassword = "password"
	FieldRows     = "rows" // repeating rows that work without script
)

// Field is one form field as a page shows it.
type Field struct {
	Name, Kind           string
	Label, Hint, Example string
	Value                string
	Values               []string // ticked values of FieldChecks
	Options              []Option
	Suggestions          []Option   // of FieldText: offered while typing, not the only choices
	Rows                 []FieldRow // of FieldRows; names inside as RowName makes them
	Error, Unit          string
	Autocomplete         string // none when empty
	Width                string // short, medium, or the full width
	Required, ReadOnly   bool
	MaxLength            int
}

// Option is a choice. Hint explains it; choices of a select that follow each other with the same Group stand together
// under its name.
type Option struct{ Value, Label, Hint, Group string }

// FieldRow is one row of a repeating field.
type FieldRow struct {
	Fields []Field
	Error  string
}

// Ticked says whether value is chosen.
func (f Field) Ticked(value string) bool {
	if f.Kind != FieldChecks {
		return f.Value == value
	}
	for _, v := range f.Values {
		if v == value {
			return true
		}
	}
	return false
}

// RowName names a column of row i (from 0) of a repeating field: capital_sources.0.amount. The buttons beside the rows
// send _add=capital_sources and _remove=capital_sources.0.
func RowName(field string, i int, column string) string {
	return fmt.Sprintf("%s.%d.%s", field, i, column)
}

// FieldID is the id of a field's input (of its first choice, for radios and checks), to which the error summary links.
func FieldID(name string) string {
	return "f-" + strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '_':
			return r
		}
		return '-'
	}, name)
}

// NewField fills label, hint, example and unit of a known field from the locale keys field.<name>.label, .hint, .example
// and .unit. The label is required there, the others are optional.
func NewField(lang, name, kind string) Field {
	f := Field{Name: name, Kind: kind, Label: Text(lang, "field."+name+".label")}
	f.Hint, _ = lookup(lang, "field."+name+".hint")
	f.Example, _ = lookup(lang, "field."+name+".example")
	f.Unit, _ = lookup(lang, "field."+name+".unit")
	return f
}

// Options gives choices whose labels are the words of a group, such as Options(lang, "funding", "enterprise"). A text
// under <group>.<code>.hint becomes the choice's hint.
func Options(lang, group string, codes ...string) []Option {
	options := make([]Option, 0, len(codes))
	for _, code := range codes {
		hint, _ := lookup(lang, group+"."+code+".hint")
		options = append(options, Option{Value: code, Label: Word(lang, group, code), Hint: hint})
	}
	return options
}
