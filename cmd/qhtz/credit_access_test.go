package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// M9: every call about reports, credit and support by everybody who has no business with it is refused, and changes
// nothing (AUD-2, CRED-2, CRED-6, CRED-8, FILE-13). owner2's project lies in 城东区; its listing is pending.
func TestM9WhoMayWhatInCredit(t *testing.T) {
	t.Parallel()
	b := openBureau(start(t, moment("2026-03-02 10:00")))
	u := b.unit("owner2", 3)
	b.play(nil, u.pendingSince(step{"2026-04-13 10:00", func() {
		u.propose(1, "G7", "general")
		u.mend(0)
		started := facts{"kind": "start", "data": facts{"start_date": "2026-04-13", "actual": true}, "submit": true}
		u.own.do(t, http.MethodPost, "/api/v1/projects/"+u.codes[1]+"/reports", started).must(t, 201)
	}}))
	answers, decisions := u.answers(), u.decisions()
	all := slices.Concat(u.askings(), answers, decisions)
	who := map[string]*client{"": b.visitor()}
	for _, name := range []string{"owner1", "gem-handler", "xn-eia-handler", "bank", "audit-office", "sysadmin", "secadmin", "logauditor", "regulator1", "regulator3", "supervisor", "cd-handler"} {
		who[name] = b.signIn(name)
	}
	settled(t, b.db())
	before := stateOf(t, b.booted)
	for name, c := range who {
		switch name {
		case "regulator1", "regulator3":
			b.refusesAll(name, c, answers)
		case "supervisor", "cd-handler":
			b.refusesAll(name, c, slices.Concat(answers, decisions))
		default:
			b.refusesAll(name, c, all)
		}
	}
	b.refusesAll("owner2", u.own, decisions)
	settled(t, b.db())
	for table, lines := range stateOf(t, b.booted) {
		for _, line := range lines {
			if !slices.Contains(before[table], line) {
				t.Errorf("%s has changed: %.300s", table, line)
			}
		}
		if len(lines) != len(before[table]) {
			t.Errorf("%s: %d rows, there were %d", table, len(lines), len(before[table]))
		}
	}
	// Those whose business it is may: the refusals were about the persons.
	u.listing(u.own, "objection", facts{"reason": "请求复核"}).must(t, 200)
	u.listing(u.third, "objection-decision", facts{"uphold": false, "reason": "不成立"}).must(t, 200)
	u.review(true, 0)
}

// askings are the calls that read, and those of the unit that name it in the body or by its project's code.
func (u *unit) askings() []attempt {
	project := "/api/v1/projects/" + u.codes[1]
	calls := []attempt{
		{http.MethodGet, project + "/duties", nil, true}, {http.MethodGet, project + "/reports", nil, true},
		{http.MethodGet, "/api/v1/credit/units/" + u.uscc, nil, false},
		{http.MethodGet, "/api/v1/credit/records?uscc=" + u.uscc, nil, false}, {http.MethodGet, "/api/v1/credit/listings", nil, false},
		{http.MethodGet, "/api/v1/supervision/cases", nil, true}, {http.MethodGet, "/api/v1/support-requests", nil, true},
	}
	for _, id := range u.records {
		calls = append(calls, attempt{http.MethodGet, "/api/v1/credit/records/" + id, nil, false})
	}
	return calls
}

// answers are the unit's own acts.
func (u *unit) answers() []attempt {
	reports := "/api/v1/projects/" + u.codes[1] + "/reports"
	calls := []attempt{
		{http.MethodPost, reports, facts{"kind": "start", "data": facts{"start_date": "2026-04-13", "actual": true}, "submit": true}, false},
		{http.MethodPost, reports, facts{"kind": "annual", "year": 2026, "data": progress(), "submit": true}, false},
		{http.MethodPost, reports, facts{"kind": "suspension", "data": facts{}, "submit": false}, false},
	}
	for _, kind := range []string{"annual_plan", "three_year_plan", "subsidy", "quota"} {
		calls = append(calls, attempt{http.MethodPost, "/api/v1/support-requests", facts{"kind": kind, "project_code": u.codes[1]}, false})
	}
	for _, id := range u.records {
		at := "/api/v1/credit/records/" + id
		calls = append(calls, attempt{http.MethodPost, at + "/statement", facts{"text": "试", "final": true}, false},
			attempt{http.MethodPost, at + "/rectification", facts{"text": "试", "evidence": "试"}, false})
	}
	listing := "/api/v1/credit/listings/" + u.standing(nil).text("listing.id")
	return append(calls, attempt{http.MethodPost, listing + "/objection", facts{"reason": "试"}, false},
		attempt{http.MethodPost, listing + "/exit", facts{"commitment": true}, false})
}

// decisions are the regulators' acts.
func (u *unit) decisions() []attempt {
	proposal := u.proposal(9, "G6", "general")
	calls := []attempt{{http.MethodPost, "/api/v1/credit/records", proposal, false}}
	for _, id := range u.records {
		at := "/api/v1/credit/records/" + id
		for action, body := range map[string]any{"adoption": nil, "service": facts{"reason": "试"}, "confirmation": facts{"reason": "试"}, "dismissal": facts{"reason": "试"},
			"rectification-review": facts{"accept": true}, "extension": facts{"days": 5, "reason": "试"}, "revocation": facts{"reason": "试"}, "repair": facts{"reason": "试"}} {
			calls = append(calls, attempt{http.MethodPost, at + "/" + action, body, false})
		}
	}
	listing := "/api/v1/credit/listings/" + u.standing(nil).text("listing.id")
	return append(calls, attempt{http.MethodPost, listing + "/objection-decision", facts{"uphold": true, "reason": "试"}, false},
		attempt{http.MethodPost, listing + "/exit-decision", facts{"accept": true, "reason": "试"}, false},
		attempt{http.MethodPost, listing + "/annulment", facts{"reason": "试"}, false})
}

// refusesAll makes calls as somebody whose business they are not. A list may be answered if nothing is in it.
func (b *bureau) refusesAll(who string, c *client, calls []attempt) {
	b.t.Helper()
	for _, call := range calls {
		if call.read && (who == "xn-eia-handler" || who == "owner1" && !strings.Contains(call.path, "/projects/")) {
			continue // officials of the area read what stands there, a unit its own
		}
		a := c.do(b.t, call.method, call.path, call.body)
		empty := a.status == http.StatusOK && call.method == http.MethodGet && a.at("items") != nil && len(a.list("items")) == 0
		switch {
		case who == "" && a.status != http.StatusUnauthorized:
			b.t.Errorf("a visitor: %s %s: %d %.200s", call.method, call.path, a.status, a.body)
		case a.status != 401 && a.status != 403 && a.status != 404 && !empty:
			b.t.Errorf("%q: %s %s: %d %.200s", who, call.method, call.path, a.status, a.body)
		}
	}
}

// stateOf is every row of every table as text, but for what changes by itself: sessions, the clock, seals.
func stateOf(t *testing.T, p *booted) dump {
	t.Helper()
	d := dumpOf(t, p)
	for _, table := range []string{"sessions", "sign_in_attempts", "platform", "audit_seals"} {
		delete(d, "public."+table)
	}
	return d
}
