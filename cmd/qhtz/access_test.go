package main

import (
	"bufio"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// businessTables are what a refused call must leave as it was. Sessions and attempts to sign in change by themselves.
var businessTables = []string{"projects", "project_codes", "project_terms", "applications", "events", "deadlines", "deadline_history", "notices",
	"notice_reads", "outbox", "idempotency", "audit_events", "accounts", "organizations", "api_tokens", "catalogues", "calendar_days", "calendar_years"}

// digestOf hashes every row of the business tables.
func digestOf(t *testing.T, db *sql.DB) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, table := range businessTables {
		lines := rows(t, db, `SELECT CAST(r AS text) FROM `+table+` r`)
		slices.Sort(lines)
		sum := sha256.Sum256([]byte(strings.Join(lines, "\n")))
		out[table] = hex.EncodeToString(sum[:])
	}
	return out
}

// settled waits until everything sent out has been delivered, so that nothing changes by itself any more.
func settled(t *testing.T, db *sql.DB) {
	t.Helper()
	until(t, 20*time.Second, "everything is delivered", func() bool { return rows(t, db, `SELECT count(*) FROM outbox`)[0] == "0" })
}

// attempt is a call of the scenarios.
type attempt struct {
	method, path string
	body         any
	read         bool // of what an official of the same area may see
}

// M9: every call of the scenarios by everybody who has no business with it is refused, and changes nothing (FILE-13,
// AUD-2). The project lies in 城东区; each attempt names its current version, so that nothing but the person is wrong.
func TestM9WhoMayWhat(t *testing.T) {
	t.Parallel()
	p := start(t, "2026-02-10T10:00:00+08:00")
	owner := p.signIn("owner1")
	draft := owner.draft(t, filingFacts())
	submitted := owner.file(t, sanctionFacts(facts{"region": "630102"})).must(t, 200)
	correcting := owner.file(t, sanctionFacts(facts{"region": "630102", "name": "待补正项目"})).must(t, 200)
	p.signIn("cd-handler").decide(t, correcting.text("id"), facts{"decision": "correct", "corrections": []facts{{"field": "site", "what": "补充"}}}).must(t, 200)
	review := owner.file(t, filingFacts(facts{"name": "硫酸安全教育基地"})).must(t, 200)
	filed := owner.file(t, filingFacts(facts{"name": "已备案项目"})).must(t, 200)

	var calls []attempt
	for _, id := range []string{draft, submitted.text("id"), correcting.text("id"), review.text("id"), filed.text("id")} {
		at := "/api/v1/projects/" + id
		calls = append(calls,
			attempt{http.MethodGet, at, nil, id != draft}, attempt{http.MethodGet, at + "/items", nil, id != draft},
			attempt{http.MethodGet, at + "/timeline", nil, id != draft}, attempt{http.MethodGet, at + "/deadlines", nil, id != draft},
			attempt{http.MethodPost, at + "/route-advice", nil, id != draft},
			attempt{http.MethodPatch, at, facts{"site": "别处 1 号"}, false}, attempt{http.MethodDelete, at, nil, false},
			attempt{http.MethodPost, at + "/submission", nil, false}, attempt{http.MethodPost, at + "/withdrawal", facts{"reason": "试"}, false},
			attempt{http.MethodPost, at + "/acceptance", facts{"decision": "accept"}, false},
			attempt{http.MethodPost, at + "/acceptance", facts{"decision": "refuse", "reason": "试"}, false},
			attempt{http.MethodPost, at + "/acceptance", facts{"decision": "correct", "corrections": []facts{{"field": "site", "what": "试"}}}, false},
			attempt{http.MethodPost, at + "/route", facts{"route": "核准", "reason": "试"}, false},
			attempt{http.MethodPost, at + "/transfer", facts{"authority_region": "630100", "reason": "试"}, false})
	}
	calls = append(calls, attempt{http.MethodGet, "/api/v1/deadlines/" + submitted.text("current_due.deadline_id") + "/explanation", nil, true})

	db := p.db()
	strangers := []string{"", "owner2", "gem-handler", "xn-eia-handler", "bank", "audit-office", "sysadmin", "secadmin", "logauditor"}
	clients := map[string]*client{}
	for _, who := range strangers {
		clients[who] = p.visitor()
		if who != "" {
			clients[who] = p.signIn(who)
		}
	}
	settled(t, db)
	before := digestOf(t, db)
	for _, who := range strangers {
		for _, c := range calls {
			if c.read && who == "xn-eia-handler" {
				continue // officials of the area read what was submitted there
			}
			a := clients[who].do(t, c.method, c.path, c.body, "If-Match", versionOf(t, owner, c.path), "Idempotency-Key", who+c.method+c.path+fmt.Sprint(c.body))
			if a.status != 401 && a.status != 403 && a.status != 404 || who == "" && a.status != 401 && !strings.Contains(c.path, "/deadlines/") {
				t.Errorf("%q: %s %s: %d %.200s", who, c.method, c.path, a.status, a.body)
			}
		}
	}
	// What only some may do without a project.
	for _, who := range strangers {
		if who == "owner2" {
			continue
		}
		if a := clients[who].do(t, http.MethodPost, "/api/v1/projects", filingFacts()); a.status != 401 && a.status != 403 {
			t.Errorf("%q starts a project: %d", who, a.status)
		}
	}
	for table, sum := range digestOf(t, db) {
		if sum != before[table] {
			t.Errorf("%s has changed", table)
		}
	}
	// The officer of the place, by contrast, may: the refusals above were about the person.
	p.signIn("cd-handler").decide(t, submitted.text("id"), facts{"decision": "accept"}).must(t, 200)
}

// versionOf is the current version of the project in a path, as If-Match has it.
func versionOf(t *testing.T, owner *client, path string) string {
	t.Helper()
	rest, found := strings.CutPrefix(path, "/api/v1/projects/")
	if !found {
		return "*"
	}
	id, _, _ := strings.Cut(rest, "/")
	return `"` + owner.project(t, id).text("version") + `"`
}

// Ensure a body above 1 MB is refused with 413 before it is sent, as a problem with its request's id, that headers
// without end are refused as well, and that neither harms the server.
func TestTooLargeOverTheWire(t *testing.T) {
	t.Parallel()
	p := start(t, "2026-01-05T09:00:00+08:00")
	owner := p.signIn("owner1")
	head := "POST /api/v1/projects HTTP/1.1\r\nHost: " + p.addr + "\r\nAuthorization: Bearer " + owner.token + "\r\n"
	a := p.wire(head+"Content-Type: application/json\r\nContent-Length: 2097152\r\n\r\n{").must(t, 413)
	a.expect(t, values{"code": "too_large", "status": "413", "request_id": a.header.Get("X-Request-Id")})
	if a.text("request_id") == "" || a.header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("type %q: %s", a.header.Get("Content-Type"), a.body)
	}
	if a := p.wire(head + "X-Padding: " + strings.Repeat("x", 32<<10)); a.status < 400 || a.status >= 500 {
		t.Errorf("32 kB of headers: %d", a.status)
	}
	owner.do(t, http.MethodGet, "/api/v1/me", nil).must(t, 200)
}

// wire sends bytes and reads one answer.
func (p *booted) wire(request string) answer {
	p.t.Helper()
	conn, err := (&net.Dialer{Timeout: 5 * time.Second}).DialContext(p.t.Context(), "tcp", p.addr)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := conn.Write([]byte(request)); err != nil {
		p.t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, body}
}
