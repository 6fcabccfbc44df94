package handlers

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain"
	"qhtz/domain/identity/competence"
	"qhtz/domain/project"
	"qhtz/domain/supervision"
	"qhtz/web"
)

// caseLists are the lists of supervision cases in the order of the menu.
var caseLists = []string{supervision.StateOpen, supervision.StateClosed}

// pageSupervision lists the supervision cases of the reader's area, open or closed.
func (h *server) pageSupervision(c *fiber.Ctx) error {
	if actor(c).Has(domain.RoleOwner) {
		return domain.ForbiddenError("您的岗位没有监管线索。")
	}
	return h.pageLists(c, "/supervision", "case_list.", caseLists, func(state string, before int64) (listed, error) {
		page, err := h.Supervision.List(c.UserContext(), h.pageCall(c), supervision.Filter{State: state, Before: before, Limit: queueChunk})
		return listed{len(page.Items), page.Next, func(p web.Page) (items []workItem) {
			for _, k := range page.Items {
				items = append(items, caseItem(c, p, k))
			}
			return items
		}}, err
	}, func(p web.Page, state string) *web.WorkListPage {
		page := &web.WorkListPage{Page: p, MenuLabel: p.T("supervision.menu"), Lede: p.T("case_list." + state + ".lede"), EmptyKey: "supervision"}
		workColumns(page, "supervision.opened", "descending", "supervision.kind", "col.owner", "supervision.missing", "col.state")
		return page
	})
}

// newestFirst is a moment that orders the newer before the older.
func newestFirst(at time.Time) time.Time { return time.Unix(1<<40-at.Unix(), 0) }

func caseItem(c *fiber.Ctx, p web.Page, k supervision.Case) workItem {
	badge := caseBadge(p, k)
	return workItem{id: k.ID, due: newestFirst(k.OpenedAt), WorkRow: web.WorkRow{Name: k.ProjectName, Href: withPurpose(c, superviseCase(k.ID)), Code: k.ProjectCode.String(),
		Cells: []web.WorkCell{{Label: p.T("supervision.kind"), Text: p.Word("case_kind", k.Kind)}, {Label: p.T("col.owner"), Text: k.UnitName},
			{Label: p.T("supervision.missing"), Text: missingText(p, k)}, {Label: p.T("col.state"), Badge: &badge}}, Due: atText(p, k.OpenedAt)}}
}

func missingText(p web.Page, k supervision.Case) string {
	if len(k.Detail.Items) == 0 {
		return p.T("supervision.early_short")
	}
	return p.T("supervision.items_n", "n", len(k.Detail.Items))
}

func caseBadge(p web.Page, k supervision.Case) web.Badge {
	if k.ClosedAt != nil {
		return web.Badge{Text: p.T("case_list.closed")}
	}
	return web.Badge{Tone: "warn", Text: p.T("case_list.open")}
}

// pageSupervisionCase is a supervision case, with what is missing and how it can end.
func (h *server) pageSupervisionCase(c *fiber.Ctx) error {
	k, err := h.theSupervisionCase(c)
	if err != nil {
		return h.askPurpose(c, err)
	}
	return h.showSupervisionCase(c, fiber.StatusOK, k, doneBanner(c, "case_done", "closure"), typedAct{})
}

func (h *server) theSupervisionCase(c *fiber.Ctx) (supervision.Case, error) {
	if err := officialsOnly(c); err != nil {
		return supervision.Case{}, err
	}
	return h.Supervision.Get(c.UserContext(), h.pageCall(c), subjectID(c))
}

// projectOfCase reads the project of a case for its reader.
func (h *server) projectOfCase(c *fiber.Ctx, id int64) (*project.View, error) {
	return h.Projects.Get(c.UserContext(), h.pageCall(c), project.Ref(idText(id)))
}

