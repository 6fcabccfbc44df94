package handlers

import (
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain"
	"qhtz/domain/catalogue"
	"qhtz/domain/project"
	"qhtz/web"
)

const registerRows = 20

// publicStates are the states that the register can be filtered by.
var publicStates = []string{string(project.Accepted), string(project.Filed), string(project.UnderConstruction), string(project.Suspended),
	string(project.Completed), string(project.Withdrawn)}

// pageRegister is the public list of projects. The filters live in the address.
func (h *server) pageRegister(c *fiber.Ctx) error {
	p, err := h.page(c)
	if err != nil {
		return err
	}
	book, err := h.book(c)
	if err != nil {
		return err
	}
	page := &web.RegisterPage{Page: p, Query: searchText(c.Query("q")), Filters: registerFilters(c, p, book), Columns: registerColumns(p)}
	if r := []rune(page.Query); len(r) > maxQuery {
		page.Query = string(r[:maxQuery])
	}
	f := project.Filter{Query: page.Query, Limit: registerRows}
	f.Area, f.Route = page.Filters[0].Value, page.Filters[1].Value
	if s := page.Filters[2].Value; s != "" {
		f.States = []project.State{project.State(s)}
	}
	if v := c.Query("cursor"); v != "" {
		if f.Before, err = strconv.ParseInt(v, 10, 64); err != nil || f.Before < 1 {
			return &domain.Error{Kind: domain.NotFound, Code: "bad_cursor", Detail: "没有这一页，请从第一页重新翻。"}
		}
	}
	found, err := h.Projects.Register(c.UserContext(), f)
	if err != nil {
		return err
	}
	for _, v := range found.Items {
		page.Rows = append(page.Rows, registerRow(p, v))
	}
	page.Pager = registerPager(c, page, f.Before, found.Next)
	return h.render(c, fiber.StatusOK, web.PageRegister, page)
}

// registerFilters are region, route and state; a value that is none of the choices does not filter.
func registerFilters(c *fiber.Ctx, p web.Page, book *catalogue.Book) []web.Field {
	all := web.Option{Label: p.T("filter.all")}
	region := web.NewField(p.Language(), "region", web.FieldSelect)
	region.Label, region.Options = p.T("col.region"), append([]web.Option{all}, regionOptions(p, book)[1:]...)
	route := web.NewField(p.Language(), "route", web.FieldSelect)
	route.Options = append([]web.Option{all}, web.Options(p.Language(), "route", project.RouteFiling, project.RouteSanction, project.RouteApproval)...)
	state := web.NewField(p.Language(), "state", web.FieldSelect)
	state.Options = append([]web.Option{all}, web.Options(p.Language(), "state", publicStates...)...)
	fields := []web.Field{region, route, state}
	for i := range fields {
		fields[i].Value = chosen(fields[i].Options, c.Query(fields[i].Name))
	}
	return fields
}

func chosen(options []web.Option, value string) string {
	for _, o := range options {
		if o.Value == value {
			return value
		}
	}
	return ""
}

func registerColumns(p web.Page) []web.Column {
	return []web.Column{{Label: p.T("col.project")}, {Label: p.T("col.owner")}, {Label: p.T("col.region")}, {Label: p.T("col.route")}, {Label: p.T("col.state")},
		{Label: p.T("col.investment"), Number: true}, {Label: p.T("col.on")}}
}

func registerRow(p web.Page, v *project.View) web.RegisterRow {
	row := web.RegisterRow{Name: v.Facts.Name, Href: projectPath(v), Code: v.Code().String(), Region: v.Book.Library.Regions.At(v.At).Content.FullName(v.Facts.Region),
		Route: v.Route(), State: string(v.Life.State), Owner: v.Owner.Name, Investment: v.Facts.TotalInvestment}
	if m, ok := v.Facts.Investment(); ok {
		row.Investment = web.FormatMoney(m.String())
	}
	if v.Life.AcceptedOn != nil {
		row.On = dateText(p, *v.Life.AcceptedOn)
	}
	return row
}

// registerPager leads on by keyset, and from a later page back to the first.
func registerPager(c *fiber.Ctx, page *web.RegisterPage, before, next int64) web.Pager {
	q := url.Values{}
	if page.Query != "" {
		q.Set("q", page.Query)
	}
	for _, f := range page.Filters {
		if f.Value != "" {
			q.Set(f.Name, f.Value)
		}
	}
	pager := web.Pager{Shown: len(page.Rows)}
	if before != 0 {
		pager.First = c.Path()
		if len(q) > 0 {
			pager.First += "?" + q.Encode()
		}
	}
	if next != 0 {
		q.Set("cursor", idText(next))
		pager.Next = c.Path() + "?" + q.Encode()
	}
	return pager
}
