package handlers

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain"
	"qhtz/domain/project"
)

func refOf(c *fiber.Ctx) project.Ref { return project.Ref(c.Params("id")) }

// apiCreateProject answers POST /projects.
func (h *server) apiCreateProject(c *fiber.Ctx) error {
	patch, err := patchOf(c)
	if err != nil {
		return err
	}
	return command(h, c, fiber.StatusCreated, presentProject, func(ctx context.Context, call domain.Call) (*project.View, error) {
		return h.Projects.Create(ctx, call, patch)
	})
}

func patchOf(c *fiber.Ctx) (project.Patch, error) {
	b, err := bodyOf(c, false)
	if err != nil {
		return project.Patch{}, err
	}
	return project.ParsePatch(b)
}

// apiGetProject answers GET /projects/{id}.
func (h *server) apiGetProject(c *fiber.Ctx) error {
	call, err := h.call(c)
	if err != nil {
		return err
	}
	v, err := h.Projects.Get(c.UserContext(), call, refOf(c))
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderETag, `"`+idText(v.Version)+`"`)
	return c.JSON(presentProject(v))
}

// apiListProjects answers GET /projects: the unit's own, or the submitted ones of an official's area.
func (h *server) apiListProjects(c *fiber.Ctx) error {
	limit, cursor, err := listParams(c, "state", "route")
	if err != nil {
		return err
	}
	call, err := h.call(c)
	if err != nil {
		return err
	}
	page, err := h.Projects.List(c.UserContext(), call, project.Filter{States: statesOf(c), Route: c.Query("route"), Before: cursor, Limit: limit})
	if err != nil {
		return err
	}
	return c.JSON(presentPage(page, presentProject))
}

func statesOf(c *fiber.Ctx) []project.State {
	if s := c.Query("state"); s != "" {
		return []project.State{project.State(s)}
	}
	return nil
}

func presentPage(page project.Page, present func(*project.View) any) any {
	items := make([]any, len(page.Items))
	for i, v := range page.Items {
		items[i] = present(v)
	}
	return fiber.Map{"items": items, "next_cursor": nextCursor(page.Next)}
}

// apiEditProject answers PATCH /projects/{id}.
func (h *server) apiEditProject(c *fiber.Ctx) error {
	patch, err := patchOf(c)
	if err != nil {
		return err
	}
	return command(h, c, fiber.StatusOK, presentProject, func(ctx context.Context, call domain.Call) (*project.View, error) {
		return h.Projects.Edit(ctx, call, refOf(c), patch)
	})
}

// apiDiscardProject answers DELETE /projects/{id}.
func (h *server) apiDiscardProject(c *fiber.Ctx) error {
	return command(h, c, fiber.StatusNoContent, func(any) any { return nil }, func(ctx context.Context, call domain.Call) (any, error) {
		return nil, h.Projects.Discard(ctx, call, refOf(c))
	})
}

// apiRouteAdvice answers POST /projects/{id}/route-advice.
func (h *server) apiRouteAdvice(c *fiber.Ctx) error {
	if err := decode(c, &struct{}{}, true); err != nil {
		return err
	}
	call, err := h.call(c)
	if err != nil {
		return err
	}
	a, err := h.Projects.RouteAdvice(c.UserContext(), call, refOf(c))
	if err != nil {
		return err
	}
	return c.JSON(a)
}

// apiSubmit answers POST /projects/{id}/submission.
func (h *server) apiSubmit(c *fiber.Ctx) error {
	var in struct {
		project.SubmitInput
		Reason  string `json:"reason"`
		Opinion string `json:"opinion"`
	}
	if err := decode(c, &in, true); err != nil {
		return err
	}
	return command(h, c, fiber.StatusOK, presentProject, func(ctx context.Context, call domain.Call) (*project.View, error) {
		return h.Projects.Submit(ctx, call, refOf(c), in.SubmitInput)
	})
}

// apiDecideAcceptance answers POST /projects/{id}/acceptance.
func (h *server) apiDecideAcceptance(c *fiber.Ctx) error {
	var in project.AcceptanceInput
	if err := decode(c, &in, false); err != nil {
		return err
	}
	return command(h, c, fiber.StatusOK, presentProject, func(ctx context.Context, call domain.Call) (*project.View, error) {
		return h.Projects.Decide(ctx, call, refOf(c), in)
	})
}

type reasoned func(context.Context, domain.Call, project.Ref, project.ReasonInput) (*project.View, error)

