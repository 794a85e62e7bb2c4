package livecode

import (
	"context"
	"fmt"

	"github.com/tuma-live/tuma/internal/base/db"
)

// ByID reads a code that reach (a condition on alias l) lets the reader see.
// One that is missing and one that is not theirs give the same ErrNotFound.
func ByID(ctx context.Context, tx *db.Tx, id ID, reach db.Cond) (LiveCode, error) {
	return one(ctx, tx, db.And(db.Where("l.id = ?", id), reach), "")
}

// locked reads a code and keeps others from changing it until tx ends.
func locked(ctx context.Context, tx *db.Tx, id ID, reach db.Cond, version int64) (LiveCode, error) {
	c, err := one(ctx, tx, db.And(db.Where("l.id = ?", id), reach), tx.ForUpdate())
	if err == nil && version != 0 && version != c.Version {
		return c, ErrStale
	}
	return c, err
}

func one(ctx context.Context, tx *db.Tx, cond db.Cond, suffix string) (LiveCode, error) {
	c, err := db.Get[LiveCode](ctx, tx, "select "+db.Cols[LiveCode]()+" from live_code l where "+cond.SQL+suffix,
		cond.Args...)
	switch {
	case db.NoRows(err):
		return c, ErrNotFound
	case err != nil:
		return c, fmt.Errorf("cannot read a live code: %w", err)
	}
	return c, nil
}

// update writes everything a person can change, and counts the version up.
func update(ctx context.Context, tx *db.Tx, c *LiveCode) error {
	_, err := tx.Exec(ctx, `
		update live_code
		set name = ?, purpose = ?, channel = ?, owner = ?, department = ?, state = ?, pool = ?,
		overflow = ?, fallback = ?, tags = ?, welcome = ?, page = ?, sticky = ?, starts_at = ?,
		ends_at = ?, note = ?, version = version + 1, updated_at = ?, published_at = ?
		where id = ?`,
		c.Name, c.Purpose, c.Channel, c.Owner, c.Department, string(c.State), c.Pool,
		c.Overflow, c.Fallback, c.Tags, c.Welcome, c.Page, c.Sticky, c.StartsAt,
		c.EndsAt, c.Note, c.UpdatedAt, c.PublishedAt, c.ID)
	if err != nil {
		return fmt.Errorf("cannot save live code %s: %w", c.ID, err)
	}
	c.Version++
	return nil
}

// CarriersOf counts the QRs of codes.
func CarriersOf(ctx context.Context, tx *db.Tx, codes []ID) (map[ID]Carriers, error) {
	rows, err := tx.Query(ctx, `
		select code, state, count(*), coalesce(max(error), '')
		from carrier
		where code in (?)
		group by code, state`, db.In(codes))
	if err != nil {
		return nil, fmt.Errorf("cannot count carriers: %w", err)
	}
	defer rows.Close()
	out := map[ID]Carriers{}
	for rows.Next() {
		var id ID
		var state, text string
		var n int64
		if err := rows.Scan(&id, &state, &n, &text); err != nil {
			return nil, fmt.Errorf("cannot count carriers: %w", err)
		}
		c := out[id]
		c.Total += n
		switch state {
		case "ready":
			c.Ready += n
		case "failed":
			c.Failed += n
			c.Error = text
		}
		out[id] = c
	}
	return out, rows.Err()
}
