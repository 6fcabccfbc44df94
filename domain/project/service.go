package project

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"qhtz/domain"
	"qhtz/domain/catalogue"
	"qhtz/domain/deadline"
	"qhtz/domain/identity/competence"
	"qhtz/domain/projectcode"
)

// Service is what can be done with projects; HTML, JSON, command line and timers call the same methods.
type Service struct {
	store   Store
	settler Settler
	issuer  projectcode.Issuer
}

// New makes the service. In production the issuer may be the central platform's.
func New(store Store, settler Settler, issuer projectcode.Issuer) *Service {
	return &Service{store: store, settler: settler, issuer: issuer}
}

// CommitmentVersion names the text of the truthfulness and credit commitment that a submission signs (FILE-14).
const CommitmentVersion = "2017-1"

// Commitment is that text.
const Commitment = "本单位承诺：所填信息和提交的材料真实、完整、有效；项目符合国家产业政策；如有不实，愿意承担法律责任，并接受记入信用记录。"

// scope is what competence is judged by.
func (s *Service) scope(ctx context.Context, st organizations, p *Project) (competence.Scope, error) {
	sc := competence.Scope{OwnerID: p.Owner.ID, Region: p.AuthorityRegion(), SubmittedBy: p.Life.SubmittedBy, Draft: p.Life.State == Draft}
	if sc.Draft {
		return sc, nil
	}
	org, err := st.CompetentOrganization(ctx, p.AuthorityRegion(), domain.DepartmentReform)
	if err != nil && !domain.IsKind(err, domain.NotFound) {
		return sc, err
	}
	sc.CompetentOrgID = org.ID
	return sc, nil
}

type organizations interface {
	CompetentOrganization(ctx context.Context, region, department string) (domain.Organization, error)
}

// may refuses an act outside the actor's competence: 404 where he may not even see the project.
func (s *Service) may(ctx context.Context, st organizations, call domain.Call, act competence.Act, p *Project) error {
	sc, err := s.scope(ctx, st, p)
	if err != nil {
		return err
	}
	sc.Purpose = call.Purpose
	return competence.May(call.Actor, act, sc)
}

// Ref names a project by its id or by its code in any written form.
type Ref string

func (r Ref) id() (int64, bool) {
	id, err := strconv.ParseInt(string(r), 10, 64)
	return id, err == nil && len(r) <= 18 && id > 0 && strconv.FormatInt(id, 10) == string(r)
}

// find reads the project that a reference names.
func (s *Service) find(ctx context.Context, ref Ref) (*Project, error) {
	if id, ok := ref.id(); ok {
		return s.store.ProjectByID(ctx, id)
	}
	code, err := projectcode.Parse(string(ref))
	if err != nil {
		return nil, domain.NotFoundError()
	}
	return s.store.ProjectByCode(ctx, code)
}

// act runs one command on a project: may this role ever?, lock it, may the actor here?, settle what fell due before,
// check the version, decide, and answer with the project as it then stands. A request that was answered before is
// answered the same without looking further. HTML, JSON and tests come through here.
func (s *Service) act(ctx context.Context, call domain.Call, ref Ref, act competence.Act, decide func(c *command) error) (*View, error) {
	if err := competence.MayEver(call.Actor, act); err != nil {
		return nil, err
	}
	id, err := s.idOf(ctx, ref)
	if err != nil {
		return nil, err
	}
	var view *View
	err = s.store.InProjectTx(ctx, call, func(tx Tx) error {
		c, err := s.begin(ctx, tx, call, act, id)
		if err != nil {
			return err
		}
		if err := call.CheckVersion(c.p.Version); err != nil {
			return err
		}
		if err := decide(c); err != nil {
			return err
		}
		view, err = c.finish()
		return err
	})
	if err != nil {
		return nil, err
	}
	return view, nil
}

