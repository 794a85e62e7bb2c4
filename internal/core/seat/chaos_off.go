//go:build !chaos

package seat

import (
	"context"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
)

// How long a hold lasts (design, section 3).
const (
	UnprovenFor = 90 * time.Second // after a GET
	ProvenFor   = 10 * time.Minute // after the page was seen, or a tap
)

const neverExpires = false

// LockFree is Lock; only the chaos harness has another.
func LockFree(ctx context.Context, tx *db.Tx, targets []int64) ([]Seat, error) {
	return Lock(ctx, tx, targets)
}
