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
	AnnualDueMonth        Parameter = "annual_due_month"       // REP-1: the annual report of a year is due on this month and day of the next
	AnnualDueDay          Parameter = "annual_due_day"
	CompletionReportDays  Parameter = "completion_report_days"  // REP-1, natural days after 竣工验收
	ReportReminderFirst   Parameter = "report_reminder_first"   // REP-4, working days before due
	ReportReminderSecond  Parameter = "report_reminder_second"  // REP-4, working days before due
	ReportReminderLast    Parameter = "report_reminder_last"    // REP-4, working days before due
	ReportProposalDays    Parameter = "report_proposal_days"    // REP-4, natural days overdue until a record is proposed
	OverInvestmentPercent Parameter = "over_investment_percent" // REP-3, of approved investment
	GeneralThreshold      Parameter = "general_threshold"       // CRED-3, general records in effect
	MajorThreshold        Parameter = "major_threshold"         // CRED-3, major records in effect
	OverdueThreshold      Parameter = "overdue_threshold"       // CRED-3, of them unrectified past their date
	StatementDays         Parameter = "statement_days"          // CRED-2, working days from service
	RectifyGeneralDays    Parameter = "rectify_general_days"    // CRED-2, natural days from confirmation
	RectifyMajorDays      Parameter = "rectify_major_days"      // CRED-2, natural days from confirmation
	EvidenceReviewDays    Parameter = "evidence_review_days"    // CRED-2, working days, then escalated
	GeneralEffectMonths   Parameter = "general_effect_months"   // CRED-2, months from confirmation
	MajorEffectMonths     Parameter = "major_effect_months"     // CRED-2, months from confirmation
	ObjectionDays         Parameter = "objection_days"          // CRED-4, working days from service
	ObjectionReviewDays   Parameter = "objection_review_days"   // CRED-4, working days, then escalated
	ListingMinGeneral     Parameter = "listing_min_general"     // CRED-6, months
	ListingMinMajor       Parameter = "listing_min_major"       // CRED-6, months
	ListingMaxGeneral     Parameter = "listing_max_general"     // CRED-6, months
	ListingMaxMajor       Parameter = "listing_max_major"       // CRED-6, months
	ExitReviewDays        Parameter = "exit_review_days"        // CRED-6, working days, then escalated
	GreenYears            Parameter = "green_years"             // CRED-9, without a record in effect
	GreenPercent          Parameter = "green_percent"           // CRED-9, by which promised limits are shorter
	ListedFiling          Parameter = "listed_filing"           // CRED-9: a listed unit's 备案 is 0 = flagged, 1 = reviewed
	PublicGeneral         Parameter = "public_general"          // CRED-8: confirmed general records are public, 0 or 1
	PublicMajor           Parameter = "public_major"            // CRED-8: confirmed major records are public, 0 or 1
	HorizonHours          Parameter = "deadline_horizon_hours"  // how far ahead Redis is filled
	PasswordFailures      Parameter = "password_failures"       // sign-in: failures before the lock
	PasswordLockMinutes   Parameter = "password_lock_minutes"   // sign-in: how long it holds
	SessionIdleMinutes    Parameter = "session_idle_minutes"    // sessions end unused
	SessionMaxHours       Parameter = "session_absolute_hours"  // sessions end in any case
)

// Parameters are the policy parameters of one edition.
type Parameters map[Parameter]int

// DefaultParameters are the seeded values.
var DefaultParameters = Parameters{
	AcceptanceDays: 5, FilingReviewDays: 5, CorrectionDays: 15, CorrectionReminder: 3, EntrustDays: 4,
	PromisePercent: 50, YellowDays: 2, YellowPercent: 20, FixedYellowDays: 2, DevelopmentDepartment: 4,
	AnnualDueMonth: 1, AnnualDueDay: 31, CompletionReportDays: 30, ReportReminderFirst: 30, ReportReminderSecond: 7, ReportReminderLast: 1,
	ReportProposalDays: 30, OverInvestmentPercent: 110,
	GeneralThreshold: 3, MajorThreshold: 1, OverdueThreshold: 1, StatementDays: 5, RectifyGeneralDays: 30, RectifyMajorDays: 60, EvidenceReviewDays: 10,
	GeneralEffectMonths: 12, MajorEffectMonths: 36, ObjectionDays: 5, ObjectionReviewDays: 10,
	ListingMinGeneral: 3, ListingMinMajor: 12, ListingMaxGeneral: 12, ListingMaxMajor: 36, ExitReviewDays: 10,
	GreenYears: 2, GreenPercent: 30, ListedFiling: 0, PublicGeneral: 0, PublicMajor: 1,
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
