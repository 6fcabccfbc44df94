package support

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"qhtz/domain"
	"qhtz/domain/identity/competence"
	"qhtz/domain/notice"
	"qhtz/domain/projectcode"
)

func (in Input) check() (projectcode.Code, error) {
	wrong := map[string]string{}
	rule := "CRED-9"
	if KindName(in.Kind) == "" {
		wrong["kind"] = "应为 annual_plan、three_year_plan、subsidy 或 quota。"
	}
	code, err := projectcode.Parse(in.ProjectCode)
	if err != nil {
		wrong["project_code"], rule = "不是有效的项目代码；没有代码的项目不能申报。", "CODE-7"
	}
	if in.Amount != "" {
		if m, err := domain.ParseMoney(strings.TrimSpace(in.Amount)); err != nil || m <= 0 {
			wrong["amount"] = "应为万元，最多两位小数。"
		}
	}
	if in.Year != 0 && (in.Year < 2015 || in.Year > 2100) {
		wrong["year"] = "年份有误。"
	}
	for name, s := range map[string]string{"text": in.Text, "reason": in.Reason, "opinion": in.Opinion} {
		if utf8.RuneCountInString(s) > 5000 || strings.ContainsRune(s, 0) {
			wrong[name] = "太长，或含有不能保存的字符。"
		}
	}
	if len(wrong) > 0 {
		return code, &domain.Error{Kind: domain.Invalid, Code: "invalid_fields", Rule: rule, Fields: wrong, Detail: "以下各项缺少或有误。"}
	}
	return code, nil
}

// Ask takes a request about one of the unit's projects. A unit on the blacklist is refused, and the refusal leaves its
// trace; one with records in effect is put to a person where plans and subsidies are concerned (CRED-9).
func (s *Service) Ask(ctx context.Context, call domain.Call, in Input) (*Request, error) {
	if err := competence.MayEver(call.Actor, competence.SupportAsk); err != nil {
		return nil, err
	}
	var made *Request
	err := s.store.InSupportTx(ctx, call, func(tx Tx) error {
		code, err := in.check()
		if err != nil {
			return err
		}
		p, err := tx.SupportProject(ctx, code.Digits())
		if domain.IsKind(err, domain.NotFound) {
			return &domain.Error{Kind: domain.Invalid, Code: "unknown_code", Rule: "CODE-7", Fields: map[string]string{"project_code": "没有这个代码的项目。"}, Detail: "项目代码无效。"}
		}
		if err != nil {
			return err
		}
		if err := competence.May(call.Actor, competence.SupportAsk, competence.Scope{OwnerID: p.Owner.ID, Region: p.Region, Public: true}); err != nil {
			return err
		}
		if p.State == "withdrawn" {
			return &domain.Error{Kind: domain.Conflict, Code: "state", Rule: "SUP-5", Detail: "项目已撤回，不能申报。"}
		}
		made, err = s.decide(ctx, tx, in, p)
		return err
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

func (s *Service) decide(ctx context.Context, tx Tx, in Input, p Project) (*Request, error) {
	book, err := tx.Book(ctx)
	if err != nil {
		return nil, err
	}
	credit, err := tx.CreditOf(ctx, p.Owner.ID, tx.Now())
	if err != nil {
		return nil, err
	}
	entry := domain.AuditEntry{Subject: domain.SubjectProject(p.ID), Rule: "CRED-9", PolicyVersion: book.Policy(tx.Now()).Version, Note: in.Kind}
	if credit.Listed {
		entry.Action = "support.refused"
		tx.Audit(entry)
		return nil, &domain.TracedError{Err: domain.Refuse(domain.Invalid, "listed", "CRED-9", "单位已列入黑名单，"+KindName(in.Kind)+"不予受理；移出黑名单后可以再申报。")}
	}
	id, err := tx.NewID(ctx)
	if err != nil {
		return nil, err
	}
	r := &Request{ID: id, Version: 1, Kind: in.Kind, Project: p, State: Accepted, Amount: strings.TrimSpace(in.Amount), Year: in.Year, Text: strings.TrimSpace(in.Text),
		InEffect: credit.InEffect, AskedAt: tx.Now()}
	if credit.InEffect > 0 && in.Kind != Quota {
		r.State = ToPerson
	}
	if err := tx.InsertSupportRequest(ctx, r); err != nil {
		return nil, err
	}
	entry.Action = "support." + string(r.State)
	tx.Audit(entry)
	tx.Answer(r)
	return r, tell(ctx, tx, r)
}

func tell(ctx context.Context, tx Tx, r *Request) error {
	u := notice.Unit{ID: r.Project.Owner.ID, Name: r.Project.Owner.Name, USCC: r.Project.Owner.USCC, Region: r.Project.Owner.Region}
	named := "「" + r.Project.Name + "」（" + r.Project.Code.String() + "）的" + KindName(r.Kind) + "申报"
	authority := notice.Department(domain.DepartmentReform, r.Project.Region, r.Project.Region)
	var m notice.Message
	switch r.State {
	case Accepted:
		m = u.Message(notice.SupportAccepted, "CRED-9", tx.Now(), r.Project.ID, r.Project.Code.String(), "申报已受理", named+"已受理。", u.Owner(), authority)
	case ToPerson:
		m = u.Message(notice.SupportToPerson, "CRED-9", tx.Now(), r.Project.ID, r.Project.Code.String(), "申报待人工核查",
			fmt.Sprintf("%s：单位有%d条生效中的异常信用记录，由人员核查后决定。", named, r.InEffect), u.Owner(), authority)
	default:
		m = u.Message(notice.SupportDecided, "CRED-9", tx.Now(), r.Project.ID, r.Project.Code.String(), "申报核查结果",
			named+map[State]string{Approved: "，经核查同意。", Rejected: "，经核查不同意。"}[r.State]+r.Reason, u.Owner())
	}
	return tx.Enqueue(ctx, domain.Outgoing{Topic: domain.TopicNotice, Payload: m})
}
