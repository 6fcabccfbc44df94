package web

// ReportsSection is what a project's unit owes and has handed in by reports (REP-1), on the unit's own view of it.
type ReportsSection struct {
	Prompt  *Banner // what to report next; nil: nothing in particular
	Duties  []DutyRow
	Other   []Link // what can be reported now besides
	Reports []ReportRow
}

// DutyRow is a report that is owed, or was.
type DutyRow struct {
	Due      Due
	Done     bool
	Distance string // how far it is to the next consequence; empty where there is none
	Urgent   bool   // the date has passed
	Far      bool   // it is a long way off
	Act      *Link
}

// ReportRow is a report, at its newest version.
type ReportRow struct {
	Label, Href string
	At          string
	Total       string // cumulative investment by it; empty: none stated
	Versions    int    // 0: a draft
	Late, Draft bool
}

// ReportFormPage is the form of one report, filled in from what is known already. The button save keeps a draft, submit
// hands it in. GET /my/projects/{id}/reports/new?kind=
type ReportFormPage struct {
	Page
	Heading, Why string
	ProjectName  string
	Due          *Due
	Distance     string
	Known        []Fact   // what the last report said
	Missing      []Reason // matters that are not done
	MissingText  string
	MissingThen  string
	Fields       []Field
	Hidden       []KeptField // what the form is about
	Then         string      // what follows
	Action       string      // POST
	Version      string
	Correcting   bool
	SavedAt      string
	Back         string
}

// ReportPage shows a report with all its versions (REP-5). GET /my/projects/{id}/reports/{report}
type ReportPage struct {
	Page
	Heading     string
	ProjectName string
	Late, Draft bool
	Due         *Due
	Facts       []Fact
	Missing     []Reason
	Earlier     []ReportVersion
	At, Why     string // of the newest version; why it corrects the one before
	Number      int
	Act         *Link // correct it, or go on with the draft
	Back        string
}

// ReportVersion is an earlier version of a report.
type ReportVersion struct {
	Number  int
	At, Why string
	Facts   []Fact
}
