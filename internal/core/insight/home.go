package insight

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/core/group"
	"github.com/tuma-live/tuma/internal/core/livecode"
	"github.com/tuma-live/tuma/internal/core/seat"
	"github.com/tuma-live/tuma/internal/wecom"
)

// Home is what the first screen shows.
type Home struct {
	AsOf     time.Time
	Today    Day
	Before   Day // yesterday up to the same time
	Hours    [24]Day
	HoursNow int // how many hours of today have begun
	Channels []ChannelDay
	Groups   []GroupLight
	Staff    []StaffLight
	Todos    []Todo
	Queue    Queue
	Steps    Steps
}

// Day is the numbers of a day, or of an hour of it.
type Day struct {
	Scans, Scanners, Adds, Joins, Others, Left, Lost, Dropped, Arrived int64
}

// Net is who came and stayed.
func (d Day) Net() int64 { return d.Adds + d.Joins + d.Others - d.Left - d.Lost - d.Dropped }

// ChannelDay is a channel's day.
type ChannelDay struct {
	Ref
	Scans, New int64
}

// GroupLight is a group's seats, and when they run out at the pace of the last
// 24 hours; nil when nobody joins.
type GroupLight struct {
	Ref
	Seats       Seats
	HoursToFull *float64
}

// StaffLight is a staff member's adds of today.
type StaffLight struct {
	Ref
	Seats Seats
}

// Todo is one thing that needs a person.
type Todo struct {
	Kind  string
	Level string // error, warn or info
	Args  map[string]string
	Code  livecode.ID // what it is about, where that is a code
}

// Queue is the state of background work and of callbacks.
type Queue struct {
	Ready, Dead  int64
	LastCallback time.Time
}

// Steps says how far a new installation has come.
type Steps struct{ Connected, Synced, Coded, Scanned, Invited bool }

const topChannels = 10

// Home reads the first screen. codes, when not nil, limits the numbers to
// those codes: the reader's own.
func (r *Reader) Home(ctx context.Context, codes []int64) (*Home, error) {
	now := r.Clock.Now()
	h := &Home{AsOf: now}
	tx := r.DB.Read()
	for _, step := range []func(context.Context, *db.Tx, *Home, []int64) error{
		r.homeDays, r.homeChannels, r.homeGroups, r.homeStaff, r.homeQueue, r.homeSteps,
		r.homeTodos,
	} {
		if err := step(ctx, tx, h, codes); err != nil {
			return nil, err
		}
	}
	return h, nil
}

func (r *Reader) homeDays(ctx context.Context, tx *db.Tx, h *Home, codes []int64) error {
	places := codes
	if codes == nil {
		places = []int64{0}
	}
	today := r.Midnight(h.AsOf)
	yesterday := today.AddDate(0, 0, -1)
	ls, err := lines(ctx, tx, places, hourOf(yesterday), ceilHour(today.AddDate(0, 0, 1)))
	if err != nil {
		return err
	}
	same := yesterday.Add(h.AsOf.Sub(today))
	if h.Before, err = day(ls, hourOf(yesterday), ceilHour(same)); err != nil {
		return err
	}
	if h.Today, err = day(ls, hourOf(today), ceilHour(today.AddDate(0, 0, 1))); err != nil {
		return err
	}
	h.HoursNow = min(int(h.AsOf.Sub(today)/time.Hour)+1, 24)
	for i := range h.HoursNow {
		at := today.Add(time.Duration(i) * time.Hour)
		if h.Hours[i], err = day(ls, hourOf(at), hourOf(at)+1); err != nil {
			return err
		}
	}
	return nil
}

// day adds up the lines of the hours [from, to).
func day(ls []line, from, to int64) (Day, error) {
	s, err := total(ls, func(l line) bool { return l.Hour >= from && l.Hour < to })
	if err != nil {
		return Day{}, err
	}
	return Day{
		Scans: s.n[Scans], Scanners: s.distinct(Scans), Adds: s.n[Adds], Joins: s.n[Joins],
		Others: s.n[OtherJoin], Left: s.n[Lefts],
		Lost: s.n[Losses], Dropped: s.n[Drops], Arrived: s.distinct(Arrived),
	}, nil
}

func (r *Reader) homeChannels(ctx context.Context, tx *db.Tx, h *Home, codes []int64) error {
	if codes != nil { // channels are the corp's, not one person's
		return nil
	}
	type row struct {
		ID     int64  `db:"id"`
		Name   string `db:"name"`
		Metric string `db:"metric"`
		N      int64  `db:"n"`
	}
	rows, err := db.Select[row](ctx, tx, `
		select c.id, c.name, r.metric, sum(r.n) as n
		from channel c
		join rollup_hour r on r.code = c.id
		where r.hour >= ?
		and r.target = 0
		and r.metric in (?, ?, ?)
		group by c.id, c.name, r.metric`, hourOf(r.Midnight(h.AsOf)), Scans, Adds, Joins)
	if err != nil {
		return fmt.Errorf("cannot read the channels of today: %w", err)
	}
	at := map[int64]*ChannelDay{}
	for _, x := range rows {
		if at[x.ID] == nil {
			at[x.ID] = &ChannelDay{Ref: Ref{x.ID, x.Name}}
		}
		if x.Metric == Scans {
			at[x.ID].Scans += x.N
		} else {
			at[x.ID].New += x.N
		}
	}
	for _, c := range at {
		h.Channels = append(h.Channels, *c)
	}
	slices.SortFunc(h.Channels, func(a, b ChannelDay) int {
		return cmp.Or(cmp.Compare(b.Scans, a.Scans), cmp.Compare(b.New, a.New),
			cmp.Compare(a.ID, b.ID))
	})
	h.Channels = h.Channels[:min(len(h.Channels), topChannels)]
	return nil
}

