package main

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// m4 is scenario M4 on one platform: owner1 starts and forgets its annual report, owner2 reports in time and completes,
// owner3 reports late.
type m4 struct {
	*bureau
	forgets, keeps, late *reporting
	soil                 *reporting // owner1's project that disturbs soil
}

// reporting is a project whose unit reports.
type reporting struct {
	*bureau
	own      *client
	id, code string
}

func (b *bureau) reporting(username string, changes ...facts) *reporting {
	b.t.Helper()
	r := &reporting{bureau: b, own: b.signIn(username)}
	filed := r.own.file(b.t, filingFacts(append([]facts{{"name": username + " 的报告项目"}}, changes...)...)).must(b.t, 200)
	r.id, r.code = filed.text("id"), filed.text("code")
	return r
}

// report hands in a report of some kind; year is for annual ones.
func (r *reporting) report(kind string, year int, data facts) answer {
	r.t.Helper()
	body := facts{"kind": kind, "data": data, "submit": true}
	if year != 0 {
		body["year"] = year
	}
	return r.own.do(r.t, http.MethodPost, "/api/v1/projects/"+r.code+"/reports", body)
}

// progress is the data of an annual report.
func progress() facts {
	return facts{"invested_year": "3200.50", "invested_total": "3200.50", "stage": "主体施工",
		"funds": []facts{{"source": "自有资金", "amount": "3000.00"}, {"source": "银行贷款", "amount": "200.50"}}}
}

// annual finds the duty of a year; an empty answer if there is none.
func (r *reporting) annual(year string) answer {
	r.t.Helper()
	for _, d := range r.own.all(r.t, "/api/v1/projects/"+r.id+"/duties") {
		if d.text("year") == year && strings.HasPrefix(d.text("kind"), "annual") {
			return d
		}
	}
	return answer{}
}

// about counts the notices about the project that an inbox holds under a rule, as of an instant.
func (r *reporting) about(who *client, rule, at string) int {
	r.t.Helper()
	n := 0
	for _, m := range who.all(r.t, "/api/v1/inbox") {
		if m.text("project_code") == r.code && m.text("rule") == rule && m.text("at") == moment(at) {
			n++
		}
	}
	return n
}

// records are those about the unit, whatever their state, as a regulator lists them.
func (r *reporting) records() []answer {
	r.t.Helper()
	uscc := r.own.do(r.t, http.MethodGet, "/api/v1/me", nil).must(r.t, 200).text("organization.uscc")
	return r.first.do(r.t, http.MethodGet, "/api/v1/credit/records?limit=100&uscc="+uscc, nil).must(r.t, 200).list("items")
}

// M4: start, annual, completion (REP-1…4, REP-6).
func TestM4StartAnnualCompletion(t *testing.T) {
	t.Parallel()
	b := openBureau(start(t, moment("2026-01-05 09:00")))
	s := &m4{bureau: b, forgets: b.reporting("owner1"), keeps: b.reporting("owner2"), late: b.reporting("owner3"),
		soil: b.reporting("owner1", facts{"name": "扰动地表的项目", "needs": []string{"disturbs_soil"}})}
	b.play(nil, []step{
		{"2026-03-02 10:00", s.started}, {"2026-03-02 11:00", s.soilDisturbed}, {"2026-12-18 08:59:59", func() { s.reminded() }},
		{"2026-12-18 09:00", func() { s.reminded("2026-12-18 09:00") }}, {"2027-01-10 10:00", s.inTime},
		{"2027-01-21 09:00", func() { s.reminded("2026-12-18 09:00", "2027-01-21 09:00") }},
		{"2027-01-29 09:00", func() { s.reminded("2026-12-18 09:00", "2027-01-21 09:00", "2027-01-29 09:00") }},
		{"2027-02-01 08:59:59", func() { s.reminded("2026-12-18 09:00", "2027-01-21 09:00", "2027-01-29 09:00") }},
		{"2027-02-01 09:00", func() { s.reminded("2026-12-18 09:00", "2027-01-21 09:00", "2027-01-29 09:00", "2027-02-01 09:00") }},
		{"2027-02-01 23:59:59", func() { s.forgets.annual("2026").expect(t, values{"state": "open", "statutory_overdue": "false"}) }},
		{"2027-02-02", s.overdue}, {"2027-02-20 10:00", s.reportedLate}, {"2027-03-03 23:59:59", s.notYetProposed}, {"2027-03-04", s.proposed},
		{"2027-03-05 10:00", s.adopted}, {"2027-03-15 10:00", s.confirmedByAnother}, {"2027-06-30 10:00", s.completed},
		{"2028-02-01", s.nextYear}, {"2028-03-10", s.noMore},
	})
	b.verified()
}

