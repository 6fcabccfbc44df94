package repository

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"qhtz/domain/projectcode"
)

// SearchMessage is the payload of the topic search: a project whose search words may have changed.
type SearchMessage struct {
	ProjectID int64 `json:"project_id"`
}

// Bigrams gives the overlapping pairs of letters of each word of s, in order, in lower case and half width. A word of
// one letter gives that letter. Being in order, they tell whether a word occurs as written: its pairs follow each other.
func Bigrams(s string) []string {
	var grams []string
	for _, word := range strings.Fields(fold(s)) {
		grams = append(grams, wordGrams(word)...)
	}
	return grams
}

func wordGrams(word string) []string {
	letters := []rune(word)
	if len(letters) == 1 {
		return []string{word}
	}
	grams := make([]string, 0, len(letters)-1)
	for i := range len(letters) - 1 {
		grams = append(grams, string(letters[i:i+2]))
	}
	return grams
}

// terms are what is kept of a text to search it: its pairs in order, and then its letters, so that a single one is
// found by the index too.
func terms(s string) []string {
	letters := []string{}
	for _, word := range strings.Fields(fold(s)) {
		letters = append(letters, strings.Split(word, "")...)
	}
	slices.Sort(letters)
	return append(Bigrams(s), slices.Compact(letters)...)
}

// fold makes full-width letters half-width and capitals small.
func fold(s string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' {
			return r - '！' + '!'
		}
		return r
	}, s))
}

