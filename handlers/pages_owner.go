package handlers

import (
	"context"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain"
	"qhtz/domain/identity/competence"
	"qhtz/domain/project"
	"qhtz/web"
)

// clockText is the time of day at +08:00.
func clockText(t time.Time) string { return t.In(web.Shanghai).Format("15:04") }

// savedText says when something was saved: the time of day, on another day the date as well.
func savedText(p web.Page, at, now time.Time) string {
	if at.In(web.Shanghai).Format(time.DateOnly) == now.In(web.Shanghai).Format(time.DateOnly) {
		return clockText(at)
	}
	return web.FormatInstant(p.Language(), at)
}

var submittedStates = []project.State{project.Submitted, project.Correcting, project.InReview, project.Refused, project.Accepted, project.Filed,
	project.UnderConstruction, project.Suspended, project.Completed, project.Withdrawn}

const (
	myRows   = 20
	myDrafts = 20
)

// pageMyProjects lists the unit's projects, and above them the drafts that it already has.
func (h *server) pageMyProjects(c *fiber.Ctx) error {
	if err := competence.MayEver(actor(c), competence.ProjectCreate); err != nil {
		return err
	}
	before, _ := strconv.ParseInt(c.Query("cursor"), 10, 64)
	rows, err := h.Projects.List(c.UserContext(), h.pageCall(c), project.Filter{States: submittedStates, Before: max(0, before), Limit: myRows})
	if err != nil {
		return err
	}
	drafts, err := h.drafts(c)
	if err != nil {
		return err
	}
	p, err := h.page(c)
	if err != nil {
		return err
	}
	if c.Query("gone") == "1" {
		p.Notice = &web.Banner{Tone: "ok", Text: p.T("my.discarded")}
	}
	page := web.MyProjectsPage{Page: p, NewURL: "/my/new"}
	if before > 0 {
		page.Pager.Prev = "/my"
	}
	if rows.Next != 0 {
		page.Pager.Next = "/my?cursor=" + idText(rows.Next)
	}
	for _, v := range drafts {
		done, total := progress(v, v.Facts.Check(v.Book))
		page.Drafts = append(page.Drafts, web.Draft{Name: v.Facts.Name, Href: myPath(v), SavedAt: savedText(p, v.UpdatedAt, v.At), Done: done, Total: total})
	}
	for _, v := range rows.Items {
		page.Rows = append(page.Rows, myRow(p, v))
	}
	return h.render(c, fiber.StatusOK, web.PageMyProjects, &page)
}

func (h *server) drafts(c *fiber.Ctx) ([]*project.View, error) {
	list, err := h.Projects.List(c.UserContext(), h.pageCall(c), project.Filter{States: []project.State{project.Draft}, Limit: myDrafts})
	return list.Items, err
}

func myRow(p web.Page, v *project.View) web.MyProject {
	row := web.MyProject{Name: projectName(p, v), Href: myPath(v), State: string(v.Life.State), Route: v.Route(), Investment: moneyText(v.Facts.TotalInvestment)}
	if v.Code() != "" {
		row.Code = v.Code().String()
	}
	if d := v.Current(); d != nil && d.FinishedAt == nil {
		light, due := lightView(p, v.Book, d, v.At), dueView(p, v, d)
		row.Light, row.Due = &light, &due
		return row
	}
	if d, ok := nextDuty(v); ok { // no step runs: what is owed next by reports
		due := reportDue(p, v, d.Deadline, dutyLabel(p, d.Duty))
		row.Light, row.Due = &due.Light, &due
	}
	return row
}

// moneyText is an amount for a column whose heading names the unit.
func moneyText(amount string) string {
	if m, err := domain.ParseMoney(plainAmount(amount)); err == nil {
		return web.FormatMoney(m.String())
	}
	return amount
}

// progress counts the questions that submission needs; wrong is what it would refuse.
func progress(v *project.View, wrong map[string]string) (done, total int) {
	filled := filledOf(v.Facts)
	for _, q := range asked(v.Project, v.Book) {
		if !q.Required() && v.Life.State == project.Draft {
			continue
		}
		total++
		if q.state(filled, wrong) == web.TaskDone {
			done++
		}
	}
	return done, total
}

// pageNewProject asks the first question: is the project secret (FILE-2)?
func (h *server) pageNewProject(c *fiber.Ctx) error {
	if err := competence.MayEver(actor(c), competence.ProjectCreate); err != nil {
		return err
	}
	return h.showClassified(c, fiber.StatusOK, "")
}

func (h *server) showClassified(c *fiber.Ctx, status int, wrong string) error {
	drafts, err := h.drafts(c)
	if err != nil {
		return err
	}
	p, err := h.page(c)
	if err != nil {
		return err
	}
	if len(drafts) > 0 {
		p.Notice = &web.Banner{Tone: "info", Title: p.T("my.drafts"), Link: &web.Link{Label: projectName(p, drafts[0]), Href: myPath(drafts[0])}}
	}
	if wrong != "" {
		wrong = p.T(wrong)
		p.Errors = []web.FieldError{{Name: "classified", Message: wrong}}
	}
	return h.render(c, status, web.PageClassified, &web.ClassifiedPage{Page: p, Action: "/my/new", Error: wrong})
}

// showSecret ends the wizard: a secret project has no place here, and nothing of it was kept (FILE-2).
func (h *server) showSecret(c *fiber.Ctx) error {
	p, err := h.page(c)
	if err != nil {
		return err
	}
	return h.render(c, fiber.StatusUnprocessableEntity, web.PageClassified, &web.ClassifiedPage{Page: p, Stopped: true})
}

// pageCreateProject starts a draft, or stops where the project is secret: that it was refused is traced, no more.
func (h *server) pageCreateProject(c *fiber.Ctx) error {
	answer := c.FormValue("classified")
	if answer != "true" && answer != "false" {
		if err := competence.MayEver(actor(c), competence.ProjectCreate); err != nil {
			return err
		}
		return h.showClassified(c, fiber.StatusUnprocessableEntity, "classified.choose")
	}
	patch, err := project.ParsePatch([]byte(`{"classified":` + answer + `}`))
	if err != nil {
		return err
	}
	err = h.pageCommand(c, myPath, func(ctx context.Context, call domain.Call) (*project.View, error) {
		return h.Projects.Create(ctx, call, patch)
	})
	if e, ok := domain.AsError(err); ok && e.Rule == "FILE-2" {
		return h.showSecret(c)
	}
	return err
}
