package notice

import (
	"fmt"
	"strings"
	"time"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/projectcode"
)

// Kind names a kind of message for programs; it does not change.
type Kind string

// The kinds of message.
const (
	Filed              Kind = "filed"
	FiledBySilence     Kind = "filed_by_silence"
	SentToReview       Kind = "sent_to_review"
	ReviewOverdue      Kind = "review_overdue"
	Submitted          Kind = "submitted"
	Resubmitted        Kind = "resubmitted"
	Accepted           Kind = "accepted"
	AcceptedBySilence  Kind = "accepted_by_silence"
	Refused            Kind = "refused"
	CorrectionsAsked   Kind = "corrections_asked"
	CorrectionReminder Kind = "correction_reminder"
	ClosedUnanswered   Kind = "closed_unanswered"
	PromisePassed      Kind = "promise_passed"
	DecisionOverdue    Kind = "decision_overdue"
	Transferred        Kind = "transferred"
	Withdrawn          Kind = "withdrawn"
	RouteChanged       Kind = "route_changed"
)

// Project is what the texts say of a project, and where its messages go.
type Project struct {
	ID         int64
	Code       projectcode.Code // empty before it has one
	Name       string
	OwnerID    int64
	OwnerName  string
	Authority  string // region of the accepting authority
	Department string // that handles it; empty: 发展改革
}

func (p Project) owner() Recipient { return Owner(p.OwnerID) }

func (p Project) handler() Recipient {
	department := p.Department
	if department == "" {
		department = domain.DepartmentReform
	}
	return Department(department, p.Authority, p.Authority)
}

func (p Project) supervisor() Recipient { return Supervisor(p.Authority) }

func (p Project) named() string {
	if p.Code == "" {
		return "「" + p.Name + "」"
	}
	return "「" + p.Name + "」（" + p.Code.String() + "）"
}

func (p Project) message(kind Kind, rule string, at time.Time, title, body string, to ...Recipient) Message {
	m := Message{Kind: kind, Rule: rule, ProjectID: &p.ID, Title: title + "：" + p.Name, Body: body, At: at, To: to}
	if p.Code != "" {
		m.ProjectCode = p.Code.String()
	}
	return m
}

// day writes a date as people do: 2026年3月30日.
func day(d calendar.Date) string {
	return fmt.Sprintf("%d年%d月%d日", d.Year(), int(d.Month()), d.Day())
}

// list writes points one a line, numbered; a single one in line.
func list(points []string) string {
	if len(points) == 1 {
		return points[0]
	}
	var b strings.Builder
	for i, p := range points {
		fmt.Fprintf(&b, "\n%d. %s", i+1, p)
	}
	return b.String()
}

// FiledMessage tells owner and authority of a filing (FILE-4).
func FiledMessage(p Project, at time.Time) Message {
	return p.message(Filed, "FILE-4", at, "项目已备案",
		p.named()+"已完成备案，备案证明可在项目页下载。项目代码终身有效，办理各项手续时请出示。", p.owner(), p.handler())
}

// FiledBySilenceMessage tells that a review ended without a decision and the project is filed (FILE-4).
func FiledBySilenceMessage(p Project, at time.Time) Message {
	return p.message(FiledBySilence, "FILE-4", at, "复核期满，项目已备案",
		p.named()+"的备案复核在期限内没有处理意见，自期满之时起视为备案，备案证明可在项目页下载。", p.owner(), p.handler())
}

// SentToReviewMessage tells owner and authority why a filing is looked at by a person, and by when (FILE-4).
func SentToReviewMessage(p Project, at time.Time, reasons []string, due calendar.Date) Message {
	return p.message(SentToReview, "FILE-4", at, "备案转人工复核",
		p.named()+"转人工复核，复核期限为"+day(due)+"。原因："+list(reasons), p.owner(), p.handler())
}

// ReviewOverdueMessage tells the supervisor that a review which silence does not end is overdue (FILE-4, FILE-6).
func ReviewOverdueMessage(p Project, at time.Time, due calendar.Date) Message {
	return p.message(ReviewOverdue, "FILE-6", at, "产业政策复核逾期",
		p.named()+"因产业政策转人工复核，应于"+day(due)+"前处理，至今没有意见。该项目不因期满而备案，请督促办理。", p.supervisor(), p.handler())
}

// SubmittedMessage tells the authority of an application to be accepted or not by due (FILE-5).
func SubmittedMessage(p Project, at time.Time, due calendar.Date) Message {
	return p.message(Submitted, "FILE-5", at, "收到新的申请",
		p.OwnerName+"提交了"+p.named()+"，请于"+day(due)+"前作出受理、不予受理或一次性告知补正的决定；逾期不告知的视为受理。", p.handler())
}

// ResubmittedMessage tells the authority that corrections have come in (FILE-5).
func ResubmittedMessage(p Project, at time.Time, due calendar.Date) Message {
	return p.message(Resubmitted, "FILE-5", at, "补正材料已提交",
		p.OwnerName+"已补正"+p.named()+"，请于"+day(due)+"前决定受理或不予受理，不得再次要求补正；逾期不告知的视为受理。", p.handler())
}

