package app

import (
	"context"
	"sync"
	"time"

	"github.com/tuma-live/tuma/internal/base/job"
)

// schedule lists what returns. WeCom advises against minutes 0 and 30.
func (s *Server) schedule(reg *job.Registry) {
	reg.Every(job.Periodic{Name: "carrier.reconcile", Every: 10 * time.Minute, Offset: 3 * time.Minute, Args: reconcileJob{}})
	// 02:37 in Shanghai.
	reg.Every(job.Periodic{Name: "wecom.repair", Every: 24 * time.Hour, Offset: 18*time.Hour + 37*time.Minute, Args: repairJob{}})
	reg.Every(job.Periodic{Name: "tidy", Every: time.Hour, Offset: 17 * time.Minute, Args: tidyJob{}})
	job.Handle(reg, s.reconcile)
}

// reconcileJob looks for QR codes that WeCom has not made yet.
type reconcileJob struct{}

// Kind implements job.Args.
func (reconcileJob) Kind() string { return "carrier.reconcile" }

func (s *Server) reconcile(ctx context.Context, _ reconcileJob) error {
	return s.carriers.Reconcile(ctx)
}

// loops lists what every node does all the time.
func (s *Server) loops() []loop {
	all := []loop{
		{"seats of holds that ended", time.Second, func(ctx context.Context) error {
			_, err := s.desk.Expire(ctx, s.Clock.Now())
			return err
		}},
		{"visits kept while the database was away", 5 * time.Second, func(ctx context.Context) error {
			_, err := s.desk.Journal.Import(ctx, s.DB)
			return err
		}},
		{"the audit anchor", time.Minute, s.anchor},
		{"QR pictures at hand", 20 * time.Second, s.warm},
		{"keys that were added", 30 * time.Second, s.turnKeys},
		{"the depth of the queues", 15 * time.Second, s.measureJobs},
	}
	if s.demo != nil {
		all = append(all, loop{"the codes in the demo's phone", time.Second, s.tellPhone})
	}
	return all
}

func (s *Server) startLoops(ctx context.Context, running *sync.WaitGroup) {
	report := func(name string, err error) {
		s.metrics.loops.WithLabelValues(name).Inc()
		s.Log.Error("a loop failed", "loop", name, "err", err)
	}
	for _, l := range s.loops() {
		running.Go(func() { l.run(ctx, s.Clock, report) })
	}
	running.Go(func() { s.book.Watch(ctx, func(err error) { report("book", err) }) })
	running.Go(func() { s.rollup.Run(ctx, func(err error) { report("roll-up", err) }) })
}
