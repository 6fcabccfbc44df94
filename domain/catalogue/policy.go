package catalogue

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// Parameter names a policy parameter (⚙ of the rules).
type Parameter string

// The parameters in use, with their unit.
const (
	AcceptanceDays        Parameter = "acceptance_days"        // FILE-5, working days
	FilingReviewDays      Parameter = "filing_review_days"     // FILE-4, working days
	CorrectionDays        Parameter = "correction_days"        // FILE-5, working days
	CorrectionReminder    Parameter = "correction_reminder"    // FILE-5, working days before
	EntrustDays           Parameter = "entrust_days"           // FILE-7, working days
	PromisePercent        Parameter = "promise_percent"        // CAL-4, of the statutory days, rounded up
	YellowDays            Parameter = "yellow_days"            // CAL-4, working days
	YellowPercent         Parameter = "yellow_percent"         // CAL-4, of the limit, rounded up
	FixedYellowDays       Parameter = "fixed_yellow_days"      // CAL-4, working days
	DevelopmentDepartment Parameter = "development_department" // CODE-2, the guiding department's two digits
	HorizonHours          Parameter = "deadline_horizon_hours" // how far ahead Redis is filled
	PasswordFailures      Parameter = "password_failures"      // sign-in: failures before the lock
	PasswordLockMinutes   Parameter = "password_lock_minutes"  // sign-in: how long it holds
	SessionIdleMinutes    Parameter = "session_idle_minutes"   // sessions end unused
	SessionMaxHours       Parameter = "session_absolute_hours" // sessions end in any case
)

// Parameters are the policy parameters of one edition.
type Parameters map[Parameter]int

// DefaultParameters are the seeded values.
var DefaultParameters = Parameters{
	AcceptanceDays: 5, FilingReviewDays: 5, CorrectionDays: 15, CorrectionReminder: 3, EntrustDays: 4,
	PromisePercent: 50, YellowDays: 2, YellowPercent: 20, FixedYellowDays: 2, DevelopmentDepartment: 4,
	HorizonHours: 48, PasswordFailures: 5, PasswordLockMinutes: 30, SessionIdleMinutes: 30, SessionMaxHours: 12,
}

// Check refuses a set with a missing or unknown name, or a negative value.
func (p Parameters) Check() error {
	var errs []error
	for name := range DefaultParameters {
		if _, ok := p[name]; !ok {
			errs = append(errs, fmt.Errorf("parameter %s is missing", name))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p)) {
		if _, ok := DefaultParameters[name]; !ok {
			errs = append(errs, fmt.Errorf("parameter %s is unknown", name))
		}
		if p[name] < 0 {
			errs = append(errs, fmt.Errorf("parameter %s is negative", name))
		}
	}
	return errors.Join(errs...)
}
