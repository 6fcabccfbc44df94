package calendar

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func wd(n int) Limit { return Limit{n, WorkingDays} }
func nd(n int) Limit { return Limit{n, NaturalDays} }

func instant(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04:05", s, Zone)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// CAL-2: due dates known from the scenarios and the edges of a day.
func TestDue(t *testing.T) {
	t.Parallel()
	c := seeded(t)
	for _, tc := range []struct {
		name, event string
		limit       Limit
		want        string
		provisional bool
	}{
		{"acceptance over the Spring Festival", "2026-02-10 10:00:00", wd(5), "2026-02-24", false},
		{"decision counted back", "2026-02-10 10:00:00", wd(20), "2026-03-16", false},
		{"promised", "2026-02-10 10:00:00", wd(10), "2026-03-02", false},
		{"entrusting an assessment", "2026-02-25 00:00:00", wd(4), "2026-03-02", false},
		{"review after corrections", "2026-02-25 09:00:00", wd(5), "2026-03-03", false},
		{"decision", "2026-03-02 09:00:00", wd(20), "2026-03-30", false},
		{"statement window", "2026-03-02 10:00:00", wd(5), "2026-03-09", false},
		{"general rectification", "2026-03-10 10:00:00", nd(30), "2026-04-09", false},
		{"objection window", "2026-04-10 00:00:00", wd(5), "2026-04-17", false},
		{"major rectification, make-up Saturday", "2026-03-10 10:00:00", nd(60), "2026-05-09", false},
		{"window from a Sunday", "2026-05-10 00:00:00", wd(5), "2026-05-15", false},
		{"30 days after due, unpublished", "2027-02-01 00:00:00", nd(30), "2027-03-03", true},
		{"the 2017 example", "2017-01-20 09:00:00", wd(20), "2017-02-22", false},
		{"last second of a day", "2026-03-02 23:59:59", wd(1), "2026-03-03", false},
		{"00:00 belongs to the new day", "2026-03-03 00:00:00", wd(1), "2026-03-04", false},
		{"from a holiday", "2026-02-17 10:00:00", wd(1), "2026-02-24", false},
		{"from a make-up Saturday", "2026-02-28 10:00:00", wd(1), "2026-03-02", false},
		{"to a make-up Saturday", "2026-02-27 17:59:59", wd(1), "2026-02-28", false},
		{"zero on a working day", "2026-03-02 10:00:00", wd(0), "2026-03-02", false},
		{"zero on a Sunday", "2026-03-01 10:00:00", wd(0), "2026-03-02", false},
		{"zero natural days on a holiday", "2026-02-17 10:00:00", nd(0), "2026-02-24", false},
		{"natural days end on a Saturday", "2026-03-12 10:00:00", nd(2), "2026-03-16", false},
		{"months end on a Sunday", "2026-01-31 10:00:00", Limit{13, Months}, "2027-03-01", true},
		{"months cut to the month's end", "2026-08-31 10:00:00", Limit{1, Months}, "2026-09-30", false},
		{"years", "2024-03-15 10:00:00", Limit{24, Months}, "2026-03-16", false},
		{"up to the last published day", "2026-12-24 10:00:00", wd(5), "2026-12-31", false},
		{"one day further", "2026-12-24 10:00:00", wd(6), "2027-01-04", true},
		{"moved into an unpublished year", "2025-12-31 10:00:00", Limit{12, Months}, "2026-12-31", false},
	} {
		got := c.Due(instant(t, tc.event), tc.limit)
		if got.Date.String() != tc.want || got.Provisional != tc.provisional || got.Suspended || !got.At.Equal(got.Date.End()) {
			t.Errorf("%s: %s %+v, want %s provisional %v", tc.name, got.Date, got, tc.want, tc.provisional)
		}
	}
	for from, want := range map[string]string{"2027-01-31": "2027-02-01", "2026-01-31": "2026-02-02", "2026-05-09": "2026-05-09"} {
		if got := c.Fixed(day(t, from)); got.Date.String() != want || got.Provisional != (from == "2027-01-31") { // M4
			t.Errorf("fixed %s: %s %+v, want %s", from, got.Date, got, want)
		}
	}
}

// CAL-1: a date that moves out of the published years is provisional.
func TestMoveLooksIntoUnpublishedYear(t *testing.T) {
	t.Parallel()
	c, err := New([]Entry{{day(t, "2026-12-31"), KindHoliday, "元旦"}}, seedNotices(2026, 2026), 1)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Fixed(day(t, "2026-12-31")); got.Date.String() != "2027-01-04" || !got.Provisional {
		t.Errorf("%s %+v", got.Date, got)
	}
}

// CAL-3: stops of M3 and the edges of a stop.
func TestDueWithStops(t *testing.T) {
	t.Parallel()
	c := seeded(t)
	stop := func(from, until string) Stop { return Stop{From: day(t, from), Until: day(t, until)} }
	open := func(from string) Stop { return Stop{From: day(t, from), Open: true} }
	review, hearing := stop("2026-03-06", "2026-03-12"), stop("2026-03-10", "2026-03-17")
	for _, tc := range []struct {
		name  string
		limit Limit
		stops []Stop
		want  string // empty: suspended
	}{
		{"one", wd(20), []Stop{review}, "2026-04-03"},
		{"overlapping", wd(20), []Stop{review, hearing}, "2026-04-09"},
		{"overlapping, other order", wd(20), []Stop{hearing, review}, "2026-04-09"},
		{"nested", wd(20), []Stop{stop("2026-03-06", "2026-03-17"), stop("2026-03-10", "2026-03-12")}, "2026-04-09"},
		{"begun and ended on one day", wd(20), []Stop{stop("2026-03-06", "2026-03-06")}, "2026-03-30"},
		{"ends before it begins", wd(20), []Stop{stop("2026-03-12", "2026-03-06")}, "2026-03-30"},
		{"over a weekend only", wd(20), []Stop{stop("2026-03-07", "2026-03-09")}, "2026-03-30"},
		{"on the event's day only", wd(20), []Stop{stop("2026-03-02", "2026-03-03")}, "2026-03-30"},
		{"from the due day", wd(20), []Stop{stop("2026-03-30", "2026-04-01")}, "2026-04-01"},
		{"after the due day", wd(20), []Stop{stop("2026-03-31", "2026-04-30")}, "2026-03-30"},
		{"natural days lose the weekend too", nd(10), []Stop{review}, "2026-03-18"},
		{"months lose natural days", Limit{1, Months}, []Stop{review}, "2026-04-08"},
		{"natural days never fall due inside a stop", nd(5), []Stop{stop("2026-03-08", "2026-03-11")}, "2026-03-11"},
		{"open", wd(20), []Stop{open("2026-03-06")}, ""},
		{"open, beside one that ended", wd(20), []Stop{review, open("2026-03-10")}, ""},
		{"open from the due day", wd(20), []Stop{open("2026-03-30")}, ""},
		{"open after the due day", wd(20), []Stop{open("2026-03-31")}, "2026-03-30"},
		{"open before the event", nd(20), []Stop{open("2026-02-01")}, ""},
		{"open before the date moves on", nd(5), []Stop{open("2026-03-08")}, ""},
	} {
		got := c.Due(instant(t, "2026-03-02 09:00:00"), tc.limit, tc.stops...)
		if tc.want == "" {
			if got != (Due{Suspended: true}) {
				t.Errorf("%s: %s %+v, want suspended", tc.name, got.Date, got)
			}
		} else if got.Date.String() != tc.want || got.Suspended {
			t.Errorf("%s: %s %+v, want %s", tc.name, got.Date, got, tc.want)
		}
	}
}

// bruteForce counts by marking days one by one with the time package and the
// day facts of Calendar.Day; it shares no counting code with Due.
func bruteForce(c *Calendar, event time.Time, l Limit, stops []Stop) (due string, suspended bool) {
	stopped := map[string]bool{}
	openFrom := "9999"
	for _, s := range stops {
		if s.Open {
			openFrom = min(openFrom, s.From.String())
			continue
		}
		for t := s.From.Start(); t.Before(s.Until.Start()); t = t.AddDate(0, 0, 1) {
			stopped[t.Format("2006-01-02")] = true
		}
	}
	local := event.In(Zone)
	t := time.Date(local.Year(), local.Month(), local.Day(), 12, 0, 0, 0, Zone)
	free := func() bool { return !c.Day(DateOf(t)).Working }
	key := func() string { return t.Format("2006-01-02") }
	for left := l.N; left > 0; {
		t = t.AddDate(0, 0, 1)
		if key() >= openFrom {
			return "", true
		}
		if !stopped[key()] && (l.Unit == NaturalDays || !free()) {
			left--
		}
	}
	for free() || stopped[key()] || key() >= openFrom {
		if key() >= openFrom {
			return "", true
		}
		t = t.AddDate(0, 0, 1)
	}
	return key(), false
}

// CAL-2, CAL-3, CAL-5: Due and Explain agree with the brute-force counter.
func TestDueProperty(t *testing.T) {
	t.Parallel()
	c := seeded(t)
	first, last := int32(NewDate(2016, 1, 1)), int32(NewDate(2035, 12, 31))
	rapid.Check(t, func(t *rapid.T) {
		from := Date(rapid.Int32Range(first, last).Draw(t, "from"))
		event := from.Start().Add(time.Duration(rapid.Int64Range(0, 86399).Draw(t, "second")) * time.Second)
		l := Limit{rapid.IntRange(0, 90).Draw(t, "n"), rapid.SampledFrom([]Unit{WorkingDays, NaturalDays}).Draw(t, "unit")}
		stops := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Stop {
			f := from.AddDays(rapid.IntRange(-5, 120).Draw(t, "stop from"))
			return Stop{From: f, Until: f.AddDays(rapid.IntRange(-1, 30).Draw(t, "length")), Open: rapid.IntRange(0, 9).Draw(t, "open") == 0}
		}), 0, 4).Draw(t, "stops")

		want, suspended := bruteForce(c, event, l, stops)
		got := c.Due(event, l, stops...)
		if got.Suspended != suspended || (!suspended && got.Date.String() != want) {
			t.Fatalf("%s + %v %v: %s %+v, want %q", event, l, stops, got.Date, got, want)
		}
		explained, days := c.Explain(event.UTC(), l, stops...)
		if explained != got {
			t.Fatalf("explained %+v, due %+v", explained, got)
		}
		checkExplanation(t, c, from, l, got, days)
	})
}

