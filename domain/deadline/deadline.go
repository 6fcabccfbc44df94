// Package deadline holds due dates: kinds, lights, and the engine that fires what falls due, at its legal
// instant, once. PostgreSQL holds the truth; Redis is an index of it that may be lost at any moment.
package deadline

import (
	"time"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/catalogue"
)

// Kind names a kind of deadline, e.g. "acceptance". Each is registered once with the Engine.
type Kind string

// State is the state of a deadline or duty.
type State string

// The states: met in time, late = done after due, missed = not done and past its last consequence.
const (
	Open      State = "open"
	Paused    State = "paused"
	Met       State = "met"
	Late      State = "late"
	Missed    State = "missed"
	Waived    State = "waived"
	Cancelled State = "cancelled"
)

// Mark is an instant at which a deadline does something: a reminder, falling due, a consequence.
type Mark struct {
	At time.Time `json:"at"`
	Do string    `json:"do"`
}

// Due is the mark at which every deadline falls due.
const Due = "due"

// Remind is the mark of a reminder.
const Remind = "remind"

// Deadline is one duty or step with its limit. NextAt is its next instant; a deadline that has passed its last
// mark stays open, without a NextAt, until it is done.
type Deadline struct {
	ID              int64
	Kind            Kind
	Rule            string
	Subject         domain.Subject
	Region          string
	Event           string    // what started it, in words
	EventAt         time.Time // when
	Limit           calendar.Limit
	Stops           []calendar.Stop
	DueDate         calendar.Date
	DueAt           time.Time // the instant after DueDate: overdue begins
	Provisional     bool
	State           State
	Marks           []Mark
	Step            int // index of the next mark
	PolicyVersion   int
	CalendarVersion int64
	SetAt           time.Time
	// of a finished one
	Light      Light
	FinishedAt *time.Time
}

// NextAt is the instant of the next mark, nil when none is left.
func (d *Deadline) NextAt() *time.Time {
	if d.Step >= len(d.Marks) || d.State == Paused {
		return nil
	}
	at := d.Marks[d.Step].At
	return &at
}

// Mark is the mark that fires next. Call it only while NextAt is not nil.
func (d *Deadline) Mark() Mark { return d.Marks[d.Step] }

// Shown is the state that readers are told: an open deadline that has passed its last consequence is missed, though it
// stays open until it is done. Being due is no consequence.
func (d *Deadline) Shown() State {
	if n := len(d.Marks); d.State == Open && d.FinishedAt == nil && n > 0 && d.Step >= n && d.Marks[n-1].Do != Due && d.Marks[n-1].Do != Remind {
		return Missed
	}
	return d.State
}

// Counted makes a deadline of a limit from an event, due and with its only mark at the due instant.
// The limit is judged by the policy in force at the event.
func Counted(book *catalogue.Book, kind Kind, rule string, subject domain.Subject, region, event string, at time.Time, limit calendar.Limit) *Deadline {
	due := book.Calendar.Due(at, limit)
	return &Deadline{Kind: kind, Rule: rule, Subject: subject, Region: region, Event: event, EventAt: at, Limit: limit,
		DueDate: due.Date, DueAt: due.At, Provisional: due.Provisional, State: Open,
		Marks:         []Mark{{At: due.At, Do: Due}},
		PolicyVersion: book.Policy(at).Version, CalendarVersion: book.Calendar.Version()}
}

// RemindBefore puts a reminder at 09:00 on the n-th working day before the due date, ahead of the marks that
// stand; a reminder whose time is past comes at once (CAL-2).
func (d *Deadline) RemindBefore(book *catalogue.Book, n int) {
	at := book.Calendar.WorkingDaysBefore(d.DueDate, n).Start().Add(9 * time.Hour)
	if at.Before(book.Now) {
		at = book.Now
	}
	d.Marks = append([]Mark{{At: at, Do: Remind}}, d.Marks...)
}

// RemindAt puts reminders at 09:00 on the given working days before the due date (0: on the day itself) ahead of the
// marks that stand, the earliest first. Those whose time is past become one, at once (CAL-2).
func (d *Deadline) RemindAt(book *catalogue.Book, days ...int) {
	var marks []Mark
	for _, n := range days {
		at := d.DueDate.Start().Add(9 * time.Hour)
		if n > 0 {
			at = book.Calendar.WorkingDaysBefore(d.DueDate, n).Start().Add(9 * time.Hour)
		}
		if at.Before(book.Now) {
			at = book.Now
		}
		if n := len(marks); n > 0 && !marks[n-1].At.Before(at) {
			continue
		}
		marks = append(marks, Mark{At: at, Do: Remind})
	}
	d.Marks = append(marks, d.Marks...)
}

// Finish ends a deadline at an instant: met in time, late when due by then. It keeps its light.
func (d *Deadline) Finish(at time.Time, light Light) {
	d.State = Met
	if !at.Before(d.DueAt) {
		d.State = Late
	}
	d.end(at, light)
}

// Cancel ends a deadline that is no longer owed.
func (d *Deadline) Cancel(at time.Time, light Light) {
	d.State = Cancelled
	d.end(at, light)
}

// Miss ends a deadline that passed its last consequence.
func (d *Deadline) Miss(at time.Time) {
	d.State = Missed
	d.end(at, Red)
}

// Pass ends a window or period that ran out as it should: nobody owed anything.
func (d *Deadline) Pass(at time.Time) {
	d.State = Met
	d.end(at, Green)
}

func (d *Deadline) end(at time.Time, light Light) {
	d.FinishedAt, d.Light = &at, light
}

// Explain gives every day of the count with its reason (CAL-5).
func (d *Deadline) Explain(cal *calendar.Calendar) (calendar.Due, []calendar.Counted) {
	if d.Limit.N == 0 && d.Limit.Unit == calendar.WorkingDays && len(d.Stops) == 0 {
		return cal.ExplainFixed(calendar.DateOf(d.EventAt)) // a date set by rule: nothing is counted
	}
	return cal.Explain(d.EventAt, d.Limit, d.Stops...)
}
