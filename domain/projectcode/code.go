// Package projectcode reads, checks, explains and issues the unified code that
// a project keeps for its whole life (rules CODE-1 to CODE-7).
package projectcode

// Scheme is the generation of a code.
type Scheme string

// The two schemes (CODE-2, CODE-4). Codes of both stay valid for ever.
const (
	Scheme2020 Scheme = "2020" // YYMM-RRRRRR-DD-TT-NNNNNC
	Scheme2017 Scheme = "2017" // YYYY-RRRRRR-HH-LL-NNNNNN
)

const (
	codeLength   = 20
	prefixLength = 14 // everything before the serial, in both schemes
)

// segmentEnds are the positions after which a hyphen is written.
var segmentEnds = [...]int{4, 10, 12, prefixLength}

// Code is a valid project code as 20 digits without hyphens, the form in which
// it is stored. Get one from Parse or an Issuer.
type Code string

// Digits returns the 20 digits.
func (c Code) Digits() string { return string(c) }

// String returns the form shown to people: 24 characters with hyphens.
func (c Code) String() string { return hyphenate(string(c)) }

func hyphenate(digits string) string {
	if len(digits) != codeLength {
		return digits
	}
	return digits[:4] + "-" + digits[4:10] + "-" + digits[10:12] + "-" + digits[12:14] + "-" + digits[14:]
}

// MarshalText writes the hyphenated form, also for JSON.
func (c Code) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads any written form.
func (c *Code) UnmarshalText(text []byte) error {
	parsed, err := Parse(string(text))
	if err != nil {
		return err
	}
	*c = parsed
	return nil
}

// Scheme returns the generation of the code (CODE-4), "" for an empty Code.
func (c Code) Scheme() Scheme {
	if len(c) != codeLength {
		return ""
	}
	return schemeOf(string(c))
}

// part keeps an empty Code, such as that of a draft, from being cut.
func (c Code) part(from, to int) string {
	if len(c) != codeLength {
		return ""
	}
	return string(c[from:to])
}

// schemeOf tells the schemes apart: an old code begins with its year
// 2015–2020, and 15–20 is never a month, which is what a new code has there.
func schemeOf(digits string) Scheme {
	if y := digits[:4]; y >= "2015" && y <= "2020" {
		return Scheme2017
	}
	return Scheme2020
}

// Region returns the six-digit division code of the authority that issued.
func (c Code) Region() string { return c.part(4, 10) }

// Prefix returns all digits before the serial.
func (c Code) Prefix() string { return c.part(0, prefixLength) }

// Issued returns the year and month of issue. Old codes have no month: 0.
func (c Code) Issued() (year, month int) {
	switch c.Scheme() {
	case Scheme2020:
		return 2000 + number(c.part(0, 2)), number(c.part(2, 4))
	case Scheme2017:
		return number(c.part(0, 4)), 0
	default:
		return 0, 0
	}
}

// Department returns the guiding central department of a new code, else "".
func (c Code) Department() string { return c.partOf(Scheme2020, 10, 12) }

// TypeCode returns the project type 01–05 of a new code, else "".
func (c Code) TypeCode() string { return c.partOf(Scheme2020, 12, prefixLength) }

// Industry returns the GB/T 4754 division 01–97 of an old code, else "".
func (c Code) Industry() string { return c.partOf(Scheme2017, 10, 12) }

// Route returns the route of an old code, 01 审批, 02 核准 or 03 备案, else "".
func (c Code) Route() string { return c.partOf(Scheme2017, 12, prefixLength) }

func (c Code) partOf(s Scheme, from, to int) string {
	if c.Scheme() != s {
		return ""
	}
	return c.part(from, to)
}

// number reads a few decimal digits that were checked before.
func number(digits string) int {
	n := 0
	for _, d := range []byte(digits) {
		n = n*10 + int(d-'0')
	}
	return n
}
