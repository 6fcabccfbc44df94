package competence

import (
	"slices"
	"strings"
	"testing"

	"qhtz/domain"
)

// The expected answers, written apart from the code: act, who, and for what was submitted and for a draft one mark for
// each relation: . may, 3 forbidden, 4 not found. In order the subject is
//
//	own          of the actor's unit (in another prefecture: it is the ownership that counts)
//	foreign      of another unit, in another prefecture
//	same         in the actor's region, his organisation is competent
//	below        in a county of it that has its own 发展改革
//	vacant       in a county of it that has none, so that his organisation is competent (FILE-13)
//	sibling      in the next county, the actor being a county's
//	above        in the prefecture, the actor being a county's
//	himself      as same, but submitted by the actor
//
// Who is not named for an act is forbidden everywhere.
const expected = `
project.create   owner                                            ........ ........
project.read     owner                                            .4444444 .4444444
project.read     handler,reviewer,decider,eia                     44...44. 44444444
project.read     regulator,supervisor,auditor                     44...44. 44444444
project.edit     owner                                            .4444444 .4444444
project.submit   owner                                            .4444444 .4444444
project.discard  owner                                            .4444444 .4444444
project.withdraw owner                                            .4444444 .4444444
project.route    owner                                            .4444444 .4444444
project.route    handler,reviewer,decider,eia                     44...44. 44444444
project.accept   handler,reviewer                                 44.3.443 44444444
project.accept   eia                                              44333443 44444444
project.transfer handler,reviewer                                 44.3.443 44444444
project.transfer eia                                              44333443 44444444
report.submit    owner                                            .4444444 .4444444
case.read        handler,reviewer,decider,eia                     44...44. 44444444
case.read        regulator,supervisor,auditor                     44...44. 44444444
case.close       regulator,supervisor                             44...44. 44444444
credit.read      owner                                            .4444444 .4444444
credit.read      handler,reviewer,decider,eia                     ........ ........
credit.read      regulator,supervisor,auditor                     ........ ........
credit.propose   regulator                                        44...44. 44444444
credit.decide    regulator                                        44...44. 44444444
credit.answer    owner                                            .4444444 .4444444
support.ask      owner                                            .4444444 .4444444
support.read     owner                                            .4444444 .4444444
support.read     handler,reviewer,decider,eia                     44...44. 44444444
support.read     regulator,supervisor,auditor                     44...44. 44444444
support.decide   handler,reviewer,decider                         44.3.443 44444444
support.decide   eia                                              44333443 44444444
deadline.read    owner                                            .4444444 .4444444
deadline.read    handler,reviewer,decider,eia                     44...44. 44444444
deadline.read    regulator,supervisor,auditor                     44...44. 44444444
inbox.read       owner,handler,reviewer,decider,eia               ........ ........
inbox.read       regulator,supervisor,auditor                     ........ ........
account.self     owner,handler,reviewer,decider,eia               ........ ........
account.self     regulator,supervisor,auditor,bank                ........ ........
account.self     sysadmin,secadmin,logauditor                     ........ ........
sessions.manage  owner,handler,reviewer,decider,eia               ........ ........
sessions.manage  regulator,supervisor,auditor,bank                ........ ........
sessions.manage  sysadmin,secadmin,logauditor                     ........ ........
tokens.manage    owner,handler,reviewer,decider,eia               ........ ........
tokens.manage    regulator,supervisor,auditor,bank                ........ ........
audit.read       logauditor                                       ........ ........
calendar.manage  sysadmin,secadmin                                .......3 .......3
policy.propose   sysadmin,secadmin                                ........ ........
policy.approve   secadmin                                         .......3 .......3
`

const relationCount = 8

type cell struct {
	act Act
	who string
}

func readExpected(t *testing.T) map[cell][2]string {
	t.Helper()
	table := map[cell][2]string{}
	for line := range strings.Lines(strings.TrimSpace(expected)) {
		f := strings.Fields(line)
		if len(f) != 4 || !slices.Contains(Acts, Act(f[0])) || len(f[2]) != relationCount || len(f[3]) != relationCount {
			t.Fatalf("bad line %q", line)
		}
		for who := range strings.SplitSeq(f[1], ",") {
			table[cell{Act(f[0]), who}] = [2]string{f[2], f[3]}
		}
	}
	return table
}

var people = []string{"owner", "handler", "reviewer", "decider", "eia", "regulator", "supervisor", "auditor", "bank", "sysadmin", "secadmin", "logauditor"}

