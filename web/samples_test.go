package web

import "time"

// sample is a page with realistic data, used by every test that looks at pages.
type sample struct {
	ID   string // unique; several samples may show one page
	Name string
	Page any
}

const (
	sampleCode = "2602-630000-04-01-372916"
	sampleOld  = "2017-630102-83-03-008812"
)

func day(month time.Month, d int) time.Time { return time.Date(2026, month, d, 0, 0, 0, 0, Shanghai) }

// sampleStrip is a decision limit of 20 working days from 2026-03-02 with a pause from 03-06 to 03-12 (CAL-3).
func sampleStrip(lang, id string) Strip {
	strip := Strip{ID: id, Total: 20, Unit: UnitWorking}
	strip.Days = append(strip.Days, NewDay(lang, day(3, 2), DayEvent, 0, "受理"))
	n := 0
	for d := day(3, 3); n < 20; d = d.AddDate(0, 0, 1) {
		weekday := d.Weekday()
		switch {
		case weekday == time.Saturday || weekday == time.Sunday:
			strip.Days = append(strip.Days, NewDay(lang, d, DayWeekend, 0, ""))
		case d.Month() == 3 && d.Day() >= 6 && d.Day() < 12:
			strip.Days = append(strip.Days, NewDay(lang, d, DayPaused, 0, "专家评审"))
		default:
			n++
			kind := DayCounted
			if n == 20 {
				kind = DayDue
			}
			strip.Days = append(strip.Days, NewDay(lang, d, kind, n, ""))
		}
	}
	return strip
}

// springStrip crosses the Spring Festival: acceptance due at the end of 2026-02-24, with a make-up Saturday (FILE-5).
func springStrip(lang, id string) Strip {
	strip := Strip{ID: id, Total: 5, Unit: UnitWorking}
	strip.Days = append(strip.Days, NewDay(lang, day(2, 10), DayEvent, 0, "提交"),
		NewDay(lang, day(2, 11), DayCounted, 1, ""), NewDay(lang, day(2, 12), DayCounted, 2, ""),
		NewDay(lang, day(2, 13), DayCounted, 3, ""), NewDay(lang, day(2, 14), DayMakeUp, 4, "补班"))
	for d := day(2, 15); d.Before(day(2, 24)); d = d.AddDate(0, 0, 1) {
		strip.Days = append(strip.Days, NewDay(lang, d, DayHoliday, 0, "春节"))
	}
	strip.Days = append(strip.Days, NewDay(lang, day(2, 24), DayDue, 5, ""))
	return strip
}

func sampleDue(lang string) Due {
	strip := sampleStrip(lang, "s1")
	return Due{Label: "核准决定", Date: FormatDate(lang, day(4, 3)), Href: "/deadlines/41", Nth: 12, Total: 20, Unit: UnitWorking,
		Light: Light{Color: "yellow", Word: "还有 3 个工作日"}, State: "open", Rule: "FILE-7", Strip: &strip}
}

func samplePage(lang, path string) Page {
	return Page{Lang: lang, Path: path, CSRF: "csrf-token", AsOf: FormatAsOf(lang, time.Date(2026, 11, 23, 10, 42, 7, 0, Shanghai)),
		RequestID: "01JD9W3K", Nav: []NavItem{{Label: Text(lang, "nav.home"), Href: "/", Current: path == "/"},
			{Label: Text(lang, "nav.register"), Href: "/register", Current: path == "/register"},
			{Label: Text(lang, "nav.codes"), Href: "/codes", Current: path == "/codes"},
			{Label: Text(lang, "nav.calendar"), Href: "/calendar", Current: path == "/calendar"}},
		Footer: SiteFooter{Host: "青海省发展和改革委员会", Contact: "0971-0000000", ICP: "青ICP备00000000号", ICPHref: "https://beian.miit.gov.cn/",
			Police: "青公网安备 00000000000000号", PoliceURL: "https://beian.mps.gov.cn/"}}
}

func ownerPage(lang, path string) Page {
	p := samplePage(lang, path)
	p.Actor = &ActorView{Name: "马晓燕", Organization: "青海某某冷链物流有限公司", Role: "项目单位", Home: "/my", Unread: 2, Inbox: true}
	p.Nav = append(p.Nav, NavItem{Label: Text(lang, "nav.my"), Href: "/my", Current: true})
	p.FormKey, p.SessionSeconds = "k-1", 1800
	p.Dev = &DevClock{Now: "2026-11-23T10:42", Standing: true}
	return p
}

func officerPage(lang, path string) Page {
	p := ownerPage(lang, path)
	twelve := 12
	p.Actor = &ActorView{Name: "才让多杰", Organization: "青海省发展和改革委员会", Role: "承办", Home: "/queue", Unread: 5, Inbox: true}
	p.Nav = []NavItem{{Label: Text(lang, "nav.queue"), Href: "/queue", Current: true, Count: &twelve}, {Label: Text(lang, "nav.register"), Href: "/register"}, {Label: Text(lang, "nav.calendar"), Href: "/calendar"}}
	p.Wide = true
	return p
}

