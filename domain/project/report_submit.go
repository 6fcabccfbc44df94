package project

import (
	"context"
	"fmt"
	"slices"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/deadline"
	"qhtz/domain/identity/competence"
)

// ReportInput is a report as its owner hands it in, or saves it as a draft (POST …/reports).
type ReportInput struct {
	Kind    ReportKind
	Year    *int // of an annual report; nil: the earliest one owed
	Data    ReportData
	Submit  bool   // false: save the draft
	Reason  string // why a submitted report is corrected (REP-5)
	Opinion string // a remark to the authority
}

// ReportView is a report as it stands: its newest version, or the draft.
type ReportView struct {
	Report
	Project  *View
	Due      *deadline.Deadline // that it answers; nil if none
	Versions []Report           // submitted, oldest first; empty for a draft
}

// Draft reports whether it has not been submitted.
func (v *ReportView) Draft() bool { return v.Version == 0 }

// Report saves a draft of a report, submits it, or corrects a submitted one by a new version (REP-1 to REP-6).
// Refusals: domain.Conflict where the project has no code (CODE-7) or its state does not allow the report,
// domain.Invalid naming every wrong field and the rule.
func (s *Service) Report(ctx context.Context, call domain.Call, ref Ref, in ReportInput) (*ReportView, error) {
	if err := competence.MayEver(call.Actor, competence.ReportSubmit); err != nil {
		return nil, err
	}
	id, err := s.idOf(ctx, ref)
	if err != nil {
		return nil, err
	}
	var view *ReportView
	err = s.store.InProjectTx(ctx, call, func(tx Tx) error {
		c, err := s.begin(ctx, tx, call, competence.ReportSubmit, id)
		if err != nil {
			return err
		}
		if err := call.CheckVersion(c.p.Version); err != nil {
			return err
		}
		view, err = c.report(in)
		if err == nil {
			tx.Answer(view)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return view, nil
}

// reporting is one report under way.
type reporting struct {
	*command
	in    ReportInput
	prev  *Reported // the report that is corrected; nil: a new one
	r     Report
	typ   string   // of its event
	form  *checker // gathers what is wrong
	today calendar.Date
	tells []func() error // told once the report is recorded
}

func (c *command) report(in ReportInput) (*ReportView, error) {
	if c.p.Life.Code == "" {
		return nil, &domain.Error{Kind: domain.Conflict, Code: "state", Rule: "CODE-7", Detail: fmt.Sprintf("项目现在的状态是“%s”，还没有项目代码，不能报送。", StateName(c.p.Life.State))}
	}
	if c.p.Life.State == Withdrawn {
		return nil, stateError(c.p, "报送")
	}
	in.Data = in.Data.tidy()
	r := &reporting{command: c, in: in, r: Report{Kind: in.Kind, Data: in.Data, Opinion: trimmed(in.Opinion), ActorID: c.call.Actor.ID, At: c.at},
		form: &checker{book: c.book, wrong: map[string]string{}}, today: calendar.DateOf(c.at)}
	if err := r.admit(); err != nil {
		return nil, err
	}
	if !in.Submit {
		return r.save()
	}
	return r.submit()
}

// admit judges what comes before the content: kind, year, and what cannot be kept at all.
func (r *reporting) admit() error {
	wrong := map[string]string{}
	if !slices.Contains(ReportKinds, r.in.Kind) {
		wrong["kind"] = "应为 start、annual、completion、suspension、resumption 或 delay。"
	}
	for name, s := range map[string]string{"reason": r.in.Reason, "opinion": r.in.Opinion} {
		if what := unfit(s, 2000); what != "" {
			wrong[name] = what
		}
	}
	if r.in.Year != nil && r.in.Kind != ReportAnnual {
		wrong["year"] = "只有年度报告写年份。"
	}
	if r.in.Year != nil && (*r.in.Year < 1 || *r.in.Year > 9999) {
		wrong["year"] = "应为四位年份。"
	}
	if len(wrong) > 0 {
		return &domain.Error{Kind: domain.Invalid, Code: "invalid_report", Rule: "REP-1", Fields: wrong, Detail: "报告有误。"}
	}
	if r.in.Kind == ReportAnnual {
		if err := r.admitYear(); err != nil && r.in.Submit {
			return err
		}
	}
	return r.in.Data.checkTyped()
}

// submit makes the report a version, with all that follows from it.
func (r *reporting) submit() (*ReportView, error) {
	decide := map[ReportKind]func(*reporting) error{ReportStart: (*reporting).start, ReportAnnual: (*reporting).annual, ReportCompletion: (*reporting).completion,
		ReportSuspension: (*reporting).suspension, ReportResumption: (*reporting).resumption, ReportDelay: (*reporting).delay}[r.in.Kind]
	if err := decide(r); err != nil {
		return nil, err
	}
	return r.show()
}

// as says which report this is: the first of its kind and year with the type of its event, or the correction of an
// earlier one, which needs a reason (REP-5).
func (r *reporting) as(prev *Reported, typ string) {
	r.r.Reason = trimmed(r.in.Reason)
	if r.prev, r.typ = prev, typ; prev != nil {
		r.typ = EvCorrected
	}
}

// checked refuses the report with all that is wrong with it; a correction without its reason before all else.
func (r *reporting) checked(rule string) error {
	if r.prev != nil && r.r.Reason == "" {
		r.form.wrong["reason"] = "请写明为什么更正。"
		return &domain.Error{Kind: domain.Invalid, Code: "reason_required", Rule: "REP-5", Fields: r.form.wrong,
			Detail: "这份报告已经提交；更正会生成新的版本，必须写明理由。"}
	}
	if len(r.form.wrong) == 0 {
		return nil
	}
	return &domain.Error{Kind: domain.Invalid, Code: "invalid_report", Rule: rule, Fields: r.form.wrong, Detail: "以下各项缺少或有误，改好后再提交。"}
}

// enter records the version in the ledger and in the table of reports, ends its draft, and tells whom it concerns. due is
// the duty that this version answers; nil leaves a correction the one it has.
func (r *reporting) enter(rule string, due *deadline.Deadline) error {
	if err := r.number(); err != nil {
		return err
	}
	if due != nil {
		r.r.DutyID = due.ID
	} else if r.prev != nil {
		r.r.DutyID = r.prev.DutyID
	}
	if err := r.record(r.typ, rule, EventData{Report: &r.r}); err != nil {
		return err
	}
	r.audit.Action = "project.report_" + string(r.r.Kind)
	var dueDate *calendar.Date
	if due != nil {
		dueDate = &due.DueDate
	}
	if err := r.tx.SaveReport(r.ctx, r.p, r.r, dueDate); err != nil {
		return err
	}
	for _, tell := range r.tells {
		if err := tell(); err != nil {
			return err
		}
	}
	return nil
}

// number gives the version its id, which a new report takes over from its draft, and its number.
func (r *reporting) number() error {
	if r.r.Version != 0 {
		return nil
	}
	draft, err := r.tx.TakeReportDraft(r.ctx, r.p.ID, r.r.Kind, r.r.Year)
	switch {
	case err != nil:
		return err
	case r.prev != nil:
		r.r.ID, r.r.Version = r.prev.ID, r.prev.Version+1
		return nil
	}
	r.r.Version = 1
	if r.r.ID = draft; draft == 0 {
		r.r.ID, err = r.tx.NewID(r.ctx)
	}
	return err
}

// save keeps the draft: any value of the right type. The project itself does not change.
func (r *reporting) save() (*ReportView, error) {
	if trimmed(r.in.Reason) == "" && r.p.Life.given(r.r) {
		return nil, &domain.Error{Kind: domain.Conflict, Code: "state", Rule: "REP-5", Detail: "这份报告已经提交；有变化的，请更正已提交的报告。"}
	}
	r.r.Reason, r.r.Opinion = "", "" // said when it is submitted
	id, err := r.tx.SaveReportDraft(r.ctx, r.p.ID, r.r)
	if err != nil {
		return nil, err
	}
	r.r.ID = id
	r.audit.Action = "project.report_draft"
	r.leaveTrace()
	return &ReportView{Report: r.r, Project: &View{Project: r.p, At: r.tx.Now(), Book: r.book}}, nil
}

// show finishes the command and gives the report with its earlier versions.
func (r *reporting) show() (*ReportView, error) {
	events, err := r.tx.EventsOf(r.ctx, r.p.Subject())
	if err != nil {
		return nil, err
	}
	v, err := r.finish()
	if err != nil {
		return nil, err
	}
	all, err := reportsOf(v, events)
	if err != nil {
		return nil, err
	}
	for _, one := range all {
		if one.ID == r.r.ID {
			return one, nil
		}
	}
	return nil, fmt.Errorf("report %d is not in the ledger", r.r.ID)
}
