package handlers

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain"
	"qhtz/domain/identity"
	"qhtz/web"
)

// pageAccount is the signed-in person's own page: the account, and where it is signed in.
func (h *server) pageAccount(c *fiber.Ctx) error {
	sessions, err := h.Identity.Sessions(c.UserContext(), actor(c))
	if err != nil {
		return err
	}
	book, err := h.book(c)
	if err != nil {
		return err
	}
	p, err := h.page(c)
	if err != nil {
		return err
	}
	a := actor(c)
	page := &web.AccountPage{Page: p, Facts: []web.Fact{{Term: p.T("account.name"), Value: a.Name}, {Term: p.T("signin.username"), Value: a.Username, Code: true},
		{Term: p.T("signin.role"), Value: rolesText(p, a)}, {Term: p.T("signin.organization"), Value: a.Organization.Name}}}
	if a.Organization.USCC != "" {
		page.Facts = append(page.Facts, web.Fact{Term: p.T("project.uscc"), Value: a.Organization.USCC, Code: true})
	}
	page.Facts = append(page.Facts, web.Fact{Term: p.T("col.region"), Value: regionText(book, a.Organization.Region)})
	current := sessionOf(c)
	for _, s := range sessions {
		row := sessionRow(p, s)
		row.Current = current != nil && s.ID == current.ID
		page.Sessions = append(page.Sessions, row)
	}
	if len(sessions) > 1 {
		page.OthersURL = "/account/sessions/end-others"
	}
	return h.render(c, fiber.StatusOK, web.PageAccount, page)
}

func rolesText(p web.Page, a domain.Actor) string {
	names := make([]string, len(a.Roles))
	for i, r := range a.Roles {
		names[i] = p.Word("role", string(r))
	}
	return strings.Join(names, p.T("site.comma"))
}

func sessionRow(p web.Page, s identity.Session) web.SessionRow {
	return web.SessionRow{Device: deviceText(p, s), Address: s.IP, Since: web.FormatInstant(p.Language(), s.CreatedAt), LastSeen: web.FormatInstant(p.Language(), s.LastSeenAt),
		EndURL: "/account/sessions/" + idText(s.ID) + "/end"}
}

// The marks by which browsers and systems name themselves; the first that fits is meant.
var (
	browsers = [][2]string{{"360", "360"}, {"Edg", "Edge"}, {"Firefox/", "Firefox"}, {"MicroMessenger", "微信"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}}
	systems  = [][2]string{{"Windows", "Windows"}, {"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Mac OS", "macOS"}, {"HarmonyOS", "HarmonyOS"}, {"Linux", "Linux"}}
)

// deviceText names a device as its owner would: Chrome · Windows.
func deviceText(p web.Page, s identity.Session) string {
	if s.Kind == identity.SessionBearer {
		return p.T("account.program")
	}
	var parts []string
	for _, marks := range [][][2]string{browsers, systems} {
		for _, m := range marks {
			if strings.Contains(s.Agent, m[0]) {
				parts = append(parts, m[1])
				break
			}
		}
	}
	if len(parts) == 0 {
		return p.T("account.unknown_device")
	}
	return strings.Join(parts, " "+p.T("site.dot")+" ")
}

// pageEndSession ends one of the person's sessions; ending this one signs out.
func (h *server) pageEndSession(c *fiber.Ctx) error {
	id, err := idParam(c)
	if err != nil {
		return err
	}
	if err := h.Identity.EndSession(c.UserContext(), h.pageCall(c), id); err != nil {
		return err
	}
	if s := sessionOf(c); s != nil && s.ID == id {
		h.setCookie(c, sessionCookie, "", -1)
		return see(c, "/")
	}
	return see(c, "/account")
}

// pageEndOthers ends all of the person's sessions but this one.
func (h *server) pageEndOthers(c *fiber.Ctx) error {
	if _, err := h.Identity.EndOtherSessions(c.UserContext(), h.pageCall(c), sessionOf(c).ID); err != nil {
		return err
	}
	return see(c, "/account")
}
