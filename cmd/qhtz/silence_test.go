package main

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// story is scenario M2 (FILE-5) on one platform: a 核准 project on which the authority says nothing, one that is sent
// back and answered, one that is sent back and not answered. between runs after each step; whatever it breaks, the
// instants and the effects are the same.
type story struct {
	*booted
	t                            *testing.T
	between                      func(step string)
	owner, authority             *client
	supervisor                   *client
	silent, answered, unanswered string
	silentCode                   string
}

func tell(t *testing.T, p *booted, between func(step string)) *story {
	t.Helper()
	s := &story{booted: p, t: t, between: between, owner: p.signIn("owner1"), authority: p.signIn("fgw-handler"), supervisor: p.signIn("supervisor")}
	for _, step := range []struct {
		name string
		run  func()
	}{
		{"handed in", s.handIn}, {"sent back", s.sendBack}, {"last minute", s.lastMinute}, {"silence", s.silence},
		{"answered", s.answer}, {"promise passed", s.promisePassed}, {"silence after the answer", s.silenceAgain},
		{"reminder", s.reminder}, {"no answer", s.noAnswer}, {"overdue", s.overdue},
	} {
		step.run()
		if t.Failed() {
			t.Fatalf("the story ends at %q", step.name)
		}
		between(step.name)
	}
	return s
}

func (s *story) handIn() {
	s.silent = s.owner.draft(s.t, sanctionFacts())
	s.answered = s.owner.draft(s.t, sanctionFacts(facts{"name": "跨区域冷链物流项目"}))
	s.unanswered = s.owner.draft(s.t, sanctionFacts(facts{"name": "跨区域会展中心项目"}))
	for _, id := range []string{s.silent, s.answered, s.unanswered} {
		a := s.owner.submit(s.t, id).must(s.t, 200)
		a.expect(s.t, values{"state": "submitted", "route": "核准", "code": "", "light": "green", "accepted_on": "",
			"current_due.date": "2026-02-24", "current_due.due_at": "2026-02-25T00:00:00+08:00", "current_due.provisional": "false", "decision_due": ""})
		if a.text("application_id") == "" {
			s.t.Error("no application")
		}
	}
	s.explainAcceptance()
}

// explainAcceptance: 11, 12, 13, 14 (a make-up day) and 24 February; the Spring Festival lies between (CAL-1, CAL-5).
func (s *story) explainAcceptance() {
	id := s.owner.project(s.t, s.silent).text("current_due.deadline_id")
	a := s.owner.do(s.t, http.MethodGet, "/api/v1/deadlines/"+id+"/explanation", nil).must(s.t, 200)
	a.expect(s.t, values{"rule": "FILE-5", "due_date": "2026-02-24", "due_at": "2026-02-25T00:00:00+08:00", "provisional": "false", "event.at": "2026-02-10T10:00:00+08:00"})
	var counted, skipped []string
	for _, d := range a.list("days") {
		if d.text("counted") == "true" {
			counted = append(counted, d.text("date")[8:])
		} else {
			skipped = append(skipped, d.text("date")[8:]+d.text("reason"))
		}
		if d.text("reason") == "" {
			s.t.Errorf("%s is counted or not without a reason", d.text("date"))
		}
	}
	if got := strings.Join(counted, " "); got != "11 12 13 14 24" {
		s.t.Errorf("counted days %s, want 11 12 13 14 24", got)
	}
	if len(skipped) != 10 || skipped[0] != "10event" { // the day itself, and 15 to 23
		s.t.Errorf("skipped days %v, want the event's and nine of the festival", skipped)
	}
}

func (s *story) sendBack() {
	s.clock("2026-02-12T10:00:00+08:00")
	ask := facts{"decision": "correct", "corrections": []facts{{"field": "content", "what": "写明建设内容的面积"}, {"field": "site", "what": "补充门牌号"}}}
	for _, id := range []string{s.answered, s.unanswered} {
		s.authority.decide(s.t, id, ask).must(s.t, 200).expect(s.t, values{"state": "correcting", "code": "", "corrections.0.field": "content",
			"corrections.1.field": "site", "current_due.date": "2026-03-11"})
		s.authority.decide(s.t, id, ask).refused(s.t, 422, "FILE-5")
	}
	s.owner.told(s.t, s.answered, map[string]int{"corrections_asked": 1})
}

