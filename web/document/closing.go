package document

import (
	"net/url"
	"slices"

	"github.com/signintech/gopdf"
)

// closing draws, at the foot of the last page, the QR code with address and digest at the left and the authority with
// the date at the right, above room for its seal.
func (s *sheet) closing(c Certificate, address string) {
	const qrSide, columnGap, signWidth, space = 96.0, 4.0, 178.0, 12.0
	sign := style{12, 20, ink}
	authority := s.wrap(c.Authority, sign, signWidth, 0)
	verify := s.verifyLines(c, textWidth-qrSide-2*columnGap-signWidth)
	verifyHeight, signHeight := 0.0, float64(len(authority)+1)*sign.line
	for _, v := range verify {
		verifyHeight += v.line
	}
	height := max(qrSide, verifyHeight, signHeight)
	s.need(height + space)
	top := flowEnd - height
	if address != "" {
		s.qr(address, margin, top+(height-qrSide)/2, qrSide)
		s.linkTo(address, margin, top+(height-qrSide)/2, qrSide)
	}
	y := top + (height-verifyHeight)/2
	for _, v := range verify {
		s.put(v.text, v.style, margin+qrSide+columnGap, y)
		y += v.line
	}
	y = top + (height-signHeight)/2
	for _, line := range append(authority, c.Date) {
		s.put(line, sign, pageWidth-margin-signWidth+(signWidth-s.width(line, sign.size))/2, y)
		y += sign.line
	}
}

type styledLine struct {
	text string
	style
}

func (s *sheet) verifyLines(c Certificate, width float64) []styledLine {
	var out []styledLine
	add := func(text string, st style) {
		for _, line := range s.wrap(text, st, width, 0) {
			out = append(out, styledLine{line, st})
		}
	}
	if c.VerifyURL != "" {
		add("扫码核验，或访问", style{8.5, 14, quiet})
		add(c.VerifyURL, style{8, 12, blue})
	}
	if c.Digest != "" {
		add("摘要 "+c.Digest, style{7, 10.5, faint})
	}
	return out
}

// qr places the code, its quiet zone reaching into the margin, as a picture of eight pixels a module: crisp on paper and
// small in the file.
func (s *sheet) qr(text string, x, top, side float64) {
	m, err := encodeQR(text)
	if err != nil {
		s.do(err)
		return
	}
	full := m.side + 2*quietZone
	img, border := m.image(8*full), side*quietZone/float64(full)
	s.do(s.pdf.ImageFrom(img, x-border, top, &gopdf.Rect{W: side, H: side}))
}

// linkTo makes the QR code clickable, for web addresses only: a certificate must not carry any other kind of link.
func (s *sheet) linkTo(link string, x, top, side float64) {
	u, err := url.Parse(link)
	if err != nil || u.Host == "" || !slices.Contains([]string{"http", "https"}, u.Scheme) {
		return
	}
	s.pdf.AddExternalLink(u.String(), x, top, side, side)
}
