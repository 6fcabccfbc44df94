package identity_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"qhtz/domain"
	"qhtz/domain/calendar"
	"qhtz/domain/identity"
	"qhtz/migrations"
	"qhtz/repository"
	"qhtz/repository/repotest"
)

func TestMain(m *testing.M) { repotest.Main(m) }

const password = "qhtz-dev-2017"

// machine is a machine clock that is moved by hand.
type machine struct {
	mu sync.Mutex
	at time.Time
}

func (m *machine) Wall() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.at
}

func (m *machine) pass(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at = m.at.Add(d)
}

type world struct {
	*identity.Service
	t     *testing.T
	db    *repository.DB
	owner *sqlx.DB // with all rights, to look and to break
	wall  *machine
}

func empty(t *testing.T) *world {
	t.Helper()
	ctx := context.Background()
	schema := repotest.Schema(t)
	w := &world{t: t, db: repotest.OpenURL(t, schema), wall: &machine{at: time.Date(2026, 2, 10, 1, 0, 0, 0, time.UTC)}}
	seed, err := fs.Sub(migrations.Seed, "seed")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.db.Seed(ctx, seed); err != nil {
		t.Fatal(err)
	}
	// Platform time stands years away: nothing here may heed it.
	if err := w.db.Clock().Set(ctx, time.Date(2017, 3, 13, 9, 0, 0, 0, calendar.Zone), false); err != nil {
		t.Fatal(err)
	}
	w.owner = sqlx.MustOpen("postgres", withSSL(t, schema))
	t.Cleanup(func() { _ = w.owner.Close() })
	w.Service = identity.New(w.db, w.wall)
	return w
}

var oneDigest = sync.OnceValues(func() (string, error) { return identity.HashPassword(context.Background(), password) })

