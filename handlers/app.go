// Package handlers speaks HTTP: it decodes, calls one service method, and presents. HTML and JSON stand side by side;
// what they mean is in the domain.
package handlers

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/recover"

	"qhtz/domain"
	"qhtz/domain/credit"
	"qhtz/domain/identity"
	"qhtz/domain/notice"
	"qhtz/domain/project"
	"qhtz/domain/supervision"
	"qhtz/domain/support"
	"qhtz/web"
	"qhtz/web/document"
)

// Services are what the handlers call.
type Services struct {
	Projects    *project.Service
	Credit      *credit.Service
	Support     *support.Service
	Identity    *identity.Service
	Notices     *notice.Service
	Supervision *supervision.Service
	Platform    Platform
	Wall        domain.Wall
	Log         *slog.Logger
	Pages       *web.Renderer
	Documents   *document.Maker
	Metrics     fiber.Handler
	Dev         *Dev // nil in production
	BaseURL     string
	Secure      bool // cookies over TLS only
}

// Platform tells how the process and its stores are.
type Platform interface {
	// Ready reaches PostgreSQL and checks the schema; degraded names what is missing and can be done without.
	Ready(ctx context.Context) (degraded []string, err error)
	Reader
}

// server is the handlers with what they call.
type server struct {
	Services
}

// New makes the HTTP application: every route of the table, behind the same middleware.
func New(s Services) *fiber.App {
	h := &server{Services: s}
	app := fiber.New(fiber.Config{
		AppName:               "qhtz",
		DisableStartupMessage: true,
		Immutable:             true, // strings outlive the request's buffers
		CaseSensitive:         true,
		StrictRouting:         true,
		UnescapePath:          true,
		BodyLimit:             1 << 20,
		ReadBufferSize:        16 << 10,
		ReadTimeout:           30 * time.Second,
		WriteTimeout:          60 * time.Second,
		IdleTimeout:           90 * time.Second,
		ErrorHandler:          h.fail,
	})
	app.Use(h.begin, recover.New(recover.Config{EnableStackTrace: true, StackTraceHandler: h.logPanic}), secureHeaders)
	for _, r := range h.routes() {
		app.Add(r.Method, r.Path, h.admit(r), r.Handler)
		if r.Method == get {
			app.Add(fiber.MethodHead, r.Path, h.admit(r), r.Handler)
		}
	}
	app.Use(func(c *fiber.Ctx) error { return domain.NotFoundError() })
	return app
}

const (
	keyActor   = "actor"
	keySession = "session"
	keyRequest = "request_id"
)

// begin gives the request its id and its deadline, and logs its end.
func (h *server) begin(c *fiber.Ctx) error {
	id := identify(c)
	ctx, cancel := context.WithTimeout(context.Background(), 25*time.Second)
	defer cancel()
	c.SetUserContext(ctx)
	start := h.Wall.Wall()
	err := c.Next()
	if err != nil {
		err = h.fail(c, err)
	}
	h.Log.LogAttrs(ctx, slog.LevelInfo, "request", slog.String("id", id), slog.String("method", c.Method()), slog.String("route", c.Route().Path),
		slog.Int("status", c.Response().StatusCode()), slog.Duration("took", h.Wall.Wall().Sub(start)))
	return err
}

// identify gives the request its id.
func identify(c *fiber.Ctx) string {
	id := requestID(c.Get("X-Request-Id"))
	c.Locals(keyRequest, id)
	c.Set("X-Request-Id", id)
	return id
}

// requestID keeps a caller's id when it is a plain one, and makes one otherwise.
func requestID(given string) string {
	if len(given) >= 8 && len(given) <= 64 && strings.Trim(given, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == "" {
		return given
	}
	var b [12]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

func (h *server) logPanic(c *fiber.Ctx, e any) {
	h.Log.Error("panic", "id", c.Locals(keyRequest), "route", c.Route().Path, "panic", e)
}

// secureHeaders forbids everything that the pages do not need: no inline script or style, no framing.
func secureHeaders(c *fiber.Ctx) error {
	c.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	c.Set("X-Content-Type-Options", "nosniff")
	c.Set("X-Frame-Options", "DENY")
	c.Set("Referrer-Policy", "same-origin")
	c.Set("Cross-Origin-Opener-Policy", "same-origin")
	return c.Next()
}

// admit finds out who asks and turns away who must be signed in.
func (h *server) admit(r route) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if r.Access == accessOpen {
			return c.Next()
		}
		if err := h.authenticate(c, r); err != nil {
			return err
		}
		if r.Access != accessPublic && !actor(c).SignedIn() {
			return &domain.Error{Kind: domain.Unauthenticated, Code: "sign_in", Detail: "请先登录。"}
		}
		if scopes := actor(c).Scopes; scopes != nil && !permitted(scopes, r) {
			return domain.ForbiddenError("这个接口密钥没有此项权限。")
		}
		return c.Next()
	}
}

// permitted holds a key's scopes against a route: "read" reads, "file" files projects.
func permitted(scopes []string, r route) bool {
	need := "file"
	if r.Method == fiber.MethodGet {
		need = "read"
	}
	for _, s := range scopes {
		if s == need {
			return true
		}
	}
	return r.Access == accessPublic && r.Method == fiber.MethodGet
}

// authenticate reads the bearer token of the API or the cookie of the pages. A page's unsafe request must bear the
// session's own token, and come from our own pages.
func (h *server) authenticate(c *fiber.Ctx, r route) error {
	token := ""
	if r.api() {
		if v := c.Get(fiber.HeaderAuthorization); v != "" {
			scheme, rest, _ := strings.Cut(v, " ")
			if !strings.EqualFold(scheme, "Bearer") {
				return &domain.Error{Kind: domain.Unauthenticated, Code: "bad_token", Detail: "请使用 Authorization: Bearer。"}
			}
			token = strings.TrimSpace(rest)
		}
	} else {
		token = c.Cookies(sessionCookie)
	}
	if token == "" {
		return nil
	}
	a, session, err := h.Identity.Authenticate(c.UserContext(), token)
	if err != nil {
		if domain.IsKind(err, domain.Unauthenticated) && (!r.api() || r.Access == accessPublic) {
			if !r.api() {
				c.Locals(keyExpired, true)
			}
			return nil // a page asks to sign in again; a public call needs nobody
		}
		return err
	}
	c.Locals(keyActor, a)
	c.Locals(keySession, session)
	if !r.api() && r.Method != get {
		return h.checkCSRF(c, session)
	}
	return nil
}

func actor(c *fiber.Ctx) domain.Actor {
	a, _ := c.Locals(keyActor).(domain.Actor)
	return a
}

func requestIDOf(c *fiber.Ctx) string {
	s, _ := c.Locals(keyRequest).(string)
	return s
}