// apiReasoned answers the acts that need little but a reason.
func (h *server) apiReasoned(act reasoned, fields ...string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		var in struct {
			Reason          string  `json:"reason"`
			Opinion         string  `json:"opinion"`
			AuthorityRegion *string `json:"authority_region"`
			Route           *string `json:"route"`
		}
		if err := decode(c, &in, len(fields) == 0); err != nil {
			return err
		}
		input := project.ReasonInput{Reason: in.Reason}
		for field, v := range map[string]*string{"authority_region": in.AuthorityRegion, "route": in.Route} {
			if v == nil {
				continue
			}
			if len(fields) == 0 || fields[0] != field {
				return &domain.Error{Kind: domain.Malformed, Code: "malformed_fields", Detail: "有字段不存在。", Fields: map[string]string{field: "没有这个字段。"}}
			}
			if field == "route" {
				input.Route = *v
			} else {
				input.AuthorityRegion = *v
			}
		}
		return command(h, c, fiber.StatusOK, presentProject, func(ctx context.Context, call domain.Call) (*project.View, error) {
			return act(ctx, call, refOf(c), input)
		})
	}
}

// apiItems answers GET /projects/{id}/items: the matters that the project needs, and how they stand.
func (h *server) apiItems(c *fiber.Ctx) error {
	call, err := h.call(c)
	if err != nil {
		return err
	}
	v, err := h.Projects.Get(c.UserContext(), call, refOf(c))
	if err != nil {
		return err
	}
	type item struct {
		project.AdvisedItem
		State         string  `json:"state"`
		ApplicationID *string `json:"application_id"`
	}
	facts := v.Facts
	facts.Route = v.Route()
	items := []item{}
	for _, it := range project.Advise(facts, v.Book).Items {
		one := item{AdvisedItem: it, State: "not_applied"}
		if v.Life.State != project.Draft && (it.Code == project.Item(v.Route()) || it.Code == "A05") {
			one.State = string(v.Life.State)
			if v.Life.ApplicationID != 0 {
				one.ApplicationID = optional(idText(v.Life.ApplicationID))
			}
		}
		items = append(items, one)
	}
	return c.JSON(fiber.Map{"items": items, "next_cursor": nil})
}

// apiTimeline answers GET /projects/{id}/timeline.
func (h *server) apiTimeline(c *fiber.Ctx) error {
	call, err := h.call(c)
	if err != nil {
		return err
	}
	v, err := h.Projects.Get(c.UserContext(), call, refOf(c))
	if err != nil {
		return err
	}
	steps, err := h.Projects.Steps(c.UserContext(), v, false)
	if err != nil {
		return err
	}
	items := make([]any, len(steps))
	for i, s := range steps {
		s.Data.Facts = nil // the facts stand in the project
		items[i] = fiber.Map{"seq": s.Seq, "type": s.Type, "rule": s.Rule, "effective_at": instant(s.Effective), "recorded_at": instant(s.Recorded), "data": presentEvent(s.Data)}
	}
	return c.JSON(fiber.Map{"items": items, "next_cursor": nil})
}

func presentEvent(d project.EventData) any {
	out := fiber.Map{}
	set := func(name string, v any, given bool) {
		if given {
			out[name] = v
		}
	}
	set("route", d.Route, d.Route != "")
	set("commitment", d.Commitment, d.Commitment != "")
	set("reasons", d.Reasons, len(d.Reasons) > 0)
	if d.Code != "" {
		out["code"] = codeText(codeOf(d.Code))
	}
	set("as_of", d.AsOf, d.AsOf != nil)
	set("by_silence", d.BySilence, d.BySilence)
	set("reason", d.Reason, d.Reason != "")
	set("remedy", d.Remedy, d.Remedy != "")
	set("opinion", d.Opinion, d.Opinion != "")
	set("corrections", d.Corrections, len(d.Corrections) > 0)
	set("changes", d.Changes, len(d.Changes) > 0)
	set("authority_region", d.Region, d.Region != "")
	if r := d.Report; r != nil {
		report := fiber.Map{"id": idText(r.ID), "kind": r.Kind, "version": r.Version, "year": nil}
		if r.Year != 0 {
			report["year"] = r.Year
		}
		out["report"] = report
		set("reason", r.Reason, r.Reason != "")
	}
	return out
}

// apiDeadlines answers GET /projects/{id}/deadlines.
func (h *server) apiDeadlines(c *fiber.Ctx) error {
	call, err := h.call(c)
	if err != nil {
		return err
	}
	v, err := h.Projects.Get(c.UserContext(), call, refOf(c))
	if err != nil {
		return err
	}
	items := make([]deadlineBody, len(v.Deadlines))
	for i, d := range v.Deadlines {
		items[i] = presentDeadline(v, d)
	}
	return c.JSON(fiber.Map{"items": items, "next_cursor": nil})
}
