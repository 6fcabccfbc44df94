package handlers

import (
	"encoding/json"
	"fmt"
	"strings"

	"qhtz/domain"
	"qhtz/domain/credit"
	"qhtz/web"
)

// What pages say of a unit's credit to the unit.

// recordName is what a record is called: 一般异常信用记录：未按规定报告….
func recordName(p web.Page, r *credit.Record) string {
	return p.T("mycredit.record_name", "severity", severityText(p, r.Severity), "ground", groundWord(p, r.Ground))
}

// creditStep is one event of a unit's credit, with what it carries.
type creditStep struct {
	domain.Event
	credit.EventData
}

// stepsOf are the events about one record or listing, the earliest first.
func stepsOf(events []domain.Event, record, listing int64) ([]creditStep, error) {
	var out []creditStep
	for _, e := range events {
		s := creditStep{Event: e}
		if err := json.Unmarshal(e.Data, &s.EventData); err != nil {
			return nil, fmt.Errorf("event %d: %w", e.Seq, err)
		}
		switch {
		case s.Record != nil:
			s.RecordID = s.Record.ID
		case s.Listing != nil:
			s.ListingID = s.Listing.ID
		}
		if record != 0 && s.RecordID == record || listing != 0 && s.ListingID == listing {
			out = append(out, s)
		}
	}
	return out, nil
}

// badSteps stand in the timeline as what went against the unit.
var badSteps = map[string]bool{credit.EvConfirmed: true, credit.EvOverdue: true, credit.EvOpened: true, credit.EvListed: true}

// creditTimeline tells what happened to a record or a listing, with who did it.
func creditTimeline(p web.Page, steps []creditStep) []web.TimelineEntry {
	entries := make([]web.TimelineEntry, len(steps))
	for i, s := range steps {
		e := web.TimelineEntry{At: web.FormatInstant(p.Language(), s.Effective), Title: p.Word("credit_event", s.Type), Rule: s.Rule, Tone: "done", By: personText(p, &s.By)}
		if badSteps[s.Type] {
			e.Tone = "bad"
		}
		if s.Type == credit.EvReviewed || s.Type == credit.EvExitDecided || s.Type == credit.EvObjDecided {
			e.Title = p.Word("credit_event", s.Type+map[bool]string{true: "_yes", false: "_no"}[s.Accept])
		}
		e.Detail = strings.Join(stepDetails(p, s), "　")
		entries[i] = e
	}
	return entries
}

func stepDetails(p web.Page, s creditStep) []string {
	var lines []string
	add := func(text string, given bool) {
		if given {
			lines = append(lines, text)
		}
	}
	add(s.Text, s.Text != "")
	add(p.T("timeline.reason", "text", s.Reason), s.Reason != "")
	add(p.T("mycredit.receipt", "text", s.Receipt), s.Receipt != "")
	add(p.T("mycredit.final"), s.Final)
	add(p.T("mycredit.evidence_n", "lines", strings.Join(evidenceLines(s.Evidence), p.T("site.semicolon"))), len(s.Evidence) > 0)
	if s.Until != nil {
		if word := "credit_until." + s.Type; p.T(word) != word {
			add(p.T(word, "date", dateText(p, *s.Until)), true)
		}
	}
	return lines
}
