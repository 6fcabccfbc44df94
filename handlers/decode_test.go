package handlers

import (
	"strings"
	"testing"
)

// Ensure a body is refused when two readers could read it differently, and only then.
func TestWellFormed(t *testing.T) {
	t.Parallel()
	deep := func(n int) string { return strings.Repeat(`[{"a":`, n/2) + `1` + strings.Repeat(`}]`, n/2) }
	for _, c := range []struct {
		body string
		ok   bool
	}{
		{`{}`, true},
		{` [1, "a", null] `, true},
		{`"a"`, true},
		{`{"a": "a", "b": "a"}`, true},
		{`{"a": {"a": 1}, "b": [{"a": 1}, {"a": 2}]}`, true},
		{`{"a": "}{][\":\\", "b": ":"}`, true},
		{`["a", "a"]`, true},
		{`{"": 1, "a\\": 2, "a": "x"}`, true},
		{`{"\ud800": 1}`, true},
		{deep(32), true},
		{deep(34), false},
		{`{"a": 1, "a": 1}`, false},
		{"{\"a\"\n: 1, \"b\": {}, \"a\" \t: 1}", false},
		{`{"a": 1, "\u0061": 2}`, false},
		{`[{"x": {"b": [], "b": {}}}]`, false},
		{`{"": 1, "": 2}`, false},
		{`{"a\"": 1, "a\u0022": 2}`, false},
		{`{} {}`, false},
		{`{}x`, false},
		{``, false},
		{`{"a"}`, false},
		{`{"a": 1`, false},
		{`{"a": "`, false},
		{`{"a": 1}]`, false},
		{`{a: 1}`, false},
		{"{\"a\": \"\xff\"}", false},
	} {
		if err := wellFormed([]byte(c.body)); (err == nil) != c.ok {
			t.Errorf("%.60s: %v, want accepted %t", c.body, err, c.ok)
		}
	}
}
