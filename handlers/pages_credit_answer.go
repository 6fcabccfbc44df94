package handlers

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain"
	"qhtz/domain/catalogue"
	"qhtz/domain/credit"
	"qhtz/domain/deadline"
	"qhtz/domain/identity/competence"
	"qhtz/domain/projectcode"
	"qhtz/web"
)

// What a unit answers: statements and evidence on records, objections and applications to leave on listings.

func statementIn(form url.Values) credit.StatementInput {
	return credit.StatementInput{Text: typedText(form, "statement_text"), Final: form.Get("statement_final") == "true"}
}

func rectificationIn(form url.Values) credit.RectificationInput {
	return credit.RectificationInput{Text: typedText(form, "rectification_text"), Evidence: evidenceIn(typedText(form, "rectification_evidence"))}
}

func objectionIn(form url.Values) credit.ObjectionInput {
	return credit.ObjectionInput{Text: typedText(form, "objection_text")}
}

func exitIn(form url.Values) credit.ExitInput {
	return credit.ExitInput{Commitment: form.Get("exit_commitment") == "true"}
}

// myRecordAct answers a form about one of the unit's records.
func myRecordAct[T any](h *server, act string, in func(url.Values) T, do func(context.Context, domain.Call, int64, T) (*credit.View, error)) fiber.Handler {
	return func(c *fiber.Ctx) error {
		return answerCredit(h, c, act, myRecordPath(subjectID(c)), in, do, func(t typedAct, e *domain.Error) error {
			v, err := h.Credit.Record(c.UserContext(), h.pageCall(c), subjectID(c))
			if err != nil {
				return err
			}
			return h.showMyRecord(c, statusOf[e.Kind], v, refusedAct(e, recordBadge, v.Acted()), t)
		})
	}
}

// myListingAct answers a form about one of the unit's listings.
func myListingAct[T any](h *server, act string, in func(url.Values) T, do func(context.Context, domain.Call, int64, T) (*credit.View, error)) fiber.Handler {
	return func(c *fiber.Ctx) error {
		return answerCredit(h, c, act, myListingPath(subjectID(c)), in, do, func(t typedAct, e *domain.Error) error {
			v, err := h.Credit.Listing(c.UserContext(), h.pageCall(c), subjectID(c))
			if err != nil {
				return err
			}
			return h.showMyListing(c, statusOf[e.Kind], v, refusedAct(e, listingBadge, v.ActedOn()), t)
		})
	}
}

// answerCredit runs an act of the unit from its form. A page that is stale, or an act that is refused, shows things as
// they now stand with everything that was typed.
func answerCredit[T any](h *server, c *fiber.Ctx, act, path string, in func(url.Values) T, do func(context.Context, domain.Call, int64, T) (*credit.View, error),
	again func(typedAct, *domain.Error) error) error {
	if err := competence.MayEver(actor(c), competence.CreditAnswer); err != nil {
		return err
	}
	form, err := formOf(c)
	if err != nil {
		return err
	}
	if h.pageCall(c).Expect == 0 {
		return versionRequired()
	}
	id := subjectID(c)
	err = formCommand(h, c, func(*credit.View) string { return path + "?did=" + act }, func(ctx context.Context, call domain.Call) (*credit.View, error) {
		return do(ctx, call, id, in(form))
	})
	if e, ok := domain.AsError(err); ok && shownAgain(e) && e.Code != "idempotency_key_reused" {
		return again(typedAct{act, form, e.Fields}, e)
	}
	return err
}

// myStory begins a page about a record or a listing of the unit: its limits, and what happened to it.
func (h *server) myStory(c *fiber.Ctx, v *credit.View, record, listing int64) (p web.Page, limits []*deadline.Deadline, steps []creditStep, err error) {
	if limits, err = h.Credit.Limits(c.UserContext(), v); err != nil {
		return p, nil, nil, err
	}
	events, err := h.Credit.Story(c.UserContext(), v)
	if err != nil {
		return p, nil, nil, err
	}
	if steps, err = stepsOf(events, record, listing); err != nil {
		return p, nil, nil, err
	}
	p, err = h.page(c)
	return p, limits, steps, err
}

// pageMyRecord shows one record to the unit that it concerns.
func (h *server) pageMyRecord(c *fiber.Ctx) error {
	if err := competence.MayEver(actor(c), competence.CreditAnswer); err != nil {
		return err
	}
	v, err := h.Credit.Record(c.UserContext(), h.pageCall(c), subjectID(c))
	if err != nil {
		return err
	}
	return h.showMyRecord(c, fiber.StatusOK, v, doneBanner(c, "mycredit_done", "statement", "rectification"), typedAct{})
}

