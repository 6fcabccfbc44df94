package handlers

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain"
	"qhtz/domain/project"
	"qhtz/web"
)

// typedReport is what stands in a report's form, with what is wrong with it.
type typedReport struct {
	data    project.ReportData
	why     string // it is corrected
	savedAt string
	refused *domain.Error
}

// reportForms says how the fields of reports are asked for; funds are rows.
var reportForms = map[string]fieldForm{
	"start_date":     {Kind: web.FieldDate, Width: "short", Required: true},
	"actual":         {Kind: web.FieldRadios, Required: true},
	"contact":        {Kind: web.FieldText, Max: 200},
	"explanation":    {Kind: web.FieldTextarea, Max: 2000},
	"invested_year":  {Kind: web.FieldNumber, Width: "medium", Required: true, Max: 20},
	"invested_total": {Kind: web.FieldNumber, Width: "medium", Max: 20},
	"funds":          {Kind: web.FieldRows},
	"stage":          {Kind: web.FieldText, Required: true, Max: 200},
	"problems":       {Kind: web.FieldTextarea, Max: 2000},
	"precheck_on":    {Kind: web.FieldDate, Width: "short", Required: true},
	"accepted_on":    {Kind: web.FieldDate, Width: "short", Required: true},
	"accepted_by":    {Kind: web.FieldText, Required: true, Max: 200},
	"conclusion":     {Kind: web.FieldTextarea, Required: true, Max: 2000},
	"total_invested": {Kind: web.FieldNumber, Width: "medium", Required: true, Max: 20},
	"date":           {Kind: web.FieldDate, Width: "short", Required: true},
	"until":          {Kind: web.FieldDate, Width: "short"},
	"new_date":       {Kind: web.FieldDate, Width: "short", Required: true},
	"reason":         {Kind: web.FieldTextarea, Required: true, Max: 2000},
}

// optionalIn are the fields that a kind of report need not state, though others must.
var optionalIn = map[project.ReportKind]string{project.ReportDelay: "date", project.ReportResumption: "reason"}

// readReport reads a report's data from its form.
func readReport(kind project.ReportKind, form url.Values) project.ReportData {
	var d project.ReportData
	for name, s := range reportTexts(&d) {
		if slices.Contains(project.ReportFields(kind), name) {
			*s = typedText(form, name)
		}
	}
	for _, s := range []*string{&d.InvestedYear, &d.InvestedTotal, &d.TotalInvested} {
		*s = plainAmount(*s)
	}
	if kind == project.ReportAnnual {
		d.Funds = sourcesOf(form, "funds")
	}
	if kind == project.ReportStart {
		d.Actual = yesNo(form.Get("actual"))
	}
	return d
}

// reportTexts are the text fields of a report's data by their names.
func reportTexts(d *project.ReportData) map[string]*string {
	return map[string]*string{"start_date": &d.StartDate, "contact": &d.Contact, "explanation": &d.Explanation, "invested_year": &d.InvestedYear, "invested_total": &d.InvestedTotal,
		"stage": &d.Stage, "problems": &d.Problems, "precheck_on": &d.PrecheckOn, "accepted_on": &d.AcceptedOn, "accepted_by": &d.AcceptedBy, "conclusion": &d.Conclusion,
		"total_invested": &d.TotalInvested, "date": &d.Date, "until": &d.Until, "new_date": &d.NewDate, "reason": &d.Reason}
}

// sendableReport is the data without the rows that were left empty, or as the form gave them: a source without an amount.
func sendableReport(v *project.View, d project.ReportData) project.ReportData {
	d.Funds = slices.DeleteFunc(slices.Clone(d.Funds), func(s project.CapitalSource) bool {
		given := s.Source == "" || slices.ContainsFunc(v.Facts.CapitalSources, func(x project.CapitalSource) bool { return x.Source == s.Source })
		return s.Amount == "" && given
	})
	return d
}

