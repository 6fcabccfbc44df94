package projectcode

import "fmt"

// Reason says in one word what is wrong with a code.
type Reason string

// The reasons for which a code is refused.
const (
	ReasonEmpty      Reason = "empty"      // nothing was entered
	ReasonTooLong    Reason = "too_long"   // more text than any written form
	ReasonCharacter  Reason = "character"  // something other than digits, hyphens and spaces
	ReasonLength     Reason = "length"     // not 20 digits
	ReasonLayout     Reason = "layout"     // hyphens or spaces in the wrong places
	ReasonTime       Reason = "time"       // impossible year or month
	ReasonRegion     Reason = "region"     // not shaped like a division code
	ReasonDepartment Reason = "department" // not two digits; only when issuing
	ReasonIndustry   Reason = "industry"   // not 01–97
	ReasonType       Reason = "type"       // project type not 01–05
	ReasonRoute      Reason = "route"      // not 01, 02 or 03
	ReasonSerial     Reason = "serial"     // serial of the wrong shape; only when issuing
	ReasonCheck      Reason = "check"      // the check digit does not fit
)

// Error is what is wrong with a code or its parts. Detail is a Chinese
// sentence for the person who entered it.
type Error struct {
	Reason Reason
	Detail string
}

// Error returns reason and detail.
func (e *Error) Error() string { return fmt.Sprintf("project code: %s: %s", e.Reason, e.Detail) }

func refuse(r Reason, format string, args ...any) *Error {
	return &Error{Reason: r, Detail: fmt.Sprintf(format, args...)}
}

// CheckDigit computes the last digit of a new code from the 19 before it, by
// ISO/IEC 7064 MOD 11,10 (CODE-3).
func CheckDigit(first19 string) (byte, error) {
	if len(first19) != codeLength-1 || !allDigits(first19) {
		return 0, refuse(ReasonLength, "校验码由前 19 位数字算出。")
	}
	p := 10
	for _, d := range []byte(first19) {
		s := (p + int(d-'0')) % 10
		if s == 0 {
			s = 10
		}
		p = s * 2 % 11
	}
	return '0' + byte((11-p)%10), nil
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// check applies the rules of its scheme to 20 digits (CODE-2 to CODE-4). It
// returns nil or the first thing that is wrong, from left to right.
func check(digits string) *Error {
	if schemeOf(digits) == Scheme2017 {
		return check2017(digits[4:10], digits[10:12], digits[12:14])
	}
	if err := check2020(digits); err != nil {
		return err
	}
	want, err := CheckDigit(digits[:codeLength-1])
	if err != nil || digits[codeLength-1] != want {
		return refuse(ReasonCheck, "校验码不符：应为 %c，写的是 %c。", want, digits[codeLength-1])
	}
	return nil
}

// check2020 checks all but the check digit.
func check2020(digits string) *Error {
	if m := digits[2:4]; m < "01" || m > "12" {
		return refuse(ReasonTime, "时间代码 %s 不成立：没有 %s 月，也不是 2015–2020 年的旧码。", digits[:4], m)
	}
	if digits[:2] < "20" {
		return refuse(ReasonTime, "时间代码 %s 不成立：2020 年以前没有这种代码。", digits[:4])
	}
	if err := checkRegion(digits[4:10]); err != nil {
		return err
	}
	if t := digits[12:14]; projectTypes[t] == "" {
		return refuse(ReasonType, "项目类型 %s 不存在，只有 01–05。", t)
	}
	return nil
}

func check2017(region, industry, route string) *Error {
	if err := checkRegion(region); err != nil {
		return err
	}
	if industry < "01" || industry > "97" {
		return refuse(ReasonIndustry, "行业代码 %s 不存在，只有 01–97。", industry)
	}
	if routes[route] == "" {
		return refuse(ReasonRoute, "类型 %s 不存在，只有 01 审批、02 核准、03 备案。", route)
	}
	return nil
}

// checkRegion asks only for the shape of a division code: development zones
// have codes outside GB/T 2260, and central projects begin with 00 (CODE-2).
func checkRegion(region string) *Error {
	if len(region) == 6 && allDigits(region) {
		if region[:2] == "00" || (region[0] >= '1' && region[0] <= '8') {
			return nil
		}
	}
	return refuse(ReasonRegion, "地区代码 %s 不成立。", region)
}

var projectTypes = map[string]string{
	"01": "基本建设", "02": "技术改造", "03": "单纯购置", "04": "信息化", "05": "其他",
}

var routes = map[string]string{"01": "审批", "02": "核准", "03": "备案"}
