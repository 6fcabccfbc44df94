package calendar

import "time"

// PeriodEnd returns the instant at which a period of effect (validity,
// listing) of that many months is over. Such periods never move to a working
// day (CAL-2).
//
// A period that starts at 00:00 +08:00 counts that day and ends at 00:00 of
// the same day number: 12 months from 2026-04-18 00:00 end at 2027-04-18
// 00:00. One that starts later in a day counts from the next day on, so that
// the same day number is its last day: it ends at 00:00 of the day after.
// Where the month has no such day, its last day is the last day of the period
// in both cases, so that a later start never means an earlier end.
func PeriodEnd(start time.Time, months int) time.Time {
	first := DateOf(start)
	last, cut := first.addMonths(months)
	if start.Equal(first.Start()) && !cut {
		return last.Start()
	}
	return last.End()
}

// effect is a period of effect as a due date: its last day, and the instant at which it is over. No stop lengthens it.
func effect(start time.Time, months int) Due {
	end := PeriodEnd(start, months)
	return Due{Date: DateOf(end) - 1, At: end}
}

// effectDays explains a period of effect by its first and last day; all between count, whatever they are.
func (c *Calendar) effectDays(start time.Time, months int) (Due, []Counted) {
	due := effect(start, months)
	first := DateOf(start)
	if !start.Equal(first.Start()) {
		first++
	}
	last := c.uncounted(due.Date, ReasonPeriod)
	last.Counted, last.N = true, int(due.Date-first)+1
	if due.Date == first {
		return due, []Counted{last}
	}
	begin := c.uncounted(first, ReasonPeriod)
	begin.Counted, begin.N = true, 1
	days := []Counted{begin, last}
	if event := DateOf(start); event != first {
		days = append([]Counted{c.uncounted(event, ReasonEvent)}, days...)
	}
	return due, days
}
