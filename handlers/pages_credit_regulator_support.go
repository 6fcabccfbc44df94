package handlers

import (
	"context"
	"net/url"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain"
	"qhtz/domain/identity/competence"
	"qhtz/domain/project"
	"qhtz/domain/support"
	"qhtz/web"
)

// supportLists are the lists of requests in the order of the menu.
var supportLists = []string{string(support.ToPerson), string(support.Accepted), string(support.Approved), string(support.Rejected)}

// pageRequests lists the requests for plans, quotas and subsidies of the reader's area.
func (h *server) pageRequests(c *fiber.Ctx) error {
	if actor(c).Has(domain.RoleOwner) {
		return domain.ForbiddenError("您的岗位不核查申报。")
	}
	return h.pageLists(c, "/support", "support_state.", supportLists, func(state string, before int64) (listed, error) {
		page, err := h.Support.List(c.UserContext(), h.pageCall(c), support.Filter{State: state, Before: before, Limit: queueChunk})
		return listed{len(page.Items), page.Next, func(p web.Page) (items []workItem) {
			for _, r := range page.Items {
				items = append(items, supportItem(c, p, r))
			}
			return items
		}}, err
	}, func(p web.Page, _ string) *web.WorkListPage {
		page := &web.WorkListPage{Page: p, MenuLabel: p.T("request.menu"), Lede: p.T("request.lede"), EmptyKey: "request"}
		workColumns(page, "request.asked", "descending", "request.kind", "col.owner", "request.amount", "request.in_effect")
		return page
	})
}

func supportItem(c *fiber.Ctx, p web.Page, r *support.Request) workItem {
	return workItem{id: r.ID, due: newestFirst(r.AskedAt), WorkRow: web.WorkRow{Name: r.Project.Name, Href: withPurpose(c, supportPath(r.ID)), Code: r.Project.Code.String(),
		Cells: []web.WorkCell{{Label: p.T("request.kind"), Text: p.Word("support_kind", r.Kind)}, {Label: p.T("col.owner"), Text: r.Project.Owner.Name},
			{Label: p.T("request.amount"), Text: amountText(p, r.Amount)}, {Label: p.T("request.in_effect"), Text: p.T("unit.records_n", "n", r.InEffect)}}, Due: atText(p, r.AskedAt)}}
}

// pageRequest is one request, and the decision on it.
func (h *server) pageRequest(c *fiber.Ctx) error {
	r, err := h.theRequest(c)
	if err != nil {
		return h.askPurpose(c, err)
	}
	return h.showRequest(c, fiber.StatusOK, r, doneBanner(c, "support_done", "decision"), typedAct{})
}

func (h *server) theRequest(c *fiber.Ctx) (*support.Request, error) {
	if err := officialsOnly(c); err != nil {
		return nil, err
	}
	return h.Support.Get(c.UserContext(), h.pageCall(c), subjectID(c))
}

func (h *server) showRequest(c *fiber.Ctx, status int, r *support.Request, banner func(web.Page) *web.Banner, t typedAct) error {
	v, err := h.projectOfCase(c, r.Project.ID)
	if err != nil {
		return err
	}
	p, err := h.page(c)
	if err != nil {
		return err
	}
	page := &web.DossierPage{Subject: p.T("request.title"), Heading: p.Word("support_kind", r.Kind) + p.T("site.colon") + r.Project.Name, Badges: []web.Badge{supportBadge(p, r)},
		Facts: supportFacts(p, r, v), Links: []web.Link{{Label: p.T("supervision.project"), Href: withPurpose(c, casePath(v))}}}
	page.Unit = &web.Link{Label: p.T("request.look", "name", r.Project.Owner.Name), Href: unitPath(r.Project.Owner.USCC) + "?purpose=" + url.QueryEscape(p.Word("purpose_kind", "support"))}
	if r.Text != "" {
		page.Writings = append(page.Writings, web.Writing{Title: p.T("request.text"), Meta: r.Project.Owner.Name, Text: r.Text})
	}
	page.Timeline = []web.TimelineEntry{{At: atText(p, r.AskedAt), Title: p.T("request.asked_event"), By: r.Project.Owner.Name, Rule: "CRED-9", Tone: "done"}}
	if r.DecidedAt != nil {
		page.Timeline = append(page.Timeline, web.TimelineEntry{At: atText(p, *r.DecidedAt), Title: p.T("support_state." + string(r.State)), Detail: p.T("timeline.reason", "text", r.Reason), Rule: "CRED-9", Tone: "done"})
	}
	page.Now = &web.NowBox{What: p.T("request.now." + string(r.State)), Rule: "CRED-9"}
	forms := &actForms{p: p, t: t, path: supportPath(r.ID), version: r.Version}
	if r.State == support.ToPerson {
		page.Now.Who, page.Now.Otherwise = officeText(v, v.Authority), p.T("request.otherwise", "n", r.InEffect)
		page.NotYours = offerSupport(forms, c, v)
	}
	p.Crumbs = []web.Link{{Label: p.T("nav.support"), Href: withPurpose(c, "/support")}}
	h.finishDossier(c, p, page, banner, forms)
	return h.render(c, status, web.PageDossier, page)
}

