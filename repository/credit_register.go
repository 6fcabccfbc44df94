package repository

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"qhtz/domain"
	"qhtz/domain/credit"
)

type entryRow struct {
	UnitID   int64  `db:"unit_id"`
	USCC     string `db:"uscc"`
	Name     string `db:"name"`
	Listings []byte `db:"listings"`
	Records  []byte `db:"records"`
}

func (r entryRow) entry() (*credit.Entry, error) {
	e := &credit.Entry{UnitID: r.UnitID, USCC: strings.TrimSpace(r.USCC), Name: r.Name}
	for _, part := range []struct {
		json []byte
		to   any
	}{{r.Listings, &e.Listings}, {r.Records, &e.Records}} {
		if part.json == nil {
			continue
		}
		if err := json.Unmarshal(part.json, part.to); err != nil {
			return nil, fmt.Errorf("published credit of unit %d: %w", r.UnitID, err)
		}
	}
	return e, nil
}

// earliestListing is the first instant at which a listing takes effect or leaves by itself.
const earliestListing = `(SELECT due_at FROM listings WHERE due_at IS NOT NULL ORDER BY due_at LIMIT 1)`

// RegisterEntry answers a look-up in one statement, so that the instant and what is listed are of one moment.
func (db *DB) RegisterEntry(ctx context.Context, uscc string) (e *credit.Entry, now time.Time, late bool, err error) {
	var row struct {
		platformRow
		UnitID   *int64     `db:"unit_id"`
		Name     *string    `db:"name"`
		Listings []byte     `db:"listings"`
		Records  []byte     `db:"records"`
		Earliest *time.Time `db:"earliest"`
	}
	err = db.get(ctx, &row, `
		SELECT p.clock_mode, p.clock_at, p.clock_wall, o.id AS unit_id, o.name, l.earliest, l.listings,
			(SELECT u.credit -> 'records' FROM unit_credit u WHERE u.unit_id = o.id) AS records
		FROM platform p LEFT JOIN organizations o ON o.uscc = $1 AND o.kind = 'unit'
		CROSS JOIN LATERAL (
			SELECT min(due_at) AS earliest, json_agg(content ORDER BY id) FILTER (WHERE published AND from_at IS NOT NULL AND ended_at IS NULL) AS listings
			FROM listings WHERE unit_id = o.id) l`, uscc)
	if err != nil {
		return nil, now, false, fmt.Errorf("look up the register: %w", err)
	}
	now = db.clock.now(row.platformRow)
	late = row.Earliest != nil && !row.Earliest.After(now)
	if row.UnitID == nil {
		return nil, now, late, nil
	}
	e, err = entryRow{UnitID: *row.UnitID, USCC: uscc, Name: *row.Name, Listings: row.Listings, Records: row.Records}.entry()
	return e, now, late, err
}

// moment is platform time, and whether a listing's instant has come and not fired.
func (db *DB) moment(ctx context.Context) (now time.Time, late bool, err error) {
	var row struct {
		platformRow
		Earliest *time.Time `db:"earliest"`
	}
	if err := db.get(ctx, &row, `SELECT clock_mode, clock_at, clock_wall, `+earliestListing+` AS earliest FROM platform`); err != nil {
		return now, false, fmt.Errorf("register's moment: %w", err)
	}
	now = db.clock.now(row.platformRow)
	return now, row.Earliest != nil && !row.Earliest.After(now), nil
}

const inEffect = `l.published AND l.from_at <= $1 AND l.until_at > $1 AND (l.ended_at IS NULL OR l.ended_at > $1)`

// RegisterEntries lists the units in effect at the moment of reading, newest listing first.
func (db *DB) RegisterEntries(ctx context.Context, f credit.RegisterFilter) (es []*credit.Entry, now time.Time, late bool, err error) {
	now, late, err = db.moment(ctx)
	if err != nil {
		return nil, now, late, err
	}
	before := f.Before
	if before == 0 {
		before = 1<<63 - 1
	}
	var rows []entryRow
	err = db.list(ctx, &rows, `
		SELECT o.id AS unit_id, COALESCE(o.uscc, '') AS uscc, o.name, json_agg(l.content ORDER BY l.id) AS listings
		FROM listings l JOIN organizations o ON o.id = l.unit_id
		WHERE `+inEffect+` AND ($2 = '' OR o.name ILIKE $3 OR o.uscc = $4)
		GROUP BY o.id HAVING max(l.id) < $5 ORDER BY max(l.id) DESC LIMIT $6`,
		now, f.Query, "%"+likeEscape(f.Query)+"%", domain.NormalizeUSCC(f.Query), before, f.Limit)
	if err != nil {
		return nil, now, late, fmt.Errorf("list the register: %w", err)
	}
	for _, r := range rows {
		e, err := r.entry()
		if err != nil {
			return nil, now, late, err
		}
		es = append(es, e)
	}
	return es, now, late, nil
}

func likeEscape(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s)
}

// RegisterFeed gives the feed's lines after one, oldest first, with the entries of units that are listed now.
func (db *DB) RegisterFeed(ctx context.Context, after int64, limit int) (fs []credit.FeedEntry, now time.Time, late bool, err error) {
	now, late, err = db.moment(ctx)
	if err != nil {
		return nil, now, late, err
	}
	var rows []struct {
		entryRow
		ID        int64     `db:"id"`
		At        time.Time `db:"at"`
		ListingID int64     `db:"listing_id"`
		Kind      string    `db:"kind"`
	}
	err = db.list(ctx, &rows, `
		SELECT f.id, f.at, f.unit_id, f.listing_id, f.kind, COALESCE(o.uscc, '') AS uscc, o.name,
			(SELECT json_agg(l.content) FROM listings l WHERE l.id = f.listing_id AND `+inEffect+`) AS listings
		FROM register_feed f JOIN organizations o ON o.id = f.unit_id
		WHERE f.id > $2 ORDER BY f.id LIMIT $3`, now, after, limit)
	if err != nil {
		return nil, now, late, fmt.Errorf("read the feed: %w", err)
	}
	for _, r := range rows {
		e, err := r.entry()
		if err != nil {
			return nil, now, late, err
		}
		fs = append(fs, credit.FeedEntry{ID: r.ID, At: r.At, UnitID: r.UnitID, ListingID: r.ListingID, Kind: r.Kind, Entry: e})
	}
	return fs, now, late, nil
}

// LateListings are the deadlines of listings whose instant has come.
func (db *DB) LateListings(ctx context.Context, now time.Time) (ids []int64, err error) {
	err = db.list(ctx, &ids, `SELECT due_id FROM listings WHERE due_at <= $1 AND due_id IS NOT NULL ORDER BY due_at, id LIMIT 500`, now)
	return ids, wrap("late listings", err)
}

// AppendFeed adds to the feed. Whoever adds holds the feed's lock until he commits, so that a line never appears before
// one that readers have passed.
func (tx *Tx) AppendFeed(ctx context.Context, e credit.FeedEntry) error {
	if err := tx.exec(ctx, `SELECT pg_advisory_xact_lock($1)`, tx.db.LockID(lockFeed)); err != nil {
		return fmt.Errorf("lock the feed: %w", err)
	}
	return wrap("add to the feed", tx.exec(ctx, `
		INSERT INTO register_feed (id, at, unit_id, listing_id, kind)
		SELECT COALESCE(max(id), 0) + 1, CAST($1 AS timestamptz), CAST($2 AS bigint), CAST($3 AS bigint), $4 FROM register_feed`, e.At, e.UnitID, e.ListingID, e.Kind))
}
