package identity

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"qhtz/domain"
	"qhtz/domain/identity/competence"
)

// SessionKind says how a session's token travels.
type SessionKind string

// The kinds of session.
const (
	SessionCookie SessionKind = "cookie" // a browser; its writes need the CSRF token
	SessionBearer SessionKind = "bearer" // a program
)

// touchEvery is how often a session or key in use is marked as used.
const touchEvery = time.Minute

// Session is one place where an account is signed in. Times are machine time, UTC.
type Session struct {
	ID         int64
	AccountID  int64
	Kind       SessionKind
	Agent, IP  string
	CreatedAt  time.Time
	LastSeenAt time.Time     // to the minute
	ExpiresAt  time.Time     // in any case
	Idle       time.Duration // ends this long after LastSeenAt
	CSRF       string        // only from SignIn and Authenticate: made from the token, kept nowhere
}

// Ends is the instant at which the session ends unless it is used.
func (s Session) Ends() time.Time {
	if idle := s.LastSeenAt.Add(s.Idle); idle.Before(s.ExpiresAt) {
		return idle
	}
	return s.ExpiresAt
}

// CheckCSRF reports whether a presented token is the session's.
func (s Session) CheckCSRF(presented string) bool {
	return s.CSRF != "" && subtle.ConstantTimeCompare([]byte(s.CSRF), []byte(presented)) == 1
}

// hashOf is what is kept of a token: it has at least 128 random bits, so a plain digest is enough.
func hashOf(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

func csrfOf(token string) string {
	m := hmac.New(sha256.New, []byte(token))
	m.Write([]byte("csrf"))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

// Authenticate finds who stands behind a session token or an integrator's key; the session is nil for a key. What is
// unknown, ended, revoked or of a disabled account is domain.Unauthenticated. One point query, and once a minute
// a small write that marks it as used.
func (s *Service) Authenticate(ctx context.Context, token string) (domain.Actor, *Session, error) {
	if strings.HasPrefix(token, TokenPrefix) {
		actor, err := s.authenticateKey(ctx, token)
		return actor, nil, err
	}
	session, account, err := s.store.SessionByHash(ctx, hashOf(token))
	if domain.IsKind(err, domain.NotFound) {
		return domain.Actor{}, nil, notSignedIn()
	}
	if err != nil {
		return domain.Actor{}, nil, fmt.Errorf("authenticate: %w", err)
	}
	wall := s.wall.Wall()
	if account.Disabled || !wall.Before(session.Ends()) {
		return domain.Actor{}, nil, sessionEnded()
	}
	if wall.Sub(session.LastSeenAt) >= touchEvery {
		if err := s.store.InIdentityTx(ctx, domain.Call{}, func(tx Tx) error { return tx.TouchSession(ctx, session.ID, wall) }); err != nil {
			return domain.Actor{}, nil, fmt.Errorf("mark session as used: %w", err)
		}
		session.LastSeenAt = wall
	}
	session.CSRF = csrfOf(token)
	return account.Actor(), &session, nil
}

// Sessions lists where the actor is signed in, the last used first. It does not count as use.
func (s *Service) Sessions(ctx context.Context, actor domain.Actor) ([]Session, error) {
	if err := competence.May(actor, competence.SessionsManage, competence.Scope{}); err != nil {
		return nil, err
	}
	all, err := s.store.SessionsOf(ctx, actor.ID)
	if err != nil {
		return nil, err
	}
	wall := s.wall.Wall()
	open := make([]Session, 0, len(all))
	for _, session := range all {
		if wall.Before(session.Ends()) {
			open = append(open, session)
		}
	}
	return open, nil
}

// SignOut ends the session through which the call came. A key has none to end (domain.Forbidden).
func (s *Service) SignOut(ctx context.Context, call domain.Call, current *Session) error {
	if current == nil {
		return domain.ForbiddenError("接口密钥没有会话可以退出；不再使用时请吊销密钥。")
	}
	return s.end(ctx, call, current.ID, "account.sign_out")
}

// EndSession ends one of the caller's sessions; any other id is domain.NotFound.
func (s *Service) EndSession(ctx context.Context, call domain.Call, id int64) error {
	return s.end(ctx, call, id, "account.session_end")
}

func (s *Service) end(ctx context.Context, call domain.Call, id int64, action string) error {
	return s.change(ctx, call, competence.SessionsManage, func(tx Tx) (domain.AuditEntry, error) {
		return domain.AuditEntry{Action: action, Note: fmt.Sprintf("会话%d", id)}, tx.DeleteSession(ctx, call.Actor.ID, id)
	})
}

// EndOtherSessions ends all of the caller's sessions but the one named, and says how many.
func (s *Service) EndOtherSessions(ctx context.Context, call domain.Call, keep int64) (int, error) {
	n := 0
	err := s.change(ctx, call, competence.SessionsManage, func(tx Tx) (_ domain.AuditEntry, err error) {
		n, err = tx.DeleteOtherSessions(ctx, call.Actor.ID, keep)
		return domain.AuditEntry{Action: "account.session_end_others", Note: fmt.Sprintf("%d个会话", n)}, err
	})
	return n, err
}

// change runs a command of an account on itself: permission, the account's lock, the audit event.
func (s *Service) change(ctx context.Context, call domain.Call, act competence.Act, fn func(Tx) (domain.AuditEntry, error)) error {
	if err := competence.May(call.Actor, act, competence.Scope{}); err != nil {
		return err
	}
	call.Replay = nil // these answers are never kept
	return s.store.InIdentityTx(ctx, call, func(tx Tx) error {
		if _, err := tx.LockAccount(ctx, call.Actor.ID); err != nil {
			return err
		}
		entry, err := fn(tx)
		if err != nil {
			return err
		}
		entry.Subject = domain.SubjectAccount(call.Actor.ID)
		tx.Audit(entry)
		return nil
	})
}

func notSignedIn() *domain.Error {
	return &domain.Error{Kind: domain.Unauthenticated, Code: "not_signed_in", Detail: "请先登录。"}
}

func sessionEnded() *domain.Error {
	return &domain.Error{Kind: domain.Unauthenticated, Code: "session_ended", Detail: "登录已到期，请重新登录。"}
}
