package handlers

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/deadline"
	"qhtz/domain/project"
)

// reportBody is a report as it stands, or the owner's draft.
type reportBody struct {
	ID          string             `json:"id"`
	ProjectID   string             `json:"project_id"`
	ProjectCode *string            `json:"project_code"`
	Kind        project.ReportKind `json:"kind"`
	Year        *int               `json:"year"`
	Version     int                `json:"version"`
	State       string             `json:"state"`
	Late        bool               `json:"late"`
	Data        project.ReportData `json:"data"`
	Reason      *string            `json:"reason"`
	SavedAt     string             `json:"saved_at"`
	SubmittedAt *string            `json:"submitted_at"` // of this version
	Due         *dueBody           `json:"due"`
	Items       []domain.CaseItem  `json:"items"`
	CaseID      *string            `json:"case_id"`
}

type versionBody struct {
	Version     int                `json:"version"`
	Data        project.ReportData `json:"data"`
	Reason      *string            `json:"reason"`
	SubmittedAt string             `json:"submitted_at"`
}

type reportVersionsBody struct {
	reportBody
	Versions []versionBody `json:"versions"`
}

func bodyOfReport(v *project.ReportView) reportBody {
	b := reportBody{ID: idText(v.ID), ProjectID: idText(v.Project.ID), ProjectCode: codeText(v.Project.Code()), Kind: v.Kind, Version: v.Version, State: "submitted",
		Late: v.Late, Data: v.Data, Reason: optional(v.Reason), SavedAt: instant(v.At), Due: presentDue(v.Due), Items: orEmpty(v.Items)}
	if v.Year != 0 {
		b.Year = &v.Year
	}
	if v.CaseID != 0 {
		b.CaseID = optional(idText(v.CaseID))
	}
	if v.Draft() {
		b.State = "draft"
	} else {
		b.SubmittedAt = optional(instant(v.At))
	}
	return b
}

func presentReport(v *project.ReportView) any {
	if v == nil {
		return nil
	}
	b := reportVersionsBody{reportBody: bodyOfReport(v), Versions: make([]versionBody, len(v.Versions))}
	for i, one := range v.Versions {
		b.Versions[i] = versionBody{Version: one.Version, Data: one.Data, Reason: optional(one.Reason), SubmittedAt: instant(one.At)}
	}
	return b
}

// apiReport answers POST /projects/{id}/reports.
func (h *server) apiReport(c *fiber.Ctx) error {
	var in struct {
		Kind    project.ReportKind `json:"kind"`
		Year    *int               `json:"year"`
		Data    json.RawMessage    `json:"data"`
		Submit  bool               `json:"submit"`
		Reason  string             `json:"reason"`
		Opinion string             `json:"opinion"`
	}
	if err := decode(c, &in, false); err != nil {
		return err
	}
	data, err := project.ParseReportData(in.Kind, in.Data)
	if err != nil {
		return err
	}
	input := project.ReportInput{Kind: in.Kind, Year: in.Year, Data: data, Submit: in.Submit, Reason: in.Reason, Opinion: in.Opinion}
	return command(h, c, fiber.StatusCreated, presentReport, func(ctx context.Context, call domain.Call) (*project.ReportView, error) {
		return h.Projects.Report(ctx, call, refOf(c), input)
	})
}

// apiReports answers GET /projects/{id}/reports.
func (h *server) apiReports(c *fiber.Ctx) error {
	limit, cursor, err := listParams(c)
	if err != nil {
		return err
	}
	call, err := h.call(c)
	if err != nil {
		return err
	}
	all, err := h.Projects.Reports(c.UserContext(), call, refOf(c))
	if err != nil {
		return err
	}
	page, next := reportsAfter(all, cursor, limit)
	items := make([]reportBody, len(page))
	for i, v := range page {
		items[i] = bodyOfReport(v)
	}
	return c.JSON(fiber.Map{"items": items, "next_cursor": nextCursor(next)})
}

// reportsAfter is the page that follows the report named by the cursor, 0 for the first page; next is 0 at the end.
func reportsAfter(all []*project.ReportView, cursor int64, limit int) (page []*project.ReportView, next int64) {
	if i := slices.IndexFunc(all, func(r *project.ReportView) bool { return r.ID == cursor }); i >= 0 {
		all = all[i+1:]
	}
	if len(all) > limit {
		return all[:limit], all[limit-1].ID
	}
	return all, 0
}

// apiGetReport answers GET /projects/{id}/reports/{report}.
func (h *server) apiGetReport(c *fiber.Ctx) error {
	call, err := h.call(c)
	if err != nil {
		return err
	}
	id, _ := strconv.ParseInt(c.Params("report"), 10, 64) // 0 is the id of none
	v, err := h.Projects.ReportByID(c.UserContext(), call, refOf(c), id)
	if err != nil {
		return err
	}
	return c.JSON(presentReport(v))
}

type dutyBody struct {
	ID               string             `json:"id"`
	Kind             project.ReportKind `json:"kind"`
	Year             *int               `json:"year"`
	Rule             string             `json:"rule"`
	DueDate          calendar.Date      `json:"due_date"`
	DueAt            string             `json:"due_at"`
	Provisional      bool               `json:"provisional"`
	Light            deadline.Light     `json:"light"`
	StatutoryOverdue bool               `json:"statutory_overdue"`
	State            deadline.State     `json:"state"`
	ReportID         *string            `json:"report_id"`
	NextReminderAt   *string            `json:"next_reminder_at"`
	ConsequenceAt    *string            `json:"consequence_at"`
}

// apiDuties answers GET /projects/{id}/duties.
func (h *server) apiDuties(c *fiber.Ctx) error {
	call, err := h.call(c)
	if err != nil {
		return err
	}
	duties, err := h.Projects.Duties(c.UserContext(), call, refOf(c))
	if err != nil {
		return err
	}
	items := make([]dutyBody, len(duties))
	for i, v := range duties {
		d := v.Deadline
		items[i] = dutyBody{ID: idText(v.ID), Kind: v.Kind, Rule: d.Rule, DueDate: d.DueDate, DueAt: instant(d.DueAt), Provisional: d.Provisional, Light: v.Light,
			StatutoryOverdue: v.Overdue, State: v.State, NextReminderAt: instantOf(v.NextReminder), ConsequenceAt: instantOf(v.Consequence)}
		if v.Year != 0 {
			items[i].Year = &v.Year
		}
		if v.ReportID != 0 {
			items[i].ReportID = optional(idText(v.ReportID))
		}
	}
	return c.JSON(fiber.Map{"items": items, "next_cursor": nil})
}