func checkExplanation(t *rapid.T, c *Calendar, from Date, l Limit, due Due, days []Counted) {
	n, provisional := 0, false
	for i, d := range days {
		if d.Date != from.AddDays(i) {
			t.Fatalf("day %d is %s", i, d.Date)
		}
		if d.Counted {
			n++
		}
		if d.Counted != (d.N > 0) || (d.Counted && d.N != n) {
			t.Fatalf("%+v is counted as %d, want %d", d, d.N, n)
		}
		if l.Unit == WorkingDays && d.Counted && !c.IsWorking(d.Date) {
			t.Fatalf("%+v counts without being a working day", d)
		}
		provisional = provisional || d.Provisional
	}
	if days[0].Reason != ReasonEvent {
		t.Fatalf("first day is %+v", days[0])
	}
	if due.Suspended {
		if last := days[len(days)-1]; n > l.N || (last.Reason != ReasonStopped && len(days) > 1) {
			t.Fatalf("suspended at %+v", last)
		}
		return
	}
	if n != l.N || days[len(days)-1].Date != due.Date || provisional != due.Provisional {
		t.Fatalf("%d of %d counted up to %+v, due %+v", n, l.N, days[len(days)-1], due)
	}
}

// CAL-5: the reasons, in words.
func TestExplain(t *testing.T) {
	t.Parallel()
	c := seeded(t)
	stop := Stop{From: day(t, "2026-02-12"), Until: day(t, "2026-02-14"), Reason: "听证"}
	for _, tc := range []struct {
		name, event string
		limit       Limit
		stops       []Stop
		want        string
	}{
		{"working days", "2026-02-12 10:00:00", wd(3), nil,
			"12 event|13 workday 1|14 makeup 春节 2|" + strings.Repeat("- holiday 春节|", 9) + "24 workday 3"},
		{"stopped", "2026-02-11 10:00:00", wd(1), []Stop{stop}, "11 event|12 stopped 听证|13 stopped 听证|14 makeup 春节 1"},
		{"a day off inside a stop", "2026-03-06 10:00:00", wd(1), []Stop{{From: day(t, "2026-03-07"), Until: day(t, "2026-03-10"), Reason: "鉴定"}},
			"06 event|07 weekend|08 weekend|09 stopped 鉴定|10 workday 1"},
		{"natural days, stopped weekend, moved", "2026-03-06 10:00:00", nd(2), []Stop{{From: day(t, "2026-03-07"), Until: day(t, "2026-03-13"), Reason: "鉴定"}},
			"06 event|07 stopped 鉴定|08 stopped 鉴定|09 stopped 鉴定|10 stopped 鉴定|11 stopped 鉴定|12 stopped 鉴定|13 workday 1|14 weekend 2|15 weekend|16 moved"},
		{"zero on a Sunday", "2026-03-01 10:00:00", wd(0), nil, "01 event|02 moved"},
		{"open", "2026-03-05 10:00:00", wd(9), []Stop{{From: day(t, "2026-03-07"), Open: true, Reason: "评估"}}, "05 event|06 workday 1|07 stopped 评估"},
		{"open beside one that ends", "2026-03-05 10:00:00", wd(9), []Stop{{From: day(t, "2026-03-06"), Until: day(t, "2026-03-20"), Reason: "听证"}, {From: day(t, "2026-03-09"), Open: true, Reason: "评估"}},
			"05 event|06 stopped 听证|07 weekend|08 weekend|09 stopped 评估"},
	} {
		_, days := c.Explain(instant(t, tc.event), tc.limit, tc.stops...)
		if got := describe(days); got != tc.want {
			t.Errorf("%s:\n got %s\nwant %s", tc.name, got, tc.want)
		}
	}
	if due, days := c.ExplainFixed(day(t, "2027-01-31")); describe(days) != "31 weekend|01 moved" || due != c.Fixed(day(t, "2027-01-31")) || !days[1].Provisional {
		t.Errorf("fixed: %s %+v", describe(days), due)
	}
	if _, days := c.ExplainFixed(day(t, "2026-01-30")); describe(days) != "30 workday" {
		t.Errorf("fixed: %s", describe(days))
	}
}

