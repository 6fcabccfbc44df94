package project

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/catalogue"
	"qhtz/domain/deadline"
	"qhtz/domain/identity/competence"
)

// AcceptanceInput is the authority's answer to a submission (POST …/acceptance).
type AcceptanceInput struct {
	Decision    string       `json:"decision"` // accept, refuse, correct
	Corrections []Correction `json:"corrections"`
	Reason      string       `json:"reason"`
	Remedy      string       `json:"remedy"` // what the owner can do against a refusal
	Opinion     string       `json:"opinion"`
}

// check judges the input by itself; all that is wrong at once.
func (in AcceptanceInput) check() error {
	wrong := map[string]string{}
	switch in.Decision {
	case "accept":
	case "refuse":
		if trimmed(in.Reason) == "" {
			wrong["reason"] = "不予受理必须写明理由。"
		}
	case "correct":
		if len(in.Corrections) == 0 || len(in.Corrections) > 100 {
			wrong["corrections"] = "请一次列出全部需要补正的内容（1 至 100 项）。"
		}
		for i, c := range in.Corrections {
			if trimmed(c.What) == "" || unfit(c.What, 1000) != "" || !isFact(c.Field) || c.Field == "classified" || c.Field == "route" {
				wrong["corrections"] = fmt.Sprintf("第 %d 项须写明要改的字段和怎样改。", i+1)
			}
		}
	default:
		wrong["decision"] = "应为 accept、refuse 或 correct。"
	}
	for name, s := range map[string]string{"reason": in.Reason, "remedy": in.Remedy, "opinion": in.Opinion} {
		if what := unfit(s, 2000); what != "" {
			wrong[name] = what
		}
	}
	if len(wrong) > 0 {
		return &domain.Error{Kind: domain.Invalid, Code: "invalid_decision", Rule: "FILE-5", Fields: wrong, Detail: "决定的内容不完整。"}
	}
	return nil
}

// Decide is the authority's answer to a submission: accept, refuse, or ask for corrections once (FILE-4, FILE-5).
func (s *Service) Decide(ctx context.Context, call domain.Call, ref Ref, in AcceptanceInput) (*View, error) {
	return s.act(ctx, call, ref, competence.ProjectAccept, func(c *command) error {
		state := c.p.Life.State
		if in.Decision == "correct" && state != Submitted && state != InReview && state != Draft && state != Withdrawn && state != Refused {
			return domain.Refuse(domain.Invalid, "corrections_too_late", "FILE-5", "补正只能在受理前一次性要求；现在不能再要求补正。")
		}
		if state != Submitted && state != InReview {
			return stateError(c.p, "作受理决定")
		}
		if err := in.check(); err != nil {
			return err
		}
		c.audit.Note = trimmed(in.Opinion)
		switch in.Decision {
		case "correct":
			return c.askCorrections(in)
		case "refuse":
			return c.refuse(in)
		}
		return c.accept()
	})
}

func (c *command) accept() error {
	if c.p.Life.State == InReview {
		if err := c.finishDeadline(KindFilingReview); err != nil {
			return err
		}
		return c.fileNow("FILE-4", false)
	}
	if err := c.finishDeadline(KindAcceptance); err != nil {
		return err
	}
	return c.acceptAsOf(calendar.DateOf(c.at), false)
}