// AcceptedMessage tells the owner that the application is accepted; decision and promised are the last days of the
// statutory and of the promised limit (FILE-5, FILE-7).
func AcceptedMessage(p Project, at time.Time, decision, promised calendar.Date) Message {
	return p.message(Accepted, "FILE-5", at, "申请已受理",
		p.named()+"已受理，项目代码同时生效。法定办结日期为"+day(decision)+"，承诺办结日期为"+day(promised)+"。", p.owner())
}

// AcceptedBySilenceMessage tells owner, authority and supervisor that an application counts as accepted as of a day (FILE-5).
func AcceptedBySilenceMessage(p Project, at time.Time, asOf, decision calendar.Date) Message {
	return p.message(AcceptedBySilence, "FILE-5", at, "逾期未告知，视为受理",
		p.named()+"在受理期限内没有收到任何告知，自"+day(asOf)+"起视为受理。法定办结日期为"+day(decision)+"，自该受理之日起算。",
		p.owner(), p.handler(), p.supervisor())
}

// RefusedMessage tells the owner the reason and the remedy (FILE-5).
func RefusedMessage(p Project, at time.Time, rule, reason, remedy string) Message {
	body := p.named() + "不予受理。原因：" + reason
	if remedy != "" {
		body += "\n救济途径：" + remedy
	}
	return p.message(Refused, rule, at, "不予受理", body, p.owner())
}

// CorrectionsAskedMessage tells the owner everything to be put right, and by when (FILE-5).
func CorrectionsAskedMessage(p Project, at time.Time, what []string, due calendar.Date) Message {
	return p.message(CorrectionsAsked, "FILE-5", at, "请补正材料",
		p.named()+"需要补正，请于"+day(due)+"前一次补齐后重新提交；逾期不补正的，视为撤回申请。需补正："+list(what), p.owner())
}

// CorrectionReminderMessage reminds the owner of corrections still to come (FILE-5).
func CorrectionReminderMessage(p Project, at time.Time, due calendar.Date) Message {
	return p.message(CorrectionReminder, "FILE-5", at, "补正期限将满",
		p.named()+"的补正材料尚未提交，期限为"+day(due)+"，逾期视为撤回申请。", p.owner())
}

// ClosedUnansweredMessage tells owner and authority that an application is closed for want of an answer (FILE-5).
func ClosedUnansweredMessage(p Project, at time.Time, due calendar.Date) Message {
	return p.message(ClosedUnanswered, "FILE-5", at, "逾期未补正，视为撤回",
		p.named()+"的补正期限已于"+day(due)+"届满，没有收到补正材料，申请视为撤回。需要办理的，可以重新申报。", p.owner(), p.handler())
}

// PromisePassedMessage warns the handling department that the promised day has passed (CAL-4).
func PromisePassedMessage(p Project, at time.Time, promised, decision calendar.Date) Message {
	return p.message(PromisePassed, "CAL-4", at, "已过承诺办结日期",
		p.named()+"的承诺办结日期"+day(promised)+"已过，尚未办结。法定办结日期为"+day(decision)+"，请尽快办理。", p.handler())
}

// DecisionOverdueMessage tells authority and supervisor that the statutory limit has passed (FILE-7, CAL-4).
func DecisionOverdueMessage(p Project, at time.Time, decision calendar.Date) Message {
	return p.message(DecisionOverdue, "FILE-7", at, "超过法定办理期限",
		p.named()+"应于"+day(decision)+"前作出决定，至今没有决定，已超过法定期限。", p.handler(), p.supervisor())
}

// TransferredMessage tells both authorities and the owner of a transfer; p.Authority is the new region (FILE-13).
func TransferredMessage(p Project, at time.Time, fromAuthority, fromName, toName, reason string) Message {
	from := p
	from.Authority = fromAuthority
	return p.message(Transferred, "FILE-13", at, "项目已移交",
		p.named()+"由"+fromName+"移交"+toName+"办理，已计的期限继续计算。理由："+reason, p.owner(), p.handler(), from.handler())
}

// WithdrawnMessage tells the authority that the owner has withdrawn (FILE-5).
func WithdrawnMessage(p Project, at time.Time, reason string) Message {
	body := p.OwnerName + "撤回了" + p.named() + "。"
	if reason != "" {
		body += "理由：" + reason
	}
	return p.message(Withdrawn, "FILE-5", at, "申请已撤回", body, p.handler())
}

// RouteChangedMessage tells owner and authority that a filing is handled another way, why, and by when it is
// accepted or not (FILE-1, FILE-5).
func RouteChangedMessage(p Project, at time.Time, route, reason string, due calendar.Date) Message {
	return p.message(RouteChanged, "FILE-1", at, "办理方式已改变",
		p.named()+"改按"+route+"办理，受理审查期限为"+day(due)+"。理由："+reason, p.owner(), p.handler())
}
