package job

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/db"
)

// Runner does the jobs of one node.
type Runner struct {
	DB       *db.DB
	Clock    clock.Clock
	Registry *Registry
	Log      *slog.Logger
	Node     string // names the node in the table, for people
	// Alone says that no other process uses the database: what is running when
	// Run begins was lost by an earlier one and goes on at once.
	Alone bool
	// Workers is how many jobs of a queue run at once; nil is a good default.
	Workers map[string]int
	// Observe is told about every attempt, for metrics. It may be nil.
	Observe func(kind, outcome string, took time.Duration)

	once    sync.Once
	owner   string
	kinds   db.List
	settled *db.Batch[verdict]

	mu      sync.Mutex
	running map[ID]context.CancelFunc
}

// How the runner keeps time.
const (
	leaseFor  = 15 * time.Second // a dead node's jobs go on after this
	beatEvery = 5 * time.Second
	pollEvery = time.Second // when no wake-up arrives
	graceFor  = 10 * time.Second
	maxDelay  = time.Hour
)

var defaultWorkers = map[string]int{Fast: 16, Default: 8, Slow: 2}

func (r *Runner) init() {
	r.once.Do(func() {
		r.owner = newOwner(r.Node)
		r.kinds = db.In(r.Registry.Kinds())
		r.running = map[ID]context.CancelFunc{}
		r.settled = db.NewBatch(200, 10_000, func(ctx context.Context, vs []verdict) error {
			ctx, cancel := context.WithTimeout(ctx, leaseFor)
			defer cancel()
			_, err := settle(ctx, r.DB, vs)
			return err
		})
		if r.Log == nil {
			r.Log = slog.New(slog.DiscardHandler)
		}
		if r.Workers == nil {
			r.Workers = defaultWorkers
		}
	})
}

// Run does jobs until ctx ends. It then takes no more, waits a while for those
// that run, and gives back what is not over.
func (r *Runner) Run(ctx context.Context) error {
	r.init()
	if r.Alone {
		now := r.Clock.Now()
		if _, err := reap(ctx, r.DB, now, now.Add(365*24*time.Hour)); err != nil {
			return err
		}
	}
	work, abandon := context.WithCancel(context.WithoutCancel(ctx))
	defer abandon()
	var loops, jobs sync.WaitGroup
	for queue, n := range r.Workers {
		loops.Go(func() { r.serve(ctx, work, queue, n, &jobs) })
	}
	loops.Go(func() { r.keep(ctx) })
	beating, stopBeat := context.WithCancel(work)
	loops.Go(func() { r.beat(beating) })

	<-ctx.Done()
	over := make(chan struct{})
	go func() { jobs.Wait(); close(over) }()
	select {
	case <-over:
	case <-r.Clock.After(graceFor):
		abandon()
		<-over
	}
	stopBeat()
	loops.Wait()
	return nil
}

// serve leases and starts the jobs of one queue, never more than n at once.
func (r *Runner) serve(ctx, work context.Context, queue string, n int, jobs *sync.WaitGroup) {
	wake, cancel := r.DB.Subscribe(topic)
	defer cancel()
	free := make(chan struct{}, n)
	for range n {
		free <- struct{}{}
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-free:
		}
		want := 1 + takeAll(free)
		got, err := r.lease(ctx, queue, want)
		if err != nil && ctx.Err() == nil {
			r.Log.Error("cannot fetch jobs", "queue", queue, "err", err)
		}
		jobs.Add(len(got))
		for _, j := range got {
			go func() {
				defer jobs.Done()
				defer func() { free <- struct{}{} }()
				r.do(work, j)
			}()
		}
		for range want - len(got) {
			free <- struct{}{}
		}
		if len(got) < want && !r.rest(ctx, wake, queue) {
			return
		}
	}
}

func takeAll(free chan struct{}) (n int) {
	for {
		select {
		case <-free:
			n++
		default:
			return n
		}
	}
}

// rest waits until there may be work on queue. It returns false when ctx ends.
func (r *Runner) rest(ctx context.Context, wake <-chan string, queue string) bool {
	poll := r.Clock.After(pollEvery)
	for {
		select {
		case <-ctx.Done():
			return false
		case <-poll:
			return true
		case q := <-wake:
			if q == queue || q == "" {
				return true
			}
		}
	}
}

// lease takes up to n due jobs of queue. A commit that has begun is seen
// through, so that no job is leased and forgotten.
func (r *Runner) lease(ctx context.Context, queue string, n int) ([]row, error) {
	now := r.Clock.Now()
	switch any, err := waiting(ctx, r.DB, queue, r.kinds, now); {
	case err != nil:
		return nil, fmt.Errorf("cannot look for jobs: %w", err)
	case !any:
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaseFor)
	defer cancel()
	return lease(ctx, r.DB, queue, r.owner, r.kinds, n, now, now.Add(leaseFor))
}

