package main

import (
	"net/url"
	"testing"
)

// scene is a page with real data on it, as somebody sees it; as nobody: a visitor.
type scene struct{ name, as, path string }

// gallery fills a platform with projects in every state, and gives a scene of every type of page and of the states in
// which it looks different.
func gallery(t *testing.T, p *booted) []scene {
	t.Helper()
	owner, other, officer := p.signIn("owner1"), p.signIn("owner2"), p.signIn("fgw-handler")
	sources := []facts{{"source": "企业自有资金", "amount": "5000.00"}, {"source": "银行贷款", "amount": "7500.00"}}
	filed := owner.file(t, filingFacts(facts{"name": "湟水河谷冷链物流中心", "capital_sources": sources, "needs": []string{"builds", "disturbs_soil"}})).must(t, 200)
	gone := owner.file(t, filingFacts(facts{"name": "南川河水上乐园"})).must(t, 200)
	owner.do(t, "POST", "/api/v1/projects/"+gone.text("id")+"/withdrawal", facts{"reason": "不再建设"}).must(t, 200)
	draft := owner.draft(t, filingFacts(facts{"name": "高原农产品交易中心", "total_investment": nil, "capital_sources": sources, "policy_declaration": nil}))
	ready := owner.draft(t, filingFacts(facts{"name": "河湟非遗工坊", "route": "核准"}))
	stopped := owner.draft(t, filingFacts(facts{"name": "钾肥扩能项目", "industry": "2623", "capacity": facts{"what": "氯化钾", "amount": "50000", "unit": "吨"}}))
	waiting := owner.file(t, sanctionFacts(facts{"name": "黄河上游抽水蓄能电站"})).must(t, 200)
	correcting := owner.file(t, sanctionFacts(facts{"name": "青海湖环湖绿道"})).must(t, 200).text("id")
	ask := facts{"decision": "correct", "corrections": []facts{{"field": "content", "what": "写明各路段长度"}, {"field": "site", "what": "补充起止点"}}}
	officer.decide(t, correcting, ask).must(t, 200)
	answered := owner.file(t, sanctionFacts(facts{"name": "柴达木输气管道"})).must(t, 200).text("id")
	officer.decide(t, answered, ask).must(t, 200)
	owner.edit(t, answered, facts{"content": "管道 320 公里，站场 6 座", "site": "格尔木至西宁"}).must(t, 200)
	owner.submit(t, answered).must(t, 200)
	refused := owner.file(t, sanctionFacts(facts{"name": "高原无人机物流枢纽"})).must(t, 200).text("id")
	officer.decide(t, refused, facts{"decision": "refuse", "reason": "不属于本机关受理范围"}).must(t, 200)
	accepted := owner.file(t, sanctionFacts(facts{"name": "三江源生态监测站网"})).must(t, 200)
	code := officer.decide(t, accepted.text("id"), facts{"decision": "accept", "opinion": "材料齐全"}).must(t, 200).text("code")
	review := other.file(t, filingFacts(facts{"name": "硫酸镍精制项目"})).must(t, 200).text("id")
	decision := owner.project(t, accepted.text("id")).text("decision_due.deadline_id")

	wrong := filed.text("code")[:20] + "x"
	scenes := []scene{
		{"home", "", "/"}, {"results", "", "/?q=" + url.QueryEscape("冷链")}, {"nothing", "", "/?q=" + url.QueryEscape("查无此项")},
		{"register", "", "/register"}, {"register empty", "", "/register?q=" + url.QueryEscape("查无此项")},
		{"project", "", "/projects/" + filed.text("code")}, {"accepted", "", "/projects/" + code}, {"withdrawn", "", "/projects/" + gone.text("code")},
		{"certificate", "", "/projects/" + filed.text("code") + "/certificate"}, {"lapsed", "", "/projects/" + gone.text("code") + "/certificate"},
		{"codes", "", "/codes"}, {"code", "", "/codes?code=" + filed.text("code")}, {"wrong code", "", "/codes?code=" + wrong},
		{"calendar", "", "/calendar"}, {"due", "", "/calendar?from=2026-02-10&n=20&unit=working"}, {"due wrong", "", "/calendar?from=abc&n=x"},
		{"deadline", "", "/deadlines/" + decision}, {"sign-in", "", "/sign-in?return=/my&expired=1"}, {"not found", "", "/projects/2602-630102-04-01-000000"},
		{"my", "owner1", "/my"}, {"classified", "owner1", "/my/new"}, {"tasks", "owner1", "/my/projects/" + draft}, {"tasks correcting", "owner1", "/my/projects/" + correcting},
		{"check wrong", "owner1", "/my/projects/" + draft + "/check"}, {"check", "owner1", "/my/projects/" + ready + "/check"}, {"check refused", "owner1", "/my/projects/" + stopped + "/check"},
		{"done", "owner1", "/my/projects/" + filed.text("id") + "/done"}, {"done waiting", "owner1", "/my/projects/" + waiting.text("id") + "/done"},
		{"own project", "owner1", "/my/projects/" + waiting.text("id")}, {"own refused", "owner1", "/my/projects/" + refused},
		{"inbox", "owner1", "/inbox"}, {"account", "owner1", "/account"}, {"forbidden", "owner1", "/queue"},
		{"queue", "fgw-handler", "/queue"}, {"queue all", "fgw-handler", "/queue?state=all"}, {"queue empty", "fgw-handler", "/queue?light=red"},
		{"case", "fgw-handler", "/cases/" + waiting.text("id")}, {"case answered", "fgw-handler", "/cases/" + answered}, {"case accepted", "fgw-handler", "/cases/" + accepted.text("id")},
		{"case review", "cd-handler", "/cases/" + review}, {"inbox officer", "fgw-handler", "/inbox"},
	}
	for _, q := range []string{"name", "kind", "place", "industry", "route", "classified", "funding", "sources", "scale", "capacity", "environment", "needs", "schedule"} {
		scenes = append(scenes, scene{"question " + q, "owner1", "/my/projects/" + draft + "/q/" + q})
	}
	return append(scenes, scene{"question wrong", "owner1", "/my/projects/" + draft + "/q/investment?saved=1"}, scene{"question declaration", "owner1", "/my/projects/" + draft + "/q/declaration?saved=1"})
}
