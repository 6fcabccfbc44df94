package credit

import (
	"testing"

	"qhtz/domain"
	"qhtz/domain/catalogue"
)

func (o office) ask(id int64) error {
	_, err := o.AskExit(ctx, by(theUnit), id, ExitInput{Commitment: true})
	return err
}

func (o office) decide(a domain.Actor, id int64, accept bool) error {
	_, err := o.DecideExit(ctx, by(a), id, AcceptInput{Accept: &accept})
	return err
}

// M6: one major record; 9 May 2026 is a make-up Saturday and does not move; by itself it leaves on 2029-05-16.
func TestM6(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-03-02 10:00")
	id := o.propose(Major, 1)[0]
	o.at("2026-03-10 10:00").confirm(id)
	if r := o.stored.Record(id); *r.RectifyBy != dateOf("2026-05-09") {
		t.Errorf("rectify by %v", r.RectifyBy)
	}
	if s := o.standing(); !same(s.TriggerAt, on("2026-05-10")) || s.Major != 1 {
		t.Errorf("standing %+v", s)
	}
	o.at("2026-05-09 23:59:59").none()
	o.at("2026-05-10").listing(0, Pending)
	if l := o.stored.Listings[0]; *l.ObjectionUntil != dateOf("2026-05-15") {
		t.Errorf("objection until %v", l.ObjectionUntil)
	}
	o.at("2026-05-16").listing(0, Listed, "2026-05-16", "2029-05-16")
	if l := o.stored.Listings[0]; !same(l.MinUntil, on("2027-05-16")) {
		t.Errorf("minimum until %v", l.MinUntil)
	}
	o.at("2029-05-15 23:59:59.999999").public(true)
	o.late("2029-05-16").public(false) // the instant itself, whether or not the worker was there
	o.listing(0, Left)
	o.record(Spent, id)
	if n := len(o.feed); n != 2 || o.feed[1].Kind != FeedRemoved || !o.feed[1].At.Equal(on("2029-05-16")) {
		t.Errorf("feed %+v", o.feed)
	}
}

// CRED-6: leaving takes rectification, the minimum period, the commitment and a person who proposed nothing.
func TestLeaving(t *testing.T) {
	t.Parallel()
	o, record := listedMajor(t)
	id := o.listing(0, Listed)
	o.refused(domain.Invalid, "CRED-6", o.ask(id))
	o.at("2026-06-01 10:00").mend(record)
	o.review(true, record)
	o.public(true) // rectified alone is not enough
	o.at("2027-05-15 23:59:59.999999")
	o.refused(domain.Invalid, "CRED-6", o.ask(id))
	o.at("2027-05-16")
	_, err := o.AskExit(ctx, by(theUnit), id, ExitInput{})
	o.refused(domain.Invalid, "CRED-6", err)
	o.refused(domain.Conflict, "CRED-6", o.decide(second, id, true))
	if err := o.ask(id); err != nil {
		t.Fatal(err)
	}
	o.refused(domain.Conflict, "CRED-6", o.ask(id))
	o.refused(domain.Forbidden, "CRED-6", o.decide(first, id, true))
	if err := o.decide(second, id, false); err != nil {
		t.Fatal(err)
	}
	o.public(true)
	o.at("2027-06-01 10:00")
	if err := o.ask(id); err != nil {
		t.Fatal(err)
	}
	if err := o.decide(second, id, true); err != nil {
		t.Fatal(err)
	}
	o.listing(0, Left, "2026-05-16", "2029-05-16")
	o.public(false)
	o.record(Spent, record)
	o.refused(domain.Conflict, "CRED-6", o.ask(id))
	o.at("2030-01-01").listing(0, Left)
	if len(o.feed) != 2 {
		t.Errorf("feed %+v", o.feed)
	}
}

// CRED-6: an unrectified record among those that triggered keeps the unit on the list, however long.
func TestNoLeavingUnrectified(t *testing.T) {
	t.Parallel()
	o, ids := listedGeneral(t)
	id := o.listing(0, Listed)
	o.mend(ids[:2]...)
	o.review(true, ids[:2]...)
	o.at("2026-07-18 10:00")
	o.refused(domain.Invalid, "CRED-6", o.ask(id))
	o.mend(ids[2])
	o.refused(domain.Invalid, "CRED-6", o.ask(id)) // handed in is not accepted
	o.review(true, ids[2])
	if err := o.ask(id); err != nil {
		t.Fatal(err)
	}
	o.at("2027-04-18").listing(0, Left) // the application never decided: by itself
	o.refused(domain.Conflict, "CRED-6", o.decide(second, id, true))
}

