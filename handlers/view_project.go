package handlers

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/catalogue"
	"qhtz/domain/deadline"
	"qhtz/domain/project"
	"qhtz/web"
)

// What pages say of a project: domain views become what templates show. Words are locale keys.

// kindTitle names a kind of deadline.
func kindTitle(p web.Page, kind deadline.Kind) string { return p.Word("due_kind", string(kind)) }

// ofAuthority are the statutory limits of the authority: past them stands the graver flag (CAL-4).
var ofAuthority = []deadline.Kind{project.KindAcceptance, project.KindFilingReview, project.KindDecision}

// lightView is a deadline's light with how far it is: 还有 2 个工作日, 超期 1 个工作日. A finished one keeps its light.
func lightView(p web.Page, book *catalogue.Book, d *deadline.Deadline, at time.Time) web.Light {
	l := web.Light{Color: string(deadline.LightOf(book, d, at)), Statutory: slices.Contains(ofAuthority, d.Kind) && deadline.Overdue(d, at)}
	if d.FinishedAt != nil || d.State == deadline.Paused {
		return l
	}
	left := book.Calendar.Remaining(calendar.DateOf(at), d.DueDate)
	switch {
	case at.Before(d.DueAt) && left > 0:
		l.Word = p.T("light.left", "n", left)
	case at.Before(d.DueAt):
		l.Word = p.T("light.today")
	case left < 0:
		l.Word = p.T("light.over", "n", -left)
	}
	return l
}

// dueView shows a due date of a project.
func dueView(p web.Page, v *project.View, d *deadline.Deadline) web.Due {
	return dueAt(p, v.Book, d, v.At)
}

// dueAt shows a due date with its light, the day reached, and the count day by day (CAL-4, CAL-5), as it stands at an
// instant.
func dueAt(p web.Page, book *catalogue.Book, d *deadline.Deadline, at time.Time) web.Due {
	_, days := d.Explain(book.Calendar)
	strip := stripView(p, days, d.Limit)
	strip.ID = "d" + idText(d.ID)
	if len(strip.Days) > 0 && d.Event != "" {
		strip.Days[0].Reason = d.Event
	}
	due := web.Due{Label: kindTitle(p, d.Kind), Date: dateText(p, d.DueDate), Href: "/deadlines/" + idText(d.ID), Light: lightView(p, book, d, at),
		Unit: strip.Unit, Provisional: d.Provisional, State: stateWord(d), Rule: d.Rule, Strip: &strip}
	today := calendar.DateOf(at)
	if d.FinishedAt == nil {
		markToday(&strip, days, today)
	} else {
		today = calendar.DateOf(*d.FinishedAt)
	}
	if n := reached(days, today); n > 0 && !deadline.Overdue(d, at) && d.Limit.Unit != calendar.EffectMonths {
		due.Nth, due.Total = n, strip.Total
	}
	return due
}

// reportKinds are the deadlines of what a unit owes by reports.
var reportKinds = []deadline.Kind{project.KindReportAnnual, project.KindReportCompletion, project.KindStartPrompt, project.KindCompletionPrompt}

// duesView shows all dates of a project, those that are still owed first.
func duesView(p web.Page, v *project.View) []web.Due { return duesWithout(p, v, nil) }

// duesWithout shows the dates of a project but for those of some kinds: reports stand elsewhere on the unit's own pages,
// and are not for the public.
func duesWithout(p web.Page, v *project.View, kinds []deadline.Kind) []web.Due {
	ds := slices.DeleteFunc(slices.Clone(v.Deadlines), func(d *deadline.Deadline) bool { return slices.Contains(kinds, d.Kind) })
	slices.SortStableFunc(ds, func(a, b *deadline.Deadline) int {
		if open := boolOrder(a.FinishedAt != nil, b.FinishedAt != nil); open != 0 {
			return open
		}
		return a.DueAt.Compare(b.DueAt)
	})
	dues := make([]web.Due, len(ds))
	for i, d := range ds {
		dues[i] = dueView(p, v, d)
	}
	return dues
}

