package document

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"
)

// quietZone is the light border, in modules, that ISO/IEC 18004 asks for on each side.
const quietZone = 4

// maxQRPixels bounds the side of a PNG, and with it the memory one request can ask for.
const maxQRPixels = 2048

// modules is the square of dark and light cells of one QR code, without its quiet zone.
type modules struct {
	bars barcode.Barcode
	side int
}

func encodeQR(text string) (modules, error) {
	if text == "" {
		return modules{}, errors.New("document: nothing to put in a QR code")
	}
	bars, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return modules{}, fmt.Errorf("document: QR code of %d bytes: %w", len(text), err)
	}
	return modules{bars: bars, side: bars.Bounds().Dx()}, nil
}

func (m modules) dark(x, y int) bool {
	return color.GrayModel.Convert(m.bars.At(x, y)).(color.Gray).Y < 128
}

// QRSVG draws text as a QR code (error correction M) in SVG: one white square and one black path, a module being one
// unit of the viewBox, four units of quiet zone around. It carries fill attributes only, no style, script, id or size,
// so it may be served or inlined under a strict Content-Security-Policy; the page gives it its size and its label.
// It fails when text is empty or too long for a QR code (about 2,300 bytes).
func QRSVG(text string) ([]byte, error) {
	m, err := encodeQR(text)
	if err != nil {
		return nil, err
	}
	full := m.side + 2*quietZone
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" shape-rendering="crispEdges">`, full, full)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#fff"/><path fill="#000" d="`, full, full)
	for y := range m.side {
		for x := 0; x < m.side; {
			run := 0
			for x+run < m.side && m.dark(x+run, y) {
				run++
			}
			if run > 0 {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", x+quietZone, y+quietZone, run, run)
			}
			x += run + 1
		}
	}
	b.WriteString(`"/></svg>`)
	return b.Bytes(), nil
}

// QRPNG draws text as a QR code in a PNG of exactly px by px pixels: modules are a whole number of pixels and the
// remainder widens the quiet zone evenly. It fails when text does not fit a QR code, or when px is above 2048 or less
// than one pixel per module.
func QRPNG(text string, px int) ([]byte, error) {
	m, err := encodeQR(text)
	if err != nil {
		return nil, err
	}
	if full := m.side + 2*quietZone; px < full || px > maxQRPixels {
		return nil, fmt.Errorf("document: a QR code of %d modules does not fit %d pixels (at most %d)", full, px, maxQRPixels)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m.image(px)); err != nil {
		return nil, fmt.Errorf("document: QR code as PNG: %w", err)
	}
	return b.Bytes(), nil
}

// image paints the modules into 8-bit gray: the barcode's own image is 16-bit, which the PDF writer refuses.
func (m modules) image(px int) *image.Gray {
	scale := px / (m.side + 2*quietZone)
	border := (px - scale*m.side) / 2
	img := image.NewGray(image.Rect(0, 0, px, px))
	for y := range px {
		for x := range px {
			mx, my := (x-border)/scale, (y-border)/scale
			inside := x >= border && y >= border && mx < m.side && my < m.side
			if !inside || !m.dark(mx, my) {
				img.SetGray(x, y, color.Gray{Y: 255})
			}
		}
	}
	return img
}
