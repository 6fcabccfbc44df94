package projectcode

import (
	"fmt"
	"time"

	"qhtz/domain/calendar"
)

// Switch is the instant from which codes of the current scheme are issued:
// 2020-12-01 00:00 +08:00 (CODE-2).
var Switch = calendar.NewDate(2020, time.December, 1).Start()

// Request is what a code is made of. Department and Type are used from Switch
// on, Industry and Route before it.
type Request struct {
	At         time.Time // the instant of acceptance; its month in +08:00 counts
	Region     string    // division code of the accepting authority
	Department string    // guiding central department, two digits
	Type       string    // 01 基本建设 … 05 其他
	Industry   string    // GB/T 4754 division, two digits
	Route      string    // 01 审批, 02 核准, 03 备案
}

// Prefix returns the scheme of a request and the 14 digits before the serial.
// Errors are *Error.
func Prefix(req Request) (Scheme, string, error) {
	on := calendar.DateOf(req.At)
	if req.At.Before(Switch) {
		p, err := prefix2017(on.Year(), req.Region, req.Industry, req.Route)
		return Scheme2017, p, err
	}
	p, err := prefix2020(on.Year(), int(on.Month()), req.Region, req.Department, req.Type)
	return Scheme2020, p, err
}

// New2020 builds a code of the current scheme and adds its check digit
// (CODE-2, CODE-3). serial5 is five digits.
func New2020(year, month int, region, dept, typ, serial5 string) (Code, error) {
	prefix, err := prefix2020(year, month, region, dept, typ)
	if err != nil {
		return "", err
	}
	return complete(Scheme2020, prefix, serial5)
}

// New2017 builds a code of the old scheme (CODE-4). serial6 is six digits.
func New2017(year int, region, industry2, route2, serial6 string) (Code, error) {
	prefix, err := prefix2017(year, region, industry2, route2)
	if err != nil {
		return "", err
	}
	return complete(Scheme2017, prefix, serial6)
}

// complete adds the serial, and the check digit where there is one.
func complete(s Scheme, prefix, serial string) (Code, error) {
	body := prefix + serial
	want := codeLength
	if s == Scheme2020 {
		want--
	}
	if len(body) != want || !allDigits(serial) {
		return "", refuse(ReasonSerial, "顺序码 %.10q 的位数不对。", serial)
	}
	if s == Scheme2017 {
		return Code(body), nil
	}
	digit, err := CheckDigit(body)
	if err != nil {
		return "", err
	}
	return Code(body + string(rune(digit))), nil
}

func prefix2020(year, month int, region, dept, typ string) (string, error) {
	if year < 2020 || year > 2099 || month < 1 || month > 12 {
		return "", refuse(ReasonTime, "%d 年 %d 月不能赋码。", year, month)
	}
	if len(dept) != 2 || !allDigits(dept) {
		return "", refuse(ReasonDepartment, "业务指导部门 %.10q 应为两位数字。", dept)
	}
	if err := checkRegion(region); err != nil {
		return "", err
	}
	if projectTypes[typ] == "" {
		return "", refuse(ReasonType, "项目类型 %.10q 不存在，只有 01–05。", typ)
	}
	return fmt.Sprintf("%02d%02d%s%s%s", year-2000, month, region, dept, typ), nil
}

func prefix2017(year int, region, industry, route string) (string, error) {
	if year < 2015 || year > 2020 {
		return "", refuse(ReasonTime, "%d 年没有旧码。", year)
	}
	if len(industry) != 2 || !allDigits(industry) {
		return "", refuse(ReasonIndustry, "行业代码 %.10q 应为两位数字。", industry)
	}
	if err := check2017(region, industry, route); err != nil {
		return "", err
	}
	return fmt.Sprintf("%d%s%s%s", year, region, industry, route), nil
}
