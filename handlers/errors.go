package handlers

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain"
)

// statusOf is the only place where a refusal becomes a status.
var statusOf = map[domain.Kind]int{
	domain.Malformed: 400, domain.Unauthenticated: 401, domain.Forbidden: 403, domain.NotFound: 404, domain.Conflict: 409, domain.TooLarge: 413,
	domain.Invalid: 422, domain.Required: 428, domain.TooMany: 429, domain.Unavailable: 503, domain.Internal: 500,
}

// problem is an RFC 9457 answer.
type problem struct {
	Type      string            `json:"type"`
	Title     string            `json:"title"`
	Status    int               `json:"status"`
	Detail    string            `json:"detail"`
	Code      string            `json:"code"`
	RequestID string            `json:"request_id"`
	Rule      string            `json:"rule,omitempty"`
	Fields    map[string]string `json:"fields,omitempty"`
	Version   int64             `json:"version,omitempty"`
}

// refusalOf makes every error a refusal that may be shown; what is not one is logged and becomes an opaque 500.
func (h *server) refusalOf(c *fiber.Ctx, err error) (*domain.Error, int) {
	if e, ok := domain.AsError(err); ok {
		if e.Err != nil {
			h.Log.Warn("refused", "id", requestIDOf(c), "error", err)
		}
		return e, statusOf[e.Kind]
	}
	var fe *fiber.Error
	if errors.As(err, &fe) && fe.Code < 500 {
		return fiberRefusal(fe), fe.Code
	}
	h.Log.Error("request failed", "id", requestIDOf(c), "route", c.Route().Path, "error", err)
	return &domain.Error{Kind: domain.Internal, Code: "internal", Detail: "系统出错，没有任何改动。请把请求编号告诉管理员。"}, 500
}

func fiberRefusal(fe *fiber.Error) *domain.Error {
	switch fe.Code {
	case fiber.StatusNotFound:
		return domain.NotFoundError()
	case fiber.StatusMethodNotAllowed:
		return &domain.Error{Kind: domain.Malformed, Code: "method_not_allowed", Detail: "这个地址不支持该方法。"}
	case fiber.StatusRequestEntityTooLarge:
		return &domain.Error{Kind: domain.TooLarge, Code: "too_large", Detail: "内容太大，最多 1 MB。"}
	}
	return &domain.Error{Kind: domain.Malformed, Code: "bad_request", Detail: "请求无法读取。"}
}

// fail answers an error: a problem document to programs, a page to people.
func (h *server) fail(c *fiber.Ctx, err error) error {
	if requestIDOf(c) == "" { // too large to reach begin
		identify(c)
	}
	e, status := h.refusalOf(c, err)
	if !strings.HasPrefix(c.Path(), "/api/") && !strings.HasPrefix(c.Path(), "/dev/") && wantsHTML(c) {
		return h.failPage(c, e, status)
	}
	return sendProblem(c, e, status)
}

func sendProblem(c *fiber.Ctx, e *domain.Error, status int) error {
	p := problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: e.Detail, Code: e.Code, RequestID: requestIDOf(c),
		Rule: e.Rule, Fields: e.Fields, Version: e.Version}
	if e.Kind == domain.Unauthenticated {
		c.Set(fiber.HeaderWWWAuthenticate, "Bearer")
	}
	b, err := json.Marshal(p)
	if err != nil {
		return err
	}
	c.Status(status).Set(fiber.HeaderContentType, "application/problem+json")
	return c.Send(b)
}

func wantsHTML(c *fiber.Ctx) bool {
	return c.Get(headerAutosave) == "" && c.Accepts(fiber.MIMETextHTML, fiber.MIMEApplicationJSON) == fiber.MIMETextHTML
}
