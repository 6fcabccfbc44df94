package calendar

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParseDateRefuses(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "2026-02-29", "2026-02-30", "2026-13-01", "2026-00-10", "2026-01-00", "2026-1-2",
		"1899-12-31", "2201-01-01", "02026-01-01", "2026-01-02 ", "2026-01-02T00:00:00Z", "2026/01/02", "２０２６-01-02", "-2026-01-02"} {
		if d, err := ParseDate(s); err == nil {
			t.Errorf("%q was read as %s", s, d)
		}
	}
	for _, s := range []string{"1900-01-01", "1900-02-28", "1969-12-31", "1970-01-01", "2000-02-29", "2200-12-31"} {
		if d, err := ParseDate(s); err != nil || d.String() != s {
			t.Errorf("%q: %s, %v", s, d, err)
		}
	}
}

// A date agrees with the time package, and its day with the instants in it.
func TestDateProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := Date(rapid.Int32Range(int32(NewDate(1900, 1, 1)), int32(NewDate(2200, 12, 31))).Draw(t, "d"))
		start := time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, Zone)
		if !start.Equal(d.Start()) || start.Weekday() != d.Weekday() || start.Format("2006-01-02") != d.String() {
			t.Fatalf("%s is not %s", d, start)
		}
		if !d.End().Equal(start.AddDate(0, 0, 1)) || d.Start().Location() != Zone {
			t.Fatalf("%s ends at %s", d, d.End())
		}
		inside := d.Start().Add(time.Duration(rapid.Int64Range(0, int64(24*time.Hour)-1).Draw(t, "offset")))
		if DateOf(inside) != d || DateOf(inside.UTC()) != d || DateOf(d.End()) != d+1 {
			t.Fatalf("%s does not lie on %s", inside, d)
		}
		text, err := json.Marshal(map[string]Date{"on": d})
		var back map[string]Date
		if err != nil || json.Unmarshal(text, &back) != nil || back["on"] != d || string(text) != `{"on":"`+d.String()+`"}` {
			t.Fatalf("%s became %s", d, text)
		}
		stored, err := d.Value()
		var scanned Date
		if err != nil || scanned.Scan(stored) != nil || scanned != d {
			t.Fatalf("%s was stored as %v", d, stored)
		}
	})
}

// An SQL date keeps year, month and day, whatever zone the driver uses.
func TestScan(t *testing.T) {
	t.Parallel()
	want := NewDate(2026, 5, 9)
	for _, src := range []any{
		time.Date(2026, 5, 9, 0, 0, 0, 0, time.UTC), time.Date(2026, 5, 9, 0, 0, 0, 0, time.FixedZone("", -8*3600)),
		"2026-05-09", []byte("2026-05-09"), "2026-05-09T00:00:00Z", "2026-05-09 00:00:00+00",
	} {
		var d Date
		if err := d.Scan(src); err != nil || d != want {
			t.Errorf("%v: %s, %v", src, d, err)
		}
	}
	for _, src := range []any{nil, 20260509, "2026-05-09x", "infinity"} {
		d := want
		if err := d.Scan(src); err == nil || d != want {
			t.Errorf("%v: %s, %v", src, d, err)
		}
	}
}

// CAL-2: months end on the same day number or on the month's last day.
func TestAddMonths(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-01-31", 1, "2026-02-28"}, {"2028-01-31", 1, "2028-02-29"}, {"2028-02-29", 12, "2029-02-28"},
		{"2028-02-29", 48, "2032-02-29"}, {"2026-12-31", 2, "2027-02-28"}, {"2026-03-31", -1, "2026-02-28"},
		{"2026-01-15", -13, "2024-12-15"}, {"2026-08-31", 0, "2026-08-31"}, {"2026-10-31", 1, "2026-11-30"},
	} {
		if got := day(t, tc.from).AddMonths(tc.n).String(); got != tc.want {
			t.Errorf("%s + %d months: %s, want %s", tc.from, tc.n, got, tc.want)
		}
	}
}

// CAL-2: periods of effect never move and count a day that they have in full.
func TestPeriodEnd(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		start  string
		months int
		want   string
	}{
		{"2026-04-18T00:00:00+08:00", 12, "2027-04-18T00:00:00+08:00"}, // a Sunday
		{"2026-04-17T16:00:00Z", 12, "2027-04-18T00:00:00+08:00"},
		{"2026-05-16T00:00:00+08:00", 36, "2029-05-16T00:00:00+08:00"}, // M6
		{"2026-04-18T00:00:01+08:00", 12, "2027-04-19T00:00:00+08:00"},
		{"2026-04-21T15:00:00+08:00", 3, "2026-07-22T00:00:00+08:00"},
		{"2026-01-30T15:00:00+08:00", 1, "2026-03-01T00:00:00+08:00"},
		{"2026-01-31T00:00:00+08:00", 1, "2026-03-01T00:00:00+08:00"},
		{"2026-01-28T00:00:00+08:00", 1, "2026-02-28T00:00:00+08:00"},
	} {
		start, err := time.Parse(time.RFC3339, tc.start)
		if err != nil {
			t.Fatal(err)
		}
		if got := PeriodEnd(start, tc.months).Format(time.RFC3339); got != tc.want {
			t.Errorf("%s + %d months: %s, want %s", tc.start, tc.months, got, tc.want)
		}
	}
}

// A later start never means an earlier end.
func TestPeriodEndMonotone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		start := NewDate(2026, 1, 1).Start().Add(time.Duration(rapid.Int64Range(0, 1500*24).Draw(t, "hours")) * time.Hour)
		months := rapid.IntRange(0, 40).Draw(t, "months")
		if a, b := PeriodEnd(start, months), PeriodEnd(start.Add(time.Hour), months); b.Before(a) {
			t.Fatalf("%s ends %s, an hour later %s", start, a, b)
		}
	})
}

func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"2026-02-28", "2026-02-30", "1900-01-01", "", "2026-1-1", "9999-99-99"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseDate(s)
		if err == nil && (d.String() != s || d.Year() < 1900 || d.Year() > 2200) {
			t.Fatalf("%q was read as %s", s, d)
		}
	})
}
