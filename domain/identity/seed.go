package identity

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"qhtz/domain"
)

// SeedOrganizations are the bodies of the development accounts. Ids below 1000 are never handed out otherwise.
var SeedOrganizations = []domain.Organization{
	{ID: 1, Kind: domain.OrgUnit, Name: "青海湖滨新能源有限公司", USCC: "91630100MA7HB1K215", Region: "630100"},
	{ID: 2, Kind: domain.OrgUnit, Name: "青海昆仑矿业有限公司", USCC: "91632801MA7KL2M67L", Region: "632801"},
	{ID: 3, Kind: domain.OrgUnit, Name: "青海河湟建设投资有限公司", USCC: "91630200MA7HH3N45N", Region: "630200"},
	{ID: 11, Kind: domain.OrgDepartment, Department: domain.DepartmentReform, Name: "青海省发展和改革委员会", Region: "630000"},
	{ID: 12, Kind: domain.OrgDepartment, Department: domain.DepartmentReform, Name: "西宁市发展和改革委员会", Region: "630100"},
	{ID: 13, Kind: domain.OrgDepartment, Department: domain.DepartmentReform, Name: "西宁市城东区发展和改革局", Region: "630102"},
	{ID: 14, Kind: domain.OrgDepartment, Department: domain.DepartmentReform, Name: "格尔木市发展和改革委员会", Region: "632801"},
	{ID: 21, Kind: domain.OrgDepartment, Department: "生态环境", Name: "西宁市生态环境局", Region: "630100"},
	{ID: 22, Kind: domain.OrgDepartment, Department: "自然资源", Name: "西宁市自然资源和规划局", Region: "630100"},
	{ID: 23, Kind: domain.OrgDepartment, Department: "水利", Name: "西宁市水务局", Region: "630100"},
	{ID: 31, Kind: domain.OrgRegulator, Name: "青海省投资项目监管办公室", Region: "630000"},
	{ID: 32, Kind: domain.OrgSupervision, Name: "青海省电子监察中心", Region: "630000"},
	{ID: 33, Kind: domain.OrgAudit, Name: "青海省审计厅", Region: "630000"},
	{ID: 34, Kind: domain.OrgPlatform, Name: "平台运行管理中心", Region: "630000"},
	{ID: 35, Kind: domain.OrgBank, Name: "青海河湟银行股份有限公司", Region: "630000"},
}

// SeedAccount is a development account: its name says the post, no person stands behind it.
type SeedAccount struct {
	ID             int64
	Username, Name string
	Role           domain.Role
	OrganizationID int64
}

// SeedAccounts are the development accounts, in the order of the listing.
var SeedAccounts = []SeedAccount{
	{101, "owner1", "湖滨新能源经办", domain.RoleOwner, 1},
	{102, "owner2", "昆仑矿业经办", domain.RoleOwner, 2},
	{103, "owner3", "河湟建设经办", domain.RoleOwner, 3},
	{111, "fgw-handler", "省发展改革委承办岗", domain.RoleHandler, 11},
	{112, "fgw-reviewer", "省发展改革委审核岗", domain.RoleReviewer, 11},
	{113, "fgw-decider", "省发展改革委决定岗", domain.RoleDecider, 11},
	{121, "xn-handler", "西宁市发展改革委承办岗", domain.RoleHandler, 12},
	{122, "xn-reviewer", "西宁市发展改革委审核岗", domain.RoleReviewer, 12},
	{123, "xn-decider", "西宁市发展改革委决定岗", domain.RoleDecider, 12},
	{131, "cd-handler", "城东区发展改革局承办岗", domain.RoleHandler, 13},
	{132, "cd-reviewer", "城东区发展改革局审核岗", domain.RoleReviewer, 13},
	{141, "gem-handler", "格尔木市发展改革委承办岗", domain.RoleHandler, 14},
	{151, "xn-eia-handler", "西宁市生态环境局承办岗", domain.RoleHandler, 21},
	{152, "xn-eia-reviewer", "西宁市生态环境局审核岗", domain.RoleReviewer, 21},
	{153, "xn-land-handler", "西宁市自然资源局承办岗", domain.RoleHandler, 22},
	{154, "xn-land-reviewer", "西宁市自然资源局审核岗", domain.RoleReviewer, 22},
	{155, "xn-water-handler", "西宁市水务局承办岗", domain.RoleHandler, 23},
	{161, "regulator1", "监管一岗", domain.RoleRegulator, 31},
	{162, "regulator2", "监管二岗", domain.RoleRegulator, 31},
	{163, "regulator3", "监管三岗", domain.RoleRegulator, 31},
	{164, "supervisor", "电子监察岗", domain.RoleSupervisor, 32},
	{165, "audit-office", "审计岗", domain.RoleAuditor, 33},
	{171, "sysadmin", "系统管理员", domain.RoleSysAdmin, 34},
	{172, "secadmin", "安全管理员", domain.RoleSecAdmin, 34},
	{173, "logauditor", "审计管理员", domain.RoleLogAuditor, 34},
	{181, "bank", "信贷审查岗", domain.RoleBank, 35},
}

// SeedDevelopment enters the development organisations and accounts, all with one password that everybody knows.
// NEVER in production: the caller sees to it. Those that are there already are left as they are, password included,
// so it may run at each start; a second run computes nothing.
func (s *Service) SeedDevelopment(ctx context.Context, password string) error {
	have, err := s.store.Accounts(ctx)
	if err != nil {
		return fmt.Errorf("seed accounts: %w", err)
	}
	missing := slices.DeleteFunc(slices.Clone(SeedAccounts), func(a SeedAccount) bool {
		return slices.ContainsFunc(have, func(h Account) bool { return h.ID == a.ID })
	})
	if len(missing) == 0 {
		return nil
	}
	hashes, err := hashEach(ctx, password, len(missing))
	if err != nil {
		return fmt.Errorf("seed accounts: %w", err)
	}
	return s.store.InIdentityTx(ctx, domain.Call{Actor: domain.TimerActor}, func(tx Tx) error {
		for _, o := range SeedOrganizations {
			if err := tx.InsertOrganization(ctx, o, o.Kind == domain.OrgUnit, tx.Now()); err != nil {
				return err
			}
		}
		for i, a := range missing {
			c := Credential{PasswordHash: hashes[i], Account: Account{ID: a.ID, Username: a.Username, Name: a.Name, Roles: []domain.Role{a.Role},
				Organization: domain.Organization{ID: a.OrganizationID}}}
			if err := tx.InsertAccount(ctx, c, tx.Now()); err != nil {
				return err
			}
		}
		tx.Audit(domain.AuditEntry{Subject: domain.Subject{Kind: "platform", ID: 1}, Action: "platform.seed_accounts", Note: fmt.Sprintf("%d个开发账号", len(missing))})
		return nil
	})
}

// hashEach digests one password n times, each with a salt of its own.
func hashEach(ctx context.Context, password string, n int) ([]string, error) {
	hashes, errs := make([]string, n), make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { hashes[i], errs[i] = HashPassword(ctx, password) })
	}
	wg.Wait()
	return hashes, errors.Join(errs...)
}
