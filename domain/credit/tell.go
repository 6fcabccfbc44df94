package credit

import (
	"fmt"
	"strings"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/deadline"
	"qhtz/domain/notice"
	"qhtz/domain/projectcode"
)

// Whom each step is told to: messages leave with the transaction, through the outbox.

func (c *command) about() notice.Unit {
	o := c.u.Organization
	return notice.Unit{ID: o.ID, Name: o.Name, USCC: o.USCC, Region: o.Region}
}

func (c *command) send(m notice.Message) error {
	return c.tx.Enqueue(c.ctx, domain.Outgoing{Topic: domain.TopicNotice, Payload: m})
}

func (c *command) tellRecord(r *Record, kind notice.Kind, rule, title, body string, to ...notice.Recipient) error {
	code := ""
	if r.ProjectCode != "" {
		code = projectcode.Code(r.ProjectCode).String()
	}
	return c.send(c.about().Message(kind, rule, c.at, r.ProjectID, code, title, body, to...))
}

func (c *command) tellListing(kind notice.Kind, rule, title, body string, to ...notice.Recipient) error {
	return c.send(c.about().Message(kind, rule, c.at, 0, "", title, body, to...))
}

func (r *Record) called() string {
	s := SeverityText(r.Severity) + "异常信用记录（" + GroundText(r.Ground) + "）"
	if r.ProjectName != "" {
		s += "，涉及项目「" + r.ProjectName + "」"
	}
	return s
}

func (c *command) tellProposed(r *Record) error {
	if r.ProposedBy.ID != 0 {
		return nil // who proposes knows; the unit is told by the service
	}
	return c.tellRecord(r, notice.RecordProposed, "REP-4", "拟记录待采用："+c.u.Organization.Name,
		"平台对"+c.u.Organization.Name+"提出"+r.called()+"的建议："+r.Facts+" 请核实后采用或不予认定；未采用前不送达单位。", c.about().Regulator())
}

func (c *command) tellServed(r *Record) error {
	return c.tellRecord(r, notice.RecordServed, "CRED-2", "异常信用记录告知书",
		"拟对你单位作出"+r.called()+"。事实："+r.Facts+" 依据："+r.Basis+" 你单位可在"+day(*r.StatementUntil)+"前陈述、申辩"+hearing(r)+
			"；期满未提出的，监管部门将依法决定。单位满3条一般记录或1条重大记录且有逾期未整改的，将列入黑名单。", c.about().Owner())
}

func hearing(r *Record) string {
	if r.Severity == Major {
		return "，也可要求听证"
	}
	return ""
}

func (c *command) tellStatementReminder(r *Record) error {
	return c.tellRecord(r, notice.StatementReminder, "CRED-2", "陈述申辩期即将届满", "关于拟作出的"+r.called()+"，陈述申辩期至"+day(*r.StatementUntil)+"届满。", c.about().Owner())
}

func (c *command) tellStatement(r *Record, final bool) error {
	body := c.u.Organization.Name + "对拟作出的" + r.called() + "提出了陈述申辩。"
	if final {
		body += "单位已声明陈述完毕，可以作出决定。"
	}
	return c.tellRecord(r, notice.StatementMade, "CRED-2", "收到陈述申辩："+c.u.Organization.Name, body, c.about().Regulator())
}

func (c *command) tellHeard(r *Record) error {
	return c.tellRecord(r, notice.RecordHeard, "CRED-2", "陈述申辩期满，待认定："+c.u.Organization.Name,
		"对"+c.u.Organization.Name+"拟作出的"+r.called()+"，陈述申辩期已届满，请由提出人以外的人员认定或不予认定。", c.about().Regulator())
}

func (c *command) tellConfirmed(r *Record) error {
	kind := map[Severity]string{General: "提醒", Major: "警告"}[r.Severity]
	return c.tellRecord(r, notice.RecordConfirmed, "CRED-2", kind+"：异常信用记录已认定",
		"你单位的"+r.called()+"已认定。请在"+day(*r.RectifyBy)+"前整改并提交证明材料；逾期未整改的记录计入黑名单触发条件。"+c.distance()+"不服的，可依法申请行政复议或提起行政诉讼。", c.about().Owner())
}

// distance says how far the unit is from being listed.
func (c *command) distance() string {
	v := c.u.trigger(General, c.params(c.at), nil)
	s := fmt.Sprintf("目前生效的一般记录%d条（满%d条触发）。", len(v.InEffect), v.Threshold)
	if at, ok := c.u.TriggerAt(c.params(c.at)); ok {
		s += "如不整改，将于" + day(calendar.DateOf(at)) + "触发拟列入黑名单。"
	}
	return s
}

