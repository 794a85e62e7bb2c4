package scan

import (
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
		// One order for all nodes, so that two never wait for each other.
		sorted := slices.SortedFunc(slices.Values(batch), func(a, b Beacon) int {
			return int(a.Visitor>>32 - b.Visitor>>32)
		})
		facts := make([]fact.Fact, 0, len(sorted))
		for _, b := range sorted {
			facts = append(facts, fact.Fact{
				Kind: b.Kind, At: db.At(b.At), Code: b.Code, Visitor: b.Visitor, Scan: b.Scan,
			})
			if b.Kind != fact.Shown && b.Kind != fact.Press {
				continue
			}
			if _, err := seat.Prove(ctx, tx, b.Visitor, b.Code, b.At); err != nil {
				return err
			}
		}
		return fact.Append(ctx, tx, facts...)
	})
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
