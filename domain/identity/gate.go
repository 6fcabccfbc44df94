package identity

import (
	"context"
	"sync"
)

// gate lets the attempts on one name through one after another. The right password, given many times at once, is
// then never refused for being counted while the others are still evaluated; across processes the count in the
// database alone decides.
type gate struct {
	mu     sync.Mutex
	queues map[[32]byte]*queue
}

type queue struct {
	turn  chan struct{}
	users int // in it or waiting; guarded by gate.mu
}

// enter waits for the turn, or until ctx ends; leave passes it on.
func (g *gate) enter(ctx context.Context, name [32]byte) (leave func(), err error) {
	g.mu.Lock()
	q := g.queues[name]
	if q == nil {
		q = &queue{turn: make(chan struct{}, 1)}
		g.queues[name] = q
	}
	q.users++
	g.mu.Unlock()
	select {
	case q.turn <- struct{}{}:
		return func() { <-q.turn; g.forget(name, q) }, nil
	case <-ctx.Done():
		g.forget(name, q)
		return nil, ctx.Err()
	}
}

func (g *gate) forget(name [32]byte, q *queue) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if q.users--; q.users == 0 {
		delete(g.queues, name)
	}
}
