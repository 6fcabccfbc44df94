package credit

import (
	"time"

	"qhtz/domain"
	"qhtz/domain/catalogue"
)

// Standing is where a unit stands at one moment: what is in effect, how far it is from being listed, what follows.
type Standing struct {
	General      int // records in effect
	Major        int
	Unrectified  int // of them, rectification not accepted yet
	Overdue      int // of those, past their date
	Threshold    int // general records that trigger
	TriggerAt    *time.Time
	Listing      *Listing // in effect, else pending, else the last one; nil if there never was one
	Listed       bool
	Green        bool
	Consequences []Consequence
}

// Consequence is something that follows for the unit now.
type Consequence struct {
	Rule string `json:"rule"`
	Code string `json:"code"`
	Text string `json:"text"`
}

// Standing judges the unit at the moment of the view.
func (v *View) Standing() Standing {
	p := v.Book.Policy(v.At).Content
	s := Standing{Threshold: threshold(General, p)}
	for _, r := range v.Records {
		if !r.InEffect() || r.Participant {
			continue // a participant's records do not bring it nearer to being listed (CRED-7)
		}
		if r.Severity == Major {
			s.Major++
		} else {
			s.General++
		}
		if r.Unrectified() {
			s.Unrectified++
		}
		if r.IsOverdue() {
			s.Overdue++
		}
	}
	if at, ok := v.TriggerAt(p); ok {
		s.TriggerAt = &at
	}
	s.Listing = v.current()
	c := v.CreditAt(v.At, p, v.Reporting)
	s.Listed, s.Green = c.Listed, c.Green
	s.Consequences = consequences(c)
	return s
}

// current is the listing that matters now: in effect, else pending, else the last.
func (v *View) current() *Listing {
	var found *Listing
	rank := map[ListingState]int{Listed: 2, Pending: 1}
	for _, l := range v.Listings {
		if found == nil || rank[l.State] >= rank[found.State] {
			found = l
		}
	}
	return found
}

// CreditAt is what other areas need of the unit's credit at an instant (CRED-9). Good standing: no record in effect for so
// many years, at least one report, all of them on time, and no duty overdue.
func (u *Unit) CreditAt(at time.Time, p catalogue.Parameters, reporting Reporting) domain.Credit {
	var c domain.Credit
	for _, l := range u.Listings {
		from, pending := l.listAt() // its instant may have come before a timer wrote it
		c.Listed = c.Listed || l.InEffectAt(at) || pending && !at.Before(from)
	}
	since := at.AddDate(-p[catalogue.GreenYears], 0, 0)
	clean := true
	for _, r := range u.Records {
		if r.InEffect() {
			c.InEffect++
		}
		if r.ConfirmedAt != nil && r.End != Revoked && (r.EndedAt == nil || r.EndedAt.After(since)) {
			clean = false
		}
	}
	c.Green = clean && !c.Listed && reporting.Done > 0 && reporting.Late == 0 && reporting.Overdue == 0
	return c
}

func consequences(c domain.Credit) []Consequence {
	switch {
	case c.Listed:
		return []Consequence{
			{"CRED-9", "support_refused", "申报计划、用能等指标、补贴的，不予受理。"},
			{"CRED-9", "enhanced_review", "申请核准、审批和其他事项的，加强审查，多一道审查步骤。"},
			{"CRED-9", "filing_flagged", "新备案的项目照常备案，列为重点监管，并告知备案机关。"},
			{"CRED-9", "green_ended", "不适用绿色通道。"},
		}
	case c.InEffect > 0:
		return []Consequence{{"CRED-9", "decided_by_person", "申报计划、补贴的，由人员核查信用情况后决定。"}, {"CRED-9", "green_ended", "不适用绿色通道。"}}
	case c.Green:
		return []Consequence{{"CRED-9", "green_channel", "适用绿色通道：优先办理，承诺办结时限缩短。"}}
	}
	return []Consequence{}
}
