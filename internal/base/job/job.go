// Package job is the queue: work that must happen after a transaction is
// enqueued in it, and is done at least once by one of the nodes. A job is
// leased to a runner; a runner that dies loses the lease and the job goes on
// elsewhere. Handlers must therefore be safe to run twice.
package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/ident"
)

// Args is what a job is told. It is kept as JSON; Kind is never renamed.
type Args interface{ Kind() string }

type kind struct{}

// Prefix implements ident.Kind.
func (kind) Prefix() string { return "jb" }

// ID is the id of a job.
type ID = ident.ID[kind]

// The queues. Each has its own workers, so slow work never delays fast work.
const (
	Fast    = "fast"    // what a person waits for, such as the welcome
	Default = "default" // everything else
	Slow    = "slow"    // long mirrors and repairs
)

// The states of a job.
const (
	ready   = "ready"
	running = "running"
	done    = "done"
	dead    = "dead"
)

// topic is where an enqueued job wakes the runners.
const topic = "job"

type row struct {
	ID          ID      `db:"id"`
	Queue       string  `db:"queue"`
	Kind        string  `db:"kind"`
	Args        string  `db:"args"`
	State       string  `db:"state"`
	Priority    int     `db:"priority"`
	Attempt     int     `db:"attempt"`
	MaxAttempts int     `db:"max_attempts"`
	RunAt       db.Time `db:"run_at"`
	LeaseUntil  db.Time `db:"lease_until"`
	Owner       string  `db:"owner"`
	UniqueKey   *string `db:"unique_key"`
	LastError   string  `db:"last_error"`
	CreatedAt   db.Time `db:"created_at"`
	FinishedAt  db.Time `db:"finished_at"`
}

// Option changes how a job is enqueued.
type Option func(*row)

// Unique drops the job when one of its kind with the same key is waiting or running.
func Unique(key string) Option {
	return func(r *row) {
		k := r.Kind + ":" + key
		r.UniqueKey = &k
	}
}

// At lets the job wait until t.
func At(t time.Time) Option { return func(r *row) { r.RunAt = db.At(t) } }

// Queue puts the job on the named queue instead of Default.
func Queue(name string) Option { return func(r *row) { r.Queue = name } }

// Priority orders the jobs of a queue: lower goes first, the default is 0.
func Priority(n int) Option { return func(r *row) { r.Priority = n } }

// Attempts is how often the job is tried before it is dead; the default is 10.
func Attempts(n int) Option { return func(r *row) { r.MaxAttempts = n } }

// Enqueue adds a job to be done once tx is committed, and never when it is not.
func Enqueue(ctx context.Context, tx *db.Tx, args Args, opts ...Option) error {
	return EnqueueAll(ctx, tx, []Args{args}, opts...)
}

// EnqueueAll adds a job for each of all in few statements.
func EnqueueAll(ctx context.Context, tx *db.Tx, all []Args, opts ...Option) error {
	if len(all) == 0 {
		return nil
	}
	rows := make([]row, len(all))
	for i, args := range all {
		text, err := json.Marshal(args)
		if err != nil {
			return fmt.Errorf("cannot write the arguments of %s: %w", args.Kind(), err)
		}
		id := ident.New[kind](tx.IDs())
		rows[i] = row{
			ID: id, Queue: Default, Kind: args.Kind(), Args: string(text),
			State: ready, MaxAttempts: 10, CreatedAt: db.At(id.Time()),
		}
		for _, o := range opts {
			o(&rows[i])
		}
	}
	if err := db.Insert(ctx, tx, "job", "on conflict do nothing", rows...); err != nil {
		return fmt.Errorf("cannot enqueue %s: %w", rows[0].Kind, err)
	}
	return tx.Notify(ctx, topic, rows[0].Queue)
}

// Hurry lets the waiting job with args' kind and the unique key run at once.
func Hurry(ctx context.Context, tx *db.Tx, args Args, key string) error {
	n, err := tx.Exec(ctx, "update job set run_at = 0 where unique_key = ? and state = ?", args.Kind()+":"+key, ready)
	if err != nil {
		return fmt.Errorf("cannot hurry %s: %w", args.Kind(), err)
	}
	if n == 0 {
		return nil
	}
	return tx.Notify(ctx, topic, "")
}

type discarded struct{ error }

func (d discarded) Unwrap() error { return d.error }

// Discard wraps err to say that trying again is pointless: the job is dead at once.
func Discard(err error) error { return discarded{err} }

type delayed struct {
	error
	after time.Duration
}

func (d delayed) Unwrap() error { return d.error }

// RetryIn wraps err to say when the next try makes sense.
func RetryIn(after time.Duration, err error) error { return delayed{err, after} }

func isDiscarded(err error) bool {
	var d discarded
	return errors.As(err, &d)
}

// Registry is the table of what this program can do.
type Registry struct {
	handlers map[string]func(ctx context.Context, args []byte) error
	periodic []Periodic
}

// NewRegistry returns an empty table.
func NewRegistry() *Registry {
	return &Registry{handlers: map[string]func(context.Context, []byte) error{}}
}

// Handle makes f do the jobs of T's kind.
func Handle[T Args](reg *Registry, f func(ctx context.Context, args T) error) {
	var zero T
	reg.HandleKind(zero.Kind(), func(ctx context.Context, text []byte) error {
		var args T
		if err := json.Unmarshal(text, &args); err != nil {
			return Discard(fmt.Errorf("cannot read the arguments: %w", err))
		}
		return f(ctx, args)
	})
}

// HandleKind makes f do the jobs of a kind that has no type of its own; args is
// the JSON. It panics when the kind has a handler already.
func (reg *Registry) HandleKind(kind string, f func(ctx context.Context, args []byte) error) {
	if _, taken := reg.handlers[kind]; taken {
		panic("job: two handlers for " + kind)
	}
	reg.handlers[kind] = f
}

// Kinds lists the kinds that have a handler.
func (reg *Registry) Kinds() []string {
	out := make([]string, 0, len(reg.handlers))
	for k := range reg.handlers {
		out = append(out, k)
	}
	return out
}
