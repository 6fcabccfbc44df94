// Package credit keeps a unit's abnormal-credit records and its listings on the blacklist: each step of due process,
// the trigger as one pure function over the unit's events, and what follows for the unit (CRED-1…9).
package credit

import (
	"encoding/json"
	"time"

	"qhtz/domain/calendar"
)

// Ground is why a record is made (CRED-1).
type Ground string

// The grounds.
const (
	GroundUnlawfulStart Ground = "G1"
	GroundNotAsApproved Ground = "G2"
	GroundUseUnaccepted Ground = "G3"
	GroundNoSanction    Ground = "G4"
	GroundFalseOrSilent Ground = "G5"
	GroundReports       Ground = "G6"
	GroundOther         Ground = "G7"
)

// Grounds are all grounds with what each says.
var Grounds = []struct {
	Code Ground
	Text string
}{
	{GroundUnlawfulStart, "未依法办理手续擅自开工建设"},
	{GroundNotAsApproved, "未按批准的内容组织实施"},
	{GroundUseUnaccepted, "未通过竣工验收擅自投入生产运营"},
	{GroundNoSanction, "应当核准而未取得核准"},
	{GroundFalseOrSilent, "提供虚假信息，或未依法备案、未告知变更"},
	{GroundReports, "未按规定报告项目信息，或报告不实"},
	{GroundOther, "其他违法违规行为"},
}

// GroundText says in words what a ground is; the code itself where it is unknown.
func GroundText(g Ground) string {
	for _, x := range Grounds {
		if x.Code == g {
			return x.Text
		}
	}
	return string(g)
}

// Severity is the gravity of a record, and the branch of the trigger that it counts for (CRED-1, CRED-3).
type Severity string

// The severities, and the words for them.
const (
	General Severity = "general"
	Major   Severity = "major"
)

// SeverityText is the severity in Chinese.
func SeverityText(s Severity) string {
	if s == Major {
		return "重大"
	}
	return "一般"
}

// RecordState is where a record is in its life (CRED-2).
type RecordState string

// The states.
const (
	Proposed  RecordState = "proposed"
	Confirmed RecordState = "confirmed"
	Dismissed RecordState = "dismissed"
	Rectified RecordState = "rectified"
	Overdue   RecordState = "overdue"
	Revoked   RecordState = "revoked"
	Repaired  RecordState = "repaired"
	Expired   RecordState = "expired"
	Spent     RecordState = "spent"
)

// RecordStates are all states.
var RecordStates = []RecordState{Proposed, Confirmed, Dismissed, Rectified, Overdue, Revoked, Repaired, Expired, Spent}

// RecordStateText is the state in Chinese.
func RecordStateText(s RecordState) string {
	return map[RecordState]string{Proposed: "拟记录", Confirmed: "已认定，待整改", Dismissed: "不予认定", Rectified: "已整改", Overdue: "逾期未整改",
		Revoked: "已撤销", Repaired: "已修复", Expired: "期满失效", Spent: "已处理完毕"}[s]
}

// Person is who did a step, as he was called then. The platform's timer has no id.
type Person struct {
	ID     int64  `json:"id"`
	Name   string `json:"name"`
	Office string `json:"office,omitempty"` // for whom he acted
}

// Record is one abnormal-credit record. Instants are legal ones; dates are last days.
type Record struct {
	ID          int64             `json:"id"`
	Version     int64             `json:"version"`
	ProjectID   int64             `json:"project_id,omitempty"`
	ProjectCode string            `json:"project_code,omitempty"` // 20 digits
	ProjectName string            `json:"project_name,omitempty"`
	DutyID      int64             `json:"duty_id,omitempty"`
	Participant bool              `json:"participant,omitempty"` // took part in another unit's project: never counts for the trigger (CRED-7)
	Ground      Ground            `json:"ground"`
	Severity    Severity          `json:"severity"`
	Facts       string            `json:"facts"`
	Basis       string            `json:"basis"`
	Evidence    []json.RawMessage `json:"evidence,omitempty"`
	ProposedAt  time.Time         `json:"proposed_at"`
	ProposedBy  Person            `json:"proposed_by"`
	AdoptedAt   *time.Time        `json:"adopted_at,omitempty"`
	AdoptedBy   *Person           `json:"adopted_by,omitempty"`

	ServedAt       *time.Time     `json:"served_at,omitempty"`
	ServedOn       *calendar.Date `json:"served_on,omitempty"`
	Receipt        string         `json:"receipt,omitempty"` // how it was served, where not in the platform
	StatementUntil *calendar.Date `json:"statement_until,omitempty"`
	WindowEndsAt   *time.Time     `json:"window_ends_at,omitempty"`
	Statements     []Statement    `json:"statements,omitempty"`

	ConfirmedAt *time.Time     `json:"confirmed_at,omitempty"`
	DecidedAt   *time.Time     `json:"decided_at,omitempty"` // confirmed or dismissed
	DecidedBy   *Person        `json:"decided_by,omitempty"`
	Opinion     string         `json:"opinion,omitempty"`
	RectifyBy   *calendar.Date `json:"rectify_by,omitempty"`
	RectifyDue  *time.Time     `json:"rectify_due,omitempty"`
	RectifyDays int            `json:"rectify_days,omitempty"`
	Extended    int            `json:"extended,omitempty"` // days

	Rectifications []Rectification `json:"rectifications,omitempty"`
	RectifiedAt    *time.Time      `json:"rectified_at,omitempty"` // as of the submission that was in time, or of the acceptance
	OverdueAt      *time.Time      `json:"overdue_at,omitempty"`
	ExpiresAt      *time.Time      `json:"expires_at,omitempty"`
	End            RecordState     `json:"end,omitempty"`
	EndedAt        *time.Time      `json:"ended_at,omitempty"`
	EndedBy        *Person         `json:"ended_by,omitempty"`
	EndReason      string          `json:"end_reason,omitempty"`

	Deadlines map[string]int64 `json:"deadlines,omitempty"` // kind → id of the newest
}