// setup is a platform with the development accounts, all with one digest: computing one for each takes time.
func setup(t *testing.T) *world {
	t.Helper()
	ctx := context.Background()
	w := empty(t)
	digest, err := oneDigest()
	if err != nil {
		t.Fatal(err)
	}
	err = w.db.InIdentityTx(ctx, domain.Call{Actor: domain.TimerActor}, func(tx identity.Tx) error {
		for _, o := range identity.SeedOrganizations {
			if err := tx.InsertOrganization(ctx, o, true, tx.Now()); err != nil {
				return err
			}
		}
		for _, a := range identity.SeedAccounts {
			c := identity.Credential{PasswordHash: digest, Account: identity.Account{ID: a.ID, Username: a.Username, Name: a.Name,
				Roles: []domain.Role{a.Role}, Organization: domain.Organization{ID: a.OrganizationID}}}
			if err := tx.InsertAccount(ctx, c, tx.Now()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func withSSL(t *testing.T, raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	if !q.Has("sslmode") {
		q.Set("sslmode", "disable")
	}
	u.RawQuery = q.Encode()
	return u.String()
}

func (w *world) try(username, password string) (identity.SignedIn, error) {
	return w.SignIn(context.Background(), domain.Call{IP: "192.0.2.1", RequestID: "r1"},
		identity.Login{Username: username, Password: password, Kind: identity.SessionBearer, Agent: "test"})
}

func (w *world) signIn(username string) identity.SignedIn {
	w.t.Helper()
	in, err := w.try(username, password)
	if err != nil {
		w.t.Fatalf("sign in %s: %v", username, err)
	}
	return in
}

func (w *world) authenticate(token string) error {
	_, _, err := w.Authenticate(context.Background(), token)
	return err
}

func (w *world) exec(q string, args ...any) {
	w.t.Helper()
	if _, err := w.owner.ExecContext(context.Background(), q, args...); err != nil {
		w.t.Fatal(err)
	}
}

// actions are what the audit trail says of a subject, oldest first.
func (w *world) actions(kind string, id int64) []string {
	w.t.Helper()
	var got []string
	if err := w.owner.SelectContext(context.Background(), &got, `SELECT action FROM audit_events WHERE subject_kind = $1 AND subject_id = $2 ORDER BY seq`, kind, id); err != nil {
		w.t.Fatal(err)
	}
	return got
}

func wantKind(t *testing.T, what string, err error, kind domain.Kind) {
	t.Helper()
	if !domain.IsKind(err, kind) {
		t.Errorf("%s: %v, want %s", what, err, kind)
	}
}

// Ensure the seeded accounts are all there, each with its own digest, and that seeding again changes nothing.
func TestSeedDevelopment(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	w := empty(t)
	for _, pw := range []string{password, "another"} {
		if err := w.SeedDevelopment(ctx, pw); err != nil {
			t.Fatalf("seed: %v", err)
		}
	}
	after, err := w.Accounts(ctx)
	if err != nil || len(after) != len(identity.SeedAccounts) {
		t.Fatalf("%d accounts, %v", len(after), err)
	}
	var digests int
	_ = w.owner.Get(&digests, `SELECT count(DISTINCT password_hash) FROM accounts`)
	if digests != len(after) {
		t.Errorf("%d different digests of %d", digests, len(after))
	}
	for _, a := range after {
		if a.Organization.Kind == domain.OrgUnit && domain.CheckUSCC(a.Organization.USCC) != nil {
			t.Errorf("%s: USCC %q", a.Username, a.Organization.USCC) // CRED-7
		}
	}
	cd := after[slices.IndexFunc(after, func(a identity.Account) bool { return a.Username == "cd-handler" })]
	if cd.Organization.Region != "630102" || cd.Organization.Department != domain.DepartmentReform || !slices.Equal(cd.Roles, []domain.Role{domain.RoleHandler}) {
		t.Errorf("cd-handler: %+v", cd)
	}
	w.signIn("owner1") // the password of the first seed
}

// Ensure one may sign in with the password, is then known by the token, and each time by another one.
func TestSignIn(t *testing.T) {
	t.Parallel()
	w := setup(t)
	first, second := w.signIn("owner1"), w.signIn(" Owner1 ")
	if first.Token == second.Token || first.Session.ID == second.Session.ID || len(first.Token) < 26 {
		t.Errorf("tokens %q, %q", first.Token, second.Token)
	}
	if want := w.wall.Wall().Add(12 * time.Hour); !first.Session.ExpiresAt.Equal(want) {
		t.Errorf("expires %v, want %v", first.Session.ExpiresAt, want)
	}
	actor, session, err := w.Authenticate(context.Background(), first.Token)
	if err != nil || actor.Username != "owner1" || actor.Organization.USCC != "91630100MA7HB1K215" || !actor.Has(domain.RoleOwner) || actor.Scopes != nil {
		t.Fatalf("%+v, %v", actor, err)
	}
	if session.ID != first.Session.ID || !session.CheckCSRF(first.Session.CSRF) || session.CheckCSRF(second.Session.CSRF) || session.CheckCSRF("") {
		t.Errorf("session %+v", session)
	}
	if got := w.actions("account", actor.ID); !slices.Equal(got, []string{"account.sign_in", "account.sign_in"}) {
		t.Errorf("audit: %v", got)
	}
	for _, token := range []string{"", "x", first.Token + "x", "qhtz_x", strings.ToLower(first.Token)} {
		wantKind(t, "token "+token, w.authenticate(token), domain.Unauthenticated)
	}
}

// Ensure a wrong password, an unknown name, a disabled account and what cannot be a name are refused alike, to the
// letter, and after as many attempts are locked alike: nobody learns which names there are.
func TestSignIn_NoEnumeration(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.exec(`UPDATE accounts SET disabled_at = $1 WHERE username = 'owner2'`, w.wall.Wall())
	tries := map[string]string{"owner1": "wrong", "nobody": password, "owner2": password, "a\x00\xff": password}
	said := map[string][]string{}
	for name, pw := range tries {
		for range 7 {
			_, err := w.try(name, pw)
			e, ok := domain.AsError(err)
			if !ok {
				t.Fatalf("%q: %v", name, err)
			}
			said[name] = append(said[name], fmt.Sprint(e.Kind, e.Code, e.Detail, e.Fields))
		}
	}
	for name := range tries {
		if !slices.Equal(said[name], said["owner1"]) {
			t.Errorf("%q is told from owner1:\n%v\n%v", name, said[name], said["owner1"])
		}
	}
	if s := said["owner1"]; !strings.HasPrefix(s[4], "unauthenticated") || !strings.HasPrefix(s[5], "too_many") || !strings.Contains(s[5], "2026-02-10 09:30") {
		t.Errorf("%v", s)
	}
	if got := w.actions("account", 101); len(got) != 6 || got[5] != "account.lock" {
		t.Errorf("audit of owner1: %v", got)
	}
	var strangers int
	_ = w.owner.Get(&strangers, `SELECT count(*) FROM audit_events WHERE subject_kind = 'sign_in' AND action = 'account.sign_in_refused'`)
	if strangers != 10 {
		t.Errorf("%d refusals of unknown names in the trail, want 10", strangers)
	}
}

// Ensure the lock holds against the right password until its time, by machine time, and then lets five more.
func TestSignIn_Lock(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for range 5 {
		_, err := w.try("owner1", "wrong")
		wantKind(t, "guess", err, domain.Unauthenticated)
	}
	start := w.wall.Wall()
	_, err := w.try("owner1", password)
	wantKind(t, "right, locked", err, domain.TooMany)
	var lock *identity.LockedError
	if !errors.As(err, &lock) || !lock.Until.Equal(start.Add(30*time.Minute)) {
		t.Errorf("lock: %v", err)
	}
	if err := w.db.Clock().Set(context.Background(), time.Date(2017, 3, 14, 9, 0, 0, 0, calendar.Zone), false); err != nil {
		t.Fatal(err)
	}
	w.wall.pass(30*time.Minute - time.Microsecond)
	_, err = w.try("owner1", password)
	wantKind(t, "a moment before", err, domain.TooMany)
	w.signIn("owner2") // others are not concerned
	w.wall.pass(time.Microsecond)
	for range 4 {
		_, err := w.try("owner1", "wrong")
		wantKind(t, "guess after the lock", err, domain.Unauthenticated)
	}
	w.signIn("owner1")
	for range 4 { // success has reset the count
		_, err := w.try("owner1", "wrong")
		wantKind(t, "guess after success", err, domain.Unauthenticated)
	}
	w.signIn("owner1")
}

// Ensure that of 200 parallel guesses, through two processes, at most five are evaluated (S5).
func TestSignIn_ParallelGuesses(t *testing.T) {
	t.Parallel()
	w := setup(t)
	other := identity.New(w.db, w.wall)
	var mu sync.Mutex
	kinds := map[domain.Kind]int{}
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			s := w.Service
			if i%2 == 1 {
				s = other
			}
			_, err := s.SignIn(context.Background(), domain.Call{}, identity.Login{Username: "owner1", Password: fmt.Sprint("guess", i), Kind: identity.SessionCookie})
			e, ok := domain.AsError(err)
			if !ok {
				e = &domain.Error{Kind: domain.Internal}
				t.Errorf("guess %d: %v", i, err)
			}
			mu.Lock()
			kinds[e.Kind]++
			mu.Unlock()
		})
	}
	wg.Wait()
	if kinds[domain.Unauthenticated] != 5 || kinds[domain.TooMany] != 195 {
		t.Errorf("%v, want 5 evaluated and 195 locked out", kinds)
	}
	if got := w.actions("account", 101); len(got) != 6 {
		t.Errorf("audit: %v", got)
	}
}

// Ensure the right password, given many times at once, always opens, the last attempt before the lock included:
// attempts in progress are no failures.
func TestSignIn_ParallelRight(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for range 4 {
		_, _ = w.try("owner1", "wrong")
	}
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := w.try("owner1", password); err != nil {
				t.Errorf("right password: %v", err)
			}
		})
	}
	wg.Wait()
	if got, _ := w.Sessions(context.Background(), w.signIn("owner1").Actor); len(got) != 21 {
		t.Errorf("%d sessions", len(got))
	}
}

