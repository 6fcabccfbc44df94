package project

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"qhtz/domain"
	"qhtz/domain/calendar"
)

// ReportKind names a kind of report (REP-1).
type ReportKind string

// The kinds of report.
const (
	ReportStart      ReportKind = "start"
	ReportAnnual     ReportKind = "annual"
	ReportCompletion ReportKind = "completion"
	ReportSuspension ReportKind = "suspension"
	ReportResumption ReportKind = "resumption"
	ReportDelay      ReportKind = "delay"
)

// ReportKinds are all kinds, in the order of a project's life.
var ReportKinds = []ReportKind{ReportDelay, ReportStart, ReportAnnual, ReportSuspension, ReportResumption, ReportCompletion}

// reportFields are the fields that a kind of report can state.
var reportFields = map[ReportKind][]string{
	ReportStart:      {"start_date", "actual", "contact", "explanation"},
	ReportAnnual:     {"invested_year", "invested_total", "funds", "stage", "problems", "explanation"},
	ReportCompletion: {"precheck_on", "accepted_on", "accepted_by", "conclusion", "total_invested", "explanation"},
	ReportSuspension: {"date", "reason", "until"},
	ReportResumption: {"date", "reason"},
	ReportDelay:      {"date", "new_date", "reason"},
}

// ReportFields are the names of the fields of a kind, in the order of a form; nil for an unknown kind.
func ReportFields(kind ReportKind) []string { return slices.Clone(reportFields[kind]) }

// ReportData is what an owner states in a report, as typed; each kind has its own fields. Dates are civil, written
// 2026-03-02; amounts are in 万元, decimal text (REP-3).
type ReportData struct {
	StartDate     string          `json:"start_date,omitempty"`
	Actual        *bool           `json:"actual,omitempty"` // false: planned
	Contact       string          `json:"contact,omitempty"`
	InvestedYear  string          `json:"invested_year,omitempty"`
	InvestedTotal string          `json:"invested_total,omitempty"` // cumulative; left out, it is computed
	Funds         []CapitalSource `json:"funds,omitempty"`          // in place, by source
	Stage         string          `json:"stage,omitempty"`
	Problems      string          `json:"problems,omitempty"`
	PrecheckOn    string          `json:"precheck_on,omitempty"` // 初验
	AcceptedOn    string          `json:"accepted_on,omitempty"` // 竣工验收
	AcceptedBy    string          `json:"accepted_by,omitempty"`
	Conclusion    string          `json:"conclusion,omitempty"`
	TotalInvested string          `json:"total_invested,omitempty"`
	Date          string          `json:"date,omitempty"`
	Until         string          `json:"until,omitempty"`    // expected end of a suspension
	NewDate       string          `json:"new_date,omitempty"` // new planned start
	Reason        string          `json:"reason,omitempty"`   // of a suspension, resumption or delay
	Explanation   string          `json:"explanation,omitempty"`
}

// texts gives every text by its field.
func (d ReportData) texts() map[string]string {
	m := map[string]string{"start_date": d.StartDate, "contact": d.Contact, "invested_year": d.InvestedYear, "invested_total": d.InvestedTotal, "stage": d.Stage,
		"problems": d.Problems, "precheck_on": d.PrecheckOn, "accepted_on": d.AcceptedOn, "accepted_by": d.AcceptedBy, "conclusion": d.Conclusion,
		"total_invested": d.TotalInvested, "date": d.Date, "until": d.Until, "new_date": d.NewDate, "reason": d.Reason, "explanation": d.Explanation}
	for _, f := range d.Funds {
		m["funds"] += f.Source + f.Amount
	}
	return m
}

// tidy drops the blanks around dates, which are read again whenever the ledger is.
func (d ReportData) tidy() ReportData {
	for _, s := range []*string{&d.StartDate, &d.PrecheckOn, &d.AcceptedOn, &d.Date, &d.Until, &d.NewDate} {
		*s = trimmed(*s)
	}
	return d
}

// maxFunds bounds the sources of funds in a report.
const maxFunds = 50

