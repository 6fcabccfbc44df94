package credit

import (
	"sync"
	"testing"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/deadline"
	"qhtz/domain/notice"
)

// CRED-1: one duty or fact yields one record, ever: not after a dismissal either.
func TestOneRecordPerFactAndDuty(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-03-02 10:00")
	o.duties = []DutyInfo{{ID: 33, Kind: "report_annual", Year: 2025, Project: o.projects[ownCode]}, {ID: 34, Project: o.projects[foreignCode]}}
	fact := o.claim(General)
	duty := o.claim(General)
	duty.DutyID = "33"
	a := o.must(o.Propose(ctx, by(first), fact)).RecordID
	b := o.must(o.Propose(ctx, by(first), duty))
	if r := b.Acted(); r.ProjectCode != ownCode || r.DutyID != 33 {
		t.Errorf("the duty's record is about %q, duty %d", r.ProjectCode, r.DutyID)
	}
	again := duty
	again.Facts, again.Severity = "换一种说法", Major
	_, err := o.Propose(ctx, by(second), again)
	o.refused(domain.Conflict, "CRED-1", err)
	o.must(o.Dismiss(ctx, by(second), a, Note{}))
	_, err = o.Propose(ctx, by(third), fact)
	o.refused(domain.Conflict, "CRED-1", err)
	if n := len(o.stored.Records); n != 2 {
		t.Errorf("%d records, want 2", n)
	}
	foreign := o.claim(General)
	foreign.DutyID = "34"
	_, err = o.Propose(ctx, by(first), foreign)
	o.refused(domain.Invalid, "CRED-1", err)
	foreign.DutyID, foreign.ProjectCode = "", "2601-630102-04-01-123459"
	_, err = o.Propose(ctx, by(first), foreign)
	o.refused(domain.Invalid, "CODE-7", err)
}

// CRED-2, M5: the window ends at the end of 9 March; the proposer never confirms; rectification by 9 April.
func TestConfirmationTakesAnotherPersonAndTheWindow(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-03-02 10:00")
	id := o.propose(General, 1)[0]
	if r := o.stored.Record(id); *r.StatementUntil != dateOf("2026-03-09") {
		t.Errorf("statement until %v, want 2026-03-09", r.StatementUntil)
	}
	confirm := func(a domain.Actor) error {
		_, err := o.Confirm(ctx, by(a), id, Note{})
		return err
	}
	o.refused(domain.Forbidden, "CRED-2", confirm(first))
	o.refused(domain.Invalid, "CRED-2", confirm(second))
	o.must(o.State(ctx, by(theUnit), id, StatementInput{Text: "情况说明"}))
	o.refused(domain.Invalid, "CRED-2", confirm(second)) // it was not the last word
	o.late("2026-03-09 23:59:59.999999")
	o.refused(domain.Invalid, "CRED-2", confirm(second))
	o.late("2026-03-10 00:00")
	_, err := o.State(ctx, by(theUnit), id, StatementInput{Text: "再说"})
	o.refused(domain.Invalid, "CRED-2", err)
	o.refused(domain.Forbidden, "CRED-2", confirm(first))
	_, err = o.Dismiss(ctx, by(first), id, Note{})
	o.refused(domain.Forbidden, "CRED-2", err)
	o.confirm(id)
	r := o.stored.Record(id)
	if *r.RectifyBy != dateOf("2026-04-09") || !r.RectifyDue.Equal(on("2026-04-10")) || !r.ConfirmedAt.Equal(on("2026-03-10")) {
		t.Errorf("confirmed %v, rectify by %v (%v)", r.ConfirmedAt, r.RectifyBy, r.RectifyDue)
	}
	o.refused(domain.Conflict, "CRED-2", confirm(second))
}

// CRED-2: the window ends early only if the unit declares its statement final.
func TestFinalStatementEndsTheWindow(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-03-02 10:00")
	id := o.propose(Major, 1)[0]
	o.at("2026-03-03 09:00").must(o.State(ctx, by(theUnit), id, StatementInput{Text: "陈述完毕", Final: true}))
	_, err := o.State(ctx, by(theUnit), id, StatementInput{Text: "还有"})
	o.refused(domain.Conflict, "CRED-2", err)
	o.confirm(id)
	if r := o.stored.Record(id); *r.RectifyBy != dateOf("2026-05-06") {
		t.Errorf("60 days from 3 March, a holiday moved: %v, want 2026-05-06", r.RectifyBy)
	}
}

