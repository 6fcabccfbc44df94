package projectcode

import (
	"unicode"
	"unicode/utf8"
)

// maxInput bounds the bytes of one written code: full-width digits take three
// bytes each, and pasted codes carry blanks around them.
const maxInput = 256

// Parse reads a code in any written form: bare or hyphenated, with half- or
// full-width digits, any of Unicode's dashes, blanks around it and between its
// segments (CODE-2). Errors are *Error.
func Parse(s string) (Code, error) {
	digits, err := read(s)
	if err != nil {
		return "", err
	}
	if err := check(digits); err != nil {
		return "", err
	}
	return Code(digits), nil
}

// reader collects the digits of a code and watches where marks stand.
type reader struct {
	digits   []byte
	dashes   int
	dashAt   int  // number of digits before the last dash
	blank    bool // a blank since the last digit
	longDash bool // the last mark was half of a Chinese dash
}

// read reduces a written form to its 20 digits.
func read(s string) (string, *Error) {
	if len(s) > maxInput {
		return "", refuse(ReasonTooLong, "输入过长，不是项目代码。")
	}
	if !utf8.ValidString(s) {
		return "", refuse(ReasonCharacter, "项目代码只含数字和连字符。")
	}
	r := reader{digits: make([]byte, 0, codeLength)}
	for _, c := range s {
		if err := r.add(c); err != nil {
			return "", err
		}
	}
	switch {
	case len(r.digits) == 0 && r.dashes == 0:
		return "", refuse(ReasonEmpty, "请输入项目代码。")
	case len(r.digits) != codeLength:
		return "", refuse(ReasonLength, "项目代码应有 20 位数字，这里有 %d 位。", len(r.digits))
	case r.dashes != 0 && r.dashes != len(segmentEnds):
		return "", refuse(ReasonLayout, layoutDetail)
	}
	return string(r.digits), nil
}

const layoutDetail = "连字符或空格的位置不对，应如 0000-000000-00-00-000000。"

func (r *reader) add(c rune) *Error {
	digit, isDigit := digitOf(c)
	switch {
	case unicode.Is(invisible, c):
		return nil
	case isDigit:
		return r.addDigit(digit)
	case isDash(c):
		return r.addDash(c)
	case unicode.IsSpace(c):
		r.blank, r.longDash = true, false
		return nil
	default:
		return refuse(ReasonCharacter, "项目代码只含数字和连字符，不能有“%c”。", printable(c))
	}
}

func (r *reader) addDigit(digit byte) *Error {
	n := len(r.digits)
	if r.blank && n > 0 && !isSegmentEnd(n) {
		return refuse(ReasonLayout, layoutDetail)
	}
	if n < codeLength+1 { // one more than fits is enough to know
		r.digits = append(r.digits, digit)
	}
	r.blank, r.longDash = false, false
	return nil
}

// addDash takes one dash per segment end. Chinese keyboards write a dash as
// two em dashes; the second of such a pair is the same dash.
func (r *reader) addDash(c rune) *Error {
	n := len(r.digits)
	if r.longDash && c == emDash {
		r.longDash = false
		return nil
	}
	if !isSegmentEnd(n) || (r.dashes > 0 && r.dashAt == n) {
		return refuse(ReasonLayout, layoutDetail)
	}
	r.dashes++
	r.dashAt, r.longDash = n, c == emDash
	return nil
}

func isSegmentEnd(n int) bool {
	for _, end := range segmentEnds {
		if n == end {
			return true
		}
	}
	return false
}

func digitOf(c rune) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return byte(c), true
	case c >= '０' && c <= '９':
		return byte(c-'０') + '0', true
	default:
		return 0, false
	}
}

const emDash = '\u2014'

// isDash knows Unicode's dash punctuation, which includes the full-width
// hyphen, and the look-alikes outside that class: minus signs, the hyphen
// bullet, the modifier minus, box drawing and the Japanese long vowel marks.
func isDash(c rune) bool {
	switch c {
	case '\u2212', '\u207b', '\u208b', '\u2043', '\u02d7', '\u2500', '\u2501', '\u30fc', '\uff70', '\u2796':
		return true
	}
	return unicode.Is(unicode.Pd, c)
}

// invisible characters come along with pasted text and mean nothing: soft
// hyphens, zero-width blanks and joiners, direction marks, byte order marks.
var invisible = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x00ad, Hi: 0x00ad, Stride: 1},
		{Lo: 0x180e, Hi: 0x180e, Stride: 1},
		{Lo: 0x200b, Hi: 0x200f, Stride: 1},
		{Lo: 0x202a, Hi: 0x202e, Stride: 1},
		{Lo: 0x2060, Hi: 0x2064, Stride: 1},
		{Lo: 0x2066, Hi: 0x2069, Stride: 1},
		{Lo: 0xfeff, Hi: 0xfeff, Stride: 1},
	},
	LatinOffset: 1,
}

// printable keeps control characters out of messages.
func printable(c rune) rune {
	if unicode.IsPrint(c) {
		return c
	}
	return unicode.ReplacementChar
}
