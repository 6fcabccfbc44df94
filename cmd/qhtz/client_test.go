package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// client calls the API as somebody; without a token as a visitor.
type client struct {
	base  string
	token string
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (p *booted) visitor() *client { return &client{base: "http://" + p.addr} }

// signIn opens a session of a seeded account.
func (p *booted) signIn(username string) *client {
	p.t.Helper()
	c := p.visitor()
	a := c.do(p.t, http.MethodPost, "/api/v1/sessions", map[string]any{"username": username, "password": "qhtz-dev-2017"}).must(p.t, 201)
	c.token = a.text("token")
	return c
}

// clock moves the development clock and lets it stand.
func (p *booted) clock(to string) {
	p.t.Helper()
	a := p.visitor().do(p.t, http.MethodPost, "/dev/clock", map[string]any{"now": to}).must(p.t, 200)
	if got := a.text("now"); got != to {
		p.t.Fatalf("the clock stands at %s, want %s", got, to)
	}
}

// do makes a call. A body that is a string is sent as it is, anything else as JSON; headers are name, value, …
func (c *client) do(t testing.TB, method, path string, body any, headers ...string) answer {
	t.Helper()
	a, err := c.try(t, method, path, body, headers...)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return a
}

// try is do for calls that may find nobody there.
func (c *client) try(t testing.TB, method, path string, body any, headers ...string) (answer, error) {
	t.Helper()
	var content io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		content = strings.NewReader(b)
	default:
		encoded, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		content = bytes.NewReader(encoded)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, c.base+path, content)
	if err != nil {
		t.Fatal(err)
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	if content != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := kept.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = res.Body.Close() }()
	got, err := io.ReadAll(res.Body)
	return answer{res.StatusCode, res.Header, got}, err
}

// must fails the test unless the status is the one wanted.
func (a answer) must(t testing.TB, status int) answer {
	t.Helper()
	if a.status != status {
		t.Fatalf("status %d, want %d: %.600s", a.status, status, a.body)
	}
	return a
}

// refused fails the test unless the answer is a refusal that cites a rule.
func (a answer) refused(t testing.TB, status int, rule string) answer {
	t.Helper()
	a.must(t, status)
	if got := a.text("rule"); got != rule {
		t.Fatalf("the refusal cites %q, want %q: %s", got, rule, a.body)
	}
	return a
}

// at finds a value in a JSON answer, by names and numbers joined with dots; nil if there is none.
func (a answer) at(path string) any {
	var v any
	dec := json.NewDecoder(bytes.NewReader(a.body))
	dec.UseNumber()
	if dec.Decode(&v) != nil {
		return nil
	}
	for part := range strings.SplitSeq(path, ".") {
		switch here := v.(type) {
		case map[string]any:
			v = here[part]
		case []any:
			n, err := strconv.Atoi(part)
			if err != nil || n >= len(here) {
				return nil
			}
			v = here[n]
		default:
			return nil
		}
	}
	return v
}

// text is at as text: "" for null and for nothing.
func (a answer) text(path string) string {
	if v := a.at(path); v != nil {
		return fmt.Sprint(v)
	}
	return ""
}

// list is at for arrays of objects, each as an answer of its own.
func (a answer) list(path string) []answer {
	items, _ := a.at(path).([]any)
	out := make([]answer, len(items))
	for i, v := range items {
		b, _ := json.Marshal(v) // it was JSON before
		out[i] = answer{body: b}
	}
	return out
}

// expect compares values of the answer with what they should be.
func (a answer) expect(t testing.TB, want map[string]string) {
	t.Helper()
	for path, w := range want {
		if got := a.text(path); got != w {
			t.Errorf("%s is %q, want %q", path, got, w)
		}
	}
}

type facts = map[string]any

// filingFacts are those of scenario M1, changed as said; a nil takes a fact out.
func filingFacts(changes ...facts) facts {
	f := facts{"name": "城东区便民服务中心新建项目", "funding": "enterprise", "kind": "01", "nature": "新建", "region": "630102", "site": "昆仑东路 12 号",
		"industry": "83", "scale": "建筑面积 8600 平方米", "content": "新建教学楼一栋及配套设施", "total_investment": "12500.00", "policy_declaration": true}
	for _, c := range changes {
		for name, v := range c {
			if v == nil {
				delete(f, name)
			} else {
				f[name] = v
			}
		}
	}
	return f
}

// sanctionFacts are those of a 核准 project of the province.
func sanctionFacts(changes ...facts) facts {
	return filingFacts(append([]facts{{"name": "跨区域成品油储运项目", "route": "核准", "region": "630000"}}, changes...)...)
}

// draft starts a project and gives its id.
func (c *client) draft(t testing.TB, f facts) string {
	t.Helper()
	return c.do(t, http.MethodPost, "/api/v1/projects", f).must(t, 201).text("id")
}

// submit hands a project in.
func (c *client) submit(t testing.TB, id string, headers ...string) answer {
	t.Helper()
	return c.do(t, http.MethodPost, "/api/v1/projects/"+id+"/submission", nil, headers...)
}

// file drafts and submits.
func (c *client) file(t testing.TB, f facts) answer {
	t.Helper()
	return c.submit(t, c.draft(t, f))
}

// project reads a project by its id or by its code in any form.
func (c *client) project(t testing.TB, ref string) answer {
	t.Helper()
	return c.do(t, http.MethodGet, "/api/v1/projects/"+url.PathEscape(ref), nil).must(t, 200)
}

// edit changes facts of a project as it now stands.
func (c *client) edit(t testing.TB, id string, changes facts) answer {
	t.Helper()
	version := c.project(t, id).text("version")
	return c.do(t, http.MethodPatch, "/api/v1/projects/"+id, changes, "If-Match", `"`+version+`"`)
}

// decide is the authority's answer to a submission.
func (c *client) decide(t testing.TB, id string, decision facts) answer {
	t.Helper()
	return c.do(t, http.MethodPost, "/api/v1/projects/"+id+"/acceptance", decision)
}

// inbox counts the notices about a project by kind.
func (c *client) inbox(t testing.TB, id string) map[string]int {
	t.Helper()
	got := map[string]int{}
	for cursor := ""; ; {
		a := c.do(t, http.MethodGet, "/api/v1/inbox?limit=100"+cursor, nil).must(t, 200)
		for _, n := range a.list("items") {
			if n.text("project_id") == id {
				got[n.text("kind")]++
			}
		}
		if a.text("next_cursor") == "" {
			return got
		}
		cursor = "&cursor=" + a.text("next_cursor")
	}
}

// told fails the test unless exactly these notices about the project lie in the inbox, soon: what a person's act sends
// out is delivered a moment later; what the clock sets off has been delivered when its move is answered.
func (c *client) told(t testing.TB, id string, want map[string]int) {
	t.Helper()
	got := c.inbox(t, id)
	for end := time.Now().Add(10 * time.Second); !maps.Equal(got, want) && time.Now().Before(end); got = c.inbox(t, id) {
		runtime.Gosched()
	}
	if !maps.Equal(got, want) {
		t.Errorf("notices %v, want %v", got, want)
	}
}
