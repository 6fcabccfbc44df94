package web

// samples lists every page of the platform, with every state that looks different.
func samples(lang string) []sample {
	var all []sample
	for _, part := range [][]sample{publicSamples(lang), accountSamples(lang), ownerSamples(lang), officerSamples(lang), blacklistSamples(lang), reportSamples(lang), myCreditSamples(lang), regulatorSamples(lang)} {
		all = append(all, part...)
	}
	for _, kind := range []string{ErrForbidden, ErrNotFound, ErrConflict, ErrUnprocessed, ErrTooMany, ErrInternal, ErrUnavailable, ErrExpired, ErrOffline} {
		page := &ErrorPage{Page: samplePage(lang, "/cases/9"), Kind: kind}
		if kind == ErrUnprocessed {
			page.Detail, page.Rule, page.Back = "受理以后不能再要求补正。", "FILE-5", &Link{Text(lang, "action.back"), "/cases/9"}
		}
		if kind == ErrTooMany {
			page.Retry = "10:45"
		}
		all = append(all, sample{"error-" + kind, PageError, page})
	}
	return all
}

func publicSamples(lang string) []sample {
	due := sampleDue(lang)
	home := &HomePage{Page: samplePage(lang, "/"), Examples: []Link{{sampleCode, "/?q=" + sampleCode}, {"格尔木 冷链", "/?q=x"}}}
	results := &HomePage{Page: samplePage(lang, "/"), Query: "抽水蓄能", Searched: true, More: "/register?q=x", Results: []ResultCard{
		{Kind: "project", Heading: "黄河上游某抽水蓄能电站", Href: "/projects/" + sampleCode, Code: sampleCode, Tone: "info", Badge: Word(lang, "state", "accepted"),
			Facts: sampleFacts()[2:4], Due: &due, Links: []Link{{"办理过程", "/projects/x"}}},
		{Kind: "unit", Heading: "青海某某新能源有限公司", Code: "91630100MA7TESTX0B", Tone: "ok", Badge: "未列入", Lines: []string{"名称相近的单位有 2 个。"}, Links: []Link{{"怎样分辨", "/units/x"}}},
		{Kind: "unit", Heading: "青海某某矿业有限公司", Code: "91630100MA7TESTX0C", Tone: "bad", Badge: "已列入黑名单", Lines: []string{"自 2026年4月18日 起。依据 32号第15条。"}},
		{Kind: "code", Heading: sampleOld, Tone: "warn", Badge: "代码正确，平台上没有这个项目", Href: "/codes?code=" + sampleOld},
		{Kind: "nothing", Heading: "抽水蓄能二期", Tone: "info"}}}
	project := &PublicProjectPage{Page: samplePage(lang, "/projects/"+sampleCode), Name: "黄河上游某抽水蓄能电站", Code: sampleCode, State: "accepted", Route: "核准",
		Flags: []Banner{{Tone: "warn", Title: "重点监管", Text: "项目单位有未整改的信用记录。"}}, Facts: sampleFacts(),
		Dues: []Due{due, {Label: "承诺办结", Date: FormatDate(lang, day(3, 16)), Href: "/deadlines/42", Light: Light{Color: "red", Word: "超期 2 天", Statutory: true}, State: "open", Rule: "CAL-4"},
			{Label: "年度报告 2026", Date: FormatDate(lang, day(2, 1).AddDate(1, 0, 0)), Href: "/deadlines/43", Light: Light{Color: "green"}, Provisional: true, Rule: "REP-1"},
			{Label: "环评审批", Date: FormatDate(lang, day(4, 20)), Href: "/deadlines/44", Light: Light{Color: "blue"}, Rule: "CAL-3"}},
		Silence: FormatDate(lang, day(2, 10)), SilenceLink: &Link{Text(lang, "due.why"), "/deadlines/40"}, Timeline: sampleTimeline(lang), Holders: sampleHolders(),
		QR: "/projects/" + sampleCode + "/qr.svg", QRTarget: "/projects/" + sampleCode, Certificate: "/projects/x/certificate", CertPDF: "/projects/x/certificate.pdf", CertTitle: "受理通知书",
		Links: []Link{{"举报", "/complaints/new"}}, Digest: "9f2c7d…41e1"}
	project.Crumbs = []Link{{Text(lang, "nav.home"), "/"}, {Text(lang, "nav.register"), "/register"}, {project.Name, ""}}
	register := &RegisterPage{Page: samplePage(lang, "/register"), Filters: sampleFilters(lang), Columns: []Column{{Label: Text(lang, "col.project")}, {Label: Text(lang, "col.owner")},
		{Label: Text(lang, "col.region"), Href: "?sort=region"}, {Label: Text(lang, "col.route")}, {Label: Text(lang, "col.state")}, {Label: Text(lang, "col.investment"), Number: true, Href: "?sort=total"}, {Label: Text(lang, "col.on"), Href: "?sort=on", Sorted: "descending"}},
		Rows: []RegisterRow{{"黄河上游某抽水蓄能电站", "/projects/x", sampleCode, "贵南县", "核准", "accepted", "青海黄河某某抽水蓄能有限公司", "1,254,000.00", "2026年2月10日"},
			{"格尔木冷链仓储", "/projects/y", "2606-632801-04-01-518808", "格尔木市", "备案", "filed", "青海某某冷链物流有限公司", "12,500.00", "2026年6月3日"},
			{"湟水河谷职业学校实训楼", "/projects/z", "2601-630102-04-01-204470", "城东区", "审批", "lapsed", "西宁市教育局", "8,600.00", "2026年1月9日"}}, Total: "3", Pager: Pager{Prev: "?cursor=a", Next: "?cursor=b"}, Export: "/register.xlsx"}
	deadline := &DeadlinePage{Page: samplePage(lang, "/deadlines/41"), Due: due, DueWords: FormatDue(lang, day(4, 4)), Project: &Link{"黄河上游某抽水蓄能电站", "/projects/x"},
		Event: "受理", EventAt: FormatDate(lang, day(3, 2)), PolicyVersion: "3（2026年1月1日起）", Calendar: "2026 年第 1 版", Then: "转为法定超期，报监察人员，并公开。", Strip: sampleStrip(lang, "main"),
		Pauses: []PauseRow{{Reason: "专家评审", From: FormatDate(lang, day(3, 6)), Until: FormatDate(lang, day(3, 12)), By: "省发展改革委", Basis: "CAL-3", Days: 4}}, StatutoryLink: &Link{Text(lang, "due.why"), "/deadlines/42"}, StatutoryWords: "承诺 2026年3月16日 办结。"}
	return append([]sample{{"home", PageHome, home}, {"home-results", PageHome, results}, {"project", PageProject, project}, {"register", PageRegister, register},
		{"register-empty", PageRegister, &RegisterPage{Page: samplePage(lang, "/register"), Filters: sampleFilters(lang), Query: "没有"}}, {"deadline", PageDeadline, deadline}}, toolSamples(lang)...)
}

