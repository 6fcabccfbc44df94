package repository

import (
	"context"
	"fmt"
	"sync"
)

// idBlock hands out ids from blocks of the one sequence, so that a row's id is known before it is written
// and hardly ever costs a round trip.
type idBlock struct {
	mu         sync.Mutex
	next, last int64
	blocks     []int64 // fetched and not begun
}

const (
	idBlockSize = 100 // the sequence's increment
	idBlocks    = 10  // fetched at once: a batch of timers uses hundreds of ids
)

// newID gives an id that no other row of the platform has.
func (db *DB) newID(ctx context.Context) (int64, error) {
	b := &db.ids
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next == b.last {
		if len(b.blocks) == 0 {
			if err := db.list(ctx, &b.blocks, `SELECT nextval('ids') FROM generate_series(1, $1)`, idBlocks); err != nil {
				return 0, fmt.Errorf("new id: %w", err)
			}
		}
		b.next, b.last = b.blocks[0], b.blocks[0]+idBlockSize
		b.blocks = b.blocks[1:]
	}
	id := b.next
	b.next++
	return id, nil
}
