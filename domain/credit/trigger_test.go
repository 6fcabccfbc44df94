package credit

import (
	"testing"
	"time"

	"qhtz/domain"
	"qhtz/domain/catalogue"
)

// CRED-3, CRED-4, M5: three general records, one overdue is enough: pending on 10 April, listed and public on the 18th.
func TestM5(t *testing.T) {
	t.Parallel()
	for _, prompt := range []bool{true, false} {
		o, ids := threeGeneral(t)
		move := map[bool]func(string) office{true: o.at, false: o.late}[prompt]
		move("2026-03-10 11:00")
		if s := o.standing(); s.General != 3 || s.Threshold != 3 || s.Unrectified != 3 || s.Overdue != 0 || !same(s.TriggerAt, on("2026-04-10")) || s.Listing != nil || s.Listed {
			t.Errorf("standing %+v", s)
		}
		o.public(false)
		move("2026-04-09 23:59:59.999999")
		o.standing()
		o.none()
		move("2026-04-10")
		if s := o.standing(); s.Overdue != 3 || s.Listing == nil || *s.Listing.ObjectionUntil != dateOf("2026-04-17") || s.TriggerAt != nil {
			t.Errorf("standing %+v", s)
		}
		o.listing(0, Pending)
		o.record(Overdue, ids...)
		move("2026-04-17 23:59:59.999999")
		o.public(false)
		move("2026-04-18")
		o.public(true)
		o.listing(0, Listed, "2026-04-18", "2027-04-18")
		l := o.stored.Listings[0]
		if len(l.Trace) != 3 || l.Threshold != 3 || l.PolicyVersion != 1 || l.LegalBasis == nil || l.LegalBasis.ID != "32-15" {
			t.Errorf("trace %+v", l)
		}
		for i, c := range l.Trace {
			if c.RecordID != ids[i] || !c.ConfirmedAt.Equal(on("2026-03-10 10:00")) || *c.RectifyBy != dateOf("2026-04-09") || !same(c.OverdueAt, on("2026-04-10")) {
				t.Errorf("cause %+v", c)
			}
		}
	}
}

// M5, branch a: evidence for one, in time, leaves two overdue: they trigger all the same.
func TestM5EvidenceForOne(t *testing.T) {
	t.Parallel()
	o, ids := threeGeneral(t)
	o.at("2026-04-08 10:00").mend(ids[0])
	o.at("2026-04-10").listing(0, Pending)
	if s := o.standing(); s.General != 3 || s.Overdue != 2 {
		t.Errorf("standing %+v", s)
	}
	o.at("2026-04-15 10:00").review(true, ids[0])
	o.listing(0, Pending)
	o.at("2026-04-18").listing(0, Listed, "2026-04-18", "2027-04-18")
}

// M5, branch a: evidence for all, in time: no trigger until decided; one refused triggers then.
func TestM5EvidenceForAll(t *testing.T) {
	t.Parallel()
	o, ids := threeGeneral(t)
	o.at("2026-04-08 10:00").mend(ids...)
	if s := o.standing(); s.TriggerAt != nil {
		t.Errorf("trigger at %v, while all wait", s.TriggerAt)
	}
	o.at("2026-04-14 15:00").none()
	o.review(true, ids[1])
	o.none()
	o.review(false, ids[0])
	o.listing(0, Pending)
	l := o.stored.Listings[0]
	if !l.OpenedAt.Equal(on("2026-04-14 15:00")) || *l.ObjectionUntil != dateOf("2026-04-21") {
		t.Errorf("opened %v, objection until %v", l.OpenedAt, l.ObjectionUntil)
	}
	o.at("2026-04-22").listing(0, Listed, "2026-04-22", "2027-04-22")
}

// M5, branch b: one dismissed leaves two in effect.
func TestM5OneDismissed(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-03-02 10:00")
	ids := o.propose(General, 3)
	o.at("2026-03-10 10:00").confirm(ids[:2]...)
	o.must(o.Dismiss(ctx, by(second), ids[2], Note{}))
	o.at("2026-12-31").none()
	o.public(false)
	if s := o.standing(); s.General != 2 || s.Overdue != 2 || s.TriggerAt != nil {
		t.Errorf("standing %+v", s)
	}
}