// CRED-6: a new trigger while listed has its own window and restarts the periods, from the day it takes effect.
func TestNewTriggerRestartsThePeriods(t *testing.T) {
	t.Parallel()
	o, ids := listedGeneral(t)
	o.at("2026-05-06 10:00")
	more := o.propose(General, 3)
	o.at("2026-05-18 10:00").confirm(more...)
	o.at("2026-06-18").listing(1, Pending)
	if l := o.stored.Listings[1]; len(l.Trace) != 3 || l.rests(ids[0]) || *l.ObjectionUntil != dateOf("2026-06-26") {
		t.Errorf("%+v", l)
	}
	o.listing(0, Listed, "2026-04-18", "2027-04-18")
	o.at("2026-06-27").listing(1, Listed, "2026-06-27", "2027-06-27")
	o.listing(0, Listed, "2026-04-18", "2027-06-27")
	if l := o.stored.Listings[0]; !same(l.MinUntil, on("2026-09-27")) {
		t.Errorf("minimum until %v", l.MinUntil)
	}
	o.at("2027-06-26 23:59:59").public(true)
	o.at("2027-06-27").public(false)
	o.record(Spent, append(ids, more...)...)
}

// CRED-6: a listing that was annulled never began anew what another one's periods were; where those are over by then, the
// unit leaves in that instant.
func TestAnnulmentRestoresThePeriods(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		annulled string
		state    ListingState
	}{{"2026-07-01 10:00", Listed}, {"2027-05-02 10:00", Left}} {
		o, _ := listedGeneral(t)
		o.at("2026-05-06 10:00")
		more := o.propose(General, 3)
		o.at("2026-05-18 10:00").confirm(more...)
		second := o.at("2026-06-27").listing(1, Listed)
		o.listing(0, Listed, "2026-04-18", "2027-06-27")
		o.at(c.annulled).must(o.Annul(ctx, by(third), second, Note{Reason: "认定有误"}))
		o.listing(1, Annulled)
		o.listing(0, c.state, "2026-04-18", "2027-04-18")
		if l := o.stored.Listings[0]; !same(l.MinUntil, on("2026-07-18")) || !same(l.PeriodsAt, on("2026-04-18")) {
			t.Errorf("periods from %v, minimum until %v", l.PeriodsAt, l.MinUntil)
		}
		o.public(c.state == Listed)
		if c.state == Listed {
			o.at("2027-04-17 23:59:59").public(true)
			o.at("2027-04-18").public(false)
		}
	}
}

// CRED-6: an application does not outrun periods that have begun anew since it was made.
func TestNoLeavingAfterTheRestart(t *testing.T) {
	t.Parallel()
	o, ids := listedGeneral(t)
	id := o.listing(0, Listed)
	o.mend(ids...)
	o.review(true, ids...)
	o.at("2026-06-08 10:00")
	more := o.propose(General, 3)
	o.at("2026-06-16 10:00").confirm(more...)
	o.at("2026-07-18 10:00") // since 17 July a second listing is pending; the first one's three months are over
	if err := o.ask(id); err != nil {
		t.Fatal(err)
	}
	o.at("2026-07-27 10:00").listing(1, Listed)
	o.refused(domain.Invalid, "CRED-6", o.decide(second, id, true))
	if err := o.decide(second, id, false); err != nil {
		t.Fatal(err)
	}
}

// CRED-6: a triggering record revoked, and CRED-3 gone with it, annuls the listing at once, and the rest is spent.
func TestRevocationAnnuls(t *testing.T) {
	t.Parallel()
	o, ids := listedGeneral(t)
	o.at("2026-05-06 15:30").must(o.Revoke(ctx, by(third), ids[1], Note{Reason: "认定有误"}))
	o.listing(0, Annulled)
	o.public(false)
	o.record(Revoked, ids[1])
	o.record(Spent, ids[0], ids[2])
	if l := o.stored.Listings[0]; !same(l.EndedAt, on("2026-05-06 15:30")) {
		t.Errorf("ended at %v", l.EndedAt)
	}
	o.at("2027-12-31").listing(0, Annulled)
}

// CRED-6: a revocation that left CRED-3 standing is no way out later: putting the rest right does not end the listing.
func TestRectifyingAfterARevocationDoesNotAnnul(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-03-02 10:00")
	ids := o.propose(General, 4)
	o.at("2026-03-10 10:00").confirm(ids...)
	o.at("2026-04-20 10:00").listing(0, Listed)
	o.must(o.Revoke(ctx, by(third), ids[0], Note{Reason: "认定有误"}))
	o.listing(0, Listed)
	o.mend(ids[1:]...)
	o.review(true, ids[1:]...)
	o.listing(0, Listed, "2026-04-18", "2027-04-18")
	o.public(true)
	o.refused(domain.Invalid, "CRED-6", o.ask(o.listing(0, Listed)))
}

