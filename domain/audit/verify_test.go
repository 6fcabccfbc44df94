package audit_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"qhtz/domain"
	"qhtz/domain/audit"
)

var start = time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)

// trail is an audit trail in memory.
type trail struct {
	events []*audit.Event
	pos    map[int64]int64
	ledger map[int64][]domain.Event
	seals  []*audit.Seal
}

// newTrail writes events of a few subjects, in turn, sealing every five.
func newTrail(subjects, events int) *trail {
	t := &trail{pos: map[int64]int64{}, ledger: map[int64][]domain.Event{}}
	for i := range events {
		t.write(domain.SubjectProject(int64(i%subjects+1)), nil, i%3 == 0)
		if i%5 == 4 {
			t.sealAll()
		}
	}
	return t
}

func (t *trail) write(s domain.Subject, after []byte, ledger bool) {
	id := int64(len(t.events) + 1000)
	e := &audit.Event{ID: id, Subject: s, Action: "project.change", ActorRole: "owner", Rule: "FILE-4", PolicyVersion: 1,
		Effective: start.Add(time.Duration(id) * time.Second), Recorded: start, After: after, Prev: make([]byte, sha256.Size)}
	for _, x := range t.events {
		if x.Subject == s {
			e.Seq, e.Prev = x.Seq, x.Hash
		}
	}
	e.Seq++
	if ledger {
		l := domain.Event{ID: id + 5000, Stream: s, Seq: e.Seq, Type: "filed", Effective: start, Recorded: start, Data: json.RawMessage(`{}`)}
		t.ledger[id] = []domain.Event{l}
		e.Ledger = audit.LedgerDigest(nil, l)
	}
	e.Hash = e.ComputeHash()
	t.events = append(t.events, e)
	t.pos[id] = id - 500
}

func (t *trail) placed(from, to int64) []audit.Placed {
	var out []audit.Placed
	for _, e := range t.events {
		if p := t.pos[e.ID]; p >= from && p < to {
			out = append(out, audit.Placed{ID: e.ID, Pos: p, Hash: e.Hash})
		}
	}
	return out
}

func (t *trail) sealAll() {
	var prev *audit.Seal
	from := int64(0)
	if n := len(t.seals); n > 0 {
		prev = t.seals[n-1]
		from = prev.ToPos
	}
	to := int64(len(t.events) + 500)
	s := audit.NewSeal(prev, to, t.placed(from, to), start)
	t.seals = append(t.seals, s)
	t.write(audit.SealSubject, s.Hash, false)
}

func (t *trail) verify() ([]audit.Finding, audit.Summary) {
	var found []audit.Finding
	v := audit.NewVerifier(func(f audit.Finding) { found = append(found, f) })
	events := slices.Clone(t.events)
	slices.SortStableFunc(events, func(a, b *audit.Event) int {
		if a.Subject.Kind != b.Subject.Kind {
			return bytes.Compare([]byte(a.Subject.Kind), []byte(b.Subject.Kind))
		}
		return int(a.Subject.ID*10000+int64(a.Seq)) - int(b.Subject.ID*10000+int64(b.Seq))
	})
	for _, e := range events {
		v.Event(e, t.ledger[e.ID])
	}
	var to int64
	for _, s := range t.seals {
		var announced []byte
		for _, e := range t.events {
			if e.Subject == audit.SealSubject && int64(e.Seq) == s.ID {
				announced = e.After
			}
		}
		v.Seal(s, announced, t.placed(s.FromPos, s.ToPos))
		to = s.ToPos
	}
	return found, v.End(len(t.placed(to, 1<<62)))
}

func (t *trail) rehash(from int) {
	s := t.events[from].Subject
	var prev *audit.Event
	for i, e := range t.events {
		if e.Subject != s {
			continue
		}
		if i >= from {
			if prev != nil && i > from {
				e.Prev = prev.Hash
			}
			e.Hash = e.ComputeHash()
		}
		prev = e
	}
}

