package handlers

import (
	"context"
	"strings"

	"github.com/gofiber/fiber/v2"

	"qhtz/domain/catalogue"
	"qhtz/domain/identity/competence"
)

// Reader gives the rules' reading at this moment.
type Reader interface {
	Book(ctx context.Context) (*catalogue.Book, error)
}

// access says who gets to a route at all; what they may do there, the service decides by competence.
type access string

const (
	accessOpen   access = "open"   // not even asked who they are
	accessPublic access = "public" // anybody; signed in or not
	accessSigned access = "signed" // whoever is signed in
)

// route is one thing the platform can do.
type route struct {
	Method  string
	Path    string
	Access  access
	Act     competence.Act // what the service asks competence for; empty where being signed in, or nothing, suffices
	Handler fiber.Handler
}

func (r route) api() bool { return strings.HasPrefix(r.Path, "/api/") }

const (
	get    = fiber.MethodGet
	post   = fiber.MethodPost
	patch  = fiber.MethodPatch
	remove = fiber.MethodDelete
)

// routes is everything the platform can do, one line each. A test walks it with every role: a route without a row in
// the matrix fails.
func (h *server) routes() []route {
	const v1 = "/api/v1"
	p, k := h.Projects, h.Credit
	rs := []route{
		{get, "/healthz", accessOpen, "", h.healthz},
		{get, "/readyz", accessOpen, "", h.readyz},
		{get, "/metrics", accessOpen, "", h.Metrics},

		{post, v1 + "/sessions", accessOpen, "", h.apiSignIn},
		{remove, v1 + "/sessions/current", accessSigned, competence.SessionsManage, h.apiSignOut},
		{get, v1 + "/me", accessSigned, competence.AccountSelf, h.apiMe},
		{post, v1 + "/tokens", accessSigned, competence.TokensManage, h.apiCreateToken},
		{get, v1 + "/tokens", accessSigned, competence.TokensManage, h.apiTokens},
		{remove, v1 + "/tokens/:id", accessSigned, competence.TokensManage, h.apiRevokeToken},
		{get, v1 + "/inbox", accessSigned, competence.InboxRead, h.apiInbox},

		{post, v1 + "/projects", accessSigned, competence.ProjectCreate, h.apiCreateProject},
		{get, v1 + "/projects", accessSigned, competence.ProjectRead, h.apiListProjects},
		{get, v1 + "/projects/:id", accessSigned, competence.ProjectRead, h.apiGetProject},
		{patch, v1 + "/projects/:id", accessSigned, competence.ProjectEdit, h.apiEditProject},
		{remove, v1 + "/projects/:id", accessSigned, competence.ProjectDiscard, h.apiDiscardProject},
		{post, v1 + "/projects/:id/route-advice", accessSigned, competence.ProjectRead, h.apiRouteAdvice},
		{post, v1 + "/projects/:id/submission", accessSigned, competence.ProjectSubmit, h.apiSubmit},
		{post, v1 + "/projects/:id/acceptance", accessSigned, competence.ProjectAccept, h.apiDecideAcceptance},
		{post, v1 + "/projects/:id/route", accessSigned, competence.ProjectAccept, h.apiReasoned(p.ChangeRoute, "route")},
		{post, v1 + "/projects/:id/transfer", accessSigned, competence.ProjectTransfer, h.apiReasoned(p.Transfer, "authority_region")},
		{post, v1 + "/projects/:id/withdrawal", accessSigned, competence.ProjectWithdraw, h.apiReasoned(p.Withdraw)},
		{get, v1 + "/projects/:id/items", accessSigned, competence.ProjectRead, h.apiItems},
		{get, v1 + "/projects/:id/timeline", accessSigned, competence.ProjectRead, h.apiTimeline},
		{get, v1 + "/projects/:id/deadlines", accessSigned, competence.ProjectRead, h.apiDeadlines},
		{get, v1 + "/projects/:id/duties", accessSigned, competence.ProjectRead, h.apiDuties},
		{post, v1 + "/projects/:id/reports", accessSigned, competence.ReportSubmit, h.apiReport},
		{get, v1 + "/projects/:id/reports", accessSigned, competence.ProjectRead, h.apiReports},
		{get, v1 + "/projects/:id/reports/:report", accessSigned, competence.ProjectRead, h.apiGetReport},
		{get, v1 + "/supervision/cases", accessSigned, competence.CaseRead, h.apiCases},
		{get, v1 + "/supervision/cases/:id", accessSigned, competence.CaseRead, h.apiCase},
		{post, v1 + "/supervision/cases/:id/closure", accessSigned, competence.CaseClose, h.apiCloseCase},
		{get, v1 + "/deadlines/:id/explanation", accessPublic, competence.ProjectRead, h.apiExplain},

		{post, v1 + "/credit/records", accessSigned, competence.CreditPropose, h.apiProposeRecord},
		{get, v1 + "/credit/records", accessSigned, competence.CreditRead, h.apiRecords},
		{get, v1 + "/credit/records/:id", accessSigned, competence.CreditRead, h.apiRecord},
		{post, v1 + "/credit/records/:id/adoption", accessSigned, competence.CreditDecide, creditAct(h, k.Adopt)},
		{post, v1 + "/credit/records/:id/service", accessSigned, competence.CreditDecide, creditAct(h, k.Serve)},
		{post, v1 + "/credit/records/:id/statement", accessSigned, competence.CreditAnswer, creditAct(h, k.State)},
		{post, v1 + "/credit/records/:id/confirmation", accessSigned, competence.CreditDecide, creditAct(h, k.Confirm)},
		{post, v1 + "/credit/records/:id/dismissal", accessSigned, competence.CreditDecide, creditAct(h, k.Dismiss)},
		{post, v1 + "/credit/records/:id/rectification", accessSigned, competence.CreditAnswer, creditAct(h, k.Rectify)},
		{post, v1 + "/credit/records/:id/rectification-review", accessSigned, competence.CreditDecide, creditAct(h, k.Review)},
		{post, v1 + "/credit/records/:id/extension", accessSigned, competence.CreditDecide, creditAct(h, k.Extend)},
		{post, v1 + "/credit/records/:id/revocation", accessSigned, competence.CreditDecide, creditAct(h, k.Revoke)},
		{post, v1 + "/credit/records/:id/repair", accessSigned, competence.CreditDecide, creditAct(h, k.Repair)},
		{get, v1 + "/credit/units/:uscc", accessSigned, competence.CreditRead, h.apiUnit},
		{get, v1 + "/credit/listings", accessSigned, competence.CreditRead, h.apiListings},
		{get, v1 + "/credit/listings/:id", accessSigned, competence.CreditRead, h.apiListing},
		{post, v1 + "/credit/listings/:id/service", accessSigned, competence.CreditDecide, creditAct(h, k.ServeListing)},
		{post, v1 + "/credit/listings/:id/objection", accessSigned, competence.CreditAnswer, creditAct(h, k.Object)},
		{post, v1 + "/credit/listings/:id/objection-decision", accessSigned, competence.CreditDecide, creditAct(h, k.DecideObjection)},
		{post, v1 + "/credit/listings/:id/exit", accessSigned, competence.CreditAnswer, creditAct(h, k.AskExit)},
		{post, v1 + "/credit/listings/:id/exit-decision", accessSigned, competence.CreditDecide, creditAct(h, k.DecideExit)},
		{post, v1 + "/credit/listings/:id/annulment", accessSigned, competence.CreditDecide, creditAct(h, k.Annul)},
		{post, v1 + "/support-requests", accessSigned, competence.SupportAsk, h.apiAskSupport},
		{get, v1 + "/support-requests", accessSigned, competence.SupportRead, h.apiSupportRequests},
		{get, v1 + "/support-requests/:id", accessSigned, competence.SupportRead, h.apiSupportRequest},
		{post, v1 + "/support-requests/:id/decision", accessSigned, competence.SupportDecide, h.apiDecideSupport},

		{get, v1 + "/public/blacklist", accessPublic, "", h.apiBlacklist},
		{get, v1 + "/public/blacklist.csv", accessPublic, "", h.apiBlacklistCSV},
		{get, v1 + "/public/blacklist/:uscc", accessPublic, "", h.apiBlacklistEntry},
		{get, v1 + "/public/feed/blacklist", accessPublic, "", h.apiBlacklistFeed},
		{get, v1 + "/public/projects", accessPublic, "", h.apiRegister},
		{get, v1 + "/public/projects/:code", accessPublic, "", h.apiPublicProject},
		{get, v1 + "/public/codes/:code", accessPublic, "", h.apiExplainCode},
		{get, v1 + "/public/calendar", accessPublic, "", h.apiCalendar},
		{get, v1 + "/public/calendar/due", accessPublic, "", h.apiCalendarDue},
		{get, v1 + "/openapi.json", accessOpen, "", h.openAPI},
	}
	if h.Dev != nil {
		rs = append(rs,
			route{get, "/dev/clock", accessOpen, "", h.devClock},
			route{post, "/dev/clock", accessOpen, "", h.devMoveClock},
			route{get, "/dev/accounts", accessOpen, "", h.devAccounts})
	}
	return append(rs, h.pageRoutes()...)
}
