package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"path"
	"strings"
)

// stylesheet is the one style sheet that pages ask for: the parts below joined in this order, to save requests.
const stylesheet = "css/app.css"

var stylesheetParts = []string{"css/tokens.css", "css/base.css", "css/components.css", "css/pages.css", "css/print.css"}

type staticFile struct {
	content     []byte
	compressed  []byte
	contentType string
	address     string
}

type staticFiles struct {
	byName    map[string]*staticFile
	byAddress map[string]*staticFile
}

func loadStatic(source fs.FS) (*staticFiles, error) {
	root, err := fs.Sub(source, "static")
	if err != nil {
		return nil, err
	}
	files := &staticFiles{byName: map[string]*staticFile{}, byAddress: map[string]*staticFile{}}
	err = fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) == ".md" || path.Ext(name) == ".css" {
			return err
		}
		content, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		return files.add(name, content)
	})
	if err != nil {
		return nil, fmt.Errorf("static files: %w", err)
	}
	var sheet bytes.Buffer
	for _, name := range stylesheetParts {
		content, err := fs.ReadFile(root, name)
		if err != nil {
			return nil, fmt.Errorf("static files: %w", err)
		}
		sheet.Write(content)
	}
	return files, files.add(stylesheet, sheet.Bytes())
}

func (s *staticFiles) add(name string, content []byte) error {
	contentType := mime.TypeByExtension(path.Ext(name))
	switch path.Ext(name) { // not left to the machine's MIME table, which a strict nosniff would make us depend on
	case ".css":
		contentType = "text/css; charset=utf-8"
	case ".js":
		contentType = "text/javascript; charset=utf-8"
	case ".svg":
		contentType = "image/svg+xml"
	}
	var packed bytes.Buffer
	zip, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := zip.Write(content); err != nil {
		return err
	}
	if err := zip.Close(); err != nil {
		return err
	}
	sum := sha256.Sum256(content)
	file := &staticFile{content, packed.Bytes(), contentType, "/static/" + hex.EncodeToString(sum[:6]) + "/" + name}
	s.byName[name], s.byAddress[file.address] = file, file
	return nil
}

// Asset gives the address of a static file, which contains a hash of its content and may therefore be cached for ever.
// An unknown name gives an address that answers 404, and a failing test.
func (r *Renderer) Asset(name string) string {
	if file, ok := r.static.byName[name]; ok {
		return file.address
	}
	return "/static/missing/" + strings.TrimPrefix(name, "/")
}

// StaticFile finds a static file by the full request path that Asset gave.
func (r *Renderer) StaticFile(requestPath string) (content []byte, contentType string, ok bool) {
	file, ok := r.static.byAddress[requestPath]
	if !ok {
		return nil, "", false
	}
	return file.content, file.contentType, true
}

// StaticGzip is StaticFile already compressed, for clients that accept gzip (send Content-Encoding: gzip).
func (r *Renderer) StaticGzip(requestPath string) (content []byte, contentType string, ok bool) {
	file, ok := r.static.byAddress[requestPath]
	if !ok {
		return nil, "", false
	}
	return file.compressed, file.contentType, true
}

// ContentSecurityPolicy is the policy under which every page works: no inline script or style anywhere.
const ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
	"font-src 'self'; form-action 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'"
