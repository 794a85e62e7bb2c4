package admin

import (
	"context"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/core/access"
	"github.com/tuma-live/tuma/internal/core/audit"
	"github.com/tuma-live/tuma/internal/core/insight"
	"github.com/tuma-live/tuma/internal/core/pool"
)

func (a *API) listPools(ctx context.Context, in *Paged) (*body[Page[Pool]], error) {
	at, err := a.cursors.read(in.Cursor, "pools")
	if err != nil {
		return nil, err
	}
	tx := a.DB.Read()
	cond := db.And()
	if at.ID != 0 {
		cond = db.Where("id < ?", at.ID)
	}
	pools, err := pool.List(ctx, tx, cond)
	if err != nil {
		return nil, err
	}
	var n int64
	if err := tx.QueryRow(ctx, "select count(*) from pool").Scan(&n); err != nil {
		return nil, err
	}
	full, err := a.Reader.Pools(ctx, tx, pools[:min(len(pools), in.Limit+1)])
	if err != nil {
		return nil, err
	}
	p := page(a, full, in.Limit, n, func(p insight.Pool) cursor { return cursor{List: "pools", ID: int64(p.ID)} }, viewPool)
	return &body[Page[Pool]]{p}, nil
}

func (a *API) getPool(ctx context.Context, in *ByID) (*versioned[Pool], error) {
	id, err := of[poolKind](in.ID)
	if err != nil {
		return nil, err
	}
	return a.showPool(ctx, pool.ID(id))
}

func (a *API) showPool(ctx context.Context, id pool.ID) (*versioned[Pool], error) {
	pools, err := a.Reader.PoolsOf(ctx, a.DB.Read(), []pool.ID{id})
	if err != nil {
		return nil, err
	}
	p, ok := pools[id]
	if !ok {
		return nil, pool.ErrNotFound
	}
	return &versioned[Pool]{etag(p.Version), viewPool(p)}, nil
}

func (a *API) createPool(ctx context.Context, in *createPoolIn) (*created[Pool], error) {
	var r reader
	b := in.Body
	ms := members(&r, "members", b.Members)
	if err := r.err(); err != nil {
		return nil, err
	}
	p := pool.Pool{Name: b.Name, Kind: b.Kind, Strategy: b.Strategy, AutoCreate: bit(b.AutoCreate),
		BaseName: b.BaseName}
	reach, err := a.reach(ctx)
	if err != nil {
		return nil, err
	}
	err = a.changed(ctx, "groups", func(tx *db.Tx) (err error) {
		if err := reach.MayHold(ctx, tx, targets(ms), nil); err != nil {
			return err
		}
		if p, err = pool.Create(ctx, tx, p, ms, a.Clock.Now()); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{At: a.Clock.Now(), Action: "pool.created",
			Object:   "pool",
			ObjectID: p.ID.String(), After: poolRecord(p, ms)})
	})
	if err != nil {
		return nil, err
	}
	out, err := a.showPool(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	return &created[Pool]{out.ETag, out.Body}, nil
}

func (a *API) patchPool(ctx context.Context, in *patchPoolIn) (*versioned[Pool], error) {
	n, err := of[poolKind](in.ID)
	if err != nil {
		return nil, err
	}
	version, err := in.version()
	if err != nil {
		return nil, err
	}
	var r reader
	var ms *[]pool.Member
	if in.Body.Members != nil {
		v := members(&r, "members", *in.Body.Members)
		ms = &v
	}
	if err := r.err(); err != nil {
		return nil, err
	}
	err = a.changed(ctx, "groups", func(tx *db.Tx) error { return a.savePool(ctx, tx, pool.ID(n), version, in, ms) })
	if err != nil {
		return nil, err
	}
	return a.showPool(ctx, pool.ID(n))
}

func (a *API) savePool(ctx context.Context, tx *db.Tx, id pool.ID, version int64, in *patchPoolIn,
	ms *[]pool.Member) error {
	before, err := pool.ByID(ctx, tx, id)
	if err != nil {
		return err
	}
	old, err := pool.Members(ctx, tx, id)
	if err != nil {
		return err
	}
	after, now := before, old
	if version != 0 {
		after.Version = version
	}
	set(&after.Name, in.Body.Name)
	set(&after.Strategy, in.Body.Strategy)
	set(&after.BaseName, in.Body.BaseName)
	if in.Body.AutoCreate != nil {
		after.AutoCreate = bit(*in.Body.AutoCreate)
	}
	if ms != nil {
		now = *ms
	}
	if err := a.mayChange(ctx, tx, id, old, now); err != nil {
		return err
	}
	was := poolRecord(before, old)
	if after, err = pool.Save(ctx, tx, after, now); err != nil {
		return err
	}
	if err := a.EnsurePool(ctx, tx, int64(id)); err != nil {
		return err
	}
	return audit.Write(ctx, tx, audit.Entry{At: a.Clock.Now(), Action: "pool.changed",
		Object:   "pool",
		ObjectID: id.String(), Before: was, After: poolRecord(after, now)})
}

// mayChange keeps whoever has a scope off the pools of others, and the staff
// of others out of theirs.
func (a *API) mayChange(ctx context.Context, tx *db.Tx, id pool.ID, old, now []pool.Member) error {
	reach, err := access.Who(ctx).Reach(ctx, tx)
	if err != nil {
		return err
	}
	if err := reach.MayUsePool(ctx, tx, int64(id)); err != nil {
		return err
	}
	return reach.MayHold(ctx, tx, targets(now), targets(old))
}

func targets(ms []pool.Member) []int64 {
	return each(ms, func(m pool.Member) int64 { return m.Target })
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

func poolRecord(p pool.Pool, ms []pool.Member) any {
	type member struct {
		Target  int64 `json:"target"`
		Weight  int64 `json:"weight"`
		Backup  int64 `json:"backup"`
		Enabled int64 `json:"enabled"`
	}
	return map[string]any{
		"name": p.Name, "strategy": p.Strategy, "auto_create": p.AutoCreate,
		"base_name": p.BaseName,
		"members":   each(ms, func(m pool.Member) member { return member{m.Target, m.Weight, m.Backup, m.Enabled} }),
	}
}
