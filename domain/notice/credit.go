package notice

import "time"

// The kinds of message about a unit's credit.
const (
	RecordProposed    Kind = "record_proposed"
	RecordServed      Kind = "record_served"
	StatementReminder Kind = "statement_reminder"
	StatementMade     Kind = "statement_made"
	RecordHeard       Kind = "record_heard"
	RecordConfirmed   Kind = "record_confirmed"
	RecordDismissed   Kind = "record_dismissed"
	RectifyReminder   Kind = "rectification_reminder"
	RectifyExtended   Kind = "rectification_extended"
	EvidenceSubmitted Kind = "evidence_submitted"
	EvidenceDecided   Kind = "evidence_decided"
	RecordOverdue     Kind = "record_overdue"
	RecordEnded       Kind = "record_ended"
	ReviewReminder    Kind = "review_reminder"
	ReviewNeglected   Kind = "review_overdue_credit"
	ListingPending    Kind = "listing_pending"
	ListingToServe    Kind = "listing_to_serve"
	ListingReminder   Kind = "listing_reminder"
	ObjectionMade     Kind = "objection_made"
	ObjectionDecided  Kind = "objection_decided"
	ListingInEffect   Kind = "listing_in_effect"
	ListingEnded      Kind = "listing_ended"
	ExitAsked         Kind = "exit_asked"
	ExitRefused       Kind = "exit_refused"
	ListedUnitFiled   Kind = "listed_unit_filed"
	SupportToPerson   Kind = "support_to_person"
	SupportDecided    Kind = "support_decided"
	SupportAccepted   Kind = "support_accepted"
)

// Unit is what the texts about a unit's credit say of it, and where its messages go.
type Unit struct {
	ID     int64
	Name   string
	USCC   string
	Region string
}

// Owner is the unit itself.
func (u Unit) Owner() Recipient { return Owner(u.ID) }

// Regulator is who regulates the unit.
func (u Unit) Regulator() Recipient { return Regulator(u.Region) }

// Supervisor is the electronic supervision over those who decide.
func (u Unit) Supervisor() Recipient { return Supervisor(u.Region) }

// Message makes a message about the unit, and about one of its projects if there is one (id 0: none; code as 24 characters).
func (u Unit) Message(kind Kind, rule string, at time.Time, project int64, code, title, body string, to ...Recipient) Message {
	m := Message{Kind: kind, Rule: rule, ProjectCode: code, Title: title, Body: body, At: at, To: to}
	if project != 0 {
		m.ProjectID = &project
	}
	return m
}

// ListedUnitMessage tells authority and regulator of a project handed in by a unit on the blacklist (CRED-9).
func ListedUnitMessage(p Project, at time.Time, route string) Message {
	what := "请加强审查，增加一道审查步骤。"
	if route == "备案" {
		what = "备案照常办理，请列为重点监管。"
	}
	return p.message(ListedUnitFiled, "CRED-9", at, "黑名单单位申报项目", p.OwnerName+"已列入黑名单，提交了"+p.named()+"（"+route+"）。"+what, p.handler(), Regulator(p.Authority))
}
