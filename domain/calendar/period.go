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
