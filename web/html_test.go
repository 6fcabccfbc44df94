package web

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

func sha(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

var voidElements = []string{"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}

type element struct {
	name string
	attr map[string]string
	open []string // enclosing elements
	text string
}

type document struct{ elements []*element }

// parseHTML reads our own pages, which are written with every end tag and every attribute quoted, and reports tags that
// do not match.
func parseHTML(html string) (*document, error) {
	decoder := xml.NewDecoder(strings.NewReader(html))
	decoder.Strict, decoder.Entity = false, xml.HTMLEntity
	doc, stack := &document{}, []*element(nil)
	for {
		token, err := decoder.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		switch tok := token.(type) {
		case xml.StartElement:
			e := &element{name: tok.Name.Local, attr: map[string]string{}}
			for _, a := range tok.Attr {
				if _, twice := e.attr[a.Name.Local]; twice {
					return nil, fmt.Errorf("<%s> has %s twice", e.name, a.Name.Local)
				}
				e.attr[a.Name.Local] = a.Value
			}
			for _, parent := range stack {
				e.open = append(e.open, parent.name)
			}
			doc.elements = append(doc.elements, e)
			if !slices.Contains(voidElements, e.name) {
				stack = append(stack, e)
			}
		case xml.EndElement:
			if slices.Contains(voidElements, tok.Name.Local) {
				continue
			}
			if len(stack) == 0 || stack[len(stack)-1].name != tok.Name.Local {
				return nil, fmt.Errorf("</%s> closes nothing; open: %v", tok.Name.Local, names(stack))
			}
			stack = stack[:len(stack)-1]
		case xml.CharData:
			for _, e := range stack {
				e.text += string(tok)
			}
		}
	}
	if len(stack) > 0 {
		return nil, fmt.Errorf("never closed: %v", names(stack))
	}
	return doc, nil
}

func names(stack []*element) []string {
	var out []string
	for _, e := range stack {
		out = append(out, e.name)
	}
	return out
}

// problems lists what a careful reader of the markup would object to.
func (d *document) problems() []string {
	var found []string
	ids, labelled, headings := map[string]bool{}, map[string]bool{}, 0
	for _, e := range d.elements {
		if id, ok := e.attr["id"]; ok {
			if ids[id] {
				found = append(found, "id twice: "+id)
			}
			ids[id] = true
		}
		if e.name == "label" {
			labelled[e.attr["for"]] = true
		}
		if e.name == "h1" {
			headings++
		}
	}
	if headings != 1 {
		found = append(found, fmt.Sprintf("%d h1", headings))
	}
	for _, e := range d.elements {
		found = append(found, e.problems(ids, labelled)...)
	}
	return found
}

func (e *element) problems(ids, labelled map[string]bool) []string {
	var found []string
	for _, name := range []string{"for", "aria-describedby", "aria-labelledby"} {
		for _, id := range strings.Fields(e.attr[name]) {
			if !ids[id] {
				found = append(found, fmt.Sprintf("<%s %s=%q> refers to nothing", e.name, name, id))
			}
		}
	}
	if href := e.attr["href"]; strings.HasPrefix(href, "#") && !ids[href[1:]] {
		found = append(found, "link to nothing: "+href)
	}
	field := e.name == "select" || e.name == "textarea" || e.name == "input" && e.attr["type"] != "hidden"
	if field && !labelled[e.attr["id"]] {
		found = append(found, fmt.Sprintf("<%s name=%q> has no label", e.name, e.attr["name"]))
	}
	if e.name == "form" && slices.Contains(e.open, "form") {
		found = append(found, "form inside a form")
	}
	if e.name == "p" && slices.Contains(e.open, "p") {
		found = append(found, "p inside p")
	}
	if _, ok := e.attr["alt"]; e.name == "img" && !ok {
		found = append(found, "img without alt")
	}
	return found
}
