package main

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// officerDecides: what is missing is asked for once, the unit answers just that, and is accepted; refusing takes a
// reason (FILE-5).
func officerDecides(t *testing.T, b *chromium, p *booted) {
	t.Parallel()
	owner := p.signIn("owner1")
	asked := owner.file(t, sanctionFacts(facts{"name": "跨区域客运枢纽项目"})).must(t, 200).text("id")
	refused := owner.file(t, sanctionFacts(facts{"name": "跨区域物资储备项目"})).must(t, 200).text("id")

	officer := b.visit(t, p)
	officer.signIn("fgw-handler")
	officer.at("/queue")
	officer.follow(link("跨区域客运枢纽项目"))
	officer.at("/cases/" + asked)
	officer.sees("作出决定", "期限：", "2026年2月24日 24:00 前", "到期没有答复，自 2026年2月10日 起视为受理", "FILE-5")
	officer.asksForCorrections()
	officer.at("/cases/" + asked)
	officer.sees("决定已作出", "待补正")
	ownerAnswers(t, b, p, asked)

	officer.open("/cases/" + asked)
	officer.sees("与上次提交相比", "新建教学楼一栋及配套设施", "客运枢纽一座，建筑面积 9000 平方米", "第 2 次提交", "已经要求过一次补正")
	if n := officer.count(".choice-box.correct"); n != 0 {
		t.Error("a second request for corrections is offered")
	}
	officer.click(".choice-box.accept summary")
	officer.sees("点击后立即赋码")
	officer.fill("#f-opinion", "材料齐全，符合受理条件")
	officer.follow(button("确认受理"))
	officer.at("/cases/" + asked)
	officer.sees("决定已作出", "已受理", "材料齐全，符合受理条件")
	checkCode(t, owner.project(t, asked).text("code"), "2602-630000-04-01-")
	officer.refuses(refused)
	owner.project(t, refused).expect(t, values{"state": "refused", "code": ""})
}

func (w *tab) asksForCorrections() {
	w.t.Helper()
	w.click(".choice-box.correct summary")
	w.sees("只能要求一次，请列全")
	w.set(`[name="corrections.0.field"]`, "content")
	w.fill(`[name="corrections.0.what"]`, "写明建筑面积")
	w.follow(button("增加一行"))
	w.set(`[name="corrections.1.field"]`, "site")
	w.fill(`[name="corrections.1.what"]`, "补充门牌号")
	if got := script[string](w, `document.querySelector('[name="corrections.0.what"]').value`); got != "写明建筑面积" {
		w.t.Errorf("adding a row leaves %q in the first", got)
	}
	w.follow(button("一次性告知补正"))
}

// ownerAnswers: the unit sees what is asked for and may change nothing else.
func ownerAnswers(t *testing.T, b *chromium, p *booted, id string) {
	t.Helper()
	w := b.visit(t, p)
	w.refusing("/q/investment")
	w.signIn("owner1")
	w.follow(link("跨区域客运枢纽项目"))
	w.at("/my/projects/" + id)
	w.sees("要求补正 2 项", "写明建筑面积", "补充门牌号", "2026年3月9日 24:00 前")
	if n := w.count(".tasks a"); n != 3 { // the two, and submitting
		t.Errorf("%d tasks, want three", n)
	}
	if status := w.open("/my/projects/" + id + "/q/investment"); status != http.StatusUnprocessableEntity {
		t.Errorf("what was not asked for answers %d", status)
	}
	w.sees("没有要求修改", "FILE-5")
	w.open("/my/projects/" + id)
	w.follow(link("建设地点"))
	if n := w.count("#f-region"); n != 0 {
		t.Error("the region may be changed, though it was not asked for")
	}
	w.fill("#f-site", "经二路 8 号")
	w.follow(button("保存并继续"))
	w.fill("#f-content", "客运枢纽一座，建筑面积 9000 平方米")
	w.follow(button("保存并继续"))
	w.at("/my/projects/" + id + "/check")
	if status := w.follow(button("作出承诺并提交")); status != http.StatusOK {
		t.Fatalf("answering gives %d: %s", status, w.shows())
	}
	w.sees("已提交，等待受理", "为什么是这一天")
}

