package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"
)

// regions are those into which filings are spread; the first is the hot one.
var regions = []string{"630102", "630103", "630104", "630105", "630106", "630121", "630123", "630202", "630203", "630222", "630223", "630224",
	"630225", "632221", "632222", "632223", "632224", "632301", "632322", "632323"}

// ownerCount units file: a province has many, each with few projects.
const ownerCount = 300

// filer files projects over HTTP as many units.
type filer struct {
	*client
	tokens []string
}

// newFiler makes the client of all units; makeOwners has entered them.
func newFiler(p *platform, clients int) *filer {
	f := &filer{client: newClient(p.base, clients)}
	for i := range ownerCount {
		f.tokens = append(f.tokens, tokenOf(i+1))
	}
	return f
}

// tokenOf is the session of a unit. Signing in costs tenths of a second by design and is not measured.
func tokenOf(owner int) string { return fmt.Sprintf("bench-session-of-owner-%032d", owner) }

// firstOwnerID is where the units' ids begin: below those that the platform hands out.
const firstOwnerID = 500

// makeOwners enters units, an account for each, and its session.
func makeOwners(ctx context.Context, p *platform) error {
	for i := 1; i <= ownerCount; i++ {
		hash := sha256.Sum256([]byte(tokenOf(i)))
		_, err := p.db.ExecContext(ctx, `
			WITH o AS (INSERT INTO organizations (id, name, kind, region, created_at) VALUES ($1, $2, 'unit', $3, now())),
			a AS (INSERT INTO accounts (id, username, name, password_hash, organization_id, roles, created_at) VALUES ($1, $2, $2, '-', $1, '{owner}', now()))
			INSERT INTO sessions (token_hash, id, account_id, kind, created_at, last_seen_at, idle_seconds, expires_at)
			VALUES ($4, $1, $1, 'bearer', now(), now(), 7200, now() + interval '12 hours')`,
			firstOwnerID+i, fmt.Sprintf("测量单位%03d", i), regions[i%len(regions)], hash[:])
		if err != nil {
			return fmt.Errorf("make owners: %w", err)
		}
	}
	return nil
}

// facts is a complete 备案 beyond doubt: it is filed and has its code at once.
func facts(name, region string) []byte {
	b, _ := json.Marshal(map[string]any{ // plain values cannot fail
		"name": name, "route": "备案", "funding": "enterprise", "kind": "01", "nature": "新建", "region": region, "site": "园区纬三路与经五路交叉口东北角",
		"industry": "83", "scale": "总建筑面积 18600 平方米，实训工位 1200 个", "content": "新建实训楼一栋、学员公寓一栋及配套道路、管网、绿化工程",
		"total_investment": "12500.00", "capital_sources": []map[string]string{{"source": "自有资金", "amount": "5000.00"}, {"source": "银行贷款", "amount": "7500.00"}},
		"planned_start": "2027-03-01", "planned_completion": "2028-10-31", "policy_declaration": true})
	return b
}

type answer struct {
	ID    string `json:"id"`
	State string `json:"state"`
	Code  string `json:"code"`
}

// draft is the first of the two requests of a filing, submit the second.
func (f *filer) draft(owner int, name, region string) (a answer, err error) {
	b, err := f.call("POST", "/api/v1/projects", f.tokens[owner], name, facts(name, region), 201)
	if err != nil {
		return a, err
	}
	return a, json.Unmarshal(b, &a)
}

func (f *filer) submit(owner int, id string) (a answer, err error) {
	b, err := f.call("POST", "/api/v1/projects/"+id+"/submission", f.tokens[owner], id, []byte("{}"), 200)
	if err != nil {
		return a, err
	}
	if err := json.Unmarshal(b, &a); err != nil {
		return a, err
	}
	if a.State != "filed" || a.Code == "" {
		return a, fmt.Errorf("project %s is %s, code %q", id, a.State, a.Code)
	}
	return a, nil
}

// run files for a while and gives completed filings a second.
func (f *filer) run(ctx context.Context, o options, round int, hot bool) (float64, error) {
	return hammer(ctx, o.clients, time.Duration(o.seconds)*time.Second, func(worker, n int) error {
		region := regions[0]
		if !hot {
			region = regions[(worker+n*7)%len(regions)]
		}
		owner := (worker*19 + n) % ownerCount
		a, err := f.draft(owner, fmt.Sprintf("职业学校实训楼 %d-%t-%d-%d", round, hot, worker, n), region)
		if err != nil {
			return err
		}
		_, err = f.submit(owner, a.ID)
		return err
	})
}

const leastFiling = 0.65

// measure is a rate round by round, with what all of it cost.
type measure struct {
	rate series
	used cpu
	done float64
}

