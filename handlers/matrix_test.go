package handlers

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"qhtz/domain"
	"qhtz/domain/identity"
)

// columns are who asks, in the order of the matrix's cells. The project lies in 城东区 (630102) and is owner1's.
var columns = []struct {
	name     string
	accounts []string // each is tried; "" is a visitor
}{
	{"visitor", []string{""}},
	{"owner", []string{"owner1"}},
	{"other", []string{"owner2", "owner3"}},
	{"place", []string{"cd-handler", "cd-reviewer"}},         // of the authority that is competent
	{"parent", []string{"xn-handler", "fgw-reviewer"}},       // of those above it
	{"decider", []string{"fgw-decider", "xn-decider"}},       // see it, and accept nothing
	{"county", []string{"gem-handler"}},                      // of another county
	{"dept", []string{"xn-eia-handler", "xn-land-reviewer"}}, // of departments of another kind
	{"watch", []string{"regulator1", "supervisor"}},
	{"audit", []string{"audit-office"}}, // without a purpose
	{"bank", []string{"bank"}},
	{"admin", []string{"sysadmin", "secadmin", "logauditor"}},
}

// cell rows that many routes share.
const (
	//         visitor owner other place parent decider county dept watch audit bank admin
	everybody   = "200 200 200 200 200 200 200 200 200 200 200 200"
	whoSees     = "401 200 404 200 200 200 404 200 200 403 403 403"
	ownersOnly  = "401 200 404 403 403 403 403 403 403 403 403 403"
	placeOnly   = "401 403 403 200 403 403 404 403 403 403 403 403"
	caseActs    = "401 404 404 200 403 403 404 403 403 403 403 403"
	draftSeen   = "401 200 404 404 404 404 404 404 404 403 403 403"
	draftPlace  = "401 403 403 404 404 403 404 404 403 403 403 403"
	anySignedIn = "401 200 200 200 200 200 200 200 200 200 200 200"
	business    = "401 200 200 200 200 200 200 200 200 200 403 403"
	keyHolders  = "401 200 200 200 200 200 200 200 200 200 200 403"
	listers     = "401 200 200 200 200 200 200 200 200 403 403 403"
	units       = "401 200 200 403 403 403 403 403 403 403 403 403"
	nobody      = "403 403 403 403 403 403 403 403 403 403 403 403"
	myKey       = "401 200 404 404 404 404 404 404 404 404 404 403"
)

// cell is what a route answers when it is about something, by who asks. 200 stands for any success.
type cell struct {
	on    string // what it is about: an object of the test's own
	body  any
	cells string
}

var (
	sendBack   = facts{"decision": "correct", "corrections": []facts{{"field": "site", "what": "补充"}}}
	withReason = facts{"reason": "不再建设"}
)

