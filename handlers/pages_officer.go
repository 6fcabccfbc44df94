package handlers

import (
	"cmp"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain"
	"qhtz/domain/deadline"
	"qhtz/domain/identity/competence"
	"qhtz/domain/project"
	"qhtz/web"
)

const (
	queueRows  = 25
	queueChunk = 500 // cases that are sorted together, newest first
	queueAll   = "all"
)

// queues are the lists of an officer's menu; the first is where the day begins.
var queues = []struct {
	Key    string
	States []project.State
}{
	{"submitted", []project.State{project.Submitted}},
	{"in_review", []project.State{project.InReview}},
	{"correcting", []project.State{project.Correcting}},
	{"accepted", []project.State{project.Accepted}},
	{queueAll, submittedStates},
}

// queueQuery is what an address of the queue asks for.
type queueQuery struct {
	state, route, light, words string
	states                     []project.State
	before                     int64  // newest first, the chunk that begins below this id
	after                      string // within it, the cases after this place
}

func queueQueryOf(c *fiber.Ctx) queueQuery {
	q := queueQuery{state: c.Query("state", queues[0].Key), route: c.Query("route"), light: c.Query("light"), words: strings.TrimSpace(c.Query("q"))}
	i := slices.IndexFunc(queues, func(o struct {
		Key    string
		States []project.State
	}) bool {
		return o.Key == q.state
	})
	if i < 0 {
		i = 0
		q.state = queues[0].Key
	}
	q.states = queues[i].States
	if chunk, place, ok := strings.Cut(c.Query("cursor"), "."); ok {
		if n, err := strconv.ParseInt(chunk, 10, 64); err == nil && n >= 0 {
			q.before, q.after = n, place
		}
	}
	return q
}

// filtered reports whether the list is narrower than its menu entry.
func (q queueQuery) filtered() bool { return q.route != "" || q.light != "" || q.words != "" }

func (q queueQuery) address(cursor string) string {
	v := url.Values{}
	for name, value := range map[string]string{"state": q.state, "route": q.route, "light": q.light, "q": q.words, "cursor": cursor} {
		if value != "" {
			v.Set(name, value)
		}
	}
	return "/queue?" + v.Encode()
}