func (s *story) lastMinute() {
	s.clock("2026-02-24T23:59:00+08:00")
	s.owner.project(s.t, s.silent).expect(s.t, values{"state": "submitted", "light": "yellow", "code": "", "accepted_on": ""})
	s.supervisor.told(s.t, s.silent, map[string]int{})
}

func (s *story) silence() {
	s.clock("2026-02-25T00:00:00+08:00")
	a := s.owner.project(s.t, s.silent)
	a.expect(s.t, values{"state": "accepted", "accepted_by_silence": "true", "accepted_on": "2026-02-10", "accepted_at": "2026-02-25T00:00:00+08:00",
		"decision_due.date": "2026-03-16", "decision_due.due_at": "2026-03-17T00:00:00+08:00", "decision_due.provisional": "false",
		"promised_due.date": "2026-03-02", "promised_due.due_at": "2026-03-03T00:00:00+08:00", "statutory_overdue": "false"})
	s.silentCode = a.text("code")
	checkCode(s.t, s.silentCode, "2602-630000-04-01-")
	s.owner.told(s.t, s.silent, map[string]int{"accepted_by_silence": 1})
	s.authority.told(s.t, s.silent, map[string]int{"submitted": 1, "accepted_by_silence": 1})
	s.supervisor.told(s.t, s.silent, map[string]int{"accepted_by_silence": 1})
	s.explainDecision(a.text("decision_due.deadline_id"))
	// Only the decision's limit runs back: entrusting an 评估 has four working days from now.
	for _, d := range s.owner.do(s.t, http.MethodGet, "/api/v1/projects/"+s.silent+"/deadlines", nil).must(s.t, 200).list("items") {
		want := map[string]string{"acceptance": "2026-02-10T10:00:00+08:00", "decision": "2026-02-10T10:00:00+08:00", "promise": "2026-02-10T10:00:00+08:00",
			"evaluation_entrust": "2026-02-25T00:00:00+08:00"}[d.text("kind")]
		if d.text("event_at") != want {
			s.t.Errorf("the limit %s runs from %s, want %s", d.text("kind"), d.text("event_at"), want)
		}
		if d.text("kind") == "evaluation_entrust" {
			d.expect(s.t, values{"due_date": "2026-03-02", "state": "open"})
		}
		if d.text("kind") == "acceptance" {
			d.expect(s.t, values{"state": "missed"})
		}
	}
	s.authority.decide(s.t, s.silent, facts{"decision": "correct", "corrections": []facts{{"field": "site", "what": "补充"}}}).refused(s.t, 422, "FILE-5")
}

func (s *story) explainDecision(id string) {
	// Whoever may see the project may see why; with a code it is public.
	a := s.booted.visitor().do(s.t, http.MethodGet, "/api/v1/deadlines/"+id+"/explanation", nil).must(s.t, 200)
	a.expect(s.t, values{"rule": "FILE-7", "due_date": "2026-03-16", "event.at": "2026-02-10T10:00:00+08:00"})
	days := a.list("days")
	counted := 0
	for i, d := range days {
		if d.text("counted") == "true" {
			counted++
			d.expect(s.t, values{"n": strconv.Itoa(counted)})
		}
		if i > 0 && d.text("date") <= days[i-1].text("date") {
			s.t.Errorf("day %s follows %s", d.text("date"), days[i-1].text("date"))
		}
	}
	if len(days) != 35 || counted != 20 || days[len(days)-1].text("date") != "2026-03-16" || days[len(days)-1].text("n") != "20" {
		s.t.Errorf("%d days, %d counted, the last is %s", len(days), counted, days[len(days)-1].body)
	}
	for _, d := range days {
		switch d.text("date") {
		case "2026-02-14", "2026-02-28":
			d.expect(s.t, values{"counted": "true", "reason": "makeup: 春节", "kind": "makeup"})
		case "2026-02-17":
			d.expect(s.t, values{"counted": "false", "reason": "holiday: 春节", "kind": "holiday"})
		case "2026-03-01":
			d.expect(s.t, values{"counted": "false", "reason": "weekend"})
		}
	}
}

