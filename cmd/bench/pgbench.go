package main

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// firstBareID is where the ids of pgbench's rows begin, far above the platform's.
const firstBareID = 1_000_000_000_000

// script is a pgbench script with its values: what a filing through the platform left behind, written again under
// other ids. Every value goes over the wire as a parameter, as from any program.
type script struct {
	name   string
	text   strings.Builder
	values []string
}

// values of a row by column, as text; nil is NULL.
type values map[string]*string

func (s *script) line(format string, args ...any) { fmt.Fprintf(&s.text, format+"\n", args...) }

// value names a parameter.
func (s *script) value(v *string) string {
	if v == nil {
		return "NULL"
	}
	if *v == "" { // pgbench takes no empty value
		return "''"
	}
	name := "v" + strconv.Itoa(len(s.values))
	s.values = append(s.values, name+"="+*v)
	return ":" + name
}

func (s *script) expressions(row values, other map[string]string) (columns, exprs []string) {
	for c := range row {
		columns = append(columns, c)
	}
	slices.Sort(columns)
	for _, c := range columns {
		if e, ok := other[c]; ok {
			exprs = append(exprs, e)
		} else {
			exprs = append(exprs, s.value(row[c]))
		}
	}
	return columns, exprs
}

// insert writes a row again, with other expressions for some columns.
func (s *script) insert(table string, row values, other map[string]string) {
	columns, exprs := s.expressions(row, other)
	s.line("INSERT INTO %s (%s) VALUES (%s);", table, strings.Join(columns, ", "), strings.Join(exprs, ", "))
}

func (s *script) update(table string, row values, other map[string]string, where string) {
	columns, exprs := s.expressions(row, other)
	for i := range columns {
		columns[i] += " = " + exprs[i]
	}
	s.line("UPDATE %s SET %s WHERE %s;", table, strings.Join(columns, ", "), where)
}

// rowsOf reads rows as texts.
func rowsOf(ctx context.Context, p *platform, query string, args ...any) ([]values, error) {
	rows, err := p.db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	var out []values
	for rows.Next() {
		cells, dest := make([]*string, len(columns)), make([]any, len(columns))
		for i := range cells {
			dest[i] = &cells[i]
		}
		if err := rows.Scan(dest...); err != nil {
			return nil, err
		}
		row := values{}
		for i, c := range columns {
			row[c] = cells[i]
		}
		out = append(out, row)
	}
	return out, rows.Err()
}

// sample is all that one filing writes: the project as a draft and as filed, and the rows beside it.
type sample struct {
	draft, filed                             values
	audits, events, outbox, keeps, deadlines []values
	code                                     values
}

// takeSample files one project and reads what it left.
func takeSample(ctx context.Context, p *platform, f *filer) (s sample, err error) {
	a, err := f.draft(0, "职业学校实训楼 样本", regions[0])
	if err != nil {
		return s, err
	}
	one := func(to *values, query string) {
		var rows []values
		if err == nil {
			rows, err = rowsOf(ctx, p, query, a.ID)
		}
		if err == nil && len(rows) != 1 {
			err = fmt.Errorf("%d rows: %s", len(rows), query)
		}
		if err == nil {
			*to = rows[0]
		}
	}
	many := func(to *[]values, n int, query string) {
		if err == nil {
			*to, err = rowsOf(ctx, p, query, a.ID)
		}
		if err == nil && len(*to) != n {
			err = fmt.Errorf("%d rows, not %d: %s", len(*to), n, query)
		}
	}
	const project = `SELECT * FROM projects WHERE id = $1`
	one(&s.draft, project)
	if err == nil {
		_, err = f.submit(0, a.ID)
	}
	one(&s.filed, project)
	one(&s.code, `SELECT code, project_id, issued_at FROM project_codes WHERE project_id = $1`)
	many(&s.events, 2, `SELECT * FROM events WHERE stream = 'project' AND stream_id = $1 ORDER BY seq`)
	many(&s.audits, 2, `SELECT * FROM audit_events WHERE subject_kind = 'project' AND subject_id = $1 ORDER BY seq`)
	many(&s.deadlines, 1, `SELECT * FROM deadlines WHERE subject_kind = 'project' AND subject_id = $1 ORDER BY id`)
	many(&s.outbox, 2, `SELECT id, topic, payload, created_at, not_before FROM outbox WHERE CAST(payload ->> 'project_id' AS bigint) = $1 ORDER BY id`)
	many(&s.keeps, 2, `SELECT CAST(id AS text) AS id, CAST(body AS text) AS body, project_id, status, CAST(answer AS text) AS answer, expires_at
		FROM idempotency WHERE project_id = $1 ORDER BY status DESC`)
	return s, err
}

// filingScripts gives the script that writes what a filing does, and the same with a counter row of the region, as
// codes without gaps would need.
func filingScripts(ctx context.Context, p *platform, f *filer) (same, hot *script, err error) {
	s, err := takeSample(ctx, p, f)
	if err != nil {
		return nil, nil, fmt.Errorf("sample filing: %w", err)
	}
	if _, err := p.db.ExecContext(ctx, `CREATE TABLE bench_serials (region text PRIMARY KEY, n bigint NOT NULL)`); err != nil {
		return nil, nil, err
	}
	if _, err := p.db.ExecContext(ctx, `INSERT INTO bench_serials VALUES ($1, 0)`, regions[0]); err != nil {
		return nil, nil, err
	}
	return s.script("filing", len(regions), false), s.script("filing_hot", 1, true), nil
}

