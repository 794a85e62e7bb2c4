package db

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"time"
)

// channel is the PostgreSQL channel every node listens on.
const channel = "tuma"

// bus tells the parts of this process what has been committed, by this node or
// another. A message may be lost when a connection breaks; the empty message
// that follows the repair says "look for yourself". Polling is the truth.
type bus struct {
	mu   sync.Mutex
	subs map[string]map[chan string]bool
}

// Notify tells the subscribers of topic, on every node, that something was
// committed. It is sent with the transaction: not at all when that rolls back.
func (tx *Tx) Notify(ctx context.Context, topic, message string) error {
	if tx.db.Engine == SQLite {
		tx.OnCommit(func() { tx.db.bus.send(topic, message) })
		return nil
	}
	rows, err := tx.Query(ctx, "select pg_notify('"+channel+"', ?)", topic+" "+message)
	if err != nil {
		return err
	}
	return rows.Close()
}

// Subscribe returns the messages of topic until cancel is called. A slow
// subscriber misses messages but finds one waiting: treat each as a hint.
func (d *DB) Subscribe(topic string) (messages <-chan string, cancel func()) {
	ch := make(chan string, 64)
	b := &d.bus
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.subs == nil {
		b.subs = map[string]map[chan string]bool{}
	}
	if b.subs[topic] == nil {
		b.subs[topic] = map[chan string]bool{}
	}
	b.subs[topic][ch] = true
	return ch, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.subs[topic], ch)
	}
}

func (b *bus) send(topic, message string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for ch := range b.subs[topic] {
		offer(ch, message)
	}
}

// resync tells everyone that messages may have been lost.
func (b *bus) resync() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, subs := range b.subs {
		for ch := range subs {
			offer(ch, "")
		}
	}
}

// offer never waits. When the subscriber is behind, its oldest message makes
// way for an empty one, which means "look for yourself".
func offer(ch chan string, message string) {
	select {
	case ch <- message:
		return
	default:
	}
	select {
	case <-ch:
	default:
	}
	select {
	case ch <- "":
	default:
	}
}

// listen carries PostgreSQL's notifications to the bus until ctx ends.
func (d *DB) listen(ctx context.Context) {
	for ctx.Err() == nil {
		d.listenOnce(ctx) //nolint:errcheck // tried again; polling covers the gap
		d.bus.resync()
		select {
		case <-ctx.Done():
		case <-time.After(300 * time.Millisecond):
		}
	}
}

func (d *DB) listenOnce(ctx context.Context) error {
	conn, err := d.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	c := conn.Hijack()                        // a connection that listens must not return to the pool
	defer c.Close(context.WithoutCancel(ctx)) //nolint:errcheck // closing either way
	if _, err := c.Exec(ctx, "listen "+channel); err != nil {
		return err
	}
	d.bus.resync()
	for {
		n, err := c.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		topic, message, _ := strings.Cut(n.Payload, " ")
		d.bus.send(topic, message)
	}
}

// closed says that the connection went away under a statement.
func closed(err error) bool {
	var ne net.Error
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.EOF) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) || errors.As(err, &ne)
}