func boolOrder(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// reached is how many days have counted up to and including a day.
func reached(days []calendar.Counted, on calendar.Date) int {
	n := 0
	for _, c := range days {
		if c.Date <= on && c.Counted {
			n = c.N
		}
	}
	return n
}

func markToday(s *web.Strip, days []calendar.Counted, today calendar.Date) {
	for i := range days {
		s.Days[i].Today = days[i].Date == today
	}
}

// stripView is the count of a limit, day by day (CAL-5).
func stripView(p web.Page, days []calendar.Counted, limit calendar.Limit) web.Strip {
	s := web.Strip{Unit: web.UnitNatural, Total: limit.N}
	if limit.Unit == calendar.WorkingDays {
		s.Unit = web.UnitWorking
	}
	if limit.Unit == calendar.Months {
		s.Total = 0
	}
	for _, c := range days {
		s.Total = max(s.Total, c.N)
	}
	for i, c := range days {
		kind, why := dayView(p, c, s.Total)
		if kind == web.DayDue && i < len(days)-1 {
			kind, why = web.DayMoved, c.Name // the last day is no working day
		}
		if limit.N == 0 && limit.Unit == calendar.WorkingDays && i == len(days)-1 && kind != web.DayDue {
			kind = web.DayDue // a date set by rule that stands where it is
		}
		s.Days = append(s.Days, web.NewDay(p.Language(), c.Date.Start(), kind, c.N, why))
	}
	return s
}

// dayView says what a day of a count is, and why.
func dayView(p web.Page, c calendar.Counted, total int) (kind, why string) {
	switch {
	case c.Reason == calendar.ReasonEvent:
		return web.DayEvent, p.T("strip.event")
	case c.Reason == calendar.ReasonStopped:
		return web.DayPaused, c.Name
	case c.Reason == calendar.ReasonMoved:
		return web.DayDue, p.T("strip.moved")
	case c.Counted && c.N == total:
		return web.DayDue, ""
	case c.Reason == calendar.ReasonPeriod:
		return web.DayCounted, p.T("strip.period")
	case c.Reason == string(calendar.KindMakeup):
		return web.DayMakeUp, p.T("strip.makeup")
	case c.Counted:
		return web.DayCounted, ""
	case c.Reason == string(calendar.KindHoliday):
		return web.DayHoliday, c.Name
	}
	return web.DayWeekend, ""
}

// timelineView tells what happened to a project. The public is told the steps, not what was written about them.
func timelineView(p web.Page, v *project.View, steps []project.Step, public bool) []web.TimelineEntry {
	entries := make([]web.TimelineEntry, 0, len(steps))
	for _, s := range steps {
		if s.Type == project.EvDuties {
			continue // what is owed stands with its dates
		}
		e := web.TimelineEntry{At: web.FormatInstant(p.Language(), s.Effective), Title: p.Word("event", s.Type), Rule: s.Rule, Tone: "done"}
		switch s.Type {
		case project.EvRefused, project.EvLapsed, project.EvWithdrawn, project.EvStays:
			e.Tone = "bad"
		}
		if s.Data.BySilence {
			e.Title = p.Word("event", s.Type+"_by_silence")
			e.Tone = "bad"
		}
		e.Detail = strings.Join(stepLines(p, v, s, public), "　")
		entries = append(entries, e)
	}
	return append(entries, nextView(p, v)...)
}

// nextView are the dates to come, the earlier first.
func nextView(p web.Page, v *project.View) []web.TimelineEntry {
	var entries []web.TimelineEntry
	for _, kind := range []deadline.Kind{project.KindAcceptance, project.KindFilingReview, project.KindCorrection, project.KindPromise, project.KindDecision} {
		if d := v.Find(kind); d != nil && d.FinishedAt == nil {
			entries = append(entries, web.TimelineEntry{At: dateText(p, d.DueDate), Title: p.T("timeline.due", "what", kindTitle(p, d.Kind)), Rule: d.Rule, Tone: "next",
				Link: &web.Link{Label: p.T("due.why"), Href: "/deadlines/" + idText(d.ID)}})
		}
	}
	return entries
}

func stepLines(p web.Page, v *project.View, s project.Step, public bool) []string {
	d := s.Data
	var lines []string
	add := func(text string, given bool) {
		if given {
			lines = append(lines, text)
		}
	}
	add(p.T("timeline.route", "route", p.Word("route", d.Route)), d.Route != "")
	add(p.T("timeline.code", "code", codeOf(d.Code).String()), d.Code != "")
	if d.AsOf != nil && d.BySilence {
		add(p.T("timeline.as_of", "date", dateText(p, *d.AsOf)), true)
	}
	if public {
		return lines
	}
	add(p.T("timeline.reason", "text", d.Reason), d.Reason != "")
	add(p.T("timeline.remedy", "text", d.Remedy), d.Remedy != "")
	add(p.T("timeline.opinion", "text", d.Opinion), d.Opinion != "")
	add(regionText(v.Book, d.Region), d.Region != "")
	for _, r := range d.Reasons {
		add(r.Text, true)
	}
	if r := d.Report; r != nil {
		add(reportLabel(p, *r), r.Kind == project.ReportAnnual || r.Reason != "")
		add(p.T("reports.total_is", "amount", amountText(p, r.Total.String())), r.Total != 0)
		add(p.T("reports.why", "text", r.Reason), r.Reason != "")
	}
	for i, c := range d.Corrections {
		add(strconv.Itoa(i+1)+". "+fieldLabel(p, c.Field)+p.T("site.colon")+c.What, true)
	}
	if len(d.Changes) > 0 {
		names := make([]string, len(d.Changes))
		for i, c := range d.Changes {
			names[i] = fieldLabel(p, c.Field)
		}
		add(p.T("timeline.changes", "fields", strings.Join(names, p.T("site.comma"))), true)
	}
	return lines
}

// flagsView warns of what is unusual about a project, for its owner and for officials.
func flagsView(p web.Page, v *project.View) []web.Banner {
	flags := publicFlags(p, v)
	l := v.Life
	if l.State == project.Refused {
		flags = append(flags, web.Banner{Tone: "bad", Title: p.Word("state", string(l.State)), Text: l.Refusal + " " + l.Remedy})
	}
	if l.Overdue {
		flags = append(flags, web.Banner{Tone: "bad", Title: p.T("flag.overdue"), Text: p.T("flag.overdue_text")})
	}
	if slices.Contains(l.Flags, "CRED-9") {
		key := "flag.listed_review"
		if v.Route() == project.RouteFiling {
			key = "flag.listed_filing"
		}
		flags = append(flags, web.Banner{Tone: "warn", Title: p.T(key), Text: p.T(key + "_text")})
	}
	if l.State == project.InReview {
		for _, r := range l.Reasons {
			flags = append(flags, web.Banner{Tone: "warn", Title: p.T("flag.review", "rule", r.Rule), Text: r.Text})
		}
	}
	return flags
}

// publicFlags warns of what everybody must know: a code that is no longer in force, a date that was missed.
func publicFlags(p web.Page, v *project.View) []web.Banner {
	var flags []web.Banner
	if v.Life.State == project.Withdrawn && v.Life.Public() {
		flags = append(flags, web.Banner{Tone: "bad", Title: p.T("flag.lapsed"), Text: p.T("flag.lapsed_text")})
	}
	if d := v.Find(project.KindDecision); d != nil && d.FinishedAt == nil && deadline.Overdue(d, v.At) {
		flags = append(flags, web.Banner{Tone: "bad", Title: p.T("light.statutory"), Text: p.T("flag.statutory_text", "date", dateText(p, d.DueDate)),
			Link: &web.Link{Label: p.T("due.why"), Href: "/deadlines/" + idText(d.ID)}})
	}
	return flags
}

// officeText names the authority that has a project.
func officeText(v *project.View, o domain.Organization) string {
	if o.Name != "" {
		return o.Name
	}
	return regionText(v.Book, v.AuthorityRegion())
}

func dateText(p web.Page, d calendar.Date) string { return web.FormatDate(p.Language(), d.Start()) }

// stateWord is the state of a deadline as pages say it: a window or period that simply ran out was met by nobody.
func stateWord(d *deadline.Deadline) string {
	if d.State == deadline.Met && !d.FinishedAt.Before(d.DueAt) {
		return "passed"
	}
	return string(d.Shown())
}