// M5, branch c: all rectified in the window: cancelled, told, never public, and nothing spent.
func TestM5RectifiedInTheWindow(t *testing.T) {
	t.Parallel()
	o, ids := threeGeneral(t)
	o.at("2026-04-13 10:00").mend(ids...)
	o.at("2026-04-15 10:00").review(true, ids[:2]...)
	o.listing(0, Pending)
	told := len(o.sent)
	o.review(true, ids[2])
	o.listing(0, Cancelled)
	ended := false
	for _, m := range o.sent[told:] {
		ended = ended || m.Kind == "listing_ended" && m.Rule == "CRED-4"
	}
	if !ended {
		t.Error("nobody was told")
	}
	o.record(Rectified, ids...)
	o.at("2026-04-18").public(false)
	o.at("2026-12-31").listing(0, Cancelled)
	if len(o.feed) != 0 {
		t.Errorf("feed %v", o.feed)
	}
}

// M5, branch d: two, and a third a month later: the first moment at which three are in effect and one is overdue.
func TestM5TheThirdComesLater(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-03-02 10:00")
	two := o.propose(General, 2)
	o.at("2026-03-10 10:00").confirm(two...)
	o.at("2026-04-02 10:00")
	third := o.propose(General, 1)[0]
	o.at("2026-04-13 10:00").none()
	o.confirm(third)
	o.listing(0, Pending)
	if l := o.stored.Listings[0]; !l.OpenedAt.Equal(on("2026-04-13 10:00")) || *l.ObjectionUntil != dateOf("2026-04-20") || l.Trace[2].OverdueAt != nil {
		t.Errorf("%+v", l)
	}
	o.at("2026-04-21").listing(0, Listed, "2026-04-21", "2027-04-21")
}

// M5, branch e: an objection holds the listing back; refused by a third person it is listed at that instant, upheld never.
func TestM5Objection(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, decided string
		uphold        bool
		from, until   string
	}{
		{"refused after the window", "2026-04-21 15:00", false, "2026-04-21 15:00", "2027-04-22"},
		{"refused in the window", "2026-04-17 09:00", false, "2026-04-18", "2027-04-18"},
		{"refused as it ends", "2026-04-18 00:00", false, "2026-04-18", "2027-04-18"},
		{"upheld", "2026-04-21 15:00", true, "", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o, ids := threeGeneral(t)
			o.at("2026-04-16 09:00")
			id := o.listing(0, Pending)
			o.must(o.Object(ctx, by(theUnit), id, ObjectionInput{Text: "异议"}))
			_, err := o.Object(ctx, by(theUnit), id, ObjectionInput{Text: "再议"})
			o.refused(domain.Conflict, "CRED-4", err)
			for _, took := range []domain.Actor{first, second} {
				_, err = o.DecideObjection(ctx, by(took), id, UpholdInput{Uphold: &c.uphold})
				o.refused(domain.Forbidden, "CRED-4", err)
			}
			o.at(c.decided).listing(0, Pending)
			o.must(o.DecideObjection(ctx, by(third), id, UpholdInput{Uphold: &c.uphold}))
			_, err = o.DecideObjection(ctx, by(third), id, UpholdInput{Uphold: ptr(true)})
			o.refused(domain.Conflict, "CRED-4", err)
			o.at("2026-04-22")
			if c.uphold {
				o.listing(0, Cancelled)
				o.record(Spent, ids...)
				o.at("2027-12-31").public(false)
				return
			}
			o.listing(0, Listed, c.from, c.until)
			o.public(true)
		})
	}
}

// CRED-4: the window is over in the very instant in which it ends, whether or not the worker was there.
func TestObjectionAtTheEndOfTheWindow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		at string
		ok bool
	}{{"2026-04-17 23:59:59.999999", true}, {"2026-04-18", false}, {"2026-04-18 00:00:00.000001", false}} {
		o, _ := threeGeneral(t)
		o.at("2026-04-10")
		id := o.listing(0, Pending)
		o.late(c.at)
		_, err := o.Object(ctx, by(theUnit), id, ObjectionInput{Text: "异议"})
		if c.ok != (err == nil) {
			t.Errorf("at %s: %v", c.at, err)
		}
		o.at("2026-04-19").public(!c.ok)
	}
}

