package repository

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/catalogue"
)

// bookCache keeps the calendar and the library of the versions last read; both are immutable.
type bookCache struct {
	mu       sync.Mutex
	calendar *calendar.Calendar
	library  *catalogue.Library
}

func (db *DB) bookOf(ctx context.Context, p platformRow, now time.Time) (*catalogue.Book, error) {
	c := &db.books
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.calendar == nil || c.calendar.Version() != p.CalendarVersion {
		cal, err := db.loadCalendar(ctx, p.CalendarVersion)
		if err != nil {
			return nil, err
		}
		c.calendar = cal
	}
	if c.library == nil || c.library.Version != p.CatalogueVersion {
		lib, err := db.loadLibrary(ctx, p.CatalogueVersion)
		if err != nil {
			return nil, err
		}
		c.library = lib
	}
	return &catalogue.Book{Now: now, Calendar: c.calendar, Library: c.library}, nil
}

func (db *DB) loadCalendar(ctx context.Context, version int64) (*calendar.Calendar, error) {
	var days []struct {
		Date calendar.Date `db:"date"`
		Kind string        `db:"kind"`
		Name string        `db:"name"`
	}
	if err := db.list(ctx, &days, `SELECT date, kind, name FROM calendar_days ORDER BY date`); err != nil {
		return nil, fmt.Errorf("load calendar days: %w", err)
	}
	var years []struct {
		Year   int    `db:"year"`
		Source string `db:"source"`
	}
	if err := db.list(ctx, &years, `SELECT year, source FROM calendar_years ORDER BY year`); err != nil {
		return nil, fmt.Errorf("load calendar years: %w", err)
	}
	entries := make([]calendar.Entry, len(days))
	for i, d := range days {
		entries[i] = calendar.Entry{Date: d.Date, Kind: calendar.DayKind(d.Kind), Name: d.Name}
	}
	notices := make([]calendar.Notice, len(years))
	for i, y := range years {
		notices[i] = calendar.Notice{Year: y.Year, Source: y.Source}
	}
	return calendar.New(entries, notices, version)
}

func (db *DB) loadLibrary(ctx context.Context, version int64) (*catalogue.Library, error) {
	var rows []struct {
		Kind    string    `db:"kind"`
		Version int       `db:"version"`
		From    time.Time `db:"effective_from"`
		Content []byte    `db:"content"`
	}
	if err := db.list(ctx, &rows, `SELECT kind, version, effective_from, content FROM catalogues ORDER BY kind, effective_from, version`); err != nil {
		return nil, fmt.Errorf("load catalogues: %w", err)
	}
	lib := &catalogue.Library{Version: version}
	for _, r := range rows {
		if err := lib.Add(catalogue.List(r.Kind), r.Version, r.From, r.Content); err != nil {
			return nil, err
		}
	}
	return lib, lib.Check()
}

// InsertCatalogue adds an edition of a list. Every process sees it from its next transaction on.
func (tx *Tx) InsertCatalogue(ctx context.Context, list catalogue.List, from time.Time, source string, content any) error {
	b, err := json.Marshal(content)
	if err != nil {
		return fmt.Errorf("catalogue %s: %w", list, err)
	}
	err = tx.exec(ctx, `
		INSERT INTO catalogues (kind, version, effective_from, recorded_at, source, content)
		SELECT $1, COALESCE(max(version), 0) + 1, $2, $3, $4, CAST($5 AS jsonb) FROM catalogues WHERE kind = $1`,
		string(list), domain.Precise(from), tx.Now(), source, string(b))
	if err != nil {
		return fmt.Errorf("insert catalogue %s: %w", list, err)
	}
	return tx.exec(ctx, `UPDATE platform SET catalogue_version = catalogue_version + 1`)
}

// InsertCalendarYear loads the days of a published year.
func (tx *Tx) InsertCalendarYear(ctx context.Context, year int, source string, days []calendar.Entry) error {
	err := tx.exec(ctx, `INSERT INTO calendar_years (year, source, recorded_at) VALUES ($1, $2, $3)`, year, source, tx.Now())
	if err != nil {
		return fmt.Errorf("insert calendar year %d: %w", year, err)
	}
	for _, d := range days {
		if err := tx.exec(ctx, `INSERT INTO calendar_days (date, kind, name) VALUES ($1, $2, $3)`, d.Date, string(d.Kind), d.Name); err != nil {
			return fmt.Errorf("insert calendar day %s: %w", d.Date, err)
		}
	}
	return tx.exec(ctx, `UPDATE platform SET calendar_version = calendar_version + 1`)
}
