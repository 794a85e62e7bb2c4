package insight

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/core/livecode"
)

// most is how many todos of one kind the first screen lists.
const most = 5

// homeTodos lists what needs a person, the costliest first.
func (r *Reader) homeTodos(ctx context.Context, tx *db.Tx, h *Home, codes []int64) error {
	reach := db.And()
	if codes != nil {
		reach = db.Where("l.id in (?)", db.In(codes))
	}
	for _, k := range []struct {
		kind, level string
		filter      livecode.Filter
	}{
		{"code_failed", "error", livecode.Filter{State: livecode.Failed}},
		{"code_full", "error", livecode.Filter{Health: livecode.Degraded}},
		{"code_expiring", "warn", livecode.Filter{Health: livecode.Expiring}},
	} {
		k.filter.Reach, k.filter.Now = reach, h.AsOf
		ls, err := livecode.List(ctx, tx, k.filter, livecode.ByUpdated, livecode.After{}, most)
		if err != nil {
			return err
		}
		for _, l := range ls {
			args := map[string]string{"name": l.Name}
			if !l.EndsAt.IsZero() {
				args["date"] = l.EndsAt.In(r.Zone).Format("2006-01-02 15:04")
			}
			h.Todos = append(h.Todos, Todo{k.kind, k.level, args, l.ID})
		}
	}
	h.lowSeats()
	if err := r.scannedDead(ctx, tx, h, reach); err != nil {
		return err
	}
	if h.Queue.Dead > 0 {
		h.Todos = append(h.Todos, Todo{Kind: "jobs_dead", Level: "warn",
			Args: map[string]string{"n": strconv.FormatInt(h.Queue.Dead, 10)}})
	}
	return nil
}

// soonFull is how near its end a group is worth a person's attention.
const soonFull = 24 // hours

// lowSeats warns of groups that fill up within a day.
func (h *Home) lowSeats() {
	for _, g := range h.Groups {
		if g.HoursToFull != nil && *g.HoursToFull < soonFull {
			h.Todos = append(h.Todos, Todo{Kind: "group_filling", Level: "warn",
				Args: map[string]string{
					"name": g.Name, "free": strconv.FormatInt(g.Seats.Free(),
						10), "hours": strconv.FormatFloat(*g.HoursToFull, 'f', 1, 64)}})
		}
	}
}

// scannedDead lists codes that do not serve and are scanned all the same: each
// such scan is a customer lost at a printed poster (M-70).
func (r *Reader) scannedDead(ctx context.Context, tx *db.Tx, h *Home, reach db.Cond) error {
	type row struct {
		ID   livecode.ID `db:"id"`
		Name string      `db:"name"`
		N    int64       `db:"n"`
	}
	args := append([]any{hourOf(h.AsOf.Add(-24 * time.Hour)), Scans}, reach.Args...)
	rows, err := db.Select[row](ctx, tx, `
		select l.id, l.name, sum(r.n) as n
		from live_code l
		join rollup_hour r on r.code = l.id
		where r.hour >= ?
		and r.metric = ?
		and r.target = 0
		and (`+reach.SQL+`)
		and (l.state in ('paused', 'archived', 'deleted') or l.ends_at <> 0 and l.ends_at <= ?)
		group by l.id, l.name
		order by n desc, l.id
		limit ?`, append(args, db.At(h.AsOf), most)...)
	if err != nil {
		return fmt.Errorf("cannot look for dead codes: %w", err)
	}
	for _, x := range rows {
		h.Todos = append(h.Todos, Todo{"code_dead_scanned", "warn",
			map[string]string{"name": x.Name, "n": strconv.FormatInt(x.N, 10)}, x.ID})
	}
	return nil
}