// matrix is who may what (S1), keyed by the route. A route without a row fails.
var matrix = map[string][]cell{
	"GET /healthz": {{"", nil, everybody}}, "GET /readyz": {{"", nil, everybody}}, "GET /metrics": {{"", nil, everybody}},
	"GET /dev/clock": {{"", nil, everybody}}, "GET /dev/accounts": {{"", nil, everybody}},
	"POST /dev/clock":                        {{"", facts{"now": "2026-02-10T10:00:00+08:00"}, everybody}},
	"GET /api/v1/openapi.json":               {{"", nil, everybody}},
	"POST /api/v1/sessions":                  {{"", facts{"username": "owner3", "password": testPassword}, everybody}},
	"DELETE /api/v1/sessions/current":        {{"session", nil, anySignedIn}},
	"GET /api/v1/me":                         {{"", nil, anySignedIn}},
	"POST /api/v1/tokens":                    {{"", facts{"name": "试", "scopes": []string{"read"}}, keyHolders}},
	"GET /api/v1/tokens":                     {{"", nil, keyHolders}},
	"DELETE /api/v1/tokens/:id":              {{"token", nil, myKey}},
	"GET /api/v1/inbox":                      {{"", nil, business}},
	"POST /api/v1/projects":                  {{"", filingFacts(), units}},
	"GET /api/v1/projects":                   {{"", nil, listers}},
	"GET /api/v1/projects/:id":               {{"draft", nil, draftSeen}, {"submitted", nil, whoSees}, {"review", nil, whoSees}, {"filed", nil, whoSees}},
	"PATCH /api/v1/projects/:id":             {{"draft", facts{"site": "别处"}, ownersOnly}, {"correcting", facts{"site": "别处"}, ownersOnly}},
	"DELETE /api/v1/projects/:id":            {{"draft", nil, ownersOnly}},
	"GET /api/v1/projects/:id/items":         {{"draft", nil, draftSeen}, {"submitted", nil, whoSees}},
	"GET /api/v1/projects/:id/timeline":      {{"draft", nil, draftSeen}, {"submitted", nil, whoSees}},
	"GET /api/v1/projects/:id/deadlines":     {{"draft", nil, draftSeen}, {"submitted", nil, whoSees}},
	"POST /api/v1/projects/:id/route-advice": {{"draft", nil, draftSeen}, {"submitted", nil, whoSees}},
	"POST /api/v1/projects/:id/submission":   {{"draft", nil, ownersOnly}},
	"POST /api/v1/projects/:id/withdrawal":   {{"submitted", withReason, ownersOnly}, {"review", withReason, ownersOnly}, {"filed", withReason, ownersOnly}},
	"POST /api/v1/projects/:id/acceptance": {{"draft", facts{"decision": "accept"}, draftPlace}, {"submitted", facts{"decision": "accept"}, placeOnly}, {"submitted", sendBack, placeOnly},
		{"submitted", facts{"decision": "refuse", "reason": "不属于范围"}, placeOnly}, {"review", facts{"decision": "accept"}, placeOnly}},
	"POST /api/v1/projects/:id/route":    {{"review", facts{"route": "核准", "reason": "属于核准范围"}, placeOnly}},
	"POST /api/v1/projects/:id/transfer": {{"submitted", facts{"authority_region": "630100", "reason": "跨区"}, placeOnly}},
	"GET /api/v1/projects/:id/duties":    {{"filed", nil, whoSees}},
	"POST /api/v1/projects/:id/reports": {{"filed", facts{"kind": "start", "data": facts{"start_date": "2026-02-10"}}, ownersOnly},
		{"filed", facts{"kind": "start", "submit": true, "data": facts{"start_date": "2026-02-10", "actual": true}}, ownersOnly}},
	"GET /api/v1/projects/:id/reports":           {{"filed", nil, whoSees}},
	"GET /api/v1/projects/:id/reports/:report":   {{"report", nil, whoSees}},
	"GET /api/v1/supervision/cases":              {{"", nil, "401 403 403 200 200 200 200 200 200 403 403 403"}},
	"GET /api/v1/supervision/cases/:id":          {{"case", nil, "401 403 403 200 200 200 404 200 200 403 403 403"}},
	"POST /api/v1/supervision/cases/:id/closure": {{"case", facts{"reason": "手续已补齐"}, "401 403 403 403 403 403 403 403 200 403 403 403"}},
	"GET /api/v1/deadlines/:id/explanation":      {{"deadline", nil, whoSees}, {"public deadline", nil, everybody}},
	"GET /api/v1/public/projects":                {{"", nil, everybody}},
	"GET /api/v1/public/projects/:code":          {{"code", nil, everybody}},
	"GET /api/v1/public/codes/:code":             {{"code", nil, everybody}},
	"GET /api/v1/public/calendar":                {{"", nil, everybody}},
	"GET /api/v1/public/calendar/due":            {{"query", nil, everybody}},

	"GET /static/*":                       {{"static", nil, everybody}},
	"GET /display":                        {{"", nil, everybody}},
	"GET /sign-in":                        {{"", nil, everybody}},
	"POST /sign-in":                       {{"", url.Values{"username": {"owner3"}, "password": {testPassword}}, nobody}}, // not from our own form
	"POST /sign-out":                      {{"session", nil, anySignedIn}},
	"POST /session/keep":                  {{"", nil, anySignedIn}},
	"POST /dev-clock":                     {{"", url.Values{"now": {"2026-02-10T10:00"}}, everybody}},
	"GET /":                               {{"", nil, everybody}},
	"GET /register":                       {{"", nil, everybody}},
	"GET /codes":                          {{"", nil, everybody}},
	"GET /codes/:code":                    {{"code", nil, everybody}},
	"GET /calendar":                       {{"", nil, everybody}},
	"GET /projects/:code":                 {{"code", nil, everybody}},
	"GET /projects/:code/qr.svg":          {{"code", nil, everybody}},
	"GET /projects/:code/qr.png":          {{"code", nil, everybody}},
	"GET /projects/:code/certificate":     {{"code", nil, everybody}},
	"GET /projects/:code/certificate.pdf": {{"code", nil, everybody}},
	"GET /deadlines/:id":                  {{"deadline", nil, toSignIn(whoSees)}, {"public deadline", nil, everybody}},
	"GET /inbox":                          {{"", nil, toSignIn(business)}},
	"POST /inbox/read":                    {{"", nil, business}},
	"POST /inbox/:id/read":                {{"notice", nil, business}},
	"GET /account":                        {{"", nil, toSignIn(anySignedIn)}},
	"POST /account/sessions/end-others":   {{"session", nil, anySignedIn}},
	"POST /account/sessions/:id/end":      {{"owner's session", nil, "401 200 404 404 404 404 404 404 404 404 404 404"}},
	"GET /my":                             {{"", nil, toSignIn(units)}},
	"GET /my/new":                         {{"", nil, toSignIn(units)}},
	"POST /my/new":                        {{"", url.Values{"classified": {"false"}}, units}},
	"GET /my/projects/:id":                {{"draft", nil, toSignIn(ownersOnly)}},
	"GET /my/projects/:id/q/:question":    {{"draft", nil, toSignIn(ownersOnly)}},
	"POST /my/projects/:id/q/:question":   {{"draft", url.Values{"site": {"别处"}}, ownersOnly}},
	"GET /my/projects/:id/check":          {{"draft", nil, toSignIn(ownersOnly)}},
	"POST /my/projects/:id/submit":        {{"draft", nil, ownersOnly}},
	"GET /my/projects/:id/done":           {{"filed", nil, toSignIn(ownersOnly)}},
	"POST /my/projects/:id/discard":       {{"draft", nil, ownersOnly}},
	"POST /my/projects/:id/withdraw":      {{"submitted", url.Values{"reason": {"不再建设"}}, ownersOnly}},
	"GET /queue":                          {{"", nil, "303 403 403 200 200 200 200 200 403 403 403 403"}},
	"GET /cases/:id":                      {{"draft", nil, "303 404 404 404 404 404 404 404 404 403 403 403"}, {"submitted", nil, "303 404 404 200 200 200 404 200 200 403 403 403"}},
	"POST /cases/:id/decision":            {{"submitted", url.Values{"decision": {"accept"}}, caseActs}},
	"POST /cases/:id/transfer":            {{"submitted", url.Values{"authority_region": {"630100"}, "transfer_reason": {"跨区"}}, caseActs}},
	"POST /cases/:id/route":               {{"review", url.Values{"route": {"核准"}, "route_reason": {"属于核准范围"}}, caseActs}},
}

