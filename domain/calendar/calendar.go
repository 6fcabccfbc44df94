package calendar

import (
	"fmt"
	"strings"
	"time"
)

// DayKind says what kind of day a day is.
type DayKind string

// The kinds of days (CAL-1). Only KindHoliday and KindMakeup stand in notices.
const (
	KindWorkday DayKind = "workday"
	KindWeekend DayKind = "weekend"
	KindHoliday DayKind = "holiday"
	KindMakeup  DayKind = "makeup" // a weekend day that is worked, 调休
)

// Entry is one day of a published notice: a holiday or a make-up working day.
type Entry struct {
	Date Date
	Kind DayKind
	Name string // the festival, in Chinese
}

// Notice is a year whose holidays are published, and the document that
// published them.
type Notice struct {
	Year   int
	Source string
}

// Day is what the calendar knows about one date. Provisional means that the
// year's notice is not published, so that the day can still change (CAL-1).
type Day struct {
	Date        Date    `json:"date"`
	Working     bool    `json:"working"`
	Kind        DayKind `json:"kind"`
	Name        string  `json:"name,omitempty"`
	Provisional bool    `json:"provisional"`
}

// Calendar answers which days are working days. It is immutable and safe for
// concurrent use.
type Calendar struct {
	special   map[Date]Entry // days that differ from plain weekday or weekend
	published map[int]bool
	version   int64
}

// New builds a calendar from the days of the notices, the years published and
// the version of that data. Entries count in every year, because the notice of
// one year can name days of the year before; a year without its notice falls
// back on the festival days fixed by law and stays provisional (CAL-1).
//
// It refuses two entries for one date, unknown kinds, nameless days, dates
// outside 1900–2200, a year published twice, and a make-up day that is not a
// Saturday or Sunday.
func New(entries []Entry, published []Notice, version int64) (*Calendar, error) {
	c := &Calendar{
		special:   make(map[Date]Entry, len(entries)),
		published: make(map[int]bool, len(published)),
		version:   version,
	}
	for _, n := range published {
		if n.Year < minYear || n.Year > maxYear {
			return nil, fmt.Errorf("calendar: published year %d is outside %d–%d", n.Year, minYear, maxYear)
		}
		if c.published[n.Year] {
			return nil, fmt.Errorf("calendar: year %d is published twice", n.Year)
		}
		c.published[n.Year] = true
	}
	for _, e := range entries {
		if err := e.check(); err != nil {
			return nil, err
		}
		if _, twice := c.special[e.Date]; twice {
			return nil, fmt.Errorf("calendar: %s is entered twice", e.Date)
		}
		c.special[e.Date] = e
	}
	c.addLawFestivals()
	return c, nil
}

func (e Entry) check() error {
	if y := e.Date.Year(); y < minYear || y > maxYear {
		return fmt.Errorf("calendar: %s is outside %d–%d", e.Date, minYear, maxYear)
	}
	if strings.TrimSpace(e.Name) == "" {
		return fmt.Errorf("calendar: %s has no name", e.Date)
	}
	switch e.Kind {
	case KindHoliday:
		return nil
	case KindMakeup:
		if !isWeekend(e.Date) {
			return fmt.Errorf("calendar: make-up day %s is a %s, not a weekend day", e.Date, e.Date.Weekday())
		}
		return nil
	default:
		return fmt.Errorf("calendar: %s has unknown kind %q", e.Date, e.Kind)
	}
}

// addLawFestivals fills the years without notice. An entry of a neighbouring
// year's notice prevails over the law's default for the same day.
func (c *Calendar) addLawFestivals() {
	for year := firstFestivalYear; year <= lastFestivalYear; year++ {
		if c.published[year] {
			continue
		}
		for _, e := range lawFestivals(year) {
			if _, known := c.special[e.Date]; !known {
				c.special[e.Date] = e
			}
		}
	}
}

func isWeekend(d Date) bool {
	w := d.Weekday()
	return w == time.Saturday || w == time.Sunday
}

// Version identifies the data from which the calendar was built.
func (c *Calendar) Version() int64 { return c.version }

// Published reports whether the notice of the year is loaded.
func (c *Calendar) Published(year int) bool { return c.published[year] }

// Day describes one date.
func (c *Calendar) Day(d Date) Day {
	day := Day{Date: d, Kind: KindWorkday, Provisional: !c.published[d.Year()]}
	if e, ok := c.special[d]; ok {
		day.Kind, day.Name = e.Kind, e.Name
	} else if isWeekend(d) {
		day.Kind = KindWeekend
	}
	day.Working = day.Kind == KindWorkday || day.Kind == KindMakeup
	return day
}

// IsWorking reports whether the date is a working day (CAL-1).
func (c *Calendar) IsWorking(d Date) bool {
	if e, ok := c.special[d]; ok {
		return e.Kind == KindMakeup
	}
	return !isWeekend(d)
}

// NextWorking returns d itself if it is a working day, else the next one.
func (c *Calendar) NextWorking(d Date) Date {
	for !c.IsWorking(d) {
		d++
	}
	return d
}

// WorkingDaysBefore returns the n-th working day before d (reminders, CAL-2);
// n ≤ 0 gives d.
func (c *Calendar) WorkingDaysBefore(d Date, n int) Date {
	for n > 0 {
		d--
		if c.IsWorking(d) {
			n--
		}
	}
	return d
}

// Remaining counts the working days after today up to and including due
// (CAL-4). Once due is past it is negative: the working days after due up to
// and including today.
func (c *Calendar) Remaining(today, due Date) int {
	if today > due {
		return -c.Remaining(due, today)
	}
	n := 0
	for d := today + 1; d <= due; d++ {
		if c.IsWorking(d) {
			n++
		}
	}
	return n
}

// provisional reports whether a year from that of from to that of to has no
// notice.
func (c *Calendar) provisional(from, to Date) bool {
	for y, last := from.Year(), to.Year(); y <= last; y++ {
		if !c.published[y] {
			return true
		}
	}
	return false
}
