package handlers

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/credit"
	"qhtz/domain/projectcode"
)

// publicCause is a reason of a listing as the public sees it: grounds, dates, offices' document, no person (CRED-5, CRED-8).
type publicCause struct {
	Ground      credit.Ground  `json:"ground"`
	Text        string         `json:"text"`
	ProjectCode *string        `json:"project_code"`
	ConfirmedOn calendar.Date  `json:"confirmed_on"`
	RectifyBy   *calendar.Date `json:"rectify_by"`
	Overdue     bool           `json:"overdue"`
	Office      *string        `json:"office"` // that confirmed it
}

type publicListing struct {
	ID            string          `json:"id"`
	Grade         credit.Severity `json:"grade"`
	OpenedAt      string          `json:"opened_at"`
	From          string          `json:"from"`
	Until         string          `json:"until"`
	Rule          string          `json:"rule"`
	PolicyVersion int             `json:"policy_version"`
	Records       []publicCause   `json:"records"`
	Basis         []basisBody     `json:"basis"`
}

// entryBody is the public answer about one unit.
type entryBody struct {
	USCC     string          `json:"uscc"`
	Name     *string         `json:"name"`
	Listed   bool            `json:"listed"`
	AsOf     string          `json:"as_of"`
	From     *string         `json:"from"`
	Until    *string         `json:"until"`
	Reasons  []publicCause   `json:"reasons"`
	Basis    []basisBody     `json:"basis"`
	Rule     *string         `json:"rule"`
	TraceURL *string         `json:"trace_url"`
	Trace    []publicListing `json:"trace"`
	Records  []publicRecord  `json:"records"` // confirmed ones in effect that are public (CRED-8); of a look-up only
}

// publicRecord is a confirmed record as the public sees it.
type publicRecord struct {
	Severity credit.Severity    `json:"severity"`
	State    credit.RecordState `json:"state"`
	publicCause
}

func presentEntry(a credit.Answer) entryBody {
	b := entryBody{USCC: a.USCC, Name: optional(a.Name), Listed: len(a.Listings) > 0, AsOf: instant(a.AsOf), Reasons: []publicCause{}, Basis: []basisBody{}, Trace: []publicListing{}, Records: []publicRecord{}}
	for _, r := range a.Records {
		b.Records = append(b.Records, publicRecord{r.Severity, r.State(), publicCauseOf(r.Cause())})
	}
	if !b.Listed {
		return b
	}
	from, until := a.Span()
	b.From, b.Until, b.Rule, b.TraceURL = optional(instant(from)), optional(instant(until)), optional("CRED-3"), optional("/blacklist/"+a.USCC)
	for _, l := range a.Listings {
		p := publicListing{ID: idText(l.ID), Grade: l.Grade, OpenedAt: instant(l.OpenedAt), From: instant(*l.From), Until: instant(*l.Until), Rule: "CRED-3",
			PolicyVersion: l.PolicyVersion, Records: publicCauses(l), Basis: presentBasis(l)}
		b.Trace = append(b.Trace, p)
		b.Reasons = append(b.Reasons, p.Records...)
		b.Basis = append(b.Basis, p.Basis...)
	}
	return b
}

func publicCauseOf(x credit.Cause) publicCause {
	return publicCause{Ground: x.Ground, Text: credit.GroundText(x.Ground), ProjectCode: codeText(projectcode.Code(x.ProjectCode)),
		ConfirmedOn: calendar.DateOf(x.ConfirmedAt), RectifyBy: x.RectifyBy, Overdue: x.OverdueAt != nil, Office: optional(x.Office)}
}

func publicCauses(l *credit.Listing) []publicCause {
	causes := l.Causes()
	out := make([]publicCause, len(causes))
	for i, x := range causes {
		out[i] = publicCauseOf(x)
	}
	return out
}

// uncached keeps what may change in any second out of caches (CRED-6).
func uncached(c *fiber.Ctx) { c.Set(fiber.HeaderCacheControl, "no-store") }

// apiBlacklist answers GET /public/blacklist.
func (h *server) apiBlacklist(c *fiber.Ctx) error {
	limit, cursor, err := listParams(c, "q")
	if err != nil {
		return err
	}
	page, err := h.Credit.List(c.UserContext(), credit.RegisterFilter{Query: strings.TrimSpace(c.Query("q")), Before: cursor, Limit: limit})
	if err != nil {
		return err
	}
	items := make([]entryBody, len(page.Items))
	for i, a := range page.Items {
		items[i] = presentEntry(a)
	}
	uncached(c)
	return c.JSON(fiber.Map{"as_of": instant(page.AsOf), "items": items, "next_cursor": nextCursor(page.Next)})
}

// apiBlacklistEntry answers GET /public/blacklist/{uscc}.
func (h *server) apiBlacklistEntry(c *fiber.Ctx) error {
	at, day, err := asOfParam(c)
	if err != nil {
		return err
	}
	a, err := h.Credit.Look(c.UserContext(), c.Params("uscc"), at, day)
	if err != nil {
		return err
	}
	uncached(c)
	return c.JSON(presentEntry(a))
}

