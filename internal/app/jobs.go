package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/job"
	"github.com/tuma-live/tuma/internal/core/corp"
	"github.com/tuma-live/tuma/internal/core/mirror"
	"github.com/tuma-live/tuma/internal/edge/admin"
)

// register lists every job there is and what does it.
func (s *Server) register(reg *job.Registry) {
	job.Handle(reg, s.sync)
	job.Handle(reg, s.repair)
	job.Handle(reg, s.tidy)
	s.carriers.Register(reg)
	s.arrivals.Register(reg)
	s.inbox.Register(reg)
	s.schedule(reg)
}

// syncJob mirrors one kind of thing from WeCom, whole.
type syncJob struct {
	What string `json:"what"` // staff, tags, groups or contacts
}

// Kind implements job.Args.
func (syncJob) Kind() string { return "wecom.sync" }

// order is what is mirrored, in the order in which it depends on each other.
var order = []string{"staff", "tags", "groups", "contacts"}

// syncs returns how each kind is mirrored.
func (s *Server) syncs() map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"staff": s.staff.Sync, "tags": s.tags.Sync, "groups": s.arrivals.SyncGroups, "contacts": s.arrivals.SyncContacts,
	}
}

func (s *Server) sync(ctx context.Context, a syncJob) error {
	f, ok := s.syncs()[a.What]
	if !ok {
		return job.Discard(fmt.Errorf("nothing called %q is mirrored", a.What))
	}
	if a.What == "groups" || a.What == "contacts" {
		if err := s.staffFirst(ctx); err != nil {
			return err
		}
	}
	return f(ctx)
}

// staffFirst makes sure that staff were mirrored once: groups and customers
// are asked for by staff member.
func (s *Server) staffFirst(ctx context.Context) error {
	p, err := mirror.Of(ctx, s.DB.Read(), "staff")
	if err != nil || p.State == mirror.Done {
		return err
	}
	return s.staff.Sync(ctx)
}

// startSync asks for a whole mirror of what, in tx. One that waits or runs
// already is not doubled.
func (s *Server) startSync(ctx context.Context, tx *db.Tx, what string) error {
	// One that waits for its next try goes on now: someone has mended something.
	if err := job.Hurry(ctx, tx, syncJob{}, what); err != nil {
		return err
	}
	return job.Enqueue(ctx, tx, syncJob{what}, job.Queue(job.Slow), job.Unique(what))
}

// repairJob reads everything again and mends what callbacks have missed.
type repairJob struct{}

// Kind implements job.Args.
func (repairJob) Kind() string { return "wecom.repair" }

func (s *Server) repair(ctx context.Context, _ repairJob) error {
	if _, err := s.corp.Connect(ctx); errors.Is(err, corp.ErrNotConnected) {
		return nil
	}
	err := s.DB.InTx(ctx, func(tx *db.Tx) error {
		for _, what := range order {
			if err := s.startSync(ctx, tx, what); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.carriers.Reconcile(ctx)
}

// tidyJob throws away what nobody needs any more.
type tidyJob struct{}

// Kind implements job.Args.
func (tidyJob) Kind() string { return "tidy" }

func (s *Server) tidy(ctx context.Context, _ tidyJob) error {
	if err := s.access.Purge(ctx); err != nil {
		return err
	}
	if _, err := s.inbox.Forget(ctx, 10_000); err != nil {
		return err
	}
	if err := admin.Forget(ctx, s.DB, s.Clock.Now()); err != nil {
		return err
	}
	return job.Clean(ctx, s.DB, s.Clock.Now().Add(-keepJobs))
}

// keepJobs is how long a job that is done can still be looked at.
const keepJobs = 7 * 24 * time.Hour
