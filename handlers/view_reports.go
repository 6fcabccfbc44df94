package handlers

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/catalogue"
	"qhtz/domain/deadline"
	"qhtz/domain/project"
	"qhtz/web"
)

// What pages say of a project's reports.

// reportLabel names a report: 2026 年度报告.
func reportLabel(p web.Page, r project.Report) string {
	switch {
	case r.Kind == project.ReportAnnual && r.Year != 0:
		return p.T("reports.annual_of", "year", r.Year)
	case r.Kind == project.ReportStart && r.Data.Actual != nil && !*r.Data.Actual:
		return p.T("reports.start_planned")
	}
	return p.Word("report_kind", string(r.Kind))
}

func dutyLabel(p web.Page, d project.Duty) string {
	return reportLabel(p, project.Report{Kind: d.Kind, Year: d.Year})
}

// reportDue shows the date of a report under the report's own name.
func reportDue(p web.Page, v *project.View, d *deadline.Deadline, label string) web.Due {
	due := dueView(p, v, d)
	due.Label = label
	due.Total = 0 // a date set by rule is not counted
	return due
}

// distanceOf says how far a duty is from its consequence (REP-4); past: its date is over.
func distanceOf(p web.Page, v *project.View, d project.DutyView) (text string, past bool) {
	if d.Consequence == nil {
		return "", d.Overdue
	}
	from, today := calendar.DateOf(*d.Consequence), calendar.DateOf(v.At)
	days := v.Book.Policy(d.Deadline.EventAt).Content[catalogue.ReportProposalDays]
	switch {
	case d.State == deadline.Missed:
		return p.T("reports.missed"), true
	case d.Overdue:
		return p.T("reports.overdue", "date", dateText(p, from), "n", int(from-today)), true
	}
	return p.T("reports.distance", "n", v.Book.Calendar.Remaining(today, d.Deadline.DueDate), "days", days), false
}

// reportsSection is what a project's unit owes by reports, and has handed in.
func (h *server) reportsSection(c *fiber.Ctx, p web.Page, v *project.View) (*web.ReportsSection, error) {
	if v.Code() == "" || v.Life.State == project.Withdrawn {
		return nil, nil //nolint:nilnil // nothing can be reported
	}
	all, err := h.Projects.Reports(c.UserContext(), h.pageCall(c), refOf(c))
	if err != nil {
		return nil, err
	}
	s := &web.ReportsSection{Prompt: reportPrompt(p, v), Duties: dutyRows(p, v), Other: otherReports(p, v, all)}
	if s.Prompt != nil && len(s.Duties) > 0 {
		s.Prompt.Link = nil // the button stands with the date
	}
	for _, r := range all {
		row := web.ReportRow{Label: reportLabel(p, r.Report), Href: reportPath(v, r.ID), At: web.FormatInstant(p.Language(), r.At), Versions: r.Version, Late: r.Late, Draft: r.Draft()}
		if r.Total != 0 {
			row.Total = web.FormatMoney(r.Total.String())
		}
		s.Reports = append(s.Reports, row)
	}
	return s, nil
}

func newReport(p web.Page, v *project.View, kind project.ReportKind, year int, label string) web.Link {
	return web.Link{Label: p.T(label), Href: reportAsked{kind: kind, year: year}.address(v)}
}

// nextDuty is the report that is owed first; ok is false where none is.
func nextDuty(v *project.View) (d project.DutyView, ok bool) {
	for _, d := range v.Duties() {
		if !d.Waived && d.Deadline.FinishedAt == nil {
			return d, true
		}
	}
	return d, false
}

// farDays is from how many working days on a date does not ask for anything yet.
const farDays = 60

func isFar(v *project.View, d *deadline.Deadline) bool {
	return v.Book.Calendar.Remaining(calendar.DateOf(v.At), d.DueDate) > farDays
}

// dutyRows are the duties that are still owed, and the dates by which something was planned, the earliest first.
func dutyRows(p web.Page, v *project.View) []web.DutyRow {
	var rows []web.DutyRow
	for _, d := range v.Duties() {
		if d.Waived || d.Deadline.FinishedAt != nil {
			continue
		}
		row := web.DutyRow{Due: reportDue(p, v, d.Deadline, dutyLabel(p, d.Duty))}
		row.Distance, row.Urgent = distanceOf(p, v, d)
		row.Far = isFar(v, d.Deadline)
		act := newReport(p, v, d.Kind, d.Year, "reports.do")
		row.Act = &act
		rows = append(rows, row)
	}
	for _, x := range []struct {
		kind   deadline.Kind
		report project.ReportKind
	}{{project.KindStartPrompt, project.ReportStart}, {project.KindCompletionPrompt, project.ReportCompletion}} {
		if d := v.Find(x.kind); d != nil && d.FinishedAt == nil {
			act := newReport(p, v, x.report, 0, "reports.do_"+string(x.report))
			rows = append(rows, web.DutyRow{Due: reportDue(p, v, d, kindTitle(p, x.kind)), Far: isFar(v, d), Act: &act})
		}
	}
	return rows
}

