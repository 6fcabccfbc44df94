package web

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// CAL-2: the stored instant is the moment after the last day, and is never shown as the next day.
func TestFormatDue(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		at   time.Time
		want string
	}{
		{day(2, 25), "2026年2月24日 24:00 前"},
		{day(2, 25).UTC(), "2026年2月24日 24:00 前"},
		{time.Date(2026, 3, 2, 9, 0, 0, 0, Shanghai), "2026年3月2日 09:00 前"},
	} {
		if got := FormatDue(Chinese, c.at); got != c.want {
			t.Errorf("FormatDue(%v) = %q, want %q", c.at, got, c.want)
		}
	}
}

func TestFormatMoney(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"0.00": "0.00", "999.90": "999.90", "1254000.00": "1,254,000.00", "-12500": "-12,500",
		"": "", "abc": "abc", "1.2.3": "1.2.3", "１２": "１２"} {
		if got := FormatMoney(in); got != want {
			t.Errorf("FormatMoney(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestFormatMoneyKeepsDigits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		amount := rapid.StringMatching(`-?[0-9]{1,15}(\.[0-9]{2})?`).Draw(t, "amount")
		got := FormatMoney(amount)
		if strings.ReplaceAll(got, ",", "") != amount {
			t.Fatalf("FormatMoney(%q) = %q", amount, got)
		}
		for i, group := range strings.Split(strings.SplitN(strings.TrimPrefix(got, "-"), ".", 2)[0], ",") {
			if len(group) > 3 || i > 0 && len(group) != 3 {
				t.Fatalf("FormatMoney(%q) = %q", amount, got)
			}
		}
	})
}

// The bar is always full and its parts never overlap, whatever the days.
func TestHeldByFillsTheBar(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		days := rapid.SliceOfN(rapid.IntRange(1, 40), 1, 12).Draw(t, "days")
		var holders []Holder
		for _, d := range days {
			holders = append(holders, Holder{Days: d})
		}
		at := 0
		for _, h := range HeldBy(holders...) {
			if h.Start != at || h.Percent < h.Days*100/(40*12) || h.Tone < 1 || h.Tone > 5 {
				t.Fatalf("part %+v should start at %d", h, at)
			}
			at += h.Percent
		}
		if at != 100 {
			t.Fatalf("bar ends at %d: %v", at, days)
		}
	})
}
