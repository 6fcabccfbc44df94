package handlers

import (
	"github.com/gofiber/fiber/v2"

	"qhtz/web"
)

// pageRoutes is the pages, which work without JavaScript.
func (h *server) pageRoutes() []route {
	rs := []route{
		{get, "/static/*", accessOpen, "", h.pageStatic},
		{get, "/display", accessOpen, "", h.pageDisplay},
		{get, "/sign-in", accessPublic, "", h.pageSignIn},
		{post, "/sign-in", accessOpen, "", h.pageDoSignIn},
		{post, "/sign-out", accessSigned, "", h.pageSignOut},
		{post, "/session/keep", accessSigned, "", h.pageKeep},
	}
	if h.Dev != nil {
		rs = append(rs, route{post, "/dev-clock", accessOpen, "", h.pageMoveClock})
	}
	return rs
}

// navigation is the main menu.
func (h *server) navigation(c *fiber.Ctx, p web.Page) []web.NavItem { return nil }
