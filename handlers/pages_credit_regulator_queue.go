package handlers

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain"
	"qhtz/domain/credit"
	"qhtz/domain/notice"
	"qhtz/web"
)

// The lists of a regulator's menu; the first is where the day begins.
const (
	listProposed  = "proposed"
	listEvidence  = "evidence"
	listObjection = "objection"
	listExit      = "exit"
	listPending   = "pending"
	listListed    = "listed"
)

// creditLists are the lists in the order of the menu, each with what finds its rows.
var creditLists = []struct {
	key      string
	listings bool
	filter   credit.Filter
	todo     string // what a row must wait for; empty: anything
	count    func(credit.Counts) int
}{
	{listProposed, false, credit.Filter{State: string(credit.Proposed)}, "", func(n credit.Counts) int { return n.Proposed }},
	{listEvidence, false, credit.Filter{Todo: true}, "evidence", func(n credit.Counts) int { return n.Evidence }},
	{listObjection, true, credit.Filter{State: string(credit.Pending), Todo: true}, "objection", func(n credit.Counts) int { return n.Objection }},
	{listExit, true, credit.Filter{State: string(credit.Listed), Todo: true}, "exit", func(n credit.Counts) int { return n.Exit }},
	{listPending, true, credit.Filter{State: string(credit.Pending)}, "", func(n credit.Counts) int { return n.Pending }},
	{listListed, true, credit.Filter{State: string(credit.Listed)}, "", func(n credit.Counts) int { return n.Listed }},
}

// listOf is the list on which what a notice tells of waits.
var listOf = map[notice.Kind]string{notice.RecordProposed: listProposed, notice.StatementMade: listProposed, notice.RecordHeard: listProposed, notice.EvidenceSubmitted: listEvidence,
	notice.ObjectionMade: listObjection, notice.ExitAsked: listExit, notice.ListingToServe: listPending, notice.ListingPending: listPending, notice.ListingInEffect: listListed}

// oversightHref is where a regulator, a supervisor or an officer works on what a notice tells of; empty where he does not.
func oversightHref(a domain.Actor, kind notice.Kind) string {
	watches := a.HasAny(domain.RoleRegulator, domain.RoleSupervisor)
	switch {
	case watches && listOf[kind] != "":
		return "/credit?state=" + listOf[kind]
	case watches && (kind == notice.UnlawfulStart || kind == notice.CaseClosed):
		return "/supervision"
	case isOfficer(a) && (kind == notice.SupportToPerson || kind == notice.SupportAccepted):
		return "/support"
	}
	return ""
}

// creditQuery is what an address of the queue asks for.
type creditQuery struct {
	list   int // index of creditLists
	uscc   string
	before int64  // newest first, the chunk that begins below this id
	after  string // within it, what comes after this place
}

func creditQueryOf(c *fiber.Ctx) creditQuery {
	q := creditQuery{uscc: domain.NormalizeUSCC(c.Query("uscc"))}
	for i, l := range creditLists {
		if l.key == c.Query("state") {
			q.list = i
		}
	}
	if chunk, place, ok := strings.Cut(c.Query("cursor"), "."); ok {
		if n, err := strconv.ParseInt(chunk, 10, 64); err == nil && n >= 0 {
			q.before, q.after = n, place
		}
	}
	return q
}

func (q creditQuery) address(c *fiber.Ctx, cursor string) string {
	v := url.Values{"state": {creditLists[q.list].key}}
	if q.uscc != "" {
		v.Set("uscc", q.uscc)
	}
	if cursor != "" {
		v.Set("cursor", cursor)
	}
	return withPurpose(c, "/credit?"+v.Encode())
}

// workItem is a row with its place in the order of what is due next.
type workItem struct {
	web.WorkRow
	due time.Time
	id  int64
}

// place orders rows by what is due next, then the older first.
func (i workItem) place() string { return fmt.Sprintf("%013d-%019d", i.due.Unix(), i.id) }

// pageCredit is the work queue of who looks after units' credit.
func (h *server) pageCredit(c *fiber.Ctx) error {
	if actor(c).Has(domain.RoleOwner) {
		return domain.ForbiddenError("您的岗位不办理信用监管。")
	}
	q := creditQueryOf(c)
	counts, err := h.Credit.Counts(c.UserContext(), h.pageCall(c))
	if err != nil {
		return h.askPurpose(c, err)
	}
	p, err := h.page(c)
	if err != nil {
		return err
	}
	items, next, err := h.listCreditWork(c, p, q)
	if domain.IsKind(err, domain.NotFound) && q.uscc != "" {
		p.Notice, err = &web.Banner{Tone: "warn", Title: p.T("credit.no_unit"), Text: p.T("credit.no_unit_text", "uscc", q.uscc)}, nil
	}
	if err != nil {
		return h.askPurpose(c, err)
	}
	l := creditLists[q.list]
	page := &web.WorkListPage{Page: p, MenuLabel: p.T("credit.menu"), Heading: p.T("credit_list." + l.key), Lede: p.T("credit_list." + l.key + ".lede"),
		Count: l.count(counts), Known: true, FilterURL: "/credit", EmptyKey: "credit_list", Lights: true}
	workColumns(page, "worklist.due", "ascending", "credit.ground", "credit.severity", "col.state", "credit.who")
	if q.uscc != "" {
		page.Count, page.Known = len(items), next == 0 && q.before == 0
	}
	page.Search = web.Field{Name: "uscc", Label: p.T("project.uscc"), Value: q.uscc}
	page.Filters = []web.Field{{Name: "state", Value: l.key}}
	if purpose := c.Query("purpose"); purpose != "" {
		page.Filters = append(page.Filters, web.Field{Name: "purpose", Value: purpose})
	}
	if actor(c).Has(domain.RoleRegulator) {
		page.Action = &web.Link{Label: p.T("propose.title"), Href: "/credit/propose"}
	}
	for i, o := range creditLists {
		n := o.count(counts)
		page.Menu = append(page.Menu, web.NavItem{Label: p.T("credit_list." + o.key), Href: withPurpose(c, "/credit?state="+o.key), Current: i == q.list, Count: &n})
	}
	pageWork(page, items, next, q.before, q.after, c.Query("cursor") != "", func(cursor string) string { return q.address(c, cursor) })
	return h.render(c, fiber.StatusOK, web.PageWorkList, page)
}

