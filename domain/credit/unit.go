package credit

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"qhtz/domain"
	"qhtz/domain/calendar"
)

// The types of ledger events of a unit.
const (
	EvProposed    = "record_proposed"
	EvAdopted     = "record_adopted"
	EvServed      = "record_served"
	EvStatement   = "statement_made"
	EvConfirmed   = "record_confirmed"
	EvDismissed   = "record_dismissed"
	EvExtended    = "rectification_extended"
	EvSubmitted   = "rectification_submitted"
	EvReviewed    = "rectification_reviewed"
	EvOverdue     = "record_overdue"
	EvRevoked     = "record_revoked"
	EvRepaired    = "record_repaired"
	EvExpired     = "record_expired"
	EvOpened      = "listing_opened"
	EvNotified    = "listing_served"
	EvObjected    = "objection_made"
	EvObjDecided  = "objection_decided"
	EvListed      = "listing_in_effect"
	EvCancelled   = "listing_cancelled"
	EvExitAsked   = "exit_asked"
	EvExitDecided = "exit_decided"
	EvLeft        = "listing_left"
	EvAnnulled    = "listing_annulled"
)

// EventData is what a unit's events carry; each type fills its own fields.
type EventData struct {
	RecordID   int64             `json:"record_id,omitempty"`
	ListingID  int64             `json:"listing_id,omitempty"`
	DeadlineID int64             `json:"deadline_id,omitempty"` // of the limit that the step starts
	By         Person            `json:"by"`
	Record     *Record           `json:"record,omitempty"`  // proposed
	Listing    *Listing          `json:"listing,omitempty"` // opened
	Text       string            `json:"text,omitempty"`    // statement, evidence, objection
	Evidence   []json.RawMessage `json:"evidence,omitempty"`
	Final      bool              `json:"final,omitempty"`
	Accept     bool              `json:"accept,omitempty"` // evidence, exit; objection: upheld
	InTime     bool              `json:"in_time,omitempty"`
	Reason     string            `json:"reason,omitempty"`
	Receipt    string            `json:"receipt,omitempty"`
	Commitment string            `json:"commitment,omitempty"`
	On         *calendar.Date    `json:"on,omitempty"`    // served
	Until      *calendar.Date    `json:"until,omitempty"` // the last day of the limit that the step starts
	DueAt      *time.Time        `json:"due_at,omitempty"`
	Days       int               `json:"days,omitempty"`
	ExpiresAt  *time.Time        `json:"expires_at,omitempty"`
	ExpiryID   int64             `json:"expiry_id,omitempty"`
	MinUntil   *time.Time        `json:"min_until,omitempty"`
	Restarts   []Restart         `json:"restarts,omitempty"`
}

// Restart is a listing in effect whose periods begin anew, because another one took effect (CRED-6), or as before, because
// that one was annulled.
type Restart struct {
	ListingID  int64     `json:"listing_id"`
	At         time.Time `json:"at"` // they count from here
	MinUntil   time.Time `json:"min_until"`
	Until      time.Time `json:"until"`
	DeadlineID int64     `json:"deadline_id"`
}

// Unit is a unit's credit: the fold over its events.
type Unit struct {
	Organization domain.Organization `json:"-"`
	Consented    bool                `json:"-"` // to being served in the platform (CRED-2)
	Version      int64               `json:"-"`
	Seq          int                 `json:"seq"`
	At           time.Time           `json:"at"` // the legal instant of the last event
	Records      []*Record           `json:"records"`
	Listings     []*Listing          `json:"listings"`

	revoked int64 // the record that the last thing that a person did has revoked
}

// Subject is the unit as what is locked and audited.
func (u *Unit) Subject() domain.Subject { return domain.SubjectUnit(u.Organization.ID) }

// Record finds a record, nil if the unit has none of that id.
func (u *Unit) Record(id int64) *Record {
	for _, r := range u.Records {
		if r.ID == id {
			return r
		}
	}
	return nil
}

// Listing finds a listing, nil if the unit has none of that id.
func (u *Unit) Listing(id int64) *Listing {
	for _, l := range u.Listings {
		if l.ID == id {
			return l
		}
	}
	return nil
}

// Digest is what the audit trail keeps of the unit's credit.
func (u *Unit) Digest() []byte {
	b, _ := json.Marshal(u) // plain values cannot fail
	sum := sha256.Sum256(b)
	return sum[:]
}

