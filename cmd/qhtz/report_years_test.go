package main

import (
	"net/http"
	"testing"
)

// adopted: a regulator takes the timer's proposal over, and it is served; five working days to answer (CRED-2).
func (s *m4) adopted() {
	at := "/api/v1/credit/records/" + s.forgets.records()[0].text("id")
	s.forgets.own.do(s.t, http.MethodPost, at+"/adoption", nil).must(s.t, 403)
	s.first.do(s.t, http.MethodPost, at+"/adoption", nil).must(s.t, 200).expect(s.t, values{"state": "proposed", "served_on": "2027-03-05", "statement_until": "2027-03-12"})
	s.third.do(s.t, http.MethodPost, at+"/adoption", nil).untimely(s.t)
	s.second.do(s.t, http.MethodPost, at+"/confirmation", nil).refused(s.t, 422, "CRED-2")
	s.hears(s.forgets.own, "", "2027-03-05 10:00")
}

// confirmedByAnother: who adopted does not confirm; it is dated from the confirmation.
func (s *m4) confirmedByAnother() {
	at := "/api/v1/credit/records/" + s.forgets.records()[0].text("id")
	s.first.do(s.t, http.MethodPost, at+"/confirmation", nil).must(s.t, 403)
	s.second.do(s.t, http.MethodPost, at+"/confirmation", nil).must(s.t, 200).expect(s.t, values{"state": "confirmed", "rectify_by": "2027-04-14",
		"confirmed_at": moment("2027-03-15 10:00")})
	s.standingOf(s.forgets).expect(s.t, values{"general": "1", "unrectified": "1", "overdue": "0", "trigger_at": "", "listed": "false"})
}

// completed: owner2 reports completion, and the year is not owed (REP-1, REP-6).
func (s *m4) completed() {
	done := facts{"precheck_on": "2027-06-08", "accepted_on": "2027-06-18", "accepted_by": "西宁市城东区住房和城乡建设局", "conclusion": "合格", "total_invested": "12380.00"}
	// REP-2, REP-6: what lies ahead, or in the wrong order, is impossible.
	for name, wrong := range map[string]string{"accepted_on": "2027-07-18", "precheck_on": "2027-06-20"} {
		data := facts{}
		for k, v := range done {
			data[k] = v
		}
		data[name] = wrong
		if a := s.keeps.report("completion", 0, data); a.status != 422 {
			s.t.Errorf("%s %s: %d %s", name, wrong, a.status, a.body)
		}
	}
	a := s.keeps.report("completion", 0, done).must(s.t, 201)
	if a.text("late") == "true" {
		s.t.Errorf("within thirty days, flagged late: %s", a.body)
	}
	s.keeps.own.project(s.t, s.keeps.id).expect(s.t, values{"state": "completed"})
	s.notOwed()
}

func (s *m4) notOwed() {
	s.t.Helper()
	switch state := s.keeps.annual("2027").text("state"); state {
	case "", "waived", "cancelled":
	default:
		s.t.Errorf("annual 2027 is %s after completion", state)
	}
}

// nextYear: who builds on owes the next year as well.
func (s *m4) nextYear() {
	s.late.annual("2027").expect(s.t, values{"due_date": "2028-01-31", "due_at": moment("2028-02-01"), "statutory_overdue": "true", "report_id": ""})
	s.notOwed()
}

// noMore: each missed duty is proposed once, and nothing else is (REP-4, CRED-1).
func (s *m4) noMore() {
	if n := len(s.keeps.records()); n != 0 {
		s.t.Errorf("%d records about who completed in time", n)
	}
	if n := len(s.late.records()); n != 1 {
		s.t.Errorf("%d records about owner3, want one, of 2027", n)
	}
	perCode := map[string]int{}
	for _, r := range s.forgets.records() {
		perCode[r.text("project_code")]++
	}
	if perCode[s.forgets.code] != 2 || perCode[s.soil.code] != 1 || len(perCode) != 2 {
		s.t.Errorf("records %v, want two of %s, of two years, and one of %s", perCode, s.forgets.code, s.soil.code)
	}
	s.standingOf(s.forgets).expect(s.t, values{"general": "1", "listed": "false"})
}

// REP-5: a draft is no report; submitted it is. A report sent twice with one key is one.
func TestM4DraftsAndRepeats(t *testing.T) {
	t.Parallel()
	b := openBureau(start(t, moment("2026-03-02 10:00")))
	r := b.reporting("owner1")
	path := "/api/v1/projects/" + r.code + "/reports"
	draft := facts{"kind": "start", "data": facts{"start_date": "2026-03-02", "actual": true}, "submit": false}
	if a := r.own.do(t, http.MethodPost, path, draft); a.status != 200 && a.status != 201 {
		t.Fatalf("a draft: %d %s", a.status, a.body)
	}
	if d := r.annual("2026"); d.body != nil {
		t.Errorf("a draft makes a duty: %s", d.body)
	}
	draft["submit"] = true
	first := r.own.do(t, http.MethodPost, path, draft, "Idempotency-Key", "start-1").must(t, 201)
	if again := r.own.do(t, http.MethodPost, path, draft, "Idempotency-Key", "start-1").must(t, 201); string(again.body) != string(first.body) {
		t.Errorf("two answers to one key:\n%s\n%s", first.body, again.body)
	}
	owed := r.own.all(t, "/api/v1/projects/"+r.id+"/duties")
	if len(owed) != 1 || owed[0].text("year") != "2026" {
		t.Errorf("duties %v, want the annual one of 2026 once", owed)
	}
	r.report("annual", 2025, progress()).must(t, 422) // not under construction then
}
