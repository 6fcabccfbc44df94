package project

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/deadline"
)

// building is a filed project of which construction started on a day, and a command on it at an instant.
func building(t testing.TB, started calendar.Date, now time.Time) *command {
	t.Helper()
	book := seededBook(t, now)
	accepted := started
	p := &Project{ID: 7, Facts: complete(), Life: Life{State: UnderConstruction, Route: RouteFiling, Code: "26016301020401662946", AcceptedAt: &now, AcceptedOn: &accepted, StartedOn: &started}}
	return &command{book: book, at: now, p: p}
}

func (c *command) reportOf(d ReportData, year int) *reporting {
	return &reporting{command: c, in: ReportInput{Kind: ReportAnnual, Data: d}, r: Report{Kind: ReportAnnual, Year: year, Data: d},
		form: &checker{book: c.book, wrong: map[string]string{}}, today: calendar.DateOf(c.at)}
}

// M4: due at the end of 2027-02-01, since January 31 is a Sunday, provisional; reminders at 09:00 on four days; the
// consequence at 2027-03-04 00:00 (REP-1, REP-4). What explains the date agrees with it (CAL-5).
func TestAnnualDutyDates(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 10, 0, 0, 0, calendar.Zone)
	c := building(t, calendar.DateOf(now), now)
	d := c.annualDuty(2026)
	if d.DueDate.String() != "2027-02-01" || !d.Provisional || !d.DueAt.Equal(time.Date(2027, 2, 2, 0, 0, 0, 0, calendar.Zone)) {
		t.Errorf("due %s at %s, provisional %v", d.DueDate, d.DueAt, d.Provisional)
	}
	var got []string
	for _, m := range d.Marks {
		got = append(got, m.At.In(calendar.Zone).Format("2006-01-02 15:04 ")+m.Do)
	}
	want := []string{"2026-12-18 09:00 remind", "2027-01-21 09:00 remind", "2027-01-29 09:00 remind", "2027-02-01 09:00 remind", "2027-02-02 00:00 due", "2027-03-04 00:00 propose"}
	if !slices.Equal(got, want) {
		t.Errorf("marks %v, want %v", got, want)
	}
	if due, days := d.Explain(c.book.Calendar); due.Date != d.DueDate || !due.At.Equal(d.DueAt) || days[len(days)-1].Reason != calendar.ReasonMoved {
		t.Errorf("explained as %+v, %+v", due, days)
	}
}

// CAL-2: reminders whose time is past come once, at once; those to come stay.
func TestAnnualDutyRemindersPast(t *testing.T) {
	t.Parallel()
	now := time.Date(2027, 1, 25, 15, 0, 0, 0, calendar.Zone)
	d := building(t, calendar.NewDate(2026, 5, 1), now).annualDuty(2026)
	if len(d.Marks) != 5 || !d.Marks[0].At.Equal(now) || d.Marks[0].Do != deadline.Remind {
		t.Errorf("%+v", d.Marks)
	}
	if next := reminderAt(d); next == nil || !next.Equal(now) {
		t.Errorf("next reminder %v", next)
	}
}

// REP-1, CAL-5, for any year: the marks are in order, the last reminder is on the due day, and the date explains itself.
func TestAnnualDutyAnyYear(t *testing.T) {
	t.Parallel()
	book := seededBook(t, monday)
	rapid.Check(t, func(t *rapid.T) {
		year := rapid.IntRange(2024, 2060).Draw(t, "year")
		on := calendar.NewDate(year, 1, 1).AddDays(rapid.IntRange(0, 394).Draw(t, "day"))
		now := on.Start().Add(time.Duration(rapid.IntRange(0, 86399).Draw(t, "second")) * time.Second)
		b := *book
		b.Now = now
		c := &command{book: &b, at: now, p: &Project{ID: 7, Facts: complete()}}
		d := c.annualDuty(year)
		due, days := d.Explain(b.Calendar)
		if last := days[len(days)-1]; due.Date != d.DueDate || last.Date != d.DueDate || last.Reason == calendar.ReasonEvent {
			t.Fatalf("due %s, explained %s, the last day %+v", d.DueDate, due.Date, last)
		}
		for i := 1; i < len(d.Marks); i++ {
			if !d.Marks[i-1].At.Before(d.Marks[i].At) {
				t.Fatalf("marks out of order: %+v", d.Marks)
			}
		}
		if d.Marks[0].At.Before(now) || !b.Calendar.IsWorking(d.DueDate) || d.DueDate < calendar.NewDate(year+1, 1, 31) {
			t.Fatalf("%+v", d)
		}
	})
}

