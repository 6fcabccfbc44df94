package handlers

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain"
	"qhtz/domain/credit"
	"qhtz/domain/projectcode"
	"qhtz/web"
)

const blacklistRows = 20

// pageBlacklist lists the units on the blacklist now. The code of a unit, right or wrong, leads to the answer about it.
func (h *server) pageBlacklist(c *fiber.Ctx) error {
	q := searchText(c.Query("q"))
	if utf8.RuneCountInString(q) > maxQuery {
		q = string([]rune(q)[:maxQuery])
	}
	if uscc := domain.NormalizeUSCC(q); domain.CheckUSCC(uscc) == nil || likeUSCC(uscc) {
		return see(c, "/blacklist/"+uscc)
	}
	f := credit.RegisterFilter{Query: q, Limit: blacklistRows, Before: beforeOf(c)}
	found, err := h.Credit.List(c.UserContext(), f)
	if err != nil {
		return err
	}
	p, err := h.page(c)
	if err != nil {
		return err
	}
	p.AsOf = web.FormatAsOf(p.Language(), found.AsOf)
	page := &web.BlacklistPage{Page: p, Query: q, CSV: "/api/v1/public/blacklist.csv", Feed: "/api/v1/public/feed/blacklist"}
	for _, a := range found.Items {
		page.Rows = append(page.Rows, blacklistRow(p, a))
	}
	address := "/blacklist?q=" + url.QueryEscape(q)
	if f.Before != 0 {
		page.Pager.First = address
	}
	if found.Next != 0 {
		page.Pager.Next = address + "&cursor=" + idText(found.Next)
	}
	err = h.render(c, fiber.StatusOK, web.PageBlacklist, page)
	uncached(c)
	return err
}

func blacklistRow(p web.Page, a credit.Answer) web.BlacklistRow {
	from, until := a.Span()
	row := web.BlacklistRow{Name: a.Name, USCC: a.USCC, Href: "/blacklist/" + a.USCC, From: web.FormatDate(p.Language(), from), Until: web.FormatInstant(p.Language(), until)}
	for _, l := range a.Listings {
		for _, x := range l.Causes() {
			row.Reasons = append(row.Reasons, groundWord(p, x.Ground))
		}
		row.Basis = append(row.Basis, basisTexts(l)...)
	}
	row.Reasons, row.Basis = unique(row.Reasons), unique(row.Basis)
	return row
}

