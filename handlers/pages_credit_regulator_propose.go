package handlers

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/catalogue"
	"qhtz/domain/credit"
	"qhtz/domain/identity/competence"
	"qhtz/domain/projectcode"
	"qhtz/web"
)

// pagePropose is the form in which a record is put forward; what the address says is filled in.
func (h *server) pagePropose(c *fiber.Ctx) error {
	if err := competence.MayEver(actor(c), competence.CreditPropose); err != nil {
		return err
	}
	form := url.Values{"severity": {string(credit.General)}, "basis": {"青政办〔2017〕32号第14条"}}
	for _, name := range []string{"uscc", "project_code", "duty_id", "ground"} {
		form.Set(name, strings.TrimSpace(c.Query(name)))
	}
	if id, err := strconv.ParseInt(c.Query("case"), 10, 64); err == nil {
		if err := h.fromCase(c, form, id); err != nil {
			return err
		}
	}
	return h.showPropose(c, fiber.StatusOK, form, nil, nil)
}

// fromCase fills in what a supervision case says.
func (h *server) fromCase(c *fiber.Ctx, form url.Values, id int64) error {
	k, err := h.Supervision.Get(c.UserContext(), h.pageCall(c), id)
	if err != nil {
		return err
	}
	v, err := h.projectOfCase(c, k.ProjectID)
	if err != nil {
		return err
	}
	form.Set("uscc", v.Owner.USCC)
	form.Set("project_code", k.ProjectCode.String())
	form.Set("ground", string(credit.GroundUnlawfulStart))
	facts := "项目「" + k.ProjectName + "」（" + k.ProjectCode.String() + "）于" + k.Detail.StartDate + "开工"
	if k.Detail.Early {
		facts += "，早于受理（备案）之日" + k.Detail.AcceptedOn
	}
	missing := make([]string, len(k.Detail.Items))
	for i, item := range k.Detail.Items {
		missing[i] = item.String()
	}
	if len(missing) > 0 {
		facts += "，下列事项当时没有办结：" + strings.Join(missing, "；")
	}
	form.Set("facts", facts+"。")
	return nil
}

// pageDoPropose puts a record forward.
func (h *server) pageDoPropose(c *fiber.Ctx) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	in := credit.Proposal{USCC: strings.TrimSpace(form.Get("uscc")), ProjectCode: strings.TrimSpace(form.Get("project_code")), DutyID: strings.TrimSpace(form.Get("duty_id")),
		Ground: credit.Ground(form.Get("ground")), Severity: credit.Severity(form.Get("severity")), Facts: typedText(form, "facts"), Basis: typedText(form, "basis"),
		Evidence: evidenceIn(typedText(form, "evidence")), Participant: form.Get("participant") == "true"}
	to := func(v *credit.View) string {
		if v == nil || v.Acted() == nil {
			return "/credit"
		}
		return recordPath(v.RecordID) + "?did=proposed"
	}
	err = formCommand(h, c, to, func(ctx context.Context, call domain.Call) (*credit.View, error) {
		return h.Credit.Propose(ctx, call, in)
	})
	e, ok := domain.AsError(err)
	if !ok || !shownAgain(e) {
		return err
	}
	return h.showPropose(c, statusOf[e.Kind], form, e.Fields, func(p web.Page) *web.Banner {
		return &web.Banner{Tone: "bad", Title: p.T("case.refused"), Text: e.Detail + "（" + e.Rule + "）"}
	})
}

func (h *server) showPropose(c *fiber.Ctx, status int, form url.Values, wrong map[string]string, banner func(web.Page) *web.Banner) error {
	p, err := h.page(c)
	if err != nil {
		return err
	}
	book, err := h.book(c)
	if err != nil {
		return err
	}
	page := &web.ProposePage{Fields: proposeFields(p, form, wrong), Cancel: "/credit"}
	n := book.Policy(book.Now).Content[catalogue.StatementDays]
	until := book.Calendar.Due(book.Now, calendar.Limit{N: n, Unit: calendar.WorkingDays}).Date
	page.Then = p.T("propose.then", "n", n, "date", dateText(p, until))
	if uscc := domain.NormalizeUSCC(form.Get("uscc")); domain.CheckUSCC(uscc) == nil && wrong["uscc"] == "" {
		v, err := h.Credit.Get(c.UserContext(), h.pageCall(c), uscc)
		switch {
		case err == nil:
			page.Unit, page.Cancel = &web.Link{Label: v.Organization.Name, Href: unitPath(uscc)}, unitPath(uscc)
			page.About = aboutUnit(p, v)
		case !domain.IsKind(err, domain.NotFound):
			return err
		}
	}
	if banner != nil {
		p.Notice = banner(p)
	}
	p.Errors = fieldErrors(p, page.Fields)
	p.Crumbs = []web.Link{{Label: p.T("nav.oversight"), Href: "/credit"}, {Label: p.T("propose.title")}}
	page.Page = p
	return h.render(c, status, web.PagePropose, page)
}

// aboutUnit says where the unit stands, before another record is put forward against it.
func aboutUnit(p web.Page, v *credit.View) []web.Reason {
	s := v.Standing()
	return []web.Reason{{Text: p.T("propose.standing", "general", s.General, "threshold", s.Threshold, "major", s.Major), Rule: "CRED-3"},
		{Text: p.T(map[bool]string{true: "propose.consented", false: "propose.not_consented"}[v.Consented]), Rule: "CRED-2"}}
}

// proposeFields are the fields of the form with what was typed.
func proposeFields(p web.Page, form url.Values, wrong map[string]string) []web.Field {
	field := func(name, kind string, required bool, most int) web.Field {
		f := web.NewField(p.Language(), name, kind)
		f.Required, f.MaxLength, f.Value, f.Error = required, most, typedText(form, name), wrong[name]
		return f
	}
	if code, err := projectcode.Parse(form.Get("project_code")); err == nil {
		form.Set("project_code", code.String())
	}
	uscc, code, duty := field("uscc", web.FieldText, true, 40), field("project_code", web.FieldText, false, 60), field("duty_id", web.FieldText, false, 20)
	uscc.Width, code.Width, duty.Width = "medium", "medium", "short"
	ground, severity := field("ground", web.FieldRadios, true, 0), field("severity", web.FieldRadios, true, 0)
	for _, g := range credit.Grounds {
		ground.Options = append(ground.Options, web.Option{Value: string(g.Code), Label: groundText(p, g.Code), Hint: p.Word("ground_hint", string(g.Code))})
	}
	severity.Options = web.Options(p.Language(), "severity", string(credit.General), string(credit.Major))
	participant := field("participant", web.FieldConfirm, false, 0)
	return []web.Field{uscc, code, duty, participant, ground, severity, field("facts", web.FieldTextarea, true, 5000), field("basis", web.FieldTextarea, true, 5000),
		field("evidence", web.FieldTextarea, false, 5000)}
}
