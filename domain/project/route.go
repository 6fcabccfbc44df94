package project

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"qhtz/domain"
	"qhtz/domain/catalogue"
)

// Reason is why something was decided or advised, with the rule it rests on.
type Reason struct {
	Rule string `json:"rule"`
	Text string `json:"text"`
	Code string `json:"code"` // stable: "surplus_industry", "surplus_keyword", "approval_catalogue" …
}

// AdvisedItem is a matter that the project will need, and why.
type AdvisedItem struct {
	Code         string   `json:"code"`
	Name         string   `json:"name"`
	Department   string   `json:"department"`
	NeededBefore []string `json:"needed_before"`
	Limit        int      `json:"limit"`
	Unit         string   `json:"unit"`
	Why          string   `json:"why"`
	Basis        string   `json:"basis"`
}

// Advice is what the platform proposes of a draft: the route, the authority and the items, and why.
type Advice struct {
	Route           string        `json:"route"`
	AuthorityRegion string        `json:"authority_region"`
	Authority       string        `json:"authority"`
	Reasons         []Reason      `json:"reasons"`
	Items           []AdvisedItem `json:"items"`
	Mismatch        bool          `json:"mismatch"` // the owner states another route
	match           *catalogue.ApprovalEntry
}

// Advise proposes the route from funding, industry, catalogue and scale (FILE-1). It never decides.
func Advise(f Facts, book *catalogue.Book) Advice {
	a := Advice{AuthorityRegion: f.Region}
	a.proposeRoute(f, book)
	if f.Route != "" && f.Route != a.Route {
		a.Mismatch = true
		a.Reasons = append(a.Reasons, Reason{Rule: "FILE-1", Code: "route_mismatch",
			Text: fmt.Sprintf("填报的方式是%s，平台建议%s。", f.Route, a.Route)})
	}
	route := f.Route
	if route == "" {
		route = a.Route
	}
	for _, item := range book.Library.Items.At(book.Now).Content {
		if why, needed := neededFor(item, route, f); needed {
			a.Items = append(a.Items, AdvisedItem{Code: item.Code, Name: item.Name, Department: item.Department, NeededBefore: item.NeededBefore,
				Limit: item.Limit.N, Unit: string(item.Limit.Unit), Why: why, Basis: item.Basis})
		}
	}
	return a
}

func (a *Advice) proposeRoute(f Facts, book *catalogue.Book) {
	switch f.Funding {
	case FundGovernment:
		a.Route = RouteApproval
		a.Reasons = append(a.Reasons, Reason{Rule: "FILE-1", Code: "government_funds", Text: "政府直接投资或资本金注入的项目实行审批。"})
		return
	case FundPPP:
		a.Route = RouteApproval
		a.Reasons = append(a.Reasons, Reason{Rule: "FILE-1", Code: "ppp", Text: "政府资本参与的 PPP 项目实行审批。"})
		return
	}
	a.Route = RouteFiling
	for _, e := range book.Library.Approvals.At(book.Now).Content {
		switch matches(e, f) {
		case matchYes:
			a.Route, a.match = RouteSanction, &e
			a.Reasons = append(a.Reasons, Reason{Rule: "FILE-1", Code: "approval_catalogue",
				Text: fmt.Sprintf("行业代码 %s 在核准目录“%s”的范围内（%s核准）。", f.Industry, e.What, e.Authority)})
			return
		case matchUnknown:
			a.Reasons = append(a.Reasons, Reason{Rule: "FILE-1", Code: "approval_catalogue_unsure",
				Text: fmt.Sprintf("如达到核准目录“%s”的规模（%s），应办理核准。", e.What, e.Threshold)})
		}
	}
	a.Reasons = append(a.Reasons, Reason{Rule: "FILE-1", Code: "all_others", Text: "核准目录以外的企业投资项目实行备案。"})
}

type match int

const (
	matchNo match = iota
	matchYes
	matchUnknown // by industry, with a threshold on a fact that is not stated: advice only
)

// matches holds a project against an entry of the 核准目录, on a given industry.
func matches(e catalogue.ApprovalEntry, f Facts) match {
	if f.Industry == "" || !slices.ContainsFunc(e.Industries, func(p string) bool { return strings.HasPrefix(f.Industry, p) }) {
		return matchNo
	}
	fact, limit, ok := strings.Cut(e.Threshold, ">=")
	switch {
	case e.Threshold == "":
		return matchYes
	case !ok || fact != "total_investment":
		return matchUnknown
	}
	total, stated := f.Investment()
	least, err := domain.ParseMoney(limit)
	switch {
	case err != nil || !stated:
		return matchUnknown
	case total >= least:
		return matchYes
	}
	return matchNo
}

// neededFor reports whether the project needs an item, and why, from its facts alone.
func neededFor(item catalogue.Item, route string, f Facts) (string, bool) {
	if !slices.Contains(item.Routes, route) {
		return "", false
	}
	switch when := item.NeededWhen; {
	case when == "always":
		return route + "项目都要办理。", true
	case strings.HasPrefix(when, "eia="):
		form := strings.TrimPrefix(when, "eia=")
		return "环境影响评价形式为" + form + "。", f.EIA == form
	case strings.ContainsAny(when, "<>"):
		for cond := range strings.SplitSeq(when, " or ") {
			if why, ok := threshold(cond, f); ok {
				return why, true
			}
		}
		return "", false
	default:
		return "填报了“" + when + "”。", slices.Contains(f.Needs, when)
	}
}

// threshold judges conditions such as "energy>=1000tce".
func threshold(cond string, f Facts) (string, bool) {
	fact, limit, ok := strings.Cut(cond, ">=")
	if !ok {
		return "", false
	}
	var have *float64
	switch fact {
	case "energy":
		have, limit = f.EnergyTCE, strings.TrimSuffix(limit, "tce")
	case "electricity":
		have, limit = f.ElectricityGWh, strings.TrimSuffix(limit, "GWh")
	}
	least, err := strconv.ParseFloat(limit, 64)
	if err != nil || have == nil || *have < least {
		return "", false
	}
	return "达到规模（" + cond + "）。", true
}
