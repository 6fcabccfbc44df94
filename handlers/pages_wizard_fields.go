package handlers

import (
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"qhtz/domain/catalogue"
	"qhtz/domain/project"
	"qhtz/web"
)

// answers are what a form says of a question's facts. What has no place in the facts, such as a word where a number
// belongs, stands in raw, so that it can be shown again.
type answers struct {
	patch map[string]any
	raw   map[string]string
	wrong map[string]string
}

// maxRows bounds the rows that a form may add; the facts take no more.
const maxRows = 50

// plainNumber is the only notation of a quantity that a form takes.
var plainNumber = regexp.MustCompile(`^-?[0-9]{1,15}(\.[0-9]{1,6})?$`)

// readAnswers reads a question's facts from a form.
func readAnswers(q question, form url.Values) answers {
	a := answers{patch: map[string]any{}, raw: map[string]string{}, wrong: map[string]string{}}
	for _, name := range q.Fields {
		switch name {
		case "energy_tce", "electricity_gwh":
			a.quantity(name, typedText(form, name))
		case "policy_declaration", "upgrade", "classified":
			a.patch[name] = form.Get(name) == "true"
		case "needs":
			a.patch[name] = slices.DeleteFunc(slices.Clone(form["needs"]), func(s string) bool { return s == "" })
		case "capital_sources":
			a.patch[name] = sourcesOf(form, name)
		case "capacity":
			a.patch[name] = capacityOf(form)
		default:
			a.patch[name] = typedText(form, name)
		}
	}
	return a
}

func (a answers) quantity(name, s string) {
	s = strings.ReplaceAll(s, ",", "")
	a.patch[name] = nil
	if s == "" {
		return
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || !plainNumber.MatchString(s) {
		a.raw[name], a.wrong[name] = s, "请写成数字，例如 850 或 12.5。"
		delete(a.patch, name)
		return
	}
	a.patch[name] = n
}

func sourcesOf(form url.Values, field string) []project.CapitalSource {
	list := []project.CapitalSource{}
	for i := range maxRows {
		source, amount := web.RowName(field, i, "source"), web.RowName(field, i, "amount")
		if !form.Has(source) && !form.Has(amount) {
			break
		}
		list = append(list, project.CapitalSource{Source: typedText(form, source), Amount: plainAmount(typedText(form, amount))})
	}
	return changeRows(list, field, form)
}

// changeRows adds an empty row or takes one away, as the buttons beside the rows ask without any script.
func changeRows[T any](list []T, name string, form url.Values) []T {
	if form.Get("_add") == name && len(list) < maxRows {
		var empty T
		list = append(list, empty)
	}
	if row, ok := strings.CutPrefix(form.Get("_remove"), name+"."); ok {
		if i, err := strconv.Atoi(row); err == nil && i >= 0 && i < len(list) {
			list = slices.Delete(list, i, i+1)
		}
	}
	return list
}

func capacityOf(form url.Values) *project.Capacity {
	k := project.Capacity{What: typedText(form, "capacity.what"), Amount: project.Number(plainAmount(typedText(form, "capacity.amount"))), Unit: typedText(form, "capacity.unit")}
	if k == (project.Capacity{}) {
		return nil
	}
	return &k
}

// plainAmount takes the grouping out of an amount: 12,500.00.
func plainAmount(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ',' || r == '，':
			return -1
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case r == '．':
			return '.'
		}
		return r
	}, s)
}

// sendable is the patch without the rows that were left empty.
func (a answers) sendable() (project.Patch, error) {
	if list, ok := a.patch["capital_sources"].([]project.CapitalSource); ok {
		a.patch["capital_sources"] = slices.DeleteFunc(slices.Clone(list), func(s project.CapitalSource) bool { return s == project.CapitalSource{} })
	}
	if s, ok := a.patch["total_investment"].(string); ok {
		a.patch["total_investment"] = plainAmount(s)
	}
	b, err := json.Marshal(a.patch)
	if err != nil {
		return project.Patch{}, err
	}
	return project.ParsePatch(b)
}

// on gives the facts as they would be with the answers, for showing them again.
func (a answers) on(f project.Facts) project.Facts {
	b, err := json.Marshal(a.patch)
	if err != nil {
		return f
	}
	patch, err := project.ParsePatch(b)
	if err != nil {
		return f
	}
	typed, _ := patch.Apply(f) // what cannot be kept is shown all the same
	return typed
}

// fieldsView shows a question's fields with the facts' values and what is wrong with them.
func fieldsView(p web.Page, book *catalogue.Book, q question, f project.Facts, raw, wrong map[string]string) []web.Field {
	var out []web.Field
	for _, name := range q.Fields {
		if name == "capacity" {
			out = append(out, capacityFields(p, f.Capacity, wrong[name])...)
			continue
		}
		form := fieldForms[name]
		field := web.NewField(p.Language(), name, form.Kind)
		field.Required, field.Width, field.MaxLength = form.Required, form.Width, form.Max
		field.Error = wrong[name]
		fillField(p, book, &field, f)
		if s, ok := raw[name]; ok {
			field.Value = s
		}
		if field.Error != "" && field.Value == "" && (form.Kind == web.FieldRadios || form.Kind == web.FieldSelect) {
			field.Error = p.T("error.choose")
		}
		out = append(out, field)
	}
	return out
}

