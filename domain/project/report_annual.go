package project

import (
	"fmt"
	"slices"
	"strings"

	"qhtz/domain"
	"qhtz/domain/catalogue"
	"qhtz/domain/deadline"
)

// admitYear finds the year of an annual report: the one stated, or the earliest one owed.
func (r *reporting) admitYear() error {
	l := r.p.Life
	if r.in.Year == nil {
		r.r.Year = 0
		for _, d := range l.Duties {
			if d.Kind == ReportAnnual && !d.Waived && l.last(ReportAnnual, d.Year, false) == nil && (r.r.Year == 0 || d.Year < r.r.Year) {
				r.r.Year = d.Year
			}
		}
		if r.r.Year == 0 {
			if r.r.Year = r.today.Year(); l.StartedOn == nil {
				return r.notStarted()
			}
			return yearError("现在没有待报的年度报告；要更正或补报的，请写明年份。")
		}
		return nil
	}
	r.r.Year = *r.in.Year
	switch {
	case l.StartedOn == nil:
		return r.notStarted()
	case r.r.Year < l.StartedOn.Year() && l.duty(ReportAnnual, r.r.Year) == nil: // overdue before the start was corrected, it is owed
		return yearError(fmt.Sprintf("项目于 %s 开工，之前的年份不用报告。", *l.StartedOn))
	case r.r.Year > r.today.Year():
		return yearError("这一年还没有开始。")
	case l.CompletedOn != nil && r.r.Year > l.CompletedOn.Year() && l.duty(ReportAnnual, r.r.Year) == nil:
		return yearError(fmt.Sprintf("项目已于 %s 竣工验收，之后的年份不用报告。", *l.CompletedOn))
	}
	return nil
}

func (r *reporting) notStarted() error {
	return stateError(r.p, "报送年度报告；请先报告开工")
}

func yearError(what string) error {
	return &domain.Error{Kind: domain.Invalid, Code: "invalid_year", Rule: "REP-1", Fields: map[string]string{"year": what}, Detail: "年份有误。"}
}

// annual reports on a year under construction (REP-1, REP-3).
func (r *reporting) annual() error {
	switch r.p.Life.State {
	case UnderConstruction, Suspended, Completed:
	default:
		return stateError(r.p, "报送年度报告")
	}
	r.as(r.p.Life.last(ReportAnnual, r.r.Year, false), EvAnnual)
	r.funds()
	r.form.text("stage", r.in.Data.Stage, 1, 200, true)
	r.form.text("problems", r.in.Data.Problems, 1, 2000, false)
	r.form.text("explanation", r.in.Data.Explanation, 1, 2000, false)
	r.invested()
	over := r.overInvested(r.r.Total)
	if err := r.checked("REP-3"); err != nil {
		return err
	}
	if err := r.loadOpen(); err != nil {
		return err
	}
	var due *deadline.Deadline
	if r.prev == nil {
		var err error
		if due, err = r.yearDone(); err != nil {
			return err
		}
		r.tells = append(r.tells, r.tellAnnual)
	} else {
		r.r.Late = r.prev.Late
		r.tells = append(r.tells, r.tellCorrected)
	}
	if over {
		r.tells = append(r.tells, r.tellOverInvested)
	}
	return r.enter("REP-1", due)
}

// amount reads an amount of the form; given tells whether there is one.
func (r *reporting) amount(field, s string, required bool) (m domain.Money, given bool) {
	s = trimmed(s)
	if s == "" {
		if required {
			r.form.say(field, "请填写金额（万元），例如 1250.00；没有的填 0。")
		}
		return 0, false
	}
	m, err := domain.ParseMoney(s)
	switch {
	case strings.HasPrefix(s, "-"): // nor is -0 an amount
		r.form.say(field, "不能小于 0，也不带负号。")
	case err != nil:
		r.form.say(field, "应为以万元计的数，最多两位小数，例如 1250.00。")
	case m > domain.MaxMoney:
		r.form.say(field, "数额过大，请核对单位是否为万元。")
	default:
		return m, true
	}
	return 0, false
}

