package domain

import "time"

// Call is the outside of one use case: who calls, from where, on which version, and how a repeated
// request finds its first answer. Values only; it carries no transaction and no service.
type Call struct {
	Actor     Actor
	RequestID string
	IP        string
	Purpose   string  // why an official looks, where that must be said (?purpose=)
	Expect    int64   // If-Match: the version the caller saw; 0 if not named
	Replay    *Replay // nil: the request carries no Idempotency-Key
}

// CheckVersion refuses a stale version (409), naming the current one.
func (c Call) CheckVersion(current int64) error {
	if c.Expect != 0 && c.Expect != current {
		return StaleError(current)
	}
	return nil
}

// Replay makes a request exactly-once: its key is kept in the transaction of its effects, with the answer
// that Present makes of the result, so that the same request gets the same answer.
type Replay struct {
	ID      [32]byte // digest of actor, route and key
	Body    [32]byte // digest of the body
	Expires time.Time
	Present func(result any) (status int, body []byte, err error)
	Found   *Answer // set with ErrReplayed
}

// Answer is a kept answer.
type Answer struct {
	Status int
	Body   []byte
}
