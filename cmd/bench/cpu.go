package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// cpu is processor time used so far, by part. Unlike rates it hardly depends on what else the machine does.
type cpu struct{ postgres, program, load time.Duration }

func (c cpu) minus(o cpu) cpu {
	return cpu{c.postgres - o.postgres, c.program - o.program, c.load - o.load}
}

// each writes milliseconds per unit of work.
func (c cpu) each(n float64) string {
	ms := func(d time.Duration) float64 { return d.Seconds() * 1000 / max(n, 1) }
	return fmt.Sprintf("%.2f = %.2f + %.2f + %.2f", ms(c.postgres+c.program+c.load), ms(c.postgres), ms(c.program), ms(c.load))
}

// cpu reads what PostgreSQL with all its processes, the serving process, and this one, or pgbench, have used.
func (p *platform) cpu() cpu {
	postmaster := p.stores.PostgresPID()
	c := cpu{postgres: processTime(postmaster, true), program: processTime(p.serve.Process.Pid, false)}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat") // a constant pattern is well-formed
	for _, s := range stats {
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(s)))
		if f := statFields(pid); len(f) > 1 && f[1] == strconv.Itoa(postmaster) {
			c.postgres += processTime(pid, false)
		}
	}
	c.load = processTime(os.Getpid(), true) // pgbench is a child that has ended
	return c
}

// statFields are the fields of /proc/pid/stat from the state on; none once the process is gone.
func statFields(pid int) []string {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil
	}
	_, rest, _ := strings.Cut(string(b), ") ")
	return strings.Fields(rest)
}

// processTime is what a process has used, and its ended children too if asked, in ticks of 10 ms.
func processTime(pid int, children bool) time.Duration {
	f := statFields(pid)
	if len(f) < 15 {
		return 0
	}
	var ticks int64
	last := 12
	if children {
		last = 14
	}
	for _, v := range f[11 : last+1] {
		n, _ := strconv.ParseInt(v, 10, 64)
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}