func (h *server) showMyRecord(c *fiber.Ctx, status int, v *credit.View, banner func(web.Page) *web.Banner, t typedAct) error {
	r := v.Acted()
	p, limits, steps, err := h.myStory(c, v, r.ID, 0)
	if err != nil {
		return err
	}
	forms := &actForms{p: p, t: t, path: myRecordPath(r.ID), version: r.Version}
	offerAnswers(forms, v, r)
	finishMine(&p, banner, forms, recordName(p, r))
	card := recordCard(p, v, r, limits)
	page := &web.MyRecordPage{Page: p, Heading: card.Label, State: card.State, Tone: card.Tone, Answer: card.Todo,
		Facts: myRecordFacts(p, r), Dues: duesOf(p, v, limits, r.Deadlines), Forms: forms.list, Timeline: creditTimeline(p, steps)}
	if s := v.Standing(); r.Unrectified() && s.TriggerAt != nil {
		page.Lines = append(page.Lines, p.T("mycredit.trigger", "date", atText(p, *s.TriggerAt), "n", daysTo(v.At, *s.TriggerAt)))
	}
	if l := restingListing(v, r.ID); l != nil {
		page.Lines = append(page.Lines, p.T("mycredit.rests", "state", p.Word("listing_state", string(l.State))))
	}
	return h.render(c, status, web.PageMyRecord, page)
}

// finishMine sets what the top of the unit's page says, and leaves the forms open: they are what the page is for.
func finishMine(p *web.Page, banner func(web.Page) *web.Banner, forms *actForms, heading string) {
	if banner != nil {
		p.Notice = banner(*p)
		if typed := forms.t.value(forms.t.act, forms.t.act+"_text"); typed != "" && p.Notice != nil && len(forms.list) == 0 {
			p.Notice.Text += " " + p.T("mycredit.lost", "text", typed)
		}
	}
	p.Errors = forms.errors()
	p.Crumbs = []web.Link{{Label: p.T("my.title"), Href: "/my"}, {Label: p.T("mycredit.title"), Href: "/my/credit"}, {Label: heading}}
	for i := range forms.list {
		forms.list[i].Open = true
	}
}

// offer adds a form of the unit's own, in its words.
func offer(f *actForms, act, rule, then string, fields ...web.Field) {
	f.add(act, rule, then, false, fields...)
	last := &f.list[len(f.list)-1]
	last.Title, last.Button = f.p.T("mycredit_act."+act), f.p.T("mycredit_act."+act+".button")
}

// offerAnswers offers what the unit can do about a record now.
func offerAnswers(f *actForms, v *credit.View, r *credit.Record) {
	switch {
	case canState(v, r):
		text := f.field("statement", "statement_text", web.FieldTextarea, "text", true)
		text.MaxLength = 5000
		offer(f, "statement", "CRED-2", f.p.T("mycredit.then_statement", "date", dateText(f.p, *r.StatementUntil)), text,
			f.field("statement", "statement_final", web.FieldConfirm, "final", false))
	case canRectify(r):
		text, evidence := f.field("rectification", "rectification_text", web.FieldTextarea, "text", true), f.field("rectification", "rectification_evidence", web.FieldTextarea, "evidence", false)
		text.MaxLength, evidence.MaxLength = 5000, 10000
		then := f.p.T("mycredit.then_rectify", "n", v.Book.Policy(v.At).Content[catalogue.EvidenceReviewDays])
		if !v.At.Before(*r.RectifyDue) {
			then = f.p.T("mycredit.then_rectify_late")
		}
		offer(f, "rectification", "CRED-2", then, text, evidence)
	}
}

func myRecordFacts(p web.Page, r *credit.Record) []web.Fact {
	var facts []web.Fact
	add := func(key, value, href string) {
		if value != "" {
			facts = append(facts, web.Fact{Term: p.T(key), Value: value, Href: href})
		}
	}
	add("mycredit.facts", r.Facts, "")
	add("blacklist.basis", r.Basis, "")
	if r.ProjectCode != "" {
		href := "/my/projects/" + idText(r.ProjectID)
		if r.Participant {
			href = "/projects/" + projectcode.Code(r.ProjectCode).String()
		}
		add("col.project", r.ProjectName+" "+projectcode.Code(r.ProjectCode).String(), href)
	}
	if r.DutyID != 0 {
		add("mycredit.duty", p.T("mycredit.duty_missed"), "/deadlines/"+idText(r.DutyID))
	}
	add("mycredit.evidence_against", strings.Join(evidenceLines(r.Evidence), p.T("site.semicolon")), "")
	if r.Extended > 0 {
		add("mycredit.extended", p.T("held.days", "n", r.Extended), "")
	}
	return facts
}

