package scan

import (
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
)

// Counts is what the door tells about itself.
type Counts struct {
	Pages     atomic.Int64 // pages of decided visits
	Fallbacks atomic.Int64 // of those, shown without a decision
	Neutral   atomic.Int64 // pages that took no seat: programs and computers
	Forged    atomic.Int64 // slugs with a wrong signature
	Missing   atomic.Int64 // signed slugs that no code has
	Beacons   atomic.Int64 // what pages told
	Images    atomic.Int64 // pictures answered
	Panics    atomic.Int64
}

// forged answers a slug we did not make. Nothing is looked up.
func (h *Handler) forged(w http.ResponseWriter, r *http.Request, k *ask) {
	h.Counts.Forged.Add(1)
	slow, tell := h.misses.note(k.addr, k.at)
	if tell && h.Forged != nil {
		h.Forged(r.Context(), network(k.addr))
	}
	h.refuse(w, r, k, slow)
}

// missing answers a slug of ours that no code has any more.
func (h *Handler) missing(w http.ResponseWriter, r *http.Request, k *ask) {
	h.Counts.Missing.Add(1)
	slow, _ := h.misses.note(k.addr, k.at)
	h.refuse(w, r, k, slow)
}

// refuse shows the page of an unknown code. Who tries many waits for it, as
// long as not too many wait.
func (h *Handler) refuse(w http.ResponseWriter, r *http.Request, k *ask, slow bool) {
	if slow && h.misses.waiting.Add(1) <= mostWaiting {
		clock.Sleep(r.Context(), h.Clock, missDelay) //nolint:errcheck // gone is as good as done
		h.misses.waiting.Add(-1)
	} else if slow {
		h.misses.waiting.Add(-1)
	}
	h.message(w, r, k, nil, isMissing, http.StatusNotFound)
}

const (
	missLimit   = 10 // in a minute, for an address
	tellLimit   = 60 // in a minute, for all
	missDelay   = time.Second
	mostWaiting = 64
	mostMissing = 8192 // addresses remembered
)

// misses counts wrong slugs of each address in the running minute.
type misses struct {
	mu      sync.Mutex
	minute  int64
	told    int
	counts  map[netip.Addr]int
	waiting atomic.Int64
}

// note counts one. It says whether the address had too many, and whether this
// one is worth telling: the first of each address, and not too many in all.
func (m *misses) note(a netip.Addr, at time.Time) (slow, tell bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if minute := at.Unix() / 60; minute != m.minute || m.counts == nil {
		m.minute, m.told, m.counts = minute, 0, map[netip.Addr]int{}
	}
	n := m.counts[a] + 1
	if n > 1 || len(m.counts) < mostMissing {
		m.counts[a] = n
	}
	if tell = n == 1 && m.told < tellLimit; tell {
		m.told++
	}
	return n > missLimit, tell
}
