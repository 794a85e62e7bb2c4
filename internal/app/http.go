package app

import (
	"context"
	"net/http"
	"time"

	"github.com/tuma-live/tuma/internal/base/web"
	ui "github.com/tuma-live/tuma/web"
)

// handler is everything this server answers. The scan and callback doors stand
// beside the stack: they have limits of their own, and no line in the log for
// each of thousands of requests a second.
func (s *Server) handler() http.Handler {
	stack := &web.Stack{
		Log: s.Log, Clock: s.Clock, Texts: s.texts, Trusted: s.cfg.trusted, Observe: s.metrics.request,
	}
	inner := http.NewServeMux()
	inner.Handle("/api/", s.api)
	inner.Handle("/api/v1/events", s.streaming(s.api))
	inner.Handle("/", ui.Handler())
	inside := stack.Wrap(inner)

	mux := http.NewServeMux()
	mux.Handle("/q/", &s.door)
	mux.Handle("/l/", &s.door)
	mux.Handle("/wecom/callback", s.hook)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, "ok") })
	mux.HandleFunc("GET /readyz", s.readyz)
	mux.Handle("GET /metrics", s.metrics.handler(s.cfg.MetricsToken))
	mux.Handle("/", inside)
	return mux
}

// streaming lets an answer go on for as long as its reader stays, or until the
// server leaves. Both deadlines go: the one for reading would end the request.
func (s *Server) streaming(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctl := http.NewResponseController(w)
		ctl.SetReadDeadline(time.Time{})  //nolint:errcheck // a writer without one has none to lift
		ctl.SetWriteDeadline(time.Time{}) //nolint:errcheck // the same
		ctx, cancel := context.WithCancel(r.Context())
		defer cancel()
		defer context.AfterFunc(s.streams, cancel)()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// readyz says whether this node can serve: it has the book and is not leaving.
// A database that is away does not make it unready: scans go on.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	if s.leaving.Load() {
		answer(w, http.StatusServiceUnavailable, "leaving")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), time.Second)
	defer cancel()
	if err := s.DB.Ping(ctx); err != nil {
		answer(w, http.StatusOK, "ok, without the database")
		return
	}
	answer(w, http.StatusOK, "ok")
}

func answer(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write([]byte(text + "\n")) //nolint:errcheck // the client went away
}
