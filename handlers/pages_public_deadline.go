package handlers

import (
	"github.com/gofiber/fiber/v2"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/deadline"
	"qhtz/domain/project"
	"qhtz/web"
)

// pageDeadline answers "为什么是这一天?" (CAL-5). Those of public projects are public.
func (h *server) pageDeadline(c *fiber.Ctx) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	e, err := h.Projects.Explain(c.UserContext(), h.pageCall(c), id)
	if err != nil {
		return err
	}
	p, err := h.page(c)
	if err != nil {
		return err
	}
	due := dueView(p, e.Project, e.Deadline)
	page := &web.DeadlinePage{Page: p, Due: due, DueWords: web.FormatDue(p.Language(), e.DueAt), Event: e.Event, EventAt: web.FormatInstant(p.Language(), e.EventAt),
		PolicyVersion: p.T("deadline.version", "n", e.PolicyVersion), Calendar: p.T("deadline.version", "n", e.CalendarVersion), Then: thenText(p, e), Strip: *due.Strip,
		Pauses: pausesView(p, e)}
	page.Strip.ID = "main"
	if href := projectHref(actor(c), e.Project); href != "" {
		page.Project = &web.Link{Label: e.Project.Facts.Name, Href: href}
		page.Crumbs = []web.Link{{Label: p.T("nav.home"), Href: "/"}, {Label: e.Project.Facts.Name, Href: href}, {Label: due.Label}}
	}
	otherDate(page, e)
	return h.render(c, fiber.StatusOK, web.PageDeadline, page)
}

// thenText says what happens at the due instant if nothing is done, or what did.
func thenText(p web.Page, e *project.Explanation) string {
	if e.FinishedAt != nil && e.State != deadline.Missed {
		return ""
	}
	kind := string(e.Kind)
	if e.Kind == project.KindFilingReview && e.Project.Life.HasRule("FILE-6") {
		kind += "_policy"
	}
	return wordOf(p, "due_then", kind)
}

// otherDate leads from the promised date to the statutory one, and back (CAL-4).
func otherDate(page *web.DeadlinePage, e *project.Explanation) {
	other, words := project.KindDecision, "deadline.statutory"
	switch e.Kind {
	case project.KindPromise:
	case project.KindDecision:
		other, words = project.KindPromise, "deadline.promised"
	default:
		return
	}
	d := e.Project.Find(other)
	if d == nil {
		return
	}
	page.StatutoryWords = page.T(words, "date", dateText(page.Page, d.DueDate))
	page.StatutoryLink = &web.Link{Label: page.T("due.why"), Href: "/deadlines/" + idText(d.ID)}
}

// pausesView lists the stops of the clock, with the days of the limit that each took (CAL-3).
func pausesView(p web.Page, e *project.Explanation) []web.PauseRow {
	rows := make([]web.PauseRow, len(e.Stops))
	for i, s := range e.Stops {
		row := web.PauseRow{Reason: s.Reason, From: dateText(p, s.From), Until: dateText(p, s.Until), Basis: "CAL-3"}
		if s.Open {
			row.Until = p.Word("deadline", "paused")
		}
		for _, d := range e.Days {
			if d.Reason == calendar.ReasonStopped && d.Date >= s.From && (s.Open || d.Date < s.Until) {
				row.Days++
			}
		}
		rows[i] = row
	}
	return rows
}

// projectHref is where somebody reads a project: its owner and the officials of its area at their work, others on the
// public page; empty where there is none.
func projectHref(a domain.Actor, v *project.View) string {
	switch {
	case a.Has(domain.RoleOwner) && a.Organization.ID == v.Owner.ID:
		return "/my/projects/" + idText(v.ID)
	case isOfficer(a) && domain.Within(v.AuthorityRegion(), a.Organization.Region):
		return "/cases/" + idText(v.ID)
	case v.Life.Public():
		return projectPath(v)
	}
	return ""
}

func isOfficer(a domain.Actor) bool {
	return a.HasAny(domain.RoleHandler, domain.RoleReviewer, domain.RoleDecider)
}