func (s *story) answer() {
	s.clock("2026-02-25T10:00:00+08:00")
	s.owner.submit(s.t, s.answered).refused(s.t, 422, "FILE-5") // nothing was answered yet
	s.owner.edit(s.t, s.answered, facts{"total_investment": "1.00"}).refused(s.t, 422, "FILE-5")
	s.owner.edit(s.t, s.answered, facts{"content": "冷库一座，建筑面积 12000 平方米"}).must(s.t, 200)
	half := s.owner.submit(s.t, s.answered).refused(s.t, 422, "FILE-5")
	if half.text("fields.site") == "" || half.text("fields.content") != "" {
		s.t.Errorf("fields %v, want site alone", half.at("fields"))
	}
	s.owner.edit(s.t, s.answered, facts{"site": "经二路 8 号"}).must(s.t, 200)
	s.owner.submit(s.t, s.answered).must(s.t, 200).expect(s.t, values{"state": "submitted", "current_due.date": "2026-03-03",
		"current_due.due_at": "2026-03-04T00:00:00+08:00"})
	s.authority.decide(s.t, s.answered, facts{"decision": "correct", "corrections": []facts{{"field": "scale", "what": "还有一处"}}}).refused(s.t, 422, "FILE-5")
}

func (s *story) promisePassed() {
	s.clock("2026-03-02T23:59:59+08:00")
	s.owner.project(s.t, s.silent).expect(s.t, values{"light": "yellow"})
	s.clock("2026-03-03T00:00:00+08:00")
	s.owner.project(s.t, s.silent).expect(s.t, values{"light": "red", "statutory_overdue": "false", "state": "accepted"})
}

func (s *story) silenceAgain() {
	s.clock("2026-03-03T23:59:59+08:00")
	s.owner.project(s.t, s.answered).expect(s.t, values{"state": "submitted"})
	s.clock("2026-03-04T00:00:00+08:00")
	a := s.owner.project(s.t, s.answered)
	a.expect(s.t, values{"state": "accepted", "accepted_by_silence": "true", "accepted_on": "2026-02-25", "accepted_at": "2026-03-04T00:00:00+08:00",
		"decision_due.date": "2026-03-24"})
	checkCode(s.t, a.text("code"), "2603-630000-04-01-")
}

// reminder: three working days before 11 March is the 6th.
func (s *story) reminder() {
	s.clock("2026-03-06T08:59:59+08:00")
	s.owner.told(s.t, s.unanswered, map[string]int{"corrections_asked": 1})
	s.clock("2026-03-06T09:00:00+08:00")
	s.owner.told(s.t, s.unanswered, map[string]int{"corrections_asked": 1, "correction_reminder": 1})
}

// noAnswer: fifteen working days of silence close the application as withdrawn.
func (s *story) noAnswer() {
	s.clock("2026-03-11T23:59:59+08:00")
	s.owner.project(s.t, s.unanswered).expect(s.t, values{"state": "correcting"})
	s.clock("2026-03-12T00:00:00+08:00")
	s.owner.project(s.t, s.unanswered).expect(s.t, values{"state": "withdrawn", "code": "", "accepted_on": ""})
	s.owner.told(s.t, s.unanswered, map[string]int{"corrections_asked": 1, "correction_reminder": 1, "closed_unanswered": 1})
	s.owner.submit(s.t, s.unanswered).must(s.t, 409)
}

func (s *story) overdue() {
	s.clock("2026-03-17T00:00:00+08:00")
	s.owner.project(s.t, s.silent).expect(s.t, values{"state": "accepted", "statutory_overdue": "true", "light": "red", "code": s.silentCode})
	s.supervisor.told(s.t, s.silent, map[string]int{"accepted_by_silence": 1, "decision_overdue": 1})
}

