package web

// Page is what every page has. Each page struct embeds it; the zero value renders (in Chinese, signed out).
type Page struct {
	Title     string // replaces the page's own title when set
	Lang      string // Chinese or English
	Path      string // path and query of this request, to come back to after changing display or signing in
	CSRF      string // goes into every form as _csrf
	FormKey   string // idempotency key of the forms on this page (_key): a double click sends once
	Actor     *ActorView
	Nav       []NavItem
	Crumbs    []Link
	Dev       *DevClock // only in development
	Notice    *Banner
	Errors    []FieldError // summary at the top of the page, linked to the fields
	AsOf      string       // "2026年11月23日 10:42:07"
	Large     bool         // large type (适老), by cookie
	Wide      bool         // work pages use the whole width
	RequestID string
	Footer    SiteFooter

	// SessionSeconds is how long the session still lasts; the page warns two minutes before. 0: no warning.
	SessionSeconds int
}

// ActorView is the signed-in person as the page head shows them.
type ActorView struct {
	Name, Organization, Role string
	Home                     string // where the name links to
	Unread                   int
	Inbox                    bool // whether the person has an inbox
}

// NavItem is an entry of the main navigation. Count, where given, equals the length of the list behind it.
type NavItem struct {
	Label, Href string
	Current     bool
	Count       *int
}

// DevClock is the development clock in the page head.
type DevClock struct {
	Now      string // value of the input, 2026-11-23T10:42
	Standing bool   // the clock stands still until it is let run
}

// SiteFooter holds the configurable identity of the site.
type SiteFooter struct {
	Host, Contact     string
	ICP, ICPHref      string
	Police, PoliceURL string
	Links             []Link
}

// Link is a labelled address.
type Link struct{ Label, Href string }

// Banner is a message at the top of a page. Tone: ok, info, warn, bad.
type Banner struct {
	Tone, Title, Text string
	Link              *Link
}

// FieldError is one line of the error summary; Name is the field's name, or empty for the page as a whole. Href leads to
// where it is mended, when that is another page.
type FieldError struct{ Name, Message, Href string }

// T is the text of key in the page's language; see Text.
func (p Page) T(key string, pairs ...any) string { return Text(p.Language(), key, pairs...) }

// Word is the text of a coded value in the page's language; see Word.
func (p Page) Word(group, code string) string { return Word(p.Language(), group, code) }

// Language is the page's language, Chinese when none was set.
func (p Page) Language() string {
	if p.Lang == English {
		return English
	}
	return Chinese
}

// OtherLanguage is the one that the switch in the page head leads to.
func (p Page) OtherLanguage() string {
	if p.Language() == English {
		return Chinese
	}
	return English
}

// Nth says which day of how many: 第 3 个工作日，共 20 个. unit is UnitWorking or UnitNatural.
func (p Page) Nth(unit string, n, total int) string {
	key := "due.working_day"
	if unit == UnitNatural {
		key = "due.natural_day"
	}
	return p.T(key, "n", n, "total", total)
}

// Ordinal is the position of the i-th row (from 0) as people count.
func (p Page) Ordinal(i int) int { return i + 1 }
