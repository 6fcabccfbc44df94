package deadline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"qhtz/domain"
	"qhtz/domain/catalogue"
)

// Entry is what the index knows of a deadline: its id and its next instant.
type Entry struct {
	ID int64
	At time.Time
}

// Pending is an open deadline with a next instant, as far as ordering and locking need it.
type Pending struct {
	Entry
	Kind    Kind
	Subject domain.Subject
}

// Tx is what firing needs of a transaction.
type Tx interface {
	Now() time.Time
	Book(ctx context.Context) (*catalogue.Book, error)
	// LockSubjects locks the rows of subjects in the order of their ids, so that nobody else decides on them.
	LockSubjects(ctx context.Context, subjects []domain.Subject) error
	// NextDue writes what was gathered, then locks and gives of each subject the first deadline that is due by
	// Now and not parked, in the order of (next instant, kind, id).
	NextDue(ctx context.Context, subjects []domain.Subject) ([]*Deadline, error)
	// ClaimDue writes what was gathered, then locks and gives those of the ids that are due by Now, not parked,
	// and not in another's hands; in the same order.
	ClaimDue(ctx context.Context, ids []int64) ([]*Deadline, error)
	MoveDeadline(d *Deadline)
	// AsTimer lets the platform act in a person's transaction until restore is called: what falls due before a
	// command is decided by the platform, not by whoever happened to come next (AUD-1).
	AsTimer() (restore func())
}

// BatchTx is the transaction of the engine's own firing.
type BatchTx interface {
	Tx
	PendingByID(ctx context.Context, ids []int64) ([]Pending, error)
	// TakeShard gives the first due deadlines of a shard, or none while another worker holds it.
	TakeShard(ctx context.Context, shard int, q DueQuery) ([]Pending, error)
}

// DueQuery asks for open deadlines of some kinds whose next instant is not after Until, in the order of
// (next instant, kind, id), following After if that has an instant. Kinds that this process does not know stay
// for one that does.
type DueQuery struct {
	Kinds []Kind
	Until time.Time
	After Pending
	Limit int
}

// ErrHeld says that nothing may fire now, because the development clock is being moved.
var ErrHeld = errors.New("deadline: the clock is held")

// Store is the truth.
type Store interface {
	Book(ctx context.Context) (*catalogue.Book, error)
	// FireDeadlines runs fn in one transaction as the platform (again, if the database gave it up for another).
	// held says that the caller holds the development clock; without it the error may be ErrHeld.
	FireDeadlines(ctx context.Context, held bool, fn func(context.Context, BatchTx) error) error
	PendingDeadlines(ctx context.Context, q DueQuery) ([]Pending, error)
	PendingByID(ctx context.Context, ids []int64) ([]Pending, error)
	// EarliestOpen is the earliest next instant up to until.
	EarliestOpen(ctx context.Context, kinds []Kind, until time.Time) (at time.Time, found bool, err error)
	// FailDeadline counts a failed firing; from the given number of tries on the deadline is parked.
	FailDeadline(ctx context.Context, id int64, cause string, tries int) (attempts int, parked bool, err error)
	ParkedDeadlines(ctx context.Context, limit int) ([]Parked, error)
	CountParked(ctx context.Context) (int64, error)
	// UnparkDeadlines puts parked deadlines back with a fresh count and gives those that it found.
	UnparkDeadlines(ctx context.Context, ids []int64) ([]Pending, error)
	// OpenDeadlines pages through all open deadlines by id.
	OpenDeadlines(ctx context.Context, after int64, limit int) ([]*Deadline, error)
}

// Parked is a deadline that was set apart after its firing failed again and again.
type Parked struct {
	Pending
	Attempts  int
	LastError string
}

// Index holds ids by instant. It may lose everything at any moment; it only says where to look.
type Index interface {
	// Set enters deadlines. An earlier instant that stands is kept: asking too early costs a look, too late
	// would be late.
	Set(ctx context.Context, entries []Entry) error
	// Claim takes up to n that are due by now, under a lease of machine time. With an error it may still give some.
	Claim(ctx context.Context, now time.Time, n int, leaseUntil time.Time) ([]int64, error)
	// Done ends leases.
	Done(ctx context.Context, ids []int64) error
	// Reclaim puts those back whose lease ended by the given machine time.
	Reclaim(ctx context.Context, wall time.Time) (int, error)
	Remove(ctx context.Context, ids []int64) error
	Len(ctx context.Context) (waiting, leased int64, err error)
	// Entries visits all that is waiting, and what is leased with a zero instant.
	Entries(ctx context.Context, visit func([]Entry) error) error
}

