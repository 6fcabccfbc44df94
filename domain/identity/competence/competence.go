// Package competence decides who may do what where: one function over the actor's roles, organisation and key, and what
// of the subject counts (FILE-13, AUD-2). It is pure; every area asks it.
package competence

import (
	"slices"

	"qhtz/domain"
)

// Act is something that an actor may or may not do.
type Act string

// The acts.
const (
	ProjectCreate   Act = "project.create"
	ProjectRead     Act = "project.read"
	ProjectEdit     Act = "project.edit"
	ProjectSubmit   Act = "project.submit"
	ProjectDiscard  Act = "project.discard"
	ProjectWithdraw Act = "project.withdraw"
	ProjectRoute    Act = "project.route"    // ask for the advice on the route
	ProjectAccept   Act = "project.accept"   // accept, refuse, ask for corrections; decide a filing that a person must look at
	ProjectTransfer Act = "project.transfer" // to another authority (FILE-13)
	ReportSubmit    Act = "report.submit"
	CaseRead        Act = "case.read"
	CaseClose       Act = "case.close"
	CreditRead      Act = "credit.read"    // a unit's standing, records and listings
	CreditPropose   Act = "credit.propose" // records
	CreditDecide    Act = "credit.decide"  // on records, evidence, objections, exits; who must be another person, the case says (CRED-2, CRED-4, CRED-6)
	CreditAnswer    Act = "credit.answer"  // the unit's statement, rectification, objection, exit
	SupportAsk      Act = "support.ask"
	SupportRead     Act = "support.read"
	SupportDecide   Act = "support.decide"
	DeadlineRead    Act = "deadline.read"
	InboxRead       Act = "inbox.read"
	AccountSelf     Act = "account.self" // read one's own account
	SessionsManage  Act = "sessions.manage"
	TokensManage    Act = "tokens.manage"
	AuditRead       Act = "audit.read"
	CalendarManage  Act = "calendar.manage" // SubmittedBy: who loaded the year that is now approved
	PolicyPropose   Act = "policy.propose"
	PolicyApprove   Act = "policy.approve" // SubmittedBy: who proposed it
)

// Acts are all acts, in the order above.
var Acts = []Act{ProjectCreate, ProjectRead, ProjectEdit, ProjectSubmit, ProjectDiscard, ProjectWithdraw, ProjectRoute, ProjectAccept,
	ProjectTransfer, ReportSubmit, CaseRead, CaseClose, CreditRead, CreditPropose, CreditDecide, CreditAnswer, SupportAsk, SupportRead, SupportDecide, DeadlineRead, InboxRead, AccountSelf, SessionsManage, TokensManage, AuditRead, CalendarManage, PolicyPropose, PolicyApprove}

// Scope is what competence depends on, of the subject of an act. Acts without a subject need none of it.
type Scope struct {
	OwnerID        int64  // organisation: the project's unit
	Region         string // the authority's region, 6 digits
	CompetentOrgID int64  // organisation that is competent there (FILE-13)
	SubmittedBy    int64  // account that submitted, loaded or proposed it
	Draft          bool   // not submitted yet
	Public         bool   // stands in the public register: that it exists is no secret
	Purpose        string // for what an auditor reads
}

// relation is what the actor must be to the subject.
type relation int

const (
	anyone     relation = iota + 1 // the role suffices
	anotherOne                     // whoever has not submitted it
	ownUnit                        // of the unit whose project it is
	seeing                         // whoever may see it
	purposed                       // whoever says for what; a regulator's purpose is his office (CRED-6, CRED-8)
	competent                      // of the 发展改革 organisation that is competent, and another one
)

var (
	officers   = []domain.Role{domain.RoleHandler, domain.RoleReviewer, domain.RoleDecider}
	regulators = []domain.Role{domain.RoleRegulator}
	watchers   = []domain.Role{domain.RoleRegulator, domain.RoleSupervisor}
	admins     = []domain.Role{domain.RoleSysAdmin, domain.RoleSecAdmin, domain.RoleLogAuditor}
	owner      = []domain.Role{domain.RoleOwner}
	auditor    = []domain.Role{domain.RoleAuditor}
	bank       = []domain.Role{domain.RoleBank}
	business   = slices.Concat(owner, officers, watchers, auditor)
)