// pageWork puts a page of sorted rows on the page, with the ways on.
func pageWork(page *web.WorkListPage, items []workItem, next, before int64, after string, further bool, address func(cursor string) string) {
	slices.SortFunc(items, func(a, b workItem) int { return cmp.Compare(a.place(), b.place()) })
	first, _ := slices.BinarySearchFunc(items, after, func(i workItem, after string) int {
		if i.place() <= after {
			return -1
		}
		return 1
	})
	shown := items[first:min(first+queueRows, len(items))]
	for _, i := range shown {
		page.Rows = append(page.Rows, i.WorkRow)
	}
	switch {
	case first+len(shown) < len(items):
		page.Pager.Next = address(idText(before) + "." + shown[len(shown)-1].place())
	case next != 0:
		page.Pager.Next = address(idText(next) + ".0")
	}
	if further {
		page.Pager.First = address("")
	}
}

// workColumns heads a list of work: light and subject, what is said of it, and the date by which it is sorted.
func workColumns(page *web.WorkListPage, date, sorted string, middle ...string) {
	if page.Lights {
		page.Columns = []web.Column{{Label: page.T("col.light")}}
	}
	for _, key := range append([]string{"worklist.subject"}, middle...) {
		page.Columns = append(page.Columns, web.Column{Label: page.T(key)})
	}
	page.DueLabel = page.T(date)
	page.Columns = append(page.Columns, web.Column{Label: page.DueLabel, Sorted: sorted})
}

// listCreditWork lists a chunk of the records or listings of a menu entry.
func (h *server) listCreditWork(c *fiber.Ctx, p web.Page, q creditQuery) ([]workItem, int64, error) {
	l := creditLists[q.list]
	f := l.filter
	f.Before, f.Limit = q.before, queueChunk
	find := h.Credit.Records
	if l.listings {
		find = h.Credit.ListListings
	}
	found, err := find(c.UserContext(), h.pageCall(c), q.uscc, f)
	if err != nil {
		return nil, 0, err
	}
	var items []workItem
	for _, v := range found.Items {
		if r := v.Acted(); r != nil && (l.todo == "" || r.Todo() == l.todo) {
			items = append(items, recordItem(c, p, v, r))
		}
		if x := v.ActedOn(); x != nil && (l.todo == "" || x.Todo() == l.todo) {
			items = append(items, listingItem(c, p, v, x))
		}
	}
	return items, found.Next, nil
}

// recordItem is a record as a row of the queue.
func recordItem(c *fiber.Ctx, p web.Page, v *credit.View, r *credit.Record) workItem {
	n := recordNow(p, v, r, actor(c))
	item := workItem{id: r.ID, due: n.since}
	badge := recordBadge(p, r)
	item.WorkRow = web.WorkRow{Name: v.Organization.Name, Href: withPurpose(c, recordPath(r.ID)), Code: v.Organization.USCC, Cells: []web.WorkCell{
		{Label: p.T("credit.ground"), Text: groundText(p, r.Ground), Note: r.ProjectName}, {Label: p.T("credit.severity"), Text: severityText(p, r.Severity)},
		{Label: p.T("col.state"), Badge: &badge, Note: n.what}, {Label: p.T("credit.who"), Text: n.who, Locked: n.locked}}}
	item.date(p, v, n)
	return item
}

// listingItem is a listing as a row of the queue.
func listingItem(c *fiber.Ctx, p web.Page, v *credit.View, l *credit.Listing) workItem {
	n := listingNow(p, v, l, actor(c))
	item := workItem{id: l.ID, due: n.since}
	badge := listingBadge(p, l)
	item.WorkRow = web.WorkRow{Name: v.Organization.Name, Href: withPurpose(c, listingPath(l.ID)), Code: v.Organization.USCC, Cells: []web.WorkCell{
		{Label: p.T("credit.ground"), Text: causesText(p, l)}, {Label: p.T("credit.severity"), Text: severityText(p, l.Grade)},
		{Label: p.T("col.state"), Badge: &badge, Note: n.what}, {Label: p.T("credit.who"), Text: n.who, Locked: n.locked}}}
	item.date(p, v, n)
	return item
}

// date shows a limit that runs: its light, its last day, and the way to its count; where none runs, since when it waits.
func (i *workItem) date(p web.Page, v *credit.View, n now) {
	d := n.limit
	if d == nil {
		i.Due = p.T("worklist.since", "date", web.FormatDate(p.Language(), n.since))
		return
	}
	i.due = d.DueAt
	i.Due, i.DueHref = dateText(p, d.DueDate), deadlinePath(d.ID)
	if d.Limit.N > 0 {
		i.Light = lightView(p, v.Book, d, v.At)
	}
}

func causesText(p web.Page, l *credit.Listing) string {
	var grounds []string
	for _, cause := range l.Trace {
		if text := string(cause.Ground); !slices.Contains(grounds, text) {
			grounds = append(grounds, text)
		}
	}
	return p.T("credit.causes", "n", len(l.Trace), "grounds", strings.Join(grounds, p.T("site.comma")))
}
