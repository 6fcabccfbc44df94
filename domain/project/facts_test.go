package project

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"qhtz/domain"
)

// Ensure every missing or wrong field is named at once (FILE-3, FILE-4), and nothing else.
func TestCheck(t *testing.T) {
	t.Parallel()
	book := seededBook(t, monday)
	number := -1.0
	cases := []struct {
		name   string
		change func(*Facts)
		wrong  []string
	}{
		{"complete", func(*Facts) {}, nil},
		{"empty", func(f *Facts) { *f = Facts{} }, []string{"content", "funding", "industry", "kind", "name", "policy_declaration", "region", "scale", "site", "total_investment"}},
		{"M1", func(f *Facts) { f.TotalInvestment, f.Region = "", "639999" }, []string{"region", "total_investment"}},
		{"optional may be absent", func(f *Facts) { f.Nature, f.Route, f.EIA = "", "", "" }, nil},
		{"historic region", func(f *Facts) { f.Region = "630122" }, []string{"region"}},
		{"whole province", func(f *Facts) { f.Region = "630000" }, nil},
		{"industry of three digits", func(f *Facts) { f.Industry = "831" }, nil},
		{"industry letters", func(f *Facts) { f.Industry = "P83" }, []string{"industry"}},
		{"industry unknown", func(f *Facts) { f.Industry = "00" }, []string{"industry"}},
		{"negative money", func(f *Facts) { f.TotalInvestment = "-5" }, []string{"total_investment"}},
		{"no money", func(f *Facts) { f.TotalInvestment = "0.00" }, []string{"total_investment"}},
		{"too precise", func(f *Facts) { f.TotalInvestment = "1.005" }, []string{"total_investment"}},
		{"absurd money", func(f *Facts) { f.TotalInvestment = "999999999999" }, []string{"total_investment"}},
		{"exponent", func(f *Facts) { f.TotalInvestment = "1e9" }, []string{"total_investment"}},
		{"sources above total", func(f *Facts) { f.CapitalSources = []CapitalSource{{"自有", "12500.01"}} }, []string{"capital_sources"}},
		{"sources equal total", func(f *Facts) { f.CapitalSources = []CapitalSource{{"自有", "2500"}, {"贷款", "10000"}} }, nil},
		{"source without name", func(f *Facts) { f.CapitalSources = []CapitalSource{{"", "1"}} }, []string{"capital_sources"}},
		{"impossible date", func(f *Facts) { f.PlannedStart = "2026-02-30" }, []string{"planned_start"}},
		{"leap day", func(f *Facts) { f.PlannedStart = "2028-02-29" }, nil},
		{"year out of reason", func(f *Facts) { f.PlannedStart = "2199-01-01" }, []string{"planned_start"}},
		{"completion first", func(f *Facts) { f.PlannedStart, f.PlannedCompletion = "2026-05-01", "2026-04-30" }, []string{"planned_completion"}},
		{"unknown need", func(f *Facts) { f.Needs = []string{"disturbs_soil", "flies"} }, []string{"needs"}},
		{"known need", func(f *Facts) { f.Needs = []string{"disturbs_soil"} }, nil},
		{"negative energy", func(f *Facts) { f.EnergyTCE = &number }, []string{"energy_tce"}},
		{"hidden characters", func(f *Facts) { f.Name = "青海\u202e某项目" }, []string{"name"}},
		{"zero width", func(f *Facts) { f.Site = "昆仑\u200b路" }, []string{"site"}},
		{"blank name", func(f *Facts) { f.Name = "　 " }, []string{"name"}},
		{"long name", func(f *Facts) { f.Name = strings.Repeat("长", 201) }, []string{"name"}},
		{"no declaration", func(f *Facts) { f.PolicyDeclaration = false }, []string{"policy_declaration"}},
		{"unknown route", func(f *Facts) { f.Route = "批准" }, []string{"route"}},
		{"capacity", func(f *Facts) { f.Capacity = &Capacity{What: "", Amount: "x"} }, []string{"capacity"}},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			f := complete()
			tc.change(&f)
			if got := slices.Sorted(maps.Keys(f.Check(book))); !slices.Equal(got, tc.wrong) {
				t.Errorf("wrong fields %v, want %v", got, tc.wrong)
			}
		})
	}
}

// Ensure a patch changes what it names and nothing else, null empties, and unknown fields and wrong types are refused.
func TestPatch(t *testing.T) {
	t.Parallel()
	cases := []struct {
		body  string
		want  func(*Facts)
		wrong []string
	}{
		{`{"name":"新名"}`, func(f *Facts) { f.Name = "新名" }, nil},
		{`{"nature":null,"capital_sources":[{"source":"自有","amount":"1"}]}`, func(f *Facts) { f.Nature, f.CapitalSources = "", []CapitalSource{{"自有", "1"}} }, nil},
		{`{"capacity":{"what":"锂","amount":5,"unit":"吨"}}`, func(f *Facts) { f.Capacity = &Capacity{"锂", "5", "吨"} }, nil},
		{`{"state":"filed","code":"x"}`, nil, []string{"code", "state"}},
		{`{"total_investment":12500}`, nil, []string{"total_investment"}},
		{`{"needs":"x","upgrade":"yes"}`, nil, []string{"needs", "upgrade"}},
		{`{"energy_tce":1e400}`, nil, []string{"energy_tce"}},
	}
	for _, tc := range cases {
		p, err := ParsePatch([]byte(tc.body))
		if tc.wrong != nil {
			e, ok := domain.AsError(err)
			if !ok || e.Kind != domain.Malformed || !slices.Equal(slices.Sorted(maps.Keys(e.Fields)), tc.wrong) {
				t.Errorf("%s: %v, want fields %v", tc.body, err, tc.wrong)
			}
			continue
		}
		must(t, err)
		got, err := p.Apply(complete())
		must(t, err)
		want := complete()
		tc.want(&want)
		if d := Differences(want, got); len(d) > 0 {
			t.Errorf("%s: %+v", tc.body, d)
		}
	}
	for _, body := range []string{`[]`, `null`, `"x"`, `{`} {
		if _, err := ParsePatch([]byte(body)); !domain.IsKind(err, domain.Malformed) {
			t.Errorf("%s: %v", body, err)
		}
	}
	p, err := ParsePatch([]byte(`{"name":"a\u0000b"}`))
	must(t, err)
	if _, err := p.Apply(Facts{}); !domain.IsKind(err, domain.Invalid) {
		t.Errorf("control character: %v", err)
	}
}

// Ensure applying a patch made of whole facts gives those facts, whatever stood before.
func TestPatchReplaces(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f := complete()
		f.Name = rapid.StringMatching(`[一-龥a-z]{0,12}`).Draw(t, "name")
		f.Needs = rapid.SliceOfN(rapid.SampledFrom([]string{"builds", "needs_land"}), 0, 3).Draw(t, "needs")
		f.Upgrade = rapid.Bool().Draw(t, "upgrade")
		b, _ := json.Marshal(f)
		p, err := ParsePatch(b)
		if err != nil {
			t.Fatal(err)
		}
		got, err := p.Apply(Facts{Needs: []string{"old"}, Upgrade: true, CapitalSources: []CapitalSource{{"x", "1"}}})
		if err != nil {
			t.Fatal(err)
		}
		if gb, _ := json.Marshal(got); string(gb) != string(b) {
			t.Fatalf("%s\n%s", gb, b)
		}
	})
}
