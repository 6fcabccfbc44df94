package handlers

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain"
	"qhtz/domain/catalogue"
	"qhtz/domain/credit"
	"qhtz/domain/projectcode"
	"qhtz/web"
)

// pageUnitCredit is a unit's credit with its whole story, for officials who say for what; each look is logged (CRED-8).
func (h *server) pageUnitCredit(c *fiber.Ctx) error {
	if err := officialsOnly(c); err != nil {
		return err
	}
	v, err := h.Credit.Get(c.UserContext(), h.pageCall(c), c.Params("uscc"))
	if err != nil {
		return h.askPurpose(c, err)
	}
	p, err := h.page(c)
	if err != nil {
		return err
	}
	page := &web.UnitCreditPage{Name: v.Organization.Name, USCC: v.Organization.USCC, Records: recordsTable(c, p, v), Listings: listingsTable(c, p, v),
		Purpose: strings.TrimSpace(c.Query("purpose")), Links: []web.Link{{Label: p.T("unit.projects"), Href: "/?q=" + url.QueryEscape(v.Organization.USCC)}}}
	standingView(page, p, v)
	open, about := openLimits(p, v)
	if page.Timeline, page.Dues, err = h.creditStory(c, p, v, nil, open); err != nil {
		return err
	}
	slices.Reverse(page.Timeline)
	page.Dues = slices.DeleteFunc(page.Dues, func(d web.Due) bool { return d.State != "open" && d.State != "paused" })
	for i, d := range page.Dues {
		page.Dues[i].Label, page.Dues[i].Href = d.Label+about[d.Href], withPurpose(c, d.Href)
	}
	for i, l := range page.Lines {
		page.Lines[i].Href = withPurpose(c, l.Href)
	}
	if actor(c).Has(domain.RoleRegulator) {
		page.Propose = &web.Link{Label: p.T("propose.title"), Href: "/credit/propose?uscc=" + url.QueryEscape(v.Organization.USCC)}
	}
	p.Crumbs = []web.Link{{Label: p.T("nav.oversight"), Href: withPurpose(c, "/credit")}, {Label: page.Name}}
	page.Page = p
	return h.render(c, fiber.StatusOK, web.PageUnitCredit, page)
}

// openLimits are the limits of records and listings that have not ended, and what each is about by the way to it. How long
// a record has effect is no work.
func openLimits(p web.Page, v *credit.View) (limits map[string]int64, about map[string]string) {
	limits, about = map[string]int64{}, map[string]string{}
	for _, r := range v.Records {
		for kind, id := range r.Deadlines {
			if r.End == "" && kind != "expiry" {
				limits[kind+idText(r.ID)] = id
				about[deadlinePath(id)] = " " + p.T("site.dot") + " " + strings.TrimSpace(string(r.Ground)+" "+shortName(r.ProjectName))
			}
		}
	}
	for _, l := range v.Listings {
		for kind, id := range l.Deadlines {
			if l.Active() {
				limits[kind+idText(l.ID)] = id
			}
		}
	}
	return limits, about
}

