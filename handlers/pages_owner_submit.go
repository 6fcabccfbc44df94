package handlers

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain"
	"qhtz/domain/catalogue"
	"qhtz/domain/project"
	"qhtz/web"
)

// pageCheck shows all answers before submission, everything that is wrong at once, and the advice on the route.
func (h *server) pageCheck(c *fiber.Ctx) error {
	v, err := h.myProject(c)
	if err != nil {
		return err
	}
	if asked(v.Project, v.Book) == nil {
		return see(c, myPath(v))
	}
	return h.showCheck(c, fiber.StatusOK, v, nil)
}

// showCheck shows the page, after a refused submission with what was refused.
func (h *server) showCheck(c *fiber.Ctx, status int, v *project.View, refused *domain.Error) error {
	p, err := h.page(c)
	if err != nil {
		return err
	}
	advice, err := h.Projects.RouteAdvice(c.UserContext(), h.pageCall(c), refOf(c))
	if err != nil {
		return err
	}
	list := asked(v.Project, v.Book)
	change := func(field string) string {
		if q, ok := questionOf(list, field); ok {
			return questionPath(v, q) + "?from=" + fromCheck
		}
		return ""
	}
	wrong, err := h.wrongNow(c, p, v)
	if err != nil {
		return err
	}
	page := web.CheckPage{Advice: adviceView(p, v, advice), Commitment: []string{project.Commitment}, CommitmentVer: project.CommitmentVersion,
		Signatory: v.Owner.Name, SubmitURL: myPath(v) + "/submit", Version: idText(v.Version), Ready: len(wrong) == 0, TasksURL: myPath(v)}
	if refused != nil {
		p.Notice = &web.Banner{Tone: "bad", Title: p.T("check.refused"), Text: refused.Detail}
		maps.Copy(wrong, refused.Fields)
	}
	page.Groups = answerGroups(p, v, change, wrong)
	p.Errors = answerErrors(p, wrong, change)
	p.Crumbs = []web.Link{{Label: p.T("my.title"), Href: "/my"}, {Label: projectName(p, v), Href: myPath(v)}, {Label: p.T("check.title")}}
	page.Page = p
	if v.Life.State == project.Correcting {
		page.AfterSubmitted = p.T("check.after_correction", "n", v.Book.Policy(v.At).Content[catalogue.AcceptanceDays])
	} else {
		h.foresee(p, v, &page, advice)
		if page.LikeNamed, err = h.likeNamed(c, v); err != nil {
			return err
		}
	}
	return h.render(c, status, web.PageCheck, &page)
}

// answerErrors lists what is wrong in the order of the answers, linked to the question that mends it.
func answerErrors(p web.Page, wrong map[string]string, change func(string) string) []web.FieldError {
	var list []web.FieldError
	for _, s := range factSections {
		for _, f := range s.Fields {
			if wrong[f] != "" {
				list = append(list, web.FieldError{Href: change(f), Message: fieldLabel(p, f) + p.T("site.colon") + wrong[f]})
			}
		}
	}
	return list
}

// foresee says what submitting will lead to, and where industrial policy refuses offers a person's decision (FILE-6).
func (h *server) foresee(p web.Page, v *project.View, page *web.CheckPage, advice project.Advice) {
	route := v.Facts.Route
	if route == "" {
		route = advice.Route
	}
	policy := v.Book.Policy(v.At).Content
	review := false
	for _, r := range advice.Reasons {
		switch r.Code {
		case "new_capacity_refused", "capacity_plan_required":
			page.AskPerson = web.NewField(p.Language(), "ask_person", web.FieldConfirm)
			page.Refused = r.Text
		case "surplus_industry", "surplus_keyword":
			review = true
		case "approval_catalogue", "government_funds", "ppp":
			review = review || route == project.RouteFiling
		}
	}
	switch {
	case route != project.RouteFiling:
		page.AfterSubmitted = p.T("check.after_application", "n", policy[catalogue.AcceptanceDays])
	case review:
		page.AfterSubmitted = p.T("check.after_review", "n", policy[catalogue.FilingReviewDays])
	default:
		page.AfterSubmitted = p.T("check.after_filing")
	}
}

func adviceView(p web.Page, v *project.View, a project.Advice) *web.RouteAdvice {
	out := &web.RouteAdvice{Route: a.Route, Authority: a.Authority, Mismatch: a.Mismatch, Chosen: v.Facts.Route}
	for _, r := range a.Reasons {
		if r.Code != "route_mismatch" { // the banner says it
			out.Reasons = append(out.Reasons, web.Reason{Text: r.Text, Rule: r.Rule})
		}
	}
	for _, i := range a.Items {
		if i.Code == "A05" || i.Code == project.Item(a.Route) {
			continue // this very submission
		}
		out.Items = append(out.Items, web.Reason{Text: p.T("check.item", "name", i.Name, "department", i.Department, "why", i.Why), Rule: i.Code})
	}
	return out
}

// likeNamed hints at projects of the unit with the same name: never refused, often a duplicate.
func (h *server) likeNamed(c *fiber.Ctx, v *project.View) ([]web.Link, error) {
	name := strings.TrimSpace(v.Facts.Name)
	if name == "" {
		return nil, nil
	}
	list, err := h.Projects.List(c.UserContext(), h.pageCall(c), project.Filter{Limit: 100})
	if err != nil {
		return nil, err
	}
	var links []web.Link
	for _, o := range list.Items {
		if o.ID != v.ID && strings.TrimSpace(o.Facts.Name) == name {
			label := name + " " + project.StateName(o.Life.State)
			if o.Code() != "" {
				label += " " + o.Code().String()
			}
			links = append(links, web.Link{Label: label, Href: myPath(o)})
		}
	}
	return links, nil
}

