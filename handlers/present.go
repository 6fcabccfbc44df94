package handlers

import (
	"strconv"
	"time"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/deadline"
	"qhtz/domain/project"
	"qhtz/domain/projectcode"
)

// instant writes an instant as the API does: RFC 3339 at +08:00.
func instant(t time.Time) string { return t.In(calendar.Zone).Format(time.RFC3339) }

func instantOf(t *time.Time) *string {
	if t == nil {
		return nil
	}
	s := instant(*t)
	return &s
}

func idText(id int64) string { return strconv.FormatInt(id, 10) }

type organizationBody struct {
	ID     string  `json:"id"`
	Name   string  `json:"name"`
	USCC   *string `json:"uscc"`
	Kind   string  `json:"kind"`
	Region string  `json:"region"`
}

type actorBody struct {
	Username     string           `json:"username"`
	Name         string           `json:"name"`
	Roles        []domain.Role    `json:"roles"`
	Organization organizationBody `json:"organization"`
}

func presentActor(a domain.Actor) actorBody {
	return actorBody{Username: a.Username, Name: a.Name, Roles: a.Roles, Organization: presentOrganization(a.Organization)}
}

func presentOrganization(o domain.Organization) organizationBody {
	b := organizationBody{ID: idText(o.ID), Name: o.Name, Kind: string(o.Kind), Region: o.Region}
	if o.USCC != "" {
		b.USCC = &o.USCC
	}
	return b
}

type dueBody struct {
	Date        calendar.Date `json:"date"`
	DueAt       string        `json:"due_at"`
	Provisional bool          `json:"provisional"`
	DeadlineID  string        `json:"deadline_id"`
}

type ownerBody struct {
	USCC string `json:"uscc"`
	Name string `json:"name"`
}

type similarBody struct {
	ID    string  `json:"id"`
	Code  *string `json:"code"`
	State string  `json:"state"`
}

// projectBody is a project as the API shows it: its state and dates, then the facts as typed.
type projectBody struct {
	ID                string               `json:"id"`
	Version           int64                `json:"version"`
	Code              *string              `json:"code"`
	State             project.State        `json:"state"`
	Route             *string              `json:"route"`
	Name              string               `json:"name"`
	Region            string               `json:"region"`
	AuthorityRegion   string               `json:"authority_region"`
	Industry          string               `json:"industry"`
	TotalInvestment   string               `json:"total_investment"`
	Owner             ownerBody            `json:"owner"`
	Flags             []string             `json:"flags"`
	Reasons           []project.Reason     `json:"reasons"`
	ApplicationID     *string              `json:"application_id"`
	SubmittedAt       *string              `json:"submitted_at"`
	ReceivedAt        *string              `json:"received_at"`
	AcceptedOn        *calendar.Date       `json:"accepted_on"`
	AcceptedAt        *string              `json:"accepted_at"`
	AcceptedBySilence bool                 `json:"accepted_by_silence"`
	Light             *deadline.Light      `json:"light"`
	StatutoryOverdue  bool                 `json:"statutory_overdue"`
	DecisionDue       *dueBody             `json:"decision_due"`
	PromisedDue       *dueBody             `json:"promised_due"`
	CurrentDue        *dueBody             `json:"current_due"`
	Corrections       []project.Correction `json:"corrections"`
	Refusal           *refusalBody         `json:"refusal"`
	CertificateURL    *string              `json:"certificate_url"`
	Similar           []similarBody        `json:"similar,omitempty"`
	CreatedAt         string               `json:"created_at"`
	UpdatedAt         string               `json:"updated_at"`

	Funding           string                  `json:"funding"`
	Kind              string                  `json:"kind"`
	Nature            string                  `json:"nature"`
	Site              string                  `json:"site"`
	Scale             string                  `json:"scale"`
	Content           string                  `json:"content"`
	CapitalSources    []project.CapitalSource `json:"capital_sources"`
	PlannedStart      *string                 `json:"planned_start"`
	PlannedCompletion *string                 `json:"planned_completion"`
	Needs             []string                `json:"needs"`
	EIA               string                  `json:"eia"`
	EnergyTCE         *float64                `json:"energy_tce"`
	ElectricityGWh    *float64                `json:"electricity_gwh"`
	Capacity          *project.Capacity       `json:"capacity"`
	PolicyDeclaration bool                    `json:"policy_declaration"`
	Classified        bool                    `json:"classified"`
	CapacityPlanNo    *string                 `json:"capacity_plan_no"`
	Upgrade           bool                    `json:"upgrade"`
}

type refusalBody struct {
	Reason string `json:"reason"`
	Remedy string `json:"remedy"`
}

