package repository

import (
	"context"
	"fmt"
	"sync"
)

// idBlock hands out ids from blocks of the one sequence, so that a row's id is known before it is written
// and costs no round trip.
type idBlock struct {
	mu         sync.Mutex
	next, last int64
}

const idBlockSize = 100 // the sequence's increment

// newID gives an id that no other row of the platform has.
func (db *DB) newID(ctx context.Context) (int64, error) {
	b := &db.ids
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next == b.last {
		var start int64
		if err := db.get(ctx, &start, `SELECT nextval('ids')`); err != nil {
			return 0, fmt.Errorf("new id: %w", err)
		}
		b.next, b.last = start, start+idBlockSize
	}
	id := b.next
	b.next++
	return id, nil
}
