package handlers

import (
	"time"

	"qhtz/domain"
	"qhtz/domain/catalogue"
	"qhtz/domain/credit"
	"qhtz/domain/deadline"
	"qhtz/web"
)

// now is what a record or listing waits for.
type now struct {
	what, who string
	rule      string
	otherwise string             // what happens if nobody acts
	locked    bool               // it waits for another person than the reader
	limit     *deadline.Deadline // that runs
	since     time.Time          // from when it waits, where no limit runs
}

// recordNow says what a record waits for, seen by somebody.
func recordNow(p web.Page, v *credit.View, r *credit.Record, reader domain.Actor) now {
	n := now{rule: "CRED-2", who: p.T("credit.who_regulator"), since: r.ProposedAt}
	mine, days := r.PutForwardBy(reader.ID), v.Book.Policy(v.At).Content
	switch {
	case r.State() == credit.Proposed && r.ProposedBy.ID == 0 && r.AdoptedAt == nil:
		n.what, n.otherwise, n.rule = p.T("now.adopt"), p.T("now.adopt_else"), "REP-4"
	case r.State() == credit.Proposed && r.ServedAt == nil:
		n.what, n.otherwise = p.T("now.serve"), p.T("now.serve_else")
	case r.State() == credit.Proposed && !r.HeardBy(v.At):
		n.what, n.who, n.otherwise = p.T("now.statement"), p.T("credit.who_unit"), p.T("now.statement_else")
		n.limit = limitOf(r.Deadlines["statement"], *r.StatementUntil, days[catalogue.StatementDays])
	case r.State() == credit.Proposed:
		n.what, n.otherwise, n.who, n.since = p.T("now.confirm"), p.T("now.confirm_else"), p.T("credit.who_second"), heardAt(r)
		if mine {
			n.who, n.locked = p.T("credit.who_not_you"), true
		}
	case r.Unrectified() && r.UnderReview() != nil:
		x := r.UnderReview()
		n.what, n.otherwise = p.T("now.review"), p.T("now.review_else")
		n.limit = limitOf(r.Deadlines["evidence"], x.DecideBy, days[catalogue.EvidenceReviewDays])
	case r.Unrectified():
		n.what, n.who, n.otherwise = p.T("now.rectify"), p.T("credit.who_unit"), p.T("now.rectify_else")
		n.limit = limitOf(r.Deadlines["rectify"], *r.RectifyBy, r.RectifyDays+r.Extended)
		if r.IsOverdue() {
			n.what, n.otherwise = p.T("now.overdue"), p.T("now.overdue_else")
		}
	case r.InEffect():
		n.what, n.who, n.otherwise = p.T("now.rectified"), "", p.T("now.rectified_else", "date", dateText(p, lastDay(*r.ExpiresAt)))
	default:
		n.what, n.who = p.T("now.record_over", "state", p.Word("record_state", string(r.State()))), ""
	}
	return n
}

// heardAt is when the unit had been heard: the end of the window, or its final statement.
func heardAt(r *credit.Record) time.Time {
	if k := len(r.Statements); r.StatementFinal() && r.Statements[k-1].At.Before(*r.WindowEndsAt) {
		return r.Statements[k-1].At
	}
	return *r.WindowEndsAt
}
