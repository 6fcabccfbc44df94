package project

import (
	"time"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/catalogue"
	"qhtz/domain/deadline"
)

// The kinds of deadline of a project's reports.
const (
	KindReportAnnual     deadline.Kind = "report_annual"     // REP-1: the report of a year
	KindReportCompletion deadline.Kind = "report_completion" // REP-1: after 竣工验收
	KindReportYear       deadline.Kind = "report_year"       // REP-1: a new year begins; internal
	KindStartPrompt      deadline.Kind = "start_prompt"      // REP-1: the planned start has passed
	KindCompletionPrompt deadline.Kind = "completion_prompt" // REP-1: the planned completion has passed
	KindCreditProposal   deadline.Kind = "credit_proposal"   // REP-4: a duty was missed; the credit area's
)

// Statutory reports whether being past a deadline of a kind is the graver flag (CAL-4): a promise and a plan are not law.
func Statutory(kind deadline.Kind) bool {
	return kind != KindPromise && kind != KindStartPrompt && kind != KindCompletionPrompt
}

// ofReports tells the deadlines of what a unit reports from those of an authority's steps.
func ofReports(kind deadline.Kind) bool {
	return kind == KindReportAnnual || kind == KindReportCompletion || kind == KindStartPrompt || kind == KindCompletionPrompt
}

// propose is the mark at which a record is proposed for a duty that was missed (REP-4).
const propose = "propose"

// shown are the deadlines that people see: the turn of the year is the platform's own.
func shown(ds []*deadline.Deadline) []*deadline.Deadline {
	out := make([]*deadline.Deadline, 0, len(ds))
	for _, d := range ds {
		if d.Kind != KindReportYear {
			out = append(out, d)
		}
	}
	return out
}

// fixed makes a deadline on a date set by rule, moved to a working day (CAL-2). Parameters are those in force at the
// instant of the command, since the date itself lies ahead.
func (c *command) fixed(kind deadline.Kind, event string, on calendar.Date) *deadline.Deadline {
	d := deadline.Counted(c.book, kind, "REP-1", c.p.Subject(), c.p.AuthorityRegion(), event, on.Start(), calendar.Limit{Unit: calendar.WorkingDays})
	d.PolicyVersion = c.book.Policy(c.at).Version
	return d
}

// annualDuty makes the deadline of a year's report, with its reminders, its due instant, and the instant at which a
// record is proposed (REP-1, REP-4).
func (c *command) annualDuty(year int) *deadline.Deadline {
	p := c.book.Policy(c.at).Content
	on := calendar.NewDate(year+1, time.Month(p[catalogue.AnnualDueMonth]), p[catalogue.AnnualDueDay])
	d := c.fixed(KindReportAnnual, yearText(year)+"年度报告", on)
	late := c.book.Calendar.Due(d.DueDate.Start(), calendar.Limit{N: p[catalogue.ReportProposalDays], Unit: calendar.NaturalDays})
	d.Marks = append(d.Marks, deadline.Mark{At: late.At, Do: propose})
	d.RemindAt(c.book, p[catalogue.ReportReminderFirst], p[catalogue.ReportReminderSecond], p[catalogue.ReportReminderLast], 0)
	return d
}

func yearText(year int) string { return calendar.NewDate(year, 1, 1).String()[:4] }

