// Package inbox keeps WeCom's callbacks. An event is stored together with the
// jobs of its plan in one transaction, and only then acknowledged: WeCom sends
// it four times at most and never again.
package inbox

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/ident"
	"github.com/tuma-live/tuma/internal/base/job"
	"github.com/tuma-live/tuma/internal/base/seal"
	"github.com/tuma-live/tuma/internal/wecom/callback"
)

type kind struct{}

func (kind) Prefix() string { return "ev" }

// ID is the id of a kept event.
type ID = ident.ID[kind]

// Event is a callback as its steps see it.
type Event struct {
	callback.Event
	ID         ID
	ReceivedAt time.Time
}

// Step is one thing to do about an event. Each is a job of its own: it may run
// twice, in any order, and is tried again without the others.
type Step struct {
	name string
	fast bool
	do   func(context.Context, Event) error
}

// Do makes a step. Its job is the kind "inbox.<name>", which is never renamed.
func Do(name string, f func(context.Context, Event) error) Step { return Step{name: name, do: f} }

// Fast is Do in the lane of what cannot wait.
func Fast(name string, f func(context.Context, Event) error) Step {
	return Step{name: name, fast: true, do: f}
}

// Plan says what to do about each event, by its name (callback.Event.Name).
type Plan map[string][]Step

// The bounds of one node's inbox.
const (
	maxBatch   = 256
	maxWaiting = 4096
)

// Inbox keeps events. Make it with New.
type Inbox struct {
	db    *db.DB
	clock clock.Clock
	ring  *seal.Ring
	plan  Plan
	batch *db.Batch[arrival]
}

// arrival is an event that waits for its commit.
type arrival struct {
	row
	steps []Step
}

type row struct {
	ID         ID      `db:"id"`
	Digest     []byte  `db:"digest"`
	Corp       string  `db:"corp"`
	Agent      string  `db:"agent"`
	Name       string  `db:"name"`
	Body       []byte  `db:"body"`
	ReceivedAt db.Time `db:"received_at"`
}

// New returns the inbox of this node.
func New(d *db.DB, c clock.Clock, ring *seal.Ring, plan Plan) *Inbox {
	b := &Inbox{db: d, clock: c, ring: ring, plan: plan}
	b.batch = db.NewBatch(maxBatch, maxWaiting, b.commit)
	return b
}

// Put returns once m is durable with all it leads to. An event that is kept
// already is no error and has no second effect. Any error means that nothing
// may be acknowledged.
func (b *Inbox) Put(ctx context.Context, m callback.Message) error {
	// What is signed but cannot be read is kept as well: it may be news.
	e, err := callback.Parse(m.Plaintext)
	if err != nil {
		e = callback.Event{}
	}
	id := ident.New[kind](b.db.IDs)
	sealed, err := b.ring.Seal(m.Plaintext, place(id))
	if err != nil {
		return fmt.Errorf("cannot seal an event: %w", err)
	}
	return b.batch.Do(ctx, arrival{steps: b.plan[e.Name()], row: row{
		ID: id, Digest: digest(m), Corp: m.ToUser, Agent: m.AgentID, Name: cut(e.Name()), Body: sealed,
		ReceivedAt: db.At(b.clock.Now()),
	}})
}

// digest names an event: the same one, sent again in a fresh envelope, has it
// too. Lengths go first, so no two triples read the same.
func digest(m callback.Message) []byte {
	h := sha256.New()
	for _, part := range [][]byte{[]byte(m.ToUser), []byte(m.AgentID), m.Plaintext} {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(part)))
		h.Write(n[:])
		h.Write(part)
	}
	return h.Sum(nil)
}

func place(id ID) string { return "inbox_event.body|" + strconv.FormatInt(int64(id), 10) }

func cut(name string) string { return name[:min(len(name), 100)] }

