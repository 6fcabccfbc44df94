package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"

	"qhtz/domain"
	"qhtz/domain/calendar"
)

// Login is what somebody presents at the door.
type Login struct {
	Username string
	Password string
	Kind     SessionKind
	Agent    string // the client as it names itself
}

// SignedIn is a new session. Token is shown to the client and kept nowhere.
type SignedIn struct {
	Session Session
	Token   string
	Actor   domain.Actor
}

// LockedError is in the chain of the domain.TooMany error that refuses a locked name.
type LockedError struct{ Until time.Time }

func (e *LockedError) Error() string { return "identity: locked until " + e.Until.Format(time.RFC3339) }

// SignIn checks a password and opens a session under a fresh token. A wrong password, an unknown name and a
// disabled account are refused alike (domain.Unauthenticated) and after the same work. The attempt is counted in the
// database before the password is evaluated. After so many failures as the policy allows, the name is locked
// (domain.TooMany, with a *LockedError): a name that no account bears is locked just the same, so the lock tells
// nothing. Failures are forgotten after the duration of the lock, or at success.
//
// Every evaluated attempt leaves an audit event; attempts on a locked name leave none beyond the lock's own, so that
// nobody can fill the trail.
func (s *Service) SignIn(ctx context.Context, call domain.Call, l Login) (SignedIn, error) {
	if l.Kind != SessionCookie && l.Kind != SessionBearer {
		return SignedIn{}, fmt.Errorf("sign in: unknown kind of session %q", l.Kind)
	}
	call.Replay = nil // an answer that holds a token is never kept
	name := canonicalUsername(l.Username)
	digest := sha256.Sum256([]byte(name))
	leave, err := s.gate.enter(ctx, digest)
	if err != nil {
		return SignedIn{}, crowded(err)
	}
	defer leave()
	// The slot is taken before the attempt is counted: one that is given up while waiting is not held against the name.
	release, err := acquire(ctx)
	if err != nil {
		return SignedIn{}, crowded(err)
	}
	defer release()
	a, err := s.reserve(ctx, call, name, digest[:])
	if err != nil {
		return SignedIn{}, err
	}
	fits, err := verify(a.credential.PasswordHash, l.Password)
	if err != nil {
		return SignedIn{}, fmt.Errorf("sign in: account %d: %w", a.credential.ID, err)
	}
	if !fits || a.credential.Disabled {
		return SignedIn{}, s.refuse(ctx, call, a)
	}
	return s.open(ctx, call, a, l)
}

// reserved is an attempt that was let through.
type reserved struct {
	Attempt
	credential Credential // of no account (ID 0) for an unknown name
	settings   Settings
	digest     []byte
	wall       time.Time
}

func (s *Service) reserve(ctx context.Context, call domain.Call, name string, digest []byte) (reserved, error) {
	a := reserved{digest: digest, wall: s.wall.Wall()}
	err := s.store.InIdentityTx(ctx, call, func(tx Tx) (err error) {
		if a.settings, err = tx.SignInSettings(ctx); err != nil {
			return err
		}
		if a.Attempt, err = tx.ReserveAttempt(ctx, digest, a.wall, a.settings); err != nil {
			return err
		}
		if !a.Until.IsZero() {
			return locked(a.Until)
		}
		a.credential, err = tx.CredentialByUsername(ctx, name)
		if domain.IsKind(err, domain.NotFound) {
			a.credential, err = Credential{PasswordHash: dummy}, nil
		}
		return err
	})
	return a, err
}

// refuse records a failed attempt, and the lock if it was the last one allowed.
func (s *Service) refuse(ctx context.Context, call domain.Call, a reserved) error {
	subject := domain.SubjectAccount(a.credential.ID)
	if a.credential.ID == 0 { // a name of no account, perhaps a password in the wrong field: spread over 65,536 numbers that tell nothing of it
		subject = domain.Subject{Kind: "sign_in", ID: int64(binary.BigEndian.Uint16(a.digest))}
	}
	err := s.store.InIdentityTx(ctx, call, func(tx Tx) error {
		if a.credential.ID != 0 {
			if _, err := tx.LockAccount(ctx, a.credential.ID); err != nil {
				return err
			}
		}
		tx.Audit(domain.AuditEntry{Subject: subject, Action: "account.sign_in_refused", PolicyVersion: a.settings.PolicyVersion,
			Note: fmt.Sprintf("第%d次", a.Number)})
		if a.Number >= a.settings.Failures {
			tx.Audit(domain.AuditEntry{Subject: subject, Action: "account.lock", PolicyVersion: a.settings.PolicyVersion,
				Note: "至" + a.wall.Add(a.settings.Lock).In(calendar.Zone).Format(time.RFC3339)})
		}
		return nil
	})
	if err != nil {
		return err
	}
	return badCredentials()
}

func (s *Service) open(ctx context.Context, call domain.Call, a reserved, l Login) (SignedIn, error) {
	call.Actor = a.credential.Actor()
	out := SignedIn{Token: rand.Text(), Actor: call.Actor}
	out.Session = Session{AccountID: a.credential.ID, Kind: l.Kind, Agent: storable(l.Agent, 200), IP: call.IP, CreatedAt: a.wall, LastSeenAt: a.wall,
		ExpiresAt: a.wall.Add(a.settings.Absolute), Idle: a.settings.Idle, CSRF: csrfOf(out.Token)}
	err := s.store.InIdentityTx(ctx, call, func(tx Tx) error {
		// What was evaluated must still hold: the account may have been disabled, or its password changed, meanwhile.
		now, err := tx.LockAccount(ctx, a.credential.ID)
		if err != nil {
			return err
		}
		if now.Disabled || now.PasswordHash != a.credential.PasswordHash {
			return badCredentials()
		}
		if err := tx.ClearAttempts(ctx, a.digest); err != nil {
			return err
		}
		if out.Session.ID, err = tx.NewID(ctx); err != nil {
			return err
		}
		tx.Audit(domain.AuditEntry{Subject: domain.SubjectAccount(a.credential.ID), Action: "account.sign_in", PolicyVersion: a.settings.PolicyVersion,
			Note: fmt.Sprintf("会话%d，%s", out.Session.ID, l.Kind)})
		return tx.InsertSession(ctx, hashOf(out.Token), out.Session)
	})
	if err != nil {
		return SignedIn{}, err
	}
	return out, nil
}

func badCredentials() *domain.Error {
	return &domain.Error{Kind: domain.Unauthenticated, Code: "bad_credentials", Detail: "用户名或密码不正确。"}
}

func locked(until time.Time) *domain.Error {
	return &domain.Error{Kind: domain.TooMany, Code: "sign_in_locked", Err: &LockedError{Until: until},
		Detail: fmt.Sprintf("登录失败次数过多，暂停登录至北京时间 %s，届时请再试。", until.Add(time.Minute-1).In(calendar.Zone).Format("2006-01-02 15:04"))}
}

func crowded(cause error) *domain.Error {
	return &domain.Error{Kind: domain.Unavailable, Code: "sign_in_busy", Detail: "同时登录的人太多，请稍后再试。", Err: cause}
}
