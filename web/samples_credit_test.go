package web

func blacklistSamples(lang string) []sample {
	list := &BlacklistPage{Page: samplePage(lang, "/blacklist"), CSV: "/api/v1/public/blacklist.csv", Feed: "/api/v1/public/feed/blacklist", Pager: Pager{Next: "?cursor=7"},
		Rows: []BlacklistRow{{Name: "青海某某矿业有限公司", USCC: "91630100MA7TESTX0C", Href: "/blacklist/91630100MA7TESTX0C", Reasons: []string{Word(lang, "ground", "G6"), Word(lang, "ground", "G2")},
			Basis: []string{"青政办〔2017〕32号第15条"}, From: FormatDate(lang, day(4, 18)), Until: FormatInstant(lang, day(4, 18).AddDate(1, 0, 0))}}}
	listed := &UnitAnswerPage{Page: samplePage(lang, "/blacklist/91630100MA7TESTX0C"), Query: "91630100MA7TESTX0C", USCC: "91630100MA7TESTX0C", Name: "青海某某矿业有限公司", Known: true, Listed: true,
		From: FormatAsOf(lang, day(4, 18)), Until: FormatAsOf(lang, day(4, 18).AddDate(1, 0, 0)), Links: []Link{{"该单位的公开项目", "/?q=x"}}, Listings: []UnitListing{{
			From: FormatAsOf(lang, day(4, 18)), Until: FormatAsOf(lang, day(4, 18).AddDate(1, 0, 0)), Basis: []string{"青政办〔2017〕32号第15条"}, Rule: "CRED-3", Policy: Text(lang, "deadline.version", "n", 1),
			Causes: []UnitCause{{Text: Word(lang, "ground", "G6"), Ground: "G6", Project: &Link{sampleCode, "/projects/" + sampleCode}, ConfirmedOn: FormatDate(lang, day(3, 9)), RectifyBy: FormatDate(lang, day(4, 8)), Overdue: true},
				{Text: Word(lang, "ground", "G2"), Ground: "G2", ConfirmedOn: FormatDate(lang, day(3, 10)), RectifyBy: FormatDate(lang, day(4, 9))}}, Steps: sampleTimeline(lang)}}}
	clean := &UnitAnswerPage{Page: samplePage(lang, "/blacklist/91630100MA7TESTX0B"), Query: "91630100MA7TESTX0B", USCC: "91630100MA7TESTX0B", Name: "青海某某新能源有限公司", Known: true,
		Records: []UnitCause{{Text: Word(lang, "ground", "G3"), Ground: "G3", ConfirmedOn: FormatDate(lang, day(3, 9)), RectifyBy: FormatDate(lang, day(5, 9))}}}
	return []sample{{"blacklist", PageBlacklist, list}, {"blacklist-empty", PageBlacklist, &BlacklistPage{Page: samplePage(lang, "/blacklist")}},
		{"blacklist-nothing", PageBlacklist, &BlacklistPage{Page: samplePage(lang, "/blacklist"), Query: "矿业"}}, {"blacklist-listed", PageUnitAnswer, listed}, {"blacklist-clean", PageUnitAnswer, clean},
		{"blacklist-unknown", PageUnitAnswer, &UnitAnswerPage{Page: samplePage(lang, "/blacklist/x"), USCC: "91630100MA7TESTX0B", Query: "91630100MA7TESTX0B"}},
		{"blacklist-wrong", PageUnitAnswer, &UnitAnswerPage{Page: samplePage(lang, "/blacklist/x"), Query: "91630100MA7TEST000", Wrong: Text(lang, "blacklist.wrong_text")}}}
}

