package handlers

import (
	"context"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain"
	"qhtz/domain/credit"
)

// apiProposeRecord answers POST /credit/records.
func (h *server) apiProposeRecord(c *fiber.Ctx) error {
	var in credit.Proposal
	if err := decode(c, &in, false); err != nil {
		return err
	}
	return command(h, c, fiber.StatusCreated, presentActed, func(ctx context.Context, call domain.Call) (*credit.View, error) {
		return h.Credit.Propose(ctx, call, in)
	})
}

// creditAct answers an act on a record or a listing: decode, do, show what was acted on.
func creditAct[T any](h *server, do func(context.Context, domain.Call, int64, T) (*credit.View, error)) fiber.Handler {
	return func(c *fiber.Ctx) error {
		var in T
		if err := decode(c, &in, true); err != nil {
			return err
		}
		id := subjectID(c)
		return command(h, c, fiber.StatusOK, presentActed, func(ctx context.Context, call domain.Call) (*credit.View, error) {
			return do(ctx, call, id, in)
		})
	}
}

// subjectID is the id in the path; what is none is 0, which names nothing: who may not look is told so first.
func subjectID(c *fiber.Ctx) int64 {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil || id < 1 {
		return 0
	}
	return id
}

// apiRecord answers GET /credit/records/{id}.
func (h *server) apiRecord(c *fiber.Ctx) error { return h.showCredit(c, h.Credit.Record) }

// apiListing answers GET /credit/listings/{id}.
func (h *server) apiListing(c *fiber.Ctx) error { return h.showCredit(c, h.Credit.Listing) }

func (h *server) showCredit(c *fiber.Ctx, show func(context.Context, domain.Call, int64) (*credit.View, error)) error {
	call, err := h.call(c)
	if err != nil {
		return err
	}
	v, err := show(c.UserContext(), call, subjectID(c))
	if err != nil {
		return err
	}
	version := int64(0)
	if r := v.Acted(); r != nil {
		version = r.Version
	} else if l := v.ActedOn(); l != nil {
		version = l.Version
	}
	c.Set(fiber.HeaderETag, `"`+idText(version)+`"`)
	return c.JSON(presentActed(v))
}

// apiRecords answers GET /credit/records.
func (h *server) apiRecords(c *fiber.Ctx) error { return h.listCredit(c, h.Credit.Records) }

// apiListings answers GET /credit/listings.
func (h *server) apiListings(c *fiber.Ctx) error { return h.listCredit(c, h.Credit.ListListings) }

func (h *server) listCredit(c *fiber.Ctx, list func(context.Context, domain.Call, string, credit.Filter) (credit.Page, error)) error {
	limit, cursor, err := listParams(c, "uscc", "state")
	if err != nil {
		return err
	}
	call, err := h.call(c)
	if err != nil {
		return err
	}
	page, err := list(c.UserContext(), call, c.Query("uscc"), credit.Filter{State: c.Query("state"), Before: cursor, Limit: limit})
	if err != nil {
		return err
	}
	items := make([]any, len(page.Items))
	for i, v := range page.Items {
		items[i] = presentActed(v)
	}
	return c.JSON(fiber.Map{"items": items, "next_cursor": nextCursor(page.Next)})
}

// apiUnit answers GET /credit/units/{uscc}.
func (h *server) apiUnit(c *fiber.Ctx) error {
	call, err := h.call(c)
	if err != nil {
		return err
	}
	v, err := h.Credit.Get(c.UserContext(), call, c.Params("uscc"))
	if err != nil {
		return err
	}
	return c.JSON(presentStanding(v))
}
