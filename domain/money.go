package domain

import (
	"errors"
	"fmt"
	"strings"
)

// Money is an amount in hundredths of 万元 (REP-3): exact, never a float.
type Money int64

// MaxMoney bounds an amount: 100 万亿元, more than any project, far from overflow in sums.
const MaxMoney Money = 100_0000_0000_00

// ErrMoney says that a text is no amount in 万元 with at most two decimals.
var ErrMoney = errors.New("domain: not an amount")

// ParseMoney reads a decimal text in 万元 such as "12500.00", "0.5" or "12500".
func ParseMoney(s string) (Money, error) {
	negative := strings.HasPrefix(s, "-")
	whole, frac, hasPoint := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	if whole == "" || len(whole) > 12 || len(frac) > 2 || hasPoint && frac == "" {
		return 0, ErrMoney
	}
	for len(frac) < 2 {
		frac += "0"
	}
	var n int64
	for _, c := range []byte(whole + frac) {
		if c < '0' || c > '9' {
			return 0, ErrMoney
		}
		n = n*10 + int64(c-'0')
	}
	if negative {
		n = -n
	}
	return Money(n), nil
}

// String gives the amount in 万元 with two decimals, as the API writes it.
func (m Money) String() string {
	sign := ""
	if m < 0 {
		sign, m = "-", -m
	}
	return fmt.Sprintf("%s%d.%02d", sign, m/100, m%100)
}
