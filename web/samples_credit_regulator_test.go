package web

import "time"

func regulatorPage(lang, path string) Page {
	p := officerPage(lang, path)
	p.Actor = &ActorView{Name: "李静", Organization: "青海省发展和改革委员会投资监管处", Role: "监管", Home: "/credit", Unread: 3, Inbox: true}
	p.Nav = []NavItem{{Label: Text(lang, "nav.oversight"), Href: "/credit", Current: true}, {Label: Text(lang, "nav.supervision"), Href: "/supervision"}, {Label: Text(lang, "nav.register"), Href: "/register"}}
	return p
}

const sampleUSCC = "91630100MA7TESTX0C"

// regulatorSamples are the pages of who looks after units' credit.
func regulatorSamples(lang string) []sample {
	return []sample{{"credit-queue", PageWorkList, sampleWork(lang)}, {"credit-queue-empty", PageWorkList, emptyWork(lang)}, {"credit-dossier", PageDossier, sampleDossier(lang)},
		{"credit-locked", PageDossier, lockedDossier(lang)}, {"credit-unit", PageUnitCredit, sampleUnit(lang)}, {"credit-unit-clean", PageUnitCredit, cleanUnit(lang)},
		{"credit-propose", PagePropose, samplePropose(lang)}, {"credit-purpose", PagePurpose, samplePurpose(lang)}}
}

func sampleWork(lang string) *WorkListPage {
	counts := []int{3, 1, 0, 2, 1, 4}
	page := &WorkListPage{Page: regulatorPage(lang, "/credit"), MenuLabel: Text(lang, "credit.menu"), Heading: Text(lang, "credit_list.proposed"), Lede: Text(lang, "credit_list.proposed.lede"), Count: 3, Known: true, Lights: true, DueLabel: Text(lang, "worklist.due"),
		Action: &Link{Text(lang, "propose.title"), "/credit/propose"}, FilterURL: "/credit", Search: Field{Name: "uscc", Label: Text(lang, "project.uscc"), Value: sampleUSCC}, Filters: []Field{{Name: "state", Value: "proposed"}},
		EmptyKey: "credit_list", Pager: Pager{First: "?cursor=", Next: "?cursor=b"}}
	for i, key := range []string{"proposed", "evidence", "objection", "exit", "pending", "listed"} {
		page.Menu = append(page.Menu, NavItem{Label: Text(lang, "credit_list."+key), Href: "/credit?state=" + key, Current: i == 0, Count: &counts[i]})
	}
	for _, key := range []string{"col.light", "worklist.subject", "credit.ground", "credit.severity", "col.state", "credit.who"} {
		page.Columns = append(page.Columns, Column{Label: Text(lang, key)})
	}
	page.Columns = append(page.Columns, Column{Label: Text(lang, "worklist.due"), Sorted: "ascending"})
	row := func(light Light, note, who string, locked bool, due string) WorkRow {
		return WorkRow{Light: light, Name: "青海某某矿业有限公司", Href: "/credit/records/1", Code: sampleUSCC, Due: due, DueHref: map[bool]string{true: "/deadlines/1"}[due != ""], Cells: []WorkCell{
			{Label: Text(lang, "credit.ground"), Text: "G6 未按规定报告项目信息，或报告不实", Note: "格尔木冷链仓储"}, {Label: Text(lang, "credit.severity"), Text: Word(lang, "severity", "general")},
			{Label: Text(lang, "col.state"), Badge: &Badge{"warn", Word(lang, "record_state", "proposed")}, Note: note}, {Label: Text(lang, "credit.who"), Text: who, Locked: locked}}}
	}
	page.Rows = []WorkRow{row(Light{}, Text(lang, "now.adopt"), Text(lang, "credit.who_regulator"), false, ""), row(Light{}, Text(lang, "now.confirm"), Text(lang, "credit.who_not_you"), true, ""),
		row(Light{Color: "green", Word: "还有 4 个工作日"}, Text(lang, "now.statement"), Text(lang, "credit.who_unit"), false, FormatDate(lang, day(3, 9)))}
	return page
}