func (m *measure) take(p *platform, o options, run func() (float64, error)) error {
	before := p.cpu()
	rate, err := run()
	if err != nil {
		return err
	}
	used := p.cpu().minus(before)
	m.used = cpu{m.used.postgres + used.postgres, m.used.program + used.program, m.used.load + used.load}
	m.rate, m.done = append(m.rate, rate), m.done+rate*float64(o.seconds)
	return nil
}

func (m *measure) cost() string { return m.used.each(m.done) }

// measureFiling holds filings over HTTP against pgbench writing the same rows without any program between.
func measureFiling(ctx context.Context, p *platform, o options, r *report) error {
	f := newFiler(p, o.clients)
	same, hot, err := filingScripts(ctx, p, f)
	if err != nil {
		return err
	}
	if _, err := f.run(ctx, options{clients: o.clients, seconds: 2}, 0, false); err != nil { // warm
		return err
	}
	if _, err := p.db.ExecContext(ctx, `ANALYZE`); err != nil { // as autovacuum does within a minute: tables that were empty are planned anew
		return err
	}
	var ours, bare, oursHot, bareHot measure
	for round := 1; round <= o.rounds; round++ {
		progress("filing, round %d of %d", round, o.rounds)
		for _, m := range []struct {
			to  *measure
			run func() (float64, error)
		}{
			{&ours, func() (float64, error) { return f.run(ctx, o, round, false) }},
			{&bare, func() (float64, error) { return same.run(ctx, p, o, 2*round) }},
			{&oursHot, func() (float64, error) { return f.run(ctx, o, round, true) }},
			{&bareHot, func() (float64, error) { return hot.run(ctx, p, o, 2*round+1) }},
		} {
			if err := m.to.take(p, o, m.run); err != nil {
				return err
			}
		}
	}
	r.table("Filing: two requests, one filing", "", "filings/s, median (least–greatest)", "ratio, by round", "CPU ms a filing = PostgreSQL + platform + load")
	r.row("pgbench, the same rows", bare.rate.String(), "1", bare.cost())
	r.row("platform over HTTP", ours.rate.String(), ours.rate.over(bare.rate).String(), ours.cost())
	r.row("pgbench, one region with a counter row", bareHot.rate.String(), "1", bareHot.cost())
	r.row("platform over HTTP, one region", oursHot.rate.String(), oursHot.rate.over(bareHot.rate).String(), oursHot.cost())
	ratio := ours.rate.over(bare.rate).median()
	r.goal("filing over HTTP ≥ 0.65 of pgbench writing the same rows", ratio >= leastFiling, number(ratio))
	ratio = oursHot.rate.over(bareHot.rate).median()
	r.goal("filing in one region ≥ 1.0 of pgbench with a counter row", ratio >= 1, number(ratio))
	return checkFilings(ctx, p, r)
}

// checkFilings counts what was left behind: nothing lost, nothing twice (CODE-5).
func checkFilings(ctx context.Context, p *platform, r *report) error {
	var n struct {
		Filed    int `db:"filed"`
		Codes    int `db:"codes"`
		Distinct int `db:"distinct_codes"`
		Events   int `db:"events"`
		Audits   int `db:"audits"`
		Outbox   int `db:"outbox"`
		Open     int `db:"open"`
	}
	err := p.db.GetContext(ctx, &n, fmt.Sprintf(`
		SELECT (SELECT count(*) FROM projects WHERE id < %[1]d AND state = 'filed' AND code IS NOT NULL) AS filed,
			(SELECT count(DISTINCT code) FROM projects WHERE id < %[1]d AND state = 'filed') AS distinct_codes,
			(SELECT count(*) FROM project_codes WHERE project_id < %[1]d) AS codes,
			(SELECT count(*) FROM events WHERE stream = 'project' AND stream_id < %[1]d) AS events,
			(SELECT count(*) FROM audit_events WHERE subject_kind = 'project' AND subject_id < %[1]d) AS audits,
			(SELECT count(*) FROM outbox WHERE id < %[1]d) AS outbox,
			(SELECT count(*) FROM projects WHERE id < %[1]d AND state <> 'filed') AS open`, firstBareID))
	if err != nil {
		return err
	}
	whole := n.Codes == n.Filed && n.Distinct == n.Filed && n.Events == 2*n.Filed && n.Audits == 2*n.Filed+n.Open && n.Outbox == 2*n.Filed
	r.goal("filings lost, doubled or without their traces = 0", whole, fmt.Sprintf("%d filed, %d codes, %d distinct, %d events, %d audit events, %d messages", n.Filed, n.Codes, n.Distinct, n.Events, n.Audits, n.Outbox))
	return nil
}
