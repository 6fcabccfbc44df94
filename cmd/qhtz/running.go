package main

import (
	"io/fs"

	"qhtz/domain/catalogue"
	"qhtz/domain/projectcode"
	"qhtz/migrations"
	"qhtz/repository/stores"
)

// runningConfig lets maintenance commands reach the stores of a `qhtz dev` that runs on the same data directory.
func runningConfig(cfg Config) Config {
	if cfg.DatabaseURL != "" {
		return cfg
	}
	info, err := stores.ReadRunFile(stores.RunFile(cfg.Data))
	if err != nil {
		return cfg // newApp says that no database is named
	}
	cfg.DatabaseURL, cfg.RedisURL = info.Postgres.DSN, info.Redis.URL
	return cfg
}

// seededDictionary names regions and industries from the seed.
func seededDictionary() (projectcode.Dictionary, error) {
	d := projectcode.Dictionary{Regions: map[string]string{}, Departments: map[string]string{"04": "发展改革"}, Industries: map[string]string{}}
	open := func(name string, read func(fs.File) error) error {
		f, err := migrations.Seed.Open("seed/" + name)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		return read(f)
	}
	err := open("regions.csv", func(f fs.File) error {
		regions, err := catalogue.ReadRegions(f)
		for _, r := range regions {
			d.Regions[r.Code] = r.Name
		}
		return err
	})
	if err != nil {
		return d, err
	}
	return d, open("industries-gbt4754-2017.csv", func(f fs.File) error {
		industries, err := catalogue.ReadIndustries(f)
		for _, i := range industries {
			d.Industries[i.Code] = i.Name
		}
		return err
	})
}
