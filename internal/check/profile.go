package check

import (
	"context"
	"flag"
	"io"
	"log/slog"
	"os"
	"runtime/pprof"

	"github.com/tuma-live/tuma/internal/app"
)

// Serve is "tuma serve" that writes a CPU profile of its life to the file
// called profile.
func Serve(ctx context.Context, args []string, profile string) error {
	var c app.Config
	f := flag.NewFlagSet("serve", flag.ContinueOnError)
	f.StringVar(&c.Data, "data", "", "")
	f.StringVar(&c.Addr, "addr", "", "")
	f.StringVar(&c.Database, "database", "", "")
	if err := f.Parse(args); err != nil {
		return err
	}
	out, err := os.Create(profile)
	if err != nil {
		return err
	}
	defer out.Close() //nolint:errcheck // a broken profile cannot be read
	if err := pprof.StartCPUProfile(out); err != nil {
		return err
	}
	defer pprof.StopCPUProfile()
	s, err := app.Open(ctx, c, false, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	return s.Run(ctx, io.Discard)
}
