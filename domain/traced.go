package domain

// TracedRefusal is a refusal whose traces are kept: the transaction commits (the audit event, a purge) and the
// caller is refused all the same.
type TracedRefusal struct{ Err error }

func (t *TracedRefusal) Error() string { return t.Err.Error() }
func (t *TracedRefusal) Unwrap() error { return t.Err }
