package web

// CreditPage is where a unit stands: what is recorded, how far it is from being listed, what follows. GET /my/credit
type CreditPage struct {
	Page
	UnitName, USCC string
	Tone           string // of the answer: ok, warn, bad, info
	Answer         string
	Lines          []string
	Gauges         []Gauge
	Consequences   []Reason
	Listings       []CreditCard
	Records        []CreditCard // in hand, or in effect
	Past           []CreditCard
	Links          []Link
}

// Gauge is a count against the number that has consequences.
type Gauge struct {
	Label, Value string
	Of           int // 0: no such number
	Tone         string
	Hint         string
}

// CreditCard is a record or a listing in a list. State is a code of the group record_state or listing_state.
type CreditCard struct {
	Label, Href  string
	Group, State string
	Tone         string
	Project      string
	Due          *Due
	Todo         string // what the unit can do now
}

// MyRecordPage is one record, as the unit that it concerns sees it. GET /my/credit/records/{id}
type MyRecordPage struct {
	Page
	Heading  string
	State    string // code of record_state
	Tone     string
	Answer   string // what it comes to now
	Lines    []string
	Facts    []Fact // what is held against the unit, and on what basis
	Dues     []Due
	Forms    []ActForm
	Timeline []TimelineEntry
}

// MyListingPage is one listing, as the unit that it concerns sees it. GET /my/credit/listings/{id}
type MyListingPage struct {
	Page
	Heading    string
	State      string // code of listing_state
	Tone       string
	Answer     string
	Lines      []string
	Causes     []CreditCard
	Basis      []string
	Dues       []Due
	Exit       bool     // leaving is a question now
	Lacks      []string // what is missing to leave; empty: nothing
	Commitment string   // text to be signed with the application to leave
	Forms      []ActForm
	Timeline   []TimelineEntry
	Public     *Link
}

// SupportPage lists a unit's requests for plans, quotas and subsidies, and takes a new one (CRED-9). GET /my/support
type SupportPage struct {
	Page
	Refused  string // why none would be taken now
	Rule     string
	Fields   []Field // empty: nothing to ask for
	Action   string
	Requests []SupportRow
	Pager    Pager
}

// SupportRow is a request.
type SupportRow struct {
	Kind, Project, Href, Code, State, Tone, Amount, Year, At, Note string
}
