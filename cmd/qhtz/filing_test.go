package main

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
)

var codeForm = regexp.MustCompile(`^(\d{4}-\d{6}-\d{2}-\d{2}-\d{5})(\d)$`)

// M1: 备案, one code for life (CODE-1…7, FILE-3, FILE-4). The project of the scenario from its draft to its papers.
func TestM1FilingGivesOneCode(t *testing.T) {
	t.Parallel()
	p := start(t, "2026-01-05T09:00:00+08:00")
	owner := p.signIn("owner1")

	// FILE-4: every missing or wrong field in one go, and no code (CODE-1).
	id := owner.draft(t, filingFacts(facts{"total_investment": nil, "region": "639999"}))
	a := owner.submit(t, id).refused(t, 422, "FILE-4")
	wrong, _ := a.at("fields").(map[string]any)
	if len(wrong) != 2 || wrong["total_investment"] == nil || wrong["region"] == nil {
		t.Errorf("wrong fields %v, want total_investment and region", wrong)
	}
	owner.project(t, id).expect(t, values{"state": "draft", "code": ""})

	owner.edit(t, id, facts{"total_investment": "12500.00", "region": "630102"}).must(t, 200)
	filed := owner.submit(t, id).must(t, 200)
	filed.expect(t, values{"state": "filed", "route": "备案", "accepted_on": "2026-01-05", "total_investment": "12500.00", "authority_region": "630102"})
	code := filed.text("code")
	checkCode(t, code, "2601-630102-04-01-")

	// CODE-2, CODE-7: found in any written form, signed in or not.
	digits := strings.ReplaceAll(code, "-", "")
	for _, form := range []string{code, digits, fullWidth(code), fullWidth(digits), " " + code + " "} {
		if got := owner.project(t, form).text("id"); got != id {
			t.Errorf("%q finds %s, want %s", form, got, id)
		}
		public := p.visitor().do(t, http.MethodGet, "/api/v1/public/projects/"+url.PathEscape(form), nil).must(t, 200)
		public.expect(t, values{"code": code, "state": "filed", "qr_url": "/projects/" + code + "/qr.svg"})
		explained := p.visitor().do(t, http.MethodGet, "/api/v1/public/codes/"+url.PathEscape(form), nil).must(t, 200)
		explained.expect(t, values{"valid": "true", "known": "true", "scheme": "2020", "code": code})
	}
	checkPapers(t, p, filed)

	// FILE-14: the submission signed the commitment, and which text of it is kept.
	steps := owner.do(t, http.MethodGet, "/api/v1/projects/"+id+"/timeline", nil).must(t, 200)
	steps.expect(t, values{"items.0.type": "submitted", "items.0.data.commitment": "2017-1", "items.1.type": "filed", "items.1.data.code": code, "items.2": ""})

	// CODE-1, CODE-6: submitting again, or trying to, changes nothing about the code.
	owner.submit(t, id).must(t, 409)
	if got := rows(t, p.db(), `SELECT code FROM project_codes`); len(got) != 1 || got[0] != digits {
		t.Errorf("codes %v, want only %s", got, digits)
	}
	owner.told(t, id, map[string]int{"filed": 1})
	p.signIn("cd-handler").told(t, id, map[string]int{"filed": 1})
}

type values = map[string]string

// checkCode holds a code against its prefix and MOD 11,10 (CODE-3), counted here for itself.
func checkCode(t *testing.T, code, prefix string) {
	t.Helper()
	m := codeForm.FindStringSubmatch(code)
	if m == nil || !strings.HasPrefix(code, prefix) {
		t.Fatalf("code %q, want %sNNNNNC", code, prefix)
	}
	rest := 10
	for _, d := range strings.ReplaceAll(m[1], "-", "") {
		sum := (rest + int(d-'0')) % 10
		if sum == 0 {
			sum = 10
		}
		rest = 2 * sum % 11
	}
	if want := strconv.Itoa((11 - rest) % 10); m[2] != want {
		t.Errorf("code %s has check digit %s, want %s", code, m[2], want)
	}
}