// effects are all that the story leaves behind: what happened as of when, whom it was told, how each limit ended.
func (s *story) effects() []string {
	s.t.Helper()
	names := map[string]string{s.silent: "silent", s.answered: "answered", s.unanswered: "unanswered"}
	var out []string
	for _, q := range []string{
		`SELECT stream_id || ' ' || type || ' ' || to_char(effective_at AT TIME ZONE 'Asia/Shanghai', 'MM-DD HH24:MI') FROM events WHERE stream = 'project'`,
		`SELECT project_id || ' tell ' || organization_id || ' ' || kind || ' ' || to_char(at AT TIME ZONE 'Asia/Shanghai', 'MM-DD HH24:MI') FROM notices`,
		`SELECT subject_id || ' limit ' || kind || ' ' || state || ' ' || to_char(due_date, 'MM-DD') FROM deadline_history`,
		`SELECT subject_id || ' limit ' || kind || ' ' || state || ' ' || to_char(due_date, 'MM-DD') FROM deadlines`,
		`SELECT project_id || ' code' FROM project_codes`,
	} {
		for _, line := range rows(s.t, s.db(), q) {
			id, rest, _ := strings.Cut(line, " ")
			out = append(out, names[id]+" "+rest)
		}
	}
	slices.Sort(out)
	return out
}

// wantEffects are those of the story, each once. Organisations: 1 the owner's, 11 the authority, 32 the supervisor.
const wantEffects = `
	answered accepted 03-04 00:00
	answered code
	answered corrections_asked 02-12 10:00
	answered limit acceptance met 02-24
	answered limit acceptance missed 03-03
	answered limit correction met 03-11
	answered limit decision open 03-24
	answered limit evaluation_entrust waived 03-10
	answered limit promise open 03-10
	answered resubmitted 02-25 10:00
	answered submitted 02-10 10:00
	answered tell 1 accepted_by_silence 03-04 00:00
	answered tell 1 corrections_asked 02-12 10:00
	answered tell 11 accepted_by_silence 03-04 00:00
	answered tell 11 promise_passed 03-11 00:00
	answered tell 11 resubmitted 02-25 10:00
	answered tell 11 submitted 02-10 10:00
	answered tell 32 accepted_by_silence 03-04 00:00
	silent accepted 02-25 00:00
	silent code
	silent limit acceptance missed 02-24
	silent limit decision open 03-16
	silent limit evaluation_entrust waived 03-02
	silent limit promise open 03-02
	silent submitted 02-10 10:00
	silent tell 1 accepted_by_silence 02-25 00:00
	silent tell 11 accepted_by_silence 02-25 00:00
	silent tell 11 decision_overdue 03-17 00:00
	silent tell 11 promise_passed 03-03 00:00
	silent tell 11 submitted 02-10 10:00
	silent tell 32 accepted_by_silence 02-25 00:00
	silent tell 32 decision_overdue 03-17 00:00
	unanswered closed_unanswered 03-12 00:00
	unanswered corrections_asked 02-12 10:00
	unanswered limit acceptance met 02-24
	unanswered limit correction missed 03-11
	unanswered submitted 02-10 10:00
	unanswered tell 1 closed_unanswered 03-12 00:00
	unanswered tell 1 correction_reminder 03-06 09:00
	unanswered tell 1 corrections_asked 02-12 10:00
	unanswered tell 11 closed_unanswered 03-12 00:00
	unanswered tell 11 submitted 02-10 10:00
`

// checkEffects compares what the story left with what it should, and has the platform check itself.
func (s *story) checkEffects() {
	s.t.Helper()
	var want []string
	for line := range strings.Lines(strings.TrimSpace(wantEffects)) {
		want = append(want, strings.TrimSpace(line))
	}
	if diff := cmp.Diff(want, s.effects()); diff != "" {
		s.t.Errorf("effects (-want +got):\n%s", diff)
	}
	checkVerified(s.t, s.booted)
}

// checkVerified has the platform verify its audit trail and its deadlines (AUD-1, CAL-2).
func checkVerified(t *testing.T, p *booted) {
	t.Helper()
	for _, of := range []string{"audit", "deadlines"} {
		if out, err := p.cli(of, "verify"); err != nil {
			t.Errorf("qhtz %s verify: %v\n%s", of, err, out)
		}
	}
}

// M2: silence means accepted (FILE-5, CAL-1, CAL-2, CAL-4, CAL-5).
func TestM2SilenceMeansAccepted(t *testing.T) {
	t.Parallel()
	p := start(t, "2026-02-10T10:00:00+08:00")
	s := tell(t, p, func(string) {})
	s.checkEffects()
}