func emptyWork(lang string) *WorkListPage {
	page := *sampleWork(lang)
	page.Rows, page.Count, page.Action, page.Pager = nil, 0, nil, Pager{}
	return &page
}

func sampleDossier(lang string) *DossierPage {
	strip := springStrip(lang, "window")
	reason, accept := NewField(lang, "confirmation_reason", FieldTextarea), NewField(lang, "evidence", FieldRadios)
	accept.Name, accept.Label, accept.Required = "accept", Text(lang, "credit_choice.review"), true
	accept.Options = []Option{{Value: "true", Label: Text(lang, "credit_choice.review.true"), Hint: Text(lang, "credit_then.review_yes")}, {Value: "false", Label: Text(lang, "credit_choice.review.false"), Hint: Text(lang, "credit_then.review_no")}}
	page := &DossierPage{Page: regulatorPage(lang, "/credit/records/1"), Subject: Text(lang, "record.title"), Heading: "G6 未按规定报告项目信息，或报告不实", Badges: []Badge{{"warn", Word(lang, "record_state", "proposed")}, {"", Word(lang, "severity", "general")}},
		Unit: &Link{"青海某某矿业有限公司", "/credit/units/" + sampleUSCC}, Links: []Link{{Text(lang, "supervision.project"), "/cases/7"}}, Flags: []Banner{{Tone: "warn", Title: Text(lang, "listing.internal"), Text: Text(lang, "listing.internal_text")}},
		Facts:    append(sampleFacts()[:2:2], Fact{Term: Text(lang, "record.statement_until"), Value: FormatDate(lang, day(2, 24)), Href: "/deadlines/40"}),
		Writings: []Writing{{Title: Text(lang, "field.facts.label"), Meta: "2026年2月10日 10:00 · 李静", Text: "2025 年度报告应于 2026年1月31日 前提交。\n经两次催告仍未提交。", Lines: []string{"催告函（2026）3 号", "截图"}}, {Title: Text(lang, "record.evidence"), Meta: "2026年3月2日 09:00 · 马晓燕", Text: "已补报。", Badge: &Badge{"ok", Text(lang, "credit_choice.review.true")}}},
		Timeline: sampleTimeline(lang), Now: &NowBox{What: Text(lang, "now.statement"), Who: Text(lang, "credit.who_unit"), Rule: "CRED-2", Limit: FormatDue(lang, day(2, 25)), LimitHref: "/deadlines/40", Otherwise: Text(lang, "now.statement_else")},
		Acts: []ActForm{{Title: Text(lang, "credit_act.confirmation"), Rule: "CRED-2", Then: "认定后记录生效，30 日内整改，至 2026年3月26日。该单位将有 3 条生效的一般记录，满 3 条。", ActionURL: "/credit/records/1/confirmation", Version: "3", Button: Text(lang, "credit_act.confirmation.button"), Open: true, Fields: []Field{reason}},
			{Title: Text(lang, "credit_act.review"), Rule: "CRED-2", Then: Text(lang, "credit_then.review"), ActionURL: "/credit/records/1/review", Version: "3", Button: Text(lang, "credit_act.review.button"), Fields: []Field{accept}},
			{Title: Text(lang, "credit_act.revocation"), Rule: "CRED-2", Then: Text(lang, "credit_then.revocation"), ActionURL: "/credit/records/1/revocation", Version: "3", Button: Text(lang, "credit_act.revocation.button"), Danger: true}},
		Dues: []Due{{Label: Text(lang, "due_kind.credit_statement"), Date: FormatDate(lang, day(2, 24)), Href: "/deadlines/40", Light: Light{Color: "green"}, Nth: 2, Total: 5, Unit: UnitWorking, State: "open", Rule: "CRED-2", Strip: &strip}}}
	page.Causes = &CreditTable{Title: Text(lang, "listing.trace"), EmptyKey: "unit.records", Columns: []string{Text(lang, "credit.ground"), Text(lang, "listing.state_now")}, Rows: [][]WorkCell{
		{{Label: Text(lang, "credit.ground"), Text: "G6 未按规定报告项目信息，或报告不实", Href: "/credit/records/1"}, {Label: Text(lang, "listing.state_now"), Badge: &Badge{"bad", Word(lang, "record_state", "overdue")}}}}}
	page.Crumbs = []Link{{Text(lang, "nav.oversight"), "/credit"}, {page.Heading, ""}}
	return page
}

