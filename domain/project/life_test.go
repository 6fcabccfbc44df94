package project

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"qhtz/domain"
	"qhtz/domain/calendar"
)

func event(t testing.TB, seq int, typ string, at time.Time, d EventData) domain.Event {
	t.Helper()
	b, err := json.Marshal(d)
	must(t, err)
	return domain.Event{Stream: domain.SubjectProject(7), Seq: seq, Type: typ, Effective: at, Recorded: at, ActorID: 101, Data: b}
}

// Ensure the life follows from the events alone, through a request for corrections and silence (FILE-5), and that the
// code stays with the project through transfer and withdrawal (CODE-6).
func TestFold(t *testing.T) {
	t.Parallel()
	at := func(day int) time.Time { return monday.AddDate(0, 0, day) }
	asOf := calendar.DateOf(at(9))
	facts := complete()
	events := []domain.Event{
		event(t, 1, EvSubmitted, at(0), EventData{Facts: &facts, Route: RouteSanction, Commitment: CommitmentVersion, ApplicationID: 9}),
		event(t, 2, EvTransferred, at(1), EventData{Region: "630100", Reason: "r"}),
		event(t, 3, EvCorrections, at(2), EventData{Corrections: []Correction{{"scale", "写明"}}}),
		event(t, 4, EvResubmitted, at(9), EventData{Facts: &facts, Changes: []Change{{Field: "scale"}}, Commitment: CommitmentVersion}),
		event(t, 5, EvAccepted, at(14), EventData{Code: "26016301020401662946", AsOf: &asOf, BySilence: true}),
		event(t, 6, EvWithdrawn, at(20), EventData{}),
	}
	states := []State{Submitted, Submitted, Correcting, Submitted, Accepted, Withdrawn}
	l := NewLife()
	for i, e := range events {
		var err error
		l, err = l.Then(e)
		must(t, err)
		if l.State != states[i] {
			t.Errorf("after %s: %s, want %s", e.Type, l.State, states[i])
		}
	}
	if !l.ReceivedAt.Equal(at(9)) || l.Round != 2 || !l.BySilence || *l.AcceptedOn != asOf || l.Authority != "630100" {
		t.Errorf("%+v", l)
	}
	if l.Code != "26016301020401662946" || !l.Public() {
		t.Errorf("the code left the project: %q", l.Code) // CODE-6
	}
	folded, err := Fold(events)
	must(t, err)
	if !reflect.DeepEqual(folded, l) {
		t.Errorf("fold %+v\nstep by step %+v", folded, l)
	}
	b, err := json.Marshal(l)
	must(t, err)
	var cached Life
	must(t, json.Unmarshal(b, &cached))
	if cb, _ := json.Marshal(cached); string(cb) != string(b) {
		t.Errorf("the cache does not hold the life: %s\n%s", cb, b)
	}
}

// Ensure a ledger with a gap, a repetition or an unknown event is refused rather than guessed at.
func TestFoldRefuses(t *testing.T) {
	t.Parallel()
	for name, events := range map[string][]domain.Event{
		"gap":      {event(t, 2, EvSubmitted, monday, EventData{})},
		"repeated": {event(t, 1, EvSubmitted, monday, EventData{}), event(t, 1, EvWithdrawn, monday, EventData{})},
		"unknown":  {event(t, 1, "blessed", monday, EventData{})},
	} {
		if _, err := Fold(events); err == nil {
			t.Errorf("%s: folded", name)
		}
	}
}
