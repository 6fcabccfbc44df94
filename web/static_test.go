package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"regexp"
	"strings"
	"testing"
)

const firstViewLimit = 60 << 10 // bytes over the wire

func TestStaticFiles(t *testing.T) {
	t.Parallel()
	r := newRenderer(t)
	for name, wantType := range map[string]string{"css/app.css": "text/css; charset=utf-8", "js/app.js": "text/javascript; charset=utf-8",
		"js/htmx.min.js": "text/javascript; charset=utf-8", "icons.svg": "image/svg+xml", "favicon.svg": "image/svg+xml"} {
		content, contentType, ok := r.StaticFile(r.Asset(name))
		if !ok || contentType != wantType || len(content) == 0 {
			t.Errorf("%s: %v %q %d bytes", name, ok, contentType, len(content))
		}
		packed, _, _ := r.StaticGzip(r.Asset(name))
		reader, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			t.Fatal(err)
		}
		if unpacked, err := io.ReadAll(reader); err != nil || !bytes.Equal(unpacked, content) {
			t.Errorf("%s: the compressed copy differs: %v", name, err)
		}
	}
	for _, address := range []string{"/static/VENDOR.md", r.Asset("VENDOR.md"), r.Asset("css/base.css"), "/static/000000000000/js/app.js", "/static/../web.go", ""} {
		if _, _, ok := r.StaticFile(address); ok {
			t.Errorf("%q is served", address)
		}
	}
}

func TestIconsExist(t *testing.T) {
	t.Parallel()
	r := newRenderer(t)
	sprite, _, _ := r.StaticFile(r.Asset("icons.svg"))
	used := regexp.MustCompile(`icons\.svg#([a-z-]+)"`)
	eachSample(t, func(t *testing.T, _ sample, html string) {
		for _, match := range used.FindAllStringSubmatch(html, -1) {
			if !strings.Contains(string(sprite), `id="`+match[1]+`"`) {
				t.Errorf("no icon %q", match[1])
			}
		}
	})
}

// A first view, nothing cached, stays below 60 KB compressed.
func TestPageWeight(t *testing.T) {
	t.Parallel()
	r := newRenderer(t)
	shared := 0
	for _, name := range []string{"css/app.css", "js/app.js", "js/htmx.min.js", "icons.svg", "favicon.svg"} {
		packed, _, _ := r.StaticGzip(r.Asset(name))
		shared += len(packed)
	}
	eachSample(t, func(t *testing.T, _ sample, html string) {
		var packed bytes.Buffer
		zip := gzip.NewWriter(&packed)
		if _, err := io.WriteString(zip, html); err != nil {
			t.Fatal(err)
		}
		if err := zip.Close(); err != nil {
			t.Fatal(err)
		}
		if total := shared + packed.Len(); total > firstViewLimit {
			t.Errorf("%d bytes, %d of them shared", total, shared)
		} else {
			t.Logf("%d bytes, %d of them shared", total, shared)
		}
	})
}

// Nothing that a style sheet or script needs lies on another host.
func TestStaticFilesReferToNoOtherHost(t *testing.T) {
	t.Parallel()
	r := newRenderer(t)
	for _, name := range []string{"css/app.css", "js/app.js", "icons.svg"} {
		content, _, _ := r.StaticFile(r.Asset(name))
		text := strings.ReplaceAll(string(content), "http://www.w3.org/2000/svg", "")
		if regexp.MustCompile(`https?://|url\(|@import`).MatchString(text) {
			t.Errorf("%s refers elsewhere", name)
		}
	}
}
