// Package project takes an investment project from its draft through filing or acceptance to its code, and on
// through its life: what the owner states, which route it takes, what the authority may do and by when, and what
// silence means (FILE-1…6, FILE-13, FILE-14, CODE-1).
package project

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"qhtz/domain"
)

// The three routes (FILE-1).
const (
	RouteApproval  = "审批"
	RouteSanction  = "核准"
	RouteFiling    = "备案"
	FundGovernment = "government"
	FundEnterprise = "enterprise"
	FundPPP        = "ppp"
)

// Facts are what the owner states of a project, as typed: a draft keeps any value of the right type, and
// submission judges all of it.
type Facts struct {
	Name              string          `json:"name"`
	Route             string          `json:"route"` // empty: as the platform proposes
	Funding           string          `json:"funding"`
	Kind              string          `json:"kind"`   // 01–05 (CODE-2)
	Nature            string          `json:"nature"` // 新建, 扩建 …
	Region            string          `json:"region"`
	Site              string          `json:"site"`
	Industry          string          `json:"industry"` // GB/T 4754, 2–4 digits
	Scale             string          `json:"scale"`
	Content           string          `json:"content"`
	TotalInvestment   string          `json:"total_investment"` // 万元, decimal text
	CapitalSources    []CapitalSource `json:"capital_sources"`
	PlannedStart      string          `json:"planned_start"` // civil date
	PlannedCompletion string          `json:"planned_completion"`
	Needs             []string        `json:"needs"` // facts on which items depend
	EIA               string          `json:"eia"`
	EnergyTCE         *float64        `json:"energy_tce"`      // tonnes of coal equivalent a year
	ElectricityGWh    *float64        `json:"electricity_gwh"` // GWh a year
	Capacity          *Capacity       `json:"capacity"`
	PolicyDeclaration bool            `json:"policy_declaration"`
	Classified        bool            `json:"classified"`
	CapacityPlanNo    string          `json:"capacity_plan_no"`
	Upgrade           bool            `json:"upgrade"`
}

// CapitalSource is one source of funds, in 万元.
type CapitalSource struct {
	Source string `json:"source"`
	Amount string `json:"amount"`
}

// Capacity is what the project will produce.
type Capacity struct {
	What   string `json:"what"`
	Amount Number `json:"amount"`
	Unit   string `json:"unit"`
}

// Number is a quantity given as a JSON number or as a decimal text.
type Number string

// UnmarshalJSON takes both forms.
func (n *Number) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, (*string)(n))
	}
	var num json.Number
	if err := json.Unmarshal(b, &num); err != nil {
		return err
	}
	*n = Number(num)
	return nil
}

// FactNames are the names by which facts are typed, corrected and reported as wrong.
var FactNames = factNames()

func factNames() []string {
	b, _ := json.Marshal(Facts{}) // plain values cannot fail
	var m map[string]json.RawMessage
	_ = json.Unmarshal(b, &m)
	return slices.Sorted(maps.Keys(m))
}

// Patch is a change of facts: the fields it names, nothing else.
type Patch struct {
	raw    []byte
	Fields []string
}

// ParsePatch reads a JSON object of facts. Unknown fields and wrong types are refused, all at once.
func ParsePatch(b []byte) (Patch, error) {
	var m map[string]json.RawMessage
	if err := json.Unmarshal(b, &m); err != nil || m == nil {
		return Patch{}, &domain.Error{Kind: domain.Malformed, Code: "malformed_json", Detail: "请求内容应为一个 JSON 对象。", Err: err}
	}
	if wrong := wrongFields(b, m); len(wrong) > 0 {
		return Patch{}, &domain.Error{Kind: domain.Malformed, Code: "malformed_fields", Detail: "有字段不存在或类型不对。", Fields: wrong}
	}
	return Patch{raw: b, Fields: slices.Sorted(maps.Keys(m))}, nil
}

