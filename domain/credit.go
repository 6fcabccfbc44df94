package domain

// Credit is what other areas need of a unit's credit at one moment (CRED-9); the credit area's pure function gives it.
type Credit struct {
	Listed   bool
	InEffect int  // records in effect
	Green    bool // good standing: the green channel
}
