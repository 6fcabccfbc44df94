package handlers

import (
	"context"
	"net/url"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain"
	"qhtz/domain/project"
	"qhtz/web"
)

// reportAsked is what a report's form is about: which report, and whether it is corrected (REP-5).
type reportAsked struct {
	kind    project.ReportKind
	year    int                 // of annual reports
	correct *project.ReportView // the report that is corrected; nil: a new one
}

// address is where the form stands.
func (a reportAsked) address(v *project.View) string {
	q := url.Values{"kind": {string(a.kind)}}
	if a.year != 0 {
		q.Set("year", strconv.Itoa(a.year))
	}
	if a.correct != nil {
		q.Set("correct", idText(a.correct.ID))
	}
	return myPath(v) + "/reports/new?" + q.Encode()
}

func (a reportAsked) hidden() []web.KeptField {
	fields := []web.KeptField{{Name: "_kind", Value: string(a.kind)}}
	if a.year != 0 {
		fields = append(fields, web.KeptField{Name: "_year", Value: strconv.Itoa(a.year)})
	}
	if a.correct != nil {
		fields = append(fields, web.KeptField{Name: "_correct", Value: idText(a.correct.ID)})
	}
	return fields
}

// asking finds out which report is meant, among those of the project.
func asking(v *project.View, all []*project.ReportView, kind, year, correct string) (reportAsked, error) {
	a := reportAsked{kind: project.ReportKind(kind)}
	if id, err := strconv.ParseInt(correct, 10, 64); err == nil {
		if a.correct = reportOf(all, id); a.correct == nil || a.correct.Draft() {
			return a, domain.NotFoundError()
		}
		a.kind, a.year = a.correct.Kind, a.correct.Year
		return a, nil
	}
	if !slices.Contains(project.ReportKinds, a.kind) {
		return a, domain.NotFoundError()
	}
	if a.kind == project.ReportAnnual {
		a.year = yearAsked(v, year)
	}
	return a, nil
}

func reportOf(all []*project.ReportView, id int64) *project.ReportView {
	for _, r := range all {
		if r.ID == id {
			return r
		}
	}
	return nil
}

// yearAsked is the year named, else the earliest one that is owed, else the present one.
func yearAsked(v *project.View, written string) int {
	if y, err := strconv.Atoi(written); err == nil && y > 0 && y < 10_000 {
		return y
	}
	for _, d := range v.Duties() {
		if d.Kind == project.ReportAnnual && !d.Waived && d.ReportID == 0 && d.Deadline.FinishedAt == nil {
			return d.Year
		}
	}
	return v.At.In(web.Shanghai).Year()
}

// given is the report that has been handed in already of what is asked for; nil if a new one can be.
func (a reportAsked) given(all []*project.ReportView) *project.ReportView {
	for _, r := range all {
		same := r.Kind == a.kind && r.Year == a.year && !r.Draft()
		switch a.kind {
		case project.ReportAnnual, project.ReportCompletion:
			if same {
				return r
			}
		case project.ReportStart:
			if same && r.Data.Actual != nil && *r.Data.Actual {
				return r
			}
		}
	}
	return nil
}

// myReports reads a project of the actor's own unit with its reports.
func (h *server) myReports(c *fiber.Ctx) (*project.View, []*project.ReportView, error) {
	v, err := h.myProject(c)
	if err != nil {
		return nil, nil, err
	}
	all, err := h.Projects.Reports(c.UserContext(), h.pageCall(c), refOf(c))
	return v, all, err
}

