package sandbox

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/wecom/sandbox/phone"
)

// DefaultCorpID is the corp id of a sandbox that was not given one.
const DefaultCorpID = "sb_ww7d3f0a91c52e84b6"

// Options says what sandbox to run. The zero value is the demo corp, in memory.
type Options struct {
	Clock  clock.Clock // world time; default the machine's
	Seed   uint64      // same seed, same corp and people; default 1
	CorpID string      // must start with "sb_"; default DefaultCorpID

	Secret      string // of the app; made at random when empty
	CallbackURL string // where events go; none are sent while it is empty
	Token       string // callback token; made at random when empty
	AESKey      string // callback EncodingAESKey; made at random when empty

	State      string // snapshot file; empty keeps everything in memory
	EmptyWorld bool   // a corp with one department and one app, nothing else

	Latency     Latency       // of API answers; zero answers at once
	QRThreshold int           // members a group takes by QR code; default 200
	Limits      *Limits       // default DefaultLimits
	RetryAfter  time.Duration // between deliveries of one callback; default 1 s
	Senders     int           // callback workers; default 1, which keeps the order

	BaseURL       string // what QR codes and images point to; default the Host asked
	ProductOrigin string // the only origin people may browse; default loopback
	AllowPublic   bool   // lets Listen bind an address that is not loopback
	Logger        *slog.Logger
}

// Latency is the range an API answer takes.
type Latency struct{ Min, Max time.Duration }

// RealLatency is what the real WeCom feels like.
var RealLatency = Latency{20 * time.Millisecond, 80 * time.Millisecond}

// Credentials is what a product needs to connect to the sandbox corp.
type Credentials struct {
	CorpID  string `json:"corp_id"`
	AgentID int64  `json:"agent_id"`
	Secret  string `json:"secret"`
	Token   string `json:"token"`
	AESKey  string `json:"aes_key"`
}

// Errors of New and Listen.
var (
	ErrRealCorp = errors.New("sandbox corp id must start with sb_")
	ErrPublic   = errors.New("the sandbox serves loopback addresses only")
)

// Server is one sandbox corp. Make it with New, end it with Close.
type Server struct {
	opt     Options
	clock   clock.Clock
	browser *phone.Browser
	sender  *http.Client
	routes  map[string]endpoint

	mu       sync.Mutex // guards everything below, and world
	world    *world
	dirty    bool
	calls    []Call
	traffic  map[string]*traffic
	inFlight map[string]int
	faults   []*Fault
	faultSeq int
	jitter   uint64
	sending  int
	idle     chan struct{} // closed and renewed when a delivery ended

	wake   chan struct{}
	ctx    context.Context
	cancel context.CancelFunc
	done   sync.WaitGroup
}

// New starts the sandbox of o: from its snapshot where there is one, else fresh.
func New(o Options) (*Server, error) {
	o = o.withDefaults()
	if !strings.HasPrefix(o.CorpID, "sb_") {
		return nil, fmt.Errorf("%w: %q", ErrRealCorp, o.CorpID)
	}
	s := &Server{
		opt: o, clock: o.Clock,
		browser:  phone.NewBrowser(o.ProductOrigin),
		sender:   newSender(),
		traffic:  map[string]*traffic{},
		inFlight: map[string]int{},
		idle:     make(chan struct{}),
		wake:     make(chan struct{}, 1),
	}
	if err := s.load(); err != nil {
		return nil, err
	}
	s.routes = routes()
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.start()
	return s, nil
}

func (o Options) withDefaults() Options {
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Limits == nil {
		l := DefaultLimits
		o.Limits = &l
	}
	o.Seed = cmp.Or(o.Seed, 1)
	o.CorpID = cmp.Or(o.CorpID, DefaultCorpID)
	o.QRThreshold = cmp.Or(o.QRThreshold, 200)
	o.RetryAfter = cmp.Or(o.RetryAfter, time.Second)
	o.Senders = max(o.Senders, 1)
	return o
}

