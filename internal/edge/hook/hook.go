// Package hook is the door of WeCom's callbacks. A callback is verified, kept,
// and only then answered; what it means is worked out later.
package hook

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/web"
	"github.com/tuma-live/tuma/internal/wecom/callback"
)

// maxBody is the most a callback may send; it is cut off before anything is
// parsed (reliability M4).
const maxBody = 64 << 10

// Handler answers WeCom. Make it with New.
type Handler struct {
	// Keys returns the callback keys to accept, newest first.
	Keys func(ctx context.Context) ([]callback.Keys, error)
	// Put keeps a message; an error means that it must not be acknowledged.
	Put     func(ctx context.Context, m callback.Message) error
	Clock   clock.Clock
	Log     *slog.Logger
	Trusted []netip.Prefix // proxies whose X-Forwarded-For is believed
	// Observe is told how each callback ended: kept, rejected, busy, verified.
	Observe func(outcome string)

	receiver atomic.Pointer[keyed]
	failures throttle
}

// keyed is a receiver and the keys it was made of.
type keyed struct {
	keys []callback.Keys
	*callback.Receiver
	until time.Time
}

// keysFor is how long keys are used before they are looked up again.
const keysFor = time.Second

// ServeHTTP verifies the address on GET and takes events on POST. Whoever
// cannot sign gets one and the same answer, whatever was wrong.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	switch r.Method {
	case http.MethodGet:
		h.verify(w, r)
	case http.MethodPost:
		h.take(w, r)
	default:
		w.Header().Set("Allow", "GET, POST")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
	}
}

// verify answers WeCom's question whether this address is ours: the plain echo
// and nothing else.
func (h *Handler) verify(w http.ResponseWriter, r *http.Request) {
	rec, err := h.keyed(r.Context())
	if err != nil {
		h.away(w, r, err)
		return
	}
	echo, err := rec.VerifyURL(r.URL.Query())
	if err != nil {
		h.reject(w, r, err)
		return
	}
	h.observe("verified")
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Write(echo) //nolint:errcheck // WeCom asks again
}

func (h *Handler) take(w http.ResponseWriter, r *http.Request) {
	rec, err := h.keyed(r.Context())
	if err != nil {
		h.away(w, r, err)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		h.reject(w, r, err)
		return
	}
	m, err := rec.Open(r.URL.Query(), body)
	if err != nil {
		h.reject(w, r, err)
		return
	}
	if err := h.Put(r.Context(), m); err != nil {
		h.away(w, r, err)
		return
	}
	h.observe("kept")
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	io.WriteString(w, "success") //nolint:errcheck // WeCom sends it again; it is kept once
}

// keyed returns a receiver with the present keys.
func (h *Handler) keyed(ctx context.Context) (*keyed, error) {
	now := h.Clock.Now()
	if k := h.receiver.Load(); k != nil && now.Before(k.until) {
		return k, nil
	}
	keys, err := h.Keys(ctx)
	if err != nil {
		if k := h.receiver.Load(); k != nil {
			return k, nil //nolint:nilerr // the database is away: the last good keys
		}
		return nil, err
	}
	r, err := callback.NewReceiver(h.Clock, keys)
	if err != nil {
		return nil, err
	}
	k := &keyed{keys, r, now.Add(keysFor)}
	h.receiver.Store(k)
	return k, nil
}

// away asks WeCom to send again: nothing was kept.
func (h *Handler) away(w http.ResponseWriter, r *http.Request, err error) {
	h.observe("busy")
	h.Log.ErrorContext(r.Context(), "a callback could not be kept", "err", err)
	http.Error(w, "try again", http.StatusServiceUnavailable)
}

// reject gives everyone the same answer. An address that fails often waits.
func (h *Handler) reject(w http.ResponseWriter, r *http.Request, err error) {
	h.observe("rejected")
	address := web.ClientAddress(r, h.Trusted)
	var big *http.MaxBytesError
	if !errors.As(err, &big) {
		h.Log.WarnContext(r.Context(), "a callback was rejected", "address", address, "reason", callback.Reason(err))
	}
	if h.failures.often(address, h.Clock.Now()) {
		clock.Sleep(r.Context(), h.Clock, time.Second) //nolint:errcheck // the client went away
	}
	http.Error(w, "forbidden", http.StatusForbidden)
}

func (h *Handler) observe(outcome string) {
	if h.Observe != nil {
		h.Observe(outcome)
	}
}

// throttle counts failures by address and minute.
type throttle struct {
	mu     sync.Mutex
	minute int64
	counts map[netip.Addr]int
}

const (
	oftenAfter  = 30     // failures a minute (reliability 6.4)
	mostTracked = 10_000 // addresses; more share one count
)

func (t *throttle) often(a netip.Addr, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if m := now.Unix() / 60; m != t.minute || t.counts == nil {
		t.minute, t.counts = m, map[netip.Addr]int{}
	}
	if _, ok := t.counts[a]; !ok && len(t.counts) >= mostTracked {
		a = netip.Addr{}
	}
	t.counts[a]++
	return t.counts[a] > oftenAfter
}
