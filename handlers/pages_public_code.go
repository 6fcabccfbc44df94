package handlers

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain/projectcode"
	"qhtz/web"
)

const maxShownCode = 80

// pageCode takes a code in any written form apart (CODE-2…4): what each part means, or why it is no code.
func (h *server) pageCode(c *fiber.Ctx) error {
	p, err := h.page(c)
	if err != nil {
		return err
	}
	written := c.Params("code", c.Query("code"))
	page := &web.CodePage{Page: p, Input: searchText(written)}
	if r := []rune(page.Input); len(r) > maxShownCode {
		page.Input = string(r[:maxShownCode])
	}
	if page.Input == "" {
		return h.render(c, fiber.StatusOK, web.PageCode, page)
	}
	page.Asked = true
	e, known, err := h.explainCode(c, written)
	if err != nil {
		return err
	}
	page.Valid, page.Known, page.Scheme, page.Code, page.Reason = e.Valid, known, string(e.Scheme), e.Code, e.Reason
	page.Segments = segmentsView(e)
	if known {
		v, err := h.Projects.Public(c.UserContext(), e.Code)
		if err != nil {
			return err
		}
		page.Project = &web.Link{Label: v.Facts.Name, Href: projectPath(v)}
	}
	return h.render(c, fiber.StatusOK, web.PageCode, page)
}

// segmentKinds are the kinds of the parts of a code, in order.
var segmentKinds = map[projectcode.Scheme][]string{
	projectcode.Scheme2020: {"date", "region", "department", "type", "serial", "check"},
	projectcode.Scheme2017: {"date", "region", "industry", "route", "serial"},
}

// segmentOf says which part a refusal concerns.
var segmentOf = map[projectcode.Reason]string{projectcode.ReasonTime: "date", projectcode.ReasonRegion: "region", projectcode.ReasonIndustry: "industry",
	projectcode.ReasonType: "type", projectcode.ReasonRoute: "route", projectcode.ReasonCheck: "check"}

func segmentsView(e projectcode.Explanation) []web.Segment {
	kinds := segmentKinds[e.Scheme]
	segments := make([]web.Segment, 0, len(e.Segments))
	for i, s := range e.Segments {
		seg := web.Segment{Text: s.Value, Name: s.Name, Meaning: s.Meaning}
		if i < len(kinds) {
			seg.Kind = kinds[i]
		}
		seg.Bad = !e.Valid && segmentOf[e.ReasonCode] == seg.Kind
		segments = append(segments, seg)
	}
	return slices.Clip(segments)
}
