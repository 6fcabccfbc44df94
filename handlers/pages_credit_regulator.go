package handlers

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/credit"
	"qhtz/domain/deadline"
	"qhtz/domain/identity/competence"
	"qhtz/web"
)

// creditRoutes are the pages of those who look after units' credit, and of officials who look at it for a purpose.
func (h *server) creditRoutes() []route {
	k := h.Credit
	return []route{
		{get, "/credit", accessSigned, competence.CreditRead, h.pageCredit},
		{get, "/credit/propose", accessSigned, competence.CreditPropose, h.pagePropose},
		{post, "/credit/propose", accessSigned, competence.CreditPropose, h.pageDoPropose},
		{get, "/credit/units/:uscc", accessSigned, competence.CreditRead, h.pageUnitCredit},
		{get, "/credit/records/:id", accessSigned, competence.CreditRead, h.pageRecord},
		{post, "/credit/records/:id/adoption", accessSigned, competence.CreditDecide, recordAct(h, "adoption", noteIn, k.Adopt)},
		{post, "/credit/records/:id/service", accessSigned, competence.CreditDecide, recordAct(h, "service", serviceIn, k.Serve)},
		{post, "/credit/records/:id/confirmation", accessSigned, competence.CreditDecide, recordAct(h, "confirmation", noteIn, k.Confirm)},
		{post, "/credit/records/:id/dismissal", accessSigned, competence.CreditDecide, recordAct(h, "dismissal", noteIn, k.Dismiss)},
		{post, "/credit/records/:id/review", accessSigned, competence.CreditDecide, recordAct(h, "review", reviewIn, k.Review)},
		{post, "/credit/records/:id/extension", accessSigned, competence.CreditDecide, recordAct(h, "extension", extensionIn, k.Extend)},
		{post, "/credit/records/:id/revocation", accessSigned, competence.CreditDecide, recordAct(h, "revocation", noteIn, withWords("CRED-2", "reason", k.Revoke))},
		{post, "/credit/records/:id/repair", accessSigned, competence.CreditDecide, recordAct(h, "repair", noteIn, k.Repair)},
		{get, "/credit/listings/:id", accessSigned, competence.CreditRead, h.pageListing},
		{post, "/credit/listings/:id/service", accessSigned, competence.CreditDecide, listingAct(h, "service", serviceIn, k.ServeListing)},
		{post, "/credit/listings/:id/objection", accessSigned, competence.CreditDecide, listingAct(h, "objection", upholdIn, k.DecideObjection)},
		{post, "/credit/listings/:id/exit", accessSigned, competence.CreditDecide, listingAct(h, "exit", acceptIn, k.DecideExit)},
		{post, "/credit/listings/:id/annulment", accessSigned, competence.CreditDecide, listingAct(h, "annulment", noteIn, withWords("CRED-6", "reason", k.Annul))},

		{get, "/supervision", accessSigned, competence.CaseRead, h.pageSupervision},
		{get, "/supervision/:id", accessSigned, competence.CaseRead, h.pageSupervisionCase},
		{post, "/supervision/:id/closure", accessSigned, competence.CaseClose, h.pageCloseCase},
		{get, "/support", accessSigned, competence.SupportRead, h.pageRequests},
		{get, "/support/:id", accessSigned, competence.SupportRead, h.pageRequest},
		{post, "/support/:id/decision", accessSigned, competence.SupportDecide, h.pageDecideRequest},
	}
}

// officialsOnly keeps units out of the officials' pages; they have their own below /my.
func officialsOnly(c *fiber.Ctx) error {
	if actor(c).Has(domain.RoleOwner) {
		return domain.NotFoundError()
	}
	return nil
}

// askPurpose answers somebody who has to say first for what he reads with a page that asks it (CRED-8); other errors go on.
func (h *server) askPurpose(c *fiber.Ctx, err error) error {
	e, ok := domain.AsError(err)
	if !ok || c.Method() != fiber.MethodGet || e.Code != "purpose_required" && e.Fields["purpose"] == "" {
		return err
	}
	p, errPage := h.page(c)
	if errPage != nil {
		return errPage
	}
	f := web.NewField(p.Language(), "purpose", web.FieldText)
	f.Required, f.MaxLength, f.Value, f.Error = true, 200, strings.TrimSpace(c.Query("purpose")), e.Fields["purpose"]
	for _, code := range []string{"support", "application", "complaint", "audit", "supervision"} {
		f.Suggestions = append(f.Suggestions, web.Option{Value: p.Word("purpose_kind", code)})
	}
	p.Errors = fieldErrors(p, []web.Field{f})
	page := &web.PurposePage{Page: p, Action: c.Path(), Purpose: f}
	for name, value := range c.Queries() {
		if name != "purpose" {
			page.Hidden = append(page.Hidden, web.Fact{Term: name, Value: value})
		}
	}
	return h.render(c, statusOf[e.Kind], web.PagePurpose, page)
}

