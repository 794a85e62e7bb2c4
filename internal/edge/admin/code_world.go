package admin

import (
	"context"
	"time"

	"github.com/tuma-live/tuma/internal/core/channel"
	"github.com/tuma-live/tuma/internal/core/insight"
	"github.com/tuma-live/tuma/internal/core/livecode"
	"github.com/tuma-live/tuma/internal/core/pool"
	"github.com/tuma-live/tuma/internal/core/tag"
)

// viewCodes describes codes with everything around them, in few queries.
func (a *API) viewCodes(ctx context.Context, codes []livecode.LiveCode) ([]LiveCode, error) {
	w, err := a.world(ctx, codes)
	if err != nil {
		return nil, err
	}
	return each(codes, w.view), nil
}

// world is what a list of codes needs to be shown.
type world struct {
	api      *API
	now      time.Time
	channels channel.Tree
	pools    map[pool.ID]insight.Pool
	numbers  map[int64]insight.CodeNumbers
	qrs      map[livecode.ID]livecode.Carriers
	tags     map[tag.ID]Tag
	owners   map[int64]string
	welcomes map[int64]string
}

func (a *API) world(ctx context.Context, codes []livecode.LiveCode) (w *world, err error) {
	tx := a.DB.Read()
	w = &world{api: a, now: a.Clock.Now()}
	ids, plain := make([]livecode.ID, len(codes)), make([]int64, len(codes))
	var pools []pool.ID
	for i, c := range codes {
		ids[i], plain[i] = c.ID, int64(c.ID)
		pools = append(pools, c.Pool, c.Overflow)
	}
	if w.channels, err = channel.All(ctx, tx); err != nil {
		return nil, err
	}
	if w.pools, err = a.Reader.PoolsOf(ctx, tx, pools); err != nil {
		return nil, err
	}
	if w.numbers, err = a.Reader.CodeNumbersOf(ctx, tx, plain); err != nil {
		return nil, err
	}
	if w.qrs, err = livecode.CarriersOf(ctx, tx, ids); err != nil {
		return nil, err
	}
	if w.tags, err = a.tagNames(ctx, tx); err != nil {
		return nil, err
	}
	if w.owners, err = insight.Names(ctx, tx, "account", owners(codes)); err != nil {
		return nil, err
	}
	w.welcomes, err = insight.Names(ctx, tx, "welcome", welcomes(codes))
	return w, err
}

func owners(codes []livecode.LiveCode) []int64 {
	return each(codes, func(c livecode.LiveCode) int64 { return c.Owner })
}

func welcomes(codes []livecode.LiveCode) []int64 {
	return each(codes, func(c livecode.LiveCode) int64 { return c.Welcome })
}

func (w *world) view(c livecode.LiveCode) LiveCode {
	main := w.pools[c.Pool]
	free, capacity := main.Totals()
	v := LiveCode{
		ID: c.ID.String(), Slug: c.Slug, URL: w.api.PublicURL + "/q/" + c.Slug, Name: c.Name,
		Kind:     c.Kind,
		Purpose:  c.Purpose,
		Pool:     viewPool(main),
		Fallback: each(c.Fallback.V, func(f livecode.Fallback) Fallback { return Fallback(f) }),
		Tags:     each(c.Tags.V, func(id tag.ID) Tag { return w.tags[id] }),
		Page:     CodePage(c.Page.V),
		Sticky:   c.Sticky != 0, StartsAt: maybe(c.StartsAt.Time), EndsAt: maybe(c.EndsAt.Time),
		Note:    c.Note,
		Version: c.Version, CreatedAt: c.CreatedAt.Time, UpdatedAt: c.UpdatedAt.Time,
		PublishedAt: maybe(c.PublishedAt.Time),
	}
	if c.Owner != 0 { // what a key made is nobody's
		v.Owner = &Ref{text[accountKind](c.Owner), w.owners[c.Owner]}
	}
	if c.Overflow != 0 {
		more := w.pools[c.Overflow]
		p := viewPool(more)
		f, cp := more.Totals()
		v.Overflow, free, capacity = &p, free+f, capacity+cp
	}
	if ch, ok := w.channels[c.Channel]; ok {
		v.Channel = &CodeWhere{ch.ID.String(), ch.Name, w.channels.Path(ch.ID), int64(ch.Kind)}
	}
	if name, ok := w.welcomes[c.Welcome]; ok {
		v.Welcome = &Ref{text[welcomeKind](c.Welcome), name}
	}
	qr := w.qrs[c.ID]
	v.Carriers = Carriers{Ready: qr.Ready, Total: qr.Total, Failed: qr.Failed, Error: qr.Error}
	stands := c.Stands(w.now, qr)
	v.State, v.Health = string(stands), string(c.HealthOf(stands, w.now, free))
	n := w.numbers[int64(c.ID)]
	v.Stats = CodeStats{
		ScansToday: n.ScansToday, ScannersToday: n.ScannersToday, Scans7d: list(n.Scans7d),
		Adds:  n.Adds,
		Joins: n.Joins, Conversion: Rate{n.Arrived, n.Scanners}, Net: n.Net(), Free: free,
		Capacity: capacity,
	}
	return v
}

func viewPool(p insight.Pool) Pool {
	return Pool{
		ID: p.ID.String(), Name: p.Name, Kind: p.Kind, Strategy: p.Strategy,
		AutoCreate: p.AutoCreate != 0,
		BaseName:   p.BaseName, NextNumber: p.NextNumber, Version: p.Version,
		Members: each(p.Members, viewMember),
	}
}

func viewMember(m insight.Member) Member {
	return Member{
		Target: targetID(m.Target.Kind, m.Member.Target), Kind: m.Target.Kind, Name: m.Target.Name,
		Seq:    m.Seq,
		Weight: m.Weight, Backup: m.Backup != 0, Enabled: m.Enabled != 0, Joined: m.Seats.Joined,
		Capacity: m.Seats.Capacity, Held: m.Seats.Held, Free: m.Seats.Free(),
	}
}