// asOfParam reads ?as_of=: an instant, or a civil date, which means the end of that day.
func asOfParam(c *fiber.Ctx) (*time.Time, *calendar.Date, error) {
	s := c.Query("as_of")
	if s == "" {
		return nil, nil, nil
	}
	if t, err := time.Parse(time.RFC3339, strings.ReplaceAll(s, " ", "+")); err == nil {
		return &t, nil, nil
	}
	if d, err := calendar.ParseDate(s); err == nil {
		return nil, &d, nil
	}
	return nil, nil, &domain.Error{Kind: domain.Malformed, Code: "bad_query", Detail: "查询条件有误。", Fields: map[string]string{"as_of": "应为时刻（如 2026-04-18T00:00:00+08:00）或日期。"}}
}

// maxExport bounds the export; the register is far smaller.
const maxExport = 100_000

// apiBlacklistCSV answers GET /public/blacklist.csv: all that is in effect, as of one instant.
func (h *server) apiBlacklistCSV(c *fiber.Ctx) error {
	if _, _, err := listParams(c); err != nil {
		return err
	}
	page, err := h.Credit.List(c.UserContext(), credit.RegisterFilter{Limit: maxExport})
	if err != nil {
		return err
	}
	var b bytes.Buffer
	b.WriteString("\ufeff") // spreadsheets then know that it is UTF-8
	w := csv.NewWriter(&b)
	_ = w.Write([]string{"uscc", "name", "from", "until", "reasons", "basis", "rule", "as_of"}) // a buffer does not fail
	for _, a := range page.Items {
		e := presentEntry(a)
		_ = w.Write([]string{e.USCC, unformula(*e.Name), *e.From, *e.Until, reasonsText(e), basisText(e), *e.Rule, e.AsOf})
	}
	w.Flush()
	uncached(c)
	c.Set(fiber.HeaderContentType, "text/csv; charset=utf-8")
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="blacklist.csv"`)
	c.Set("X-As-Of", instant(page.AsOf))
	return c.Send(b.Bytes())
}

// unformula keeps a spreadsheet from taking a text for a formula.
func unformula(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

func reasonsText(e entryBody) string {
	parts := make([]string, len(e.Reasons))
	for i, r := range e.Reasons {
		parts[i] = string(r.Ground) + " " + r.Text + "（" + r.ConfirmedOn.String() + "认定）"
	}
	return strings.Join(parts, "；")
}

func basisText(e entryBody) string {
	parts := make([]string, len(e.Basis))
	for i, b := range e.Basis {
		parts[i] = b.Title + b.Clause
	}
	return strings.Join(parts, "；")
}

// feedCursor is where the next page begins, null at the end; next is where to go on from later.
func feedCursor(page credit.FeedPage) *string {
	if !page.More {
		return nil
	}
	return optional(idText(page.Next))
}

// feedItem is a line of the feed: an entry in full, or the tombstone of one, with its id only.
type feedItem struct {
	Seq  string `json:"seq"` // what ?after= takes
	ID   string `json:"id"`  // of the listing
	Type string `json:"type"`
	*entryBody
}

// apiBlacklistFeed answers GET /public/feed/blacklist: what was listed and what left, oldest first; of what left, ids only.
func (h *server) apiBlacklistFeed(c *fiber.Ctx) error {
	for name := range c.Queries() {
		if name != "after" && name != "limit" {
			return &domain.Error{Kind: domain.Malformed, Code: "bad_query", Detail: "查询条件有误。", Fields: map[string]string{name: "没有这个筛选条件。"}}
		}
	}
	var after int64
	if v := c.Query("after"); v != "" {
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil || n < 0 {
			return &domain.Error{Kind: domain.Malformed, Code: "bad_query", Detail: "查询条件有误。", Fields: map[string]string{"after": "应为上一页给出的 next。"}}
		}
		after = n
	}
	limit, err := strconv.Atoi(c.Query("limit", "100"))
	if err != nil || limit < 1 || limit > 1000 {
		return &domain.Error{Kind: domain.Malformed, Code: "bad_query", Detail: "查询条件有误。", Fields: map[string]string{"limit": "应为 1 至 1000。"}}
	}
	page, err := h.Credit.Feed(c.UserContext(), after, limit)
	if err != nil {
		return err
	}
	items := make([]feedItem, len(page.Items))
	for i, f := range page.Items {
		items[i] = feedItem{Seq: idText(f.ID), ID: idText(f.ListingID), Type: "tombstone"}
		if f.Entry != nil {
			e := presentEntry(credit.Answer{USCC: f.Entry.USCC, Name: f.Entry.Name, AsOf: page.AsOf, Listings: f.Entry.InEffect(page.AsOf)})
			items[i].Type, items[i].entryBody = "entry", &e
		}
	}
	uncached(c)
	return c.JSON(fiber.Map{"as_of": instant(page.AsOf), "items": items, "next": idText(page.Next), "next_cursor": feedCursor(page)})
}
