package credit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/catalogue"
	"qhtz/domain/deadline"
	"qhtz/domain/identity/competence"
	"qhtz/domain/projectcode"
)

// Proposal is what a regulator puts forward (POST /credit/records).
type Proposal struct {
	USCC        string   `json:"uscc"`
	ProjectCode string   `json:"project_code"`
	DutyID      string   `json:"duty_id"`
	Ground      Ground   `json:"ground"`
	Severity    Severity `json:"severity"`
	Facts       string   `json:"facts"`
	Basis       string   `json:"basis"`
	Evidence    Evidence `json:"evidence"`
	Participant bool     `json:"participant"` // the unit took part in another unit's project (CRED-7)
	Reason      string   `json:"reason"`
	Opinion     string   `json:"opinion"`
}

// Evidence is one text, or a list of texts and of small objects ({"name","sha256",…}); it is kept as given.
type Evidence []json.RawMessage

const maxEvidence = 50

// UnmarshalJSON takes a text, an object, or a list of them.
func (e *Evidence) UnmarshalJSON(b []byte) error {
	*e = nil
	if len(b) > 0 && b[0] == '[' {
		return json.Unmarshal(b, (*[]json.RawMessage)(e))
	}
	if string(b) != "null" && string(b) != `""` {
		*e = Evidence{append(json.RawMessage(nil), b...)}
	}
	return nil
}

func (e Evidence) check() string {
	if len(e) > maxEvidence {
		return fmt.Sprintf("最多 %d 项。", maxEvidence)
	}
	for _, x := range e {
		if len(x) > 4000 || len(x) == 0 || x[0] != '"' && x[0] != '{' {
			return "每一项应为文字或对象，最长 4000 字节。"
		}
		var v any
		if err := json.Unmarshal(x, &v); err != nil || !keepable(v) {
			return "有内容不能保存（控制字符，或数字过大）。"
		}
	}
	return ""
}

// keepable reports whether the database can keep all texts of a JSON value.
func keepable(v any) bool {
	switch v := v.(type) {
	case string:
		return unfit(v, 4000) == "" && !strings.ContainsRune(v, utf8.RuneError)
	case map[string]any:
		for name, x := range v {
			if !keepable(name) || !keepable(x) {
				return false
			}
		}
	case []any:
		return !slices.ContainsFunc(v, func(x any) bool { return !keepable(x) })
	}
	return true
}

func (p Proposal) check() map[string]string {
	wrong := map[string]string{}
	if err := domain.CheckUSCC(p.USCC); err != nil {
		wrong["uscc"] = "不是有效的统一社会信用代码。"
	}
	if GroundText(p.Ground) == string(p.Ground) {
		wrong["ground"] = "应为 G1 至 G7。"
	}
	if p.Severity != General && p.Severity != Major {
		wrong["severity"] = "应为 general（一般）或 major（重大）。"
	}
	for name, s := range map[string]string{"facts": p.Facts, "basis": p.Basis} {
		if strings.TrimSpace(s) == "" {
			wrong[name] = "必须填写。"
		}
	}
	for name, s := range map[string]string{"facts": p.Facts, "basis": p.Basis, "reason": p.Reason, "opinion": p.Opinion} {
		if what := unfit(s, 5000); what != "" {
			wrong[name] = what
		}
	}
	if what := p.Evidence.check(); what != "" {
		wrong["evidence"] = what
	}
	return wrong
}

