package calendar

import "time"

// Reasons of counted and uncounted days, next to the kinds of days (CAL-5).
const (
	ReasonEvent   = "event"   // the event's own day
	ReasonStopped = "stopped" // inside a stop; Name is the stop's reason
	ReasonMoved   = "moved"   // the last day was no working day: due here instead
	ReasonPeriod  = "period"  // first or last day of a period of effect, in which every day counts
)

// Counted explains one day on the way to a due date. Reason is a DayKind or
// one of the Reason constants; N is the running count of a day that counts,
// else 0.
type Counted struct {
	Date        Date   `json:"date"`
	Counted     bool   `json:"counted"`
	Reason      string `json:"reason"`
	Name        string `json:"name,omitempty"`
	N           int    `json:"n"`
	Provisional bool   `json:"provisional"`
}

// Explain is Due with each day on the way (CAL-5): the event's day first, the
// due date last. A suspended limit ends with the first day of the open stop
// that holds it.
func (c *Calendar) Explain(event time.Time, l Limit, stops ...Stop) (Due, []Counted) {
	if l.Unit == EffectMonths {
		return c.effectDays(event, l.N)
	}
	var days []Counted
	due := c.count(DateOf(event), l, stops, func(d Counted) { days = append(days, d) })
	return due, days
}

// ExplainFixed is Fixed with each day on the way. No day counts; the date
// itself stands first and the due date last.
func (c *Calendar) ExplainFixed(d Date) (Due, []Counted) {
	days := []Counted{c.uncounted(d, string(c.Day(d).Kind))}
	due := c.settle(d, d, nil, func(d Counted) { days = append(days, d) })
	return due, days
}

func (c *Calendar) uncounted(d Date, reason string) Counted {
	day := c.Day(d)
	return Counted{Date: d, Reason: reason, Name: day.Name, Provisional: day.Provisional}
}

// explainDay names the reason that decided. A day off inside a stop is lost to
// a limit in working days because it is a day off, to one in natural days
// because of the stop.
func (c *Calendar) explainDay(d Date, n int, counts, natural bool, stop Stop, stopped bool) Counted {
	day := c.Day(d)
	e := c.uncounted(d, string(day.Kind))
	if counts {
		e.Counted, e.N = true, n
	}
	if stopped && (natural || day.Working || stop.Open) {
		e.Reason, e.Name = ReasonStopped, stop.Reason
	}
	return e
}