// withPurpose carries the purpose on to another page about credit.
func withPurpose(c *fiber.Ctx, href string) string {
	purpose := c.Query("purpose")
	if purpose == "" || href == "" {
		return href
	}
	sign := "?"
	if strings.Contains(href, "?") {
		sign = "&"
	}
	return href + sign + "purpose=" + url.QueryEscape(purpose)
}

func recordPath(id int64) string    { return "/credit/records/" + idText(id) }
func listingPath(id int64) string   { return "/credit/listings/" + idText(id) }
func unitPath(uscc string) string   { return "/credit/units/" + url.PathEscape(uscc) }
func deadlinePath(id int64) string  { return pathIf("/deadlines/", id) }
func supportPath(id int64) string   { return "/support/" + idText(id) }
func superviseCase(id int64) string { return "/supervision/" + idText(id) }

func pathIf(prefix string, id int64) string {
	if id == 0 {
		return ""
	}
	return prefix + idText(id)
}

// creditGate reads what a page shows for officials who may, and asks for the purpose where one is due.
func creditGate(h *server, c *fiber.Ctx, show func(context.Context, domain.Call, int64) (*credit.View, error)) (*credit.View, error) {
	if err := officialsOnly(c); err != nil {
		return nil, err
	}
	return show(c.UserContext(), h.pageCall(c), subjectID(c))
}

// limitOf is a limit of a unit's credit as far as pages need it for its light: it runs, is so many days long, and ends
// with a day.
func limitOf(id int64, until calendar.Date, days int) *deadline.Deadline {
	return &deadline.Deadline{ID: id, State: deadline.Open, DueDate: until, DueAt: until.End(), Limit: calendar.Limit{N: days, Unit: calendar.WorkingDays}}
}

// lastDay is the last day before an instant.
func lastDay(t time.Time) calendar.Date { return calendar.DateOf(t.Add(-time.Nanosecond)) }

func mayDecideCredit(c *fiber.Ctx, v *credit.View) bool {
	scope := competence.Scope{OwnerID: v.Organization.ID, Region: v.Organization.Region}
	return competence.May(actor(c), competence.CreditDecide, scope) == nil
}

// atText is an instant to the minute, linked to nothing.
func atText(p web.Page, at time.Time) string { return web.FormatInstant(p.Language(), at) }

// personText is who did a step; the platform by itself has no name.
func personText(p web.Page, by *credit.Person) string {
	if by == nil || by.ID == 0 {
		return p.T("credit.platform")
	}
	return by.Name
}

// signed says when something was done, and by whom.
func signed(p web.Page, at time.Time, by *credit.Person) string {
	return atText(p, at) + " " + p.T("site.dot") + " " + personText(p, by)
}

// recordBadge is a record's state in colour and word.
func recordBadge(p web.Page, r *credit.Record) web.Badge {
	tone := map[credit.RecordState]string{credit.Proposed: "warn", credit.Confirmed: "warn", credit.Overdue: "bad", credit.Rectified: "ok"}[r.State()]
	return web.Badge{Tone: tone, Text: p.Word("record_state", string(r.State()))}
}

func listingBadge(p web.Page, l *credit.Listing) web.Badge {
	tone := map[credit.ListingState]string{credit.Pending: "warn", credit.Listed: "bad"}[l.State]
	return web.Badge{Tone: tone, Text: p.Word("listing_state", string(l.State))}
}

func severityText(p web.Page, s credit.Severity) string { return p.Word("severity", string(s)) }

func groundText(p web.Page, g credit.Ground) string {
	return string(g) + " " + p.Word("ground", string(g))
}

// daysAfter is the last day of a limit that would begin now.
func daysAfter(v *credit.View, n int, unit calendar.Unit) calendar.Date {
	return v.Book.Calendar.Due(v.At, calendar.Limit{N: n, Unit: unit}).Date
}

func countText(n int) string { return strconv.Itoa(n) }
