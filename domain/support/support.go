// Package support takes a unit's requests for plans, quotas and subsidies for its projects, and lets its credit decide who
// may have them (CRED-9, SUP-5).
package support

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"qhtz/domain"
	"qhtz/domain/catalogue"
	"qhtz/domain/identity/competence"
	"qhtz/domain/notice"
	"qhtz/domain/projectcode"
)

// The kinds of request.
const (
	AnnualPlan    = "annual_plan"
	ThreeYearPlan = "three_year_plan"
	Subsidy       = "subsidy"
	Quota         = "quota"
)

// Kinds are all kinds with their names.
var Kinds = []struct{ Kind, Name string }{
	{AnnualPlan, "年度投资计划"}, {ThreeYearPlan, "三年滚动计划"}, {Subsidy, "政府补助补贴资金"}, {Quota, "用能等指标"},
}

// KindName is a kind in Chinese, empty if it is none.
func KindName(kind string) string {
	for _, k := range Kinds {
		if k.Kind == kind {
			return k.Name
		}
	}
	return ""
}

// State is where a request stands.
type State string

// The states: accepted, or put to a person who sees the unit's records and approves or rejects.
const (
	Accepted State = "accepted"
	ToPerson State = "to_person"
	Approved State = "approved"
	Rejected State = "rejected"
)

// Request is one request. Amounts are 万元.
type Request struct {
	ID        int64
	Version   int64
	Kind      string
	Project   Project
	State     State
	Amount    string
	Year      int
	Text      string
	InEffect  int // the unit's records in effect when it was asked
	AskedAt   time.Time
	DecidedAt *time.Time
	DecidedBy int64
	Reason    string
}

// Project is what a request needs of a project.
type Project struct {
	ID     int64
	Code   projectcode.Code
	Name   string
	Owner  domain.Organization
	Region string // of the accepting authority
	State  string
}

// Input is what the unit states.
type Input struct {
	Kind        string `json:"kind"`
	ProjectCode string `json:"project_code"`
	Amount      string `json:"amount"`
	Year        int    `json:"year"`
	Text        string `json:"text"`
	Reason      string `json:"reason"`
	Opinion     string `json:"opinion"`
}

// Store reads, and opens transactions.
type Store interface {
	SupportRequest(ctx context.Context, id int64) (*Request, error)
	SupportRequests(ctx context.Context, f Filter) ([]*Request, error)
	InSupportTx(ctx context.Context, call domain.Call, fn func(Tx) error) error
}

// Filter selects requests, newest first.
type Filter struct {
	UnitID int64  // 0: any
	Area   string // authority's region within; empty: any
	State  string
	Before int64
	Limit  int
}

// Tx is what deciding needs of a transaction.
type Tx interface {
	Now() time.Time
	Book(ctx context.Context) (*catalogue.Book, error)
	NewID(ctx context.Context) (int64, error)
	Answer(result any)
	// SupportProject finds a project by its 20 digits.
	SupportProject(ctx context.Context, code string) (Project, error)
	CreditOf(ctx context.Context, unit int64) (domain.Credit, error)
	CompetentOrganization(ctx context.Context, region, department string) (domain.Organization, error)
	InsertSupportRequest(ctx context.Context, r *Request) error
	LockSupportRequest(ctx context.Context, id int64) (*Request, error)
	SaveSupportRequest(ctx context.Context, r *Request) error
	Audit(e domain.AuditEntry)
	Enqueue(ctx context.Context, m domain.Outgoing) error
}

// Service is everything that can be done with requests.
type Service struct{ store Store }

// New makes the service.
func New(store Store) *Service { return &Service{store: store} }

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
	credit, err := tx.CreditOf(ctx, p.Owner.ID)
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

// DecisionInput is the person's decision.
type DecisionInput struct {
	Decision string `json:"decision"` // approve, reject
	Reason   string `json:"reason"`
	Opinion  string `json:"opinion"`
}

