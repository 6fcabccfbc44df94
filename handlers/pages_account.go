package handlers

import (
	"errors"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain"
	"qhtz/domain/identity"
	"qhtz/web"
)

// pageSignIn shows the sign-in form.
func (h *server) pageSignIn(c *fiber.Ctx) error {
	if actor(c).SignedIn() {
		return see(c, homeOf(actor(c)))
	}
	return h.showSignIn(c, fiber.StatusOK, web.SignInPage{ReturnTo: localPath(c.Query("return"), ""), Expired: c.Query("expired") == "1"})
}

func (h *server) showSignIn(c *fiber.Ctx, status int, s web.SignInPage) error {
	p, err := h.page(c)
	if err != nil {
		return err
	}
	s.Page = p
	s.CSRF = h.visitorToken(c)
	if h.Dev != nil {
		s.DevPassword = h.Dev.Password
		accounts, err := h.Identity.Accounts(c.UserContext())
		if err != nil {
			return err
		}
		for _, a := range accounts {
			s.DevAccounts = append(s.DevAccounts, web.DevAccount{Username: a.Username, Role: p.Word("role", string(firstRole(a.Actor()))), Organization: a.Organization.Name, Region: a.Organization.Region})
		}
	}
	return h.render(c, status, web.PageSignIn, &s)
}

// pageDoSignIn takes the form: a fresh session, and back to where the person wanted to go.
func (h *server) pageDoSignIn(c *fiber.Ctx) error {
	form := web.SignInPage{Username: c.FormValue("username"), ReturnTo: localPath(c.FormValue("return"), ""), Kept: keptInSignIn(c)}
	if !h.checkVisitor(c) {
		form.Expired = true
		return h.showSignIn(c, fiber.StatusForbidden, form)
	}
	call := domain.Call{RequestID: requestIDOf(c), IP: c.IP()}
	s, err := h.Identity.SignIn(c.UserContext(), call, identity.Login{Username: form.Username, Password: c.FormValue("password"), Kind: identity.SessionCookie, Agent: c.Get(fiber.HeaderUserAgent)})
	var locked *identity.LockedError
	switch {
	case errors.As(err, &locked):
		form.LockedUntil = web.FormatInstant(web.Chinese, locked.Until)
		return h.showSignIn(c, fiber.StatusTooManyRequests, form)
	case domain.IsKind(err, domain.Unauthenticated):
		form.Failed = true
		return h.showSignIn(c, fiber.StatusUnauthorized, form)
	case err != nil:
		return err
	}
	h.setCookie(c, sessionCookie, s.Token, int(s.Session.ExpiresAt.Sub(h.Wall.Wall()).Seconds()))
	if form.Kept != nil {
		return h.resume(c, s, form.Kept)
	}
	return see(c, localPath(form.ReturnTo, homeOf(s.Actor)))
}

// pageSignOut ends the session.
func (h *server) pageSignOut(c *fiber.Ctx) error {
	if err := h.Identity.SignOut(c.UserContext(), h.pageCall(c), sessionOf(c)); err != nil {
		return err
	}
	h.setCookie(c, sessionCookie, "", -1)
	return see(c, "/")
}

// pageDisplay switches language or large type, and goes back.
func (h *server) pageDisplay(c *fiber.Ctx) error {
	year := int((365 * 24 * time.Hour).Seconds())
	switch lang := c.Query("lang"); lang {
	case web.Chinese, web.English:
		h.setCookie(c, langCookie, lang, year)
	}
	switch c.Query("large") {
	case "on":
		h.setCookie(c, largeCookie, "1", year)
	case "off":
		h.setCookie(c, largeCookie, "", -1)
	}
	return see(c, localPath(c.Query("return"), "/"))
}

// pageKeep renews the session for as long as policy allows: asking for it was use.
func (h *server) pageKeep(c *fiber.Ctx) error { return c.SendStatus(fiber.StatusNoContent) }

// pageStatic serves the embedded files; their addresses change with their content.
func (h *server) pageStatic(c *fiber.Ctx) error {
	path := c.Path()
	if strings.Contains(c.Get(fiber.HeaderAcceptEncoding), "gzip") {
		if b, kind, ok := h.Pages.StaticGzip(path); ok {
			c.Set(fiber.HeaderContentEncoding, "gzip")
			return sendStatic(c, b, kind)
		}
	}
	b, kind, ok := h.Pages.StaticFile(path)
	if !ok {
		return domain.NotFoundError()
	}
	return sendStatic(c, b, kind)
}

func sendStatic(c *fiber.Ctx, b []byte, kind string) error {
	c.Set(fiber.HeaderContentType, kind)
	c.Set(fiber.HeaderVary, fiber.HeaderAcceptEncoding)
	c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	return c.Send(b)
}

// pageMoveClock moves the development clock from the page head.
func (h *server) pageMoveClock(c *fiber.Ctx) error {
	if !sameOrigin(c) {
		return domain.ForbiddenError("时钟只能从本站的页面拨动。")
	}
	ctx, cancel := longWay(c)
	defer cancel()
	back := localPath(c.FormValue("return"), "/")
	if c.FormValue("run") != "" {
		if _, err := h.Dev.Clock.Resume(ctx); err != nil {
			return err
		}
		return see(c, back)
	}
	target, err := time.ParseInLocation("2006-01-02T15:04", c.FormValue("now"), web.Shanghai)
	if err != nil {
		return &domain.Error{Kind: domain.Invalid, Code: "bad_instant", Detail: "时刻写法不对，应写作 2026-02-25T00:00。"}
	}
	if err := h.Dev.Clock.Advance(ctx, target); err != nil {
		return err
	}
	return see(c, back)
}