// toSignIn is the row of a page: a visitor is led to the sign-in page.
func toSignIn(cells string) string { return strings.Replace(cells, "401", "303", 1) }

// trial holds a world's people and objects for the matrix.
type trial struct {
	*world
	t       *testing.T
	browser map[string]*person
	api     map[string]*person
	code    string // of a project of owner1, once one is needed
}

func newTrial(t *testing.T) *trial {
	w := newWorld(t, at("2026-02-10 10:00"))
	tr := &trial{world: w, t: t, browser: map[string]*person{"": w.visitor()}, api: map[string]*person{"": w.visitor()}}
	for _, c := range columns {
		for _, name := range c.accounts {
			if name != "" {
				tr.browser[name], tr.api[name] = w.signIn(name), w.program(name)
			}
		}
	}
	return tr
}

// object makes a fresh object and gives its path, with the version to name.
func (tr *trial) object(path, on string) (address, version string) {
	tr.t.Helper()
	owner, place := tr.api["owner1"], tr.api["cd-handler"]
	number := func(r reply) string {
		var v struct {
			Version int64 `json:"version"`
		}
		tr.must(json.Unmarshal([]byte(r.body), &v))
		return strconv.FormatInt(v.Version, 10)
	}
	var r reply
	switch on {
	case "":
		return path, "1"
	case "purpose":
		return purposed(path), "1"
	case "fact form":
		return path, "1"
	case "ask form":
		_ = tr.askCode() // before the database is looked at
		return path, "1"
	case "report form":
		return strings.Replace(path, ":id", owner.submit(filingFacts()).text("id"), 1) + "?kind=start", "1"
	case "unit for a purpose":
		return purposed(strings.Replace(path, ":uscc", tr.uscc("owner1"), 1)), "1"
	case "query":
		return path + "?from=2026-02-10&working_days=5", "1"
	case "session":
		return path, "1"
	case "static":
		page := tr.visitor().get("/").is(200).body
		_, after, _ := strings.Cut(page, `rel="stylesheet" href="`)
		path, _, _ = strings.Cut(after, `"`)
		return path, "1"
	case "owner's session":
		s, err := tr.users.SignIn(tr.t.Context(), domain.Call{}, identity.Login{Username: "owner1", Password: testPassword, Kind: identity.SessionCookie})
		tr.must(err)
		return strings.Replace(path, ":id", idText(s.Session.ID), 1), "1"
	case "notice":
		owner.submit(filingFacts())
		var v struct {
			Items []struct {
				ID string `json:"id"`
			} `json:"items"`
		}
		tr.must(json.Unmarshal([]byte(owner.call(get, "/api/v1/inbox?limit=1", nil).is(200).body), &v))
		return strings.Replace(path, ":id", v.Items[0].ID, 1), "1"
	case "token":
		r = owner.call(post, "/api/v1/tokens", facts{"name": "试", "scopes": []string{"read"}}).is(201)
		return strings.Replace(path, ":id", r.text("id"), 1), "1"
	case "draft":
		r = owner.call(post, "/api/v1/projects", filingFacts()).is(201)
	case "filed", "code":
		r = owner.submit(filingFacts())
	case "report", "case":
		r = owner.submit(filingFacts().with(facts{"needs": []string{"disturbs_soil"}}))
		one := owner.call(post, "/api/v1/projects/"+r.text("id")+"/reports", facts{"kind": "start", "submit": true, "data": facts{"start_date": "2026-02-10", "actual": true}}).is(201)
		if on == "case" {
			return strings.Replace(path, ":id", one.text("case_id"), 1), "1"
		}
		return strings.NewReplacer(":id", r.text("id"), ":report", one.text("id")).Replace(path), "1"
	case "review":
		r = owner.submit(filingFacts().with(facts{"name": "硫酸安全教育基地"}))
	case "submitted", "correcting", "deadline", "public deadline":
		r = owner.submit(sanctionFacts().with(facts{"region": "630102"}))
		if on == "correcting" {
			r = place.call(post, "/api/v1/projects/"+r.text("id")+"/acceptance", sendBack).is(200)
		}
		if on == "public deadline" {
			r = place.call(post, "/api/v1/projects/"+r.text("id")+"/acceptance", facts{"decision": "accept"}).is(200)
		}
		tr.deliver()
	default:
		return tr.creditObject(path, on)
	}
	id := r.text("id")
	if strings.HasSuffix(on, "deadline") {
		var v struct {
			Due struct {
				ID string `json:"deadline_id"`
			} `json:"current_due"`
		}
		tr.must(json.Unmarshal([]byte(r.body), &v))
		id = v.Due.ID
	}
	path = strings.NewReplacer(":id", id, ":code", r.text("code"), ":question", "place").Replace(path)
	return path, number(r)
}

