package handlers

import (
	"context"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain"
	"qhtz/domain/identity/competence"
	"qhtz/domain/project"
	"qhtz/domain/support"
	"qhtz/web"
)

const (
	supportRows     = 20
	supportProjects = 100
)

// codedStates are those of projects for which something can be asked for (CODE-7).
var codedStates = []project.State{project.Accepted, project.Filed, project.UnderConstruction, project.Suspended, project.Completed}

// pageMySupport lists the unit's requests, and takes a new one.
func (h *server) pageMySupport(c *fiber.Ctx) error {
	if err := competence.MayEver(actor(c), competence.SupportAsk); err != nil {
		return err
	}
	return h.showMySupport(c, fiber.StatusOK, typedAct{}, nil)
}

func (h *server) showMySupport(c *fiber.Ctx, status int, t typedAct, refused *domain.Error) error {
	before := beforeOf(c)
	found, err := h.Support.List(c.UserContext(), h.pageCall(c), support.Filter{Before: before, Limit: supportRows})
	if err != nil {
		return err
	}
	mine, err := h.Projects.List(c.UserContext(), h.pageCall(c), project.Filter{States: codedStates, Limit: supportProjects})
	if err != nil {
		return err
	}
	v, _, err := h.myCredit(c)
	if err != nil {
		return err
	}
	p, err := h.page(c)
	if err != nil {
		return err
	}
	p.Crumbs = []web.Link{{Label: p.T("my.title"), Href: "/my"}, {Label: p.T("support.title")}}
	page := &web.SupportPage{Action: "/my/support/new", Rule: "CRED-9"}
	switch {
	case refused != nil && len(refused.Fields) == 0:
		page.Refused, page.Rule = refused.Detail, refused.Rule
	case v.Standing().Listed:
		page.Refused = p.T("support.listed")
	}
	if c.Query("did") == "asked" {
		p.Notice = &web.Banner{Tone: "ok", Title: p.T("support.asked")}
	}
	if len(mine.Items) > 0 {
		page.Fields = supportFields(p, mine.Items, t)
		p.Errors = fieldErrors(p, page.Fields)
	}
	page.Page = p
	for _, r := range found.Items {
		page.Requests = append(page.Requests, supportRow(p, r))
	}
	if before != 0 {
		page.Pager.First = "/my/support"
	}
	if found.Next != 0 {
		page.Pager.Next = "/my/support?cursor=" + idText(found.Next)
	}
	return h.render(c, status, web.PageSupport, page)
}

func supportFields(p web.Page, mine []*project.View, t typedAct) []web.Field {
	f := &actForms{p: p, t: t}
	kind, code := f.field("support", "support_kind", web.FieldSelect, "kind", true), f.field("support", "support_project", web.FieldSelect, "project_code", true)
	kind.Options, code.Options = []web.Option{{Label: p.T("filter.choose")}}, []web.Option{{Label: p.T("filter.choose")}}
	for _, k := range support.Kinds {
		kind.Options = append(kind.Options, web.Option{Value: k.Kind, Label: p.Word("support_kind", k.Kind)})
	}
	for _, v := range mine {
		code.Options = append(code.Options, web.Option{Value: v.Code().String(), Label: projectName(p, v) + " " + v.Code().String()})
	}
	if kind.Error != "" {
		kind.Error = p.T("error.choose")
	}
	if code.Error != "" && code.Value == "" {
		code.Error = p.T("error.choose")
	}
	amount, year, text := f.field("support", "support_amount", web.FieldNumber, "amount", false), f.field("support", "support_year", web.FieldText, "year", false), f.field("support", "support_text", web.FieldTextarea, "text", false)
	amount.Width, amount.MaxLength, year.Width, year.MaxLength, text.MaxLength = "medium", 20, "short", 4, 5000
	return []web.Field{kind, code, amount, year, text}
}

var supportTones = map[support.State]string{support.Accepted: "ok", support.Approved: "ok", support.ToPerson: "warn", support.Rejected: "bad"}

func supportRow(p web.Page, r *support.Request) web.SupportRow {
	row := web.SupportRow{Kind: p.Word("support_kind", r.Kind), Project: r.Project.Name, Href: "/my/projects/" + idText(r.Project.ID), Code: r.Project.Code.String(),
		State: string(r.State), Tone: supportTones[r.State], Amount: moneyText(r.Amount), At: web.FormatInstant(p.Language(), r.AskedAt)}
	if r.Year != 0 {
		row.Year = strconv.Itoa(r.Year)
	}
	switch {
	case r.Reason != "":
		row.Note = r.Reason
	case r.State == support.ToPerson:
		row.Note = p.T("support.to_person", "n", r.InEffect)
	}
	return row
}

// pageAskSupport takes a request. A unit on the blacklist is refused, and told the rule (CRED-9).
func (h *server) pageAskSupport(c *fiber.Ctx) error {
	if err := competence.MayEver(actor(c), competence.SupportAsk); err != nil {
		return err
	}
	form, err := formOf(c)
	if err != nil {
		return err
	}
	in := support.Input{Kind: form.Get("support_kind"), ProjectCode: form.Get("support_project"), Amount: plainAmount(typedText(form, "support_amount")), Text: typedText(form, "support_text")}
	if s := typedText(form, "support_year"); s != "" {
		if in.Year, err = strconv.Atoi(s); err != nil || in.Year == 0 {
			in.Year = -1 // refused along with all else that is wrong
		}
	}
	err = formCommand(h, c, func(*support.Request) string { return "/my/support?did=asked" }, func(ctx context.Context, call domain.Call) (*support.Request, error) {
		return h.Support.Ask(ctx, call, in)
	})
	if e, ok := domain.AsError(err); ok && (e.Kind == domain.Invalid || e.Code == "state") {
		return h.showMySupport(c, statusOf[e.Kind], typedAct{"support", form, e.Fields}, e)
	}
	return err
}