// Decide lets a person of the authority decide on a request of a unit with records in effect (CRED-9).
func (s *Service) Decide(ctx context.Context, call domain.Call, id int64, in DecisionInput) (*Request, error) {
	if err := competence.MayEver(call.Actor, competence.SupportDecide); err != nil {
		return nil, err
	}
	var r *Request
	err := s.store.InSupportTx(ctx, call, func(tx Tx) error {
		var err error
		if r, err = tx.LockSupportRequest(ctx, id); err != nil {
			return err
		}
		org, err := tx.CompetentOrganization(ctx, r.Project.Region, domain.DepartmentReform)
		if err != nil && !domain.IsKind(err, domain.NotFound) {
			return err
		}
		if err := competence.May(call.Actor, competence.SupportDecide, competence.Scope{OwnerID: r.Project.Owner.ID, Region: r.Project.Region, CompetentOrgID: org.ID}); err != nil {
			return err
		}
		if err := call.CheckVersion(r.Version); err != nil {
			return err
		}
		if r.State != ToPerson {
			return &domain.Error{Kind: domain.Conflict, Code: "state", Rule: "CRED-9", Detail: "这项申报不需要人员核查，或已经决定。"}
		}
		return s.settle(ctx, tx, call, r, in)
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

func (s *Service) settle(ctx context.Context, tx Tx, call domain.Call, r *Request, in DecisionInput) error {
	reason := strings.TrimSpace(strings.TrimSpace(in.Reason) + "\n" + strings.TrimSpace(in.Opinion))
	wrong := map[string]string{}
	switch in.Decision {
	case "approve":
		r.State = Approved
	case "reject":
		r.State = Rejected
	default:
		wrong["decision"] = "应为 approve 或 reject。"
	}
	if reason == "" || utf8.RuneCountInString(reason) > 4000 || strings.ContainsRune(reason, 0) {
		wrong["reason"] = "请写明理由（最多 4000 个字）。"
	}
	if len(wrong) > 0 {
		return &domain.Error{Kind: domain.Invalid, Code: "invalid_decision", Rule: "CRED-9", Fields: wrong, Detail: "决定的内容不完整。"}
	}
	now := tx.Now()
	r.DecidedAt, r.DecidedBy, r.Reason = &now, call.Actor.ID, reason
	r.Version++
	if err := tx.SaveSupportRequest(ctx, r); err != nil {
		return err
	}
	tx.Audit(domain.AuditEntry{Subject: domain.SubjectProject(r.Project.ID), Action: "support." + string(r.State), Rule: "CRED-9", Note: reason})
	tx.Answer(r)
	return tell(ctx, tx, r)
}

// Get shows one request.
func (s *Service) Get(ctx context.Context, call domain.Call, id int64) (*Request, error) {
	if err := competence.MayEver(call.Actor, competence.SupportRead); err != nil {
		return nil, err
	}
	r, err := s.store.SupportRequest(ctx, id)
	if err != nil {
		return nil, err
	}
	scope := competence.Scope{OwnerID: r.Project.Owner.ID, Region: r.Project.Region, Purpose: call.Purpose}
	return r, competence.May(call.Actor, competence.SupportRead, scope)
}

// Page is one page of requests, newest first; Next is the cursor of the following one, 0 at the end.
type Page struct {
	Items []*Request
	Next  int64
}

// List lists the unit's own requests, or those of an official's area.
func (s *Service) List(ctx context.Context, call domain.Call, f Filter) (Page, error) {
	if err := competence.MayEver(call.Actor, competence.SupportRead); err != nil {
		return Page{}, err
	}
	if err := competence.CheckPurpose(call.Actor, call.Purpose); err != nil {
		return Page{}, err
	}
	if call.Actor.Has(domain.RoleOwner) {
		f.UnitID = call.Actor.Organization.ID
	} else {
		f.Area = call.Actor.Organization.Region
	}
	limit := f.Limit
	f.Limit++
	rs, err := s.store.SupportRequests(ctx, f)
	if err != nil {
		return Page{}, err
	}
	var page Page
	if len(rs) > limit {
		rs = rs[:limit]
		page.Next = rs[limit-1].ID
	}
	page.Items = rs
	return page, nil
}
