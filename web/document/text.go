package document

import (
	"strings"
	"unicode"
)

// geta stands, by printers' custom, where a character is not to be had in the typeface.
const geta = '〓'

// plain makes untrusted text printable: line separators become \n, other spaces one space, and characters that draw
// nothing but can deceive (controls, direction marks, zero-width characters, variation selectors) are dropped.
// Text always runs left to right on a certificate.
func plain(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\v' || r == '\f' || r == '\u0085' || r == '\u2028' || r == '\u2029':
			return '\n'
		case r == '\u3000': // the ideographic space is part of Chinese layout
			return r
		case r == '\t' || unicode.Is(unicode.Zs, r):
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r):
			return -1
		}
		return r
	}, s))
}

// oneLine is plain for fields that must not break.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(plain(s), func(r rune) bool { return r == '\n' }), " ")
}

// Characters that may not begin, or end, a line of Chinese text.
const (
	neverFirst = "、，。；：？！）」』】〕》〉〗”’…—～·％‰℃°,.;:?!)]}%"
	neverLast  = "（「『【〔《〈〖“‘([{￥¥＄$"
)

// mayBreak tells whether a line may end between two neighbouring characters: Chinese breaks anywhere but next to its
// brackets and closing punctuation, a Latin word or a number never inside.
func mayBreak(before, after rune) bool {
	switch {
	case after == ' ' || strings.ContainsRune(neverFirst, after) || strings.ContainsRune(neverLast, before):
		return false
	case before == ' ':
		return true
	}
	return !inWord(before) || !inWord(after)
}

func inWord(r rune) bool {
	return r > ' ' && r < 0x2000
}

// wrap sets text in lines no wider than width, the first one shortened by indent; advance gives each character's
// width in the same unit. A word wider than a whole line, such as an address, fills the line and goes on below.
func wrap(text string, width, indent float64, advance func(rune) float64) []string {
	var lines []string
	for _, paragraph := range strings.Split(text, "\n") {
		lines = append(lines, wrapParagraph([]rune(paragraph), width, indent, advance)...)
	}
	return lines
}

func wrapParagraph(text []rune, width, indent float64, advance func(rune) float64) []string {
	var lines []string
	start, lastBreak := 0, 0 // the line being filled, and the latest place it may end (start: none yet)
	used := indent
	for i := 0; i < len(text); i++ {
		if i > start && mayBreak(text[i-1], text[i]) {
			lastBreak = i
		}
		w := advance(text[i])
		if used+w <= width || i == start || text[i] == ' ' {
			used += w
			continue
		}
		if lastBreak == start || wordWidth(text[lastBreak:], width, advance) > width {
			lastBreak = splitWord(text, max(start, lastBreak), i)
		}
		lines = append(lines, strings.TrimRight(string(text[start:lastBreak]), " "))
		start, used, i = lastBreak, 0, lastBreak-1
	}
	return append(lines, strings.TrimRight(string(text[start:]), " "))
}

// wordWidth measures the word that text begins with, not further than just over limit.
func wordWidth(text []rune, limit float64, advance func(rune) float64) float64 {
	sum := 0.0
	for i, r := range text {
		if i > 0 && (r == ' ' || mayBreak(text[i-1], r)) || sum > limit {
			break
		}
		sum += advance(r)
	}
	return sum
}

// splitWord says where to cut a word that begins at first and overflows at end: behind its last slash or at end.
func splitWord(text []rune, first, end int) int {
	for i := end; i > first+1; i-- {
		if text[i-1] == '/' && text[i] != '/' {
			return i
		}
	}
	return end
}
