package wecom

import (
	"cmp"
	"context"
	"strings"
	"sync"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
)

// Budget is how often one endpoint may be called for one corp. The zero value
// means WeCom's documented limits. With several nodes, give each its share.
type Budget struct {
	PerMinute     int // default 10,000
	PerHour       int // default 150,000
	Parallel      int // calls at once, default 8
	TokensPerHour int // gettoken, per app; default 60
}

// The length of a block is that of the window that was exceeded, which the
// answer does not name: a second refusal right after a minute means the hour.
const (
	firstBlock = time.Minute
	laterBlock = time.Hour
)

// An endpoint that fails this often in a row is left alone for a moment, so
// that an outage costs neither connections nor waiting callers.
const (
	tripAfter = 10
	tripPause = 5 * time.Second
)

// Limits keeps the budgets of one corp's endpoints. It is safe for concurrent use.
type Limits struct {
	clock  clock.Clock
	budget Budget
	mu     sync.Mutex
	gates  map[string]*gate
}

// NewLimits returns fresh budgets.
func NewLimits(c clock.Clock, b Budget) *Limits {
	b.PerMinute = cmp.Or(b.PerMinute, 10_000)
	b.PerHour = cmp.Or(b.PerHour, 150_000)
	b.Parallel = cmp.Or(b.Parallel, 8)
	b.TokensPerHour = cmp.Or(b.TokensPerHour, 60)
	return &Limits{clock: c, budget: b, gates: map[string]*gate{}}
}

// gate is the budget of one endpoint.
type gate struct {
	slots chan struct{}

	mu      sync.Mutex
	windows []*window
	until   time.Time // no call before
	closed  Class     // why: Limited or Transient
	strikes int       // blocks in a row
	fails   int       // failures in a row
	probing bool      // one call is finding out whether the block is over
}

func (l *Limits) gate(name string) *gate {
	l.mu.Lock()
	defer l.mu.Unlock()
	g := l.gates[name]
	if g == nil {
		perMinute, perHour := l.budget.PerMinute, l.budget.PerHour
		if strings.HasPrefix(name, opGetToken) {
			perMinute, perHour = max(l.budget.TokensPerHour/3, 1), l.budget.TokensPerHour
		}
		g = &gate{
			slots:   make(chan struct{}, l.budget.Parallel),
			windows: []*window{newWindow(time.Minute, perMinute), newWindow(time.Hour, perHour)},
		}
		l.gates[name] = g
	}
	return g
}

// enter waits for one of the parallel slots. The caller leaves it afterwards.
func (g *gate) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case g.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (g *gate) leave() { <-g.slots }

// take uses one call of the budget, or says until when there is none and why.
func (g *gate) take(now time.Time) (until time.Time, why Class) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if now.Before(g.until) {
		return g.until, g.closed
	}
	if g.closed != "" && g.probing {
		return now.Add(time.Second), g.closed
	}
	for _, w := range g.windows {
		if free := w.free(now); free.After(now) {
			return free, Limited
		}
	}
	for _, w := range g.windows {
		w.count(now)
	}
	g.probing = g.closed != ""
	return time.Time{}, ""
}

// settle learns from how a call ended.
func (g *gate) settle(now time.Time, res result) (until time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.probing = false
	switch {
	case res.mute:
	case res.class() == Limited:
		g.block(now)
	case res.away:
		g.fails++
		if g.fails >= tripAfter {
			g.closed, g.until = Transient, now.Add(tripPause)
		}
	case now.Before(g.until):
		// A call that was under way when the block began says nothing about it.
	default:
		g.closed, g.strikes, g.fails = "", 0, 0
	}
	return g.until
}

func (g *gate) block(now time.Time) {
	if g.closed == Limited && now.Before(g.until) {
		return // calls that were under way when the block began
	}
	g.strikes++
	g.closed, g.until = Limited, now.Add(firstBlock)
	if g.strikes > 1 {
		g.until = now.Add(laterBlock)
	}
}

// window counts calls in the last span, in slots of a sixtieth of it.
type window struct {
	slot  time.Duration
	limit int
	total int
	head  int64 // the slot of the last count
	slots [61]int
}

func newWindow(span time.Duration, limit int) *window {
	return &window{slot: span / 60, limit: limit}
}

// free returns when another call fits: now, or later.
func (w *window) free(now time.Time) time.Time {
	w.advance(now)
	if w.total < w.limit {
		return now
	}
	for i := int64(len(w.slots) - 1); i >= 0; i-- {
		if w.at(w.head-i) > 0 {
			gone := w.head - i + int64(len(w.slots))
			return time.Unix(0, gone*int64(w.slot)).UTC()
		}
	}
	return now.Add(w.slot) // a limit of nothing
}

func (w *window) count(now time.Time) {
	w.advance(now)
	w.slots[w.index(w.head)]++
	w.total++
}

// advance forgets the slots that are older than the span. One slot more than
// the span is kept, so no true window ever holds more than the limit.
func (w *window) advance(now time.Time) {
	current := now.UnixNano() / int64(w.slot)
	if current <= w.head {
		return // also when the clock goes back
	}
	for n := min(current-w.head, int64(len(w.slots))); n > 0; n-- {
		i := w.index(current - n + 1)
		w.total -= w.slots[i]
		w.slots[i] = 0
	}
	w.head = current
}

func (w *window) at(slot int64) int { return w.slots[w.index(slot)] }

func (w *window) index(slot int64) int {
	n := int64(len(w.slots))
	return int((slot%n + n) % n)
}
