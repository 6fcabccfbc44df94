package handlers

import (
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain/calendar"
	"qhtz/domain/catalogue"
	"qhtz/domain/credit"
	"qhtz/domain/deadline"
	"qhtz/domain/identity/competence"
	"qhtz/web"
)

// myCreditRoutes are the pages of a unit's own credit.
func (h *server) myCreditRoutes() []route {
	k := h.Credit
	return []route{
		{get, "/my/credit", accessSigned, competence.CreditAnswer, h.pageMyCredit},
		{get, "/my/credit/records/:id", accessSigned, competence.CreditAnswer, h.pageMyRecord},
		{post, "/my/credit/records/:id/statement", accessSigned, competence.CreditAnswer, myRecordAct(h, "statement", statementIn, k.State)},
		{post, "/my/credit/records/:id/rectification", accessSigned, competence.CreditAnswer, myRecordAct(h, "rectification", rectificationIn, k.Rectify)},
		{get, "/my/credit/listings/:id", accessSigned, competence.CreditAnswer, h.pageMyListing},
		{post, "/my/credit/listings/:id/objection", accessSigned, competence.CreditAnswer, myListingAct(h, "objection", objectionIn, withWords("CRED-4", "text", k.Object))},
		{post, "/my/credit/listings/:id/exit", accessSigned, competence.CreditAnswer, myListingAct(h, "exit", exitIn, k.AskExit)},
		{get, "/my/support", accessSigned, competence.SupportAsk, h.pageMySupport},
		{post, "/my/support/new", accessSigned, competence.SupportAsk, h.pageAskSupport},
	}
}

// myCredit reads the credit of the actor's own unit with its limits.
func (h *server) myCredit(c *fiber.Ctx) (*credit.View, []*deadline.Deadline, error) {
	if err := competence.MayEver(actor(c), competence.CreditAnswer); err != nil {
		return nil, nil, err
	}
	v, err := h.Credit.Get(c.UserContext(), h.pageCall(c), actor(c).Organization.USCC)
	if err != nil {
		return nil, nil, err
	}
	limits, err := h.Credit.Limits(c.UserContext(), v)
	return v, limits, err
}

// pageMyCredit says where the unit stands, how far it is from being listed, and what it can do about it.
func (h *server) pageMyCredit(c *fiber.Ctx) error {
	v, limits, err := h.myCredit(c)
	if err != nil {
		return err
	}
	p, err := h.page(c)
	if err != nil {
		return err
	}
	p.AsOf = web.FormatAsOf(p.Language(), v.At)
	s := v.Standing()
	page := &web.CreditPage{Page: p, UnitName: v.Organization.Name, USCC: v.Organization.USCC, Gauges: gaugesView(p, v, s),
		Links: []web.Link{{Label: p.T("mycredit.public"), Href: "/blacklist/" + v.Organization.USCC}}}
	page.Tone, page.Answer, page.Lines = standingAnswer(p, v, s)
	for _, x := range s.Consequences {
		page.Consequences = append(page.Consequences, web.Reason{Text: p.Word("consequence", x.Code), Rule: x.Rule})
	}
	for _, l := range slices.Backward(v.Listings) {
		if card := listingCard(p, v, l, limits); l.Active() {
			page.Listings = append(page.Listings, card)
		} else {
			page.Past = append(page.Past, card)
		}
	}
	for _, r := range slices.Backward(v.Records) {
		if card := recordCard(p, v, r, limits); r.End == "" {
			page.Records = append(page.Records, card)
		} else {
			page.Past = append(page.Past, card)
		}
	}
	return h.render(c, fiber.StatusOK, web.PageCredit, page)
}

