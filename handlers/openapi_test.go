package handlers

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// document31 reads openapi.json once.
var document31 = sync.OnceValues(func() (*openapi3.T, error) { return openapi3.NewLoader().LoadFromData(openAPIDocument) })

func apiDocument(t testing.TB) *openapi3.T {
	t.Helper()
	doc, err := document31()
	if err != nil {
		t.Fatalf("openapi.json: %v", err)
	}
	return doc
}

// apiRoutes are the routes of the table that are the API, as "METHOD /path/{id}".
func apiRoutes() map[string]route {
	all := map[string]route{}
	for _, r := range (&server{Services: Services{Dev: &Dev{}}}).routes() {
		if !r.api() {
			continue
		}
		parts := strings.Split(r.Path, "/")
		for i, p := range parts {
			if name, ok := strings.CutPrefix(p, ":"); ok {
				parts[i] = "{" + name + "}"
			}
		}
		all[r.Method+" "+strings.Join(parts, "/")] = r
	}
	return all
}

// Ensure the document is a valid OpenAPI 3.1 document, its examples included.
func TestOpenAPIDocumentIsValid(t *testing.T) {
	t.Parallel()
	doc := apiDocument(t)
	if doc.OpenAPI != "3.1.0" {
		t.Errorf("version %q", doc.OpenAPI)
	}
	if err := doc.Validate(t.Context(), openapi3.EnableExamplesValidation(), openapi3.EnableSchemaPatternValidation()); err != nil {
		t.Error(err)
	}
}

// Ensure the document has every route of the API and nothing else, each with a Chinese summary, parameters for what
// stands in its path, and security where the route asks for it.
func TestOpenAPIDocumentIsTheRouteTable(t *testing.T) {
	t.Parallel()
	routes := apiRoutes()
	seen := map[string]bool{}
	for path, item := range apiDocument(t).Paths.Map() {
		for method, op := range item.Operations() {
			key := method + " " + path
			r, known := routes[key]
			if !known {
				t.Errorf("%s is documented and does not exist", key)
				continue
			}
			seen[key] = true
			checkOperation(t, key, r, op)
		}
	}
	for key := range routes {
		if !seen[key] {
			t.Errorf("%s is not documented", key)
		}
	}
}

func checkOperation(t *testing.T, key string, r route, op *openapi3.Operation) {
	t.Helper()
	if op.Summary == "" || strings.ContainsFunc(op.Summary, func(c rune) bool { return c < 0x2000 && c != ' ' }) && !strings.ContainsFunc(op.Summary, func(c rune) bool { return c > 0x4e00 }) {
		t.Errorf("%s: summary %q", key, op.Summary)
	}
	for part := range strings.SplitSeq(r.Path, "/") {
		if name, ok := strings.CutPrefix(part, ":"); ok && op.Parameters.GetByInAndName("path", name) == nil {
			t.Errorf("%s: path parameter %s is not described", key, name)
		}
	}
	open := op.Security != nil && (len(*op.Security) == 0 || slices.ContainsFunc(*op.Security, func(s openapi3.SecurityRequirement) bool { return len(s) == 0 }))
	if open != (r.Access != accessSigned) {
		t.Errorf("%s: documented as open: %v; access is %s", key, open, r.Access)
	}
	if r.Access == accessSigned && op.Responses.Status(http.StatusUnauthorized) == nil {
		t.Errorf("%s: 401 is not described", key)
	}
	if r.Method == patch && op.Responses.Status(http.StatusPreconditionRequired) == nil {
		t.Errorf("%s: 428 is not described", key)
	}
}

// api uses the API as call does, and holds the reply against the document.
func (p *person) api(method, path string, body any, headers ...string) reply {
	p.w.t.Helper()
	text := ""
	if body != nil {
		b, err := json.Marshal(body)
		p.w.must(err)
		text = string(b)
	}
	r := p.send(method, path, text, append([]string{"Content-Type", "application/json"}, headers...)...)
	r.documented(method, path)
	return r
}

