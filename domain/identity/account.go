// Package identity knows who acts: accounts, sign-in, sessions, integrators' keys, and what each may do where.
// All its times are machine time (domain.Wall), UTC: moving the development clock ends no session and no lock.
package identity

import (
	"context"
	"strings"
	"unicode/utf8"

	"qhtz/domain"
)

// Account is a person's access to the platform.
type Account struct {
	ID           int64
	Username     string
	Name         string
	Roles        []domain.Role
	Organization domain.Organization
	Disabled     bool // signs in no more; its sessions and keys are worth nothing
}

// Actor is the account as the one who acts.
func (a Account) Actor() domain.Actor {
	return domain.Actor{ID: a.ID, Username: a.Username, Name: a.Name, Roles: a.Roles, Organization: a.Organization}
}

// Credential is an account with the digest of its password; it never leaves this package and the store.
type Credential struct {
	Account
	PasswordHash string
}

// Accounts lists all accounts by id. For the development listing; nothing of it is secret.
func (s *Service) Accounts(ctx context.Context) ([]Account, error) { return s.store.Accounts(ctx) }

// canonicalUsername is the form in which usernames are kept. What cannot be a username becomes the empty one,
// which no account has.
func canonicalUsername(s string) string {
	if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		return ""
	}
	return strings.ToLower(strings.TrimSpace(s))
}

// storable makes text from outside fit to be kept: valid, without NUL, at most n characters.
func storable(s string, n int) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "�"), "\x00", "")
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}
