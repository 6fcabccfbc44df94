package domain

// CaseUnlawfulStart is a case about construction begun without what must be done before it (REP-2).
const CaseUnlawfulStart = "unlawful_start"

// Case is a supervision case as the area that opens it states it: what may have gone wrong, on which project of which unit.
type Case struct {
	ID        int64
	Kind      string
	Rule      string
	ProjectID int64
	UnitID    int64  // organisation
	Region    string // of the accepting authority: who sees the case
	Detail    CaseDetail
}

// CaseDetail is what a case rests on. Dates are civil, written 2006-01-02.
type CaseDetail struct {
	ReportID   int64      `json:"report_id"`
	StartDate  string     `json:"start_date"`
	AcceptedOn string     `json:"accepted_on"`
	Early      bool       `json:"early"` // begun before the project was accepted or filed (G1)
	Items      []CaseItem `json:"items"`
}

// CaseItem is a matter that is missing, with the department competent for it.
type CaseItem struct {
	Code       string `json:"code"`
	Name       string `json:"name"`
	Department string `json:"department"`
}

// String names the matter in a sentence.
func (i CaseItem) String() string { return i.Code + " " + i.Name + "（" + i.Department + "）" }