func toolSamples(lang string) []sample {
	parts := []Segment{{"2602", "赋码年月", "2026 年 2 月", "date", false}, {"630000", "受理机关所在地区", "青海省（省级）", "region", false}, {"04", "行业主管部门", "发展改革", "department", false},
		{"01", "项目类型", "基本建设", "type", false}, {"37291", "顺序号", "五位，不可推测", "serial", false}, {"6", "校验位", "与前 19 位相符", "check", false}}
	bad := append([]Segment(nil), parts...)
	bad[5] = Segment{"7", "校验位", "应为 6", "check", true}
	code := func(p CodePage) *CodePage {
		p.Page, p.Asked, p.Examples = samplePage(lang, "/codes"), true, []Link{{sampleCode, "/codes?code=" + sampleCode}, {sampleOld, "/codes?code=" + sampleOld}}
		return &p
	}
	from, n, unit := NewField(lang, "from", FieldDate), NewField(lang, "n", FieldText), NewField(lang, "unit", FieldSelect)
	from.Value, n.Value, unit.Options, unit.Value = "2026-02-10", "5", Options(lang, "unit", UnitWorking, UnitNatural), UnitWorking
	from.Required, n.Required = true, true
	tool := &DueToolPage{Page: samplePage(lang, "/calendar"), From: from, Number: n, Unit: unit, Year: "2026", Basis: "国办发明电〔2025〕7号", Feed: "/calendar.ics",
		Years:    []Link{{"2025", "?year=2025"}, {"2026", ""}, {"2027", "?year=2027"}},
		Result:   &DueResult{Due: FormatDue(lang, day(2, 25)), From: FormatDate(lang, day(2, 10)), Total: 5, Strip: springStrip(lang, "tool")},
		Holidays: []HolidayRow{{"元旦", "1月1日–3日", 3, []string{"1月4日 周日"}}, {"春节", "2月15日–23日", 9, []string{"2月14日 周六", "2月28日 周六"}}, {"清明节", "4月4日–6日", 3, nil}}}
	next := &DueToolPage{Page: samplePage(lang, "/calendar"), From: from, Number: n, Unit: unit, Year: "2027", Provisional: true, Years: tool.Years}
	return []sample{{"code-known", PageCode, code(CodePage{Input: "２６０２６３００００", Valid: true, Known: true, Scheme: "2020", Code: sampleCode, Segments: parts, Project: &Link{"黄河上游某抽水蓄能电站", "/projects/x"}})},
		{"code-unknown", PageCode, code(CodePage{Input: sampleCode, Valid: true, Scheme: "2020", Code: sampleCode, Segments: parts})},
		{"code-bad", PageCode, code(CodePage{Input: "2602-630000-04-01-372917", Scheme: "2020", Code: "2602-630000-04-01-372917", Segments: bad, Reason: "校验位不对：按前 19 位算应为 6，写的是 7。请对照原件，看是不是有一位抄错。"})},
		{"due-tool", PageDueTool, tool}, {"due-tool-provisional", PageDueTool, next}}
}