func reportSamples(lang string) []sample {
	due := Due{Label: Text(lang, "reports.annual_of", "year", 2026), Date: FormatDate(lang, day(2, 1).AddDate(1, 0, 0)), Href: "/deadlines/43", Light: Light{Color: "yellow"}, State: "open", Rule: "REP-1"}
	late := due
	late.Light, late.Href = Light{Color: "red"}, "/deadlines/44"
	section := &ReportsSection{Prompt: &Banner{Tone: "info", Title: Text(lang, "reports.prompt_resume"), Text: Text(lang, "reports.prompt_resume_text"), Link: &Link{Text(lang, "reports.do_resumption"), "/my/7/reports/new"}},
		Duties: []DutyRow{{Due: due, Distance: Text(lang, "reports.distance", "n", 6, "days", 30), Act: &Link{Text(lang, "reports.do"), "/my/7/reports/new"}},
			{Due: late, Distance: Text(lang, "reports.overdue", "date", FormatDate(lang, day(3, 3)), "n", 12), Urgent: true, Act: &Link{Text(lang, "reports.do"), "/my/7/reports/new"}}},
		Other: []Link{{Text(lang, "reports.do_completion"), "/my/7/reports/new?kind=completion"}},
		Reports: []ReportRow{{Label: Text(lang, "reports.annual_of", "year", 2025), Href: "/my/7/reports/2", At: FormatInstant(lang, day(1, 20)), Total: "3,200.50", Versions: 2, Late: true},
			{Label: Word(lang, "report_kind", "suspension"), Href: "/my/7/reports/3", At: FormatInstant(lang, day(1, 22)), Draft: true}}}
	project := &PublicProjectPage{Page: ownerPage(lang, "/my/7"), Name: "格尔木市冷链仓储物流中心建设项目", Code: sampleCode, State: "under_construction", Route: "备案", Facts: sampleFacts(), Reports: section}
	none := *project
	none.Reports = &ReportsSection{}
	fields := []Field{NewField(lang, "invested_year", FieldNumber), sampleRows(lang, "funds", "source", "amount"), NewField(lang, "stage", FieldText), NewField(lang, "correction_reason", FieldTextarea)}
	fields[0].Required, fields[0].Value, fields[0].Error = true, "很多", "应为以万元计的数"
	fields[2].Suggestions = []Option{{Value: "主体施工"}}
	form := &ReportFormPage{Page: ownerPage(lang, "/my/7/reports/new"), Heading: Text(lang, "reports.annual_of", "year", 2026), Why: Text(lang, "reports.why.annual"), ProjectName: project.Name, Due: &due,
		Distance: section.Duties[0].Distance, Known: []Fact{{Term: Text(lang, "reports.total_until", "year", 2025), Value: "3,200.50 万元"}}, Missing: []Reason{{"水土保持方案审批（水利）", "C03"}},
		MissingText: Text(lang, "reports.missing.start"), Fields: fields, Hidden: []KeptField{{"_kind", "annual"}, {"_year", "2026"}}, Then: Text(lang, "reports.then.annual"), Action: "/my/7/reports", Version: "4", SavedAt: "10:42", Back: "/my/7"}
	form.Errors = []FieldError{{Name: "invested_year", Message: "本年完成投资：应为以万元计的数"}, {Message: "水土保持方案审批尚未办理"}}
	correct := *form
	correct.Correcting, correct.Errors, correct.Due, correct.Missing, correct.SavedAt = true, nil, nil, nil, ""
	facts := []Fact{{Term: Text(lang, "field.invested_year.label"), Value: "3,200.50 万元"}, {Term: Text(lang, "field.stage.label"), Value: "主体施工"}}
	report := &ReportPage{Page: ownerPage(lang, "/my/7/reports/2"), Heading: Text(lang, "reports.annual_of", "year", 2025), ProjectName: project.Name, Late: true, Due: &due, Facts: facts, Missing: form.Missing,
		At: FormatInstant(lang, day(1, 20)), Why: "漏报设备款", Number: 2, Act: &Link{Text(lang, "reports.correct_it"), "/x"}, Back: "/my/7", Earlier: []ReportVersion{{Number: 1, At: FormatInstant(lang, day(1, 18)), Facts: facts}}}
	draft := &ReportPage{Page: ownerPage(lang, "/my/7/reports/3"), Heading: report.Heading, ProjectName: project.Name, Draft: true, Facts: facts, Act: &Link{Text(lang, "reports.go_on"), "/x"}, Back: "/my/7"}
	done := &DonePage{Page: ownerPage(lang, "/my/7/reports/2/done"), Outcome: "reported", Name: project.Name, Project: "/my/7", Next: []NextStep{{FormatDate(lang, day(2, 1).AddDate(1, 0, 0)), Text(lang, "reports.next_duty", "what", due.Label), &Link{Text(lang, "due.why"), "/deadlines/43"}}}}
	corrected := *done
	corrected.Outcome = "corrected"
	return []sample{{"my-project-reports", PageProject, project}, {"my-project-no-reports", PageProject, &none}, {"report-form", PageReportForm, form}, {"report-correct", PageReportForm, &correct},
		{"report", PageReport, report}, {"report-draft", PageReport, draft}, {"report-done", PageDone, done}, {"report-corrected", PageDone, &corrected}}
}

