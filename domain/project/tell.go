package project

import (
	"time"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/deadline"
	"qhtz/domain/notice"
)

// Whom the decisions are told to: messages leave with the transaction, through the outbox.

func (c *command) about() notice.Project {
	return notice.Project{ID: c.p.ID, Code: c.p.Code(), Name: c.p.Facts.Name, OwnerID: c.p.Owner.ID, OwnerName: c.p.Owner.Name, Authority: c.p.AuthorityRegion()}
}

func (c *command) tell(m notice.Message) error {
	return c.tx.Enqueue(c.ctx, domain.Outgoing{Topic: domain.TopicNotice, Payload: m})
}

// published feeds the public search.
func (c *command) published() error {
	return c.tx.Enqueue(c.ctx, domain.Outgoing{Topic: domain.TopicSearch, Payload: map[string]int64{"project_id": c.p.ID}})
}

// due is the date of the newest deadline set by this command, or of the open one of a kind.
func (c *command) due(kind deadline.Kind) (calendar.Date, error) {
	set := c.tx.NewDeadlinesOf(c.p.Subject())
	for i := len(set) - 1; i >= 0; i-- {
		if set[i].Kind == kind {
			return set[i].DueDate, nil
		}
	}
	d, err := c.openDeadline(kind)
	if err != nil || d == nil {
		return calendar.DateOf(c.at), err
	}
	return d.DueDate, nil
}

func (c *command) tellFiled() error {
	if c.p.Life.BySilence {
		return c.tell(notice.FiledBySilenceMessage(c.about(), c.at))
	}
	return c.tell(notice.FiledMessage(c.about(), c.at))
}

func (c *command) tellReview() error {
	due, err := c.due(KindFilingReview)
	if err != nil {
		return err
	}
	reasons := make([]string, len(c.p.Life.Reasons))
	for i, r := range c.p.Life.Reasons {
		reasons[i] = r.Text
	}
	return c.tell(notice.SentToReviewMessage(c.about(), c.at, reasons, due))
}

func (c *command) tellStays(due calendar.Date) error {
	return c.tell(notice.ReviewOverdueMessage(c.about(), c.at, due))
}

func (c *command) tellSubmitted() error {
	due, err := c.due(KindAcceptance)
	if err != nil {
		return err
	}
	if c.p.Life.Round > 1 {
		return c.tell(notice.ResubmittedMessage(c.about(), c.at, due))
	}
	return c.tell(notice.SubmittedMessage(c.about(), c.at, due))
}

func (c *command) tellAccepted(decision, promise *deadline.Deadline) error {
	if c.p.Life.BySilence {
		return c.tell(notice.AcceptedBySilenceMessage(c.about(), c.at, *c.p.Life.AcceptedOn, decision.DueDate))
	}
	return c.tell(notice.AcceptedMessage(c.about(), c.at, decision.DueDate, promise.DueDate))
}

func (c *command) tellRefused(rule string) error {
	return c.tell(notice.RefusedMessage(c.about(), c.at, rule, c.p.Life.Refusal, c.p.Life.Remedy))
}

func (c *command) tellCorrections(d *deadline.Deadline) error {
	what := make([]string, len(c.p.Life.Corrections))
	for i, k := range c.p.Life.Corrections {
		what[i] = FieldName(k.Field) + "：" + k.What
	}
	return c.tell(notice.CorrectionsAskedMessage(c.about(), c.at, what, d.DueDate))
}

func (c *command) tellCorrectionReminder(d *deadline.Deadline) error {
	return c.tell(notice.CorrectionReminderMessage(c.about(), c.at, d.DueDate))
}

func (c *command) tellLapsed(due calendar.Date) error {
	return c.tell(notice.ClosedUnansweredMessage(c.about(), c.at, due))
}

func (c *command) tellDecisionOverdue(d *deadline.Deadline) error {
	return c.tell(notice.DecisionOverdueMessage(c.about(), c.at, d.DueDate))
}

func (c *command) tellPromisePassed(d *deadline.Deadline) error {
	decision, err := c.due(KindDecision)
	if err != nil {
		return err
	}
	return c.tell(notice.PromisePassedMessage(c.about(), c.at, d.DueDate, decision))
}

func (c *command) tellTransferred(from, reason string) error {
	regions := c.book.Library.Regions.At(c.at).Content
	return c.tell(notice.TransferredMessage(c.about(), c.at, from, regions.FullName(from), regions.FullName(c.p.AuthorityRegion()), reason))
}

func (c *command) tellWithdrawn(reason string) error {
	return c.tell(notice.WithdrawnMessage(c.about(), c.at, reason))
}

// tellRouted tells the owner why, and the authority that a new review runs.
func (c *command) tellRouted(reason string, at time.Time) error {
	due, err := c.due(KindAcceptance)
	if err != nil {
		return err
	}
	return c.tell(notice.RouteChangedMessage(c.about(), at, c.p.Life.Route, reason, due))
}

// FieldName is a fact's name in Chinese.
func FieldName(field string) string {
	if n, ok := fieldNames[field]; ok {
		return n
	}
	return field
}

var fieldNames = map[string]string{
	"name": "项目名称", "route": "办理方式", "funding": "资金性质", "kind": "项目类型", "nature": "建设性质", "region": "建设地点（行政区划）", "site": "详细地址",
	"industry": "国民经济行业", "scale": "建设规模", "content": "建设内容", "total_investment": "总投资（万元）", "capital_sources": "资金来源", "planned_start": "计划开工日期",
	"planned_completion": "计划竣工日期", "needs": "涉及事项", "eia": "环境影响评价形式", "energy_tce": "年综合能耗（吨标准煤）", "electricity_gwh": "年用电量（吉瓦时）",
	"capacity": "产能", "policy_declaration": "产业政策声明", "classified": "是否涉密", "capacity_plan_no": "产能置换方案文号", "upgrade": "工艺改造",
}