// documented fails the test unless the document describes the reply: the status for this operation, the type, and
// every field.
func (r reply) documented(method, path string) string {
	r.t.Helper()
	key, op := operationOf(r.t, method, path)
	if op == nil {
		r.t.Errorf("%s %s is not documented", method, path)
		return ""
	}
	response := op.Responses.Status(r.status)
	if response == nil {
		r.t.Errorf("%s: status %d is not documented: %.300s", key, r.status, r.body)
		return key
	}
	for name := range response.Value.Headers {
		if r.header.Get(name) == "" {
			r.t.Errorf("%s: %d without the header %s", key, r.status, name)
		}
	}
	if len(response.Value.Content) == 0 {
		if r.body != "" {
			r.t.Errorf("%s: %d has content: %.200s", key, r.status, r.body)
		}
		return key
	}
	mime, _, _ := strings.Cut(r.header.Get("Content-Type"), ";")
	media := response.Value.Content[mime]
	if media == nil {
		r.t.Errorf("%s: %d is %q, documented are %v", key, r.status, mime, slices.Collect(maps.Keys(response.Value.Content)))
		return key
	}
	if !strings.HasSuffix(mime, "json") {
		return key
	}
	var value any
	if err := json.Unmarshal([]byte(r.body), &value); err != nil {
		r.t.Errorf("%s: %v", key, err)
		return key
	}
	if err := media.Schema.Value.VisitJSON(value, openapi3.EnableJSONSchema2020()); err != nil {
		r.t.Errorf("%s: %d is not as documented: %v", key, r.status, err)
	}
	if at := undocumented(media.Schema, value, ""); at != "" {
		r.t.Errorf("%s: %d has %s, which is not documented", key, r.status, at)
	}
	return key
}

// operationOf finds the operation that a request means; paths without parameters come first.
func operationOf(t testing.TB, method, path string) (string, *openapi3.Operation) {
	t.Helper()
	path, _, _ = strings.Cut(path, "?")
	paths := apiDocument(t).Paths
	for _, template := range paths.InMatchingOrder() {
		want, have := strings.Split(template, "/"), strings.Split(path, "/")
		fits := len(want) == len(have)
		for i := 0; fits && i < len(want); i++ {
			fits = want[i] == have[i] || strings.HasPrefix(want[i], "{")
		}
		if op := paths.Value(template).GetOperation(method); fits && op != nil {
			return method + " " + template, op
		}
	}
	return "", nil
}

// undocumented names the first field that no schema knows, "" if there is none. Schemas are open to clients, so that
// fields may come; the platform itself shows only what it describes.
func undocumented(ref *openapi3.SchemaRef, value any, at string) string {
	if ref == nil || ref.Value == nil {
		return ""
	}
	for _, one := range ref.Value.AnyOf {
		if one.Value.Type.Is("null") == (value == nil) {
			return undocumented(one, value, at)
		}
	}
	switch v := value.(type) {
	case map[string]any:
		if len(ref.Value.Properties) == 0 {
			return ""
		}
		for name, inner := range v {
			known := ref.Value.Properties[name]
			if known == nil {
				return at + "." + name
			}
			if found := undocumented(known, inner, at+"."+name); found != "" {
				return found
			}
		}
	case []any:
		for _, inner := range v {
			if found := undocumented(ref.Value.Items, inner, at+"[]"); found != "" {
				return found
			}
		}
	}
	return ""
}

