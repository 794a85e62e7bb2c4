package scan

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/core/fact"
	"github.com/tuma-live/tuma/internal/core/route"
	"github.com/tuma-live/tuma/internal/core/seat"
)

// ticket names the hold of a visitor on a code.
type ticket struct{ visitor, code int64 }

// batch is the part of the ledger that one transaction works on.
type batch struct {
	now    time.Time
	ledger route.Ledger
	seats  []seat.Seat // locked, sorted by target
	counts []route.Seat
	holds  map[ticket]seat.Hold
	strays []seat.Hold // replaced holds of targets that are not locked

	dirtyHolds map[ticket]bool
	dirtyTurns map[route.Place]bool
	dirtySeats map[int64]bool
	facts      []fact.Fact
}

// load locks and reads the seats, turns and holds that the visits touch.
func load(ctx context.Context, tx *db.Tx, now time.Time, visits []*admission) (*batch, error) {
	codes, pools, targets, visitors := touched(visits)
	b := &batch{
		now: now,
		ledger: route.Ledger{
			Seats:   make(map[int64]*route.Seat, len(targets)),
			Credits: make(map[route.Place]int64, len(targets)),
		},
		holds:      map[ticket]seat.Hold{},
		dirtyHolds: make(map[ticket]bool, len(visits)),
		dirtyTurns: map[route.Place]bool{},
		dirtySeats: map[int64]bool{},
		facts:      make([]fact.Fact, 0, len(visits)),
	}
	if err := tx.LockKeys(ctx, codes); err != nil {
		return nil, fmt.Errorf("cannot lock codes: %w", err)
	}
	var err error
	if b.seats, err = lockSeats(ctx, tx, targets); err != nil {
		return nil, err
	}
	b.count()
	if err := b.loadTurns(ctx, tx, pools); err != nil {
		return nil, err
	}
	hs, err := seat.Holds(ctx, tx, visitors)
	if err != nil {
		return nil, err
	}
	for _, h := range hs {
		b.holds[ticket{h.Visitor, h.Code}] = h
	}
	return b, nil
}

// touched lists, sorted and each once, what the visits may change.
func touched(visits []*admission) (codes, pools, targets, visitors []int64) {
	seen := map[*Code]bool{}
	for _, a := range visits {
		c := a.visit.Code
		if !a.visit.Visitor.Fresh {
			visitors = append(visitors, a.visit.Visitor.ID)
		}
		if seen[c] {
			continue
		}
		seen[c] = true
		codes = append(codes, c.ID)
		for _, p := range c.Pools {
			pools = append(pools, p.ID)
			for i := range p.Targets {
				targets = append(targets, p.Targets[i].ID)
			}
		}
	}
	for _, xs := range []*[]int64{&codes, &pools, &targets, &visitors} {
		slices.Sort(*xs)
		*xs = slices.Compact(*xs)
	}
	return codes, pools, targets, visitors
}

// count makes the ledger's view of the locked seats.
func (b *batch) count() {
	b.counts = make([]route.Seat, len(b.seats))
	day := seat.Day(b.now)
	for i := range b.seats {
		s := &b.seats[i]
		if s.Roll(day) {
			b.dirtySeats[s.Target] = true
		}
		b.counts[i] = route.Seat{Capacity: s.Capacity, Joined: s.Joined, Unproven: s.Unproven, Proven: s.Proven}
		b.ledger.Seats[s.Target] = &b.counts[i]
	}
}

