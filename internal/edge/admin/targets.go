package admin

import (
	"context"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/core/access"
	"github.com/tuma-live/tuma/internal/core/audit"
	"github.com/tuma-live/tuma/internal/core/group"
	"github.com/tuma-live/tuma/internal/core/insight"
	"github.com/tuma-live/tuma/internal/core/pool"
	"github.com/tuma-live/tuma/internal/core/staff"
	"github.com/tuma-live/tuma/internal/wecom"
)

type poolID = pool.ID

func (a *API) listGroups(ctx context.Context, in *listGroupsIn) (*body[Page[Group]], error) {
	var r reader
	f := insight.GroupFilter{Text: in.Q, Status: in.Status,
		Pool: pool.ID(id[poolKind](&r, "pool", in.Pool))}
	if err := r.err(); err != nil {
		return nil, err
	}
	at, err := a.cursors.read(in.Cursor, "groups")
	if err != nil {
		return nil, err
	}
	gs, n, err := a.Reader.Groups(ctx, f, group.ID(at.ID), in.Limit+1)
	if err != nil {
		return nil, err
	}
	p := page(a, gs, in.Limit, n, func(g insight.Group) cursor { return cursor{List: "groups", ID: int64(g.ID)} }, viewGroup)
	return &body[Page[Group]]{p}, nil
}

func (a *API) getGroup(ctx context.Context, in *ByID) (*versioned[Group], error) {
	id, err := of[groupKind](in.ID)
	if err != nil {
		return nil, err
	}
	return a.showGroup(ctx, group.ID(id))
}

func (a *API) showGroup(ctx context.Context, id group.ID) (*versioned[Group], error) {
	g, err := a.Reader.Group(ctx, id)
	if err != nil {
		return nil, err
	}
	return &versioned[Group]{etag(g.Version), viewGroup(g)}, nil
}

func (a *API) patchGroup(ctx context.Context, in *patchGroupIn) (*versioned[Group], error) {
	n, err := of[groupKind](in.ID)
	if err != nil {
		return nil, err
	}
	version, err := in.version()
	if err != nil {
		return nil, err
	}
	if access.Who(ctx).Scope != access.All {
		return nil, access.ErrForbidden.With("permission", string(access.EditGroups))
	}
	id := group.ID(n)
	before, err := a.Reader.Group(ctx, id)
	if err != nil {
		return nil, err
	}
	err = a.changed(ctx, "groups", func(tx *db.Tx) error {
		if version != 0 {
			if err := fresh(ctx, tx, "customer_group", int64(id), version); err != nil {
				return err
			}
		}
		if _, err := group.SetCapacity(ctx, tx, id, in.Body.Capacity); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{At: a.Clock.Now(), Action: "group.changed",
			Object: "group", ObjectID: id.String(),
			Before: map[string]any{"capacity": before.Seats.Capacity}, After: map[string]any{"capacity": in.Body.Capacity}})
	})
	if err != nil {
		return nil, err
	}
	return a.showGroup(ctx, id)
}

// fresh returns errMatch unless the row of table still has version.
func fresh(ctx context.Context, tx *db.Tx, table string, id, version int64) error {
	var now int64
	err := tx.QueryRow(ctx, "select version from "+table+" where id = ?"+tx.ForUpdate(),
		id).Scan(&now)
	if err != nil && !db.NoRows(err) {
		return err
	}
	if err == nil && now != version {
		return errMatch
	}
	return nil
}

func viewGroup(g insight.Group) Group {
	v := Group{
		ID: g.ID.String(), ChatID: masked(g.ChatID), Name: g.Name, Status: g.Status,
		Members:   g.Members,
		Externals: g.Externals, Capacity: g.Seats.Capacity, Held: g.Seats.Held,
		Free:        g.Seats.Free(),
		JoinedToday: g.JoinedToday, LeftToday: g.LeftToday, CreatedAt: g.CreatedAt.Time,
		SyncedAt: maybe(g.SyncedAt.Time),
		Codes:    g.Codes, Version: g.Version,
		Pools: each(g.Pools, func(p pool.Pool) Ref { return Ref{p.ID.String(), p.Name} }),
	}
	if g.Owner != nil {
		v.Owner = &Ref{g.Owner.ID.String(), g.Owner.Name}
	}
	return v
}

func (a *API) listStaff(ctx context.Context, in *listStaffIn) (*body[Page[Staff]], error) {
	reach, err := a.reach(ctx)
	if err != nil {
		return nil, err
	}
	at, err := a.cursors.read(in.Cursor, "staff")
	if err != nil {
		return nil, err
	}
	f := insight.StaffFilter{Text: in.Q, Status: in.Status, Reach: reach.StaffRows()}
	ss, n, err := a.Reader.Staff(ctx, f, at.Text, staff.ID(at.ID), in.Limit+1)
	if err != nil {
		return nil, err
	}
	p := page(a, ss, in.Limit, n, func(s insight.Staff) cursor {
		return cursor{List: "staff", ID: int64(s.ID), Text: s.Name}
	}, a.viewStaff)
	return &body[Page[Staff]]{p}, nil
}

func (a *API) patchStaff(ctx context.Context, in *patchStaffIn) (*versioned[Staff], error) {
	n, err := of[staffKind](in.ID)
	if err != nil {
		return nil, err
	}
	version, err := in.version()
	if err != nil {
		return nil, err
	}
	id := staff.ID(n)
	if !mayPatchStaff(access.Who(ctx), id, in) {
		return nil, access.ErrForbidden.With("permission", string(access.EditStaff))
	}
	err = a.changed(ctx, "staff", func(tx *db.Tx) error {
		before, err := staff.ByID(ctx, tx, id)
		if err != nil {
			return err
		}
		after, err := staff.Change(ctx, tx, id, staff.Edit{DailyCap: in.Body.DailyCap,
			PausedUntil: in.Body.PausedUntil.pointer(), Version: version})
		if err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{At: a.Clock.Now(), Action: "staff.changed",
			Object: "staff", ObjectID: id.String(),
			Before: staffRecord(before), After: staffRecord(after)})
	})
	if err != nil {
		return nil, err
	}
	s, err := a.Reader.StaffMember(ctx, id)
	if err != nil {
		return nil, err
	}
	return &versioned[Staff]{etag(s.Version), a.viewStaff(s)}, nil
}

// mayPatchStaff says whether who may change so much of a staff member, whom
// all codes share: everyone may take a break themselves.
func mayPatchStaff(who access.Identity, id staff.ID, in *patchStaffIn) bool {
	return who.Scope == access.All || who.Staff == int64(id) && in.Body.DailyCap == nil
}

func staffRecord(s staff.Staff) any {
	return map[string]any{"daily_cap": s.DailyCap, "paused_until": maybe(s.PausedUntil.Time)}
}

func (a *API) viewStaff(s insight.Staff) Staff {
	v := Staff{
		ID: s.ID.String(), UserID: s.UserID, Name: s.Name, Departments: list(s.DeptNames),
		Status:  "inactive",
		Follows: s.Follows != 0, DailyCap: s.DailyCap, Today: s.Seats.Joined, Held: s.Seats.Held,
		Remaining: s.Seats.Free(), Customers: s.Customers, Codes: s.Codes,
		Problems: list(s.Problems()), Version: s.Version,
	}
	switch {
	case s.Status == wecom.StatusLeft || !s.RemovedAt.IsZero():
		v.Status = "left"
	case s.Status == wecom.StatusActive:
		v.Status = "active"
	}
	if s.Paused(a.Clock.Now()) {
		v.PausedUntil = maybe(s.PausedUntil.Time)
	}
	return v
}
