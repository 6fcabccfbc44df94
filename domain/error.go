// Package domain holds what every area of the platform shares: errors, time, who acts, money.
package domain

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Kind says what sort of refusal an Error is; handlers map it to a status, nothing else does.
type Kind string

// The kinds of refusal.
const (
	Malformed       Kind = "malformed"        // the request cannot be read
	Unauthenticated Kind = "unauthenticated"  // nobody is signed in
	Forbidden       Kind = "forbidden"        // signed in, not competent
	NotFound        Kind = "not_found"        // absent, or not visible to the actor
	Conflict        Kind = "conflict"         // the state does not allow it, or the version is stale
	Invalid         Kind = "invalid"          // a rule refuses it
	Required        Kind = "version_required" // the version must be named
	TooLarge        Kind = "too_large"
	TooMany         Kind = "too_many"
	Unavailable     Kind = "unavailable"
	Internal        Kind = "internal"
)

// Error is a refusal that users are told: a kind, a stable code, the rule (rulebook id) where one was broken,
// and all bad fields at once.
type Error struct {
	Kind    Kind
	Code    string            // stable, for programs: "stale_version", "unknown_region"
	Rule    string            // "FILE-5"; empty if no rule of the rulebook is concerned
	Detail  string            // for people
	Fields  map[string]string // field → what is wrong with it
	Version int64             // the current version, for a stale one
	Err     error             // the cause; logged, never shown
}

func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s/%s", e.Kind, e.Code)
	if e.Rule != "" {
		b.WriteString(" " + e.Rule)
	}
	if e.Detail != "" {
		b.WriteString(": " + e.Detail)
	}
	for _, f := range slices.Sorted(maps.Keys(e.Fields)) {
		b.WriteString("; " + f + ": " + e.Fields[f])
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Err }

// Refuse makes an Error that cites a rule of the rulebook.
func Refuse(kind Kind, code, rule, detail string) *Error {
	return &Error{Kind: kind, Code: code, Rule: rule, Detail: detail}
}

// NotFoundError is the answer for what is absent and for what the actor may not see: they look the same.
func NotFoundError() *Error {
	return &Error{Kind: NotFound, Code: "not_found", Detail: "没有找到，或您无权查看。"}
}

// ForbiddenError is the answer to an act outside the actor's competence.
func ForbiddenError(detail string) *Error {
	return &Error{Kind: Forbidden, Code: "not_competent", Detail: detail}
}

// StaleError says that the resource has moved on to the given version.
func StaleError(current int64) *Error {
	return &Error{Kind: Conflict, Code: "stale_version", Version: current,
		Detail: fmt.Sprintf("内容已被更新（当前版本 %d），请重新读取后再提交。", current)}
}

// AsError finds the refusal in an error chain.
func AsError(err error) (*Error, bool) {
	var e *Error
	ok := errors.As(err, &e)
	return e, ok
}

// IsKind reports whether err is a refusal of that kind.
func IsKind(err error, kind Kind) bool {
	e, ok := AsError(err)
	return ok && e.Kind == kind
}

// ErrReplayed says that the request was answered before: the kept answer stands in Call.Replay.Found.
var ErrReplayed = errors.New("domain: answered before")
