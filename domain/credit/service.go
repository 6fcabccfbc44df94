package credit

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"qhtz/domain"
	"qhtz/domain/catalogue"
	"qhtz/domain/deadline"
	"qhtz/domain/identity/competence"
)

// Service is everything that can be done about units' credit; HTML, JSON and timers call the same methods.
type Service struct {
	store    Store
	settler  Settler
	catching catching
}

// New makes the service.
func New(store Store, settler Settler) *Service { return &Service{store: store, settler: settler} }

// View is a unit's credit as it stands at one moment.
type View struct {
	*Unit
	At        time.Time
	Book      *catalogue.Book
	Reporting Reporting
	RecordID  int64 // the record or the listing that the caller acted on
	ListingID int64
}

// Acted is the record acted on.
func (v *View) Acted() *Record { return v.Record(v.RecordID) }

// ActedOn is the listing acted on.
func (v *View) ActedOn() *Listing { return v.Listing(v.ListingID) }

func scopeOf(u *Unit, call domain.Call) competence.Scope {
	return competence.Scope{OwnerID: u.Organization.ID, Region: u.Organization.Region, Purpose: call.Purpose}
}

// command is one use case under way on a locked unit.
type command struct {
	s      *Service
	ctx    context.Context //nolint:containedctx // lives for one call only
	tx     Tx
	call   domain.Call
	book   *catalogue.Book
	u      *Unit
	before []byte
	at     time.Time // the legal instant of the decision
	audit  domain.AuditEntry
	open   []*deadline.Deadline
	firing *deadline.Deadline // the one that is being fired, nil in a person's command
}

// act runs one command on a unit: may this role ever?, lock it, may the actor here?, settle what fell due before, decide,
// let happen what follows by itself at that instant, and answer with the unit as it then stands.
func (s *Service) act(ctx context.Context, call domain.Call, act competence.Act, unit int64, decide func(c *command) (record, listing int64, err error)) (*View, error) {
	var view *View
	err := s.store.InCreditTx(ctx, call, func(tx Tx) error {
		c, err := s.begin(ctx, tx, call, act, unit)
		if err != nil {
			return err
		}
		record, listing, err := decide(c)
		if err != nil {
			return err
		}
		view, err = c.finish(record, listing)
		return err
	})
	if err != nil {
		return nil, err
	}
	return view, nil
}

func (s *Service) begin(ctx context.Context, tx Tx, call domain.Call, act competence.Act, unit int64) (*command, error) {
	u, err := tx.LockUnit(ctx, unit)
	if err != nil {
		return nil, err
	}
	if err := competence.May(call.Actor, act, scopeOf(u, call)); err != nil {
		return nil, err
	}
	fired, err := s.settler.Settle(ctx, tx, u.Subject())
	if err != nil {
		return nil, err
	}
	if fired > 0 {
		if u, err = tx.LockUnit(ctx, unit); err != nil {
			return nil, err
		}
	}
	book, err := tx.Book(ctx)
	if err != nil {
		return nil, err
	}
	c := s.command(ctx, tx, call, book, u, tx.Now())
	return c, c.readOpen()
}

func (s *Service) command(ctx context.Context, tx Tx, call domain.Call, book *catalogue.Book, u *Unit, at time.Time) *command {
	return &command{s: s, ctx: ctx, tx: tx, call: call, book: book, u: u, before: u.Digest(), at: at,
		audit: domain.AuditEntry{Subject: u.Subject(), PolicyVersion: book.Policy(at).Version}}
}

// finish lets happen what follows, saves the unit, leaves the audit event, and shows the unit.
func (c *command) finish(record, listing int64) (*View, error) {
	if err := c.settle(c.at); err != nil {
		return nil, err
	}
	if err := c.save(); err != nil {
		return nil, err
	}
	reporting, err := c.tx.ReportingOf(c.ctx, c.u.Organization.ID)
	if err != nil {
		return nil, err
	}
	v := &View{Unit: c.u, At: c.tx.Now(), Book: c.book, Reporting: reporting, RecordID: record, ListingID: listing}
	c.tx.Answer(v)
	return v, nil
}

func (c *command) save() error {
	c.u.Version++
	if err := c.tx.SaveUnit(c.ctx, c.u); err != nil {
		return err
	}
	c.leaveTrace()
	return nil
}

func (c *command) leaveTrace() {
	c.audit.Before, c.audit.After, c.audit.Effective = c.before, c.u.Digest(), c.at
	c.tx.Audit(c.audit)
}

