package scan

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/core/fact"
	"github.com/tuma-live/tuma/internal/core/seat"
)

// Beacon notes what the page tells, durably. That the QR was shown or pressed
// proves the visitor's hold.
func (k *Desk) Beacon(ctx context.Context, b Beacon) error { return k.beacons.Do(ctx, b) }

func (k *Desk) noteAll(ctx context.Context, batch []Beacon) error {
	return k.DB.InTx(ctx, func(tx *db.Tx) error {
		told, err := believable(ctx, tx, batch)
		if err != nil {
			return err
		}
		facts := make([]fact.Fact, 0, len(told))
		seen := map[seat.Ticket]time.Time{}
		for _, b := range told {
			facts = append(facts, fact.Fact{
				Kind: b.Kind, At: db.At(b.At), Code: b.Code, Visitor: b.Visitor, Scan: b.Scan,
			})
			if b.Kind == fact.Shown || b.Kind == fact.Press {
				seen[seat.Ticket{Visitor: b.Visitor, Code: b.Code}] = b.At
			}
		}
		if err := seat.Prove(ctx, tx, seen); err != nil {
			return err
		}
		return fact.Append(ctx, tx, facts...)
	})
}

// said is one thing a page can tell of one scan.
type said struct {
	scan fact.ID
	kind fact.Kind
}

// believable keeps the beacons that come from the visitor of their scan and
// say something new, in one order for all nodes, so that two never wait for
// each other. The rest is a stranger's, or the page's own repetition.
func believable(ctx context.Context, tx *db.Tx, batch []Beacon) ([]Beacon, error) {
	var ids []int64
	for _, b := range batch {
		ids = append(ids, int64(b.Scan))
	}
	scans, err := fact.Of(ctx, tx, db.Where("id in (?) and kind = ?", db.In(ids), string(fact.Scan)), len(ids))
	if err != nil {
		return nil, fmt.Errorf("cannot read the scans of beacons: %w", err)
	}
	owner := map[fact.ID]fact.Fact{}
	for _, f := range scans {
		owner[f.ID] = f
	}
	known, err := fact.Of(ctx, tx, db.Where("scan in (?)", db.In(ids)), 64*len(ids))
	if err != nil {
		return nil, fmt.Errorf("cannot read what pages told: %w", err)
	}
	heard := map[said]bool{}
	for _, f := range known {
		heard[said{f.Scan, f.Kind}] = true
	}
	var out []Beacon
	for _, b := range batch {
		s := said{b.Scan, b.Kind}
		if f := owner[b.Scan]; f.Visitor != b.Visitor || f.Code != b.Code || heard[s] {
			continue
		}
		heard[s] = true
		out = append(out, b)
	}
	slices.SortFunc(out, func(a, b Beacon) int { return cmp.Compare(a.Visitor, b.Visitor) })
	return out, nil
}

// Expire gives back the seats of holds that have ended, until none is left,
// and returns how many there were. Several nodes may do so at once.
func (k *Desk) Expire(ctx context.Context, now time.Time) (int, error) {
	const atOnce = 500
	total := 0
	for {
		n := 0
		err := k.DB.InTx(ctx, func(tx *db.Tx) error {
			ended, err := seat.Expire(ctx, tx, now, atOnce)
			if err != nil {
				return err
			}
			n = len(ended)
			facts := make([]fact.Fact, n)
			for i, h := range ended {
				facts[i] = fact.Fact{
					Kind: fact.HoldExpired, At: h.ExpiresAt, Code: h.Code, Target: h.Target,
					Visitor: h.Visitor, Scan: h.Scan,
				}
			}
			return fact.Append(ctx, tx, facts...)
		})
		if err != nil {
			return total, fmt.Errorf("cannot expire holds: %w", err)
		}
		total += n
		if n < atOnce {
			return total, nil
		}
	}
}