// CRED-6: annulled by a person, with a reason.
func TestAnnulment(t *testing.T) {
	t.Parallel()
	o, ids := listedGeneral(t)
	id := o.listing(0, Listed)
	_, err := o.Annul(ctx, by(third), id, Note{Reason: "\x07"})
	o.refused(domain.Invalid, "CRED-6", err)
	o.must(o.Annul(ctx, by(third), id, Note{Reason: "依据不足"}))
	o.listing(0, Annulled)
	o.public(false)
	o.record(Spent, ids...)
	_, err = o.Annul(ctx, by(third), id, Note{Reason: "再撤"})
	o.refused(domain.Conflict, "CRED-6", err)
}

// CRED-5: without a basis in force the listing takes effect and stays internal, feed and tombstone too.
func TestNoBasisNoPublication(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-03-02 10:00")
	o.book.Library.Bases = catalogue.Editions[catalogue.LegalBases]{{Version: 1, Content: catalogue.LegalBases{{ID: "32-15", From: "2017-03-13", To: "2026-04-09"}}}}
	ids := o.propose(General, 3)
	o.at("2026-03-10 10:00").confirm(ids...)
	o.at("2026-04-18").listing(0, Listed, "2026-04-18", "2027-04-18")
	o.public(false)
	if s := o.standing(); !s.Listed {
		t.Error("it is in effect all the same")
	}
	o.at("2027-04-18").listing(0, Left)
	if len(o.feed) != 0 {
		t.Errorf("feed %+v", o.feed)
	}
}

// CRED-4: a listing's notice by receipt: no window, no listing before it is served.
func TestListingServedByReceipt(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-03-02 10:00")
	o.stored.Consented = false
	ids := o.propose(General, 3)
	for _, id := range ids {
		o.must(o.Serve(ctx, by(first), id, ServiceInput{Receipt: "直接送达"}))
	}
	o.at("2026-03-10 10:00").confirm(ids...)
	o.at("2026-05-06 10:00")
	id := o.listing(0, Pending)
	_, err := o.Object(ctx, by(theUnit), id, ObjectionInput{Text: "异议"})
	o.refused(domain.NotFound, "", err)
	_, err = o.ServeListing(ctx, by(first), id, ServiceInput{ServedOn: "2026-04-09", Receipt: "邮寄"})
	o.refused(domain.Invalid, "CRED-2", err)
	o.must(o.ServeListing(ctx, by(first), id, ServiceInput{ServedOn: "2026-04-30", Receipt: "邮寄"}))
	if l := o.stored.Listings[0]; *l.ObjectionUntil != dateOf("2026-05-11") { // 6, 7, 8, 9 (make-up), 11 May
		t.Errorf("objection until %v", l.ObjectionUntil)
	}
	_, err = o.ServeListing(ctx, by(first), id, ServiceInput{Receipt: "再送"})
	o.refused(domain.Conflict, "CRED-4", err)
	o.at("2026-05-11 23:59:59").listing(0, Pending)
	o.at("2026-05-12").listing(0, Listed, "2026-05-12", "2027-05-12")
}

// CRED-6: the public's as_of answers for listings now in effect only.
func TestAsOf(t *testing.T) {
	t.Parallel()
	o, _ := listedGeneral(t)
	o.at("2026-06-01 10:00")
	for _, c := range []struct {
		at     string
		listed bool
	}{{"2026-04-17 23:59:59", false}, {"2026-04-18", true}, {"2026-06-01 10:00", true}} {
		if a, err := o.Look(ctx, ownUSCC, ptr(on(c.at)), nil); err != nil || len(a.Listings) > 0 != c.listed {
			t.Errorf("as of %s: %v, %v", c.at, a.Listings, err)
		}
	}
	if a, err := o.Look(ctx, ownUSCC, nil, ptr(dateOf("2026-04-17"))); err != nil || len(a.Listings) > 0 {
		t.Errorf("as of the day before: %v, %v", a.Listings, err)
	}
	_, err := o.Look(ctx, ownUSCC, ptr(on("2026-06-01 10:00:01")), nil)
	o.refused(domain.Invalid, "CRED-6", err)
	_, err = o.Look(ctx, ownUSCC[:17]+"0", nil, nil)
	o.refused(domain.Invalid, "CRED-7", err)
	o.must(o.Annul(ctx, by(third), o.listing(0, Listed), Note{Reason: "依据不足"}))
	if a, err := o.Look(ctx, ownUSCC, ptr(on("2026-05-01")), nil); err != nil || len(a.Listings) > 0 {
		t.Errorf("after it ended the public still learns of it: %v, %v", a.Listings, err)
	}
}
