package handlers

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
)

// refusal reads a problem document: typed, whole, with the request's id, and without anything from inside.
func (r reply) refusal(status int, code string) problem {
	r.t.Helper()
	r.is(status)
	var p problem
	if err := json.Unmarshal([]byte(r.body), &p); err != nil {
		r.t.Fatalf("%v: %.300s", err, r.body)
	}
	if mime := r.header.Get("Content-Type"); mime != "application/problem+json" {
		r.t.Errorf("type %q", mime)
	}
	if p.Status != status || p.RequestID == "" || p.RequestID != r.header.Get("X-Request-Id") || p.Title == "" || p.Detail == "" || p.Type == "" {
		r.t.Errorf("incomplete problem: %s", r.body)
	}
	if code != "" && p.Code != code {
		r.t.Errorf("code %q, want %q: %s", p.Code, code, r.body)
	}
	for _, inside := range []string{"pq:", "SELECT", "panic", ".go:", "goroutine", "SQLSTATE", "json:"} {
		if strings.Contains(r.body, inside) {
			r.t.Errorf("the refusal shows %q: %s", inside, r.body)
		}
	}
	return p
}

// Ensure bodies that are no JSON, or JSON that readers would read differently, are refused whole (S3).
func TestMalformedBodies(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-02-10 10:00"))
	owner := w.program("owner1")
	before := w.digest()
	deep := strings.Repeat(`{"a":`, 10_000) + "1" + strings.Repeat("}", 10_000)
	for name, body := range map[string]string{
		"empty": "", "blank": "  ", "no JSON": "name=x", "cut off": `{"name":"x"`, "two values": `{"name":"x"}{"name":"y"}`, "text after": `{"name":"x"} x`,
		"a list": `[]`, "a text": `"x"`, "null": `null`, "a number": `1`, "same name twice": `{"name":"x","name":"y"}`, "same name twice inside": `{"capacity":{"what":"x","what":"y"}}`,
		"same name twice, escaped": `{"name":"x","\u006eame":"y"}`, "deep": deep, "deep list": strings.Repeat("[", 5000) + strings.Repeat("]", 5000),
		"NUL": "{\"name\":\"x\x00y\"}", "comment": `{"name":"x"/**/}`, "single quotes": `{'name':'x'}`, "trailing comma": `{"name":"x",}`, "NaN": `{"energy_tce":NaN}`,
		"too large a number": `{"energy_tce":1e309}`, "byte order mark": "\ufeff{}",
		"wrong type: number for text": `{"name":1}`, "wrong type: text for bool": `{"policy_declaration":"true"}`, "wrong type: text for number": `{"energy_tce":"5"}`,
		"wrong type: object for list": `{"needs":{}}`, "wrong type: list for object": `{"capacity":[]}`, "unknown field": `{"nmae":"x"}`, "another spelling": `{"Name":"x"}`,
	} {
		r := owner.send(post, "/api/v1/projects", body, "Content-Type", "application/json")
		if r.status != http.StatusBadRequest {
			t.Errorf("%s: %d, want 400: %.200s", name, r.status, r.body)
			continue
		}
		r.refusal(400, "")
		r.documented(post, "/api/v1/projects")
	}
	// All fields that are wrong are named at once.
	p := owner.send(post, "/api/v1/projects", `{"name":1,"region":2,"upgrade":"x","nmae":"y"}`).refusal(400, "malformed_fields")
	if len(p.Fields) != 4 {
		t.Errorf("fields %v, want four", p.Fields)
	}
	if changed := w.changed(before); len(changed) > 0 {
		t.Errorf("%v changed", changed)
	}
}

// Ensure what is too long for its place is refused (S3).
func TestTooLong(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-02-10 10:00"))
	owner := w.program("owner1")
	long, err := json.Marshal(facts{"content": strings.Repeat("长", 20_000)})
	w.must(err)
	owner.send(post, "/api/v1/projects", string(long)).refusal(422, "cannot_keep")
	owner.send(get, "/api/v1/me", "", "Authorization", "Bearer "+strings.Repeat("x", 10_000)).refusal(401, "")
	owner.send(post, "/api/v1/projects", "{}", "Idempotency-Key", strings.Repeat("k", 201)).refusal(400, "bad_idempotency_key")
	owner.call(post, "/api/v1/projects", facts{"needs": make([]string, 101)}).refusal(422, "cannot_keep")
	if r := w.visitor().send(get, "/api/v1/public/codes/"+strings.Repeat("1", 5000), ""); r.status != 200 {
		t.Errorf("a long code: %d", r.status)
	}
}

