package handlers

import (
	"encoding/json"
	"time"

	"qhtz/domain/calendar"
	"qhtz/domain/credit"
	"qhtz/domain/projectcode"
)

// presentActed shows the record or listing that was acted on, or looked at.
func presentActed(v *credit.View) any {
	if v == nil {
		return nil
	}
	if r := v.Acted(); r != nil {
		return presentRecord(v, r)
	}
	if l := v.ActedOn(); l != nil {
		return presentListing(v, l)
	}
	return presentStanding(v)
}

type personBody struct {
	At   string `json:"at"`
	By   string `json:"by"`
	Text string `json:"text,omitempty"`
}

func personOf(at *time.Time, by *credit.Person, text string) *personBody {
	if at == nil {
		return nil
	}
	b := &personBody{At: instant(*at), By: "平台", Text: text}
	if by != nil && by.ID != 0 {
		b.By = by.Name
	}
	return b
}

type statementBody struct {
	At    string `json:"at"`
	By    string `json:"by"`
	Text  string `json:"text"`
	Final bool   `json:"final"`
}

type rectificationBody struct {
	At       string            `json:"at"`
	By       string            `json:"by"`
	Text     string            `json:"text"`
	Evidence []json.RawMessage `json:"evidence"`
	InTime   bool              `json:"in_time"`
	DecideBy calendar.Date     `json:"decide_by"`
	Accepted *bool             `json:"accepted"`
	Decided  *personBody       `json:"decided"`
}

type recordBody struct {
	ID             string              `json:"id"`
	Version        int64               `json:"version"`
	USCC           string              `json:"uscc"`
	Name           string              `json:"name"`
	ProjectCode    *string             `json:"project_code"`
	DutyID         *string             `json:"duty_id"`
	Participant    bool                `json:"participant"`
	Ground         credit.Ground       `json:"ground"`
	GroundText     string              `json:"ground_text"`
	Severity       credit.Severity     `json:"severity"`
	State          credit.RecordState  `json:"state"`
	Facts          string              `json:"facts"`
	Basis          string              `json:"basis"`
	Evidence       []json.RawMessage   `json:"evidence"`
	Proposed       *personBody         `json:"proposed"`
	Adopted        *personBody         `json:"adopted"`
	Decided        *personBody         `json:"decided"`
	ServedOn       *calendar.Date      `json:"served_on"`
	Receipt        *string             `json:"receipt"`
	StatementUntil *calendar.Date      `json:"statement_until"`
	Statements     []statementBody     `json:"statements"`
	ConfirmedAt    *string             `json:"confirmed_at"`
	RectifyBy      *calendar.Date      `json:"rectify_by"`
	ExtendedDays   int                 `json:"extended_days"`
	Rectifications []rectificationBody `json:"rectifications"`
	RectifiedAt    *string             `json:"rectified_at"`
	OverdueAt      *string             `json:"overdue_at"`
	ExpiresAt      *string             `json:"expires_at"`
	Ended          *personBody         `json:"ended"`
	Deadlines      map[string]string   `json:"deadlines"`
}

func presentRecord(v *credit.View, r *credit.Record) recordBody {
	b := recordBody{ID: idText(r.ID), Version: r.Version, USCC: v.Organization.USCC, Name: v.Organization.Name, ProjectCode: codeText(projectcode.Code(r.ProjectCode)),
		Participant: r.Participant, Ground: r.Ground, GroundText: credit.GroundText(r.Ground), Severity: r.Severity, State: r.State(), Facts: r.Facts, Basis: r.Basis,
		Evidence: orEmpty(r.Evidence), Proposed: personOf(&r.ProposedAt, &r.ProposedBy, ""), Adopted: personOf(r.AdoptedAt, r.AdoptedBy, ""),
		Decided: personOf(r.DecidedAt, r.DecidedBy, r.Opinion), ServedOn: r.ServedOn, Receipt: optional(r.Receipt), StatementUntil: r.StatementUntil,
		Statements: []statementBody{}, ConfirmedAt: instantOf(r.ConfirmedAt), RectifyBy: r.RectifyBy, ExtendedDays: r.Extended, Rectifications: []rectificationBody{},
		RectifiedAt: instantOf(r.RectifiedAt), OverdueAt: instantOf(r.OverdueAt), ExpiresAt: instantOf(r.ExpiresAt),
		Ended: personOf(r.EndedAt, r.EndedBy, r.EndReason), Deadlines: idTexts(r.Deadlines)}
	if r.DutyID != 0 {
		b.DutyID = optional(idText(r.DutyID))
	}
	for _, s := range r.Statements {
		b.Statements = append(b.Statements, statementBody{At: instant(s.At), By: s.By.Name, Text: s.Text, Final: s.Final})
	}
	for _, x := range r.Rectifications {
		t := rectificationBody{At: instant(x.At), By: x.By.Name, Text: x.Text, Evidence: orEmpty(x.Evidence), InTime: x.InTime, DecideBy: x.DecideBy,
			Decided: personOf(x.DecidedAt, x.DecidedBy, x.Reason)}
		if x.DecidedAt != nil {
			t.Accepted = &x.Accepted
		}
		b.Rectifications = append(b.Rectifications, t)
	}
	return b
}