// grant gives roles an act.
type grant struct {
	roles []domain.Role
	as    relation
}

// rights is who may do what. A role that is not named may never do it, whatever the subject; AUD-2: the three
// administrators are named in no business.
var rights = map[Act][]grant{
	ProjectCreate:   {{owner, anyone}},
	ProjectRead:     {{owner, ownUnit}, {officers, seeing}, {watchers, seeing}, {auditor, seeing}},
	ProjectEdit:     {{owner, ownUnit}},
	ProjectSubmit:   {{owner, ownUnit}},
	ProjectDiscard:  {{owner, ownUnit}},
	ProjectWithdraw: {{owner, ownUnit}},
	ProjectRoute:    {{owner, ownUnit}, {officers, seeing}},
	ProjectAccept:   {{[]domain.Role{domain.RoleHandler, domain.RoleReviewer}, competent}},
	ProjectTransfer: {{[]domain.Role{domain.RoleHandler, domain.RoleReviewer}, competent}},
	ReportSubmit:    {{owner, ownUnit}},
	CaseRead:        {{officers, seeing}, {watchers, seeing}, {auditor, seeing}},
	CaseClose:       {{watchers, seeing}},
	CreditRead:      {{owner, ownUnit}, {officers, purposed}, {watchers, purposed}, {auditor, purposed}},
	CreditPropose:   {{regulators, seeing}},
	CreditDecide:    {{regulators, seeing}},
	CreditAnswer:    {{owner, ownUnit}},
	SupportAsk:      {{owner, ownUnit}},
	SupportRead:     {{owner, ownUnit}, {officers, seeing}, {watchers, seeing}, {auditor, seeing}},
	SupportDecide:   {{officers, competent}},
	DeadlineRead:    {{owner, ownUnit}, {officers, seeing}, {watchers, seeing}, {auditor, seeing}},
	InboxRead:       {{business, anyone}},
	AccountSelf:     {{business, anyone}, {bank, anyone}, {admins, anyone}},
	SessionsManage:  {{business, anyone}, {bank, anyone}, {admins, anyone}},
	TokensManage:    {{business, anyone}, {bank, anyone}},
	AuditRead:       {{[]domain.Role{domain.RoleLogAuditor}, anyone}},
	CalendarManage:  {{[]domain.Role{domain.RoleSysAdmin, domain.RoleSecAdmin}, anotherOne}},
	PolicyPropose:   {{[]domain.Role{domain.RoleSysAdmin, domain.RoleSecAdmin}, anyone}},
	PolicyApprove:   {{[]domain.Role{domain.RoleSecAdmin}, anotherOne}},
}

// timerActs is what the platform does by itself at a legal instant.
var timerActs = []Act{ProjectRead, ProjectAccept, ProjectWithdraw, DeadlineRead}

// What an integrator's key can be limited to. A key never decides, and never manages sessions or keys.
const (
	KeyRead        = "read"         // what its account may read
	KeyFile        = "file"         // drafts, submissions and withdrawals of its account's unit
	KeyPublicBatch = "public-batch" // batch checks of public data
)

// KeyScopes are the scopes that a key can have.
var KeyScopes = []string{KeyRead, KeyFile, KeyPublicBatch}

// scopeOf is what a key must be good for; acts that are not named are never done with a key.
var scopeOf = map[Act]string{
	ProjectRead: KeyRead, DeadlineRead: KeyRead, InboxRead: KeyRead, CaseRead: KeyRead, CreditRead: KeyRead, SupportRead: KeyRead,
	ProjectCreate: KeyFile, ProjectEdit: KeyFile, ProjectSubmit: KeyFile, ProjectDiscard: KeyFile, ProjectWithdraw: KeyFile,
	ProjectRoute: KeyFile, ReportSubmit: KeyFile, SupportAsk: KeyFile,
}