// deliverSearch recomputes the search words of projects: name, owner and its USCC, code as digits and as
// written, region, site.
// A project that is not public has none.
func deliverSearch(ctx context.Context, tx *Tx, rows []OutboxRow) error {
	ids := make([]int64, 0, len(rows))
	for _, r := range rows {
		var m SearchMessage
		if err := json.Unmarshal(r.Payload, &m); err != nil {
			return fmt.Errorf("message %d: %w", r.ID, err)
		}
		ids = append(ids, m.ProjectID)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	// The rows are locked before the projects are read: of two deliveries the later one has read the later state.
	if err := tx.exec(ctx, `
		INSERT INTO project_terms (project_id, grams) SELECT id, '{}' FROM unnest(CAST($1 AS bigint[])) AS i(id)
		ON CONFLICT (project_id) DO UPDATE SET grams = project_terms.grams`, ids); err != nil {
		return fmt.Errorf("lock search words: %w", err)
	}
	var found []struct {
		ID     int64  `db:"id"`
		Name   string `db:"name"`
		Owner  string `db:"owner"`
		USCC   string `db:"uscc"`
		Code   string `db:"code"`
		Region string `db:"region"`
		Site   string `db:"site"`
	}
	if err := tx.list(ctx, &found, `
		SELECT p.id, p.name, o.name AS owner, COALESCE(o.uscc, '') AS uscc, p.code, p.region, COALESCE(p.facts ->> 'site', '') AS site
		FROM projects p JOIN organizations o ON o.id = p.owner_id WHERE p.id = ANY($1) AND p.code IS NOT NULL`, ids); err != nil {
		return fmt.Errorf("read projects to index: %w", err)
	}
	book, err := tx.Book(ctx)
	if err != nil {
		return err
	}
	regions := book.Library.Regions.At(book.Now).Content
	kept := make([]termsRow, len(found))
	for i, p := range found {
		code := projectcode.Code(p.Code)
		kept[i] = termsRow{p.ID, terms(strings.Join([]string{p.Name, p.Owner, p.USCC, code.Digits(), code.String(), regions.FullName(p.Region), p.Site}, " "))}
	}
	return tx.saveTerms(ctx, ids, kept)
}

type termsRow struct {
	ProjectID int64    `json:"project_id"`
	Grams     []string `json:"grams"`
}

// saveTerms writes the words of those among ids that have any, and removes the others' rows.
func (tx *Tx) saveTerms(ctx context.Context, ids []int64, kept []termsRow) error {
	b, err := json.Marshal(kept)
	if err != nil {
		return fmt.Errorf("encode search words: %w", err)
	}
	err = tx.exec(ctx, `
		WITH r AS (SELECT * FROM jsonb_to_recordset(CAST($2 AS jsonb)) AS r(project_id bigint, grams text[])),
		gone AS (DELETE FROM project_terms WHERE project_id = ANY($1) AND project_id NOT IN (SELECT project_id FROM r))
		UPDATE project_terms t SET grams = r.grams FROM r WHERE t.project_id = r.project_id`, ids, string(b))
	return wrap("save search words", err)
}

// ProjectSearch asks for public projects. Empty fields do not restrict.
type ProjectSearch struct {
	Words  string // all of them must occur, each as written, anywhere in name, owner, its USCC, code, region or site
	Area   string // region within, six digits
	Route  string
	States []string
	Before int64 // only smaller ids: the last id of the page before; 0: from the newest
	Limit  int   // 1–101: a page of 100, and one more that tells whether another follows
}

// newestWindow is scanned before the index is asked: common words fill their page there, at a cost that does not
// grow with the platform; the index serves rare words at once and would gather all hits of common ones.
const newestWindow = 5000

// countCap bounds counting: "1000+" says enough.
const countCap = 1001

const (
	// $1 pairs that must occur, $2 the words as runs of pairs
	sqlWordsMatch = `(t.grams @> $1 AND (SELECT COALESCE(bool_and(strpos(array_to_string(t.grams, ' '), w) > 0), true) FROM unnest(CAST($2 AS text[])) AS w))`
	// $3 area pattern, $4 route, $5 states, $6 before
	sqlPublicWhere = `p.code IS NOT NULL AND p.id < $6 AND p.region LIKE $3 AND ($4 = '' OR p.route = $4) AND ($5 OR p.state = ANY($7))`

	sqlSearchNewest = `
		SELECT p.id FROM (SELECT * FROM projects WHERE code IS NOT NULL AND id < $6 ORDER BY id DESC LIMIT $9) p
		WHERE ` + sqlPublicWhere + ` AND COALESCE((SELECT ` + sqlWordsMatch + ` FROM project_terms t WHERE t.project_id = p.id), false)
		ORDER BY p.id DESC LIMIT $8`
	// OFFSET 0: each hit is looked up by its id. The planner does not know how rare a word is, and would read all projects.
	sqlSearchIndex = `
		WITH hits AS MATERIALIZED (SELECT t.project_id FROM project_terms t WHERE t.project_id < $6 AND ` + sqlWordsMatch + `)
		SELECT f.id FROM hits CROSS JOIN LATERAL (SELECT p.id FROM projects p WHERE p.id = hits.project_id AND ` + sqlPublicWhere + ` OFFSET 0) f
		ORDER BY f.id DESC LIMIT $8`
	sqlSearchAll  = `SELECT p.id FROM projects p WHERE ` + sqlNoWords + sqlPublicWhere + ` ORDER BY p.id DESC LIMIT $8`
	sqlCountIndex = `
		SELECT count(*) FROM (SELECT 1 FROM project_terms t
			CROSS JOIN LATERAL (SELECT p.id FROM projects p WHERE p.id = t.project_id AND ` + sqlPublicWhere + ` OFFSET 0) f
			WHERE t.project_id < $6 AND ` + sqlWordsMatch + ` LIMIT $8) AS found`
	sqlCountAll = `SELECT count(*) FROM (SELECT 1 FROM projects p WHERE ` + sqlNoWords + sqlPublicWhere + ` LIMIT $8) AS found`
	sqlNoWords  = `cardinality(CAST($1 AS text[])) + cardinality(CAST($2 AS text[])) = 0 AND `
)

func (s ProjectSearch) args() []any {
	runs, grams := []string{}, []string{}
	for _, w := range strings.Fields(fold(s.Words)) {
		g := wordGrams(w)
		runs = append(runs, strings.Join(g, " "))
		grams = append(grams, g...)
	}
	slices.Sort(grams)
	before := s.Before
	if before == 0 {
		before = 1<<63 - 1
	}
	states := s.States
	if states == nil {
		states = []string{}
	}
	area := "%"
	if s.Area != "" {
		area = areaPattern(s.Area)
	}
	return []any{slices.Compact(grams), runs, area, s.Route, len(states) == 0, before, states}
}

// SearchProjectIDs gives a page of public projects, newest first, and the Before of the next page (0: none).
func (db *DB) SearchProjectIDs(ctx context.Context, s ProjectSearch) (ids []int64, next int64, err error) {
	limit := min(max(s.Limit, 1), 101)
	args := append(s.args(), limit+1)
	if strings.TrimSpace(s.Words) == "" {
		err = db.list(ctx, &ids, sqlSearchAll, args...)
	} else if err = db.list(ctx, &ids, sqlSearchNewest, append(slices.Clone(args), newestWindow)...); err == nil && len(ids) <= limit {
		ids = nil
		err = db.list(ctx, &ids, sqlSearchIndex, args...)
	}
	if err != nil {
		return nil, 0, fmt.Errorf("search projects: %w", err)
	}
	if len(ids) > limit {
		ids = ids[:limit]
		next = ids[limit-1]
	}
	return ids, next, nil
}

// CountProjects counts the public projects that a search finds from Before on, up to 1000; capped says that there are more.
func (db *DB) CountProjects(ctx context.Context, s ProjectSearch) (n int, capped bool, err error) {
	q := sqlCountIndex
	if strings.TrimSpace(s.Words) == "" {
		q = sqlCountAll
	}
	if err := db.get(ctx, &n, q, append(s.args(), countCap)...); err != nil {
		return 0, false, fmt.Errorf("count projects: %w", err)
	}
	if n == countCap {
		return countCap - 1, true, nil
	}
	return n, false, nil
}