// Clock is the platform's clock. Set and Hold serve development.
type Clock interface {
	Read(ctx context.Context) (now time.Time, standing bool, err error)
	Wall() time.Time
	Sample(ctx context.Context) error
	Drift() time.Duration
	Set(ctx context.Context, at time.Time, running bool) error
	Hold(ctx context.Context, fn func() error) error
}

// Handler decides deadlines of one kind, each as at its own Mark().At, however late it is now: it writes what
// follows and advances (Step++, or new Marks) or ends each. The engine writes the deadlines themselves.
// The transaction may be run again, so a Handler has no effects outside it. Of one subject it gets one at a time.
type Handler func(ctx context.Context, tx Tx, due []*Deadline) error

// Spec describes a kind of deadline.
type Spec struct {
	Kind  Kind
	Rule  string // "FILE-5"
	Title string // Chinese
	Late  string // what being late means, Chinese
	Batch int    // most that the handler takes at once; default 500
	Solo  bool   // touches its own row and the outbox only, so no subject is locked
	Fire  Handler
}

// Options tune the engine; zero values are usable.
type Options struct {
	Workers   int           // default 4: while some wait for PostgreSQL or a commit, others work
	Batch     int           // how many a worker takes at once; default 500
	Poll      time.Duration // of an idle worker; default 100 ms
	Lease     time.Duration // machine time; default 8 s
	Reclaim   time.Duration // default 2 s; with Lease it bounds how long a dead worker holds a deadline
	Safety    time.Duration // sweep of PostgreSQL although Redis is up; default 3 s
	Refill    time.Duration // of the index for the next minute; default 5 s
	Reconcile time.Duration // of the index for the whole horizon; default 60 s
	MaxDrift  time.Duration // of the clocks, above which nothing fires; default 500 ms
	Tries     int           // before a deadline is parked; default 3
}

func (o Options) withDefaults() Options {
	or := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	or(&o.Poll, 100*time.Millisecond)
	or(&o.Lease, 8*time.Second)
	or(&o.Reclaim, 2*time.Second)
	or(&o.Safety, 3*time.Second)
	or(&o.Refill, 5*time.Second)
	or(&o.Reconcile, time.Minute)
	or(&o.MaxDrift, 500*time.Millisecond)
	if o.Workers == 0 {
		o.Workers = 4
	}
	if o.Batch == 0 {
		o.Batch = defaultBatch
	}
	if o.Tries == 0 {
		o.Tries = 3
	}
	return o
}

const defaultBatch = 500

// Engine fires what falls due: at its legal instant, in order, once. Many engines may work on one database.
type Engine struct {
	store Store
	index Index // nil: PostgreSQL alone
	clock Clock
	log   *slog.Logger
	o     Options

	specs map[Kind]Spec
	kinds []Kind

	hints  chan []Entry
	down   atomic.Bool // the index does not answer
	full   atomic.Bool // the last claim filled a batch: the index has more than the workers can take
	shard  atomic.Int64
	reach  horizon
	seen   moment
	counts counts
	filled sync.Mutex // one reconciliation at a time
}

// New makes an engine. Without an index (nil) it works from PostgreSQL alone.
func New(store Store, index Index, clock Clock, log *slog.Logger, o Options) *Engine {
	e := &Engine{store: store, index: index, clock: clock, log: log, o: o.withDefaults(), specs: map[Kind]Spec{}, hints: make(chan []Entry, 1024)}
	e.down.Store(index == nil)
	return e
}

// Register makes a kind known. Call it before anything runs; a kind is registered once.
func (e *Engine) Register(s Spec) {
	if _, taken := e.specs[s.Kind]; taken || s.Kind == "" || s.Fire == nil {
		panic(fmt.Sprintf("deadline: kind %q is registered twice, or has no name or handler", s.Kind))
	}
	if s.Batch == 0 {
		s.Batch = defaultBatch
	}
	e.specs[s.Kind] = s
	e.kinds = append(e.kinds, s.Kind)
	slices.Sort(e.kinds)
}

// Specs lists the registered kinds, by name.
func (e *Engine) Specs() []Spec {
	out := make([]Spec, 0, len(e.kinds))
	for _, k := range e.kinds {
		out = append(out, e.specs[k])
	}
	return out
}
