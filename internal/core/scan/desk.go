package scan

import (
	"context"
	"errors"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/core/route"
)

// Bounds of the desk.
const (
	maxBatch   = 256  // visits in one transaction
	maxWaiting = 8192 // visits that may wait for theirs
)

// Desk decides visits and makes the decisions durable. Visits are committed in
// batches, without a timer: while one batch commits, the next one gathers.
type Desk struct {
	DB      *db.DB
	Clock   clock.Clock
	Journal *Journal // keeps visits while the database is away; nil: they are refused

	visits  *db.Batch[*admission]
	beacons *db.Batch[Beacon]
}

// NewDesk returns a desk that writes to d.
func NewDesk(d *db.DB, c clock.Clock, j *Journal) *Desk {
	k := &Desk{DB: d, Clock: c, Journal: j}
	k.visits = db.NewBatch(maxBatch, maxWaiting, k.admitAll)
	k.beacons = db.NewBatch(maxBatch, maxWaiting, k.noteAll)
	return k
}

// Waiting returns how many visits wait for their commit.
func (k *Desk) Waiting() int { return k.visits.Waiting() }

// admission is a visit and what became of it.
type admission struct {
	visit   Visit
	outcome Outcome
	decided chan struct{} // closed early by a mutant only
}

// Admit decides a visit. The outcome it returns is durable; when the database
// is away or too many wait, it is the fallback of the code, journalled. Only
// when nothing at all could be kept is there an error, beside a fallback that
// can be shown all the same.
func (k *Desk) Admit(ctx context.Context, v Visit) (Outcome, error) {
	if mutant != "" {
		return k.mutated(ctx, v)
	}
	a := &admission{visit: v}
	err := k.visits.Do(ctx, a)
	if err == nil {
		return a.outcome, nil
	}
	return k.fallback(ctx, v, err)
}

// fallback serves a visit without the ledger: no seat is given, so none can be
// given twice.
func (k *Desk) fallback(ctx context.Context, v Visit, cause error) (Outcome, error) {
	out := Outcome{State: route.Failed, Reason: route.DatabaseOff, Unrecorded: true}
	if errors.Is(cause, context.DeadlineExceeded) || errors.Is(cause, context.Canceled) {
		// The batch may still commit: journalling would count the visit twice.
		return out, cause
	}
	for _, p := range v.Code.Pools {
		if v.Code.State == "" && p.Auto != nil && p.Auto.QR != "" {
			out.State, out.Target = route.OKGroup, p.Auto
			break
		}
	}
	if k.Journal == nil {
		return out, cause
	}
	if err := k.Journal.Keep(ctx, v, out); err != nil {
		return out, errors.Join(cause, err)
	}
	return out, nil
}

// admitAll is one batch: one transaction.
func (k *Desk) admitAll(ctx context.Context, batch []*admission) error {
	return k.DB.InTx(ctx, func(tx *db.Tx) error {
		b, err := load(ctx, tx, k.Clock.Now(), batch)
		if err != nil {
			return err
		}
		for _, a := range batch {
			b.admit(tx, a)
		}
		return b.save(ctx, tx)
	})
}
