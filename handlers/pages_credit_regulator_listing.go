package handlers

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/catalogue"
	"qhtz/domain/credit"
	"qhtz/domain/projectcode"
	"qhtz/web"
)

// pageListing is a listing with its trace, pending, in effect or ended, and what can be done about it now.
func (h *server) pageListing(c *fiber.Ctx) error {
	v, err := creditGate(h, c, h.Credit.Listing)
	if err != nil {
		return h.askPurpose(c, err)
	}
	return h.showListing(c, fiber.StatusOK, v, doneBanner(c, "listing_done", "service", "objection", "exit", "annulment"), typedAct{})
}

func (h *server) showListing(c *fiber.Ctx, status int, v *credit.View, banner func(web.Page) *web.Banner, t typedAct) error {
	l := v.ActedOn()
	p, err := h.page(c)
	if err != nil {
		return err
	}
	heading := p.T("listing.heading", "name", v.Organization.Name)
	page := &web.DossierPage{Subject: p.T("listing.title"), Heading: heading, Badges: []web.Badge{listingBadge(p, l), {Text: severityText(p, l.Grade)}},
		Unit: &web.Link{Label: v.Organization.Name, Href: withPurpose(c, unitPath(v.Organization.USCC))}, Facts: listingFacts(p, v, l), Writings: listingWritings(p, v, l),
		Causes: causesTable(c, p, v, l), Flags: listingFlags(p, l)}
	if page.Timeline, page.Dues, err = h.creditStory(c, p, v, func(d credit.EventData) bool {
		return d.ListingID == l.ID || d.Listing != nil && d.Listing.ID == l.ID
	}, l.Deadlines); err != nil {
		return err
	}
	page.Now = nowBox(p, listingNow(p, v, l, actor(c)))
	forms := &actForms{p: p, t: t, path: listingPath(l.ID), version: l.Version}
	if mayDecideCredit(c, v) {
		page.Locked = offerListing(forms, v, l, actor(c).ID)
	} else {
		page.NotYours = p.T("credit.not_yours")
	}
	h.finishDossier(c, p, page, banner, forms)
	return h.render(c, status, web.PageDossier, page)
}

// listingFlags warns of a listing that nobody but the unit and officials will see (CRED-5).
func listingFlags(p web.Page, l *credit.Listing) []web.Banner {
	if l.Public() || !l.Active() {
		return nil
	}
	return []web.Banner{{Tone: "warn", Title: p.T("listing.internal"), Text: p.T("listing.internal_text")}}
}

// listingNow says what a listing waits for, seen by somebody.
func listingNow(p web.Page, v *credit.View, l *credit.Listing, reader domain.Actor) now {
	days := v.Book.Policy(v.At).Content
	n := now{rule: "CRED-4", who: p.T("credit.who_regulator"), since: l.OpenedAt}
	second := func(confirmed bool) {
		n.who, n.locked = p.T("credit.who_second"), v.TookPart(l, reader.ID, confirmed)
		if n.locked {
			n.who = p.T("credit.who_not_you")
		}
	}
	switch l.Todo() {
	case "serve":
		n.what, n.otherwise = p.T("now.listing_serve"), p.T("now.listing_serve_else")
		return n
	case "objection":
		second(true)
		n.what, n.otherwise = p.T("now.objection"), p.T("now.objection_else")
		n.limit = limitOf(l.Deadlines["objection"], l.Objection.DecideBy, days[catalogue.ObjectionReviewDays])
		return n
	case "exit":
		second(false)
		n.rule, n.what, n.otherwise = "CRED-6", p.T("now.exit"), p.T("now.exit_else")
		n.limit = limitOf(l.Deadlines["exit"], l.PendingExit().DecideBy, days[catalogue.ExitReviewDays])
		return n
	}
	switch l.State {
	case credit.Pending:
		n.what, n.who, n.otherwise = p.T("now.window"), p.T("credit.who_unit"), p.T("now.window_else")
		n.limit = limitOf(l.Deadlines["window"], *l.ObjectionUntil, days[catalogue.ObjectionDays])
	case credit.Listed:
		n.rule, n.what, n.who, n.otherwise = "CRED-6", p.T("now.listed"), p.T("credit.who_unit"), p.T("now.listed_else")
		n.limit = limitOf(l.Deadlines["end"], lastDay(*l.Until), 0)
	default:
		n.rule, n.who, n.what = "CRED-6", "", p.T("now.listing_over", "state", p.Word("listing_state", string(l.State)))
	}
	return n
}

