package timers_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"pgregory.net/rapid"

	"qhtz/domain/deadline"
	"qhtz/repository/repotest"
	"qhtz/repository/timers"
)

func TestMain(m *testing.M) { repotest.Main(m) }

var (
	ctx = context.Background()
	now = time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)
)

func open(t testing.TB) *timers.Index {
	t.Helper()
	x, err := timers.New(repotest.Stores(t).RedisURL(), repotest.RedisPrefix())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = x.Close() })
	return x
}

func set(t testing.TB, x *timers.Index, es ...deadline.Entry) {
	t.Helper()
	if err := x.Set(ctx, es); err != nil {
		t.Fatal(err)
	}
}

func claim(t testing.TB, x *timers.Index, at time.Time, n int, lease time.Time) []int64 {
	t.Helper()
	ids, err := x.Claim(ctx, at, n, lease)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(ids)
	return ids
}

func counts(t testing.TB, x *timers.Index) [2]int64 {
	t.Helper()
	w, l, err := x.Len(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return [2]int64{w, l}
}

// Ensure a deadline can be claimed once, from its instant on, and comes back when its lease ends.
func TestClaim(t *testing.T) {
	t.Parallel()
	x := open(t)
	set(t, x, deadline.Entry{ID: 1, At: now}, deadline.Entry{ID: 2, At: now.Add(time.Millisecond)}, deadline.Entry{ID: 3, At: now.Add(-time.Hour)})
	lease := now.Add(8 * time.Second)
	if got := claim(t, x, now, 10, lease); !slices.Equal(got, []int64{1, 3}) {
		t.Fatalf("claimed %v", got)
	}
	if got := claim(t, x, now, 10, lease); len(got) != 0 {
		t.Fatalf("claimed twice: %v", got)
	}
	if err := x.Done(ctx, []int64{3}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		wall time.Time
		want int
	}{{lease.Add(-time.Millisecond), 0}, {lease, 1}, {lease, 0}} {
		if n, err := x.Reclaim(ctx, c.wall); err != nil || n != c.want {
			t.Errorf("reclaim at %v: %d, %v; want %d", c.wall, n, err, c.want)
		}
	}
	if got := claim(t, x, now, 10, lease); !slices.Equal(got, []int64{1}) {
		t.Errorf("after its lease: %v", got)
	}
	if got := counts(t, x); got != [2]int64{1, 1} {
		t.Errorf("waiting, leased: %v", got)
	}
}

// Ensure no rounding lets a deadline out before its instant, at any fraction of a millisecond.
func TestNeverEarly(t *testing.T) {
	t.Parallel()
	x := open(t)
	id := int64(0)
	rapid.Check(t, func(rt *rapid.T) {
		at := now.Add(time.Duration(rapid.Int64Range(0, int64(3*time.Millisecond)).Draw(rt, "at")))
		ask := now.Add(time.Duration(rapid.Int64Range(0, int64(6*time.Millisecond)).Draw(rt, "ask")))
		id++
		set(t, x, deadline.Entry{ID: id, At: at})
		got := claim(t, x, ask, 10, now)
		if len(got) == 1 && ask.Before(at) {
			rt.Errorf("due %v, given at %v", at, ask)
		}
		if len(got) == 0 && ask.Sub(at) >= 2*time.Millisecond {
			rt.Errorf("due %v, not given at %v", at, ask)
		}
		if err := x.Flush(ctx); err != nil {
			rt.Fatal(err)
		}
	})
}

// Ensure the earlier of two instants stands, so that hints in the wrong order do no harm.
func TestSetKeepsTheEarlier(t *testing.T) {
	t.Parallel()
	x := open(t)
	set(t, x, deadline.Entry{ID: 1, At: now.Add(time.Hour)})
	set(t, x, deadline.Entry{ID: 1, At: now})
	set(t, x, deadline.Entry{ID: 1, At: now.Add(2 * time.Hour)})
	if got := claim(t, x, now, 1, now); !slices.Equal(got, []int64{1}) {
		t.Errorf("claimed %v", got)
	}
	set(t, x)
	set(t, x, deadline.Entry{ID: 2, At: now.Add(time.Hour)})
	var seen []deadline.Entry
	if err := x.Entries(ctx, func(es []deadline.Entry) error { seen = append(seen, es...); return nil }); err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(seen, func(a, b deadline.Entry) int { return int(a.ID - b.ID) })
	if len(seen) != 2 || !seen[0].At.IsZero() || !seen[1].At.Equal(now.Add(time.Hour)) {
		t.Errorf("entries: %v", seen)
	}
	if err := x.Remove(ctx, []int64{1, 2, 3}); err != nil || counts(t, x) != [2]int64{} {
		t.Errorf("after removal: %v, %v", counts(t, x), err)
	}
}

// Ensure claims of many at once are disjoint and complete, and no claim is larger than asked.
func TestClaimsAreDisjoint(t *testing.T) {
	t.Parallel()
	x := open(t)
	const n = 5000
	es := make([]deadline.Entry, n)
	for i := range es {
		es[i] = deadline.Entry{ID: int64(i + 1), At: now.Add(-time.Duration(rand.IntN(1000)) * time.Second)}
	}
	set(t, x, es...)
	var mu sync.Mutex
	taken := map[int64]int{}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				ids, err := x.Claim(ctx, now, 130, now.Add(time.Hour))
				if err != nil || len(ids) > 130 {
					t.Errorf("claimed %d: %v", len(ids), err)
				}
				if len(ids) == 0 {
					return
				}
				mu.Lock()
				for _, id := range ids {
					taken[id]++
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	for _, e := range es {
		if taken[e.ID] != 1 {
			t.Fatalf("%d claimed %d times", e.ID, taken[e.ID])
		}
	}
}

// Ensure a dead Redis is an error soon, not a wait.
func TestDeadAddress(t *testing.T) {
	t.Parallel()
	x, err := timers.New("redis://127.0.0.1:1", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = x.Close() })
	begin := time.Now()
	if _, err := x.Claim(ctx, now, 1, now); err == nil {
		t.Error("claimed from nowhere")
	}
	if err := x.Set(ctx, []deadline.Entry{{ID: 1, At: now}}); err == nil {
		t.Error("entered nowhere")
	}
	if took := time.Since(begin); took > 3*time.Second {
		t.Errorf("took %v", took)
	}
	if _, err := timers.New("not a url", ""); err == nil {
		t.Error("a URL that is none was taken")
	}
}

// Ensure a waiting deadline costs no more than 115 bytes.
func TestMemory(t *testing.T) {
	t.Parallel()
	prefix := repotest.RedisPrefix()
	url := repotest.Stores(t).RedisURL()
	x, err := timers.New(url, prefix)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = x.Close() })
	const n = 100_000
	es := make([]deadline.Entry, n)
	for i := range es {
		es[i] = deadline.Entry{ID: 1_000_000 + int64(i)*7, At: now.Add(time.Duration(i) * time.Second)}
	}
	set(t, x, es...)
	o, err := redis.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	c := redis.NewClient(o)
	t.Cleanup(func() { _ = c.Close() })
	var total int64
	for _, key := range c.Keys(ctx, prefix+"*").Val() {
		total += c.MemoryUsage(ctx, key, 0).Val()
	}
	if per := float64(total) / n; per > 115 || per < 20 {
		t.Errorf("%.0f bytes a deadline", per)
	} else {
		t.Logf("%.0f bytes a deadline", per)
	}
}

// Ensure ids in strides fill all shards evenly.
func TestShards(t *testing.T) {
	t.Parallel()
	for stride := int64(1); stride <= 200; stride++ {
		var n [deadline.Shards]int
		for i := range int64(8000) {
			n[deadline.ShardOf(1000+i*stride)]++
		}
		if m := slices.Max(n[:]); m > 2000 {
			t.Errorf("stride %d: %v", stride, n)
		}
	}
}
