package project

import (
	"slices"
	"time"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/deadline"
	"qhtz/domain/notice"
)

// tellUnlawful tells everybody concerned at once that construction began although something was missing, and what has
// become of the supervision case (REP-2).
func (r *reporting) tellUnlawful(on calendar.Date, early bool, step notice.CaseStep) error {
	facts := make([]string, 0, len(r.r.Items)+1)
	if early {
		facts = append(facts, "开工日期早于项目受理（备案）日期"+notice.Day(*r.p.Life.AcceptedOn))
	}
	for _, i := range r.r.Items {
		facts = append(facts, i.String()+"尚未办理")
	}
	return r.tell(notice.UnlawfulStartMessage(r.about(), r.at, on, step, facts, departmentsOf(r.r.Items)))
}

func (r *reporting) tellStarted(on calendar.Date) error {
	var owed []notice.YearDue
	for _, duty := range r.p.Life.Duties {
		if duty.Kind == ReportAnnual && !duty.Waived {
			d := r.annualDuty(duty.Year)
			owed = append(owed, notice.YearDue{Year: duty.Year, Due: d.DueDate, Overdue: !r.at.Before(d.DueAt)})
		}
	}
	return r.tell(notice.StartedMessage(r.about(), r.at, on, r.r.Late, owed))
}

func (r *reporting) tellAnnual() error {
	return r.tell(notice.AnnualReportedMessage(r.about(), r.at, r.r.Year, r.r.Late, r.r.Period.String(), r.r.Total.String()))
}

func (r *reporting) tellOverInvested() error {
	return r.tell(notice.OverInvestedMessage(r.about(), r.at, r.r.Total.String(), r.p.Facts.TotalInvestment, trimmed(r.r.Data.Explanation)))
}

func (r *reporting) tellCompleted() error {
	items := make([]string, len(r.r.Items))
	for i, it := range r.r.Items {
		items[i] = it.String()
	}
	return r.tell(notice.CompletedMessage(r.about(), r.at, *r.p.Life.CompletedOn, r.r.Late, items, departmentsOf(r.r.Items)))
}

func (r *reporting) tellCorrected() error {
	return r.tell(notice.ReportCorrectedMessage(r.about(), r.at, ReportName(r.r.Kind, r.r.Year), r.r.Version, r.r.Reason))
}

func (c *command) tellReportReminder(d *deadline.Deadline, year int, consequence calendar.Date) error {
	return c.tell(notice.ReportReminderMessage(c.about(), c.at, year, d.DueDate, d.Provisional, consequence))
}

// tellReportOverdue tells owner, authority, the industry's department and those of the project's matters (REP-4).
func (c *command) tellReportOverdue(d *deadline.Deadline, year int, consequence calendar.Date) error {
	departments := []string{IndustryDepartment(c.p.Facts.Industry)}
	for _, name := range c.p.departments(c.book) {
		if !slices.Contains(departments, name) {
			departments = append(departments, name)
		}
	}
	return c.tell(notice.ReportOverdueMessage(c.about(), c.at, year, d.DueDate, consequence, departments))
}

func (c *command) tellPrompt(d *deadline.Deadline) error {
	on := calendar.DateOf(d.EventAt)
	if d.Kind == KindStartPrompt {
		return c.tell(notice.StartPromptMessage(c.about(), c.at, on))
	}
	return c.tell(notice.CompletionPromptMessage(c.about(), c.at, on))
}

// ReportName is a report's name in Chinese.
func ReportName(kind ReportKind, year int) string {
	if kind == ReportAnnual {
		return yearText(year) + "年度报告"
	}
	return map[ReportKind]string{ReportStart: "开工报告", ReportCompletion: "竣工报告", ReportSuspension: "停工报告", ReportResumption: "复工报告", ReportDelay: "延期开工报告"}[kind]
}

// divisions are the departments in charge of the divisions of GB/T 4754 that are not 发展改革's.
var divisions = []struct {
	from, to, department string
}{
	{"01", "01", "农业农村"}, {"02", "02", "林业草原"}, {"03", "05", "农业农村"}, {"06", "07", "能源"}, {"08", "12", "自然资源"}, {"13", "43", "工业和信息化"},
	{"44", "44", "能源"}, {"45", "46", "住房城乡建设"}, {"47", "50", "住房城乡建设"}, {"51", "52", "商务"}, {"53", "60", "交通运输"}, {"61", "62", "商务"},
	{"63", "65", "工业和信息化"}, {"70", "70", "住房城乡建设"}, {"71", "72", "商务"}, {"73", "75", "科技"}, {"76", "76", "水利"}, {"77", "77", "生态环境"},
	{"78", "78", "住房城乡建设"}, {"79", "79", "自然资源"}, {"80", "81", "商务"}, {"83", "83", "教育"}, {"84", "84", "卫生健康"}, {"85", "85", "民政"},
	{"86", "88", "文化和旅游"}, {"89", "89", "体育"}, {"90", "90", "文化和旅游"},
}

// IndustryDepartment is the department in charge of an industry, 发展改革 where none is known (REP-4).
func IndustryDepartment(industry string) string {
	if len(industry) >= 2 {
		for _, d := range divisions {
			if d.from <= industry[:2] && industry[:2] <= d.to {
				return d.department
			}
		}
	}
	return domain.DepartmentReform
}

// reminderAt is a deadline's next reminder after an instant; nil if none is left.
func reminderAt(d *deadline.Deadline) *time.Time {
	for _, m := range d.Marks[min(d.Step, len(d.Marks)):] {
		if m.Do == deadline.Remind {
			return &m.At
		}
	}
	return nil
}
