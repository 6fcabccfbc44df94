package domain

import (
	"slices"
	"strings"
)

// Role is what an account may do at all; competence for a subject follows from region and department as well.
type Role string

// The roles (docs/glossary.md).
const (
	RoleOwner      Role = "owner"      // 项目单位
	RoleHandler    Role = "handler"    // 承办
	RoleReviewer   Role = "reviewer"   // 审核
	RoleDecider    Role = "decider"    // 决定
	RoleRegulator  Role = "regulator"  // 监管
	RoleSupervisor Role = "supervisor" // 电子监察
	RoleAuditor    Role = "auditor"    // 审计
	RoleBank       Role = "bank"       // 金融机构
	RoleSysAdmin   Role = "sysadmin"   // 系统管理员
	RoleSecAdmin   Role = "secadmin"   // 安全管理员
	RoleLogAuditor Role = "logauditor" // 审计管理员
)

// OrganizationKind sorts organisations.
type OrganizationKind string

// The kinds of organisation.
const (
	OrgUnit        OrganizationKind = "unit"
	OrgDepartment  OrganizationKind = "department"
	OrgRegulator   OrganizationKind = "regulator"
	OrgSupervision OrganizationKind = "supervision"
	OrgAudit       OrganizationKind = "audit"
	OrgPlatform    OrganizationKind = "platform"
	OrgBank        OrganizationKind = "bank"
)

// DepartmentReform is the department kind of 发展改革, which receives projects.
const DepartmentReform = "发展改革"

// Organization is a unit, department or other body for which people act.
type Organization struct {
	ID         int64
	Name       string
	USCC       string // empty for bodies without one
	Kind       OrganizationKind
	Department string // 发展改革, 生态环境 …; empty unless a department
	Region     string // 6 digits
}

// Actor is who acts: an account with its roles and organisation, or the platform itself (a timer).
type Actor struct {
	ID           int64 // 0: nobody is signed in, or a timer
	Username     string
	Name         string
	Roles        []Role
	Organization Organization
	Timer        bool     // the platform acts, at a legal instant
	Scopes       []string // what an integrator's key is limited to; nil: not limited
}

// TimerActor is the platform acting by itself.
var TimerActor = Actor{Timer: true, Username: "timer", Name: "平台计时器"}

// Has reports whether the actor holds the role.
func (a Actor) Has(role Role) bool { return slices.Contains(a.Roles, role) }

// HasAny reports whether the actor holds one of the roles.
func (a Actor) HasAny(roles ...Role) bool { return slices.ContainsFunc(roles, a.Has) }

// SignedIn reports whether somebody stands behind the actor.
func (a Actor) SignedIn() bool { return a.ID != 0 }

// RoleNames joins the roles for the audit trail.
func (a Actor) RoleNames() string {
	if a.Timer {
		return "timer"
	}
	names := make([]string, len(a.Roles))
	for i, r := range a.Roles {
		names[i] = string(r)
	}
	return strings.Join(names, ",")
}
