package handlers

import (
	"maps"
	"net/url"
	"strings"
)

// The rows of the pages about units' credit, supervision cases and requests for support. Units have pages of their own.
const (
	//           visitor owner other place parent decider county dept watch audit bank admin
	creditPage   = "303 404 404 403 403 403 403 403 200/403 403 403 403" // officials must say for what
	creditForm   = "401 404 404 403 403 403 403 403 200/403 403 403 403"
	creditFormC  = "401 404 404 403 403 403 403 403 409/403 403 403 403"
	creditFormI  = "401 404 404 403 403 403 403 403 422/403 403 403 403"
	proposersGet = "303 403 403 403 403 403 403 403 200/403 403 403 403"
	proposers    = "401 403 403 403 403 403 403 403 200/403 403 403 403"
)

var regulatorMatrix = map[string][]cell{
	"GET /credit":                           {{"", nil, "303 403 403 403 403 403 403 403 200/403 403 403 403"}, {"purpose", nil, "303 403 403 200 200 200 200 200 200 200 403 403"}},
	"GET /credit/propose":                   {{"", nil, proposersGet}},
	"POST /credit/propose":                  {{"fact form", url.Values{}, proposers}},
	"GET /credit/units/:uscc":               {{"unit", nil, creditPage}, {"unit for a purpose", nil, "303 404 404 200 200 200 200 200 200 200 403 403"}},
	"GET /credit/records/:id":               {{"record", nil, creditPage}},
	"POST /credit/records/:id/adoption":     {{"record", nil, creditFormC}},
	"POST /credit/records/:id/service":      {{"record", url.Values{"receipt": {"签收"}}, creditFormC}},
	"POST /credit/records/:id/confirmation": {{"record", nil, creditFormI}, {"heard", nil, creditForm}},
	"POST /credit/records/:id/dismissal":    {{"record", nil, creditForm}},
	"POST /credit/records/:id/review":       {{"evidence", url.Values{"accept": {"true"}}, creditForm}},
	"POST /credit/records/:id/extension":    {{"confirmed", url.Values{"days": {"5"}, "extension_reason": {"设备未到"}}, creditForm}},
	"POST /credit/records/:id/revocation":   {{"confirmed", url.Values{"revocation_reason": {"认定有误"}}, creditForm}},
	"POST /credit/records/:id/repair":       {{"rectified", nil, creditForm}},
	"GET /credit/listings/:id":              {{"listed", nil, creditPage}},
	"POST /credit/listings/:id/service":     {{"listed", url.Values{"receipt": {"签收"}}, creditFormC}},
	"POST /credit/listings/:id/objection":   {{"listed", url.Values{"uphold": {"true"}}, creditFormC}},
	"POST /credit/listings/:id/exit":        {{"listed", url.Values{"accept": {"true"}}, creditFormC}},
	"POST /credit/listings/:id/annulment":   {{"listed", nil, creditFormI}},
	"GET /supervision":                      {{"", nil, "303 403 403 200 200 200 200 200 200 403 403 403"}},
	"GET /supervision/:id":                  {{"case", nil, "303 404 404 200 200 200 404 200 200 403 403 403"}},
	"POST /supervision/:id/closure":         {{"case", url.Values{"closure_reason": {"手续已补齐"}}, "401 404 404 403 403 403 403 403 200 403 403 403"}},
	"GET /support":                          {{"", nil, "303 403 403 200 200 200 200 200 200 403 403 403"}},
	"GET /support/:id":                      {{"support", nil, "303 404 404 200 200 200 404 200 200 403 403 403"}},
	"POST /support/:id/decision":            {{"support", url.Values{"decision": {"approve"}, "decision_reason": {"同意"}}, "401 404 404 409 403 403 404 403 403 403 403 403"}},
}

func init() { maps.Copy(matrix, regulatorMatrix) }

// purposed is a path with what it is read for.
func purposed(path string) string { return path + "?purpose=" + url.QueryEscape("专项核查") }

// proposalForm is the form of a fact that nobody has recorded yet.
func (tr *trial) proposalForm() url.Values {
	form := url.Values{}
	for name, value := range tr.proposal(nil) {
		form.Set(name, value.(string))
	}
	return form
}

// formSender is who sends the forms of a page of regulators, supervisors or officers.
func formSender(path string) string {
	switch {
	case strings.HasPrefix(path, "/cases/"), strings.HasPrefix(path, "/support/"):
		return "cd-handler"
	case strings.HasPrefix(path, "/credit/"), strings.HasPrefix(path, "/supervision/"):
		return "regulator1"
	}
	return "owner1"
}
