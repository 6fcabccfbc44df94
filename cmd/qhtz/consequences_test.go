package main

import (
	"bytes"
	"net/http"
	"slices"
	"testing"
)

// m7 is scenario M7 on one platform: owner2 is listed, owner1 has one record in effect, owner3 is clean and has
// reported in time.
type m7 struct {
	*bureau
	cal                   almanac
	listed, marked, clean *unit
	works                 *reporting // owner3's project
}

// M7: consequences of a listing, of records, and of good standing (CRED-9).
func TestM7Consequences(t *testing.T) {
	t.Parallel()
	b := openBureau(start(t, moment("2026-03-02 10:00")))
	s := &m7{bureau: b, cal: readAlmanac(t), listed: b.unit("owner2", 3), marked: b.unit("owner1", 1), clean: b.unit("owner3", 1), works: b.reporting("owner3")}
	b.play(nil, []step{
		{"2026-03-02 10:00", s.begin}, {"2026-03-10 10:00", s.confirm}, {"2026-04-15 10:00", s.complete}, {"2026-04-17 23:59:59", s.lastSecond},
		{"2026-04-18", s.firstSecond}, {"2026-04-20 10:00", s.filing}, {"2026-04-20 11:00", s.support}, {"2026-04-20 14:00", s.sanctions},
		{"2026-04-22 10:00", s.greenEnds},
	})
	b.verified()
}

func (s *m7) begin() {
	s.listed.propose(3, "G6", "general")
	s.marked.propose(1, "G6", "general")
	s.works.report("start", 0, facts{"start_date": "2026-03-02", "actual": true}).must(s.t, 201)
	s.clean.standing(values{"green_channel": "false"}) // CRED-9: nothing is finished yet
}

func (s *m7) confirm() {
	s.listed.confirm(0, 1, 2)
	s.marked.confirm(0)
}

func (s *m7) complete() {
	s.works.report("completion", 0, facts{"precheck_on": "2026-04-01", "accepted_on": "2026-04-10", "accepted_by": "西宁市城东区住房和城乡建设局",
		"conclusion": "合格", "total_invested": "12100.00"}).must(s.t, 201)
	s.clean.standing(values{"green_channel": "true", "general": "0", "major": "0"})
}

// ask asks for support for the unit's first project.
func (u *unit) ask(kind string) answer {
	u.t.Helper()
	return u.own.do(u.t, http.MethodPost, "/api/v1/support-requests", facts{"kind": kind, "project_code": u.codes[0]})
}

// lastSecond: three records in effect and a listing pending are no listing yet.
func (s *m7) lastSecond() {
	s.listed.standing(values{"general": "3", "listing.state": "pending", "listed": "false", "green_channel": "false"})
	s.listed.ask("subsidy").must(s.t, 201).expect(s.t, values{"state": "to_person"})
	filed := s.listed.own.file(s.t, filingFacts(facts{"name": "列入前一秒备案"})).must(s.t, 200)
	if flagged(filed) {
		s.t.Errorf("flagged a second before the listing: %s", filed.body)
	}
}

func (s *m7) firstSecond() {
	s.listed.standing(values{"listing.state": "listed", "listed": "true"})
	s.listed.ask("subsidy").refused(s.t, 422, "CRED-9")
}

// flagged reports whether a project bears the flag CRED-9.
func flagged(project answer) bool {
	flags, _ := project.at("flags").([]any)
	return slices.ContainsFunc(flags, func(f any) bool { return f == "CRED-9" })
}

