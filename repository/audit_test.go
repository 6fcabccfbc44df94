package repository_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"qhtz/domain"
	"qhtz/domain/audit"
	"qhtz/domain/calendar"
	"qhtz/repository"
	"qhtz/repository/repotest"
)

var auditNow = time.Date(2026, 3, 2, 9, 0, 0, 0, calendar.Zone)

// openPlatform gives a platform under the application's role and the URL of its owner.
func openPlatform(t *testing.T) (*repository.DB, string) {
	t.Helper()
	url := repotest.Schema(t)
	db := repotest.OpenURL(t, url)
	if err := db.Clock().Set(context.Background(), auditNow, false); err != nil {
		t.Fatal(err)
	}
	return db, url
}

// act is a command on a subject: an audit event with hostile text, and every other time ledger events.
func act(db *repository.DB, s domain.Subject, seq int) error {
	call := domain.Call{Actor: domain.Actor{ID: int64(seq % 3), Roles: []domain.Role{domain.RoleHandler, domain.RoleReviewer}}, RequestID: fmt.Sprint("r", seq), IP: "10.0.0.1"}
	return db.InTx(context.Background(), call, func(tx *repository.Tx) error {
		sum := sha256.Sum256([]byte{byte(seq)})
		e := domain.AuditEntry{Subject: s, Action: "project.change", Rule: "FILE-5", PolicyVersion: 2, Effective: auditNow.Add(-time.Hour), Note: `理由 <b>"\u0000"&` + "\t𠮷", After: sum[:]}
		if seq > 1 {
			before := sha256.Sum256([]byte{byte(seq - 1)})
			e.Before = before[:]
		}
		for i := range (seq % 2) * 2 {
			tx.AppendEvent(domain.Event{Stream: s, Seq: seq*2 + i, Type: "changed", Effective: auditNow.Add(-time.Hour), Recorded: tx.Now(),
				Rule: "FILE-5", PolicyVersion: 2, ActorID: call.Actor.ID, Data: json.RawMessage(`{"b": 1,  "a":"<值>\u0000"}`)})
		}
		tx.Audit(e)
		return nil
	})
}

func verify(t *testing.T, db *repository.DB) ([]audit.Finding, audit.Summary) {
	t.Helper()
	var found []audit.Finding
	sum, err := db.VerifyAudit(context.Background(), func(f audit.Finding) { found = append(found, f) })
	if err != nil {
		t.Fatal(err)
	}
	return found, sum
}

func sealAll(t *testing.T, db *repository.DB) {
	t.Helper()
	// Transactions of other tests hold the horizon back for a moment: seal until nothing but the last seal's
	// announcement is left.
	for deadline := time.Now().Add(20 * time.Second); ; {
		if _, err := db.SealOnce(context.Background()); err != nil {
			t.Fatal(err)
		}
		if _, sum := verify(t, db); sum.Seals > 0 && sum.Unsealed == 1 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("not sealed after 20 s")
		}
	}
}

// ownerWithoutTriggers gives a connection of the owner to whom nothing is forbidden.
func ownerWithoutTriggers(t *testing.T, url string) *sqlx.DB {
	t.Helper()
	owner, err := sqlx.Open("postgres", url)
	if err != nil {
		t.Fatal(err)
	}
	owner.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = owner.Close() })
	owner.MustExec(`SET session_replication_role = replica`)
	return owner
}

// AUD-1: whatever one does to any row as the database's superuser is found and names the row.
func TestAuditMutations(t *testing.T) {
	t.Parallel()
	db, url := openPlatform(t)
	const subjects = 20
	for seq := 1; seq <= 15; seq++ {
		for s := 1; s <= subjects; s++ {
			if err := act(db, domain.SubjectProject(int64(s)), seq); err != nil {
				t.Fatal(err)
			}
		}
		if seq%4 == 0 || seq == 14 { // the last round stays unsealed
			sealAll(t, db) // other tests' open transactions hold sealing back, for a moment
		}
	}
	found, sum := verify(t, db)
	if len(found) > 0 || sum.Events != 15*subjects+sum.Seals || sum.Subjects != subjects+1 || sum.Seals < 3 || sum.Unsealed != subjects+1 {
		t.Fatalf("untouched: %+v, %+v", sum, found)
	}
	owner := ownerWithoutTriggers(t, url)
	for _, table := range []string{"audit_events", "events", "audit_seals"} {
		owner.MustExec(`CREATE TABLE kept_` + table + ` AS TABLE ` + table)
	}
	columns := columnsOf(t, owner)
	tampering := []string{"delete", "delete", "delete", "insert", "insert", "insert", "swap", "swap", "swap"}
	for table, names := range columns {
		for _, c := range names {
			tampering = append(tampering, table+"."+c)
		}
	}
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 1))
	for _, what := range tampering {
		id := tamper(t, owner, what, r)
		if found, _ := verify(t, db); !names(found, id) {
			t.Errorf("%s (seed %d): row %d is not named: %+v", what, seed, id, found)
		}
		restore(owner)
	}
	if found, _ := verify(t, db); len(found) > 0 {
		t.Errorf("restored, and still: %+v", found)
	}
}