// meanwhile is a store in which something happens between the evaluation of a password and the session.
type meanwhile struct {
	identity.Store
	happens func()
	calls   int
}

func (m *meanwhile) InIdentityTx(ctx context.Context, call domain.Call, fn func(identity.Tx) error) error {
	if m.calls++; m.calls == 2 {
		m.happens()
	}
	return m.Store.InIdentityTx(ctx, call, fn)
}

// Ensure a password that was right opens nothing if the account has been disabled, or the password changed, since.
func TestSignIn_Meanwhile(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for username, q := range map[string]string{
		"owner1": `UPDATE accounts SET disabled_at = created_at WHERE username = 'owner1'`,
		"owner2": `UPDATE accounts SET password_hash = password_hash || 'x' WHERE username = 'owner2'`,
		"owner3": `UPDATE accounts SET name = 'x' WHERE username = 'owner3'`,
	} {
		s := identity.New(&meanwhile{Store: w.db, happens: func() { w.exec(q) }}, w.wall)
		_, err := s.SignIn(context.Background(), domain.Call{}, identity.Login{Username: username, Password: password, Kind: identity.SessionCookie})
		if username == "owner3" {
			if err != nil {
				t.Errorf("another name: %v", err)
			}
			continue
		}
		wantKind(t, username, err, domain.Unauthenticated)
	}
}