// script writes a sample again: two transactions, in the order in which the platform writes.
func (x sample) script(name string, spread int, counter bool) *script {
	s := &script{name: name}
	list := "{" + strings.Join(regions, ",") + "}"
	region := "(CAST(" + s.value(&list) + " AS text[]))[:r]"
	plus := func(n int) string { return fmt.Sprintf("CAST(:id AS bigint) + %d", n) }
	key := func(n int) string { return "sha256(int8send(" + plus(n) + "))" }
	places := map[string]string{"id": plus(0), "region": region, "authority_region": region, "owner_id": ":owner", "code": "NULL"}
	const code = "lpad(CAST(CAST(:id AS bigint) AS text), 20, '0')"

	s.line(`\set n :n + 1`)
	s.line(`\set id %d + (:round * 100000000 + :client_id * 1000000 + :n) * 10`, int64(firstBareID))
	s.line(`\set r random(1, %d)`, spread)
	s.line(`\set owner %d + random(1, %d)`, firstOwnerID, ownerCount)
	s.line("BEGIN;")
	s.keep(x.keeps[0], key(0))
	s.insert("projects", x.draft, places)
	s.audit(x.audits[0], plus(1), plus(0))
	s.kept(x.keeps[0], key(0), plus(0))
	s.line("COMMIT;")
	s.line("BEGIN;")
	s.keep(x.keeps[1], key(1))
	s.line("SELECT version, facts, life FROM projects WHERE id = CAST(:id AS bigint) FOR UPDATE;")
	if counter {
		s.line("UPDATE bench_serials SET n = n + 1 WHERE region = %s RETURNING n;", region)
	}
	s.insert("project_codes", x.code, map[string]string{"code": code, "project_id": plus(0)})
	changed := values{}
	for _, c := range []string{"version", "code", "state", "route", "name", "region", "authority_region", "industry", "total_investment", "facts", "life", "updated_at"} {
		changed[c] = x.filed[c]
	}
	places["code"] = code
	s.update("projects", changed, places, "id = CAST(:id AS bigint)")
	for i, e := range x.events {
		s.insert("events", e, map[string]string{"id": plus(2 + i), "stream_id": plus(0), "audit_id": plus(4)})
	}
	s.audit(x.audits[1], plus(4), plus(0))
	for i, m := range x.outbox {
		s.insert("outbox", m, map[string]string{"id": plus(5 + i)})
	}
	for i, d := range x.deadlines {
		s.insert("deadlines", d, map[string]string{"id": plus(7 + i), "subject_id": plus(0)})
	}
	s.kept(x.keeps[1], key(1), plus(0))
	s.line("COMMIT;")
	return s
}

func (s *script) audit(row values, id, project string) {
	bytea := map[string]string{"id": id, "subject_id": project, "pos": "CAST(CAST(pg_current_xact_id() AS text) AS bigint)"}
	s.insert("audit_events", hexed(row, "before_digest", "after_digest", "ledger_digest", "prev_hash", "hash"), bytea)
}

// keep enters an idempotency key, kept its answer.
func (s *script) keep(row values, id string) {
	s.insert("idempotency", values{"id": nil, "body": row["body"], "expires_at": row["expires_at"]}, map[string]string{"id": id})
}

func (s *script) kept(row values, id, project string) {
	s.update("idempotency", values{"status": row["status"], "answer": row["answer"], "project_id": nil}, map[string]string{"project_id": project}, "id = "+id)
}

// hexed writes bytes as PostgreSQL reads them.
func hexed(row values, columns ...string) values {
	out := values{}
	for c, v := range row {
		if v != nil && slices.Contains(columns, c) {
			h := fmt.Sprintf(`\x%x`, *v)
			v = &h
		}
		out[c] = v
	}
	return out
}

var pgbenchRate = regexp.MustCompile(`(?m)^tps = ([0-9.]+) \(without initial connection time\)`)

// run runs the script for a while, under the application's role, and gives filings a second.
func (s *script) run(ctx context.Context, p *platform, o options, round int) (float64, error) {
	program, err := pgbenchProgram()
	if err != nil {
		return 0, err
	}
	u, err := url.Parse(p.stores.DatabaseURL())
	if err != nil {
		return 0, err
	}
	file := filepath.Join(p.dir, s.name+".sql")
	if err := os.WriteFile(file, []byte(s.text.String()), 0o600); err != nil {
		return 0, err
	}
	args := []string{"-h", u.Query().Get("host"), "-U", u.Query().Get("user"), "-n", "-M", "prepared", "-c", strconv.Itoa(o.clients), "-j", "2",
		"-T", strconv.Itoa(o.seconds), "-f", file, "-D", "n=0", "-D", "round=" + strconv.Itoa(round)}
	for _, v := range s.values {
		args = append(args, "-D", v)
	}
	var out, problems bytes.Buffer
	c := exec.CommandContext(ctx, program, append(args, strings.TrimPrefix(u.Path, "/"))...)
	c.Env = append(os.Environ(), "PGOPTIONS=-c role=qhtz_app -c timezone=UTC -c random_page_cost=1.1")
	c.Stdout, c.Stderr = &out, &problems
	if err := c.Run(); err != nil {
		return 0, fmt.Errorf("pgbench: %w\n%s", err, problems.String())
	}
	m := pgbenchRate.FindStringSubmatch(out.String())
	if m == nil || strings.Contains(problems.String(), "ERROR") {
		return 0, fmt.Errorf("pgbench: %s\n%s", out.String(), problems.String())
	}
	return strconv.ParseFloat(m[1], 64)
}

// pgbenchProgram finds pgbench on the path or where Debian keeps it.
func pgbenchProgram() (string, error) {
	if path, err := exec.LookPath("pgbench"); err == nil {
		return path, nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/pgbench")
	if err != nil || len(found) == 0 {
		return "", fmt.Errorf("pgbench is not installed (Debian: postgresql)")
	}
	return found[len(found)-1], nil
}