// known fills a form from the report that is corrected, or from what the project and its earlier reports say.
func known(v *project.View, all []*project.ReportView, a reportAsked) project.ReportData {
	if a.correct != nil {
		d := a.correct.Data
		if follows(v, a.year) {
			d.InvestedTotal = "" // the platform adds it up anew
		}
		return d
	}
	var d project.ReportData
	yes := true
	switch a.kind {
	case project.ReportStart:
		d.Actual = &yes
	case project.ReportAnnual:
		for _, s := range v.Facts.CapitalSources {
			d.Funds = append(d.Funds, project.CapitalSource{Source: s.Source})
		}
		if last := lastAnnual(all, a.year); last != nil {
			d.Stage = last.Data.Stage
			if len(last.Data.Funds) > 0 {
				d.Funds = last.Data.Funds
			}
		}
	case project.ReportCompletion:
		if total := v.Life.Cumulative(); total > 0 {
			d.TotalInvested = total.String()
		}
	case project.ReportDelay:
		d.Date = v.Facts.PlannedStart
		if v.Life.PlannedStart != nil {
			d.Date = v.Life.PlannedStart.String()
		}
	}
	return d
}

// lastAnnual is the annual report of the latest year before one.
func lastAnnual(all []*project.ReportView, year int) *project.ReportView {
	var last *project.ReportView
	for _, r := range all {
		if r.Kind == project.ReportAnnual && !r.Draft() && r.Year < year && (last == nil || r.Year > last.Year) {
			last = r
		}
	}
	return last
}

// follows reports whether the year before has been reported on, or is the first one: then the cumulative amount is the sum.
func follows(v *project.View, year int) bool {
	if v.Life.StartedOn == nil || year == v.Life.StartedOn.Year() {
		return true
	}
	return slices.ContainsFunc(v.Life.Reports, func(r project.Reported) bool { return r.Kind == project.ReportAnnual && r.Year == year-1 })
}

func (h *server) showReportForm(c *fiber.Ctx, status int, v *project.View, a reportAsked, t typedReport) error {
	all, err := h.Projects.Reports(c.UserContext(), h.pageCall(c), refOf(c))
	if err != nil {
		return err
	}
	p, err := h.page(c)
	if err != nil {
		return err
	}
	label := reportLabel(p, project.Report{Kind: a.kind, Year: a.year, Data: t.data})
	if a.kind == project.ReportStart {
		label = p.T("reports.start")
	}
	page := web.ReportFormPage{Heading: label, ProjectName: projectName(p, v), Why: p.T("reports.why." + string(a.kind)), Known: knownFacts(p, v, all, a), Hidden: a.hidden(),
		Then: p.T("reports.then." + string(a.kind)), Action: myPath(v) + "/reports", Version: idText(v.Version), SavedAt: t.savedAt, Back: myPath(v)}
	if a.kind == project.ReportAnnual && lastAnnual(all, a.year) == nil {
		page.Why = p.T("reports.why.annual_first")
	}
	if a.correct != nil {
		page.Correcting, page.Heading, page.Why = true, p.T("reports.correcting", "what", label), p.T("reports.why_correct")
		page.Back = reportPath(v, a.correct.ID)
	}
	if items := missingFor(v, a.kind); len(items) > 0 && a.correct == nil {
		page.Missing, page.MissingText, page.MissingThen = itemReasons(p, items), p.T("reports.missing."+string(a.kind)), p.T("reports.missing_then."+string(a.kind))
	}
	page.Fields = reportFields(p, a, t)
	for _, d := range v.Duties() {
		if d.Kind == a.kind && d.Year == a.year && d.Deadline.FinishedAt == nil {
			due := reportDue(p, v, d.Deadline, dutyLabel(p, d.Duty))
			page.Due = &due
			page.Distance, _ = distanceOf(p, v, d)
		}
	}
	if t.refused != nil {
		p.Errors = reportErrors(p, page.Fields, t.refused)
		p.Notice = reportRefusal(p, t.refused, len(p.Errors) > 0)
	}
	p.Crumbs = []web.Link{{Label: p.T("my.title"), Href: "/my"}, {Label: projectName(p, v), Href: myPath(v)}, {Label: page.Heading}}
	page.Page = p
	return h.render(c, status, web.PageReportForm, &page)
}

