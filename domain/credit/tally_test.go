package credit

import (
	"sync"
	"testing"
)

// tally counts what random histories came to, so that none of it goes unplayed without being seen.
type tally struct {
	mu    sync.Mutex
	count map[string]int
}

func (y *tally) add(m *model) {
	y.mu.Lock()
	defer y.mu.Unlock()
	for _, r := range m.records {
		y.count[r.state(m.now)]++
		if r.extended {
			y.count["extended"]++
		}
	}
	for _, l := range m.listings {
		y.count["listing "+l.state]++
		y.count["objection "+l.objection]++
		if !l.from.IsZero() && l.from.After(l.window) {
			y.count["listed after the window"]++
		}
		if !l.from.IsZero() && l.state == "left" && l.ended.Before(l.until) {
			y.count["left on application"]++
		}
		if l.state == "annulled" && l.annulledBy != nil {
			y.count["annulled by a revocation"]++
		}
		if l.restarted {
			y.count["restarted"]++
		}
	}
}

func (y *tally) check(t *testing.T) {
	t.Helper()
	for _, what := range []string{"proposed", "confirmed", "dismissed", "rectified", "overdue", "revoked", "repaired", "expired", "spent", "extended",
		"listing pending", "listing listed", "listing left", "listing cancelled", "listing annulled", "objection waiting", "objection refused", "objection upheld",
		"listed after the window", "left on application", "annulled by a revocation", "restarted"} {
		if y.count[what] == 0 {
			t.Errorf("no history came to: %s", what)
		}
	}
}
