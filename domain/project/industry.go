package project

import (
	"fmt"
	"strings"

	"qhtz/domain"
	"qhtz/domain/catalogue"
)

// Industrial policy (FILE-6), for 备案 and 核准 alike: a match of the industry code decides; a keyword alone only
// sends to a person.

// judgeIndustry gives the reasons for which a person must look at the project, or the refusal.
func judgeIndustry(f Facts, surplus catalogue.Surplus) (review []Reason, refusal *domain.Error) {
	matched := map[string]bool{}
	for _, s := range surplus {
		if !strings.HasPrefix(f.Industry, s.Industry) {
			continue
		}
		matched[s.What] = true
		if refusal := refuseSurplus(f, s); refusal != nil {
			return nil, refusal
		}
		review = append(review, Reason{Rule: "FILE-6", Code: "surplus_industry",
			Text: fmt.Sprintf("行业代码 %s 属于产能过剩或限制行业“%s”（%s），由人工审查。", f.Industry, s.What, s.Basis)})
	}
	for _, s := range surplus {
		if matched[s.What] {
			continue
		}
		for _, k := range s.Keywords {
			if strings.Contains(f.Name, k) || strings.Contains(f.Content, k) {
				review = append(review, Reason{Rule: "FILE-6", Code: "surplus_keyword",
					Text: fmt.Sprintf("名称或内容中有“%s”，可能涉及“%s”，由人工确认。", k, s.What)})
				break
			}
		}
	}
	return review, nil
}

func refuseSurplus(f Facts, s catalogue.SurplusIndustry) *domain.Error {
	hasPlan := strings.TrimSpace(f.CapacityPlanNo) != ""
	refuse := func(code, detail string, fields map[string]string) *domain.Error {
		return &domain.Error{Kind: domain.Invalid, Code: code, Rule: "FILE-6", Detail: detail, Fields: fields}
	}
	switch {
	case s.Has("refuse_new") && !f.Upgrade:
		return refuse("new_capacity_refused", fmt.Sprintf("“%s”不得新增产能（%s）。如为不增加产能的工艺改造，请声明 upgrade 并提供产能置换方案文号；认为判断有误的，可以请求人工决定。", s.What, s.Basis), nil)
	case (s.Has("upgrade_with_plan") || s.Has("plan_then_review")) && !hasPlan:
		return refuse("capacity_plan_required", fmt.Sprintf("“%s”须先有等量或减量的产能置换方案（%s）。", s.What, s.Basis),
			map[string]string{"capacity_plan_no": "请填写产能置换方案文号。"})
	}
	return nil
}

// doubts are the reasons for which a filing goes to a person (FILE-4): industrial policy, or being out of 备案's
// scope.
func doubts(f Facts, book *catalogue.Book) ([]Reason, *domain.Error) {
	reasons, refusal := judgeIndustry(f, book.Library.Surplus.At(book.Now).Content)
	if refusal != nil {
		return nil, refusal
	}
	advice := Advise(f, book)
	for _, r := range advice.Reasons {
		switch r.Code {
		case "approval_catalogue", "government_funds", "ppp":
			reasons = append(reasons, r)
		}
	}
	return reasons, nil
}