// REP-3: the cumulative amount over years that follow each other is the sum of the years, exactly, whatever they are.
func TestInvestedSums(t *testing.T) {
	t.Parallel()
	book := seededBook(t, time.Date(2040, 1, 1, 0, 0, 0, 0, calendar.Zone))
	rapid.Check(t, func(t *rapid.T) {
		start := calendar.NewDate(2026, 3, 2)
		c := &command{book: book, at: book.Now, p: &Project{Facts: complete(), Life: Life{State: UnderConstruction, StartedOn: &start}}}
		var sum domain.Money
		for i, period := range rapid.SliceOfN(rapid.Int64Range(0, 1_000_000_00), 1, 8).Draw(t, "periods") {
			sum += domain.Money(period)
			d := ReportData{InvestedYear: domain.Money(period).String()}
			off := domain.Money(rapid.Int64Range(-3, 3).Draw(t, "off"))
			if rapid.Bool().Draw(t, "stated") {
				d.InvestedTotal = (sum + off).String()
			} else {
				off = 0
			}
			r := c.reportOf(d, 2026+i)
			r.invested()
			if _, wrong := r.form.wrong["invested_total"]; wrong != (off != 0) {
				t.Fatalf("%+v after %v: %v", d, c.p.Life.Reports, r.form.wrong)
			}
			if off == 0 && (r.r.Total != sum || r.r.Data.InvestedTotal != sum.String()) {
				t.Fatalf("total %s, want %s", r.r.Total, sum)
			}
			c.p.Life.Reports = append(c.p.Life.Reports, Reported{ID: int64(i + 1), Kind: ReportAnnual, Year: 2026 + i, Version: 1, Period: domain.Money(period), Total: sum})
		}
	})
}

// REP-3: falling totals, gaps between years, corrections below and above what later reports rest on, completion.
func TestInvested(t *testing.T) {
	t.Parallel()
	annual := func(year int, period, total domain.Money) Reported {
		return Reported{ID: int64(year), Kind: ReportAnnual, Year: year, Version: 1, Period: period * 100, Total: total * 100}
	}
	first, third := annual(2026, 100, 100), annual(2028, 50, 180)
	second := annual(2027, 30, 130)
	end := Reported{ID: 9, Kind: ReportCompletion, Total: 200_00}
	for _, c := range []struct {
		name          string
		before        []Reported
		year          int
		correct       bool
		period, total string
		wrong         []string
		computed      string
	}{
		{"first year", nil, 2026, false, "100", "100", nil, "100.00"},
		{"computed", []Reported{first}, 2027, false, "30.5", "", nil, "130.50"},
		{"wrong sum", []Reported{first}, 2027, false, "30", "131", []string{"invested_total"}, ""},
		{"fallen", []Reported{first}, 2027, false, "0", "99.99", []string{"invested_total"}, ""},
		{"gap", []Reported{first}, 2028, false, "30", "150", nil, "150.00"},
		{"gap, too little", []Reported{first}, 2028, false, "30", "129.99", []string{"invested_total"}, ""},
		{"a missed year, later", []Reported{first, third}, 2027, false, "30", "130", nil, "130.00"},
		{"a missed year, above the later base", []Reported{first, third}, 2027, false, "30.01", "", []string{"invested_total"}, ""},
		{"corrected down", []Reported{first, second}, 2026, true, "80", "", nil, "80.00"},
		{"corrected above the later base", []Reported{first, second}, 2026, true, "101", "", []string{"invested_total"}, ""},
		{"later year makes room", []Reported{first, second}, 2027, true, "30", "150", nil, "150.00"},
		{"first year corrected, wrong sum", []Reported{first}, 2026, true, "80", "90", []string{"invested_total"}, ""},
		{"negative", nil, 2026, false, "-1", "", []string{"invested_year"}, ""},
		{"negative nothing", nil, 2026, false, "-0.00", "", []string{"invested_year"}, ""},
		{"three decimals", nil, 2026, false, "1.005", "", []string{"invested_year"}, ""},
		{"nothing said", nil, 2026, false, "", "5", []string{"invested_year"}, ""},
		{"no number", nil, 2026, false, "1", "x", []string{"invested_total"}, ""},
		{"above completion", []Reported{first, end}, 2027, false, "100.01", "", []string{"invested_total"}, ""},
		{"up to completion", []Reported{first, end}, 2027, false, "100", "", nil, "200.00"},
	} {
		now := time.Date(2030, 1, 5, 10, 0, 0, 0, calendar.Zone)
		cmd := building(t, calendar.NewDate(2026, 3, 2), now)
		cmd.p.Life.Reports = c.before
		r := cmd.reportOf(ReportData{InvestedYear: c.period, InvestedTotal: c.total}, c.year)
		if c.correct {
			r.prev = cmd.p.Life.last(ReportAnnual, c.year, false)
		}
		r.invested()
		var got []string
		for name := range r.form.wrong {
			got = append(got, name)
		}
		if !slices.Equal(got, c.wrong) || c.wrong == nil && r.r.Total.String() != c.computed {
			t.Errorf("%s: wrong %v, total %s, want %v, %s", c.name, r.form.wrong, r.r.Total, c.wrong, c.computed)
		}
	}
}

