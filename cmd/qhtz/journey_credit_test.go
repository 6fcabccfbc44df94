package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestCreditJourneys drives the second half of the tour in a browser: from a report to the blacklist and out of it. What
// does not need the clock comes first, side by side; the story moves it; then everything that has come about is judged.
func TestCreditJourneys(t *testing.T) {
	t.Parallel()
	p := start(t, "2026-03-02T10:00:00+08:00")
	b := startChromium(t)
	t.Run("together", func(t *testing.T) {
		t.Run("started too early", func(t *testing.T) { startedTooEarly(t, b, p) })
		t.Run("without script", func(t *testing.T) { heardWithoutScript(t, b, p) })
	})
	t.Run("story", func(t *testing.T) { fromReportToBlacklist(t, b, p) })
	scenes := creditGallery(t, p)
	t.Run("judged", func(t *testing.T) {
		t.Run("weight", func(t *testing.T) { t.Parallel(); lightweight(t, b, p, creditWeights(scenes)) })
		for turn := range 2 {
			t.Run("accessible", func(t *testing.T) { accessible(t, b, p, scenes, turn, 2) })
		}
	})
}

// creditStory is the people of the tour's second half, each with a page open.
type creditStory struct {
	p                           *booted
	owner, first, second, third *tab
	visitor, bank               *tab
	id, code, name, uscc        string
	records                     []string // paths of the unit's records
}

// fromReportToBlacklist is the tour's second half as people see it (scenarios M4, M5, M7; REP-1, REP-4, CRED-2…9).
func fromReportToBlacklist(t *testing.T, b *chromium, p *booted) {
	s := &creditStory{p: p, owner: b.visit(t, p), first: b.visit(t, p), second: b.visit(t, p), third: b.visit(t, p), visitor: b.visit(t, p), bank: b.visit(t, p)}
	for name, w := range map[string]*tab{"owner2": s.owner, "regulator1": s.first, "regulator2": s.second, "regulator3": s.third, "bank": s.bank} {
		w.signIn(name)
	}
	unit := p.signIn("owner2")
	me := unit.do(t, http.MethodGet, "/api/v1/me", nil).must(t, 200)
	s.name, s.uscc = me.text("organization.name"), me.text("organization.uscc")
	s.id = s.owner.submits(unit, filingFacts(facts{"name": "盐湖提锂中试线项目"}))
	s.code = unit.project(t, s.id).text("code")
	s.owner.reportsStart(s.id, "2026-03-02")
	s.owner.owesAnnual(s.id)
	s.forgets()
	s.accused()
	s.heard()
	s.confirmed()
	s.pending()
	s.listed()
	s.follows(unit)
	s.mended()
	s.leaves()
}

// accused: the proposal is adopted, two more are put forward by the form; all are served at once (CRED-1, CRED-2).
func (s *creditStory) accused() {
	w := s.first
	w.open("/credit")
	w.sees("待处理拟记录", s.name, s.uscc, "平台自动提出")
	w.follow(link(s.name))
	w.at("/credit/records/")
	s.records = append(s.records, w.path())
	w.sees("REP-4", "采用之前不送达单位，不公开，不产生任何影响")
	w.click(`//main//summary[contains(., "采用为拟记录")]`)
	w.follow(button("确认采用"))
	w.sees("已采用", "陈述申辩期至", "2027年3月11日", "须由另一人办理")
	if n := w.count(`form[action$="/confirmation"]`); n != 0 {
		w.t.Error("who adopted it is offered to confirm it")
	}
	for n, what := range []string{"建设内容与备案不符", "施工许可变更未告知"} {
		w.follow(link(s.name))
		w.at("/credit/units/" + s.uscc)
		w.follow(link("提出记录"))
		s.proposes(n, what)
	}
}

// proposes fills the form in; the unit is in the address already.
func (s *creditStory) proposes(n int, what string) {
	w := s.first
	w.sees("提出记录", s.name, "0 条", "满 3 条")
	w.fill("#f-project_code", s.code)
	w.click(`//main//label[contains(., "G2 未按批准的内容组织实施")]`)
	if n == 0 { // the facts were forgotten: everything else stays
		w.refusing("/credit/propose")
		if status := w.follow(button("提出拟记录")); status != http.StatusUnprocessableEntity {
			w.t.Errorf("a record without facts answers %d", status)
		}
		w.sees("有以下问题需要改正", "事实：")
	}
	w.fill("#f-facts", what)
	w.fill("#f-evidence", "现场检查笔录\n照片 6 张")
	w.follow(button("提出拟记录"))
	w.at("/credit/records/")
	w.sees("拟记录已提出", "已在平台送达单位", what, "现场检查笔录")
	s.records = append(s.records, strings.TrimSuffix(w.path(), "?did=proposed"))
}

