package handlers

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain"
	"qhtz/domain/catalogue"
	"qhtz/domain/identity"
	"qhtz/domain/identity/competence"
	"qhtz/web"
)

const (
	sessionCookie = "qhtz_session"
	visitorCookie = "qhtz_visitor" // ties the sign-in form to the browser that asked for it
	langCookie    = "qhtz_lang"
	largeCookie   = "qhtz_large"

	keyExpired = "expired"
	keyBook    = "book"
)

// page fills what every page has.
func (h *server) page(c *fiber.Ctx) (web.Page, error) {
	book, err := h.book(c)
	if err != nil {
		return web.Page{}, err
	}
	p := h.barePage(c)
	p.AsOf = web.FormatAsOf(p.Language(), book.Now)
	if s := sessionOf(c); s != nil {
		if p.Actor.Unread, err = h.Notices.Unread(c.UserContext(), actor(c)); err != nil {
			return p, err
		}
	}
	if h.Dev != nil {
		now, standing, err := h.Dev.Clock.Read(c.UserContext())
		if err != nil {
			return p, err
		}
		p.Dev = &web.DevClock{Now: now.In(web.Shanghai).Format("2006-01-02T15:04"), Standing: standing}
	}
	return p, nil
}

// barePage is a page that needs no store: error pages must not fail.
func (h *server) barePage(c *fiber.Ctx) web.Page {
	p := web.Page{Lang: web.Chinese, Path: c.OriginalURL(), RequestID: requestIDOf(c), Large: c.Cookies(largeCookie) == "1", FormKey: formKey()}
	if c.Cookies(langCookie) == web.English {
		p.Lang = web.English
	}
	if c.Method() != fiber.MethodGet {
		p.Path = "/"
	}
	if s := sessionOf(c); s != nil {
		a := actor(c)
		p.CSRF = s.CSRF
		p.SessionSeconds = max(0, int(s.Ends().Sub(h.Wall.Wall()).Seconds()))
		p.Actor = &web.ActorView{Name: a.Name, Organization: a.Organization.Name, Role: p.Word("role", string(firstRole(a))), Home: homeOf(a),
			Inbox: competence.MayEver(a, competence.InboxRead) == nil}
		p.Wide = !a.Has(domain.RoleOwner)
	}
	p.Nav = h.navigation(c, p)
	p.Footer.Links = footerLinks(p)
	return p
}

func firstRole(a domain.Actor) domain.Role {
	if len(a.Roles) == 0 {
		return ""
	}
	return a.Roles[0]
}

// homeOf is where a person works.
func homeOf(a domain.Actor) string {
	switch {
	case a.Has(domain.RoleOwner):
		return "/my"
	case a.HasAny(domain.RoleHandler, domain.RoleReviewer, domain.RoleDecider):
		return "/queue"
	case a.Has(domain.RoleRegulator):
		return "/credit"
	case a.Has(domain.RoleSupervisor):
		return "/inbox" // what fell silent is told there
	}
	return "/account"
}

// formKey is the idempotency key of the forms on one page: sent twice, done once.
func formKey() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// book reads the rules once a request.
func (h *server) book(c *fiber.Ctx) (*catalogue.Book, error) {
	if b, ok := c.Locals(keyBook).(*catalogue.Book); ok {
		return b, nil
	}
	b, err := h.Platform.Book(c.UserContext())
	if err != nil {
		return nil, err
	}
	c.Locals(keyBook, b)
	return b, nil
}

// render sends a page. It is rendered whole before the first byte leaves.
func (h *server) render(c *fiber.Ctx, status int, name string, page any) error {
	var b bytes.Buffer
	if err := h.Pages.Render(&b, name, page); err != nil {
		return err
	}
	c.Status(status).Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	if sessionOf(c) != nil {
		c.Set(fiber.HeaderCacheControl, "no-store")
	} else {
		c.Set(fiber.HeaderCacheControl, "no-cache")
	}
	return c.Send(b.Bytes())
}

// see sends the browser on after a form was taken.
func see(c *fiber.Ctx, to string) error { return c.Redirect(to, fiber.StatusSeeOther) }

