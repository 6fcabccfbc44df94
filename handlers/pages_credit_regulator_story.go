package handlers

import (
	"encoding/json"
	"fmt"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain/credit"
	"qhtz/web"
)

// creditStory tells what happened to a unit's credit, as far as keep wants it (nil: all of it), and shows the limits whose
// ids are given.
func (h *server) creditStory(c *fiber.Ctx, p web.Page, v *credit.View, keep func(credit.EventData) bool, limits map[string]int64) ([]web.TimelineEntry, []web.Due, error) {
	events, err := h.Credit.Story(c.UserContext(), v)
	if err != nil {
		return nil, nil, err
	}
	var steps []creditStep
	for _, e := range events {
		s := creditStep{Event: e}
		if err := json.Unmarshal(e.Data, &s.EventData); err != nil {
			return nil, nil, fmt.Errorf("event %d: %w", e.ID, err)
		}
		if keep == nil || keep(s.EventData) {
			steps = append(steps, s)
		}
	}
	entries := creditTimeline(p, steps)
	for i, s := range steps {
		if keep == nil {
			entries[i].Detail = aboutStep(p, v, s, entries[i].Detail)
		}
		if keep == nil || s.DeadlineID != 0 { // the page of a record need not lead to the record
			entries[i].Link = storyLink(c, p, s.EventData)
		}
	}
	all, err := h.Credit.Limits(c.UserContext(), v)
	if err != nil {
		return nil, nil, err
	}
	return entries, duesOf(p, v, all, limits), nil
}

// aboutStep names the record that a step of a unit's whole story is about.
func aboutStep(p web.Page, v *credit.View, s creditStep, detail string) string {
	r := s.Record
	if r == nil {
		r = v.Record(s.RecordID)
	}
	if r == nil {
		return detail
	}
	if detail != "" {
		detail = "　" + detail
	}
	return groundText(p, r.Ground) + detail
}

// storyLink leads to the count of the limit that a step begins, else to what the step is about.
func storyLink(c *fiber.Ctx, p web.Page, d credit.EventData) *web.Link {
	switch {
	case d.DeadlineID != 0:
		return &web.Link{Label: p.T("due.why"), Href: withPurpose(c, deadlinePath(d.DeadlineID))}
	case d.Record != nil:
		return &web.Link{Label: p.T("record.open"), Href: withPurpose(c, recordPath(d.Record.ID))}
	case d.Listing != nil:
		return &web.Link{Label: p.T("listing.open"), Href: withPurpose(c, listingPath(d.Listing.ID))}
	case d.RecordID != 0:
		return &web.Link{Label: p.T("record.open"), Href: withPurpose(c, recordPath(d.RecordID))}
	case d.ListingID != 0:
		return &web.Link{Label: p.T("listing.open"), Href: withPurpose(c, listingPath(d.ListingID))}
	}
	return nil
}