// idOf gives the id that a reference names; whether it exists shows when it is locked.
func (s *Service) idOf(ctx context.Context, ref Ref) (int64, error) {
	if id, ok := ref.id(); ok {
		return id, nil
	}
	p, err := s.find(ctx, ref)
	if err != nil {
		return 0, err
	}
	return p.ID, nil
}

// command is one use case under way on a locked project.
type command struct {
	s      *Service
	ctx    context.Context //nolint:containedctx // lives for one call only
	tx     Tx
	call   domain.Call
	book   *catalogue.Book
	p      *Project
	before []byte
	at     time.Time // the legal instant of the decision
	audit  domain.AuditEntry
	gone   bool // the draft was discarded
	fresh  bool // it was a draft: it has no deadlines but those set now
	open   []*deadline.Deadline
}

func (s *Service) begin(ctx context.Context, tx Tx, call domain.Call, act competence.Act, id int64) (*command, error) {
	p, err := tx.LockProject(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := s.may(ctx, tx, call, act, p); err != nil {
		return nil, err
	}
	if p.Life.State != Draft {
		fired, err := s.settler.Settle(ctx, tx, p.Subject())
		if err != nil {
			return nil, err
		}
		if fired > 0 {
			if p, err = tx.LockProject(ctx, id); err != nil {
				return nil, err
			}
		}
	}
	book, err := tx.Book(ctx)
	if err != nil {
		return nil, err
	}
	return &command{s: s, ctx: ctx, tx: tx, call: call, book: book, p: p, before: p.Digest(), at: tx.Now(),
		fresh: p.Life.State == Draft,
		audit: domain.AuditEntry{Subject: p.Subject(), PolicyVersion: book.Policy(tx.Now()).Version}}, nil
}

// finish saves the project, leaves the audit event, and shows the project as it stands.
func (c *command) finish() (*View, error) {
	if c.gone {
		return nil, nil
	}
	c.p.Version++
	c.p.UpdatedAt = c.tx.Now()
	c.tx.SaveProject(c.p)
	c.leaveTrace()
	v := &View{Project: c.p, At: c.tx.Now(), Book: c.book}
	if c.fresh {
		v.Deadlines = shown(c.tx.NewDeadlinesOf(c.p.Subject()))
	} else {
		ds, err := c.tx.DeadlinesOf(c.ctx, c.p.Subject())
		if err != nil {
			return nil, err
		}
		v.Deadlines = shown(ds)
	}
	c.tx.AnswerFor(c.p.ID, v)
	return v, nil
}

func (c *command) leaveTrace() {
	c.audit.Before, c.audit.After, c.audit.Effective = c.before, c.p.Digest(), c.at
	c.tx.Audit(c.audit)
}

// record adds an event to the project's ledger and folds it into its life.
func (c *command) record(typ, rule string, data EventData) error {
	b, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("record %s: %w", typ, err)
	}
	e := domain.Event{Stream: c.p.Subject(), Seq: c.p.Life.Seq + 1, Type: typ, Effective: c.at, Recorded: c.tx.Now(), Rule: rule,
		PolicyVersion: c.book.Policy(c.at).Version, ActorID: c.call.Actor.ID, Data: b}
	if c.p.Life, err = c.p.Life.Then(e); err != nil {
		return err
	}
	c.tx.AppendEvent(e)
	if c.audit.Action == "" {
		c.audit.Action = "project." + typ
	}
	c.audit.Rule = rule
	return nil
}

// stateError says that the state does not allow the act.
func stateError(p *Project, what string) error {
	return &domain.Error{Kind: domain.Conflict, Code: "state", Detail: fmt.Sprintf("项目现在的状态是“%s”，不能%s。", StateName(p.Life.State), what)}
}

// StateName is the state in Chinese.
func StateName(s State) string {
	return map[State]string{Draft: "草稿", Submitted: "已提交，待受理", Correcting: "待补正", InReview: "人工审查中", Refused: "不予受理",
		Accepted: "已受理", Filed: "已备案", UnderConstruction: "在建", Suspended: "停工", Completed: "已竣工", Withdrawn: "已撤回"}[s]
}