// missingFor are the matters that should be done by a report and are not.
func missingFor(v *project.View, kind project.ReportKind) []domain.CaseItem {
	switch kind {
	case project.ReportStart:
		return v.Outstanding()
	case project.ReportCompletion:
		return v.OutstandingAtCompletion()
	}
	return nil
}

// wrongIn is what is wrong, by the names of the form: of two reasons one is for the correction.
func wrongIn(a reportAsked, e *domain.Error) map[string]string {
	if e == nil {
		return nil
	}
	wrong := maps.Clone(e.Fields)
	if what := wrong["reason"]; what != "" && (e.Code == "reason_required" || !slices.Contains(project.ReportFields(a.kind), "reason")) {
		delete(wrong, "reason")
		wrong["correction_reason"] = what
	}
	return wrong
}

func reportFields(p web.Page, a reportAsked, t typedReport) []web.Field {
	wrong, texts := wrongIn(a, t.refused), reportTexts(&t.data)
	var fields []web.Field
	names := project.ReportFields(a.kind)
	if a.kind == project.ReportStart {
		names[0], names[1] = names[1], names[0] // whether comes before when
	}
	for _, name := range names {
		form := reportForms[name]
		f := web.NewField(p.Language(), name, form.Kind)
		f.Required, f.Width, f.MaxLength, f.Error = form.Required && optionalIn[a.kind] != name, form.Width, form.Max, wrong[name]
		if label := "report_field." + string(a.kind) + "." + name; p.T(label) != label {
			f.Label = p.T(label)
		}
		if s := texts[name]; s != nil {
			f.Value = *s
		}
		switch name {
		case "actual":
			f.Options = []web.Option{{Value: "true", Label: p.T("reports.actual_true"), Hint: p.T("reports.actual_true_hint")}, {Value: "false", Label: p.T("reports.actual_false"), Hint: p.T("reports.actual_false_hint")}}
			if t.data.Actual != nil {
				f.Value = map[bool]string{true: "true", false: "false"}[*t.data.Actual]
			} else if f.Error != "" {
				f.Error = p.T("error.choose")
			}
		case "funds":
			f.Rows = sourceRows(p, name, t.data.Funds)
		case "stage":
			for _, s := range strings.Split(p.T("reports.stages"), "/") {
				f.Suggestions = append(f.Suggestions, web.Option{Value: s})
			}
		}
		fields = append(fields, f)
	}
	if a.correct != nil {
		why := web.NewField(p.Language(), "correction_reason", web.FieldTextarea)
		why.Required, why.MaxLength, why.Value, why.Error = true, 2000, t.why, wrong["correction_reason"]
		fields = append(fields, why)
	}
	return fields
}

// reportErrors lists what is wrong with the fields, and then what is wrong besides: matters that are not done.
func reportErrors(p web.Page, fields []web.Field, e *domain.Error) []web.FieldError {
	list := fieldErrors(p, fields)
	for _, name := range slices.Sorted(maps.Keys(e.Fields)) {
		if !slices.ContainsFunc(fields, func(f web.Field) bool { return f.Name == name }) && (name != "reason" || len(list) == 0) {
			list = append(list, web.FieldError{Message: e.Fields[name]})
		}
	}
	return list
}

// reportRefusal says why a report was not taken, where that is not about a field.
func reportRefusal(p web.Page, e *domain.Error, listed bool) *web.Banner {
	switch {
	case isStale(e):
		return &web.Banner{Tone: "bad", Title: p.T("error.409.title"), Text: p.T("reports.stale")}
	case listed && e.Code != "items_missing":
		return nil
	}
	b := &web.Banner{Tone: "bad", Title: p.T("check.refused"), Text: e.Detail}
	if e.Rule != "" {
		b.Text += "（" + e.Rule + "）"
	}
	return b
}
