package main

import (
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"time"
)

// series is one thing measured once a round.
type series []float64

func (s series) median() float64 {
	if len(s) == 0 {
		return 0
	}
	v := slices.Sorted(slices.Values(s))
	if n := len(v); n%2 == 0 {
		return (v[n/2-1] + v[n/2]) / 2
	}
	return v[len(v)/2]
}

// over divides round by round: what disturbs a round disturbs both.
func (s series) over(o series) series {
	out := make(series, 0, len(s))
	for i := range min(len(s), len(o)) {
		if o[i] > 0 {
			out = append(out, s[i]/o[i])
		}
	}
	return out
}

// String is the median with the least and the greatest.
func (s series) String() string {
	if len(s) == 0 {
		return "-"
	}
	if len(s) == 1 {
		return number(s[0])
	}
	return fmt.Sprintf("%s (%s–%s)", number(s.median()), number(slices.Min(s)), number(slices.Max(s)))
}

func number(v float64) string {
	switch {
	case v >= 1000:
		return fmt.Sprintf("%.0f", v)
	case v >= 20:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

// report gathers the tables and the goals.
type report struct {
	out   strings.Builder
	goals []string
	notes []string
}

func (r *report) title(o options) {
	fmt.Fprintf(&r.out, "## %s, %d CPUs, %s; %d rounds, %d clients\n", time.Now().Format("2006-01-02 15:04"), runtime.NumCPU(), runtime.Version(), o.rounds, o.clients)
}

func (r *report) table(heading string, columns ...string) {
	fmt.Fprintf(&r.out, "\n### %s\n\n| %s |\n|%s\n", heading, strings.Join(columns, " | "), strings.Repeat("---|", len(columns)))
}

func (r *report) row(cells ...string) { fmt.Fprintf(&r.out, "| %s |\n", strings.Join(cells, " | ")) }

func (r *report) note(format string, args ...any) {
	r.notes = append(r.notes, fmt.Sprintf(format, args...))
}

// goal states whether a goal was met, with the figure.
func (r *report) goal(name string, met bool, figure string) {
	word := "NOT MET"
	if met {
		word = "met"
	}
	r.goals = append(r.goals, fmt.Sprintf("%-8s %s: %s", word, name, figure))
}

func (r *report) print(w io.Writer, took time.Duration) {
	fmt.Fprint(w, r.out.String())
	if len(r.notes) > 0 {
		fmt.Fprintf(w, "\n%s\n", strings.Join(r.notes, "\n"))
	}
	fmt.Fprintf(w, "\nTook %s.\n\n%s\n", took.Round(time.Second), strings.Join(r.goals, "\n"))
}
