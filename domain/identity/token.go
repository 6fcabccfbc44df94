package identity

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"qhtz/domain"
	"qhtz/domain/identity/competence"
)

// TokenPrefix begins every integrator's key, so that one that leaks is recognised.
const TokenPrefix = "qhtz_"

// MaxTokenDays is the longest life of a key.
const MaxTokenDays = 365

const maxTokenName = 60

// Token is an integrator's key, without its secret. Times are machine time, UTC.
type Token struct {
	ID         int64
	AccountID  int64
	Name       string
	Scopes     []string
	CreatedAt  time.Time
	ExpiresAt  time.Time
	LastUsedAt time.Time // to the minute; zero: never
	RevokedAt  time.Time // zero: not revoked
}

// Live reports whether the key works at an instant.
func (t Token) Live(wall time.Time) bool { return t.RevokedAt.IsZero() && wall.Before(t.ExpiresAt) }

func (s *Service) authenticateKey(ctx context.Context, secret string) (domain.Actor, error) {
	token, account, err := s.store.TokenByHash(ctx, hashOf(secret))
	if domain.IsKind(err, domain.NotFound) {
		return domain.Actor{}, badKey()
	}
	if err != nil {
		return domain.Actor{}, fmt.Errorf("authenticate key: %w", err)
	}
	wall := s.wall.Wall()
	if account.Disabled || !token.Live(wall) {
		return domain.Actor{}, badKey()
	}
	if wall.Sub(token.LastUsedAt) >= touchEvery {
		if err := s.store.InIdentityTx(ctx, domain.Call{}, func(tx Tx) error { return tx.TouchToken(ctx, token.ID, wall) }); err != nil {
			return domain.Actor{}, fmt.Errorf("mark key as used: %w", err)
		}
	}
	actor := account.Actor()
	actor.Scopes = append([]string{}, token.Scopes...) // never nil, which would mean unlimited
	return actor, nil
}

// CreateToken makes a key for the caller's own account, good for so many days (1–365). The secret is shown once
// and kept nowhere. Bad fields are told all at once (domain.Invalid).
func (s *Service) CreateToken(ctx context.Context, call domain.Call, name string, scopes []string, days int) (Token, string, error) {
	if err := competence.May(call.Actor, competence.TokensManage, competence.Scope{}); err != nil {
		return Token{}, "", err
	}
	name = strings.TrimSpace(name)
	if err := checkToken(name, scopes, days); err != nil {
		return Token{}, "", err
	}
	wall := s.wall.Wall()
	secret := TokenPrefix + rand.Text()
	t := Token{AccountID: call.Actor.ID, Name: name, Scopes: slices.Sorted(slices.Values(scopes)), CreatedAt: wall,
		ExpiresAt: wall.Add(time.Duration(days) * 24 * time.Hour)}
	err := s.change(ctx, call, competence.TokensManage, func(tx Tx) (_ domain.AuditEntry, err error) {
		if t.ID, err = tx.NewID(ctx); err != nil {
			return domain.AuditEntry{}, err
		}
		return domain.AuditEntry{Action: "account.token_create", Note: fmt.Sprintf("密钥%d，%s，%d天", t.ID, strings.Join(t.Scopes, "、"), days)},
			tx.InsertToken(ctx, hashOf(secret), t)
	})
	if err != nil {
		return Token{}, "", err
	}
	return t, secret, nil
}

func checkToken(name string, scopes []string, days int) error {
	fields := map[string]string{}
	if n := utf8.RuneCountInString(name); n < 1 || n > maxTokenName || name != storable(name, maxTokenName) {
		fields["name"] = fmt.Sprintf("请填写名称，不超过%d个字。", maxTokenName)
	}
	known := func(s string) bool { return slices.Contains(competence.KeyScopes, s) }
	seen := slices.Compact(slices.Sorted(slices.Values(scopes)))
	if len(scopes) == 0 || len(seen) != len(scopes) || slices.ContainsFunc(scopes, func(s string) bool { return !known(s) }) {
		fields["scopes"] = "请从 " + strings.Join(competence.KeyScopes, "、") + " 中选择，不重复。"
	}
	if days < 1 || days > MaxTokenDays {
		fields["days"] = fmt.Sprintf("有效天数为1至%d。", MaxTokenDays)
	}
	if len(fields) == 0 {
		return nil
	}
	return &domain.Error{Kind: domain.Invalid, Code: "invalid_token_request", Detail: "密钥的申请有误。", Fields: fields}
}

// ListTokens lists the actor's keys, the newest first, ended and revoked ones too.
func (s *Service) ListTokens(ctx context.Context, actor domain.Actor) ([]Token, error) {
	if err := competence.May(actor, competence.TokensManage, competence.Scope{}); err != nil {
		return nil, err
	}
	return s.store.TokensOf(ctx, actor.ID)
}

// RevokeToken ends one of the caller's keys for good; any other id, or one revoked before, is domain.NotFound.
func (s *Service) RevokeToken(ctx context.Context, call domain.Call, id int64) error {
	return s.change(ctx, call, competence.TokensManage, func(tx Tx) (domain.AuditEntry, error) {
		return domain.AuditEntry{Action: "account.token_revoke", Note: fmt.Sprintf("密钥%d", id)},
			tx.RevokeToken(ctx, call.Actor.ID, id, s.wall.Wall())
	})
}

func badKey() *domain.Error {
	return &domain.Error{Kind: domain.Unauthenticated, Code: "bad_key", Detail: "接口密钥无效、已到期或已吊销。"}
}
