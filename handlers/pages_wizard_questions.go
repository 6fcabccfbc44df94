package handlers

import (
	"slices"

	"qhtz/domain/catalogue"
	"qhtz/domain/project"
	"qhtz/web"
)

// question is one page of the wizard: facts that are asked together.
type question struct {
	Key     string // in the address
	Section string // locale key of the section
	Fields  []string
}

// questions is the whole wizard, in the order in which it asks. Every fact stands in exactly one of them.
var questions = []question{
	{"name", "tasks.section_basic", []string{"name"}},
	{"kind", "tasks.section_basic", []string{"kind", "nature"}},
	{"place", "tasks.section_basic", []string{"region", "site"}},
	{"industry", "tasks.section_basic", []string{"industry"}},
	{"route", "tasks.section_basic", []string{"route"}},
	{"classified", "tasks.section_basic", []string{"classified"}},
	{"funding", "tasks.section_money", []string{"funding"}},
	{"investment", "tasks.section_money", []string{"total_investment"}},
	{"sources", "tasks.section_money", []string{"capital_sources"}},
	{"scale", "tasks.section_content", []string{"scale", "content"}},
	{"capacity", "tasks.section_content", []string{"capacity", "upgrade", "capacity_plan_no"}},
	{"environment", "tasks.section_content", []string{"eia", "energy_tce", "electricity_gwh"}},
	{"needs", "tasks.section_content", []string{"needs"}},
	{"schedule", "tasks.section_schedule", []string{"planned_start", "planned_completion"}},
	{"declaration", "tasks.section_declaration", []string{"policy_declaration"}},
}

// fieldForm is how a fact is asked for.
type fieldForm struct {
	Kind     string // of web.Field
	Width    string
	Required bool // by FILE-3, or by the code and the route; everything else may be skipped
	Max      int  // characters
}

var fieldForms = map[string]fieldForm{
	"name":               {Kind: web.FieldText, Required: true, Max: 200},
	"kind":               {Kind: web.FieldRadios, Required: true},
	"nature":             {Kind: web.FieldRadios},
	"region":             {Kind: web.FieldSelect, Required: true},
	"site":               {Kind: web.FieldText, Required: true, Max: 300},
	"industry":           {Kind: web.FieldText, Required: true, Width: "short", Max: 4},
	"route":              {Kind: web.FieldRadios},
	"classified":         {Kind: web.FieldRadios, Required: true},
	"funding":            {Kind: web.FieldRadios, Required: true},
	"total_investment":   {Kind: web.FieldNumber, Required: true, Width: "medium", Max: 20},
	"capital_sources":    {Kind: web.FieldRows},
	"scale":              {Kind: web.FieldTextarea, Required: true, Max: 1000},
	"content":            {Kind: web.FieldTextarea, Required: true, Max: 4000},
	"capacity":           {Kind: web.FieldText},
	"upgrade":            {Kind: web.FieldConfirm},
	"capacity_plan_no":   {Kind: web.FieldText, Max: 100},
	"eia":                {Kind: web.FieldRadios},
	"energy_tce":         {Kind: web.FieldNumber, Width: "medium", Max: 20},
	"electricity_gwh":    {Kind: web.FieldNumber, Width: "medium", Max: 20},
	"needs":              {Kind: web.FieldChecks},
	"planned_start":      {Kind: web.FieldDate, Width: "short"},
	"planned_completion": {Kind: web.FieldDate, Width: "short"},
	"policy_declaration": {Kind: web.FieldConfirm, Required: true},
}

// Required reports whether the question must be answered before submission.
func (q question) Required() bool {
	return slices.ContainsFunc(q.Fields, func(f string) bool { return fieldForms[f].Required })
}

// state says how far a question is answered: wrong is what submission would refuse.
func (q question) state(filled map[string]bool, wrong map[string]string) string {
	answered, problem, missing := 0, false, false
	for _, f := range q.Fields {
		switch {
		case filled[f]:
			answered++
			problem = problem || wrong[f] != ""
		case wrong[f] != "":
			missing = true
		}
	}
	switch {
	case problem:
		return web.TaskProblem
	case missing && answered > 0:
		return web.TaskInProgress
	case missing || answered == 0:
		return web.TaskNotStarted
	}
	return web.TaskDone
}

// filledOf tells which facts are stated at all. That the project is not secret was the first question.
func filledOf(f project.Facts) map[string]bool {
	filled := map[string]bool{"classified": true}
	for _, c := range project.Differences(project.Facts{}, f) {
		filled[c.Field] = true
	}
	if len(f.CapitalSources) == 0 {
		delete(filled, "capital_sources")
	}
	if len(f.Needs) == 0 {
		delete(filled, "needs")
	}
	return filled
}

// asked are the questions that may be answered now: all of a draft, of a project under correction those that were
// asked for, with just the fields in question (FILE-5), and what stands in the way of answering.
func asked(p *project.Project, book *catalogue.Book) []question {
	switch p.Life.State {
	case project.Draft:
		return questions
	case project.Correcting:
		var some []question
		open := p.Correctable(book)
		for _, q := range questions {
			q.Fields = slices.DeleteFunc(slices.Clone(q.Fields), func(f string) bool { return !open[f] })
			if len(q.Fields) > 0 {
				some = append(some, q)
			}
		}
		return some
	}
	return nil
}

// questionOf finds the question of a fact among those that may be answered.
func questionOf(list []question, field string) (question, bool) {
	i := slices.IndexFunc(list, func(q question) bool { return slices.Contains(q.Fields, field) })
	if i < 0 {
		return question{}, false
	}
	return list[i], true
}
