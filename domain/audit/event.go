// Package audit decides whether the trail is whole: each event holds the hash of its subject's previous one, and
// seals bind what was committed (AUD-1). It computes and compares; storing is elsewhere.
package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"time"

	"qhtz/domain"
)

// Event is one audit event as stored.
type Event struct {
	ID            int64
	Subject       domain.Subject
	Seq           int
	Action        string
	ActorID       int64 // 0: nobody signed in, or a timer
	ActorRole     string
	IP            string
	RequestID     string
	Rule          string
	PolicyVersion int
	Effective     time.Time
	Recorded      time.Time
	Note          string
	Before, After []byte // digests of the subject before and after; nil if there is none
	Ledger        []byte // digest of the ledger events written with it; nil if there are none
	Prev          []byte // hash of the subject's previous event; 32 zero bytes for the first
	Hash          []byte
}

// writer hashes fields with their lengths, so that no two different events have the same bytes.
type writer struct{ h hash.Hash }

func (w writer) bytes(b []byte) {
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(len(b)))
	w.h.Write(n[:])
	w.h.Write(b)
}

func (w writer) text(s string)  { w.bytes([]byte(s)) }
func (w writer) at(t time.Time) { w.number(t.UnixMicro()) }
func (w writer) number(n int64) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n))
	w.h.Write(b[:])
}

// ComputeHash is the hash that the event should bear.
func (e *Event) ComputeHash() []byte {
	w := writer{sha256.New()}
	w.number(e.ID)
	w.text(e.Subject.Kind)
	w.number(e.Subject.ID)
	w.number(int64(e.Seq))
	w.text(e.Action)
	w.number(e.ActorID)
	w.text(e.ActorRole)
	w.text(e.IP)
	w.text(e.RequestID)
	w.text(e.Rule)
	w.number(int64(e.PolicyVersion))
	w.at(e.Effective)
	w.at(e.Recorded)
	w.text(e.Note)
	w.bytes(e.Before)
	w.bytes(e.After)
	w.bytes(e.Ledger)
	w.bytes(e.Prev)
	return w.h.Sum(nil)
}

// LedgerDigest adds a ledger event to the digest of those before it in the same command (nil for the first).
func LedgerDigest(sum []byte, e domain.Event) []byte {
	w := writer{sha256.New()}
	w.bytes(sum)
	w.number(e.ID)
	w.text(e.Stream.Kind)
	w.number(e.Stream.ID)
	w.number(int64(e.Seq))
	w.text(e.Type)
	w.at(e.Effective)
	w.at(e.Recorded)
	w.text(e.Rule)
	w.number(int64(e.PolicyVersion))
	w.number(e.ActorID)
	w.bytes(e.Data)
	return w.h.Sum(nil)
}
