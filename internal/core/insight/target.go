package insight

import (
	"context"
	"fmt"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/core/pool"
	"github.com/tuma-live/tuma/internal/core/seat"
)

// Seats is a target's line of the ledger as it stands today.
type Seats struct {
	Capacity, Joined, Held int64
}

// Free is how many more people the target can take.
func (s Seats) Free() int64 { return max(s.Capacity-s.Joined-s.Held, 0) }

// SeatsOf reads the seats of targets.
func (r *Reader) SeatsOf(ctx context.Context, tx *db.Tx, targets []int64) (map[int64]Seats, error) {
	rows, err := db.Select[seat.Seat](ctx, tx,
		"select "+seat.Columns+" from seat where target in (?)", db.In(targets))
	if err != nil {
		return nil, fmt.Errorf("cannot read seats: %w", err)
	}
	day := seat.Day(r.Clock.Now())
	out := make(map[int64]Seats, len(rows))
	for _, s := range rows {
		s.Roll(day)
		out[s.Target] = Seats{s.Capacity, s.Joined, s.Unproven + s.Proven}
	}
	return out, nil
}

// Target names a group or a staff member.
type Target struct {
	ID   int64
	Kind string // group, staff, or auto for a pool that opens groups
	Name string
}

// TargetsOf names targets: groups, staff and pools.
func TargetsOf(ctx context.Context, tx *db.Tx, ids []int64) (map[int64]Target, error) {
	rows, err := tx.Query(ctx, `
		select id, 'group', name from customer_group where id in (?)
		union all
		select id, 'staff', name from staff where id in (?)
		union all
		select id, 'auto', name from pool where id in (?)`, db.In(ids), db.In(ids), db.In(ids))
	if err != nil {
		return nil, fmt.Errorf("cannot read targets: %w", err)
	}
	defer rows.Close()
	out := map[int64]Target{}
	for rows.Next() {
		var t Target
		if err := rows.Scan(&t.ID, &t.Kind, &t.Name); err != nil {
			return nil, fmt.Errorf("cannot read a target: %w", err)
		}
		out[t.ID] = t
	}
	return out, rows.Err()
}

// Member is a target of a pool with its seats.
type Member struct {
	pool.Member
	Target Target
	Seats  Seats
}

// Pool is a pool with its members.
type Pool struct {
	pool.Pool
	Members []Member
}

// Totals adds up the seats of the members that are switched on.
func (p Pool) Totals() (free, capacity int64) {
	for _, m := range p.Members {
		if m.Enabled != 0 {
			free += m.Seats.Free()
			capacity += m.Seats.Capacity
		}
	}
	return free, capacity
}

// PoolsOf reads pools with their members and seats.
func (r *Reader) PoolsOf(ctx context.Context, tx *db.Tx, ids []pool.ID) (map[pool.ID]Pool, error) {
	pools, err := pool.List(ctx, tx, db.Where("id in (?)", db.In(ids)))
	if err != nil {
		return nil, err
	}
	full, err := r.Pools(ctx, tx, pools)
	if err != nil {
		return nil, err
	}
	out := make(map[pool.ID]Pool, len(full))
	for _, p := range full {
		out[p.ID] = p
	}
	return out, nil
}

// Pools adds members and seats to pools.
func (r *Reader) Pools(ctx context.Context, tx *db.Tx, pools []pool.Pool) ([]Pool, error) {
	ids := make([]pool.ID, len(pools))
	for i, p := range pools {
		ids[i] = p.ID
	}
	members, err := pool.Members(ctx, tx, ids...)
	if err != nil {
		return nil, err
	}
	targets := make([]int64, len(members))
	for i, m := range members {
		targets[i] = m.Target
	}
	names, err := TargetsOf(ctx, tx, targets)
	if err != nil {
		return nil, err
	}
	seats, err := r.SeatsOf(ctx, tx, targets)
	if err != nil {
		return nil, err
	}
	of := map[pool.ID][]Member{}
	for _, m := range members {
		of[m.Pool] = append(of[m.Pool], Member{m, names[m.Target], seats[m.Target]})
	}
	out := make([]Pool, len(pools))
	for i, p := range pools {
		out[i] = Pool{p, of[p.ID]}
	}
	return out, nil
}
