package pool

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/fault"
	"github.com/tuma-live/tuma/internal/base/ident"
)

// ByID returns a pool, or ErrNotFound.
func ByID(ctx context.Context, tx *db.Tx, id ID) (Pool, error) {
	p, err := db.Get[Pool](ctx, tx, "select "+db.Cols[Pool]()+" from pool where id = ?", id)
	switch {
	case db.NoRows(err):
		return p, ErrNotFound
	case err != nil:
		return p, fmt.Errorf("cannot read pool %s: %w", id, err)
	}
	return p, nil
}

// List reads the pools that cond selects, the newest first.
func List(ctx context.Context, tx *db.Tx, cond db.Cond) ([]Pool, error) {
	ps, err := db.Select[Pool](ctx, tx,
		"select "+db.Cols[Pool]()+" from pool where "+cond.SQL+" order by id desc", cond.Args...)
	if err != nil {
		return nil, fmt.Errorf("cannot list pools: %w", err)
	}
	return ps, nil
}

// Members reads the members of pools, each pool in its order.
func Members(ctx context.Context, tx *db.Tx, pools ...ID) ([]Member, error) {
	ms, err := db.Select[Member](ctx, tx, "select "+db.Cols[Member]()+
		" from pool_member where pool in (?) order by pool, seq, target", db.In(pools))
	if err != nil {
		return nil, fmt.Errorf("cannot read pool members: %w", err)
	}
	return ms, nil
}

// Create adds a pool with its members and returns it with its id.
func Create(ctx context.Context, tx *db.Tx, p Pool, ms []Member, now time.Time) (Pool, error) {
	p.Name, p.BaseName = strings.TrimSpace(p.Name), strings.TrimSpace(p.BaseName)
	p.Version, p.CreatedAt, p.NextNumber = 1, db.At(now), max(p.NextNumber, 1)
	if err := fits(ctx, tx, p, ms); err != nil {
		return p, err
	}
	p.ID = ident.New[kind](tx.IDs())
	if err := db.Insert(ctx, tx, "pool", "", p); err != nil {
		return p, fmt.Errorf("cannot add a pool: %w", err)
	}
	return p, setMembers(ctx, tx, p.ID, ms)
}

// Save changes a pool that still has p.Version; its members become ms, in that
// order. The caller brings the codes of the pool to WeCom (carrier.EnsurePool).
func Save(ctx context.Context, tx *db.Tx, p Pool, ms []Member) (Pool, error) {
	p.Name, p.BaseName = strings.TrimSpace(p.Name), strings.TrimSpace(p.BaseName)
	if err := fits(ctx, tx, p, ms); err != nil {
		return p, err
	}
	if err := emptied(ctx, tx, p, ms); err != nil {
		return p, err
	}
	n, err := tx.Exec(ctx, `
		update pool set name = ?, strategy = ?, auto_create = ?, base_name = ?, next_number = ?,
			channel = ?, version = version + 1
		where id = ? and version = ?`,
		p.Name, p.Strategy, p.AutoCreate, p.BaseName, max(p.NextNumber, 1), p.Channel, p.ID, p.Version)
	switch {
	case err != nil:
		return p, fmt.Errorf("cannot save pool %s: %w", p.ID, err)
	case n == 0:
		return p, ErrStale
	}
	p.Version++
	if _, err := tx.Exec(ctx, "delete from pool_member where pool = ?", p.ID); err != nil {
		return p, fmt.Errorf("cannot empty pool %s: %w", p.ID, err)
	}
	return p, setMembers(ctx, tx, p.ID, ms)
}

// fits checks what a person typed, and that each member is of the pool's kind.
func fits(ctx context.Context, tx *db.Tx, p Pool, ms []Member) error {
	if err := p.check(ms); err != nil || p.Kind == Mixed || len(ms) == 0 {
		return err
	}
	other := "staff"
	if p.Kind == Staff {
		other = "customer_group"
	}
	targets := make([]int64, len(ms))
	for i, m := range ms {
		targets[i] = m.Target
	}
	wrong, err := db.Select[int64](ctx, tx, "select id from "+other+" where id in (?)",
		db.In(targets))
	if err != nil {
		return fmt.Errorf("cannot read what the members of pool %s are: %w", p.ID, err)
	}
	bad := fault.ErrInvalid
	for i, t := range targets {
		if slices.Contains(wrong, t) {
			bad = bad.WithField(fmt.Sprintf("members.%d.target", i), "field.wrong_kind")
		}
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

// emptied refuses to leave a code that serves without anybody to send people
// to. Where WeCom opens the next group, somebody will be.
func emptied(ctx context.Context, tx *db.Tx, p Pool, ms []Member) error {
	if len(ms) > 0 || p.AutoCreate != 0 {
		return nil
	}
	var n int64
	err := tx.QueryRow(ctx, `
		select count(*)
		from live_code
		where state = 'active'
		and (pool = ? or overflow = ?)`, p.ID, p.ID).Scan(&n)
	if err != nil {
		return fmt.Errorf("cannot see who uses pool %s: %w", p.ID, err)
	}
	if n > 0 {
		return fault.ErrInvalid.WithField("members", "field.required")
	}
	return nil
}

func setMembers(ctx context.Context, tx *db.Tx, id ID, ms []Member) error {
	for i := range ms {
		ms[i].Pool, ms[i].Seq = id, int64(i+1)
	}
	if err := db.Insert(ctx, tx, "pool_member", "", ms...); err != nil {
		return fmt.Errorf("cannot write the members of pool %s: %w", id, err)
	}
	return tx.Notify(ctx, "book", "")
}

// Adopt puts a group that WeCom opened for an auto-creating pool into that
// pool, and returns the pools that took it: those whose base name and a number
// are the group's name. A group that is a member already is left alone.
func Adopt(ctx context.Context, tx *db.Tx, target int64, name string) ([]Pool, error) {
	ps, err := List(ctx, tx, db.Where("auto_create = 1 and base_name <> ''"))
	if err != nil {
		return nil, err
	}
	var took []Pool
	for _, p := range ps {
		number, ok := p.Numbered(name)
		if !ok {
			continue
		}
		added, err := adopt(ctx, tx, p, target, number)
		if err != nil {
			return nil, err
		}
		if added {
			took = append(took, p)
		}
	}
	return took, nil
}

func adopt(ctx context.Context, tx *db.Tx, p Pool, target, number int64) (added bool, err error) {
	n, err := tx.Exec(ctx, `
		insert into pool_member (pool, target, seq, weight, backup, enabled)
		select ?, ?, coalesce(max(seq), 0) + 1, 1, 0, 1 from pool_member where pool = ?
		on conflict (pool, target) do nothing`, p.ID, target, p.ID)
	if err != nil {
		return false, fmt.Errorf("cannot add a group to pool %s: %w", p.ID, err)
	}
	if n == 0 {
		return false, nil
	}
	_, err = tx.Exec(ctx, "update pool set next_number = ? where id = ? and next_number <= ?",
		number+1, p.ID, number)
	if err != nil {
		return false, fmt.Errorf("cannot number pool %s: %w", p.ID, err)
	}
	return true, tx.Notify(ctx, "book", "")
}