// CRED-3: what an objection upheld has spent does not count again; others do.
func TestSpentRecordsDoNotCount(t *testing.T) {
	t.Parallel()
	o, ids := threeGeneral(t)
	o.at("2026-04-13 10:00").must(o.Object(ctx, by(theUnit), o.listing(0, Pending), ObjectionInput{Text: "异议"}))
	more := o.propose(General, 3)
	o.must(o.DecideObjection(ctx, by(third), o.listing(0, Pending), UpholdInput{Uphold: ptr(true)}))
	o.record(Spent, ids...)
	o.at("2026-04-21 10:00").confirm(more[:2]...)
	o.at("2026-06-15").record(Overdue, more[:2]...)
	if len(o.stored.Listings) != 1 {
		t.Fatal("listed for what was spent")
	}
	o.confirm(more[2])
	o.listing(1, Pending)
	if l := o.stored.Listings[1]; len(l.Trace) != 3 || l.rests(ids[0]) {
		t.Errorf("trace %+v", l.Trace)
	}
}

// CRED-3, CRED-7: what a unit bears as a participant never counts for the trigger.
func TestParticipantsDoNotTrigger(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-03-02 10:00")
	p := o.claim(Major)
	p.ProjectCode = foreignCode
	_, err := o.Propose(ctx, by(first), p)
	o.refused(domain.Invalid, "CODE-7", err)
	p.Participant = true
	id := o.must(o.Propose(ctx, by(first), p)).RecordID
	own := o.claim(Major)
	own.ProjectCode, own.Participant = ownCode, true
	_, err = o.Propose(ctx, by(first), own)
	o.refused(domain.Invalid, "CRED-1", err)
	o.at("2026-03-10 10:00").confirm(id)
	if s := o.standing(); s.TriggerAt != nil {
		t.Errorf("trigger at %v", s.TriggerAt)
	}
	o.at("2026-12-31").record(Overdue, id)
	o.none()
}

// A unit's own duty is never a participant's matter: else a flag would keep it out of the trigger (CRED-7).
func TestOwnDutyIsNotAParticipants(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-03-02 10:00")
	o.duties = []DutyInfo{{ID: 33, Project: o.projects[ownCode]}}
	p := o.claim(General)
	p.DutyID, p.Participant = "33", true
	_, err := o.Propose(ctx, by(first), p)
	o.refused(domain.Invalid, "CRED-1", err)
}

// CRED-3: TriggerAt is when the listing opens if nobody does anything; a record that expires before does not count.
func TestTriggerAtKnowsOfExpiry(t *testing.T) {
	t.Parallel()
	o, ids := threeGeneral(t)
	o.mend(ids...)
	o.review(true, ids...)
	o.at("2027-02-22 10:00")
	late := o.propose(General, 1)[0]
	o.at("2027-03-02 10:00").confirm(late) // due by 1 April 2027; the others expire on 11 March
	if s := o.standing(); s.TriggerAt != nil {
		t.Errorf("trigger at %v: by then one record is in effect", s.TriggerAt)
	}
	o.at("2027-06-01").none()
}

// CRED-3: other parameters, other thresholds, by the version in force at the evaluation.
func TestThresholdsAreParameters(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-03-02 10:00")
	p := catalogue.Parameters{}
	for k, v := range catalogue.DefaultParameters {
		p[k] = v
	}
	p[catalogue.GeneralThreshold], p[catalogue.OverdueThreshold] = 2, 2
	o.book.Library.Policies = append(o.book.Library.Policies, catalogue.Edition[catalogue.Parameters]{Version: 2, From: on("2026-03-05").Add(time.Hour), Content: p})
	ids := o.propose(General, 2)
	o.at("2026-03-10 10:00").confirm(ids...)
	o.mend(ids[0])
	o.at("2026-04-10").none() // one is overdue, not two
	o.review(false, ids[0])
	o.listing(0, Pending)
	if l := o.stored.Listings[0]; l.PolicyVersion != 2 || l.Threshold != 2 {
		t.Errorf("policy %d, threshold %d", l.PolicyVersion, l.Threshold)
	}
}
