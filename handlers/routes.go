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
	p := h.Projects
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
		{get, v1 + "/deadlines/:id/explanation", accessPublic, competence.ProjectRead, h.apiExplain},

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