// Fold gives a unit's credit after all its events, in order.
func Fold(events []domain.Event) (*Unit, error) {
	u := &Unit{}
	for _, e := range events {
		if err := u.Apply(e); err != nil {
			return u, err
		}
	}
	return u, nil
}

// Apply folds one more event into the unit.
func (u *Unit) Apply(e domain.Event) error {
	var d EventData
	if err := json.Unmarshal(e.Data, &d); err != nil {
		return fmt.Errorf("event %d of %v: %w", e.Seq, e.Stream, err)
	}
	if e.Seq != u.Seq+1 {
		return fmt.Errorf("event %d of %v follows event %d", e.Seq, e.Stream, u.Seq)
	}
	if err := u.then(e.Type, e.Effective, d); err != nil {
		return fmt.Errorf("event %d of %v: %w", e.Seq, e.Stream, err)
	}
	u.Seq, u.At = e.Seq, e.Effective
	return nil
}

// then folds the content of an event.
func (u *Unit) then(typ string, at time.Time, d EventData) error {
	if d.By.ID != 0 {
		u.revoked = 0
	}
	switch {
	case typ == EvProposed && d.Record != nil:
		u.Records = append(u.Records, d.Record)
		d.Record.Version = 1
		return nil
	case typ == EvOpened && d.Listing != nil:
		u.Listings = append(u.Listings, d.Listing)
		d.Listing.Version = 1
		return nil
	}
	if r := u.Record(d.RecordID); r != nil {
		if typ == EvRevoked {
			u.revoked = r.ID
			u.strike(r.ID, at)
		}
		r.Version++
		return r.then(typ, at, d)
	}
	if l := u.Listing(d.ListingID); l != nil {
		l.Version++
		return u.listingThen(l, typ, at, d)
	}
	return fmt.Errorf("%s names record %d, listing %d: neither is the unit's", typ, d.RecordID, d.ListingID)
}

// strike marks a revoked record in the traces that name it.
func (u *Unit) strike(record int64, at time.Time) {
	for _, l := range u.Listings {
		for i := range l.Trace {
			if l.Trace[i].RecordID == record {
				l.Trace[i].RevokedAt = &at
			}
		}
	}
}

func (r *Record) then(typ string, at time.Time, d EventData) error {
	switch typ {
	case EvAdopted:
		r.AdoptedAt, r.AdoptedBy = &at, &d.By
	case EvServed:
		r.ServedAt, r.ServedOn, r.Receipt, r.StatementUntil, r.WindowEndsAt = &at, d.On, d.Receipt, d.Until, d.DueAt
		r.know("statement", d.DeadlineID)
	case EvStatement:
		r.Statements = append(r.Statements, Statement{At: at, By: d.By, Text: d.Text, Final: d.Final})
	case EvConfirmed:
		r.ConfirmedAt, r.DecidedAt, r.DecidedBy, r.Opinion = &at, &at, &d.By, d.Reason
		r.RectifyBy, r.RectifyDue, r.RectifyDays, r.ExpiresAt = d.Until, d.DueAt, d.Days, d.ExpiresAt
		r.know("rectify", d.DeadlineID)
		r.know("expiry", d.ExpiryID)
	case EvDismissed:
		r.DecidedAt, r.DecidedBy, r.Opinion, r.End, r.EndedAt = &at, &d.By, d.Reason, Dismissed, &at
	case EvExtended:
		r.RectifyBy, r.RectifyDue, r.Extended = d.Until, d.DueAt, d.Days
		r.know("rectify", d.DeadlineID)
	case EvSubmitted:
		r.Rectifications = append(r.Rectifications, Rectification{At: at, By: d.By, Text: d.Text, Evidence: d.Evidence, InTime: d.InTime, DecideBy: *d.Until})
		r.know("evidence", d.DeadlineID)
	case EvReviewed:
		x := r.UnderReview()
		if x == nil {
			return fmt.Errorf("record %d has no evidence to review", r.ID)
		}
		x.DecidedAt, x.DecidedBy, x.Accepted, x.Reason = &at, &d.By, d.Accept, d.Reason
		if d.Accept {
			r.RectifiedAt = &at
			if x.InTime {
				r.RectifiedAt = &x.At
			}
		}
	case EvOverdue:
		r.OverdueAt = &at
	case EvRevoked, EvRepaired, EvExpired:
		r.finish(map[string]RecordState{EvRevoked: Revoked, EvRepaired: Repaired, EvExpired: Expired}[typ], at, d)
	default:
		return fmt.Errorf("event type %q is unknown", typ)
	}
	return nil
}