func sampleFacts() []Fact {
	return []Fact{{Term: "项目单位", Value: "青海黄河某某抽水蓄能有限公司", Href: "/units/91630000MA7TESTX0A"},
		{Term: "统一社会信用代码", Value: "91630000MA7TESTX0A", Code: true}, {Term: "建设地点", Value: "海南藏族自治州贵南县"},
		{Term: "所属行业", Value: "4413 水力发电"}, {Term: "建设规模", Value: "总装机容量 1200 兆瓦，4 台机组"},
		{Term: "总投资", Value: FormatMoney("1254000.00") + " 万元"}, {Term: "受理机关", Value: "青海省发展和改革委员会"}}
}

func sampleTimeline(lang string) []TimelineEntry {
	return []TimelineEntry{
		{At: FormatInstant(lang, time.Date(2026, 2, 10, 10, 0, 0, 0, Shanghai)), Title: "提交核准申请", By: "青海黄河某某抽水蓄能有限公司", Tone: "done"},
		{At: FormatInstant(lang, day(2, 25)), Title: "视为受理，赋码", Detail: "审查期限内没有答复，自 2026年2月10日 起视为受理", Rule: "FILE-5", Tone: "bad"},
		{At: FormatInstant(lang, time.Date(2026, 3, 6, 9, 0, 0, 0, Shanghai)), Title: "专家评审，停止计时", Detail: "3月12日起恢复计时", Rule: "CAL-3", Tone: "now", Link: &Link{"看计算过程", "/deadlines/41"}},
		{At: FormatDate(lang, day(4, 3)), Title: "作出核准决定", Tone: "next"}}
}

func sampleHolders() []Holder {
	return HeldBy(Holder{Who: "项目单位", Days: 1, Counted: true}, Holder{Who: "省发展改革委", Days: 8, Counted: true},
		Holder{Who: "海南州自然资源局", Days: 3, Counted: true}, Holder{Who: "评审机构", Days: 4})
}

func sampleGroups() []AnswerGroup {
	return []AnswerGroup{
		{Title: "立项信息", Rows: []Answer{{Label: "项目名称", Value: "格尔木市冷链仓储物流中心建设项目", Change: "/my/7/name"},
			{Label: "项目类型", Value: "01 基本建设", Change: "/my/7/kind"}, {Label: "建设地点", Value: "632801 格尔木市", Change: "/my/7/region"}}},
		{Title: "资金", Rows: []Answer{{Label: "总投资", Change: "/my/7/total_investment", Error: "请填写总投资，单位万元，例：12500.00"},
			{Label: "资金来源", Value: "企业自有资金 5,000.00 万元；银行贷款 7,500.00 万元", Change: "/my/7/capital_sources"}}}}
}

func sampleFields(lang string) []Field {
	name := NewField(lang, "name", FieldText)
	name.Value, name.Required, name.MaxLength = "格尔木市冷链仓储物流中心建设项目", true, 120
	total := NewField(lang, "total_investment", FieldNumber)
	total.Width, total.Required, total.Value, total.Error = "medium", true, "一亿", "请写成数字，例：12500.00"
	start := NewField(lang, "planned_start", FieldDate)
	start.Width, start.Value = "short", "2027-03-15"
	funding := NewField(lang, "funding", FieldRadios)
	funding.Options, funding.Value, funding.Required = Options(lang, "funding", "government", "enterprise", "ppp"), "enterprise", true
	needs := NewField(lang, "needs", FieldChecks)
	needs.Options = []Option{{Value: "disturbs_soil", Label: "扰动地表", Hint: "需要编报水土保持方案"}, {Value: "new_land", Label: "新增建设用地"}}
	needs.Values = []string{"disturbs_soil"}
	eia := NewField(lang, "eia", FieldSelect)
	eia.Options, eia.Value = Options(lang, "eia", "报告书", "报告表", "登记表", "none"), "登记表"
	content := NewField(lang, "content", FieldTextarea)
	content.Value, content.MaxLength = "冷库两座、分拣车间一座及配套设施", 2000
	declaration := NewField(lang, "policy_declaration", FieldConfirm)
	declaration.Required, declaration.Value = true, "true"
	return []Field{name, total, sampleRows(lang, "capital_sources", "source", "amount"), start, funding, needs, eia, content, declaration}
}

func sampleRows(lang, name string, columns ...string) Field {
	field := NewField(lang, name, FieldRows)
	field.Required = true
	for i := range 2 {
		row := FieldRow{}
		for _, column := range columns {
			f := NewField(lang, column, FieldText)
			f.Name, f.Required = RowName(name, i, column), true
			row.Fields = append(row.Fields, f)
		}
		field.Rows = append(field.Rows, row)
	}
	field.Rows[1].Error = "金额写成数字，例：7500.00"
	return field
}

func sampleFilters(lang string) []Field {
	state := NewField(lang, "state", FieldSelect)
	state.Options, state.Value = append([]Option{{Label: Text(lang, "filter.all")}}, Options(lang, "state", "filed", "accepted", "approved")...), "accepted"
	route := NewField(lang, "route", FieldSelect)
	route.Options = append([]Option{{Label: Text(lang, "filter.all")}}, Options(lang, "route", "审批", "核准", "备案")...)
	return []Field{route, state}
}