// matches holds a case against the filters that the store does not know.
func (q queueQuery) matches(v *project.View) bool {
	if q.light != "" && string(v.Light()) != q.light {
		return false
	}
	for _, w := range strings.Fields(strings.ToLower(q.words)) {
		text := strings.ToLower(v.Facts.Name + " " + v.Code().String() + " " + v.Life.Code + " " + v.Owner.Name + " " + v.Owner.USCC)
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

// listQueue lists a chunk of what the officer's organisation has, by what is due next. Who may not receive projects sees
// those of the area instead. next begins the following chunk, 0 at the end.
func (h *server) listQueue(c *fiber.Ctx, q queueQuery) (cases []*project.View, next int64, err error) {
	list := h.Projects.Queue
	if competence.MayEver(actor(c), competence.ProjectAccept) != nil {
		list = h.Projects.List
	}
	next = q.before
	for range queueChunk / 100 {
		page, err := list(c.UserContext(), h.pageCall(c), project.Filter{States: q.states, Route: q.route, Before: next, Limit: 100})
		if err != nil {
			return nil, 0, err
		}
		cases = append(cases, page.Items...)
		if next = page.Next; next == 0 {
			break
		}
	}
	cases = slices.DeleteFunc(cases, func(v *project.View) bool { return !q.matches(v) })
	slices.SortFunc(cases, func(a, b *project.View) int { return cmp.Compare(placeOf(a), placeOf(b)) })
	return cases, next, nil
}

// placeOf orders cases by what is due next, those of units of good standing first (CRED-9); cases in which nothing is due
// come last, the newest first.
func placeOf(v *project.View) string {
	due, green := int64(1)<<40, 1
	if d := owed(v); d != nil {
		due = d.DueAt.Unix()
		if v.Life.Green {
			green = 0
		}
	}
	return fmt.Sprintf("%d-%013d-%019d", green, due, math.MaxInt64-v.ID)
}

// owed is the deadline of the present step while it runs.
func owed(v *project.View) *deadline.Deadline {
	if d := v.Current(); d != nil && d.FinishedAt == nil {
		return d
	}
	return nil
}

// pageQueue is an officer's work queue.
func (h *server) pageQueue(c *fiber.Ctx) error {
	if !isOfficer(actor(c)) {
		return domain.ForbiddenError("您的岗位没有办件。")
	}
	q := queueQueryOf(c)
	cases, next, err := h.listQueue(c, q)
	if err != nil {
		return err
	}
	p, err := h.page(c)
	if err != nil {
		return err
	}
	page := web.QueuePage{Page: p, Heading: p.T("queue_name." + q.state), Query: q.words, Count: len(cases), Columns: queueColumns(p), Filters: queueFilters(p, q)}
	if err := h.queueMenu(c, &page, q); err != nil {
		return err
	}
	if c.Query("did") == "transfer" {
		page.Notice = &web.Banner{Tone: "ok", Title: p.T("case.done_transfer")}
	}
	first, _ := slices.BinarySearchFunc(cases, q.after, func(v *project.View, after string) int {
		if placeOf(v) <= after {
			return -1
		}
		return 1
	})
	shown := cases[first:min(first+queueRows, len(cases))]
	for _, v := range shown {
		page.Rows = append(page.Rows, queueRow(p, v, actor(c)))
	}
	switch {
	case first+len(shown) < len(cases):
		page.Pager.Next = q.address(idText(q.before) + "." + placeOf(shown[len(shown)-1]))
	case next != 0:
		page.Pager.Next = q.address(idText(next) + ".0")
	}
	if c.Query("cursor") != "" {
		page.Pager.Prev = q.address("")
	}
	return h.render(c, fiber.StatusOK, web.PageQueue, &page)
}

// queueMenu fills the menu with the counts of the lists behind it.
func (h *server) queueMenu(c *fiber.Ctx, page *web.QueuePage, q queueQuery) error {
	var counts map[project.State]int
	if err := competence.MayEver(actor(c), competence.ProjectAccept); err == nil {
		if counts, err = h.Projects.QueueCounts(c.UserContext(), h.pageCall(c)); err != nil {
			return err
		}
	} else {
		page.Notice = &web.Banner{Tone: "info", Text: page.T("queue.area")}
	}
	for _, o := range queues {
		item := web.NavItem{Label: page.T("queue_name." + o.Key), Href: "/queue?state=" + o.Key, Current: o.Key == q.state}
		if counts != nil {
			n := 0
			for _, s := range o.States {
				n += counts[s]
			}
			item.Count = &n
			if item.Current && !q.filtered() {
				page.Count = n
			}
		}
		page.Menu = append(page.Menu, item)
	}
	return nil
}

func queueColumns(p web.Page) []web.Column {
	var columns []web.Column
	for _, name := range []string{"light", "project", "matter", "holder", "region", "investment", "due"} {
		columns = append(columns, web.Column{Label: p.T("col." + name), Number: name == "investment"})
	}
	columns[len(columns)-1].Sorted = "ascending"
	return columns
}

func queueFilters(p web.Page, q queueQuery) []web.Field {
	all := web.Option{Label: p.T("filter.all")}
	state := web.NewField(p.Language(), "state", web.FieldSelect)
	state.Value = q.state
	for _, o := range queues {
		state.Options = append(state.Options, web.Option{Value: o.Key, Label: p.T("queue_name." + o.Key)})
	}
	route := web.NewField(p.Language(), "route", web.FieldSelect)
	route.Value, route.Options = q.route, append([]web.Option{all}, web.Options(p.Language(), "route", project.RouteFiling, project.RouteSanction, project.RouteApproval)...)
	light := web.NewField(p.Language(), "light", web.FieldSelect)
	light.Value, light.Options = q.light, append([]web.Option{all}, web.Options(p.Language(), "light", string(deadline.Red), string(deadline.Yellow), string(deadline.Green), string(deadline.Blue))...)
	return []web.Field{state, route, light}
}

func queueRow(p web.Page, v *project.View, a domain.Actor) web.QueueRow {
	row := web.QueueRow{Name: projectName(p, v), Href: "/cases/" + idText(v.ID), Matter: matterText(p, v), Region: v.Book.Library.Regions.At(v.At).Content.FullName(v.AuthorityRegion()),
		Investment: moneyText(v.Facts.TotalInvestment), Badges: flagTags(p, v)}
	if code := v.Code(); code != "" {
		row.Code = code.String()
	}
	switch v.Life.State {
	case project.Correcting:
		row.Holder = v.Owner.Name
	case project.Submitted, project.InReview, project.Accepted:
		row.Holder = a.Organization.Name
		if competence.MayEver(a, competence.ProjectAccept) != nil { // a list of the area, not of the office
			row.Holder = p.T("held.office", "region", row.Region)
		}
	}
	if d := owed(v); d != nil {
		row.Light, row.Due, row.DueHref = lightView(p, v.Book, d, v.At), dateText(p, d.DueDate), "/deadlines/"+idText(d.ID)
	}
	return row
}

// flagTags are the marks of a project in a row: the rule, or a word where one says more.
func flagTags(p web.Page, v *project.View) string {
	tags := v.Flags()
	for i, flag := range tags {
		if word := p.Word("flag_tag", flag); word != flag {
			tags[i] = word
		}
	}
	return strings.Join(tags, " ")
}
