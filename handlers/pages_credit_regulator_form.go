package handlers

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain"
	"qhtz/domain/credit"
	"qhtz/domain/identity/competence"
	"qhtz/web"
)

// typedAct is what somebody has typed into the form of an act, with what is wrong with it.
type typedAct struct {
	act   string // the form that was sent
	form  url.Values
	wrong map[string]string // by the name that the service knows
}

// value is what was typed into a field, if its form was the one that was sent.
func (t typedAct) value(act, name string) string {
	if t.act != act {
		return ""
	}
	return typedText(t.form, name)
}

func noteIn(form url.Values, act string) credit.Note {
	return credit.Note{Reason: typedText(form, act+"_reason")}
}

func serviceIn(form url.Values, _ string) credit.ServiceInput {
	return credit.ServiceInput{ServedOn: strings.TrimSpace(form.Get("served_on")), Receipt: typedText(form, "receipt")}
}

func reviewIn(form url.Values, act string) credit.ReviewInput {
	return credit.ReviewInput{Accept: yesNo(form.Get("accept")), Note: noteIn(form, act)}
}

func acceptIn(form url.Values, act string) credit.AcceptInput {
	return credit.AcceptInput{Accept: yesNo(form.Get("accept")), Note: noteIn(form, act)}
}

func upholdIn(form url.Values, act string) credit.UpholdInput {
	return credit.UpholdInput{Uphold: yesNo(form.Get("uphold")), Note: noteIn(form, act)}
}

func extensionIn(form url.Values, act string) credit.ExtensionInput {
	days, _ := strconv.Atoi(strings.TrimSpace(form.Get("days"))) // what is no number is no length: the service says so
	return credit.ExtensionInput{Days: days, Note: noteIn(form, act)}
}

// yesNo reads a choice that has to be made; nil: it was not.
func yesNo(s string) *bool {
	if s != "true" && s != "false" {
		return nil
	}
	yes := s == "true"
	return &yes
}

// evidenceIn reads evidence, a line each.
func evidenceIn(text string) credit.Evidence {
	var e credit.Evidence
	for _, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			b, _ := json.Marshal(line) // a text cannot fail
			e = append(e, b)
		}
	}
	return e
}

// recordAct answers the form of an act on a record.
func recordAct[T any](h *server, act string, in func(url.Values, string) T, do func(context.Context, domain.Call, int64, T) (*credit.View, error)) fiber.Handler {
	return func(c *fiber.Ctx) error {
		return decideCredit(h, c, act, recordPath(subjectID(c)), in, do, func(t typedAct, e *domain.Error) error {
			v, err := h.Credit.Record(c.UserContext(), h.pageCall(c), subjectID(c))
			if err != nil {
				return err
			}
			return h.showRecord(c, statusOf[e.Kind], v, refusedAct(e, recordBadge, v.Acted()), t)
		})
	}
}

// listingAct answers the form of an act on a listing.
func listingAct[T any](h *server, act string, in func(url.Values, string) T, do func(context.Context, domain.Call, int64, T) (*credit.View, error)) fiber.Handler {
	return func(c *fiber.Ctx) error {
		return decideCredit(h, c, act, listingPath(subjectID(c)), in, do, func(t typedAct, e *domain.Error) error {
			v, err := h.Credit.Listing(c.UserContext(), h.pageCall(c), subjectID(c))
			if err != nil {
				return err
			}
			return h.showListing(c, statusOf[e.Kind], v, refusedAct(e, listingBadge, v.ActedOn()), t)
		})
	}
}

// decideCredit runs an act from its form. A page that is stale, or an act that is refused, shows things as they now stand
// with everything that was typed.
func decideCredit[T any](h *server, c *fiber.Ctx, act, path string, in func(url.Values, string) T, do func(context.Context, domain.Call, int64, T) (*credit.View, error),
	again func(typedAct, *domain.Error) error) error {
	if err := officialsOnly(c); err != nil {
		return err
	}
	form, err := formOf(c)
	if err != nil {
		return err
	}
	if err := competence.MayEver(actor(c), competence.CreditDecide); err != nil {
		return err
	}
	if h.pageCall(c).Expect == 0 {
		return versionRequired()
	}
	id := subjectID(c)
	err = formCommand(h, c, func(*credit.View) string { return path + "?did=" + act }, func(ctx context.Context, call domain.Call) (*credit.View, error) {
		return do(ctx, call, id, in(form, act))
	})
	if e, ok := domain.AsError(err); ok && shownAgain(e) {
		return again(typedAct{act, form, e.Fields}, e)
	}
	return err
}

// shownAgain tells refusals that are told on the page of what was to be decided, with what was typed.
func shownAgain(e *domain.Error) bool {
	return e.Kind == domain.Invalid || e.Kind == domain.Conflict || e.Code == "second_person"
}

