package livecode

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/fault"
	"github.com/tuma-live/tuma/internal/base/ident"
	"github.com/tuma-live/tuma/internal/core/access"
	"github.com/tuma-live/tuma/internal/core/pool"
	"github.com/tuma-live/tuma/internal/core/staff"
)

// wall is the rows whoever acts may send people to. Nobody is the program
// itself (an import, the demo): it has no scope to keep to.
func wall(ctx context.Context, tx *db.Tx) (access.Reach, error) {
	who := access.Who(ctx)
	if !who.Known() {
		return access.Reach{Everything: true}, nil
	}
	return who.Reach(ctx, tx)
}

// mayChoose returns access.ErrForbidden for a pool that codes of others use.
func mayChoose(ctx context.Context, tx *db.Tx, id pool.ID) error {
	reach, err := wall(ctx, tx)
	if err != nil {
		return err
	}
	return reach.MayUsePool(ctx, tx, int64(id))
}

// mayHold refuses new members who are staff outside reach.
func mayHold(ctx context.Context, tx *db.Tx, ms []pool.Member) error {
	reach, err := wall(ctx, tx)
	if err != nil {
		return err
	}
	targets := make([]int64, len(ms))
	for i, m := range ms {
		targets[i] = m.Target
	}
	return reach.MayHold(ctx, tx, targets, nil)
}

// mayFallBack refuses steps of c's chain, other than those it had, that lead
// to a code or to staff outside reach. What nobody may see is not there.
func mayFallBack(ctx context.Context, tx *db.Tx, c *LiveCode, had []Fallback) error {
	reach, err := wall(ctx, tx)
	if err != nil || reach.Everything {
		return err
	}
	bad := fault.ErrInvalid
	for i, f := range c.Fallback.V {
		if slices.Contains(had, f) {
			continue
		}
		ok, err := reaches(ctx, tx, reach, f)
		if err != nil {
			return err
		}
		if !ok {
			bad = bad.WithField(fmt.Sprintf("fallback.%d.ref", i), "field.not_found")
		}
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

func reaches(ctx context.Context, tx *db.Tx, reach access.Reach, f Fallback) (bool, error) {
	switch f.Kind {
	case ToStaff:
		var id staff.ID
		err := id.UnmarshalText([]byte(f.Ref))
		return err != nil || slices.Contains(reach.Staff, int64(id)), nil
	case ToCode:
		id, err := ident.Parse[kind](f.Ref)
		if err != nil {
			return true, nil // not an id: the form says so
		}
		_, err = ByID(ctx, tx, id, reach.Codes())
		if errors.Is(err, ErrNotFound) {
			return false, nil
		}
		return err == nil, err
	}
	return true, nil
}
