package handlers

import (
	"github.com/gofiber/fiber/v2"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/credit"
	"qhtz/domain/deadline"
	"qhtz/domain/project"
)

// apiExplain answers GET /deadlines/{id}/explanation (CAL-5).
func (h *server) apiExplain(c *fiber.Ctx) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	call, err := h.call(c)
	if err != nil {
		return err
	}
	e, err := h.explain(c, call, id)
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"rule": e.Rule, "kind": e.Kind, "policy_version": e.PolicyVersion, "calendar_version": e.CalendarVersion,
		"event": fiber.Map{"what": e.Event, "at": instant(e.EventAt)}, "limit": e.Limit, "days": presentDays(e.days), "due_date": e.DueDate, "due_at": instant(e.DueAt),
		"provisional": e.Provisional, "state": e.Shown()})
}

// explained is a deadline with its days, and what it is about: a project, or a unit's credit.
type explained struct {
	*deadline.Deadline
	days    []calendar.Counted
	project *project.View
	unit    *credit.View
}

// explain finds a deadline where it belongs. One that neither knows, or that the reader may not see, gets one answer.
func (h *server) explain(c *fiber.Ctx, call domain.Call, id int64) (*explained, error) {
	p, err := h.Projects.Explain(c.UserContext(), call, id)
	if err == nil {
		return &explained{p.Deadline, p.Days, p.Project, nil}, nil
	}
	if !domain.IsKind(err, domain.NotFound) {
		return nil, err
	}
	u, notUnit := h.Credit.Explain(c.UserContext(), call, id)
	if domain.IsKind(notUnit, domain.NotFound) || domain.IsKind(notUnit, domain.Unauthenticated) {
		return nil, err
	}
	if notUnit != nil {
		return nil, notUnit
	}
	return &explained{u.Deadline, u.Days, nil, u.Unit}, nil
}
