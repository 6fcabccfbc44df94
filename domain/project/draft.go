package project

import (
	"context"
	"strings"

	"qhtz/domain"
	"qhtz/domain/identity/competence"
)

// Create starts a draft (POST /projects). A like-named project is hinted at, never refused.
func (s *Service) Create(ctx context.Context, call domain.Call, patch Patch) (*View, error) {
	if err := competence.May(call.Actor, competence.ProjectCreate, competence.Scope{}); err != nil {
		return nil, err
	}
	facts, unkept := patch.Apply(Facts{})
	if unkept != nil && !facts.Classified {
		return nil, unkept
	}
	var view *View
	err := s.store.InProjectTx(ctx, call, func(tx Tx) error {
		book, err := tx.Book(ctx)
		if err != nil {
			return err
		}
		p := &Project{Version: 1, Facts: facts, Life: NewLife(), Owner: call.Actor.Organization, CreatedBy: call.Actor.ID, CreatedAt: tx.Now(), UpdatedAt: tx.Now()}
		if p.ID, err = tx.NewID(ctx); err != nil {
			return err
		}
		if facts.Classified {
			return refuseSecret(tx, p)
		}
		tx.InsertProject(p)
		tx.Audit(domain.AuditEntry{Subject: p.Subject(), Action: "project.create", PolicyVersion: book.Policy(tx.Now()).Version, After: p.Digest()})
		view = &View{Project: p, At: tx.Now(), Book: book}
		if view.Similar, err = tx.SimilarProjects(ctx, p); err != nil {
			return err
		}
		tx.AnswerFor(p.ID, view)
		return nil
	})
	return view, err
}

// refuseSecret answers FILE-2: nothing typed is kept, only that it happened.
func refuseSecret(tx Tx, p *Project) error {
	tx.Audit(domain.AuditEntry{Subject: p.Subject(), Action: "project.secret_refused", Rule: "FILE-2", After: p.Digest()})
	return &domain.TracedError{Err: domain.Refuse(domain.Invalid, "classified", "FILE-2",
		"涉密项目不得进入本平台。所填内容没有保存；请按保密规定线下办理。")}
}

// Edit changes a draft, or in answer to a request for corrections the fields that were asked for (PATCH).
// The version must be named.
func (s *Service) Edit(ctx context.Context, call domain.Call, ref Ref, patch Patch) (*View, error) {
	return s.act(ctx, call, ref, competence.ProjectEdit, func(c *command) error {
		if call.Expect == 0 {
			return &domain.Error{Kind: domain.Required, Code: "version_required", Version: c.p.Version, Detail: "修改时必须用 If-Match 写明所见的版本。"}
		}
		facts, unkept := patch.Apply(c.p.Facts)
		if facts.Classified {
			return c.purgeSecret(facts) // before anything else is said (FILE-2)
		}
		if err := c.editable(patch.Fields); err != nil {
			return err
		}
		if unkept != nil {
			return unkept
		}
		c.p.Facts = facts
		c.audit.Action, c.audit.Note = "project.edit", strings.Join(patch.Fields, ",")
		return nil
	})
}

func (c *command) editable(fields []string) error {
	switch c.p.Life.State {
	case Draft:
		return nil
	case Correcting:
		open, wrong := c.p.Correctable(c.book), map[string]string{}
		for _, f := range fields {
			if !open[f] {
				wrong[f] = "补正通知没有要求修改这一项。"
			}
		}
		if len(wrong) > 0 {
			return &domain.Error{Kind: domain.Invalid, Code: "not_asked_for", Rule: "FILE-5", Fields: wrong, Detail: "补正时只能修改通知中列出的内容。"}
		}
		return nil
	}
	return stateError(c.p, "修改")
}

// purgeSecret answers a draft that turns out secret: it goes, with every kept answer that shows it (FILE-2).
// What has been submitted stands in the ledger and cannot be purged by its owner.
func (c *command) purgeSecret(typed Facts) error {
	if c.p.Life.State != Draft {
		return domain.Refuse(domain.Invalid, "classified", "FILE-2", "已提交的项目不能改报为涉密，请立即联系受理机关和保密部门。")
	}
	if err := c.tx.DeleteDraft(c.ctx, c.p.ID); err != nil {
		return err
	}
	c.p.Facts = typed
	return refuseSecret(c.tx, c.p)
}

// Discard deletes a draft (DELETE).
func (s *Service) Discard(ctx context.Context, call domain.Call, ref Ref) error {
	_, err := s.act(ctx, call, ref, competence.ProjectDiscard, func(c *command) error {
		if c.p.Life.State != Draft {
			return stateError(c.p, "删除；已提交的可以撤回")
		}
		if err := c.tx.DeleteDraft(c.ctx, c.p.ID); err != nil {
			return err
		}
		c.audit.Action, c.gone = "project.discard", true
		c.tx.Audit(domain.AuditEntry{Subject: c.p.Subject(), Action: "project.discard", Before: c.before})
		c.tx.Answer(nil)
		return nil
	})
	return err
}

// RouteAdvice tells which route, authority and items a project needs, and why. Reads only.
func (s *Service) RouteAdvice(ctx context.Context, call domain.Call, ref Ref) (Advice, error) {
	v, err := s.Get(ctx, call, ref)
	if err != nil {
		return Advice{}, err
	}
	a := Advise(v.Facts, v.Book)
	org, err := s.store.CompetentOrganization(ctx, v.AuthorityRegion(), domain.DepartmentReform)
	if err == nil {
		a.Authority = org.Name
	} else if !domain.IsKind(err, domain.NotFound) {
		return Advice{}, err
	}
	a.AuthorityRegion = v.AuthorityRegion()
	if review, refusal := judgeIndustry(v.Facts, v.Book.Library.Surplus.At(v.At).Content); refusal != nil {
		a.Reasons = append(a.Reasons, Reason{Rule: refusal.Rule, Code: refusal.Code, Text: refusal.Detail})
	} else {
		a.Reasons = append(a.Reasons, review...)
	}
	if a.Items == nil {
		a.Items = []AdvisedItem{}
	}
	return a, nil
}
