package db

import (
	"context"
	"sync"
)

// Batch commits many small writes in few transactions, without a timer: while
// one batch commits, the next one gathers; a single write is committed at once.
type Batch[T any] struct {
	commit func(ctx context.Context, items []T) error
	max    int

	mu      sync.Mutex
	next    *gathering[T]
	waiting int
	bound   int
	turn    chan struct{}
}

type gathering[T any] struct {
	items []T
	done  chan struct{}
	err   error
}

// ErrBusy is returned by Do when more than the bound are waiting.
var ErrBusy = errBusy{}

type errBusy struct{}

func (errBusy) Error() string { return "too many writes are waiting" }

// NewBatch returns a Batch that hands at most max items to one call of commit
// and lets at most bound callers wait. commit must make the items durable, or
// return an error and have made none.
func NewBatch[T any](max, bound int, commit func(ctx context.Context, items []T) error) *Batch[T] {
	b := &Batch[T]{commit: commit, max: max, bound: bound, turn: make(chan struct{}, 1)}
	b.turn <- struct{}{}
	return b
}

// Waiting returns how many callers wait for their commit.
func (b *Batch[T]) Waiting() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.waiting
}

// Do returns once item is durable, or with the error of its commit. The commit
// goes on when ctx ends first; Do then returns the error of ctx, and the
// outcome is unknown to this caller.
func (b *Batch[T]) Do(ctx context.Context, item T) error {
	b.mu.Lock()
	if b.waiting >= b.bound {
		b.mu.Unlock()
		return ErrBusy
	}
	b.waiting++
	g := b.next
	first := g == nil || len(g.items) >= b.max
	if first {
		g = &gathering[T]{done: make(chan struct{})}
		b.next = g
	}
	g.items = append(g.items, item)
	b.mu.Unlock()

	if first {
		// The first of a gathering leads it, whatever becomes of its caller.
		go b.lead(context.WithoutCancel(ctx), g)
	}
	defer func() {
		b.mu.Lock()
		b.waiting--
		b.mu.Unlock()
	}()
	select {
	case <-g.done:
		return g.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// lead waits for its turn, closes the gathering and commits it.
func (b *Batch[T]) lead(ctx context.Context, g *gathering[T]) {
	<-b.turn
	b.mu.Lock()
	if b.next == g {
		b.next = nil
	}
	b.mu.Unlock()
	g.err = b.commit(ctx, g.items)
	b.turn <- struct{}{}
	close(g.done)
}
