package check

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/core/fact"
	"github.com/tuma-live/tuma/internal/core/route"
	"github.com/tuma-live/tuma/internal/core/scan"
	"github.com/tuma-live/tuma/internal/core/seat"
)

// ledger is what the database holds after a run.
type ledger struct {
	seats map[int64]seat.Seat
	holds []seat.Hold
	scans map[fact.ID]scanned
	notes int // beacons of pages
	late  int // visits that were journalled while the database was away
}

// scanned is the fact of one scan.
type scanned struct {
	code, target, visitor int64
	state                 route.State
	held                  bool // a new seat was given
}

// readLedger reads everything the checkers compare.
func readLedger(ctx context.Context, url string) (*ledger, error) {
	d, err := db.Open(ctx, url)
	if err != nil {
		return nil, err
	}
	defer d.Close() //nolint:errcheck // only read
	l := &ledger{seats: map[int64]seat.Seat{}, scans: map[fact.ID]scanned{}}
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
	return l, l.readFacts(ctx, tx)
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
			l.notes++
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
