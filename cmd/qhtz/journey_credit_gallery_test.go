package main

import (
	"net/http"
	"net/url"
	"testing"
)

// creditStates is what the gallery of credit shows: owner1's unit is listed and applies to leave, owner3's is about to be
// listed and has a record in every state, owner2's has left and is to be served on paper.
type creditStates struct {
	*bureau
	listed, pending, left *unit
	id, report            string // owner1's project that is under construction, and its corrected report
	matter                string // a request for support that a person decides
}

// creditGallery takes the platform on from where the story has left it, and gives a scene of every type of page of reports,
// credit and supervision in the states in which it looks different.
func creditGallery(t *testing.T, p *booted) []scene {
	t.Helper()
	b := openBureau(p)
	s := &creditStates{bureau: b, listed: b.unit("owner1", 3), pending: b.unit("owner3", 6), left: b.unit("owner2", 1)}
	s.listed.propose(3, "G6", "general")
	s.works()
	s.said(s.listed, 0, 1, 2)
	p.clock(moment("2027-09-28 10:00"))
	s.listed.mend(0, 1, 2)
	s.listed.review(true, 0, 1, 2)
	s.pending.propose(1, "G3", "major")
	s.said(s.pending, 0)
	p.clock(moment("2027-11-29 10:00"))
	s.listed.exit(true).must(t, 200)
	s.pending.propose(4, "G2", "general")
	s.said(s.pending, 1)
	s.pending.mend(1)
	s.pending.act(s.pending.own, 2, "statement", facts{"text": "情况属实", "final": true}).must(t, 200)
	s.pending.act(s.second, 3, "dismissal", facts{"reason": "已按期报送"}).must(t, 200)
	s.matter = s.pending.ask("subsidy").must(t, 201).text("id")
	if _, err := p.db().ExecContext(t.Context(), `UPDATE organizations SET in_platform_service = false WHERE uscc = $1`, s.left.uscc); err != nil {
		t.Fatal(err)
	}
	s.left.propose(1, "G5", "general")
	settled(t, p.db())
	return append(append(s.public(), s.ofUnits()...), s.ofOfficials()...)
}

// said: the unit has nothing more to say, and the records are confirmed.
func (s *creditStates) said(u *unit, which ...int) {
	s.t.Helper()
	for _, n := range which {
		u.act(u.own, n, "statement", facts{"text": "没有其他意见", "final": true}).must(s.t, 200)
		u.confirm(n)
	}
}

// works has owner1 build, report a year and correct it.
func (s *creditStates) works() {
	s.t.Helper()
	r := s.reporting("owner1", facts{"name": "高原光伏组件厂", "needs": []string{"disturbs_soil", "builds"}})
	s.id = r.id
	r.report("start", 0, facts{"start_date": "2026-06-01", "actual": true}).must(s.t, 201)
	r.report("annual", 2026, progress()).must(s.t, 201)
	body := facts{"kind": "annual", "year": 2026, "submit": true, "reason": "漏报设备款", "data": facts{"invested_year": "3600.00", "stage": "设备安装"}}
	s.report = r.own.do(s.t, http.MethodPost, "/api/v1/projects/"+r.code+"/reports", body).must(s.t, 201).text("id")
}

// listingOf is the id of the unit's current listing.
func listingOf(u *unit) string { return u.standing(nil).text("listing.id") }

func (s *creditStates) public() []scene {
	return []scene{
		{"blacklist", "", "/blacklist"}, {"blacklist nothing", "", "/blacklist?q=" + url.QueryEscape("查无此单位")}, {"unit listed", "", "/blacklist/" + s.listed.uscc},
		{"unit not listed", "", "/blacklist/" + s.left.uscc}, {"unit wrong", "", "/blacklist/" + s.left.uscc[:17] + "?"}, {"results of a listed unit", "", "/?q=" + s.listed.uscc},
		{"project of a listed unit", "", "/projects/" + s.listed.codes[0]},
	}
}

