package credit

import (
	"time"

	"qhtz/domain/calendar"
	"qhtz/domain/catalogue"
)

// ListingState is where a listing is in its life (CRED-4, CRED-6).
type ListingState string

// The states.
const (
	Pending   ListingState = "pending"
	Listed    ListingState = "listed"
	Left      ListingState = "left"
	Cancelled ListingState = "cancelled"
	Annulled  ListingState = "annulled"
)

// ListingStates are all states.
var ListingStates = []ListingState{Pending, Listed, Left, Cancelled, Annulled}

// ListingStateText is the state in Chinese.
func ListingStateText(s ListingState) string {
	return map[ListingState]string{Pending: "拟列入", Listed: "已列入", Left: "已移出", Cancelled: "已取消", Annulled: "已撤销"}[s]
}

// Listing is one listing on the blacklist, from its notice on. It stores its own trace (CRED-5).
type Listing struct {
	ID            int64                 `json:"id"`
	Version       int64                 `json:"version"`
	Grade         Severity              `json:"grade"`
	State         ListingState          `json:"state"`
	OpenedAt      time.Time             `json:"opened_at"`
	PolicyVersion int                   `json:"policy_version"`
	Trace         []Cause               `json:"trace"` // the records in effect when it opened
	Threshold     int                   `json:"threshold"`
	LegalBasis    *catalogue.LegalBasis `json:"legal_basis,omitempty"` // nil: none in force, so the listing stays internal (CRED-5)

	ServedAt       *time.Time     `json:"served_at,omitempty"`
	ServedOn       *calendar.Date `json:"served_on,omitempty"`
	Receipt        string         `json:"receipt,omitempty"`
	ObjectionUntil *calendar.Date `json:"objection_until,omitempty"`
	WindowEndsAt   *time.Time     `json:"window_ends_at,omitempty"`
	Objection      *Objection     `json:"objection,omitempty"`

	From      *time.Time `json:"from,omitempty"`
	PeriodsAt *time.Time `json:"periods_at,omitempty"` // its periods count from here: From, or a later listing's (CRED-6)
	MinUntil  *time.Time `json:"min_until,omitempty"`
	Until     *time.Time `json:"until,omitempty"` // leaves by itself
	Exits     []Exit     `json:"exits,omitempty"`
	EndedAt   *time.Time `json:"ended_at,omitempty"`
	EndedBy   *Person    `json:"ended_by,omitempty"`
	EndReason string     `json:"end_reason,omitempty"`

	Deadlines map[string]int64 `json:"deadlines,omitempty"`
}

// Cause is a record that a listing rests on, as it stood when the listing opened.
type Cause struct {
	RecordID    int64          `json:"record_id"`
	Ground      Ground         `json:"ground"`
	ProjectCode string         `json:"project_code,omitempty"` // 20 digits
	ConfirmedAt time.Time      `json:"confirmed_at"`
	RectifyBy   *calendar.Date `json:"rectify_by,omitempty"`
	OverdueAt   *time.Time     `json:"overdue_at,omitempty"`
	Office      string         `json:"office,omitempty"` // that confirmed it
	RevokedAt   *time.Time     `json:"revoked_at,omitempty"`
}

// Causes are those that still stand: a record that was revoked was wrong, and the public is not told of it.
func (l *Listing) Causes() []Cause {
	var out []Cause
	for _, c := range l.Trace {
		if c.RevokedAt == nil {
			out = append(out, c)
		}
	}
	return out
}

// Objection is the unit's objection to a pending listing, with the decision on it (CRED-4).
type Objection struct {
	At        time.Time     `json:"at"`
	By        Person        `json:"by"`
	Text      string        `json:"text"`
	DecideBy  calendar.Date `json:"decide_by"`
	DecidedAt *time.Time    `json:"decided_at,omitempty"`
	DecidedBy *Person       `json:"decided_by,omitempty"`
	Upheld    bool          `json:"upheld,omitempty"`
	Reason    string        `json:"reason,omitempty"`
}

// Exit is an application to leave, with the decision on it (CRED-6).
type Exit struct {
	At         time.Time     `json:"at"`
	By         Person        `json:"by"`
	Commitment string        `json:"commitment"` // version of the text signed
	DecideBy   calendar.Date `json:"decide_by"`
	DecidedAt  *time.Time    `json:"decided_at,omitempty"`
	DecidedBy  *Person       `json:"decided_by,omitempty"`
	Accepted   bool          `json:"accepted,omitempty"`
	Reason     string        `json:"reason,omitempty"`
}

// Active reports whether the listing is pending or in effect: records rest on it.
func (l *Listing) Active() bool { return l.State == Pending || l.State == Listed }

// InEffectAt reports whether the listing is in effect at an instant, by its instants alone: whatever the state says that
// a late timer has not written yet, the automatic end is the end.
func (l *Listing) InEffectAt(at time.Time) bool {
	return l.From != nil && !at.Before(*l.From) && at.Before(*l.Until) && (l.EndedAt == nil || at.Before(*l.EndedAt))
}

// Public reports whether a listing that takes effect is published (CRED-5).
func (l *Listing) Public() bool { return l.LegalBasis != nil }

// PendingExit is the application that waits for a decision, nil if none does.
func (l *Listing) PendingExit() *Exit {
	if n := len(l.Exits); n > 0 && l.Exits[n-1].DecidedAt == nil {
		return &l.Exits[n-1]
	}
	return nil
}

// listAt is the instant at which a pending listing takes effect if nothing ends it: the end of the window, or the
// refusal of an objection if later. ok is false while the notice is not served or an objection waits.
func (l *Listing) listAt() (at time.Time, ok bool) {
	if l.State != Pending || l.WindowEndsAt == nil {
		return at, false
	}
	at = *l.WindowEndsAt
	if o := l.Objection; o != nil {
		if o.DecidedAt == nil {
			return at, false
		}
		if o.DecidedAt.After(at) {
			at = *o.DecidedAt
		}
	}
	return at, true
}

// rests reports whether a record is among those that the listing rests on.
func (l *Listing) rests(record int64) bool {
	for _, c := range l.Trace {
		if c.RecordID == record {
			return true
		}
	}
	return false
}

// Todo is what somebody has to do about the listing: "serve" its notice, decide an "objection" or an "exit", or nothing.
func (l *Listing) Todo() string {
	switch {
	case l.State == Pending && l.ServedAt == nil:
		return "serve"
	case l.State == Pending && l.Objection != nil && l.Objection.DecidedAt == nil:
		return "objection"
	case l.State == Listed && l.PendingExit() != nil:
		return "exit"
	}
	return ""
}

// ByItself is when the listing takes effect, or leaves, if nobody does anything, and the deadline that then fires; nil if
// it does neither.
func (l *Listing) ByItself() (at *time.Time, deadline int64) {
	if t, ok := l.listAt(); ok {
		return &t, l.Deadlines["window"]
	}
	if l.State == Listed {
		return l.Until, l.Deadlines["end"]
	}
	return nil, 0
}
