package credit

import (
	"testing"

	"qhtz/domain"
)

// CRED-2: extended once, with a reason, by at most its own length, before the date.
func TestExtension(t *testing.T) {
	t.Parallel()
	o, ids := threeGeneral(t)
	extend := func(id int64, days int, why string) error {
		_, err := o.Extend(ctx, by(first), id, ExtensionInput{Days: days, Note: Note{Reason: why}})
		return err
	}
	o.refused(domain.Invalid, "CRED-2", extend(ids[0], 31, "设备未到"))
	o.refused(domain.Invalid, "CRED-2", extend(ids[0], 0, "设备未到"))
	o.refused(domain.Invalid, "CRED-2", extend(ids[0], 5, " "))
	if err := extend(ids[0], 30, "设备未到"); err != nil {
		t.Fatal(err)
	}
	if r := o.stored.Record(ids[0]); *r.RectifyBy != dateOf("2026-05-09") { // a Saturday, but a make-up day
		t.Errorf("extended to %v, want 2026-05-09", r.RectifyBy)
	}
	o.refused(domain.Invalid, "CRED-2", extend(ids[0], 1, "再延"))
	o.late("2026-04-10")
	o.refused(domain.Invalid, "CRED-2", extend(ids[1], 5, "迟了"))
	o.at("2026-04-10").record(Confirmed, ids[0])
	o.record(Overdue, ids[1:]...)
	o.at("2026-05-09 23:59:59.999999").record(Confirmed, ids[0])
	o.at("2026-05-10").record(Overdue, ids...)
}

// CRED-2: evidence in time holds the record back until the decision; refused, it is overdue from the later of the
// decision and its date.
func TestEvidenceInTime(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, handed, decided, overdue string }{
		{"refused before the date", "2026-03-20 09:00", "2026-04-01 15:00", "2026-04-10"},
		{"refused after the date", "2026-04-09 23:59:59.999999", "2026-04-14 15:30", "2026-04-14 15:30"},
		{"refused at the date", "2026-04-08 09:00", "2026-04-10", "2026-04-10"},
		{"late", "2026-04-10", "2026-04-10 09:00", "2026-04-10"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o, ids := threeGeneral(t)
			o.late(c.handed).mend(ids[0])
			o.late(c.decided).review(false, ids[0])
			o.at("2026-04-15")
			if r := o.stored.Record(ids[0]); !same(r.OverdueAt, on(c.overdue)) {
				t.Errorf("overdue at %v, want %s", r.OverdueAt, c.overdue)
			}
		})
	}
}

// CRED-2: accepted evidence counts as of its submission if that was in time, else from the acceptance.
func TestEvidenceAccepted(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ handed, rectified string }{
		{"2026-04-09 23:59:59", "2026-04-09 23:59:59"},
		{"2026-04-10", "2026-04-15 10:00"},
	} {
		o, ids := threeGeneral(t)
		o.late(c.handed).mend(ids[0])
		_, err := o.Rectify(ctx, by(theUnit), ids[0], RectificationInput{Text: "再交"})
		o.refused(domain.Conflict, "CRED-2", err)
		o.late("2026-04-15 10:00").review(true, ids[0])
		o.record(Rectified, ids[0])
		if r := o.stored.Record(ids[0]); !same(r.RectifiedAt, on(c.rectified)) {
			t.Errorf("handed in %s: rectified %v, want %s", c.handed, r.RectifiedAt, c.rectified)
		}
		_, err = o.Review(ctx, by(first), ids[0], ReviewInput{Accept: ptr(false)})
		o.refused(domain.Conflict, "CRED-2", err)
	}
}

// CRED-2: a second try in time counts as the first did.
func TestSecondEvidenceInTime(t *testing.T) {
	t.Parallel()
	o, ids := threeGeneral(t)
	o.at("2026-03-20 09:00").mend(ids[0])
	o.at("2026-03-25 09:00").review(false, ids[0])
	o.at("2026-04-09 18:00").mend(ids[0])
	o.at("2026-04-13 09:00").record(Confirmed, ids[0])
	o.review(false, ids[0])
	if r := o.stored.Record(ids[0]); !same(r.OverdueAt, on("2026-04-13 09:00")) {
		t.Errorf("overdue at %v", r.OverdueAt)
	}
}

