package handlers

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain"
	"qhtz/domain/project"
	"qhtz/domain/projectcode"
	"qhtz/web"
)

const (
	maxQuery  = 120 // letters of a search
	homeShown = 10
)

// searchText makes what somebody typed fit to be searched: valid text on one line, without control characters.
func searchText(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError, unicode.Is(unicode.Cf, r):
			return -1
		case unicode.IsControl(r):
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return strings.Join(strings.Fields(s), " ")
}

// pageHome is the front page: one box for a code, a name or a unit's code, the answers below it.
func (h *server) pageHome(c *fiber.Ctx) error {
	p, err := h.page(c)
	if err != nil {
		return err
	}
	page := &web.HomePage{Page: p, Query: searchText(c.Query("q"))}
	if page.Query != "" {
		page.Searched = true
		if err := h.answer(c, page); err != nil {
			return err
		}
	}
	return h.render(c, fiber.StatusOK, web.PageHome, page)
}

// answer finds out what was typed: a code, a unit's code, or words.
func (h *server) answer(c *fiber.Ctx, page *web.HomePage) error {
	q := page.Query
	if utf8.RuneCountInString(q) > maxQuery {
		page.Query = string([]rune(q)[:maxQuery])
		page.Results = []web.ResultCard{nothing(page, page.T("home.too_long", "n", maxQuery))}
		return nil
	}
	uscc := domain.NormalizeUSCC(q)
	switch {
	case domain.CheckUSCC(uscc) == nil:
		return h.answerUnit(c, page, uscc)
	case likeUSCC(uscc):
		page.Results = []web.ResultCard{{Kind: "unit", Heading: page.T("home.uscc_bad"), Code: uscc, Tone: "bad", Badge: page.T("code.invalid"), Lines: []string{page.T("home.uscc_bad_text")}}}
		return nil
	case likeCode(q):
		return h.answerCode(c, page)
	}
	return h.answerWords(c, page)
}

func nothing(page *web.HomePage, lines ...string) web.ResultCard {
	return web.ResultCard{Kind: "nothing", Heading: page.Query, Tone: "info", Lines: lines}
}

// likeCode reports whether a text is meant as a project code: digits and marks only, and many of them.
func likeCode(q string) bool {
	digits := 0
	for _, r := range q {
		switch {
		case unicode.IsDigit(r):
			digits++
		case unicode.IsLetter(r):
			return false
		}
	}
	return digits >= 10
}

// likeUSCC reports whether a text is meant as a 统一社会信用代码: 18 letters and digits of which some are letters.
func likeUSCC(s string) bool {
	letters := 0
	for _, r := range s {
		switch {
		case r >= 'A' && r <= 'Z':
			letters++
		case r < '0' || r > '9':
			return false
		}
	}
	return len(s) == 18 && letters > 0 && letters < 13
}

func (h *server) answerCode(c *fiber.Ctx, page *web.HomePage) error {
	v, err := h.Projects.Public(c.UserContext(), page.Query)
	if err == nil {
		page.Results = []web.ResultCard{projectCard(page.Page, v)}
		return nil
	}
	if !domain.IsKind(err, domain.NotFound) {
		return err
	}
	card := web.ResultCard{Kind: "code", Heading: page.Query, Href: "/codes?code=" + url.QueryEscape(page.Query), Tone: "warn", Badge: page.T("code.valid_unknown")}
	e := projectcode.Explain(page.Query, projectcode.Dictionary{})
	if e.Code != "" {
		card.Heading = e.Code
	}
	if !e.Valid {
		card.Tone, card.Badge, card.Lines = "bad", page.T("code.invalid"), []string{e.Reason}
	}
	page.Results = []web.ResultCard{card}
	return nil
}

// answerUnit shows a unit as its public projects name it, and whether it is on the blacklist.
func (h *server) answerUnit(c *fiber.Ctx, page *web.HomePage, uscc string) error {
	found, err := h.Projects.Register(c.UserContext(), project.Filter{Query: uscc, Limit: homeShown})
	if err != nil {
		return err
	}
	unit := web.ResultCard{Kind: "unit", Heading: page.T("home.unit_unknown"), Code: uscc, Tone: "info", Lines: []string{page.T("home.unit_unknown_text")}}
	for _, v := range found.Items {
		if v.Owner.USCC != uscc {
			continue
		}
		if len(page.Results) == 0 {
			unit.Heading, unit.Lines = v.Owner.Name, []string{page.T("home.unit_projects")}
			page.Results = []web.ResultCard{unit}
		}
		page.Results = append(page.Results, projectCard(page.Page, v))
	}
	if len(page.Results) == 0 {
		page.Results = []web.ResultCard{unit}
	}
	if found.Next != 0 {
		page.More = "/register?q=" + uscc
	}
	return h.listedLines(c, page, &page.Results[0])
}

// answerWords shows the projects with the words in them, after the units on the blacklist that are called so.
func (h *server) answerWords(c *fiber.Ctx, page *web.HomePage) error {
	if utf8.RuneCountInString(page.Query) < 2 {
		page.Results = []web.ResultCard{nothing(page, page.T("home.too_short"))}
		return nil
	}
	found, err := h.Projects.Register(c.UserContext(), project.Filter{Query: page.Query, Limit: homeShown})
	if err != nil {
		return err
	}
	if page.Results, err = h.listedCards(c, page); err != nil {
		return err
	}
	for _, v := range found.Items {
		page.Results = append(page.Results, projectCard(page.Page, v))
	}
	if len(page.Results) == 0 {
		page.Results = []web.ResultCard{nothing(page)}
	}
	if found.Next != 0 {
		page.More = "/register?q=" + url.QueryEscape(page.Query)
	}
	return nil
}

// projectCard is a public project as an answer.
func projectCard(p web.Page, v *project.View) web.ResultCard {
	about := []string{v.Owner.Name, regionText(v.Book, v.Facts.Region), wordOf(p, "route", v.Route())}
	if v.Life.AcceptedOn != nil {
		about = append(about, dateText(p, *v.Life.AcceptedOn))
	}
	card := web.ResultCard{Kind: "project", Heading: v.Facts.Name, Href: projectPath(v), Code: v.Code().String(), Tone: "ok", Badge: p.Word("state", string(v.Life.State)),
		Lines: []string{strings.Join(about, " "+p.T("site.dot")+" ")}}
	switch v.Life.State {
	case project.Accepted:
		card.Tone = "info"
	case project.Withdrawn:
		card.Tone = "bad"
	}
	if d := v.Current(); d != nil {
		due := dueView(p, v, d)
		due.Strip = nil
		card.Due = &due
	}
	return card
}

func projectPath(v *project.View) string { return "/projects/" + v.Code().String() }