// lightRow is a target with its seats.
type lightRow struct {
	ID       int64  `db:"id"`
	Name     string `db:"name"`
	Capacity int64  `db:"capacity"`
	Joined   int64  `db:"joined"`
	Held     int64  `db:"held"`
	Came     int64  `db:"came"`
}

const lights = 8

// homeGroups shows the groups that codes use, the fullest first.
func (r *Reader) homeGroups(ctx context.Context, tx *db.Tx, h *Home, codes []int64) error {
	mine, args := usedBy("g.id", codes)
	rows, err := db.Select[lightRow](ctx, tx, `
		select g.id, g.name, s.capacity, s.joined, s.unproven + s.proven as held, coalesce((
			select sum(r.n)
			from rollup_hour r
			where r.code = 0
			and r.metric = ?
			and r.target = g.id
			and r.hour >= ?), 0) as came
		from customer_group g
		join seat s on s.target = g.id
		where g.status = ?
		and `+mine+`
		order by s.capacity - s.joined - s.unproven - s.proven, g.id
		limit ?`, slices.Concat([]any{Joins, hourOf(h.AsOf.Add(-24 * time.Hour)), group.Active}, args, []any{lights})...)
	if err != nil {
		return fmt.Errorf("cannot read the groups that fill up: %w", err)
	}
	for _, x := range rows {
		l := GroupLight{Ref{x.ID, x.Name}, Seats{x.Capacity, x.Joined, x.Held}, nil}
		if x.Came > 0 {
			left := float64(l.Seats.Free()) / (float64(x.Came) / 24)
			l.HoursToFull = &left
		}
		h.Groups = append(h.Groups, l)
	}
	return nil
}

// usedBy selects the targets of pools that live codes use: all, or those given.
func usedBy(column string, codes []int64) (string, []any) {
	serving, args := "l.state = 'active'", []any(nil)
	if codes != nil {
		serving, args = serving+" and l.id in (?)", []any{db.In(codes), db.In(codes)}
	}
	return column + ` in (
		select m.target
		from pool_member m
		where m.enabled = 1
		and m.pool in (
			select l.pool from live_code l where ` + serving + `
			union
			select l.overflow from live_code l where ` + serving + `))`, args
}

func (r *Reader) homeStaff(ctx context.Context, tx *db.Tx, h *Home, codes []int64) error {
	mine, args := usedBy("t.id", codes)
	today := seat.Day(h.AsOf)
	rows, err := db.Select[lightRow](ctx, tx, `
		select t.id, t.name, s.capacity, case when s.day = ? then s.joined else 0 end as joined,
		s.unproven + s.proven as held, 0 as came
		from staff t
		join seat s on s.target = t.id
		where t.status = ?
		and t.removed_at = 0
		and `+mine+`
		order by s.capacity - s.unproven - s.proven - case when s.day = ? then s.joined else 0 end, t.id
		limit ?`, slices.Concat([]any{today, wecom.StatusActive}, args, []any{today, lights})...)
	if err != nil {
		return fmt.Errorf("cannot read the staff that fills up: %w", err)
	}
	for _, x := range rows {
		h.Staff = append(h.Staff, StaffLight{Ref{x.ID, x.Name},
			Seats{x.Capacity, x.Joined, x.Held}})
	}
	return nil
}

func (r *Reader) homeQueue(ctx context.Context, tx *db.Tx, h *Home, _ []int64) error {
	err := tx.QueryRow(ctx, `
		select coalesce(sum(case when state = 'ready' then 1 else 0 end), 0),
		coalesce(sum(case when state = 'dead' then 1 else 0 end), 0)
		from job
		where state in ('ready', 'dead')`).Scan(&h.Queue.Ready, &h.Queue.Dead)
	if err != nil {
		return fmt.Errorf("cannot count jobs: %w", err)
	}
	var last db.Time
	err = tx.QueryRow(ctx, "select received_at from inbox_event order by id desc limit 1").Scan(&last)
	if err != nil && !db.NoRows(err) {
		return fmt.Errorf("cannot read the last callback: %w", err)
	}
	h.Queue.LastCallback = last.Time
	return nil
}

func (r *Reader) homeSteps(ctx context.Context, tx *db.Tx, h *Home, _ []int64) error {
	for _, s := range []struct {
		q    string
		into *bool
	}{
		{"select count(*) from setting where key = 'wecom' and value not like '%\"mode\":\"none\"%'", &h.Steps.Connected},
		{"select count(*) from (select id from staff limit 1) x", &h.Steps.Synced},
		{"select count(*) from (select id from live_code where published_at <> 0 limit 1) x",
			&h.Steps.Coded},
		{"select count(*) from (select hour from rollup_hour where metric = 'scan' limit 1) x",
			&h.Steps.Scanned},
		{"select count(*) - 1 from account where disabled = 0", &h.Steps.Invited},
	} {
		var n int64
		if err := tx.QueryRow(ctx, s.q).Scan(&n); err != nil {
			return fmt.Errorf("cannot read how far the set-up is: %w", err)
		}
		*s.into = n > 0
	}
	return nil
}
