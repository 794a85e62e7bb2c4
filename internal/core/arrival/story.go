package arrival

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/core/contact"
	"github.com/tuma-live/tuma/internal/core/fact"
	"github.com/tuma-live/tuma/internal/core/seat"
	"github.com/tuma-live/tuma/internal/core/staff"
)

// story is what happened between one contact and one staff member, in the order
// it happened. What is read from it does not depend on the order it was told.
type story []fact.Fact

// turns orders what happened in the same second as it must have been: a half
// add before its full one, and an end before a new beginning.
var turns = map[fact.Kind]int{fact.Lost: 1, fact.Dropped: 2, fact.HalfAdded: 3, fact.Added: 4}

func storyOf(ctx context.Context, tx *db.Tx, c contact.ID, m staff.ID) (story, error) {
	kinds := []string{string(fact.Added), string(fact.HalfAdded), string(fact.Lost), string(fact.Dropped)}
	all, err := fact.Of(ctx, tx, db.Where("contact = ? and target = ? and kind in (?)", c, m, db.In(kinds)), 1000)
	if err != nil {
		return nil, fmt.Errorf("cannot read the facts of a friendship: %w", err)
	}
	return story(all).sorted(), nil
}

func (s story) sorted() story {
	slices.SortFunc(s, func(a, b fact.Fact) int {
		return cmp.Or(a.At.Compare(b.At.Time), cmp.Compare(turns[a.Kind], turns[b.Kind]))
	})
	return s
}

// with is the story with one more fact.
func (s story) with(f fact.Fact) story { return append(slices.Clone(s), f).sorted() }

func begins(k fact.Kind) bool { return k == fact.Added || k == fact.HalfAdded }

// beginnings counts the friendships that began on the local day of t. A half
// add and the full one after it are the same.
func (s story) beginnings(t time.Time) int64 {
	n, half := int64(0), false
	for _, f := range s {
		if begins(f.Kind) && !(f.Kind == fact.Added && half) && seat.Day(f.At.Time) == seat.Day(t) {
			n++
		}
		half = f.Kind == fact.HalfAdded
	}
	return n
}

// last is the index of the last beginning at or before t, or -1.
func (s story) last(t time.Time) int {
	for i, f := range slices.Backward(s) {
		if begins(f.Kind) && !f.At.After(t) {
			return i
		}
	}
	return -1
}

// other returns the other event of the same friendship: the half add just
// before a full one, or the full add just after a half one.
func (s story) other(f fact.Fact) *fact.Fact {
	all := s.with(f)
	i := slices.IndexFunc(all, func(o fact.Fact) bool { return o.ID == f.ID && o.Kind == f.Kind && o.At == f.At })
	switch {
	case f.Kind == fact.Added && i > 0 && all[i-1].Kind == fact.HalfAdded:
		return &all[i-1]
	case f.Kind == fact.HalfAdded && i+1 < len(all) && all[i+1].Kind == fact.Added:
		return &all[i+1]
	}
	return nil
}