func fullWidth(s string) string {
	return strings.Map(func(r rune) rune { return r - '!' + '！' }, s)
}

// checkPapers follows the addresses to the QR, the public page, the certificate and its PDF.
func checkPapers(t *testing.T, p *booted, filed answer) {
	t.Helper()
	code := filed.text("code")
	page := p.visitor().do(t, http.MethodGet, "/projects/"+code, nil, "Accept", "text/html").must(t, 200)
	if !bytes.Contains(page.body, []byte(code)) {
		t.Error("the public page does not show the code")
	}
	qr := p.visitor().do(t, http.MethodGet, "/projects/"+code+"/qr.svg", nil).must(t, 200)
	if !bytes.Contains(qr.body, []byte("<svg")) {
		t.Error("the QR is no SVG")
	}
	address := filed.text("certificate_url")
	sheet := p.visitor().do(t, http.MethodGet, address, nil, "Accept", "text/html").must(t, 200)
	if !bytes.Contains(sheet.body, []byte(code)) || !bytes.Contains(sheet.body, []byte(filed.text("name"))) {
		t.Error("the certificate does not show code and name")
	}
	pdf := p.visitor().do(t, http.MethodGet, address+".pdf", nil).must(t, 200)
	if !bytes.HasPrefix(pdf.body, []byte("%PDF-")) {
		t.Error("the certificate's PDF is none")
	}
}

// M1: the same Idempotency-Key sent 20 times in parallel is one project and one code, and every answer is the same
// to the byte; with another body it is refused.
func TestM1SameKeyIsDoneOnce(t *testing.T) {
	t.Parallel()
	p := start(t, "2026-01-05T09:00:00+08:00")
	owner := p.signIn("owner1")
	same := func(method, path string, body any, key string, status int) answer {
		answers := make([]answer, 20)
		var wg sync.WaitGroup
		for i := range answers {
			wg.Go(func() { answers[i], _ = owner.try(t, method, path, body, "Idempotency-Key", key) })
		}
		wg.Wait()
		for _, a := range answers {
			a.must(t, status)
			if !bytes.Equal(a.body, answers[0].body) {
				t.Fatalf("two answers to one key:\n%s\n%s", answers[0].body, a.body)
			}
		}
		return answers[0]
	}
	created := same(http.MethodPost, "/api/v1/projects", filingFacts(), "draft-1", 201)
	id := created.text("id")
	filed := same(http.MethodPost, "/api/v1/projects/"+id+"/submission", nil, "file-1", 200)
	checkCode(t, filed.text("code"), "2601-630102-04-01-")
	db := p.db()
	for table, want := range map[string]string{"projects": "1", "project_codes": "1"} {
		if got := rows(t, db, `SELECT count(*) FROM `+table); got[0] != want {
			t.Errorf("%s: %s rows, want %s", table, got[0], want)
		}
	}
	owner.do(t, http.MethodPost, "/api/v1/projects", filingFacts(facts{"name": "另一个项目"}), "Idempotency-Key", "draft-1").must(t, 422)
	// Another actor's key of the same text is another key.
	p.signIn("owner2").do(t, http.MethodPost, "/api/v1/projects", filingFacts(), "Idempotency-Key", "draft-1").must(t, 201)
	// A refusal is not kept: the same key serves once the project is put right.
	bad := owner.draft(t, filingFacts(facts{"site": nil}))
	owner.submit(t, bad, "Idempotency-Key", "file-2").must(t, 422)
	owner.edit(t, bad, facts{"site": "昆仑东路 13 号"}).must(t, 200)
	owner.submit(t, bad, "Idempotency-Key", "file-2").must(t, 200)
}