// wrongFields names the fields that do not exist or have the wrong type. They are looked at one by one only when
// something is wrong.
func wrongFields(b []byte, m map[string]json.RawMessage) map[string]string {
	wrong := map[string]string{}
	for name := range m {
		if _, ok := factFields[name]; !ok {
			wrong[name] = "没有这个字段。"
		}
	}
	if len(wrong) == 0 && json.Unmarshal(b, new(Facts)) == nil {
		return nil
	}
	for name, v := range m {
		if _, said := wrong[name]; said {
			continue
		}
		one, _ := json.Marshal(map[string]json.RawMessage{name: v})
		if err := json.Unmarshal(one, new(Facts)); err != nil {
			wrong[name] = "类型不对。"
		}
	}
	return wrong
}

// factFields is where each fact lies in Facts.
var factFields = func() map[string]int {
	fields := map[string]int{}
	t := reflect.TypeFor[Facts]()
	for i := range t.NumField() {
		fields[t.Field(i).Tag.Get("json")] = i
	}
	return fields
}()

// Apply gives the facts with the patch; null empties a field. Lists and objects are replaced, not merged.
func (p Patch) Apply(f Facts) (Facts, error) {
	v := reflect.ValueOf(&f).Elem()
	for _, name := range p.Fields {
		v.Field(factFields[name]).SetZero()
	}
	if err := json.Unmarshal(p.raw, &f); err != nil {
		return f, fmt.Errorf("apply patch: %w", err)
	}
	return f, f.checkTyped()
}

// maxTyped bounds each text of a draft.
const maxTyped = 10_000

// checkTyped refuses what cannot be kept at all: control characters and texts without end.
func (f Facts) checkTyped() error {
	wrong := map[string]string{}
	for name, s := range f.texts() {
		switch {
		case utf8.RuneCountInString(s) > maxTyped:
			wrong[name] = fmt.Sprintf("最多 %d 个字。", maxTyped)
		case !utf8.ValidString(s) || strings.ContainsFunc(s, unkeepable):
			wrong[name] = "含有不能保存的控制字符。"
		}
	}
	if len(f.CapitalSources) > 50 {
		wrong["capital_sources"] = "最多 50 项。"
	}
	if len(f.Needs) > 100 {
		wrong["needs"] = "最多 100 项。"
	}
	if len(wrong) > 0 {
		return &domain.Error{Kind: domain.Invalid, Code: "cannot_keep", Detail: "有内容无法保存。", Fields: wrong}
	}
	return nil
}

func unkeepable(r rune) bool { return r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == 0x7f }

// texts gives every text by its field.
func (f Facts) texts() map[string]string {
	m := map[string]string{
		"name": f.Name, "route": f.Route, "funding": f.Funding, "kind": f.Kind, "nature": f.Nature, "region": f.Region, "site": f.Site,
		"industry": f.Industry, "scale": f.Scale, "content": f.Content, "total_investment": f.TotalInvestment, "planned_start": f.PlannedStart,
		"planned_completion": f.PlannedCompletion, "eia": f.EIA, "capacity_plan_no": f.CapacityPlanNo, "needs": strings.Join(f.Needs, "\n"),
	}
	for _, c := range f.CapitalSources {
		m["capital_sources"] += c.Source + c.Amount
	}
	if f.Capacity != nil {
		m["capacity"] = f.Capacity.What + string(f.Capacity.Amount) + f.Capacity.Unit
	}
	return m
}

// Investment is the total investment, and false while it is no valid amount.
func (f Facts) Investment() (domain.Money, bool) {
	m, err := domain.ParseMoney(strings.TrimSpace(f.TotalInvestment))
	return m, err == nil
}

// Change is one fact that differs between two statements.
type Change struct {
	Field string          `json:"field"`
	Old   json.RawMessage `json:"old"`
	New   json.RawMessage `json:"new"`
}

// Differences lists what changed between two statements of facts, by field name.
func Differences(before, after Facts) []Change {
	var a, b map[string]json.RawMessage
	ab, _ := json.Marshal(before)
	bb, _ := json.Marshal(after)
	_ = json.Unmarshal(ab, &a)
	_ = json.Unmarshal(bb, &b)
	var out []Change
	for _, name := range FactNames {
		if !bytes.Equal(a[name], b[name]) {
			out = append(out, Change{Field: name, Old: a[name], New: b[name]})
		}
	}
	return out
}
