package deadline

import (
	"maps"
	"slices"
	"sync"
	"time"
)

// LateBounds are the upper bounds of the buckets in Stats.Late; the last bucket has none.
var LateBounds = []time.Duration{100 * time.Millisecond, 250 * time.Millisecond, time.Second, 5 * time.Second, time.Minute, time.Hour}

// Stats says how an engine does. Counts are of this process since its start.
type Stats struct {
	Mode          string // "redis", or "postgres" while Redis does not answer
	Fired         map[Kind]int64
	Late          []int64 // fired by lateness at commit, one count a bound and one beyond
	LateSum       time.Duration
	Failed        int64 // firings that failed
	ParkedTotal   int64 // set apart by this process
	Parked        int64 // set apart now, as last counted
	Waiting       int64 // in the index, as last counted
	Leases        int64
	Reclaimed     int64     // leases that ran out
	Dropped       int64     // hints that did not fit
	Drifting      int64     // turns not taken because the clocks disagreed
	Held          int64     // turns refused because the development clock was being moved
	LastReconcile time.Time // machine time
	Reconciled    int       // entries at the last one
	LastError     string
}

// counts gathers Stats.
type counts struct {
	mu sync.Mutex
	s  Stats
}

// Stats gives a copy.
func (e *Engine) Stats() Stats {
	c := &e.counts
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.s
	s.Fired, s.Late = maps.Clone(c.s.Fired), slices.Clone(c.s.Late)
	s.Mode = "redis"
	if e.down.Load() {
		s.Mode = "postgres"
	}
	return s
}

func (c *counts) do(fn func(*Stats)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	fn(&c.s)
}

func (c *counts) add(fired []Pending, now time.Time) {
	c.do(func(s *Stats) {
		if s.Fired == nil {
			s.Fired, s.Late = map[Kind]int64{}, make([]int64, len(LateBounds)+1)
		}
		for _, p := range fired {
			s.Fired[p.Kind]++
			late := max(now.Sub(p.At), 0)
			i, _ := slices.BinarySearch(LateBounds, late)
			s.Late[i]++
			s.LateSum += late
		}
	})
}

func (c *counts) failed(err error)  { c.do(func(s *Stats) { s.Failed++; s.LastError = err.Error() }) }
func (c *counts) trouble(err error) { c.do(func(s *Stats) { s.LastError = err.Error() }) }
func (c *counts) park()             { c.do(func(s *Stats) { s.ParkedTotal++; s.Parked++ }) }
func (c *counts) parkedNow(n int64) { c.do(func(s *Stats) { s.Parked = n }) }
func (c *counts) size(w, l int64)   { c.do(func(s *Stats) { s.Waiting, s.Leases = w, l }) }
func (c *counts) reclaimed(n int)   { c.do(func(s *Stats) { s.Reclaimed += int64(n) }) }
func (c *counts) dropped()          { c.do(func(s *Stats) { s.Dropped++ }) }
func (c *counts) held()             { c.do(func(s *Stats) { s.Held++ }) }
func (c *counts) drifting()         { c.do(func(s *Stats) { s.Drifting++ }) }
func (c *counts) reconciled(wall time.Time, n int) {
	c.do(func(s *Stats) { s.LastReconcile, s.Reconciled = wall, n })
}

// moment carries platform time on from when it was last read, to measure lateness without asking again.
type moment struct {
	mu       sync.Mutex
	at, wall time.Time
	standing bool
}

func (m *moment) set(at, wall time.Time, standing bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at, m.wall, m.standing = at, wall, standing
}

func (m *moment) now(wall time.Time) time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.standing {
		return m.at
	}
	return m.at.Add(wall.Sub(m.wall))
}
