package handlers

import (
	"strings"
	"testing"
)

// FILE-1, FILE-5: when the authority changes the route of a filing in review, a new application begins that day; what
// silence then means, and the decision limit, run from there.
func TestRouteChangeBeginsAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-01-05 09:00"))
	owner, officer := w.program("owner1"), w.program("cd-handler")
	id := owner.submit(filingFacts().with(facts{"industry": "3216", "capacity_plan_no": "青置换〔2026〕1号"})).text("id")
	w.to(at("2026-04-10 10:00")) // the review is long overdue, and stays (FILE-6)
	officer.call(post, "/api/v1/projects/"+id+"/route", facts{"route": "核准", "reason": "属于核准目录"}).is(200)
	w.to(at("2026-04-18 00:00")) // five working days of silence: Apr 13–17
	r := owner.call(get, "/api/v1/projects/"+id, nil).is(200)
	if on := r.text("accepted_on"); r.text("state") != "accepted" || on != "2026-04-10" {
		t.Errorf("%s as of %s, want accepted as of 2026-04-10", r.text("state"), on)
	}
	r.lacks(`"statutory_overdue":true`)
}

// FILE-5: an answer is never made impossible: what contradicts the corrected field may be corrected, too.
func TestCorrectionsCanBeAnswered(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-02-10 10:00"))
	owner, officer := w.program("owner1"), w.program("fgw-handler")
	id := owner.submit(sanctionFacts()).text("id")
	path := "/api/v1/projects/" + id
	officer.call(post, path+"/acceptance", facts{"decision": "correct", "corrections": []facts{{"field": "total_investment", "what": "按概算填写"}}}).is(200)
	owner.send(patch, path, `{"name":"另一个名称"}`, "If-Match", "3").refusal(422, "not_asked_for")
	owner.send(patch, path, `{"total_investment":"900000.00"}`, "If-Match", "3").is(200)
	owner.call(post, path+"/submission", facts{}).refusal(422, "incomplete") // the sources now exceed the total
	owner.send(patch, path, `{"capital_sources":[{"source":"资本金","amount":"900000.00"}]}`, "If-Match", "4").is(200)
	owner.call(post, path+"/submission", facts{}).is(200).sees(`"state":"submitted"`)
	officer.call(post, path+"/acceptance", facts{"decision": "correct", "corrections": []facts{{"field": "route", "what": "改"}}}).is(422)
}

// FILE-2: a draft that turned out secret does not come back when its first request is repeated late, and is purged
// whatever else is wrong with what was typed.
func TestSecretStaysAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-02-10 10:00"))
	owner := w.program("owner1")
	const typed = `{"name":"某保密工程甲乙丙"}`
	first := owner.send(post, "/api/v1/projects", typed, "Idempotency-Key", "secret-1").is(201)
	path := "/api/v1/projects/" + first.text("id")
	owner.send(patch, path, `{"classified":true,"content":"`+strings.Repeat("密", 10_001)+`"}`, "If-Match", "1").refusal(422, "classified")
	owner.call(get, path, nil).is(404)
	owner.send(post, "/api/v1/projects", typed, "Idempotency-Key", "secret-1").is(404)
	owner.call(get, "/api/v1/projects", nil).is(200).lacks("保密工程")
	owner.send(post, "/api/v1/projects", `{"classified":true,"name":"a\u0000"}`).refusal(422, "classified")
}

// Two processes serve one platform: what one gave out with its sign-in form is taken by the other, and hangs on the
// browser's cookie alone.
func TestSignInAcrossProcesses(t *testing.T) {
	t.Parallel()
	const cookie, token = "0123456789abcdef0123456789abcdef", "bTH_mku_R6QwOUBCp6w12hMwCS_yReSl7bDNE-2ZFCE"
	if got := visitorMAC(cookie); got != token || visitorMAC("f"+cookie[1:]) == got {
		t.Errorf("token %s", got)
	}
}

// A draft may hold any text as its region, however long.
func TestLongRegion(t *testing.T) {
	t.Parallel()
	w := newWorld(t, at("2026-02-10 10:00"))
	var b strings.Builder
	for i := range 9000 {
		b.WriteRune(rune('一' + i*7919%20000))
	}
	w.program("owner1").call(post, "/api/v1/projects", facts{"region": b.String()}).is(201)
}
