package notice

import (
	"fmt"
	"strings"
	"time"

	"qhtz/domain/calendar"
)

// The kinds of message about reports and supervision.
const (
	StartPlanned     Kind = "start_planned"
	Started          Kind = "construction_started"
	UnlawfulStart    Kind = "unlawful_start"
	StartDelayed     Kind = "start_delayed"
	StartPrompt      Kind = "start_prompt"
	CompletionPrompt Kind = "completion_prompt"
	ReportReminder   Kind = "report_reminder"
	ReportOverdue    Kind = "report_overdue"
	AnnualReported   Kind = "annual_reported"
	OverInvested     Kind = "over_invested"
	Suspended        Kind = "suspended"
	Resumed          Kind = "resumed"
	Completed        Kind = "completed"
	ReportCorrected  Kind = "report_corrected"
	CaseClosed       Kind = "case_closed"
)

// Day writes a date as people do: 2026年3月30日.
func Day(d calendar.Date) string { return day(d) }

func (p Project) regulator() Recipient { return Regulator(p.Authority) }

// departments are other departments in the authority's region.
func (p Project) departments(names []string) []Recipient {
	to := make([]Recipient, len(names))
	for i, name := range names {
		to[i] = Department(name, p.Authority, p.Authority)
	}
	return to
}

// StartPlannedMessage tells the authority of a planned start with nothing missing (REP-2).
func StartPlannedMessage(p Project, at time.Time, on calendar.Date) Message {
	return p.message(StartPlanned, "REP-2", at, "计划开工", p.OwnerName+"报告"+p.named()+"计划于"+day(on)+"开工，开工前须办的事项没有欠缺。", p.handler())
}

// YearDue is a year that is owed a report, by when.
type YearDue struct {
	Year    int
	Due     calendar.Date
	Overdue bool
}

// StartedMessage tells owner and authority that construction has started, and when the annual reports that are owed by
// now are due, the earliest first (REP-1).
func StartedMessage(p Project, at time.Time, on calendar.Date, late bool, owed []YearDue) Message {
	body := p.named() + "已于" + day(on) + "开工。"
	if late {
		body += "开工报告迟于开工之日，已注明。"
	}
	years := []string{"自开工之年起，在建的每一年都要报送年度报告"}
	for _, y := range owed {
		text := fmt.Sprintf("%d年度报告的期限为%s", y.Year, day(y.Due))
		if y.Overdue {
			text += "（已经逾期，请立即补报）"
		}
		years = append(years, text)
	}
	body += strings.Join(years, "；") + "。"
	return p.message(Started, "REP-1", at, "项目已开工", body, p.owner(), p.handler())
}

// CaseStep is what has become of the supervision case about a start.
type CaseStep string

// The steps of a case, as people are told.
const (
	CaseOpened      CaseStep = "已立监管案件"
	CaseOpenedAgain CaseStep = "此前的监管案件已经结案，现另立监管案件"
	CaseChanged     CaseStep = "已有的监管案件已按更正后的开工报告更新"
)

// UnlawfulStartMessage tells owner, authority, regulator, supervisor and the competent departments at once that
// construction began although something was missing; a supervision case is open (REP-2).
func UnlawfulStartMessage(p Project, at time.Time, on calendar.Date, step CaseStep, facts, departments []string) Message {
	return p.message(UnlawfulStart, "REP-2", at, "开工手续不全，"+string(step),
		p.named()+"于"+day(on)+"开工，手续不全："+list(facts)+"。\n"+string(step)+"，由监管机构核查。项目单位应立即补办手续，未办妥的部分不得继续施工；经核实违法的，依法处理并可记入信用记录。",
		append([]Recipient{p.owner(), p.handler(), p.regulator(), p.supervisor()}, p.departments(departments)...)...)
}

// StartDelayedMessage tells the authority of a later planned start (REP-1).
func StartDelayedMessage(p Project, at time.Time, to calendar.Date, reason string) Message {
	return p.message(StartDelayed, "REP-1", at, "延期开工", p.OwnerName+"报告"+p.named()+"延期至"+day(to)+"开工。原因："+reason, p.handler())
}

// StartPromptMessage asks the owner how a start stands that was planned for a day now past; never a record (REP-1).
func StartPromptMessage(p Project, at time.Time, planned calendar.Date) Message {
	return p.message(StartPrompt, "REP-1", at, "计划开工日期已过",
		p.named()+"计划于"+day(planned)+"开工，至今没有开工报告。已经开工的，请报告实际开工；推迟的，请报告延期开工。本提示不作信用记录。", p.owner())
}

// CompletionPromptMessage asks the owner how a completion stands that was planned for a day now past; never a record (REP-1).
func CompletionPromptMessage(p Project, at time.Time, planned calendar.Date) Message {
	return p.message(CompletionPrompt, "REP-1", at, "计划竣工日期已过",
		p.named()+"计划于"+day(planned)+"竣工，至今没有竣工报告。竣工验收后请在期限内报送竣工报告；尚在建设的，请在年度报告中说明进度。本提示不作信用记录。", p.owner())
}