// REP-3: more than 110 % of the approved 12500.00 needs a reason; exactly that much does not.
func TestOverInvested(t *testing.T) {
	t.Parallel()
	c := building(t, calendar.NewDate(2026, 3, 2), monday)
	for amount, over := range map[string]bool{"13750.00": false, "13750.01": true, "0": false} {
		m, err := domain.ParseMoney(amount)
		must(t, err)
		r := c.reportOf(ReportData{}, 2026)
		if got := r.overInvested(m); got != over || (r.form.wrong["explanation"] != "") != over {
			t.Errorf("%s: %v, %v", amount, got, r.form.wrong)
		}
		r = c.reportOf(ReportData{Explanation: "材料涨价"}, 2026)
		if got := r.overInvested(m); got != over || len(r.form.wrong) > 0 {
			t.Errorf("%s explained: %v, %v", amount, got, r.form.wrong)
		}
	}
}

// REP-2: what is missing before the start follows from route and facts; a 备案 has done A05.
func TestOutstanding(t *testing.T) {
	t.Parallel()
	c := building(t, calendar.NewDate(2026, 3, 2), monday)
	codes := func(items []domain.CaseItem) string {
		var all []string
		for _, i := range items {
			all = append(all, i.Code)
		}
		return strings.Join(all, " ")
	}
	for _, tc := range []struct {
		route            string
		needs            []string
		start, completed string
	}{
		{RouteFiling, nil, "", ""}, {RouteFiling, []string{"disturbs_soil"}, "C03", "E04"}, {RouteFiling, []string{"builds", "needs_land"}, "B02 D01", "E03"},
		{RouteSanction, nil, "A04", ""}, {RouteApproval, nil, "A03", ""}, {RouteFiling, []string{"special_fire"}, "", "E02"},
	} {
		c.p.Life.Route, c.p.Facts.Needs = tc.route, tc.needs
		if got := codes(c.p.outstanding(c.book, beforeStart)); got != tc.start {
			t.Errorf("%s %v: before the start %q, want %q", tc.route, tc.needs, got, tc.start)
		}
		if got := codes(c.p.outstanding(c.book, beforeCompletion)); got != tc.completed {
			t.Errorf("%s %v: at completion %q, want %q", tc.route, tc.needs, got, tc.completed)
		}
	}
}

// REP-1: a year counts as standstill only when construction stood still on all of its days, and only once it is over.
func TestIdle(t *testing.T) {
	t.Parallel()
	day := calendar.NewDate
	until := func(d calendar.Date) *calendar.Date { return &d }
	for _, c := range []struct {
		stop  Stop
		today calendar.Date
		want  bool
	}{
		{Stop{From: day(2027, 1, 1), Until: until(day(2028, 1, 1))}, day(2028, 1, 1), true},
		{Stop{From: day(2027, 1, 2), Until: until(day(2028, 1, 1))}, day(2028, 1, 1), false},
		{Stop{From: day(2026, 6, 1), Until: until(day(2027, 12, 31))}, day(2028, 1, 1), false},
		{Stop{From: day(2026, 6, 1)}, day(2027, 12, 31), false},
		{Stop{From: day(2026, 6, 1)}, day(2028, 1, 1), true},
	} {
		l := Life{Stops: []Stop{c.stop}}
		if got := l.idle(2027, c.today); got != c.want {
			t.Errorf("%+v as of %s: %v", c.stop, c.today, got)
		}
	}
}

