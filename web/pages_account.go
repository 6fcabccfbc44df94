package web

// SignInPage. POST /sign-in with username, password, return.
type SignInPage struct {
	Page
	Username    string
	ReturnTo    string
	Failed      bool   // wrong name or password; never says which
	LockedUntil string // in words
	Expired     bool   // came here because the session ended
	DevAccounts []DevAccount
	DevPassword string
	Kept        *Kept // what was typed when the session ended
}

// Kept is a form that came too late: its fields travel with the person through the sign-in, and are stored nowhere.
type Kept struct {
	To     string // where the form goes
	Fields []KeptField
}

// KeptField is one typed value.
type KeptField struct{ Name, Value string }

// ResumePage shows what was typed before the session ended, ready to be sent again. POST Kept.To
type ResumePage struct {
	Page
	Kept
	Typed   []Fact // as people read it
	Instead string // the page itself, to go on without it
}

// DevAccount is a seeded account, shown in development only.
type DevAccount struct{ Username, Role, Organization, Region string }

// AccountPage is the signed-in person's own page. GET /account
type AccountPage struct {
	Page
	Facts     []Fact
	Sessions  []SessionRow
	OthersURL string // POST: sign out everywhere else
}

// SessionRow is a place where the person is signed in.
type SessionRow struct {
	Device, Address, Since, LastSeen string
	Current                          bool
	EndURL                           string // POST
}

// InboxPage lists the notices to a person. GET /inbox
type InboxPage struct {
	Page
	Tabs    []NavItem
	Notices []NoticeRow
	Pager   Pager
	ReadAll string // POST
}

// NoticeRow is one notice.
type NoticeRow struct {
	ID, Title, Text, At, Href, Project, Code, Rule string
	Unread, Urgent                                 bool
	ReadURL                                        string // POST
}

// The kinds of ErrorPage.
const (
	ErrForbidden   = "403"
	ErrNotFound    = "404"
	ErrConflict    = "409"
	ErrUnprocessed = "422"
	ErrTooMany     = "429"
	ErrInternal    = "500"
	ErrUnavailable = "503"
	ErrExpired     = "expired"
	ErrOffline     = "offline"
)

// ErrorPage says what happened, whether anything was lost, and what to do. Kind is one of the Err constants; an unknown
// kind reads as 500.
type ErrorPage struct {
	Page
	Kind   string
	Detail string // what exactly, already in the page's language; never internals
	Rule   string
	Retry  string // when to try again, in words
	Back   *Link
}

// Code is the kind under which the texts of the page are found.
func (p ErrorPage) Code() string {
	if _, ok := lookup(Chinese, "error."+p.Kind+".title"); ok {
		return p.Kind
	}
	return ErrInternal
}

// Title, Explanation and Advice of the kind.
func (p ErrorPage) Heading() string     { return p.T("error." + p.Code() + ".title") }
func (p ErrorPage) Explanation() string { return p.T("error." + p.Code() + ".text") }
func (p ErrorPage) Advice() string      { return p.T("error." + p.Code() + ".next") }
