// Package seat keeps the ledger of seats: how many people a group or a staff
// member can still take, and which visitors hold a seat until they come in.
//
// At every commit joined + unproven + proven ≤ capacity holds for every seat
// that was granted here. WeCom can bring people in by other ways (invitations),
// and then the ledger simply grants nothing.
//
// Locks on PostgreSQL are taken in one order: the code, seats by id, holds.
package seat

import (
	"context"
	"fmt"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/fault"
)

// Kind is what a seat's target is.
type Kind string

// The kinds.
const (
	Group Kind = "group" // joined is the number of people in it
	Staff Kind = "staff" // joined is the number of customers added on Day
)

// The states of a hold.
const (
	Unproven = 1 // the page was sent
	Proven   = 2 // the page was seen
	Used     = 3 // the visitor came in
	Returned = 4 // it expired, or another took its place
)

// ErrUnknown is returned for a target that has no seats.
var ErrUnknown = fault.New(fault.NotFound, "seat.unknown")

// Seat is one line of the ledger.
type Seat struct {
	Target   int64 `db:"target"`
	Kind     Kind  `db:"kind"`
	Capacity int64 `db:"capacity"`
	Joined   int64 `db:"joined"`
	Unproven int64 `db:"unproven"`
	Proven   int64 `db:"proven"`
	Day      int64 `db:"day"`
}

// Columns lists the columns of a Seat.
const Columns = "target, kind, capacity, joined, unproven, proven, day"

// zone is where a staff member's day begins and ends.
// Fixed for now; product design 4.5 makes it a setting of the corp.
var zone = time.FixedZone("Asia/Shanghai", 8*3600)

// Day numbers the local day of t: it grows by one at each midnight.
func Day(t time.Time) int64 {
	_, offset := t.In(zone).Zone()
	return (t.Unix() + int64(offset)) / 86400
}

// Roll starts day on a staff seat: the adds of days before do not count. A day
// that is over changes nothing. It reports whether anything changed.
func (s *Seat) Roll(day int64) bool {
	if s.Kind != Staff || day <= s.Day {
		return false
	}
	s.Day, s.Joined = day, 0
	return true
}

// Open makes the seats of target known, or brings capacity and joined up to date.
func Open(ctx context.Context, tx *db.Tx, target int64, kind Kind, capacity, joined int64) error {
	_, err := tx.Exec(ctx, `
		insert into seat (target, kind, capacity, joined) values (?, ?, ?, ?)
		on conflict (target) do update
		set capacity = excluded.capacity, joined = excluded.joined`, target, string(kind), capacity, joined)
	if err != nil {
		return fmt.Errorf("cannot open the seats of %d: %w", target, err)
	}
	return nil
}

// SetJoined writes how many people WeCom says are in the group.
func SetJoined(ctx context.Context, tx *db.Tx, target, joined int64) error {
	return change(ctx, tx, target, "update seat set joined = ? where target = ?", joined)
}

// SetCapacity changes up to how many people seats are granted.
func SetCapacity(ctx context.Context, tx *db.Tx, target, capacity int64) error {
	return change(ctx, tx, target, "update seat set capacity = ? where target = ?", capacity)
}

func change(ctx context.Context, tx *db.Tx, target int64, q string, n int64) error {
	changed, err := tx.Exec(ctx, q, n, target)
	if err != nil {
		return fmt.Errorf("cannot change the seats of %d: %w", target, err)
	}
	if changed == 0 {
		return ErrUnknown
	}
	return nil
}

// Lock reads the seats of targets, sorted by id, and keeps others from
// changing them until tx ends. A target without seats is not in the answer.
func Lock(ctx context.Context, tx *db.Tx, targets []int64) ([]Seat, error) {
	return lock(ctx, tx, targets, tx.ForUpdate())
}

func lock(ctx context.Context, tx *db.Tx, targets []int64, how string) ([]Seat, error) {
	rows, err := tx.Query(ctx, "select "+Columns+" from seat where target in (?) order by target"+how,
		db.In(targets))
	if err != nil {
		return nil, fmt.Errorf("cannot read seats: %w", err)
	}
	defer rows.Close()
	seats := make([]Seat, 0, len(targets))
	for rows.Next() {
		var s Seat
		if err := rows.Scan(&s.Target, &s.Kind, &s.Capacity, &s.Joined, &s.Unproven, &s.Proven, &s.Day); err != nil {
			return nil, fmt.Errorf("cannot read a seat: %w", err)
		}
		seats = append(seats, s)
	}
	return seats, rows.Err()
}

// Save writes the counts of seats that are locked in tx.
func Save(ctx context.Context, tx *db.Tx, seats []Seat) error {
	if err := tx.Together(ctx, Rows(seats)); err != nil {
		return fmt.Errorf("cannot save %d seats: %w", len(seats), err)
	}
	return nil
}

// Rows is what Save writes.
func Rows(seats []Seat) db.Rows {
	args := make([]any, 0, len(seats)*7)
	for _, s := range seats {
		args = append(args, s.Target, string(s.Kind), s.Capacity, s.Joined, s.Unproven, s.Proven, s.Day)
	}
	return db.Rows{Head: "insert into seat (" + Columns + ")", Cols: 7, Args: args, Suffix: `on conflict (target) do update
		set joined = excluded.joined, unproven = excluded.unproven, proven = excluded.proven, day = excluded.day`}
}

func lockOne(ctx context.Context, tx *db.Tx, target int64) (Seat, error) {
	seats, err := Lock(ctx, tx, []int64{target})
	if err != nil {
		return Seat{}, err
	}
	if len(seats) == 0 {
		return Seat{}, ErrUnknown
	}
	return seats[0], nil
}
