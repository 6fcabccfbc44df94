package projectcode

import (
	"strings"
	"testing"
)

var dict = Dictionary{
	Regions:     map[string]string{"630000": "青海省", "630100": "西宁市", "630102": "城东区", "500118": "永川区"},
	Departments: map[string]string{"04": "国家发展改革委"},
	Industries:  map[string]string{"83": "教育"},
}

func newCode(t *testing.T, region string) Code {
	t.Helper()
	c, err := New2020(2026, 1, region, "04", "01", "23456")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func meanings(e Explanation) string {
	var parts []string
	for _, s := range e.Segments {
		parts = append(parts, s.Name+" "+s.Value+" "+s.Meaning)
	}
	return strings.Join(parts, "|")
}

// CODE-2, CODE-4: each segment in words.
func TestExplainSegments(t *testing.T) {
	t.Parallel()
	c := newCode(t, "630102")
	want := "时间 2601 2026 年 1 月赋码|地区 630102 城东区，审批监管层级：县级|业务指导部门 04 国家发展改革委|" +
		"项目类型 01 基本建设|随机码 23456 赋码时随机产生|校验码 " + c.Digits()[19:] + " 与前 19 位相符"
	if e := Explain(c.Digits(), dict); meanings(e) != want || !e.Valid || e.Code != c.String() {
		t.Errorf("got %s\nwant %s", meanings(e), want)
	}
	want = "年份 2020 2020 年赋码|地区 500118 永川区，审批监管层级：县级|行业 83 教育|类型 03 备案|顺序码 156700 赋码时产生，无校验码"
	if e := Explain("２０２０ 500118 83 03 156700", dict); meanings(e) != want || !e.Valid || e.Scheme != Scheme2017 {
		t.Errorf("got %s\nwant %s", meanings(e), want)
	}
	for region, level := range map[string]string{
		"630000": "青海省，审批监管层级：省级", "630100": "西宁市，审批监管层级：市州级", "632857": "字典中未收录的地区（如开发区），审批监管层级：县级",
		"000052": "字典中未收录的地区（如开发区），审批监管层级：中央",
	} {
		if e := Explain(string(newCode(t, region)), dict); e.Segments[1].Meaning != level {
			t.Errorf("%s: %s, want %s", region, e.Segments[1].Meaning, level)
		}
	}
}

func TestExplainFaults(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ in, reason, segments, code string }{
		{"2607-440300-04-01-000001", "应为 2，写的是 1", "与前 19 位不符，应为 2", "2607-440300-04-01-000001"},
		{"2609 330100 04 01 100001", "应为 4，写的是 1", "应为 4", "2609-330100-04-01-100001"},
		{"2613-630100-04-01-123455", "没有 13 月", "没有 13 月", "2613-630100-04-01-123455"},
		{"2601-910000-89-07-123455", "地区代码 910000", "不存在的类型", "2601-910000-89-07-123455"},
		{"2020-500118-83-09-156700", "类型 09 不存在", "不存在的类型", "2020-500118-83-09-156700"},
		{"abc", "只含数字和连字符", "", ""},
	} {
		e := Explain(tc.in, dict)
		if e.Valid || !strings.Contains(e.Reason, tc.reason) || !strings.Contains(meanings(e), tc.segments) || e.Code != tc.code {
			t.Errorf("%s: %+v", tc.in, e)
		}
		if e.Segments == nil {
			t.Errorf("%s: segments must be a list, so that JSON has no null", tc.in)
		}
	}
}