// Ensure who gives up while waiting for his turn has not used up an attempt.
func TestSignIn_GivenUp(t *testing.T) {
	t.Parallel()
	w := setup(t)
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	for range 10 {
		if _, err := w.SignIn(gone, domain.Call{}, identity.Login{Username: "owner1", Password: "x", Kind: identity.SessionCookie}); err == nil {
			t.Fatal("signed in without a caller")
		}
	}
	w.signIn("owner1")
}

// Ensure a session ends unused after 30 minutes and used after 12 hours, by machine time.
func TestSession_Expiry(t *testing.T) {
	t.Parallel()
	w := setup(t)
	idle := w.signIn("owner1").Token
	w.wall.pass(30*time.Minute - time.Microsecond)
	if err := w.authenticate(idle); err != nil {
		t.Errorf("just in time: %v", err)
	}
	w.wall.pass(30 * time.Minute)
	wantKind(t, "idle", w.authenticate(idle), domain.Unauthenticated)

	used := w.signIn("owner1")
	for w.wall.Wall().Add(20 * time.Minute).Before(used.Session.ExpiresAt) {
		w.wall.pass(20 * time.Minute)
		if err := w.authenticate(used.Token); err != nil {
			t.Fatalf("in use, %v: %v", w.wall.Wall(), err)
		}
	}
	w.wall.pass(20*time.Minute - time.Microsecond)
	if err := w.authenticate(used.Token); err != nil {
		t.Errorf("at the end of 12 hours: %v", err)
	}
	w.wall.pass(time.Microsecond)
	wantKind(t, "after 12 hours", w.authenticate(used.Token), domain.Unauthenticated)

	_, _ = w.try("nobody", "x")
	w.wall.pass(time.Hour)
	if err := w.Sweep(context.Background()); err != nil {
		t.Fatal(err)
	}
	var left int
	_ = w.owner.Get(&left, `SELECT (SELECT count(*) FROM sessions) + (SELECT count(*) FROM sign_in_attempts)`)
	if left != 0 {
		t.Errorf("%d rows left after the sweep", left)
	}
}