// fillField gives a field its value and its choices.
func fillField(p web.Page, book *catalogue.Book, field *web.Field, f project.Facts) {
	lang := p.Language()
	switch field.Name {
	case "needs":
		field.Values, field.Options = f.Needs, needOptions(p, book)
		return
	case "capital_sources":
		field.Rows = sourceRows(p, field.Name, f.CapitalSources)
		return
	case "kind":
		field.Options = web.Options(lang, "kind", "01", "02", "03", "04", "05")
	case "nature":
		field.Options = append([]web.Option{{Label: p.T("nature.unsure")}}, web.Options(lang, "nature", project.Natures...)...)
	case "funding":
		field.Options = web.Options(lang, "funding", project.FundEnterprise, project.FundGovernment, project.FundPPP)
	case "route":
		field.Options = append([]web.Option{{Label: p.T("route.unsure")}}, web.Options(lang, "route", project.RouteFiling, project.RouteSanction, project.RouteApproval)...)
	case "eia":
		field.Options = append([]web.Option{{Label: p.T("eia.unsure")}}, web.Options(lang, "eia", project.EIAs...)...)
	case "classified":
		field.Options = []web.Option{{Value: "false", Label: p.T("classified.no")}, {Value: "true", Label: p.T("classified.yes")}}
	case "region":
		field.Options = regionOptions(p, book)
	case "industry":
		field.Suggestions = industryOptions(book)
	}
	field.Value = factValue(f, field.Name)
	if len(field.Options) > 0 && field.Value != "" && !slices.ContainsFunc(field.Options, func(o web.Option) bool { return o.Value == field.Value }) {
		field.Options = append(field.Options, web.Option{Value: field.Value, Label: field.Value}) // typed elsewhere: not to be lost here
	}
}

// factValue is a fact as its input shows it.
func factValue(f project.Facts, name string) string {
	b, _ := json.Marshal(f) // plain values cannot fail
	var m map[string]json.RawMessage
	_ = json.Unmarshal(b, &m)
	var s string
	if json.Unmarshal(m[name], &s) == nil {
		return s
	}
	return string(m[name]) // true, false, a number
}

func needOptions(p web.Page, book *catalogue.Book) []web.Option {
	items := book.Library.Items.At(book.Now).Content
	options := web.Options(p.Language(), "need", items.Names()...)
	for i := range options {
		var names []string
		for _, item := range items {
			if item.NeededWhen == options[i].Value {
				names = append(names, item.Name)
			}
		}
		options[i].Hint = p.T("need.leads_to", "items", strings.Join(names, p.T("site.comma")))
	}
	return options
}

// regionOptions lists the divisions of today by prefecture: the whole of it first, then its counties.
func regionOptions(p web.Page, book *catalogue.Book) []web.Option {
	regions := book.Library.Regions.At(book.Now).Content
	options := []web.Option{{Label: p.T("filter.choose")}}
	option := func(r catalogue.Region, label, group string) {
		if regions.Valid(r.Code, book.Today()) {
			options = append(options, web.Option{Value: r.Code, Label: r.Code + " " + label, Group: group})
		}
	}
	for _, province := range regions {
		if province.Level != "province" {
			continue
		}
		option(province, p.T("region.whole_province", "name", province.Name), "")
		for _, city := range regions {
			if city.Parent != province.Code {
				continue
			}
			option(city, p.T("region.whole", "name", city.Name), city.Name)
			for _, county := range regions {
				if county.Parent == city.Code {
					option(county, county.Name, city.Name)
				}
			}
		}
	}
	return options
}

func industryOptions(book *catalogue.Book) []web.Option {
	var options []web.Option
	for _, n := range book.Library.Industries.At(book.Now).Content {
		if len(n.Code) >= 2 {
			options = append(options, web.Option{Value: n.Code, Label: n.Code + " " + n.Name})
		}
	}
	return options
}

func sourceRows(p web.Page, field string, list []project.CapitalSource) []web.FieldRow {
	if len(list) == 0 {
		list = []project.CapitalSource{{}}
	}
	rows := make([]web.FieldRow, len(list))
	for i, s := range list {
		source, amount := web.NewField(p.Language(), "source", web.FieldText), web.NewField(p.Language(), "amount", web.FieldNumber)
		source.Name, source.Value, source.MaxLength, source.Required = web.RowName(field, i, "source"), s.Source, 100, true
		amount.Name, amount.Value, amount.MaxLength, amount.Required = web.RowName(field, i, "amount"), s.Amount, 20, true
		rows[i].Fields = []web.Field{source, amount}
	}
	return rows
}

func capacityFields(p web.Page, k *project.Capacity, wrong string) []web.Field {
	if k == nil {
		k = &project.Capacity{}
	}
	part := func(name, kind, value, width string, most int) web.Field {
		f := web.NewField(p.Language(), "capacity."+name, kind)
		f.Value, f.Width, f.MaxLength = value, width, most
		return f
	}
	fields := []web.Field{part("what", web.FieldText, k.What, "", 200), part("amount", web.FieldNumber, string(k.Amount), "medium", 20), part("unit", web.FieldText, k.Unit, "short", 40)}
	at := 0
	if k.What != "" {
		at = 1 // then it is the amount that is wrong
	}
	fields[at].Error = wrong
	return fields
}
