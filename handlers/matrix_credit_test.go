package handlers

import (
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
)

// The rows of credit and the register. Records are put forward by regulator2 and confirmed by regulator3 against owner1's
// unit; regulator1, who asks, is the other person.
const (
	//         visitor owner other place parent decider county dept watch audit bank admin
	regulating = "401 403 403 403 403 403 403 403 200/403 403 403 403"
	regulated  = "401 403 403 403 403 403 403 403 422/403 403 403 403" // he may, and the case does not allow it
	regulatedC = "401 403 403 403 403 403 403 403 409/403 403 403 403"
	creditSeen = "401 200 404 403 403 403 403 403 200/403 403 403 403" // officials must say for what
	creditList = "401 200 200 403 403 403 403 403 200/403 403 403 403"
)

var creditMatrix = map[string][]cell{
	"POST /api/v1/credit/records":                          {{"fact", nil, regulating}},
	"GET /api/v1/credit/records":                           {{"", nil, creditList}},
	"GET /api/v1/credit/records/:id":                       {{"record", nil, creditSeen}},
	"POST /api/v1/credit/records/:id/adoption":             {{"record", nil, regulatedC}},
	"POST /api/v1/credit/records/:id/service":              {{"record", facts{"receipt": "签收"}, regulatedC}},
	"POST /api/v1/credit/records/:id/statement":            {{"record", facts{"text": "已报告"}, ownersOnly}},
	"POST /api/v1/credit/records/:id/confirmation":         {{"record", nil, regulated}, {"heard", nil, regulating}},
	"POST /api/v1/credit/records/:id/dismissal":            {{"record", nil, regulating}},
	"POST /api/v1/credit/records/:id/rectification":        {{"confirmed", facts{"text": "已补报", "evidence": []string{"回执"}}, ownersOnly}},
	"POST /api/v1/credit/records/:id/rectification-review": {{"evidence", facts{"accept": true}, regulating}},
	"POST /api/v1/credit/records/:id/extension":            {{"confirmed", facts{"days": 5, "reason": "设备未到"}, regulating}},
	"POST /api/v1/credit/records/:id/revocation":           {{"confirmed", facts{"reason": "认定有误"}, regulating}},
	"POST /api/v1/credit/records/:id/repair":               {{"rectified", facts{"reason": "已整改"}, regulating}},
	"GET /api/v1/credit/units/:uscc":                       {{"unit", nil, creditSeen}},
	"GET /api/v1/credit/listings":                          {{"", nil, creditList}},
	"GET /api/v1/credit/listings/:id":                      {{"listed", nil, creditSeen}},
	"POST /api/v1/credit/listings/:id/service":             {{"listed", facts{"receipt": "签收"}, regulatedC}},
	"POST /api/v1/credit/listings/:id/objection":           {{"listed", facts{"text": "不服"}, "401 422 404 403 403 403 403 403 403 403 403 403"}},
	"POST /api/v1/credit/listings/:id/objection-decision":  {{"listed", facts{"uphold": true}, regulatedC}},
	"POST /api/v1/credit/listings/:id/exit":                {{"listed", facts{"commitment": true}, "401 422 404 403 403 403 403 403 403 403 403 403"}},
	"POST /api/v1/credit/listings/:id/exit-decision":       {{"listed", facts{"accept": true}, regulatedC}},
	"POST /api/v1/credit/listings/:id/annulment":           {{"listed", facts{"reason": "\a"}, regulated}},
	"POST /api/v1/support-requests":                        {{"ask", nil, "401 200 403 403 403 403 403 403 403 403 403 403"}},
	"GET /api/v1/support-requests":                         {{"", nil, listers}},
	"GET /api/v1/support-requests/:id":                     {{"support", nil, whoSees}},
	"POST /api/v1/support-requests/:id/decision":           {{"support", facts{"decision": "approve", "reason": "同意"}, "401 403 403 409 403 403 404 403 403 403 403 403"}},
	"GET /api/v1/public/blacklist":                         {{"", nil, everybody}},
	"GET /api/v1/public/blacklist.csv":                     {{"", nil, everybody}},
	"GET /api/v1/public/blacklist/:uscc":                   {{"unit", nil, everybody}, {"listed unit", nil, everybody}},
	"GET /api/v1/public/feed/blacklist":                    {{"", nil, everybody}},
}

