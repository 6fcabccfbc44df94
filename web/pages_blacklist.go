package web

// BlacklistPage lists the units on the blacklist now (CRED-6). GET /blacklist?q=
type BlacklistPage struct {
	Page
	Query string
	Rows  []BlacklistRow
	Pager Pager
	CSV   string
	Feed  string
}

// BlacklistRow is a unit that is listed.
type BlacklistRow struct {
	Name, USCC, Href string
	Reasons          []string // each ground once
	Basis            []string // documents with their clauses
	From, Until      string
}

// UnitAnswerPage says whether a unit is on the blacklist, since when, why, and on what basis (CRED-5, CRED-6). It names no
// person. Wrong means that what was asked for is no code of a unit. GET /blacklist/{uscc}
type UnitAnswerPage struct {
	Page
	Query      string
	Wrong      string
	USCC, Name string
	Known      bool // the platform knows the unit
	Listed     bool
	From       string // in words, to the second
	Until      string
	Listings   []UnitListing
	Records    []UnitCause // confirmed ones in effect that are public (CRED-8)
	Links      []Link
}

// UnitListing is one listing in effect, with all that it rests on.
type UnitListing struct {
	From, Until string
	Basis       []string
	Rule        string
	Policy      string // version of the parameters
	Causes      []UnitCause
	Steps       []TimelineEntry
}

// UnitCause is a confirmed record behind a listing.
type UnitCause struct {
	Text, Ground string
	Project      *Link
	ConfirmedOn  string
	RectifyBy    string
	Overdue      bool
}