func accountSamples(lang string) []sample {
	signIn := &SignInPage{Page: samplePage(lang, "/sign-in"), Username: "owner1", ReturnTo: "/my", Failed: true, Expired: true, DevPassword: "qhtz-dev-2017",
		DevAccounts: []DevAccount{{"owner1", "项目单位", "青海某某冷链物流有限公司", "630102"}, {"fgw-handler", "承办", "青海省发展和改革委员会", "630000"}}}
	account := &AccountPage{Page: ownerPage(lang, "/account"), Facts: sampleFacts()[:2], OthersURL: "/account/sessions/others", Sessions: []SessionRow{
		{Device: "Chrome · Windows", Address: "10.1.2.3", Since: "10:02", LastSeen: "10:42", Current: true}, {Device: "Edge · Windows", Address: "10.1.2.9", Since: "昨天 16:20", LastSeen: "昨天 17:31", EndURL: "/account/sessions/2/end"}}}
	one, many := 2, 31
	inbox := &InboxPage{Page: ownerPage(lang, "/inbox"), ReadAll: "/inbox/read", Tabs: []NavItem{{"未读", "/inbox?unread=1", true, &one}, {"全部", "/inbox", false, &many}}, Pager: Pager{Next: "?cursor=x"},
		Notices: []NoticeRow{{ID: "1", Title: "请在 2026年3月5日 前补正", Text: "还有 3 个工作日；到期未补正的，视为撤回。", At: "今天 09:00", Href: "/my/7", Project: "格尔木冷链仓储", Rule: "FILE-5", Unread: true, Urgent: true, ReadURL: "/inbox/1/read"},
			{ID: "2", Title: "备案完成", At: "昨天 10:42", Href: "/projects/x", Project: "黄河上游某抽水蓄能电站", Code: sampleCode, Rule: "FILE-4", Unread: true, ReadURL: "/inbox/2/read"},
			{ID: "3", Title: "期限重新计算", Text: "2027 年放假安排公布，到期日没有变化。", At: "11月20日", Href: "/deadlines/43", Rule: "CAL-1"}}}
	return []sample{{"sign-in", PageSignIn, signIn}, {"sign-in-locked", PageSignIn, &SignInPage{Page: samplePage(lang, "/sign-in"), LockedUntil: "10:57"}}, {"account", PageAccount, account},
		{"inbox", PageInbox, inbox}, {"inbox-empty", PageInbox, &InboxPage{Page: ownerPage(lang, "/inbox")}}}
}

