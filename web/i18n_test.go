package web

import (
	"regexp"
	"slices"
	"testing"
)

func TestLocalesAgree(t *testing.T) {
	t.Parallel()
	all, err := locales()
	if err != nil {
		t.Fatal(err)
	}
	placeholder := regexp.MustCompile(`\{[a-z]+\}`)
	for key, chinese := range all[Chinese] {
		english, ok := all[English][key]
		if !ok {
			t.Errorf("%s is missing in English", key)
			continue
		}
		zh, en := placeholder.FindAllString(chinese, -1), placeholder.FindAllString(english, -1)
		slices.Sort(zh)
		slices.Sort(en)
		if !slices.Equal(zh, en) {
			t.Errorf("%s: placeholders %v and %v", key, zh, en)
		}
		if chinese == "" || english == "" {
			t.Errorf("%s is empty", key)
		}
	}
	for key := range all[English] {
		if _, ok := all[Chinese][key]; !ok {
			t.Errorf("%s is missing in Chinese", key)
		}
	}
}

// Every code that the API fixes has a word.
func TestCodesHaveWords(t *testing.T) {
	t.Parallel()
	groups := map[string][]string{
		"state":    {"draft", "submitted", "correcting", "in_review", "refused", "accepted", "filed", "approved", "rejected", "under_construction", "suspended", "completed", "withdrawn", "lapsed"},
		"deadline": {"open", "paused", "met", "late", "missed", "waived", "cancelled", "passed"},
		"light":    {"green", "yellow", "red", "blue"},
		"route":    {"审批", "核准", "备案"},
		"day":      {DayEvent, DayCounted, DayMakeUp, DayWeekend, DayHoliday, DayPaused, DayDue, DayMoved},
		"weekday":  {"1", "2", "3", "4", "5", "6", "7"},
		"task":     {TaskNotStarted, TaskInProgress, TaskDone, TaskProblem, TaskBlocked},
		"unit":     {UnitWorking, UnitNatural},
		"result":   {"project", "code", "unit"},
		"done":     {"filed", "in_review", "submitted"},
		"funding":  {"government", "enterprise", "ppp"},
		"kind":     {"01", "02", "03", "04", "05"},
		"eia":      {"报告书", "报告表", "登记表", "none"},
	}
	for group, codes := range groups {
		for _, code := range codes {
			for _, lang := range Languages {
				if _, ok := lookup(lang, group+"."+code); !ok {
					t.Errorf("%s: no word for %s.%s", lang, group, code)
				}
			}
		}
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		lang, key string
		pairs     []any
		want      string
	}{
		{Chinese, "due.working_day", []any{"n", 3, "total", 20}, "第 3 个工作日，共 20 个"},
		{English, "due.working_day", []any{"n", 3, "total", 20}, "Working day 3 of 20"},
		{"fr", "light.green", nil, "正常"},
		{Chinese, "no.such.key", nil, "no.such.key"},
		{Chinese, "home.nothing", []any{"query", "{at}"}, "没有查到“{at}”"},
	} {
		if got := Text(c.lang, c.key, c.pairs...); got != c.want {
			t.Errorf("Text(%q, %q) = %q, want %q", c.lang, c.key, got, c.want)
		}
	}
	if got := Word(Chinese, "state", "new_state"); got != "new_state" {
		t.Errorf("unknown code = %q", got)
	}
}