// REP-5: the life follows from the versions alone, and folding one does not touch the life before it.
func TestFoldReports(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	report := func(id int64, kind ReportKind, year, version int, d ReportData) EventData {
		return EventData{Report: &Report{ID: id, Kind: kind, Year: year, Version: version, Data: d, Total: domain.Money(id), CaseID: id % 2}}
	}
	asOf := calendar.DateOf(monday)
	events := []domain.Event{
		event(t, 1, EvFiled, monday, EventData{Code: "26016301020401662946", AsOf: &asOf}),
		event(t, 2, EvStartPlanned, monday, report(10, ReportStart, 0, 1, ReportData{StartDate: "2026-03-01", Actual: &no})),
		event(t, 3, EvDelayed, monday, report(12, ReportDelay, 0, 1, ReportData{NewDate: "2026-04-01"})),
		event(t, 4, EvStarted, monday, report(13, ReportStart, 0, 1, ReportData{StartDate: "2026-03-02", Actual: &yes})),
		event(t, 5, EvDuties, monday, EventData{Duties: []Duty{{ID: 20, Kind: ReportAnnual, Year: 2026}}}),
		event(t, 6, EvSuspended, monday, report(14, ReportSuspension, 0, 1, ReportData{Date: "2026-05-01"})),
		event(t, 7, EvCorrected, monday, report(14, ReportSuspension, 0, 2, ReportData{Date: "2026-05-02"})),
		event(t, 8, EvResumed, monday, report(16, ReportResumption, 0, 1, ReportData{Date: "2026-06-01"})),
		event(t, 9, EvAnnual, monday, report(18, ReportAnnual, 2026, 1, ReportData{})),
		event(t, 10, EvDuties, monday, EventData{Duties: []Duty{{ID: 20, Kind: ReportAnnual, Year: 2026, Waived: true}}}),
		event(t, 11, EvCompleted, monday, report(22, ReportCompletion, 0, 1, ReportData{AcceptedOn: "2026-12-01"})),
	}
	states := []State{Filed, Filed, Filed, UnderConstruction, UnderConstruction, Suspended, Suspended, UnderConstruction, UnderConstruction, UnderConstruction, Completed}
	var lives []Life
	l := NewLife()
	for i, e := range events {
		var err error
		l, err = l.Then(e)
		must(t, err)
		lives = append(lives, l)
		if l.State != states[i] {
			t.Errorf("after %s: %s, want %s", e.Type, l.State, states[i])
		}
	}
	if fmt.Sprint(*l.PlannedStart, *l.StartedOn, *l.CompletedOn, l.Stops[0].From, *l.Stops[0].Until) != "2026-04-01 2026-03-02 2026-12-01 2026-05-02 2026-06-01" || l.CaseID != 1 {
		t.Errorf("%+v", l)
	}
	if r := l.last(ReportSuspension, 0, false); r == nil || r.Version != 2 || len(l.Reports) != 7 || l.last(ReportStart, 0, true).ID != 13 || l.last(ReportStart, 0, false).ID != 10 {
		t.Errorf("reports %+v", l.Reports)
	}
	if l.duty(ReportAnnual, 2026) != nil || lives[8].duty(ReportAnnual, 2026) == nil || lives[5].Stops[0].From != calendar.NewDate(2026, 5, 1) {
		t.Errorf("a later event changed an earlier life: %+v", lives[8].Duties)
	}
	if _, err := l.Then(event(t, 12, "blessed", monday, report(30, ReportDelay, 0, 1, ReportData{NewDate: "2027-01-01"}))); err == nil {
		t.Error("an unknown event with a report was folded")
	}
}

// REP-5: a report's fields are those of its kind; unknown fields and wrong types are named, all at once.
func TestParseReportData(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind  ReportKind
		body  string
		wrong []string
	}{
		{ReportStart, `{"start_date":"2026-03-02","actual":true}`, nil}, {ReportStart, ``, nil}, {ReportStart, `null`, nil}, {ReportStart, `{"start_date":null}`, nil},
		{ReportStart, `{"invested_year":"1","actual":"yes"}`, []string{"actual", "invested_year"}}, {ReportAnnual, `{"invested_year":1,"funds":[{"source":"a","amount":"1","x":1}]}`, []string{"funds", "invested_year"}},
		{ReportAnnual, `[]`, []string{"data"}}, {"wedding", `{"start_date":"x","bride":"y"}`, []string{"bride"}},
	} {
		_, err := ParseReportData(c.kind, []byte(c.body))
		var got []string
		if e, ok := domain.AsError(err); ok {
			for name := range e.Fields {
				got = append(got, name)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, c.wrong) {
			t.Errorf("%s %s: %v, want %v", c.kind, c.body, got, c.wrong)
		}
	}
}

// REP-4: who is in charge of an industry; 发展改革 where nobody else is known.
func TestIndustryDepartment(t *testing.T) {
	t.Parallel()
	for industry, want := range map[string]string{"83": "教育", "5930": "交通运输", "0211": "林业草原", "3841": "工业和信息化", "4413": "能源", "99": "发展改革", "": "发展改革", "6": "发展改革"} {
		if got := IndustryDepartment(industry); got != want {
			t.Errorf("%q: %s, want %s", industry, got, want)
		}
	}
}
