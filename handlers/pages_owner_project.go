package handlers

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain/project"
	"qhtz/web"
)

// pageMyProject shows the task list while there is something to fill in, and otherwise how the project stands.
func (h *server) pageMyProject(c *fiber.Ctx) error {
	v, err := h.myProject(c)
	if err != nil {
		return err
	}
	p, err := h.page(c)
	if err != nil {
		return err
	}
	if v.Life.State == project.Draft || v.Life.State == project.Correcting && c.Query("view") != "all" {
		return h.showTasks(c, p, v)
	}
	return h.showMyProject(c, fiber.StatusOK, p, v, "", nil)
}

func (h *server) showTasks(c *fiber.Ctx, p web.Page, v *project.View) error {
	wrong, err := h.wrongNow(c, p, v)
	if err != nil {
		return err
	}
	p.Crumbs = []web.Link{{Label: p.T("my.title"), Href: "/my"}, {Label: projectName(p, v)}}
	page := web.TasksPage{Page: p, Name: v.Facts.Name, SavedAt: savedText(p, v.UpdatedAt, v.At), Sections: taskSections(p, v, wrong)}
	page.Done, page.Total = progress(v, wrong)
	if v.Life.State == project.Draft {
		page.DiscardURL = myPath(v) + "/discard"
	} else {
		page.Notice = correctionBanner(p, v)
		page.Notice.Text += p.T("corrections.only")
		page.SavedAt = ""
		page.Links = []web.Link{{Label: p.T("tasks.whole"), Href: myPath(v) + "?view=all"}}
		if d := v.Current(); d != nil {
			due := dueView(p, v, d)
			page.Due = &due
		}
	}
	return h.render(c, fiber.StatusOK, web.PageTasks, &page)
}

// correctionBanner says what was asked for, by when, and what silence means (FILE-5).
func correctionBanner(p web.Page, v *project.View) *web.Banner {
	b := &web.Banner{Tone: "warn", Title: p.T("corrections.title", "n", len(v.Life.Corrections)), Text: p.T("corrections.silence")}
	if d := v.Current(); d != nil {
		b.Text = p.T("corrections.due", "date", web.FormatDue(p.Language(), d.DueAt)) + p.T("corrections.silence")
	}
	return b
}

// wrongNow is what submission would refuse: what is missing or wrong, and of a project under correction what was asked
// for and still stands as it was handed in (FILE-5).
func (h *server) wrongNow(c *fiber.Ctx, p web.Page, v *project.View) (map[string]string, error) {
	wrong := v.Facts.Check(v.Book)
	for f := range wrong {
		if kind := fieldForms[f].Kind; factValue(v.Facts, f) == "" && (kind == web.FieldRadios || kind == web.FieldSelect) {
			wrong[f] = p.T("error.choose")
		}
	}
	if v.Life.State != project.Correcting {
		return wrong, nil
	}
	steps, err := h.Projects.Steps(c.UserContext(), v, false)
	if err != nil {
		return nil, err
	}
	var before project.Facts
	for _, s := range steps {
		if s.Data.Facts != nil {
			before = *s.Data.Facts
		}
	}
	changed := map[string]bool{}
	for _, change := range project.Differences(before, v.Facts) {
		changed[change.Field] = true
	}
	for _, k := range v.Life.Corrections {
		if !changed[k.Field] {
			wrong[k.Field] = p.T("corrections.still", "what", k.What)
		}
	}
	return wrong, nil
}

func taskSections(p web.Page, v *project.View, wrong map[string]string) []web.TaskSection {
	filled := filledOf(v.Facts)
	var sections []web.TaskSection
	for _, q := range asked(v.Project, v.Book) {
		task := web.Task{Title: p.T("task_name." + q.Key), Href: questionPath(v, q), State: q.state(filled, wrong)}
		switch {
		case v.Life.State == project.Correcting:
			task.Hint = correctionsOf(p, v, q)
			if task.State == web.TaskProblem {
				task.State = web.TaskNotStarted
			}
		case task.State == web.TaskProblem:
			task.Hint = firstWrong(p, q, wrong)
		case !q.Required():
			task.Hint = p.T("tasks.optional")
		}
		title := p.T(q.Section)
		if n := len(sections); n == 0 || sections[n-1].Title != title {
			sections = append(sections, web.TaskSection{Title: title})
		}
		last := &sections[len(sections)-1]
		last.Tasks = append(last.Tasks, task)
	}
	state := web.TaskNotStarted
	if len(wrong) > 0 {
		state = web.TaskInProgress
	}
	submit := web.Task{Title: p.T("tasks.section_submit"), Href: myPath(v) + "/check", State: state}
	return append(sections, web.TaskSection{Title: p.T("tasks.section_submit"), Tasks: []web.Task{submit}})
}