func init() { maps.Copy(matrix, creditMatrix) }

// newListedTrial is a world in which owner1's unit is on the blacklist for one major record.
func newListedTrial(t *testing.T) *trial {
	tr := newTrial(t)
	tr.record("confirmed", facts{"ground": "G3", "severity": "major"})
	tr.to(at("2026-06-30 10:00"))
	return tr
}

var factNumber atomic.Int64

func (tr *trial) proposal(changes facts) facts {
	return facts{"uscc": tr.uscc("owner1"), "ground": "G6", "severity": "general", "basis": "32号14",
		"facts": fmt.Sprintf("第%d件事实", factNumber.Add(1))}.with(changes)
}

func (tr *trial) uscc(account string) string {
	var me struct {
		Organization struct {
			USCC string `json:"uscc"`
		} `json:"organization"`
	}
	tr.must(json.Unmarshal([]byte(tr.api[account].call(get, "/api/v1/me", nil).is(200).body), &me))
	return me.Organization.USCC
}

// record makes a record that stands as asked.
func (tr *trial) record(as string, changes facts) reply {
	two, three, owner := tr.program("regulator2"), tr.program("regulator3"), tr.api["owner1"]
	r := two.call(post, "/api/v1/credit/records", tr.proposal(changes)).is(201)
	act := func(p *person, what string, body any) {
		r = p.call(post, "/api/v1/credit/records/"+r.text("id")+"/"+what, body).is(200)
	}
	if as == "record" {
		return r
	}
	act(owner, "statement", facts{"text": "没有异议", "final": true})
	if as == "heard" {
		return r
	}
	act(three, "confirmation", nil)
	if as == "confirmed" {
		return r
	}
	act(owner, "rectification", facts{"text": "已补报", "evidence": []string{"回执"}})
	if as == "evidence" {
		return r
	}
	act(three, "rectification-review", facts{"accept": true})
	return r
}

// creditObject makes what a row of credit is about, and gives the path to it with the version to name.
func (tr *trial) creditObject(path, on string) (address, version string) {
	tr.t.Helper()
	switch on {
	case "fact":
		return path, "1"
	case "unit", "listed unit":
		return strings.Replace(path, ":uscc", tr.uscc("owner1"), 1), "1"
	case "ask":
		tr.askCode()
		return path, "1"
	case "support":
		p := tr.api["owner1"].submit(filingFacts())
		r := tr.api["owner1"].call(post, "/api/v1/support-requests", facts{"kind": "quota", "project_code": p.text("code")}).is(201)
		return strings.Replace(path, ":id", r.text("id"), 1), "1"
	case "listed":
		r := tr.program("regulator2").call(get, "/api/v1/credit/listings?uscc="+tr.uscc("owner1"), nil).is(200)
		var v struct {
			Items []struct {
				ID      string `json:"id"`
				Version int64  `json:"version"`
				State   string `json:"state"`
			} `json:"items"`
		}
		tr.must(json.Unmarshal([]byte(r.body), &v))
		if len(v.Items) != 1 || v.Items[0].State != "listed" {
			tr.t.Fatalf("the unit is not listed: %s", r.body)
		}
		return strings.Replace(path, ":id", v.Items[0].ID, 1), strconv.FormatInt(v.Items[0].Version, 10)
	case "record", "heard", "confirmed", "evidence", "rectified":
		r := tr.record(on, nil)
		var v struct {
			Version int64 `json:"version"`
		}
		tr.must(json.Unmarshal([]byte(r.body), &v))
		return strings.Replace(path, ":id", r.text("id"), 1), strconv.FormatInt(v.Version, 10)
	}
	tr.t.Fatalf("no object %q", on)
	return "", ""
}

// body is what a cell sends; some rows need a fresh one each time.
func (tr *trial) body(c cell) any {
	switch c.on {
	case "fact":
		return tr.proposal(nil)
	case "ask":
		return facts{"kind": "quota", "project_code": tr.askCode()}
	}
	return c.body
}

// askCode is the code of a project of owner1.
func (tr *trial) askCode() string {
	if tr.code == "" {
		tr.code = tr.api["owner1"].submit(filingFacts()).text("code")
	}
	return tr.code
}
