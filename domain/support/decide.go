package support

import (
	"context"
	"strings"
	"unicode/utf8"

	"qhtz/domain"
	"qhtz/domain/identity/competence"
)

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
