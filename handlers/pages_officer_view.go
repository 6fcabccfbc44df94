package handlers

import (
	"encoding/json"

	"qhtz/domain/calendar"
	"qhtz/domain/project"
	"qhtz/web"
)

// span is a stretch of a case's life in one pair of hands.
type span struct {
	who     string
	days    int // working days
	counted bool
}

// holdersView says who has had the case for how many working days: the authority, or the owner while corrections are
// owed, which is outside the authority's clock (FILE-5).
func holdersView(p web.Page, v *project.View, steps []project.Step) []web.Holder {
	var spans []span
	region, state := v.Facts.Region, project.State("")
	for i, s := range steps {
		until := v.At
		if i+1 < len(steps) {
			until = steps[i+1].Effective
		}
		if s.Type == project.EvTransferred {
			region = s.Data.Region
		}
		state = stateAfter(state, s.Type)
		one := span{who: officeAt(p, v, region), counted: true}
		switch state {
		case project.Correcting:
			one = span{who: v.Owner.Name}
		case project.Filed, project.Refused, project.Withdrawn, project.UnderConstruction, project.Suspended, project.Completed:
			continue // it is over, or nobody owes anything
		}
		one.days = max(0, v.Book.Calendar.Remaining(calendar.DateOf(s.Effective), calendar.DateOf(until)))
		if n := len(spans); n > 0 && spans[n-1].who == one.who && spans[n-1].counted == one.counted {
			spans[n-1].days += one.days
			continue
		}
		spans = append(spans, one)
	}
	holders := make([]web.Holder, len(spans))
	for i, s := range spans {
		holders[i] = web.Holder{Who: s.who, Days: s.days, Counted: s.counted}
	}
	return web.HeldBy(holders...)
}

// stateAfter is the state that an event leads to; events that change none keep it.
func stateAfter(state project.State, event string) project.State {
	to, ok := map[string]project.State{project.EvSubmitted: project.Submitted, project.EvResubmitted: project.Submitted, project.EvRouted: project.Submitted,
		project.EvReview: project.InReview, project.EvCorrections: project.Correcting, project.EvAccepted: project.Accepted, project.EvFiled: project.Filed,
		project.EvRefused: project.Refused, project.EvLapsed: project.Withdrawn, project.EvWithdrawn: project.Withdrawn, project.EvStarted: project.UnderConstruction,
		project.EvSuspended: project.Suspended, project.EvResumed: project.UnderConstruction, project.EvCompleted: project.Completed}[event]
	if !ok {
		return state
	}
	return to
}

// officeAt names the authority of a region: by its name if it is the present one.
func officeAt(p web.Page, v *project.View, region string) string {
	if region == v.AuthorityRegion() {
		return officeText(v, v.Authority)
	}
	return p.T("held.office", "region", v.Book.Library.Regions.At(v.At).Content.FullName(region))
}

// differencesView shows what the answer to a request for corrections has changed.
func differencesView(p web.Page, v *project.View) []web.Difference {
	out := make([]web.Difference, 0, len(v.Life.Changes))
	for _, c := range v.Life.Changes {
		out = append(out, web.Difference{Label: fieldLabel(p, c.Field), Old: changeText(p, v, c.Field, c.Old), New: changeText(p, v, c.Field, c.New)})
	}
	return out
}

// changeText is one side of a change in the words in which facts are shown.
func changeText(p web.Page, v *project.View, field string, value json.RawMessage) string {
	b, err := json.Marshal(map[string]json.RawMessage{field: value})
	if err != nil {
		return string(value)
	}
	var f project.Facts
	if err := json.Unmarshal(b, &f); err != nil {
		return string(value)
	}
	then := &project.View{Project: &project.Project{Facts: f}, At: v.At, Book: v.Book}
	return factText(p, then, field)
}

// matterText says what a case is about now: the route and the step that runs.
func matterText(p web.Page, v *project.View) string {
	what := p.Word("state", string(v.Life.State))
	if d := v.Current(); d != nil && d.FinishedAt == nil {
		what = kindTitle(p, d.Kind)
	}
	return p.Word("route", v.Route()) + " " + p.T("site.dot") + " " + what
}
