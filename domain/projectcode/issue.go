package projectcode

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
)

// ErrExhausted means that every serial of the prefix is taken.
var ErrExhausted = errors.New("project code: no serial of this prefix is free")

// ErrContended means that serials were listed as free but none could be
// claimed, as when the transaction sees an old snapshot. A new transaction
// helps.
var ErrContended = errors.New("project code: free serials are taken by others")

// Claims is the register of codes, seen from inside the transaction that
// accepts the project (CODE-1), so that a code is neither given twice nor lost.
type Claims interface {
	// ClaimCode records the code and reports false if it is taken.
	ClaimCode(ctx context.Context, c Code) (bool, error)
	// FreeSerials lists up to limit serials of the prefix in lo…hi that are
	// not taken.
	FreeSerials(ctx context.Context, prefix string, lo, hi, limit int) ([]int, error)
}

// Issuer gives out codes. In production the central platform may be one
// (CODE-5).
type Issuer interface {
	Issue(ctx context.Context, claims Claims, req Request) (Code, error)
}

// BuiltIn issues codes by itself: unpredictable serials, each of a prefix
// usable once (CODE-5). The zero value is ready and safe for concurrent use.
type BuiltIn struct {
	// Random returns a number in 0…n-1 that cannot be guessed; nil means
	// crypto/rand.
	Random func(n int) int
}

var _ Issuer = BuiltIn{}

const (
	randomDraws = 8   // plain draws before free serials are looked up
	freeWindow  = 256 // free serials looked up at a time
	freeRounds  = 16  // look-ups, each followed by freeWindow claims at most
)

// Issue claims a code for the request. It returns ErrExhausted only when no
// serial of the prefix is free; errors of the request are *Error.
func (b BuiltIn) Issue(ctx context.Context, claims Claims, req Request) (Code, error) {
	scheme, prefix, err := Prefix(req)
	if err != nil {
		return "", err
	}
	lo, hi := serialRange(scheme)
	claim := func(serial int) (Code, bool, error) {
		c, err := complete(scheme, prefix, strconv.Itoa(serial))
		if err != nil {
			return "", false, err
		}
		ok, err := claims.ClaimCode(ctx, c)
		if err != nil {
			return "", false, fmt.Errorf("claim project code: %w", err)
		}
		return c, ok, nil
	}
	for range randomDraws {
		if c, ok, err := claim(lo + b.random(hi-lo+1)); ok || err != nil {
			return c, err
		}
	}
	for range freeRounds {
		free, err := b.free(ctx, claims, prefix, lo, hi)
		if err != nil {
			return "", err
		}
		for len(free) > 0 {
			i := b.random(len(free))
			if c, ok, err := claim(free[i]); ok || err != nil {
				return c, err
			}
			free = slices.Delete(free, i, i+1)
		}
	}
	return "", ErrContended
}

// serialRange keeps the first digit from being 0, as published codes do.
func serialRange(s Scheme) (lo, hi int) {
	if s == Scheme2017 {
		return 100000, 999999
	}
	return 10000, 99999
}

// free looks up free serials from a random place on, and on from the beginning
// where the end comes first, so that even the last ones of a prefix come in no
// order. It never returns an empty list without an error.
func (b BuiltIn) free(ctx context.Context, claims Claims, prefix string, lo, hi int) ([]int, error) {
	start := lo + b.random(hi-lo+1)
	free, err := claims.FreeSerials(ctx, prefix, start, hi, freeWindow)
	if err == nil && len(free) < freeWindow && start > lo {
		var rest []int
		rest, err = claims.FreeSerials(ctx, prefix, lo, start-1, freeWindow-len(free))
		free = append(free, rest...)
	}
	if err != nil {
		return nil, fmt.Errorf("look up free project codes: %w", err)
	}
	if len(free) == 0 {
		return nil, ErrExhausted
	}
	return free, nil
}

func (b BuiltIn) random(n int) int {
	if b.Random != nil {
		return b.Random(n)
	}
	return secureRandom(n)
}

// secureRandom draws again where a plain remainder would favour low numbers.
func secureRandom(n int) int {
	const all = uint64(1) << 32
	limit := all - all%uint64(n)
	for {
		var buf [4]byte
		_, _ = rand.Read(buf[:]) // never fails
		if v := uint64(binary.LittleEndian.Uint32(buf[:])); v < limit {
			return int(v % uint64(n))
		}
	}
}
