package handlers

import (
	"encoding/json"
	"strings"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain/calendar"
	"qhtz/domain/credit"
	"qhtz/domain/deadline"
	"qhtz/domain/projectcode"
	"qhtz/web"
)

// pageRecord is the whole record on one page, and what can be done about it now.
func (h *server) pageRecord(c *fiber.Ctx) error {
	v, err := creditGate(h, c, h.Credit.Record)
	if err != nil {
		return h.askPurpose(c, err)
	}
	banner := doneBanner(c, "credit_done", "adoption", "service", "confirmation", "dismissal", "review", "extension", "revocation", "repair")
	if c.Query("did") == "proposed" {
		banner = func(p web.Page) *web.Banner { return proposedBanner(p, v.Acted()) }
	}
	return h.showRecord(c, fiber.StatusOK, v, banner, typedAct{})
}

// proposedBanner says whether a new record was served, and until when the unit may answer.
func proposedBanner(p web.Page, r *credit.Record) *web.Banner {
	b := &web.Banner{Tone: "ok", Title: p.T("propose.done"), Text: p.T("propose.to_serve")}
	if r.ServedOn != nil {
		b.Text = p.T("propose.served", "date", dateText(p, *r.StatementUntil))
		b.Link = &web.Link{Label: p.T("due.why"), Href: deadlinePath(r.Deadlines["statement"])}
	}
	return b
}

func (h *server) showRecord(c *fiber.Ctx, status int, v *credit.View, banner func(web.Page) *web.Banner, t typedAct) error {
	r := v.Acted()
	p, err := h.page(c)
	if err != nil {
		return err
	}
	page := &web.DossierPage{Subject: p.T("record.title"), Heading: groundText(p, r.Ground), Badges: []web.Badge{recordBadge(p, r), {Text: severityText(p, r.Severity)}},
		Unit: &web.Link{Label: v.Organization.Name, Href: withPurpose(c, unitPath(v.Organization.USCC))}, Facts: recordFacts(p, v, r), Writings: recordWritings(p, r)}
	if page.Timeline, page.Dues, err = h.creditStory(c, p, v, func(d credit.EventData) bool {
		return d.RecordID == r.ID || d.Record != nil && d.Record.ID == r.ID
	}, r.Deadlines); err != nil {
		return err
	}
	page.Now = nowBox(p, recordNow(p, v, r, actor(c)))
	forms := &actForms{p: p, t: t, path: recordPath(r.ID), version: r.Version}
	if mayDecideCredit(c, v) {
		page.Locked = offerRecord(forms, v, r, actor(c).ID)
	} else {
		page.NotYours = p.T("credit.not_yours")
	}
	h.finishDossier(c, p, page, banner, forms)
	return h.render(c, status, web.PageDossier, page)
}

// finishDossier fills the head of the page: where it stands, what was done or refused, what is wrong. The purpose goes
// along wherever the dates lead.
func (h *server) finishDossier(c *fiber.Ctx, p web.Page, page *web.DossierPage, banner func(web.Page) *web.Banner, forms *actForms) {
	if len(p.Crumbs) == 0 {
		p.Crumbs = []web.Link{{Label: p.T("nav.oversight"), Href: withPurpose(c, "/credit")}}
	}
	p.Crumbs = append(p.Crumbs, web.Link{Label: page.Heading})
	if banner != nil {
		p.Notice = banner(p)
		if lost := forms.lost(); lost != "" {
			p.Notice.Text += p.T("case.typed", "text", lost)
		}
	}
	p.Errors, page.Acts, page.Page = forms.errors(), forms.list, p
	for i, f := range page.Facts {
		if strings.HasPrefix(f.Href, "/deadlines/") {
			page.Facts[i].Href = withPurpose(c, f.Href)
		}
	}
	for i, d := range page.Dues {
		page.Dues[i].Href = withPurpose(c, d.Href)
	}
	if page.Now != nil {
		page.Now.LimitHref = withPurpose(c, page.Now.LimitHref)
	}
}

func nowBox(p web.Page, n now) *web.NowBox {
	b := &web.NowBox{What: n.what, Who: n.who, Rule: n.rule, Otherwise: n.otherwise}
	if n.limit != nil {
		b.Limit, b.LimitHref = web.FormatDue(p.Language(), n.limit.DueAt), deadlinePath(n.limit.ID)
	}
	return b
}

