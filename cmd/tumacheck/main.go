// Command tumacheck measures Tuma and breaks it: see internal/check.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"strconv"
	"syscall"

	"github.com/tuma-live/tuma/internal/check"
)

const usage = `usage: tumacheck bench|chaos [flags]

bench  measures scans and callbacks against a bare handler in the same run
chaos  kills nodes and the database under load and counts what was lost

The last line of standard output is one JSON object.
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "tumacheck:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out, log io.Writer) error {
	if len(args) == 0 {
		fmt.Fprint(log, usage)
		return flag.ErrHelp
	}
	if args[0] == "bare" && len(args) == 3 { // started by bench
		size, err := strconv.Atoi(args[2])
		if err != nil {
			return err
		}
		return check.Bare(ctx, args[1], size)
	}
	if args[0] == "serve" { // started by bench, to be profiled
		return check.Serve(ctx, args[1:], os.Getenv("TUMACHECK_PROFILE"))
	}
	o := check.Options{Log: log}
	f := flag.NewFlagSet(args[0], flag.ContinueOnError)
	f.SetOutput(log)
	f.BoolVar(&o.Short, "short", false, "the short form that runs with the tests")
	f.Uint64Var(&o.Seed, "seed", rand.Uint64N(1_000_000), "drives traffic and faults")
	f.StringVar(&o.Only, "only", "", "sqlite or postgres; empty for both")
	f.BoolVar(&o.Mutants, "mutants", true, "seed defects that must be caught")
	f.StringVar(&o.Stage, "stage", "", "only the stages (of chaos) or doors (of bench) with this in their names")
	f.StringVar(&o.Program, "program", "", "a tuma to check instead of one built from the source (chaos: with the tag chaos)")
	f.StringVar(&o.Profile, "profile", "", "folder to write CPU profiles of the server to")
	if err := f.Parse(args[1:]); err != nil {
		return err
	}
	switch args[0] {
	case "bench":
		r, err := check.RunBench(ctx, o)
		fmt.Fprintln(out, r.Line())
		return err
	case "chaos":
		fmt.Fprintf(log, "again with: tumacheck %s -seed %d\n", args[0], o.Seed)
		r, err := check.Chaos(ctx, o)
		fmt.Fprintln(out, r.Line())
		return err
	}
	fmt.Fprint(log, usage)
	return flag.ErrHelp
}
