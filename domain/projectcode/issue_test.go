package projectcode

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"qhtz/domain/calendar"
)

// register is an in-memory Claims: one prefix' serials as a bit set.
type register struct {
	mu       sync.Mutex
	lo       int
	taken    [900000/64 + 1]uint64
	order    []Code
	lookups  int
	claimErr error
	blind    bool // lists serials as free that are taken, like an old snapshot
}

func serialOf(c Code) int {
	if c.Scheme() == Scheme2017 {
		return number(string(c[prefixLength:]))
	}
	return number(string(c[prefixLength : codeLength-1]))
}

func (r *register) ClaimCode(_ context.Context, c Code) (bool, error) {
	if r.claimErr != nil {
		return false, r.claimErr
	}
	i := serialOf(c) - r.lo
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.blind || r.taken[i/64]&(1<<(i%64)) != 0 {
		return false, nil
	}
	r.taken[i/64] |= 1 << (i % 64)
	r.order = append(r.order, c)
	return true, nil
}

func (r *register) FreeSerials(_ context.Context, _ string, lo, hi, limit int) ([]int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lookups++
	var free []int
	for i := lo - r.lo; i <= hi-r.lo && len(free) < limit; i++ {
		if i%64 == 0 && r.taken[i/64] == ^uint64(0) {
			i += 63
			continue
		}
		if r.taken[i/64]&(1<<(i%64)) == 0 {
			free = append(free, i+r.lo)
		}
	}
	return free, nil
}

var jan2026 = Request{At: calendar.NewDate(2026, 1, 5).Start(), Region: "630102", Department: "04", Type: "01", Industry: "83", Route: "03"}