// record adds an event to the unit's ledger and folds it in. Events follow one another: what a late timer puts forward
// for an instant before the last event takes effect after it.
func (c *command) record(typ, rule string, at time.Time, data EventData) error {
	if at.Before(c.u.At) {
		at = c.u.At
	}
	b, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("record %s: %w", typ, err)
	}
	e := domain.Event{Stream: c.u.Subject(), Seq: c.u.Seq + 1, Type: typ, Effective: at, Recorded: c.tx.Now(), Rule: rule,
		PolicyVersion: c.book.Policy(at).Version, ActorID: c.call.Actor.ID, Data: b}
	if err := c.u.Apply(e); err != nil {
		return err
	}
	c.tx.AppendEvent(e)
	if c.audit.Action == "" {
		c.audit.Action, c.audit.Rule = "credit."+typ, rule
	}
	return nil
}

// by is who acts, as he is called now.
func (c *command) by() Person {
	return Person{ID: c.call.Actor.ID, Name: c.call.Actor.Name, Office: c.call.Actor.Organization.Name}
}

func (c *command) params(at time.Time) catalogue.Parameters { return c.book.Policy(at).Content }

// readOpen reads the unit's open deadlines, with the one that is being fired as it is in hand. Reading writes what was
// gathered, so it comes before the first event, which waits for its audit event.
func (c *command) readOpen() (err error) {
	if c.open, err = c.tx.OpenDeadlinesOf(c.ctx, c.u.Subject()); err != nil {
		return err
	}
	for i, d := range c.open {
		if c.firing != nil && d.ID == c.firing.ID {
			c.open[i] = c.firing
		}
	}
	return nil
}

// openDeadline finds an open deadline of the unit by its id, nil if it has ended.
func (c *command) openDeadline(id int64) *deadline.Deadline {
	for _, d := range c.open {
		if d.ID == id && d.FinishedAt == nil {
			return d
		}
	}
	return nil
}

// finishDeadline ends a limit as met, or late, by what was done at an instant.
func (c *command) finishDeadline(id int64, at time.Time) {
	c.endDeadline(id, func(d *deadline.Deadline) { d.Finish(at, deadline.LightOf(c.book, d, at)) })
}

// closeDeadline ends a window or a period that has simply passed.
func (c *command) closeDeadline(id int64) {
	c.endDeadline(id, func(d *deadline.Deadline) { d.Pass(c.at) })
}

// cancelDeadlines ends limits that no longer matter.
func (c *command) cancelDeadlines(ids ...int64) {
	for _, id := range ids {
		c.endDeadline(id, func(d *deadline.Deadline) { d.Cancel(c.at, deadline.LightOf(c.book, d, c.at)) })
	}
}

func (c *command) endDeadline(id int64, end func(*deadline.Deadline)) {
	if d := c.openDeadline(id); d != nil {
		end(d)
		c.tx.MoveDeadline(d)
	}
}

// setDeadline enters a limit and lets it be found again.
func (c *command) setDeadline(d *deadline.Deadline) error {
	if err := c.tx.SetDeadline(c.ctx, d); err != nil {
		return err
	}
	c.open = append(c.open, d)
	return nil
}

// unfit says why a text cannot be kept as it is; empty if it can.
func unfit(s string, most int) string {
	switch {
	case utf8.RuneCountInString(s) > most:
		return fmt.Sprintf("最多 %d 个字。", most)
	case !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == 0x7f }):
		return "含有不能保存的控制字符。"
	}
	return ""
}

// texts judges texts by name: fields that must not be empty, and all that cannot be kept.
func texts(rule string, required []string, given map[string]string) error {
	wrong := map[string]string{}
	for name, s := range given {
		if what := unfit(s, 5000); what != "" {
			wrong[name] = what
		}
	}
	for _, name := range required {
		if strings.TrimSpace(given[name]) == "" {
			wrong[name] = "必须填写。"
		}
	}
	return invalid(rule, wrong)
}

func invalid(rule string, wrong map[string]string) error {
	if len(wrong) == 0 {
		return nil
	}
	return &domain.Error{Kind: domain.Invalid, Code: "invalid_fields", Rule: rule, Fields: wrong, Detail: "以下各项缺少或有误。"}
}

func stateError(rule, detail string) error {
	return &domain.Error{Kind: domain.Conflict, Code: "state", Rule: rule, Detail: detail}
}

func secondPerson(rule, detail string) error {
	return &domain.Error{Kind: domain.Forbidden, Code: "second_person", Rule: rule, Detail: detail}
}