// Propose puts a record forward against a unit (CRED-1, CRED-2). It is served at once where the unit has consented to
// being served in the platform. A second record about the same duty or fact is refused (409).
func (s *Service) Propose(ctx context.Context, call domain.Call, p Proposal) (*View, error) {
	if err := competence.MayEver(call.Actor, competence.CreditPropose); err != nil {
		return nil, err
	}
	p.USCC = domain.NormalizeUSCC(p.USCC)
	wrong := p.check()
	if wrong["uscc"] != "" {
		return nil, invalid("CRED-7", wrong)
	}
	unit, err := s.store.UnitByUSCC(ctx, p.USCC)
	if domain.IsKind(err, domain.NotFound) {
		wrong["uscc"] = "平台上没有这个单位。"
		return nil, invalid("CRED-7", wrong)
	}
	if err != nil {
		return nil, err
	}
	return s.act(ctx, call, competence.CreditPropose, unit.Organization.ID, func(c *command) (int64, int64, error) {
		r, err := c.fromProposal(p, wrong)
		if err != nil {
			return 0, 0, err
		}
		return r, 0, c.serveIfConsented(r)
	})
}

func (c *command) fromProposal(p Proposal, wrong map[string]string) (int64, error) {
	r := &Record{Ground: p.Ground, Severity: p.Severity, Facts: strings.TrimSpace(p.Facts), Basis: strings.TrimSpace(p.Basis), Evidence: p.Evidence,
		Participant: p.Participant, ProposedAt: c.at, ProposedBy: c.by()}
	project, due, rule, err := c.projectOf(p, wrong)
	if err != nil {
		return 0, err
	}
	if len(wrong) > 0 {
		return 0, invalid(rule, wrong)
	}
	r.ProjectID, r.ProjectCode, r.ProjectName = project.ID, project.Code, project.Name
	r.DutyID, _ = strconv.ParseInt(p.DutyID, 10, 64)
	c.audit.Note = strings.TrimSpace(p.Reason + " " + p.Opinion)
	return c.propose(r, due != nil && c.at.Before(due.DueAt))
}

// projectOf finds the project that a proposal is about, by its code or by the duty, whose limit it gives, and says all that
// is wrong with it.
func (c *command) projectOf(p Proposal, wrong map[string]string) (project ProjectInfo, due *deadline.Deadline, rule string, err error) {
	rule = "CRED-1"
	if strings.TrimSpace(p.ProjectCode) != "" {
		project, err = c.namedProject(p, wrong)
		if err != nil {
			return project, nil, rule, err
		}
		if wrong["project_code"] != "" {
			rule = "CODE-7"
		}
	}
	if p.DutyID == "" {
		if p.Participant && project.ID == 0 && wrong["project_code"] == "" {
			wrong["project_code"] = "对参建单位的记录须写明所参与的项目。"
		}
		return project, nil, rule, nil
	}
	id, err := strconv.ParseInt(p.DutyID, 10, 64)
	var duty DutyInfo
	if err == nil {
		duty, err = c.tx.DutyNamed(c.ctx, id)
	}
	switch {
	case errors.Is(err, strconv.ErrSyntax) || errors.Is(err, strconv.ErrRange):
		wrong["duty_id"] = "没有这项报告义务。"
	case err != nil && !domain.IsKind(err, domain.NotFound):
		return project, nil, rule, err
	case err != nil || duty.Project.OwnerID != c.u.Organization.ID || project.ID != 0 && duty.Project.ID != project.ID:
		wrong["duty_id"] = "没有这项报告义务，或它不属于该单位、该项目。"
	case p.Participant:
		wrong["participant"] = "这是该单位自己的报告义务。"
	default:
		project = duty.Project
	}
	return project, duty.Due, rule, nil
}

func (c *command) namedProject(p Proposal, wrong map[string]string) (ProjectInfo, error) {
	code, err := projectcode.Parse(p.ProjectCode)
	if err != nil {
		wrong["project_code"] = "不是有效的项目代码。"
		return ProjectInfo{}, nil
	}
	project, err := c.tx.ProjectNamed(c.ctx, code.Digits())
	switch {
	case domain.IsKind(err, domain.NotFound):
		wrong["project_code"] = "没有这个代码的项目。"
		return ProjectInfo{}, nil
	case err != nil:
		return project, err
	case project.OwnerID != c.u.Organization.ID && !p.Participant:
		wrong["project_code"] = "不是该单位的项目；对参建单位的记录请注明 participant。"
	case project.OwnerID == c.u.Organization.ID && p.Participant:
		wrong["participant"] = "这是该单位自己的项目。"
	}
	return project, nil
}