func (r *Record) finish(as RecordState, at time.Time, d EventData) {
	r.End, r.EndedAt, r.EndReason = as, &at, d.Reason
	if d.By.ID != 0 {
		r.EndedBy = &d.By
	}
}

func (r *Record) know(kind string, id int64) { r.Deadlines = known(r.Deadlines, kind, id) }

func (l *Listing) know(kind string, id int64) { l.Deadlines = known(l.Deadlines, kind, id) }

func known(m map[string]int64, kind string, id int64) map[string]int64 {
	if m == nil {
		m = map[string]int64{}
	}
	m[kind] = id
	return m
}

func (u *Unit) listingThen(l *Listing, typ string, at time.Time, d EventData) error {
	switch typ {
	case EvNotified:
		l.ServedAt, l.ServedOn, l.Receipt, l.ObjectionUntil, l.WindowEndsAt = &at, d.On, d.Receipt, d.Until, d.DueAt
		l.know("window", d.DeadlineID)
	case EvObjected:
		l.Objection = &Objection{At: at, By: d.By, Text: d.Text, DecideBy: *d.Until}
		l.know("objection", d.DeadlineID)
	case EvObjDecided:
		l.Objection.DecidedAt, l.Objection.DecidedBy, l.Objection.Upheld, l.Objection.Reason = &at, &d.By, d.Accept, d.Reason
		if d.Accept {
			u.end(l, Cancelled, at, d)
			u.spend(l, at)
		}
	case EvListed:
		l.State, l.From, l.PeriodsAt, l.MinUntil, l.Until = Listed, &at, &at, d.MinUntil, d.DueAt
		l.know("end", d.DeadlineID)
		u.restart(d.Restarts)
	case EvCancelled:
		u.end(l, Cancelled, at, d)
	case EvExitAsked:
		l.Exits = append(l.Exits, Exit{At: at, By: d.By, Commitment: d.Commitment, DecideBy: *d.Until})
		l.know("exit", d.DeadlineID)
	case EvExitDecided:
		x := l.PendingExit()
		if x == nil {
			return fmt.Errorf("listing %d has no exit to decide", l.ID)
		}
		x.DecidedAt, x.DecidedBy, x.Accepted, x.Reason = &at, &d.By, d.Accept, d.Reason
		if d.Accept {
			u.end(l, Left, at, d)
			u.spend(l, at)
		}
	case EvLeft, EvAnnulled:
		u.end(l, map[string]ListingState{EvLeft: Left, EvAnnulled: Annulled}[typ], at, d)
		u.spend(l, at)
		u.restart(d.Restarts)
	default:
		return fmt.Errorf("event type %q is unknown", typ)
	}
	return nil
}

func (u *Unit) restart(again []Restart) {
	for _, r := range again {
		l := u.Listing(r.ListingID)
		l.PeriodsAt, l.MinUntil, l.Until = &r.At, &r.MinUntil, &r.Until
		l.Version++
		l.know("end", r.DeadlineID)
	}
}

// periodsFrom is where the periods of a listing count from, leaving one out: its own beginning, or that of a later one that
// was not annulled (CRED-6).
func (u *Unit) periodsFrom(l, without *Listing) time.Time {
	at := *l.From
	for _, x := range u.Listings {
		if x != without && x.State != Annulled && x.From != nil && x.From.After(at) {
			at = *x.From
		}
	}
	return at
}

func (u *Unit) end(l *Listing, as ListingState, at time.Time, d EventData) {
	l.State, l.EndedAt, l.EndReason = as, &at, d.Reason
	if d.By.ID != 0 {
		l.EndedBy = &d.By
	}
}

// spend ends the effect of all records that were in effect when the listing opened (CRED-3).
func (u *Unit) spend(l *Listing, at time.Time) {
	for _, c := range l.Trace {
		if r := u.Record(c.RecordID); r != nil && r.InEffect() {
			r.End, r.EndedAt = Spent, &at
			r.Version++
		}
	}
}
