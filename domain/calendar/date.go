// Package calendar counts statutory working days: a pure, immutable value
// built from the published holiday notices (rules CAL-1 to CAL-5).
package calendar

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// Zone is the civil time zone of every rule: China Standard Time, fixed
// +08:00 (CAL-1). It is fixed so that no time zone database is needed.
var Zone = time.FixedZone("Asia/Shanghai", 8*60*60)

const (
	secondsPerDay = 24 * 60 * 60
	zoneOffset    = 8 * 60 * 60
	layout        = "2006-01-02"
	minYear       = 1900
	maxYear       = 2200
)

// Date is a civil date in Zone, as days since 1970-01-01. Use *Date where a
// date can be absent.
type Date int32

// NewDate returns the date y-m-d. Values out of range roll over, as in
// time.Date; use ParseDate for input.
func NewDate(y int, m time.Month, d int) Date {
	return civilDay(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix())
}

// ParseDate reads exactly "2006-01-02". Dates that do not exist and years
// outside 1900–2200 are refused.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(layout, s)
	if err != nil {
		return 0, fmt.Errorf("calendar: %.20q is not a date like 2006-01-02", s)
	}
	if y := t.Year(); y < minYear || y > maxYear {
		return 0, fmt.Errorf("calendar: year of %s is outside %d–%d", s, minYear, maxYear)
	}
	return civilDay(t.Unix()), nil
}

// DateOf returns the civil date in Zone on which t falls. An instant at 00:00
// belongs to the day that begins (CAL-2).
func DateOf(t time.Time) Date { return civilDay(t.Unix() + zoneOffset) }

// civilDay divides rounding down, so that dates before 1970 are right too.
func civilDay(seconds int64) Date {
	d := seconds / secondsPerDay
	if seconds%secondsPerDay < 0 {
		d--
	}
	return Date(d)
}

func (d Date) utc() time.Time { return time.Unix(int64(d)*secondsPerDay, 0).UTC() }

// String returns the date as 2006-01-02.
func (d Date) String() string { return d.utc().Format(layout) }

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday {
	// 1970-01-01 was a Thursday; the second +7 keeps earlier dates positive.
	return time.Weekday(((int32(d)+4)%7 + 7) % 7)
}

// Year returns the civil year.
func (d Date) Year() int { return d.utc().Year() }

// Month returns the civil month.
func (d Date) Month() time.Month { return d.utc().Month() }

// Day returns the day of the month.
func (d Date) Day() int { return d.utc().Day() }

// AddDays returns the date n days later; n may be negative.
func (d Date) AddDays(n int) Date { return d + Date(n) }

// AddMonths returns the same day number n months later, or the last day of
// that month where it has no such day (CAL-2). n may be negative.
func (d Date) AddMonths(n int) Date {
	target, _ := d.addMonths(n)
	return target
}

// addMonths also reports whether the day number had to be cut to the month's
// last day.
func (d Date) addMonths(n int) (target Date, cut bool) {
	y, m, day := d.utc().Date()
	last := NewDate(y, m+time.Month(n)+1, 0)
	if day > last.Day() {
		return last, true
	}
	return NewDate(y, m+time.Month(n), day), false
}

// Start returns the instant at which the day begins, 00:00 +08:00.
func (d Date) Start() time.Time {
	return time.Unix(int64(d)*secondsPerDay-zoneOffset, 0).In(Zone)
}

// End returns the instant at which the day is over: 00:00 +08:00 of the next
// day. A deadline of this day is overdue from that instant on (CAL-2).
func (d Date) End() time.Time { return (d + 1).Start() }

// MarshalText writes the date as 2006-01-02, also for JSON.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what ParseDate reads.
func (d *Date) UnmarshalText(text []byte) error {
	parsed, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// Value stores the date as the text of an SQL date.
func (d Date) Value() (driver.Value, error) { return d.String(), nil }

// Scan reads an SQL date. Year, month and day are taken as they stand, because
// drivers hand a date over as midnight in a zone of their own choice.
func (d *Date) Scan(src any) error {
	switch v := src.(type) {
	case time.Time:
		*d = NewDate(v.Date())
		return nil
	case string:
		return d.scanText(v)
	case []byte:
		return d.scanText(string(v))
	default:
		return fmt.Errorf("calendar: cannot read a date from %T", src)
	}
}

// scanText drops a time of day, which some drivers append to a date.
func (d *Date) scanText(s string) error {
	if len(s) > len(layout) && (s[len(layout)] == 'T' || s[len(layout)] == ' ') {
		s = s[:len(layout)]
	}
	return d.UnmarshalText([]byte(s))
}