func ownerSamples(lang string) []sample {
	due := sampleDue(lang)
	mine := &MyProjectsPage{Page: ownerPage(lang, "/my"), NewURL: "/my/new", Drafts: []Draft{{"格尔木冷链仓储二期", "/my/8", "10:42", 3, 9, "/my/8/discard"}},
		Rows: []MyProject{{"黄河上游某抽水蓄能电站", "/my/5", sampleCode, "accepted", "核准", "1,254,000.00", &due.Light, &due}, {"格尔木冷链仓储", "/my/6", "2606-632801-04-01-518808", "filed", "备案", "12,500.00", nil, nil}}}
	tasks := &TasksPage{Page: ownerPage(lang, "/my/7"), Name: "格尔木市冷链仓储物流中心建设项目", Done: 3, Total: 6, SavedAt: "10:42", DiscardURL: "/my/7/discard", Sections: []TaskSection{
		{Text(lang, "tasks.section_basic"), []Task{{"名称与类型", "", "/my/7/name", TaskDone}, {"地点与行业", "", "/my/7/region", TaskDone}}},
		{Text(lang, "tasks.section_money"), []Task{{"总投资", "还差 2,500.00 万元没有来源", "/my/7/total", TaskProblem}, {"资金来源", "", "/my/7/sources", TaskInProgress}}},
		{Text(lang, "tasks.section_schedule"), []Task{{"开工与竣工", "", "/my/7/schedule", TaskNotStarted}}}, {Text(lang, "tasks.section_submit"), []Task{{"检查并提交", "", "/my/7/check", TaskBlocked}}}}}
	question := &QuestionPage{Page: ownerPage(lang, "/my/7/money"), Heading: "总投资和资金从哪里来？", Why: "用来判断办理方式，也会出现在备案证明上。", Section: "资金", Fields: sampleFields(lang), Step: 3, Steps: 9,
		SaveURL: "/my/7/money", AutosaveURL: "/my/7/money", Back: "/my/7/name", TasksURL: "/my/7", Version: "4", SavedAt: "10:42", Skippable: true}
	question.Errors = []FieldError{{Name: "total_investment", Message: "总投资请写成数字，例：12500.00"}, {Name: "capital_sources", Message: "资金来源第 2 行：金额写成数字"}}
	advice := &RouteAdvice{Route: "备案", Authority: "格尔木市发展改革部门", Mismatch: true, Chosen: "核准", Reasons: []Reason{{"企业投资，不在核准目录内", "FILE-1"}, {"不涉及产能过剩行业", "FILE-6"}}, Items: []Reason{{"水土保持方案审批（开工前）", "C03"}}}
	check := &CheckPage{Page: ownerPage(lang, "/my/7/check"), Groups: sampleGroups(), Advice: advice, Commitment: []string{"我单位填报的内容真实、完整，愿意接受核查。", "如有虚假，依规定承担责任，并同意记入信用记录。"}, CommitmentVer: "1", Signatory: "青海某某冷链物流有限公司",
		SubmitURL: "/my/7/submit", Version: "9", TasksURL: "/my/7", LikeNamed: []Link{{"格尔木冷链仓储", "/projects/y"}}, AfterSubmitted: "信息完整的，提交后立即完成备案并取得项目代码。"}
	check.Errors = []FieldError{{Message: "总投资：请填写", Href: "/my/7/q/investment?from=check"}}
	ready := *check
	ready.Ready, ready.Errors, ready.LikeNamed, ready.Groups = true, nil, nil, sampleGroups()[:1]
	done := &DonePage{Page: ownerPage(lang, "/my/7/done"), Outcome: "filed", Name: tasks.Name, Code: "2611-632801-04-01-518808", Certificate: "/projects/y/certificate", CertPDF: "/projects/y/certificate.pdf", Project: "/projects/y", Holder: "您",
		Due: &Due{Label: "年度报告 2027", Date: FormatDate(lang, day(2, 1).AddDate(1, 0, 0)), Light: Light{Color: "green"}, Provisional: true, Rule: "REP-1", Href: "/deadlines/9"}, Next: []NextStep{{"开工之前", "办完开工前的事项，报送开工信息", &Link{"看要办哪些", "/my/7/items"}}, {"每年 1月31日 前", "报送上一年度进展", nil}}}
	review := &DonePage{Page: ownerPage(lang, "/my/7/done"), Outcome: "in_review", Name: tasks.Name, Reasons: []Reason{{"名称中有“硫酸”，需要人工核查", "FILE-6"}}, Holder: "格尔木市发展改革部门", Due: &due}
	cert := &CertificatePage{Page: samplePage(lang, "/projects/y/certificate"), Heading: "企业投资项目备案证明", Statement: []string{"“格尔木市冷链仓储物流中心建设项目”已通过在线平台告知备案机关，备案信息如上。", "备案是项目单位对项目信息的告知。"}, Number: "青格备〔2026〕118号", Code: "2611-632801-04-01-518808", Name: tasks.Name, Facts: sampleFacts(), IssuedOn: FormatDate(lang, day(11, 23)), Authority: "格尔木市发展改革部门",
		QR: "/projects/y/qr.svg", VerifyURL: "https://tz.example.gov.cn/projects/2611-632801-04-01-518808", Digest: "9f2c 7d10 83aa 41e1", PDF: "/projects/y/certificate.pdf"}
	lapsed := *cert
	lapsed.Lapsed = "2026年12月1日由备案机关撤销公示。"
	withdraw := ActForm{Title: "撤回项目", Rule: "FILE-5", Then: "撤回后不能恢复。", ActionURL: "/my/7/withdraw", Version: "9", Button: "确认撤回", Danger: true, Fields: []Field{NewField(lang, "reason", FieldTextarea)}}
	own := &PublicProjectPage{Page: ownerPage(lang, "/my/7"), Name: tasks.Name, State: "submitted", Route: "核准", Facts: sampleFacts(), Dues: []Due{due}, Timeline: sampleTimeline(lang), Acts: []ActForm{withdraw}}
	correcting := *tasks
	correcting.DiscardURL, correcting.Due, correcting.Links = "", &due, []Link{{"查看项目全貌", "/my/7?view=all"}}
	late := &ResumePage{Page: ownerPage(lang, "/sign-in"), Kept: Kept{To: "/my/7/name", Fields: []KeptField{{"name", "格尔木冷链"}, {"_version", "4"}}}, Typed: []Fact{{Term: "项目名称", Value: "格尔木冷链"}}, Instead: "/my/7/name"}
	return []sample{{"my-project", PageProject, own}, {"tasks-correcting", PageTasks, &correcting}, {"resume", PageResume, late}, {"my-projects", PageMyProjects, mine}, {"my-projects-empty", PageMyProjects, &MyProjectsPage{Page: ownerPage(lang, "/my"), NewURL: "/my/new"}}, {"classified", PageClassified, &ClassifiedPage{Page: ownerPage(lang, "/my/new"), Action: "/my/new", Error: Text(lang, "classified.choose")}},
		{"classified-stop", PageClassified, &ClassifiedPage{Page: ownerPage(lang, "/my/new"), Stopped: true}}, {"tasks", PageTasks, tasks}, {"question", PageQuestion, question}, {"check", PageCheck, check}, {"check-ready", PageCheck, &ready},
		{"done", PageDone, done}, {"done-review", PageDone, review}, {"certificate", PageCert, cert}, {"certificate-lapsed", PageCert, &lapsed}}
}

