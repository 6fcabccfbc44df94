package handlers

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain"
	"qhtz/domain/supervision"
)

type caseBody struct {
	ID          string         `json:"id"`
	Kind        string         `json:"kind"`
	Rule        string         `json:"rule"`
	ProjectID   string         `json:"project_id"`
	ProjectCode *string        `json:"project_code"`
	ProjectName string         `json:"project_name"`
	UnitName    string         `json:"unit_name"`
	State       string         `json:"state"`
	OpenedAt    string         `json:"opened_at"`
	ClosedAt    *string        `json:"closed_at"`
	Reason      *string        `json:"reason"` // why it was closed
	Version     int64          `json:"version"`
	Detail      caseDetailBody `json:"detail"`
}

type caseDetailBody struct {
	ReportID   string            `json:"report_id"`
	StartDate  string            `json:"start_date"`
	AcceptedOn string            `json:"accepted_on"`
	Early      bool              `json:"early"`
	Items      []domain.CaseItem `json:"items"`
}

func presentCase(k supervision.Case) any {
	d := k.Detail
	return caseBody{ID: idText(k.ID), Kind: k.Kind, Rule: k.Rule, ProjectID: idText(k.ProjectID), ProjectCode: codeText(k.ProjectCode), ProjectName: k.ProjectName,
		UnitName: k.UnitName, State: k.State(), OpenedAt: instant(k.OpenedAt), ClosedAt: instantOf(k.ClosedAt), Reason: optional(k.Reason), Version: k.Version(),
		Detail: caseDetailBody{ReportID: idText(d.ReportID), StartDate: d.StartDate, AcceptedOn: d.AcceptedOn, Early: d.Early, Items: orEmpty(d.Items)}}
}

// apiCases answers GET /supervision/cases.
func (h *server) apiCases(c *fiber.Ctx) error {
	limit, cursor, err := listParams(c, "state")
	if err != nil {
		return err
	}
	if s := c.Query("state"); s != "" && s != supervision.StateOpen && s != supervision.StateClosed {
		return &domain.Error{Kind: domain.Malformed, Code: "bad_query", Detail: "查询条件有误。", Fields: map[string]string{"state": "应为 open 或 closed。"}}
	}
	call, err := h.call(c)
	if err != nil {
		return err
	}
	page, err := h.Supervision.List(c.UserContext(), call, supervision.Filter{State: c.Query("state"), Before: cursor, Limit: limit})
	if err != nil {
		return err
	}
	items := make([]any, len(page.Items))
	for i, k := range page.Items {
		items[i] = presentCase(k)
	}
	return c.JSON(fiber.Map{"items": items, "next_cursor": nextCursor(page.Next)})
}

// apiCase answers GET /supervision/cases/{id}.
func (h *server) apiCase(c *fiber.Ctx) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	call, err := h.call(c)
	if err != nil {
		return err
	}
	k, err := h.Supervision.Get(c.UserContext(), call, id)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderETag, `"`+idText(k.Version())+`"`)
	return c.JSON(presentCase(k))
}

// apiCloseCase answers POST /supervision/cases/{id}/closure.
func (h *server) apiCloseCase(c *fiber.Ctx) error {
	var in struct {
		Reason  string `json:"reason"`
		Opinion string `json:"opinion"`
	}
	if err := decode(c, &in, false); err != nil {
		return err
	}
	id, err := idParam(c)
	if err != nil {
		return err
	}
	return command(h, c, fiber.StatusOK, presentCase, func(ctx context.Context, call domain.Call) (supervision.Case, error) {
		return h.Supervision.Close(ctx, call, id, in.Reason)
	})
}
