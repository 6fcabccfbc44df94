package project

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/catalogue"
)

// State is where a project is in its life.
type State string

// The states.
const (
	Draft             State = "draft"
	Submitted         State = "submitted"
	Correcting        State = "correcting"
	InReview          State = "in_review"
	Refused           State = "refused"
	Accepted          State = "accepted"
	Filed             State = "filed"
	UnderConstruction State = "under_construction"
	Suspended         State = "suspended"
	Completed         State = "completed"
	Withdrawn         State = "withdrawn"
)

// The types of ledger events of a project.
const (
	EvSubmitted   = "submitted"
	EvReview      = "sent_to_review"
	EvFiled       = "filed"
	EvAccepted    = "accepted"
	EvRefused     = "refused"
	EvCorrections = "corrections_asked"
	EvResubmitted = "resubmitted"
	EvLapsed      = "closed_unanswered"
	EvStays       = "review_overdue"
	EvWithdrawn   = "withdrawn"
	EvTransferred = "transferred"
	EvRouted      = "route_changed"
)

// The types of ledger events that reports leave (REP-1, REP-5).
const (
	EvStartPlanned = "start_planned"
	EvStarted      = "construction_started"
	EvDelayed      = "start_delayed"
	EvAnnual       = "annual_reported"
	EvSuspended    = "suspended"
	EvResumed      = "resumed"
	EvCompleted    = "completed"
	EvCorrected    = "report_corrected"
	EvDuties       = "duties_changed"
)

// Correction is one thing to be put right.
type Correction struct {
	Field string `json:"field"`
	What  string `json:"what"`
}

// EventData is what events carry; each type fills its own fields.
type EventData struct {
	Facts         *Facts         `json:"facts,omitempty"`
	Route         string         `json:"route,omitempty"`
	Commitment    string         `json:"commitment,omitempty"` // version of the text signed (FILE-14)
	Reasons       []Reason       `json:"reasons,omitempty"`
	Code          string         `json:"code,omitempty"` // 20 digits
	AsOf          *calendar.Date `json:"as_of,omitempty"`
	BySilence     bool           `json:"by_silence,omitempty"`
	Reason        string         `json:"reason,omitempty"`
	Remedy        string         `json:"remedy,omitempty"`
	Opinion       string         `json:"opinion,omitempty"`
	Corrections   []Correction   `json:"corrections,omitempty"`
	Changes       []Change       `json:"changes,omitempty"`
	Region        string         `json:"region,omitempty"`
	ApplicationID int64          `json:"application_id,omitempty"`
	Flags         []string       `json:"flags,omitempty"`
	Green         bool           `json:"green,omitempty"`
	Report        *Report        `json:"report,omitempty"`
	Duties        []Duty         `json:"duties,omitempty"` // new, or not owed after all
}

// Life is the pure fold over a project's events. The project's row caches it.
type Life struct {
	State         State          `json:"state"`
	Seq           int            `json:"seq"` // of the last event
	Route         string         `json:"route,omitempty"`
	SubmittedAt   *time.Time     `json:"submitted_at,omitempty"`
	SubmittedBy   int64          `json:"submitted_by,omitempty"`
	ReceivedAt    *time.Time     `json:"received_at,omitempty"` // of it, or of the complete answer
	Round         int            `json:"round,omitempty"`       // 2 after an answered request for corrections
	Reasons       []Reason       `json:"reasons,omitempty"`
	Corrections   []Correction   `json:"corrections,omitempty"`
	Changes       []Change       `json:"changes,omitempty"` // what the answer changed
	Code          string         `json:"code,omitempty"`
	CodeIssuedAt  *time.Time     `json:"code_issued_at,omitempty"`
	AcceptedAt    *time.Time     `json:"accepted_at,omitempty"` // the legal instant
	AcceptedOn    *calendar.Date `json:"accepted_on,omitempty"` // the day as of which it counts
	BySilence     bool           `json:"by_silence,omitempty"`
	Refusal       string         `json:"refusal,omitempty"`
	Remedy        string         `json:"remedy,omitempty"`
	Commitment    string         `json:"commitment,omitempty"`
	Authority     string         `json:"authority,omitempty"` // region: where the project was handed in, or transferred to
	ApplicationID int64          `json:"application_id,omitempty"`
	Overdue       bool           `json:"overdue,omitempty"`       // a review that silence does not end
	Flags         []string       `json:"flags,omitempty"`         // rules for which it is marked, with no doubt about it: "CRED-9"
	Green         bool           `json:"green,omitempty"`         // the unit's good standing: sorted first, promised limits shorter (CRED-9)
	PlannedStart  *calendar.Date `json:"planned_start,omitempty"` // as last reported
	StartedOn     *calendar.Date `json:"started_on,omitempty"`
	CompletedOn   *calendar.Date `json:"completed_on,omitempty"` // 竣工验收
	Stops         []Stop         `json:"stops,omitempty"`
	Reports       []Reported     `json:"reports,omitempty"` // in the order in which they first came
	Duties        []Duty         `json:"duties,omitempty"`
	CaseID        int64          `json:"case_id,omitempty"` // supervision case about the start (REP-2)
}