// pageMyListing shows one listing to the unit that it concerns.
func (h *server) pageMyListing(c *fiber.Ctx) error {
	if err := competence.MayEver(actor(c), competence.CreditAnswer); err != nil {
		return err
	}
	v, err := h.Credit.Listing(c.UserContext(), h.pageCall(c), subjectID(c))
	if err != nil {
		return err
	}
	return h.showMyListing(c, fiber.StatusOK, v, doneBanner(c, "mycredit_done", "objection", "exit"), typedAct{})
}

func (h *server) showMyListing(c *fiber.Ctx, status int, v *credit.View, banner func(web.Page) *web.Banner, t typedAct) error {
	l := v.ActedOn()
	p, limits, steps, err := h.myStory(c, v, 0, l.ID)
	if err != nil {
		return err
	}
	lacks := exitLacks(p, v, l)
	forms := &actForms{p: p, t: t, path: myListingPath(l.ID), version: l.Version}
	offerLeaving(forms, v, l, len(lacks) == 0)
	card := listingCard(p, v, l, limits)
	finishMine(&p, banner, forms, card.Label)
	page := &web.MyListingPage{Page: p, Heading: card.Label, State: card.State, Tone: card.Tone, Answer: card.Todo, Lines: listingLines(p, v, l), Basis: basisTexts(l),
		Dues: duesOf(p, v, limits, l.Deadlines), Forms: forms.list, Timeline: creditTimeline(p, steps)}
	if l.State == credit.Listed && l.PendingExit() == nil {
		page.Exit, page.Lacks, page.Commitment = true, lacks, credit.Commitment
	}
	if l.State == credit.Listed && l.Public() {
		page.Public = &web.Link{Label: p.T("mycredit.public"), Href: "/blacklist/" + v.Organization.USCC}
	}
	for _, x := range l.Trace {
		if r := v.Record(x.RecordID); r != nil {
			page.Causes = append(page.Causes, recordCard(p, v, r, limits))
		}
	}
	return h.render(c, status, web.PageMyListing, page)
}

// exitLacks says what is missing to leave, in the page's order.
func exitLacks(p web.Page, v *credit.View, l *credit.Listing) []string {
	lacks := v.ExitLacks(l, v.At)
	var out []string
	if lacks["records"] != "" {
		out = append(out, p.T("mycredit.lacks_records"))
	}
	if lacks["minimum"] != "" {
		out = append(out, p.T("mycredit.lacks_minimum", "date", atText(p, *l.MinUntil), "n", daysTo(v.At, *l.MinUntil)))
	}
	return out
}

// offerLeaving offers what the unit can do about a listing now.
func offerLeaving(f *actForms, v *credit.View, l *credit.Listing, ready bool) {
	policy := v.Book.Policy(v.At).Content
	switch {
	case canObject(v, l):
		text := f.field("objection", "objection_text", web.FieldTextarea, "text", true)
		text.MaxLength = 5000
		offer(f, "objection", "CRED-4", f.p.T("mycredit.then_objection", "n", policy[catalogue.ObjectionReviewDays]), text)
	case l.State == credit.Listed && l.PendingExit() == nil && ready:
		offer(f, "exit", "CRED-6", f.p.T("mycredit.then_exit", "n", policy[catalogue.ExitReviewDays]), f.field("exit", "exit_commitment", web.FieldConfirm, "commitment", true))
	}
}

// listingLines say since when a listing runs, until when, and how it ended.
func listingLines(p web.Page, v *credit.View, l *credit.Listing) []string {
	var lines []string
	switch l.State {
	case credit.Pending:
		if l.WindowEndsAt != nil && (l.Objection == nil || l.Objection.DecidedAt != nil) {
			lines = append(lines, p.T("mycredit.takes_effect", "date", atText(p, *l.WindowEndsAt), "n", daysTo(v.At, *l.WindowEndsAt)))
		}
	case credit.Listed:
		lines = append(lines, p.T("blacklist.span", "from", web.FormatInstant(p.Language(), *l.From), "until", web.FormatInstant(p.Language(), *l.Until)))
	default:
		lines = append(lines, p.T("mycredit.ended", "at", web.FormatInstant(p.Language(), *l.EndedAt))+l.EndReason)
	}
	for _, x := range slices.Backward(l.Exits) {
		if x.DecidedAt != nil && !x.Accepted {
			lines = append(lines, p.T("mycredit.exit_refused", "reason", x.Reason))
			break
		}
	}
	return lines
}