// acceptAsOf accepts at the instant of the command, as of a day: today, or by silence the day of receipt. The code
// is issued here; the decision limit runs from that day, other limits from the instant (FILE-5, FILE-7).
func (c *command) acceptAsOf(asOf calendar.Date, silence bool) error {
	code, err := c.issueCode()
	if err != nil {
		return err
	}
	if err := c.record(EvAccepted, "FILE-5", EventData{Code: code.Digits(), AsOf: &asOf, BySilence: silence, Opinion: c.audit.Note}); err != nil {
		return err
	}
	from := c.at
	if silence {
		from = *c.p.Life.ReceivedAt
	}
	item, known := c.book.Library.Items.At(from).Content.Find(Item(c.p.Life.Route))
	if !known {
		return fmt.Errorf("item %s is not in the catalogue", Item(c.p.Life.Route))
	}
	rule := "FILE-7"
	params := c.book.Policy(from).Content
	promise, promised := calendar.Limit{N: deadline.PromiseDays(params, item.Limit.N), Unit: item.Limit.Unit}, "受理"
	green, err := c.green()
	if err != nil {
		return err
	}
	if green {
		promise.N, promised = deadline.GreenDays(params, promise.N), "受理（绿色通道）"
	}
	limits := []*deadline.Deadline{
		deadline.Counted(c.book, KindDecision, rule, c.p.Subject(), c.p.AuthorityRegion(), "受理", from, item.Limit),
		deadline.Counted(c.book, KindPromise, "CAL-4", c.p.Subject(), c.p.AuthorityRegion(), promised, from, promise),
		deadline.Counted(c.book, KindEntrust, rule, c.p.Subject(), c.p.AuthorityRegion(), "受理", c.at,
			calendar.Limit{N: c.book.Policy(c.at).Content[catalogue.EntrustDays], Unit: calendar.WorkingDays}),
	}
	for _, d := range limits {
		if err := c.tx.SetDeadline(c.ctx, d); err != nil {
			return err
		}
	}
	if err := c.promptStart(); err != nil {
		return err
	}
	if err := c.published(); err != nil {
		return err
	}
	return c.tellAccepted(limits[0], limits[1])
}

func (c *command) refuse(in AcceptanceInput) error {
	kind := KindAcceptance
	if c.p.Life.State == InReview {
		kind = KindFilingReview
	}
	if err := c.finishDeadline(kind); err != nil {
		return err
	}
	remedy := trimmed(in.Remedy)
	if remedy == "" {
		remedy = "可以修改后重新申报；对本决定不服的，可以依法申请行政复议或者提起行政诉讼。"
	}
	rule := "FILE-5"
	if kind == KindFilingReview {
		rule = "FILE-4"
	}
	if err := c.record(EvRefused, rule, EventData{Reason: trimmed(in.Reason), Remedy: remedy, Opinion: trimmed(in.Opinion)}); err != nil {
		return err
	}
	return c.tellRefused(rule)
}

// askCorrections asks once, listing everything; the owner's time begins (FILE-5).
func (c *command) askCorrections(in AcceptanceInput) error {
	switch {
	case c.p.Life.State == InReview:
		return domain.Refuse(domain.Invalid, "no_corrections_for_filing", "FILE-4", "备案的问题在提交时已一次列明，审查中只能备案或不予备案。")
	case c.p.Life.Round > 1:
		return domain.Refuse(domain.Invalid, "corrections_once", "FILE-5", "补正只能要求一次；现在只能受理或不予受理。")
	}
	if err := c.finishDeadline(KindAcceptance); err != nil {
		return err
	}
	if err := c.record(EvCorrections, "FILE-5", EventData{Corrections: in.Corrections, Opinion: trimmed(in.Opinion)}); err != nil {
		return err
	}
	p := c.book.Policy(c.at).Content
	d := deadline.Counted(c.book, KindCorrection, "FILE-5", c.p.Subject(), c.p.AuthorityRegion(), "补正通知", c.at,
		calendar.Limit{N: p[catalogue.CorrectionDays], Unit: calendar.WorkingDays})
	d.RemindBefore(c.book, p[catalogue.CorrectionReminder])
	if err := c.tx.SetDeadline(c.ctx, d); err != nil {
		return err
	}
	return c.tellCorrections(d)
}

// unfit says why a text of a decision cannot be kept as it is; empty if it can.
func unfit(s string, most int) string {
	switch {
	case utf8.RuneCountInString(s) > most:
		return fmt.Sprintf("最多 %d 个字。", most)
	case !utf8.ValidString(s) || strings.ContainsFunc(s, unkeepable):
		return "含有不能保存的控制字符。"
	}
	return ""
}

// ReasonInput is an act that needs a reason.
type ReasonInput struct {
	Reason          string `json:"reason"`
	AuthorityRegion string `json:"authority_region"`
	Route           string `json:"route"`
}

func (in ReasonInput) check(rule string) error {
	if trimmed(in.Reason) == "" || unfit(in.Reason, 2000) != "" {
		return &domain.Error{Kind: domain.Invalid, Code: "reason_required", Rule: rule, Fields: map[string]string{"reason": "请写明理由（最多 2000 个字）。"}, Detail: "必须写明理由。"}
	}
	return nil
}