func columnsOf(t *testing.T, owner *sqlx.DB) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for _, table := range []string{"audit_events", "events", "audit_seals"} {
		var names []string
		if err := owner.Select(&names, `SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1`, table); err != nil {
			t.Fatal(err)
		}
		out[table] = names
	}
	return out
}

func restore(owner *sqlx.DB) {
	for _, table := range []string{"audit_events", "events", "audit_seals"} {
		owner.MustExec(`TRUNCATE ` + table)
		owner.MustExec(`INSERT INTO ` + table + ` SELECT * FROM kept_` + table)
	}
}

// tamper does one thing to one row and gives the id by which a finding may name it: of the audit event or the seal.
func tamper(t *testing.T, owner *sqlx.DB, what string, r *rand.Rand) int64 {
	t.Helper()
	pick := func(q string) int64 {
		var ids []int64
		if err := owner.Select(&ids, q); err != nil || len(ids) == 0 {
			t.Fatalf("%s: %v", q, err)
		}
		return ids[r.IntN(len(ids))]
	}
	const sealed = `SELECT id FROM audit_events WHERE pos < (SELECT max(to_pos) FROM audit_seals)`
	switch table, column, _ := strings.Cut(what, "."); {
	case what == "delete":
		id := pick(sealed)
		owner.MustExec(`DELETE FROM audit_events WHERE id = $1`, id)
		return id
	case what == "insert":
		id := pick(sealed)
		owner.MustExec(`INSERT INTO audit_events SELECT 7, pos, subject_kind, 4711, 1, action, actor_id, actor_role, ip, request_id, rule, policy_version, effective_at,
			recorded_at, note, before_digest, after_digest, NULL, decode(repeat('00', 32), 'hex'), hash FROM audit_events WHERE id = $1`, id)
		return 7
	case what == "swap":
		id := pick(sealed + ` AND seq > 1 AND subject_kind = 'project'`)
		owner.MustExec(`UPDATE audit_events a SET seq = -a.seq FROM audit_events b WHERE b.id = $1 AND a.subject_kind = b.subject_kind AND a.subject_id = b.subject_id AND a.seq IN (b.seq, b.seq - 1)`, id)
		owner.MustExec(`UPDATE audit_events a SET seq = (SELECT -sum(b.seq) FROM audit_events b WHERE b.subject_id = a.subject_id AND b.seq < 0) + a.seq WHERE a.seq < 0`)
		return id
	case table == "events":
		id := pick(`SELECT id FROM events`)
		var covered int64
		if err := owner.Get(&covered, `SELECT audit_id FROM events WHERE id = $1`, id); err != nil {
			t.Fatal(err)
		}
		change(owner, table, column, id)
		return covered
	case what == "audit_events.pos": // means nothing before it is sealed
		id := pick(sealed)
		change(owner, table, column, id)
		return id
	default:
		id := pick(`SELECT id FROM ` + table)
		change(owner, table, column, id)
		return id
	}
}

// change gives a column another value of its type.
func change(owner *sqlx.DB, table, column string, id int64) {
	var kind string
	if err := owner.Get(&kind, `SELECT udt_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1 AND column_name = $2`, table, column); err != nil {
		panic(err)
	}
	set := map[string]string{
		"int8": `COALESCE(%[1]s, 0) + 100003`, "int4": `%[1]s + 1000`, "text": `%[1]s || ' '`, "timestamptz": `%[1]s + interval '1 microsecond'`,
		"bytea": `CASE WHEN length(%[1]s) > 0 THEN set_byte(%[1]s, 0, 255 - get_byte(%[1]s, 0)) ELSE '\x00' END`, "json": `CAST(CAST(%[1]s AS text) || ' ' AS json)`,
		"_int8": `array_append(%[1]s, 5)`,
	}[kind]
	owner.MustExec(fmt.Sprintf(`UPDATE `+table+` SET `+column+` = `+set+` WHERE id = $1`, column), id)
}

// names reports whether a finding names the event or the seal, by its id, the old or the new one.
func names(found []audit.Finding, id int64) bool {
	for _, f := range found {
		if f.EventID == id || f.SealID == id || f.EventID == id+100003 {
			return true
		}
	}
	return false
}

