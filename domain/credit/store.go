package credit

import (
	"context"
	"time"

	"qhtz/domain"
	"qhtz/domain/catalogue"
	"qhtz/domain/deadline"
)

// Store reads, and opens transactions.
type Store interface {
	Book(ctx context.Context) (*catalogue.Book, error)
	// UnitByID and UnitByUSCC give a unit's credit; a unit without any has an empty one. Others than units are absent.
	UnitByID(ctx context.Context, id int64) (*Unit, error)
	UnitByUSCC(ctx context.Context, uscc string) (*Unit, error)
	UnitOfRecord(ctx context.Context, record int64) (unit int64, err error)
	UnitOfListing(ctx context.Context, listing int64) (unit int64, err error)
	// CreditUnits gives the units with credit in an area that f finds, by the id of the record or listing it pages by.
	CreditRecords(ctx context.Context, f Filter) ([]Found, error)
	CreditListings(ctx context.Context, f Filter) ([]Found, error)
	CreditCounts(ctx context.Context, area string) (Counts, error)
	ReportingOf(ctx context.Context, unit int64) (Reporting, error)
	DeadlineByID(ctx context.Context, id int64) (*deadline.Deadline, error)
	DeadlinesOf(ctx context.Context, s domain.Subject) ([]*deadline.Deadline, error)
	EventsOf(ctx context.Context, s domain.Subject) ([]domain.Event, error)
	Register
	InCreditTx(ctx context.Context, call domain.Call, fn func(Tx) error) error
}

// Tx is what deciding needs of a transaction.
type Tx interface {
	deadline.Tx
	NewID(ctx context.Context) (int64, error)
	Answer(result any)
	// LockUnit locks a unit and reads its credit as it then is; others than units are absent.
	LockUnit(ctx context.Context, id int64) (*Unit, error)
	LockUnits(ctx context.Context, ids []int64) (map[int64]*Unit, error)
	SaveUnit(ctx context.Context, u *Unit) error
	// ClaimFact enters what a new record is about. false: there is a record about it, ever (CRED-1).
	ClaimFact(ctx context.Context, u *Unit, r *Record, premature bool) (bool, error)
	ProjectNamed(ctx context.Context, code string) (ProjectInfo, error)
	DutyNamed(ctx context.Context, id int64) (DutyInfo, error)
	// MissedDuties are the unit's duties past their last consequence about which there is no record.
	MissedDuties(ctx context.Context, unit int64) ([]DutyInfo, error)
	// AuthoritiesOf are the regions of the authorities that have accepted projects of the unit.
	AuthoritiesOf(ctx context.Context, unit int64) ([]string, error)
	ReportingOf(ctx context.Context, unit int64) (Reporting, error)
	// AppendFeed adds to the register's feed; of two transactions the later one's entry stands later.
	AppendFeed(ctx context.Context, e FeedEntry) error
	OpenDeadlinesOf(ctx context.Context, s domain.Subject) ([]*deadline.Deadline, error)
	SetDeadline(ctx context.Context, d *deadline.Deadline) error
	AppendEvent(e domain.Event)
	Audit(e domain.AuditEntry)
	Enqueue(ctx context.Context, m domain.Outgoing) error
}

// Filter selects records or listings. Before pages by keyset: only smaller ids, newest first.
type Filter struct {
	UnitID int64  // 0: any
	Area   string // the unit's region within; empty: any
	State  string // of the record or listing; empty: any
	Todo   bool   // only what waits for somebody to decide
	Told   bool   // only what the unit has been served
	Before int64
	Limit  int
}

// Found is a record or listing with its unit.
type Found struct {
	Unit *Unit
	ID   int64
}

// Counts are what waits, by what it waits for.
type Counts struct {
	Proposed  int // records to adopt, serve, confirm or dismiss
	Evidence  int // rectifications to review
	Objection int // objections to decide
	Exit      int // exits to decide
	Pending   int // listings pending
	Listed    int // listings in effect
}

// ProjectInfo is what credit needs of a project.
type ProjectInfo struct {
	ID      int64
	Code    string // 20 digits
	Name    string
	OwnerID int64
}

// DutyInfo is what credit needs of a reporting duty.
type DutyInfo struct {
	ID      int64
	Project ProjectInfo
	Kind    string // "report_annual" …
	Year    int
	Due     *deadline.Deadline
}

// Reporting sums up how a unit has reported (CRED-9).
type Reporting struct {
	Done    int // annual and completion reports
	Late    int // of them
	Overdue int // duties not done past their date
}

// Settler fires what is due on a unit before a command decides (the Engine).
type Settler interface {
	Settle(ctx context.Context, tx deadline.Tx, subjects ...domain.Subject) (int, error)
	// FireBatch fires what is due among the deadlines.
	FireBatch(ctx context.Context, ids []int64) (fired int, err error)
}

// Register is what the public is answered from.
type Register interface {
	// RegisterEntry gives a unit with its published listings that have taken effect and not ended, nil if the platform does
	// not know it. now is the instant of the reading; late says that a listing's instant has come and not fired.
	RegisterEntry(ctx context.Context, uscc string) (e *Entry, now time.Time, late bool, err error)
	RegisterEntries(ctx context.Context, f RegisterFilter) (es []*Entry, now time.Time, late bool, err error)
	RegisterFeed(ctx context.Context, after int64, limit int) (fs []FeedEntry, now time.Time, late bool, err error)
	// LateListings are the deadlines of listings whose instant has come.
	LateListings(ctx context.Context, now time.Time) ([]int64, error)
}
