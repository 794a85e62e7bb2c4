package app

import (
	"context"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
)

// loop is small work that every node does all the time. Unlike a job it leaves
// no row behind; two nodes doing it at once must be harmless.
type loop struct {
	name  string
	every time.Duration
	do    func(ctx context.Context) error
}

// run does the loop until ctx ends. An error is logged when it is new, not
// once a second for as long as the database is away.
func (l loop) run(ctx context.Context, c clock.Clock, report func(name string, err error)) {
	last := ""
	for {
		if err := clock.Sleep(ctx, c, l.every); err != nil {
			return
		}
		err := l.do(ctx)
		text := ""
		if err != nil && ctx.Err() == nil {
			text = err.Error()
		}
		if text != "" && text != last {
			report(l.name, err)
		}
		last = text
	}
}
