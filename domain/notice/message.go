// Package notice is what the platform tells people: messages, whom they go to, and the inbox in which they lie.
package notice

import (
	"time"
)

// Message is one thing to tell, as it lies in the outbox. Who gets it is found when it is delivered; an
// organisation that several recipients come down to gets it once.
type Message struct {
	Kind        Kind        `json:"kind"`
	Rule        string      `json:"rule"`
	ProjectID   *int64      `json:"project_id,omitempty"`
	ProjectCode string      `json:"project_code,omitempty"` // 24 characters; empty before there is one
	Title       string      `json:"title"`
	Body        string      `json:"body"`
	At          time.Time   `json:"at"` // the legal instant of what is told
	To          []Recipient `json:"to"`
}

// RecipientKind says how a recipient is found.
type RecipientKind string

// The kinds of recipient.
const (
	ToOrganization RecipientKind = "organization"
	ToOwner        RecipientKind = "owner"
	ToDepartment   RecipientKind = "department"
	ToSupervisor   RecipientKind = "supervisor" // 电子监察
	ToRegulator    RecipientKind = "regulator"  // 监管
)

// Recipient is whom to tell: an organisation by its id, or by what it is and where. Where no such body exists the one
// at the next level up is told, else the accepting authority: the 发展改革 department of Authority or above it.
type Recipient struct {
	Kind           RecipientKind `json:"kind"`
	OrganizationID int64         `json:"organization_id,omitempty"`
	Department     string        `json:"department,omitempty"`
	Region         string        `json:"region,omitempty"`
	Authority      string        `json:"authority,omitempty"` // region of the accepting authority; empty: Region
}

// Organization is an organisation by its id.
func Organization(id int64) Recipient { return Recipient{Kind: ToOrganization, OrganizationID: id} }

// Owner is the unit whose project it is.
func Owner(id int64) Recipient { return Recipient{Kind: ToOwner, OrganizationID: id} }

// Department is a department competent for a region, with the region of the accepting authority to fall back on.
func Department(department, region, authority string) Recipient {
	return Recipient{Kind: ToDepartment, Department: department, Region: region, Authority: authority}
}

// Supervisor is the electronic supervision of a region.
func Supervisor(region string) Recipient { return Recipient{Kind: ToSupervisor, Region: region} }

// Regulator is the regulator of a region.
func Regulator(region string) Recipient { return Recipient{Kind: ToRegulator, Region: region} }

// Item is a message in an inbox.
type Item struct {
	ID          int64
	Kind        Kind
	Rule        string
	ProjectID   *int64
	ProjectCode string // 24 characters; empty if there is none
	Title       string
	Body        string
	At          time.Time
	Read        bool // by the account that looks
}
