package identity

import (
	"context"
	"strings"
	"testing"
	"time"
)

// Ensure a digest fits its password only, bears its cost and a salt of its own.
func TestPassword(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	const password = "qhtz-dev-2017"
	a, err := HashPassword(ctx, password)
	if err != nil {
		t.Fatal(err)
	}
	b, _ := HashPassword(ctx, password)
	if a == b || strings.Contains(a, password) || !strings.HasPrefix(a, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("digests: %s, %s", a, b)
	}
	for p, want := range map[string]bool{password: true, "": false, password + " ": false, "QHTZ-dev-2017": false} {
		if ok, err := CheckPassword(ctx, a, p); ok != want || err != nil {
			t.Errorf("%q: %v, %v", p, ok, err)
		}
	}
}

// Ensure unknown names cost what known ones do: the same parameters, the same lengths, never a match.
func TestPassword_Dummy(t *testing.T) {
	t.Parallel()
	real, err := HashPassword(context.Background(), "x")
	if err != nil {
		t.Fatal(err)
	}
	cost := func(s string) string { return strings.Join(strings.Split(s, "$")[:4], "$") }
	if cost(real) != cost(dummy) || len(real) != len(dummy) {
		t.Errorf("%s against %s", dummy, real)
	}
	if ok, err := CheckPassword(context.Background(), dummy, ""); ok || err != nil {
		t.Errorf("dummy: %v, %v", ok, err)
	}
}

// Ensure an unreadable or ruinous digest is an error and never a match.
func TestPassword_BadDigest(t *testing.T) {
	t.Parallel()
	const salt, key = "AAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	for _, digest := range []string{"", "x", "$2a$10$abc", "$argon2i$v=19$m=8,t=1,p=1$" + salt + "$" + key, "$argon2id$v=16$m=8,t=1,p=1$" + salt + "$" + key,
		"$argon2id$v=19$m=4194304,t=1,p=1$" + salt + "$" + key, "$argon2id$v=19$m=8,t=1000,p=1$" + salt + "$" + key, "$argon2id$v=19$m=8,t=0,p=1$" + salt + "$" + key,
		"$argon2id$v=19$m=8,t=1,p=0$" + salt + "$" + key, "$argon2id$v=19$m=8,t=1,p=1$" + salt + "$", "$argon2id$v=19$m=8,t=1,p=1$!$" + key} {
		if ok, err := CheckPassword(context.Background(), digest, ""); ok || err == nil {
			t.Errorf("%q: %v, %v", digest, ok, err)
		}
	}
}

// Ensure at most two computations run at once, and who waits gives up with his context. Not parallel: it holds the slots.
func TestPassword_Slots(t *testing.T) {
	ctx := context.Background()
	one, err1 := acquire(ctx)
	two, err2 := acquire(ctx)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	short, cancel := context.WithTimeout(ctx, time.Millisecond)
	defer cancel()
	if _, err := HashPassword(short, "x"); err == nil {
		t.Error("a third computation ran beside two")
	}
	one()
	two()
	if _, err := HashPassword(ctx, "x"); err != nil {
		t.Errorf("after release: %v", err)
	}
}

// Ensure attempts on one name take turns, one on another name does not wait, and nothing is left behind.
func TestGate(t *testing.T) {
	t.Parallel()
	g := gate{queues: map[[32]byte]*queue{}}
	ctx := context.Background()
	leave, err := g.enter(ctx, [32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	short, cancel := context.WithTimeout(ctx, time.Millisecond)
	defer cancel()
	if _, err := g.enter(short, [32]byte{1}); err == nil {
		t.Error("two on one name at once")
	}
	other, err := g.enter(ctx, [32]byte{2})
	if err != nil {
		t.Fatal(err)
	}
	other()
	leave()
	if len(g.queues) != 0 {
		t.Errorf("%d queues left", len(g.queues))
	}
}
