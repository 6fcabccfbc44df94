package credit

import (
	"context"

	"qhtz/domain"
	"qhtz/domain/deadline"
)

// The kinds of deadline of a unit's credit.
const (
	KindProposal        deadline.Kind = "credit_proposal"         // REP-4: set by a missed duty, due at once
	KindStatement       deadline.Kind = "credit_statement"        // CRED-2: the unit's statement
	KindRectify         deadline.Kind = "credit_rectification"    // CRED-2: to put things right
	KindEvidence        deadline.Kind = "credit_evidence"         // CRED-2: the review of evidence
	KindExpiry          deadline.Kind = "credit_expiry"           // CRED-2: the effect of a record
	KindObjection       deadline.Kind = "credit_objection"        // CRED-4: the window for an objection
	KindObjectionReview deadline.Kind = "credit_objection_review" // CRED-4: the decision on it
	KindListingEnd      deadline.Kind = "credit_listing_end"      // CRED-6: a listing's own end
	KindExitReview      deadline.Kind = "credit_exit_review"      // CRED-6: the decision on leaving
)

// reminders are at 09:00 on so many working days before the due date, 0 on the day itself: units are warned day by day of
// what leads to a listing.
var reminders = map[deadline.Kind][]int{
	KindStatement: {1, 0},
	KindRectify:   {10, 5, 3, 2, 1, 0},
	KindObjection: {4, 3, 2, 1, 0},
	KindEvidence:  {2, 0}, KindObjectionReview: {2, 0}, KindExitReview: {2, 0},
}

// Timers are the kinds with what happens when they fall due. asTx is the transaction as this area knows it.
func (s *Service) Timers(asTx func(deadline.Tx) Tx) []deadline.Spec {
	lock := func(ctx context.Context, tx deadline.Tx, ids []int64) (map[int64]*Unit, error) {
		return asTx(tx).LockUnits(ctx, ids)
	}
	each := func(decide func(c *command, d *deadline.Deadline) error) deadline.Handler {
		return deadline.OnSubjects(lock, func(ctx context.Context, tx deadline.Tx, f deadline.Firing[*Unit]) error {
			return s.fire(ctx, asTx(tx), f, decide)
		})
	}
	return []deadline.Spec{
		{Kind: KindProposal, Rule: "REP-4", Title: "逾期未报告，提出拟记录", Late: "提出一般异常信用记录建议", Fire: each((*command).proposalDue)},
		{Kind: KindStatement, Rule: "CRED-2", Title: "陈述申辩", Late: "逾期视为放弃陈述申辩", Fire: each((*command).statementDue)},
		{Kind: KindRectify, Rule: "CRED-2", Title: "整改", Late: "逾期未整改，可能触发列入黑名单", Fire: each((*command).rectifyDue)},
		{Kind: KindEvidence, Rule: "CRED-2", Title: "审查整改材料", Late: "逾期未审查，转电子监察", Fire: each((*command).reviewDue)},
		{Kind: KindExpiry, Rule: "CRED-2", Title: "记录生效期", Late: "期满失效", Fire: each((*command).periodDue)},
		{Kind: KindObjection, Rule: "CRED-4", Title: "对拟列入提出异议", Late: "期满列入黑名单", Fire: each((*command).windowDue)},
		{Kind: KindObjectionReview, Rule: "CRED-4", Title: "裁定异议", Late: "逾期未裁定，转电子监察", Fire: each((*command).reviewDue)},
		{Kind: KindListingEnd, Rule: "CRED-6", Title: "列入期", Late: "期满自动移出", Fire: each((*command).periodDue)},
		{Kind: KindExitReview, Rule: "CRED-6", Title: "审批移出申请", Late: "逾期未审批，转电子监察", Fire: each((*command).reviewDue)},
	}
}

// fire decides a deadline of a locked unit, as the platform. What happens by itself up to its instant happens first, so that
// every firing sees the unit as the law does.
func (s *Service) fire(ctx context.Context, tx Tx, f deadline.Firing[*Unit], decide func(c *command, d *deadline.Deadline) error) error {
	c, d, seq := s.command(ctx, tx, domain.Call{Actor: domain.TimerActor}, f.Book, f.Subject, f.At), f.Deadline, f.Subject.Seq
	c.firing = d
	if err := c.readOpen(); err != nil {
		return err
	}
	if err := c.settle(c.at); err != nil {
		return err
	}
	if d.FinishedAt == nil {
		if err := decide(c, d); err != nil {
			return err
		}
	}
	if c.u.Seq == seq { // a reminder, a warning: nothing has happened to the unit itself
		c.audit.Action, c.audit.Rule = "deadline."+string(d.Kind), d.Rule
		c.leaveTrace()
		return nil
	}
	return c.save()
}

// reminding reports whether the mark that fires is a reminder.
func reminding(d *deadline.Deadline) bool { return d.Marks[d.Step-1].Do == deadline.Remind }

func (c *command) proposalDue(d *deadline.Deadline) error {
	d.Pass(c.at)
	return c.proposeMissed()
}

func (c *command) statementDue(d *deadline.Deadline) error {
	r := c.recordOf("statement", d.ID)
	switch {
	case r == nil:
		d.Cancel(c.at, deadline.Green)
		return nil
	case reminding(d):
		return c.tellStatementReminder(r)
	}
	d.Pass(c.at)
	return c.tellHeard(r)
}

// rectifyDue warns of the date; past it the deadline stays open until things are put right.
func (c *command) rectifyDue(d *deadline.Deadline) error {
	r := c.recordOf("rectify", d.ID)
	if r == nil {
		d.Cancel(c.at, deadline.Green)
		return nil
	}
	if reminding(d) && r.UnderReview() == nil {
		return c.tellRectifyReminder(r)
	}
	return nil
}

// reviewDue reminds those who have to decide, and then tells those above; the decision is still owed.
func (c *command) reviewDue(d *deadline.Deadline) error {
	if reminding(d) {
		return c.tellReviewReminder(d)
	}
	return c.tellReviewOverdue(d)
}

func (c *command) windowDue(d *deadline.Deadline) error {
	l := c.listingOf("window", d.ID)
	switch {
	case l == nil || l.State != Pending:
		d.Cancel(c.at, deadline.Green)
		return nil
	case reminding(d):
		return c.tellPendingReminder(l)
	}
	d.Pass(c.at) // an objection waits for its decision
	return nil
}

// periodDue ends the deadline of a period of effect. Where it came to nothing, because a listing rests on the record, the
// record ends with the listing.
func (c *command) periodDue(d *deadline.Deadline) error {
	d.Pass(c.at)
	return nil
}

func (c *command) recordOf(kind string, id int64) *Record {
	for _, r := range c.u.Records {
		if r.Deadlines[kind] == id && r.End == "" {
			return r
		}
	}
	return nil
}

func (c *command) listingOf(kind string, id int64) *Listing {
	for _, l := range c.u.Listings {
		if l.Deadlines[kind] == id {
			return l
		}
	}
	return nil
}
