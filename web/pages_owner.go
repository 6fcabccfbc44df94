package web

// MyProjectsPage lists an owner's projects. GET /my
type MyProjectsPage struct {
	Page
	Rows   []MyProject
	Drafts []Draft // "you already have a draft"
	NewURL string
	Pager  Pager
}

// MyProject is a row of MyProjectsPage.
type MyProject struct {
	Name, Href, Code, State, Route, Investment string
	Light                                      *Light
	Due                                        *Due
}

// Draft is an unfinished project.
type Draft struct {
	Name, Href, SavedAt string
	Done, Total         int // sections
	DiscardURL          string
}

// ActForm is an act that needs little but a reason. It says what follows before the click.
type ActForm struct {
	Title, Rule string
	Then        string // consequence
	ActionURL   string // POST
	Version     string
	Button      string
	Danger      bool
	Open        bool // something was typed, or is wrong
	Fields      []Field
}

// ClassifiedPage is the wizard's first question: is the project secret (FILE-2)? Stopped shows the page that ends it;
// nothing typed is stored. POST Action with classified=true|false.
type ClassifiedPage struct {
	Page
	Action  string
	Stopped bool
	Error   string
}

// The states of a task.
const (
	TaskNotStarted = "todo"
	TaskInProgress = "doing"
	TaskDone       = "done"
	TaskProblem    = "problem"
	TaskBlocked    = "blocked" // cannot start yet
)

// TasksPage is the wizard's task list.
type TasksPage struct {
	Page
	Name       string // of the project; empty before it has one
	Sections   []TaskSection
	Done       int
	Total      int
	SavedAt    string
	DiscardURL string // POST; empty where there is nothing to discard
	Due        *Due   // by when corrections are owed
	Links      []Link
}

// TaskSection groups tasks.
type TaskSection struct {
	Title string
	Tasks []Task
}

// Task is a part of the form. State is one of the Task constants.
type Task struct{ Title, Hint, Href, State string }

// QuestionPage asks one question. POST SaveURL with _csrf, _version and the fields; the autosave sends the same form to
// AutosaveURL and expects {"saved_at":"10:42","version":"7"}.
type QuestionPage struct {
	Page
	Heading, Why string
	Section      string
	Fields       []Field
	Step, Steps  int
	SaveURL      string
	AutosaveURL  string
	Back         string
	TasksURL     string
	Version      string
	SavedAt      string // "10:42"
	Skippable    bool   // optional for this route (FILE-3)
}

// CheckPage shows all answers before submission. POST SubmitURL is the signature of FILE-14.
type CheckPage struct {
	Page
	Groups         []AnswerGroup
	Advice         *RouteAdvice
	Commitment     []string // paragraphs of the commitment (FILE-14)
	CommitmentVer  string
	Signatory      string
	SubmitURL      string
	Version        string
	Ready          bool // false: something is missing, the button is not offered
	TasksURL       string
	LikeNamed      []Link // projects with like names: a hint, never a refusal
	AfterSubmitted string // what will happen, in words
	Refused        string // industrial policy refuses it (FILE-6); AskPerson is the way on
	AskPerson      Field
}

// AnswerGroup is a section of CheckPage.
type AnswerGroup struct {
	Title string
	Rows  []Answer
}

// Answer is a question with its answer and the link to change it.
type Answer struct{ Label, Value, Change, Error string }

// RouteAdvice proposes a route and says why (FILE-1).
type RouteAdvice struct {
	Route, Authority string
	Mismatch         bool // the owner chose another one
	Chosen           string
	Reasons          []Reason
	Items            []Reason // matters needed
}

// DonePage follows a submission.
type DonePage struct {
	Page
	Outcome     string // filed, in_review, submitted: state code of the API
	Name        string
	Code        string
	Certificate string
	CertPDF     string
	Project     string
	Reasons     []Reason // of a review
	Holder      string   // who has it now
	Due         *Due
	Next        []NextStep
}

// NextStep is something that comes next.
type NextStep struct {
	When, What string
	Link       *Link
}

// CertificatePage is the proof of a filing (备案证明) or of an acceptance (受理通知书) as a print sheet. Its texts are Chinese in
// any language. GET /projects/{code}/certificate
type CertificatePage struct {
	Page
	Heading      string
	Statement    []string // paragraphs
	Number, Code string
	Name         string
	Facts        []Fact
	IssuedOn     string
	Authority    string
	QR           string
	VerifyURL    string
	Digest       string
	PDF          string
	Lapsed       string // why it is no longer in force; empty while it is
}
