package document

import (
	"bytes"
	"encoding/xml"
	"image/png"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/boombuler/barcode/qr"
)

const verifyAddress = "https://tz.example.gov.cn/verify/2611-630102-04-01-372916?d=66c7f0f462ee"

// reference is the module matrix as the barcode library gives it: dark cells, quiet zone around.
func reference(t *testing.T, text string) [][]bool {
	t.Helper()
	bars, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		t.Fatal(err)
	}
	side := bars.Bounds().Dx()
	cells := make([][]bool, side+8)
	for y := range cells {
		cells[y] = make([]bool, side+8)
		for x := range cells[y] {
			if x >= 4 && y >= 4 && x < side+4 && y < side+4 {
				r, _, _, _ := bars.At(x-4, y-4).RGBA()
				cells[y][x] = r == 0
			}
		}
	}
	return cells
}

func TestQRSVGHasTheBarcodesModules(t *testing.T) {
	t.Parallel()
	for _, text := range []string{verifyAddress, "2611-630102-04-01-372916", "青海省西宁市", `"><script>alert(1)</script>`} {
		svg, err := QRSVG(text)
		if err != nil {
			t.Fatal(err)
		}
		want := reference(t, text)
		got := make([][]bool, len(want))
		for y := range got {
			got[y] = make([]bool, len(want))
		}
		for _, run := range regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-(\d+)z`).FindAllSubmatch(svg, -1) {
			x, y, n := number(t, run[1]), number(t, run[2]), number(t, run[3])
			if number(t, run[4]) != n {
				t.Fatalf("run %s does not close", run[0])
			}
			for i := range n {
				got[y][x+i] = true
			}
		}
		for y := range want {
			for x := range want[y] {
				if got[y][x] != want[y][x] {
					t.Fatalf("%q: module %d,%d is %v", text, x, y, got[y][x])
				}
			}
		}
	}
}

func number(t *testing.T, digits []byte) int {
	t.Helper()
	n, err := strconv.Atoi(string(digits))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestQRSVGIsPlain(t *testing.T) {
	t.Parallel()
	svg, err := QRSVG(verifyAddress)
	if err != nil {
		t.Fatal(err)
	}
	if err := xml.Unmarshal(svg, new(struct{ XMLName xml.Name })); err != nil {
		t.Error(err)
	}
	for _, bad := range []string{"style", "script", "href", "url(", "tz.example"} {
		if strings.Contains(string(svg), bad) {
			t.Errorf("contains %q", bad)
		}
	}
}

func TestQRPNG(t *testing.T) {
	t.Parallel()
	const px = 300
	file, err := QRPNG(verifyAddress, px)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if b := img.Bounds(); b.Dx() != px || b.Dy() != px {
		t.Fatalf("picture is %v", b)
	}
	cells := reference(t, verifyAddress)
	scale := px / len(cells)
	border := (px - scale*len(cells)) / 2
	for y := range cells {
		for x := range cells[y] {
			r, _, _, _ := img.At(border+x*scale+scale/2, border+y*scale+scale/2).RGBA()
			if (r == 0) != cells[y][x] {
				t.Fatalf("module %d,%d is wrong", x, y)
			}
		}
	}
}

func TestQRRefuses(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("青", 1000)
	for name, call := range map[string]func() ([]byte, error){
		"nothing as SVG":  func() ([]byte, error) { return QRSVG("") },
		"too much as SVG": func() ([]byte, error) { return QRSVG(long) },
		"nothing as PNG":  func() ([]byte, error) { return QRPNG("", 200) },
		"too much as PNG": func() ([]byte, error) { return QRPNG(long, 2000) },
		"too few pixels":  func() ([]byte, error) { return QRPNG(verifyAddress, 20) },
		"negative pixels": func() ([]byte, error) { return QRPNG(verifyAddress, -1) },
		"too many pixels": func() ([]byte, error) { return QRPNG(verifyAddress, 1<<30) },
	} {
		if out, err := call(); err == nil || out != nil {
			t.Errorf("%s: %d bytes, error %v", name, len(out), err)
		}
	}
}