func versionRequired() error {
	return &domain.Error{Kind: domain.Required, Code: "version_required", Detail: "缺少版本号，请重新打开页面再办。"}
}

// refusedAct says why an act was refused, or that the page was stale, and how things stand now.
func refusedAct[S any](e *domain.Error, badge func(web.Page, S) web.Badge, subject S) func(web.Page) *web.Banner {
	return func(p web.Page) *web.Banner { return refusalOf(p, e, badge(p, subject).Text) }
}

func refusalOf(p web.Page, e *domain.Error, state string) *web.Banner {
	b := &web.Banner{Tone: "bad", Title: p.T("case.refused"), Text: e.Detail}
	if e.Rule != "" {
		b.Text += "（" + e.Rule + "）"
	}
	if isStale(e) {
		b.Title, b.Text = p.T("case.stale"), p.T("case.stale_text", "state", state)
	}
	return b
}

// doneBanner says what was done, after it was.
func doneBanner(c *fiber.Ctx, group string, acts ...string) func(web.Page) *web.Banner {
	for _, act := range acts {
		if c.Query("did") == act {
			return func(p web.Page) *web.Banner { return &web.Banner{Tone: "ok", Title: p.T(group + "." + act)} }
		}
	}
	return nil
}

// actForms makes the forms of acts on one page, with what was typed into one of them.
type actForms struct {
	p       web.Page
	t       typedAct
	path    string
	version int64
	list    []web.ActForm
}

// add offers an act that says what follows.
func (f *actForms) add(act, rule, then string, danger bool, fields ...web.Field) {
	f.list = append(f.list, web.ActForm{Title: f.p.T("credit_act." + act), Rule: rule, Then: then, ActionURL: f.path + "/" + act, Version: idText(f.version),
		Button: f.p.T("credit_act." + act + ".button"), Danger: danger, Open: f.t.act == act, Fields: fields})
}

// field is a field of an act's form; known is what the service calls it.
func (f *actForms) field(act, name, kind, known string, required bool) web.Field {
	w := web.NewField(f.p.Language(), name, kind)
	w.Required, w.Value = required, f.t.value(act, name)
	if f.t.act == act {
		w.Error = f.t.wrong[known]
	}
	return w
}

// reason is the field in which an act's reason is written.
func (f *actForms) reason(act string, required bool) web.Field {
	w := f.field(act, act+"_reason", web.FieldTextarea, "reason", required)
	w.MaxLength = 2000
	return w
}

// choice is a yes or no of which each says what follows.
func (f *actForms) choice(act, name, yes, no string) web.Field {
	w := f.field(act, name, web.FieldRadios, name, true)
	w.Label = f.p.T("credit_choice." + act)
	w.Options = []web.Option{{Value: "true", Label: f.p.T("credit_choice." + act + ".true"), Hint: yes}, {Value: "false", Label: f.p.T("credit_choice." + act + ".false"), Hint: no}}
	return w
}

// service are the fields of the receipt of a notice.
func (f *actForms) service() []web.Field {
	on, receipt := f.field("service", "served_on", web.FieldDate, "served_on", false), f.field("service", "receipt", web.FieldTextarea, "receipt", true)
	on.Width, receipt.MaxLength = "short", 2000
	return []web.Field{on, receipt}
}

// errors are those of the form that was sent, for the top of the page.
func (f *actForms) errors() []web.FieldError {
	for _, form := range f.list {
		if form.Open {
			return fieldErrors(f.p, form.Fields)
		}
	}
	return nil
}

// lost is what was typed into a form that is not offered any more.
func (f *actForms) lost() string {
	if f.t.act == "" {
		return ""
	}
	for _, form := range f.list {
		if form.Open {
			return ""
		}
	}
	var lines []string
	for _, name := range []string{f.t.act + "_reason", "receipt", "served_on", "days"} {
		if text := f.t.value(f.t.act, name); text != "" {
			lines = append(lines, text)
		}
	}
	return strings.Join(lines, f.p.T("site.semicolon"))
}

// withWords lets people do an act only with words in a field: the API leaves them to its caller, a page does not let
// anybody forget them.
func withWords[T interface{ Said() string }](rule, field string, act func(context.Context, domain.Call, int64, T) (*credit.View, error)) func(context.Context, domain.Call, int64, T) (*credit.View, error) {
	return func(ctx context.Context, call domain.Call, id int64, in T) (*credit.View, error) {
		if in.Said() == "" {
			return nil, &domain.Error{Kind: domain.Invalid, Code: "words_required", Rule: rule, Fields: map[string]string{field: "必须写明理由。"}, Detail: "必须写明理由。"}
		}
		return act(ctx, call, id, in)
	}
}
