package handlers

import (
	"github.com/gofiber/fiber/v2"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/deadline"
	"qhtz/domain/project"
	"qhtz/web"
)

// pageDeadline answers "为什么是这一天?" (CAL-5). Those of public projects are public; those of a unit's credit are for the
// unit and for officials.
func (h *server) pageDeadline(c *fiber.Ctx) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	e, err := h.explain(c, h.pageCall(c), id)
	if err != nil {
		return h.askPurpose(c, err)
	}
	p, err := h.page(c)
	if err != nil {
		return err
	}
	page := &web.DeadlinePage{Page: p, DueWords: web.FormatDue(p.Language(), e.DueAt), Event: e.Event, EventAt: web.FormatInstant(p.Language(), e.EventAt),
		PolicyVersion: p.T("deadline.version", "n", e.PolicyVersion), Calendar: p.T("deadline.version", "n", e.CalendarVersion), Then: thenText(p, e), Pauses: pausesView(p, e)}
	if v := e.project; v != nil {
		page.Due = dueView(p, v, e.Deadline)
		if href := projectHref(actor(c), v); href != "" {
			page.Project = &web.Link{Label: v.Facts.Name, Href: href}
		}
		otherDate(page, e)
	} else {
		page.Due = dueAt(p, e.unit.Book, e.Deadline, e.unit.At)
		page.Project = creditLink(p, actor(c), e)
		page.Project.Href = withPurpose(c, page.Project.Href)
	}
	page.Strip = *page.Due.Strip
	page.Strip.ID = "main"
	if page.Project != nil {
		page.Crumbs = []web.Link{{Label: p.T("nav.home"), Href: "/"}, *page.Project, {Label: page.Due.Label}}
	}
	return h.render(c, fiber.StatusOK, web.PageDeadline, page)
}

// creditLink leads to what a deadline of a unit's credit is about: a record, a listing, or the unit's standing.
func creditLink(p web.Page, a domain.Actor, e *explained) *web.Link {
	base, standing := "/credit", unitPath(e.unit.Organization.USCC)
	if a.Has(domain.RoleOwner) {
		base, standing = "/my/credit", "/my/credit"
	}
	for _, r := range e.unit.Records {
		if hasDeadline(r.Deadlines, e.ID) {
			return &web.Link{Label: recordName(p, r), Href: base + "/records/" + idText(r.ID)}
		}
	}
	for _, l := range e.unit.Listings {
		if hasDeadline(l.Deadlines, e.ID) {
			return &web.Link{Label: p.T("mycredit.listing_of", "date", web.FormatDate(p.Language(), l.OpenedAt)), Href: base + "/listings/" + idText(l.ID)}
		}
	}
	return &web.Link{Label: e.unit.Organization.Name, Href: standing}
}

func hasDeadline(ids map[string]int64, id int64) bool {
	for _, x := range ids {
		if x == id {
			return true
		}
	}
	return false
}

// thenText says what happens at the due instant if nothing is done, or what did.
func thenText(p web.Page, e *explained) string {
	if e.FinishedAt != nil && e.State != deadline.Missed {
		return ""
	}
	kind := string(e.Kind)
	if e.Kind == project.KindFilingReview && e.project.Life.HasRule("FILE-6") {
		kind += "_policy"
	}
	if text := wordOf(p, "due_then", kind); text != kind {
		return text
	}
	return ""
}

// otherDate leads from the promised date to the statutory one, and back (CAL-4).
func otherDate(page *web.DeadlinePage, e *explained) {
	other, words := project.KindDecision, "deadline.statutory"
	switch e.Kind {
	case project.KindPromise:
	case project.KindDecision:
		other, words = project.KindPromise, "deadline.promised"
	default:
		return
	}
	d := e.project.Find(other)
	if d == nil {
		return
	}
	page.StatutoryWords = page.T(words, "date", dateText(page.Page, d.DueDate))
	page.StatutoryLink = &web.Link{Label: page.T("due.why"), Href: "/deadlines/" + idText(d.ID)}
}

// pausesView lists the stops of the clock, with the days of the limit that each took (CAL-3).
func pausesView(p web.Page, e *explained) []web.PauseRow {
	rows := make([]web.PauseRow, len(e.Stops))
	for i, s := range e.Stops {
		row := web.PauseRow{Reason: s.Reason, From: dateText(p, s.From), Until: dateText(p, s.Until), Basis: "CAL-3"}
		if s.Open {
			row.Until = p.Word("deadline", "paused")
		}
		for _, d := range e.days {
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
