package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/i18n"
)

// The limits of a request; a door may have narrower ones.
const (
	maxBody   = 1 << 20
	maxHeader = 16 << 10
	maxParams = 100
)

// Stack is what every request passes before its handler.
type Stack struct {
	Log     *slog.Logger
	Clock   clock.Clock
	Texts   *i18n.Catalogue
	Trusted []netip.Prefix // proxies whose X-Forwarded-For we believe
	// Observe is told about every answer, for metrics. It may be nil.
	Observe func(r *http.Request, status int, took time.Duration)
}

// Wrap puts the stack in front of next: identity, one log line, recovery from
// panics, headers, limits, and the check that no foreign page writes.
func (s *Stack) Wrap(next http.Handler) http.Handler {
	origin := http.NewCrossOriginProtection()
	inner := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := s.refuse(origin, r); err != nil {
			Problem(w, r, err)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		next.ServeHTTP(w, r)
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, r := s.identify(r)
		begun := s.Clock.Now()
		a := &answer{ResponseWriter: w}
		s.headers(a.Header(), r, id)
		defer func() {
			if p := recover(); p != nil {
				s.recovered(a, r, id, p)
			}
			s.line(r, id, a, s.Clock.Now().Sub(begun))
		}()
		inner.ServeHTTP(a, r)
	})
}

// refuse says why a request goes no further, or nil.
func (s *Stack) refuse(origin *http.CrossOriginProtection, r *http.Request) error {
	switch {
	case r.Method == http.MethodTrace || r.Method == http.MethodConnect:
		return ErrMethod
	case strings.Count(r.URL.RawQuery, "&") >= maxParams, unreadable(r.URL):
		return ErrMalformed
	case origin.Check(r) != nil || blind(r):
		return ErrOrigin
	}
	return nil
}

// unreadable says that the address holds bytes that are no text: databases
// refuse them, or keep what nobody can type again.
func unreadable(u *url.URL) bool {
	q, err := url.QueryUnescape(u.RawQuery)
	return err != nil || !utf8.ValidString(q) || strings.ContainsRune(q, 0) ||
		!utf8.ValidString(u.Path) || strings.ContainsRune(u.Path, 0)
}

// blind says that a request wants to write with a browser's cookie and yet
// tells nothing about the page it comes from. Only old browsers do that, and
// programs, which should bring a key instead.
func blind(r *http.Request) bool {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return false
	}
	h := r.Header
	return h.Get("Cookie") != "" && h.Get("Authorization") == "" &&
		h.Get("Origin") == "" && h.Get("Sec-Fetch-Site") == ""
}

// contentPolicy lets a page of ours load what is ours, and nothing inline run.
// Styles may be inline: the UI's component library writes them.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; " +
	"img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"

// headers sets what every answer carries; a handler may say otherwise.
func (s *Stack) headers(h http.Header, r *http.Request, id *Request) {
	h.Set("X-Request-Id", id.ID)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
	if Secure(r, s.Trusted) {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// recovered answers after a panic. Nothing of it is shown.
func (s *Stack) recovered(a *answer, r *http.Request, id *Request, p any) {
	if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		return
	}
	err := fmt.Errorf("panic: %v\n%s", p, debug.Stack())
	if a.status == 0 {
		Problem(a, r, err)
	}
	id.fault = err
}

// line writes the one log line of a request. The query is left out: it may
// hold a code of an OAuth answer.
func (s *Stack) line(r *http.Request, id *Request, a *answer, took time.Duration) {
	status := a.status
	if status == 0 {
		status = http.StatusOK
	}
	if s.Observe != nil {
		s.Observe(r, status, took)
	}
	level := slog.LevelInfo
	attrs := []slog.Attr{
		slog.String("request", id.ID), slog.String("method", r.Method), slog.String("path", r.URL.Path),
		slog.Int("status", status), slog.Int64("bytes", a.bytes), slog.Duration("took", took),
		slog.String("address", id.Address.String()),
	}
	if id.fault != nil {
		level = slog.LevelError
		attrs = append(attrs, slog.Any("err", id.fault))
	}
	s.Log.LogAttrs(context.WithoutCancel(r.Context()), level, "request", attrs...)
}

// answer remembers what was answered.
type answer struct {
	http.ResponseWriter
	status int
	bytes  int64
}

// WriteHeader implements http.ResponseWriter.
func (a *answer) WriteHeader(status int) {
	if a.status == 0 && status >= 200 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (a *answer) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	n, err := a.ResponseWriter.Write(b)
	a.bytes += int64(n)
	return n, err
}

// Flush sends what is written so far, for streams.
func (a *answer) Flush() {
	http.NewResponseController(a.ResponseWriter).Flush() //nolint:errcheck // nothing to do about it
}

// Unwrap lets http.ResponseController reach the connection.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// NewServer returns a server that slow or endless senders cannot hold up. A
// handler that streams lifts its own write deadline.
func NewServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       60 * time.Second,
		MaxHeaderBytes:    maxHeader - 4096, // net/http allows that much more
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}
