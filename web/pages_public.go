package web

// HomePage is the front page: one search box, the answers below it. GET /?q=
type HomePage struct {
	Page
	Query    string
	Searched bool // false: show the ways in instead of results
	Results  []ResultCard
	More     string // link to the register when there are more than shown
	Examples []Link
}

// ResultCard is one answer. Kind: project, code, unit, nothing.
type ResultCard struct {
	Kind    string
	Heading string // of nothing: what was looked for
	Href    string
	Code    string // project code or 统一社会信用代码, in fixed width
	Tone    string // ok, bad, warn, info: colour of the edge, always together with Badge
	Badge   string // 有效, 未列入, 已列入 …
	Lines   []string
	Facts   []Fact
	Due     *Due
	Links   []Link
}

// PublicProjectPage is what everyone may see of a project. GET /projects/{code}
type PublicProjectPage struct {
	Page
	Name, Code  string
	State       string // state code of the API
	Route       string // 审批, 核准, 备案
	Flags       []Banner
	Facts       []Fact
	Dues        []Due
	Silence     string // accepted by silence: as of which day, in words; empty otherwise
	SilenceLink *Link  // to the explanation
	Timeline    []TimelineEntry
	Holders     []Holder
	QR          string // address of the QR image
	QRTarget    string // what it opens, in words for those who cannot see it
	Certificate string // address of the certificate page; empty when there is none
	CertTitle   string // what paper it is
	CertPDF     string
	Links       []Link
	Acts        []ActForm       // what its owner can do with it; empty for everyone else
	Reports     *ReportsSection // what its owner has to report; nil for everyone else
	Digest      string
}

// RegisterPage is the public list of projects. GET /register
type RegisterPage struct {
	Page
	Query   string
	Filters []Field // selects
	Columns []Column
	Rows    []RegisterRow
	Total   string // how many in all, in words; empty when not counted
	Pager   Pager
	Export  string
}

// RegisterRow is a project of the register.
type RegisterRow struct {
	Name, Href, Code, Region, Route, State, Owner, Investment, On string
}

// CodePage explains a project code in any written form (CODE-2…4). GET /codes?code=
type CodePage struct {
	Page
	Input    string
	Asked    bool
	Valid    bool
	Known    bool
	Scheme   string // 2020, 2017, or empty
	Code     string // 24 characters with hyphens
	Reason   string // why it is not valid
	Segments []Segment
	Project  *Link
	Examples []Link
}

// DueToolPage counts a limit, and shows the holidays of a year. GET /calendar?from=&n=&unit=&year=
type DueToolPage struct {
	Page
	From, Number, Unit Field
	Result             *DueResult
	Year               string
	Years              []Link // the current one has no Href
	Holidays           []HolidayRow
	Basis              string // number of the notice that the year rests on
	Provisional        bool   // the year's notice is not published yet (CAL-1)
	Feed               string // calendar feed (.ics), if offered
}

// DueResult is a computed due date.
type DueResult struct {
	Due         string // in words, FormatDue
	From        string
	Total       int
	Provisional bool
	Strip       Strip
}

// HolidayRow is a holiday of the year with its make-up days.
type HolidayRow struct {
	Name, Range string
	Days        int
	MakeUp      []string
}

// DeadlinePage answers "为什么是这一天?" for one deadline (CAL-5). GET /deadlines/{id}
type DeadlinePage struct {
	Page
	Due            Due
	DueWords       string // FormatDue
	Project        *Link
	Event          string // what started it
	EventAt        string
	PolicyVersion  string
	Calendar       string // calendar version or notice numbers
	Then           string // what happens at the due instant if nothing is done
	Strip          Strip
	Pauses         []PauseRow
	StatutoryLink  *Link // the other of the two dates (promised, statutory)
	StatutoryWords string
}

// PauseRow is a stop of the clock (CAL-3).
type PauseRow struct {
	Reason, From, Until, By, Basis string
	Days                           int
}
