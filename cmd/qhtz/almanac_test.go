package main

import (
	"encoding/csv"
	"os"
	"testing"
	"time"
)

// almanac is the calendar counted day by day, apart from the platform's own (CAL-1, CAL-2): holiday or makeup by date.
type almanac map[string]string

func readAlmanac(t *testing.T) almanac {
	t.Helper()
	f, err := os.Open("../../migrations/seed/calendar-days.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	a := almanac{}
	for _, l := range lines {
		a[l[0]] = l[1]
	}
	return a
}

func (a almanac) works(d time.Time) bool {
	switch a[d.Format(time.DateOnly)] {
	case "holiday":
		return false
	case "makeup":
		return true
	}
	return d.Weekday() != time.Saturday && d.Weekday() != time.Sunday
}

// working is the last day of n working days after a day.
func (a almanac) working(date string, n int) string {
	d := day(date)
	for n > 0 {
		d = d.AddDate(0, 0, 1)
		if a.works(d) {
			n--
		}
	}
	return d.Format(time.DateOnly)
}

// natural is the last day of n natural days after a day; it moves to a working day.
func (a almanac) natural(date string, n int) string {
	d := day(date).AddDate(0, 0, n)
	for !a.works(d) {
		d = d.AddDate(0, 0, 1)
	}
	return d.Format(time.DateOnly)
}

func day(date string) time.Time {
	d, err := time.Parse(time.DateOnly, date)
	if err != nil {
		panic(err)
	}
	return d
}
