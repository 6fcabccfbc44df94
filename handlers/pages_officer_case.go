package handlers

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/catalogue"
	"qhtz/domain/identity/competence"
	"qhtz/domain/project"
	"qhtz/web"
)

func casePath(v *project.View) string { return "/cases/" + idText(v.ID) }

// theCase reads a project for officials; a unit's own has its pages below /my.
func (h *server) theCase(c *fiber.Ctx) (*project.View, error) {
	if actor(c).Has(domain.RoleOwner) {
		return nil, domain.NotFoundError()
	}
	return h.Projects.Get(c.UserContext(), h.pageCall(c), refOf(c))
}

// pageCase is the whole case, and the decision where there is one to take.
func (h *server) pageCase(c *fiber.Ctx) error {
	v, err := h.theCase(c)
	if err != nil {
		return err
	}
	var banner func(web.Page) *web.Banner
	switch c.Query("did") {
	case "decision", "route", "transfer":
		banner = func(p web.Page) *web.Banner {
			return &web.Banner{Tone: "ok", Title: p.T("case.done_" + c.Query("did")), Text: p.T("case.state_now", "state", p.Word("state", string(v.Life.State)))}
		}
	}
	return h.showCase(c, fiber.StatusOK, v, banner, typedDecision{})
}

// typedDecision is what an officer has typed on a case, with what is wrong with it.
type typedDecision struct {
	open        string // the form that was sent: accept, correct, refuse, transfer, route
	corrections []project.Correction
	reason      string
	remedy      string
	opinion     string
	region      string
	route       string
	wrong       map[string]string
}

func (h *server) showCase(c *fiber.Ctx, status int, v *project.View, banner func(web.Page) *web.Banner, t typedDecision) error {
	steps, err := h.Projects.Steps(c.UserContext(), v, false)
	if err != nil {
		return err
	}
	p, err := h.page(c)
	if err != nil {
		return err
	}
	page := web.CasePage{Name: projectName(p, v), State: string(v.Life.State), Route: v.Route(), Version: idText(v.Version), Groups: factGroups(p, v),
		Round: v.Life.Round, Changes: differencesView(p, v), Flags: flagsView(p, v), Dues: duesView(p, v), Timeline: timelineView(p, v, steps, false),
		Holders: holdersView(p, v, steps), Owner: &web.Link{Label: v.Owner.Name, Href: "/?q=" + v.Owner.USCC}}
	if v.Life.State != project.InReview { // the flags say it
		for _, r := range v.Life.Reasons {
			page.Reasons = append(page.Reasons, web.Reason{Text: r.Text, Rule: r.Rule})
		}
	}
	if code := v.Code(); code != "" {
		page.Code = code.String()
	}
	p.Crumbs = []web.Link{{Label: page.Name}}
	if isOfficer(actor(c)) {
		page.QueueURL = "/queue"
		p.Crumbs = []web.Link{{Label: p.T("nav.queue"), Href: "/queue"}, {Label: page.Name}}
		if page.Next, err = h.nextCase(c, p, v); err != nil {
			return err
		}
	}
	if banner != nil {
		p.Notice = banner(p)
		if p.Notice.Tone == "ok" {
			p.Notice.Link = page.Next
		}
	}
	p.Errors = offerDecision(&page, p, v, actor(c), t)
	page.Page = p
	return h.render(c, status, web.PageCase, &page)
}

// offerDecision puts the decision on the page for whoever may take it, and the reason for everyone else. It gives the
// errors of what was typed.
func offerDecision(page *web.CasePage, p web.Page, v *project.View, a domain.Actor, t typedDecision) []web.FieldError {
	if v.Life.State != project.Submitted && v.Life.State != project.InReview {
		return nil
	}
	scope := competence.Scope{OwnerID: v.Owner.ID, Region: v.AuthorityRegion(), CompetentOrgID: v.Authority.ID, SubmittedBy: v.Life.SubmittedBy}
	if err := competence.May(a, competence.ProjectAccept, scope); err != nil {
		e, _ := domain.AsError(err)
		page.NotYours = p.T("case.not_yours_text", "why", e.Detail, "office", officeText(v, v.Authority))
		return nil
	}
	page.Decision = decisionBox(p, v, t)
	page.Acts = otherActs(p, v, t)
	var fields []web.Field
	switch t.open {
	case "accept":
		fields = []web.Field{page.Decision.Opinion}
	case "correct":
		fields = []web.Field{page.Decision.Corrections}
	case "refuse":
		fields = []web.Field{page.Decision.Reason, page.Decision.Remedy}
	default:
		for _, act := range page.Acts {
			if act.Open {
				fields = append(fields, act.Fields...)
			}
		}
	}
	return fieldErrors(p, fields)
}

