// Package web is the server-rendered front end: typed page values, their templates, locale texts and static files, all
// embedded. It knows no HTTP framework: handlers fill a page struct and call Renderer.Render.
package web

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"path"
	"reflect"
	"strings"
)

//go:embed templates locales static
var embedded embed.FS

// Renderer holds one parsed template set per page. It is built once at start and safe for concurrent use: nothing
// belonging to a request is ever bound to a template, translation is a method on the page value.
type Renderer struct {
	pages  map[string]*template.Template
	static *staticFiles
}

// scope gives a partial both the page (for its language) and the value that it draws.
type scope struct {
	P any
	V any
}

// New parses every page, checks that each text key used by a template exists in every language, and executes each page
// with its zero value, so that a broken page stops the start and not a visitor.
func New() (*Renderer, error) {
	if _, err := locales(); err != nil {
		return nil, err
	}
	static, err := loadStatic(embedded)
	if err != nil {
		return nil, err
	}
	r := &Renderer{pages: make(map[string]*template.Template, len(pageTypes)), static: static}
	base, err := r.parseShared()
	if err != nil {
		return nil, err
	}
	var problems []error
	for name := range pageTypes {
		if err := r.addPage(base, name); err != nil {
			problems = append(problems, err)
		}
	}
	return r, errors.Join(problems...)
}

func (r *Renderer) parseShared() (*template.Template, error) {
	funcs := template.FuncMap{
		"asset":   r.Asset,
		"on":      func(page, value any) scope { return scope{page, value} },
		"fieldID": FieldID,
	}
	return template.New("shared").Funcs(funcs).
		ParseFS(embedded, "templates/layout/*.html", "templates/partials/*.html")
}

func (r *Renderer) addPage(base *template.Template, name string) error {
	set, err := base.Clone()
	if err != nil {
		return fmt.Errorf("page %s: %w", name, err)
	}
	if set, err = set.ParseFS(embedded, "templates/pages/"+name+".html"); err != nil {
		return fmt.Errorf("page %s: %w", name, err)
	}
	if err := checkKeys(set); err != nil {
		return fmt.Errorf("page %s: %w", name, err)
	}
	r.pages[name] = set
	return r.Render(io.Discard, name, reflect.New(pageTypes[name]).Interface())
}

// Render writes the whole page called name. page must be a pointer to that page's struct. Nothing is written unless the
// page executed without error.
func (r *Renderer) Render(w io.Writer, name string, page any) error {
	return r.RenderPart(w, name, "layout", page)
}

// RenderPart writes one named template of the page, such as "main" or "results", for requests of htmx.
func (r *Renderer) RenderPart(w io.Writer, name, part string, page any) error {
	set, ok := r.pages[name]
	if !ok {
		return fmt.Errorf("no page %q", name)
	}
	if got, want := reflect.TypeOf(page), reflect.PointerTo(pageTypes[name]); got != want {
		return fmt.Errorf("page %q: got %v, want %v", name, got, want)
	}
	var buf bytes.Buffer
	if err := set.ExecuteTemplate(&buf, part, page); err != nil {
		return fmt.Errorf("page %s: %w", name, err)
	}
	_, err := buf.WriteTo(w)
	return err
}

// PageNames lists the templates that exist on disk, which a test compares with the registered pages.
func PageNames() ([]string, error) {
	entries, err := fs.ReadDir(embedded, "templates/pages")
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(entries))
	for _, entry := range entries {
		names = append(names, strings.TrimSuffix(path.Base(entry.Name()), ".html"))
	}
	return names, nil
}