func lockedDossier(lang string) *DossierPage {
	page := *sampleDossier(lang)
	page.Acts, page.Causes, page.Flags = nil, nil, nil
	page.Locked = []Reason{{Text(lang, "lock.second"), "CRED-2"}, {Text(lang, "lock.not_served"), "CRED-2"}}
	page.NotYours = Text(lang, "credit.not_yours")
	return &page
}

func sampleUnit(lang string) *UnitCreditPage {
	page := &UnitCreditPage{Page: regulatorPage(lang, "/credit/units/"+sampleUSCC), Name: "青海某某矿业有限公司", USCC: sampleUSCC, Tone: "bad", Verdict: Text(lang, "unit.listed"),
		Lines: []Fact{{Value: Text(lang, "unit.trigger", "at", FormatInstant(lang, time.Date(2026, 4, 11, 0, 0, 0, 0, Shanghai))), Href: "/deadlines/3"}}, Meters: []Fact{{Term: Text(lang, "unit.general"), Value: "3 / 3 条"}, {Term: Text(lang, "unit.major"), Value: "0 / 1 条"},
			{Term: Text(lang, "unit.unrectified"), Value: "3 条"}, {Term: Text(lang, "unit.overdue"), Value: "3 条"}},
		Consequences: []Reason{{Word(lang, "credit_consequence", "support_refused"), "CRED-9"}}, Records: *sampleDossier(lang).Causes, Listings: CreditTable{Title: Text(lang, "unit.listings"), EmptyKey: "unit.listings"},
		Timeline: sampleTimeline(lang), Dues: sampleDossier(lang).Dues, Links: []Link{{Text(lang, "unit.projects"), "/?q=" + sampleUSCC}}, Propose: &Link{Text(lang, "propose.title"), "/credit/propose?uscc=" + sampleUSCC}, Purpose: "补贴核查"}
	return page
}

func cleanUnit(lang string) *UnitCreditPage {
	page := *sampleUnit(lang)
	page.Tone, page.Verdict, page.Lines, page.Timeline, page.Dues, page.Purpose, page.Propose = "ok", Text(lang, "unit.clean"), nil, nil, nil, "", nil
	page.Records.Rows = nil
	return &page
}

func samplePropose(lang string) *ProposePage {
	uscc, ground, facts := NewField(lang, "uscc", FieldText), NewField(lang, "ground", FieldRadios), NewField(lang, "facts", FieldTextarea)
	uscc.Value, uscc.Required, uscc.Width = sampleUSCC, true, "medium"
	ground.Required, ground.Value = true, "G1"
	for _, g := range []string{"G1", "G5", "G7"} {
		ground.Options = append(ground.Options, Option{Value: g, Label: g + " " + Word(lang, "ground", g), Hint: Word(lang, "ground_hint", g)})
	}
	facts.Required, facts.Error = true, "必须填写。"
	page := &ProposePage{Page: regulatorPage(lang, "/credit/propose"), Unit: &Link{"青海某某矿业有限公司", "/credit/units/" + sampleUSCC}, About: []Reason{{Text(lang, "propose.standing", "general", 2, "threshold", 3, "major", 0), "CRED-3"}},
		Fields: []Field{uscc, NewField(lang, "participant", FieldConfirm), ground, facts}, Then: Text(lang, "propose.then", "n", 5, "date", FormatDate(lang, day(2, 24))), Cancel: "/credit"}
	page.Errors = []FieldError{{Name: "facts", Message: "事实：必须填写。"}}
	return page
}

func samplePurpose(lang string) *PurposePage {
	purpose := NewField(lang, "purpose", FieldText)
	purpose.Required, purpose.Suggestions = true, []Option{{Value: Word(lang, "purpose_kind", "support")}}
	return &PurposePage{Page: regulatorPage(lang, "/credit/units/"+sampleUSCC), Action: "/credit/units/" + sampleUSCC, Hidden: []Fact{{Term: "state", Value: "listed"}}, Purpose: purpose}
}
