package audit

import (
	"bytes"
	"crypto/sha256"
	"time"

	"qhtz/domain"
)

// SealSubject is the subject under which the sealer announces each seal: its Nth audit event holds the hash of
// seal N, so that the removal of the newest seal is found too.
var SealSubject = domain.Subject{Kind: "audit_seal", ID: 1}

// Placed is what a seal binds of an event: which it is, where it stands, and its hash.
type Placed struct {
	ID, Pos int64
	Hash    []byte
}

// Seal binds the events that were safely committed at positions from FromPos up to, not including, ToPos, and the
// seal before it (AUD-1).
type Seal struct {
	ID             int64 // 1, 2, 3 …
	FromPos, ToPos int64
	EventIDs       []int64
	Leaves         []byte // 32 bytes an event, in the order of EventIDs
	Root           []byte // of the Merkle tree over Leaves
	Prev           []byte // hash of the seal before; 32 zero bytes for the first
	Hash           []byte
	SealedAt       time.Time // platform time
}

// NewSeal seals events, in the order of position and id, after the seal prev (nil for the first).
func NewSeal(prev *Seal, toPos int64, events []Placed, at time.Time) *Seal {
	s := &Seal{ID: 1, ToPos: toPos, Prev: make([]byte, sha256.Size), SealedAt: domain.Precise(at)}
	if prev != nil {
		s.ID, s.FromPos, s.Prev = prev.ID+1, prev.ToPos, prev.Hash
	}
	for _, e := range events {
		s.EventIDs = append(s.EventIDs, e.ID)
		s.Leaves = append(s.Leaves, e.leaf()...)
	}
	s.Root = merkleRoot(s.Leaves)
	s.Hash = s.ComputeHash()
	return s
}

// ComputeHash is the hash that the seal should bear.
func (s *Seal) ComputeHash() []byte {
	w := writer{sha256.New()}
	w.text("seal")
	w.number(s.ID)
	w.number(s.FromPos)
	w.number(s.ToPos)
	w.number(int64(len(s.EventIDs)))
	for _, id := range s.EventIDs {
		w.number(id)
	}
	w.bytes(s.Root)
	w.bytes(s.Prev)
	w.at(s.SealedAt)
	return w.h.Sum(nil)
}

// whole reports whether the seal is what its hash and its root say.
func (s *Seal) whole() bool {
	return bytes.Equal(s.ComputeHash(), s.Hash) && bytes.Equal(merkleRoot(s.Leaves), s.Root) &&
		len(s.Leaves) == len(s.EventIDs)*sha256.Size
}

// Leaves and inner nodes are hashed apart, so that a node cannot be passed off as an event.
const (
	leafMark = 0
	nodeMark = 1
)

func (p Placed) leaf() []byte {
	w := writer{sha256.New()}
	w.h.Write([]byte{leafMark})
	w.number(p.ID)
	w.number(p.Pos)
	w.bytes(p.Hash)
	return w.h.Sum(nil)
}

// merkleRoot is the root over leaves of 32 bytes; a node without a partner moves up unchanged.
func merkleRoot(leaves []byte) []byte {
	level := make([][]byte, 0, len(leaves)/sha256.Size)
	for i := 0; i+sha256.Size <= len(leaves); i += sha256.Size {
		level = append(level, leaves[i:i+sha256.Size])
	}
	if len(level) == 0 {
		return make([]byte, sha256.Size)
	}
	for len(level) > 1 {
		next := level[:0:0]
		for i := 0; i+1 < len(level); i += 2 {
			h := sha256.New()
			h.Write([]byte{nodeMark})
			h.Write(level[i])
			h.Write(level[i+1])
			next = append(next, h.Sum(nil))
		}
		if len(level)%2 == 1 {
			next = append(next, level[len(level)-1])
		}
		level = next
	}
	return level[0]
}