// standingView says where the unit stands, how far it is from being listed, and what follows.
func standingView(page *web.UnitCreditPage, p web.Page, v *credit.View) {
	s, days := v.Standing(), v.Book.Policy(v.At).Content
	page.Meters = []web.Fact{{Term: p.T("unit.general"), Value: p.T("unit.of", "n", s.General, "total", days[catalogue.GeneralThreshold])},
		{Term: p.T("unit.major"), Value: p.T("unit.of", "n", s.Major, "total", days[catalogue.MajorThreshold])},
		{Term: p.T("unit.unrectified"), Value: p.T("unit.records_n", "n", s.Unrectified)}, {Term: p.T("unit.overdue"), Value: p.T("unit.records_n", "n", s.Overdue)}}
	line := func(text string, deadlineID int64) {
		page.Lines = append(page.Lines, web.Fact{Value: text, Href: deadlinePath(deadlineID)})
	}
	pending := s.Listing != nil && s.Listing.State == credit.Pending
	switch {
	case s.Listed:
		page.Tone, page.Verdict = "bad", p.T("unit.listed")
		line(p.T("unit.listed_text", "from", atText(p, *s.Listing.From), "until", dateText(p, lastDay(*s.Listing.Until))), s.Listing.Deadlines["end"])
	case pending:
		page.Tone, page.Verdict = "warn", p.T("unit.pending")
	case s.General+s.Major > 0:
		page.Tone, page.Verdict = "warn", p.T("unit.in_effect", "n", s.General+s.Major)
	case s.Green:
		page.Tone, page.Verdict = "ok", p.T("unit.green")
	default:
		page.Tone, page.Verdict = "ok", p.T("unit.clean")
	}
	if pending && s.Listing.ObjectionUntil != nil {
		line(p.T("unit.window", "date", dateText(p, *s.Listing.ObjectionUntil)), s.Listing.Deadlines["window"])
	}
	switch {
	case s.TriggerAt != nil:
		line(p.T("unit.trigger", "at", atText(p, *s.TriggerAt)), triggering(v, *s.TriggerAt))
	case !s.Listed && !pending:
		line(p.T("unit.distance", "n", days[catalogue.GeneralThreshold], "m", days[catalogue.MajorThreshold], "overdue", days[catalogue.OverdueThreshold]), 0)
	}
	for _, x := range s.Consequences {
		page.Consequences = append(page.Consequences, web.Reason{Text: p.Word("credit_consequence", x.Code), Rule: x.Rule})
	}
}

// triggering is the limit at whose end the trigger will be met.
func triggering(v *credit.View, at time.Time) int64 {
	for _, r := range v.Records {
		if r.Unrectified() && r.RectifyDue.Equal(at) {
			return r.Deadlines["rectify"]
		}
	}
	return 0
}

func recordsTable(c *fiber.Ctx, p web.Page, v *credit.View) web.CreditTable {
	t := web.CreditTable{Title: p.T("unit.records"), EmptyKey: "unit.records"}
	for _, key := range []string{"credit.ground", "credit.severity", "col.state", "code.label", "record.confirmed_at", "record.rectify_by"} {
		t.Columns = append(t.Columns, p.T(key))
	}
	for _, r := range slices.Backward(v.Records) {
		badge := recordBadge(p, r)
		row := []web.WorkCell{{Text: groundText(p, r.Ground), Href: withPurpose(c, recordPath(r.ID)), Note: r.ProjectName}, {Text: severityText(p, r.Severity), Keep: true}, {Badge: &badge}, {Keep: true}, {Keep: true}, {Keep: true}}
		if r.ProjectCode != "" {
			row[3].Text, row[3].Href = projectcode.Code(r.ProjectCode).String(), "/projects/"+projectcode.Code(r.ProjectCode).String()
		}
		if r.ConfirmedAt != nil {
			row[4].Text = atText(p, *r.ConfirmedAt)
			row[5].Text, row[5].Href = dateText(p, *r.RectifyBy), withPurpose(c, deadlinePath(r.Deadlines["rectify"]))
		}
		for i := range row {
			row[i].Label = t.Columns[i]
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func listingsTable(c *fiber.Ctx, p web.Page, v *credit.View) web.CreditTable {
	t := web.CreditTable{Title: p.T("unit.listings"), EmptyKey: "unit.listings"}
	for _, key := range []string{"listing.opened", "credit.ground", "col.state", "listing.objection_until", "listing.from", "listing.until"} {
		t.Columns = append(t.Columns, p.T(key))
	}
	for _, l := range slices.Backward(v.Listings) {
		badge := listingBadge(p, l)
		row := []web.WorkCell{{Text: atText(p, l.OpenedAt), Href: withPurpose(c, listingPath(l.ID))}, {Text: causesText(p, l)}, {Badge: &badge}, {Keep: true}, {Keep: true}, {Keep: true}}
		if l.ObjectionUntil != nil {
			row[3].Text, row[3].Href = dateText(p, *l.ObjectionUntil), withPurpose(c, deadlinePath(l.Deadlines["window"]))
		}
		if l.From != nil {
			row[4].Text = atText(p, *l.From)
			row[5].Text, row[5].Href = dateText(p, lastDay(*l.Until)), withPurpose(c, deadlinePath(l.Deadlines["end"]))
		}
		for i := range row {
			row[i].Label = t.Columns[i]
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
