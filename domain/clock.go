package domain

import "time"

// The platform has two times. Platform time decides law, dates, codes and as-of answers: rules find it in
// catalogue.Book.Now and in the transaction. Machine time serves sessions, lockout, rate limits, expiry of
// keys and leases. In development platform time can be moved; machine time never is.

// Wall tells machine time, UTC.
type Wall interface {
	Wall() time.Time
}

// Precise cuts an instant to what the database keeps: UTC, microseconds.
func Precise(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