func (c *command) tellDismissed(r *Record) error {
	if r.ServedAt == nil {
		return nil // the unit was never told
	}
	return c.tellRecord(r, notice.RecordDismissed, "CRED-2", "不予认定异常信用记录", "拟对你单位作出的"+r.called()+"，经审查不予认定。", c.about().Owner())
}

func (c *command) tellRectifyReminder(r *Record) error {
	return c.tellRecord(r, notice.RectifyReminder, "CRED-2", "整改期限提醒",
		"你单位的"+r.called()+"应于"+day(*r.RectifyBy)+"前完成整改并提交证明材料，现在还没有通过。"+c.distance(), c.about().Owner())
}

func (c *command) tellExtended(r *Record) error {
	return c.tellRecord(r, notice.RectifyExtended, "CRED-2", "整改期限已延长", "你单位的"+r.called()+"，整改期限延长至"+day(*r.RectifyBy)+"。", c.about().Owner())
}

func (c *command) tellEvidence(r *Record, due calendar.Date) error {
	return c.tellRecord(r, notice.EvidenceSubmitted, "CRED-2", "收到整改材料："+c.u.Organization.Name,
		c.u.Organization.Name+"就"+r.called()+"提交了整改材料，请于"+day(due)+"前审查。", c.about().Regulator())
}

func (c *command) tellReviewed(r *Record) error {
	x := r.Rectifications[len(r.Rectifications)-1]
	if x.Accepted {
		return c.tellRecord(r, notice.EvidenceDecided, "CRED-2", "整改已通过", "你单位就"+r.called()+"提交的整改材料已审查通过。", c.about().Owner())
	}
	return c.tellRecord(r, notice.EvidenceDecided, "CRED-2", "整改未通过",
		"你单位就"+r.called()+"提交的整改材料未通过审查。理由："+orNone(x.Reason)+" 整改期限为"+day(*r.RectifyBy)+"，期满仍未通过的计为逾期未整改。", c.about().Owner())
}

func orNone(s string) string {
	if s == "" {
		return "（未写明）。"
	}
	return s
}

func (c *command) tellOverdue(r *Record) error {
	return c.tellRecord(r, notice.RecordOverdue, "CRED-3", "逾期未整改："+c.u.Organization.Name, c.u.Organization.Name+"的"+r.called()+"已过整改期限（"+day(*r.RectifyBy)+"）。"+
		"补交的整改材料自审查通过时起算。", c.about().Owner(), c.about().Regulator())
}

func (c *command) tellRecordEnded(r *Record) error {
	return c.tellRecord(r, notice.RecordEnded, "CRED-2", "异常信用记录"+RecordStateText(r.End), "你单位的"+r.called()+RecordStateText(r.End)+"，不再计入。", c.about().Owner())
}

// awaited names what a review decides on.
var awaited = map[deadline.Kind]string{KindEvidence: "整改材料", KindObjectionReview: "对拟列入的异议", KindExitReview: "移出黑名单申请"}

func (c *command) tellReviewReminder(d *deadline.Deadline) error {
	return c.tellListing(notice.ReviewReminder, d.Rule, "办理期限提醒："+c.u.Organization.Name, c.u.Organization.Name+"的"+awaited[d.Kind]+"应于"+day(d.DueDate)+"前办理。", c.about().Regulator())
}

func (c *command) tellReviewOverdue(d *deadline.Deadline) error {
	return c.tellListing(notice.ReviewNeglected, d.Rule, "逾期未办理："+c.u.Organization.Name,
		c.u.Organization.Name+"的"+awaited[d.Kind]+"应于"+day(d.DueDate)+"前办理，至今没有结果，请督促。", c.about().Supervisor(), c.about().Regulator())
}

// causes lists the records that a listing rests on.
func (l *Listing) causes() string {
	var b strings.Builder
	for i, x := range l.Trace {
		fmt.Fprintf(&b, "\n%d. %s", i+1, GroundText(x.Ground))
		if x.ProjectCode != "" {
			b.WriteString("（项目" + projectcode.Code(x.ProjectCode).String() + "）")
		}
		b.WriteString("，认定于" + day(calendar.DateOf(x.ConfirmedAt)))
		if x.OverdueAt != nil {
			b.WriteString("，逾期未整改")
		}
	}
	return b.String()
}

