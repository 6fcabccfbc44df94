package document

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestPlain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want string }{
		{"Chinese stays", "青海省　西宁市（城东区）", "青海省　西宁市（城东区）"},
		{"controls go", "西\x00宁\x07市\x1b[31m", "西宁市[31m"},
		{"direction marks go", "甲\u202e乙\u2066丙\u200f丁\u061c", "甲乙丙丁"},
		{"invisible go", "甲\u200b乙\ufeff丙\u00ad丁\ufe0f戊\U000E0101", "甲乙丙丁戊"},
		{"spaces become one kind", "a\tb\u00a0c\u2003d", "a b c d"},
		{"line separators become one kind", "a\r\nb\rc\u2028d\u0085e", "a\nb\nc\nd\ne"},
		{"broken UTF-8 shows", "甲\xff乙", "甲\ufffd乙"},
		{"edges are trimmed", " \n甲 ", "甲"},
	} {
		if got := plain(c.in); got != c.want {
			t.Errorf("%s: plain(%q) = %q, want %q", c.name, c.in, got, c.want)
		}
	}
	if got := oneLine("甲\n\n乙\r\n"); got != "甲 乙" {
		t.Errorf("oneLine = %q", got)
	}
}

// monospace counts a Chinese character as 2, all others as 1.
func monospace(r rune) float64 {
	if r >= 0x2000 {
		return 2
	}
	return 1
}

func TestWrap(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text    string
		width, indent float64
		want          []string
	}{
		{"fits", "青海省", 6, 0, []string{"青海省"}},
		{"Chinese breaks anywhere", "青海省西宁市", 6, 0, []string{"青海省", "西宁市"}},
		{"indent shortens the first line", "青海省西宁市", 6, 2, []string{"青海", "省西宁", "市"}},
		{"closing punctuation takes its neighbour along", "青海省，西宁", 6, 0, []string{"青海", "省，西", "宁"}},
		{"two closing marks stay together", "青海（省）。西", 8, 0, []string{"青海", "（省）。", "西"}},
		{"an opening bracket begins a line", "青海（西宁）", 6, 0, []string{"青海", "（西", "宁）"}},
		{"a number stays whole", "投资42,680.00万元", 10, 0, []string{"投资", "42,680.00", "万元"}},
		{"words break at spaces", "Qinghai solar farm", 9, 0, []string{"Qinghai", "solar", "farm"}},
		{"an address fills its line and breaks after a slash", "见 https://a.cn/verify/2611-630102", 17, 0,
			[]string{"见 https://a.cn/", "verify/", "2611-630102"}},
		{"a digest breaks where the line ends", "摘要 0123456789abcdef", 10, 0, []string{"摘要 01234", "56789abcde", "f"}},
		{"line breaks are kept", "甲\n\n乙", 6, 0, []string{"甲", "", "乙"}},
		{"nothing", "", 6, 0, []string{""}},
	} {
		if d := cmp.Diff(c.want, wrap(c.text, c.width, c.indent, monospace)); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, d)
		}
	}
}

// Nothing is lost but spaces at line ends; no line is too wide; no line begins with closing punctuation unless there
// was no other place to break.
func TestWrapLosesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune("青海省项目，。（）《》「a1 /-.\n"))).Draw(t, "text")
		width := float64(rapid.IntRange(2, 20).Draw(t, "width"))
		lines := wrap(text, width, 0, monospace)
		if got := squeeze(strings.Join(lines, "")); got != squeeze(text) {
			t.Fatalf("%q became %q", text, lines)
		}
		for _, line := range lines {
			w := 0.0
			for _, r := range line {
				w += monospace(r)
			}
			if w > width && utf8.RuneCountInString(line) > 1 {
				t.Fatalf("line %q is wider than %v", line, width)
			}
		}
	})
}