// reportPrompt says what to report next where no date asks for it.
func reportPrompt(p web.Page, v *project.View) *web.Banner {
	prompt := func(key string, kind project.ReportKind) *web.Banner {
		link := newReport(p, v, kind, 0, "reports.do_"+string(kind))
		return &web.Banner{Tone: "info", Title: p.T(key), Text: p.T(key + "_text"), Link: &link}
	}
	switch v.Life.State {
	case project.Filed, project.Accepted:
		return prompt("reports.prompt_start", project.ReportStart)
	case project.Suspended:
		return prompt("reports.prompt_resume", project.ReportResumption)
	case project.Completed:
		return &web.Banner{Tone: "ok", Title: p.T("reports.completed"), Text: p.T("reports.completed_text")}
	}
	return nil
}

// otherReports are the reports that can be handed in now without being owed.
func otherReports(p web.Page, v *project.View, all []*project.ReportView) []web.Link {
	var links []web.Link
	add := func(kinds ...project.ReportKind) {
		for _, k := range kinds {
			links = append(links, newReport(p, v, k, 0, "reports.do_"+string(k)))
		}
	}
	switch v.Life.State {
	case project.Filed, project.Accepted:
		add(project.ReportDelay)
	case project.UnderConstruction:
		add(project.ReportSuspension, project.ReportCompletion)
	}
	if v.Life.StartedOn == nil {
		return links
	}
	last := v.At.In(web.Shanghai).Year()
	if v.Life.CompletedOn != nil {
		last = v.Life.CompletedOn.Year()
	}
	for year := v.Life.StartedOn.Year(); year <= last; year++ {
		owed := slices.ContainsFunc(v.Duties(), func(d project.DutyView) bool { return d.Year == year && !d.Waived && d.Deadline.FinishedAt == nil })
		if a := (reportAsked{kind: project.ReportAnnual, year: year}); !owed && a.given(all) == nil {
			links = append(links, web.Link{Label: p.T("reports.do_annual_of", "year", year), Href: a.address(v)})
		}
	}
	return links
}

// knownFacts is what the platform knows already and a report goes on from.
func knownFacts(p web.Page, v *project.View, all []*project.ReportView, a reportAsked) []web.Fact {
	var facts []web.Fact
	add := func(key, value string, pairs ...any) {
		if value != "" {
			facts = append(facts, web.Fact{Term: p.T(key, pairs...), Value: value})
		}
	}
	switch a.kind {
	case project.ReportStart, project.ReportDelay:
		planned := civilText(p, v.Facts.PlannedStart)
		if v.Life.PlannedStart != nil {
			planned = dateText(p, *v.Life.PlannedStart)
		}
		add("field.planned_start.label", planned)
	case project.ReportAnnual, project.ReportCompletion:
		add("field.total_investment.label", factText(p, v, "total_investment"))
		year := a.year
		if a.kind == project.ReportCompletion {
			year = v.At.In(web.Shanghai).Year() + 1
			if v.Life.StartedOn != nil {
				add("reports.started_on", dateText(p, *v.Life.StartedOn))
			}
		}
		if last := lastAnnual(all, year); last != nil {
			add("reports.total_until", amountText(p, last.Total.String()), "year", last.Year)
			add("reports.stage_of", last.Data.Stage, "year", last.Year)
		} else if a.kind == project.ReportAnnual {
			add("reports.total_before", amountText(p, "0"))
		}
	case project.ReportSuspension, project.ReportResumption:
		if v.Life.StartedOn != nil {
			add("reports.started_on", dateText(p, *v.Life.StartedOn))
		}
		if n := len(v.Life.Stops); n > 0 && a.kind == project.ReportResumption {
			add("reports.stopped_on", dateText(p, v.Life.Stops[n-1].From))
		}
	}
	return facts
}

// reportFacts is what a report states, as people read it.
func reportFacts(p web.Page, r project.Report) []web.Fact {
	texts := reportTexts(&r.Data)
	var facts []web.Fact
	for _, name := range project.ReportFields(r.Kind) {
		value := ""
		if s := texts[name]; s != nil {
			value = *s
		}
		switch reportForms[name].Kind {
		case web.FieldDate:
			value = civilText(p, value)
		case web.FieldNumber:
			if value != "" {
				value = amountText(p, value)
			}
		case web.FieldRadios:
			if r.Data.Actual != nil {
				value = p.T("reports.actual_" + strconv.FormatBool(*r.Data.Actual))
			}
		case web.FieldRows:
			parts := make([]string, len(r.Data.Funds))
			for i, s := range r.Data.Funds {
				parts[i] = strings.TrimSpace(s.Source + " " + amountText(p, s.Amount))
			}
			value = strings.Join(parts, p.T("site.semicolon"))
		}
		if value != "" {
			facts = append(facts, web.Fact{Term: reportFieldLabel(p, r.Kind, name), Value: value})
		}
	}
	return facts
}

func reportFieldLabel(p web.Page, kind project.ReportKind, name string) string {
	if label := "report_field." + string(kind) + "." + name; p.T(label) != label {
		return p.T(label)
	}
	return p.T("field." + name + ".label")
}

// itemReasons lists matters that are not done, with who is competent for them.
func itemReasons(p web.Page, items []domain.CaseItem) []web.Reason {
	out := make([]web.Reason, len(items))
	for i, x := range items {
		out[i] = web.Reason{Text: p.T("reports.item", "name", x.Name, "department", x.Department), Rule: x.Code}
	}
	return out
}
