package handlers

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain"
	"qhtz/domain/project"
	"qhtz/web"
)

// typedOf reads what an officer has typed. The reasons of the other acts have names of their own, as all stand on one page.
func typedOf(form url.Values, open string) typedDecision {
	reason := "reason"
	if open == "transfer" || open == "route" {
		reason = open + "_reason"
	}
	return typedDecision{open: open, corrections: correctionsIn(form), reason: typedText(form, reason), remedy: typedText(form, "remedy"),
		opinion: typedText(form, "opinion"), region: form.Get("authority_region"), route: form.Get("route")}
}

func correctionsIn(form url.Values) []project.Correction {
	var list []project.Correction
	for i := range 2 * maxRows {
		field, what := web.RowName("corrections", i, "field"), web.RowName("corrections", i, "what")
		if !form.Has(field) && !form.Has(what) {
			break
		}
		list = append(list, project.Correction{Field: form.Get(field), What: typedText(form, what)})
	}
	return changeRows(list, "corrections", form)
}

// pageDecide takes the decision on a submission: accept, refuse, or ask for corrections once (FILE-4, FILE-5).
func (h *server) pageDecide(c *fiber.Ctx) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	t := typedOf(form, form.Get("decision"))
	if form.Get("_add") != "" || form.Get("_remove") != "" {
		v, err := h.theCase(c)
		if err != nil {
			return err
		}
		t.open = "correct"
		return h.showCase(c, fiber.StatusOK, v, nil, t)
	}
	in := project.AcceptanceInput{Decision: t.open, Reason: t.reason, Remedy: t.remedy, Opinion: t.opinion,
		Corrections: slices.DeleteFunc(slices.Clone(t.corrections), func(k project.Correction) bool { return k == project.Correction{} })}
	return h.decideCase(c, t, "decision", func(ctx context.Context, call domain.Call) (*project.View, error) {
		return h.Projects.Decide(ctx, call, refOf(c), in)
	})
}

// pageTransfer hands a case over to another region's authority (FILE-13).
func (h *server) pageTransfer(c *fiber.Ctx) error {
	return h.pageReasoned(c, "transfer", h.Projects.Transfer)
}

// pageChangeRoute treats a filing in review as 核准 or 审批 (FILE-1).
func (h *server) pageChangeRoute(c *fiber.Ctx) error {
	return h.pageReasoned(c, "route", h.Projects.ChangeRoute)
}

func (h *server) pageReasoned(c *fiber.Ctx, what string, act reasoned) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	t := typedOf(form, what)
	return h.decideCase(c, t, what, func(ctx context.Context, call domain.Call) (*project.View, error) {
		return act(ctx, call, refOf(c), project.ReasonInput{Reason: t.reason, AuthorityRegion: t.region, Route: t.route})
	})
}

// decideCase runs an officer's act. A page that is stale, or an act that is refused, shows the case as it now stands
// with everything that was typed.
func (h *server) decideCase(c *fiber.Ctx, t typedDecision, what string, run func(context.Context, domain.Call) (*project.View, error)) error {
	if _, err := h.theCase(c); err != nil {
		return err
	}
	if h.pageCall(c).Expect == 0 {
		return &domain.Error{Kind: domain.Required, Code: "version_required", Detail: "缺少版本号，请重新打开页面再办。"}
	}
	area := actor(c).Organization.Region
	to := func(v *project.View) string {
		if !domain.Within(v.AuthorityRegion(), area) {
			return "/queue?did=transfer" // out of sight
		}
		return casePath(v) + "?did=" + what
	}
	err := h.pageCommand(c, to, run)
	e, ok := domain.AsError(err)
	if !ok || e.Kind != domain.Invalid && e.Kind != domain.Conflict {
		return err
	}
	v, errNow := h.theCase(c)
	if errNow != nil {
		return errNow
	}
	t.wrong = e.Fields
	banner := func(p web.Page) *web.Banner { return refusalBanner(p, v, e, t) }
	return h.showCase(c, statusOf[e.Kind], v, banner, t)
}

// refusalBanner says why an act was refused. Where the case has moved on so far that there is no form to show it in,
// it repeats what was typed.
func refusalBanner(p web.Page, v *project.View, e *domain.Error, t typedDecision) *web.Banner {
	b := &web.Banner{Tone: "bad", Title: p.T("case.refused"), Text: e.Detail}
	if e.Rule != "" {
		b.Text += "（" + e.Rule + "）"
	}
	if isStale(e) {
		b.Title, b.Text = p.T("case.stale"), p.T("case.stale_text", "state", p.Word("state", string(v.Life.State)))
	}
	decidable := v.Life.State == project.Submitted || v.Life.State == project.InReview
	lost := t.open == "correct" && (v.Life.State == project.InReview || v.Life.Round > 1)
	if !decidable || lost {
		if typed := t.text(p); typed != "" {
			b.Text += p.T("case.typed", "text", typed)
		}
	}
	return b
}

// text is everything that was typed, in words.
func (t typedDecision) text(p web.Page) string {
	lines := []string{t.reason, t.remedy, t.opinion}
	for _, k := range t.corrections {
		lines = append(lines, strings.TrimSpace(fieldLabel(p, k.Field)+" "+k.What))
	}
	lines = slices.DeleteFunc(lines, func(s string) bool { return s == "" })
	return strings.Join(lines, p.T("site.semicolon"))
}
