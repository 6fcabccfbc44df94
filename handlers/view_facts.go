package handlers

import (
	"strconv"
	"strings"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/catalogue"
	"qhtz/domain/project"
	"qhtz/web"
)

// factSections are the facts in the order in which they are asked, checked and read.
var factSections = []struct {
	Title  string // locale key
	Fields []string
}{
	{"tasks.section_basic", []string{"name", "route", "kind", "nature", "region", "site", "industry"}},
	{"tasks.section_money", []string{"funding", "total_investment", "capital_sources"}},
	{"tasks.section_content", []string{"scale", "content", "capacity", "capacity_plan_no", "upgrade", "eia", "energy_tce", "electricity_gwh", "needs"}},
	{"tasks.section_schedule", []string{"planned_start", "planned_completion"}},
	{"tasks.section_declaration", []string{"policy_declaration"}},
}

// factGroups shows all facts of a project.
func factGroups(p web.Page, v *project.View) []web.AnswerGroup {
	return answerGroups(p, v, nil, nil)
}

// answerGroups shows all facts, each with the address to change it (nil: none) and what is wrong with it.
func answerGroups(p web.Page, v *project.View, change func(field string) string, wrong map[string]string) []web.AnswerGroup {
	groups := make([]web.AnswerGroup, 0, len(factSections))
	for _, s := range factSections {
		g := web.AnswerGroup{Title: p.T(s.Title)}
		for _, field := range s.Fields {
			a := web.Answer{Label: fieldLabel(p, field), Value: factText(p, v, field), Error: wrong[field]}
			if change != nil {
				a.Change = change(field)
			}
			g.Rows = append(g.Rows, a)
		}
		groups = append(groups, g)
	}
	return groups
}

func fieldLabel(p web.Page, field string) string {
	if label := p.T("field." + field + ".label"); label != "field."+field+".label" {
		return label
	}
	return project.FieldName(field)
}

// factText is one fact in words; empty where it is not stated.
func factText(p web.Page, v *project.View, field string) string {
	f := v.Facts
	switch field {
	case "name":
		return f.Name
	case "route":
		return wordOf(p, "route", v.Route())
	case "kind":
		return codeWord(p, "kind", f.Kind)
	case "nature":
		return wordOf(p, "nature", f.Nature)
	case "funding":
		return wordOf(p, "funding", f.Funding)
	case "eia":
		return wordOf(p, "eia", f.EIA)
	case "region":
		return regionText(v.Book, f.Region)
	case "industry":
		return industryText(v.Book, f.Industry)
	case "site":
		return f.Site
	case "scale":
		return f.Scale
	case "content":
		return f.Content
	case "total_investment":
		return amountText(p, f.TotalInvestment)
	case "capacity_plan_no":
		return f.CapacityPlanNo
	case "planned_start":
		return civilText(p, f.PlannedStart)
	case "planned_completion":
		return civilText(p, f.PlannedCompletion)
	}
	return factListText(p, f, field)
}

// factListText is a fact that is a list, a quantity or a yes.
func factListText(p web.Page, f project.Facts, field string) string {
	switch field {
	case "capital_sources":
		parts := make([]string, len(f.CapitalSources))
		for i, s := range f.CapitalSources {
			parts[i] = strings.TrimSpace(s.Source + " " + amountText(p, s.Amount))
		}
		return strings.Join(parts, p.T("site.semicolon"))
	case "needs":
		parts := make([]string, len(f.Needs))
		for i, n := range f.Needs {
			parts[i] = p.Word("need", n)
		}
		return strings.Join(parts, p.T("site.comma"))
	case "capacity":
		if c := f.Capacity; c != nil {
			return strings.TrimSpace(c.What + " " + string(c.Amount) + " " + c.Unit)
		}
	case "energy_tce":
		return quantityText(f.EnergyTCE, p.T("field.energy_tce.unit"))
	case "electricity_gwh":
		return quantityText(f.ElectricityGWh, p.T("field.electricity_gwh.unit"))
	case "upgrade":
		return yesText(p, f.Upgrade)
	case "policy_declaration":
		return yesText(p, f.PolicyDeclaration)
	}
	return ""
}

func wordOf(p web.Page, group, code string) string {
	if code == "" {
		return ""
	}
	return p.Word(group, code)
}

// codeWord is a code with its word: 01 基本建设.
func codeWord(p web.Page, group, code string) string {
	if word := wordOf(p, group, code); word != code {
		return code + " " + word
	}
	return code
}

func yesText(p web.Page, yes bool) string {
	if !yes {
		return ""
	}
	return p.T("yesno.true")
}

func quantityText(n *float64, unit string) string {
	if n == nil {
		return ""
	}
	return strconv.FormatFloat(*n, 'f', -1, 64) + " " + unit
}

// amountText is an amount in 万元 as people read it; what is no amount stays as typed.
func amountText(p web.Page, amount string) string {
	m, err := domain.ParseMoney(strings.TrimSpace(amount))
	if err != nil {
		return amount
	}
	return web.FormatMoney(m.String()) + " " + p.T("field.total_investment.unit")
}

// civilText is a typed date in words; what is no date stays as typed.
func civilText(p web.Page, s string) string {
	d, err := calendar.ParseDate(s)
	if err != nil {
		return s
	}
	return dateText(p, d)
}

// regionText is a division with its code: 西宁市城东区（630102）.
func regionText(b *catalogue.Book, code string) string {
	name := b.Library.Regions.At(b.Now).Content.FullName(code)
	if name == code {
		return code
	}
	return name + "（" + code + "）"
}

// industryText is an industry with its code: 4413 水力发电.
func industryText(b *catalogue.Book, code string) string {
	name := b.Library.Industries.At(b.Now).Content.Name(code)
	if name == code {
		return code
	}
	return code + " " + name
}
