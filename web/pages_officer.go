package web

// QueuePage is an officer's work queue. The filters are a GET form, so that they live in the address. GET /queue
type QueuePage struct {
	Page
	Menu    []NavItem // queues with their true counts
	Heading string
	Count   int // equals the number of rows over all pages
	Query   string
	Filters []Field
	Columns []Column
	Rows    []QueueRow
	Pager   Pager
	Saved   []Link // saved filters
	SaveURL string // POST: keep the present filters under a name
}

// QueueRow is a case.
type QueueRow struct {
	Light                                       Light
	Name, Href, Code, Matter, Holder, Region    string
	Investment, Due, DueHref, Submitted, Badges string
}

// CasePage is the whole case on one page, and the decision. GET /cases/{id}
type CasePage struct {
	Page
	Name, Code, State, Route string
	Version                  string
	Owner                    *Link
	Groups                   []AnswerGroup
	Round                    int // the n-th submission
	Changes                  []Difference
	Reasons                  []Reason // why it is in review
	Flags                    []Banner
	Dues                     []Due
	Timeline                 []TimelineEntry
	Holders                  []Holder
	Decision                 *DecisionBox // nil: nothing for this person to decide
	NotYours                 string       // why not (FILE-11)
	Acts                     []ActForm    // what else can be done with it
	Next                     *Link        // the next case of the queue
	QueueURL                 string
}

// DecisionBox states rule, limit and consequence before the click.
type DecisionBox struct {
	Matter      string
	Filing      bool   // 备案 is filed or not; nothing is accepted
	Open        string // the answer that was begun: accept, refuse, correct
	Rule        string
	Limit       string // until when, in words
	LimitLink   string
	Silence     string // what happens if nobody decides
	CanAccept   bool
	CanRefuse   bool
	CanCorrect  bool // corrections may be asked for once only (FILE-5)
	WhyNoAsk    string
	ActionURL   string // POST decision=accept|refuse|correct
	AcceptThen  string // consequence
	RefuseThen  string
	CorrectThen string
	Corrections Field // repeating rows of field and what
	Reason      Field
	Remedy      Field
	Opinion     Field
}