func (c *command) tellPending(l *Listing) error {
	return c.tellListing(notice.ListingPending, "CRED-4", "拟列入黑名单："+c.u.Organization.Name,
		c.u.Organization.Name+"已达到列入黑名单的条件（"+SeverityText(l.Grade)+"记录）。依据的记录："+l.causes()+"\n可在"+day(*l.ObjectionUntil)+
			"前提出异议；期满没有异议且未整改完成的，将于期满时列入并向社会公布。期内完成整改、条件不再成立的，取消列入。", c.about().Owner(), c.about().Regulator())
}

func (c *command) tellToServe(l *Listing) error {
	return c.tellListing(notice.ListingToServe, "CRED-4", "拟列入告知书待送达："+c.u.Organization.Name,
		c.u.Organization.Name+"达到列入黑名单的条件，该单位未同意在平台接收送达，请送达告知书并登记回证。依据的记录："+l.causes(), c.about().Regulator())
}

func (c *command) tellPendingReminder(l *Listing) error {
	if l.Objection != nil {
		return nil
	}
	return c.tellListing(notice.ListingReminder, "CRED-4", "拟列入黑名单提醒", "异议期至"+day(*l.ObjectionUntil)+"届满，届满时列入黑名单并公布。现在仍可提出异议，或完成整改。", c.about().Owner())
}

func (c *command) tellObjection(l *Listing, due calendar.Date) error {
	return c.tellListing(notice.ObjectionMade, "CRED-4", "收到异议："+c.u.Organization.Name,
		c.u.Organization.Name+"对拟列入黑名单提出异议，请由未参与有关记录提出和认定的人员于"+day(due)+"前裁定；裁定前不列入。", c.about().Regulator())
}

func (c *command) tellObjectionDecided(l *Listing) error {
	body := "你单位的异议不成立，将于异议期满时（已期满的为现在）列入黑名单。"
	if l.Objection.Upheld {
		body = "你单位的异议成立，不列入黑名单；作为依据的记录不再计入。"
	}
	if l.Objection.Reason != "" {
		body += "理由：" + l.Objection.Reason
	}
	return c.tellListing(notice.ObjectionDecided, "CRED-4", "异议裁定", body, c.about().Owner())
}

func (c *command) tellListed(l *Listing) error {
	to := []notice.Recipient{c.about().Owner(), c.about().Regulator()}
	authorities, err := c.tx.AuthoritiesOf(c.ctx, c.u.Organization.ID)
	if err != nil {
		return err
	}
	for _, region := range authorities {
		to = append(to, notice.Department(domain.DepartmentReform, region, region))
	}
	published := "，并向社会公布"
	if !l.Public() {
		published = "（没有现行有效的公布依据，仅内部记录）"
	}
	return c.tellListing(notice.ListingInEffect, "CRED-4", "已列入黑名单："+c.u.Organization.Name,
		c.u.Organization.Name+"已列入黑名单"+published+"。列入期至"+day(calendar.DateOf(*l.Until)-1)+"；最短列入期满、整改全部通过并签署承诺的，可申请移出。", to...)
}

func (c *command) tellListingEnded(l *Listing) error {
	to := []notice.Recipient{c.about().Regulator()}
	if l.ServedAt != nil { // otherwise the unit was never told of it
		to = append(to, c.about().Owner())
	}
	what := ListingStateText(l.State)
	if l.State == Left {
		what = "已移出黑名单，公开信息已同时撤下"
	} else if l.From == nil {
		what = "拟列入已取消，不列入黑名单"
	}
	rule := "CRED-6"
	if l.State == Cancelled {
		rule = "CRED-4"
	}
	return c.tellListing(notice.ListingEnded, rule, what+"："+c.u.Organization.Name, c.u.Organization.Name+what+"。"+l.EndReason, to...)
}

func (c *command) tellExitAsked(_ *Listing, due calendar.Date) error {
	return c.tellListing(notice.ExitAsked, "CRED-6", "收到移出申请："+c.u.Organization.Name,
		c.u.Organization.Name+"申请移出黑名单，请由未提出有关记录的人员于"+day(due)+"前审批。", c.about().Regulator())
}

func (c *command) tellExitRefused(l *Listing) error {
	return c.tellListing(notice.ExitRefused, "CRED-6", "移出申请未通过", "你单位的移出申请未通过。理由："+orNone(l.Exits[len(l.Exits)-1].Reason), c.about().Owner())
}