// CRED-2: evidence nobody decides on in ten working days is escalated, and still holds the record back.
func TestUndecidedEvidenceIsEscalated(t *testing.T) {
	t.Parallel()
	o, ids := threeGeneral(t)
	o.at("2026-04-08 09:00").mend(ids...)
	sent := func() (n int) {
		for _, m := range o.sent {
			if m.Kind == "review_overdue_credit" {
				n++
			}
		}
		return n
	}
	o.at("2026-04-22 23:59:59")
	if sent() != 0 {
		t.Error("escalated before its time")
	}
	o.at("2026-04-23")
	if sent() != 3 {
		t.Errorf("%d escalated, want 3", sent())
	}
	o.at("2026-06-01").none()
	o.record(Confirmed, ids...)
}

// CRED-2: 12 months for general records, 36 for major ones, from the confirmation, and no day moved.
func TestRecordsExpire(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-03-02 10:00")
	general, major := o.propose(General, 1)[0], o.propose(Major, 1)[0]
	o.at("2026-03-10 10:00").confirm(general, major)
	o.mend(general, major)
	o.review(true, general, major)
	o.at("2027-03-10 23:59:59").record(Rectified, general)
	o.at("2027-03-11").record(Expired, general)
	o.at("2029-03-10 23:59:59").record(Rectified, major)
	o.at("2029-03-11").record(Expired, major)
	if s := o.standing(); s.General != 0 || s.Major != 0 {
		t.Errorf("standing %+v", s)
	}
}

// CRED-2: a record does not expire while a listing rests on it; a listing cancelled later lets it go at once.
func TestRecordsUnderAListingDoNotExpire(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-03-02 10:00")
	old := o.propose(General, 2)
	o.at("2026-03-10 10:00").confirm(old...)
	o.at("2027-02-22 10:00")
	late := o.propose(General, 1)[0]
	o.at("2027-03-02 10:00").confirm(late) // two are overdue: pending
	id := o.listing(0, Pending)
	o.at("2027-03-05 10:00").must(o.Object(ctx, by(theUnit), id, ObjectionInput{Text: "异议"}))
	o.at("2027-03-20").record(Overdue, old...) // past 2027-03-11
	o.must(o.Revoke(ctx, by(first), late, Note{Reason: "认定有误"}))
	o.listing(0, Cancelled)
	o.record(Expired, old...)
	if r := o.stored.Record(old[0]); !same(r.EndedAt, on("2027-03-20")) {
		t.Errorf("ended at %v", r.EndedAt)
	}
}

// CRED-2, CRED-6: repair is a second person's, of what is rectified; under a listing in effect leaving comes first.
func TestRepair(t *testing.T) {
	t.Parallel()
	o, ids := threeGeneral(t)
	repair := func(a domain.Actor, id int64) error {
		_, err := o.Repair(ctx, by(a), id, Note{})
		return err
	}
	o.refused(domain.Conflict, "CRED-2", repair(second, ids[0]))
	o.mend(ids[0])
	o.review(true, ids[0])
	o.refused(domain.Forbidden, "CRED-2", repair(first, ids[0]))
	o.at("2026-04-18").listing(0, Listed, "2026-04-18", "2027-04-18")
	o.refused(domain.Invalid, "CRED-6", repair(second, ids[0]))
	o.refused(domain.Conflict, "CRED-2", repair(second, ids[1]))

	o, ids = threeGeneral(t)
	o.mend(ids[0])
	o.review(true, ids[0])
	o.at("2026-04-12 10:00").listing(0, Pending)
	if err := repair(second, ids[0]); err != nil {
		t.Fatal(err)
	}
	o.listing(0, Cancelled)
	o.record(Repaired, ids[0])
}

// CRED-2: a revocation says why; only what is in effect can be revoked.
func TestRevocation(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-03-02 10:00")
	id := o.propose(General, 1)[0]
	revoke := func(why string) error {
		_, err := o.Revoke(ctx, by(first), id, Note{Reason: why})
		return err
	}
	o.refused(domain.Conflict, "CRED-2", revoke("有误"))
	o.at("2026-03-10").confirm(id)
	o.refused(domain.Invalid, "CRED-2", revoke("\x07"))
	if err := revoke("有误"); err != nil {
		t.Fatal(err)
	}
	o.record(Revoked, id)
	o.refused(domain.Conflict, "CRED-2", revoke("再撤"))
}
