package credit

import (
	"context"
	"strings"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/catalogue"
	"qhtz/domain/identity/competence"
)

// Note is an act that says little more than why.
type Note struct {
	Reason  string `json:"reason"`
	Opinion string `json:"opinion"`
}

// Said is what the act says of its reasons.
func (n Note) Said() string {
	return strings.TrimSpace(strings.TrimSpace(n.Reason) + "\n" + strings.TrimSpace(n.Opinion))
}

func (n Note) check(rule string) error {
	return texts(rule, nil, map[string]string{"reason": n.Reason, "opinion": n.Opinion})
}

// onRecord runs a command on the unit of a record.
func (s *Service) onRecord(ctx context.Context, call domain.Call, act competence.Act, record int64, decide func(c *command, r *Record) error) (*View, error) {
	if err := competence.MayEver(call.Actor, act); err != nil {
		return nil, err
	}
	unit, err := s.store.UnitOfRecord(ctx, record)
	if err != nil {
		return nil, err
	}
	return s.act(ctx, call, act, unit, func(c *command) (int64, int64, error) {
		r := c.u.Record(record)
		if r == nil {
			return 0, 0, domain.NotFoundError()
		}
		if act == competence.CreditAnswer && !r.told() {
			return 0, 0, domain.NotFoundError() // not before it is served: nothing has been said to the unit yet
		}
		if err := call.CheckVersion(r.Version); err != nil {
			return 0, 0, err
		}
		return record, 0, decide(c, r)
	})
}

// told reports whether the unit knows of the record.
func (r *Record) told() bool { return r.ServedAt != nil }

// Adopt makes the platform's proposal a regulator's own; then it is served (REP-4, CRED-2).
func (s *Service) Adopt(ctx context.Context, call domain.Call, record int64, in Note) (*View, error) {
	return s.onRecord(ctx, call, competence.CreditDecide, record, func(c *command, r *Record) error {
		if r.State() != Proposed || r.ProposedBy.ID != 0 || r.AdoptedAt != nil {
			return stateError("CRED-2", "只有平台自动提出、尚未采用的拟记录可以采用。")
		}
		if err := in.check("CRED-2"); err != nil {
			return err
		}
		c.audit.Note = in.Said()
		if err := c.record(EvAdopted, "REP-4", c.at, EventData{RecordID: r.ID, By: c.by(), Reason: in.Said()}); err != nil {
			return err
		}
		return c.serveIfConsented(r.ID)
	})
}

// ServiceInput is the receipt of a service outside the platform.
type ServiceInput struct {
	ServedOn string `json:"served_on"` // civil date, today if empty
	Receipt  string `json:"receipt"`   // how, and to whom
	Note
}

// date is the day of service. A receipt registered so late that the window would be over with it serves nothing: the unit
// could no longer say anything in the platform, and must be served anew.
func (in ServiceInput) date(c *command, earliest calendar.Date, window catalogue.Parameter) (calendar.Date, error) {
	today := calendar.DateOf(c.at)
	wrong := map[string]string{}
	on := today
	if in.ServedOn != "" {
		d, err := calendar.ParseDate(in.ServedOn)
		switch {
		case err != nil:
			wrong["served_on"] = "应为日期，如 2026-03-02。"
		case d > today:
			wrong["served_on"] = "送达日期不能晚于今天。"
		case d < earliest:
			wrong["served_on"] = "送达日期不能早于告知书作出之日（" + earliest.String() + "）。"
		case d < today && !c.at.Before(c.book.Calendar.Due(d.Start(), calendar.Limit{N: c.params(d.Start())[window], Unit: calendar.WorkingDays}).At):
			wrong["served_on"] = "登记时期限已经届满，单位无从陈述或异议，请重新送达。"
		}
		on = d
	}
	if strings.TrimSpace(in.Receipt+in.Reason+in.Opinion) == "" {
		wrong["receipt"] = "请写明送达方式和签收情况。"
	}
	for name, s := range map[string]string{"receipt": in.Receipt, "reason": in.Reason, "opinion": in.Opinion} {
		if what := unfit(s, 2000); what != "" {
			wrong[name] = what
		}
	}
	return on, invalid("CRED-2", wrong)
}