// started: an actual start on the day of the report; impossible dates are refused; from then on the year is owed.
func (s *m4) started() {
	for _, data := range []facts{{"start_date": "2026-03-03", "actual": true}, {"start_date": "2026-02-30", "actual": true}, {"actual": true}} {
		if a := s.forgets.report("start", 0, data); a.status != 400 && a.status != 422 {
			s.t.Errorf("start %v: %d %s", data, a.status, a.body)
		}
	}
	if d := s.forgets.annual("2026"); d.body != nil {
		s.t.Errorf("a year is owed before the start: %s", d.body)
	}
	for _, r := range []*reporting{s.forgets, s.keeps, s.late} {
		a := r.report("start", 0, facts{"start_date": "2026-03-02", "actual": true}).must(s.t, 201)
		if got := a.text("late"); got == "true" {
			s.t.Errorf("reported on the day, flagged late: %s", a.body)
		}
		r.annual("2026").expect(s.t, values{"due_date": "2027-02-01", "due_at": moment("2027-02-02"), "provisional": "true", "state": "open", "report_id": "",
			"light": "green"})
		r.own.project(s.t, r.id).expect(s.t, values{"state": "under_construction"})
	}
	// CODE-7: a report names a valid code.
	body := facts{"kind": "start", "data": facts{"start_date": "2026-03-02", "actual": true}, "submit": true}
	if a := s.forgets.own.do(s.t, http.MethodPost, "/api/v1/projects/2601-630102-04-01-000000/reports", body); a.status != 404 && a.status != 422 {
		s.t.Errorf("a report under no valid code: %d %s", a.status, a.body)
	}
}

// soilDisturbed: C03 is missing. A plan is refused, listing it; a start is a signal, with a case (REP-2).
func (s *m4) soilDisturbed() {
	supervisor, water, place := s.signIn("supervisor"), s.signIn("xn-water-handler"), s.signIn("cd-handler")
	cases := func() (mine []answer) {
		return slices.DeleteFunc(supervisor.all(s.t, "/api/v1/supervision/cases"), func(c answer) bool { return c.text("project_code") != s.soil.code })
	}
	a := s.soil.report("start", 0, facts{"start_date": "2026-04-01", "actual": false}).refused(s.t, 422, "REP-2")
	if !bytes.Contains(a.body, []byte("C03")) {
		s.t.Errorf("the refusal does not list C03: %s", a.body)
	}
	if n := len(cases()); n != 0 {
		s.t.Errorf("%d cases after a refused plan", n)
	}
	a = s.soil.report("start", 0, facts{"start_date": "2026-02-26", "actual": true}).must(s.t, 201)
	a.expect(s.t, values{"late": "true"})
	opened := cases()
	if len(opened) != 1 || opened[0].text("rule") != "REP-2" {
		s.t.Fatalf("cases %v, want one under REP-2", opened)
	}
	for name, who := range map[string]*client{"owner": s.soil.own, "water": water, "authority": place} {
		s.heard(s.soil, who, name, "REP-2", "2026-03-02 11:00")
	}
	if d := s.soil.annual("2026"); d.text("due_date") != "2027-02-01" {
		s.t.Errorf("duty %s", d.body)
	}
	if n := len(s.soil.records()); n != 0 {
		s.t.Errorf("%d records: a signal is no record", n)
	}
}