// commit stores the new ones of all and enqueues their steps.
func (b *Inbox) commit(ctx context.Context, all []arrival) error {
	rows, steps := make([]row, 0, len(all)), map[ID][]Step{}
	seen := map[string]bool{}
	for _, a := range all {
		if !seen[string(a.Digest)] { // copies may come in the same batch
			seen[string(a.Digest)] = true
			rows = append(rows, a.row)
			steps[a.ID] = a.steps
		}
	}
	// Two nodes that insert the same digests in another order would wait for
	// each other.
	slices.SortFunc(rows, func(x, y row) int { return slices.Compare(x.Digest, y.Digest) })
	return b.db.InTx(ctx, func(tx *db.Tx) error {
		if err := db.Insert(ctx, tx, "inbox_event", "on conflict (digest) do nothing", rows...); err != nil {
			return fmt.Errorf("cannot keep %d events: %w", len(rows), err)
		}
		ids := make([]ID, len(rows))
		for i := range rows {
			ids[i] = rows[i].ID
		}
		kept, err := db.Select[ID](ctx, tx, "select id from inbox_event where id in (?)", db.In(ids))
		if err != nil {
			return fmt.Errorf("cannot see which events are new: %w", err)
		}
		return enqueue(ctx, tx, kept, steps)
	})
}

func enqueue(ctx context.Context, tx *db.Tx, kept []ID, steps map[ID][]Step) error {
	var fast, rest []job.Args
	slices.Sort(kept)
	for _, id := range kept {
		for _, s := range steps[id] {
			if s.fast {
				fast = append(fast, stepJob{s.name, id})
			} else {
				rest = append(rest, stepJob{s.name, id})
			}
		}
	}
	if err := job.EnqueueAll(ctx, tx, fast, job.Queue(job.Fast), job.Attempts(fastAttempts)); err != nil {
		return err
	}
	return job.EnqueueAll(ctx, tx, rest)
}

// fastAttempts bounds what is only worth doing at once.
const fastAttempts = 15

// stepJob is the job of one step of one event.
type stepJob struct {
	step  string
	Event ID `json:"event"`
}

// Kind implements job.Args.
func (j stepJob) Kind() string { return "inbox." + j.step }

// Register gives the steps of the plan to the job runner.
func (b *Inbox) Register(reg *job.Registry) {
	known := map[string]bool{}
	for _, steps := range b.plan {
		for _, s := range steps {
			if known[s.name] {
				continue
			}
			known[s.name] = true
			reg.HandleKind("inbox."+s.name, b.handler(s))
		}
	}
}

func (b *Inbox) handler(s Step) func(context.Context, []byte) error {
	return func(ctx context.Context, args []byte) error {
		var j stepJob
		if err := json.Unmarshal(args, &j); err != nil {
			return job.Discard(fmt.Errorf("cannot read the arguments: %w", err))
		}
		e, err := b.Event(ctx, j.Event)
		if err != nil {
			return err
		}
		return s.do(ctx, e)
	}
}

// errGone is returned for an event that is no longer kept.
var errGone = errors.New("the event is no longer kept")

// Event reads a kept event.
func (b *Inbox) Event(ctx context.Context, id ID) (Event, error) {
	r, err := db.Get[row](ctx, b.db.Read(),
		"select "+db.Cols[row]()+" from inbox_event where id = ?", id)
	switch {
	case db.NoRows(err):
		return Event{}, job.Discard(errGone)
	case err != nil:
		return Event{}, fmt.Errorf("cannot read event %s: %w", id, err)
	}
	plain, err := b.ring.Open(r.Body, place(id))
	if err != nil {
		return Event{}, fmt.Errorf("cannot open event %s: %w", id, err)
	}
	e, err := callback.Parse(plain)
	if err != nil {
		return Event{}, job.Discard(fmt.Errorf("cannot parse event %s: %w", id, err))
	}
	return Event{Event: e, ID: id, ReceivedAt: r.ReceivedAt.Time}, nil
}

// Last returns when the newest event came in; zero when there was none.
func Last(ctx context.Context, tx *db.Tx) (time.Time, error) {
	var at db.Time
	err := tx.QueryRow(ctx, "select received_at from inbox_event order by id desc limit 1").Scan(&at)
	if err != nil && !db.NoRows(err) {
		return time.Time{}, fmt.Errorf("cannot read the last event: %w", err)
	}
	return at.Time, nil
}

// Retention is how long events are kept: far longer than a copy can come.
const Retention = 90 * 24 * time.Hour

// Forget deletes up to limit events older than Retention and returns how many.
func (b *Inbox) Forget(ctx context.Context, limit int) (n int64, err error) {
	err = b.db.InTx(ctx, func(tx *db.Tx) error {
		n, err = tx.Exec(ctx, `delete from inbox_event where id in
			(select id from inbox_event where id < ? order by id limit ?)`,
			ident.First[kind](b.clock.Now().Add(-Retention)), limit)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("cannot forget old events: %w", err)
	}
	return n, nil
}
