package handlers

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"qhtz/web"
)

// listed is one list of a page of lists: how many stand on the first chunk, where the next one begins (0: there is none),
// and its rows.
type listed struct {
	n    int
	next int64
	rows func(web.Page) []workItem
}

// pageLists shows one of several lists by state, the first if none is asked for, with a menu that counts them all; a count
// is left out where a list goes on. labels leads the names of the states.
func (h *server) pageLists(c *fiber.Ctx, address, labels string, states []string, read func(state string, before int64) (listed, error), begin func(p web.Page, state string) *web.WorkListPage) error {
	state := states[0]
	if asked := c.Query("state"); slices.Contains(states, asked) {
		state = asked
	}
	before, after := cursorOf(c)
	lists := map[string]listed{}
	for _, s := range states {
		from := int64(0)
		if s == state {
			from = before
		}
		var err error
		if lists[s], err = read(s, from); err != nil {
			return h.askPurpose(c, err)
		}
	}
	p, err := h.page(c)
	if err != nil {
		return err
	}
	page := begin(p, state)
	page.Heading = p.T(labels + state)
	for _, s := range states {
		item := web.NavItem{Label: p.T(labels + s), Href: withPurpose(c, address+"?state="+s), Current: s == state}
		if n := lists[s].n; lists[s].next == 0 && (s != state || before == 0) {
			item.Count = &n
			if s == state {
				page.Count, page.Known = n, true
			}
		}
		page.Menu = append(page.Menu, item)
	}
	pageWork(page, lists[state].rows(p), lists[state].next, before, after, c.Query("cursor") != "", func(cursor string) string {
		return cursorAddress(c, address+"?state="+state, cursor)
	})
	return h.render(c, fiber.StatusOK, web.PageWorkList, page)
}

// cursorOf reads where a list goes on: the chunk below an id, and within it what comes after a place.
func cursorOf(c *fiber.Ctx) (before int64, after string) {
	chunk, place, ok := strings.Cut(c.Query("cursor"), ".")
	n, err := strconv.ParseInt(chunk, 10, 64)
	if !ok || err != nil || n < 0 {
		return 0, ""
	}
	return n, place
}

func cursorAddress(c *fiber.Ctx, address, cursor string) string {
	if cursor != "" {
		address += "&cursor=" + url.QueryEscape(cursor)
	}
	return withPurpose(c, address)
}
