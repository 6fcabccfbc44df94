package handlers

import "encoding/json"

// request makes a call that must succeed as documented.
type request func(p *person, status int, method, path string, body any, headers ...string) reply

// succeedInCredit makes every call of credit, register and support once with success: records through their whole life,
// a listing objected to, one that leaves, and one that is annulled.
func succeedInCredit(w *world, do request, code string) {
	one, two, three, owner, visitor := w.program("regulator1"), w.program("regulator2"), w.program("regulator3"), w.program("owner2"), w.visitor()
	tr := &trial{world: w, api: map[string]*person{"owner2": owner}}
	uscc := tr.uscc("owner2")
	act := func(p *person, r reply, what string, body any) reply {
		return do(p, 200, post, "/api/v1/credit/records/"+r.text("id")+"/"+what, body)
	}
	propose := func(ground, severity, about string) reply {
		return do(one, 201, post, "/api/v1/credit/records", facts{"uscc": uscc, "ground": ground, "severity": severity, "facts": about, "basis": "32号14", "evidence": []any{"照片", facts{"name": "笔录"}}})
	}
	confirmed := func(ground, severity, about string) reply {
		r := propose(ground, severity, about)
		act(owner, r, "statement", facts{"text": "没有异议", "final": true})
		return act(two, r, "confirmation", facts{"opinion": "事实清楚"})
	}
	act(two, propose("G6", "general", "一"), "dismissal", facts{"reason": "证据不足"})
	act(two, confirmed("G6", "general", "二"), "revocation", facts{"reason": "对象有误"})
	mended := confirmed("G6", "general", "三")
	act(two, mended, "extension", facts{"days": 10, "reason": "设备未到"})
	act(owner, mended, "rectification", facts{"text": "已补报", "evidence": "回执"})
	act(two, mended, "rectification-review", facts{"accept": true})
	act(two, mended, "repair", facts{"reason": "已公示"})

	major := confirmed("G3", "major", "四")
	w.to(at("2026-05-22 10:00"))
	listing := func() string { return "/api/v1/credit/listings/" + firstID(w, do, one, uscc) }
	do(owner, 200, post, listing()+"/objection", facts{"text": "事实有误"})
	do(three, 200, post, listing()+"/objection-decision", facts{"uphold": false, "reason": "事实清楚"})
	w.to(at("2026-07-01 10:00"))
	do(visitor, 200, get, "/api/v1/public/blacklist?q="+uscc, nil)
	do(visitor, 200, get, "/api/v1/public/blacklist.csv", nil)
	do(visitor, 200, get, "/api/v1/public/blacklist/"+uscc, nil)
	do(visitor, 200, get, "/api/v1/public/feed/blacklist", nil)
	do(one, 200, get, "/api/v1/credit/units/"+uscc, nil)
	do(one, 200, get, "/api/v1/credit/records?uscc="+uscc+"&state=overdue", nil)
	do(one, 200, get, "/api/v1/credit/records/"+major.text("id"), nil)
	do(one, 200, get, listing(), nil)
	act(owner, major, "rectification", facts{"text": "已验收"})
	act(two, major, "rectification-review", facts{"accept": true})
	w.to(at("2027-07-20 10:00"))
	do(owner, 200, post, listing()+"/exit", facts{"commitment": true})
	do(two, 200, post, listing()+"/exit-decision", facts{"accept": true})
	do(visitor, 200, get, "/api/v1/public/feed/blacklist?after=0", nil)
	confirmed("G3", "major", "五")
	w.to(at("2027-11-15 10:00"))
	do(one, 200, post, listing()+"/annulment", facts{"reason": "认定有误"})

	w.unconsent("owner3")
	outside := do(one, 201, post, "/api/v1/credit/records", facts{"uscc": tr.with("owner3").uscc("owner3"), "ground": "G3", "severity": "major", "facts": "六", "basis": "32号14"})
	act(one, outside, "service", facts{"receipt": "直接送达"})
	w.to(at("2027-11-25 10:00"))
	act(two, outside, "confirmation", nil)
	w.to(at("2028-02-25 10:00"))
	do(one, 200, post, "/api/v1/credit/listings/"+firstID(w, do, one, tr.uscc("owner3"))+"/service", facts{"receipt": "邮寄签收"})

	w.missDuty(do)
	supportSucceeds(w, do, code)
}

func (tr *trial) with(account string) *trial {
	tr.api[account] = tr.program(account)
	return tr
}

// firstID is the id of a unit's newest listing.
func firstID(w *world, do request, p *person, uscc string) string {
	var v struct {
		Items []struct {
			ID string `json:"id"`
		} `json:"items"`
	}
	w.must(json.Unmarshal([]byte(do(p, 200, get, "/api/v1/credit/listings?uscc="+uscc, nil).body), &v))
	if len(v.Items) == 0 {
		w.t.Fatal("the unit has no listing")
	}
	return v.Items[0].ID
}

// unconsent takes back a unit's consent to being served in the platform.
func (w *world) unconsent(account string) {
	_, err := w.db.SQL().ExecContext(w.t.Context(), `
		UPDATE organizations SET in_platform_service = false WHERE id = (SELECT organization_id FROM accounts WHERE username = $1)`, account)
	w.must(err)
}

// missDuty lets a unit miss a report, so that the platform proposes a record, which a regulator adopts.
func (w *world) missDuty(do request) {
	w.built("owner1", nil).started("2028-02-25")
	w.to(at("2029-04-02 10:00"))
	one := w.program("regulator1")
	for _, r := range one.all("/api/v1/credit/records?state=proposed") {
		do(one, 200, post, "/api/v1/credit/records/"+r["id"].(string)+"/adoption", facts{"opinion": "属实"})
		return
	}
	w.t.Error("no record was proposed for the missed report")
}

// supportSucceeds asks for support with a record in effect, so that a person decides.
func supportSucceeds(w *world, do request, code string) {
	owner, officer := w.program("owner1"), w.program("cd-handler")
	one, two := w.program("regulator1"), w.program("regulator2")
	for _, r := range one.all("/api/v1/credit/records?state=proposed") {
		if r["served_on"] == nil {
			continue // not adopted
		}
		do(owner, 200, post, "/api/v1/credit/records/"+r["id"].(string)+"/statement", facts{"text": "没有异议", "final": true})
		do(two, 200, post, "/api/v1/credit/records/"+r["id"].(string)+"/confirmation", nil)
	}
	asked := do(owner, 201, post, "/api/v1/support-requests", facts{"kind": "subsidy", "project_code": code, "amount": "300.00", "year": 2029, "text": "设备更新"})
	do(owner, 200, get, "/api/v1/support-requests", nil)
	do(officer, 200, get, "/api/v1/support-requests/"+asked.text("id"), nil)
	do(officer, 200, post, "/api/v1/support-requests/"+asked.text("id")+"/decision", facts{"decision": "approve", "reason": "整改在办"})
}