// standingAnswer is the first thing that a unit wants to know, and what it should know besides.
func standingAnswer(p web.Page, v *credit.View, s credit.Standing) (tone, answer string, lines []string) {
	proposed := proposedText(p, v)
	switch {
	case s.Listed:
		tone, answer = "bad", p.T("mycredit.is_listed", "date", atText(p, *s.Listing.Until))
	case s.Listing != nil && s.Listing.State == credit.Pending:
		tone, answer = "bad", p.T("mycredit.is_pending")
	case s.General+s.Major > 0:
		tone, answer = "warn", p.T("mycredit.has_records", "n", s.General+s.Major)
	case proposed != "":
		tone, answer, proposed = "warn", proposed, ""
	default:
		tone, answer = "ok", p.T("mycredit.clean")
	}
	if s.Listing != nil && s.Listing.State == credit.Pending {
		lines = append(lines, listingLines(p, v, s.Listing)...)
	}
	if s.TriggerAt != nil {
		lines = append(lines, p.T("mycredit.trigger", "date", atText(p, *s.TriggerAt), "n", daysTo(v.At, *s.TriggerAt)))
	}
	if proposed != "" {
		lines = append(lines, proposed)
	}
	key := "mycredit.not_green"
	if s.Green {
		key = "mycredit.green"
	}
	return tone, answer, append(lines, p.T(key))
}

// proposedText counts what is proposed against the unit: what it can answer, or else what it waits for; empty if nothing.
func proposedText(p web.Page, v *credit.View) string {
	answerable, waiting := 0, 0
	for _, r := range v.Records {
		switch {
		case canState(v, r):
			answerable++
		case r.State() == credit.Proposed:
			waiting++
		}
	}
	switch {
	case answerable > 0:
		return p.T("mycredit.has_proposed", "n", answerable)
	case waiting > 0:
		return p.T("mycredit.has_waiting", "n", waiting)
	}
	return ""
}

// gaugesView are the counts against the numbers at which a listing is proposed (CRED-3).
func gaugesView(p web.Page, v *credit.View, s credit.Standing) []web.Gauge {
	tone := func(n, of int) string {
		switch {
		case n == 0:
			return "ok"
		case n < of:
			return "warn"
		}
		return "bad"
	}
	major := max(1, v.Book.Policy(v.At).Content[catalogue.MajorThreshold])
	return []web.Gauge{
		{Label: p.T("mycredit.general"), Value: countText(s.General), Of: s.Threshold, Tone: tone(s.General, s.Threshold), Hint: p.T("mycredit.general_hint", "n", s.Threshold)},
		{Label: p.T("mycredit.major"), Value: countText(s.Major), Of: major, Tone: tone(s.Major, major), Hint: p.T("mycredit.major_hint", "n", major)},
		{Label: p.T("mycredit.unrectified"), Value: countText(s.Unrectified), Tone: tone(s.Unrectified, s.Unrectified+1), Hint: p.T("mycredit.unrectified_hint")},
		{Label: p.T("mycredit.overdue"), Value: countText(s.Overdue), Tone: tone(s.Overdue, 1), Hint: p.T("mycredit.overdue_hint")},
	}
}

// daysTo counts the days until an instant, today being the last one: 0.
func daysTo(now, at time.Time) int {
	return max(0, int(lastDay(at)-calendar.DateOf(now)))
}

// dueOfCredit shows a limit of a record or listing by its kind, nil if it has none or it has ended.
func dueOfCredit(p web.Page, v *credit.View, limits []*deadline.Deadline, ids map[string]int64, kind string) *web.Due {
	for _, d := range limits {
		if id := ids[kind]; id != 0 && d.ID == id && d.FinishedAt == nil {
			due := dueAt(p, v.Book, d, v.At)
			return &due
		}
	}
	return nil
}

var recordTones = map[credit.RecordState]string{credit.Proposed: "warn", credit.Confirmed: "warn", credit.Overdue: "bad", credit.Rectified: "ok"}

func recordCard(p web.Page, v *credit.View, r *credit.Record, limits []*deadline.Deadline) web.CreditCard {
	card := web.CreditCard{Label: recordName(p, r), Href: myRecordPath(r.ID), Group: "record_state", State: string(r.State()), Tone: "info", Project: r.ProjectName, Todo: recordTodo(p, v, r)}
	if tone := recordTones[r.State()]; tone != "" {
		card.Tone = tone
	}
	switch r.State() {
	case credit.Proposed:
		card.Due = dueOfCredit(p, v, limits, r.Deadlines, "statement")
	case credit.Confirmed, credit.Overdue:
		card.Due = dueOfCredit(p, v, limits, r.Deadlines, "rectify")
		if r.UnderReview() != nil {
			card.Due = dueOfCredit(p, v, limits, r.Deadlines, "evidence")
		}
	case credit.Rectified:
		card.Due = dueOfCredit(p, v, limits, r.Deadlines, "expiry")
	}
	return card
}

