package credit

import (
	"context"
	"fmt"
	"strings"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/catalogue"
	"qhtz/domain/identity/competence"
)

// RectificationInput is how the unit has put things right, with evidence.
type RectificationInput struct {
	Text     string   `json:"text"`
	Evidence Evidence `json:"evidence"`
	Note
}

// Rectify takes the evidence that things were put right. In time, it keeps the record from counting as overdue until a
// regulator decides; late, it counts once accepted (CRED-2).
func (s *Service) Rectify(ctx context.Context, call domain.Call, record int64, in RectificationInput) (*View, error) {
	return s.onRecord(ctx, call, competence.CreditAnswer, record, func(c *command, r *Record) error {
		switch {
		case !r.Unrectified():
			return stateError("CRED-2", "这条记录现在不需要整改（"+RecordStateText(r.State())+"）。")
		case r.UnderReview() != nil:
			return stateError("CRED-2", "已提交的整改材料正在审查，审查有结果后才能再次提交。")
		case len(r.Rectifications) >= severalTries:
			return stateError("CRED-2", "提交次数过多，请联系监管部门。")
		}
		if err := texts("CRED-2", []string{"text"}, map[string]string{"text": in.Text}); err != nil {
			return err
		}
		if what := in.Evidence.check(); what != "" {
			return invalid("CRED-2", map[string]string{"evidence": what})
		}
		due, err := c.limit(KindEvidence, "CRED-2", "提交整改材料", c.at, catalogue.EvidenceReviewDays, calendar.WorkingDays)
		if err != nil {
			return err
		}
		if err := c.record(EvSubmitted, "CRED-2", c.at, EventData{RecordID: r.ID, By: c.by(), Text: strings.TrimSpace(in.Text), Evidence: in.Evidence,
			InTime: c.at.Before(*r.RectifyDue), Until: &due.DueDate, DeadlineID: due.ID}); err != nil {
			return err
		}
		return c.tellEvidence(r, due.DueDate)
	})
}

// ReviewInput decides on evidence.
type ReviewInput struct {
	Accept *bool `json:"accept"`
	Note
}

// Review decides on the evidence: accepted, the record is rectified as of its submission, if that was in time; refused, it
// is overdue from the later of this decision and its date (CRED-2).
func (s *Service) Review(ctx context.Context, call domain.Call, record int64, in ReviewInput) (*View, error) {
	return s.onRecord(ctx, call, competence.CreditDecide, record, func(c *command, r *Record) error {
		if !r.Unrectified() || r.UnderReview() == nil {
			return stateError("CRED-2", "没有待审查的整改材料。")
		}
		if in.Accept == nil {
			return invalid("CRED-2", map[string]string{"accept": "请决定是否通过。"})
		}
		if err := in.check("CRED-2"); err != nil {
			return err
		}
		c.audit.Note = in.Said()
		if err := c.record(EvReviewed, "CRED-2", c.at, EventData{RecordID: r.ID, By: c.by(), Accept: *in.Accept, Reason: in.Said()}); err != nil {
			return err
		}
		c.finishDeadline(r.Deadlines["evidence"], c.at)
		if *in.Accept {
			c.finishDeadline(r.Deadlines["rectify"], *r.RectifiedAt)
		}
		return c.tellReviewed(r)
	})
}

// ExtensionInput prolongs the time to put things right.
type ExtensionInput struct {
	Days int `json:"days"`
	Note
}

// Extend prolongs the rectification once, before its date, with a reason, by at most its original length (CRED-2).
func (s *Service) Extend(ctx context.Context, call domain.Call, record int64, in ExtensionInput) (*View, error) {
	return s.onRecord(ctx, call, competence.CreditDecide, record, func(c *command, r *Record) error {
		switch {
		case !r.Unrectified():
			return stateError("CRED-2", "这条记录现在没有整改期限。")
		case r.Extended > 0:
			return domain.Refuse(domain.Invalid, "extended_before", "CRED-2", "整改期限只能延长一次。")
		case !c.at.Before(*r.RectifyDue):
			return domain.Refuse(domain.Invalid, "overdue", "CRED-2", "整改期限已经届满，不能再延长。")
		}
		wrong := map[string]string{}
		if in.Days < 1 || in.Days > r.RectifyDays {
			wrong["days"] = fmt.Sprintf("应为 1 至 %d 日。", r.RectifyDays)
		}
		if in.Said() == "" {
			wrong["reason"] = "必须写明理由。"
		}
		if err := invalid("CRED-2", wrong); err != nil {
			return err
		}
		if err := in.check("CRED-2"); err != nil {
			return err
		}
		return c.extend(r, in)
	})
}

func (c *command) extend(r *Record, in ExtensionInput) error {
	c.cancelDeadlines(r.Deadlines["rectify"])
	due, err := c.counted(KindRectify, "CRED-2", "认定（整改期限延长）", *r.ConfirmedAt, calendar.Limit{N: r.RectifyDays + in.Days, Unit: calendar.NaturalDays})
	if err != nil {
		return err
	}
	c.audit.Note = in.Said()
	if err := c.record(EvExtended, "CRED-2", c.at, EventData{RecordID: r.ID, By: c.by(), Days: in.Days, Reason: in.Said(), Until: &due.DueDate, DueAt: &due.DueAt, DeadlineID: due.ID}); err != nil {
		return err
	}
	return c.tellExtended(r)
}
