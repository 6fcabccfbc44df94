package credit

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"qhtz/domain/catalogue"
)

// setting is what a history starts from.
type setting struct {
	consented bool
	policies  catalogue.Editions[catalogue.Parameters]
}

func (s setting) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "consented %v", s.consented)
	for _, e := range s.policies {
		b.WriteString("\n  from " + e.From.Format(time.DateOnly))
		for name, n := range e.Content {
			if n != catalogue.DefaultParameters[name] {
				fmt.Fprintf(&b, " %s=%d", name, n)
			}
		}
	}
	return b.String()
}

// side is what plays against the model.
type side interface {
	// play does a move, or tries to where it is not allowed, and says what is wrong.
	play(v move, allowed bool) string
	unit() *Unit
}

// match is one side and the model.
type match struct {
	side
	m *model
}

func (s setting) model(book *catalogue.Book, now time.Time) *model {
	return &model{cal: book.Calendar, consented: s.consented, now: now, policy: func(at time.Time) catalogue.Parameters { return s.policies.At(at).Content }}
}

// ofService matches whole use cases with their timers.
func (s setting) ofService(t testing.TB) *match {
	w := newWorld(t, "2025-01-06 09:00")
	w.anew, w.brief, w.stored.Consented = false, true, s.consented
	w.book.Library = &catalogue.Library{Policies: s.policies, Bases: w.book.Library.Bases}
	return &match{side: w, m: s.model(&w.book, w.now)}
}

// ofTrigger matches the trigger alone.
func (s setting) ofTrigger(t testing.TB) *match {
	book := seededBook(t)
	m := s.model(&book, on("2025-01-06 09:00"))
	return &match{side: &scribe{cal: m.cal, policy: m.policy, served: s.consented, u: &Unit{}, now: m.now}, m: m}
}

// play does one move on both sides, and says where they differ.
func (x *match) play(v move) string {
	allowed := x.m.try(v)
	if wrong := x.side.play(v, allowed); wrong != "" {
		return wrong
	}
	return x.differ()
}

func (w *world) unit() *Unit { return w.stored }

// play tries a move on the service. One that was refused has left what fell due to the worker, who does it then.
func (w *world) play(v move, allowed bool) string {
	if v.lazy && (listingMoves[v.kind] == 0 || v.n < len(w.stored.Listings)) { // nobody can name a listing that has not been opened
		w.now = v.at
	} else {
		w.to(v.at)
	}
	if err := w.do(v); (err == nil) != allowed {
		return fmt.Sprintf("allowed %v, answered %v", allowed, err)
	}
	if _, err := w.FireBatch(context.Background(), nil); err != nil {
		return err.Error()
	}
	return ""
}

// seeded makes the setting of a history: often with small numbers, so that much happens, at times with the seeded ones;
// at times the parameters change on the way.
func seeded(rnd *rand.Rand) setting {
	s := setting{consented: rnd.IntN(4) > 0}
	from := time.Time{}
	for n := 1; n == 1 || rnd.IntN(4) == 0; n++ {
		s.policies = append(s.policies, catalogue.Edition[catalogue.Parameters]{Version: n, From: from, Content: parameters(rnd)})
		from = latest(from, on("2025-01-06")).Add(time.Duration(1+rnd.IntN(200)) * 24 * time.Hour)
	}
	return s
}

func parameters(rnd *rand.Rand) catalogue.Parameters {
	p := maps.Clone(catalogue.DefaultParameters)
	if rnd.IntN(4) == 0 {
		return p
	}
	p[catalogue.GeneralThreshold], p[catalogue.MajorThreshold], p[catalogue.OverdueThreshold] = 1+rnd.IntN(3), 1+rnd.IntN(2), 1+rnd.IntN(4)/3
	p[catalogue.RectifyGeneralDays], p[catalogue.RectifyMajorDays] = 3+rnd.IntN(20), 3+rnd.IntN(40)
	p[catalogue.StatementDays], p[catalogue.ObjectionDays] = 1+rnd.IntN(5), 1+rnd.IntN(8)
	p[catalogue.GeneralEffectMonths], p[catalogue.MajorEffectMonths] = 1+rnd.IntN(4), 1+rnd.IntN(8)
	p[catalogue.ListingMinGeneral], p[catalogue.ListingMinMajor] = 1+rnd.IntN(2), 1+rnd.IntN(3)
	p[catalogue.ListingMaxGeneral] = p[catalogue.ListingMinGeneral] + rnd.IntN(3)
	p[catalogue.ListingMaxMajor] = p[catalogue.ListingMinMajor] + rnd.IntN(4)
	return p
}

// histories plays random histories against the model, n in `make test` and full with QHTZ_FULL=1.
func histories(t *testing.T, n, full uint64, start func(setting, testing.TB) *match) *tally {
	t.Helper()
	reached := &tally{count: map[string]int{}}
	if os.Getenv("QHTZ_FULL") == "1" {
		n = full
	}
	var next atomic.Uint64
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for seed := next.Add(1); seed <= n && !t.Failed(); seed = next.Add(1) {
				reached.add(playHistory(t, seed, start))
			}
		})
	}
	wg.Wait()
	return reached
}

// CRED-2 to CRED-6: the trigger and the brute-force model agree after every move of random histories, about everything
// that happened at every instant between.
func TestTriggerEqualsTheBruteForceModel(t *testing.T) {
	t.Parallel()
	reached := histories(t, 10_000, 1_000_000, setting.ofTrigger)
	if !t.Failed() {
		reached.check(t)
	}
}

// CRED-2 to CRED-6: whole use cases with their timers, a prompt worker or a late one, refusals, the standing and the public
// register agree with it as well.
func TestServiceEqualsTheBruteForceModel(t *testing.T) {
	t.Parallel()
	histories(t, 150, 20_000, setting.ofService)
}

// playHistory plays one history; one that shows a difference is told as short as it still shows it.
func playHistory(t *testing.T, seed uint64, start func(setting, testing.TB) *match) *model {
	t.Helper()
	rnd := rand.New(rand.NewPCG(seed, 32))
	s := seeded(rnd)
	x := start(s, t)
	var moves []move
	for range 10 + rnd.IntN(30) {
		v := x.next(rnd)
		moves = append(moves, v)
		if diff := x.play(v); diff != "" {
			moves, diff = shortest(moves, diff, func() *match { return start(s, t) })
			var b strings.Builder
			for _, v := range moves {
				fmt.Fprintf(&b, "\n  %v", v)
			}
			t.Errorf("history %d, %v:%s\n  %s", seed, s, b.String(), diff)
			break
		}
	}
	return x.m
}

// shortest leaves out moves one by one as long as there is still a difference.
func shortest(moves []move, diff string, again func() *match) ([]move, string) {
	for i := len(moves) - 1; i >= 0; i-- {
		fewer := append(append([]move{}, moves[:i]...), moves[i+1:]...)
		x := again()
		for j, v := range fewer {
			if d := x.play(v); d != "" {
				moves, diff = fewer[:j+1], d
				i = min(i, len(moves))
				break
			}
		}
	}
	return moves, diff
}
