package domain

import (
	"errors"
	"strings"
	"unicode"
)

// What can be wrong with a unified social credit code.
var (
	ErrUSCCLength    = errors.New("uscc: not 18 characters")
	ErrUSCCCharacter = errors.New("uscc: character outside 0-9, A-H, J-N, P-R, T, U, W-Y")
	ErrUSCCCheck     = errors.New("uscc: check character does not fit")
)

// usccAlphabet gives each character its value by position; I, O, S, V and Z
// are left out because they are misread.
const usccAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

const usccLength = 18

// NormalizeUSCC brings a written unified social credit code into its canonical
// form: without blanks around, half-width, upper case.
func NormalizeUSCC(s string) string {
	half := strings.Map(func(c rune) rune {
		if c >= '！' && c <= '～' {
			return c - '！' + '!'
		}
		return c
	}, s)
	return strings.ToUpper(strings.TrimFunc(half, func(c rune) bool {
		return unicode.IsSpace(c) || c == '\u200b' || c == '\ufeff'
	}))
}

// CheckUSCC checks a canonical unified social credit code by GB 32100-2015
// (CRED-7): 18 characters of its alphabet, the last of which makes the weighted
// sum divisible by 31.
func CheckUSCC(s string) error {
	if len(s) != usccLength {
		return ErrUSCCLength
	}
	sum, weight := 0, 1
	for i := range len(s) {
		value := strings.IndexByte(usccAlphabet, s[i])
		if value < 0 {
			return ErrUSCCCharacter
		}
		if i == usccLength-1 {
			weight = 1
		}
		sum += value * weight
		weight = weight * 3 % len(usccAlphabet)
	}
	if sum%len(usccAlphabet) != 0 {
		return ErrUSCCCheck
	}
	return nil
}