// reconcileDuties makes the annual duties what they must be: one for each year since the start in which there was work,
// from the year in which the project got its code until the completion report (REP-1). A year of standstill, or before
// a corrected start, is not owed, but a duty that is overdue already stays: what its owner says later does not undo it.
// A year that turns out to be owed after its date had passed is overdue at once (overdueDuty).
func (c *command) reconcileDuties() error {
	l := c.p.Life
	if l.StartedOn == nil {
		return nil
	}
	var changed []Duty
	today := calendar.DateOf(c.at)
	for _, duty := range l.Duties {
		if duty.Kind != ReportAnnual || duty.Waived || duty.Year >= l.StartedOn.Year() && !l.idle(duty.Year, today) {
			continue
		}
		if waived, err := c.waive(duty.ID); err != nil {
			return err
		} else if waived {
			duty.Waived = true
			changed = append(changed, duty)
		}
	}
	for year := l.firstYear(); year <= today.Year(); year++ {
		if l.last(ReportAnnual, year, false) != nil || l.duty(ReportAnnual, year) != nil || l.idle(year, today) {
			continue
		}
		d := c.annualDuty(year)
		if done := l.last(ReportCompletion, 0, false); done != nil && (year > l.CompletedOn.Year() || done.SubmittedAt.Before(d.DueAt)) {
			continue // completion was reported before the year was due
		}
		if !c.at.Before(d.DueAt) {
			c.overdueDuty(d)
		}
		if err := c.tx.SetDeadline(c.ctx, d); err != nil {
			return err
		}
		changed = append(changed, Duty{ID: d.ID, Kind: ReportAnnual, Year: year})
	}
	if len(changed) == 0 {
		return nil
	}
	return c.record(EvDuties, "REP-1", EventData{Duties: changed})
}

// overdueDuty sets the marks of a duty whose date had passed before anybody could know of it. It is told to be overdue
// now, and its owner has as many days until a record is proposed as after any other date, counted from today, unless the
// law gives it longer: nothing fires back in time (REP-4).
func (c *command) overdueDuty(d *deadline.Deadline) {
	consequence := d.Marks[len(d.Marks)-1].At
	days := calendar.Limit{N: c.book.Policy(c.at).Content[catalogue.ReportProposalDays], Unit: calendar.NaturalDays}
	if from := c.book.Calendar.Due(calendar.DateOf(c.at).Start(), days).At; from.After(consequence) {
		consequence = from
	}
	d.Marks = []deadline.Mark{{At: c.at, Do: deadline.Due}, {At: consequence, Do: propose}}
}

// waive ends an open duty that is not owed; one that is overdue stays.
func (c *command) waive(id int64) (bool, error) {
	d, err := c.openByID(id)
	if err != nil || d == nil || !c.at.Before(d.DueAt) {
		return false, err
	}
	c.release(d)
	return true, nil
}

// release ends a deadline of something that is not owed.
func (c *command) release(d *deadline.Deadline) {
	light := deadline.LightOf(c.book, d, c.at)
	at := c.at
	d.State, d.FinishedAt, d.Light = deadline.Waived, &at, light
	c.tx.MoveDeadline(d)
}

func (c *command) openByID(id int64) (*deadline.Deadline, error) {
	if err := c.loadOpen(); err != nil {
		return nil, err
	}
	for _, d := range c.open {
		if d.ID == id && d.FinishedAt == nil {
			return d, nil
		}
	}
	return nil, nil
}

// yearDone ends the duty that the report of a year answers, met or late. A year for which none stands is not owed, and
// its report therefore never late.
func (r *reporting) yearDone() (*deadline.Deadline, error) {
	duty := r.p.Life.duty(ReportAnnual, r.r.Year)
	if duty == nil {
		return nil, nil //nolint:nilnil // not owed
	}
	d, err := r.openByID(duty.ID)
	if err != nil || d == nil {
		return nil, err
	}
	d.Finish(r.at, deadline.LightOf(r.book, d, r.at))
	r.tx.MoveDeadline(d)
	r.r.Late = d.State == deadline.Late
	return d, nil
}

// completionDone sets the duty of the completion report, which counts from 竣工验收, and ends it as of the instant at
// which the report first came. A corrected day of 竣工验收 has another duty, in place of the one before (REP-1, REP-5).
func (r *reporting) completionDone(on calendar.Date) (*deadline.Deadline, error) {
	first, changed := r.at, []Duty{}
	if r.prev != nil {
		first = r.prev.SubmittedAt
		if before := r.p.Life.duty(ReportCompletion, 0); before != nil {
			before.Waived = true
			changed = append(changed, *before)
		}
	}
	d := deadline.Counted(r.book, KindReportCompletion, "REP-1", r.p.Subject(), r.p.AuthorityRegion(), "竣工验收", on.Start(),
		calendar.Limit{N: r.book.Policy(on.Start()).Content[catalogue.CompletionReportDays], Unit: calendar.NaturalDays})
	if err := r.tx.SetDeadline(r.ctx, d); err != nil {
		return nil, err
	}
	d.Finish(first, deadline.LightOf(r.book, d, first))
	r.r.Late = d.State == deadline.Late
	return d, r.record(EvDuties, "REP-1", EventData{Duties: append(changed, Duty{ID: d.ID, Kind: ReportCompletion})})
}

