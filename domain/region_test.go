package domain

import "testing"

// Ensure levels, parents and containment follow from the division code (CODE-2, FILE-13).
func TestRegion(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]struct {
		level  RegionLevel
		parent string
		top    bool
	}{
		"630102": {LevelCounty, "630100", false}, "630100": {LevelPrefecture, "630000", false}, "630000": {LevelProvince, "", true},
		"632857": {LevelCounty, "632800", false}, "": {LevelCounty, "", true}, "63": {LevelCounty, "", true},
	} {
		parent, ok := ParentRegion(code)
		if LevelOf(code) != want.level || parent != want.parent || ok == want.top {
			t.Errorf("%q: %s, %q, %v", code, LevelOf(code), parent, ok)
		}
	}
	for _, c := range []struct {
		region, area string
		want         bool
	}{{"630102", "630000", true}, {"630102", "630100", true}, {"630102", "630102", true}, {"630102", "630103", false}, {"632801", "630100", false}, {"630000", "630100", false}, {"", "630000", false}, {"640102", "630000", false}} {
		if Within(c.region, c.area) != c.want {
			t.Errorf("%q within %q: %v", c.region, c.area, !c.want)
		}
	}
}

// Ensure amounts are exact and anything but a decimal text with at most two places is refused (REP-3).
func TestMoney(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{"12500.00": "12500.00", "0.5": "0.50", "7": "7.00", "-3.1": "-3.10", "999999999999": "999999999999.00"} {
		if m, err := ParseMoney(s); err != nil || m.String() != want {
			t.Errorf("%q: %v %v", s, m, err)
		}
	}
	for _, s := range []string{"", ".", "1.", ".5", "1.234", "1e3", "1,000", "１", "+1", "--1", "1 ", "9999999999999", "NaN"} {
		if m, err := ParseMoney(s); err == nil {
			t.Errorf("%q: %v", s, m)
		}
	}
}