// CRED-2: without consent to the platform, arrival in it is no service; a receipt is.
func TestServiceByReceipt(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-03-02 10:00")
	o.stored.Consented = false
	id := o.propose(General, 1)[0]
	_, err := o.Record(ctx, by(theUnit), id)
	o.refused(domain.NotFound, "", err)
	_, err = o.State(ctx, by(theUnit), id, StatementInput{Text: "陈述", Final: true})
	o.refused(domain.NotFound, "", err)
	o.at("2026-03-20 10:00")
	_, err = o.Confirm(ctx, by(second), id, Note{})
	o.refused(domain.Invalid, "CRED-2", err)
	for _, in := range []ServiceInput{{ServedOn: "2026-03-21", Receipt: "邮寄"}, {ServedOn: "2026-03-01", Receipt: "邮寄"}, {ServedOn: "2026-03-18"}, {ServedOn: "18/3", Receipt: "邮寄"}} {
		_, err = o.Serve(ctx, by(first), id, in)
		o.refused(domain.Invalid, "CRED-2", err)
	}
	o.must(o.Serve(ctx, by(first), id, ServiceInput{ServedOn: "2026-03-18", Receipt: "EMS 签收"}))
	_, err = o.Serve(ctx, by(first), id, ServiceInput{Receipt: "再送"})
	o.refused(domain.Conflict, "CRED-2", err)
	r := o.stored.Record(id)
	if *r.ServedOn != dateOf("2026-03-18") || *r.StatementUntil != dateOf("2026-03-25") {
		t.Errorf("served on %v, statement until %v", r.ServedOn, r.StatementUntil)
	}
	o.late("2026-03-25 23:59:59")
	_, err = o.Confirm(ctx, by(second), id, Note{})
	o.refused(domain.Invalid, "CRED-2", err)
	o.late("2026-03-26").confirm(id)
}

// missed sets what the project's timer sets when a duty has passed its last consequence (REP-4).
func (o office) missed(duty int64, at string) {
	o.duties = append(o.duties, DutyInfo{ID: duty, Kind: "report_annual", Year: 2026, Project: o.projects[ownCode],
		Due: &deadline.Deadline{DueDate: dateOf("2027-02-01"), EventAt: on("2027-01-01")}})
	o.deadlines = append(o.deadlines, deadline.Deadline{ID: 5000 + duty, Kind: KindProposal, Rule: "REP-4", Subject: domain.SubjectUnit(ourUnit.ID), EventAt: on(at), DueAt: on(at),
		DueDate: calendar.DateOf(on(at)), State: deadline.Open, Marks: []deadline.Mark{{At: on(at), Do: deadline.Due}}})
}

// REP-4, M4: the timer proposes one general G6; nothing is served before a regulator adopts it, and he does not confirm it.
func TestTimersProposalWaitsForAdoption(t *testing.T) {
	t.Parallel()
	w := open(t, "2027-02-02 00:00")
	o := &w
	o.missed(41, "2027-03-04")
	o.at("2027-03-03 23:59:59")
	if len(o.stored.Records) != 0 {
		t.Fatal("proposed before its time")
	}
	o.at("2027-03-04")
	if len(o.stored.Records) != 1 {
		t.Fatalf("%d records, want 1", len(o.stored.Records))
	}
	r := o.stored.Records[0]
	if r.Ground != GroundReports || r.Severity != General || r.ProposedBy.ID != 0 || r.DutyID != 41 || !r.ProposedAt.Equal(on("2027-03-04")) || r.ServedAt != nil {
		t.Errorf("proposed %+v", r)
	}
	for _, m := range o.sent {
		for _, to := range m.To {
			if to == notice.Owner(ourUnit.ID) {
				t.Errorf("the unit was told %q", m.Title)
			}
		}
	}
	o.missed(41, "2027-03-05") // the same duty again
	o.at("2027-03-12 10:00")
	_, err := o.Confirm(ctx, by(second), r.ID, Note{})
	o.refused(domain.Invalid, "CRED-2", err)
	_, err = o.Serve(ctx, by(first), r.ID, ServiceInput{Receipt: "邮寄"})
	o.refused(domain.Invalid, "CRED-2", err)
	o.must(o.Adopt(ctx, by(first), r.ID, Note{}))
	_, err = o.Adopt(ctx, by(second), r.ID, Note{})
	o.refused(domain.Conflict, "CRED-2", err)
	if r = o.stored.Records[0]; *r.ServedOn != dateOf("2027-03-12") || *r.StatementUntil != dateOf("2027-03-19") {
		t.Errorf("served on %v, statement until %v", r.ServedOn, r.StatementUntil)
	}
	o.at("2027-03-20")
	_, err = o.Confirm(ctx, by(first), r.ID, Note{})
	o.refused(domain.Forbidden, "CRED-2", err)
	o.confirm(r.ID)
	if len(o.stored.Records) != 1 {
		t.Errorf("%d records about one duty", len(o.stored.Records))
	}
}

// Double clicks: of many confirmations at once one stands, and the date to rectify is set once.
func TestConfirmedOnceHoweverOften(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-03-02 10:00")
	id := o.propose(General, 1)[0]
	o.at("2026-03-10")
	var wg sync.WaitGroup
	errs := make([]error, 16)
	for i := range errs {
		wg.Go(func() { _, errs[i] = o.Confirm(ctx, by([]domain.Actor{second, third}[i%2]), id, Note{}) })
	}
	wg.Wait()
	done := 0
	for _, err := range errs {
		if err == nil {
			done++
		} else {
			o.refused(domain.Conflict, "CRED-2", err)
		}
	}
	if done != 1 {
		t.Errorf("confirmed %d times", done)
	}
}