// decisionBox states rule, limit and consequence before the click.
func decisionBox(p web.Page, v *project.View, t typedDecision) *web.DecisionBox {
	filing := v.Life.State == project.InReview
	b := &web.DecisionBox{Matter: matterText(p, v), Filing: filing, Open: t.open, Rule: "FILE-5", CanAccept: true, CanRefuse: true,
		CanCorrect: !filing && v.Life.Round < 2, ActionURL: casePath(v) + "/decision"}
	policy := v.Book.Policy(v.At).Content
	if d := v.Current(); d != nil {
		b.Limit, b.LimitLink = web.FormatDue(p.Language(), d.DueAt), "/deadlines/"+idText(d.ID)
	}
	switch {
	case filing && v.Life.HasRule("FILE-6"):
		b.Silence = p.T("decision.silence_stays")
	case filing:
		b.Silence = p.T("decision.silence_files")
	default:
		b.Silence = p.T("decision.silence_accepts", "date", dateText(p, calendar.DateOf(*v.Life.ReceivedAt)))
	}
	if filing {
		b.Rule, b.WhyNoAsk = "FILE-4", p.T("decision.no_ask_filing")
		b.AcceptThen, b.RefuseThen = p.T("decision.file_then"), p.T("decision.not_file_then")
	} else {
		item, _ := v.Book.Library.Items.At(v.At).Content.Find(project.Item(v.Route()))
		due := v.Book.Calendar.Due(v.At, item.Limit)
		b.AcceptThen = p.T("decision.accept_then", "n", item.Limit.N, "date", dateText(p, due.Date))
		b.RefuseThen = p.T("decision.refuse_then")
		answer := v.Book.Calendar.Due(v.At, calendar.Limit{N: policy[catalogue.CorrectionDays], Unit: calendar.WorkingDays})
		b.CorrectThen = p.T("decision.correct_then", "n", policy[catalogue.CorrectionDays], "date", dateText(p, answer.Date))
		if !b.CanCorrect {
			b.WhyNoAsk = p.T("decision.no_ask_twice")
		}
	}
	text := func(name, value string, required bool) web.Field {
		f := web.NewField(p.Language(), name, web.FieldTextarea)
		f.Value, f.Required, f.MaxLength, f.Error = value, required, 2000, t.wrong[name]
		return f
	}
	b.Reason, b.Remedy, b.Opinion = text("reason", t.reason, true), text("remedy", t.remedy, false), text("opinion", t.opinion, false)
	b.Corrections = correctionRows(p, t)
	return b
}

// correctionRows are the rows in which everything that is to be put right is listed, once.
func correctionRows(p web.Page, t typedDecision) web.Field {
	f := web.NewField(p.Language(), "corrections", web.FieldRows)
	f.Required, f.Error = true, t.wrong["corrections"]
	list := t.corrections
	if len(list) == 0 {
		list = []project.Correction{{}}
	}
	for i, k := range list {
		which, what := web.NewField(p.Language(), "field", web.FieldSelect), web.NewField(p.Language(), "what", web.FieldText)
		which.Name, which.Value, which.Required = web.RowName("corrections", i, "field"), k.Field, true
		which.Options = []web.Option{{Label: p.T("filter.choose")}}
		for _, s := range factSections {
			for _, name := range s.Fields {
				which.Options = append(which.Options, web.Option{Value: name, Label: fieldLabel(p, name), Group: p.T(s.Title)})
			}
		}
		what.Name, what.Value, what.Required, what.MaxLength = web.RowName("corrections", i, "what"), k.What, true, 500
		f.Rows = append(f.Rows, web.FieldRow{Fields: []web.Field{which, what}})
	}
	return f
}

// otherActs are handing over to another authority (FILE-13), and for a filing changing the route (FILE-1).
func otherActs(p web.Page, v *project.View, t typedDecision) []web.ActForm {
	reason := func(open string) web.Field {
		f := web.NewField(p.Language(), open+"_reason", web.FieldTextarea)
		f.Required, f.MaxLength = true, 2000
		if t.open == open {
			f.Value, f.Error = t.reason, t.wrong["reason"]
		}
		return f
	}
	region := web.NewField(p.Language(), "authority_region", web.FieldSelect)
	region.Required, region.Options, region.Value, region.Error = true, regionOptions(p, v.Book), t.region, t.wrong["authority_region"]
	acts := []web.ActForm{{Title: p.T("transfer.title"), Rule: "FILE-13", Then: p.T("transfer.then"), ActionURL: casePath(v) + "/transfer", Version: idText(v.Version),
		Button: p.T("transfer.button"), Open: t.open == "transfer", Fields: []web.Field{region, reason("transfer")}}}
	if v.Life.State == project.InReview {
		route := web.NewField(p.Language(), "route", web.FieldRadios)
		route.Required, route.Hint, route.Value, route.Error = true, "", t.route, t.wrong["route"]
		route.Options = web.Options(p.Language(), "route", project.RouteSanction, project.RouteApproval)
		acts = append(acts, web.ActForm{Title: p.T("reroute.title"), Rule: "FILE-1", Then: p.T("reroute.then", "n", v.Book.Policy(v.At).Content[catalogue.AcceptanceDays]),
			ActionURL: casePath(v) + "/route", Version: idText(v.Version), Button: p.T("reroute.button"), Open: t.open == "route", Fields: []web.Field{route, reason("route")}})
	}
	return acts
}

// nextCase is what is due next after a case, of those that wait for the officer's office.
func (h *server) nextCase(c *fiber.Ctx, p web.Page, v *project.View) (*web.Link, error) {
	if competence.MayEver(actor(c), competence.ProjectAccept) != nil {
		return nil, nil
	}
	list, _, err := h.listQueue(c, queueQuery{states: []project.State{project.Submitted, project.InReview}})
	if err != nil {
		return nil, err
	}
	for _, o := range list {
		if o.ID != v.ID {
			return &web.Link{Label: p.T("case.next", "name", shortName(o.Facts.Name)), Href: casePath(o)}, nil
		}
	}
	return nil, nil
}

func shortName(name string) string {
	if r := []rune(strings.TrimSpace(name)); len(r) > 16 {
		return string(r[:15]) + "…"
	}
	return name
}
