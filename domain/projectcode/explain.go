package projectcode

import (
	"fmt"
	"strings"
)

// Dictionary gives names to the codes inside a code. Nil maps and unknown
// values are fine: reading never depends on them (CODE-2).
type Dictionary struct {
	Regions     map[string]string // six-digit division code → name
	Departments map[string]string // two-digit central department → name
	Industries  map[string]string // two-digit GB/T 4754 division → name
}

// Segment is one part of a code: what it is, what stands there, what it means.
type Segment struct {
	Name    string `json:"name"`
	Value   string `json:"value"`
	Meaning string `json:"meaning"`
}

// Explanation says what a written code is, or why it is none. Code and
// Segments are filled whenever 20 digits could be read, even if they are not
// valid; Scheme is empty when they could not.
type Explanation struct {
	Valid      bool
	Scheme     Scheme
	Code       string // with hyphens
	Segments   []Segment
	Reason     string // a Chinese sentence
	ReasonCode Reason // empty when valid
}

// Explain takes any text apart as a project code. It always succeeds.
func Explain(s string, dict Dictionary) Explanation {
	digits, err := read(s)
	if err != nil {
		return Explanation{Reason: err.Detail, ReasonCode: err.Reason, Segments: []Segment{}}
	}
	e := Explanation{Scheme: schemeOf(digits), Code: hyphenate(digits)}
	if e.Scheme == Scheme2017 {
		e.Segments = dict.segments2017(digits)
	} else {
		e.Segments = dict.segments2020(digits)
	}
	if err := check(digits); err != nil {
		e.Reason, e.ReasonCode = err.Detail, err.Reason
		return e
	}
	e.Valid = true
	e.Reason = "代码有效，校验码相符。"
	if e.Scheme == Scheme2017 {
		e.Reason = "代码格式有效；2020 年 12 月以前的旧码没有校验码，长期有效。"
	}
	return e
}

func (dict Dictionary) segments2020(digits string) []Segment {
	when := fmt.Sprintf("20%s 年 %d 月赋码", digits[:2], number(digits[2:4]))
	if m := digits[2:4]; m < "01" || m > "12" {
		when = fmt.Sprintf("不成立：没有 %s 月", m)
	}
	want, err := CheckDigit(digits[:codeLength-1])
	verdict := "与前 19 位相符"
	if err != nil || want != digits[codeLength-1] {
		verdict = fmt.Sprintf("与前 19 位不符，应为 %c", want)
	}
	return []Segment{
		{"时间", digits[:4], when},
		{"地区", digits[4:10], dict.region(digits[4:10])},
		{"业务指导部门", digits[10:12], known(dict.Departments, digits[10:12], "字典中未收录的部门")},
		{"项目类型", digits[12:14], known(projectTypes, digits[12:14], "不存在的类型")},
		{"随机码", digits[14:19], "赋码时随机产生"},
		{"校验码", digits[19:], verdict},
	}
}

func (dict Dictionary) segments2017(digits string) []Segment {
	return []Segment{
		{"年份", digits[:4], digits[:4] + " 年赋码"},
		{"地区", digits[4:10], dict.region(digits[4:10])},
		{"行业", digits[10:12], known(dict.Industries, digits[10:12], "字典中未收录的行业")},
		{"类型", digits[12:14], known(routes, digits[12:14], "不存在的类型")},
		{"顺序码", digits[14:], "赋码时产生，无校验码"},
	}
}

// region names the division and the level of the authority, which the shape of
// the code tells (CODE-2).
func (dict Dictionary) region(code string) string {
	if checkRegion(code) != nil {
		return "不成立的地区代码"
	}
	level := "县级"
	switch {
	case strings.HasPrefix(code, "00"):
		level = "中央"
	case strings.HasSuffix(code, "0000"):
		level = "省级"
	case strings.HasSuffix(code, "00"):
		level = "市州级"
	}
	return known(dict.Regions, code, "字典中未收录的地区（如开发区）") + "，审批监管层级：" + level
}

func known(names map[string]string, code, otherwise string) string {
	if name := names[code]; name != "" {
		return name
	}
	return otherwise
}
