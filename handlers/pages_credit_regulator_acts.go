package handlers

import (
	"slices"

	"qhtz/domain/calendar"
	"qhtz/domain/catalogue"
	"qhtz/domain/credit"
	"qhtz/web"
)

// offerRecord offers what this person can do about a record now, and says what he cannot and why.
func offerRecord(f *actForms, v *credit.View, r *credit.Record, person int64) (locked []web.Reason) {
	p := f.p
	lock := func(rule, key string, pairs ...any) {
		locked = append(locked, web.Reason{Text: p.T(key, pairs...), Rule: rule})
	}
	switch {
	case r.State() == credit.Proposed:
		offerProposed(f, v, r, person, lock)
	case r.InEffect():
		offerInEffect(f, v, r, person, lock)
	}
	return locked
}

func offerProposed(f *actForms, v *credit.View, r *credit.Record, person int64, lock func(rule, key string, pairs ...any)) {
	p, days := f.p, v.Book.Policy(v.At).Content
	window := dateText(p, daysAfter(v, days[catalogue.StatementDays], calendar.WorkingDays))
	own := r.ProposedBy.ID == 0 && r.AdoptedAt == nil
	switch {
	case own && v.Consented:
		f.add("adoption", "REP-4", p.T("credit_then.adoption_served", "n", days[catalogue.StatementDays], "date", window), false, f.reason("adoption", false))
	case own:
		f.add("adoption", "REP-4", p.T("credit_then.adoption"), false, f.reason("adoption", false))
	case r.ServedAt == nil:
		f.add("service", "CRED-2", p.T("credit_then.service", "n", days[catalogue.StatementDays]), false, f.service()...)
	}
	if r.PutForwardBy(person) {
		lock("CRED-2", "lock.second")
		return
	}
	switch {
	case r.ServedAt == nil:
		lock("CRED-2", "lock.not_served")
	case !r.HeardBy(v.At):
		lock("CRED-2", "lock.window", "date", dateText(p, *r.StatementUntil))
	default:
		f.add("confirmation", "CRED-2", confirmThen(p, v, r), false, f.reason("confirmation", false))
	}
	f.add("dismissal", "CRED-2", p.T("credit_then.dismissal"), true, f.reason("dismissal", false))
}

// confirmThen says what follows from confirming: the time to put things right, and how near the unit comes to a listing.
func confirmThen(p web.Page, v *credit.View, r *credit.Record) string {
	days, n, threshold := v.Book.Policy(v.At).Content, 1, catalogue.GeneralThreshold
	length := days[catalogue.RectifyGeneralDays]
	if r.Severity == credit.Major {
		length, threshold = days[catalogue.RectifyMajorDays], catalogue.MajorThreshold
	}
	then := p.T("credit_then.confirmation", "n", length, "date", dateText(p, daysAfter(v, length, calendar.NaturalDays)))
	if r.Participant {
		return then + p.T("credit_then.participant")
	}
	for _, other := range v.Records {
		if other.InEffect() && other.Severity == r.Severity && !other.Participant {
			n++
		}
	}
	key := "credit_then.count"
	if n >= days[threshold] {
		key = "credit_then.full"
	}
	return then + p.T(key, "n", n, "threshold", days[threshold], "severity", severityText(p, r.Severity))
}

func offerInEffect(f *actForms, v *credit.View, r *credit.Record, person int64, lock func(rule, key string, pairs ...any)) {
	p := f.p
	if r.Unrectified() && r.UnderReview() != nil {
		yes, no := p.T("credit_then.review_yes"), p.T("credit_then.review_no")
		if r.UnderReview().InTime {
			yes = p.T("credit_then.review_yes_in_time", "at", atText(p, r.UnderReview().At))
		}
		f.add("review", "CRED-2", p.T("credit_then.review"), false, f.choice("review", "accept", yes, no), f.reason("review", false))
	}
	switch {
	case !r.Unrectified():
	case r.Extended > 0:
		lock("CRED-2", "lock.extended")
	case !v.At.Before(*r.RectifyDue):
		lock("CRED-2", "lock.overdue")
	default:
		days := f.field("extension", "days", web.FieldText, "days", true)
		days.Width, days.MaxLength = "short", 3
		f.add("extension", "CRED-2", p.T("credit_then.extension", "n", r.RectifyDays, "date", dateText(p, *r.RectifyBy)), false, days, f.reason("extension", true))
	}
	resting := restingListing(v, r.ID)
	if r.State() == credit.Rectified {
		switch {
		case r.PutForwardBy(person):
			lock("CRED-2", "lock.second_repair")
		case resting != nil && resting.State == credit.Listed:
			lock("CRED-6", "lock.listed")
		default:
			f.add("repair", "CRED-2", p.T("credit_then.repair"), false, f.reason("repair", false))
		}
	}
	then := p.T("credit_then.revocation")
	if resting != nil {
		then += p.T("credit_then.revocation_listing", "state", p.Word("listing_state", string(resting.State)))
	}
	f.add("revocation", "CRED-2", then, true, f.reason("revocation", true))
}

// restingListing is the listing, pending or in effect, that rests on a record.
func restingListing(v *credit.View, record int64) *credit.Listing {
	for _, l := range v.Listings {
		if l.Active() && slices.ContainsFunc(l.Trace, func(x credit.Cause) bool { return x.RecordID == record }) {
			return l
		}
	}
	return nil
}