// Ensure submission names every fact that makes no sense, and only those, at once (FILE-3, FILE-4, S3): what a draft
// may still hold.
func TestImpossibleFacts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-02-10 10:00"))
	owner := w.program("owner1")
	for field, values := range map[string][]any{
		"name":     {"", "  ", "甲", strings.Repeat("长", 201), "项\u202e目名称", "项\u200b目名称", "项\u2066目名称", "项\ufeff目名称", "项\ue000目名称"},
		"site":     {nil, "\u200f昆仑路", strings.Repeat("长", 301)},
		"content":  {nil, strings.Repeat("长", 4001)},
		"region":   {"", "639999", "63010", "6301022", "630102 ", "６３０１０２", "110101", "abcdef", "' OR 1=1"},
		"industry": {"", "8", "00", "99999", "83x", "８３", "../83"},
		"kind":     {"", "00", "06", "1", "０１"}, "funding": {"", "bank", "Enterprise"}, "nature": {"新"}, "route": {"备", "filing"}, "eia": {"表"}, "needs": {[]string{"castle"}},
		"total_investment":   {"", "0", "0.00", "-1.00", "1.005", "1e5", "12,500.00", "一万", "１２５００", "100000000.01", "99999999999999", "0x10", "1.", ".5", "+5", " "},
		"capital_sources":    {[]facts{{"source": "", "amount": "1.00"}}, []facts{{"source": "贷款", "amount": "-1.00"}}, []facts{{"source": "贷款", "amount": "12500.01"}}, []facts{{"source": "贷款"}}},
		"planned_start":      {"2026-02-30", "2026-2-3", "20260203", "0000-01-01", "9999-12-31", "明天", "2026-02-10T00:00:00Z"},
		"planned_completion": {"2026-08-31", "2027-02-29", "2100-01-01"}, "energy_tce": {-1, 1e300}, "electricity_gwh": {-0.01},
		"capacity":           {facts{"what": "", "amount": 1}, facts{"what": "冷藏", "amount": -1}, facts{"what": "冷藏", "amount": "x"}},
		"policy_declaration": {false, nil}, "capacity_plan_no": {"文\u202e号"},
	} {
		for _, value := range values {
			id := owner.call(post, "/api/v1/projects", filingFacts().with(facts{field: value})).is(201).text("id")
			r := owner.call(post, "/api/v1/projects/"+id+"/submission", nil)
			if r.status != 422 {
				t.Errorf("%s %q: %d, want 422", field, value, r.status)
				continue
			}
			if p := r.refusal(422, "incomplete"); len(p.Fields) != 1 || p.Fields[field] == "" || p.Rule != "FILE-4" {
				t.Errorf("%s %q: fields %v", field, value, p.Fields)
			}
			owner.call(remove, "/api/v1/projects/"+id, nil).is(204)
		}
	}
	// What cannot even be kept.
	for _, name := range []string{"项目\u0000", "项目\u0007", "项目\u007f"} {
		owner.call(post, "/api/v1/projects", facts{"name": name}).refusal(422, "cannot_keep")
	}
	// Texts that are dangerous elsewhere are only texts here.
	for _, name := range []string{`'; DROP TABLE projects; --`, `<script>alert(1)</script>`, `=cmd|'/c calc'!A1`, "../../etc/passwd", "名称\r\nSet-Cookie: a=b", "名称${jndi:ldap://x}"} {
		r := owner.submit(filingFacts().with(facts{"name": name})).is(200)
		if got := owner.call(get, "/api/v1/projects/"+r.text("code"), nil).is(200).text("name"); got != name {
			t.Errorf("%q came back as %q", name, got)
		}
	}
}

