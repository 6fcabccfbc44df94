package project

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/catalogue"
)

// Kinds are the project types of the code (CODE-2).
var Kinds = map[string]string{"01": "基本建设", "02": "技术改造", "03": "单纯购置", "04": "信息化", "05": "其他"}

// Natures are the kinds of construction.
var Natures = []string{"新建", "扩建", "改建", "迁建", "技改", "购置"}

// EIAs are the forms of environmental assessment.
var EIAs = []string{"报告书", "报告表", "登记表", "none"}

// Fundings are the sources that decide the route.
var Fundings = map[string]string{FundGovernment: "政府投资", FundEnterprise: "企业投资", FundPPP: "政府和社会资本合作"}

// MaxInvestment is the largest amount taken for a project, 1 万亿元: more is a slip of the pen.
const MaxInvestment domain.Money = 100_000_000_00

// checker gathers what is wrong with each field.
type checker struct {
	f     Facts
	book  *catalogue.Book
	wrong map[string]string
}

// Check judges all facts for submission and names every missing or wrong field (FILE-3, FILE-4). FILE-3 fixes
// what must be there; what else is stated must make sense.
func (f Facts) Check(book *catalogue.Book) map[string]string {
	c := &checker{f: f, book: book, wrong: map[string]string{}}
	c.text("name", f.Name, 2, 200, true)
	c.text("site", f.Site, 1, 300, true)
	c.text("scale", f.Scale, 1, 1000, true)
	c.text("content", f.Content, 1, 4000, true)
	c.choices()
	c.places()
	c.money()
	c.dates()
	c.quantities()
	if !f.PolicyDeclaration {
		c.say("policy_declaration", "需要声明项目符合产业政策。")
	}
	return c.wrong
}

func (c *checker) say(field, what string) {
	if _, said := c.wrong[field]; !said {
		c.wrong[field] = what
	}
}

func (c *checker) text(field, s string, least, most int, required bool) {
	s = strings.TrimSpace(s)
	n := utf8.RuneCountInString(s)
	switch {
	case n == 0 && required:
		c.say(field, "请填写。")
	case n == 0:
	case n < least:
		c.say(field, fmt.Sprintf("至少 %d 个字。", least))
	case n > most:
		c.say(field, fmt.Sprintf("最多 %d 个字，现在 %d 个。", most, n))
	case strings.ContainsFunc(s, misleading):
		c.say(field, "含有看不见的或改变文字方向的字符，请删去。")
	}
}

// misleading characters make a name look like another one.
func misleading(r rune) bool {
	return unicode.Is(unicode.Cf, r) || r == utf8.RuneError || unicode.Is(unicode.Co, r)
}

func (c *checker) choices() {
	f := c.f
	if _, ok := Fundings[f.Funding]; !ok {
		c.say("funding", "请选择 government、enterprise 或 ppp。")
	}
	if _, ok := Kinds[f.Kind]; !ok {
		c.say("kind", "请选择 01 基本建设、02 技术改造、03 单纯购置、04 信息化或 05 其他。")
	}
	if f.Nature != "" && !slices.Contains(Natures, f.Nature) {
		c.say("nature", "请选择"+strings.Join(Natures, "、")+"之一。")
	}
	if f.Route != "" && f.Route != RouteApproval && f.Route != RouteSanction && f.Route != RouteFiling {
		c.say("route", "请选择审批、核准或备案。")
	}
	if f.EIA != "" && !slices.Contains(EIAs, f.EIA) {
		c.say("eia", "请选择报告书、报告表、登记表或 none。")
	}
	known := c.book.Library.Items.At(c.book.Now).Content.Names()
	for _, n := range f.Needs {
		if !slices.Contains(known, n) {
			c.say("needs", fmt.Sprintf("没有“%s”这一项，可填：%s。", n, strings.Join(known, "、")))
		}
	}
	c.text("capacity_plan_no", f.CapacityPlanNo, 1, 100, false)
}

func (c *checker) places() {
	lib := c.book.Library
	if c.f.Region == "" {
		c.say("region", "请选择建设地点所在的行政区划。")
	} else if !lib.Regions.At(c.book.Now).Content.Valid(c.f.Region, c.book.Today()) {
		c.say("region", "没有这个行政区划代码，或它已经停用。")
	}
	if c.f.Industry == "" {
		c.say("industry", "请填写国民经济行业代码。")
	} else if !lib.Industries.At(c.book.Now).Content.Valid(c.f.Industry) {
		c.say("industry", "应为 GB/T 4754 的 2 至 4 位行业代码，例如 83。")
	}
}

func (c *checker) money() {
	total, ok := c.f.Investment()
	switch {
	case strings.TrimSpace(c.f.TotalInvestment) == "":
		c.say("total_investment", "请填写总投资（万元），例如 12500.00。")
	case !ok:
		c.say("total_investment", "应为以万元计的数，最多两位小数，例如 12500.00。")
	case total <= 0:
		c.say("total_investment", "应大于 0。")
	case total > MaxInvestment:
		c.say("total_investment", "超过 1 万亿元，请核对单位是否为万元。")
	}
	var sum domain.Money
	for i, s := range c.f.CapitalSources {
		amount, err := domain.ParseMoney(strings.TrimSpace(s.Amount))
		switch {
		case strings.TrimSpace(s.Source) == "":
			c.say("capital_sources", fmt.Sprintf("第 %d 项没有写资金来源。", i+1))
		case err != nil || amount < 0 || amount > MaxInvestment:
			c.say("capital_sources", fmt.Sprintf("第 %d 项的金额应为不小于 0 的万元数。", i+1))
		}
		sum += amount
	}
	if ok && total > 0 && sum > total {
		c.say("capital_sources", fmt.Sprintf("各项合计 %s 万元，超过总投资 %s 万元。", sum, total))
	}
}

func (c *checker) dates() {
	start, okStart := c.date("planned_start", c.f.PlannedStart)
	end, okEnd := c.date("planned_completion", c.f.PlannedCompletion)
	if okStart && okEnd && end < start {
		c.say("planned_completion", "早于计划开工日期。")
	}
}

func (c *checker) date(field, s string) (calendar.Date, bool) {
	if s == "" {
		return 0, false
	}
	d, err := calendar.ParseDate(s)
	if err != nil {
		c.say(field, "应为实际存在的日期，写作 2026-03-01。")
		return 0, false
	}
	if y := d.Year(); y < 1990 || y > c.book.Today().Year()+50 {
		c.say(field, "年份不合理，请核对。")
		return 0, false
	}
	return d, true
}

func (c *checker) quantities() {
	for field, v := range map[string]*float64{"energy_tce": c.f.EnergyTCE, "electricity_gwh": c.f.ElectricityGWh} {
		if v != nil && (*v < 0 || *v > 1e9) {
			c.say(field, "应为不小于 0 的合理数值。")
		}
	}
	if k := c.f.Capacity; k != nil {
		c.text("capacity", k.What, 1, 200, true)
		if n, err := domain.ParseMoney(strings.TrimSpace(string(k.Amount))); k.Amount != "" && (err != nil || n < 0) {
			c.say("capacity", "产能数量应为不小于 0 的数，最多两位小数。")
		}
	}
}