// offerSupport offers the decision to whoever may take it, and says to everyone else why not.
func offerSupport(f *actForms, c *fiber.Ctx, v *project.View) (notYours string) {
	p := f.p
	scope := competence.Scope{OwnerID: v.Owner.ID, Region: v.AuthorityRegion(), CompetentOrgID: v.Authority.ID, Purpose: c.Query("purpose")}
	if competence.May(actor(c), competence.SupportDecide, scope) != nil {
		return p.T("request.not_yours", "office", officeText(v, v.Authority))
	}
	choice := f.field("decision", "decision", web.FieldRadios, "decision", true)
	choice.Options = []web.Option{{Value: "approve", Label: p.T("request.approve"), Hint: p.T("request.approve_then")}, {Value: "reject", Label: p.T("request.reject"), Hint: p.T("request.reject_then")}}
	f.add("decision", "CRED-9", p.T("request.decide_then"), false, choice, f.reason("decision", true))
	return ""
}

func supportBadge(p web.Page, r *support.Request) web.Badge {
	tone := map[support.State]string{support.ToPerson: "warn", support.Accepted: "ok", support.Approved: "ok", support.Rejected: "bad"}[r.State]
	return web.Badge{Tone: tone, Text: p.T("support_state." + string(r.State))}
}

func supportFacts(p web.Page, r *support.Request, v *project.View) []web.Fact {
	facts := []web.Fact{{Term: p.T("request.kind"), Value: p.Word("support_kind", r.Kind)}, {Term: p.T("col.project"), Value: r.Project.Name, Href: "/projects/" + r.Project.Code.String()},
		{Term: p.T("code.label"), Value: r.Project.Code.String(), Code: true}, {Term: p.T("col.owner"), Value: r.Project.Owner.Name}, {Term: p.T("project.uscc"), Value: r.Project.Owner.USCC, Code: true},
		{Term: p.T("project.authority"), Value: officeText(v, v.Authority)}, {Term: p.T("request.in_effect"), Value: p.T("unit.records_n", "n", r.InEffect)}}
	if r.Amount != "" {
		facts = append(facts, web.Fact{Term: p.T("request.amount"), Value: amountText(p, r.Amount)})
	}
	if r.Year != 0 {
		facts = append(facts, web.Fact{Term: p.T("request.year"), Value: countText(r.Year)})
	}
	return append(facts, web.Fact{Term: p.T("request.asked"), Value: atText(p, r.AskedAt)})
}

// pageDecideRequest takes the decision on a request (CRED-9).
func (h *server) pageDecideRequest(c *fiber.Ctx) error {
	if err := officialsOnly(c); err != nil {
		return err
	}
	form, err := formOf(c)
	if err != nil {
		return err
	}
	if err := competence.MayEver(actor(c), competence.SupportDecide); err != nil {
		return err
	}
	if h.pageCall(c).Expect == 0 {
		return versionRequired()
	}
	id := subjectID(c)
	in := support.DecisionInput{Decision: form.Get("decision"), Reason: typedText(form, "decision_reason")}
	err = formCommand(h, c, func(*support.Request) string { return supportPath(id) + "?did=decision" }, func(ctx context.Context, call domain.Call) (*support.Request, error) {
		return h.Support.Decide(ctx, call, id, in)
	})
	e, ok := domain.AsError(err)
	if !ok || !shownAgain(e) {
		return err
	}
	r, err := h.theRequest(c)
	if err != nil {
		return err
	}
	banner := func(p web.Page) *web.Banner { return refusalOf(p, e, supportBadge(p, r).Text) }
	return h.showRequest(c, statusOf[e.Kind], r, banner, typedAct{"decision", form, e.Fields})
}