func (w *tab) refuses(id string) {
	w.t.Helper()
	w.refusing("/cases/" + id + "/decision")
	w.open("/cases/" + id)
	w.click(".choice-box.refuse summary")
	if status := w.follow(button("确认不予受理")); status != http.StatusUnprocessableEntity {
		w.t.Errorf("refusing without a reason answers %d", status)
	}
	w.sees("有以下问题需要改正", "理由：")
	w.fill("#f-reason", "不属于本机关受理范围")
	w.follow(button("确认不予受理"))
	w.sees("决定已作出", "不予受理", "不属于本机关受理范围")
}

// staleCase: a page that is older than the case decides nothing, says so, and keeps what was typed, whether there is
// still something to decide or not.
func staleCase(t *testing.T, b *chromium, p *booted) {
	t.Parallel()
	owner := p.signIn("owner2")
	over := owner.file(t, filingFacts(facts{"name": "硫酸储罐检修项目"})).must(t, 200).text("id")
	open := owner.file(t, filingFacts(facts{"name": "硫酸管廊改造项目"})).must(t, 200).text("id")
	first := b.visit(t, p)
	first.refusing("/decision")
	first.signIn("cd-handler")
	second := first.another()
	const opinion = "现场核对过，同意备案"
	typed := func(id string) {
		first.open("/cases/" + id)
		first.click(".choice-box.accept summary")
		first.fill("#f-opinion", opinion)
	}
	tooLate := func(id, state string) {
		if status := first.follow(button("确认备案")); status != http.StatusConflict {
			t.Errorf("the stale page is answered with %d", status)
		}
		first.at("/cases/" + id)
		first.sees("您打开之后，案件有变动", "现在的状态是“"+state+"”", "刚才的决定没有作出")
	}

	typed(over)
	second.open("/cases/" + over)
	second.click(".choice-box.refuse summary")
	second.fill("#f-reason", "缺少安全条件论证")
	second.follow(button("确认不予备案"))
	tooLate(over, "不予受理")
	first.sees("您刚才写的内容：" + opinion)
	owner.project(t, over).expect(t, values{"state": "refused", "code": ""})

	typed(open)
	second.open("/cases/" + open)
	second.click(`//main//summary[contains(., "改变办理方式")]`)
	second.click(`//main//label[normalize-space()="核准"]`)
	second.fill(`[name="route_reason"]`, "属于危险化学品项目")
	second.follow(button("确认改变"))
	owner.project(t, open).expect(t, values{"state": "submitted", "route": "核准"})
	if status := first.follow(button("确认备案")); status != http.StatusConflict {
		t.Errorf("the stale page is answered with %d", status)
	}
	first.sees("您打开之后，案件有变动", "现在的状态是“已提交”")
	if got := script[string](first, `document.querySelector("details[open] #f-opinion").value`); got != opinion {
		t.Errorf("the opinion has become %q", got)
	}
}

