package notice

import (
	"context"
	"slices"

	"qhtz/domain"
	"qhtz/domain/identity/competence"
)

// Store reads inboxes, and opens transactions.
type Store interface {
	// Inbox gives an organisation's messages, newest first, from before on (0: the newest), with what the account
	// has read, and the next before (0: no more).
	Inbox(ctx context.Context, organizationID, accountID, before int64, limit int) ([]Item, int64, error)
	UnreadCount(ctx context.Context, organizationID, accountID int64) (int, error)
	InNoticeTx(ctx context.Context, call domain.Call, fn func(Tx) error) error
}

// Tx is what marking needs of a transaction.
type Tx interface {
	// MarkNoticesRead marks those of the messages that are the organisation's and that the account has not read.
	MarkNoticesRead(ctx context.Context, organizationID, accountID int64, ids []int64) (int, error)
	Audit(e domain.AuditEntry)
	Answer(result any)
}

// Service is everything that can be done with an inbox.
type Service struct{ store Store }

// NewService makes the service.
func NewService(store Store) *Service { return &Service{store: store} }

// The numbers of messages in a page and in one request to mark.
const (
	defaultPage = 20
	maxPage     = 100
	maxMarks    = 1000
)

// Page is a page of an inbox.
type Page struct {
	Items []Item
	Next  int64 // before of the next page; 0: no more
}

// Inbox gives a page of the messages to the actor's organisation; limit 0 means 20, 100 are the most.
func (s *Service) Inbox(ctx context.Context, actor domain.Actor, before int64, limit int) (Page, error) {
	if err := competence.May(actor, competence.InboxRead, competence.Scope{}); err != nil {
		return Page{}, err
	}
	if limit <= 0 {
		limit = defaultPage
	}
	items, next, err := s.store.Inbox(ctx, actor.Organization.ID, actor.ID, before, min(limit, maxPage))
	return Page{Items: items, Next: next}, err
}

// Unread counts what the actor has not read among the newest 1000 messages; nothing for who has no inbox.
func (s *Service) Unread(ctx context.Context, actor domain.Actor) (int, error) {
	if competence.May(actor, competence.InboxRead, competence.Scope{}) != nil {
		return 0, nil
	}
	return s.store.UnreadCount(ctx, actor.Organization.ID, actor.ID)
}

// MarkRead marks messages as read by the actor and says how many were not before. Ids of messages to others are
// passed over, as if they did not exist.
func (s *Service) MarkRead(ctx context.Context, call domain.Call, ids []int64) (marked int, err error) {
	actor := call.Actor
	if err := competence.May(actor, competence.InboxRead, competence.Scope{}); err != nil {
		return 0, err
	}
	if len(ids) > maxMarks {
		return 0, &domain.Error{Kind: domain.TooLarge, Code: "too_many_ids", Detail: "一次最多标记 1000 条消息。"}
	}
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	err = s.store.InNoticeTx(ctx, call, func(tx Tx) error {
		var err error
		if marked, err = tx.MarkNoticesRead(ctx, actor.Organization.ID, actor.ID, ids); err != nil {
			return err
		}
		if marked > 0 {
			tx.Audit(domain.AuditEntry{Subject: domain.SubjectAccount(actor.ID), Action: "notice.read"})
		}
		tx.Answer(marked)
		return nil
	})
	return marked, err
}
