package domain

import (
	"errors"
	"testing"
)

// CRED-7: codes of well-known units pass.
func TestCheckUSCC(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"91110000802100433B", "91440300708461136T", "91350100M000100Y43"} {
		if err := CheckUSCC(s); err != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
	for s, want := range map[string]error{
		"":                    ErrUSCCLength,
		"91110000802100433":   ErrUSCCLength,
		"91110000802100433BB": ErrUSCCLength,
		"9111000080210043３":   ErrUSCCLength,
		"91110000802100433I":  ErrUSCCCharacter,
		"91110000802100433b":  ErrUSCCCharacter,
		"9111000O802100433B":  ErrUSCCCharacter,
		"91110000802100433C":  ErrUSCCCheck,
		"19110000802100433B":  ErrUSCCCheck,
	} {
		if err := CheckUSCC(s); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", s, err, want)
		}
	}
}

// CRED-7: no single wrong character passes.
func TestCheckUSCCSingleErrors(t *testing.T) {
	t.Parallel()
	const good = "91350100M000100Y43"
	for i := range len(good) {
		for _, c := range []byte(usccAlphabet) {
			wrong := []byte(good)
			wrong[i] = c
			if c != good[i] && CheckUSCC(string(wrong)) == nil {
				t.Errorf("%s passed", wrong)
			}
		}
	}
}

func TestNormalizeUSCC(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"91350100m000100y43":          "91350100M000100Y43",
		" \u300091350100M000100Y43\n": "91350100M000100Y43",
		"９１３５０１００ｍ０００１００Ｙ４３":          "91350100M000100Y43",
		"\ufeff91350100M000100Y43":    "91350100M000100Y43",
		"9135 0100":                   "9135 0100",
	} {
		if got := NormalizeUSCC(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
