// Command bench measures the platform beside what it is built on and beside a comparable task queue, in one run on
// one machine: filing against pgbench writing the same rows, the project page against its bare template, a look-up in the
// blacklist against a bare SELECT, deadlines
// against asynq. Rounds are interleaved, figures are medians. Everything it starts is thrown away at the end.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

type options struct {
	rounds  int
	seconds int
	clients int
	timers  int
	spread  int
	only    string
	root    string
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == bareCommand {
		exit(serveBare())
		return
	}
	if len(os.Args) == 2 && os.Args[1] == bareRegisterCommand {
		exit(serveBareRegister())
		return
	}
	var o options
	flag.IntVar(&o.rounds, "rounds", 5, "interleaved rounds")
	flag.IntVar(&o.seconds, "seconds", 3, "length of one filing measurement, s")
	flag.IntVar(&o.clients, "clients", 16, "concurrent clients")
	flag.IntVar(&o.timers, "timers", 100_000, "due deadlines in a backlog")
	flag.IntVar(&o.spread, "spread", 20_000, "deadlines spread over 10 s")
	flag.StringVar(&o.only, "only", "", "filing, page, register or timers; empty: all")
	flag.StringVar(&o.root, "root", "../..", "the platform's checkout")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, o)
	stop()
	exit(err)
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run measures and prints. Whatever happens, processes and files are gone when it returns.
func run(ctx context.Context, o options) (err error) {
	started := time.Now()
	p, err := startPlatform(ctx, o)
	if err != nil {
		return err
	}
	defer p.stop()
	r := &report{}
	r.title(o)
	parts := []struct {
		name    string
		measure func(context.Context, *platform, options, *report) error
	}{{"filing", measureFiling}, {"page", measurePage}, {"register", measureRegister}, {"timers", measureTimers}}
	for _, part := range parts {
		if o.only != "" && o.only != part.name {
			continue
		}
		if err := part.measure(ctx, p, o, r); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	if err := measureMemory(p, r); err != nil {
		return err
	}
	r.print(os.Stdout, time.Since(started))
	return nil
}
