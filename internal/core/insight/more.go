package insight

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/ident"
	"github.com/tuma-live/tuma/internal/base/job"
	"github.com/tuma-live/tuma/internal/core/access"
	"github.com/tuma-live/tuma/internal/core/fact"
	"github.com/tuma-live/tuma/internal/core/group"
	"github.com/tuma-live/tuma/internal/core/seat"
	"github.com/tuma-live/tuma/internal/core/staff"
	"github.com/tuma-live/tuma/internal/wecom"
)

// CodesByChannel counts the codes of each channel that are not thrown away.
func (r *Reader) CodesByChannel(ctx context.Context, tx *db.Tx) (map[int64]int64, error) {
	return counts(ctx, tx, "select channel, count(*) from live_code where state not in ('deleted', 'archived') group by channel")
}

// Job is background work.
type Job struct {
	ID          job.ID  `db:"id"`
	Queue       string  `db:"queue"`
	Kind        string  `db:"kind"`
	State       string  `db:"state"`
	Attempt     int64   `db:"attempt"`
	MaxAttempts int64   `db:"max_attempts"`
	RunAt       db.Time `db:"run_at"`
	CreatedAt   db.Time `db:"created_at"`
	FinishedAt  db.Time `db:"finished_at"`
	LastError   string  `db:"last_error"`
}

// Jobs returns up to limit jobs in a state with ids below before (0: all), the
// newest first, and how many there are in all.
func (r *Reader) Jobs(ctx context.Context, tx *db.Tx, state string, before job.ID,
	limit int) ([]Job, int64, error) {
	var n int64
	if err := tx.QueryRow(ctx, "select count(*) from job where state = ?",
		state).Scan(&n); err != nil {
		return nil, 0, fmt.Errorf("cannot count jobs: %w", err)
	}
	c := db.Where("state = ?", state)
	if before != 0 {
		c = db.And(c, db.Where("id < ?", before))
	}
	rows, err := db.Select[Job](ctx, tx, "select "+db.Cols[Job]()+" from job where "+c.SQL+" order by id desc limit ?",
		append(c.Args, limit)...)
	if err != nil {
		return nil, 0, fmt.Errorf("cannot list jobs: %w", err)
	}
	return rows, n, nil
}

// RoomyGroups returns up to limit active groups with the most free seats.
func (r *Reader) RoomyGroups(ctx context.Context, limit int) ([]Group, error) {
	tx := r.DB.Read()
	ids, err := db.Select[group.ID](ctx, tx, `
		select g.id
		from customer_group g
		join seat s on s.target = g.id
		where g.status = ?
		and s.capacity - s.joined - s.unproven - s.proven > 0
		order by s.capacity - s.joined - s.unproven - s.proven desc, g.id
		limit ?`, group.Active, limit)
	if err != nil {
		return nil, fmt.Errorf("cannot look for groups: %w", err)
	}
	gs, err := group.List(ctx, tx, db.Where("id in (?)", db.In(ids)))
	if err != nil {
		return nil, err
	}
	return r.describeGroups(ctx, tx, inOrder(gs, ids, func(g group.Group) group.ID { return g.ID }))
}

// FreeStaff returns up to limit staff who can serve now, those with the most
// adds left today first.
func (r *Reader) FreeStaff(ctx context.Context, reach db.Cond, limit int) ([]Staff, error) {
	tx, now := r.DB.Read(), r.Clock.Now()
	left := "e.capacity - e.unproven - e.proven - case when e.day = ? then e.joined else 0 end"
	day := seat.Day(now)
	args := append([]any{wecom.StatusActive, db.At(now), day}, reach.Args...)
	ids, err := db.Select[staff.ID](ctx, tx, `
		select s.id
		from staff s
		join seat e on e.target = s.id
		where s.status = ?
		and s.follows = 1
		and s.removed_at = 0
		and s.paused_until <= ?
		and `+left+` > 0
		and (`+reach.SQL+`)
		order by `+left+` desc, s.id
		limit ?`, append(args, day, limit)...)
	if err != nil {
		return nil, fmt.Errorf("cannot look for staff: %w", err)
	}
	ss, err := staff.List(ctx, tx, db.Where("id in (?)", db.In(ids)))
	if err != nil {
		return nil, err
	}
	return r.describeStaff(ctx, tx, inOrder(ss, ids, func(s staff.Staff) staff.ID { return s.ID }))
}

// inOrder sorts rows as their ids are.
func inOrder[T any, K comparable](rows []T, ids []K, id func(T) K) []T {
	at := make(map[K]T, len(rows))
	for _, r := range rows {
		at[id(r)] = r
	}
	out := make([]T, 0, len(rows))
	for _, k := range ids {
		if r, ok := at[k]; ok {
			out = append(out, r)
		}
	}
	return out
}

// CodesWithin lists the codes within reach; nil when everything is.
func (r *Reader) CodesWithin(ctx context.Context, reach access.Reach) ([]int64, error) {
	if reach.Everything {
		return nil, nil
	}
	c := reach.Codes()
	ids, err := db.Select[int64](ctx, r.DB.Read(), "select l.id from live_code l where "+c.SQL,
		c.Args...)
	if err != nil {
		return nil, fmt.Errorf("cannot read the codes within reach: %w", err)
	}
	return append([]int64{}, ids...), nil
}

// CallbackDelay is how long after its event the median of the last callbacks
// arrived, in ms; nil when none came lately. Facts are made at arrival, so
// their ids tell when that was.
func (r *Reader) CallbackDelay(ctx context.Context) (*int64, error) {
	const few = 51
	facts, err := fact.Of(ctx, r.DB.Read(), db.Where("kind in (?, ?, ?, ?) and id > ?",
		string(fact.Added), string(fact.Joined),
		string(fact.Left), string(fact.Lost), ident.First[anyFact](r.Clock.Now().Add(-time.Hour))), few)
	if err != nil || len(facts) == 0 {
		return nil, err
	}
	delays := make([]int64, len(facts))
	for i, f := range facts {
		delays[i] = max(f.ID.Time().Sub(f.At.Time).Milliseconds(), 0)
	}
	slices.Sort(delays)
	return &delays[len(delays)/2], nil
}

type anyFact struct{}

func (anyFact) Prefix() string { return "sc" }

// Newest is the id of the last fact, 0 when there is none.
func (r *Reader) Newest(ctx context.Context) (id int64, err error) {
	err = r.DB.Read().QueryRow(ctx, "select coalesce(max(id), 0) from fact").Scan(&id)
	return id, err
}
