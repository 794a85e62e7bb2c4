package seat

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/core/fact"
)

// Hold is the last hold of a visitor on a code. There is never a second one.
type Hold struct {
	Visitor   int64   `db:"visitor"`
	Code      int64   `db:"code"`
	Target    int64   `db:"target"`
	Pool      int64   `db:"pool"`
	State     int64   `db:"state"`
	Scan      fact.ID `db:"scan"`
	Tier      string  `db:"tier"`
	CreatedAt db.Time `db:"created_at"`
	ExpiresAt db.Time `db:"expires_at"`
}

const holdColumns = "visitor, code, target, pool, state, scan, tier, created_at, expires_at"

// Live says that the hold counts in the ledger. One that has expired still
// does until Expire gives its seat back.
func (h Hold) Live() bool { return h.State == Unproven || h.State == Proven }

// Holds reads the holds of visitors and keeps others from changing them.
func Holds(ctx context.Context, tx *db.Tx, visitors []int64) ([]Hold, error) {
	if len(visitors) == 0 {
		return nil, nil
	}
	hs, err := db.Select[Hold](ctx, tx, "select "+holdColumns+" from hold where visitor in (?)"+
		" order by visitor, code"+tx.ForUpdate(), db.In(visitors))
	if err != nil {
		return nil, fmt.Errorf("cannot read holds: %w", err)
	}
	return hs, nil
}

// SaveHolds writes holds over the ones of the same visitor and code.
func SaveHolds(ctx context.Context, tx *db.Tx, hs []Hold) error {
	if err := tx.Together(ctx, HoldRows(hs)); err != nil {
		return fmt.Errorf("cannot save %d holds: %w", len(hs), err)
	}
	return nil
}

// HoldRows is what SaveHolds writes.
func HoldRows(hs []Hold) db.Rows {
	args := make([]any, 0, len(hs)*9)
	for _, h := range hs {
		args = append(args, h.Visitor, h.Code, h.Target, h.Pool, h.State, int64(h.Scan), h.Tier,
			h.CreatedAt.UnixMicro(), h.ExpiresAt.UnixMicro())
	}
	return db.Rows{Head: "insert into hold (" + holdColumns + ")", Cols: 9, Args: args, Suffix: `on conflict (visitor, code) do update
		set target = excluded.target, pool = excluded.pool, state = excluded.state, scan = excluded.scan,
		tier = excluded.tier, created_at = excluded.created_at, expires_at = excluded.expires_at`}
}

// Ticket names the hold of a visitor on a code.
type Ticket struct{ Visitor, Code int64 }

// Prove turns unproven holds, each at its instant, into proven ones that last
// ProvenFor from then. Tickets without such a hold are passed over. All are
// locked in the one order, however many there are.
func Prove(ctx context.Context, tx *db.Tx, at map[Ticket]time.Time) error {
	var visitors []int64
	for t := range at {
		visitors = append(visitors, t.Visitor)
	}
	slices.Sort(visitors)
	visitors = slices.Compact(visitors)
	targets, err := db.Select[int64](ctx, tx, "select target from hold where visitor in (?) and state = ?",
		db.In(visitors), Unproven)
	if err != nil {
		return fmt.Errorf("cannot read holds: %w", err)
	}
	if len(targets) == 0 {
		return nil
	}
	slices.Sort(targets)
	seats, err := Lock(ctx, tx, slices.Compact(targets))
	if err != nil {
		return err
	}
	held, err := Holds(ctx, tx, visitors)
	if err != nil {
		return err
	}
	var proven []Hold
	for _, h := range held {
		seen, ok := at[Ticket{h.Visitor, h.Code}]
		i := slices.IndexFunc(seats, func(s Seat) bool { return s.Target == h.Target })
		if !ok || i < 0 || h.State != Unproven || !h.ExpiresAt.After(seen) {
			continue
		}
		seats[i].Unproven--
		seats[i].Proven++
		h.State, h.ExpiresAt = Proven, db.At(seen.Add(ProvenFor))
		proven = append(proven, h)
	}
	if err := SaveHolds(ctx, tx, proven); err != nil {
		return err
	}
	return Save(ctx, tx, seats)
}

// Arrival is someone who came into a group, or was added by a staff member.
type Arrival struct {
	Target int64
	Code   int64 // 0: unknown
	Kind   Kind
	At     time.Time
}

// Match is whose seat an arrival used, and how sure we are: "inferred" when
// one visitor alone could have been it, "code" when several could. Without a
// seat held for it the match is empty.
type Match struct {
	Visitor int64
	Scan    fact.ID
	Code    int64
	Tier    string
}