// pageReportForm shows the form of a report, filled in from the draft, the report that is corrected, or what is known.
func (h *server) pageReportForm(c *fiber.Ctx) error {
	v, all, err := h.myReports(c)
	if err != nil {
		return err
	}
	a, err := asking(v, all, c.Query("kind"), c.Query("year"), c.Query("correct"))
	if err != nil {
		return err
	}
	if r := a.given(all); r != nil && a.correct == nil {
		return see(c, reportPath(v, r.ID))
	}
	if v.Code() == "" || v.Life.State == project.Withdrawn {
		return see(c, myPath(v))
	}
	t := typedReport{data: known(v, all, a)}
	if draft := a.draft(all); draft != nil {
		t.data, t.savedAt = draft.Data, savedText(h.barePage(c), draft.At, v.At)
	}
	return h.showReportForm(c, fiber.StatusOK, v, a, t)
}

// draft is the draft that was saved of what is asked for; nil if none was.
func (a reportAsked) draft(all []*project.ReportView) *project.ReportView {
	for _, r := range all {
		if a.correct == nil && r.Draft() && r.Kind == a.kind && r.Year == a.year {
			return r
		}
	}
	return nil
}

// pageDoReport saves the draft of a report, hands it in, or corrects it. What is refused is shown again as typed.
func (h *server) pageDoReport(c *fiber.Ctx) error {
	v, all, err := h.myReports(c)
	if err != nil {
		return err
	}
	form, err := formOf(c)
	if err != nil {
		return err
	}
	a, err := asking(v, all, form.Get("_kind"), form.Get("_year"), form.Get("_correct"))
	if err != nil {
		return err
	}
	t := typedReport{data: readReport(a.kind, form), why: typedText(form, "correction_reason")}
	if form.Get("_add") != "" || form.Get("_remove") != "" {
		return h.showReportForm(c, fiber.StatusOK, v, a, t)
	}
	in := project.ReportInput{Kind: a.kind, Data: sendableReport(v, t.data), Submit: form.Get("_do") != "save", Reason: t.why}
	if a.year != 0 {
		in.Year = &a.year
	}
	err = h.handIn(c, v, a, in)
	e, ok := domain.AsError(err)
	if !ok || e.Kind != domain.Invalid && e.Kind != domain.Conflict || e.Code == "idempotency_key_reused" {
		return err
	}
	if v, all, err = h.myReports(c); err != nil {
		return err
	}
	t.refused = e
	if e.Code == "reason_required" && a.correct == nil { // handed in meanwhile, in another window
		a.correct = a.given(all)
	}
	return h.showReportForm(c, statusOf[e.Kind], v, a, t)
}

// handIn saves or submits. A draft saved twice is one draft; what is submitted twice counts once by the page's key.
func (h *server) handIn(c *fiber.Ctx, v *project.View, a reportAsked, in project.ReportInput) error {
	if !in.Submit {
		if _, err := h.Projects.Report(c.UserContext(), h.pageCall(c), refOf(c), in); err != nil {
			return err
		}
		return see(c, a.address(v)+"&saved=1")
	}
	to := func(r *project.ReportView) string { return reportPath(v, r.ID) + "/done" }
	return formCommand(h, c, to, func(ctx context.Context, call domain.Call) (*project.ReportView, error) {
		return h.Projects.Report(ctx, call, refOf(c), in)
	})
}

func reportPath(v *project.View, id int64) string { return myPath(v) + "/reports/" + idText(id) }

// myReport reads one report of the actor's own unit.
func (h *server) myReport(c *fiber.Ctx) (*project.View, *project.ReportView, error) {
	v, all, err := h.myReports(c)
	if err != nil {
		return nil, nil, err
	}
	id, _ := strconv.ParseInt(c.Params("report"), 10, 64) // 0 is the id of none
	r := reportOf(all, id)
	if r == nil {
		return nil, nil, domain.NotFoundError()
	}
	return v, r, nil
}

