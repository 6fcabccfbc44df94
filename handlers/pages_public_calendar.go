package handlers

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain/calendar"
	"qhtz/domain/catalogue"
	"qhtz/web"
)

const (
	firstToolYear = 2000
	lastToolYear  = 2090
	maxToolDays   = 1000
)

// pageCalendar counts a limit, and shows the holidays of a year (CAL-1, CAL-2).
func (h *server) pageCalendar(c *fiber.Ctx) error {
	p, err := h.page(c)
	if err != nil {
		return err
	}
	book, err := h.book(c)
	if err != nil {
		return err
	}
	page := &web.DueToolPage{Page: p}
	dueTool(c, page, book)
	year, err := strconv.Atoi(c.Query("year"))
	if err != nil || year < firstToolYear || year > lastToolYear {
		year = book.Today().Year()
	}
	page.Year, page.Years = strconv.Itoa(year), yearLinks(book, year)
	page.Provisional, page.Holidays = !book.Calendar.Published(year), holidays(p, book.Calendar, year)
	return h.render(c, fiber.StatusOK, web.PageDueTool, page)
}

// dueTool reads the form and counts; what is wrong is said at its field.
func dueTool(c *fiber.Ctx, page *web.DueToolPage, book *catalogue.Book) {
	lang := page.Language()
	page.From, page.Number, page.Unit = web.NewField(lang, "from", web.FieldDate), web.NewField(lang, "n", web.FieldText), web.NewField(lang, "unit", web.FieldSelect)
	page.From.Required, page.Number.Required, page.From.Width, page.Number.Width = true, true, "short", "short"
	page.From.Value, page.Number.Value = searchText(c.Query("from", book.Today().String())), searchText(c.Query("n"))
	page.Unit.Options = web.Options(lang, "unit", web.UnitWorking, web.UnitNatural)
	page.Unit.Value = chosen(page.Unit.Options, c.Query("unit", web.UnitWorking))
	page.Number.MaxLength = 4
	if c.Query("from") == "" && c.Query("n") == "" {
		return
	}
	from, err := calendar.ParseDate(page.From.Value)
	if err != nil || from.Year() < firstToolYear || from.Year() > lastToolYear {
		page.From.Error = page.T("duetool.bad_from", "first", firstToolYear, "last", lastToolYear)
		page.Errors = append(page.Errors, web.FieldError{Name: "from", Message: page.From.Error})
	}
	n, err := strconv.Atoi(page.Number.Value)
	if err != nil || n < 0 || n > maxToolDays {
		page.Number.Error = page.T("duetool.bad_n", "most", maxToolDays)
		page.Errors = append(page.Errors, web.FieldError{Name: "n", Message: page.Number.Error})
	}
	if len(page.Errors) > 0 {
		return
	}
	limit := calendar.Limit{N: n, Unit: calendar.WorkingDays}
	if page.Unit.Value == web.UnitNatural {
		limit.Unit = calendar.NaturalDays
	}
	due, days := book.Calendar.Explain(from.Start(), limit)
	strip := stripView(page.Page, days, limit)
	markToday(&strip, days, book.Today())
	page.Result = &web.DueResult{Due: web.FormatDue(lang, due.At), From: dateText(page.Page, from), Total: n, Provisional: due.Provisional, Strip: strip}
}

// yearLinks lead to every year whose notice is loaded, and to the one after.
func yearLinks(book *catalogue.Book, shown int) []web.Link {
	var links []web.Link
	next := book.Today().Year() + 1
	for year := firstToolYear; year <= lastToolYear; year++ {
		if !book.Calendar.Published(year) && year != next && year != shown {
			continue
		}
		l := web.Link{Label: strconv.Itoa(year)}
		if year != shown {
			l.Href = "/calendar?year=" + l.Label
		}
		links = append(links, l)
	}
	return links
}

// holidays lists a year's holidays, each with the weekend days that are worked for it.
func holidays(p web.Page, cal *calendar.Calendar, year int) []web.HolidayRow {
	type stretch struct {
		name        string
		first, last calendar.Date
	}
	var rows []stretch
	worked := map[string][]calendar.Date{}
	for d := calendar.NewDate(year, time.January, 1); d.Year() == year; d++ {
		day := cal.Day(d)
		switch last := len(rows) - 1; {
		case day.Kind == calendar.KindMakeup:
			worked[day.Name] = append(worked[day.Name], d)
		case day.Kind != calendar.KindHoliday:
		case last >= 0 && rows[last].name == day.Name && rows[last].last+1 == d:
			rows[last].last = d
		default:
			rows = append(rows, stretch{name: day.Name, first: d, last: d})
		}
	}
	out := make([]web.HolidayRow, 0, len(rows))
	for _, r := range rows {
		row := web.HolidayRow{Name: r.name, Range: rangeText(p, r.first, r.last), Days: int(r.last-r.first) + 1}
		for _, d := range worked[r.name] {
			row.MakeUp = append(row.MakeUp, shortDay(p, d))
		}
		delete(worked, r.name)
		out = append(out, row)
	}
	return out
}

func rangeText(p web.Page, first, last calendar.Date) string {
	if first == last {
		return shortDay(p, first)
	}
	return shortDay(p, first) + " – " + shortDay(p, last)
}

// shortDay is a day within a known year, with its weekday: 2月14日（六）.
func shortDay(p web.Page, d calendar.Date) string {
	weekday := p.Word("weekday", strconv.Itoa((int(d.Weekday())+6)%7+1))
	if p.Language() == web.English {
		return fmt.Sprintf("%s %s", weekday, strings.TrimSuffix(dateText(p, d), fmt.Sprintf(" %d", d.Year())))
	}
	return fmt.Sprintf("%d月%d日（%s）", int(d.Month()), d.Day(), weekday)
}
