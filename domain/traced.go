package domain

// TracedError is a refusal whose traces are kept: the transaction commits (the audit event, a purge) and the
// caller is refused all the same.
type TracedError struct{ Err error }

func (t *TracedError) Error() string { return t.Err.Error() }
func (t *TracedError) Unwrap() error { return t.Err }