func person(who, region string) domain.Actor {
	a := domain.Actor{ID: 7, Username: who, Roles: []domain.Role{domain.Role(who)}, Organization: domain.Organization{ID: 70, Region: region, Kind: domain.OrgPlatform}}
	org := &a.Organization
	switch who {
	case "owner":
		org.Kind = domain.OrgUnit
	case "handler", "reviewer", "decider":
		org.Kind, org.Department = domain.OrgDepartment, domain.DepartmentReform
	case "eia":
		a.Roles = []domain.Role{domain.RoleHandler}
		org.Kind, org.Department = domain.OrgDepartment, "生态环境"
	case "regulator":
		org.Kind = domain.OrgRegulator
	}
	return a
}

// situation is the actor and the subject in the n-th relation.
func situation(who string, n int) (domain.Actor, Scope) {
	actor := person(who, "630100")
	other := Scope{OwnerID: 71, CompetentOrgID: 72, SubmittedBy: 8, Purpose: "专项审计"}
	switch n {
	case 0:
		other.OwnerID, other.Region = 70, "630200"
	case 1:
		other.Region = "630200"
	case 2, 7:
		other.Region, other.CompetentOrgID = "630100", 70
	case 3:
		other.Region = "630102"
	case 4:
		other.Region, other.CompetentOrgID = "630103", 70
	case 5:
		actor, other.Region = person(who, "630102"), "630103"
	case 6:
		actor, other.Region = person(who, "630102"), "630100"
	}
	if n == 7 {
		other.SubmittedBy = 7
	}
	return actor, other
}

func mark(err error) byte {
	switch {
	case err == nil:
		return '.'
	case domain.IsKind(err, domain.Unauthenticated):
		return '1'
	case domain.IsKind(err, domain.Forbidden):
		return '3'
	case domain.IsKind(err, domain.NotFound):
		return '4'
	}
	return '?'
}

// Ensure every act × role × relation is decided as written above (FILE-13, AUD-2, M9).
func TestMay_Matrix(t *testing.T) {
	t.Parallel()
	table := readExpected(t)
	for _, act := range Acts {
		for _, who := range people {
			want, ok := table[cell{act, who}]
			if !ok {
				want = [2]string{strings.Repeat("3", relationCount), strings.Repeat("3", relationCount)}
			}
			for i, draft := range []bool{false, true} {
				got := make([]byte, relationCount)
				for n := range relationCount {
					actor, s := situation(who, n)
					s.Draft = draft
					got[n] = mark(May(actor, act, s))
				}
				if string(got) != want[i] {
					t.Errorf("%s by %s, draft %v: %s, want %s", act, who, draft, got, want[i])
				}
			}
		}
	}
}

// Ensure that what stands in the public register is refused as forbidden, never as absent, and nothing else changes.
func TestMay_Public(t *testing.T) {
	t.Parallel()
	for _, act := range Acts {
		for _, who := range people {
			for n := range relationCount {
				actor, s := situation(who, n)
				want := mark(May(actor, act, s))
				if want == '4' {
					want = '3'
				}
				s.Public = true
				if got := mark(May(actor, act, s)); got != want {
					t.Errorf("%s by %s, relation %d: %c, want %c", act, who, n, got, want)
				}
			}
		}
	}
}

// Ensure nobody who is not signed in does anything, and the platform by itself only what happens at a legal instant.
func TestMay_VisitorAndTimer(t *testing.T) {
	t.Parallel()
	timers := []Act{"project.read", "project.accept", "project.withdraw", "deadline.read"}
	for _, act := range Acts {
		if got := mark(May(domain.Actor{}, act, Scope{OwnerID: 0, Region: "630100"})); got != '1' {
			t.Errorf("visitor, %s: %c", act, got)
		}
		want := byte('3')
		if slices.Contains(timers, act) {
			want = '.'
		}
		if got := mark(May(domain.TimerActor, act, Scope{})); got != want {
			t.Errorf("timer, %s: %c, want %c", act, got, want)
		}
	}
}

// Ensure an auditor reads nothing without saying for what, whether or not he may see it.
func TestMay_AuditorPurpose(t *testing.T) {
	t.Parallel()
	for n := range relationCount {
		actor, s := situation("auditor", n)
		s.Purpose = ""
		err := May(actor, ProjectRead, s)
		if e, ok := domain.AsError(err); !ok || e.Kind != domain.Forbidden || !strings.Contains(e.Detail, "?purpose=") {
			t.Errorf("relation %d: %v", n, err)
		}
	}
	if err := CheckPurpose(person("regulator", "630000"), ""); err != nil {
		t.Errorf("regulator's purpose follows from the role: %v", err)
	}
}

