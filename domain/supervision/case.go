// Package supervision looks after the cases that the platform opens where something may have gone wrong, such as
// construction begun without what must be done before it (REP-2): who sees them, and how they are closed.
package supervision

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"qhtz/domain"
	"qhtz/domain/identity/competence"
	"qhtz/domain/notice"
	"qhtz/domain/projectcode"
)

// Case is a supervision case with what its readers are told of its project.
type Case struct {
	domain.Case
	ProjectCode projectcode.Code
	ProjectName string
	UnitName    string
	OpenedAt    time.Time
	ClosedAt    *time.Time // nil while it is open
	Reason      string     // why it was closed
}

// The states of a case.
const (
	StateOpen   = "open"
	StateClosed = "closed"
)

// State is open or closed.
func (c Case) State() string {
	if c.ClosedAt != nil {
		return StateClosed
	}
	return StateOpen
}

// Version counts the steps of a case: opened, closed. What it rests on may change while it is open.
func (c Case) Version() int64 {
	if c.ClosedAt != nil {
		return 2
	}
	return 1
}

// Subject is the case as what is audited.
func (c Case) Subject() domain.Subject { return domain.Subject{Kind: "case", ID: c.ID} }

// Filter selects cases, newest first. Before pages by keyset: only smaller ids.
type Filter struct {
	Area      string // regions within
	State     string // open, closed; empty: any
	ProjectID int64  // 0: any
	Before    int64
	Limit     int
}

// Store reads, and opens transactions.
type Store interface {
	Cases(ctx context.Context, f Filter) ([]Case, error)
	CaseByID(ctx context.Context, id int64) (Case, error)
	InSupervisionTx(ctx context.Context, call domain.Call, fn func(Tx) error) error
}

// Tx is what closing needs of a transaction.
type Tx interface {
	Now() time.Time
	LockCase(ctx context.Context, id int64) (Case, error)
	// CloseCase writes that a locked case was closed, by whom and why.
	CloseCase(ctx context.Context, c Case, by int64) error
	Audit(e domain.AuditEntry)
	Enqueue(ctx context.Context, m domain.Outgoing) error
	Answer(result any)
}

// Service is what can be done with cases.
type Service struct{ store Store }

// New makes the service.
func New(store Store) *Service { return &Service{store: store} }

// Page is one page of a list, newest first; Next is the cursor of the following one, 0 at the end.
type Page struct {
	Items []Case
	Next  int64
}

// List lists the cases of the actor's area. Owners see none: they are told what concerns them.
func (s *Service) List(ctx context.Context, call domain.Call, f Filter) (Page, error) {
	if err := competence.MayEver(call.Actor, competence.CaseRead); err != nil {
		return Page{}, err
	}
	if err := competence.CheckPurpose(call.Actor, call.Purpose); err != nil {
		return Page{}, err
	}
	f.Area = call.Actor.Organization.Region
	limit := f.Limit
	f.Limit++ // one more tells whether a page follows
	cases, err := s.store.Cases(ctx, f)
	if err != nil {
		return Page{}, err
	}
	page := Page{Items: cases}
	if len(cases) > limit {
		page.Items, page.Next = cases[:limit], cases[limit-1].ID
	}
	return page, nil
}

// Get shows one case to who may see it.
func (s *Service) Get(ctx context.Context, call domain.Call, id int64) (Case, error) {
	if err := competence.MayEver(call.Actor, competence.CaseRead); err != nil {
		return Case{}, err
	}
	c, err := s.store.CaseByID(ctx, id)
	if err != nil {
		return Case{}, err
	}
	return c, competence.May(call.Actor, competence.CaseRead, competence.Scope{Region: c.Region, Purpose: call.Purpose})
}

// maxReason bounds the reason for closing.
const maxReason = 2000

// Close closes a case with a reason. Refusals: domain.Conflict where it is closed already, domain.Invalid without a reason.
func (s *Service) Close(ctx context.Context, call domain.Call, id int64, reason string) (Case, error) {
	if err := competence.MayEver(call.Actor, competence.CaseClose); err != nil {
		return Case{}, err
	}
	reason = strings.TrimSpace(reason)
	var c Case
	err := s.store.InSupervisionTx(ctx, call, func(tx Tx) error {
		var err error
		if c, err = tx.LockCase(ctx, id); err != nil {
			return err
		}
		if err := competence.May(call.Actor, competence.CaseClose, competence.Scope{Region: c.Region, Purpose: call.Purpose}); err != nil {
			return err
		}
		if err := call.CheckVersion(c.Version()); err != nil {
			return err
		}
		if c.ClosedAt != nil {
			return &domain.Error{Kind: domain.Conflict, Code: "state", Detail: "案件已经结案。"}
		}
		if reason == "" || utf8.RuneCountInString(reason) > maxReason || strings.ContainsFunc(reason, func(r rune) bool { return r < ' ' && r != '\n' && r != '\r' && r != '\t' }) {
			return &domain.Error{Kind: domain.Invalid, Code: "reason_required", Rule: c.Rule, Fields: map[string]string{"reason": "请写明结案理由（最多 2000 个字）。"}, Detail: "必须写明理由。"}
		}
		now := tx.Now()
		c.ClosedAt, c.Reason = &now, reason
		if err := tx.CloseCase(ctx, c, call.Actor.ID); err != nil {
			return err
		}
		tx.Audit(domain.AuditEntry{Subject: c.Subject(), Action: "case.close", Rule: c.Rule, Effective: now, Note: reason})
		about := notice.Project{ID: c.ProjectID, Code: c.ProjectCode, Name: c.ProjectName, OwnerID: c.UnitID, OwnerName: c.UnitName, Authority: c.Region}
		if err := tx.Enqueue(ctx, domain.Outgoing{Topic: domain.TopicNotice, Payload: notice.CaseClosedMessage(about, now, reason)}); err != nil {
			return err
		}
		tx.Answer(c)
		return nil
	})
	return c, err
}