// heard fails the test unless somebody is told about a project, once, soon.
func (s *m4) heard(r *reporting, who *client, name, rule, at string) {
	s.t.Helper()
	settled(s.t, s.db())
	if n := r.about(who, rule, at); n != 1 {
		s.t.Errorf("%s: %d notices under %s as of %s, want one", name, n, rule, at)
	}
}

// reminded: exactly at these instants so far (REP-4, CAL-2); those who reported are not reminded any more.
func (s *m4) reminded(at ...string) {
	s.t.Helper()
	var got, want []string
	for _, m := range s.forgets.own.all(s.t, "/api/v1/inbox") {
		if m.text("project_code") == s.forgets.code && m.text("rule") == "REP-4" {
			got = append(got, m.text("at"))
		}
	}
	for _, a := range at {
		want = append(want, moment(a))
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		s.t.Errorf("reminded at %v, want %v", got, want)
	}
}

func (s *m4) inTime() {
	s.keeps.report("annual", 2026, facts{"invested_year": "12.345"}).must(s.t, 422) // two decimals, and what else is missing
	a := s.keeps.report("annual", 2026, progress()).must(s.t, 201)
	s.keeps.annual("2026").expect(s.t, values{"state": "met", "report_id": a.text("id")})
}

// overdue: the instant begins, and those are told who must be (REP-4).
func (s *m4) overdue() {
	s.forgets.annual("2026").expect(s.t, values{"statutory_overdue": "true", "light": "red"})
	s.heard(s.forgets, s.forgets.own, "owner", "REP-4", "2027-02-02")
	s.heard(s.forgets, s.signIn("cd-handler"), "authority", "REP-4", "2027-02-02")
	s.heard(s.soil, s.signIn("xn-water-handler"), "department of an item", "REP-4", "2027-02-02")
	if n := s.keeps.about(s.keeps.own, "REP-4", "2027-02-02"); n != 0 {
		s.t.Errorf("told %d times that it is overdue, and it has reported", n)
	}
}

// reportedLate: flagged, and no proposal ever; so does owner1's other project.
func (s *m4) reportedLate() {
	a := s.late.report("annual", 2026, progress()).must(s.t, 201)
	a.expect(s.t, values{"late": "true"})
	s.late.annual("2026").expect(s.t, values{"state": "late", "report_id": a.text("id")})
	s.soil.report("annual", 2026, progress()).must(s.t, 201)
}

func (s *m4) notYetProposed() {
	if n := len(s.forgets.records()); n != 0 {
		s.t.Errorf("%d records before the thirtieth day is over", n)
	}
}

// proposed: one general G6, served on nobody, nobody punished (REP-4).
func (s *m4) proposed() {
	found := s.forgets.records()
	if len(found) != 1 {
		s.t.Fatalf("%d records, want one", len(found))
	}
	found[0].expect(s.t, values{"state": "proposed", "ground": "G6", "severity": "general", "project_code": s.forgets.code, "served_on": "", "statement_until": ""})
	s.forgets.annual("2026").expect(s.t, values{"state": "missed"})
	if n := len(s.late.records()) + len(s.keeps.records()); n != 0 {
		s.t.Errorf("%d records about those who reported", n)
	}
	s.standingOf(s.forgets).expect(s.t, values{"general": "0", "unrectified": "0", "listed": "false"})
	// CRED-1, CRED-2: the duty is taken; nobody decides on what was not served.
	s.second.do(s.t, http.MethodPost, "/api/v1/credit/records/"+found[0].text("id")+"/confirmation", nil).untimely(s.t)
}

func (s *m4) standingOf(r *reporting) answer {
	s.t.Helper()
	uscc := r.own.do(s.t, http.MethodGet, "/api/v1/me", nil).text("organization.uscc")
	return s.first.do(s.t, http.MethodGet, "/api/v1/credit/units/"+uscc, nil).must(s.t, 200)
}