// Statement is what the unit says before the decision (CRED-2).
type Statement struct {
	At    time.Time `json:"at"`
	By    Person    `json:"by"`
	Text  string    `json:"text"`
	Final bool      `json:"final"`
}

// Rectification is one submission of evidence with what became of it (CRED-2).
type Rectification struct {
	At        time.Time         `json:"at"`
	By        Person            `json:"by"`
	Text      string            `json:"text"`
	Evidence  []json.RawMessage `json:"evidence,omitempty"`
	InTime    bool              `json:"in_time"`
	DecideBy  calendar.Date     `json:"decide_by"`
	DecidedAt *time.Time        `json:"decided_at,omitempty"`
	DecidedBy *Person           `json:"decided_by,omitempty"`
	Accepted  bool              `json:"accepted,omitempty"`
	Reason    string            `json:"reason,omitempty"`
}

// State is where the record stands after the unit's events so far.
func (r *Record) State() RecordState {
	switch {
	case r.End != "":
		return r.End
	case r.RectifiedAt != nil:
		return Rectified
	case r.OverdueAt != nil:
		return Overdue
	case r.ConfirmedAt != nil:
		return Confirmed
	}
	return Proposed
}

// InEffect reports whether the record is confirmed and has not ended: not dismissed, revoked, repaired, expired, spent.
func (r *Record) InEffect() bool { return r.ConfirmedAt != nil && r.End == "" }

// Unrectified reports whether the record is in effect and its rectification not accepted.
func (r *Record) Unrectified() bool { return r.InEffect() && r.RectifiedAt == nil }

// IsOverdue reports whether the record is unrectified past its date (CRED-3).
func (r *Record) IsOverdue() bool { return r.Unrectified() && r.OverdueAt != nil }

// Cause is what a confirmed record says as a reason: grounds, dates and office, no person.
func (r *Record) Cause() Cause {
	return Cause{RecordID: r.ID, Ground: r.Ground, ProjectCode: r.ProjectCode, ConfirmedAt: *r.ConfirmedAt, RectifyBy: r.RectifyBy, OverdueAt: r.OverdueAt, Office: r.DecidedBy.Office}
}

// UnderReview is the evidence that waits for a decision, nil if none does.
func (r *Record) UnderReview() *Rectification {
	if n := len(r.Rectifications); n > 0 && r.Rectifications[n-1].DecidedAt == nil {
		return &r.Rectifications[n-1]
	}
	return nil
}

// overdueFrom is the instant from which the record counts as overdue unless something happens: its date, or the refusal of
// evidence submitted in time, if later. ok is false while such evidence waits, and where the question does not arise.
func (r *Record) overdueFrom() (at time.Time, ok bool) {
	if !r.Unrectified() || r.OverdueAt != nil || r.RectifyDue == nil {
		return at, false
	}
	if p := r.UnderReview(); p != nil && p.InTime {
		return at, false
	}
	at = *r.RectifyDue
	for _, x := range r.Rectifications {
		if x.InTime && x.DecidedAt != nil && x.DecidedAt.After(at) {
			at = *x.DecidedAt
		}
	}
	return at, true
}

// StatementFinal reports whether the unit has declared its statement final.
func (r *Record) StatementFinal() bool {
	n := len(r.Statements)
	return n > 0 && r.Statements[n-1].Final
}

// HeardBy reports whether the unit has been heard by an instant: the window is over, or its statement final.
func (r *Record) HeardBy(at time.Time) bool {
	return r.WindowEndsAt != nil && (!at.Before(*r.WindowEndsAt) || r.StatementFinal())
}

// PutForwardBy reports whether a person proposed the record, or adopted the platform's proposal; another must confirm
// (CRED-2).
func (r *Record) PutForwardBy(person int64) bool {
	return r.ProposedBy.ID == person || r.AdoptedBy != nil && r.AdoptedBy.ID == person
}

// Todo is what somebody has to do about the record: "proposed" to decide, "evidence" to review, or nothing.
func (r *Record) Todo() string {
	switch {
	case r.State() == Proposed:
		return "proposed"
	case r.Unrectified() && r.UnderReview() != nil:
		return "evidence"
	}
	return ""
}