// do runs one leased job and settles it.
func (r *Runner) do(work context.Context, j row) {
	ctx, cancel := context.WithCancel(work)
	defer cancel()
	r.mu.Lock()
	r.running[j.ID] = cancel
	r.mu.Unlock()
	begun := r.Clock.Now()
	err := r.call(ctx, j)
	r.mu.Lock()
	delete(r.running, j.ID)
	r.mu.Unlock()

	v := r.judge(j, err, work.Err() != nil)
	took := r.Clock.Now().Sub(begun)
	if serr := r.settled.Do(context.WithoutCancel(work), v); serr != nil {
		err = errors.Join(err, serr) // the lease runs out and the job is done again
	}
	r.report(v, took, err)
}

// call runs the handler; a panic is an error like any other.
func (r *Runner) call(ctx context.Context, j row) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return r.Registry.handlers[j.Kind](ctx, []byte(j.Args))
}

// judge decides what becomes of a job whose attempt ended with err.
func (r *Runner) judge(j row, err error, stopped bool) verdict {
	now := r.Clock.Now()
	v := verdict{job: j, state: done, runAt: j.RunAt.Time, at: now}
	if err == nil {
		return v
	}
	v.err = cut(err.Error(), 2000)
	var later delayed
	switch {
	case stopped:
		v.state, v.undo, v.runAt = ready, true, now
	case isDiscarded(err) || j.Attempt >= j.MaxAttempts:
		v.state = dead
	case errors.As(err, &later):
		v.state, v.runAt = ready, now.Add(later.after)
	default:
		v.state, v.runAt = ready, now.Add(backoff(j.Attempt))
	}
	return v
}

// backoff doubles from a second to an hour, give or take a fifth, so that jobs
// that failed together do not come back together.
func backoff(attempt int) time.Duration {
	d := min(time.Second<<min(attempt-1, 12), maxDelay)
	return time.Duration(float64(d) * (0.8 + 0.4*rand.Float64()))
}

// cut keeps at most n bytes of s, of the kind that every engine stores.
func cut(s string, n int) string {
	s = s[:min(len(s), n)]
	return strings.ReplaceAll(strings.ToValidUTF8(s, "?"), "\x00", "?")
}

// report writes the one log line of an attempt.
func (r *Runner) report(v verdict, took time.Duration, err error) {
	outcome, level := v.state, slog.LevelInfo
	switch {
	case v.state == dead:
		level = slog.LevelError
	case v.undo:
		outcome = "given back"
	case err != nil:
		outcome, level = "retry", slog.LevelWarn
	}
	if r.Observe != nil {
		r.Observe(v.job.Kind, outcome, took)
	}
	attrs := []slog.Attr{
		slog.String("kind", v.job.Kind), slog.String("job", v.job.ID.String()),
		slog.Int("attempt", v.job.Attempt), slog.String("outcome", outcome), slog.Duration("took", took),
	}
	if err != nil {
		attrs = append(attrs, slog.Any("err", err))
	}
	if outcome == "retry" {
		attrs = append(attrs, slog.Time("again", v.runAt))
	}
	r.Log.LogAttrs(context.Background(), level, "job", attrs...)
}

// beat prolongs the leases of what runs and stops what was lost.
func (r *Runner) beat(ctx context.Context) {
	for clock.Sleep(ctx, r.Clock, beatEvery) == nil {
		r.mu.Lock()
		ids := make([]ID, 0, len(r.running))
		for id := range r.running {
			ids = append(ids, id)
		}
		r.mu.Unlock()
		if len(ids) == 0 {
			continue
		}
		kept, err := extend(ctx, r.DB, r.owner, ids, r.Clock.Now().Add(leaseFor))
		if err != nil {
			r.Log.Warn("cannot prolong the leases of jobs", "err", err)
			continue
		}
		r.stopAllBut(ids, kept)
	}
}

func (r *Runner) stopAllBut(ids, kept []ID) {
	mine := make(map[ID]bool, len(kept))
	for _, id := range kept {
		mine[id] = true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range ids {
		if stop := r.running[id]; stop != nil && !mine[id] {
			stop()
		}
	}
}

// keep frees lost jobs and schedules the periodic ones.
func (r *Runner) keep(ctx context.Context) {
	slots := map[string]time.Time{}
	for ctx.Err() == nil {
		now := r.Clock.Now()
		_, err := reap(ctx, r.DB, now, now)
		for _, p := range r.Registry.periodic {
			slot := p.Slot(now)
			if slots[p.Name].Equal(slot) {
				continue
			}
			if derr := due(ctx, r.DB, p, now); derr != nil {
				err = errors.Join(err, derr)
				continue
			}
			slots[p.Name] = slot
		}
		if err != nil && ctx.Err() == nil {
			r.Log.Warn("cannot keep the queue", "err", err)
		}
		if clock.Sleep(ctx, r.Clock, pollEvery) != nil {
			return
		}
	}
}

// Drain does everything that is due now, and what that brings, one by one and
// in order, and returns. It is for tests and one-shot commands.
func (r *Runner) Drain(ctx context.Context) error {
	r.init()
	for {
		any := false
		for _, queue := range []string{Fast, Default, Slow} {
			got, err := r.lease(ctx, queue, 1)
			if err != nil {
				return err
			}
			for _, j := range got {
				r.do(ctx, j)
				any = true
			}
		}
		if !any {
			return ctx.Err()
		}
	}
}
