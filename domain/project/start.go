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
	if r.in.Data.Actual == nil {
		r.form.say("actual", "请写明是实际开工（true）还是计划开工（false）。")
	} else if begun && !*r.in.Data.Actual {
		r.form.say("actual", "已经报告实际开工，不能改为计划开工。")
	}
	on := r.date("start_date", r.in.Data.StartDate, true)
	r.form.text("contact", r.in.Data.Contact, 1, 200, false)
	r.form.text("explanation", r.in.Data.Explanation, 1, 2000, false)
	if err := r.checked("REP-2"); err != nil {
		return err
	}
	if r.r.started() {
		return r.startActual(on)
	}
	return r.startPlanned(on)
}

// startPlanned is taken only when nothing is missing that must be done before construction starts (REP-2).
func (r *reporting) startPlanned(on calendar.Date) error {
	if err := r.as(r.p.Life.last(ReportStart, 0, false), EvStartPlanned); err != nil {
		return err
	}
	if on < r.today {
		r.form.say("start_date", "计划开工日期不能早于今天；已经开工的，请报告实际开工。")
		return r.checked("REP-2")
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
	if err := r.as(r.p.Life.last(ReportStart, 0, true), EvStarted); err != nil {
		return err
	}
	if r.startDateWrong(on); len(r.form.wrong) > 0 {
		return r.checked("REP-2")
	}
	if err := r.loadOpen(); err != nil {
		return err
	}
	r.r.Late = on < r.today
	r.r.Items = r.p.outstanding(r.book, beforeStart)
	early := r.p.Life.AcceptedOn != nil && on < *r.p.Life.AcceptedOn
	if len(r.r.Items) > 0 || early {
		if err := r.openCase(on, early); err != nil {
			return err
		}
		r.tells = append(r.tells, func() error { return r.tellUnlawful(on, early) })
	}
	if r.prev != nil {
		r.tells = append(r.tells, r.tellCorrected)
	} else {
		r.tells = append(r.tells, func() error { return r.tellStarted(on) })
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
	return r.owe(on)
}

// startDateWrong says what is impossible about the day on which construction is said to have started.
func (r *reporting) startDateWrong(on calendar.Date) {
	l := r.p.Life
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

// openCase opens one supervision case a project about its start.
func (r *reporting) openCase(on calendar.Date, early bool) error {
	if r.r.CaseID = r.p.Life.CaseID; r.r.CaseID != 0 {
		return nil
	}
	id, err := r.tx.NewID(r.ctx)
	if err != nil {
		return err
	}
	if err := r.number(); err != nil {
		return err
	}
	r.r.CaseID = id
	accepted := ""
	if r.p.Life.AcceptedOn != nil {
		accepted = r.p.Life.AcceptedOn.String()
	}
	return r.tx.OpenCase(r.ctx, domain.Case{ID: id, Kind: domain.CaseUnlawfulStart, Rule: "REP-2", ProjectID: r.p.ID, UnitID: r.p.Owner.ID, Region: r.p.AuthorityRegion(),
		Detail: domain.CaseDetail{ReportID: r.r.ID, StartDate: on.String(), AcceptedOn: accepted, Early: early, Items: r.r.Items}})
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
