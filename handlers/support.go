package handlers

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain"
	"qhtz/domain/support"
)

type supportBody struct {
	ID          string        `json:"id"`
	Version     int64         `json:"version"`
	Kind        string        `json:"kind"`
	ProjectCode *string       `json:"project_code"`
	ProjectName string        `json:"project_name"`
	Owner       ownerBody     `json:"owner"`
	State       support.State `json:"state"`
	Rule        *string       `json:"rule"`
	Amount      *string       `json:"amount"`
	Year        *int          `json:"year"`
	Text        *string       `json:"text"`
	InEffect    int           `json:"records_in_effect"`
	AskedAt     string        `json:"asked_at"`
	DecidedAt   *string       `json:"decided_at"`
	Reason      *string       `json:"reason"`
}

func presentSupport(r *support.Request) any {
	if r == nil {
		return nil
	}
	b := supportBody{ID: idText(r.ID), Version: r.Version, Kind: r.Kind, ProjectCode: codeText(r.Project.Code), ProjectName: r.Project.Name,
		Owner: ownerBody{r.Project.Owner.USCC, r.Project.Owner.Name}, State: r.State, Amount: optional(r.Amount), Text: optional(r.Text), InEffect: r.InEffect,
		AskedAt: instant(r.AskedAt), DecidedAt: instantOf(r.DecidedAt), Reason: optional(r.Reason)}
	if r.Year != 0 {
		b.Year = &r.Year
	}
	if r.State != support.Accepted {
		b.Rule = optional("CRED-9")
	}
	return b
}

// apiAskSupport answers POST /support-requests.
func (h *server) apiAskSupport(c *fiber.Ctx) error {
	var in support.Input
	if err := decode(c, &in, false); err != nil {
		return err
	}
	return command(h, c, fiber.StatusCreated, presentSupport, func(ctx context.Context, call domain.Call) (*support.Request, error) {
		return h.Support.Ask(ctx, call, in)
	})
}

// apiDecideSupport answers POST /support-requests/{id}/decision.
func (h *server) apiDecideSupport(c *fiber.Ctx) error {
	var in support.DecisionInput
	if err := decode(c, &in, false); err != nil {
		return err
	}
	id := subjectID(c)
	return command(h, c, fiber.StatusOK, presentSupport, func(ctx context.Context, call domain.Call) (*support.Request, error) {
		return h.Support.Decide(ctx, call, id, in)
	})
}

// apiSupportRequest answers GET /support-requests/{id}.
func (h *server) apiSupportRequest(c *fiber.Ctx) error {
	call, err := h.call(c)
	if err != nil {
		return err
	}
	r, err := h.Support.Get(c.UserContext(), call, subjectID(c))
	if err != nil {
		return err
	}
	return c.JSON(presentSupport(r))
}

// apiSupportRequests answers GET /support-requests.
func (h *server) apiSupportRequests(c *fiber.Ctx) error {
	limit, cursor, err := listParams(c, "state")
	if err != nil {
		return err
	}
	call, err := h.call(c)
	if err != nil {
		return err
	}
	page, err := h.Support.List(c.UserContext(), call, support.Filter{State: c.Query("state"), Before: cursor, Limit: limit})
	if err != nil {
		return err
	}
	items := make([]any, len(page.Items))
	for i, r := range page.Items {
		items[i] = presentSupport(r)
	}
	return c.JSON(fiber.Map{"items": items, "next_cursor": nextCursor(page.Next)})
}
