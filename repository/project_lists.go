package repository

import (
	"context"
	"fmt"
	"strings"

	"qhtz/domain"
	"qhtz/domain/project"
)

// Projects lists projects newest first, by keyset.
func (db *DB) Projects(ctx context.Context, f project.Filter) ([]*project.Project, error) {
	if f.Query != "" {
		return db.searchProjects(ctx, f)
	}
	where, args := projectWhere(f)
	var rows []projectRow
	q := `SELECT ` + projectColumns + projectFrom + where + fmt.Sprintf(` ORDER BY p.id DESC LIMIT $%d`, len(args)+1)
	if err := db.list(ctx, &rows, q, append(args, f.Limit)...); err != nil {
		return nil, fmt.Errorf("list projects: %w", err)
	}
	return projectsOf(rows)
}

func projectsOf(rows []projectRow) ([]*project.Project, error) {
	out := make([]*project.Project, 0, len(rows))
	for _, r := range rows {
		p, err := r.project()
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// projectFilter turns a filter into SQL made of constants and its values into arguments.
type projectFilter struct {
	parts []string
	args  []any
}

func (w *projectFilter) add(part string, arg any) {
	w.args = append(w.args, arg)
	w.parts = append(w.parts, strings.ReplaceAll(part, "?", fmt.Sprintf("$%d", len(w.args))))
}

func projectWhere(f project.Filter) (string, []any) {
	w := &projectFilter{}
	if f.PublicOnly {
		w.parts = append(w.parts, `p.code IS NOT NULL`)
	}
	if f.Submitted {
		w.parts = append(w.parts, `p.state <> 'draft'`)
	}
	if f.OwnerID != 0 {
		w.add(`p.owner_id = ?`, f.OwnerID)
	}
	if f.Area != "" {
		w.add(`p.authority_region LIKE ?`, areaPattern(f.Area))
	}
	if f.Region != "" {
		w.add(`p.region LIKE ?`, areaPattern(f.Region))
	}
	if f.AuthorityOrg != 0 {
		w.add(`p.authority_region = ANY(ARRAY(SELECT region FROM competent_regions(?)))`, f.AuthorityOrg)
	}
	if len(f.States) > 0 {
		states := make([]string, len(f.States))
		for i, s := range f.States {
			states[i] = string(s)
		}
		w.add(`p.state = ANY(?)`, states)
	}
	if f.Route != "" {
		w.add(`p.route = ?`, f.Route)
	}
	if f.Before != 0 {
		w.add(`p.id < ?`, f.Before)
	}
	if len(w.parts) == 0 {
		return "", nil
	}
	return ` WHERE ` + strings.Join(w.parts, ` AND `), w.args
}

// areaPattern matches the regions that lie in an area.
func areaPattern(area string) string {
	switch domain.LevelOf(area) {
	case domain.LevelProvince:
		return area[:2] + "%"
	case domain.LevelPrefecture:
		return area[:4] + "%"
	}
	return area
}

// QueueCounts counts what an organisation has to do, by state.
func (db *DB) QueueCounts(ctx context.Context, org int64) (map[project.State]int, error) {
	var rows []struct {
		State string `db:"state"`
		N     int    `db:"n"`
	}
	err := db.list(ctx, &rows, `
		SELECT state, count(*) AS n FROM projects
		WHERE state <> 'draft' AND authority_region = ANY(ARRAY(SELECT region FROM competent_regions($1)))
		GROUP BY state`, org)
	if err != nil {
		return nil, fmt.Errorf("queue counts: %w", err)
	}
	out := map[project.State]int{}
	for _, r := range rows {
		out[project.State(r.State)] = r.N
	}
	return out, nil
}

// searchProjects lists the public projects that some words find, newest first.
func (db *DB) searchProjects(ctx context.Context, f project.Filter) ([]*project.Project, error) {
	s := ProjectSearch{Words: f.Query, Area: f.Region, Route: f.Route, Before: f.Before, Limit: f.Limit}
	for _, state := range f.States {
		s.States = append(s.States, string(state))
	}
	ids, _, err := db.SearchProjectIDs(ctx, s)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	var rows []projectRow
	if err := db.list(ctx, &rows, `SELECT `+projectColumns+projectFrom+`WHERE p.id = ANY($1) ORDER BY p.id DESC`, ids); err != nil {
		return nil, fmt.Errorf("found projects: %w", err)
	}
	return projectsOf(rows)
}