// funds holds the amounts by source against the rules, and writes them with two decimals.
func (r *reporting) funds() {
	r.r.Data.Funds = slices.Clone(r.in.Data.Funds)
	for i, f := range r.in.Data.Funds {
		amount, err := domain.ParseMoney(trimmed(f.Amount))
		r.r.Data.Funds[i] = CapitalSource{Source: trimmed(f.Source), Amount: amount.String()}
		switch {
		case trimmed(f.Source) == "" || len([]rune(f.Source)) > 100:
			r.form.say("funds", fmt.Sprintf("第 %d 项须写资金来源，最多 100 个字。", i+1))
		case err != nil || strings.HasPrefix(trimmed(f.Amount), "-") || amount > domain.MaxMoney:
			r.form.say("funds", fmt.Sprintf("第 %d 项的金额应为不小于 0 的万元数，最多两位小数。", i+1))
		}
	}
}

// invested holds the year's amount and the cumulative one against the reports before and after (REP-3): over years that
// follow each other the cumulative amount is the sum of the years, over a gap it is at least that.
//
// A correction may leave more room than the sum says: where an earlier year is to be raised, the later one has to make
// room first, and both could not change in one report.
func (r *reporting) invested() {
	period, ok := r.amount("invested_year", r.in.Data.InvestedYear, true)
	total, stated := r.amount("invested_total", r.in.Data.InvestedTotal, false)
	if !ok || len(r.form.wrong) > 0 && r.form.wrong["invested_total"] != "" {
		return
	}
	l, year := r.p.Life, r.r.Year
	before, after := l.before(year), l.after(year)
	var base domain.Money
	if before != nil {
		base = before.Total
	}
	follows := year == l.StartedOn.Year() || before != nil && before.Year == year-1
	sum := base + period
	if !stated {
		total = sum
	}
	switch {
	case total < base:
		r.form.say("invested_total", fmt.Sprintf("累计完成投资 %s 万元少于 %d 年报告的累计 %s 万元；累计下降的，须先更正 %d 年的报告。", total, before.Year, base, before.Year))
	case total < sum, follows && total > sum && (r.prev == nil || before == nil):
		r.form.say("invested_total", fmt.Sprintf("应为此前累计 %s 万元加本年 %s 万元，即 %s 万元。", base, period, sum))
	case after != nil && total > after.Total-after.Period:
		r.form.say("invested_total", fmt.Sprintf("截至 %d 年的累计 %s 万元，加上 %d 年的 %s 万元，超过 %d 年已报的累计 %s 万元；请先更正 %d 年的报告。", year, total, after.Year, after.Period, after.Year, after.Total, after.Year))
	}
	if done := l.last(ReportCompletion, 0, false); done != nil && total > done.Total {
		r.form.say("invested_total", fmt.Sprintf("超过竣工报告的总投资 %s 万元；请先更正竣工报告。", done.Total))
	}
	r.r.Period, r.r.Total = period, total
	r.r.Data.InvestedYear, r.r.Data.InvestedTotal = period.String(), total.String()
}

// overInvested reports whether an amount is more than the share of the approved investment that must be explained, and
// asks for the explanation (REP-3).
func (r *reporting) overInvested(total domain.Money) bool {
	approved, ok := r.p.Facts.Investment()
	percent := domain.Money(r.book.Policy(r.at).Content[catalogue.OverInvestmentPercent])
	if !ok || total*100 <= approved*percent {
		return false
	}
	if trimmed(r.in.Data.Explanation) == "" {
		r.form.say("explanation", fmt.Sprintf("累计 %s 万元超过批准总投资 %s 万元的 %d%%，须说明原因。", total, approved, percent))
	}
	return true
}
