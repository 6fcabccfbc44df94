// Package support takes a unit's requests for plans, quotas and subsidies for its projects, and lets its credit decide who
// may have them (CRED-9, SUP-5).
package support

import (
	"context"
	"time"

	"qhtz/domain"
	"qhtz/domain/catalogue"
	"qhtz/domain/projectcode"
)

// The kinds of request.
const (
	AnnualPlan    = "annual_plan"
	ThreeYearPlan = "three_year_plan"
	Subsidy       = "subsidy"
	Quota         = "quota"
)

// Kinds are all kinds with their names.
var Kinds = []struct{ Kind, Name string }{
	{AnnualPlan, "年度投资计划"}, {ThreeYearPlan, "三年滚动计划"}, {Subsidy, "政府补助补贴资金"}, {Quota, "用能等指标"},
}

// KindName is a kind in Chinese, empty if it is none.
func KindName(kind string) string {
	for _, k := range Kinds {
		if k.Kind == kind {
			return k.Name
		}
	}
	return ""
}

// State is where a request stands.
type State string

// The states: accepted, or put to a person who sees the unit's records and approves or rejects.
const (
	Accepted State = "accepted"
	ToPerson State = "to_person"
	Approved State = "approved"
	Rejected State = "rejected"
)

// Request is one request. Amounts are 万元.
type Request struct {
	ID        int64
	Version   int64
	Kind      string
	Project   Project
	State     State
	Amount    string
	Year      int
	Text      string
	InEffect  int // the unit's records in effect when it was asked
	AskedAt   time.Time
	DecidedAt *time.Time
	DecidedBy int64
	Reason    string
}

// Project is what a request needs of a project.
type Project struct {
	ID     int64
	Code   projectcode.Code
	Name   string
	Owner  domain.Organization
	Region string // of the accepting authority
	State  string
}

// Input is what the unit states.
type Input struct {
	Kind        string `json:"kind"`
	ProjectCode string `json:"project_code"`
	Amount      string `json:"amount"`
	Year        int    `json:"year"`
	Text        string `json:"text"`
	Reason      string `json:"reason"`
	Opinion     string `json:"opinion"`
}

// Store reads, and opens transactions.
type Store interface {
	SupportRequest(ctx context.Context, id int64) (*Request, error)
	SupportRequests(ctx context.Context, f Filter) ([]*Request, error)
	InSupportTx(ctx context.Context, call domain.Call, fn func(Tx) error) error
}

// Filter selects requests, newest first.
type Filter struct {
	UnitID int64  // 0: any
	Area   string // authority's region within; empty: any
	State  string
	Before int64
	Limit  int
}

// Tx is what deciding needs of a transaction.
type Tx interface {
	Now() time.Time
	Book(ctx context.Context) (*catalogue.Book, error)
	NewID(ctx context.Context) (int64, error)
	Answer(result any)
	// SupportProject finds a project by its 20 digits.
	SupportProject(ctx context.Context, code string) (Project, error)
	CreditOf(ctx context.Context, unit int64, at time.Time) (domain.Credit, error)
	CompetentOrganization(ctx context.Context, region, department string) (domain.Organization, error)
	InsertSupportRequest(ctx context.Context, r *Request) error
	LockSupportRequest(ctx context.Context, id int64) (*Request, error)
	SaveSupportRequest(ctx context.Context, r *Request) error
	Audit(e domain.AuditEntry)
	Enqueue(ctx context.Context, m domain.Outgoing) error
}

// Service is everything that can be done with requests.
type Service struct{ store Store }

// New makes the service.
func New(store Store) *Service { return &Service{store: store} }