// NewLife is that of a draft.
func NewLife() Life { return Life{State: Draft} }

// Fold gives the life after all events, in order.
func Fold(events []domain.Event) (Life, error) {
	l := NewLife()
	for _, e := range events {
		var err error
		if l, err = l.Then(e); err != nil {
			return l, err
		}
	}
	return l, nil
}

// Then gives the life after one more event.
func (l Life) Then(e domain.Event) (Life, error) {
	var d EventData
	if err := json.Unmarshal(e.Data, &d); err != nil {
		return l, fmt.Errorf("event %d of %v: %w", e.Seq, e.Stream, err)
	}
	if e.Seq != l.Seq+1 {
		return l, fmt.Errorf("event %d of %v follows event %d", e.Seq, e.Stream, l.Seq)
	}
	l.Seq = e.Seq
	at := e.Effective
	switch e.Type {
	case EvSubmitted:
		l.State, l.SubmittedAt, l.SubmittedBy, l.ReceivedAt, l.Round = Submitted, &at, e.ActorID, &at, 1
		l.Route, l.Reasons, l.Commitment, l.ApplicationID, l.Flags, l.Green = d.Route, d.Reasons, d.Commitment, d.ApplicationID, d.Flags, d.Green
		if d.Facts != nil {
			l.Authority = d.Facts.Region
		}
	case EvReview:
		l.State, l.Reasons = InReview, d.Reasons
	case EvCorrections:
		l.State, l.Corrections = Correcting, d.Corrections
	case EvResubmitted:
		l.State, l.ReceivedAt, l.Changes, l.Commitment, l.Reasons = Submitted, &at, d.Changes, d.Commitment, d.Reasons
		l.Flags, l.Green = d.Flags, d.Green
		l.Round++
		if d.Facts != nil && slices.ContainsFunc(d.Changes, func(c Change) bool { return c.Field == "region" }) {
			l.Authority = d.Facts.Region // another place, another authority (FILE-13)
		}
	case EvFiled, EvAccepted:
		l.State, l.AcceptedAt, l.AcceptedOn, l.BySilence = Accepted, &at, d.AsOf, d.BySilence
		l.Code, l.CodeIssuedAt, l.Overdue = d.Code, &at, false
		if e.Type == EvFiled {
			l.State = Filed
		}
	case EvRefused:
		l.State, l.Refusal, l.Remedy, l.Overdue = Refused, d.Reason, d.Remedy, false
	case EvLapsed, EvWithdrawn:
		l.State = Withdrawn
	case EvStays:
		l.Overdue = true
	case EvTransferred:
		l.Authority = d.Region
	case EvRouted:
		// a new application begins: its limits and what silence means run from here
		l.State, l.Route, l.ApplicationID, l.ReceivedAt, l.Overdue = Submitted, d.Route, d.ApplicationID, &at, false
	case EvDuties:
		l.Duties = withDuties(l.Duties, d.Duties)
	default:
		if d.Report == nil {
			return l, fmt.Errorf("event type %q is unknown", e.Type)
		}
		return l.reported(e, *d.Report)
	}
	return l, nil
}

// HasRule reports whether one of the reasons rests on a rule.
func (l Life) HasRule(rule string) bool {
	return slices.ContainsFunc(l.Reasons, func(r Reason) bool { return r.Rule == rule })
}

// Correctable are the fields that may be changed in answer to a request for corrections: those asked for, and what
// stands in the way of handing in the answer because of them. Otherwise an answer could be impossible (FILE-5).
func (p *Project) Correctable(book *catalogue.Book) map[string]bool {
	open := map[string]bool{}
	for _, k := range p.Life.Corrections {
		open[k.Field] = true
	}
	for field := range p.Facts.Check(book) {
		open[field] = true
	}
	if _, refusal := judgeIndustry(p.Facts, book.Library.Surplus.At(book.Now).Content); refusal != nil {
		open["capacity_plan_no"], open["upgrade"] = true, true
	}
	return open
}

// Public reports whether the public may see the project: once it has a code.
func (l Life) Public() bool { return l.Code != "" }
