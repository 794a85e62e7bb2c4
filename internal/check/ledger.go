package check

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/seal"
	"github.com/tuma-live/tuma/internal/core/fact"
	"github.com/tuma-live/tuma/internal/core/inbox"
	"github.com/tuma-live/tuma/internal/core/route"
	"github.com/tuma-live/tuma/internal/core/scan"
	"github.com/tuma-live/tuma/internal/core/seat"
)

// ledger is what the database holds after a run.
type ledger struct {
	seats  map[int64]seat.Seat
	holds  []seat.Hold
	scans  map[fact.ID]scanned
	events map[int64]kept // by their customers
	late   int            // visits that were journalled while the database was away
}

// kept counts what is kept of an event: itself, and its jobs.
type kept struct{ events, jobs int }

// scanned is the fact of one scan.
type scanned struct {
	code, target, visitor int64
	state                 route.State
	held                  bool // a new seat was given
}

// readLedger reads everything the checkers compare. Events are opened with the
// keys in the data folder.
func readLedger(ctx context.Context, data, url string) (*ledger, error) {
	d, err := db.Open(ctx, url)
	if err != nil {
		return nil, err
	}
	defer d.Close() //nolint:errcheck // only read
	l := &ledger{seats: map[int64]seat.Seat{}, scans: map[fact.ID]scanned{}, events: map[int64]kept{}}
	tx := d.Read()
	seats, err := db.Select[seat.Seat](ctx, tx, "select "+seat.Columns+" from seat")
	if err != nil {
		return nil, fmt.Errorf("cannot read the seats: %w", err)
	}
	for _, s := range seats {
		l.seats[s.Target] = s
	}
	if l.holds, err = db.Select[seat.Hold](ctx, tx, "select "+db.Cols[seat.Hold]()+" from hold"); err != nil {
		return nil, fmt.Errorf("cannot read the holds: %w", err)
	}
	if err := l.readFacts(ctx, tx); err != nil {
		return nil, err
	}
	return l, l.readEvents(ctx, d, data)
}

func (l *ledger) readEvents(ctx context.Context, d *db.DB, data string) error {
	ring, err := seal.Load(clock.System{}, filepath.Join(data, "keys.json"))
	if err != nil {
		return err
	}
	all := inbox.New(d, clock.System{}, ring, nil)
	ids, err := db.Select[inbox.ID](ctx, d.Read(), "select id from inbox_event")
	if err != nil {
		return fmt.Errorf("cannot read the events: %w", err)
	}
	customer := make(map[inbox.ID]int64, len(ids))
	for _, id := range ids {
		e, err := all.Event(ctx, id)
		if err != nil {
			return err
		}
		n := customerOf(e)
		customer[id] = n
		k := l.events[n]
		k.events++
		l.events[n] = k
	}
	jobs, err := db.Select[db.JSON[struct{ Event inbox.ID }]](ctx, d.Read(), "select args from job where kind like 'inbox.%'")
	if err != nil {
		return fmt.Errorf("cannot read the jobs: %w", err)
	}
	for _, j := range jobs {
		n := customer[j.V.Event]
		k := l.events[n]
		k.jobs++
		l.events[n] = k
	}
	return nil
}

func (l *ledger) readFacts(ctx context.Context, tx *db.Tx) error {
	rows, err := tx.Query(ctx, "select id, kind, code, target, visitor, scan, data from fact")
	if err != nil {
		return fmt.Errorf("cannot read the facts: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var f fact.Fact
		if err := rows.Scan(&f.ID, &f.Kind, &f.Code, &f.Target, &f.Visitor, &f.Scan, &f.Data); err != nil {
			return fmt.Errorf("cannot read a fact: %w", err)
		}
		if f.Kind != fact.Scan {
			continue
		}
		var t scan.Trace
		if err := json.Unmarshal([]byte(f.Data), &t); err != nil {
			return fmt.Errorf("cannot read the trace of %s: %w", f.ID, err)
		}
		if t.Late {
			l.late++
			continue
		}
		l.scans[f.ID] = scanned{f.Code, f.Target, f.Visitor, t.State, t.Held}
	}
	return rows.Err()
}
