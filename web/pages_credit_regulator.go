package web

// WorkListPage is a list of work: records and listings of a regulator, supervision cases, requests for support. The
// filters are a GET form, so that they live in the address. GET /credit, /supervision, /support
type WorkListPage struct {
	Page
	Menu      []NavItem // lists with their true counts
	MenuLabel string
	Heading   string
	Lede      string
	Count     int // equals the number of rows over all pages
	Known     bool
	Action    *Link
	FilterURL string
	Search    Field
	Filters   []Field // hidden along with the search: the list that is searched
	Lights    bool    // whether limits run on its rows
	Columns   []Column
	DueLabel  string // of the last one
	Rows      []WorkRow
	EmptyKey  string // what the page says without rows: <key>.empty, <key>.empty_next
	Pager     Pager
}

// WorkRow is something to do.
type WorkRow struct {
	Light            Light
	Name, Href, Code string
	Cells            []WorkCell // between name and date, one for each column
	Due, DueHref     string
}

// WorkCell is a cell of a WorkRow. Locked: this person may not do it.
type WorkCell struct {
	Label, Text, Note string
	Href              string
	Badge             *Badge
	Locked            bool
	Keep              bool // on one line
}

// Badge is a coded state in words. Tone: ok, warn, bad, or none.
type Badge struct{ Tone, Text string }

// DossierPage is everything about one record, listing, case or request, with what can be done about it now.
type DossierPage struct {
	Page
	Subject  string // what it is: 异常信用记录
	Heading  string
	Badges   []Badge
	Unit     *Link
	Links    []Link
	Flags    []Banner
	Facts    []Fact
	Writings []Writing
	Causes   *CreditTable // what a listing rests on
	Timeline []TimelineEntry
	Now      *NowBox
	Acts     []ActForm
	Locked   []Reason // what cannot be done now, and why not
	NotYours string   // why this person decides nothing here
	Dues     []Due
}

// Writing is a text that somebody wrote, with who and when.
type Writing struct {
	Title, Meta, Text string
	Lines             []string // evidence
	Badge             *Badge
}

// NowBox says what is due now, who has to do it, until when, and what happens if nobody does.
type NowBox struct {
	What, Who, Rule  string
	Limit, LimitHref string
	Otherwise        string
}

// CreditTable is a list of records or listings.
type CreditTable struct {
	Title    string
	Columns  []string
	Rows     [][]WorkCell
	EmptyKey string
}

// UnitCreditPage is a unit's credit with its whole story. GET /credit/units/{uscc}
type UnitCreditPage struct {
	Page
	Name, USCC   string
	Tone         string // ok, warn, bad, info
	Verdict      string
	Lines        []Fact // with the way to the count of their date
	Meters       []Fact
	Consequences []Reason
	Records      CreditTable
	Listings     CreditTable
	Timeline     []TimelineEntry
	Dues         []Due
	Links        []Link
	Propose      *Link
	Purpose      string // for what it is read; empty for whom the office says it
}

// ProposePage puts a record forward. GET, POST /credit/propose
type ProposePage struct {
	Page
	Unit   *Link // once known
	About  []Reason
	Fields []Field
	Then   string // what follows
	Cancel string
}

// PurposePage asks for what somebody reads, before it shows anything (CRED-8). GET Action?purpose=
type PurposePage struct {
	Page
	Action  string
	Hidden  []Fact // the rest of the address
	Purpose Field
}