// ask makes the call of a cell as an account.
func (tr *trial) ask(r route, c cell, account, path, version string) reply {
	tr.t.Helper()
	if form, ok := c.body.(url.Values); ok || !r.api() && !strings.HasPrefix(r.Path, "/dev/") {
		p := tr.browser[account]
		if r.Method == get {
			return p.get(path)
		}
		if c.on == "session" && account != "" {
			p = tr.signIn(account)
			defer func() { tr.browser[account], tr.api[account] = tr.signIn(account), tr.program(account) }()
		}
		if c.on == "fact form" {
			form = tr.proposalForm()
		}
		all := url.Values{"_version": {version}}
		for name, v := range form {
			all[name] = v
		}
		if c.on == "ask form" {
			all.Set("support_project", tr.askCode())
		}
		return p.post(path, all)
	}
	p := tr.api[account]
	if c.on == "session" && account != "" {
		p = tr.program(account)
	}
	text := ""
	if body := tr.body(c); body != nil {
		b, err := json.Marshal(body)
		tr.must(err)
		text = string(b)
	}
	reply := p.send(r.Method, path, text, "If-Match", `"`+version+`"`)
	if r.api() {
		reply.documented(r.Method, path)
	}
	return reply
}

// Ensure every route answers every role as the matrix says, and leaves the database as it was where it refuses (S1,
// FILE-13, AUD-2).
func TestMatrix(t *testing.T) {
	t.Parallel()
	tr, listed := newTrial(t), newListedTrial(t)
	routes := map[string]route{}
	for _, r := range (&server{Services: Services{Dev: &Dev{}}}).routes() {
		routes[r.Method+" "+r.Path] = r
		if matrix[r.Method+" "+r.Path] == nil {
			t.Errorf("%s %s has no row in the matrix", r.Method, r.Path)
		}
	}
	for key, cells := range matrix {
		r, known := routes[key]
		if !known {
			t.Errorf("%s is in the matrix and is no route", key)
			continue
		}
		for _, c := range cells {
			if strings.HasPrefix(c.on, "listed") {
				listed.row(key, r, c)
				continue
			}
			tr.row(key, r, c)
		}
	}
}