// Ensure every operation answers as documented when it succeeds.
func TestEveryOperationSucceedsAsDocumented(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-02-10 10:00"))
	seen := map[string]bool{}
	do := func(p *person, status int, method, path string, body any, headers ...string) reply {
		t.Helper()
		r := p.api(method, path, body, headers...)
		key, _ := operationOf(t, method, path)
		seen[key] = true
		return r.is(status)
	}
	owner, officer, visitor := w.program("owner1"), w.program("cd-handler"), w.visitor()

	do(visitor, 201, post, "/api/v1/sessions", facts{"username": "owner3", "password": testPassword})
	do(w.program("owner3"), 204, remove, "/api/v1/sessions/current", nil)
	do(owner, 200, get, "/api/v1/me", nil)
	do(officer, 200, get, "/api/v1/me", nil)
	token := do(owner, 201, post, "/api/v1/tokens", facts{"name": "报送系统", "scopes": []string{"read"}, "days": 30})
	do(&person{w: w, bearer: token.text("secret")}, 200, get, "/api/v1/projects", nil)
	do(owner, 204, remove, "/api/v1/tokens/"+token.text("id"), nil)
	do(owner, 200, get, "/api/v1/tokens", nil)

	full := filingFacts().with(facts{"capacity": facts{"what": "冷藏", "amount": 12.5, "unit": "万吨"}, "energy_tce": 1200, "electricity_gwh": 6.5, "needs": []string{"builds", "needs_land"}, "eia": "报告表"})
	do(owner, 201, post, "/api/v1/projects", full)
	draft := do(owner, 201, post, "/api/v1/projects", full) // hints at the first
	do(owner, 200, get, "/api/v1/projects/"+draft.text("id"), nil)
	do(owner, 200, patch, "/api/v1/projects/"+draft.text("id"), facts{"site": "昆仑东路 19 号"}, "If-Match", `"1"`)
	do(owner, 200, post, "/api/v1/projects/"+draft.text("id")+"/route-advice", nil)
	do(owner, 200, get, "/api/v1/projects/"+draft.text("id")+"/items", nil)
	do(owner, 200, post, "/api/v1/projects/"+draft.text("id")+"/submission", nil)
	code := do(owner, 200, get, "/api/v1/projects/"+draft.text("id"), nil).text("code")
	built := "/api/v1/projects/" + owner.submit(full).text("code")
	begun := do(owner, 201, post, built+"/reports", facts{"kind": "start", "data": facts{"start_date": "2026-02-10", "actual": true}, "submit": true})
	do(owner, 201, post, built+"/reports", facts{"kind": "annual", "data": facts{"invested_year": "很多"}})
	do(owner, 200, get, built+"/reports", nil)
	do(owner, 200, get, built+"/reports/"+begun.text("id"), nil)
	do(owner, 200, get, built+"/duties", nil)
	do(owner, 200, get, built+"/timeline", nil)
	watch := w.program("supervisor")
	do(watch, 200, get, "/api/v1/supervision/cases?state=open", nil)
	do(watch, 200, get, "/api/v1/supervision/cases/"+begun.text("case_id"), nil)
	do(watch, 200, post, "/api/v1/supervision/cases/"+begun.text("case_id")+"/closure", facts{"reason": "手续已补齐"})
	other := do(owner, 201, post, "/api/v1/projects", filingFacts())
	do(owner, 204, remove, "/api/v1/projects/"+other.text("id"), nil)

	sanction := func() string {
		id := do(owner, 201, post, "/api/v1/projects", sanctionFacts().with(facts{"region": "630102"})).text("id")
		do(owner, 200, post, "/api/v1/projects/"+id+"/submission", facts{})
		return "/api/v1/projects/" + id
	}
	corrected, silent, refused, moved := sanction(), sanction(), sanction(), sanction()
	do(officer, 200, post, corrected+"/acceptance", facts{"decision": "correct", "corrections": []facts{{"field": "site", "what": "补充"}}})
	do(owner, 200, patch, corrected, facts{"site": "别处"}, "If-Match", `"3"`)
	do(owner, 200, post, corrected+"/submission", nil)
	do(officer, 200, post, refused+"/acceptance", facts{"decision": "refuse", "reason": "不属于受理范围"})
	do(officer, 200, post, moved+"/transfer", facts{"authority_region": "630100", "reason": "跨区"})
	do(owner, 200, post, moved+"/withdrawal", facts{"reason": "不再建设"})
	review := do(owner, 201, post, "/api/v1/projects", filingFacts().with(facts{"name": "硫酸安全教育基地"})).text("id")
	do(owner, 200, post, "/api/v1/projects/"+review+"/submission", nil)
	do(officer, 200, post, "/api/v1/projects/"+review+"/route", facts{"route": "核准", "reason": "属于核准范围"})
	w.to(at("2026-03-20 10:00"))

	for _, path := range []string{corrected, silent, refused, moved, "/api/v1/projects/" + review, "/api/v1/projects/" + code} {
		for _, part := range []string{"", "/items", "/timeline", "/deadlines"} {
			do(owner, 200, get, path+part, nil)
		}
	}
	var decided struct {
		Due struct {
			ID string `json:"deadline_id"`
		} `json:"decision_due"`
	}
	w.must(json.Unmarshal([]byte(do(owner, 200, get, silent, nil).body), &decided))
	do(visitor, 200, get, "/api/v1/deadlines/"+decided.Due.ID+"/explanation", nil)
	do(owner, 200, get, "/api/v1/projects?limit=2", nil)
	do(officer, 200, get, "/api/v1/projects?state=accepted", nil)
	do(owner, 200, get, "/api/v1/inbox?limit=3", nil)
	do(visitor, 200, get, "/api/v1/public/projects?limit=1", nil)
	do(visitor, 200, get, "/api/v1/public/projects/"+code, nil)
	do(visitor, 200, get, "/api/v1/public/codes/"+code, nil)
	do(visitor, 200, get, "/api/v1/public/codes/1234", nil)
	do(visitor, 200, get, "/api/v1/public/calendar?from=2026-02-01&to=2027-02-28", nil)
	do(visitor, 200, get, "/api/v1/public/calendar/due?from=2026-02-10&working_days=20", nil)
	do(visitor, 200, get, "/api/v1/openapi.json", nil)
	succeedInCredit(w, do, code)
	for key := range apiRoutes() {
		if !seen[key] {
			t.Errorf("%s: no success was held against the document", key)
		}
	}
}