// Ensure invalid UTF-8 is not kept as something else without a word (S3).
func TestInvalidUTF8(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-02-10 10:00"))
	owner := w.program("owner1")
	before := w.digest()
	for _, name := range []string{"\xff\xfe", "项\xc0\xaf目", "\xed\xa0\x80", "项\xe9"} {
		r := owner.send(post, "/api/v1/projects", `{"name":"`+name+`"}`)
		if r.status != 400 && r.status != 422 {
			t.Errorf("%q: %d %.200s", name, r.status, r.body)
		}
	}
	if changed := w.changed(before); len(changed) > 0 {
		t.Errorf("%v changed", changed)
	}
	for _, path := range []string{"/api/v1/public/codes/%ff%fe", "/api/v1/projects/%ff", "/api/v1/public/projects/%00", "/api/v1/public/projects?q=%ff%fe", "/api/v1/public/projects?q=%00",
		"/api/v1/public/projects?region=%00", "/api/v1/projects?state=%00", "/api/v1/projects?route=%ff"} {
		if r := owner.send(get, path, ""); r.status >= 500 {
			t.Errorf("%s: %d %.200s", path, r.status, r.body)
		}
	}
}

// Ensure versions are held to what was seen: stale is 409 with the current one, missing on PATCH is 428, nonsense 400.
func TestVersions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-02-10 10:00"))
	owner := w.program("owner1")
	id := owner.call(post, "/api/v1/projects", filingFacts()).is(201).text("id")
	at := "/api/v1/projects/" + id
	change := `{"site":"别处 1 号"}`
	if p := owner.send(patch, at, change).refusal(428, "version_required"); p.Version != 1 {
		t.Errorf("version %d, want 1", p.Version)
	}
	owner.send(patch, at, change, "If-Match", "*").refusal(428, "version_required")
	for _, nonsense := range []string{`"x"`, `"-1"`, `"0"`, `"1", "2"`, `"99999999999999999999"`} {
		owner.send(patch, at, change, "If-Match", nonsense).refusal(400, "bad_if_match")
	}
	owner.send(patch, at, change, "If-Match", `"1"`).is(200)
	if p := owner.send(patch, at, change, "If-Match", `"1"`).refusal(409, "stale_version"); p.Version != 2 {
		t.Errorf("version %d, want 2", p.Version)
	}
	for _, act := range []struct{ method, path string }{{remove, at}, {post, at + "/submission"}} {
		if p := owner.send(act.method, act.path, "", "If-Match", `"1"`).refusal(409, "stale_version"); p.Version != 2 {
			t.Errorf("%s: version %d, want 2", act.method, p.Version)
		}
	}
	if got := owner.send(get, at, "").header.Get("ETag"); got != `"2"` {
		t.Errorf("ETag %s, want \"2\"", got)
	}
	owner.send(post, at+"/submission", "", "If-Match", `W/"2"`).is(200)
}

// Ensure what does not exist and what is another's look the same (S1).
func TestForeignAndAbsentLookTheSame(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-02-10 10:00"))
	foreign := w.program("owner1").call(post, "/api/v1/projects", filingFacts()).is(201).text("id")
	other := w.program("owner2")
	strip := func(r reply) string { return strings.ReplaceAll(r.body, r.header.Get("X-Request-Id"), "") }
	for _, part := range []struct{ method, path, body string }{{get, "", ""}, {get, "/items", ""}, {get, "/timeline", ""}, {get, "/deadlines", ""}, {patch, "", `{"site":"x"}`}, {remove, "", ""},
		{post, "/submission", ""}, {post, "/withdrawal", `{"reason":"x"}`}, {post, "/route-advice", ""}} {
		want := ""
		for _, id := range []string{foreign, "999999999", "0", "-1", "1.0", "01006", "x", "18446744073709551617", "..%2f..%2fme", "2601-630102-04-01-100005", "%20"} {
			r := other.send(part.method, "/api/v1/projects/"+id+part.path, part.body, "If-Match", `"1"`)
			r.refusal(404, "not_found")
			if got := strip(r); want == "" {
				want = got
			} else if got != want {
				t.Errorf("%s %s on %s: %s, want %s", part.method, part.path, id, got, want)
			}
		}
	}
	other.send(get, "/api/v1/deadlines/999999999/explanation", "").refusal(404, "not_found")
	other.send(remove, "/api/v1/tokens/999999999", "").refusal(404, "")
}