func (b *batch) loadTurns(ctx context.Context, tx *db.Tx, pools []int64) error {
	rows, err := tx.Query(ctx, "select pool, target, credit from turn where pool in (?)", db.In(pools))
	if err != nil {
		return fmt.Errorf("cannot read turns: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var p route.Place
		var credit int64
		if err := rows.Scan(&p.Pool, &p.Target, &credit); err != nil {
			return fmt.Errorf("cannot read a turn: %w", err)
		}
		b.ledger.Credits[p] = credit
	}
	return rows.Err()
}

// admit decides one visit against the ledger and changes it.
func (b *batch) admit(tx *db.Tx, a *admission) {
	v := &a.visit
	key := ticket{v.Visitor.ID, v.Code.ID}
	hold, had := b.holds[key]
	rv := route.Visit{At: v.At, Again: v.Again, Proven: v.Tapped}
	if had {
		rv.Hold = route.Hold{
			Target: hold.Target, Pool: hold.Pool, Tier: hold.Tier,
			Live: hold.Live() && hold.ExpiresAt.After(v.At), Proven: hold.State == seat.Proven,
			Used: hold.State == seat.Used,
		}
	}
	d := route.Decide(&v.Code.Code, rv, &b.ledger)
	id := fact.NewID(tx)
	if d.Hold {
		if had && hold.Live() {
			b.giveBack(hold)
		}
		hold = newHold(id, v, &d)
		b.holds[key], b.dirtyHolds[key] = hold, true
	}
	b.ledger.Apply(&d, rv)
	b.mark(&d)
	a.outcome = b.outcome(id, &d, hold)
	b.facts = append(b.facts, scanFact(id, v, &d, &a.outcome, had))
	if a.decided != nil {
		close(a.decided)
	}
}

func newHold(id fact.ID, v *Visit, d *route.Decision) seat.Hold {
	h := seat.Hold{
		Visitor: v.Visitor.ID, Code: v.Code.ID, Target: d.Target.ID, Pool: d.Pool.ID,
		State: seat.Unproven, Scan: id, CreatedAt: db.At(v.At), ExpiresAt: db.At(v.At.Add(seat.UnprovenFor)),
	}
	if v.Again { // they said they are in: the next arrival is more likely another
		h.Tier = seat.TierAgain
	}
	if v.Tapped {
		h.State, h.ExpiresAt = seat.Proven, db.At(v.At.Add(seat.ProvenFor))
	}
	return h
}

// giveBack returns the seat of a hold that another takes the place of.
func (b *batch) giveBack(h seat.Hold) {
	s := b.ledger.Seats[h.Target]
	if s == nil {
		// Not a target of this code any more. Expire will not see the hold once
		// it is replaced, so its seat is given back by save.
		b.strays = append(b.strays, h)
		return
	}
	if h.State == seat.Unproven {
		s.Unproven--
	} else {
		s.Proven--
	}
	b.dirtySeats[h.Target] = true
}

// mark notes what the decision changed.
func (b *batch) mark(d *route.Decision) {
	for _, t := range d.Turns {
		b.dirtyTurns[route.Place{Pool: d.Pool.ID, Target: t.Target}] = true
	}
	if d.Hold {
		b.dirtySeats[d.Target.ID] = true
	}
}

func (b *batch) outcome(id fact.ID, d *route.Decision, h seat.Hold) Outcome {
	out := Outcome{Scan: id, State: d.State, Reason: d.Reason, Target: d.Target}
	if d.Target == nil {
		return out
	}
	if s := b.ledger.Seats[d.Target.ID]; s != nil {
		out.Joined, out.Held, out.Free = s.Joined, s.Unproven+s.Proven, s.Free()
	}
	if h.Live() {
		out.HeldUntil = h.ExpiresAt.Time
	}
	return out
}

// save writes what the batch changed.
func (b *batch) save(ctx context.Context, tx *db.Tx) error {
	hs := make([]seat.Hold, 0, len(b.dirtyHolds))
	for k := range b.dirtyHolds {
		hs = append(hs, b.holds[k])
	}
	err := tx.Together(ctx, seat.Rows(b.changedSeats()), b.turnRows(), seat.HoldRows(hs), fact.Rows(tx, b.facts))
	if err != nil {
		return fmt.Errorf("cannot save %d visits: %w", len(b.facts), err)
	}
	for _, h := range b.strays {
		if err := seat.GiveBack(ctx, tx, h); err != nil {
			return err
		}
	}
	return nil
}

// lockSeats reads the seats of targets for this transaction alone.
func lockSeats(ctx context.Context, tx *db.Tx, targets []int64) ([]seat.Seat, error) {
	if mutant == mutantSkipLocked {
		return seat.LockFree(ctx, tx, targets)
	}
	return seat.Lock(ctx, tx, targets)
}

func (b *batch) changedSeats() []seat.Seat {
	changed := make([]seat.Seat, 0, len(b.dirtySeats))
	for i, s := range b.seats {
		if b.dirtySeats[s.Target] {
			s.Unproven, s.Proven = b.counts[i].Unproven, b.counts[i].Proven
			changed = append(changed, s)
		}
	}
	return changed
}

func (b *batch) turnRows() db.Rows {
	args := make([]any, 0, len(b.dirtyTurns)*3)
	for p := range b.dirtyTurns {
		args = append(args, p.Pool, p.Target, b.ledger.Credits[p])
	}
	return db.Rows{Head: "insert into turn (pool, target, credit)", Cols: 3, Args: args,
		Suffix: "on conflict (pool, target) do update set credit = excluded.credit"}
}