// M1, CODE-5: 300 filings at once by three owners in one region get 300 different codes, and none is lost.
func TestM1FilingsAtOnce(t *testing.T) {
	t.Parallel()
	p := start(t, "2026-01-05T09:00:00+08:00")
	owners := []*client{p.signIn("owner1"), p.signIn("owner2"), p.signIn("owner3")}
	const each = 100
	type filing struct {
		owner  *client
		id     string
		answer answer
		err    error
	}
	filings := make([]*filing, 0, len(owners)*each)
	for _, owner := range owners {
		for n := range each {
			filings = append(filings, &filing{owner: owner, id: owner.draft(t, filingFacts(facts{"name": fmt.Sprintf("第 %d 号项目", n)}))})
		}
	}
	var wg sync.WaitGroup
	for _, f := range filings {
		wg.Go(func() { f.answer, f.err = f.owner.try(t, http.MethodPost, "/api/v1/projects/"+f.id+"/submission", nil) })
	}
	wg.Wait()
	codeOf := map[string]string{}
	for _, f := range filings {
		if f.err != nil {
			t.Fatal(f.err)
		}
		codeOf[f.id] = f.answer.must(t, 200).text("code")
	}
	projectOf := map[string]string{}
	for id, code := range codeOf {
		checkCode(t, code, "2601-630102-04-01-")
		if other, taken := projectOf[code]; taken {
			t.Errorf("%s and %s both have %s", id, other, code)
		}
		projectOf[code] = id
	}
	if len(projectOf) != len(owners)*each {
		t.Errorf("%d codes, want %d", len(projectOf), len(owners)*each)
	}
	db := p.db()
	for _, line := range rows(t, db, `SELECT project_id || ' ' || code FROM project_codes`) {
		id, digits, _ := strings.Cut(line, " ")
		if strings.ReplaceAll(codeOf[id], "-", "") != digits {
			t.Errorf("project %s was told %s and the register says %s", id, codeOf[id], digits)
		}
		delete(codeOf, id)
	}
	if len(codeOf) > 0 {
		t.Errorf("not in the register: %v", codeOf)
	}
}

// M1, CODE-4: before 2020-12-01 codes are of the old scheme, with the industry's division and the route.
func TestM1OldScheme(t *testing.T) {
	t.Parallel()
	p := start(t, "2017-03-13T09:00:00+08:00")
	filed := p.signIn("owner1").file(t, filingFacts()).must(t, 200)
	code := filed.text("code")
	if !regexp.MustCompile(`^2017-630102-83-03-\d{6}$`).MatchString(code) {
		t.Fatalf("code %q, want 2017-630102-83-03-NNNNNN", code)
	}
	p.visitor().do(t, http.MethodGet, "/api/v1/public/codes/"+code, nil).must(t, 200).expect(t, values{"valid": "true", "scheme": "2017", "known": "true"})
	// Old codes are for ever: years later it is still found.
	p.clock("2026-01-05T09:00:00+08:00")
	p.visitor().do(t, http.MethodGet, "/api/v1/public/projects/"+code, nil).must(t, 200).expect(t, values{"code": code})
}

