package handlers

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain"
	"qhtz/domain/project"
	"qhtz/web"
)

// formOf reads the form that was sent. Only what stands in the body counts, never the address.
func formOf(c *fiber.Ctx) (url.Values, error) {
	kind, _, _ := strings.Cut(c.Get(fiber.HeaderContentType), ";")
	form, err := url.ParseQuery(string(c.Body()))
	if err != nil || len(c.Body()) > 0 && !strings.EqualFold(strings.TrimSpace(kind), fiber.MIMEApplicationForm) {
		return nil, &domain.Error{Kind: domain.Malformed, Code: "malformed_form", Detail: "表单无法读取，请返回后重新提交。"}
	}
	return form, nil
}

// typedText is a text field as typed, with the line ends of this side.
func typedText(form url.Values, name string) string {
	return strings.TrimSpace(strings.ReplaceAll(form.Get(name), "\r\n", "\n"))
}

// pageCommand runs a use case about a project; see formCommand.
func (h *server) pageCommand(c *fiber.Ctx, to func(*project.View) string, run func(context.Context, domain.Call) (*project.View, error)) error {
	return formCommand(h, c, to, run)
}

// formCommand runs a use case from a form and leads on to a page. The page's own key is kept with the effects, so that
// a double click or a form sent again does it once, and leads to the same place.
func formCommand[V any](h *server, c *fiber.Ctx, to func(V) string, run func(context.Context, domain.Call) (V, error)) error {
	call := h.pageCall(c)
	if key := c.FormValue("_key"); key != "" && len(key) <= 200 {
		call.Replay = &domain.Replay{ID: digest(strconv.FormatInt(call.Actor.ID, 10), c.Method(), c.Path(), key), Body: digest(string(c.Body())),
			Expires: h.Wall.Wall().Add(keepAnswers),
			Present: func(result any) (int, []byte, error) {
				v, _ := result.(V)
				b, err := json.Marshal(kept{to(v)})
				return fiber.StatusSeeOther, b, err
			}}
	}
	v, err := run(c.UserContext(), call)
	if errors.Is(err, domain.ErrReplayed) {
		return seeKept(c, call.Replay)
	}
	if e, ok := domain.AsError(err); ok && e.Code == "idempotency_key_reused" {
		return &domain.Error{Kind: domain.Conflict, Code: e.Code, Detail: "这个页面已经提交过一次。内容不同的第二次没有收下，请重新打开页面再办。"}
	}
	if err != nil {
		return err
	}
	return see(c, to(v))
}

// kept is the answer that is kept of a form: where it led.
type kept struct {
	To string `json:"to"`
}

func seeKept(c *fiber.Ctx, r *domain.Replay) error {
	var k kept
	if r.Found == nil || json.Unmarshal(r.Found.Body, &k) != nil {
		return see(c, homeOf(actor(c)))
	}
	return see(c, localPath(k.To, homeOf(actor(c))))
}

// fieldErrors lists what is wrong with fields in the order of the page, each with the field's own label.
func fieldErrors(p web.Page, fields []web.Field) []web.FieldError {
	var list []web.FieldError
	for _, f := range fields {
		if f.Error != "" {
			list = append(list, web.FieldError{Name: f.Name, Message: f.Label + p.T("site.colon") + f.Error})
		}
	}
	return list
}

// isStale reports whether a page was older than what it wanted to change.
func isStale(err error) bool {
	e, ok := domain.AsError(err)
	return ok && e.Code == "stale_version"
}