func idTexts(ids map[string]int64) map[string]string {
	out := make(map[string]string, len(ids))
	for k, id := range ids {
		out[k] = idText(id)
	}
	return out
}

type causeBody struct {
	RecordID    string         `json:"record_id"`
	Ground      credit.Ground  `json:"ground"`
	GroundText  string         `json:"ground_text"`
	ProjectCode *string        `json:"project_code"`
	ConfirmedAt string         `json:"confirmed_at"`
	RectifyBy   *calendar.Date `json:"rectify_by"`
	OverdueAt   *string        `json:"overdue_at"`
	Office      *string        `json:"office"`
	RevokedAt   *string        `json:"revoked_at"`
}

func presentCauses(l *credit.Listing) []causeBody {
	out := make([]causeBody, len(l.Trace))
	for i, x := range l.Trace {
		out[i] = causeBody{RecordID: idText(x.RecordID), Ground: x.Ground, GroundText: credit.GroundText(x.Ground), ProjectCode: codeText(projectcode.Code(x.ProjectCode)),
			ConfirmedAt: instant(x.ConfirmedAt), RectifyBy: x.RectifyBy, OverdueAt: instantOf(x.OverdueAt), Office: optional(x.Office), RevokedAt: instantOf(x.RevokedAt)}
	}
	return out
}

type traceBody struct {
	Rule          string      `json:"rule"`
	PolicyVersion int         `json:"policy_version"`
	Threshold     int         `json:"threshold"`
	OpenedAt      string      `json:"opened_at"`
	Records       []causeBody `json:"records"`
	Basis         []basisBody `json:"basis"`
}

type basisBody struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Clause string `json:"clause"`
	From   string `json:"valid_from"`
	To     string `json:"valid_to,omitempty"`
}

func presentTrace(l *credit.Listing) traceBody {
	return traceBody{Rule: "CRED-3", PolicyVersion: l.PolicyVersion, Threshold: l.Threshold, OpenedAt: instant(l.OpenedAt), Records: presentCauses(l), Basis: presentBasis(l)}
}

func presentBasis(l *credit.Listing) []basisBody {
	if l.LegalBasis == nil {
		return []basisBody{}
	}
	return []basisBody{{ID: l.LegalBasis.ID, Title: l.LegalBasis.Title, Clause: l.LegalBasis.Clause, From: l.LegalBasis.From, To: l.LegalBasis.To}}
}

type objectionBody struct {
	At       string        `json:"at"`
	By       string        `json:"by"`
	Text     string        `json:"text"`
	DecideBy calendar.Date `json:"decide_by"`
	Upheld   *bool         `json:"upheld"`
	Decided  *personBody   `json:"decided"`
}

type exitBody struct {
	At         string        `json:"at"`
	By         string        `json:"by"`
	Commitment string        `json:"commitment_version"`
	DecideBy   calendar.Date `json:"decide_by"`
	Accepted   *bool         `json:"accepted"`
	Decided    *personBody   `json:"decided"`
}

