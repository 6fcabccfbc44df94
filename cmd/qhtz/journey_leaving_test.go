package main

import (
	"net/http"
	"strings"
)

// public fails the test unless page, search, API, export and feed all say so at this instant (CRED-6).
func (s *creditStory) public(listed bool) {
	s.visitor.t.Helper()
	(&unit{bureau: &bureau{booted: s.p}, uscc: s.uscc}).public(listed)
}

// follows: a new 备案 is filed all the same and marked, a request for support is refused with the rule (CRED-9).
func (s *creditStory) follows(unit *client) {
	w := s.owner
	id := w.submits(unit, filingFacts(facts{"name": "盐湖尾矿综合利用项目"}))
	w.open("/my/projects/" + id)
	w.sees("已备案", "黑名单单位，重点监管")
	w.open("/my/credit")
	w.sees("已列入黑名单，2028年4月21日", "申报计划、用能等指标、补贴的，不予受理", "CRED-9")
	w.refusing("/my/support/new")
	w.follow(link("申报扶持"))
	w.sees("申报不予受理", "CRED-9")
	w.set("#f-support_kind", "subsidy")
	w.set("#f-support_project", s.code)
	w.fill("#f-support_text", "设备更新补助")
	if status := w.follow(button("提交申报")); status != http.StatusUnprocessableEntity {
		w.t.Errorf("support for a listed unit answers %d", status)
	}
	w.sees("不予受理", "CRED-9", "查看本单位信用")
	if got := script[string](w, `document.querySelector("#f-support_text").value`); got != "设备更新补助" {
		w.t.Errorf("the text has become %q", got)
	}
}

// mended: evidence for each record, accepted by a regulator; the unit sees what is still missing to leave (CRED-2, CRED-6).
func (s *creditStory) mended() {
	for _, path := range s.records {
		w := s.owner
		w.open("/my" + path)
		w.sees("已经逾期，请马上整改并提交材料")
		w.fill("#f-rectification_text", "已补报并办理变更")
		w.fill("#f-rectification_evidence", "回执第 7 号\n变更备案证明")
		w.follow(button("提交整改材料"))
		w.sees("整改材料已提交，等待审查", "回执第 7 号")
		w = s.second
		w.open("/credit?state=evidence")
		w.follow(link(s.name))
		w.at(path)
		w.click(`//main//summary[contains(., "审查整改材料")]`)
		w.click(`//main//label[normalize-space()="通过"]`)
		w.follow(button("作出审查决定"))
		w.sees("整改审查决定已作出", "已整改")
	}
	s.owner.open("/my/credit")
	s.owner.follow(link("黑名单（"))
	s.owner.sees("还差这些条件", "最短列入期")
	s.owner.lacks("没有全部整改通过")
}

// leaves: after three months the unit signs the commitment and applies; a third person approves, and in the same second
// nobody finds it any more (CRED-6).
func (s *creditStory) leaves() {
	w := s.owner
	w.moveClock("2027-07-21T00:00")
	w.sees("条件已经具备", "信用承诺")
	w.click(`label[for="f-exit_commitment"]`)
	w.follow(button("作出承诺并申请移出"))
	w.sees("移出申请已提交", "移出申请正在审批")
	path := strings.TrimSuffix(strings.TrimPrefix(w.path(), "/my"), "?did=exit")
	s.public(true)
	s.first.open(path)
	s.first.sees("不能审批移出，须由另一人办理")
	t := s.third
	t.open("/credit?state=exit")
	t.follow(link(s.name))
	t.at(path)
	t.click(`//main//summary[contains(., "审批移出")]`)
	t.click(`//main//label[normalize-space()="同意移出"]`)
	t.follow(button("作出决定"))
	t.sees("移出申请已审批", "已移出")
	s.public(false)
	s.visitor.open("/blacklist")
	s.visitor.fill("#q", s.uscc)
	s.visitor.follow(button("查询"))
	s.visitor.sees("未列入")
	s.visitor.lacks("未按规定报告项目信息", "2027年4月21日")
	w.open("/my/credit")
	w.sees("没有生效中的异常信用记录", "已经结束的")
}