// Withdraw takes a project back; deadlines end, the code if there is one is no longer in force (CODE-6).
func (s *Service) Withdraw(ctx context.Context, call domain.Call, ref Ref, in ReasonInput) (*View, error) {
	return s.act(ctx, call, ref, competence.ProjectWithdraw, func(c *command) error {
		switch c.p.Life.State {
		case Submitted, Correcting, InReview, Accepted, Filed:
		default:
			return stateError(c.p, "撤回")
		}
		if what := unfit(in.Reason, 2000); what != "" {
			return &domain.Error{Kind: domain.Invalid, Code: "bad_reason", Fields: map[string]string{"reason": what}, Detail: "理由无法保存。"}
		}
		if err := c.cancelDeadlines(); err != nil {
			return err
		}
		if err := c.record(EvWithdrawn, "FILE-5", EventData{Reason: trimmed(in.Reason)}); err != nil {
			return err
		}
		if err := c.tx.DropReportDrafts(c.ctx, c.p.ID, ReportKinds...); err != nil {
			return err
		}
		return c.tellWithdrawn(trimmed(in.Reason))
	})
}

// Transfer hands a submission to another region's authority, with a reason (FILE-13). The limits run on.
func (s *Service) Transfer(ctx context.Context, call domain.Call, ref Ref, in ReasonInput) (*View, error) {
	return s.act(ctx, call, ref, competence.ProjectTransfer, func(c *command) error {
		if c.p.Life.State != Submitted && c.p.Life.State != InReview {
			return stateError(c.p, "移交")
		}
		if err := in.check("FILE-13"); err != nil {
			return err
		}
		region := trimmed(in.AuthorityRegion)
		if !c.book.Library.Regions.At(c.at).Content.Valid(region, c.book.Today()) || region == c.p.AuthorityRegion() {
			return &domain.Error{Kind: domain.Invalid, Code: "unknown_region", Rule: "FILE-13", Fields: map[string]string{"authority_region": "请填写另一个有效的行政区划代码。"}, Detail: "无法移交。"}
		}
		from := c.p.AuthorityRegion()
		if err := c.record(EvTransferred, "FILE-13", EventData{Region: region, Reason: trimmed(in.Reason)}); err != nil {
			return err
		}
		return c.tellTransferred(from, trimmed(in.Reason))
	})
}

// ChangeRoute lets the authority treat a filing in review as 核准 or 审批, with a reason (FILE-1): a new acceptance
// review begins.
func (s *Service) ChangeRoute(ctx context.Context, call domain.Call, ref Ref, in ReasonInput) (*View, error) {
	return s.act(ctx, call, ref, competence.ProjectAccept, func(c *command) error {
		if c.p.Life.State != InReview {
			return stateError(c.p, "改变办理方式")
		}
		if err := in.check("FILE-1"); err != nil {
			return err
		}
		if in.Route != RouteSanction && in.Route != RouteApproval {
			return &domain.Error{Kind: domain.Invalid, Code: "unknown_route", Rule: "FILE-1", Fields: map[string]string{"route": "请选择核准或审批。"}, Detail: "无法改变办理方式。"}
		}
		if err := c.finishDeadline(KindFilingReview); err != nil {
			return err
		}
		id, err := c.tx.NewID(c.ctx)
		if err != nil {
			return err
		}
		if err := c.record(EvRouted, "FILE-1", EventData{Route: in.Route, Reason: trimmed(in.Reason), ApplicationID: id}); err != nil {
			return err
		}
		if err := c.tx.InsertApplication(c.ctx, id, c.p.ID, Item(in.Route), c.book.Library.Items.At(c.at).Version); err != nil {
			return err
		}
		if err := c.setLimit(KindAcceptance, "FILE-5", "改变办理方式", c.book.Policy(c.at).Content[catalogue.AcceptanceDays]); err != nil {
			return err
		}
		return c.tellRouted(trimmed(in.Reason), c.at)
	})
}

// lastFacts are the facts as last handed in.
func lastFacts(events []domain.Event) (Facts, error) {
	for i := len(events) - 1; i >= 0; i-- {
		var d EventData
		if err := json.Unmarshal(events[i].Data, &d); err != nil {
			return Facts{}, fmt.Errorf("event %d: %w", events[i].Seq, err)
		}
		if d.Facts != nil {
			return *d.Facts, nil
		}
	}
	return Facts{}, errors.New("a submitted project without a submission")
}
