package handlers

import (
	"net/http"
	"strings"
	"testing"
)

// What a hostile or hurried caller tries: nothing breaks, nothing is told before its time (CRED-2, CRED-6, CRED-8).
func TestCreditOddInput(t *testing.T) {
	t.Parallel()
	tr := newTrial(t)
	two := tr.program("regulator2")
	for field, values := range map[string][]any{
		"evidence": {[]any{"\x00"}, []any{facts{"a": "\x00"}}, []any{facts{"a": 1}, 5}, strings.Repeat("证", 5000)},
		"duty_id":  {"99999999999999999999", "x", "-1"},
		"uscc":     {"\x00", "91", ""},
		"facts":    {"\x00", " ", strings.Repeat("事", 5001)},
	} {
		for _, v := range values {
			two.call(post, "/api/v1/credit/records", tr.proposal(facts{field: v})).is(http.StatusUnprocessableEntity)
		}
	}
	r := tr.record("confirmed", nil)
	tr.api["owner1"].call(post, "/api/v1/credit/records/"+r.text("id")+"/rectification", facts{"text": "已改", "evidence": []any{"\x00"}}).is(http.StatusUnprocessableEntity)
	two.call(get, "/api/v1/credit/units/%00", nil).is(http.StatusNotFound)
	two.call(get, "/api/v1/public/feed/blacklist?limit=abc", nil).is(http.StatusBadRequest)
	two.call(get, "/api/v1/public/blacklist.csv?foo=1", nil).is(http.StatusBadRequest)
}

// CRED-2: what has not been served is not told to the unit, not even that there is something.
func TestUnservedIsNotTold(t *testing.T) {
	t.Parallel()
	tr := newTrial(t)
	tr.unconsent("owner1")
	owner, two := tr.api["owner1"], tr.program("regulator2")
	r := two.call(post, "/api/v1/credit/records", tr.proposal(nil)).is(201)
	two.call(post, "/api/v1/credit/records", tr.proposal(nil)).is(201)
	if got := owner.call(get, "/api/v1/credit/records?limit=1", nil).is(200).body; got != `{"items":[],"next_cursor":null}` {
		t.Errorf("the unit sees %s", got)
	}
	owner.call(get, "/api/v1/credit/records/"+r.text("id"), nil).is(http.StatusNotFound)
	owner.call(get, "/api/v1/credit/units/"+tr.uscc("owner1"), nil).is(200).lacks(`"facts"`)
}

// CRED-1, REP-4: a record put forward before the duty was due, and dismissed, does not shield the unit when it misses it.
func TestPrematureRecordIsNoShield(t *testing.T) {
	t.Parallel()
	tr := newTrial(t)
	b := tr.built("owner1", nil)
	b.started("2026-02-10")
	duty := b.all(b.path + "/duties")[0]["id"]
	two, three := tr.program("regulator2"), tr.program("regulator3")
	early := two.call(post, "/api/v1/credit/records", tr.proposal(facts{"duty_id": duty})).is(201)
	two.call(post, "/api/v1/credit/records", tr.proposal(facts{"duty_id": duty})).is(http.StatusConflict)
	three.call(post, "/api/v1/credit/records/"+early.text("id")+"/dismissal", facts{"reason": "未到期"}).is(200)
	two.call(post, "/api/v1/credit/records", tr.proposal(facts{"duty_id": duty})).is(http.StatusConflict)
	tr.to(at("2027-03-04 00:00"))
	if n := len(two.all("/api/v1/credit/records?state=proposed")); n != 1 {
		t.Errorf("%d records are proposed for the missed duty, want 1", n)
	}
	two.call(post, "/api/v1/credit/records", tr.proposal(facts{"duty_id": duty})).is(http.StatusConflict)
}

// CRED-5: a record that was revoked as wrong leaves the public trace of the listing that goes on without it.
func TestRevokedRecordLeavesThePublicTrace(t *testing.T) {
	t.Parallel()
	tr := newTrial(t)
	p := tr.api["owner1"].submit(filingFacts())
	for range 3 {
		tr.record("confirmed", nil)
	}
	wrong := tr.record("confirmed", facts{"project_code": p.text("code")})
	tr.to(at("2026-05-10 10:00"))
	path := "/api/v1/public/blacklist/" + tr.uscc("owner1")
	tr.visitor().get(path).is(200).sees(`"listed":true`, p.text("code"))
	tr.program("regulator2").call(post, "/api/v1/credit/records/"+wrong.text("id")+"/revocation", facts{"reason": "对象有误"}).is(200)
	for _, at := range []string{path, "/api/v1/public/blacklist", "/api/v1/public/blacklist.csv", "/api/v1/public/feed/blacklist", "/blacklist/" + tr.uscc("owner1")} {
		tr.visitor().get(at).is(200).sees(tr.uscc("owner1")).lacks(p.text("code"))
	}
}

// CRED-8: confirmed major records in effect are public, general ones are not, and no person is named.
func TestPublicRecords(t *testing.T) {
	t.Parallel()
	tr := newTrial(t)
	p := tr.api["owner1"].submit(filingFacts())
	path := "/api/v1/public/blacklist/" + tr.uscc("owner1")
	tr.record("confirmed", nil)
	tr.record("record", facts{"severity": "major", "ground": "G2"}) // only proposed
	tr.visitor().get(path).is(200).sees(`"listed":false`, `"records":[]`)
	major := tr.record("confirmed", facts{"severity": "major", "ground": "G3", "project_code": p.text("code")})
	tr.visitor().get(path).is(200).sees(`"listed":false`, `"ground":"G3"`, p.text("code"), "青海省投资项目监管办公室").lacks("监管二岗", "监管三岗", "第")
	tr.visitor().get("/blacklist/"+tr.uscc("owner1")).is(200).sees("未列入", "公开的异常信用记录", p.text("code")).lacks("监管二岗", "监管三岗")
	tr.visitor().get(path + "?as_of=2026-02-09").is(200).sees(`"records":[]`)
	tr.program("regulator1").call(post, "/api/v1/credit/records/"+major.text("id")+"/revocation", facts{"reason": "有误"}).is(200)
	tr.visitor().get(path).is(200).sees(`"records":[]`)
}
