package repository

import (
	"encoding/json"
	"time"

	"qhtz/domain"
	"qhtz/domain/project"
)

// projectWrite is a project's row as it is to be written: the columns that follow from facts and life, then those
// that never change.
type projectWrite struct {
	ID              int64           `json:"id"`
	Version         int64           `json:"version"`
	Code            *string         `json:"code"`
	State           string          `json:"state"`
	Route           string          `json:"route"`
	Name            string          `json:"name"`
	Region          string          `json:"region"`
	AuthorityRegion string          `json:"authority_region"`
	Industry        string          `json:"industry"`
	TotalInvestment *int64          `json:"total_investment"`
	Facts           json.RawMessage `json:"facts"`
	Life            json.RawMessage `json:"life"`
	UpdatedAt       time.Time       `json:"updated_at"`

	Prefecture string    `json:"-"`
	OwnerID    int64     `json:"-"`
	CreatedBy  int64     `json:"-"`
	CreatedAt  time.Time `json:"-"`
}

// The parts of the flush statement that write projects.
const (
	sqlProjectNew = `INSERT INTO projects (version, code, state, route, name, region, authority_region, industry, total_investment, facts, life, updated_at, id,
			prefecture, owner_id, created_by, created_at)
		VALUES ($%d, $%d, $%d, $%d, $%d, $%d, $%d, $%d, $%d, $%d, $%d, $%d, $%d, $%d, $%d, $%d, $%d)`
	sqlProject = `UPDATE projects SET version = $%d, code = $%d, state = $%d, route = $%d, name = $%d, region = $%d,
			authority_region = $%d, industry = $%d, total_investment = $%d, facts = $%d, life = $%d, updated_at = $%d
		WHERE id = $%d`
	sqlProjects = `UPDATE projects p SET version = r.version, code = r.code, state = r.state, route = r.route, name = r.name, region = r.region,
			authority_region = r.authority_region, industry = r.industry, total_investment = r.total_investment, facts = r.facts, life = r.life,
			updated_at = r.updated_at
		FROM jsonb_to_recordset(CAST($%d AS jsonb)) AS r(id bigint, version bigint, code text, state text, route text, name text, region text,
			authority_region text, industry text, total_investment bigint, facts jsonb, life jsonb, updated_at timestamptz) WHERE p.id = r.id`
)

func writeOf(p *project.Project) projectWrite {
	w := projectWrite{ID: p.ID, Version: p.Version, State: string(p.Life.State), Route: p.Route(), Name: p.Facts.Name, Region: p.Facts.Region,
		AuthorityRegion: indexable(p.AuthorityRegion()), Industry: p.Facts.Industry, UpdatedAt: p.UpdatedAt,
		Prefecture: domain.PrefectureOf(p.Owner.Region), OwnerID: p.Owner.ID, CreatedBy: p.CreatedBy, CreatedAt: p.CreatedAt}
	w.Facts, _ = json.Marshal(p.Facts) // plain values cannot fail
	w.Life, _ = json.Marshal(p.Life)
	if m, ok := p.Facts.Investment(); ok {
		n := int64(m)
		w.TotalInvestment = &n
	}
	if p.Life.Code != "" {
		code := p.Life.Code
		w.Code = &code
	}
	return w
}

// indexable is a region as the queue's index takes it: a draft may hold any text for one.
func indexable(region string) string {
	if len(region) != 6 {
		return ""
	}
	return region
}

func (w projectWrite) changing() []any {
	return []any{w.Version, w.Code, w.State, w.Route, w.Name, w.Region, w.AuthorityRegion, w.Industry, w.TotalInvestment,
		string(w.Facts), string(w.Life), w.UpdatedAt, w.ID}
}

func (w projectWrite) args() ([]any, error) { return w.changing(), nil }

// InsertProject enters a new draft, with the next flush. Its audit trail begins here.
func (tx *Tx) InsertProject(p *project.Project) {
	tx.knowHead(p.Subject(), chainHead{Hash: firstHash})
	tx.pending.drafts = append(tx.pending.drafts, writeOf(p))
}

// SaveProject writes a locked project as it now is, with the next flush. The last state counts.
func (tx *Tx) SaveProject(p *project.Project) {
	w := writeOf(p)
	for i, saved := range tx.pending.projects {
		if saved.ID == p.ID {
			tx.pending.projects[i] = w
			return
		}
	}
	tx.pending.projects = append(tx.pending.projects, w)
}
