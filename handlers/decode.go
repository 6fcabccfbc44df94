package handlers

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain"
)

// keepAnswers is how long the answer to a request with an Idempotency-Key is kept.
const keepAnswers = 24 * time.Hour

func malformed(detail string, err error) error {
	return &domain.Error{Kind: domain.Malformed, Code: "malformed_json", Detail: detail, Err: err}
}

// bodyOf copies the request's body, which must be JSON. An empty one is an empty object where that is allowed.
func bodyOf(c *fiber.Ctx, mayBeEmpty bool) ([]byte, error) {
	b := bytes.Clone(c.Body())
	if len(bytes.TrimSpace(b)) == 0 && mayBeEmpty {
		return []byte("{}"), nil
	}
	if err := wellFormed(b); err != nil {
		return nil, err
	}
	return b, nil
}

// wellFormed refuses what different readers would read differently: bytes that are no UTF-8, text after the value,
// names given twice, depth.
func wellFormed(b []byte) error {
	if !utf8.Valid(b) {
		return malformed("请求内容不是合法的 UTF-8。", nil)
	}
	if !json.Valid(b) {
		return malformed("请求内容不是合法的 JSON，或在 JSON 之后还有多余内容。", nil)
	}
	var open []map[string]bool // the names of each object under way; nil for an array
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '{', '[':
			if len(open) == 32 {
				return malformed("JSON 嵌套太深。", nil)
			}
			var names map[string]bool
			if b[i] == '{' {
				names = map[string]bool{}
			}
			open = append(open, names)
		case '}', ']':
			open = open[:len(open)-1]
		case '"':
			text := b[i : i+textLength(b[i:])]
			i += len(text) - 1
			if rest := bytes.TrimLeft(b[i+1:], " \t\r\n"); len(rest) == 0 || rest[0] != ':' {
				continue // a value
			}
			names, name := open[len(open)-1], nameOf(text)
			if names[name] {
				return malformed("JSON 中有重复的字段名。", nil)
			}
			names[name] = true
		}
	}
	return nil
}

// textLength is how many bytes the text at the beginning of valid JSON takes, with its quotes.
func textLength(b []byte) int {
	n := 1
	for ; b[n] != '"'; n++ {
		if b[n] == '\\' {
			n++
		}
	}
	return n + 1
}

// nameOf is a name without its quotes and escapes: one that is written in two ways is the same name.
func nameOf(text []byte) string {
	if bytes.IndexByte(text, '\\') < 0 {
		return string(text[1 : len(text)-1])
	}
	var name string
	_ = json.Unmarshal(text, &name) // valid JSON
	return name
}

// decode reads a JSON object into a struct; unknown fields and wrong types are refused, naming them.
func decode(c *fiber.Ctx, dest any, mayBeEmpty bool) error {
	b, err := bodyOf(c, mayBeEmpty)
	if err != nil {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	err = dec.Decode(dest)
	if err == nil {
		return nil
	}
	e := &domain.Error{Kind: domain.Malformed, Code: "malformed_fields", Detail: "有字段不存在或类型不对。"}
	var wrongType *json.UnmarshalTypeError
	if errors.As(err, &wrongType) && wrongType.Field != "" {
		e.Fields = map[string]string{wrongType.Field: "类型不对。"}
	} else if _, name, ok := strings.Cut(err.Error(), "unknown field "); ok {
		e.Fields = map[string]string{strings.Trim(name, `"`): "没有这个字段。"}
	}
	return e
}

// call gathers the outside of a use case from a request of the API.
func (h *server) call(c *fiber.Ctx) (domain.Call, error) {
	call := domain.Call{Actor: actor(c), RequestID: requestIDOf(c), IP: c.IP(), Purpose: c.Query("purpose")}
	if m := strings.TrimSpace(c.Get(fiber.HeaderIfMatch)); m != "" && m != "*" {
		n, err := strconv.ParseInt(strings.Trim(strings.TrimPrefix(m, "W/"), `"`), 10, 64)
		if err != nil || n < 1 {
			return call, &domain.Error{Kind: domain.Malformed, Code: "bad_if_match", Detail: `If-Match 应为 "版本号"。`}
		}
		call.Expect = n
	}
	key := c.Get("Idempotency-Key")
	if key == "" || c.Method() != fiber.MethodPost {
		return call, nil
	}
	if len(key) > 200 {
		return call, &domain.Error{Kind: domain.Malformed, Code: "bad_idempotency_key", Detail: "Idempotency-Key 最长 200 个字符。"}
	}
	call.Replay = &domain.Replay{ID: digest(strconv.FormatInt(call.Actor.ID, 10), c.Method(), c.Path(), key), Body: digest(string(c.Body())),
		Expires: h.Wall.Wall().Add(keepAnswers)}
	return call, nil
}

// digest hashes texts with their lengths.
func digest(parts ...string) [32]byte {
	w := sha256.New()
	for _, p := range parts {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(p)))
		w.Write(n[:])
		w.Write([]byte(p))
	}
	return [32]byte(w.Sum(nil))
}