// AUD-1: an untouched trail has no findings, whatever its size.
func TestVerifyUntouched(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 60).Draw(t, "events")
		tr := newTrail(rapid.IntRange(1, 7).Draw(t, "subjects"), n)
		found, sum := tr.verify()
		if len(found) > 0 {
			t.Fatalf("findings in an untouched trail: %+v", found)
		}
		if sum.Seals != n/5 || sum.Events != n+n/5 {
			t.Fatalf("summary %+v of %d events", sum, n)
		}
	})
}

// AUD-1: somebody who rewrites hashes as well is found: what was done is named, with its event or seal.
func TestVerifyNames(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do   func(*trail) audit.Finding // gives what must be named
		only bool                       // nothing else may be named
	}{
		"content": {func(tr *trail) audit.Finding {
			tr.events[7].Note = "x"
			return audit.Finding{Kind: audit.Changed, EventID: tr.events[7].ID}
		}, true},
		"content and the whole chain": {func(tr *trail) audit.Finding {
			tr.events[7].Note = "x"
			tr.rehash(7)
			return audit.Finding{Kind: audit.Changed, EventID: tr.events[7].ID}
		}, false},
		"hash only": {func(tr *trail) audit.Finding {
			tr.events[7].Hash = make([]byte, 32)
			return audit.Finding{Kind: audit.Changed, EventID: tr.events[7].ID}
		}, false},
		"unsealed event, own hash made to fit": {func(tr *trail) audit.Finding {
			tr.write(domain.SubjectProject(1), nil, false)
			tr.write(domain.SubjectProject(1), nil, false)
			e := tr.events[len(tr.events)-2]
			e.Note = "x"
			e.Hash = e.ComputeHash()
			return audit.Finding{Kind: audit.Reordered, EventID: tr.events[len(tr.events)-1].ID}
		}, true},
		"removed": {func(tr *trail) audit.Finding {
			id := tr.events[7].ID
			tr.events = slices.Delete(tr.events, 7, 8)
			return audit.Finding{Kind: audit.Removed, EventID: id, SealID: 2}
		}, false},
		"removed and renumbered": {func(tr *trail) audit.Finding {
			id, s := tr.events[7].ID, tr.events[7].Subject
			for _, e := range tr.events[8:] {
				if e.Subject == s {
					e.Seq--
				}
			}
			tr.events = slices.Delete(tr.events, 7, 8)
			return audit.Finding{Kind: audit.Removed, EventID: id, SealID: 2}
		}, false},
		"inserted at the end, in a sealed place": {func(tr *trail) audit.Finding {
			tr.write(domain.SubjectProject(1), nil, false)
			id := tr.events[len(tr.events)-1].ID
			tr.pos[id] = 503
			return audit.Finding{Kind: audit.Inserted, EventID: id, SealID: 1}
		}, true},
		"number taken twice": {func(tr *trail) audit.Finding {
			e := *tr.events[7]
			e.ID, e.Ledger = 99999, nil
			e.Hash = e.ComputeHash()
			tr.events = append(tr.events, &e)
			tr.pos[e.ID] = 1 << 40
			return audit.Finding{Kind: audit.Inserted, EventID: e.ID}
		}, true},
		"exchanged": {func(tr *trail) audit.Finding {
			var own []*audit.Event
			for _, e := range tr.events {
				if e.Subject == domain.SubjectProject(2) {
					own = append(own, e)
				}
			}
			own[1].Seq, own[2].Seq = own[2].Seq, own[1].Seq
			own[1].Hash, own[2].Hash = own[1].ComputeHash(), own[2].ComputeHash()
			return audit.Finding{Kind: audit.Reordered, EventID: own[2].ID}
		}, false},
		"moved": {func(tr *trail) audit.Finding {
			a, b := tr.events[5].ID, tr.events[6].ID
			tr.pos[a], tr.pos[b] = tr.pos[b], tr.pos[a]
			return audit.Finding{Kind: audit.Changed, EventID: a, SealID: 2}
		}, false},
		"ledger changed": {func(tr *trail) audit.Finding {
			tr.ledger[1000][0].Data = json.RawMessage(`{"x":1}`)
			return audit.Finding{Kind: audit.Changed, EventID: 1000}
		}, true},
		"ledger removed": {func(tr *trail) audit.Finding {
			delete(tr.ledger, 1000)
			return audit.Finding{Kind: audit.Removed, EventID: 1000}
		}, true},
		"ledger inserted": {func(tr *trail) audit.Finding {
			tr.ledger[1001] = tr.ledger[1000]
			return audit.Finding{Kind: audit.Inserted, EventID: 1001}
		}, true},
		"seal replaced, hash made to fit": {func(tr *trail) audit.Finding {
			tr.seals[1].SealedAt = start.Add(time.Hour)
			tr.seals[1].Hash = tr.seals[1].ComputeHash()
			return audit.Finding{Kind: audit.SealChanged, SealID: 2}
		}, true},
		"last seal replaced, hash made to fit": {func(tr *trail) audit.Finding {
			last := tr.seals[len(tr.seals)-1]
			last.SealedAt = start.Add(time.Hour)
			last.Hash = last.ComputeHash()
			return audit.Finding{Kind: audit.SealChanged, SealID: last.ID}
		}, true},
		"first seal removed": {func(tr *trail) audit.Finding {
			tr.seals = tr.seals[1:]
			return audit.Finding{Kind: audit.SealRemoved, SealID: 1}
		}, true},
		"seal removed": {func(tr *trail) audit.Finding {
			tr.seals = slices.Delete(tr.seals, 2, 3)
			return audit.Finding{Kind: audit.SealRemoved, SealID: 3}
		}, true},
		"last seal removed": {func(tr *trail) audit.Finding {
			n := len(tr.seals)
			tr.seals = tr.seals[:n-1]
			return audit.Finding{Kind: audit.SealRemoved, SealID: int64(n)}
		}, true},
		"seal's ids changed": {func(tr *trail) audit.Finding {
			tr.seals[1].EventIDs[0]++
			return audit.Finding{Kind: audit.SealChanged, SealID: 2}
		}, true},
		"seal's leaf changed": {func(tr *trail) audit.Finding {
			tr.seals[1].Leaves[40] ^= 1
			return audit.Finding{Kind: audit.SealChanged, SealID: 2}
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr := newTrail(4, 37)
			want := c.do(tr)
			found, _ := tr.verify()
			hit := false
			for _, f := range found {
				same := f.Kind == want.Kind && f.EventID == want.EventID && (want.SealID == 0 || f.SealID == want.SealID)
				hit = hit || same
				if c.only && (f.EventID != want.EventID || f.Kind != want.Kind) {
					t.Errorf("named besides: %+v", f)
				}
				if f.Detail == "" {
					t.Errorf("no detail: %+v", f)
				}
			}
			if !hit {
				t.Errorf("want %+v named, found %+v", want, found)
			}
		})
	}
}

// AUD-1: two different sets of leaves never share a root: not by doubling the last, not by passing off a node.
func TestSealRoot(t *testing.T) {
	t.Parallel()
	roots := map[string]string{}
	for n := 1; n <= 9; n++ {
		for _, double := range []bool{false, true} {
			var events []audit.Placed
			for i := range n {
				events = append(events, audit.Placed{ID: int64(i), Pos: int64(i), Hash: make([]byte, 32)})
			}
			if double {
				events = append(events, events[n-1])
			}
			what := fmt.Sprint(n, double)
			root := string(audit.NewSeal(nil, 100, events, start).Root)
			if other, ok := roots[root]; ok {
				t.Errorf("%s has the root of %s", what, other)
			}
			roots[root] = what
		}
	}
}