// Said is how the notice was served.
func (in ServiceInput) Said() string {
	return strings.TrimSpace(strings.TrimSpace(in.Receipt) + "\n" + in.Note.Said())
}

// Serve records the receipt of a notice that was served outside the platform (CRED-2).
func (s *Service) Serve(ctx context.Context, call domain.Call, record int64, in ServiceInput) (*View, error) {
	return s.onRecord(ctx, call, competence.CreditDecide, record, func(c *command, r *Record) error {
		switch {
		case r.State() != Proposed || r.ServedAt != nil:
			return stateError("CRED-2", "告知书已经送达，或记录已经处理。")
		case r.ProposedBy.ID == 0 && r.AdoptedAt == nil:
			return domain.Refuse(domain.Invalid, "not_adopted", "CRED-2", "平台自动提出的拟记录，须先由监管人员采用才能送达。")
		}
		from := r.ProposedAt
		if r.AdoptedAt != nil {
			from = *r.AdoptedAt
		}
		on, err := in.date(c, calendar.DateOf(from), catalogue.StatementDays)
		if err != nil {
			return err
		}
		return c.serve(r.ID, on, in.Said())
	})
}

// StatementInput is what the unit says before the decision.
type StatementInput struct {
	Text  string `json:"text"`
	Final bool   `json:"final"`
	Note
}

// State takes the unit's statement, within the window. A final one ends the window early (CRED-2).
func (s *Service) State(ctx context.Context, call domain.Call, record int64, in StatementInput) (*View, error) {
	return s.onRecord(ctx, call, competence.CreditAnswer, record, func(c *command, r *Record) error {
		switch {
		case r.State() != Proposed:
			return stateError("CRED-2", "这条记录已经处理，不能再陈述申辩。")
		case r.StatementFinal():
			return stateError("CRED-2", "已经声明陈述完毕。")
		case !c.at.Before(*r.WindowEndsAt):
			return domain.Refuse(domain.Invalid, "window_over", "CRED-2", "陈述申辩期已于"+day(*r.StatementUntil)+"届满。")
		case len(r.Statements) >= severalTries:
			return stateError("CRED-2", "陈述次数过多，请合并后声明陈述完毕。")
		}
		if err := texts("CRED-2", []string{"text"}, map[string]string{"text": in.Text}); err != nil {
			return err
		}
		if err := c.record(EvStatement, "CRED-2", c.at, EventData{RecordID: r.ID, By: c.by(), Text: strings.TrimSpace(in.Text), Final: in.Final}); err != nil {
			return err
		}
		if in.Final {
			c.finishDeadline(r.Deadlines["statement"], c.at)
		}
		return c.tellStatement(r, in.Final)
	})
}

// severalTries bounds what one can hand in again and again on one record.
const severalTries = 20

// bySecond refuses who put the record forward, and a record of which the unit was not told.
func (c *command) bySecond(r *Record, what string) error {
	if r.PutForwardBy(c.call.Actor.ID) {
		return secondPerson("CRED-2", "提出或采用这条记录的人不能"+what+"，须由另一人办理。")
	}
	return nil
}

// Confirm makes a proposed record one in effect, by another person, after the unit was heard; the date by which to put
// things right runs from here (CRED-2).
func (s *Service) Confirm(ctx context.Context, call domain.Call, record int64, in Note) (*View, error) {
	return s.onRecord(ctx, call, competence.CreditDecide, record, func(c *command, r *Record) error {
		if err := c.bySecond(r, "认定"); err != nil {
			return err
		}
		switch {
		case r.State() != Proposed:
			return stateError("CRED-2", "这条记录已经处理，不能再认定。")
		case r.ServedAt == nil:
			return domain.Refuse(domain.Invalid, "not_served", "CRED-2", "告知书尚未送达单位，不能认定。")
		case !r.HeardBy(c.at):
			return domain.Refuse(domain.Invalid, "window_open", "CRED-2", "陈述申辩期至"+day(*r.StatementUntil)+"届满；期满前，除非单位声明陈述完毕，不能认定。")
		}
		if err := in.check("CRED-2"); err != nil {
			return err
		}
		return c.confirm(r, in)
	})
}