// Ensure use is written down at most once a minute.
func TestSession_Touch(t *testing.T) {
	t.Parallel()
	w := setup(t)
	in := w.signIn("owner1")
	seen := func() (at time.Time) {
		_ = w.owner.Get(&at, `SELECT last_seen_at FROM sessions`)
		return at
	}
	w.wall.pass(59 * time.Second)
	if err := w.authenticate(in.Token); err != nil || !seen().Equal(in.Session.CreatedAt) {
		t.Errorf("written within the minute: %v, %v", seen(), err)
	}
	w.wall.pass(time.Second)
	if err := w.authenticate(in.Token); err != nil || !seen().Equal(w.wall.Wall()) {
		t.Errorf("not written after a minute: %v, %v", seen(), err)
	}
}

// Ensure sessions are listed and ended by their own account only, and each end is in the trail.
func TestSessions(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	w := setup(t)
	a, b, c, foreign := w.signIn("owner1"), w.signIn("owner1"), w.signIn("owner1"), w.signIn("owner2")
	call := domain.Call{Actor: a.Actor}
	if got, err := w.Sessions(ctx, a.Actor); err != nil || len(got) != 3 {
		t.Fatalf("%d sessions, %v", len(got), err)
	}
	wantKind(t, "another's session", w.EndSession(ctx, call, foreign.Session.ID), domain.NotFound)
	wantKind(t, "no session", w.EndSession(ctx, call, 1), domain.NotFound)
	wantKind(t, "visitor", w.EndSession(ctx, domain.Call{}, a.Session.ID), domain.Unauthenticated)
	if err := w.EndSession(ctx, call, b.Session.ID); err != nil {
		t.Fatal(err)
	}
	wantKind(t, "ended", w.authenticate(b.Token), domain.Unauthenticated)
	if n, err := w.EndOtherSessions(ctx, call, a.Session.ID); n != 1 || err != nil {
		t.Errorf("ended %d others, %v", n, err)
	}
	wantKind(t, "other", w.authenticate(c.Token), domain.Unauthenticated)
	if err := w.SignOut(ctx, call, &a.Session); err != nil {
		t.Fatal(err)
	}
	wantKind(t, "signed out", w.authenticate(a.Token), domain.Unauthenticated)
	if err := w.authenticate(foreign.Token); err != nil {
		t.Errorf("another account: %v", err)
	}
	want := []string{"account.sign_in", "account.sign_in", "account.sign_in", "account.session_end", "account.session_end_others", "account.sign_out"}
	if got := w.actions("account", 101); !slices.Equal(got, want) {
		t.Errorf("audit: %v", got)
	}
}

// Ensure disabling an account ends its sessions and keys at once.
func TestDisabled(t *testing.T) {
	t.Parallel()
	w := setup(t)
	in := w.signIn("owner1")
	_, secret, err := w.CreateToken(context.Background(), domain.Call{Actor: in.Actor}, "系统", []string{"read"}, 30)
	if err != nil {
		t.Fatal(err)
	}
	w.exec(`UPDATE accounts SET disabled_at = $1 WHERE id = 101`, w.wall.Wall())
	wantKind(t, "session", w.authenticate(in.Token), domain.Unauthenticated)
	wantKind(t, "key", w.authenticate(secret), domain.Unauthenticated)
	_, err = w.try("owner1", password)
	wantKind(t, "sign in", err, domain.Unauthenticated)
}

