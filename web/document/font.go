package document

import (
	_ "embed"
	"fmt"
	"sync"

	"github.com/signintech/gopdf"
)

// fontFile stays uncompressed in the binary on purpose: the system pages in the few glyphs in use from the executable,
// while a compressed copy would have to be unpacked to 10 MB of heap.
//
//go:embed font/NotoSansSC-subset.ttf
var fontFile []byte

const fontName = "NotoSansSC"

// typeface is the one parsed font. Documents copy from it and never write to it.
type typeface struct {
	once  sync.Once
	fonts gopdf.FontContainer
	err   error
}

// use makes the typeface the current font of a document; the first use in the process parses it.
func (t *typeface) use(pdf *gopdf.GoPdf) error {
	t.once.Do(func() { t.err = t.fonts.AddTTFFontDataWithOption(fontName, fontFile, gopdf.TtfOption{}) })
	if t.err != nil {
		return fmt.Errorf("document: read the font: %w", t.err)
	}
	if err := pdf.AddTTFFontFromFontContainer(fontName, &t.fonts); err != nil {
		return fmt.Errorf("document: add the font: %w", err)
	}
	return pdf.SetFont(fontName, "", 10)
}
