package project

import (
	"fmt"

	"qhtz/domain/calendar"
	"qhtz/domain/notice"
)

// suspension reports that construction stands still (REP-1).
func (r *reporting) suspension() error {
	l := r.p.Life
	var prev *Reported
	switch l.State {
	case UnderConstruction:
		prev = r.meant(ReportSuspension)
	case Suspended:
		prev = r.lastOf(ReportSuspension)
	default:
		return stateError(r.p, "报告停工")
	}
	r.as(prev, EvSuspended)
	on := r.past("date", r.in.Data.Date)
	until := r.date("until", r.in.Data.Until, false)
	r.form.text("reason", r.in.Data.Reason, 2, 2000, true)
	if until != 0 && until < on {
		r.form.say("until", "预计复工日期不能早于停工日期。")
	}
	r.stopFits(on)
	if err := r.checked("REP-1"); err != nil {
		return err
	}
	return r.pauseEntered(notice.SuspendedMessage(r.about(), r.at, on, trimmed(r.in.Data.Reason)))
}

// stopFits says what is wrong with the first day of a standstill: it begins after the one before, and, where it is
// corrected, before its own end.
func (r *reporting) stopFits(on calendar.Date) {
	stops := r.p.Life.Stops
	if n := len(stops); r.prev != nil && n > 0 {
		if until := stops[n-1].Until; until != nil && on > *until {
			r.form.say("date", fmt.Sprintf("晚于这次停工后复工的日期 %s。", *until))
		}
		stops = stops[:n-1]
	}
	if n := len(stops); n > 0 && stops[n-1].Until != nil && on != 0 && on < *stops[n-1].Until {
		r.form.say("date", fmt.Sprintf("早于上次复工的日期 %s。", *stops[n-1].Until))
	}
}

// meant is the report that is corrected where a new one could be handed in as well: the last of its kind, if a reason
// for correcting is given.
func (r *reporting) meant(kind ReportKind) *Reported {
	if trimmed(r.in.Reason) == "" {
		return nil
	}
	return r.lastOf(kind)
}

// resumption reports that construction goes on (REP-1).
func (r *reporting) resumption() error {
	l := r.p.Life
	var prev *Reported
	switch {
	case l.State == Suspended:
		prev = r.meant(ReportResumption)
	case l.State == UnderConstruction && len(l.Stops) > 0:
		prev = r.lastOf(ReportResumption)
	default:
		return stateError(r.p, "报告复工")
	}
	r.as(prev, EvResumed)
	on := r.past("date", r.in.Data.Date)
	r.form.text("reason", r.in.Data.Reason, 1, 2000, false)
	stop := len(l.Stops) - 1
	if r.prev != nil && l.State == Suspended { // the end of the standstill before the present one
		stop--
		if next := l.Stops[stop+1].From; on > next {
			r.form.say("date", fmt.Sprintf("晚于其后停工的日期 %s。", next))
		}
	}
	if from := l.Stops[stop].From; on != 0 && on < from {
		r.form.say("date", fmt.Sprintf("早于停工日期 %s。", from))
	}
	if err := r.checked("REP-1"); err != nil {
		return err
	}
	return r.pauseEntered(notice.ResumedMessage(r.about(), r.at, on))
}

// pauseEntered records a standstill or its end, after which a year may be owed that was not, or the other way round.
func (r *reporting) pauseEntered(m notice.Message) error {
	if err := r.loadOpen(); err != nil {
		return err
	}
	if r.prev != nil {
		r.tells = append(r.tells, r.tellCorrected)
	} else {
		r.tells = append(r.tells, func() error { return r.tell(m) })
	}
	if err := r.enter("REP-1", nil); err != nil {
		return err
	}
	if err := r.published(); err != nil {
		return err
	}
	return r.reconcileDuties()
}

// delay reports that construction starts later than planned (REP-1).
func (r *reporting) delay() error {
	if s := r.p.Life.State; s != Filed && s != Accepted {
		return stateError(r.p, "报告延期开工")
	}
	r.as(r.meant(ReportDelay), EvDelayed)
	r.date("date", r.in.Data.Date, false)
	on := r.date("new_date", r.in.Data.NewDate, true)
	r.form.text("reason", r.in.Data.Reason, 2, 2000, true)
	if on != 0 && on < r.today {
		r.form.say("new_date", "新的计划开工日期不能早于今天。")
	}
	if err := r.checked("REP-1"); err != nil {
		return err
	}
	if err := r.prompt(KindStartPrompt, "计划开工日期", on); err != nil {
		return err
	}
	r.tells = append(r.tells, func() error {
		return r.tell(notice.StartDelayedMessage(r.about(), r.at, on, trimmed(r.in.Data.Reason)))
	})
	return r.enter("REP-1", nil)
}

func (r *reporting) lastOf(kind ReportKind) *Reported { return r.p.Life.last(kind, 0, false) }

// past reads the date of something that has happened since construction started.
func (r *reporting) past(field, s string) calendar.Date {
	on := r.date(field, s, true)
	switch start := r.p.Life.StartedOn; {
	case on == 0:
	case on > r.today:
		r.form.say(field, "不能晚于今天。")
	case start != nil && on < *start:
		r.form.say(field, fmt.Sprintf("早于开工日期 %s。", *start))
	}
	return on
}