// command runs a use case of the API: gather the call, run, present. With an Idempotency-Key the very bytes that are
// kept are sent, so that a repeated request gets the same answer.
func command[T any](h *server, c *fiber.Ctx, status int, present func(T) any, run func(context.Context, domain.Call) (T, error)) error {
	call, err := h.call(c)
	if err != nil {
		return err
	}
	encode := func(v T) (int, []byte, error) {
		if status == fiber.StatusNoContent {
			return status, nil, nil
		}
		b, err := json.Marshal(present(v))
		return status, b, err
	}
	if call.Replay != nil {
		call.Replay.Present = func(result any) (int, []byte, error) {
			v, _ := result.(T)
			return encode(v)
		}
	}
	v, err := run(c.UserContext(), call)
	if call.Replay != nil && call.Replay.Found != nil && (err == nil || errors.Is(err, domain.ErrReplayed)) {
		return sendJSON(c, call.Replay.Found.Status, call.Replay.Found.Body)
	}
	if err != nil {
		return err
	}
	code, b, err := encode(v)
	if err != nil {
		return err
	}
	return sendJSON(c, code, b)
}

func sendJSON(c *fiber.Ctx, status int, body []byte) error {
	c.Status(status)
	if status == fiber.StatusNoContent {
		return nil
	}
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSONCharsetUTF8)
	return c.Send(body)
}

// listParams reads limit and cursor of a list; a list's unknown filters are refused rather than ignored.
func listParams(c *fiber.Ctx, filters ...string) (limit int, cursor int64, err error) {
	wrong := map[string]string{}
	allowed := append([]string{"limit", "cursor", "purpose"}, filters...)
	for _, name := range slices.Sorted(maps.Keys(c.Queries())) {
		v := c.Query(name)
		switch {
		case !slices.Contains(allowed, name):
			wrong[name] = "没有这个筛选条件。"
		case len(v) > 600 || !utf8.ValidString(v) || strings.ContainsFunc(v, unicode.IsControl):
			wrong[name] = "太长，或含有控制字符。"
		case name == "region" && v != "" && (len(v) != 6 || strings.Trim(v, "0123456789") != ""):
			wrong[name] = "应为 6 位行政区划代码。"
		}
	}
	limit = 20
	if v := c.Query("limit"); v != "" {
		if limit, err = strconv.Atoi(v); err != nil || limit < 1 || limit > 100 {
			wrong["limit"] = "应为 1 至 100。"
		}
	}
	if v := c.Query("cursor"); v != "" {
		if cursor, err = strconv.ParseInt(v, 10, 64); err != nil || cursor < 1 {
			wrong["cursor"] = "应为上一页给出的 next_cursor。"
		}
	}
	if len(wrong) > 0 {
		return 0, 0, &domain.Error{Kind: domain.Malformed, Code: "bad_query", Detail: "查询条件有误。", Fields: wrong}
	}
	return limit, cursor, nil
}

func nextCursor(next int64) *string {
	if next == 0 {
		return nil
	}
	s := strconv.FormatInt(next, 10)
	return &s
}