func (h *server) showSupervisionCase(c *fiber.Ctx, status int, k supervision.Case, banner func(web.Page) *web.Banner, t typedAct) error {
	v, err := h.projectOfCase(c, k.ProjectID)
	if err != nil {
		return err
	}
	p, err := h.page(c)
	if err != nil {
		return err
	}
	page := &web.DossierPage{Subject: p.T("supervision.title"), Heading: k.ProjectName, Badges: []web.Badge{caseBadge(p, k)}, Unit: &web.Link{Label: k.UnitName, Href: withPurpose(c, unitPath(v.Owner.USCC))},
		Facts: caseFacts(p, k, v), Writings: caseWritings(p, k), Links: []web.Link{{Label: p.T("supervision.project"), Href: withPurpose(c, casePath(v))}}}
	page.Timeline = []web.TimelineEntry{{At: atText(p, k.OpenedAt), Title: p.T("supervision.opened_event"), By: p.T("credit.platform"), Rule: k.Rule, Tone: "bad"}}
	page.Now = &web.NowBox{What: p.T("supervision.now"), Who: p.T("supervision.who"), Rule: k.Rule, Otherwise: p.T("supervision.otherwise")}
	forms := &actForms{p: p, t: t, path: superviseCase(k.ID), version: 1}
	if k.ClosedAt != nil {
		page.Now = &web.NowBox{What: p.T("supervision.over"), Rule: k.Rule}
		page.Timeline = append(page.Timeline, web.TimelineEntry{At: atText(p, *k.ClosedAt), Title: p.T("case_list.closed"), Detail: p.T("timeline.reason", "text", k.Reason), Rule: k.Rule, Tone: "done"})
	} else if err := competence.May(actor(c), competence.CaseClose, competence.Scope{Region: k.Region, Purpose: c.Query("purpose")}); err == nil {
		forms.add("closure", k.Rule, p.T("supervision.close_then"), false, forms.reason("closure", true))
	} else {
		page.NotYours = p.T("supervision.not_yours")
	}
	if actor(c).Has(domain.RoleRegulator) {
		page.Links = append(page.Links, web.Link{Label: p.T("propose.title"), Href: "/credit/propose?case=" + idText(k.ID)})
	}
	p.Crumbs = []web.Link{{Label: p.T("nav.supervision"), Href: withPurpose(c, "/supervision")}}
	h.finishDossier(c, p, page, banner, forms)
	return h.render(c, status, web.PageDossier, page)
}

func caseFacts(p web.Page, k supervision.Case, v *project.View) []web.Fact {
	facts := []web.Fact{{Term: p.T("supervision.kind"), Value: p.Word("case_kind", k.Kind)}, {Term: p.T("col.project"), Value: k.ProjectName}, {Term: p.T("code.label"), Value: k.ProjectCode.String(), Code: true},
		{Term: p.T("col.owner"), Value: k.UnitName}, {Term: p.T("project.authority"), Value: officeText(v, v.Authority)}, {Term: p.T("supervision.start"), Value: civilText(p, k.Detail.StartDate)},
		{Term: p.T("supervision.accepted"), Value: civilText(p, k.Detail.AcceptedOn)}, {Term: p.T("supervision.opened"), Value: atText(p, k.OpenedAt)}}
	if k.ClosedAt != nil {
		facts = append(facts, web.Fact{Term: p.T("supervision.closed_at"), Value: atText(p, *k.ClosedAt)})
	}
	return facts
}

func caseWritings(p web.Page, k supervision.Case) []web.Writing {
	w := web.Writing{Title: p.T("supervision.missing")}
	if k.Detail.Early {
		w.Text = p.T("supervision.early")
	}
	for _, i := range k.Detail.Items {
		w.Lines = append(w.Lines, i.String())
	}
	list := []web.Writing{w}
	if k.Reason != "" {
		list = append(list, web.Writing{Title: p.T("field.closure_reason.label"), Text: k.Reason})
	}
	return list
}

// pageCloseCase closes a case with a reason.
func (h *server) pageCloseCase(c *fiber.Ctx) error {
	if err := officialsOnly(c); err != nil {
		return err
	}
	form, err := formOf(c)
	if err != nil {
		return err
	}
	id := subjectID(c)
	err = formCommand(h, c, func(supervision.Case) string { return superviseCase(id) + "?did=closure" }, func(ctx context.Context, call domain.Call) (supervision.Case, error) {
		return h.Supervision.Close(ctx, call, id, typedText(form, "closure_reason"))
	})
	e, ok := domain.AsError(err)
	if !ok || !shownAgain(e) {
		return err
	}
	k, err := h.theSupervisionCase(c)
	if err != nil {
		return err
	}
	banner := func(p web.Page) *web.Banner { return refusalOf(p, e, caseBadge(p, k).Text) }
	return h.showSupervisionCase(c, statusOf[e.Kind], k, banner, typedAct{"closure", form, e.Fields})
}