func (c *command) confirm(r *Record, in Note) error {
	days, months := catalogue.RectifyGeneralDays, catalogue.GeneralEffectMonths
	if r.Severity == Major {
		days, months = catalogue.RectifyMajorDays, catalogue.MajorEffectMonths
	}
	n := c.params(c.at)[days]
	due, err := c.counted(KindRectify, "CRED-2", "认定", c.at, calendar.Limit{N: n, Unit: calendar.NaturalDays})
	if err != nil {
		return err
	}
	expiry, err := c.counted(KindExpiry, "CRED-2", "认定", c.at, calendar.Limit{N: c.params(c.at)[months], Unit: calendar.EffectMonths})
	if err != nil {
		return err
	}
	c.cancelDeadlines(r.Deadlines["statement"])
	c.audit.Note = in.Said()
	if err := c.record(EvConfirmed, "CRED-2", c.at, EventData{RecordID: r.ID, By: c.by(), Reason: in.Said(), Until: &due.DueDate, DueAt: &due.DueAt,
		Days: n, ExpiresAt: &expiry.DueAt, DeadlineID: due.ID, ExpiryID: expiry.ID}); err != nil {
		return err
	}
	return c.tellConfirmed(r)
}

// Dismiss drops a proposed record, by another person (CRED-2).
func (s *Service) Dismiss(ctx context.Context, call domain.Call, record int64, in Note) (*View, error) {
	return s.onRecord(ctx, call, competence.CreditDecide, record, func(c *command, r *Record) error {
		if err := c.bySecond(r, "不予认定"); err != nil {
			return err
		}
		if r.State() != Proposed {
			return stateError("CRED-2", "这条记录已经处理。")
		}
		if err := in.check("CRED-2"); err != nil {
			return err
		}
		c.cancelDeadlines(r.Deadlines["statement"])
		c.audit.Note = in.Said()
		if err := c.record(EvDismissed, "CRED-2", c.at, EventData{RecordID: r.ID, By: c.by(), Reason: in.Said()}); err != nil {
			return err
		}
		return c.tellDismissed(r)
	})
}

// Revoke takes back a confirmed record that was wrong (CRED-2).
func (s *Service) Revoke(ctx context.Context, call domain.Call, record int64, in Note) (*View, error) {
	return s.onRecord(ctx, call, competence.CreditDecide, record, func(c *command, r *Record) error {
		if !r.InEffect() {
			return stateError("CRED-2", "只有生效中的记录可以撤销。")
		}
		if err := in.check("CRED-2"); err != nil {
			return err
		}
		c.audit.Note = in.Said()
		return c.endRecord(r, EvRevoked, in.Said())
	})
}

// Repair ends the effect of a rectified record before its time, by another person than put it forward. While a listing in
// effect rests on it, leaving the blacklist comes first (CRED-2, CRED-6).
func (s *Service) Repair(ctx context.Context, call domain.Call, record int64, in Note) (*View, error) {
	return s.onRecord(ctx, call, competence.CreditDecide, record, func(c *command, r *Record) error {
		if err := c.bySecond(r, "修复"); err != nil {
			return err
		}
		if r.State() != Rectified {
			return stateError("CRED-2", "只有已整改、生效中的记录可以修复。")
		}
		if l := c.u.restsOn(r.ID); l != nil && l.State == Listed {
			return domain.Refuse(domain.Invalid, "listing_rests_on_it", "CRED-6", "黑名单列入以这条记录为依据，须先移出黑名单。")
		}
		if err := in.check("CRED-2"); err != nil {
			return err
		}
		c.audit.Note = in.Said()
		return c.endRecord(r, EvRepaired, in.Said())
	})
}

func (c *command) endRecord(r *Record, as, reason string) error {
	if err := c.record(as, "CRED-2", c.at, EventData{RecordID: r.ID, By: c.by(), Reason: reason}); err != nil {
		return err
	}
	c.forget(r)
	return c.tellRecordEnded(r)
}

// forget ends the limits of a record that has ended.
func (c *command) forget(r *Record) {
	c.cancelDeadlines(r.Deadlines["statement"], r.Deadlines["rectify"], r.Deadlines["evidence"], r.Deadlines["expiry"])
}
