package handlers

import "qhtz/domain/calendar"

// dayBody is one day of an explanation (CAL-5). Reason is for people and programs alike: the kind of day, and
// where it has one its name: "holiday: 春节", "stopped: 专家评审".
type dayBody struct {
	Date        calendar.Date `json:"date"`
	Counted     bool          `json:"counted"`
	Reason      string        `json:"reason"`
	N           int           `json:"n"`
	Kind        string        `json:"kind"`
	Name        string        `json:"name,omitempty"`
	Provisional bool          `json:"provisional"`
}

func presentDays(days []calendar.Counted) []dayBody {
	out := make([]dayBody, len(days))
	for i, d := range days {
		out[i] = dayBody{Date: d.Date, Counted: d.Counted, Reason: reasonOf(string(d.Reason), d.Name), N: d.N, Kind: string(d.Reason), Name: d.Name, Provisional: d.Provisional}
	}
	return out
}

func reasonOf(kind, name string) string {
	if name == "" {
		return kind
	}
	return kind + ": " + name
}

// calendarDayBody is one day of the calendar.
type calendarDayBody struct {
	Date        calendar.Date `json:"date"`
	Working     bool          `json:"working"`
	Reason      string        `json:"reason"`
	Kind        string        `json:"kind"`
	Name        string        `json:"name,omitempty"`
	Provisional bool          `json:"provisional"`
}

func presentCalendarDay(d calendar.Day) calendarDayBody {
	return calendarDayBody{Date: d.Date, Working: d.Working, Reason: reasonOf(string(d.Kind), d.Name), Kind: string(d.Kind), Name: d.Name, Provisional: d.Provisional}
}