// Ensure lists refuse limits, cursors and filters that they do not know, and page without gaps.
func TestBadQueries(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-02-10 10:00"))
	owner := w.program("owner1")
	for range 5 {
		owner.submit(filingFacts())
	}
	for _, list := range []string{"/api/v1/projects", "/api/v1/inbox", "/api/v1/public/projects"} {
		for _, q := range []string{"limit=0", "limit=-1", "limit=101", "limit=x", "limit=1e1", "limit=9999999999999999999", "cursor=x", "cursor=0", "cursor=-5", "cursor=1.5",
			"cursor=99999999999999999999", "owner=1", "sort=name", "limit=2&offset=2", "LIMIT=2"} {
			r := owner.send(get, list+"?"+q, "")
			if r.status != 400 {
				t.Errorf("%s?%s: %d", list, q, r.status)
				continue
			}
			if p := r.refusal(400, "bad_query"); len(p.Fields) != 1 {
				t.Errorf("%s?%s: fields %v", list, q, p.Fields)
			}
			r.documented(get, list)
		}
		seen := map[string]bool{}
		for cursor := ""; ; {
			var page struct {
				Items []struct{ ID, Code string } `json:"items"`
				Next  string                      `json:"next_cursor"`
			}
			w.must(json.Unmarshal([]byte(owner.send(get, list+"?limit=2"+cursor, "").is(200).body), &page))
			for _, item := range page.Items {
				if seen[item.ID+item.Code] {
					t.Errorf("%s: %s twice", list, item.ID+item.Code)
				}
				seen[item.ID+item.Code] = true
			}
			if page.Next == "" {
				break
			}
			cursor = "&cursor=" + page.Next
		}
		if len(seen) != 5 {
			t.Errorf("%s: %d items over all pages, want 5", list, len(seen))
		}
	}
	for _, q := range []string{"from=2026-02-30&working_days=5", "from=&working_days=5", "working_days=5", "from=2026-02-10", "from=2026-02-10&working_days=-1", "from=2026-02-10&working_days=1001",
		"from=2026-02-10&working_days=5&days=5", "from=2026-02-10&working_days=x", "from=1900-01-01&working_days=5", "from=2200-01-01&days=5"} {
		w.visitor().send(get, "/api/v1/public/calendar/due?"+q, "").refusal(400, "bad_query")
	}
	for _, q := range []string{"from=x", "to=x", "from=2026-02-10&to=2026-02-09", "from=2000-01-01&to=2090-01-01"} {
		w.visitor().send(get, "/api/v1/public/calendar?"+q, "").refusal(400, "bad_query")
	}
}

// Ensure sessions that are unknown, of another scheme, signed out or ended by time are 401, on every signed route alike.
func TestEndedSessions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-02-10 10:00"))
	visitor := w.visitor()
	for _, header := range []string{"Bearer x", "Bearer ", "Basic b3duZXIxOng=", "Bearer qhtz_x", "x", "Bearer " + strings.Repeat("é", 50)} {
		r := visitor.send(get, "/api/v1/me", "", "Authorization", header)
		r.refusal(401, "")
		if r.header.Get("WWW-Authenticate") != "Bearer" {
			t.Errorf("%s: WWW-Authenticate %q", header, r.header.Get("WWW-Authenticate"))
		}
	}
	owner := w.program("owner1")
	owner.send(remove, "/api/v1/sessions/current", "").is(204)
	owner.send(get, "/api/v1/me", "").refusal(401, "")
	idle := w.program("owner1")
	_, err := w.db.SQL().ExecContext(t.Context(), `UPDATE sessions SET last_seen_at = last_seen_at - interval '40 days', expires_at = expires_at - interval '40 days'`)
	w.must(err)
	idle.send(get, "/api/v1/me", "").refusal(401, "")
	// A public call needs nobody: it is not refused for an ended session.
	idle.send(get, "/api/v1/public/projects", "").is(200)

	key := w.program("owner1").call(post, "/api/v1/tokens", facts{"name": "读", "scopes": []string{"read"}}).is(201)
	reader := &person{w: w, bearer: key.text("secret")}
	reader.send(get, "/api/v1/projects", "").is(200)
	reader.send(post, "/api/v1/projects", `{}`).refusal(403, "")
	reader.send(post, "/api/v1/tokens", `{"name":"x","scopes":["file"]}`).refusal(403, "")
	_, err = w.db.SQL().ExecContext(t.Context(), `UPDATE api_tokens SET expires_at = $1`, time.Now().Add(-time.Minute))
	w.must(err)
	reader.send(get, "/api/v1/projects", "").refusal(401, "bad_key")
}