func officerSamples(lang string) []sample {
	counts := []int{12, 47, 5, 9, 1}
	menu := []NavItem{{"我的待办", "/queue", true, &counts[0]}, {"本处室", "/queue?list=office", false, &counts[1]}, {"三日内到期", "/queue?list=soon", false, &counts[2]}, {"待补正答复", "/queue?list=correcting", false, &counts[3]}, {"督办", "/queue?list=supervised", false, &counts[4]}}
	column := func(key, href, sorted string, number bool) Column {
		return Column{Label: Text(lang, key), Href: href, Sorted: sorted, Number: number}
	}
	queue := &QueuePage{Page: officerPage(lang, "/queue"), Menu: menu, Heading: "我的待办", Count: 12, Filters: sampleFilters(lang), SaveURL: "/queue/saved", Saved: []Link{{"亿元以上", "/queue?min=10000"}}, Pager: Pager{Next: "?cursor=b"},
		Columns: []Column{column("col.light", "", "", false), column("col.project", "", "", false), column("col.matter", "", "", false), column("col.holder", "", "", false), column("col.region", "?sort=region", "", false), column("col.investment", "?sort=total", "", true), column("col.due", "?sort=due", "ascending", false)},
		Rows: []QueueRow{{Light: Light{Color: "red", Word: "超期 1 天", Statutory: true}, Name: "黄河上游某抽水蓄能电站", Href: "/cases/1", Code: sampleCode, Matter: "企业投资项目核准", Holder: "审核 · 我", Region: "贵南县", Investment: "1,254,000.00", Due: "11月20日", DueHref: "/deadlines/1", Badges: "CRED-9"},
			{Light: Light{Color: "yellow", Word: "还有 2 天"}, Name: "格尔木冷链仓储", Href: "/cases/2", Matter: "用地预审与选址意见书", Holder: "承办 · 我", Region: "格尔木市", Investment: "12,500.00", Due: "11月25日", DueHref: "/deadlines/2"},
			{Light: Light{Color: "blue"}, Name: "湟水河谷职业学校实训楼", Href: "/cases/3", Code: "2601-630102-04-01-204470", Matter: "环境影响报告表审批", Holder: "专家评审", Region: "城东区", Investment: "8,600.00", Due: "余 9 天"},
			{Light: Light{Color: "green", Word: "还有 11 天"}, Name: "海东市中医院迁建", Href: "/cases/4", Code: "2610-630200-04-01-690134", Matter: "可行性研究报告审批", Holder: "决定人", Region: "海东市", Investment: "36,200.00", Due: "12月8日", DueHref: "/deadlines/4"}}}
	spring := springStrip(lang, "case")
	reason, remedy, opinion := NewField(lang, "reason", FieldTextarea), NewField(lang, "remedy", FieldTextarea), NewField(lang, "opinion", FieldText)
	reason.Required, remedy.Required = true, true
	groups := sampleGroups()
	for i := range groups {
		for j := range groups[i].Rows {
			groups[i].Rows[j].Change, groups[i].Rows[j].Error = "", ""
		}
	}
	whole := &CasePage{Page: officerPage(lang, "/cases/1"), Name: "黄河上游某抽水蓄能电站", State: "submitted", Route: "核准", Version: "6", Owner: &Link{"青海黄河某某抽水蓄能有限公司", "/units/x"}, Groups: groups, Round: 2,
		Changes: []Difference{{"总投资", "1,250,000.00 万元", "1,254,000.00 万元"}, {"详细地址", "", "贵南县沙沟乡"}}, Reasons: []Reason{{"行业代码 3216 属于产能过剩行业，需要核对产能置换方案", "FILE-6"}},
		Flags: []Banner{{Tone: "warn", Title: "重点监管", Text: "项目单位被列入黑名单，审查增加一级。"}},
		Dues:  []Due{{Label: "受理审查", Date: FormatDate(lang, day(2, 24)), Href: "/deadlines/40", Light: Light{Color: "yellow", Word: "还有 1 个工作日"}, Nth: 4, Total: 5, Unit: UnitWorking, Rule: "FILE-5", Strip: &spring}}, Timeline: sampleTimeline(lang), Holders: sampleHolders(),
		Decision: &DecisionBox{Matter: "受理审查", Rule: "FILE-5", Limit: FormatDue(lang, day(2, 25)), LimitLink: "/deadlines/40", Silence: "到时没有答复，自 2026年2月10日 起视为受理，并报监察人员。", CanAccept: true, CanRefuse: true, CanCorrect: true, ActionURL: "/cases/1/acceptance",
			AcceptThen: "立即赋码，20 个工作日的决定期限自受理之日起算。", RefuseThen: "送达不予受理决定，不赋码。单位可以复议或诉讼。", CorrectThen: "只能要求一次。对方有 15 个工作日，期间不计时；逾期未答视为撤回。",
			Corrections: sampleRows(lang, "corrections", "field", "what"), Reason: reason, Remedy: remedy, Opinion: opinion},
		Acts: []ActForm{{Title: "移交其他机关", Rule: "FILE-13", Then: "期限继续计算。", ActionURL: "/cases/1/transfer", Version: "6", Button: "确认移交", Open: true, Fields: []Field{NewField(lang, "transfer_reason", FieldTextarea)}}}, Next: &Link{"下一件", "/cases/2"}, QueueURL: "/queue"}
	viewer := *whole
	viewer.Decision, viewer.NotYours = nil, "这件由您承办，不能再由您审核。"
	return []sample{{"queue", PageQueue, queue}, {"queue-empty", PageQueue, &QueuePage{Page: officerPage(lang, "/queue"), Menu: menu, Filters: sampleFilters(lang)}}, {"case", PageCase, whole}, {"case-view", PageCase, &viewer}}
}