// propose enters a record, unless there is one about the same duty or fact (CRED-1).
func (c *command) propose(r *Record, premature bool) (int64, error) {
	id, err := c.tx.NewID(c.ctx)
	if err != nil {
		return 0, err
	}
	r.ID = id
	fresh, err := c.tx.ClaimFact(c.ctx, c.u, r, premature)
	if err != nil {
		return 0, err
	}
	if !fresh {
		return 0, &domain.Error{Kind: domain.Conflict, Code: "recorded_before", Rule: "CRED-1", Detail: "同一项义务或同一事实已经有记录，不得重复记录。"}
	}
	if err := c.record(EvProposed, "CRED-2", c.at, EventData{By: c.by(), Record: r}); err != nil {
		return 0, err
	}
	return id, c.tellProposed(r)
}

// serveIfConsented serves a record where arriving in the platform is service (CRED-2).
func (c *command) serveIfConsented(record int64) error {
	if !c.u.Consented {
		return nil
	}
	return c.serve(record, calendar.DateOf(c.at), "")
}

// serve dates the service of the notice; the window for the unit's statement runs from that day.
func (c *command) serve(record int64, on calendar.Date, receipt string) error {
	from := c.at
	if on < calendar.DateOf(c.at) {
		from = on.Start()
	}
	d, err := c.limit(KindStatement, "CRED-2", "告知书送达", from, catalogue.StatementDays, calendar.WorkingDays)
	if err != nil {
		return err
	}
	if err := c.record(EvServed, "CRED-2", c.at, EventData{RecordID: record, By: c.by(), On: &on, Receipt: receipt, Until: &d.DueDate, DueAt: &d.DueAt, DeadlineID: d.ID}); err != nil {
		return err
	}
	return c.tellServed(c.u.Record(record))
}

// limit sets a deadline that runs from an instant, of so many days as the policy in force then says.
func (c *command) limit(kind deadline.Kind, rule, event string, from time.Time, days catalogue.Parameter, unit calendar.Unit) (*deadline.Deadline, error) {
	return c.counted(kind, rule, event, from, calendar.Limit{N: c.params(from)[days], Unit: unit})
}

func (c *command) counted(kind deadline.Kind, rule, event string, from time.Time, l calendar.Limit) (*deadline.Deadline, error) {
	d := deadline.Counted(c.book, kind, rule, c.u.Subject(), c.u.Organization.Region, event, from, l)
	d.RemindAt(c.book, reminders[kind]...)
	return d, c.setDeadline(d)
}

// proposeMissed puts forward a record for each duty that was missed (REP-4): proposed, not served before a regulator
// adopts it, and nobody punished.
func (c *command) proposeMissed() error {
	duties, err := c.tx.MissedDuties(c.ctx, c.u.Organization.ID)
	if err != nil {
		return err
	}
	for _, d := range duties {
		r := &Record{Ground: GroundReports, Severity: General, ProjectID: d.Project.ID, ProjectCode: d.Project.Code, ProjectName: d.Project.Name, DutyID: d.ID,
			Facts: fmt.Sprintf("项目「%s」（%s）%d年度建设进展报告应于%s（含）前提交，至今未提交，已逾期满%d日。", d.Project.Name, projectcode.Code(d.Project.Code), d.Year, day(d.Due.DueDate), c.params(d.Due.EventAt)[catalogue.ReportProposalDays]),
			Basis: "青政办〔2017〕32号第10、14条", ProposedAt: c.at, ProposedBy: c.by()}
		if _, err := c.propose(r, false); err != nil && !domain.IsKind(err, domain.Conflict) {
			return err
		}
	}
	return nil
}

func day(d calendar.Date) string {
	return fmt.Sprintf("%d年%d月%d日", d.Year(), int(d.Month()), d.Day())
}