func (tr *trial) row(key string, r route, c cell) {
	tr.t.Helper()
	want := strings.Fields(c.cells)
	if len(want) != len(columns) {
		tr.t.Fatalf("%s: %d cells, want %d", key, len(want), len(columns))
	}
	path, version := tr.object(r.Path, c.on)
	before := tr.digest()
	for i, column := range columns {
		for n, account := range column.accounts {
			status := nth(want[i], n)
			if status == "200" {
				continue
			}
			if got := tr.ask(r, c, account, path, version); strconv.Itoa(got.status) != status {
				tr.t.Errorf("%s on %q by %s (%s): %d, want %s: %s", key, c.on, account, column.name, got.status, status, got.gist())
			}
		}
	}
	if r.Method != get {
		changed := tr.changed(before)
		if strings.HasPrefix(r.Path, "/credit/") { // what is shown instead of the refused act is a look, which is logged (CRED-8)
			changed = slices.DeleteFunc(changed, func(table string) bool { return table == "audit_events" })
		}
		if len(changed) > 0 {
			tr.t.Errorf("%s on %q: refused, and yet %v changed", key, c.on, changed)
		}
	}
	for i, column := range columns {
		for n, account := range column.accounts {
			if nth(want[i], n) != "200" {
				continue
			}
			if r.Method != get {
				path, version = tr.object(r.Path, c.on)
			}
			if got := tr.ask(r, c, account, path, version); got.status/100 != 2 && (got.status != http.StatusSeeOther || r.api()) {
				tr.t.Errorf("%s on %q by %s (%s): %d, want success: %s", key, c.on, account, column.name, got.status, got.gist())
			}
		}
	}
}

// nth is what a cell says of the column's n-th account: "200/403" tells two apart.
func nth(cell string, n int) string {
	each := strings.Split(cell, "/")
	return each[min(n, len(each)-1)]
}

// gist is what a reply says, in a line: of a page its heading, banner and errors.
func (r reply) gist() string {
	text := strings.Join(strings.Fields(tags.ReplaceAllString(r.main(), " ")), " ")
	return text[:min(len(text), 300)]
}

var tags = regexp.MustCompile(`<[^>]*>`)

// Ensure no page takes an unsafe request that does not bear the session's own token, or that comes from another site
// (S4), and that nothing changes.
func TestPagesRefuseForeignForms(t *testing.T) {
	t.Parallel()
	plain, listed := newTrial(t), newListedTrial(t)
	for _, r := range (&server{Services: Services{Dev: &Dev{}}}).routes() {
		if r.Method == get || r.api() || r.Access != accessSigned {
			continue
		}
		c, tr := matrix[r.Method+" "+r.Path][0], plain
		if strings.HasPrefix(c.on, "listed") {
			tr = listed
		}
		path, version := tr.object(r.Path, c.on)
		p := tr.browser[formSender(r.Path)]
		form, _ := c.body.(url.Values)
		all := url.Values{"_version": {version}}
		for name, v := range form {
			all[name] = v
		}
		before := tr.digest()
		send := func(csrf string, headers ...string) {
			t.Helper()
			all.Set("_csrf", csrf)
			got := p.send(r.Method, path, all.Encode(), append([]string{"Accept", "text/html", "Content-Type", "application/x-www-form-urlencoded"}, headers...)...)
			if got.status != http.StatusForbidden {
				t.Errorf("%s %s: %d, want 403: %s", r.Method, r.Path, got.status, got.gist())
			}
		}
		send("")
		send(tr.browser["owner2"].csrf)
		send(p.csrf, "Sec-Fetch-Site", "cross-site")
		send(p.csrf, "Sec-Fetch-Site", "same-site")
		send(p.csrf, "Origin", "https://elsewhere.example")
		send(p.csrf, "Origin", "null")
		if changed := tr.changed(before); len(changed) > 0 {
			t.Errorf("%s %s: refused, and yet %v changed", r.Method, r.Path, changed)
		}
	}
}

