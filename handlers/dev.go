package handlers

import (
	"context"
	"errors"
	"time"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain"
)

// Clockwork moves the development clock through all that falls due on the way.
type Clockwork interface {
	Advance(ctx context.Context, target time.Time) error
	Resume(ctx context.Context) (time.Time, error)
	Read(ctx context.Context) (now time.Time, standing bool, err error)
}

// Dev is what only development has: the clock that can be moved, and the seeded accounts.
type Dev struct {
	Clock    Clockwork
	Password string
}

// devClock answers GET /dev/clock.
func (h *server) devClock(c *fiber.Ctx) error {
	now, standing, err := h.Dev.Clock.Read(c.UserContext())
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"now": instant(now), "standing": standing})
}

// devMoveClock answers POST /dev/clock: {"now": …} moves it and lets it stand, {"run": true} lets it run on.
func (h *server) devMoveClock(c *fiber.Ctx) error {
	var in struct {
		Now *string `json:"now"`
		Run bool    `json:"run"`
	}
	if err := decode(c, &in, false); err != nil {
		return err
	}
	if in.Now == nil && !in.Run {
		return malformed(`请给出 {"now": "2027-02-01T09:00:00+08:00"} 或 {"run": true}。`, nil)
	}
	if !sameOrigin(c) {
		return domain.ForbiddenError("时钟只能从本站的页面或程序拨动。")
	}
	ctx, cancel := longWay(c)
	defer cancel()
	if in.Now != nil {
		target, err := time.Parse(time.RFC3339, *in.Now)
		if err != nil {
			return &domain.Error{Kind: domain.Malformed, Code: "malformed_fields", Detail: "时刻写法不对。", Fields: map[string]string{"now": "应写作 2027-02-01T09:00:00+08:00。"}}
		}
		if err := h.Dev.Clock.Advance(ctx, target); err != nil {
			return err
		}
	}
	if in.Run {
		if _, err := h.Dev.Clock.Resume(ctx); err != nil {
			return err
		}
	}
	return h.devClock(c)
}

// longWay is the context of moving the clock: a long way takes longer than a request may.
func longWay(c *fiber.Ctx) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(c.UserContext()), 10*time.Minute)
}

// devAccounts answers GET /dev/accounts.
func (h *server) devAccounts(c *fiber.Ctx) error {
	accounts, err := h.Identity.Accounts(c.UserContext())
	if err != nil {
		return err
	}
	items := make([]any, len(accounts))
	for i, a := range accounts {
		role := ""
		if len(a.Roles) > 0 {
			role = string(a.Roles[0])
		}
		o := presentOrganization(a.Organization)
		items[i] = fiber.Map{"username": a.Username, "name": a.Name, "role": role, "roles": a.Roles, "organization": o, "uscc": o.USCC, "region": o.Region}
	}
	return c.JSON(fiber.Map{"items": items})
}

// healthz: the process is alive.
func (h *server) healthz(c *fiber.Ctx) error { return c.JSON(fiber.Map{"status": "ok"}) }

// readyz: PostgreSQL answers and is migrated. Redis missing is degraded, still 200.
func (h *server) readyz(c *fiber.Ctx) error {
	degraded, err := h.Platform.Ready(c.UserContext())
	if err != nil {
		h.Log.Warn("not ready", "error", err)
		var e *domain.Error
		if errors.As(err, &e) {
			return c.Status(fiber.StatusServiceUnavailable).JSON(fiber.Map{"status": "unavailable", "reason": e.Code})
		}
		return c.Status(fiber.StatusServiceUnavailable).JSON(fiber.Map{"status": "unavailable", "reason": "postgres"})
	}
	if len(degraded) > 0 {
		return c.JSON(fiber.Map{"status": "degraded", "degraded": degraded})
	}
	return c.JSON(fiber.Map{"status": "ok"})
}