// unique keeps the first of equal texts.
func unique(all []string) []string {
	var out []string
	for _, s := range all {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// groundWord says what a ground is, in the page's language.
func groundWord(p web.Page, g credit.Ground) string { return p.Word("ground", string(g)) }

func severityWord(p web.Page, s credit.Severity) string { return p.Word("severity", string(s)) }

// basisTexts are the documents that a listing rests on.
func basisTexts(l *credit.Listing) []string {
	if l.LegalBasis == nil {
		return nil
	}
	return []string{l.LegalBasis.Title + l.LegalBasis.Clause}
}

// pageUnitAnswer says whether a unit is listed at this very instant, and why (CRED-5, CRED-6).
func (h *server) pageUnitAnswer(c *fiber.Ctx) error {
	written := searchText(c.Params("uscc"))
	a, err := h.Credit.Look(c.UserContext(), written, nil, nil)
	if domain.IsKind(err, domain.Invalid) {
		return h.showNoUnit(c, written)
	}
	if err != nil {
		return err
	}
	if written != a.USCC {
		return see(c, "/blacklist/"+a.USCC)
	}
	p, err := h.page(c)
	if err != nil {
		return err
	}
	p.AsOf = web.FormatAsOf(p.Language(), a.AsOf)
	p.Crumbs = []web.Link{{Label: p.T("nav.home"), Href: "/"}, {Label: p.T("nav.blacklist"), Href: "/blacklist"}, {Label: a.USCC}}
	page := &web.UnitAnswerPage{Page: p, Query: a.USCC, USCC: a.USCC, Name: a.Name, Known: a.Name != "", Listed: len(a.Listings) > 0}
	if page.Known {
		page.Links = []web.Link{{Label: p.T("blacklist.projects"), Href: "/register?q=" + a.USCC}}
	}
	if page.Listed {
		from, until := a.Span()
		page.From, page.Until = web.FormatAsOf(p.Language(), from), web.FormatAsOf(p.Language(), until)
	}
	for _, l := range a.Listings {
		page.Listings = append(page.Listings, publicListingView(p, l))
	}
	for _, r := range a.Records {
		page.Records = append(page.Records, causeView(p, r.Cause()))
	}
	err = h.render(c, fiber.StatusOK, web.PageUnitAnswer, page)
	uncached(c)
	return err
}

// showNoUnit says that what was asked for is no code of a unit, and offers the box again.
func (h *server) showNoUnit(c *fiber.Ctx, written string) error {
	p, err := h.page(c)
	if err != nil {
		return err
	}
	if utf8.RuneCountInString(written) > maxShownCode {
		written = string([]rune(written)[:maxShownCode])
	}
	page := &web.UnitAnswerPage{Page: p, Query: written, Wrong: p.T("blacklist.wrong_text")}
	err = h.render(c, fiber.StatusUnprocessableEntity, web.PageUnitAnswer, page)
	uncached(c)
	return err
}

// publicListingView is a listing in effect as the public sees it: grounds, documents and dates, no person.
func publicListingView(p web.Page, l *credit.Listing) web.UnitListing {
	v := web.UnitListing{From: web.FormatAsOf(p.Language(), *l.From), Until: web.FormatAsOf(p.Language(), *l.Until), Basis: basisTexts(l), Rule: "CRED-3",
		Policy: p.T("deadline.version", "n", l.PolicyVersion), Steps: publicSteps(p, l)}
	for _, x := range l.Causes() {
		v.Causes = append(v.Causes, causeView(p, x))
	}
	return v
}

func causeView(p web.Page, x credit.Cause) web.UnitCause {
	cause := web.UnitCause{Text: groundWord(p, x.Ground), Ground: string(x.Ground), ConfirmedOn: web.FormatDate(p.Language(), x.ConfirmedAt), Overdue: x.OverdueAt != nil}
	if x.RectifyBy != nil {
		cause.RectifyBy = dateText(p, *x.RectifyBy)
	}
	if x.ProjectCode != "" {
		code := projectcode.Code(x.ProjectCode).String()
		cause.Project = &web.Link{Label: code, Href: "/projects/" + code}
	}
	return cause
}

// publicSteps tells how a listing came about, the earliest first, and when it ends by itself.
func publicSteps(p web.Page, l *credit.Listing) []web.TimelineEntry {
	type step struct {
		at time.Time
		web.TimelineEntry
	}
	var steps []step
	add := func(at *time.Time, key, tone, rule string, pairs ...any) {
		if at != nil {
			steps = append(steps, step{*at, web.TimelineEntry{At: web.FormatInstant(p.Language(), *at), Title: p.T(key, pairs...), Rule: rule, Tone: tone}})
		}
	}
	for _, x := range l.Causes() {
		add(&x.ConfirmedAt, "blacklist.step_confirmed", "done", "CRED-2", "severity", severityWord(p, l.Grade), "ground", groundWord(p, x.Ground))
		steps[len(steps)-1].By = x.Office
		add(x.OverdueAt, "blacklist.step_overdue", "bad", "CRED-3", "ground", groundWord(p, x.Ground))
	}
	add(&l.OpenedAt, "blacklist.step_opened", "bad", "CRED-3")
	steps[len(steps)-1].Detail = p.T("blacklist.step_opened_text", "severity", severityWord(p, l.Grade), "n", len(l.Causes()), "threshold", l.Threshold)
	add(l.ServedAt, "blacklist.step_served", "done", "CRED-4")
	add(l.WindowEndsAt, "blacklist.step_window", "done", "CRED-4")
	add(l.From, "blacklist.step_listed", "bad", "CRED-4")
	add(l.Until, "blacklist.step_until", "next", "CRED-6")
	slices.SortStableFunc(steps, func(a, b step) int { return a.at.Compare(b.at) })
	entries := make([]web.TimelineEntry, len(steps))
	for i, s := range steps {
		entries[i] = s.TimelineEntry
	}
	return entries
}

// beforeOf is the cursor of a page's list, 0 at its beginning and for what is none.
func beforeOf(c *fiber.Ctx) int64 {
	n, err := strconv.ParseInt(c.Query("cursor"), 10, 64)
	if err != nil {
		return 0
	}
	return max(0, n)
}

// listedBanner warns on a project's public page that its unit is on the blacklist now; nil if it is not.
func (h *server) listedBanner(c *fiber.Ctx, p web.Page, uscc string) (*web.Banner, error) {
	a, err := h.Credit.Look(c.UserContext(), uscc, nil, nil)
	if domain.IsKind(err, domain.Invalid) { // a unit without a code of its own is on no list
		return nil, nil //nolint:nilnil // no banner is no failure
	}
	if err != nil || len(a.Listings) == 0 {
		return nil, err
	}
	from, until := a.Span()
	return &web.Banner{Tone: "bad", Title: p.T("blacklist.on_project"), Text: p.T("home.listed_text", "from", web.FormatDate(p.Language(), from), "until", web.FormatInstant(p.Language(), until)),
		Link: &web.Link{Label: p.T("blacklist.on_project_link"), Href: "/blacklist/" + a.USCC}}, nil
}

// listedLines says of a unit on the front page whether it is listed.
func (h *server) listedLines(c *fiber.Ctx, page *web.HomePage, card *web.ResultCard) error {
	a, err := h.Credit.Look(c.UserContext(), card.Code, nil, nil)
	if err != nil {
		return err
	}
	if len(a.Listings) == 0 {
		card.Href, card.Tone, card.Badge = "/blacklist/"+a.USCC, "ok", page.T("home.not_listed")
		card.Links = append(card.Links, web.Link{Label: page.T("blacklist.look"), Href: card.Href})
		return nil
	}
	listed := listedCard(page.Page, a)
	if a.Name == "" || strings.TrimSpace(card.Heading) != page.T("home.unit_unknown") {
		listed.Heading = card.Heading
	}
	listed.Lines = append(listed.Lines, card.Lines...)
	*card = listed
	return nil
}

// listedCards are the units on the blacklist with what was typed in their names: who looks for a unit by its name learns it.
func (h *server) listedCards(c *fiber.Ctx, page *web.HomePage) ([]web.ResultCard, error) {
	found, err := h.Credit.List(c.UserContext(), credit.RegisterFilter{Query: page.Query, Limit: homeShown})
	if err != nil {
		return nil, err
	}
	cards := make([]web.ResultCard, len(found.Items))
	for i, a := range found.Items {
		cards[i] = listedCard(page.Page, a)
	}
	return cards, nil
}

// listedCard is a unit on the blacklist as an answer.
func listedCard(p web.Page, a credit.Answer) web.ResultCard {
	from, until := a.Span()
	href := "/blacklist/" + a.USCC
	return web.ResultCard{Kind: "unit", Heading: a.Name, Href: href, Code: a.USCC, Tone: "bad", Badge: p.T("home.listed"),
		Lines: []string{p.T("home.listed_text", "from", web.FormatDate(p.Language(), from), "until", web.FormatInstant(p.Language(), until))},
		Links: []web.Link{{Label: p.T("blacklist.look"), Href: href}}}
}
