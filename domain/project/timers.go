package project

import (
	"context"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/deadline"
)

// The kinds of deadline of a project's acceptance.
const (
	KindAcceptance   deadline.Kind = "acceptance"         // FILE-5: accept, refuse or ask for corrections
	KindFilingReview deadline.Kind = "filing_review"      // FILE-4: a filing in doubt
	KindCorrection   deadline.Kind = "correction"         // FILE-5: the owner's answer
	KindDecision     deadline.Kind = "decision"           // FILE-7: statutory
	KindPromise      deadline.Kind = "promise"            // CAL-4: promised
	KindEntrust      deadline.Kind = "evaluation_entrust" // FILE-7: entrusting an 评估
)

// Timers are the kinds with what happens when they fall due. asTx is the transaction as this area knows it.
func (s *Service) Timers(asTx func(deadline.Tx) Tx) []deadline.Spec {
	lock := func(ctx context.Context, tx deadline.Tx, ids []int64) (map[int64]*Project, error) {
		return asTx(tx).LockProjects(ctx, ids)
	}
	each := func(decide func(c *command, d *deadline.Deadline) error) deadline.Handler {
		return deadline.OnSubjects(lock, func(ctx context.Context, tx deadline.Tx, f deadline.Firing[*Project]) error {
			return s.fire(ctx, asTx(tx), f, decide)
		})
	}
	return []deadline.Spec{
		{Kind: KindAcceptance, Rule: "FILE-5", Title: "受理审查", Late: "逾期未告知，视为受理", Fire: each((*command).silenceAccepts)},
		{Kind: KindFilingReview, Rule: "FILE-4", Title: "备案人工审查", Late: "逾期即备案；涉及产业政策的转电子监察", Fire: each((*command).silenceFiles)},
		{Kind: KindCorrection, Rule: "FILE-5", Title: "补正答复", Late: "逾期未答复，按撤回处理", Fire: each((*command).correctionMark)},
		{Kind: KindDecision, Rule: "FILE-7", Title: "法定决定期限", Late: "法定超期", Fire: each((*command).decisionOverdue)},
		{Kind: KindPromise, Rule: "CAL-4", Title: "承诺决定期限", Late: "超过承诺时限", Fire: each((*command).promisePassed)},
		{Kind: KindEntrust, Rule: "FILE-7", Title: "委托评估", Late: "未委托评估", Fire: each((*command).notEntrusted)},
		{Kind: KindReportAnnual, Rule: "REP-4", Title: "年度报告", Late: "逾期未报；再逾期满规定天数，提出拟记录", Fire: each((*command).annualMark)},
		{Kind: KindReportYear, Rule: "REP-1", Title: "新的一年", Late: "产生新一年的年度报告义务", Fire: each((*command).yearBegins)},
		{Kind: KindStartPrompt, Rule: "REP-1", Title: "计划开工", Late: "提示报告开工或延期，不作记录", Fire: each((*command).promptDue)},
		{Kind: KindCompletionPrompt, Rule: "REP-1", Title: "计划竣工", Late: "提示报告竣工情况，不作记录", Fire: each((*command).promptDue)},
	}
}

// fire decides a deadline of a locked project, as the platform.
func (s *Service) fire(ctx context.Context, tx Tx, f deadline.Firing[*Project], decide func(c *command, d *deadline.Deadline) error) error {
	p := f.Subject
	c := &command{s: s, ctx: ctx, tx: tx, call: domain.Call{Actor: domain.TimerActor}, book: f.Book, p: p, before: p.Digest(), at: f.At,
		audit: domain.AuditEntry{Subject: p.Subject(), PolicyVersion: f.Book.Policy(f.At).Version}}
	seq := p.Life.Seq
	if err := decide(c, f.Deadline); err != nil {
		return err
	}
	if p.Life.Seq == seq { // a reminder, a warning: nothing has happened to the project itself
		c.audit.Action, c.audit.Rule = "deadline."+string(f.Deadline.Kind), f.Deadline.Rule
		c.leaveTrace()
		return nil
	}
	p.Version++
	p.UpdatedAt = tx.Now()
	tx.SaveProject(p)
	c.leaveTrace()
	return nil
}

// silenceAccepts: the authority said nothing in time, so the application counts as accepted as of the day on which
// it, or the complete answer, was received (FILE-5).
func (c *command) silenceAccepts(d *deadline.Deadline) error {
	d.Miss(c.at)
	if c.p.Life.State != Submitted {
		return nil
	}
	return c.acceptAsOf(calendar.DateOf(*c.p.Life.ReceivedAt), true)
}

// silenceFiles: a filing in doubt that nobody looked at is filed, except where industrial policy is concerned: that
// stays, and goes to the supervisor (FILE-4).
func (c *command) silenceFiles(d *deadline.Deadline) error {
	d.Miss(c.at)
	if c.p.Life.State != InReview {
		return nil
	}
	if c.p.Life.HasRule("FILE-6") {
		if err := c.record(EvStays, "FILE-4", EventData{}); err != nil {
			return err
		}
		return c.tellStays(d.DueDate)
	}
	return c.fileNow("FILE-4", true)
}

// correctionMark reminds the owner, and on the last day without an answer closes the application as withdrawn.
func (c *command) correctionMark(d *deadline.Deadline) error {
	if c.p.Life.State != Correcting {
		d.Cancel(c.at, deadline.LightOf(c.book, d, c.at))
		return nil
	}
	if d.Marks[d.Step-1].Do != deadline.Due {
		return c.tellCorrectionReminder(d)
	}
	d.Miss(c.at)
	events, err := c.tx.EventsOf(c.ctx, c.p.Subject())
	if err != nil {
		return err
	}
	if c.p.Facts, err = lastFacts(events); err != nil { // half an answer was never handed in
		return err
	}
	if err := c.record(EvLapsed, "FILE-5", EventData{Reason: "未在规定期限内补正"}); err != nil {
		return err
	}
	return c.tellLapsed(d.DueDate)
}

// decisionOverdue tells those above; the decision is still owed, so the deadline stays open.
func (c *command) decisionOverdue(d *deadline.Deadline) error { return c.tellDecisionOverdue(d) }

func (c *command) promisePassed(d *deadline.Deadline) error { return c.tellPromisePassed(d) }

// notEntrusted: no 评估 was entrusted within its days, so there is none to wait for.
func (c *command) notEntrusted(d *deadline.Deadline) error {
	d.State = deadline.Waived
	at := c.at
	d.FinishedAt, d.Light = &at, deadline.Green
	return nil
}