// silence is scenario M2 as people see it (FILE-5, CAL-1, CAL-5): nobody answers, and the clock in the page head is moved.
func silence(t *testing.T, b *chromium, p *booted) {
	owner := b.visit(t, p)
	id := p.signIn("owner1").draft(t, sanctionFacts(facts{"name": "跨区域输水管线项目"}))
	owner.signIn("owner1")
	owner.open("/my/projects/" + id + "/check")
	owner.follow(button("作出承诺并提交"))
	owner.sees("已提交，等待受理", "2026年2月24日", "现在由青海省发展和改革委员会办理")
	owner.follow(link("为什么是这一天"))
	owner.at("/deadlines/")
	why := owner.path()
	owner.explainsTheFestival()

	officer := b.visit(t, p)
	officer.signIn("fgw-handler")
	officer.inQueue("跨区域输水管线项目", "green", "2026年2月24日")
	officer.moveClock("2026-02-24T23:59")
	officer.inQueue("跨区域输水管线项目", "yellow", "2026年2月24日")
	officer.open("/cases/" + id)
	officer.sees("已提交", "今天到期")
	officer.moveClock("2026-02-25T00:00")
	officer.at("/cases/" + id)
	officer.sees("已受理", "逾期未告知，视为受理", "自 2026年2月10日 起", "2026年3月16日")
	officer.open("/queue?state=submitted")
	officer.lacks("跨区域输水管线项目")
	officer.noticed("跨区域输水管线项目", id)

	owner.open(why)
	owner.sees("未办结")
	owner.noticed("跨区域输水管线项目", id)
	supervisor := b.visit(t, p)
	supervisor.signIn("supervisor")
	supervisor.at("/inbox")
	supervisor.sees("跨区域输水管线项目", "FILE-5")
	code := p.signIn("owner1").project(t, id).text("code")
	supervisor.open("/projects/" + code)
	supervisor.sees("视为受理", "2026年2月10日")
}

// explainsTheFestival: each day from the submission to the due date with the reason why it counts or not.
func (w *tab) explainsTheFestival() {
	w.t.Helper()
	w.sees("受理审查", "2026年2月24日 24:00 前")
	w.click(".strip-table summary")
	for row, want := range map[int]string{1: "2月10日", 5: "第 4 个工作日", 6: "春节"} {
		if got := w.text(fmt.Sprintf(".strip-table tbody tr:nth-child(%d)", row)); !strings.Contains(got, want) {
			w.t.Errorf("row %d is %q, want %q", row, got, want)
		}
	}
	if got := w.text(".strip-table tbody tr:nth-child(5)"); !strings.Contains(got, "2月14日") || !strings.Contains(got, "调休上班") {
		w.t.Errorf("the make-up day is %q", got)
	}
	if rows, counted := w.count(".strip .day"), w.count(".strip .day.counted, .strip .day.makeup, .strip .day.due"); rows != 15 || counted != 5 {
		w.t.Errorf("%d days, %d of them counted, want 15 and 5", rows, counted)
	}
}

// inQueue finds a project in the list with its light and date; the menu counts as many as the list has.
func (w *tab) inQueue(name, light, due string) {
	w.t.Helper()
	w.open("/queue?state=submitted")
	row := `//tr[.//a[normalize-space()="` + name + `"]]`
	if got := w.text(row); !strings.Contains(got, due) {
		w.t.Errorf("the row is %q, want %s", got, due)
	}
	act(w, "light "+light, chromedp.WaitReady(chromedp.Search(row+`//span[contains(@class, "`+light+`")]`)))
	if got := w.text(".side [aria-current] .count"); got != strconv.Itoa(w.count("tbody tr")) {
		w.t.Errorf("the menu counts %s, the list has %d", got, w.count("tbody tr"))
	}
}

// moveClock moves the development clock in the page head.
func (w *tab) moveClock(to string) {
	w.t.Helper()
	w.set("#dev-now", to)
	if status := w.follow(`form.dev button[name="move"]`); status != http.StatusOK {
		w.t.Fatalf("moving the clock answers %d: %s", status, w.shows())
	}
}

// noticed: the inbox tells of a project, and leads to it.
func (w *tab) noticed(name, id string) {
	w.t.Helper()
	w.open("/inbox")
	w.sees(name, "FILE-5")
	if status := w.follow(`//li[contains(., "` + name + `") and contains(., "FILE-5")]//a`); status != http.StatusOK || !strings.Contains(w.path(), id) {
		w.t.Errorf("the notice leads to %s, which answers %d", w.path(), status)
	}
	w.sees(name)
}