// failPage answers a person's refused request; what needs a sign-in leads there and back.
func (h *server) failPage(c *fiber.Ctx, e *domain.Error, status int) error {
	if e.Kind == domain.Unauthenticated && c.Method() == fiber.MethodGet {
		to := "/sign-in?return=" + url.QueryEscape(c.OriginalURL())
		if expired, _ := c.Locals(keyExpired).(bool); expired {
			to += "&expired=1"
		}
		return see(c, to)
	}
	if done, err := h.showLate(c, e, status); done {
		return err
	}
	kind := strconv.Itoa(status)
	if e.Kind == domain.Unauthenticated {
		kind = web.ErrExpired
	}
	p := h.barePage(c)
	p.Errors = nil
	page := &web.ErrorPage{Page: p, Kind: kind, Detail: e.Detail, Rule: e.Rule}
	if err := h.render(c, status, web.PageError, page); err != nil {
		h.Log.Error("error page", "id", requestIDOf(c), "error", err)
		return sendProblem(c, e, status)
	}
	return nil
}

// checkCSRF refuses a form that is not of this session or not of our own pages.
func (h *server) checkCSRF(c *fiber.Ctx, s *identity.Session) error {
	token := c.Get("X-CSRF-Token")
	if token == "" {
		token = c.FormValue("_csrf")
	}
	if s == nil || !s.CheckCSRF(token) || !sameOrigin(c) {
		return &domain.Error{Kind: domain.Forbidden, Code: "csrf", Detail: "这个页面已过期，请返回后重新打开再提交。没有任何改动。"}
	}
	return nil
}

// sameOrigin holds what the browser says of where the request comes from against our own host.
func sameOrigin(c *fiber.Ctx) bool {
	if site := c.Get("Sec-Fetch-Site"); site != "" {
		return site == "same-origin" || site == "none"
	}
	origin := c.Get(fiber.HeaderOrigin)
	if origin == "" || origin == "null" {
		return origin == "" // an old browser says nothing; the token decides
	}
	u, err := url.Parse(origin)
	return err == nil && strings.EqualFold(u.Host, string(c.Request().Host()))
}

// visitorToken is the CSRF token of a form before anybody is signed in: bound to a cookie of the browser.
func (h *server) visitorToken(c *fiber.Ctx) string {
	id := c.Cookies(visitorCookie)
	if len(id) != 32 {
		id = formKey()
		h.setCookie(c, visitorCookie, id, 0)
	}
	return visitorMAC(id)
}

// visitorMAC makes the token of the cookie alone, so that any process can check what another gave out: nobody but
// the browser knows the cookie.
func visitorMAC(id string) string {
	m := hmac.New(sha256.New, []byte(id))
	m.Write([]byte("sign-in"))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

func (h *server) checkVisitor(c *fiber.Ctx) bool {
	id := c.Cookies(visitorCookie)
	return len(id) == 32 && sameOrigin(c) && subtle.ConstantTimeCompare([]byte(visitorMAC(id)), []byte(c.FormValue("_csrf"))) == 1
}

// setCookie sets a cookie for the whole site; maxAge 0 lasts as long as the browser, negative deletes it.
func (h *server) setCookie(c *fiber.Ctx, name, value string, maxAge int) {
	c.Cookie(&fiber.Cookie{Name: name, Value: value, Path: "/", HTTPOnly: true, Secure: h.Secure, SameSite: "Lax", MaxAge: maxAge, SessionOnly: maxAge == 0})
}

// pageCall gathers the outside of a use case from a form. The page's own key makes a double click one request.
func (h *server) pageCall(c *fiber.Ctx) domain.Call {
	call := domain.Call{Actor: actor(c), RequestID: requestIDOf(c), IP: c.IP(), Purpose: c.Query("purpose")}
	if v, err := strconv.ParseInt(c.FormValue("_version"), 10, 64); err == nil && v > 0 {
		call.Expect = v
	}
	return call
}

// localPath keeps a return address on this site.
func localPath(s, fallback string) string {
	u, err := url.Parse(s)
	if err != nil || s == "" || u.IsAbs() || u.Host != "" || !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//") || strings.ContainsAny(s, "\\\r\n\t") {
		return fallback
	}
	return s
}