func myCreditSamples(lang string) []sample {
	due := Due{Label: Word(lang, "due_kind", "credit_rectification"), Date: FormatDate(lang, day(4, 8)), Href: "/deadlines/51", Light: Light{Color: "yellow"}, State: "open", Rule: "CRED-2"}
	name := Text(lang, "mycredit.record_name", "severity", Word(lang, "severity", "general"), "ground", Word(lang, "ground", "G6"))
	card := func(group, state, tone string, d *Due) CreditCard {
		return CreditCard{Label: name, Href: "/my/credit/records/9", Group: group, State: state, Tone: tone, Project: "格尔木冷链仓储", Due: d, Todo: Text(lang, "mycredit.todo_rectify", "date", due.Date)}
	}
	credit := &CreditPage{Page: ownerPage(lang, "/my/credit"), UnitName: "青海某某冷链物流有限公司", USCC: "91630100MA7TESTX0C", Tone: "warn", Answer: Text(lang, "mycredit.has_records", "n", 2),
		Lines: []string{Text(lang, "mycredit.trigger", "date", due.Date, "n", 12), Text(lang, "mycredit.not_green")}, Gauges: []Gauge{
			{Label: Text(lang, "mycredit.general"), Value: "2", Of: 3, Tone: "warn", Hint: Text(lang, "mycredit.general_hint", "n", 3)}, {Label: Text(lang, "mycredit.major"), Value: "1", Of: 1, Tone: "bad", Hint: Text(lang, "mycredit.major_hint", "n", 1)},
			{Label: Text(lang, "mycredit.unrectified"), Value: "2", Tone: "warn"}, {Label: Text(lang, "mycredit.overdue"), Value: "0", Tone: "ok"}},
		Consequences: []Reason{{Word(lang, "consequence", "decided_by_person"), "CRED-9"}}, Listings: []CreditCard{card("listing_state", "pending", "bad", nil)},
		Records: []CreditCard{card("record_state", "confirmed", "warn", &due)}, Past: []CreditCard{card("record_state", "repaired", "info", nil)}, Links: []Link{{Text(lang, "mycredit.public"), "/blacklist/x"}}}
	clean := &CreditPage{Page: ownerPage(lang, "/my/credit"), UnitName: credit.UnitName, USCC: credit.USCC, Tone: "ok", Answer: Text(lang, "mycredit.clean"), Lines: []string{Text(lang, "mycredit.green")}, Gauges: credit.Gauges[3:]}
	form := func(act string, fields ...Field) []ActForm {
		return []ActForm{{Title: Text(lang, "mycredit_act."+act), Rule: "CRED-2", Then: Text(lang, "mycredit.then_rectify_late"), ActionURL: "/my/credit/records/9/" + act, Version: "4", Button: Text(lang, "mycredit_act."+act+".button"), Open: true, Fields: fields}}
	}
	text := NewField(lang, "rectification_text", FieldTextarea)
	text.Required, text.Error = true, "必须填写。"
	record := &MyRecordPage{Page: ownerPage(lang, "/my/credit/records/9"), Heading: name, State: "confirmed", Tone: "warn", Answer: Text(lang, "mycredit.todo_rectify", "date", due.Date), Lines: credit.Lines[:1],
		Facts: sampleFacts()[:2], Dues: []Due{due}, Forms: form("rectification", text, NewField(lang, "rectification_evidence", FieldTextarea)), Timeline: sampleTimeline(lang)}
	record.Errors = []FieldError{{Name: "rectification_text", Message: "整改情况：必须填写。"}}
	listing := &MyListingPage{Page: ownerPage(lang, "/my/credit/listings/3"), Heading: Text(lang, "mycredit.listing_of", "date", due.Date), State: "listed", Tone: "bad", Answer: Text(lang, "mycredit.todo_exit_lacks"),
		Lines: []string{Text(lang, "blacklist.span", "from", due.Date, "until", due.Date)}, Causes: []CreditCard{card("record_state", "overdue", "bad", &due)}, Basis: []string{"青政办〔2017〕32号第15条"}, Dues: []Due{due}, Exit: true,
		Lacks: []string{Text(lang, "mycredit.lacks_records")}, Commitment: "本单位承诺：已按要求完成整改。", Timeline: sampleTimeline(lang), Public: &Link{Text(lang, "mycredit.public"), "/blacklist/x"}}
	ready := *listing
	ready.Lacks, ready.Basis, ready.Forms = nil, nil, form("exit", NewField(lang, "exit_commitment", FieldConfirm))
	support := &SupportPage{Page: ownerPage(lang, "/my/support"), Action: "/my/support/new", Refused: Text(lang, "support.listed"), Rule: "CRED-9", Fields: []Field{NewField(lang, "support_amount", FieldNumber)},
		Requests: []SupportRow{{Kind: Word(lang, "support_kind", "subsidy"), Project: "格尔木冷链仓储", Href: "/my/7", Code: sampleCode, State: "to_person", Tone: "warn", Amount: "200.00", Year: "2027", At: FormatInstant(lang, day(3, 2)), Note: Text(lang, "support.to_person", "n", 1)}}, Pager: Pager{Next: "?cursor=x"}}
	return []sample{{"my-credit", PageCredit, credit}, {"my-credit-clean", PageCredit, clean}, {"my-record", PageMyRecord, record}, {"my-listing", PageMyListing, listing}, {"my-listing-exit", PageMyListing, &ready},
		{"my-support", PageSupport, support}, {"my-support-empty", PageSupport, &SupportPage{Page: ownerPage(lang, "/my/support")}}}
}
