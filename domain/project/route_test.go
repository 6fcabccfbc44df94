package project

import (
	"slices"
	"testing"

	"qhtz/domain"
)

// Ensure the route follows from funding, industry, catalogue and scale (FILE-1).
func TestAdvise(t *testing.T) {
	t.Parallel()
	book := seededBook(t, monday)
	cases := []struct {
		name     string
		change   func(*Facts)
		route    string
		mismatch bool
	}{
		{"all others are filed", func(*Facts) {}, RouteFiling, false},
		{"government", func(f *Facts) { f.Funding = FundGovernment }, RouteApproval, false},
		{"ppp", func(f *Facts) { f.Funding = FundPPP }, RouteApproval, false},
		{"catalogue by industry", func(f *Facts) { f.Industry = "4415" }, RouteSanction, false},
		{"catalogue by two digits", func(f *Facts) { f.Industry = "53" }, RouteSanction, false},
		{"threshold met", func(f *Facts) { f.Industry, f.TotalInvestment = "78", "5000.00" }, RouteSanction, false},
		{"threshold missed", func(f *Facts) { f.Industry, f.TotalInvestment = "78", "4999.99" }, RouteFiling, false},
		{"threshold on an unknown fact is advice only", func(f *Facts) { f.Industry = "06" }, RouteFiling, false},
		{"owner says otherwise", func(f *Facts) { f.Route = RouteSanction }, RouteFiling, true},
	}
	for _, tc := range cases {
		f := complete()
		tc.change(&f)
		if a := Advise(f, book); a.Route != tc.route || a.Mismatch != tc.mismatch || len(a.Reasons) == 0 {
			t.Errorf("%s: %s, mismatch %v, reasons %v", tc.name, a.Route, a.Mismatch, a.Reasons)
		}
	}
}

// Ensure advice names the items that the facts call for (FILE-1), filings having no precondition (FILE-3).
func TestAdviseItems(t *testing.T) {
	t.Parallel()
	book := seededBook(t, monday)
	f := complete()
	f.Needs, f.EIA = []string{"disturbs_soil", "needs_land"}, "报告表"
	energy := 1000.0
	f.EnergyTCE = &energy
	var codes []string
	for _, it := range Advise(f, book).Items {
		codes = append(codes, it.Code)
	}
	if want := []string{"A05", "A06", "B02", "C02", "C03", "E04"}; !slices.Equal(codes, want) {
		t.Errorf("items %v, want %v", codes, want)
	}
	for _, it := range Advise(f, book).Items {
		if slices.Contains(it.NeededBefore, "A05") {
			t.Errorf("item %s is a precondition of a filing", it.Code) // FILE-3
		}
	}
}

// Ensure industrial policy refuses by industry code, and only sends to a person on a keyword (FILE-6).
func TestJudgeIndustry(t *testing.T) {
	t.Parallel()
	surplus := seededBook(t, monday).Library.Surplus.At(monday).Content
	cases := []struct {
		name            string
		industry, title string
		plan            string
		upgrade         bool
		refused, review bool
	}{
		{"ordinary", "83", "学校", "", false, false, false},
		{"aluminium without plan", "3216", "x", "", false, true, false},
		{"aluminium with plan", "3216", "x", "青置换1号", false, false, true},
		{"aluminium, blank plan", "3216", "x", "  ", false, true, false},
		{"potash, new", "2623", "x", "", false, true, false},
		{"potash, new, even with plan", "2623", "x", "p", false, true, false},
		{"potash, upgrade without plan", "2623", "x", "", true, true, false},
		{"potash, upgrade with plan", "2623", "x", "p", true, false, true},
		{"keyword alone", "83", "硫酸储罐区绿化", "", false, false, true},
		{"copper goes to review", "3211", "x", "", false, false, true},
		{"two digits decide nothing", "26", "x", "", false, false, false},
	}
	for _, tc := range cases {
		f := complete()
		f.Industry, f.Name, f.CapacityPlanNo, f.Upgrade = tc.industry, tc.title, tc.plan, tc.upgrade
		review, refusal := judgeIndustry(f, surplus)
		if (refusal != nil) != tc.refused || (len(review) > 0) != tc.review {
			t.Errorf("%s: review %v, refusal %v", tc.name, review, refusal)
		}
		if refusal != nil && (refusal.Rule != "FILE-6" || refusal.Kind != domain.Invalid) {
			t.Errorf("%s: %v", tc.name, refusal)
		}
	}
}

// Ensure a filing outside 备案's scope is in doubt (FILE-4), and one on an unknown threshold is not.
func TestDoubts(t *testing.T) {
	t.Parallel()
	book := seededBook(t, monday)
	for industry, want := range map[string]int{"83": 0, "4415": 1, "06": 0} {
		f := complete()
		f.Industry = industry
		reasons, refusal := doubts(f, book)
		if refusal != nil || len(reasons) != want {
			t.Errorf("%s: %v %v", industry, reasons, refusal)
		}
	}
}
