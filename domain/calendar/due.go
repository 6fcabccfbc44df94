package calendar

import (
	"fmt"
	"time"
)

// Unit is the unit of a limit.
type Unit string

// The units of limits.
const (
	WorkingDays Unit = "wd"
	NaturalDays Unit = "d"
	Months      Unit = "m"
	// EffectMonths is the unit of periods of effect (validity, listing), which never move to a working day and may
	// count the day on which they start (PeriodEnd).
	EffectMonths Unit = "em"
)

// Limit is a length of time set by a rule, such as 20 working days.
type Limit struct {
	N    int  `json:"n"`
	Unit Unit `json:"unit"`
}

// Validate refuses limits that the counting does not know or that no rule can
// mean. Call it where limits enter the platform; Due does not repeat it.
func (l Limit) Validate() error {
	longest := 36500
	switch l.Unit {
	case WorkingDays, NaturalDays:
	case Months, EffectMonths:
		longest = 1200
	default:
		return fmt.Errorf("calendar: unknown unit %.10q", string(l.Unit))
	}
	if l.N < 0 || l.N > longest {
		return fmt.Errorf("calendar: limit %d%s is outside 0–%d", l.N, l.Unit, longest)
	}
	return nil
}

// days returns how many days have to count. A limit in months is the number of
// natural days up to the same day number, so that stops lengthen it like one
// in natural days.
func (l Limit) days(event Date) int {
	if l.Unit == Months {
		return int(event.AddMonths(l.N) - event)
	}
	return l.N
}

// Stop is a stretch in which a limit does not run (CAL-3): day d does not
// count when From ≤ d < Until. The day it ends counts again, and a stop that
// ends on its own day changes nothing. While Open, it has no end yet and Until
// is ignored.
type Stop struct {
	From   Date
	Until  Date
	Open   bool
	Reason string // shown as the name of the days that it takes
}

// stopAt returns the stop that covers d. An open one prevails: after it
// nothing counts, whatever else stops as well.
func stopAt(stops []Stop, d Date) (stop Stop, stopped bool) {
	for _, s := range stops {
		if d < s.From {
			continue
		}
		if s.Open {
			return s, true
		}
		if d < s.Until && !stopped {
			stop, stopped = s, true
		}
	}
	return stop, stopped
}

// Due is the end of a limit. At is 00:00 +08:00 of the day after Date: overdue
// begins at that instant (CAL-2). Provisional: a year without published notice
// was touched (CAL-1). Suspended: an open stop holds it, so that the date is
// not known; Date, At and Provisional are then zero (CAL-3).
type Due struct {
	Date        Date
	At          time.Time
	Provisional bool
	Suspended   bool
}

// Due counts a limit from an event (CAL-2, CAL-3). The event's day does not
// count. A limit in natural days or months whose last day is not a working day
// moves on to the next working day; that day is not one inside a stop either,
// so nothing falls due while the clock stands. N = 0 means the event's own
// day, moved likewise.
func (c *Calendar) Due(event time.Time, l Limit, stops ...Stop) Due {
	if l.Unit == EffectMonths {
		return effect(event, l.N)
	}
	return c.count(DateOf(event), l, stops, nil)
}

// Fixed returns the due date of a date set by rule, such as January 31, moved
// to the next working day where it is none (CAL-2).
func (c *Calendar) Fixed(d Date) Due { return c.settle(d, d, nil, nil) }

// count walks from the event to the due date. It tells note, if not nil, of
// each day on the way, so that explanation and result cannot differ.
func (c *Calendar) count(event Date, l Limit, stops []Stop, note func(Counted)) Due {
	natural := l.Unit == NaturalDays || l.Unit == Months
	need := l.days(event)
	if note != nil {
		note(c.uncounted(event, ReasonEvent))
	}
	d := event
	for n := 0; n < need; {
		d++
		stop, stopped := stopAt(stops, d)
		counts := !stopped && (natural || c.IsWorking(d))
		if counts {
			n++
		}
		if note != nil {
			note(c.explainDay(d, n, counts, natural, stop, stopped))
		}
		if stopped && stop.Open {
			return Due{Suspended: true}
		}
	}
	return c.settle(event, d, stops, note)
}

// settle moves the last day of a limit to the day on which it falls due.
func (c *Calendar) settle(event, last Date, stops []Stop, note func(Counted)) Due {
	due := last
	for {
		stop, stopped := stopAt(stops, due)
		if !stopped && c.IsWorking(due) {
			break
		}
		if note != nil && due > last {
			note(c.explainDay(due, 0, false, true, stop, stopped))
		}
		if stopped && stop.Open {
			return Due{Suspended: true}
		}
		due++
	}
	if note != nil && due > last {
		note(c.uncounted(due, ReasonMoved))
	}
	return Due{Date: due, At: due.End(), Provisional: c.provisional(event, due)}
}