// describe writes days as "day reason name n"; the run of a long holiday is
// written with dashes so that the test can repeat it.
func describe(days []Counted) string {
	var out []string
	for _, d := range days {
		parts := []string{d.Date.String()[8:], d.Reason}
		if d.Reason == string(KindHoliday) {
			parts[0] = "-"
		}
		if d.Name != "" {
			parts = append(parts, d.Name)
		}
		if d.N > 0 {
			parts = append(parts, string(rune('0'+d.N)))
		}
		out = append(out, strings.Join(parts, " "))
	}
	return strings.Join(out, "|")
}

func TestLimitValidate(t *testing.T) {
	t.Parallel()
	for _, l := range []Limit{wd(0), wd(20), nd(36500), {1200, Months}} {
		if err := l.Validate(); err != nil {
			t.Error(err)
		}
	}
	for _, l := range []Limit{{}, wd(-1), nd(36501), {1201, Months}, {3, "y"}} {
		if l.Validate() == nil {
			t.Errorf("%+v passed", l)
		}
	}
}

func BenchmarkDue(b *testing.B) {
	c := seeded(b)
	event := instant(b, "2026-02-10 10:00:00")
	stops := []Stop{{From: day(b, "2026-02-12"), Until: day(b, "2026-02-14")}}
	b.Run("20wd", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			c.Due(event, wd(20))
		}
	})
	b.Run("20wd with a stop", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			c.Due(event, wd(20), stops...)
		}
	})
}