// checkTyped refuses what cannot be kept even in a draft.
func (d ReportData) checkTyped() error {
	wrong := map[string]string{}
	for name, s := range d.texts() {
		switch {
		case utf8.RuneCountInString(s) > maxTyped:
			wrong[name] = fmt.Sprintf("最多 %d 个字。", maxTyped)
		case !utf8.ValidString(s) || strings.ContainsFunc(s, unkeepable):
			wrong[name] = "含有不能保存的控制字符。"
		}
	}
	if len(d.Funds) > maxFunds {
		wrong["funds"] = fmt.Sprintf("最多 %d 项。", maxFunds)
	}
	if len(wrong) > 0 {
		return &domain.Error{Kind: domain.Invalid, Code: "cannot_keep", Detail: "有内容无法保存。", Fields: wrong}
	}
	return nil
}

// ParseReportData reads the JSON object of a report's data. Fields that the kind does not have and wrong types are
// refused, all at once (domain.Malformed). Of an unknown kind every report's fields are taken: Report refuses the kind.
func ParseReportData(kind ReportKind, b []byte) (ReportData, error) {
	var d ReportData
	if len(bytes.TrimSpace(b)) == 0 || bytes.Equal(bytes.TrimSpace(b), []byte("null")) {
		return d, nil
	}
	var m map[string]json.RawMessage
	if err := json.Unmarshal(b, &m); err != nil {
		return d, &domain.Error{Kind: domain.Malformed, Code: "malformed_fields", Detail: "data 应为一个 JSON 对象。", Fields: map[string]string{"data": "应为一个 JSON 对象。"}}
	}
	known, wrong := reportFields[kind], map[string]string{}
	if known == nil {
		known = slices.Concat(slices.Collect(maps.Values(reportFields))...)
	}
	for name, v := range m {
		if !slices.Contains(known, name) {
			wrong[name] = "没有这个字段。"
			continue
		}
		one, _ := json.Marshal(map[string]json.RawMessage{name: v})
		dec := json.NewDecoder(bytes.NewReader(one))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&d); err != nil {
			wrong[name] = "类型不对。"
		}
	}
	if len(wrong) > 0 {
		return d, &domain.Error{Kind: domain.Malformed, Code: "malformed_fields", Detail: "有字段不存在或类型不对。", Fields: wrong}
	}
	return d, nil
}

// Report is one version of a report as the ledger keeps it (REP-5), or a draft, which has version 0.
type Report struct {
	ID      int64             `json:"id"`
	Kind    ReportKind        `json:"kind"`
	Year    int               `json:"year,omitempty"` // of annual reports
	Version int               `json:"version"`        // 1, 2 … ; 0: a draft
	Data    ReportData        `json:"data"`
	Reason  string            `json:"reason,omitempty"` // of a correction
	Opinion string            `json:"opinion,omitempty"`
	Late    bool              `json:"late,omitempty"`    // the first version came after its date
	DutyID  int64             `json:"duty_id,omitempty"` // the deadline it answers
	Period  domain.Money      `json:"period,omitempty"`  // invested in the year
	Total   domain.Money      `json:"total,omitempty"`   // cumulative
	Items   []domain.CaseItem `json:"items,omitempty"`   // matters not done when they had to be
	CaseID  int64             `json:"case_id,omitempty"` // supervision case opened by it
	At      time.Time         `json:"-"`                 // when this version was submitted, or the draft saved
	ActorID int64             `json:"-"`
}

// Reported is what a project's life keeps of a report: enough to hold the next one against it.
type Reported struct {
	ID          int64        `json:"id"`
	Kind        ReportKind   `json:"kind"`
	Year        int          `json:"year,omitempty"`
	Actual      bool         `json:"actual,omitempty"`
	Version     int          `json:"version"`
	SubmittedAt time.Time    `json:"submitted_at"` // its first version
	Late        bool         `json:"late,omitempty"`
	DutyID      int64        `json:"duty_id,omitempty"`
	Period      domain.Money `json:"period,omitempty"`
	Total       domain.Money `json:"total,omitempty"`
}

// Duty is a report that is owed; its id is that of its deadline.
type Duty struct {
	ID     int64      `json:"id"`
	Kind   ReportKind `json:"kind"`
	Year   int        `json:"year,omitempty"`
	Waived bool       `json:"waived,omitempty"` // not owed after all
}

// Stop is a stretch in which construction stood still: from its day to the one before it went on.
type Stop struct {
	From  calendar.Date  `json:"from"`
	Until *calendar.Date `json:"until,omitempty"` // the day it went on; nil: not yet
}
