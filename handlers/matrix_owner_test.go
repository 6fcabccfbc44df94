package handlers

import (
	"maps"
	"net/url"
)

// The rows of the public's and of the units' own pages about reports, credit and support.
var ownerMatrix = map[string][]cell{
	"GET /blacklist":       {{"", nil, everybody}},
	"GET /blacklist/:uscc": {{"unit", nil, everybody}, {"listed unit", nil, everybody}},

	"GET /my/projects/:id/reports/new":          {{"report form", nil, toSignIn(ownersOnly)}},
	"POST /my/projects/:id/reports":             {{"filed", url.Values{"_kind": {"start"}, "_do": {"submit"}, "start_date": {"2026-02-10"}, "actual": {"true"}}, ownersOnly}},
	"GET /my/projects/:id/reports/:report":      {{"report", nil, toSignIn(ownersOnly)}},
	"GET /my/projects/:id/reports/:report/done": {{"report", nil, toSignIn(ownersOnly)}},

	"GET /my/credit":                            {{"", nil, toSignIn(units)}},
	"GET /my/credit/records/:id":                {{"record", nil, toSignIn(ownersOnly)}},
	"POST /my/credit/records/:id/statement":     {{"record", url.Values{"statement_text": {"已经报告"}}, ownersOnly}},
	"POST /my/credit/records/:id/rectification": {{"confirmed", url.Values{"rectification_text": {"已补报"}}, ownersOnly}},
	"GET /my/credit/listings/:id":               {{"listed", nil, toSignIn(ownersOnly)}},
	"POST /my/credit/listings/:id/objection":    {{"listed", url.Values{"objection_text": {"不服"}}, "401 422 404 403 403 403 403 403 403 403 403 403"}},
	"POST /my/credit/listings/:id/exit":         {{"listed", url.Values{"exit_commitment": {"true"}}, "401 422 404 403 403 403 403 403 403 403 403 403"}},
	"GET /my/support":                           {{"", nil, toSignIn(units)}},
	"POST /my/support/new":                      {{"ask form", url.Values{"support_kind": {"quota"}}, "401 200 403 403 403 403 403 403 403 403 403 403"}},
}

func init() { maps.Copy(matrix, ownerMatrix) }
