package credit

import (
	"context"
	"strings"
	"time"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/catalogue"
	"qhtz/domain/identity/competence"
)

// onListing runs a command on the unit of a listing.
func (s *Service) onListing(ctx context.Context, call domain.Call, act competence.Act, listing int64, decide func(c *command, l *Listing) error) (*View, error) {
	if err := competence.MayEver(call.Actor, act); err != nil {
		return nil, err
	}
	unit, err := s.store.UnitOfListing(ctx, listing)
	if err != nil {
		return nil, err
	}
	return s.act(ctx, call, act, unit, func(c *command) (int64, int64, error) {
		l := c.u.Listing(listing)
		if l == nil {
			return 0, 0, domain.NotFoundError()
		}
		if act == competence.CreditAnswer && l.ServedAt == nil {
			return 0, 0, domain.NotFoundError() // nothing has been said to the unit yet
		}
		if err := call.CheckVersion(l.Version); err != nil {
			return 0, 0, err
		}
		return 0, listing, decide(c, l)
	})
}

// ServeListing records the receipt of a notice of listing that was served outside the platform (CRED-4).
func (s *Service) ServeListing(ctx context.Context, call domain.Call, listing int64, in ServiceInput) (*View, error) {
	return s.onListing(ctx, call, competence.CreditDecide, listing, func(c *command, l *Listing) error {
		if l.State != Pending || l.ServedAt != nil {
			return stateError("CRED-4", "告知书已经送达，或拟列入已经结束。")
		}
		on, err := in.date(c, calendar.DateOf(l.OpenedAt), catalogue.ObjectionDays)
		if err != nil {
			return err
		}
		return c.serveListing(l.ID, on, in.Said())
	})
}

// ObjectionInput is why the unit should not be listed.
type ObjectionInput struct {
	Text string `json:"text"`
	Note
}

// Said is the objection with its reasons.
func (in ObjectionInput) Said() string {
	return strings.TrimSpace(strings.TrimSpace(in.Text) + "\n" + in.Note.Said())
}

// Object takes the unit's objection to being listed, once, within the window; it is not listed before the decision (CRED-4).
func (s *Service) Object(ctx context.Context, call domain.Call, listing int64, in ObjectionInput) (*View, error) {
	return s.onListing(ctx, call, competence.CreditAnswer, listing, func(c *command, l *Listing) error {
		switch {
		case l.Objection != nil:
			return stateError("CRED-4", "已经提出过异议。")
		case l.State == Listed && l.WindowEndsAt != nil:
			return domain.Refuse(domain.Invalid, "window_over", "CRED-4", "异议期已于"+day(*l.ObjectionUntil)+"届满，单位已列入黑名单。")
		case l.State != Pending:
			return stateError("CRED-4", "拟列入已经结束（"+ListingStateText(l.State)+"）。")
		case !c.at.Before(*l.WindowEndsAt):
			return domain.Refuse(domain.Invalid, "window_over", "CRED-4", "异议期已于"+day(*l.ObjectionUntil)+"届满。")
		}
		if err := texts("CRED-4", nil, map[string]string{"text": in.Text, "reason": in.Reason, "opinion": in.Opinion}); err != nil {
			return err
		}
		due, err := c.limit(KindObjectionReview, "CRED-4", "提出异议", c.at, catalogue.ObjectionReviewDays, calendar.WorkingDays)
		if err != nil {
			return err
		}
		if err := c.record(EvObjected, "CRED-4", c.at, EventData{ListingID: l.ID, By: c.by(), Text: in.Said(), Until: &due.DueDate, DeadlineID: due.ID}); err != nil {
			return err
		}
		return c.tellObjection(l, due.DueDate)
	})
}

// UpholdInput decides on an objection.
type UpholdInput struct {
	Uphold *bool `json:"uphold"`
	Note
}

// DecideObjection decides on an objection, by another person than any who put forward or confirmed a record that the
// listing rests on. Upheld, there is no listing and its records are spent; refused, the unit is listed at the end of the
// window, or now if that is past (CRED-3, CRED-4).
func (s *Service) DecideObjection(ctx context.Context, call domain.Call, listing int64, in UpholdInput) (*View, error) {
	return s.onListing(ctx, call, competence.CreditDecide, listing, func(c *command, l *Listing) error {
		if c.u.TookPart(l, c.call.Actor.ID, true) {
			return secondPerson("CRED-4", "提出或认定过有关记录的人不能裁定异议，须由另一人办理。")
		}
		if l.State != Pending || l.Objection == nil || l.Objection.DecidedAt != nil {
			return stateError("CRED-4", "没有待裁定的异议。")
		}
		if in.Uphold == nil {
			return invalid("CRED-4", map[string]string{"uphold": "请决定异议是否成立。"})
		}
		if err := in.check("CRED-4"); err != nil {
			return err
		}
		c.audit.Note = in.Said()
		if err := c.record(EvObjDecided, "CRED-4", c.at, EventData{ListingID: l.ID, By: c.by(), Accept: *in.Uphold, Reason: in.Said()}); err != nil {
			return err
		}
		c.finishDeadline(l.Deadlines["objection"], c.at)
		if err := c.tellObjectionDecided(l); err != nil || !*in.Uphold {
			return err
		}
		c.cancelDeadlines(l.Deadlines["window"])
		return c.afterListing(l, false)
	})
}