func firstWrong(p web.Page, q question, wrong map[string]string) string {
	for _, f := range q.Fields {
		if wrong[f] != "" {
			return fieldLabel(p, f) + p.T("site.colon") + wrong[f]
		}
	}
	return ""
}

// showMyProject is the owner's own view of a project: how it stands, what is owed by whom and until when.
func (h *server) showMyProject(c *fiber.Ctx, status int, p web.Page, v *project.View, reason string, wrong map[string]string) error {
	steps, err := h.Projects.Steps(c.UserContext(), v, false)
	if err != nil {
		return err
	}
	p.Crumbs = []web.Link{{Label: p.T("my.title"), Href: "/my"}, {Label: projectName(p, v)}}
	page := web.PublicProjectPage{Page: p, Name: projectName(p, v), State: string(v.Life.State), Route: v.Route(), Flags: flagsView(p, v), Dues: duesWithout(p, v, reportKinds),
		Timeline: timelineView(p, v, steps, false), Holders: holdersView(p, v, steps)}
	if page.Reports, err = h.reportsSection(c, p, v); err != nil {
		return err
	}
	for _, g := range factGroups(p, v) {
		for _, a := range g.Rows {
			if a.Value != "" {
				page.Facts = append(page.Facts, web.Fact{Term: a.Label, Value: a.Value})
			}
		}
	}
	if v.Life.State == project.Correcting {
		b := correctionBanner(p, v)
		b.Link = &web.Link{Label: p.T("corrections.mend"), Href: myPath(v)}
		page.Flags = append([]web.Banner{*b}, page.Flags...)
	}
	if code := v.Code(); code != "" {
		page.Code = code.String()
		page.Links = append(page.Links, web.Link{Label: p.T("project.public"), Href: "/projects/" + page.Code})
		page.QR, page.QRTarget = "/projects/"+page.Code+"/qr.svg", "/projects/"+page.Code
	}
	if v.Route() == project.RouteFiling && v.Life.Public() && v.Life.State != project.Withdrawn {
		page.Certificate, page.CertPDF = "/projects/"+page.Code+"/certificate", "/projects/"+page.Code+"/certificate.pdf"
	}
	if cert, ok := v.Certificate(); ok && page.Certificate != "" {
		page.CertTitle = cert.Title
	}
	if v.Life.BySilence && v.Life.State == project.Accepted && v.Life.AcceptedOn != nil {
		page.Silence = dateText(p, *v.Life.AcceptedOn)
	}
	if v.Life.State == project.Refused {
		page.Links = append(page.Links, web.Link{Label: p.T("my.again"), Href: "/my/new"})
	}
	page.Acts = withdrawal(p, v, reason, wrong)
	return h.render(c, status, web.PageProject, &page)
}

var withdrawable = []project.State{project.Submitted, project.Correcting, project.InReview, project.Accepted, project.Filed}

// withdrawal offers to take the project back, and says beforehand what that means.
func withdrawal(p web.Page, v *project.View, reason string, wrong map[string]string) []web.ActForm {
	if !slices.Contains(withdrawable, v.Life.State) {
		return nil
	}
	field := web.NewField(p.Language(), "reason", web.FieldTextarea)
	field.Hint, field.Value, field.Error, field.MaxLength = p.T("withdraw.reason_hint"), reason, wrong["reason"], 2000
	then := p.T("withdraw.then")
	if v.Life.Public() {
		then += p.T("withdraw.then_code")
	}
	return []web.ActForm{{Title: p.T("withdraw.title"), Then: then, ActionURL: myPath(v) + "/withdraw", Version: idText(v.Version), Button: p.T("withdraw.button"),
		Danger: true, Open: reason != "" || len(wrong) > 0, Fields: []web.Field{field}}}
}