// Ensure a sign-in says no more than yes or no, whatever is typed, and locks in the end (S5).
func TestBadSignIns(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-02-10 10:00"))
	visitor := w.visitor()
	strip := func(r reply) string { return strings.ReplaceAll(r.body, r.header.Get("X-Request-Id"), "") }
	want := strip(visitor.call(post, "/api/v1/sessions", facts{"username": "owner1", "password": "wrong"}).is(401))
	for _, in := range []facts{{"username": "nobody", "password": "wrong"}, {"username": "", "password": ""}, {"username": "owner2'--", "password": testPassword},
		{"username": "owner2\u0000", "password": testPassword}, {"username": strings.Repeat("长", 5000), "password": "x"}, {"username": "owner3", "password": strings.Repeat("x", 100_000)}, {}} {
		if r := visitor.call(post, "/api/v1/sessions", in); r.status != 401 || strip(r) != want {
			t.Errorf("%.60v: %d %.200s", in, r.status, r.body)
		}
	}
	for _, body := range []string{`{"username":1,"password":"x"}`, `{"username":"a","password":"x","roles":["sysadmin"]}`, `[]`, ``} {
		visitor.send(post, "/api/v1/sessions", body).refusal(400, "")
	}
	status := 0
	for n := 0; n < 50 && status != http.StatusTooManyRequests; n++ {
		status = visitor.call(post, "/api/v1/sessions", facts{"username": "owner1", "password": "wrong" + strconv.Itoa(n)}).status
	}
	if status != http.StatusTooManyRequests {
		t.Error("fifty wrong passwords lock nothing")
	}
	visitor.call(post, "/api/v1/sessions", facts{"username": "owner1", "password": testPassword}).refusal(429, "sign_in_locked")
	visitor.call(post, "/api/v1/sessions", facts{"username": "owner2", "password": testPassword}).is(201)
}

// Ensure unknown addresses and methods are problems too, and headers cannot be smuggled into answers (S3).
func TestUnknownAddresses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-02-10 10:00"))
	owner := w.program("owner1")
	for _, c := range []struct{ method, path string }{{get, "/api/v1/nothing"}, {get, "/api/v1"}, {get, "/api/v2/projects"}, {get, "/api/v1/projects/"},
		{http.MethodPut, "/api/v1/projects"}, {post, "/api/v1/me"}, {remove, "/api/v1/projects"}, {"TRACE", "/api/v1/me"}, {get, "/api/v1/%2e%2e/%2e%2e/etc/passwd"}} {
		r := owner.send(c.method, c.path, "")
		if r.status != 404 && r.status != 405 {
			t.Errorf("%s %s: %d", c.method, c.path, r.status)
			continue
		}
		r.refusal(r.status, "")
	}
	// A method in a header is no method.
	owner.send(post, "/api/v1/projects", `{}`, "X-HTTP-Method-Override", "DELETE").is(201)
	r := owner.send(get, "/api/v1/me", "", "X-Request-Id", "abc\tdef<script>")
	if id := r.header.Get("X-Request-Id"); strings.ContainsAny(id, "\t<>") || id == "" {
		t.Errorf("request id %q", id)
	}
	if got := owner.send(get, "/api/v1/me", "", "X-Request-Id", "trace-0123456789").header.Get("X-Request-Id"); got != "trace-0123456789" {
		t.Errorf("a plain request id is not kept: %q", got)
	}
	// Where a page leads on to is on this site, whatever was asked.
	for _, to := range []string{"https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "javascript:alert(1)", "/ok\r\nSet-Cookie: a=b"} {
		if got := w.visitor().get("/display?large=on&return=" + url.QueryEscape(to)).header.Get("Location"); got != "/" {
			t.Errorf("return %q leads to %q", to, got)
		}
	}
}
