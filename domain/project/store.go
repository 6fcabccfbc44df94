package project

import (
	"context"
	"time"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/catalogue"
	"qhtz/domain/deadline"
	"qhtz/domain/projectcode"
)

// Store reads, and opens transactions.
type Store interface {
	Book(ctx context.Context) (*catalogue.Book, error)
	ProjectByID(ctx context.Context, id int64) (*Project, error)
	ProjectByCode(ctx context.Context, code projectcode.Code) (*Project, error)
	Projects(ctx context.Context, f Filter) ([]*Project, error)
	QueueCounts(ctx context.Context, authority int64) (map[State]int, error)
	DeadlinesOf(ctx context.Context, s domain.Subject) ([]*deadline.Deadline, error)
	DeadlinesOfProjects(ctx context.Context, ids []int64) (map[int64][]*deadline.Deadline, error)
	DeadlineByID(ctx context.Context, id int64) (*deadline.Deadline, error)
	EventsOf(ctx context.Context, s domain.Subject) ([]domain.Event, error)
	CompetentOrganization(ctx context.Context, region, department string) (domain.Organization, error)
	ReportDrafts(ctx context.Context, projectID int64) ([]Report, error)
	InProjectTx(ctx context.Context, call domain.Call, fn func(Tx) error) error
}

// Tx is what deciding needs of a transaction.
type Tx interface {
	deadline.Tx
	NewID(ctx context.Context) (int64, error)
	Answer(result any)
	AnswerFor(projectID int64, result any)
	InsertProject(p *Project)
	LockProject(ctx context.Context, id int64) (*Project, error)
	LockProjects(ctx context.Context, ids []int64) (map[int64]*Project, error)
	SaveProject(p *Project)
	DeleteDraft(ctx context.Context, id int64) error
	SimilarProjects(ctx context.Context, p *Project) ([]Similar, error)
	InsertApplication(ctx context.Context, id, projectID int64, item string, edition int) error
	// CreditOf is a unit's credit as other areas see it (CRED-9).
	CreditOf(ctx context.Context, unit int64, at time.Time) (domain.Credit, error)
	CodeClaims(projectID int64) projectcode.Claims
	CompetentOrganization(ctx context.Context, region, department string) (domain.Organization, error)
	OpenDeadlinesOf(ctx context.Context, s domain.Subject) ([]*deadline.Deadline, error)
	DeadlinesOf(ctx context.Context, s domain.Subject) ([]*deadline.Deadline, error)
	NewDeadlinesOf(s domain.Subject) []*deadline.Deadline
	EventsOf(ctx context.Context, s domain.Subject) ([]domain.Event, error)
	// SaveReportDraft keeps the draft of a kind and year, in place of the one before, and gives its id.
	SaveReportDraft(ctx context.Context, projectID int64, r Report) (id int64, err error)
	// TakeReportDraft removes the draft of a kind and year and gives its id; 0 if there is none.
	TakeReportDraft(ctx context.Context, projectID int64, kind ReportKind, year int) (id int64, err error)
	// DropReportDrafts removes the drafts of reports of some kinds.
	DropReportDrafts(ctx context.Context, projectID int64, kinds ...ReportKind) error
	// SaveReport writes a report as its newest version has it; due is the date it answers, nil if none, or the one before.
	SaveReport(ctx context.Context, p *Project, r Report, due *calendar.Date) error
	OpenCase(ctx context.Context, c domain.Case) error
	// CaseOf locks a supervision case; open tells whether it is not closed.
	CaseOf(ctx context.Context, id int64) (c domain.Case, open bool, err error)
	// ChangeCase writes what an open case now rests on.
	ChangeCase(ctx context.Context, c domain.Case) error
	SetDeadline(ctx context.Context, d *deadline.Deadline) error
	AppendEvent(e domain.Event)
	Audit(e domain.AuditEntry)
	Enqueue(ctx context.Context, m domain.Outgoing) error
}

// Filter selects projects for a list. Before pages by keyset: only projects with smaller ids, newest first.
type Filter struct {
	OwnerID      int64  // 0: any
	Area         string // authority region within; empty: any
	Region       string // the project's own region within; empty: any
	AuthorityOrg int64  // organisation competent for it; 0: any
	States       []State
	Route        string
	Query        string // words in the public register
	PublicOnly   bool
	Submitted    bool // no drafts
	Before       int64
	Limit        int
}

// Settler fires what is due on a subject before a command decides (the Engine).
type Settler interface {
	Settle(ctx context.Context, tx deadline.Tx, subjects ...domain.Subject) (int, error)
}