func (s *creditStates) ofUnits() []scene {
	mine, reports := "/my/projects/"+s.id, "/my/projects/"+s.id+"/reports/"
	late := s.pending.own.do(s.t, http.MethodGet, "/api/v1/projects?limit=100", nil).must(s.t, 200)
	missed := ""
	for _, v := range late.list("items") {
		if v.text("state") == "under_construction" {
			missed = "/my/projects/" + v.text("id")
		}
	}
	if missed == "" {
		s.t.Fatalf("no project of owner3 is under construction: %s", late.body)
	}
	return []scene{
		{"own project reporting", "owner1", mine}, {"own project missed", "owner3", missed}, {"report annual", "owner1", reports + "new?kind=annual&year=2027"},
		{"report completion", "owner1", reports + "new?kind=completion"}, {"report late", "owner3", missed + "/reports/new?kind=annual&year=2026"},
		{"report start", "owner2", "/my/projects/" + s.left.projectID(0) + "/reports/new?kind=start"}, {"report correcting", "owner1", reports + "new?correct=" + s.report},
		{"report", "owner1", reports + s.report}, {"report done", "owner1", reports + s.report + "/done"},
		{"own credit listed", "owner1", "/my/credit"}, {"own listing", "owner1", "/my/credit/listings/" + listingOf(s.listed)}, {"own record mended", "owner1", "/my/credit/records/" + s.listed.records[0]},
		{"own support refused", "owner1", "/my/support"}, {"own credit pending", "owner3", "/my/credit"}, {"own listing pending", "owner3", "/my/credit/listings/" + listingOf(s.pending)},
		{"own record overdue", "owner3", "/my/credit/records/" + s.pending.records[0]}, {"own record in review", "owner3", "/my/credit/records/" + s.pending.records[1]},
		{"own record proposed", "owner3", "/my/credit/records/" + s.pending.records[4]}, {"own support", "owner3", "/my/support"}, {"own credit past", "owner2", "/my/credit"},
	}
}

// projectID is the id of the unit's n-th project.
func (u *unit) projectID(n int) string {
	u.t.Helper()
	return u.own.project(u.t, u.codes[n]).text("id")
}

func (s *creditStates) ofOfficials() []scene {
	record := func(u *unit, n int) string { return "/credit/records/" + u.records[n] }
	proposed := s.first.do(s.t, http.MethodGet, "/api/v1/credit/records?state=proposed&limit=100&uscc="+s.pending.uscc, nil).must(s.t, 200).list("items")
	platform := ""
	for _, r := range proposed {
		if r.text("served_on") == "" {
			platform = "/credit/records/" + r.text("id")
		}
	}
	if platform == "" {
		s.t.Fatal("no record about owner3 waits for being adopted")
	}
	cases := s.first.all(s.t, "/api/v1/supervision/cases")
	scenes := []scene{
		{"credit no unit", "regulator2", "/credit?uscc=91630000123456789X"}, {"propose", "regulator1", "/credit/propose?uscc=" + s.pending.uscc}, {"unit story listed", "regulator1", "/credit/units/" + s.listed.uscc},
		{"record of the platform", "regulator1", platform}, {"record to serve", "regulator1", record(s.left, 0)},
		{"record in its window", "regulator2", record(s.pending, 4)}, {"record to confirm", "regulator2", record(s.pending, 2)}, {"record in review", "regulator2", record(s.pending, 1)},
		{"record overdue", "regulator1", record(s.pending, 0)}, {"record dismissed", "regulator1", record(s.pending, 3)},
		{"listing pending", "regulator3", "/credit/listings/" + listingOf(s.pending)}, {"listing to leave", "regulator3", "/credit/listings/" + listingOf(s.listed)},
		{"supervision", "regulator1", "/supervision"}, {"case open", "regulator1", "/supervision/" + cases[0].text("id")}, {"case closed", "supervisor", "/supervision/" + cases[len(cases)-1].text("id")},
		{"support", "cd-handler", "/support"}, {"request", "cd-handler", "/support/" + s.matter}, {"purpose", "cd-handler", "/credit/units/" + s.listed.uscc},
		{"unit with a purpose", "cd-handler", "/credit/units/" + s.listed.uscc + "?purpose=" + url.QueryEscape("项目审查")}, {"credit forbidden", "bank", "/credit"},
	}
	for _, state := range []string{"proposed", "objection", "pending"} {
		scenes = append(scenes, scene{"credit " + state, "regulator1", "/credit?state=" + state})
	}
	return scenes
}

// creditWeights are the new pages that people open most.
func creditWeights(scenes []scene) (out []scene) {
	for _, s := range scenes {
		switch s.name {
		case "unit listed", "own project reporting", "credit proposed", "unit story listed":
			out = append(out, s)
		}
	}
	return out
}
