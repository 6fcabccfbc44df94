package handlers

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain"
	"qhtz/domain/identity"
)

// sessionOf is the session in which a request is made; nil for keys and visitors.
func sessionOf(c *fiber.Ctx) *identity.Session {
	s, _ := c.Locals(keySession).(*identity.Session)
	return s
}

// apiSignIn answers POST /sessions. Its answers are never kept.
func (h *server) apiSignIn(c *fiber.Ctx) error {
	var in struct {
		Username string `json:"username"`
		Password string `json:"password"`
	}
	if err := decode(c, &in, false); err != nil {
		return err
	}
	call := domain.Call{RequestID: requestIDOf(c), IP: c.IP()}
	s, err := h.Identity.SignIn(c.UserContext(), call, identity.Login{Username: in.Username, Password: in.Password, Kind: identity.SessionBearer, Agent: c.Get(fiber.HeaderUserAgent)})
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Status(fiber.StatusCreated).JSON(fiber.Map{"token": s.Token, "expires_at": instant(s.Session.ExpiresAt), "actor": presentActor(s.Actor)})
}

// apiSignOut answers DELETE /sessions/current.
func (h *server) apiSignOut(c *fiber.Ctx) error {
	if err := h.Identity.SignOut(c.UserContext(), domain.Call{Actor: actor(c), RequestID: requestIDOf(c), IP: c.IP()}, sessionOf(c)); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// apiMe answers GET /me.
func (h *server) apiMe(c *fiber.Ctx) error { return c.JSON(presentActor(actor(c))) }

type tokenBody struct {
	ID         string   `json:"id"`
	Name       string   `json:"name"`
	Scopes     []string `json:"scopes"`
	CreatedAt  string   `json:"created_at"`
	ExpiresAt  string   `json:"expires_at"`
	LastUsedAt *string  `json:"last_used_at"`
	RevokedAt  *string  `json:"revoked_at"`
	Secret     string   `json:"secret,omitempty"` // once, when it is made
}

func presentToken(t identity.Token) tokenBody {
	b := tokenBody{ID: idText(t.ID), Name: t.Name, Scopes: t.Scopes, CreatedAt: instant(t.CreatedAt), ExpiresAt: instant(t.ExpiresAt)}
	if !t.LastUsedAt.IsZero() {
		b.LastUsedAt = instantOf(&t.LastUsedAt)
	}
	if !t.RevokedAt.IsZero() {
		b.RevokedAt = instantOf(&t.RevokedAt)
	}
	return b
}

// apiCreateToken answers POST /tokens. Its answers are never kept: they hold the secret.
func (h *server) apiCreateToken(c *fiber.Ctx) error {
	var in struct {
		Name   string   `json:"name"`
		Scopes []string `json:"scopes"`
		Days   int      `json:"days"`
	}
	if err := decode(c, &in, false); err != nil {
		return err
	}
	if in.Days == 0 {
		in.Days = 90
	}
	t, secret, err := h.Identity.CreateToken(c.UserContext(), domain.Call{Actor: actor(c), RequestID: requestIDOf(c), IP: c.IP()}, in.Name, in.Scopes, in.Days)
	if err != nil {
		return err
	}
	b := presentToken(t)
	b.Secret = secret
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Status(fiber.StatusCreated).JSON(b)
}

// apiTokens answers GET /tokens.
func (h *server) apiTokens(c *fiber.Ctx) error {
	ts, err := h.Identity.ListTokens(c.UserContext(), actor(c))
	if err != nil {
		return err
	}
	items := make([]tokenBody, len(ts))
	for i, t := range ts {
		items[i] = presentToken(t)
	}
	return c.JSON(fiber.Map{"items": items, "next_cursor": nil})
}

// apiRevokeToken answers DELETE /tokens/{id}.
func (h *server) apiRevokeToken(c *fiber.Ctx) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	return command(h, c, fiber.StatusNoContent, func(any) any { return nil }, func(ctx context.Context, call domain.Call) (any, error) {
		return nil, h.Identity.RevokeToken(ctx, call, id)
	})
}

// apiInbox answers GET /inbox.
func (h *server) apiInbox(c *fiber.Ctx) error {
	limit, cursor, err := listParams(c)
	if err != nil {
		return err
	}
	page, err := h.Notices.Inbox(c.UserContext(), actor(c), cursor, limit)
	if err != nil {
		return err
	}
	items := make([]any, len(page.Items))
	for i, n := range page.Items {
		var projectID *string
		if n.ProjectID != nil {
			projectID = optional(idText(*n.ProjectID))
		}
		items[i] = fiber.Map{"id": idText(n.ID), "kind": n.Kind, "rule": n.Rule, "project_id": projectID, "project_code": optional(n.ProjectCode),
			"at": instant(n.At), "title": n.Title, "body": n.Body, "read": n.Read}
	}
	return c.JSON(fiber.Map{"items": items, "next_cursor": nextCursor(page.Next)})
}