// protected are fields that only the platform sets. Whoever sends them is refused (S2).
var protected = []string{"id", "version", "code", "state", "status", "owner", "owner_id", "organization_id", "created_at", "created_by", "updated_at",
	"submitted_at", "submitted_by", "received_at", "accepted_on", "accepted_at", "accepted_by_silence", "application_id", "flags", "reasons",
	"corrections_asked", "refusal", "light", "statutory_overdue", "decision_due", "promised_due", "current_due", "certificate_url", "similar", "roles",
	"actor", "prefecture", "life", "facts", "commitment", "policy_version", "clock_at", "token", "secret", "expires_at", "username_id", "account_id"}

// own reports whether an operation's own documented fields include one: a record states facts, an exit a commitment.
func own(t *testing.T, method, path, field string) bool {
	_, op := operationOf(t, method, path)
	body := op.RequestBody.Value.Content["application/json"].Schema.Value
	return strings.Contains(path, "/credit/") && body.Properties[field] != nil
}

// Ensure no write takes a field that is not its own: 400 naming it, and nothing changes (S2).
func TestProtectedFieldsAreRefused(t *testing.T) {
	t.Parallel()
	plain, listed := newTrial(t), newListedTrial(t)
	for key, cells := range matrix {
		method, path, _ := strings.Cut(key, " ")
		if !strings.HasPrefix(path, "/api/") || method == get || method == remove {
			continue
		}
		c, tr := cells[len(cells)-1], plain
		if strings.HasPrefix(c.on, "listed") {
			tr = listed
		}
		body := facts{}
		if given, ok := c.body.(facts); ok {
			body = given
		}
		address, version := tr.object(path, c.on)
		account := "owner1"
		if strings.Contains(c.cells, placeOnly) {
			account = "cd-handler"
		}
		if strings.Contains(path, "/supervision/") {
			account = "regulator1"
		}
		before := tr.digest()
		for _, field := range protected {
			if own(t, method, path, field) {
				continue
			}
			for _, value := range []any{"1", 1, nil, facts{"a": 1}} {
				r := tr.api[account].api(method, address, body.with(facts{field: value}), "If-Match", `"`+version+`"`)
				if r.status != http.StatusBadRequest || !strings.Contains(r.body, field) {
					t.Errorf("%s with %s: %d %.200s", key, field, r.status, r.body)
				}
			}
		}
		if changed := tr.changed(before); len(changed) > 0 {
			t.Errorf("%s: refused, and yet %v changed", key, changed)
		}
	}
}

// businessTables are what a refused request must leave as it was; sessions and attempts to sign in change by themselves.
var businessTables = []string{"projects", "project_codes", "project_terms", "applications", "events", "deadlines", "deadline_history", "notices",
	"notice_reads", "outbox", "idempotency", "audit_events", "accounts", "organizations", "api_tokens", "platform", "catalogues", "reports", "report_drafts", "supervision_cases",
	"unit_credit", "credit_records", "listings", "register_feed", "support_requests"}

// digestQuery hashes where each row of the business tables lies and which transaction wrote it: whatever is written changes
// that, and nothing else does.
var digestQuery = func() string {
	parts := make([]string, len(businessTables))
	for i, table := range businessTables {
		parts[i] = `SELECT '` + table + `', md5(coalesce(string_agg(concat(ctid, ' ', xmin), ',' ORDER BY ctid), '')) FROM ` + table
	}
	return strings.Join(parts, ` UNION ALL `)
}()

// digest tells every state of the business tables apart.
func (w *world) digest() map[string]string {
	w.t.Helper()
	out := map[string]string{}
	rows, err := w.db.SQL().QueryContext(w.t.Context(), digestQuery)
	w.must(err)
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var table, sum string
		w.must(rows.Scan(&table, &sum))
		out[table] = sum
	}
	w.must(rows.Err())
	return out
}

// changed names the tables that differ from an earlier digest.
func (w *world) changed(before map[string]string) []string {
	w.t.Helper()
	var out []string
	for table, sum := range w.digest() {
		if sum != before[table] {
			out = append(out, table)
		}
	}
	slices.Sort(out)
	return out
}
