package document

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"strconv"
	"strings"

	"github.com/signintech/gopdf"
)

// Maker draws certificates. One serves the whole process and any number of goroutines; it draws as many at a time as
// there are processors, so that a rush costs waiting and not memory.
type Maker struct {
	face  typeface
	slots chan struct{}
}

// NewMaker returns a Maker; the font is read at the first certificate.
func NewMaker() *Maker {
	return &Maker{slots: make(chan struct{}, runtime.GOMAXPROCS(0))}
}

// PDF writes the certificate as A4 pages, usually one. The same certificate gives the same bytes: the file holds no
// clock and no random identifier. Chinese text can be searched and copied out.
//
// Characters the font lacks print as 〓, and a note on the certificate names their code points. Control and direction
// characters are dropped. PDF fails, having written nothing, when the address does not fit a QR code, the text runs
// over 20 pages or a heading off its page; other errors are those of w.
func (m *Maker) PDF(w io.Writer, c Certificate) error {
	file, err := m.draw(c)
	if err != nil {
		return err
	}
	_, err = w.Write(file)
	return err
}

// Row padding, in points: what looks best, and what is used where it saves a page.
const roomy, tight = 5.5, 3.0

func (m *Maker) draw(c Certificate) ([]byte, error) {
	m.slots <- struct{}{}
	defer func() { <-m.slots }()
	s := m.fill(c, roomy)
	if s.err == nil && s.pages > 1 {
		if t := m.fill(c, tight); t.pages < s.pages {
			s = t
		}
	}
	if s.err != nil {
		return nil, s.err
	}
	var b bytes.Buffer
	if _, err := s.pdf.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("document: write: %w", err)
	}
	return repairToUnicode(b.Bytes())
}

func (m *Maker) fill(c Certificate, pad float64) *sheet {
	s := newSheet(&m.face)
	s.pad = pad
	c = c.mapText(oneLine, plain)
	address := c.VerifyURL // as given: the QR code can hold what the font cannot show
	c = c.mapText(s.drawable, s.drawable)
	s.onBreak = func() { s.continuation(c) }
	s.breakPage()
	s.head(c)
	s.code(c.Code)
	s.table(c.Rows)
	s.statement(c.Statement)
	s.note()
	s.closing(c, address)
	s.footers(c.Footer)
	s.pdf.SetInfo(gopdf.PdfInfo{Title: near(strings.TrimSpace(c.Title + " " + c.Code)), Author: near(c.Authority)})
	return s
}

// near replaces characters beyond U+FFFF, which gopdf writes wrongly into the file's properties.
func near(s string) string {
	return strings.Map(func(r rune) rune {
		if r > 0xffff {
			return geta
		}
		return r
	}, s)
}

// head draws the number at the right and the title in the middle.
func (s *sheet) head(c Certificate) {
	if c.Number != "" {
		st := style{9.5, 14, quiet}
		for _, line := range s.wrap("编号："+c.Number, st, textWidth, 0) {
			s.putRight(line, st, pageWidth-margin, s.y-20)
			s.y += st.line
		}
	}
	s.y += 12
	st := style{27, 38, ink}
	if s.width(c.Title, st.size) > textWidth {
		st = style{20, 30, ink}
	}
	for _, line := range s.wrap(c.Title, st, textWidth, 0) {
		s.putCentred(line, st, s.y)
		s.y += st.line
	}
	s.fill(blue, pageWidth/2-24, s.y+9, 48, 1.4)
	s.y += 30
}

// code draws the project's code on a pale ground, as large as fits up to 23 points.
func (s *sheet) code(code string) {
	if code == "" {
		return
	}
	const height = 68
	s.fill(wash, margin, s.y, textWidth, height)
	s.fill(blue, margin, s.y, 3, height)
	s.putCentred("项目代码", style{9.5, 14, quiet}, s.y+9)
	size := 23.0
	if w := s.width(code, size); w > textWidth-24 {
		size *= (textWidth - 24) / w
	}
	s.putCentred(code, style{size, 30, deep}, s.y+27)
	s.y += height + 14
}

// table draws the facts: label, value, a light rule below each.
func (s *sheet) table(rows []Row) {
	const labelWidth, gap = 108.0, 14.0
	label, value := style{10, 17, quiet}, style{10.5, 17, ink}
	for _, r := range rows {
		if r.Value == "" {
			r.Value = "—"
		}
		labels := s.wrap(r.Label, label, labelWidth, 0)
		values := s.wrap(r.Value, value, textWidth-labelWidth-gap, 0)
		lines := max(len(labels), len(values))
		if h := float64(lines)*value.line + 2*s.pad; h < flowEnd/3 {
			s.need(h) // a short row stays in one piece
		}
		s.y += s.pad
		for i := range lines {
			s.need(value.line)
			if i < len(labels) {
				s.put(labels[i], label, margin+4, s.y)
			}
			if i < len(values) {
				s.put(values[i], value, margin+labelWidth+gap, s.y)
			}
			s.y += value.line
		}
		s.y += s.pad
		s.fill(rule, margin, s.y, textWidth, 0.6)
	}
	s.y += 16
}

// statement draws the paragraphs, each indented by two characters.
func (s *sheet) statement(paragraphs []string) {
	st := style{10.5, 19, ink}
	for _, p := range paragraphs {
		indent := 2 * st.size
		lines := s.wrap(p, st, textWidth-8, indent)
		s.flow(lines, st, margin+4, indent)
		s.y += 4
	}
}

// note says which characters are missing from the paper, so that none is lost without a word.
func (s *sheet) note() {
	if len(s.lacking) == 0 {
		return
	}
	const most = 12
	var points []string
	for _, r := range s.lacking[:min(most, len(s.lacking))] {
		points = append(points, fmt.Sprintf("U+%04X", r))
	}
	text := "注：本件所用字库未收录的字符以〓代替，编码为 " + strings.Join(points, "、")
	if len(s.lacking) > most {
		text += " 等 " + strconv.Itoa(len(s.lacking)) + " 个"
	}
	st := style{8.5, 14, quiet}
	s.y += 2
	s.flow(s.wrap(text+"。以平台登记的内容为准。", st, textWidth-8, 0), st, margin+4, 0)
}

// continuation heads every page after the first with what the paper is.
func (s *sheet) continuation(c Certificate) {
	st := style{9, 14, quiet}
	s.y = 34
	title := s.wrap(c.Title, st, textWidth/2, 0)
	s.put(title[0], st, margin, s.y)
	code := s.wrap(c.Code, st, textWidth/2, 0)
	s.putRight(code[0], st, pageWidth-margin, s.y)
	s.fill(rule, margin, s.y+19, textWidth, 0.6)
	s.y += 28
}

// footers goes back over all pages once their number is known.
func (s *sheet) footers(text string) {
	if s.err != nil {
		return
	}
	st := style{8, 12, faint}
	const top = pageHeight - 40
	for page := 1; page <= s.pages; page++ {
		s.do(s.pdf.SetPage(page))
		s.fill(rule, margin, top-7, textWidth, 0.6)
		s.putFooter(text, st, top)
		if s.pages > 1 {
			s.putRight(fmt.Sprintf("第 %d 页 / 共 %d 页", page, s.pages), st, pageWidth-margin, top)
		}
	}
}

// putFooter centres up to two lines, clear of the page number.
func (s *sheet) putFooter(text string, st style, top float64) {
	lines := s.wrap(text, st, textWidth-160, 0)
	for i, line := range lines[:min(2, len(lines))] {
		s.putCentred(line, st, top+float64(i)*st.line)
	}
}