// M1, FILE-2: of a secret project nothing that was typed is kept: not when it says so at once, and not when a draft
// turns out secret that was saved, read and answered under an Idempotency-Key before.
func TestM1SecretLeavesNothing(t *testing.T) {
	t.Parallel()
	p := start(t, "2026-01-05T09:00:00+08:00")
	owner := p.signIn("owner1")
	kept := owner.draft(t, filingFacts(facts{"name": "不涉密的项目 QKEPT"}))

	atOnce := filingFacts(facts{"name": "山中工程 QSECRETONE", "content": "机密内容甲乙丙", "classified": true})
	owner.do(t, http.MethodPost, "/api/v1/projects", atOnce, "Idempotency-Key", "secret-1").refused(t, 422, "FILE-2")
	for _, marker := range []string{"QSECRETONE", "机密内容甲乙丙"} {
		// Nothing of it ever reached the disk: not the tables, not the write-ahead log, not the server's log.
		if files := filesWith(t, p.data, marker); len(files) > 0 {
			t.Errorf("%q stands in %v", marker, files)
		}
	}

	later := filingFacts(facts{"name": "地下工程 QSECRETTWO", "content": "机密内容丁戊己"})
	id := owner.do(t, http.MethodPost, "/api/v1/projects", later, "Idempotency-Key", "secret-2").must(t, 201).text("id")
	owner.edit(t, id, facts{"site": "QSECRETTHREE 号坑道"}).must(t, 200)
	owner.edit(t, id, facts{"classified": true, "scale": "QSECRETFOUR"}).refused(t, 422, "FILE-2")
	owner.do(t, http.MethodGet, "/api/v1/projects/"+id, nil).must(t, 404)

	markers := []string{"QSECRETONE", "QSECRETTWO", "QSECRETTHREE", "QSECRETFOUR", "机密内容", "山中工程", "地下工程"}
	dump := dumpOf(t, p)
	for _, marker := range markers {
		if where := dump.find(marker); where != "" {
			t.Errorf("%q is kept in %s", marker, where)
		}
		if strings.Contains(p.proc.output.String(), marker) {
			t.Errorf("%q is in the log", marker)
		}
	}
	// The search does find what is kept, or it would prove nothing.
	if dump.find("QKEPT") == "" || owner.project(t, kept).text("state") != "draft" {
		t.Error("the other draft is gone, or the search is blind")
	}
	// FILE-2 leaves its trace: that it happened, not what.
	if got := rows(t, p.db(), `SELECT subject_id FROM audit_events WHERE action = 'project.secret_refused' ORDER BY id`); len(got) != 2 {
		t.Errorf("%d traces of refused secrets, want 2", len(got))
	}
	if got := rows(t, p.db(), `SELECT count(*) FROM projects`); got[0] != "1" {
		t.Errorf("%s projects, want 1", got[0])
	}
	// The key of the purged draft stays, as a digest: the first request repeated late does not bring it back.
	owner.do(t, http.MethodPost, "/api/v1/projects", later, "Idempotency-Key", "secret-2").must(t, 404)
	owner.do(t, http.MethodPost, "/api/v1/projects", filingFacts(), "Idempotency-Key", "secret-2").must(t, 422)
}

// dump is the whole database as text: every row of every table.
type dump map[string][]string

func dumpOf(t *testing.T, p *booted) dump {
	t.Helper()
	db := p.db()
	d := dump{}
	tables := rows(t, db, `SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`)
	if len(tables) < 15 {
		t.Fatalf("only %d tables", len(tables))
	}
	for _, table := range tables {
		d[table] = rows(t, db, `SELECT CAST(r AS text) FROM `+table+` r`)
	}
	return d
}

// find says in which table a text stands: as text, as JSON escapes it, or in the bytes of a bytea.
func (d dump) find(marker string) string {
	forms := []string{marker, hex.EncodeToString([]byte(marker)), strings.Trim(fmt.Sprintf("%+q", marker), `"`)}
	for table, lines := range d {
		for _, line := range lines {
			for _, form := range forms {
				if strings.Contains(line, form) {
					return table
				}
			}
		}
	}
	return ""
}