// TookPart reports whether a person put forward one of the records that a listing rests on, or adopted it, or, if asked,
// confirmed it (CRED-4, CRED-6).
func (u *Unit) TookPart(l *Listing, person int64, confirmed bool) bool {
	for _, cause := range l.Trace {
		r := u.Record(cause.RecordID)
		if r == nil {
			continue
		}
		if r.PutForwardBy(person) || confirmed && r.DecidedBy != nil && r.DecidedBy.ID == person {
			return true
		}
	}
	return false
}

// CommitmentVersion names the text that a unit signs to leave the blacklist (CRED-6).
const CommitmentVersion = "2017-1"

// Commitment is that text.
const Commitment = "本单位承诺：已按要求完成整改，今后依法依规开展投资建设，如实、按时报告项目信息；再有违法违规行为的，愿意接受从重处理并向社会公开。"

// ExitInput asks to leave the blacklist.
type ExitInput struct {
	Commitment bool `json:"commitment"`
	Note
}

// AskExit takes the unit's application to leave: all records that the listing rests on rectified, the minimum period over,
// the commitment signed (CRED-6). All that is missing is told at once.
func (s *Service) AskExit(ctx context.Context, call domain.Call, listing int64, in ExitInput) (*View, error) {
	return s.onListing(ctx, call, competence.CreditAnswer, listing, func(c *command, l *Listing) error {
		if l.State != Listed || l.PendingExit() != nil {
			return stateError("CRED-6", "没有列入黑名单，或移出申请正在办理。")
		}
		if missing := c.u.ExitLacks(l, c.at); len(missing) > 0 || !in.Commitment {
			if !in.Commitment {
				missing["commitment"] = "须签署信用承诺。"
			}
			return &domain.Error{Kind: domain.Invalid, Code: "exit_not_yet", Rule: "CRED-6", Fields: missing, Detail: "尚不具备申请移出的条件。"}
		}
		if err := in.check("CRED-6"); err != nil {
			return err
		}
		due, err := c.limit(KindExitReview, "CRED-6", "申请移出", c.at, catalogue.ExitReviewDays, calendar.WorkingDays)
		if err != nil {
			return err
		}
		if err := c.record(EvExitAsked, "CRED-6", c.at, EventData{ListingID: l.ID, By: c.by(), Commitment: CommitmentVersion, Until: &due.DueDate, DeadlineID: due.ID}); err != nil {
			return err
		}
		return c.tellExitAsked(l, due.DueDate)
	})
}

// ExitLacks says what stands in the way of leaving at an instant, by name; nothing if nothing does. The commitment is
// signed with the application.
func (u *Unit) ExitLacks(l *Listing, at time.Time) map[string]string {
	lacks := map[string]string{}
	for _, cause := range l.Trace {
		if r := u.Record(cause.RecordID); r != nil && r.Unrectified() {
			lacks["records"] = "作为依据的记录还没有全部整改通过。"
		}
	}
	if l.MinUntil != nil && at.Before(*l.MinUntil) {
		lacks["minimum"] = "最短列入期至" + day(calendar.DateOf(*l.MinUntil)-1) + "届满。"
	}
	return lacks
}

// AcceptInput decides on an application.
type AcceptInput struct {
	Accept *bool `json:"accept"`
	Note
}

// DecideExit decides on an application to leave, by another person than put forward a record that the listing rests on.
// Approved, the unit leaves in that instant, everywhere (CRED-6).
func (s *Service) DecideExit(ctx context.Context, call domain.Call, listing int64, in AcceptInput) (*View, error) {
	return s.onListing(ctx, call, competence.CreditDecide, listing, func(c *command, l *Listing) error {
		if c.u.TookPart(l, c.call.Actor.ID, false) {
			return secondPerson("CRED-6", "提出过有关记录的人不能批准移出，须由另一人办理。")
		}
		if l.State != Listed || l.PendingExit() == nil {
			return stateError("CRED-6", "没有待审批的移出申请。")
		}
		if in.Accept == nil {
			return invalid("CRED-6", map[string]string{"accept": "请决定是否同意移出。"})
		}
		if missing := c.u.ExitLacks(l, c.at); *in.Accept && len(missing) > 0 { // its periods may have begun anew since
			return &domain.Error{Kind: domain.Invalid, Code: "exit_not_yet", Rule: "CRED-6", Fields: missing, Detail: "尚不具备移出的条件。"}
		}
		if err := in.check("CRED-6"); err != nil {
			return err
		}
		c.audit.Note = in.Said()
		if err := c.record(EvExitDecided, "CRED-6", c.at, EventData{ListingID: l.ID, By: c.by(), Accept: *in.Accept, Reason: in.Said()}); err != nil {
			return err
		}
		c.finishDeadline(l.Deadlines["exit"], c.at)
		if !*in.Accept {
			return c.tellExitRefused(l)
		}
		c.cancelDeadlines(l.Deadlines["end"])
		return c.afterListing(l, true)
	})
}

// Annul ends a listing, pending or in effect, that should not have been (CRED-6).
func (s *Service) Annul(ctx context.Context, call domain.Call, listing int64, in Note) (*View, error) {
	return s.onListing(ctx, call, competence.CreditDecide, listing, func(c *command, l *Listing) error {
		if !l.Active() {
			return stateError("CRED-6", "这次列入已经结束。")
		}
		if err := in.check("CRED-6"); err != nil {
			return err
		}
		c.audit.Note = in.Said()
		return c.endListing(l, EvAnnulled, in.Said())
	})
}
