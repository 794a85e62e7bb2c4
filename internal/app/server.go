package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tuma-live/tuma/internal/base/i18n"
	"github.com/tuma-live/tuma/internal/base/job"
	"github.com/tuma-live/tuma/internal/base/web"
	"github.com/tuma-live/tuma/internal/core/scan"
)

// Server is a running Tuma.
type Server struct {
	*Base
	parts
	texts   *i18n.Catalogue
	metrics *metrics
	runner  *job.Runner
	door    door         // scans
	hook    http.Handler // callbacks
	api     http.Handler // admin API
	demo    *box         // the sandbox of a demo, or nil
	leaving atomic.Bool

	anchored int64 // the last row of the audit log in the anchor

	streams    context.Context // of answers that have no end of their own
	endStreams context.CancelFunc
}

// Open opens the data, brings it up to date and wires everything. With demo it
// also starts a sandbox corp and connects to it.
func Open(ctx context.Context, c Config, demo bool, log *slog.Logger) (*Server, error) {
	b, err := OpenBase(ctx, c, log)
	if err != nil {
		return nil, err
	}
	s := &Server{Base: b, metrics: newMetrics()}
	s.streams, s.endStreams = context.WithCancel(context.WithoutCancel(ctx))
	if err := s.wire(ctx, demo); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (s *Server) wire(ctx context.Context, demo bool) (err error) {
	journal, err := scan.OpenJournal(filepath.Join(s.Config.Data, "journal"))
	if err != nil {
		return err
	}
	s.parts = s.newParts(journal)
	if s.texts, err = i18n.Load(texts()...); err != nil {
		return err
	}
	reg := job.NewRegistry()
	s.register(reg)
	s.runner = &job.Runner{
		DB: s.DB, Clock: s.Clock, Registry: reg, Log: s.Log, Node: fmt.Sprint(s.node.number),
		Alone: s.Config.onSQLite(), Observe: s.observeJob,
	}
	if demo {
		if s.demo, err = s.openBox(ctx); err != nil {
			return err
		}
	}
	if err := s.book.Load(ctx); err != nil {
		return err
	}
	if err := s.doors(); err != nil {
		return err
	}
	s.gauges()
	return nil
}

func (s *Server) observeJob(kind, outcome string, took time.Duration) {
	s.metrics.jobs.WithLabelValues(kind, outcome).Observe(took.Seconds())
}

func (s *Server) gauges() {
	s.metrics.gauge("tuma_codes", "Live codes in memory.", func() float64 { return float64(s.book.Len()) })
	s.metrics.gauge("tuma_scans_waiting", "Scans that wait for their commit.", func() float64 { return float64(s.desk.Waiting()) })
}

// shutdownFor is how long requests may take to end when the server leaves.
const shutdownFor = 10 * time.Second

// Run serves until ctx ends. It tells the operator on out where to look.
func (s *Server) Run(ctx context.Context, out io.Writer) error {
	defer s.Close() //nolint:errcheck // nothing is left to lose
	l, err := net.Listen("tcp", s.cfg.Addr)
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w", s.cfg.Addr, err)
	}
	// Requests end first, then jobs, then what both stand on. What a request
	// enqueued is not lost: it is in the database.
	ground := newCrew(ctx)
	defer ground.stop()
	ground.start(s.node.keep)
	work := newCrew(ctx)
	defer work.stop()
	server := web.NewServer(s.handler(), s.Log)
	server.RegisterOnShutdown(s.endStreams)
	defer server.Close() //nolint:errcheck // closed by then, unless something failed
	ground.start(func(context.Context) error { return ignoreClosed(server.Serve(l)) })
	if err := s.begin(ground, work, out); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
	case err = <-ground.failed:
	case err = <-work.failed:
	}
	return errors.Join(err, s.leave(ctx, server))
}

// begin starts everything the server does by itself and greets the operator.
func (s *Server) begin(ground, work *crew, out io.Writer) error {
	if s.demo != nil {
		// Before anything counts: the demo's history is written after the fact.
		ground.start(s.demo.serve)
		if err := s.prepareDemo(work.ctx); err != nil {
			return err
		}
	}
	s.startLoops(work.ctx, &work.running)
	work.start(s.runner.Run)
	return s.greet(work.ctx, out)
}

// leave lets the requests end that are being answered.
func (s *Server) leave(ctx context.Context, server *http.Server) error {
	s.leaving.Store(true)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownFor)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		return fmt.Errorf("some requests did not end in time: %w", err)
	}
	return nil
}

// crew is what runs until it is stopped.
type crew struct {
	ctx     context.Context
	cancel  context.CancelFunc
	running sync.WaitGroup
	failed  chan error
}

// newCrew outlives ctx, so that things stop in the order we choose.
func newCrew(ctx context.Context) *crew {
	c := &crew{failed: make(chan error, 4)}
	c.ctx, c.cancel = context.WithCancel(context.WithoutCancel(ctx))
	return c
}

func (c *crew) start(f func(context.Context) error) {
	c.running.Go(func() {
		if err := f(c.ctx); err != nil {
			c.failed <- err
		}
	})
}

func (c *crew) stop() {
	c.cancel()
	c.running.Wait()
}

func ignoreClosed(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// Close gives everything back.
func (s *Server) Close() error {
	var err error
	s.endStreams()
	if s.demo != nil {
		err = s.demo.close()
	}
	if s.desk != nil && s.desk.Journal != nil {
		err = errors.Join(err, s.desk.Journal.Close())
	}
	return errors.Join(err, s.Base.Close())
}
