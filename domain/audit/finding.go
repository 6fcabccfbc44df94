package audit

import "qhtz/domain"

// FindingKind says what was done to the trail.
type FindingKind string

// The kinds of finding (AUD-1).
const (
	Changed     FindingKind = "changed"
	Removed     FindingKind = "removed"
	Inserted    FindingKind = "inserted"
	Reordered   FindingKind = "reordered"
	SealChanged FindingKind = "seal_changed"
	SealRemoved FindingKind = "seal_removed"
)

// Finding names one thing that is wrong with the trail. Zero fields are not known or do not apply.
type Finding struct {
	Kind    FindingKind
	Subject domain.Subject
	EventID int64
	SealID  int64
	Detail  string // for people
}

// Summary says what was looked at.
type Summary struct {
	Events   int
	Subjects int
	Seals    int
	Unsealed int // not sealed yet: their subjects' chains alone protect them; the newest seal's announcement is always one
	LastSeal int64
	LastHash []byte // of the last seal: kept elsewhere, it proves later that no seal was rewritten
}
