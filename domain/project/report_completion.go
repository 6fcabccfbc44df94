package project

import (
	"fmt"

	"qhtz/domain/calendar"
	"qhtz/domain/deadline"
)

// completion reports 竣工验收 (REP-6). Matters that had to be done by then and are not known to be done do not stop it:
// they are listed in the report, and told to the authority and the departments competent for them.
func (r *reporting) completion() error {
	switch r.p.Life.State {
	case UnderConstruction, Completed:
	case Suspended:
		return stateError(r.p, "报告竣工；请先报告复工")
	default:
		return stateError(r.p, "报告竣工")
	}
	r.as(r.p.Life.last(ReportCompletion, 0, false), EvCompleted)
	on := r.completionDates()
	r.form.text("accepted_by", r.in.Data.AcceptedBy, 1, 200, true)
	r.form.text("conclusion", r.in.Data.Conclusion, 1, 2000, true)
	r.form.text("explanation", r.in.Data.Explanation, 1, 2000, false)
	rule := "REP-3"
	if len(r.form.wrong) > 0 {
		rule = "REP-6"
	}
	total, ok := r.amount("total_invested", r.in.Data.TotalInvested, true)
	if most := r.p.Life.Cumulative(); ok && total < most {
		r.form.say("total_invested", fmt.Sprintf("少于年度报告的累计 %s 万元；累计下降的，须先更正年度报告。", most))
	}
	over := r.overInvested(total)
	if err := r.checked(rule); err != nil {
		return err
	}
	r.r.Total, r.r.Data.TotalInvested = total, total.String()
	r.r.Items = r.p.outstanding(r.book, beforeCompletion)
	if over {
		r.tells = append(r.tells, r.tellOverInvested)
	}
	if r.prev != nil {
		return r.completionCorrected(on)
	}
	return r.complete(on)
}

// completionCorrected enters a new version. With another day of 竣工验收 the report is judged by another date.
func (r *reporting) completionCorrected(on calendar.Date) error {
	r.tells = append(r.tells, r.tellCorrected)
	r.r.Late = r.prev.Late
	var due *deadline.Deadline
	if on != *r.p.Life.CompletedOn {
		var err error
		if due, err = r.completionDone(on); err != nil {
			return err
		}
	}
	return r.enter("REP-6", due)
}

func (r *reporting) completionDates() calendar.Date {
	on := r.date("accepted_on", r.in.Data.AcceptedOn, true)
	precheck := r.date("precheck_on", r.in.Data.PrecheckOn, true)
	if on > r.today {
		r.form.say("accepted_on", "竣工验收日期不能晚于今天。")
	}
	if precheck > r.today {
		r.form.say("precheck_on", "初验日期不能晚于今天。")
	}
	start := *r.p.Life.StartedOn
	if precheck != 0 && precheck < start {
		r.form.say("precheck_on", fmt.Sprintf("早于开工日期 %s。", start))
	}
	if on == 0 {
		return on
	}
	if on < start {
		r.form.say("accepted_on", fmt.Sprintf("早于开工日期 %s。", start))
	}
	if precheck > on {
		r.form.say("precheck_on", "初验日期不能晚于竣工验收日期。")
	}
	for _, x := range r.p.Life.Reports {
		if x.Kind == ReportAnnual && x.Year > on.Year() {
			r.form.say("accepted_on", fmt.Sprintf("早于已报的 %d 年年度报告，请核对。", x.Year))
		}
	}
	for _, s := range r.p.Life.Stops {
		if s.Until != nil && on < *s.Until {
			r.form.say("accepted_on", fmt.Sprintf("早于已报告的复工日期 %s。", *s.Until))
		}
	}
	return on
}

// complete ends construction: the report's own duty, the annual ones that are not due yet, and what waits for the year or
// prompts. An annual report that is overdue is still owed (REP-1).
func (r *reporting) complete(on calendar.Date) error {
	if err := r.loadOpen(); err != nil {
		return err
	}
	due, err := r.completionDone(on)
	if err != nil {
		return err
	}
	r.tells = append(r.tells, r.tellCompleted)
	if err := r.enter("REP-6", due); err != nil {
		return err
	}
	var waived []Duty
	for _, duty := range r.p.Life.Duties {
		if duty.Kind != ReportAnnual || duty.Waived {
			continue
		}
		if ok, err := r.waive(duty.ID); err != nil {
			return err
		} else if ok {
			duty.Waived = true
			waived = append(waived, duty)
		}
	}
	if len(waived) > 0 {
		if err := r.record(EvDuties, "REP-1", EventData{Duties: waived}); err != nil {
			return err
		}
	}
	if err := r.tx.DropReportDrafts(r.ctx, r.p.ID, ReportStart, ReportDelay, ReportSuspension, ReportResumption, ReportCompletion); err != nil {
		return err
	}
	for _, kind := range []deadline.Kind{KindReportYear, KindCompletionPrompt} {
		if err := r.endPrompt(kind); err != nil {
			return err
		}
	}
	return r.published()
}