// AUD-1: the sealer follows writers without making them wait, misses none of their events and sees none too late.
func TestSealWhileWriting(t *testing.T) {
	t.Parallel()
	url := repotest.Schema(t)
	db, sealer, verifier := repotest.OpenURL(t, url), repotest.OpenURL(t, url), repotest.OpenURL(t, url)
	if err := db.Clock().Set(context.Background(), auditNow, false); err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	var sealing, writing sync.WaitGroup
	var seals, written atomic.Int64
	for range 2 {
		sealing.Go(func() {
			for {
				n, err := sealer.SealOnce(context.Background())
				if err != nil {
					t.Error(err)
				}
				if n > 0 {
					seals.Add(1)
				}
				select {
				case <-stop:
					return
				default:
				}
			}
		})
	}
	const writers, each = 20, 15
	for w := range writers {
		writing.Go(func() {
			for i := 1; i <= each || i <= 10*each && seals.Load() < 3; i++ { // so that seals fall among the writes
				if err := act(db, domain.SubjectProject(int64(w)), i); err != nil {
					t.Error(err)
				}
				written.Add(1)
			}
		})
	}
	for range 5 {
		if found, _ := verify(t, verifier); len(found) > 0 {
			t.Errorf("while writing: %+v", found)
		}
	}
	writing.Wait()
	close(stop)
	sealing.Wait()
	sealAll(t, sealer)
	found, sum := verify(t, verifier)
	if len(found) > 0 || sum.Events != int(written.Load())+sum.Seals || sum.Unsealed != 1 || sum.Seals < 1 {
		t.Errorf("%+v, %+v", sum, found)
	}
	if n, err := db.SealOnce(context.Background()); n != 0 || err != nil {
		t.Errorf("sealed %d, %v with nothing new", n, err)
	}
}

// AUD-1: an event whose transaction is still open is left for a later seal, and nothing behind it is sealed before it.
func TestSealWaitsForOpenTransactions(t *testing.T) {
	t.Parallel()
	db, url := openPlatform(t)
	owner, err := sqlx.Open("postgres", url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = owner.Close() }()
	open := owner.MustBegin() // takes its place before the event below, and ends after it
	open.MustExec(`SELECT pg_current_xact_id()`)
	if err := act(db, domain.SubjectProject(1), 1); err != nil {
		t.Fatal(err)
	}
	if n, err := db.SealOnce(context.Background()); n != 0 || err != nil {
		t.Fatalf("sealed %d, %v past an open transaction", n, err)
	}
	open.MustExec(`COMMIT`)
	_ = open.Rollback()
	sealAll(t, db)
	if found, sum := verify(t, db); len(found) > 0 || sum.Seals < 1 {
		t.Errorf("%+v, %+v", sum, found)
	}
}

// AUD-1: the application's role can add to the trail and change nothing of it, nor switch off what guards it.
func TestAuditIsKept(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	db, url := openPlatform(t)
	if err := act(db, domain.SubjectProject(1), 1); err != nil {
		t.Fatal(err)
	}
	sealAll(t, db)
	refused := func(what string, err error) {
		t.Helper()
		if err == nil {
			t.Errorf("%s was not refused", what)
		} else if s := err.Error(); !strings.Contains(s, "permission denied") && !strings.Contains(s, "must be owner") && !strings.Contains(s, "never changed") {
			t.Errorf("%s: %v", what, err)
		}
	}
	for table, column := range map[string]string{"audit_events": "note", "events": "type", "audit_seals": "root", "project_codes": "code", "deadline_history": "kind"} {
		for _, q := range []string{
			`UPDATE ` + table + ` SET ` + column + ` = ` + column, `DELETE FROM ` + table, `TRUNCATE ` + table, `DROP TABLE ` + table,
			`ALTER TABLE ` + table + ` DISABLE TRIGGER ALL`, `DROP TRIGGER ` + table + `_kept ON ` + table, `ALTER TABLE ` + table + ` OWNER TO qhtz_app`,
		} {
			_, err := db.SQL().ExecContext(ctx, q)
			refused(q, err)
		}
		// Not even the owner, by mistake.
		owner, err := sqlx.Open("postgres", url)
		if err != nil {
			t.Fatal(err)
		}
		_, err = owner.Exec(`DELETE FROM ` + table)
		refused("owner: DELETE FROM "+table, err)
		_ = owner.Close()
	}
	for _, q := range []string{`SET session_replication_role = replica`, `CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$`} {
		_, err := db.SQL().ExecContext(ctx, q)
		refused(q, err)
	}
}

// AUD-1: in a cluster whose transaction ids begin low again, new events stand behind the old ones.
func TestRaiseAuditBase(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	db, url := openPlatform(t)
	if raised, err := db.RaiseAuditBase(ctx); raised || err != nil {
		t.Fatalf("raised %v, %v in its own cluster", raised, err)
	}
	if err := act(db, domain.SubjectProject(1), 1); err != nil {
		t.Fatal(err)
	}
	sealAll(t, db)
	owner, err := sqlx.Open("postgres", url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = owner.Close() }()
	owner.MustExec(`UPDATE platform SET audit_base = audit_base - 1000000`) // as if the ids had begun again
	if raised, err := db.RaiseAuditBase(ctx); !raised || err != nil {
		t.Fatalf("raised %v, %v", raised, err)
	}
	if raised, err := db.RaiseAuditBase(ctx); raised || err != nil {
		t.Fatalf("raised again: %v, %v", raised, err)
	}
	if err := act(db, domain.SubjectProject(1), 2); err != nil {
		t.Fatal(err)
	}
	sealAll(t, db)
	if found, sum := verify(t, db); len(found) > 0 || sum.Seals < 2 || sum.Events != 3+sum.Seals {
		t.Errorf("%+v, %+v", sum, found)
	}
}