// heard: the unit says what it has to say; nobody confirms before the window is over, and who proposed never does (CRED-2).
func (s *creditStory) heard() {
	w := s.owner
	w.open("/my/credit")
	w.sees("有 3 条拟记录", "2027年3月11日")
	w.open("/my" + s.records[0])
	w.fill("#f-statement_text", "因机构调整漏报，已安排补报")
	w.follow(button("提交陈述"))
	w.sees("陈述已提交", "因机构调整漏报，已安排补报", "2027年3月11日")
	s.second.open(s.records[0])
	s.second.sees("因机构调整漏报，已安排补报", "陈述申辩期至 2027年3月11日；期满之前，除非单位声明陈述完毕，不能认定")
	if n := s.second.count(`form[action$="/confirmation"]`); n != 0 {
		w.t.Error("confirming is offered before the unit was heard")
	}
	s.first.moveClock("2027-03-12T09:00")
	s.first.open("/credit")
	s.first.sees("须由另一人办理（您已参与）")
	s.first.open(s.records[0])
	s.first.sees("认定或不予认定须由另一人办理")
	if n := s.first.count(`form[action$="/confirmation"]`); n != 0 {
		w.t.Error("who adopted it is offered to confirm it")
	}
}

// confirmed: another regulator confirms, once with the keyboard alone; the unit sees how near it has come (CRED-2, CRED-3).
func (s *creditStory) confirmed() {
	w := s.second
	for n, path := range s.records {
		w.open(path)
		if n == 0 {
			w.confirmsByKeyboard()
		} else {
			w.click(`//main//summary[starts-with(normalize-space(), "认定")]`)
			w.sees("30 日内整改，至 2027年4月12日", fmt.Sprintf("将有 %d 条生效的一般记录", n+1))
			w.follow(button("确认认定"))
		}
		w.sees("已认定，待整改", "2027年4月12日")
	}
	s.owner.open("/my/credit")
	s.owner.sees("有 3 条生效中的异常信用记录", "3 / 3", "2027年4月13日", "触发拟列入黑名单", "还有 31 天")
	s.first.open("/credit/units/" + s.uscc)
	s.first.sees("3 / 3", "2027年4月13日", "达到列入条件", "现在的后果")
}

// confirmsByKeyboard unfolds the form, writes an opinion and confirms with Tab, Enter and letters.
func (w *tab) confirmsByKeyboard() {
	w.t.Helper()
	w.tabTo(`main aside summary`)
	w.press("\r")
	w.sees("30 日内整改，至 2027年4月12日")
	w.tabTo("#f-confirmation_reason")
	w.write("经核查，事实清楚")
	w.tabTo(`form[action$="/confirmation"] button`)
	w.enterKey()
	w.sees("已认定", "经核查，事实清楚")
}

// pending: the trigger falls at midnight; the unit sees the days run and objects, a third person decides (CRED-3, CRED-4).
func (s *creditStory) pending() {
	w := s.owner
	w.moveClock("2027-04-13T00:00")
	w.open("/my/credit")
	w.sees("拟列入黑名单，请尽快处理", "2027年4月20日", "还有 7 天", "逾期未整改")
	w.follow(link("黑名单（"))
	w.at("/my/credit/listings/")
	path := strings.TrimPrefix(w.path(), "/my")
	w.sees("拟列入", "列入黑名单并公开", "为什么列入", "CRED-3", "青政办〔2017〕32号")
	w.fill("#f-objection_text", "三条记录为同一事实")
	w.follow(button("提出异议"))
	w.sees("异议已提出，裁定前不列入", "三条记录为同一事实")
	s.visitor.open("/blacklist/" + s.uscc)
	s.visitor.sees("未列入")

	s.second.open(path)
	s.second.sees("不能裁定异议，须由另一人办理")
	t := s.third
	t.refusing(path + "/objection")
	t.open("/credit?state=objection")
	t.follow(link(s.name))
	t.at(path)
	t.click(`//main//summary[contains(., "裁定异议")]`)
	t.click(`//main//label[normalize-space()="异议不成立"]`)
	t.fill("#f-objection_reason", "事实各不相同")
	t.follow(button("作出裁定"))
	t.sees("异议已裁定", "异议不成立", "事实各不相同")
}