// recordFacts are what a record says and its dates, each with the way to its count.
func recordFacts(p web.Page, v *credit.View, r *credit.Record) []web.Fact {
	facts := []web.Fact{{Term: p.T("col.owner"), Value: v.Organization.Name}, {Term: p.T("project.uscc"), Value: v.Organization.USCC, Code: true}}
	add := func(key, value, href string) {
		if value != "" {
			facts = append(facts, web.Fact{Term: p.T(key), Value: value, Href: href})
		}
	}
	if r.ProjectCode != "" {
		code := projectcode.Code(r.ProjectCode).String()
		add("col.project", r.ProjectName, "/projects/"+code)
		facts = append(facts, web.Fact{Term: p.T("code.label"), Value: code, Code: true})
	}
	if r.DutyID != 0 {
		add("record.duty", p.T("record.duty_value", "id", r.DutyID), deadlinePath(r.DutyID))
	}
	if r.Participant {
		add("record.participant", p.T("record.participant_yes"), "")
	}
	date := func(key string, d *calendar.Date, deadlineID int64) {
		if d != nil {
			add(key, dateText(p, *d), deadlinePath(deadlineID))
		}
	}
	date("record.served_on", r.ServedOn, 0)
	add("record.receipt", r.Receipt, "")
	date("record.statement_until", r.StatementUntil, r.Deadlines["statement"])
	date("record.rectify_by", r.RectifyBy, r.Deadlines["rectify"])
	if r.Extended > 0 {
		add("record.extended", p.T("record.days", "n", r.Extended), "")
	}
	if r.RectifiedAt != nil {
		add("record.rectified_at", atText(p, *r.RectifiedAt), "")
	}
	if r.OverdueAt != nil {
		add("record.overdue_at", atText(p, *r.OverdueAt), deadlinePath(r.Deadlines["rectify"]))
	}
	if r.ExpiresAt != nil {
		last := lastDay(*r.ExpiresAt)
		date("record.expires", &last, r.Deadlines["expiry"])
	}
	return facts
}

// recordWritings are the texts of a record, each with who wrote it when.
func recordWritings(p web.Page, r *credit.Record) []web.Writing {
	list := []web.Writing{{Title: p.T("field.facts.label"), Meta: signed(p, r.ProposedAt, &r.ProposedBy), Text: r.Facts, Lines: evidenceLines(r.Evidence)},
		{Title: p.T("field.basis.label"), Text: r.Basis}}
	for _, s := range r.Statements {
		w := web.Writing{Title: p.T("record.statement"), Meta: signed(p, s.At, &s.By), Text: s.Text}
		if s.Final {
			w.Badge = &web.Badge{Text: p.T("record.final")}
		}
		list = append(list, w)
	}
	if r.DecidedAt != nil && r.Opinion != "" {
		list = append(list, web.Writing{Title: p.T("record.opinion"), Meta: signed(p, *r.DecidedAt, r.DecidedBy), Text: r.Opinion})
	}
	for _, x := range r.Rectifications {
		w := web.Writing{Title: p.T("record.evidence"), Meta: signed(p, x.At, &x.By), Text: x.Text, Lines: evidenceLines(x.Evidence)}
		switch {
		case x.DecidedAt == nil:
			w.Badge = &web.Badge{Tone: "warn", Text: p.T("record.under_review")}
		case x.Accepted:
			w.Badge = &web.Badge{Tone: "ok", Text: p.T("credit_choice.review.true")}
		default:
			w.Badge = &web.Badge{Tone: "bad", Text: p.T("credit_choice.review.false")}
		}
		if !x.InTime {
			w.Meta += " " + p.T("site.dot") + " " + p.T("record.late")
		}
		if x.Reason != "" {
			w.Lines = append(w.Lines, p.T("timeline.opinion", "text", x.Reason))
		}
		list = append(list, w)
	}
	return list
}

// evidenceLines are pieces of evidence as people read them: a text as it is, an object by its name.
func evidenceLines(evidence []json.RawMessage) []string {
	lines := make([]string, 0, len(evidence))
	for _, e := range evidence {
		var text string
		var named struct {
			Name string `json:"name"`
		}
		switch {
		case json.Unmarshal(e, &text) == nil:
		case json.Unmarshal(e, &named) == nil && named.Name != "":
			text = named.Name
		default:
			text = string(e)
		}
		lines = append(lines, text)
	}
	return lines
}

// duesOf shows the limits whose ids are given, those that run first.
func duesOf(p web.Page, v *credit.View, all []*deadline.Deadline, ids map[string]int64) []web.Due {
	var running, ended []web.Due
	for _, d := range all {
		for _, id := range ids {
			if d.ID == id && d.FinishedAt == nil {
				running = append(running, dueAt(p, v.Book, d, v.At))
			} else if d.ID == id {
				ended = append(ended, dueAt(p, v.Book, d, v.At))
			}
		}
	}
	return append(running, ended...)
}
