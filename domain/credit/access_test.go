package credit

import (
	"testing"

	"qhtz/domain"
	"qhtz/domain/catalogue"
)

// commands are all commands about a record and a listing.
func (o office) commands(record, listing int64) map[string]func(domain.Call) error {
	text, why, yes := "文字", Note{Reason: "理由"}, ptr(true)
	drop := func(_ *View, err error) error { return err }
	return map[string]func(domain.Call) error{
		"propose":  func(c domain.Call) error { return drop(o.Propose(ctx, c, o.claim(General))) },
		"adopt":    func(c domain.Call) error { return drop(o.Adopt(ctx, c, record, why)) },
		"serve":    func(c domain.Call) error { return drop(o.Serve(ctx, c, record, ServiceInput{Receipt: text})) },
		"confirm":  func(c domain.Call) error { return drop(o.Confirm(ctx, c, record, why)) },
		"dismiss":  func(c domain.Call) error { return drop(o.Dismiss(ctx, c, record, why)) },
		"review":   func(c domain.Call) error { return drop(o.Review(ctx, c, record, ReviewInput{Accept: yes})) },
		"extend":   func(c domain.Call) error { return drop(o.Extend(ctx, c, record, ExtensionInput{Days: 1, Note: why})) },
		"revoke":   func(c domain.Call) error { return drop(o.Revoke(ctx, c, record, why)) },
		"repair":   func(c domain.Call) error { return drop(o.Repair(ctx, c, record, why)) },
		"service":  func(c domain.Call) error { return drop(o.ServeListing(ctx, c, listing, ServiceInput{Receipt: text})) },
		"uphold":   func(c domain.Call) error { return drop(o.DecideObjection(ctx, c, listing, UpholdInput{Uphold: yes})) },
		"let go":   func(c domain.Call) error { return drop(o.DecideExit(ctx, c, listing, AcceptInput{Accept: yes})) },
		"annul":    func(c domain.Call) error { return drop(o.Annul(ctx, c, listing, why)) },
		"*state":   func(c domain.Call) error { return drop(o.State(ctx, c, record, StatementInput{Text: text})) },
		"*rectify": func(c domain.Call) error { return drop(o.Rectify(ctx, c, record, RectificationInput{Text: text})) },
		"*object":  func(c domain.Call) error { return drop(o.Object(ctx, c, listing, ObjectionInput{Text: text})) },
		"*exit":    func(c domain.Call) error { return drop(o.AskExit(ctx, c, listing, ExitInput{Commitment: true})) },
	}
}

// The wrong person gets nowhere, whatever the state, and leaves nothing (M9). An asterisk marks what is the unit's.
func TestWrongPersons(t *testing.T) {
	t.Parallel()
	o, ids := threeGeneral(t)
	o.at("2026-04-10")
	elsewhere := regulator(14)
	elsewhere.Organization.Region = "630200"
	as := func(role domain.Role) domain.Actor {
		return domain.Actor{ID: 30, Roles: []domain.Role{role}, Organization: bureau}
	}
	key := theUnit
	key.Scopes = []string{"read"}
	before := len(o.events)
	for name, command := range o.commands(ids[0], o.listing(0, Pending)) {
		units := name[0] == '*'
		wrong := map[string]struct {
			who  domain.Actor
			want domain.Kind
		}{
			"a visitor": {domain.Actor{}, domain.Unauthenticated}, "the timer": {domain.TimerActor, domain.Forbidden},
			"an auditor": {as(domain.RoleAuditor), domain.Forbidden}, "an administrator": {as(domain.RoleSysAdmin), domain.Forbidden},
			"a handler": {as(domain.RoleHandler), domain.Forbidden}, "a supervisor": {as(domain.RoleSupervisor), domain.Forbidden},
			"a bank": {as(domain.RoleBank), domain.Forbidden}, "a key": {key, domain.Forbidden},
		}
		if units {
			wrong["another unit"] = struct {
				who  domain.Actor
				want domain.Kind
			}{stranger, domain.NotFound}
			wrong["a regulator"] = struct {
				who  domain.Actor
				want domain.Kind
			}{third, domain.Forbidden}
		} else {
			wrong["the unit"] = struct {
				who  domain.Actor
				want domain.Kind
			}{theUnit, domain.Forbidden}
			wrong["a regulator elsewhere"] = struct {
				who  domain.Actor
				want domain.Kind
			}{elsewhere, domain.NotFound}
		}
		for who, w := range wrong {
			if err := command(by(w.who)); !domain.IsKind(err, w.want) {
				t.Errorf("%s by %s: %v, want %s", name, who, err, w.want)
			}
		}
	}
	if len(o.events) != before {
		t.Errorf("%d events were left", len(o.events)-before)
	}
}

// The wrong order gets nowhere: on a record that is over, and on a listing that is over, every command is refused.
func TestNothingAfterTheEnd(t *testing.T) {
	t.Parallel()
	o, ids := listedGeneral(t)
	id := o.listing(0, Listed)
	o.must(o.Annul(ctx, by(third), id, Note{Reason: "依据不足"}))
	before := len(o.events)
	for name, command := range o.commands(ids[0], id) {
		who := third
		if name[0] == '*' {
			who = theUnit
		}
		if err := command(by(who)); name != "propose" && !domain.IsKind(err, domain.Conflict) {
			t.Errorf("%s: %v, want a conflict", name, err)
		}
	}
	if n := len(o.events) - before; n != 2 { // the proposal and its service
		t.Errorf("%d events were left", n)
	}
}

