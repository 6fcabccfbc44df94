package web

import (
	"slices"
	"strconv"
	"time"
)

// Light is a traffic light (CAL-4). Color: green, yellow, red, blue. Word replaces the standard word (正常, 临近, 超期, 暂停),
// for instance 还有 2 个工作日. Statutory marks the graver flag: the statutory date has passed, too.
type Light struct {
	Color, Word string
	Statutory   bool
}

// The kinds of day in a strip (CAL-5).
const (
	DayEvent   = "event"   // the day of the event itself, which does not count
	DayCounted = "counted" // a counted working (or natural) day
	DayMakeUp  = "makeup"  // counted: a weekend day declared a working day
	DayWeekend = "weekend"
	DayHoliday = "holiday"
	DayPaused  = "paused" // the clock stood still
	DayDue     = "due"    // the last counted day
	DayMoved   = "moved"  // a last natural day that was no working day
)

// Day is one day of a strip. Make it with NewDay.
type Day struct {
	Short, Full string // 3/6 and 2026年3月6日
	Weekday     int    // 1 Monday … 7 Sunday
	Kind        string
	N           int // the n-th counted day, 0 when not counted
	Reason      string
	Today       bool
}

// NewDay fills a day from a date at +08:00.
func NewDay(lang string, date time.Time, kind string, n int, reason string) Day {
	weekday := int(date.In(Shanghai).Weekday())
	if weekday == 0 {
		weekday = 7
	}
	return Day{Short: shortDate(date), Full: FormatDate(lang, date), Weekday: weekday, Kind: kind, N: n, Reason: reason}
}

// WeekdayCode is the key of the weekday's word.
func (d Day) WeekdayCode() string { return strconv.Itoa(d.Weekday) }

// The units in which a limit is counted (CAL-2).
const (
	UnitWorking = "working"
	UnitNatural = "natural"
)

// Strip is the answer to "为什么是这一天?": the days from the event to the due day (CAL-5).
type Strip struct {
	ID    string // unique on the page when it holds several strips
	Days  []Day
	Total int    // the limit, in days of Unit
	Unit  string // UnitWorking or UnitNatural
}

// Kinds lists the kinds of day that occur, in order of first appearance, for the key under the strip.
func (s Strip) Kinds() []string {
	var kinds []string
	for _, day := range s.Days {
		if !slices.Contains(kinds, day.Kind) {
			kinds = append(kinds, day.Kind)
		}
	}
	return kinds
}

// Due is a due date wherever one is shown.
type Due struct {
	Label       string // 核准决定
	Date        string // in words
	Href        string // /deadlines/{id}
	Light       Light
	Nth, Total  int    // the n-th of so many days; Total 0: not shown
	Unit        string // UnitWorking or UnitNatural
	Provisional bool
	State       string // open, paused, met, late, missed, waived, cancelled
	Rule        string
	Strip       *Strip
}

// Fact is a row of a summary list.
type Fact struct {
	Term, Value string
	Href        string // makes the value a link
	Code        bool   // set in fixed width
}

// TimelineEntry is something that happened, or will. Tone: done, now, next, bad.
type TimelineEntry struct {
	At, Title, Detail, By, Rule, Tone string
	Link                              *Link
}

// Holder is a part of the held-by bar: who had the case, for how long.
type Holder struct {
	Who     string
	Days    int
	Counted bool // false: outside the clock
	Start   int  // percent, set by HeldBy
	Percent int
	Tone    int // 1–5
}

// HeldBy lays holders out along a bar, in proportion to their days. A part below one percent may have no width; the list
// under the bar names it all the same.
func HeldBy(holders ...Holder) []Holder {
	total := 0
	for _, h := range holders {
		total += h.Days
	}
	if total <= 0 {
		return nil
	}
	out, days := make([]Holder, len(holders)), 0
	for i, h := range holders {
		h.Tone, h.Start = i%5+1, days*100/total
		days += h.Days
		h.Percent = days*100/total - h.Start
		out[i] = h
	}
	return out
}

// Column is a table heading; Href sorts by it. Sorted: ascending, descending or empty.
type Column struct {
	Label, Href, Sorted string
	Number              bool
}

// Pager leads through a keyset list; there are no page numbers. Empty links are not shown.
type Pager struct {
	First, Prev, Next string
	Shown             int
}

// Segment is a part of a project code. Kind colours it: date, region, department, type, serial, check, industry, route.
type Segment struct {
	Text, Name, Meaning, Kind string
	Bad                       bool
}

// Difference is one changed field between two submissions.
type Difference struct{ Label, Old, New string }

// Reason is a statement with the rule that it rests on.
type Reason struct{ Text, Rule string }