// pageSubmit signs the commitment and hands in (FILE-14).
func (h *server) pageSubmit(c *fiber.Ctx) error {
	if _, err := h.myProject(c); err != nil {
		return err
	}
	form, err := formOf(c)
	if err != nil {
		return err
	}
	in := project.SubmitInput{AskPerson: form.Get("ask_person") == "true"}
	err = h.pageCommand(c, func(v *project.View) string { return myPath(v) + "/done" }, func(ctx context.Context, call domain.Call) (*project.View, error) {
		return h.Projects.Submit(ctx, call, refOf(c), in)
	})
	e, ok := domain.AsError(err)
	if !ok || e.Kind != domain.Invalid && !isStale(err) {
		return err
	}
	v, errNow := h.myProject(c)
	if errNow != nil {
		return errNow
	}
	if asked(v.Project, v.Book) == nil {
		return err
	}
	return h.showCheck(c, statusOf[e.Kind], v, e)
}

// outcomes are the states that a submission leads to, as the done page knows them.
var outcomes = map[project.State]string{project.Filed: "filed", project.InReview: "in_review", project.Submitted: "submitted"}

// pageDone says what has come of a submission, what happens next, by when, and who has it.
func (h *server) pageDone(c *fiber.Ctx) error {
	v, err := h.myProject(c)
	if err != nil {
		return err
	}
	outcome, ok := outcomes[v.Life.State]
	if !ok {
		return see(c, myPath(v))
	}
	p, err := h.page(c)
	if err != nil {
		return err
	}
	page := web.DonePage{Page: p, Outcome: outcome, Name: v.Facts.Name, Project: myPath(v), Next: nextSteps(p, v)}
	if code := v.Code(); code != "" {
		page.Code = code.String()
		page.Certificate, page.CertPDF = "/projects/"+page.Code+"/certificate", "/projects/"+page.Code+"/certificate.pdf"
	} else {
		page.Holder = officeText(v, v.Authority)
	}
	if v.Life.State == project.InReview {
		for _, r := range v.Life.Reasons {
			page.Reasons = append(page.Reasons, web.Reason{Text: r.Text, Rule: r.Rule})
		}
	}
	if d := v.Current(); d != nil && d.FinishedAt == nil {
		due := dueView(p, v, d)
		page.Due = &due
	}
	return h.render(c, fiber.StatusOK, web.PageDone, &page)
}

// nextSteps are what the unit can expect, and what it has to see to itself.
func nextSteps(p web.Page, v *project.View) []web.NextStep {
	var steps []web.NextStep
	switch v.Life.State {
	case project.Submitted:
		steps = append(steps, web.NextStep{When: p.T("next.on_answer"), What: p.T("next.submitted")})
	case project.InReview:
		steps = append(steps, web.NextStep{When: p.T("next.on_answer"), What: p.T("next.in_review")})
	}
	facts := v.Facts
	facts.Route = v.Route()
	var before, later []string
	for _, item := range project.Advise(facts, v.Book).Items {
		switch {
		case item.Code == project.Item(v.Route()) || item.Code == "A05": // this very submission
		case slices.Contains(item.NeededBefore, "completion"):
			later = append(later, item.Name)
		default:
			before = append(before, item.Name)
		}
	}
	add := func(when string, names []string) {
		if len(names) > 0 {
			steps = append(steps, web.NextStep{When: p.T(when), What: p.T("next.items", "items", strings.Join(names, p.T("site.comma")))})
		}
	}
	add("next.before_start", before)
	add("next.before_completion", later)
	return append(steps, web.NextStep{When: p.T("next.always"), What: p.T("next.inbox"), Link: &web.Link{Label: p.T("nav.inbox"), Href: "/inbox"}})
}

// pageDiscard deletes a draft.
func (h *server) pageDiscard(c *fiber.Ctx) error {
	return h.pageCommand(c, func(*project.View) string { return "/my?gone=1" }, func(ctx context.Context, call domain.Call) (*project.View, error) {
		return nil, h.Projects.Discard(ctx, call, refOf(c))
	})
}

// pageWithdraw takes a project back.
func (h *server) pageWithdraw(c *fiber.Ctx) error {
	if _, err := h.myProject(c); err != nil {
		return err
	}
	form, err := formOf(c)
	if err != nil {
		return err
	}
	reason := typedText(form, "reason")
	err = h.pageCommand(c, myPath, func(ctx context.Context, call domain.Call) (*project.View, error) {
		return h.Projects.Withdraw(ctx, call, refOf(c), project.ReasonInput{Reason: reason})
	})
	e, ok := domain.AsError(err)
	if !ok || e.Kind != domain.Invalid && !isStale(err) {
		return err
	}
	v, err := h.myProject(c)
	if err != nil {
		return err
	}
	p, err := h.page(c)
	if err != nil {
		return err
	}
	p.Notice = &web.Banner{Tone: "bad", Title: p.T("error.409.title"), Text: e.Detail}
	return h.showMyProject(c, statusOf[e.Kind], p, v, reason, e.Fields)
}
