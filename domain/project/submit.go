package project

import (
	"context"
	"slices"
	"strings"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/catalogue"
	"qhtz/domain/deadline"
	"qhtz/domain/identity/competence"
	"qhtz/domain/projectcode"
)

// SubmitInput is what a submission may say besides being made.
type SubmitInput struct {
	AskPerson bool `json:"ask_person"` // the owner disputes a refusal by industry code and asks for a person's decision (FILE-6)
}

// Submit hands in a draft, or the answer to a request for corrections (POST …/submission). The call is the
// signature of FILE-14. A filing that is complete and beyond doubt is filed and has its code in this very call.
func (s *Service) Submit(ctx context.Context, call domain.Call, ref Ref, in SubmitInput) (*View, error) {
	return s.act(ctx, call, ref, competence.ProjectSubmit, func(c *command) error {
		switch c.p.Life.State {
		case Draft:
			return c.submit(in)
		case Correcting:
			return c.resubmit(in)
		}
		return stateError(c.p, "提交")
	})
}

func (c *command) submit(in SubmitInput) error {
	if wrong := c.p.Facts.Check(c.book); len(wrong) > 0 {
		return incomplete("FILE-4", wrong)
	}
	reasons, err := c.judge(in)
	if err != nil {
		return err
	}
	route := routeOf(c.p.Facts, c.book)
	data := EventData{Facts: &c.p.Facts, Route: route, Commitment: CommitmentVersion, Reasons: reasons}
	if c.p.OwnerListed(c.at) {
		c.mark(&data)
	}
	if route == RouteFiling {
		return c.file(data)
	}
	data.Reasons = withoutScope(reasons, route)
	return c.applyForAcceptance(data)
}

// judge gives the doubts about the project, or refuses it by industrial policy, which leaves its trace (FILE-6). An owner
// who disputes the refusal asks for a person's decision; having asked once is enough.
func (c *command) judge(in SubmitInput) ([]Reason, error) {
	reasons, refusal := doubts(c.p.Facts, c.book)
	if refusal == nil {
		return reasons, nil
	}
	asked := slices.ContainsFunc(c.p.Life.Reasons, func(r Reason) bool { return r.Code == "person_asked" })
	if !in.AskPerson && !asked {
		c.tx.Audit(domain.AuditEntry{Subject: c.p.Subject(), Action: "project.submission_refused", Rule: refusal.Rule, Note: refusal.Code, Before: c.before, After: c.before})
		return nil, &domain.TracedError{Err: refusal}
	}
	return []Reason{{Rule: "FILE-6", Code: "person_asked", Text: "平台判断：" + refusal.Detail + " 单位请求人工决定。"}}, nil
}

// routeOf gives the route that the owner states, or the one proposed where none is stated. A catalogue's match by
// industry makes no application of what nobody called one: it stays a filing, and a person looks at it (FILE-4).
func routeOf(f Facts, book *catalogue.Book) string {
	if f.Route != "" {
		return f.Route
	}
	if route := Advise(f, book).Route; route != RouteSanction {
		return route
	}
	return RouteFiling
}

func incomplete(rule string, wrong map[string]string) error {
	return &domain.Error{Kind: domain.Invalid, Code: "incomplete", Rule: rule, Fields: wrong, Detail: "以下各项缺少或有误，改好后再提交。"}
}

// withoutScope drops the doubts about being out of 备案's scope from projects that do not claim to be filings.
func withoutScope(reasons []Reason, route string) []Reason {
	if route == RouteFiling {
		return reasons
	}
	var out []Reason
	for _, r := range reasons {
		if r.Rule != "FILE-1" {
			out = append(out, r)
		}
	}
	return out
}

// file is 备案 (FILE-4): complete is filed; in doubt a person looks at it.
func (c *command) file(data EventData) error {
	if err := c.record(EvSubmitted, "FILE-4", data); err != nil {
		return err
	}
	if len(data.Flags) > 0 {
		if err := c.tellListedUnit(); err != nil {
			return err
		}
	}
	if len(data.Reasons) == 0 {
		return c.fileNow("FILE-4", false)
	}
	if err := c.record(EvReview, "FILE-4", EventData{Reasons: data.Reasons}); err != nil {
		return err
	}
	c.audit.Action = "project.sent_to_review"
	if err := c.setLimit(KindFilingReview, "FILE-4", "提交备案", c.book.Policy(c.at).Content[catalogue.FilingReviewDays]); err != nil {
		return err
	}
	return c.tellReview()
}

// fileNow files the project at the instant of the command and gives it its code (CODE-1).
func (c *command) fileNow(rule string, silence bool) error {
	code, err := c.issueCode()
	if err != nil {
		return err
	}
	asOf := calendar.DateOf(*c.p.Life.ReceivedAt)
	if err := c.record(EvFiled, rule, EventData{Code: code.Digits(), AsOf: &asOf, BySilence: silence, Opinion: c.audit.Note}); err != nil {
		return err
	}
	c.audit.Action = "project.filed"
	if err := c.promptStart(); err != nil {
		return err
	}
	if err := c.published(); err != nil {
		return err
	}
	return c.tellFiled()
}