// setYear wakes the project when a year begins.
func (c *command) setYear(year int) error {
	first := calendar.NewDate(year, 1, 1)
	d := c.fixed(KindReportYear, yearText(year)+"年开始", first.AddDays(-1))
	d.Marks = []deadline.Mark{{At: first.Start(), Do: deadline.Due}}
	return c.tx.SetDeadline(c.ctx, d)
}

// yearBegins makes the new year's duty of a project that is being built, and looks whether the old year saw any work.
func (c *command) yearBegins(d *deadline.Deadline) error {
	d.Pass(c.at)
	if c.p.Life.State != UnderConstruction && c.p.Life.State != Suspended {
		return nil
	}
	if len(c.p.Life.Stops) > 0 {
		if err := c.loadOpen(); err != nil { // before anything is recorded
			return err
		}
	}
	if err := c.reconcileDuties(); err != nil {
		return err
	}
	return c.setYear(calendar.DateOf(c.at).Year() + 1)
}

// annualMark reminds the owner of a year's report, tells that it is overdue, and at last has a record proposed: the
// proposal is the credit area's, about the unit, and decided by people (REP-4). The duty stays open until it is done.
func (c *command) annualMark(d *deadline.Deadline) error {
	year := 0
	for _, duty := range c.p.Life.Duties {
		if duty.ID == d.ID {
			year = duty.Year
		}
	}
	consequence := calendar.DateOf(d.Marks[len(d.Marks)-1].At)
	switch d.Marks[d.Step-1].Do {
	case deadline.Remind:
		return c.tellReportReminder(d, year, consequence)
	case deadline.Due:
		return c.tellReportOverdue(d, year, consequence)
	}
	return c.tx.SetDeadline(c.ctx, &deadline.Deadline{Kind: KindCreditProposal, Rule: "REP-4", Subject: domain.SubjectUnit(c.p.Owner.ID), Region: c.p.AuthorityRegion(),
		Event: yearText(year) + "年度报告逾期未报", EventAt: c.at, Limit: calendar.Limit{Unit: calendar.WorkingDays}, DueDate: consequence.AddDays(-1), DueAt: c.at,
		State: deadline.Open, Marks: []deadline.Mark{{At: c.at, Do: deadline.Due}}, PolicyVersion: d.PolicyVersion, CalendarVersion: d.CalendarVersion})
}

// prompt sets anew the prompt about a plan. A plan that has passed prompts nobody.
func (c *command) prompt(kind deadline.Kind, event string, on calendar.Date) error {
	if err := c.endPrompt(kind); err != nil {
		return err
	}
	return c.setPrompt(kind, event, on)
}

// setPrompt sets a prompt at 09:00 of the day after a plan's date: a reminder, never a record (REP-1).
func (c *command) setPrompt(kind deadline.Kind, event string, on calendar.Date) error {
	d := c.fixed(kind, event, on)
	d.Marks = []deadline.Mark{{At: d.DueAt.Add(9 * time.Hour), Do: deadline.Due}}
	return c.tx.SetDeadline(c.ctx, d)
}

// promptStart sets the prompt about the planned start that the facts state, if it lies ahead.
func (c *command) promptStart() error {
	on, err := calendar.ParseDate(c.p.Facts.PlannedStart)
	if err != nil || on < calendar.DateOf(c.at) {
		return nil //nolint:nilerr // no such plan, nothing to prompt for
	}
	return c.setPrompt(KindStartPrompt, "计划开工日期", on)
}

// endPrompt ends a prompt whose step has been reported.
func (c *command) endPrompt(kind deadline.Kind) error {
	d, err := c.openDeadline(kind)
	if err != nil || d == nil {
		return err
	}
	c.release(d)
	return nil
}

// promptDue asks the owner how a plan stands that has passed without a report.
func (c *command) promptDue(d *deadline.Deadline) error {
	c.release(d)
	return c.tellPrompt(d)
}
