package notice_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/notice"
	"qhtz/domain/projectcode"
)

// Ensure every message says which project, what was decided and by when, and goes to those whom the rule names.
func TestMessages(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, calendar.Zone)
	first, second := calendar.NewDate(2026, 3, 30), calendar.NewDate(2026, 3, 16)
	p := notice.Project{ID: 7, Code: projectcode.Code("26036301030412345678"), Name: "光伏电站", OwnerID: 1, OwnerName: "某公司", Authority: "630102"}
	owner, authority, supervisor := notice.Owner(1), notice.Department(domain.DepartmentReform, "630102", "630102"), notice.Supervisor("630102")
	from := notice.Department(domain.DepartmentReform, "630100", "630100")
	for kind, c := range map[notice.Kind]struct {
		m    notice.Message
		rule string
		says []string
		to   []notice.Recipient
	}{
		"filed":               {notice.FiledMessage(p, at), "FILE-4", []string{"备案"}, []notice.Recipient{owner, authority}},
		"filed_by_silence":    {notice.FiledBySilenceMessage(p, at), "FILE-4", []string{"视为备案"}, []notice.Recipient{owner, authority}},
		"sent_to_review":      {notice.SentToReviewMessage(p, at, []string{"甲", "乙"}, first), "FILE-4", []string{"1. 甲", "2. 乙", "2026年3月30日"}, []notice.Recipient{owner, authority}},
		"review_overdue":      {notice.ReviewOverdueMessage(p, at, first), "FILE-6", []string{"2026年3月30日", "不因期满而备案"}, []notice.Recipient{supervisor, authority}},
		"submitted":           {notice.SubmittedMessage(p, at, first), "FILE-5", []string{"某公司", "2026年3月30日"}, []notice.Recipient{authority}},
		"resubmitted":         {notice.ResubmittedMessage(p, at, first), "FILE-5", []string{"不得再次要求补正"}, []notice.Recipient{authority}},
		"accepted":            {notice.AcceptedMessage(p, at, first, second), "FILE-5", []string{"法定办结日期为2026年3月30日", "承诺办结日期为2026年3月16日"}, []notice.Recipient{owner}},
		"accepted_by_silence": {notice.AcceptedBySilenceMessage(p, at, second, first), "FILE-5", []string{"自2026年3月16日起视为受理", "2026年3月30日"}, []notice.Recipient{owner, authority, supervisor}},
		"refused":             {notice.RefusedMessage(p, at, "FILE-6", "淘汰类", "六十日内申请复议"), "FILE-6", []string{"原因：淘汰类", "六十日内申请复议"}, []notice.Recipient{owner}},
		"corrections_asked":   {notice.CorrectionsAskedMessage(p, at, []string{"补盖章"}, first), "FILE-5", []string{"需补正：补盖章", "2026年3月30日"}, []notice.Recipient{owner}},
		"correction_reminder": {notice.CorrectionReminderMessage(p, at, first), "FILE-5", []string{"2026年3月30日"}, []notice.Recipient{owner}},
		"closed_unanswered":   {notice.ClosedUnansweredMessage(p, at, first), "FILE-5", []string{"视为撤回"}, []notice.Recipient{owner, authority}},
		"promise_passed":      {notice.PromisePassedMessage(p, at, second, first), "CAL-4", []string{"承诺办结日期2026年3月16日", "法定办结日期为2026年3月30日"}, []notice.Recipient{authority}},
		"decision_overdue":    {notice.DecisionOverdueMessage(p, at, first), "FILE-7", []string{"2026年3月30日"}, []notice.Recipient{authority, supervisor}},
		"transferred":         {notice.TransferredMessage(p, at, "630100", "西宁市", "城东区", "属地"), "FILE-13", []string{"由西宁市移交城东区", "属地"}, []notice.Recipient{owner, authority, from}},
		"withdrawn":           {notice.WithdrawnMessage(p, at, "不建了"), "FILE-5", []string{"某公司撤回", "不建了"}, []notice.Recipient{authority}},
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
		if len(m.To) != len(c.to) {
			t.Errorf("%s: to %+v, want %+v", kind, m.To, c.to)
			continue
		}
		for i := range m.To {
			if m.To[i] != c.to[i] {
				t.Errorf("%s: to %+v, want %+v", kind, m.To[i], c.to[i])
			}
		}
		var back notice.Message
		b, _ := json.Marshal(m)
		if err := json.Unmarshal(b, &back); err != nil || back.Body != m.Body || back.To[0] != m.To[0] {
			t.Errorf("%s: does not survive the outbox: %v", kind, err)
		}
	}
	p.Code = ""
	if m := notice.SubmittedMessage(p, at, first); m.ProjectCode != "" || strings.Contains(m.Body, "（") {
		t.Errorf("without a code: %+v", m)
	}
}
