package document

import (
	"errors"
	"fmt"
	"strings"

	"github.com/signintech/gopdf"
)

// Page geometry in points, the origin at the top left of an A4 page.
const (
	pageWidth  = 595.28
	pageHeight = 841.89
	margin     = 58.0
	textWidth  = pageWidth - 2*margin
	flowEnd    = pageHeight - 57 // nothing that flows goes below; the footer does
	maxPages   = 20              // a certificate beyond it is a mistake, not a document
)

type rgb struct{ r, g, b uint8 }

var (
	ink   = rgb{0x1b, 0x24, 0x30}
	quiet = rgb{0x4a, 0x56, 0x66}
	faint = rgb{0x76, 0x82, 0x93}
	rule  = rgb{0xd3, 0xda, 0xe2}
	blue  = rgb{0x14, 0x50, 0x9b}
	deep  = rgb{0x0d, 0x3b, 0x75}
	wash  = rgb{0xf1, 0xf5, 0xfb}
)

// errOffPage keeps a text that no page can hold, such as a title of a thousand characters, from vanishing unseen.
var errOffPage = errors.New("text runs off the page")

// style is how a run of text looks; sizes and line height in points.
type style struct {
	size, line float64
	color      rgb
}

// sheet is a document being filled from top to bottom. The first error sticks and turns later calls into no-ops, as
// with bufio.Writer, so that drawing code reads as a list of what is drawn.
type sheet struct {
	pdf     *gopdf.GoPdf
	y       float64 // top of the free space on the current page
	pages   int
	pad     float64          // above and below each row of the table
	widths  map[rune]float64 // advance at size 1
	known   map[rune]bool    // whether the font has the character
	lacking []rune           // what it has not, in order of appearance
	err     error
	onBreak func() // draws the head of pages after the first
}

func newSheet(t *typeface) *sheet {
	s := &sheet{pdf: new(gopdf.GoPdf), widths: map[rune]float64{}, known: map[rune]bool{}}
	s.pdf.Start(gopdf.Config{PageSize: *gopdf.PageSizeA4})
	s.err = t.use(s.pdf)
	return s
}

func (s *sheet) do(err error) {
	if s.err == nil && err != nil {
		s.err = fmt.Errorf("document: draw: %w", err)
	}
}

// drawable replaces every character the font lacks by 〓 and remembers it.
func (s *sheet) drawable(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || s.has(r) {
			return r
		}
		return geta
	}, text)
}

func (s *sheet) has(r rune) bool {
	if s.err != nil {
		return false
	}
	ok, seen := s.known[r]
	if !seen {
		var err error
		ok, err = s.pdf.IsCurrFontContainGlyph(r)
		s.do(err)
		s.known[r] = ok
		if !ok {
			s.lacking = append(s.lacking, r)
		}
	}
	return ok
}

// advance is the width of a character at size 1. Figures are all alike in this font, so codes and sums line up.
func (s *sheet) advance(r rune) float64 {
	w, ok := s.widths[r]
	if !ok && s.err == nil {
		s.do(s.pdf.SetFontSize(1000))
		points, err := s.pdf.MeasureTextWidth(string(r))
		s.do(err)
		w = points / 1000
		s.widths[r] = w
	}
	return w
}

func (s *sheet) width(text string, size float64) float64 {
	sum := 0.0
	for _, r := range text {
		sum += s.advance(r)
	}
	return sum * size
}

// wrap breaks text into lines for a column of that width in points.
func (s *sheet) wrap(text string, st style, width, indent float64) []string {
	return wrap(text, width/st.size, indent/st.size, s.advance)
}

// put draws one line whose line box begins at top; x is its left end.
func (s *sheet) put(text string, st style, x, top float64) {
	if s.err != nil || text == "" {
		return
	}
	if top < 0 || top+st.line > pageHeight {
		s.do(errOffPage)
		return
	}
	s.pdf.SetTextColor(st.color.r, st.color.g, st.color.b)
	s.do(s.pdf.SetFontSize(st.size))
	s.pdf.SetXY(x, top+st.line/2+0.38*st.size) // Chinese glyphs are centred 0.38 em above the baseline
	s.do(s.pdf.Text(text))
}

func (s *sheet) putCentred(text string, st style, top float64) {
	s.put(text, st, (pageWidth-s.width(text, st.size))/2, top)
}

func (s *sheet) putRight(text string, st style, right, top float64) {
	s.put(text, st, right-s.width(text, st.size), top)
}

// fill paints a rectangle.
func (s *sheet) fill(c rgb, x, top, w, h float64) {
	s.pdf.SetFillColor(c.r, c.g, c.b)
	s.pdf.RectFromUpperLeftWithStyle(x, top, w, h, "F")
}

// need starts a new page unless h points are free on this one.
func (s *sheet) need(h float64) {
	if s.y+h > flowEnd {
		s.breakPage()
	}
}

func (s *sheet) breakPage() {
	if s.pages == maxPages {
		s.do(fmt.Errorf("certificate runs over %d pages", maxPages))
	}
	if s.err != nil {
		s.y = margin
		return
	}
	s.pdf.AddPage()
	s.pages++
	s.fill(blue, 0, 0, pageWidth, 5)
	s.y = margin
	if s.pages > 1 && s.onBreak != nil {
		s.onBreak()
	}
}

// flow draws lines downwards from the free space, over as many pages as they take.
func (s *sheet) flow(lines []string, st style, x, indent float64) {
	for i, line := range lines {
		s.need(st.line)
		if i > 0 {
			indent = 0
		}
		s.put(line, st, x+indent, s.y)
		s.y += st.line
	}
}
