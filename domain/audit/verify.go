package audit

import (
	"bytes"
	"crypto/sha256"
	"fmt"

	"qhtz/domain"
)

// Verifier checks a trail that is fed to it as streams: all events by subject and sequence number, the ledger
// events that no audit event covers, all seals by id; then End. It holds one event and one seal at a time.
type Verifier struct {
	report  func(Finding)
	summary Summary

	last      *Event // of the subject at hand
	announced int64  // seals that SealSubject's chain tells of
	seal      *Seal  // the last one seen
}

// NewVerifier makes a Verifier that names what it finds to report.
func NewVerifier(report func(Finding)) *Verifier { return &Verifier{report: report} }

// Event takes the next event in the order of subject, sequence number and id, with the ledger events written
// with it in the order of their ids.
func (v *Verifier) Event(e *Event, ledger []domain.Event) {
	v.summary.Events++
	if v.last == nil || v.last.Subject != e.Subject {
		v.summary.Subjects++
		v.last = &Event{Subject: e.Subject, Hash: make([]byte, sha256.Size)}
	}
	v.checkHash(e)
	v.checkLedger(e, ledger)
	if e.Subject == SealSubject {
		v.announced = max(v.announced, int64(e.Seq))
	}
	if v.checkPlace(e) {
		v.last = e
	}
}

func (v *Verifier) found(kind FindingKind, e *Event, detail string, args ...any) {
	v.report(Finding{Kind: kind, Subject: e.Subject, EventID: e.ID, Detail: fmt.Sprintf(detail, args...)})
}

func (v *Verifier) checkHash(e *Event) {
	if !bytes.Equal(e.ComputeHash(), e.Hash) {
		v.found(Changed, e, "事件内容与其哈希不符：第 %d 条（%s）被改动", e.Seq, e.Action)
	}
}

// checkPlace compares an event with the one before it, and reports whether it has a place in the chain. After a gap
// the link cannot fit, and the gap says so.
func (v *Verifier) checkPlace(e *Event) bool {
	switch {
	case e.Seq <= v.last.Seq:
		v.found(Inserted, e, "序号 %d 出现不止一次，或不在序列之中：有事件被插入", e.Seq)
		return false
	case e.Seq > v.last.Seq+1:
		v.report(Finding{Kind: Removed, Subject: e.Subject, Detail: fmt.Sprintf("第 %d 至 %d 条事件缺失", v.last.Seq+1, e.Seq-1)})
		return true
	}
	// An event whose own hash was overwritten is named already; the link to what it should bear still fits.
	if bytes.Equal(e.Prev, v.last.Hash) || v.last.Seq > 0 && bytes.Equal(e.Prev, v.last.ComputeHash()) {
		return true
	}
	v.found(Reordered, e, "第 %d 条不是接在现有的前一条之后写入的：次序被调换，或前一条被替换", e.Seq)
	return true
}

func (v *Verifier) checkLedger(e *Event, ledger []domain.Event) {
	var sum []byte
	for _, l := range ledger {
		sum = LedgerDigest(sum, l)
	}
	switch {
	case bytes.Equal(sum, e.Ledger):
	case sum == nil:
		v.found(Removed, e, "与第 %d 条一同写入的台账事件被删除", e.Seq)
	case len(e.Ledger) == 0:
		v.found(Inserted, e, "第 %d 条没有台账事件，现有 %d 条被插入", e.Seq, len(ledger))
	default:
		v.found(Changed, e, "与第 %d 条一同写入的台账事件（现有 %d 条）被改动、删除或插入", e.Seq, len(ledger))
	}
}

// Orphan takes a ledger event whose audit event does not exist.
func (v *Verifier) Orphan(l domain.Event, auditID int64) {
	v.report(Finding{Kind: Inserted, Subject: l.Stream, EventID: auditID,
		Detail: fmt.Sprintf("台账事件 %d（%s）没有对应的审计事件：台账事件被插入，或审计事件 %d 被删除", l.ID, l.Type, auditID)})
}