// filing: a listed unit's 备案 is filed like any other, and flagged; authority and regulators are told.
func (s *m7) filing() {
	filed := s.listed.own.file(s.t, filingFacts(facts{"name": "列入后的备案项目"})).must(s.t, 200)
	filed.expect(s.t, values{"state": "filed", "route": "备案"})
	checkCode(s.t, filed.text("code"), "2604-630102-04-01-")
	if !flagged(filed) || !flagged(s.signIn("cd-handler").project(s.t, filed.text("id"))) {
		s.t.Errorf("not flagged: %s", filed.body)
	}
	s.hears(s.signIn("cd-handler"), "CRED-9", "2026-04-20 10:00")
	s.hears(s.first, "CRED-9", "2026-04-20 10:00")
	other := s.marked.own.file(s.t, filingFacts(facts{"name": "未列入单位的备案项目"})).must(s.t, 200)
	if flagged(other) {
		s.t.Errorf("flagged, and not listed: %s", other.body)
	}
	a := s.listed.standing(values{"green_channel": "false"})
	if consequences, _ := a.at("consequences").([]any); len(consequences) == 0 {
		s.t.Errorf("no consequences: %s", a.body)
	}
}

// support: refused with the rule to who is listed, decided by a person for who has a record in effect, else accepted.
func (s *m7) support() {
	for _, kind := range []string{"annual_plan", "three_year_plan", "subsidy", "quota"} {
		a := s.listed.ask(kind).refused(s.t, 422, "CRED-9")
		if a.text("detail") == "" {
			s.t.Errorf("%s refused without a reason", kind)
		}
		if kind != "quota" { // CRED-9 names plans and subsidies
			s.marked.ask(kind).must(s.t, 201).expect(s.t, values{"state": "to_person"})
		}
		s.clean.ask(kind).must(s.t, 201).expect(s.t, values{"state": "accepted", "kind": kind, "project_code": s.clean.codes[0]})
	}
	// CODE-7: a valid code of one's own.
	for _, code := range []string{"2604-630102-04-01-123456", "", s.marked.codes[0]} {
		a := s.clean.own.do(s.t, http.MethodPost, "/api/v1/support-requests", facts{"kind": "subsidy", "project_code": code})
		if a.status < 400 || a.status >= 500 {
			s.t.Errorf("support for %q: %d", code, a.status)
		}
	}
	if a := s.clean.ask("loan"); a.status != 400 && a.status != 422 {
		s.t.Errorf("an unknown kind: %d", a.status)
	}
}

// sanctions: the listed unit's 核准 gets enhanced review; the clean one's promise is shorter, ten → seven working days;
// what the law gives stays the same.
func (s *m7) sanctions() {
	for _, c := range []struct {
		u       *unit
		promise int
		flag    bool
	}{{s.listed, 10, true}, {s.marked, 10, false}, {s.clean, 7, false}} {
		id := c.u.own.file(s.t, sanctionFacts()).must(s.t, 200).text("id")
		s.signIn("fgw-handler").decide(s.t, id, facts{"decision": "accept"}).must(s.t, 200)
		a := c.u.own.project(s.t, id)
		a.expect(s.t, values{"state": "accepted", "decision_due.date": s.cal.working("2026-04-20", 20), "promised_due.date": s.cal.working("2026-04-20", c.promise)})
		if flagged(a) != c.flag {
			s.t.Errorf("flags %v, want CRED-9: %t", a.at("flags"), c.flag)
		}
	}
	s.queued()
}

// queued: the officer's list shows the flag, for enhanced review.
func (s *m7) queued() {
	queue := s.signIn("fgw-handler").do(s.t, http.MethodGet, "/api/v1/projects?limit=100", nil).must(s.t, 200)
	if !bytes.Contains(queue.body, []byte("CRED-9")) {
		s.t.Errorf("the authority's list does not show the flag: %.600s", queue.body)
	}
}

// greenEnds: one record in effect, and good standing is over.
func (s *m7) greenEnds() {
	s.clean.standing(values{"green_channel": "true"})
	s.clean.propose(1, "G6", "general")
	s.clean.act(s.clean.own, 0, "statement", facts{"text": "无异议", "final": true}).must(s.t, 200)
	s.clean.standing(values{"green_channel": "true"}) // proposed is not in effect
	s.clean.confirm(0)
	s.clean.standing(values{"green_channel": "false", "general": "1"})
	s.clean.ask("subsidy").must(s.t, 201).expect(s.t, values{"state": "to_person"})
}
