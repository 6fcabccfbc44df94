package catalogue

import (
	"slices"
	"strings"

	"qhtz/domain/calendar"
)

// Region is one division. A historic one has an end.
type Region struct {
	Code, Name, Parent, Level string
	From, To                  string // civil dates; empty: open
}

// Regions are the divisions by code.
type Regions []Region

// Find gives a division by its six digits, historic ones too.
func (r Regions) Find(code string) (Region, bool) {
	i := slices.IndexFunc(r, func(x Region) bool { return x.Code == code })
	if i < 0 {
		return Region{}, false
	}
	return r[i], true
}

// Valid reports whether a division exists on a day.
func (r Regions) Valid(code string, on calendar.Date) bool {
	x, ok := r.Find(code)
	return ok && (x.From == "" || x.From <= on.String()) && (x.To == "" || on.String() <= x.To)
}

// Name gives the division's name, or the code where it is unknown.
func (r Regions) Name(code string) string {
	if x, ok := r.Find(code); ok {
		return x.Name
	}
	return code
}

// FullName gives the name with those of the levels above it, without the province.
func (r Regions) FullName(code string) string {
	x, ok := r.Find(code)
	if !ok {
		return code
	}
	if x.Level == "county" {
		return r.Name(x.Parent) + x.Name
	}
	return x.Name
}

// Industry is one class of GB/T 4754.
type Industry struct{ Code, Name string }

// Industries are the classes on file. Finer classes than those on file are accepted when their first two
// digits are known.
type Industries []Industry

// Name gives the name of the class or of its two-digit division.
func (n Industries) Name(code string) string {
	for l := len(code); l >= 2; l-- {
		if i := slices.IndexFunc(n, func(x Industry) bool { return x.Code == code[:l] }); i >= 0 {
			return n[i].Name
		}
	}
	return code
}

// Valid reports whether code is 2 to 4 digits with a known division.
func (n Industries) Valid(code string) bool {
	if len(code) < 2 || len(code) > 4 || strings.Trim(code, "0123456789") != "" {
		return false
	}
	return slices.ContainsFunc(n, func(x Industry) bool { return x.Code == code[:2] })
}

// SurplusIndustry is an industry of FILE-6 and how it is treated.
type SurplusIndustry struct {
	Industry string
	Keywords []string
	What     string
	Rules    []string // refuse_new, upgrade_with_plan, plan_then_review, review
	Basis    string
}

// Has reports whether a treatment applies.
func (s SurplusIndustry) Has(rule string) bool { return slices.Contains(s.Rules, rule) }

// Surplus are the industries of FILE-6.
type Surplus []SurplusIndustry

// ApprovalEntry is an entry of the 核准目录: which enterprise projects need 核准, and by whom.
type ApprovalEntry struct {
	Sector, What string
	Industries   []string // prefixes of GB/T 4754 codes; empty: not told by industry
	Threshold    string   // "total_investment>=5000.00"; empty: none
	Authority    string
	Note         string
}

// ApprovalCatalogue is the 核准目录.
type ApprovalCatalogue []ApprovalEntry

// Item is one matter of approval (事项).
type Item struct {
	Code, Stage, Name, Department string
	Routes                        []string
	NeededWhen                    string
	NeededBefore                  []string
	Limit                         calendar.Limit
	ExtendBy, Steps               int
	Prerequisites                 []string
	Result, Confidence, Basis     string
}

// Items is the catalogue of matters.
type Items []Item

// Find gives an item by its code.
func (s Items) Find(code string) (Item, bool) {
	i := slices.IndexFunc(s, func(x Item) bool { return x.Code == code })
	if i < 0 {
		return Item{}, false
	}
	return s[i], true
}

// Names are the facts on which items can depend, as named in needed_when ("needs_land", "builds" …):
// what a project may list under `needs`.
func (s Items) Names() []string {
	var names []string
	for _, i := range s {
		if n := i.NeededWhen; n != "always" && !strings.ContainsAny(n, "=<>") && !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	slices.Sort(names)
	return names
}

// LegalBasis is a document that allows units to be listed and published, while it is in force (CRED-5).
type LegalBasis struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Clause string `json:"clause"`
	From   string `json:"from"`         // civil date
	To     string `json:"to,omitempty"` // civil date, its last day; empty: open
}

// InForce reports whether the document is in force on a day.
func (b LegalBasis) InForce(on calendar.Date) bool {
	return b.From <= on.String() && (b.To == "" || on.String() <= b.To)
}

// LegalBases are the documents that listings rest on, the first one in force prevailing.
type LegalBases []LegalBasis

// DefaultBases are the seeded documents.
var DefaultBases = LegalBases{{ID: "32-15", Title: "青政办〔2017〕32号", Clause: "第15条", From: "2017-03-13"}}