// canState reports whether the unit can still make a statement.
func canState(v *credit.View, r *credit.Record) bool {
	return r.State() == credit.Proposed && !r.StatementFinal() && r.WindowEndsAt != nil && v.At.Before(*r.WindowEndsAt)
}

// canRectify reports whether evidence can be handed in now.
func canRectify(r *credit.Record) bool { return r.Unrectified() && r.UnderReview() == nil }

// recordTodo says what the unit can do about a record now, or what it waits for.
func recordTodo(p web.Page, v *credit.View, r *credit.Record) string {
	switch {
	case canState(v, r):
		return p.T("mycredit.todo_statement", "date", dateText(p, *r.StatementUntil))
	case r.State() == credit.Proposed:
		return p.T("mycredit.todo_wait")
	case r.IsOverdue() && canRectify(r):
		return p.T("mycredit.todo_overdue")
	case canRectify(r):
		return p.T("mycredit.todo_rectify", "date", dateText(p, *r.RectifyBy))
	case r.UnderReview() != nil && r.Unrectified():
		return p.T("mycredit.todo_review", "date", dateText(p, r.UnderReview().DecideBy))
	case r.State() == credit.Rectified && r.ExpiresAt != nil:
		return p.T("mycredit.todo_rectified", "date", atText(p, *r.ExpiresAt))
	}
	return ""
}

var listingTones = map[credit.ListingState]string{credit.Pending: "bad", credit.Listed: "bad"}

func listingCard(p web.Page, v *credit.View, l *credit.Listing, limits []*deadline.Deadline) web.CreditCard {
	card := web.CreditCard{Label: p.T("mycredit.listing_of", "date", web.FormatDate(p.Language(), l.OpenedAt)), Href: myListingPath(l.ID), Group: "listing_state",
		State: string(l.State), Tone: "info", Todo: listingTodo(p, v, l)}
	if tone := listingTones[l.State]; tone != "" {
		card.Tone = tone
	}
	card.Due = dueOfCredit(p, v, limits, l.Deadlines, map[credit.ListingState]string{credit.Pending: "window", credit.Listed: "end"}[l.State])
	return card
}

// canObject reports whether the unit can still object to being listed.
func canObject(v *credit.View, l *credit.Listing) bool {
	return l.State == credit.Pending && l.Objection == nil && l.WindowEndsAt != nil && v.At.Before(*l.WindowEndsAt)
}

// listingTodo says what the unit can do about a listing now, or what it waits for.
func listingTodo(p web.Page, v *credit.View, l *credit.Listing) string {
	switch {
	case canObject(v, l):
		return p.T("mycredit.todo_objection", "date", dateText(p, *l.ObjectionUntil), "n", daysTo(v.At, *l.WindowEndsAt))
	case l.State == credit.Pending && l.Objection != nil && l.Objection.DecidedAt == nil:
		return p.T("mycredit.todo_objection_wait", "date", dateText(p, l.Objection.DecideBy))
	case l.State == credit.Pending && l.WindowEndsAt != nil:
		return p.T("mycredit.todo_refused", "date", atText(p, *l.WindowEndsAt))
	case l.PendingExit() != nil && l.State == credit.Listed:
		return p.T("mycredit.todo_exit_wait", "date", dateText(p, l.PendingExit().DecideBy))
	case l.State == credit.Listed && len(v.ExitLacks(l, v.At)) == 0:
		return p.T("mycredit.todo_exit")
	case l.State == credit.Listed:
		return p.T("mycredit.todo_exit_lacks")
	}
	return ""
}

func myRecordPath(id int64) string  { return "/my/credit/records/" + idText(id) }
func myListingPath(id int64) string { return "/my/credit/listings/" + idText(id) }