// listingFacts are a listing's dates and what it rests on, each date with the way to its count.
func listingFacts(p web.Page, v *credit.View, l *credit.Listing) []web.Fact {
	facts := []web.Fact{{Term: p.T("col.owner"), Value: v.Organization.Name}, {Term: p.T("project.uscc"), Value: v.Organization.USCC, Code: true}}
	add := func(key, value string, deadlineID int64) {
		if value != "" {
			facts = append(facts, web.Fact{Term: p.T(key), Value: value, Href: deadlinePath(deadlineID)})
		}
	}
	date := func(key string, d *calendar.Date, deadlineID int64) {
		if d != nil {
			add(key, dateText(p, *d), deadlineID)
		}
	}
	add("listing.opened", atText(p, l.OpenedAt), 0)
	add("listing.why", p.T("listing.why_value", "n", len(l.Trace), "severity", severityText(p, l.Grade), "threshold", l.Threshold, "version", l.PolicyVersion), 0)
	basis := p.T("listing.no_basis")
	if b := l.LegalBasis; b != nil {
		basis = b.Title + b.Clause + p.T("listing.basis_from", "from", b.From)
	}
	add("deadline.basis", basis, 0)
	date("record.served_on", l.ServedOn, 0)
	add("record.receipt", l.Receipt, 0)
	date("listing.objection_until", l.ObjectionUntil, l.Deadlines["window"])
	if l.From != nil {
		add("listing.from", atText(p, *l.From), 0)
		add("listing.min_until", dateText(p, lastDay(*l.MinUntil)), 0)
		add("listing.until", dateText(p, lastDay(*l.Until)), l.Deadlines["end"])
	}
	if l.EndedAt != nil {
		add("listing.ended", signed(p, *l.EndedAt, l.EndedBy), 0)
		add("listing.end_reason", l.EndReason, 0)
	}
	return facts
}

// listingWritings are the objection and the applications to leave, with what was decided.
func listingWritings(p web.Page, v *credit.View, l *credit.Listing) []web.Writing {
	var list []web.Writing
	decided := func(w *web.Writing, act string, yes bool, reason string) {
		w.Badge = &web.Badge{Text: p.T("credit_choice." + act + ".false")}
		if yes {
			w.Badge = &web.Badge{Tone: "ok", Text: p.T("credit_choice." + act + ".true")}
		}
		if reason != "" {
			w.Lines = append(w.Lines, p.T("timeline.opinion", "text", reason))
		}
	}
	if o := l.Objection; o != nil {
		w := web.Writing{Title: p.T("listing.objection"), Meta: signed(p, o.At, &o.By), Text: o.Text}
		if o.DecidedAt != nil {
			w.Meta += p.T("site.semicolon") + p.T("listing.decided", "who", signed(p, *o.DecidedAt, o.DecidedBy))
			decided(&w, "objection", o.Upheld, o.Reason)
		}
		list = append(list, w)
	}
	for _, x := range l.Exits {
		w := web.Writing{Title: p.T("listing.exit"), Meta: signed(p, x.At, &x.By), Text: p.T("listing.commitment", "version", x.Commitment)}
		if x.DecidedAt != nil {
			w.Meta += p.T("site.semicolon") + p.T("listing.decided", "who", signed(p, *x.DecidedAt, x.DecidedBy))
			decided(&w, "exit", x.Accepted, x.Reason)
		}
		list = append(list, w)
	}
	if l.State == credit.Listed {
		list = append(list, exitConditions(p, v, l))
	}
	return list
}

// exitConditions says what stands in the way of leaving now (CRED-6).
func exitConditions(p web.Page, v *credit.View, l *credit.Listing) web.Writing {
	w := web.Writing{Title: p.T("listing.conditions")}
	lacks := v.ExitLacks(l, v.At)
	for _, name := range []string{"records", "minimum"} {
		key := "listing.condition." + name + ".met"
		if lacks[name] != "" {
			key = "listing.condition." + name + ".open"
		}
		w.Lines = append(w.Lines, p.T(key, "date", dateText(p, lastDay(*l.MinUntil))))
	}
	return w
}

