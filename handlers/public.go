package handlers

import (
	"fmt"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/project"
	"qhtz/domain/projectcode"
)

func codeOf(digits string) projectcode.Code { return projectcode.Code(digits) }

func idParam(c *fiber.Ctx) (int64, error) {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil || id < 1 {
		return 0, domain.NotFoundError()
	}
	return id, nil
}

// apiRegister answers GET /public/projects.
func (h *server) apiRegister(c *fiber.Ctx) error {
	limit, cursor, err := listParams(c, "q", "region", "route", "state")
	if err != nil {
		return err
	}
	page, err := h.Projects.Register(c.UserContext(), project.Filter{Query: c.Query("q"), Region: c.Query("region"), Route: c.Query("route"), States: statesOf(c), Before: cursor, Limit: limit})
	if err != nil {
		return err
	}
	body, _ := presentPage(page, presentPublic).(fiber.Map)
	book, err := h.Platform.Book(c.UserContext())
	if err != nil {
		return err
	}
	body["as_of"] = instant(book.Now)
	return c.JSON(body)
}

// apiPublicProject answers GET /public/projects/{code}.
func (h *server) apiPublicProject(c *fiber.Ctx) error {
	v, err := h.Projects.Public(c.UserContext(), c.Params("code"))
	if err != nil {
		return err
	}
	steps, err := h.Projects.Steps(c.UserContext(), v, true)
	if err != nil {
		return err
	}
	timeline := make([]any, len(steps))
	for i, s := range steps {
		timeline[i] = fiber.Map{"type": s.Type, "rule": s.Rule, "effective_at": instant(s.Effective), "data": presentEvent(s.Data)}
	}
	b, _ := presentPublic(v).(publicBody)
	return c.JSON(struct {
		publicBody
		Timeline []any `json:"timeline"`
	}{b, timeline})
}

// codeBody explains a code in any written form (CODE-2…4).
type codeBody struct {
	Valid    bool                  `json:"valid"`
	Scheme   *string               `json:"scheme"`
	Code     *string               `json:"code"`
	Segments []projectcode.Segment `json:"segments"`
	Reason   *string               `json:"reason"`
	Known    bool                  `json:"known"`
}

// apiExplainCode answers GET /public/codes/{code}: always 200.
func (h *server) apiExplainCode(c *fiber.Ctx) error {
	e, known, err := h.explainCode(c, c.Params("code"))
	if err != nil {
		return err
	}
	return c.JSON(codeBody{Valid: e.Valid, Scheme: optional(string(e.Scheme)), Code: optional(e.Code), Segments: orEmpty(e.Segments), Reason: optional(e.Reason), Known: known})
}

func (h *server) explainCode(c *fiber.Ctx, written string) (projectcode.Explanation, bool, error) {
	book, err := h.Platform.Book(c.UserContext())
	if err != nil {
		return projectcode.Explanation{}, false, err
	}
	dict := projectcode.Dictionary{Regions: map[string]string{}, Departments: map[string]string{"04": "发展改革"}, Industries: map[string]string{}}
	for _, r := range book.Library.Regions.At(book.Now).Content {
		dict.Regions[r.Code] = r.Name
	}
	for _, i := range book.Library.Industries.At(book.Now).Content {
		dict.Industries[i.Code] = i.Name
	}
	e := projectcode.Explain(written, dict)
	if !e.Valid {
		return e, false, nil
	}
	_, err = h.Projects.Public(c.UserContext(), e.Code)
	if domain.IsKind(err, domain.NotFound) {
		return e, false, nil
	}
	return e, err == nil, err
}

// apiCalendar answers GET /public/calendar?from=&to=.
func (h *server) apiCalendar(c *fiber.Ctx) error {
	book, err := h.Platform.Book(c.UserContext())
	if err != nil {
		return err
	}
	from, err1 := calendar.ParseDate(c.Query("from", book.Today().String()))
	to, err2 := calendar.ParseDate(c.Query("to", from.AddDays(30).String()))
	wrong := map[string]string{}
	if err1 != nil {
		wrong["from"] = "应为日期，写作 2026-01-01。"
	}
	if err2 != nil {
		wrong["to"] = "应为日期，写作 2026-12-31。"
	} else if err1 == nil && (to < from || to > from.AddDays(800)) {
		wrong["to"] = "应不早于 from，且相隔不超过 800 天。"
	}
	if len(wrong) > 0 {
		return &domain.Error{Kind: domain.Malformed, Code: "bad_query", Detail: "查询条件有误。", Fields: wrong}
	}
	days := []calendarDayBody{}
	for d := from; d <= to; d = d.AddDays(1) {
		days = append(days, presentCalendarDay(book.Calendar.Day(d)))
	}
	return c.JSON(fiber.Map{"calendar_version": book.Calendar.Version(), "days": days})
}

// apiCalendarDue answers GET /public/calendar/due: a due date, day by day (CAL-2, CAL-5).
func (h *server) apiCalendarDue(c *fiber.Ctx) error {
	book, err := h.Platform.Book(c.UserContext())
	if err != nil {
		return err
	}
	event, limit, err := dueQuery(c)
	if err != nil {
		return err
	}
	due, days := book.Calendar.Explain(event, limit)
	return c.JSON(fiber.Map{"rule": "CAL-2", "policy_version": book.Policy(event).Version, "calendar_version": book.Calendar.Version(),
		"event": fiber.Map{"what": "起算", "at": instant(event)}, "days": presentDays(days), "due_date": due.Date, "due_at": instant(due.At), "provisional": due.Provisional})
}

// dueQuery reads from (a date or an instant) and working_days, days or months.
func dueQuery(c *fiber.Ctx) (time.Time, calendar.Limit, error) {
	wrong := map[string]string{}
	var event time.Time
	if d, err := calendar.ParseDate(c.Query("from")); err == nil {
		event = d.Start()
	} else if event, err = time.Parse(time.RFC3339, c.Query("from")); err != nil {
		wrong["from"] = "应为日期，写作 2017-01-20。"
	}
	var limit calendar.Limit
	given := 0
	for name, unit := range map[string]calendar.Unit{"working_days": calendar.WorkingDays, "days": calendar.NaturalDays, "months": calendar.Months} {
		v := c.Query(name)
		if v == "" {
			continue
		}
		given++
		n, err := strconv.Atoi(v)
		most := 1000
		if unit == calendar.Months {
			most = 120
		}
		if err != nil || n < 0 || n > most {
			wrong[name] = fmt.Sprintf("应为 0 至 %d 的整数。", most)
		}
		limit = calendar.Limit{N: n, Unit: unit}
	}
	if given != 1 {
		wrong["working_days"] = "请给出 working_days、days、months 之一。"
	}
	if y := event.In(calendar.Zone).Year(); len(wrong) == 0 && (y < 2000 || y > 2090) {
		wrong["from"] = "年份应在 2000 至 2090 之间。"
	}
	if len(wrong) > 0 {
		return event, limit, &domain.Error{Kind: domain.Malformed, Code: "bad_query", Detail: "查询条件有误。", Fields: wrong}
	}
	return event, limit, nil
}