// May decides whether an actor may do an act to a subject: nil, or
//   - domain.Unauthenticated: nobody is signed in;
//   - domain.Forbidden: the role never may, the key is not good for it, the purpose is missing, or the actor sees the
//     subject and is not competent (FILE-13);
//   - domain.NotFound: the actor may not even know of the subject.
//
// The first three do not depend on the subject: MayEver tells them before it is read, so that an absent subject and
// a foreign one get the same answer.
func May(actor domain.Actor, act Act, s Scope) error {
	if err := MayEver(actor, act); err != nil {
		return err
	}
	if actor.Timer {
		return nil
	}
	held := relations(actor, act)
	if slices.Contains(held, anyone) {
		return nil
	}
	if slices.Contains(held, anotherOne) {
		if s.SubmittedBy == actor.ID {
			return domain.ForbiddenError("须由另一人办理：提出的人不能自己批准。")
		}
		return nil
	}
	if err := CheckPurpose(actor, s.Purpose); err != nil {
		return err
	}
	if slices.ContainsFunc(held, func(r relation) bool { return r.holds(actor, s) }) {
		return nil
	}
	if slices.Contains(held, purposed) {
		return purposeRequired()
	}
	if Visible(actor, s) || s.Public {
		return domain.ForbiddenError("该事项不属于您或您所在单位的办理范围。")
	}
	return domain.NotFoundError()
}

// MayEver decides what does not depend on a subject: nil if the actor may do the act to some subject.
func MayEver(actor domain.Actor, act Act) error {
	switch {
	case actor.Timer:
		if slices.Contains(timerActs, act) {
			return nil
		}
		return domain.ForbiddenError("平台不自动办理这一事项。")
	case !actor.SignedIn():
		return &domain.Error{Kind: domain.Unauthenticated, Code: "not_signed_in", Detail: "请先登录。"}
	case len(relations(actor, act)) == 0:
		return domain.ForbiddenError("您的岗位不办理这一事项。")
	case actor.Scopes != nil && act != AccountSelf && (scopeOf[act] == "" || !slices.Contains(actor.Scopes, scopeOf[act])):
		return domain.ForbiddenError("接口密钥的权限范围不包括这一事项。")
	}
	return nil
}

// CheckPurpose refuses an auditor who does not say for what he reads. Other roles' purpose follows from the role.
func CheckPurpose(actor domain.Actor, purpose string) error {
	if purpose == "" && actor.Has(domain.RoleAuditor) {
		return purposeRequired()
	}
	return nil
}

func purposeRequired() error {
	return &domain.Error{Kind: domain.Forbidden, Code: "purpose_required", Detail: "查阅须说明用途：请在地址后加 ?purpose=用途。"}
}

// Visible reports whether the actor may read the subject: units see all that is theirs and nothing else; officials see
// what was submitted in their region and below, never a draft.
func Visible(actor domain.Actor, s Scope) bool {
	official := actor.HasAny(officers...) || actor.HasAny(watchers...) || actor.HasAny(auditor...)
	return owns(actor, s) || official && !s.Draft && domain.Within(s.Region, actor.Organization.Region)
}

// relations are what the actor's roles ask of the subject.
func relations(actor domain.Actor, act Act) []relation {
	var held []relation
	for _, g := range rights[act] {
		if actor.HasAny(g.roles...) {
			held = append(held, g.as)
		}
	}
	return held
}

func (r relation) holds(actor domain.Actor, s Scope) bool {
	switch r {
	case ownUnit:
		return owns(actor, s)
	case seeing:
		return Visible(actor, s)
	case purposed:
		return s.Purpose != "" || actor.Has(domain.RoleRegulator) && Visible(actor, s)
	case competent:
		return !s.Draft && isCompetent(actor.Organization, s) && s.SubmittedBy != actor.ID
	}
	return false
}

func owns(actor domain.Actor, s Scope) bool {
	return actor.Has(domain.RoleOwner) && s.OwnerID != 0 && s.OwnerID == actor.Organization.ID
}

func isCompetent(org domain.Organization, s Scope) bool {
	return org.Kind == domain.OrgDepartment && org.Department == domain.DepartmentReform && s.CompetentOrgID != 0 && s.CompetentOrgID == org.ID
}