// pageReport shows a report with all its versions (REP-5).
func (h *server) pageReport(c *fiber.Ctx) error {
	v, r, err := h.myReport(c)
	if err != nil {
		return err
	}
	p, err := h.page(c)
	if err != nil {
		return err
	}
	label := reportLabel(p, r.Report)
	p.Crumbs = []web.Link{{Label: p.T("my.title"), Href: "/my"}, {Label: projectName(p, v), Href: myPath(v)}, {Label: label}}
	page := &web.ReportPage{Page: p, Heading: label, ProjectName: projectName(p, v), Late: r.Late, Draft: r.Draft(), Facts: reportFacts(p, r.Report), Missing: itemReasons(p, r.Items),
		At: web.FormatInstant(p.Language(), r.At), Why: r.Reason, Number: r.Version, Back: myPath(v)}
	if r.Due != nil {
		due := reportDue(p, v, r.Due, label)
		page.Due = &due
	}
	switch {
	case r.Draft():
		page.Act = &web.Link{Label: p.T("reports.go_on"), Href: reportAsked{kind: r.Kind, year: r.Year}.address(v)}
	case correctable(v, r):
		page.Act = &web.Link{Label: p.T("reports.correct_it"), Href: reportAsked{kind: r.Kind, year: r.Year, correct: r}.address(v)}
	}
	for _, one := range slices.Backward(r.Versions) {
		if one.Version != r.Version {
			page.Earlier = append(page.Earlier, web.ReportVersion{Number: one.Version, At: web.FormatInstant(p.Language(), one.At), Why: one.Reason, Facts: reportFacts(p, one)})
		}
	}
	return h.render(c, fiber.StatusOK, web.PageReport, page)
}

// correctable reports whether a report can be corrected now: of standstills and plans only the latest, while it holds.
func correctable(v *project.View, r *project.ReportView) bool {
	l := v.Life
	latest := true
	for _, x := range l.Reports {
		latest = latest && (x.Kind != r.Kind || x.ID <= r.ID)
	}
	switch r.Kind {
	case project.ReportStart:
		actual := r.Data.Actual != nil && *r.Data.Actual
		return l.State != project.Withdrawn && (actual || l.StartedOn == nil)
	case project.ReportAnnual:
		return l.State != project.Withdrawn
	case project.ReportCompletion:
		return l.State == project.Completed
	case project.ReportSuspension:
		return latest && (l.State == project.Suspended || l.State == project.UnderConstruction)
	case project.ReportResumption:
		return latest && (l.State == project.Suspended || l.State == project.UnderConstruction)
	}
	return latest && (l.State == project.Filed || l.State == project.Accepted)
}

// pageReportDone says what has come of a report, and what is owed next, by when.
func (h *server) pageReportDone(c *fiber.Ctx) error {
	v, r, err := h.myReport(c)
	if err != nil {
		return err
	}
	if r.Draft() {
		return see(c, reportPath(v, r.ID))
	}
	p, err := h.page(c)
	if err != nil {
		return err
	}
	page := web.DonePage{Page: p, Outcome: "reported", Name: projectName(p, v) + " " + p.T("site.dot") + " " + reportLabel(p, r.Report), Project: myPath(v)}
	if r.Version > 1 {
		page.Outcome = "corrected"
	}
	add := func(when, what string, link *web.Link) {
		page.Next = append(page.Next, web.NextStep{When: when, What: what, Link: link})
	}
	if total := r.Total; total != 0 {
		add(p.T("reports.now"), p.T("reports.total_is", "amount", amountText(p, total.String())), &web.Link{Label: p.T("reports.see"), Href: reportPath(v, r.ID)})
	}
	if r.CaseID != 0 {
		add(p.T("reports.now"), p.T("reports.case_opened"), nil)
	}
	next := false
	for _, d := range v.Duties() {
		if !d.Waived && d.Deadline.FinishedAt == nil {
			next = true
			add(dateText(p, d.Deadline.DueDate), p.T("reports.next_duty", "what", dutyLabel(p, d.Duty)), &web.Link{Label: p.T("due.why"), Href: "/deadlines/" + idText(d.ID)})
		}
	}
	if !next || v.Life.State == project.Suspended {
		add(p.T("next.always"), p.T("reports.nothing_owed_"+string(v.Life.State)), nil)
	}
	return h.render(c, fiber.StatusOK, web.PageDone, &page)
}
