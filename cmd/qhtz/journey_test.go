package main

import "testing"

// TestJourneys drives the pages as people do, in a real browser on a real platform: each kind of person on their own way.
// One platform and one browser serve them all; what moves the clock comes last.
func TestJourneys(t *testing.T) {
	t.Parallel()
	p := start(t, "2026-02-10T10:00:00+08:00")
	b := startChromium(t)
	t.Run("together", func(t *testing.T) {
		t.Run("owner", func(t *testing.T) { ownerFiles(t, b, p, true) })
		t.Run("owner without script", func(t *testing.T) { ownerFiles(t, b, p, false) })
		t.Run("officer", func(t *testing.T) { officerDecides(t, b, p) })
		t.Run("stale", func(t *testing.T) { staleCase(t, b, p) })
		t.Run("keyboard", func(t *testing.T) { keyboardOnly(t, b, p) })
		t.Run("session", func(t *testing.T) { expiredSession(t, b, p) })
		t.Run("weight", func(t *testing.T) { pageWeight(t, b, p) })
		scenes := gallery(t, p)
		for turn := range 2 {
			t.Run("accessible", func(t *testing.T) { accessible(t, b, p, scenes, turn, 2) })
		}
		t.Run("visitor", func(t *testing.T) { visitorLooksUp(t, b, p) })
	})
	t.Run("silence", func(t *testing.T) { silence(t, b, p) })
}