// causesTable is the trace: the records as they stood when the listing opened, and as they stand now.
func causesTable(c *fiber.Ctx, p web.Page, v *credit.View, l *credit.Listing) *web.CreditTable {
	t := &web.CreditTable{Title: p.T("listing.trace"), EmptyKey: "unit.records"}
	for _, key := range []string{"credit.ground", "record.confirmed_at", "record.rectify_by", "record.overdue_at", "listing.state_now"} {
		t.Columns = append(t.Columns, p.T(key))
	}
	for _, x := range l.Trace {
		row := []web.WorkCell{{Text: groundText(p, x.Ground), Href: withPurpose(c, recordPath(x.RecordID))}, {Text: atText(p, x.ConfirmedAt), Keep: true}, {Keep: true}, {Keep: true}, {}}
		if x.ProjectCode != "" {
			row[0].Note = projectcode.Code(x.ProjectCode).String()
		}
		r := v.Record(x.RecordID)
		if x.RectifyBy != nil {
			row[2].Text = dateText(p, *x.RectifyBy)
			if r != nil {
				row[2].Href = withPurpose(c, deadlinePath(r.Deadlines["rectify"]))
			}
		}
		if x.OverdueAt != nil {
			row[3].Text = atText(p, *x.OverdueAt)
		}
		if r != nil {
			badge := recordBadge(p, r)
			row[4].Badge = &badge
		}
		for i := range row {
			row[i].Label = t.Columns[i]
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// offerListing offers what this person can do about a listing now, and says what he cannot and why.
func offerListing(f *actForms, v *credit.View, l *credit.Listing, person int64) (locked []web.Reason) {
	p, days := f.p, v.Book.Policy(v.At).Content
	switch l.Todo() {
	case "serve":
		f.add("service", "CRED-4", p.T("credit_then.listing_service", "n", days[catalogue.ObjectionDays]), false, f.service()...)
	case "objection":
		if v.TookPart(l, person, true) {
			locked = append(locked, web.Reason{Text: p.T("lock.second_objection", "names", partners(p, v, l, true)), Rule: "CRED-4"})
			break
		}
		no := p.T("credit_then.objection_no", "date", dateText(p, *l.ObjectionUntil))
		if !v.At.Before(*l.WindowEndsAt) {
			no = p.T("credit_then.objection_no_now")
		}
		f.add("objection", "CRED-4", p.T("credit_then.objection"), false, f.choice("objection", "uphold", p.T("credit_then.objection_yes", "n", len(l.Trace)), no), f.reason("objection", false))
	case "exit":
		if v.TookPart(l, person, false) {
			locked = append(locked, web.Reason{Text: p.T("lock.second_exit", "names", partners(p, v, l, false)), Rule: "CRED-6"})
			break
		}
		f.add("exit", "CRED-6", p.T("credit_then.exit"), false, f.choice("exit", "accept", p.T("credit_then.exit_yes", "n", len(l.Trace)),
			p.T("credit_then.exit_no", "date", dateText(p, lastDay(*l.Until)))), f.reason("exit", false))
	}
	if l.Active() {
		f.add("annulment", "CRED-6", p.T("credit_then.annulment_"+string(l.State), "n", len(l.Trace)), true, f.reason("annulment", true))
	}
	return locked
}

// partners names who may not decide, because they put forward a record that the listing rests on, or confirmed one.
func partners(p web.Page, v *credit.View, l *credit.Listing, confirmed bool) string {
	var names []string
	seen := map[int64]bool{0: true}
	add := func(by *credit.Person) {
		if by != nil && !seen[by.ID] {
			seen[by.ID] = true
			names = append(names, by.Name)
		}
	}
	for _, x := range l.Trace {
		if r := v.Record(x.RecordID); r != nil {
			add(&r.ProposedBy)
			add(r.AdoptedBy)
			if confirmed {
				add(r.DecidedBy)
			}
		}
	}
	return strings.Join(names, p.T("site.comma"))
}
