package project

import (
	"slices"
	"strings"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/catalogue"
	"qhtz/domain/deadline"
	"qhtz/domain/notice"
)

// When a matter has to be done, as the catalogue of matters names it.
const (
	beforeStart      = "start"
	beforeCompletion = "completion"
)

// outstanding are the matters that the project needs before a step and has not done. A project that is 备案 has done A05.
func (p *Project) outstanding(book *catalogue.Book, step string) []domain.CaseItem {
	var missing []domain.CaseItem
	for _, item := range book.Library.Items.At(book.Now).Content {
		if !slices.Contains(item.NeededBefore, step) || item.Code == "A05" && p.Life.AcceptedAt != nil {
			continue
		}
		if _, needed := neededFor(item, p.Route(), p.Facts); needed {
			missing = append(missing, domain.CaseItem{Code: item.Code, Name: item.Name, Department: item.Department})
		}
	}
	return missing
}

// departments are those competent for the matters that the project needs.
func (p *Project) departments(book *catalogue.Book) []string {
	var all []string
	for _, item := range book.Library.Items.At(book.Now).Content {
		if _, needed := neededFor(item, p.Route(), p.Facts); needed && !slices.Contains(all, item.Department) {
			all = append(all, item.Department)
		}
	}
	return all
}

func departmentsOf(items []domain.CaseItem) []string {
	var all []string
	for _, i := range items {
		if !slices.Contains(all, i.Department) {
			all = append(all, i.Department)
		}
	}
	return all
}

// start reports that construction will start, or has started (REP-1, REP-2).
func (r *reporting) start() error {
	begun := r.p.Life.StartedOn != nil
	switch r.p.Life.State {
	case Filed, Accepted:
	case UnderConstruction, Suspended, Completed: // a correction
	default:
		return stateError(r.p, "报告开工")
	}
	if r.in.Data.Actual == nil || begun {
		r.as(r.p.Life.last(ReportStart, 0, true), EvStarted)
	}
	if r.in.Data.Actual == nil {
		r.form.say("actual", "请写明是实际开工（true）还是计划开工（false）。")
	} else if begun && !*r.in.Data.Actual {
		r.form.say("actual", "已经报告实际开工，不能改为计划开工。")
	}
	on := r.date("start_date", r.in.Data.StartDate, true)
	r.form.text("contact", r.in.Data.Contact, 1, 200, false)
	r.form.text("explanation", r.in.Data.Explanation, 1, 2000, false)
	if r.in.Data.Actual == nil || begun && !*r.in.Data.Actual {
		return r.checked("REP-2")
	}
	if r.r.started() {
		return r.startActual(on)
	}
	return r.startPlanned(on)
}

// startPlanned is taken only when nothing is missing that must be done before construction starts (REP-2).
func (r *reporting) startPlanned(on calendar.Date) error {
	r.as(r.p.Life.last(ReportStart, 0, false), EvStartPlanned)
	if on != 0 && on < r.today {
		r.form.say("start_date", "计划开工日期不能早于今天；已经开工的，请报告实际开工。")
	}
	if err := r.checked("REP-2"); err != nil {
		return err
	}
	if missing := r.p.outstanding(r.book, beforeStart); len(missing) > 0 {
		return itemsMissing(missing)
	}
	if err := r.prompt(KindStartPrompt, "计划开工日期", on); err != nil {
		return err
	}
	r.tells = append(r.tells, func() error { return r.tell(notice.StartPlannedMessage(r.about(), r.at, on)) })
	return r.enter("REP-2", nil)
}

// itemsMissing refuses a planned start, naming each matter that is missing.
func itemsMissing(missing []domain.CaseItem) error {
	fields, names := map[string]string{}, make([]string, len(missing))
	for i, m := range missing {
		fields[m.Code] = m.Name + "尚未办理，由" + m.Department + "部门办理。"
		names[i] = m.String()
	}
	return &domain.Error{Kind: domain.Invalid, Code: "items_missing", Rule: "REP-2", Fields: fields,
		Detail: "下列事项须在开工前办理，尚未办理：" + strings.Join(names, "、") + "。办妥后再报告开工。"}
}

// startActual is always recordable; what was missing is told at once and becomes a supervision case (REP-2).
func (r *reporting) startActual(on calendar.Date) error {
	r.as(r.p.Life.last(ReportStart, 0, true), EvStarted)
	r.startDateWrong(on)
	if err := r.checked("REP-2"); err != nil {
		return err
	}
	if err := r.loadOpen(); err != nil {
		return err
	}
	first := r.today
	if r.prev != nil {
		first = calendar.DateOf(r.prev.SubmittedAt)
		r.tells = append(r.tells, r.tellCorrected)
	}
	r.r.Late = on < first
	r.r.Items = r.p.outstanding(r.book, beforeStart)
	if err := r.supervised(on); err != nil {
		return err
	}
	if err := r.endPrompt(KindStartPrompt); err != nil {
		return err
	}
	if err := r.enter("REP-2", nil); err != nil {
		return err
	}
	if err := r.published(); err != nil {
		return err
	}
	if err := r.owe(on); err != nil || r.prev != nil {
		return err
	}
	return r.tellStarted(on) // with what is owed from now on
}

// startDateWrong says what is impossible about the day on which construction is said to have started.
func (r *reporting) startDateWrong(on calendar.Date) {
	l := r.p.Life
	if on == 0 {
		return
	}
	if on > r.today {
		r.form.say("start_date", "实际开工日期不能晚于今天。")
	}
	for _, x := range l.Reports {
		if x.Kind == ReportAnnual && x.Year < on.Year() {
			r.form.say("start_date", "晚于已有年度报告的年份，请先核对年度报告。")
		}
	}
	if l.CompletedOn != nil && on > *l.CompletedOn {
		r.form.say("start_date", "晚于竣工验收日期。")
	}
	if len(l.Stops) > 0 && on > l.Stops[0].From {
		r.form.say("start_date", "晚于已报告的停工日期。")
	}
}

// owe sets what the owner owes once construction has started: the annual reports, and a look at each new year (REP-1).
func (r *reporting) owe(on calendar.Date) error {
	if err := r.reconcileDuties(); err != nil {
		return err
	}
	if r.prev != nil || r.p.Life.State == Completed {
		return nil
	}
	if err := r.setYear(r.today.Year() + 1); err != nil {
		return err
	}
	planned, err := calendar.ParseDate(r.p.Facts.PlannedCompletion)
	if err != nil || planned < r.today || planned < on {
		return nil //nolint:nilerr // no such plan, nothing to prompt for
	}
	return r.setPrompt(KindCompletionPrompt, "计划竣工日期", planned)
}

// date reads a civil date of the form and says what is wrong with it.
func (r *reporting) date(field, s string, required bool) calendar.Date {
	s = trimmed(s)
	if s == "" && required {
		r.form.say(field, "请填写日期，写作 2026-03-01。")
	}
	d, _ := r.form.date(field, s)
	return d
}

// loadOpen reads the open deadlines before anything is recorded.
func (c *command) loadOpen() error {
	_, err := c.openDeadline(deadline.Kind(""))
	return err
}
