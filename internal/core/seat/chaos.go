//go:build chaos

package seat

import (
	"context"
	"os"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
)

// In the chaos harness holds are short, so that they expire within a run, and
// a defect can be seeded.
var (
	UnprovenFor  = duration("TUMA_UNPROVEN_FOR", 90*time.Second)
	ProvenFor    = duration("TUMA_PROVEN_FOR", 10*time.Minute)
	neverExpires = os.Getenv("TUMA_MUTANT") == "no_expiry"
)

func duration(name string, otherwise time.Duration) time.Duration {
	if d, err := time.ParseDuration(os.Getenv(name)); err == nil {
		return d
	}
	return otherwise
}

// LockFree passes over seats that another transaction has locked.
func LockFree(ctx context.Context, tx *db.Tx, targets []int64) ([]Seat, error) {
	return lock(ctx, tx, targets, tx.SkipLocked())
}
