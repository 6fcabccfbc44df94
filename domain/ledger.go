package domain

import (
	"encoding/json"
	"time"
)

// Subject names what is locked, what deadlines hang on, and what the audit trail is kept for.
type Subject struct {
	Kind string // "project", "account", "calendar" …
	ID   int64
}

// SubjectProject is a project as a subject.
func SubjectProject(id int64) Subject { return Subject{Kind: "project", ID: id} }

// SubjectUnit is a unit, an organisation, as the bearer of credit records and listings.
func SubjectUnit(organizationID int64) Subject { return Subject{Kind: "unit", ID: organizationID} }

// SubjectAccount is an account as a subject.
func SubjectAccount(id int64) Subject { return Subject{Kind: "account", ID: id} }

// Event is one line of the ledger: what happened to a subject, as of when (Effective), known when (Recorded),
// under which rule and policy version. Never changed.
type Event struct {
	ID            int64
	Stream        Subject
	Seq           int
	Type          string
	Effective     time.Time
	Recorded      time.Time
	Rule          string
	PolicyVersion int
	ActorID       int64
	Data          json.RawMessage
}

// AuditEntry is what a command says of itself (AUD-1). Who, from where and when come from the call and the
// transaction; contents are kept as digests only.
type AuditEntry struct {
	Subject       Subject
	Action        string
	Rule          string
	PolicyVersion int
	Effective     time.Time // zero: as of the transaction
	Note          string    // reasons and decisions; no personal data, nothing typed into a draft
	Before, After []byte    // SHA-256, nil if there is none
}

// Outgoing is a message that leaves after commit, at least once.
type Outgoing struct {
	Topic     string
	Payload   any
	NotBefore time.Time // zero: at once
}

// The topics of the outbox.
const (
	TopicNotice = "notice"
	TopicSearch = "search"
)