type listingBody struct {
	ID             string              `json:"id"`
	Version        int64               `json:"version"`
	USCC           string              `json:"uscc"`
	Name           string              `json:"name"`
	State          credit.ListingState `json:"state"`
	Grade          credit.Severity     `json:"grade"`
	Rule           string              `json:"rule"`
	Published      bool                `json:"published"`
	OpenedAt       string              `json:"opened_at"`
	ServedOn       *calendar.Date      `json:"served_on"`
	ObjectionUntil *calendar.Date      `json:"objection_until"`
	Objection      *objectionBody      `json:"objection"`
	From           *string             `json:"from"`
	MinUntil       *string             `json:"min_until"`
	Until          *string             `json:"until"`
	Exits          []exitBody          `json:"exits"`
	Ended          *personBody         `json:"ended"`
	Trace          traceBody           `json:"trace"`
	Deadlines      map[string]string   `json:"deadlines"`
}

func presentListing(v *credit.View, l *credit.Listing) listingBody {
	b := listingBody{ID: idText(l.ID), Version: l.Version, USCC: v.Organization.USCC, Name: v.Organization.Name, State: l.State, Grade: l.Grade, Rule: "CRED-3",
		Published: l.Public() && l.From != nil, OpenedAt: instant(l.OpenedAt), ServedOn: l.ServedOn, ObjectionUntil: l.ObjectionUntil, From: instantOf(l.From),
		MinUntil: instantOf(l.MinUntil), Until: instantOf(l.Until), Exits: []exitBody{}, Ended: personOf(l.EndedAt, l.EndedBy, l.EndReason), Trace: presentTrace(l),
		Deadlines: idTexts(l.Deadlines)}
	if o := l.Objection; o != nil {
		b.Objection = &objectionBody{At: instant(o.At), By: o.By.Name, Text: o.Text, DecideBy: o.DecideBy, Decided: personOf(o.DecidedAt, o.DecidedBy, o.Reason)}
		if o.DecidedAt != nil {
			b.Objection.Upheld = &o.Upheld
		}
	}
	for _, x := range l.Exits {
		e := exitBody{At: instant(x.At), By: x.By.Name, Commitment: x.Commitment, DecideBy: x.DecideBy, Decided: personOf(x.DecidedAt, x.DecidedBy, x.Reason)}
		if x.DecidedAt != nil {
			e.Accepted = &x.Accepted
		}
		b.Exits = append(b.Exits, e)
	}
	return b
}

type standingListing struct {
	ID             string              `json:"id"`
	State          credit.ListingState `json:"state"`
	ObjectionUntil *calendar.Date      `json:"objection_until"`
	From           *string             `json:"from"`
	Until          *string             `json:"until"`
}

type standingBody struct {
	USCC         string               `json:"uscc"`
	Name         string               `json:"name"`
	AsOf         string               `json:"as_of"`
	General      int                  `json:"general"`
	Major        int                  `json:"major"`
	Unrectified  int                  `json:"unrectified"`
	Overdue      int                  `json:"overdue"`
	Threshold    int                  `json:"general_threshold"`
	TriggerAt    *string              `json:"trigger_at"`
	Listing      *standingListing     `json:"listing"`
	Listed       bool                 `json:"listed"`
	Green        bool                 `json:"green_channel"`
	Consequences []credit.Consequence `json:"consequences"`
	Records      []recordBody         `json:"records"`
}

func presentStanding(v *credit.View) standingBody {
	s := v.Standing()
	b := standingBody{USCC: v.Organization.USCC, Name: v.Organization.Name, AsOf: instant(v.At), General: s.General, Major: s.Major, Unrectified: s.Unrectified,
		Overdue: s.Overdue, Threshold: s.Threshold, TriggerAt: instantOf(s.TriggerAt), Listed: s.Listed, Green: s.Green, Consequences: s.Consequences,
		Records: []recordBody{}}
	if l := s.Listing; l != nil {
		b.Listing = &standingListing{ID: idText(l.ID), State: l.State, ObjectionUntil: l.ObjectionUntil, From: instantOf(l.From), Until: instantOf(l.Until)}
	}
	for _, r := range v.Records {
		b.Records = append(b.Records, presentRecord(v, r))
	}
	return b
}