// A stale version is refused, naming the current one; nothing happens.
func TestStaleVersion(t *testing.T) {
	t.Parallel()
	o := open(t, "2026-03-02 10:00")
	id := o.propose(General, 1)[0]
	o.at("2026-03-10")
	call := by(second)
	call.Expect = 1
	_, err := o.Confirm(ctx, call, id, Note{})
	if e, ok := domain.AsError(err); !ok || e.Code != "stale_version" || e.Version != o.stored.Record(id).Version {
		t.Errorf("answered %v", err)
	}
	o.record(Proposed, id)
}

// A held clock fires nothing: readers still see what is in effect by the instants alone, and a window that is over stays so.
func TestHeldClock(t *testing.T) {
	t.Parallel()
	o, _ := listedGeneral(t)
	o.held = true
	o.late("2027-04-18").public(false)
	if s := o.standing(); s.Listed {
		t.Error("past its end it is not in effect, fired or not")
	}
	o.listing(0, Listed)
	o.held = false
	o.standing()
	o.listing(0, Left)

	o, _ = threeGeneral(t)
	o.at("2026-04-10").held = true
	o.late("2026-04-18")
	_, err := o.Object(ctx, by(theUnit), o.listing(0, Pending), ObjectionInput{Text: "异议"})
	o.refused(domain.Invalid, "CRED-4", err)
}

// CRED-8: the unit sees what it was told; officials say for what, and each look is logged.
func TestLooks(t *testing.T) {
	t.Parallel()
	o, ids := threeGeneral(t)
	before := len(o.audits)
	o.standing()
	if len(o.audits) != before {
		t.Error("the unit's own look is logged")
	}
	_, err := o.Get(ctx, by(stranger), ownUSCC)
	o.refused(domain.NotFound, "", unseen(err))
	handler := domain.Actor{ID: 31, Roles: []domain.Role{domain.RoleHandler}, Organization: bureau}
	_, err = o.Get(ctx, by(handler), ownUSCC)
	o.refused(domain.Forbidden, "", err)
	call := by(handler)
	call.Purpose = "办理核准"
	o.must(o.Get(ctx, call, ownUSCC))
	o.must(o.Record(ctx, by(third), ids[0]))
	if n := len(o.audits); n != before+2 || o.audits[n-1].Action != "credit.read" || o.audits[n-2].Note != ownUSCC+"：办理核准" {
		t.Errorf("audit %+v", o.audits[before:])
	}
}

// unseen lets a stranger be refused either way, as long as nothing is told.
func unseen(err error) error {
	if domain.IsKind(err, domain.Forbidden) {
		return domain.NotFoundError()
	}
	return err
}

// CRED-9: good standing is two years without a record in effect, and at least one report, all on time.
func TestGreenChannel(t *testing.T) {
	t.Parallel()
	ended := func(as RecordState, at string) *Unit {
		return &Unit{Records: []*Record{{ConfirmedAt: ptr(on("2020-01-01")), End: as, EndedAt: ptr(on(at))}}}
	}
	good := Reporting{Done: 1}
	cases := []struct {
		name      string
		u         *Unit
		reporting Reporting
		green     bool
	}{
		{"clean", &Unit{}, good, true},
		{"no report", &Unit{}, Reporting{}, false},
		{"one late", &Unit{}, Reporting{Done: 5, Late: 1}, false},
		{"one overdue", &Unit{}, Reporting{Done: 5, Overdue: 1}, false},
		{"in effect", &Unit{Records: []*Record{{ConfirmedAt: ptr(on("2026-01-01"))}}}, good, false},
		{"proposed only", &Unit{Records: []*Record{{}}}, good, true},
		{"dismissed", &Unit{Records: []*Record{{End: Dismissed, EndedAt: ptr(on("2026-02-01"))}}}, good, true},
		{"expired two years ago", ended(Expired, "2024-03-10"), good, true},
		{"expired a second later", ended(Expired, "2024-03-10 00:00:01"), good, false},
		{"spent lately", ended(Spent, "2026-01-01"), good, false},
		{"repaired lately", ended(Repaired, "2026-01-01"), good, false},
		{"revoked: it was wrong", ended(Revoked, "2026-03-01"), good, true},
		{"listed", &Unit{Listings: []*Listing{{State: Listed, From: ptr(on("2026-03-01")), Until: ptr(on("2027-03-01"))}}}, good, false},
	}
	for _, c := range cases {
		if got := c.u.CreditAt(on("2026-03-10"), catalogue.DefaultParameters, c.reporting); got.Green != c.green {
			t.Errorf("%s: %+v, want green %v", c.name, got, c.green)
		}
	}
}

// CRED-9: what follows, by standing.
func TestConsequences(t *testing.T) {
	t.Parallel()
	o, _ := threeGeneral(t)
	o.reporting = Reporting{Done: 3}
	first := func() string { return o.standing().Consequences[0].Code }
	if got := first(); got != "decided_by_person" {
		t.Errorf("in effect, not listed: %s", got)
	}
	o.at("2026-04-18")
	if got := first(); got != "support_refused" {
		t.Errorf("listed: %s", got)
	}
	clean := open(t, "2026-03-02 10:00")
	if got := clean.standing(); len(got.Consequences) != 0 || got.Green {
		t.Errorf("new: %+v", got)
	}
	clean.reporting = Reporting{Done: 1}
	if got := clean.standing(); got.Consequences[0].Code != "green_channel" || !got.Green {
		t.Errorf("good standing: %+v", got)
	}
}