// ReportReminderMessage reminds the owner of a year's report, its date, and what follows when it stays away (REP-4).
func ReportReminderMessage(p Project, at time.Time, year int, due calendar.Date, provisional bool, consequence calendar.Date) Message {
	last := day(due)
	if provisional {
		last += "（放假安排尚未公布，日期为暂定）"
	}
	return p.message(ReportReminder, "REP-4", at, fmt.Sprintf("请报送%d年度报告", year),
		fmt.Sprintf("%s的%d年度报告尚未报送，期限为%s。逾期将通知受理机关和有关部门；至%s零时仍未报送的，平台提出一般异常信用记录的建议，由监管机构决定。", p.named(), year, last, day(consequence)),
		p.owner())
}

// ReportOverdueMessage tells owner, authority, industry department and those of the project's matters (REP-4).
func ReportOverdueMessage(p Project, at time.Time, year int, due, consequence calendar.Date, departments []string) Message {
	return p.message(ReportOverdue, "REP-4", at, fmt.Sprintf("%d年度报告逾期", year),
		fmt.Sprintf("%s的%d年度报告应于%s（含）前报送，至今没有收到。项目单位请立即补报，补报的注明逾期；至%s零时仍未报送的，平台提出一般异常信用记录的建议，由监管机构决定。", p.named(), year, day(due), day(consequence)),
		append([]Recipient{p.owner(), p.handler()}, p.departments(departments)...)...)
}

// AnnualReportedMessage tells the authority of a year's report; amounts are in 万元 (REP-1).
func AnnualReportedMessage(p Project, at time.Time, year int, late bool, period, total string) Message {
	body := fmt.Sprintf("%s报送了%s的%d年度报告：本年完成投资%s万元，累计%s万元。", p.OwnerName, p.named(), year, period, total)
	if late {
		body += "报告逾期，已注明。"
	}
	return p.message(AnnualReported, "REP-1", at, fmt.Sprintf("收到%d年度报告", year), body, p.handler())
}

// OverInvestedMessage alerts regulator and authority to an investment far above what was approved; amounts are in 万元 (REP-3).
func OverInvestedMessage(p Project, at time.Time, total, approved, explanation string) Message {
	return p.message(OverInvested, "REP-3", at, "累计投资明显超过批准数",
		p.named()+"累计完成投资"+total+"万元，批准的总投资为"+approved+"万元。单位说明："+explanation, p.regulator(), p.handler())
}

// SuspendedMessage tells the authority that construction stands still (REP-1).
func SuspendedMessage(p Project, at time.Time, on calendar.Date, reason string) Message {
	return p.message(Suspended, "REP-1", at, "项目停工", p.OwnerName+"报告"+p.named()+"自"+day(on)+"停工。原因："+reason, p.handler())
}

// ResumedMessage tells the authority that construction goes on (REP-1).
func ResumedMessage(p Project, at time.Time, on calendar.Date) Message {
	return p.message(Resumed, "REP-1", at, "项目复工", p.OwnerName+"报告"+p.named()+"自"+day(on)+"复工。", p.handler())
}

// CompletedMessage tells owner and authority of the completion, and the competent departments which matters are not known
// to be done that had to be done by then (REP-6).
func CompletedMessage(p Project, at time.Time, on calendar.Date, late bool, items, departments []string) Message {
	body := p.named() + "已于" + day(on) + "通过竣工验收，收到竣工报告。"
	if late {
		body += "报告逾期，已注明。"
	}
	if len(items) > 0 {
		body += "\n平台上没有下列事项办结的记录，请项目单位补报、有关部门核实：" + list(items)
	}
	return p.message(Completed, "REP-6", at, "项目已竣工", body, append([]Recipient{p.owner(), p.handler()}, p.departments(departments)...)...)
}

// ReportCorrectedMessage tells the authority of a new version of a report, and why (REP-5).
func ReportCorrectedMessage(p Project, at time.Time, name string, version int, reason string) Message {
	return p.message(ReportCorrected, "REP-5", at, "报告已更正", fmt.Sprintf("%s更正了%s的%s，现为第%d版，原版本保留。理由：%s", p.OwnerName, p.named(), name, version, reason), p.handler())
}

// CaseClosedMessage tells owner, authority, regulator and supervisor that a supervision case is closed, and why (REP-2).
func CaseClosedMessage(p Project, at time.Time, reason string) Message {
	return p.message(CaseClosed, "REP-2", at, "监管案件已结案", p.named()+"的监管案件已结案。理由："+reason, p.owner(), p.handler(), p.regulator(), p.supervisor())
}
