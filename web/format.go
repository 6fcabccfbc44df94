package web

import (
	"fmt"
	"strings"
	"time"
)

// Shanghai is the platform's only time zone (CAL-1); fixed, because it has had no daylight saving since 1991.
var Shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// FormatDate writes the civil date of t at +08:00: 2026年11月23日, in English 23 November 2026.
func FormatDate(lang string, t time.Time) string {
	t = t.In(Shanghai)
	if lang == English {
		return t.Format("2 January 2006")
	}
	return t.Format("2006年1月2日")
}

// FormatInstant writes date and minute at +08:00.
func FormatInstant(lang string, t time.Time) string {
	return FormatDate(lang, t) + t.In(Shanghai).Format(" 15:04")
}

// FormatAsOf writes date and second at +08:00, for "截至 …".
func FormatAsOf(lang string, t time.Time) string {
	return FormatDate(lang, t) + t.In(Shanghai).Format(" 15:04:05")
}

// FormatDue puts a due instant into words. The stored instant is the moment after the last day (CAL-2), so midnight is
// written as the end of the day before.
func FormatDue(lang string, dueAt time.Time) string {
	dueAt = dueAt.In(Shanghai)
	if dueAt.Hour() == 0 && dueAt.Minute() == 0 && dueAt.Second() == 0 {
		return Text(lang, "due.end_of_day", "date", FormatDate(lang, dueAt.Add(-time.Nanosecond)))
	}
	return Text(lang, "due.at", "instant", FormatInstant(lang, dueAt))
}

// FormatMoney groups the digits of a decimal amount in 万元: "1254000.00" → "1,254,000.00". Anything that is no plain
// decimal number comes back unchanged.
func FormatMoney(amount string) string {
	sign, digits := "", amount
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	whole, fraction, dotted := strings.Cut(digits, ".")
	if whole == "" || strings.Trim(whole+fraction, "0123456789") != "" {
		return amount
	}
	var out strings.Builder
	for i, digit := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			out.WriteByte(',')
		}
		out.WriteRune(digit)
	}
	if dotted {
		out.WriteString("." + fraction)
	}
	return sign + out.String()
}

// shortDate is the date as a day of the strip shows it: 11/23.
func shortDate(t time.Time) string {
	t = t.In(Shanghai)
	return fmt.Sprintf("%d/%d", int(t.Month()), t.Day())
}