// CODE-5: concurrent issuers use all 90,000 serials of a prefix, each once and
// in no order, and only then report an error.
func TestIssueFillsPrefix(t *testing.T) {
	t.Parallel()
	const all, workers = 90000, 8
	r := &register{lo: 10000}
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for range all / workers {
				if _, err := (BuiltIn{}).Issue(t.Context(), r, jan2026); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	if _, err := (BuiltIn{}).Issue(t.Context(), r, jan2026); !errors.Is(err, ErrExhausted) {
		t.Errorf("full prefix: %v", err)
	}
	seen := make(map[Code]bool, all)
	for _, c := range r.order {
		if again, err := Parse(string(c)); err != nil || again != c || c.Prefix() != "26016301020401" {
			t.Fatalf("issued %s: %v", c, err)
		}
		seen[c] = true
	}
	if len(seen) != all {
		t.Fatalf("%d different codes", len(seen))
	}
	checkNoOrder(t, r.order[:1000])
	checkNoOrder(t, r.order[all/2:all/2+1000])
	checkNoOrder(t, r.order[all-3000:all-1000])
}

// checkNoOrder looks for what a guesser would: long runs upward or downward,
// many steps in one direction, or serials close to the one before.
func checkNoOrder(t *testing.T, codes []Code) {
	t.Helper()
	up, run, longest, near, lastUp := 0, 0, 0, 0, false
	for i := 1; i < len(codes); i++ {
		step := serialOf(codes[i]) - serialOf(codes[i-1])
		if step > 0 {
			up++
		}
		if run++; (step > 0) != lastUp {
			run, lastUp = 1, step > 0
		}
		longest = max(longest, run)
		if step > -50 && step < 50 {
			near++
		}
	}
	n := len(codes)
	if up < n*2/5 || up > n*3/5 || longest > 12 || near > n/50 {
		t.Errorf("of %d codes %d go up, longest run %d, %d close to the one before", n, up, longest, near)
	}
}

// CODE-5: the last free serial is found however unlucky the draws are.
func TestIssueLastFree(t *testing.T) {
	t.Parallel()
	for _, last := range []int{10000, 54321, 54999, 55000, 99999} {
		r := &register{lo: 10000}
		for i := range 90000 {
			if i+10000 != last {
				r.taken[i/64] |= 1 << (i % 64)
			}
		}
		c, err := BuiltIn{Random: func(n int) int { return n / 2 }}.Issue(t.Context(), r, jan2026)
		if err != nil || serialOf(c) != last {
			t.Errorf("last free %d: %s, %v", last, c, err)
		}
		if _, err := (BuiltIn{}).Issue(t.Context(), r, jan2026); !errors.Is(err, ErrExhausted) {
			t.Errorf("after the last: %v", err)
		}
	}
}

// CODE-5: the few serials left in a nearly full prefix come from all over it,
// not from its beginning.
func TestIssueSpreadsTheRest(t *testing.T) {
	t.Parallel()
	r := &register{lo: 10000}
	for i := range 90000 {
		if i%100 != 0 {
			r.taken[i/64] |= 1 << (i % 64)
		}
	}
	upper := 0
	for range 300 {
		c, err := (BuiltIn{}).Issue(t.Context(), r, jan2026)
		if err != nil {
			t.Fatal(err)
		}
		if serialOf(c) >= 55000 {
			upper++
		}
	}
	if upper < 100 || upper > 200 {
		t.Errorf("%d of 300 serials are in the upper half", upper)
	}
}

func TestIssueErrors(t *testing.T) {
	t.Parallel()
	broken := errors.New("connection lost")
	if _, err := (BuiltIn{}).Issue(t.Context(), &register{lo: 10000, claimErr: broken}, jan2026); !errors.Is(err, broken) {
		t.Errorf("broken register: %v", err)
	}
	if _, err := (BuiltIn{}).Issue(t.Context(), &register{lo: 10000, blind: true}, jan2026); !errors.Is(err, ErrContended) {
		t.Errorf("old snapshot: %v", err)
	}
	bad := jan2026
	bad.Region = "63010"
	var e *Error
	if _, err := (BuiltIn{}).Issue(t.Context(), &register{lo: 10000}, bad); !errors.As(err, &e) || e.Reason != ReasonRegion {
		t.Errorf("bad region: %v", err)
	}
}

// An empty prefix never needs a look-up.
func TestIssueFirstDraw(t *testing.T) {
	t.Parallel()
	r := &register{lo: 10000}
	if _, err := (BuiltIn{}).Issue(t.Context(), r, jan2026); err != nil || r.lookups != 0 {
		t.Errorf("%v after %d look-ups", err, r.lookups)
	}
}

// CODE-2, CODE-4: the instant of issue decides scheme, year and month, in
// +08:00.
func TestPrefix(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		at     string
		scheme Scheme
		want   string
	}{
		{"2017-03-13T09:00:00+08:00", Scheme2017, "20176301028303"}, // M1
		{"2020-11-30T23:59:59+08:00", Scheme2017, "20206301028303"},
		{"2020-11-30T16:00:00Z", Scheme2020, "20126301020401"},
		{"2026-01-31T15:59:59Z", Scheme2020, "26016301020401"},
		{"2026-01-31T16:00:00Z", Scheme2020, "26026301020401"},
	} {
		req := jan2026
		var err error
		if req.At, err = time.Parse(time.RFC3339, tc.at); err != nil {
			t.Fatal(err)
		}
		if scheme, got, err := Prefix(req); err != nil || scheme != tc.scheme || got != tc.want {
			t.Errorf("%s: %s %s %v", tc.at, scheme, got, err)
		}
		r := &register{lo: 10000}
		if tc.scheme == Scheme2017 {
			r.lo = 100000
		}
		if c, err := (BuiltIn{}).Issue(t.Context(), r, req); err != nil || c.Scheme() != tc.scheme || c.Prefix() != tc.want || c[prefixLength] == '0' {
			t.Errorf("%s: issued %s, %v", tc.at, c, err)
		}
	}
}

func TestPrefixRefuses(t *testing.T) {
	t.Parallel()
	old := calendar.NewDate(2017, 3, 13).Start()
	for _, tc := range []struct {
		change func(*Request)
		want   Reason
	}{
		{func(r *Request) { r.At = calendar.NewDate(2014, 12, 31).Start() }, ReasonTime},
		{func(r *Request) { r.At = calendar.NewDate(2100, 1, 1).Start() }, ReasonTime},
		{func(r *Request) { r.Department = "" }, ReasonDepartment},
		{func(r *Request) { r.Department = "4x" }, ReasonDepartment},
		{func(r *Request) { r.Type = "06" }, ReasonType},
		{func(r *Request) { r.Region = "6301020" }, ReasonRegion},
		{func(r *Request) { r.At, r.Industry = old, "8" }, ReasonIndustry},
		{func(r *Request) { r.At, r.Industry = old, "830" }, ReasonIndustry},
		{func(r *Request) { r.At, r.Industry = old, "98" }, ReasonIndustry},
		{func(r *Request) { r.At, r.Route = old, "3" }, ReasonRoute},
	} {
		req := jan2026
		tc.change(&req)
		var e *Error
		if _, p, err := Prefix(req); !errors.As(err, &e) || e.Reason != tc.want || p != "" {
			t.Errorf("%+v: %s %v, want %s", req, p, err, tc.want)
		}
	}
	for _, serial := range []string{"", "1234", "123456", "1234x"} {
		if c, err := New2020(2026, 1, "630102", "04", "01", serial); err == nil {
			t.Errorf("serial %q gave %s", serial, c)
		}
	}
}