// presentProject shows a project to its owner and to officials.
func presentProject(v *project.View) any {
	if v == nil {
		return nil
	}
	f, l := v.Facts, v.Life
	b := projectBody{ID: idText(v.ID), Version: v.Version, Code: codeText(v.Code()), State: l.State, Route: optional(v.Route()), Name: f.Name, Region: f.Region,
		AuthorityRegion: v.AuthorityRegion(), Industry: f.Industry, TotalInvestment: f.TotalInvestment, Owner: ownerBody{v.Owner.USCC, v.Owner.Name},
		Flags: v.Flags(), Reasons: orEmpty(l.Reasons), SubmittedAt: instantOf(l.SubmittedAt), ReceivedAt: instantOf(l.ReceivedAt), AcceptedOn: l.AcceptedOn,
		AcceptedAt: instantOf(l.AcceptedAt), AcceptedBySilence: l.BySilence, Corrections: orEmpty(l.Corrections), CreatedAt: instant(v.CreatedAt), UpdatedAt: instant(v.UpdatedAt),
		Funding: f.Funding, Kind: f.Kind, Nature: f.Nature, Site: f.Site, Scale: f.Scale, Content: f.Content, CapitalSources: orEmpty(f.CapitalSources),
		PlannedStart: optional(f.PlannedStart), PlannedCompletion: optional(f.PlannedCompletion), Needs: orEmpty(f.Needs), EIA: f.EIA, EnergyTCE: f.EnergyTCE,
		ElectricityGWh: f.ElectricityGWh, Capacity: f.Capacity, PolicyDeclaration: f.PolicyDeclaration, Classified: f.Classified, CapacityPlanNo: optional(f.CapacityPlanNo), Upgrade: f.Upgrade}
	if m, ok := f.Investment(); ok {
		b.TotalInvestment = m.String()
	}
	if l.ApplicationID != 0 {
		b.ApplicationID = optional(idText(l.ApplicationID))
	}
	if l.Refusal != "" {
		b.Refusal = &refusalBody{l.Refusal, l.Remedy}
	}
	if b.Code != nil {
		b.CertificateURL = optional("/projects/" + *b.Code + "/certificate")
	}
	for _, s := range v.Similar {
		b.Similar = append(b.Similar, similarBody{ID: idText(s.ID), Code: codeText(projectcode.Code(s.Code)), State: string(s.State)})
	}
	b.dates(v)
	return b
}

func (b *projectBody) dates(v *project.View) {
	b.DecisionDue, b.PromisedDue, b.CurrentDue = presentDue(v.Find(project.KindDecision)), presentDue(v.Find(project.KindPromise)), presentDue(v.Current())
	if light := v.Light(); light != "" {
		b.Light = &light
	}
	if d := v.Find(project.KindDecision); d != nil {
		b.StatutoryOverdue = deadline.Overdue(d, v.At)
	}
}

func presentDue(d *deadline.Deadline) *dueBody {
	if d == nil {
		return nil
	}
	return &dueBody{Date: d.DueDate, DueAt: instant(d.DueAt), Provisional: d.Provisional, DeadlineID: idText(d.ID)}
}

// publicBody is what anybody may see of a project with a code.
type publicBody struct {
	Code              string          `json:"code"`
	Name              string          `json:"name"`
	State             project.State   `json:"state"`
	Route             string          `json:"route"`
	Region            string          `json:"region"`
	RegionName        string          `json:"region_name"`
	AuthorityRegion   string          `json:"authority_region"`
	Site              string          `json:"site"`
	Industry          string          `json:"industry"`
	IndustryName      string          `json:"industry_name"`
	Scale             string          `json:"scale"`
	Content           string          `json:"content"`
	TotalInvestment   string          `json:"total_investment"`
	Owner             ownerBody       `json:"owner"`
	AcceptedOn        *calendar.Date  `json:"accepted_on"`
	AcceptedBySilence bool            `json:"accepted_by_silence"`
	Light             *deadline.Light `json:"light"`
	DecisionDue       *dueBody        `json:"decision_due"`
	PromisedDue       *dueBody        `json:"promised_due"`
	PageURL           string          `json:"page_url"`
	QRURL             string          `json:"qr_url"`
	AsOf              string          `json:"as_of"`
}

func presentPublic(v *project.View) any {
	f, lib := v.Facts, v.Book.Library
	full := projectBody{}
	full.dates(v)
	code := v.Code().String()
	b := publicBody{Code: code, Name: f.Name, State: v.Life.State, Route: v.Route(), Region: f.Region, RegionName: lib.Regions.At(v.At).Content.FullName(f.Region),
		AuthorityRegion: v.AuthorityRegion(), Site: f.Site, Industry: f.Industry, IndustryName: lib.Industries.At(v.At).Content.Name(f.Industry), Scale: f.Scale,
		Content: f.Content, TotalInvestment: f.TotalInvestment, Owner: ownerBody{v.Owner.USCC, v.Owner.Name}, AcceptedOn: v.Life.AcceptedOn,
		AcceptedBySilence: v.Life.BySilence, Light: full.Light, DecisionDue: full.DecisionDue, PromisedDue: full.PromisedDue,
		PageURL: "/projects/" + code, QRURL: "/projects/" + code + "/qr.svg", AsOf: instant(v.At)}
	if m, ok := f.Investment(); ok {
		b.TotalInvestment = m.String()
	}
	return b
}

type deadlineBody struct {
	ID               string         `json:"id"`
	Kind             deadline.Kind  `json:"kind"`
	Rule             string         `json:"rule"`
	DueDate          calendar.Date  `json:"due_date"`
	DueAt            string         `json:"due_at"`
	Provisional      bool           `json:"provisional"`
	Light            deadline.Light `json:"light"`
	StatutoryOverdue bool           `json:"statutory_overdue"`
	State            deadline.State `json:"state"`
	Event            string         `json:"event"`
	EventAt          string         `json:"event_at"`
	FinishedAt       *string        `json:"finished_at"`
	PolicyVersion    int            `json:"policy_version"`
	CalendarVersion  int64          `json:"calendar_version"`
}

func presentDeadline(v *project.View, d *deadline.Deadline) deadlineBody {
	return deadlineBody{ID: idText(d.ID), Kind: d.Kind, Rule: d.Rule, DueDate: d.DueDate, DueAt: instant(d.DueAt), Provisional: d.Provisional,
		Light: deadline.LightOf(v.Book, d, v.At), StatutoryOverdue: project.Statutory(d.Kind) && deadline.Overdue(d, v.At), State: d.Shown(),
		Event: d.Event, EventAt: instant(d.EventAt), FinishedAt: instantOf(d.FinishedAt), PolicyVersion: d.PolicyVersion, CalendarVersion: d.CalendarVersion}
}

func codeText(c projectcode.Code) *string {
	if c == "" {
		return nil
	}
	return optional(c.String())
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func orEmpty[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
