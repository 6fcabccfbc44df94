package calendar

import (
	"os"
	"strings"
	"testing"

	"github.com/6tail/lunar-go/HolidayUtil"
)

// seeded builds the calendar that the platform ships with: 2016–2026.
func seeded(t testing.TB) *Calendar {
	t.Helper()
	c, err := New(seedEntries(t), seedNotices(2016, 2026), 1)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func seedEntries(t testing.TB) []Entry {
	t.Helper()
	f, err := os.Open("../../migrations/seed/calendar-days.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	entries, err := ReadCSV(f)
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

func seedNotices(from, to int) []Notice {
	var notices []Notice
	for y := from; y <= to; y++ {
		notices = append(notices, Notice{Year: y, Source: "国务院办公厅通知"})
	}
	return notices
}

func day(t testing.TB, s string) Date {
	t.Helper()
	d, err := ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// CAL-1: each day of the published years, against an independent library.
func TestPublishedDays(t *testing.T) {
	t.Parallel()
	c := seeded(t)
	for d := NewDate(2016, 1, 1); d < NewDate(2027, 1, 1); d++ {
		want := d.Weekday() >= 1 && d.Weekday() <= 5
		if h := HolidayUtil.GetHoliday(d.String()); h != nil {
			want = h.IsWork()
		}
		got := c.Day(d)
		if got.Working != want || c.IsWorking(d) != want || got.Provisional {
			t.Errorf("%s: %+v, want working %v", d, got, want)
		}
	}
}

func TestDayKinds(t *testing.T) {
	t.Parallel()
	c := seeded(t)
	for _, tc := range []struct {
		date string
		want Day
	}{
		{"2026-05-08", Day{Working: true, Kind: KindWorkday}},
		{"2026-05-09", Day{Working: true, Kind: KindMakeup, Name: "劳动节"}},
		{"2026-05-10", Day{Kind: KindWeekend}},
		{"2026-05-01", Day{Kind: KindHoliday, Name: "劳动节"}},
		{"2027-01-01", Day{Kind: KindHoliday, Name: "元旦", Provisional: true}},
		{"2027-01-02", Day{Kind: KindWeekend, Provisional: true}},
	} {
		tc.want.Date = day(t, tc.date)
		if got := c.Day(tc.want.Date); got != tc.want {
			t.Errorf("got %+v, want %+v", got, tc.want)
		}
	}
}

// CAL-1: an entry counts in a year that is not published itself, and prevails
// there over the law's days.
func TestEntriesBesidePublishedYears(t *testing.T) {
	t.Parallel()
	entries := []Entry{
		{day(t, "2026-12-31"), KindHoliday, "元旦"},
		{day(t, "2026-10-03"), KindMakeup, "国庆节"},
		{day(t, "2027-01-03"), KindMakeup, "元旦"},
	}
	c, err := New(entries, []Notice{{Year: 2027, Source: "国办发明电"}}, 7)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Day(day(t, "2026-12-31")); got.Working || !got.Provisional {
		t.Errorf("2026-12-31: %+v", got)
	}
	if !c.IsWorking(day(t, "2026-10-03")) || c.IsWorking(day(t, "2026-10-02")) {
		t.Error("the entry must replace the law's day and leave the next one")
	}
	if c.Day(day(t, "2027-01-03")).Provisional || c.IsWorking(day(t, "2027-01-02")) || !c.IsWorking(day(t, "2027-01-01")) {
		t.Error("a published year knows its entries only")
	}
	if c.Version() != 7 || !c.Published(2027) || c.Published(2026) {
		t.Error("version or published years wrong")
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	holiday := Entry{day(t, "2026-05-01"), KindHoliday, "劳动节"}
	for name, tc := range map[string]struct {
		entries []Entry
		notices []Notice
		message string
	}{
		"twice":              {[]Entry{holiday, holiday}, nil, "twice"},
		"kind":               {[]Entry{{holiday.Date, "off", "x"}}, nil, "unknown kind"},
		"kind not enterable": {[]Entry{{holiday.Date, KindWeekend, "x"}}, nil, "unknown kind"},
		"no name":            {[]Entry{{holiday.Date, KindHoliday, " "}}, nil, "no name"},
		"makeup on weekday":  {[]Entry{{day(t, "2026-05-08"), KindMakeup, "劳动节"}}, nil, "weekend"},
		"far date":           {[]Entry{{NewDate(2201, 1, 1), KindHoliday, "元旦"}}, nil, "outside"},
		"year twice":         {nil, []Notice{{Year: 2026}, {Year: 2026}}, "twice"},
		"far year":           {nil, []Notice{{Year: 20260}}, "outside"},
	} {
		c, err := New(tc.entries, tc.notices, 1)
		if c != nil || err == nil || !strings.Contains(err.Error(), tc.message) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// CAL-4, CAL-2: remaining days and reminders.
func TestRemainingAndBefore(t *testing.T) {
	t.Parallel()
	c := seeded(t)
	for _, tc := range []struct {
		today, due string
		want       int
	}{
		{"2026-02-10", "2026-02-24", 5},
		{"2026-02-24", "2026-02-24", 0},  // the due day itself is not overdue
		{"2026-02-15", "2026-02-24", 1},  // in the holidays
		{"2026-02-25", "2026-02-24", -1}, // one working day late
		{"2026-03-02", "2026-02-27", -2}, // the make-up Saturday counts too
		{"2026-05-10", "2026-05-09", 0},  // past, but no working day since
	} {
		if got := c.Remaining(day(t, tc.today), day(t, tc.due)); got != tc.want {
			t.Errorf("%s → %s: %d, want %d", tc.today, tc.due, got, tc.want)
		}
	}
	for _, tc := range []struct {
		n    int
		want string
	}{{30, "2026-12-18"}, {7, "2027-01-21"}, {1, "2027-01-29"}, {0, "2027-02-01"}} { // M4
		if got := c.WorkingDaysBefore(day(t, "2027-02-01"), tc.n).String(); got != tc.want {
			t.Errorf("%d working days before 2027-02-01: %s, want %s", tc.n, got, tc.want)
		}
	}
	for from, want := range map[string]string{"2026-02-14": "2026-02-14", "2026-02-15": "2026-02-24", "2026-05-09": "2026-05-09"} {
		if got := c.NextWorking(day(t, from)).String(); got != want {
			t.Errorf("next working day of %s: %s, want %s", from, got, want)
		}
	}
}

func TestReadCSV(t *testing.T) {
	t.Parallel()
	got, err := ReadCSV(strings.NewReader("\ufeffdate,kind,name\r\n2027-01-01,holiday, 元旦 \r\n"))
	if err != nil || len(got) != 1 || got[0] != (Entry{day(t, "2027-01-01"), KindHoliday, "元旦"}) {
		t.Errorf("got %v, %v", got, err)
	}
	const head = "date,kind,name\n"
	for name, tc := range map[string]struct{ file, line string }{
		"empty":     {"", "line 1:"},
		"no header": {"2027-01-01,holiday,元旦\n", "line 1:"},
		"date":      {head + "2027-01-01,holiday,元旦\n2027-02-30,holiday,春节\n", "line 3:"},
		"kind":      {head + "2027-01-01,off,元旦\n", "line 2:"},
		"name":      {head + "2027-01-01,holiday,\n", "line 2:"},
		"columns":   {head + "2027-01-01,holiday\n", "line 2:"},
		"quote":     {head + "2027-01-01,holiday,\"元旦\n", "line 2:"},
		"makeup":    {head + "\n2027-01-04,makeup,元旦\n", "line 3:"},
		"twice":     {head + "2027-01-01,holiday,元旦\n2027-01-01,holiday,元旦\n", "line 3:"},
	} {
		if _, err := ReadCSV(strings.NewReader(tc.file)); err == nil || !strings.HasPrefix(err.Error(), tc.line) {
			t.Errorf("%s: %v, want %s", name, err, tc.line)
		}
	}
}