// filesWith finds the files below a directory whose bytes hold a text.
func filesWith(t *testing.T, dir, marker string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil //nolint:nilerr // files of a running database come and go
		}
		if b, err := os.ReadFile(path); err == nil && bytes.Contains(b, []byte(marker)) {
			found = append(found, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// M1, FILE-6: the industry's code decides, a keyword alone only sends to a person; and what silence then means
// (FILE-4): what industrial policy keeps back stays and the supervisor is told, any other doubt ends with a filing.
func TestM1IndustrialPolicyAndSilence(t *testing.T) {
	t.Parallel()
	p := start(t, "2026-01-05T09:00:00+08:00")
	owner := p.signIn("owner1")
	for _, c := range []struct {
		name, state string
		f           facts
	}{
		{"电解铝 without a plan", "", facts{"industry": "3216"}},
		{"电解铝 with a plan", "in_review", facts{"industry": "3216", "capacity_plan_no": "工信置换〔2025〕7号"}},
		{"钾肥, new capacity", "", facts{"industry": "2623"}},
		{"钾肥, new capacity with a plan", "", facts{"industry": "2623", "capacity_plan_no": "工信置换〔2025〕7号"}},
		{"钾肥, an upgrade in words only", "", facts{"industry": "2623", "nature": "技改", "kind": "02", "name": "钾肥工艺改造", "capacity_plan_no": "工信置换〔2025〕7号"}},
		{"钾肥, upgrade without a plan", "", facts{"industry": "2623", "upgrade": true}},
		{"钾肥, upgrade with a plan", "in_review", facts{"industry": "2623", "upgrade": true, "capacity_plan_no": "工信置换〔2025〕7号"}},
		{"keyword alone", "in_review", facts{"name": "硫酸管线安全教育基地"}},
		{"neither", "filed", facts{}},
	} {
		id := owner.draft(t, filingFacts(c.f))
		if c.state == "" {
			a := owner.submit(t, id).refused(t, 422, "FILE-6")
			if a.text("detail") == "" {
				t.Errorf("%s: refused without a reason", c.name)
			}
			owner.project(t, id).expect(t, values{"state": "draft", "code": ""})
			continue
		}
		a := owner.submit(t, id).must(t, 200)
		if got := a.text("state"); got != c.state {
			t.Errorf("%s: %s, want %s", c.name, got, c.state)
		}
		if c.state == "in_review" && (len(a.list("reasons")) == 0 || a.text("reasons.0.rule") != "FILE-6" || a.text("code") != "") {
			t.Errorf("%s: reasons %v, code %q", c.name, a.at("reasons"), a.text("code"))
		}
	}

	policy := owner.file(t, filingFacts(facts{"name": "电解铝节能项目", "industry": "3216", "capacity_plan_no": "工信置换〔2025〕7号"})).must(t, 200).text("id")
	keyword := owner.file(t, filingFacts(facts{"name": "硫酸管线安全教育基地"})).must(t, 200).text("id")
	scope := owner.file(t, filingFacts(facts{"name": "抽水蓄能前期展示中心", "industry": "44", "route": "备案"})).must(t, 200)
	if scope.text("state") != "in_review" || scope.text("reasons.0.rule") != "FILE-1" {
		t.Fatalf("out of scope: %s, reasons %v", scope.text("state"), scope.at("reasons"))
	}
	scope.expect(t, values{"current_due.date": "2026-01-12", "current_due.due_at": "2026-01-13T00:00:00+08:00"})

	// Five working days: 6, 7, 8, 9 and 12 January.
	p.clock("2026-01-12T23:59:59+08:00")
	owner.project(t, scope.text("id")).expect(t, values{"state": "in_review", "code": ""})
	p.clock("2026-01-13T00:00:00+08:00")
	filed := owner.project(t, scope.text("id"))
	filed.expect(t, values{"state": "filed", "accepted_by_silence": "true", "accepted_on": "2026-01-05", "accepted_at": "2026-01-13T00:00:00+08:00"})
	checkCode(t, filed.text("code"), "2601-630102-04-01-")
	supervisor := p.signIn("supervisor")
	for _, id := range []string{policy, keyword} {
		owner.project(t, id).expect(t, values{"state": "in_review", "code": ""})
		supervisor.told(t, id, map[string]int{"review_overdue": 1})
	}
	supervisor.told(t, scope.text("id"), map[string]int{})
	owner.told(t, scope.text("id"), map[string]int{"sent_to_review": 1, "filed_by_silence": 1})
	// A person can still decide, months later.
	p.clock("2026-04-01T09:00:00+08:00")
	supervisor.told(t, policy, map[string]int{"review_overdue": 1})
	p.signIn("cd-handler").decide(t, policy, facts{"decision": "accept"}).must(t, 200).expect(t, values{"state": "filed", "accepted_by_silence": "false"})
}
