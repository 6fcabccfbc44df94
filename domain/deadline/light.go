package deadline

import (
	"time"

	"qhtz/domain/calendar"
	"qhtz/domain/catalogue"
)

// Light is what a deadline shows: colour, always with a word and an icon on pages (CAL-4).
type Light string

// The lights.
const (
	Green  Light = "green"
	Yellow Light = "yellow"
	Red    Light = "red"
	Blue   Light = "blue" // suspended
)

// LightOf judges a deadline by its own date at an instant (CAL-4): red past it, yellow when few working days
// remain, by the thresholds in force at that instant. A finished one keeps its light.
func LightOf(book *catalogue.Book, d *Deadline, at time.Time) Light {
	switch {
	case d.FinishedAt != nil:
		return d.Light
	case d.State == Paused:
		return Blue
	case !at.Before(d.DueAt):
		return Red
	}
	p := book.Policy(at).Content
	threshold := p[catalogue.FixedYellowDays]
	if d.Limit.N > 0 {
		threshold = max(p[catalogue.YellowDays], (d.Limit.N*p[catalogue.YellowPercent]+99)/100)
	}
	if book.Calendar.Remaining(calendar.DateOf(at), d.DueDate) <= threshold {
		return Yellow
	}
	return Green
}

// GreenDays is a promised limit for a unit of good standing (CRED-9): shorter by so many percent, rounded up.
func GreenDays(p catalogue.Parameters, promised int) int {
	return (promised*(100-p[catalogue.GreenPercent]) + 99) / 100
}

// Overdue reports whether an open deadline is past its date, or a finished one was when it ended. Asked of a
// statutory deadline it is the graver flag.
func Overdue(d *Deadline, at time.Time) bool {
	if d.FinishedAt != nil {
		return d.State == Late || d.State == Missed
	}
	return d.State != Paused && !at.Before(d.DueAt)
}

// PromiseDays is the promised limit for a statutory one (CAL-4).
func PromiseDays(p catalogue.Parameters, statutory int) int {
	return (statutory*p[catalogue.PromisePercent] + 99) / 100
}