// Ensure officials read a unit's credit only when they say for what; a regulator's purpose is his office, in his
// region (CRED-6, CRED-8).
func TestMay_CreditPurpose(t *testing.T) {
	t.Parallel()
	for who, want := range map[string]string{"handler": "33333333", "supervisor": "33333333", "auditor": "33333333", "regulator": "33...33."} {
		got := make([]byte, relationCount)
		for n := range relationCount {
			actor, s := situation(who, n)
			s.Purpose = ""
			got[n] = mark(May(actor, CreditRead, s))
		}
		if string(got) != want {
			t.Errorf("%s without a purpose: %s, want %s", who, got, want)
		}
	}
}

// Ensure a key does only what it is good for, and never decides or manages, whoever holds it.
func TestMay_Keys(t *testing.T) {
	t.Parallel()
	allowed := map[string][]Act{
		"read":         {ProjectRead, CaseRead, CreditRead, SupportRead, DeadlineRead, InboxRead, AccountSelf},
		"file":         {ProjectCreate, ProjectEdit, ProjectSubmit, ProjectDiscard, ProjectWithdraw, ProjectRoute, ReportSubmit, SupportAsk, AccountSelf},
		"public-batch": {AccountSelf},
		"":             {AccountSelf},
	}
	for scope, acts := range allowed {
		for _, act := range Acts {
			for _, who := range people {
				for n := range relationCount {
					actor, s := situation(who, n)
					want := mark(May(actor, act, s))
					if !slices.Contains(acts, act) {
						want = '3'
					}
					actor.Scopes = []string{}
					if scope != "" {
						actor.Scopes = []string{scope}
					}
					if got := mark(May(actor, act, s)); got != want {
						t.Errorf("%s by %s with a key for %q, relation %d: %c, want %c", act, who, scope, n, got, want)
					}
				}
			}
		}
	}
}

// Ensure that two unknowns are not taken for the same: an actor without an organisation, a subject without a unit.
func TestMay_Unknown(t *testing.T) {
	t.Parallel()
	for who, act := range map[string]Act{"owner": ProjectRead, "handler": ProjectAccept} {
		actor := person(who, "630100")
		actor.Organization.ID = 0
		if err := May(actor, act, Scope{Region: "630100"}); err == nil {
			t.Errorf("%s may %s", who, act)
		}
	}
}

// Ensure whoever is refused without the subject is refused with any subject: absent and foreign look the same.
func TestMayEver(t *testing.T) {
	t.Parallel()
	for _, act := range Acts {
		for _, who := range people {
			ever, some := mark(MayEver(person(who, "630100"), act)), false
			for n := range relationCount {
				actor, s := situation(who, n)
				got := mark(May(actor, act, s))
				some = some || got == '.'
				if ever != '.' && got != ever {
					t.Errorf("%s by %s: %c without a subject, %c in relation %d", act, who, ever, got, n)
				}
			}
			if who != "eia" && some != (ever == '.') {
				t.Errorf("%s by %s: may ever %c, may some %v", act, who, ever, some)
			}
		}
	}
}

// Ensure the lowest department up from a region is competent (FILE-13).
func TestCompetent(t *testing.T) {
	t.Parallel()
	orgs := []domain.Organization{
		{ID: 1, Kind: domain.OrgDepartment, Department: domain.DepartmentReform, Region: "630000"},
		{ID: 2, Kind: domain.OrgDepartment, Department: domain.DepartmentReform, Region: "630100"},
		{ID: 3, Kind: domain.OrgDepartment, Department: domain.DepartmentReform, Region: "630102"},
		{ID: 4, Kind: domain.OrgDepartment, Department: "生态环境", Region: "630100"},
		{ID: 5, Kind: domain.OrgUnit, Department: "水利", Region: "630100"},
	}
	for _, c := range []struct {
		region, department string
		want               int64
	}{
		{"630102", domain.DepartmentReform, 3},
		{"630103", domain.DepartmentReform, 2},
		{"630100", domain.DepartmentReform, 2},
		{"630202", domain.DepartmentReform, 1}, // neither county nor prefecture has one
		{"630000", domain.DepartmentReform, 1},
		{"630102", "生态环境", 4},
		{"630202", "生态环境", 0},
		{"630102", "水利", 0}, // a unit is no department
		{"650100", domain.DepartmentReform, 0},
		{"", domain.DepartmentReform, 0},
	} {
		got, err := Competent(orgs, c.region, c.department)
		if got.ID != c.want || (err != nil) != (c.want == 0) || err != nil && !domain.IsKind(err, domain.NotFound) {
			t.Errorf("%s in %s: %d, %v, want %d", c.department, c.region, got.ID, err, c.want)
		}
	}
}
