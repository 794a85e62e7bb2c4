package scan

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
	corescan "github.com/tuma-live/tuma/internal/core/scan"
)

// Finder is the book of live codes.
type Finder interface {
	Find(slug string) (*corescan.Code, error)
	Corp() string
}

// Desk decides visits and notes what pages tell.
type Desk interface {
	Admit(ctx context.Context, v corescan.Visit) (corescan.Outcome, error)
	Beacon(ctx context.Context, b corescan.Beacon) error
}

// Checker knows our own slugs by their signature, without looking them up.
type Checker interface{ Check(slug string) bool }

// Config is what a Handler needs. Optional fields may be left empty.
type Config struct {
	Book     Finder
	Desk     Desk
	Slugs    Checker
	Visitors *Visitors
	Images   Images
	Clock    clock.Clock
	Log      *slog.Logger

	// Address tells who asks, as far as our proxies vouch for it.
	Address func(*http.Request) netip.Addr
	// Secure tells whether the visitor came over TLS. Optional.
	Secure func(*http.Request) bool
	// Forged notes a slug with a wrong signature; at most once a minute for an
	// address and sixty times a minute for all. Optional.
	Forged func(ctx context.Context, address string)

	Public  string         // our address as printed, such as https://q.example.com; optional
	Zone    *time.Location // in which the company reads times; optional
	Contact string         // who helps when no code is known; optional
	Privacy string         // address of the privacy policy; optional
}

// Handler serves the customer's pages. Make it with New.
type Handler struct {
	Config
	Counts Counts

	pages   *pages
	agents  agents
	misses  misses
	images  imageCache
	selves  imageCache
	buffers sync.Pool
}

// admitFor is how long a visitor waits for a decision before the fallback.
const admitFor = 1500 * time.Millisecond

// New compiles the pages and returns a handler for /q/ and /l/.
func New(c Config) (*Handler, error) {
	p, err := loadPages()
	if err != nil {
		return nil, fmt.Errorf("cannot load the customer's pages: %w", err)
	}
	if c.Zone == nil {
		c.Zone = time.FixedZone("CST", 8*60*60) // China has one, without summer time
	}
	if c.Secure == nil {
		c.Secure = func(r *http.Request) bool { return r.TLS != nil }
	}
	c.Public = strings.TrimRight(c.Public, "/")
	h := &Handler{Config: c, pages: p}
	h.images.most, h.selves.most = mostPictures, mostSelves
	h.buffers.New = func() any { return &sheet{page: make([]byte, 0, 16<<10)} }
	return h, nil
}

// ServeHTTP answers everything below /q/ and /l/.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer h.rescue(w, r)
	rest, printed := strings.CutPrefix(r.URL.Path, "/q/")
	if !printed {
		rest, _ = strings.CutPrefix(r.URL.Path, "/l/")
	}
	get := r.Method == http.MethodGet || r.Method == http.MethodHead
	switch {
	case printed && rest == "beacon":
		h.beacon(w, r)
	case printed && strings.HasPrefix(rest, "img/"):
		h.image(w, r, rest[len("img/"):])
	case printed && strings.HasPrefix(rest, "self/"):
		h.selfImage(w, r, rest[len("self/"):])
	case get, r.Method == http.MethodPost:
		h.scan(w, r, rest, !printed)
	default:
		w.Header().Set("Allow", "GET, HEAD, POST")
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
}

// rescue shows the static page after a panic: a scan ends with a human.
func (h *Handler) rescue(w http.ResponseWriter, r *http.Request) {
	p := recover()
	if p == nil {
		return
	}
	if p == http.ErrAbortHandler {
		panic(p)
	}
	h.Counts.Panics.Add(1)
	h.Log.ErrorContext(r.Context(), "panic in the scan door", "panic", fmt.Sprint(p))
	var k ask
	k.read(h, r)
	k.path = r.URL.Path
	h.message(w, r, &k, nil, isFailed, http.StatusOK)
}

// scan shows the page of a code: find, name the visitor, admit, show.
func (h *Handler) scan(w http.ResponseWriter, r *http.Request, rest string, shared bool) {
	var k ask
	k.read(h, r)
	door := "/q/"
	if shared {
		door = "/l/"
	}
	if !k.name(door, rest) || !h.Slugs.Check(k.slug) {
		h.forged(w, r, &k)
		return
	}
	code, err := h.Book.Find(k.slug)
	if err != nil {
		h.missing(w, r, &k)
		return
	}
	switch {
	case k.agent.robot || r.Method == http.MethodHead || prefetched(r.Header):
		h.Counts.Neutral.Add(1)
		h.message(w, r, &k, code, isNeutral, http.StatusOK)
		return
	case k.agent.screen && k.agent.wechat == "":
		h.Counts.Neutral.Add(1)
		h.screen(w, r, &k, code)
		return
	}
	visit := h.visit(w, r, &k, code)
	visit.Shared = shared
	ctx, cancel := context.WithTimeout(r.Context(), admitFor)
	defer cancel()
	outcome, err := h.Desk.Admit(ctx, visit)
	if err != nil {
		h.Counts.Fallbacks.Add(1)
	}
	h.show(w, r, &k, code, &outcome)
}

// prefetched says that a program asks for the page before anyone wants it.
func prefetched(h http.Header) bool {
	for _, name := range [...]string{"Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"} {
		if v := h[name]; len(v) > 0 && (strings.Contains(v[0], "prefetch") ||
			strings.Contains(v[0], "prerender") || strings.Contains(v[0], "preview")) {
			return true
		}
	}
	return false
}
