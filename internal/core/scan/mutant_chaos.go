//go:build chaos

package scan

import (
	"context"
	"os"

	"github.com/tuma-live/tuma/internal/base/db"
)

// mutant names the defect the chaos harness has seeded, to see itself fail.
var mutant = os.Getenv("TUMA_MUTANT")

// The mutants (reliability 10.3).
const (
	mutantAnswerFirst  = "answer_first"   // answers before the commit
	mutantCheckThenAct = "check_then_act" // reads the seats, then writes, unlocked
	mutantSkipLocked   = "skip_locked"    // says full of seats another node has locked
	mutantNoExpiry     = "no_expiry"      // never gives a held seat back (see seat)
)

func (k *Desk) mutated(ctx context.Context, v Visit) (Outcome, error) {
	a := &admission{visit: v}
	switch mutant {
	case mutantAnswerFirst:
		a.decided = make(chan struct{})
		go k.visits.Do(context.WithoutCancel(ctx), a) //nolint:errcheck // the defect
		<-a.decided
		return a.outcome, nil
	case mutantCheckThenAct:
		return a.outcome, k.checkThenAct(ctx, a)
	}
	err := k.visits.Do(ctx, a)
	return a.outcome, err
}

// checkThenAct decides on what it read outside the transaction that writes.
func (k *Desk) checkThenAct(ctx context.Context, a *admission) error {
	b, err := load(ctx, k.DB.Read(), k.Clock.Now(), []*admission{a})
	if err != nil {
		return err
	}
	return k.DB.InTx(ctx, func(tx *db.Tx) error {
		b.admit(tx, a)
		return b.save(ctx, tx)
	})
}