// Seal takes the next seal in the order of ids, what its announcement says its hash is (nil if there is none), and
// the events that stand in its range or that it names, in any order.
func (v *Verifier) Seal(s *Seal, announcement []byte, events []Placed) {
	v.summary.Seals++
	prev := v.seal
	if prev == nil {
		prev = &Seal{Hash: make([]byte, sha256.Size)}
	}
	v.seal = s
	v.summary.LastSeal, v.summary.LastHash = s.ID, s.Hash
	gap := s.ID > prev.ID+1
	if gap {
		v.report(Finding{Kind: SealRemoved, SealID: prev.ID + 1, Detail: fmt.Sprintf("第 %d 至 %d 号封存缺失", prev.ID+1, s.ID-1)})
	}
	if !s.whole() {
		v.sealChanged(s.ID, "第 %d 号封存与其哈希不符：封存被改动，其范围内的事件不能据以核对", s.ID)
		return
	}
	if !gap && s.FromPos != prev.ToPos {
		v.sealChanged(s.ID, "第 %d 号封存不从前一号的终点开始：封存被替换", s.ID)
	}
	if !gap && !bytes.Equal(s.Prev, prev.Hash) && (prev.ID == 0 || !bytes.Equal(s.Prev, prev.ComputeHash())) {
		v.sealChanged(prev.ID, "第 %d 号封存不是第 %d 号所接的那一个：封存被替换", prev.ID, s.ID)
	}
	v.checkAnnouncement(s, announcement)
	v.checkSealed(s, events)
}

func (v *Verifier) sealChanged(id int64, detail string, args ...any) {
	v.report(Finding{Kind: SealChanged, SealID: id, Detail: fmt.Sprintf(detail, args...)})
}

func (v *Verifier) checkAnnouncement(s *Seal, announcement []byte) {
	switch {
	case announcement == nil:
		v.report(Finding{Kind: Removed, Subject: SealSubject, SealID: s.ID, Detail: fmt.Sprintf("第 %d 号封存的审计事件被删除", s.ID)})
	case !bytes.Equal(announcement, s.Hash):
		v.sealChanged(s.ID, "第 %d 号封存与记载其哈希的审计事件不符：封存被替换", s.ID)
	}
}

// checkSealed compares the events as they stand with those that were sealed.
func (v *Verifier) checkSealed(s *Seal, events []Placed) {
	now := make(map[int64]Placed, len(events))
	for _, e := range events {
		now[e.ID] = e
	}
	for i, id := range s.EventIDs {
		e, ok := now[id]
		delete(now, id)
		switch {
		case !ok:
			v.report(Finding{Kind: Removed, EventID: id, SealID: s.ID, Detail: fmt.Sprintf("已封存的事件 %d 被删除", id)})
		case !bytes.Equal(e.leaf(), s.Leaves[i*sha256.Size:(i+1)*sha256.Size]):
			v.report(Finding{Kind: Changed, EventID: id, SealID: s.ID, Detail: fmt.Sprintf("事件 %d 的哈希或位置与封存时不同：封存之后被改动", id)})
		}
	}
	for _, e := range events {
		if _, left := now[e.ID]; left {
			v.report(Finding{Kind: Inserted, EventID: e.ID, SealID: s.ID, Detail: fmt.Sprintf("事件 %d 位于已封存的范围之内，却不在封存之中：被插入", e.ID)})
		}
	}
}

// End takes the number of events beyond the last seal and finishes.
func (v *Verifier) End(unsealed int) Summary {
	v.summary.Unsealed = unsealed
	var last int64
	if v.seal != nil {
		last = v.seal.ID
	}
	if v.announced > last {
		v.report(Finding{Kind: SealRemoved, SealID: last + 1, Detail: fmt.Sprintf("第 %d 至 %d 号封存缺失", last+1, v.announced)})
	}
	return v.summary
}
