package project

import (
	"fmt"
	"slices"

	"qhtz/domain"
	"qhtz/domain/calendar"
)

// reported folds a report's version into the life.
func (l Life) reported(e domain.Event, r Report) (Life, error) {
	on := func(s string) (*calendar.Date, error) {
		d, err := calendar.ParseDate(s)
		if err != nil {
			return nil, fmt.Errorf("event %d of %v: %w", e.Seq, e.Stream, err)
		}
		return &d, nil
	}
	l.Reports = withReport(l.Reports, e, r)
	var err error
	switch r.Kind {
	case ReportStart:
		if !r.started() {
			l.PlannedStart, err = on(r.Data.StartDate)
			break
		}
		l.StartedOn, err = on(r.Data.StartDate)
		if r.CaseID != 0 {
			l.CaseID = r.CaseID
		}
	case ReportDelay:
		l.PlannedStart, err = on(r.Data.NewDate)
	case ReportSuspension, ReportResumption:
		var at *calendar.Date
		if at, err = on(r.Data.Date); err == nil {
			l.Stops = withStop(l.Stops, r, *at)
		}
	case ReportCompletion:
		l.CompletedOn, err = on(r.Data.AcceptedOn)
	}
	if err != nil {
		return l, err
	}
	switch e.Type {
	case EvStarted, EvResumed:
		l.State = UnderConstruction
	case EvSuspended:
		l.State = Suspended
	case EvCompleted:
		l.State = Completed
	case EvStartPlanned, EvDelayed, EvAnnual, EvCorrected:
	default:
		return l, fmt.Errorf("event type %q is unknown", e.Type)
	}
	return l, nil
}

// started reports whether the report says that construction has begun.
func (r Report) started() bool {
	return r.Kind == ReportStart && r.Data.Actual != nil && *r.Data.Actual
}

// withReport gives the reports with one more, or with a new version of one. The life before it stays as it is.
func withReport(all []Reported, e domain.Event, r Report) []Reported {
	all = slices.Clone(all)
	i := slices.IndexFunc(all, func(x Reported) bool { return x.ID == r.ID })
	if i < 0 {
		return append(all, Reported{ID: r.ID, Kind: r.Kind, Year: r.Year, Actual: r.started(), Version: r.Version, SubmittedAt: e.Effective, Late: r.Late,
			DutyID: r.DutyID, Period: r.Period, Total: r.Total})
	}
	all[i].Version, all[i].Period, all[i].Total, all[i].Late, all[i].DutyID = r.Version, r.Period, r.Total, r.Late, r.DutyID
	return all
}

func withStop(all []Stop, r Report, at calendar.Date) []Stop {
	all = slices.Clone(all)
	last := len(all) - 1
	switch {
	case r.Kind == ReportResumption && r.Version > 1 && last > 0 && all[last].Until == nil: // construction stopped again since
		all[last-1].Until = &at
	case r.Kind == ReportResumption && last >= 0:
		all[last].Until = &at
	case r.Kind == ReportSuspension && r.Version > 1 && last >= 0:
		all[last].From = at
	case r.Kind == ReportSuspension:
		all = append(all, Stop{From: at})
	}
	return all
}

func withDuties(all, changed []Duty) []Duty {
	all = slices.Clone(all)
	for _, d := range changed {
		if i := slices.IndexFunc(all, func(x Duty) bool { return x.ID == d.ID }); i >= 0 {
			all[i] = d
			continue
		}
		all = append(all, d)
	}
	return all
}

// last is the newest report of a kind; nil if there is none. Of starts, those that happened or those planned.
func (l Life) last(kind ReportKind, year int, actual bool) *Reported {
	for i := len(l.Reports) - 1; i >= 0; i-- {
		if r := l.Reports[i]; r.Kind == kind && r.Year == year && r.Actual == actual {
			return &r
		}
	}
	return nil
}

// given reports whether what a draft is about has been submitted, so that it can only be corrected: other kinds can be
// reported again.
func (l Life) given(r Report) bool {
	switch r.Kind {
	case ReportStart:
		return l.StartedOn != nil
	case ReportAnnual, ReportCompletion:
		return l.last(r.Kind, r.Year, false) != nil
	}
	return false
}

// duty is what is owed of a kind for a year; nil if nothing is.
func (l Life) duty(kind ReportKind, year int) *Duty {
	for i := len(l.Duties) - 1; i >= 0; i-- {
		if d := l.Duties[i]; d.Kind == kind && d.Year == year && !d.Waived {
			return &d
		}
	}
	return nil
}

// firstYear is the first year for which a report can be owed: that of the start, but none before the project had its code.
func (l Life) firstYear() int {
	if l.AcceptedOn == nil {
		return l.StartedOn.Year()
	}
	return max(l.StartedOn.Year(), l.AcceptedOn.Year())
}

// idle reports whether construction stood still over all of a year: then nothing is owed for it. A year that is not
// over yet may still see work.
func (l Life) idle(year int, today calendar.Date) bool {
	first, last := calendar.NewDate(year, 1, 1), calendar.NewDate(year, 12, 31)
	return today > last && slices.ContainsFunc(l.Stops, func(s Stop) bool {
		return s.From <= first && (s.Until == nil || *s.Until > last)
	})
}

// Cumulative is what has been invested by the newest annual report; 0 before there is one.
func (l Life) Cumulative() domain.Money {
	if r := l.before(9999); r != nil {
		return r.Total
	}
	return 0
}

// before is the annual report of the latest year before one; nil if there is none.
func (l Life) before(year int) *Reported {
	var found *Reported
	for _, r := range l.Reports {
		if r.Kind == ReportAnnual && r.Year < year && (found == nil || r.Year > found.Year) {
			found = &r
		}
	}
	return found
}

// after is the annual report of the earliest year after one; nil if there is none.
func (l Life) after(year int) *Reported {
	var found *Reported
	for _, r := range l.Reports {
		if r.Kind == ReportAnnual && r.Year > year && (found == nil || r.Year < found.Year) {
			found = &r
		}
	}
	return found
}
