package repository

import (
	"context"
	"fmt"
	"time"

	"qhtz/domain"
	"qhtz/domain/identity/competence"
)

type organizationRow struct {
	ID         int64  `db:"o_id"`
	Name       string `db:"o_name"`
	USCC       string `db:"o_uscc"`
	Kind       string `db:"o_kind"`
	Department string `db:"o_department"`
	Region     string `db:"o_region"`
}

const organizationColumns = `o.id AS o_id, o.name AS o_name, COALESCE(o.uscc, '') AS o_uscc, o.kind AS o_kind, o.department AS o_department, o.region AS o_region`

func (r organizationRow) organization() domain.Organization {
	return domain.Organization{ID: r.ID, Name: r.Name, USCC: r.USCC, Kind: domain.OrganizationKind(r.Kind), Department: r.Department, Region: r.Region}
}

// OrganizationByID finds an organisation.
func (db *DB) OrganizationByID(ctx context.Context, id int64) (domain.Organization, error) {
	return organizationByID(ctx, db, id)
}

// OrganizationByID finds an organisation.
func (tx *Tx) OrganizationByID(ctx context.Context, id int64) (domain.Organization, error) {
	return organizationByID(ctx, tx, id)
}

func organizationByID(ctx context.Context, q querier, id int64) (domain.Organization, error) {
	var r organizationRow
	if err := q.get(ctx, &r, `SELECT `+organizationColumns+` FROM organizations o WHERE o.id = $1`, id); err != nil {
		return domain.Organization{}, wrap("read organisation", absent(err))
	}
	return r.organization(), nil
}

// CompetentOrganization finds the department of a kind that is competent for a region (FILE-13).
func (db *DB) CompetentOrganization(ctx context.Context, region, department string) (domain.Organization, error) {
	return competentOrganization(ctx, db, region, department)
}

// CompetentOrganization finds the department of a kind that is competent for a region (FILE-13).
func (tx *Tx) CompetentOrganization(ctx context.Context, region, department string) (domain.Organization, error) {
	return competentOrganization(ctx, tx, region, department)
}

func competentOrganization(ctx context.Context, q querier, region, department string) (domain.Organization, error) {
	orgs, err := organizations(ctx, q, `o.kind = 'department' AND o.department = $1 AND o.region = ANY($2)`, department, competence.RegionChain(region))
	if err != nil {
		return domain.Organization{}, err
	}
	return competence.Competent(orgs, region, department)
}

// OrganizationsOfKind lists the organisations of a kind by id; a notice goes to those within whose region it lies.
func (db *DB) OrganizationsOfKind(ctx context.Context, kind domain.OrganizationKind) ([]domain.Organization, error) {
	return organizations(ctx, db, `o.kind = $1`, string(kind))
}

// OrganizationsOfKind lists the organisations of a kind by id; a notice goes to those within whose region it lies.
func (tx *Tx) OrganizationsOfKind(ctx context.Context, kind domain.OrganizationKind) ([]domain.Organization, error) {
	return organizations(ctx, tx, `o.kind = $1`, string(kind))
}

func organizations(ctx context.Context, q querier, where string, args ...any) ([]domain.Organization, error) {
	var rows []organizationRow
	if err := q.list(ctx, &rows, `SELECT `+organizationColumns+` FROM organizations o WHERE `+where+` ORDER BY o.id`, args...); err != nil {
		return nil, fmt.Errorf("list organisations: %w", err)
	}
	orgs := make([]domain.Organization, len(rows))
	for i, r := range rows {
		orgs[i] = r.organization()
	}
	return orgs, nil
}

// InsertOrganization adds an organisation; one that is there already stays as it is.
func (tx *Tx) InsertOrganization(ctx context.Context, o domain.Organization, inPlatformService bool, at time.Time) error {
	return wrap("insert organisation", tx.exec(ctx, `
		INSERT INTO organizations (id, name, uscc, kind, department, region, in_platform_service, created_at)
		VALUES ($1, $2, NULLIF($3, ''), $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING`,
		o.ID, o.Name, o.USCC, string(o.Kind), o.Department, o.Region, inPlatformService, at))
}
