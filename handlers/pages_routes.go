package handlers

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain"
	"qhtz/domain/identity/competence"
	"qhtz/web"
)

// pageRoutes is the pages, which work without JavaScript.
func (h *server) pageRoutes() []route {
	rs := []route{
		{get, "/static/*", accessOpen, "", h.pageStatic},
		{get, "/display", accessOpen, "", h.pageDisplay},
		{get, "/sign-in", accessPublic, "", h.pageSignIn},
		{post, "/sign-in", accessOpen, "", h.pageDoSignIn},
		{post, "/sign-out", accessSigned, "", h.pageSignOut},
		{post, "/session/keep", accessSigned, "", h.pageKeep},

		{get, "/", accessPublic, "", h.pageHome},
		{get, "/register", accessPublic, "", h.pageRegister},
		{get, "/blacklist", accessPublic, "", h.pageBlacklist},
		{get, "/blacklist/:uscc", accessPublic, "", h.pageUnitAnswer},
		{get, "/projects/:code", accessPublic, "", h.pagePublicProject},
		{get, "/projects/:code/qr.svg", accessPublic, "", h.pageQRSVG},
		{get, "/projects/:code/qr.png", accessPublic, "", h.pageQRPNG},
		{get, "/projects/:code/certificate", accessPublic, "", h.pageCertificate},
		{get, "/projects/:code/certificate.pdf", accessPublic, "", h.pageCertificatePDF},
		{get, "/codes", accessPublic, "", h.pageCode},
		{get, "/codes/:code", accessPublic, "", h.pageCode},
		{get, "/calendar", accessPublic, "", h.pageCalendar},
		{get, "/deadlines/:id", accessPublic, competence.ProjectRead, h.pageDeadline},

		{get, "/inbox", accessSigned, competence.InboxRead, h.pageInbox},
		{post, "/inbox/read", accessSigned, competence.InboxRead, h.pageReadNotices},
		{post, "/inbox/:id/read", accessSigned, competence.InboxRead, h.pageReadNotice},
		{get, "/account", accessSigned, competence.SessionsManage, h.pageAccount},
		{post, "/account/sessions/end-others", accessSigned, competence.SessionsManage, h.pageEndOthers},
		{post, "/account/sessions/:id/end", accessSigned, competence.SessionsManage, h.pageEndSession},
	}
	rs = append(rs, h.ownerRoutes()...)
	rs = append(rs, h.myCreditRoutes()...)
	rs = append(rs, h.officerRoutes()...)
	rs = append(rs, h.creditRoutes()...)
	if h.Dev != nil {
		rs = append(rs, route{post, "/dev-clock", accessOpen, "", h.pageMoveClock})
	}
	return rs
}

// ownerRoutes are the pages of a project's unit.
func (h *server) ownerRoutes() []route {
	return []route{
		{get, "/my", accessSigned, competence.ProjectCreate, h.pageMyProjects},
		{get, "/my/new", accessSigned, competence.ProjectCreate, h.pageNewProject},
		{post, "/my/new", accessSigned, competence.ProjectCreate, h.pageCreateProject},
		{get, "/my/projects/:id", accessSigned, competence.ProjectEdit, h.pageMyProject},
		{get, "/my/projects/:id/q/:question", accessSigned, competence.ProjectEdit, h.pageQuestion},
		{post, "/my/projects/:id/q/:question", accessSigned, competence.ProjectEdit, h.pageSaveQuestion},
		{get, "/my/projects/:id/check", accessSigned, competence.ProjectEdit, h.pageCheck},
		{post, "/my/projects/:id/submit", accessSigned, competence.ProjectSubmit, h.pageSubmit},
		{get, "/my/projects/:id/done", accessSigned, competence.ProjectEdit, h.pageDone},
		{post, "/my/projects/:id/discard", accessSigned, competence.ProjectDiscard, h.pageDiscard},
		{post, "/my/projects/:id/withdraw", accessSigned, competence.ProjectWithdraw, h.pageWithdraw},
		{get, "/my/projects/:id/reports/new", accessSigned, competence.ReportSubmit, h.pageReportForm},
		{post, "/my/projects/:id/reports", accessSigned, competence.ReportSubmit, h.pageDoReport},
		{get, "/my/projects/:id/reports/:report", accessSigned, competence.ReportSubmit, h.pageReport},
		{get, "/my/projects/:id/reports/:report/done", accessSigned, competence.ReportSubmit, h.pageReportDone},
	}
}

// officerRoutes are the pages of those who receive projects, and of those who watch them.
func (h *server) officerRoutes() []route {
	return []route{
		{get, "/queue", accessSigned, competence.ProjectRead, h.pageQueue},
		{get, "/cases/:id", accessSigned, competence.ProjectRead, h.pageCase},
		{post, "/cases/:id/decision", accessSigned, competence.ProjectAccept, h.pageDecide},
		{post, "/cases/:id/transfer", accessSigned, competence.ProjectTransfer, h.pageTransfer},
		{post, "/cases/:id/route", accessSigned, competence.ProjectAccept, h.pageChangeRoute},
	}
}

// navigation is the main menu: what everybody may look up, and the work of whoever is signed in.
func (h *server) navigation(c *fiber.Ctx, p web.Page) []web.NavItem {
	a := actor(c)
	var items []web.NavItem
	add := func(key, href string, sections ...string) {
		path := c.Path()
		current := path == href
		for _, s := range append(sections, href+"/") {
			current = current || href != "/" && strings.HasPrefix(path, s)
		}
		items = append(items, web.NavItem{Label: p.T(key), Href: href, Current: current})
	}
	if a.Has(domain.RoleOwner) {
		add("nav.my", "/my")
		add("nav.credit", "/my/credit", "/my/support")
		items[0].Current = items[0].Current && !items[1].Current // it stands below /my, too
	}
	if isOfficer(a) {
		add("nav.queue", "/queue", "/cases/")
		add("nav.support", "/support")
	}
	if a.HasAny(domain.RoleRegulator, domain.RoleSupervisor) {
		add("nav.oversight", "/credit")
		add("nav.supervision", "/supervision")
	}
	add("nav.home", "/")
	add("nav.register", "/register", "/projects/")
	add("nav.blacklist", "/blacklist")
	if !a.Has(domain.RoleOwner) { // who has them at the foot of each page, and at the front page
		add("nav.calendar", "/calendar", "/deadlines/")
		add("nav.codes", "/codes")
	}
	return items
}

// footerLinks stand at the foot of every page.
func footerLinks(p web.Page) []web.Link {
	return []web.Link{{Label: p.T("nav.register"), Href: "/register"}, {Label: p.T("nav.blacklist"), Href: "/blacklist"}, {Label: p.T("nav.codes"), Href: "/codes"}, {Label: p.T("nav.calendar"), Href: "/calendar"},
		{Label: p.T("nav.api"), Href: "/api/v1/openapi.json"}}
}
