package notice_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/notice"
	"qhtz/domain/projectcode"
)

// Ensure every message about reports says which project, by when, what follows, and goes to those whom the rule names
// (REP-1 to REP-6).
func TestReportMessages(t *testing.T) {
	t.Parallel()
	at := time.Date(2027, 2, 2, 0, 0, 0, 0, calendar.Zone)
	due, later := calendar.NewDate(2027, 2, 1), calendar.NewDate(2027, 3, 4)
	p := notice.Project{ID: 7, Code: projectcode.Code("26036301030412345678"), Name: "光伏电站", OwnerID: 1, OwnerName: "某公司", Authority: "630102"}
	owner, authority := notice.Owner(1), notice.Department(domain.DepartmentReform, "630102", "630102")
	supervisor, regulator, water := notice.Supervisor("630102"), notice.Regulator("630102"), notice.Department("水利", "630102", "630102")
	departments := []string{"水利"}
	for kind, c := range map[notice.Kind]struct {
		m    notice.Message
		rule string
		says []string
		to   []notice.Recipient
	}{
		"start_planned":        {notice.StartPlannedMessage(p, at, later), "REP-2", []string{"2027年3月4日"}, []notice.Recipient{authority}},
		"construction_started": {notice.StartedMessage(p, at, due, true, []notice.YearDue{{Year: 2026, Due: due, Overdue: true}, {Year: 2027, Due: later}}), "REP-1", []string{"2027年2月1日开工", "迟于", "2026年度报告的期限为2027年2月1日（已经逾期，请立即补报）；2027年度报告的期限为2027年3月4日。"}, []notice.Recipient{owner, authority}},
		"unlawful_start": {notice.UnlawfulStartMessage(p, at, due, notice.CaseChanged, []string{"甲", "乙"}, departments), "REP-2", []string{"2027年2月1日", "1. 甲", "2. 乙", "已有的监管案件已按更正后的开工报告更新", "补办"},
			[]notice.Recipient{owner, authority, regulator, supervisor, water}},
		"start_delayed":     {notice.StartDelayedMessage(p, at, later, "征地"), "REP-1", []string{"2027年3月4日", "征地"}, []notice.Recipient{authority}},
		"start_prompt":      {notice.StartPromptMessage(p, at, due), "REP-1", []string{"2027年2月1日", "不作信用记录"}, []notice.Recipient{owner}},
		"completion_prompt": {notice.CompletionPromptMessage(p, at, due), "REP-1", []string{"2027年2月1日", "不作信用记录"}, []notice.Recipient{owner}},
		"report_reminder":   {notice.ReportReminderMessage(p, at, 2026, due, true, later), "REP-4", []string{"2026年度报告", "2027年2月1日", "暂定", "2027年3月4日零时"}, []notice.Recipient{owner}},
		"report_overdue":    {notice.ReportOverdueMessage(p, at, 2026, due, later, departments), "REP-4", []string{"应于2027年2月1日（含）前", "2027年3月4日零时", "由监管机构决定"}, []notice.Recipient{owner, authority, water}},
		"annual_reported":   {notice.AnnualReportedMessage(p, at, 2026, true, "1.00", "2.00"), "REP-1", []string{"2026年度报告", "1.00万元", "2.00万元", "逾期"}, []notice.Recipient{authority}},
		"over_invested":     {notice.OverInvestedMessage(p, at, "3.00", "2.00", "涨价"), "REP-3", []string{"3.00万元", "2.00万元", "涨价"}, []notice.Recipient{regulator, authority}},
		"suspended":         {notice.SuspendedMessage(p, at, due, "缺钱"), "REP-1", []string{"自2027年2月1日停工", "缺钱"}, []notice.Recipient{authority}},
		"resumed":           {notice.ResumedMessage(p, at, due), "REP-1", []string{"自2027年2月1日复工"}, []notice.Recipient{authority}},
		"completed":         {notice.CompletedMessage(p, at, due, true, []string{"甲"}, departments), "REP-6", []string{"2027年2月1日", "逾期", "甲"}, []notice.Recipient{owner, authority, water}},
		"report_corrected":  {notice.ReportCorrectedMessage(p, at, "2026年度报告", 2, "漏计"), "REP-5", []string{"2026年度报告", "第2版", "漏计"}, []notice.Recipient{authority}},
		"case_closed":       {notice.CaseClosedMessage(p, at, "补齐"), "REP-2", []string{"结案", "补齐"}, []notice.Recipient{owner, authority, regulator, supervisor}},
	} {
		m := c.m
		if m.Kind != kind || m.Rule != c.rule || *m.ProjectID != 7 || m.ProjectCode != "2603-630103-04-12-345678" || !m.At.Equal(at) {
			t.Errorf("%s: %+v", kind, m)
		}
		for _, s := range append(c.says, "「光伏电站」（2603-630103-04-12-345678）") {
			if !strings.Contains(m.Body, s) {
				t.Errorf("%s: %q does not say %q", kind, m.Body, s)
			}
		}
		if !slices.Equal(m.To, c.to) {
			t.Errorf("%s: to %+v, want %+v", kind, m.To, c.to)
		}
	}
}