// Tiers of a match (product design, section 10).
const (
	TierScan     = "scan"
	TierCode     = "code"
	TierInferred = "inferred"
)

// TierAgain marks the hold of a visitor who asked for a QR although they came
// in before. It is used last.
const TierAgain = "again"

// InferFor is how far back one single candidate still counts as inferred.
const InferFor = 10 * time.Minute

// Use gives the arrival a seat that was held for it, the one held longest by
// someone who has seen the page. For staff the arrival is counted here; for
// groups SetJoined says how many people there are.
func Use(ctx context.Context, tx *db.Tx, a Arrival) (Match, error) {
	s, err := lockOne(ctx, tx, a.Target)
	if err != nil {
		return Match{}, err
	}
	hs, err := waiting(ctx, tx, a.Target, a.Code)
	if err == nil && len(hs) == 0 && a.Code != 0 {
		// Sent here by another code whose spare this one is.
		hs, err = waiting(ctx, tx, a.Target, 0)
	}
	if err != nil {
		return Match{}, err
	}
	if s.Kind == Staff {
		s.Roll(Day(a.At))
		if Day(a.At) == s.Day { // told late: not an add of today
			s.Joined++
		}
	}
	var m Match
	if len(hs) > 0 {
		h := hs[0]
		m = Match{h.Visitor, h.Scan, h.Code, TierCode}
		if len(hs) == 1 && a.At.Sub(h.CreatedAt.Time) <= InferFor {
			m.Tier = TierInferred
		}
		if h.State == Unproven {
			s.Unproven--
		} else {
			s.Proven--
		}
		h.State, h.Tier = Used, m.Tier
		if err := SaveHolds(ctx, tx, []Hold{h}); err != nil {
			return Match{}, err
		}
	}
	return m, Save(ctx, tx, []Seat{s})
}

// waiting reads the first two holds of target (and code) in the order they are used.
func waiting(ctx context.Context, tx *db.Tx, target, code int64) ([]Hold, error) {
	cond := db.Where("target = ? and state in (1, 2)", target)
	if code != 0 {
		cond = db.And(cond, db.Where("code = ?", code))
	}
	hs, err := db.Select[Hold](ctx, tx, "select "+holdColumns+" from hold where "+cond.SQL+
		" order by tier, state desc, created_at limit 2"+tx.ForUpdate(), cond.Args...)
	if err != nil {
		return nil, fmt.Errorf("cannot read the holds of %d: %w", target, err)
	}
	return hs, nil
}

// Expire gives back the seats of up to limit holds that ended before now, and
// returns those holds.
func Expire(ctx context.Context, tx *db.Tx, now time.Time, limit int) ([]Hold, error) {
	if neverExpires {
		return nil, nil
	}
	due, err := db.Select[Hold](ctx, tx, "select "+holdColumns+" from hold where state in (1, 2)"+
		" and expires_at <= ? order by expires_at limit ?", now.UnixMicro(), limit)
	if err != nil {
		return nil, fmt.Errorf("cannot read expired holds: %w", err)
	}
	if len(due) == 0 {
		return nil, nil
	}
	var targets, visitors []int64
	for _, h := range due {
		targets = append(targets, h.Target)
		visitors = append(visitors, h.Visitor)
	}
	slices.Sort(targets)
	seats, err := Lock(ctx, tx, slices.Compact(targets))
	if err != nil {
		return nil, err
	}
	// Read again now that they cannot change: some may have been used meanwhile.
	slices.Sort(visitors)
	held, err := Holds(ctx, tx, slices.Compact(visitors))
	if err != nil {
		return nil, err
	}
	var ended []Hold
	for _, h := range held {
		i := slices.IndexFunc(seats, func(s Seat) bool { return s.Target == h.Target })
		if !h.Live() || h.ExpiresAt.After(now) || i < 0 {
			continue
		}
		if h.State == Unproven {
			seats[i].Unproven--
		} else {
			seats[i].Proven--
		}
		h.State = Returned
		ended = append(ended, h)
	}
	if err := SaveHolds(ctx, tx, ended); err != nil {
		return nil, err
	}
	return ended, Save(ctx, tx, seats)
}

// GiveBack returns the seat of h, a live hold that is being replaced in tx.
func GiveBack(ctx context.Context, tx *db.Tx, h Hold) error {
	s, err := lockOne(ctx, tx, h.Target)
	if err != nil {
		return err
	}
	if h.State == Unproven {
		s.Unproven--
	} else {
		s.Proven--
	}
	return Save(ctx, tx, []Seat{s})
}