// listed: at midnight after the window everybody who asks is told, with reasons, basis and dates; whoever has no business
// with the rest sees no more (CRED-5, CRED-6, CRED-8).
func (s *creditStory) listed() {
	s.third.moveClock("2027-04-21T00:00")
	s.public(true)
	for _, w := range []*tab{s.visitor, s.bank} {
		for _, words := range []string{s.uscc, fullWidth(s.uscc), s.name, "昆仑矿业"} {
			w.open("/blacklist")
			w.fill("#q", words)
			if status := w.follow(button("查询")); status != http.StatusOK {
				w.t.Errorf("searching for %q answers %d", words, status)
			}
			w.sees(s.name, "未按规定报告项目信息", "青政办〔2017〕32号", "2027年4月21日", "2028年4月21日")
		}
		w.follow(link(s.name))
		w.at("/blacklist/" + s.uscc)
		w.sees("截至 2027年4月21日 00:00:00，已列入黑名单", "为什么列入", "未按规定报告项目信息", "未按批准的内容组织实施", s.code, "2027年3月12日", "2027年4月12日", "逾期未整改", "CRED-3",
			"青政办〔2017〕32号", "2028年4月21日", "列入过程", "异议期届满")
		w.lacks("监管一岗", "监管二岗", "监管三岗", "昆仑矿业经办", "因机构调整漏报", "建设内容与备案不符", "现场检查笔录")
		w.open("/?q=" + url.QueryEscape(s.name))
		w.sees("已列入黑名单")
	}
	s.bank.refusing("/credit")
	for _, path := range []string{"/credit", "/credit/units/" + s.uscc, s.records[0]} {
		if status := s.bank.open(path); status != http.StatusForbidden && status != http.StatusNotFound {
			s.bank.t.Errorf("a bank's %s answers %d", path, status)
		}
		s.bank.lacks("监管一岗", "因机构调整漏报")
	}
}

// heardWithoutScript is the main steps with forms alone: put forward, not confirmed by the same person, heard, confirmed,
// mended, accepted (CRED-2).
func heardWithoutScript(t *testing.T, b *chromium, p *booted) {
	t.Parallel()
	owner, first, second := b.visit(t, p), b.visit(t, p), b.visit(t, p)
	for name, w := range map[string]*tab{"owner3": owner, "regulator1": first, "regulator2": second} {
		w.withoutScript()
		w.signIn(name)
	}
	unit := p.signIn("owner3")
	uscc := unit.do(t, http.MethodGet, "/api/v1/me", nil).must(t, 200).text("organization.uscc")
	id := owner.submits(unit, filingFacts(facts{"name": "河湟水泥制品厂项目"}))
	owner.reportsStart(id, "2026-02-24")
	first.open("/credit/propose?uscc=" + uscc)
	first.click(`//main//label[contains(., "G7")]`)
	first.click(`//main//label[normalize-space()="重大"]`)
	first.fill("#f-facts", "未按要求设置公示牌")
	first.follow(button("提出拟记录"))
	record := strings.TrimSuffix(first.path(), "?did=proposed")
	first.sees("拟记录已提出", "认定或不予认定须由另一人办理")
	owner.open("/my" + record)
	owner.fill("#f-statement_text", "情况属实")
	owner.click(`label[for="f-statement_final"]`)
	owner.follow(button("提交陈述"))
	owner.sees("陈述已提交", "等待监管部门决定")
	second.open(record)
	second.click(`//main//summary[starts-with(normalize-space(), "认定")]`)
	second.follow(button("确认认定"))
	second.sees("已认定，待整改", "2026年5月6日")
	owner.open("/my" + record)
	owner.fill("#f-rectification_text", "已设置公示牌")
	owner.follow(button("提交整改材料"))
	owner.sees("整改材料正在审查")
	second.open(record)
	second.click(`//main//summary[contains(., "审查整改材料")]`)
	second.click(`//main//label[normalize-space()="通过"]`)
	second.follow(button("作出审查决定"))
	second.sees("已整改")
	owner.open("/my/credit")
	owner.sees("1 / 1", "已整改")
	second.open("/blacklist")
	second.fill("#q", uscc)
	second.follow(button("查询"))
	second.sees("未列入")
}
