package project

import (
	"crypto/sha256"
	"encoding/json"
	"slices"
	"time"

	"qhtz/domain"
	"qhtz/domain/catalogue"
	"qhtz/domain/deadline"
	"qhtz/domain/projectcode"
)

// Project is one investment project.
type Project struct {
	ID        int64
	Version   int64
	Facts     Facts
	Life      Life
	Owner     domain.Organization
	CreatedBy int64
	CreatedAt time.Time
	UpdatedAt time.Time
	// OwnerListedUntil is when the unit leaves the blacklist by itself, nil if it is not on it; known of a locked project only.
	OwnerListedUntil *time.Time
	OwnerListedFrom  *time.Time // when a pending listing of the unit takes effect by itself
}

// OwnerListed reports whether the unit is on the blacklist at an instant (CRED-9); asked of a locked project.
func (p *Project) OwnerListed(at time.Time) bool {
	return p.OwnerListedUntil != nil && at.Before(*p.OwnerListedUntil) || p.OwnerListedFrom != nil && !at.Before(*p.OwnerListedFrom)
}

// Subject is the project as what is locked and audited.
func (p *Project) Subject() domain.Subject { return domain.SubjectProject(p.ID) }

// AuthorityRegion is the region of the accepting authority: that in which the project was handed in, until transferred
// (FILE-13). Of a draft it is the one typed.
func (p *Project) AuthorityRegion() string {
	if p.Life.Authority != "" {
		return p.Life.Authority
	}
	return p.Facts.Region
}

// Code is the project's code, empty before it has one.
func (p *Project) Code() projectcode.Code { return projectcode.Code(p.Life.Code) }

// Digest is what the audit trail keeps of the project's content.
func (p *Project) Digest() []byte {
	b, _ := json.Marshal(struct {
		Facts Facts
		Life  Life
	}{p.Facts, p.Life}) // plain values cannot fail
	sum := sha256.Sum256(b)
	return sum[:]
}

// Flags are the rules for which the project is marked.
func (p *Project) Flags() []string {
	flags := slices.Clone(p.Life.Flags)
	if flags == nil {
		flags = []string{}
	}
	for _, r := range p.Life.Reasons {
		if !slices.Contains(flags, r.Rule) {
			flags = append(flags, r.Rule)
		}
	}
	slices.Sort(flags)
	return flags
}

// Route is the route taken, or while a draft the one stated.
func (p *Project) Route() string {
	if p.Life.Route != "" {
		return p.Life.Route
	}
	return p.Facts.Route
}

// Item is the matter on which the project's own application is decided.
func Item(route string) string {
	if route == RouteApproval {
		return "A01"
	}
	return "A04"
}

// View is a project as it stands at one moment, with what its dates say then.
type View struct {
	*Project
	At        time.Time
	Book      *catalogue.Book
	Deadlines []*deadline.Deadline
	Similar   []Similar // projects of the unit with the same name; a hint
	Authority domain.Organization
}

// Similar is a project with the same name.
type Similar struct {
	ID    int64
	Code  string
	State State
}

// Find gives the newest deadline of a kind, nil if there is none.
func (v *View) Find(kind deadline.Kind) *deadline.Deadline {
	for i := len(v.Deadlines) - 1; i >= 0; i-- {
		if v.Deadlines[i].Kind == kind {
			return v.Deadlines[i]
		}
	}
	return nil
}

// Current is the deadline of the step that the project is in: what somebody owes now. nil when nobody does.
func (v *View) Current() *deadline.Deadline {
	for _, kind := range map[State][]deadline.Kind{
		Submitted: {KindAcceptance}, Correcting: {KindCorrection}, InReview: {KindFilingReview}, Accepted: {KindPromise, KindDecision},
		UnderConstruction: {KindPromise, KindDecision}, Suspended: {KindPromise, KindDecision}, // begun although no decision was there
	}[v.Life.State] {
		if d := v.Find(kind); d != nil {
			return d
		}
	}
	return nil
}

// Light is that of the current step (CAL-4), empty when no step runs.
func (v *View) Light() deadline.Light {
	if d := v.Current(); d != nil {
		return deadline.LightOf(v.Book, d, v.At)
	}
	return ""
}