// load reads the snapshot or makes the world; keys given in Options win.
func (s *Server) load() error {
	w, err := readSnapshot(s.opt.State)
	if err != nil {
		return err
	}
	if w != nil && w.CorpID != s.opt.CorpID {
		return fmt.Errorf("cannot use snapshot %s: it is of corp %s, not %s",
			s.opt.State, w.CorpID, s.opt.CorpID)
	}
	if w == nil {
		w = newWorld(s.opt, s.clock.Now())
		s.dirty = true
	}
	w.useKeys(s.opt)
	s.world = w
	return nil
}

func (s *Server) start() {
	for range s.opt.Senders {
		s.done.Go(s.sendLoop)
	}
	if s.opt.State != "" {
		s.done.Go(s.saveLoop)
	}
}

// Close stops the workers and writes the last snapshot.
func (s *Server) Close() error {
	s.cancel()
	s.done.Wait()
	s.sender.CloseIdleConnections()
	s.browser.Close()
	return s.save()
}

// newSender returns the client that callbacks leave by. WeCom follows no
// redirects: only 200 is an answer.
func newSender() *http.Client {
	return &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: 8, IdleConnTimeout: 30 * time.Second},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Credentials returns what a product enters to connect to this corp.
func (s *Server) Credentials() Credentials {
	s.mu.Lock()
	defer s.mu.Unlock()
	w, app := s.world, s.world.Apps[0]
	return Credentials{w.CorpID, app.AgentID, app.Secret, w.Callback.Token, w.Callback.AESKey}
}

// Now returns the world's time.
func (s *Server) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.worldTime()
}

// Advance moves the world's time by d.
func (s *Server) Advance(d time.Duration) {
	s.change(func(w *world) error { w.Offset += d; return nil })
}

// worldTime needs s.mu.
func (s *Server) worldTime() time.Time { return s.clock.Now().Add(s.world.Offset) }

// change runs fn on the world and lets its events leave.
func (s *Server) change(fn func(w *world) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.now = s.worldTime()
	err := fn(s.world)
	s.dirty = true
	s.wakeSender()
	return err
}

// Handler serves the API, the control API and the phone page.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/cgi-bin/", s.serveAPI)
	mux.HandleFunc("GET /connect/oauth2/authorize", s.authorize)
	mux.HandleFunc("GET /wwlogin/sso/login", s.authorize)
	mux.HandleFunc("GET /sandbox/qr/{kind}/{file}", s.qrImage)
	mux.HandleFunc("GET /sandbox/img/{id}", s.picture)
	mux.HandleFunc("GET /sandbox/c/{id}", s.toPhone)
	mux.HandleFunc("GET /sandbox/g/{id}", s.toPhone)
	mux.HandleFunc("GET /ca/{id}", s.toPhone)
	s.control(mux)
	s.browser.Mount(mux, s.hasPerson)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if !s.browser.Rescue(w, r) {
			w.WriteHeader(http.StatusNotFound)
		}
	})
	return mux
}

// toPhone is what a scanned sandbox code opens in an ordinary browser.
func (s *Server) toPhone(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, phone.Path+"?scan="+urlEscape(s.base(r)+r.URL.RequestURI()), http.StatusFound)
}

// Listen opens addr, which must be a loopback address unless AllowPublic.
// Serve the result with Serve.
func (s *Server) Listen(addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w", addr, err)
	}
	tcp, ok := l.Addr().(*net.TCPAddr)
	if !s.opt.AllowPublic && (!ok || !tcp.IP.IsLoopback()) {
		l.Close()
		return nil, fmt.Errorf("%w: %s", ErrPublic, addr)
	}
	return l, nil
}

// Serve answers on l until ctx ends.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	srv := &http.Server{Handler: s.onlyLoopbackHosts(s.Handler()), ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { srv.Close() })
	defer stop()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("cannot serve the sandbox: %w", err)
	}
	return nil
}

// onlyLoopbackHosts keeps web pages elsewhere from reaching the sandbox under
// a name of their own that resolves to this machine.
func (s *Server) onlyLoopbackHosts(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.opt.AllowPublic && !phone.Loopback(r.Host) {
			http.Error(w, "this sandbox answers loopback names only", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	// The caller may be gone, which is nothing to the sandbox.
	_ = e.Encode(v)
}