// Ensure a key works for what it is good for until it expires or is revoked, and is its own account's only.
func TestTokens(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	w := setup(t)
	call := domain.Call{Actor: w.signIn("owner1").Actor}
	key, secret, err := w.CreateToken(ctx, call, " 企业系统 ", []string{"read", "file"}, 30)
	if err != nil || !strings.HasPrefix(secret, "qhtz_") || key.Name != "企业系统" || !key.ExpiresAt.Equal(w.wall.Wall().Add(30*24*time.Hour)) {
		t.Fatalf("%+v, %v", key, err)
	}
	actor, session, err := w.Authenticate(ctx, secret)
	if err != nil || session != nil || actor.ID != 101 || !slices.Equal(actor.Scopes, []string{"file", "read"}) {
		t.Fatalf("%+v, %v, %v", actor, session, err)
	}
	if list, err := w.ListTokens(ctx, call.Actor); err != nil || len(list) != 1 || !list[0].LastUsedAt.Equal(w.wall.Wall()) || !list[0].RevokedAt.IsZero() {
		t.Errorf("%+v, %v", list, err)
	}
	// A key manages nothing.
	_, _, err = w.CreateToken(ctx, domain.Call{Actor: actor}, "x", []string{"read"}, 1)
	wantKind(t, "a key makes a key", err, domain.Forbidden)
	wantKind(t, "a key revokes", w.RevokeToken(ctx, domain.Call{Actor: actor}, key.ID), domain.Forbidden)
	wantKind(t, "a key signs out", w.SignOut(ctx, domain.Call{Actor: actor}, nil), domain.Forbidden)
	_, err = w.Sessions(ctx, actor)
	wantKind(t, "a key lists sessions", err, domain.Forbidden)
	// Whose, and until when.
	wantKind(t, "another's key", w.RevokeToken(ctx, domain.Call{Actor: w.signIn("owner2").Actor}, key.ID), domain.NotFound)
	if err := w.RevokeToken(ctx, call, key.ID); err != nil {
		t.Fatal(err)
	}
	wantKind(t, "revoked", w.authenticate(secret), domain.Unauthenticated)
	wantKind(t, "revoked twice", w.RevokeToken(ctx, call, key.ID), domain.NotFound)
	_, short, err := w.CreateToken(ctx, call, "短", []string{"public-batch"}, 1)
	if err != nil {
		t.Fatal(err)
	}
	w.wall.pass(24*time.Hour - time.Microsecond)
	if err := w.authenticate(short); err != nil {
		t.Errorf("last moment: %v", err)
	}
	w.wall.pass(time.Microsecond)
	wantKind(t, "expired", w.authenticate(short), domain.Unauthenticated)
}

// Ensure administrators get no keys (AUD-2), and all that is wrong with a request is said at once.
func TestTokens_Refused(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	w := setup(t)
	for _, name := range []string{"sysadmin", "secadmin", "logauditor"} {
		_, _, err := w.CreateToken(ctx, domain.Call{Actor: w.signIn(name).Actor}, "x", []string{"read"}, 1)
		wantKind(t, name, err, domain.Forbidden)
	}
	call := domain.Call{Actor: w.signIn("bank").Actor}
	_, _, err := w.CreateToken(ctx, call, strings.Repeat("名", 61), []string{"read", "all"}, 366)
	if e, ok := domain.AsError(err); !ok || e.Kind != domain.Invalid || len(e.Fields) != 3 {
		t.Errorf("%v", err)
	}
	for _, c := range []struct {
		name   string
		scopes []string
		days   int
	}{{"", []string{"read"}, 1}, {"a\x00b", []string{"read"}, 1}, {"x", nil, 1}, {"x", []string{"read", "read"}, 1}, {"x", []string{"read"}, 0}} {
		_, _, err := w.CreateToken(ctx, call, c.name, c.scopes, c.days)
		wantKind(t, fmt.Sprint(c), err, domain.Invalid)
	}
	if _, _, err := w.CreateToken(ctx, call, strings.Repeat("名", 60), []string{"public-batch"}, 365); err != nil {
		t.Errorf("at the limits: %v", err)
	}
}

