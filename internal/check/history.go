package check

import (
	"sync"

	"github.com/tuma-live/tuma/internal/core/fact"
	"github.com/tuma-live/tuma/internal/core/route"
)

// op is one request of a customer and what the customer was told. Instants are
// microseconds since the run began, on one clock.
type op struct {
	began, ended int64
	visitor      int   // who asked; -1: nobody we know of, the first answer never came
	code         int64 // which code
	known        bool  // an answer came; without one it may have happened
	told         told
}

// told is what a page says.
type told struct {
	state  route.State
	scan   fact.ID // 0: the page names none, it was served without the ledger
	target int64   // whose QR it shows, 0: none
}

// acked says that the answer came from the ledger.
func (o *op) acked() bool { return o.known && o.told.scan != 0 }

// history is everything that was asked and told in a run.
type history struct {
	mu      sync.Mutex
	ops     []op
	events  map[int64]bool // that were accepted
	acked   int            // answers from the ledger
	lost    int            // answers that never came: they may have happened
	away    int            // pages served without the ledger
	unsent  int            // requests that never reached a node
	refused int            // answers that were no page at all
	oddity  error
	states  map[route.State]int
}

func (h *history) add(o op) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ops = append(h.ops, o)
	if h.states == nil {
		h.states = map[route.State]int{}
	}
	if o.known {
		h.states[o.told.state]++
	}
	switch {
	case !o.known:
		h.lost++
	case o.acked():
		h.acked++
	default:
		h.away++
	}
}

// keep notes an event that was accepted.
func (h *history) keep(event int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.events == nil {
		h.events = map[int64]bool{}
	}
	h.events[event] = true
}

func (h *history) miss() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.unsent++
}

// refuse counts an answer that a customer can do nothing with.
func (h *history) refuse(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.refused++
	if h.oddity == nil {
		h.oddity = err
	}
}

func (h *history) count() (acked int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.acked
}

// told counts the answers that showed a state.
func (h *history) told(s route.State) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.states[s]
}