// issueCode takes a code for the instant of the command, within the transaction (CODE-1, CODE-5).
func (c *command) issueCode() (projectcode.Code, error) {
	dept := c.book.Policy(c.at).Content[catalogue.DevelopmentDepartment]
	return c.s.issuer.Issue(c.ctx, c.tx.CodeClaims(c.p.ID), projectcode.Request{At: c.at, Region: c.p.AuthorityRegion(), Department: twoDigits(dept),
		Type: c.p.Facts.Kind, Industry: c.p.Facts.Industry[:2], Route: map[string]string{RouteApproval: "01", RouteSanction: "02", RouteFiling: "03"}[c.p.Life.Route]})
}

func twoDigits(n int) string { return string([]byte{byte('0' + n/10%10), byte('0' + n%10)}) }

// applyForAcceptance hands in a 核准 or 审批 project: an application of item A04 or A01, to be accepted, refused or
// sent back for corrections within the limit (FILE-5).
func (c *command) applyForAcceptance(data EventData) error {
	id, err := c.tx.NewID(c.ctx)
	if err != nil {
		return err
	}
	data.ApplicationID = id
	if data.Green, err = c.green(); err != nil {
		return err
	}
	if err := c.record(EvSubmitted, "FILE-5", data); err != nil {
		return err
	}
	if len(data.Flags) > 0 {
		if err := c.tellListedUnit(); err != nil {
			return err
		}
	}
	if err := c.tx.InsertApplication(c.ctx, id, c.p.ID, Item(data.Route), c.book.Library.Items.At(c.at).Version); err != nil {
		return err
	}
	if err := c.setLimit(KindAcceptance, "FILE-5", "提交申请", c.book.Policy(c.at).Content[catalogue.AcceptanceDays]); err != nil {
		return err
	}
	return c.tellSubmitted()
}

// resubmit hands in the answer to the request for corrections: a new review of the same length begins, in which
// only accept or refuse is left (FILE-5).
func (c *command) resubmit(in SubmitInput) error {
	events, err := c.tx.EventsOf(c.ctx, c.p.Subject())
	if err != nil {
		return err
	}
	before, err := lastFacts(events)
	if err != nil {
		return err
	}
	wrong := c.p.Facts.Check(c.book)
	changes := Differences(before, c.p.Facts)
	for _, k := range c.p.Life.Corrections {
		answered := false
		for _, ch := range changes {
			answered = answered || ch.Field == k.Field
		}
		if _, said := wrong[k.Field]; !answered && !said && isFact(k.Field) {
			wrong[k.Field] = "补正通知要求改正这一项，还没有改：" + k.What
		}
	}
	if len(wrong) > 0 {
		return incomplete("FILE-5", wrong)
	}
	reasons, err := c.judge(in)
	if err != nil {
		return err
	}
	if err := c.finishDeadline(KindCorrection); err != nil {
		return err
	}
	data := EventData{Facts: &c.p.Facts, Changes: changes, Commitment: CommitmentVersion, Reasons: withoutScope(reasons, c.p.Life.Route)}
	if c.p.OwnerListed(c.at) {
		c.mark(&data)
	}
	if data.Green, err = c.green(); err != nil {
		return err
	}
	if err := c.record(EvResubmitted, "FILE-5", data); err != nil {
		return err
	}
	if err := c.setLimit(KindAcceptance, "FILE-5", "补正齐全", c.book.Policy(c.at).Content[catalogue.AcceptanceDays]); err != nil {
		return err
	}
	return c.tellSubmitted()
}

// setLimit sets a deadline of working days that begins with this command.
func (c *command) setLimit(kind deadline.Kind, rule, event string, days int) error {
	d := deadline.Counted(c.book, kind, rule, c.p.Subject(), c.p.AuthorityRegion(), event, c.at, calendar.Limit{N: days, Unit: calendar.WorkingDays})
	return c.tx.SetDeadline(c.ctx, d)
}

// finishDeadline ends the open deadline of a kind: what it asked for has been done.
func (c *command) finishDeadline(kind deadline.Kind) error {
	d, err := c.openDeadline(kind)
	if err != nil || d == nil {
		return err
	}
	d.Finish(c.at, deadline.LightOf(c.book, d, c.at))
	c.tx.MoveDeadline(d)
	return nil
}

// cancelDeadlines ends every open deadline: nothing is owed any more.
func (c *command) cancelDeadlines() error {
	open, err := c.tx.OpenDeadlinesOf(c.ctx, c.p.Subject())
	if err != nil {
		return err
	}
	for _, d := range open {
		d.Cancel(c.at, deadline.LightOf(c.book, d, c.at))
		c.tx.MoveDeadline(d)
	}
	return nil
}

func (c *command) openDeadline(kind deadline.Kind) (*deadline.Deadline, error) {
	if c.open == nil {
		open, err := c.tx.OpenDeadlinesOf(c.ctx, c.p.Subject())
		if err != nil {
			return nil, err
		}
		c.open = open
	}
	for _, d := range c.open {
		if d.Kind == kind && d.FinishedAt == nil {
			return d, nil
		}
	}
	return nil, nil
}

func isFact(field string) bool {
	for _, f := range FactNames {
		if f == field {
			return true
		}
	}
	return false
}

func trimmed(s string) string { return strings.TrimSpace(s) }
