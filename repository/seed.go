package repository

import (
	"context"
	"fmt"
	"io/fs"
	"time"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/catalogue"
)

// SeedFrom is the instant from which the seeded policy and catalogues are in force.
var SeedFrom = calendar.NewDate(2015, time.January, 1).Start()

// Seed loads the calendar, the policy and the catalogues into a platform that has none. Running it again
// changes nothing.
func (db *DB) Seed(ctx context.Context, files fs.FS) error {
	return db.inTx(ctx, domain.Call{Actor: domain.TimerActor}, func(tx *Tx) error {
		var have bool
		if err := tx.get(ctx, &have, `SELECT calendar_version > 0 FROM platform FOR UPDATE`); err != nil {
			return fmt.Errorf("seed: %w", err)
		}
		if have {
			return nil
		}
		if err := seedCalendar(ctx, tx, files); err != nil {
			return fmt.Errorf("seed calendar: %w", err)
		}
		if err := seedCatalogues(ctx, tx, files); err != nil {
			return fmt.Errorf("seed catalogues: %w", err)
		}
		tx.Audit(domain.AuditEntry{Subject: domain.Subject{Kind: "platform", ID: 1}, Action: "platform.seed"})
		return nil
	})
}

func seedCalendar(ctx context.Context, tx *Tx, files fs.FS) error {
	f, err := files.Open("calendar-days.csv")
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	entries, err := calendar.ReadCSV(f)
	if err != nil {
		return err
	}
	byYear := map[int][]calendar.Entry{}
	first, last := 9999, 0
	for _, e := range entries {
		y := e.Date.Year()
		byYear[y] = append(byYear[y], e)
		first, last = min(first, y), max(last, y)
	}
	for y := first; y <= last; y++ {
		if err := tx.InsertCalendarYear(ctx, y, fmt.Sprintf("国务院办公厅关于%d年部分节假日安排的通知", y), byYear[y]); err != nil {
			return err
		}
	}
	return nil
}

func seedCatalogues(ctx context.Context, tx *Tx, files fs.FS) error {
	if err := tx.InsertCatalogue(ctx, catalogue.ListPolicy, SeedFrom, "默认参数", catalogue.DefaultParameters); err != nil {
		return err
	}
	if err := tx.InsertCatalogue(ctx, catalogue.ListBases, SeedFrom, "默认依据", catalogue.DefaultBases); err != nil {
		return err
	}
	for _, s := range []struct {
		list catalogue.List
		file string
		read func(fs.File) (any, error)
	}{
		{catalogue.ListRegions, "regions.csv", func(f fs.File) (any, error) { return catalogue.ReadRegions(f) }},
		{catalogue.ListIndustries, "industries-gbt4754-2017.csv", func(f fs.File) (any, error) { return catalogue.ReadIndustries(f) }},
		{catalogue.ListSurplus, "surplus-industries.csv", func(f fs.File) (any, error) { return catalogue.ReadSurplus(f) }},
		{catalogue.ListApprovals, "approval-catalogue.csv", func(f fs.File) (any, error) { return catalogue.ReadApprovals(f) }},
		{catalogue.ListItems, "approval-items.csv", func(f fs.File) (any, error) { return catalogue.ReadItems(f) }},
	} {
		f, err := files.Open(s.file)
		if err != nil {
			return err
		}
		content, err := s.read(f)
		_ = f.Close()
		if err != nil {
			return fmt.Errorf("%s: %w", s.file, err)
		}
		if err := tx.InsertCatalogue(ctx, s.list, SeedFrom, s.file, content); err != nil {
			return err
		}
	}
	return nil
}
