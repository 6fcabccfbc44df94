package identity

import (
	"context"
	"time"

	"qhtz/domain"
)

// Settings are the policy parameters of signing in, as of now.
type Settings struct {
	PolicyVersion int
	Failures      int           // wrong passwords before the lock
	Lock          time.Duration // how long it holds, and after how long failures are forgotten
	Idle          time.Duration // a session ends unused
	Absolute      time.Duration // a session ends in any case
}

// Attempt is what a reservation found: the how-manieth failure this would be, or until when the name is locked.
type Attempt struct {
	Number int
	Until  time.Time // set if it is refused unevaluated
}

// Store is what the use cases need of the database. What is absent is a domain.NotFound error.
type Store interface {
	Accounts(ctx context.Context) ([]Account, error)
	SessionByHash(ctx context.Context, hash []byte) (Session, Account, error)
	SessionsOf(ctx context.Context, accountID int64) ([]Session, error)
	TokenByHash(ctx context.Context, hash []byte) (Token, Account, error)
	TokensOf(ctx context.Context, accountID int64) ([]Token, error)
	InIdentityTx(ctx context.Context, call domain.Call, fn func(Tx) error) error
}

// Tx is one transaction. Commands on an account lock it first: its audit events follow one another.
type Tx interface {
	NewID(ctx context.Context) (int64, error)
	Now() time.Time // platform time, for created_at of what is not about sessions
	Audit(e domain.AuditEntry)
	SignInSettings(ctx context.Context) (Settings, error)

	// ReserveAttempt counts an attempt on a name before it is evaluated: atomically, so that of any number of
	// parallel ones only so many are let through as the settings allow.
	ReserveAttempt(ctx context.Context, nameDigest []byte, wall time.Time, s Settings) (Attempt, error)
	ClearAttempts(ctx context.Context, nameDigest []byte) error
	CredentialByUsername(ctx context.Context, username string) (Credential, error)
	LockAccount(ctx context.Context, id int64) (Credential, error)

	InsertSession(ctx context.Context, hash []byte, s Session) error
	TouchSession(ctx context.Context, id int64, seen time.Time) error
	DeleteSession(ctx context.Context, accountID, id int64) error
	DeleteOtherSessions(ctx context.Context, accountID, keep int64) (int, error)
	InsertToken(ctx context.Context, hash []byte, t Token) error
	TouchToken(ctx context.Context, id int64, used time.Time) error
	RevokeToken(ctx context.Context, accountID, id int64, at time.Time) error
	// SweepIdentity deletes sessions and counted attempts that have ended by then.
	SweepIdentity(ctx context.Context, wall time.Time) error

	InsertOrganization(ctx context.Context, o domain.Organization, inPlatformService bool, at time.Time) error
	InsertAccount(ctx context.Context, c Credential, at time.Time) error
}

// Service holds the use cases of accounts, sessions and keys.
type Service struct {
	store Store
	wall  domain.Wall
	gate  gate
}

// New makes the service.
func New(store Store, wall domain.Wall) *Service {
	return &Service{store: store, wall: wall, gate: gate{queues: map[[32]byte]*queue{}}}
}

// Sweep deletes sessions and counted attempts that have ended. Nothing depends on it but the size of the tables.
func (s *Service) Sweep(ctx context.Context) error {
	return s.store.InIdentityTx(ctx, domain.Call{Actor: domain.TimerActor}, func(tx Tx) error {
		return tx.SweepIdentity(ctx, s.wall.Wall())
	})
}