// Ensure the database itself refuses joined duties (AUD-2), whoever asks.
func TestAccounts_SeparateDuties(t *testing.T) {
	t.Parallel()
	w := setup(t)
	roles := []string{"owner", "handler", "reviewer", "decider", "regulator", "supervisor", "auditor", "bank", "sysadmin", "secadmin", "logauditor"}
	admin := func(r string) bool { return slices.Contains(roles[8:], r) }
	for _, a := range roles {
		for _, b := range roles {
			_, err := w.owner.Exec(`UPDATE accounts SET roles = ARRAY[$1, $2] WHERE id = 155`, a, b)
			if refused := err != nil; refused != (admin(a) || admin(b)) {
				t.Errorf("%s with %s: %v", a, b, err)
			}
		}
	}
	for _, bad := range []string{`'{}'`, `'{root}'`, `'{NULL}'`, `'{sysadmin,NULL}'`} {
		if _, err := w.owner.Exec(`UPDATE accounts SET roles = ` + bad + ` WHERE id = 155`); err == nil {
			t.Errorf("roles %s were accepted", bad)
		}
	}
}

// Ensure no password, token, key or CSRF token is found in any table, in any form it was given in.
func TestNoSecretsAtRest(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	w := setup(t)
	in := w.signIn("owner1")
	_, key, err := w.CreateToken(ctx, domain.Call{Actor: in.Actor}, "系统", []string{"read"}, 30)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = w.try("owner1", "Guess-Of-The-Password")
	_, _ = w.try("Name-That-Is-A-Password", "x")
	_ = w.authenticate(key)
	var tables []string
	if err := w.owner.Select(&tables, `SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'`); err != nil || len(tables) < 15 {
		t.Fatalf("%d tables, %v", len(tables), err)
	}
	find := func(secret string) (found []string) {
		for _, table := range tables {
			var n int
			// A row as text shows bytea as hex: the secret is looked for in both spellings.
			err := w.owner.Get(&n, fmt.Sprintf(`SELECT count(*) FROM %s r WHERE strpos(lower(CAST(r AS text)), lower($1)) > 0 OR strpos(CAST(r AS text), encode(convert_to($1, 'UTF8'), 'hex')) > 0`, table), secret)
			if err != nil {
				t.Fatal(err)
			}
			if n > 0 {
				found = append(found, table)
			}
		}
		return found
	}
	for _, secret := range []string{password, in.Token, in.Session.CSRF, key, strings.TrimPrefix(key, "qhtz_"), "Guess-Of-The-Password", "Name-That-Is-A-Password"} {
		if found := find(secret); len(found) > 0 {
			t.Errorf("%q stands in %v", secret, found)
		}
	}
	if found := find("owner1"); !slices.Equal(found, []string{"accounts"}) { // the search can find
		t.Errorf("owner1 stands in %v", found)
	}
}

// Ensure organisations are found by id, by kind and by competence (FILE-13), in and outside a transaction.
func TestOrganizations(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	w := setup(t)
	for region, want := range map[string]int64{"630102": 13, "630103": 12, "630100": 12, "632801": 14, "632802": 11, "630000": 11} {
		if org, err := w.db.CompetentOrganization(ctx, region, domain.DepartmentReform); err != nil || org.ID != want {
			t.Errorf("%s: %+v, %v, want %d", region, org, err, want)
		}
	}
	for _, region := range []string{"630202", "", "x'"} {
		_, err := w.db.CompetentOrganization(ctx, region, "水利")
		wantKind(t, "水利 in "+region, err, domain.NotFound)
	}
	if org, err := w.db.OrganizationByID(ctx, 2); err != nil || org != identity.SeedOrganizations[1] {
		t.Errorf("%+v, %v", org, err)
	}
	_, err := w.db.OrganizationByID(ctx, 999)
	wantKind(t, "no organisation", err, domain.NotFound)
	if orgs, err := w.db.OrganizationsOfKind(ctx, domain.OrgUnit); err != nil || !slices.Equal(orgs, identity.SeedOrganizations[:3]) {
		t.Errorf("%+v, %v", orgs, err)
	}
	_, err = w.owner.Exec(`INSERT INTO organizations (id, name, kind, department, region, created_at) VALUES (500, 'x', 'department', '发展改革', '630100', $1)`, w.wall.Wall())
	if err == nil {
		t.Error("two departments of one kind in a region")
	}
}
