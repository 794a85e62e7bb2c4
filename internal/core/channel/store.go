package channel

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/ident"
)

// ByID returns a channel, or ErrNotFound.
func ByID(ctx context.Context, tx *db.Tx, id ID) (Channel, error) {
	c, err := db.Get[Channel](ctx, tx,
		"select "+db.Cols[Channel]()+" from channel where id = ?", id)
	switch {
	case db.NoRows(err):
		return c, ErrNotFound
	case err != nil:
		return c, fmt.Errorf("cannot read channel %s: %w", id, err)
	}
	return c, nil
}

// All reads the whole tree.
func All(ctx context.Context, tx *db.Tx) (Tree, error) {
	cs, err := db.Select[Channel](ctx, tx, "select "+db.Cols[Channel]()+" from channel")
	if err != nil {
		return nil, fmt.Errorf("cannot read the channels: %w", err)
	}
	t := make(Tree, len(cs))
	for _, c := range cs {
		t[c.ID] = c
	}
	return t, nil
}

// Create adds a channel below its parent and returns it with its id.
func Create(ctx context.Context, tx *db.Tx, c Channel, now time.Time) (Channel, error) {
	c.Name, c.Abbr = strings.TrimSpace(c.Name), strings.TrimSpace(c.Abbr)
	c.ID, c.Version, c.CreatedAt = 0, 1, db.At(now)
	if err := c.fits(ctx, tx); err != nil {
		return c, err
	}
	c.ID = ident.New[kind](tx.IDs())
	if err := db.Insert(ctx, tx, "channel", "", c); err != nil {
		return c, fmt.Errorf("cannot add a channel: %w", err)
	}
	return c, nil
}

// Save changes a channel that still has c.Version, and returns the new one.
func Save(ctx context.Context, tx *db.Tx, c Channel) (Channel, error) {
	c.Name, c.Abbr = strings.TrimSpace(c.Name), strings.TrimSpace(c.Abbr)
	if err := c.fits(ctx, tx); err != nil {
		return c, err
	}
	n, err := tx.Exec(ctx, `
		update channel set parent = ?, name = ?, abbr = ?, kind = ?, tag = ?, archived = ?,
			version = version + 1
		where id = ? and version = ?`,
		c.Parent, c.Name, c.Abbr, int64(c.Kind), c.Tag, c.Archived, c.ID, c.Version)
	switch {
	case err != nil:
		return c, fmt.Errorf("cannot save channel %s: %w", c.ID, err)
	case n == 0:
		return c, ErrStale
	}
	c.Version++
	return c, tx.Notify(ctx, "book", "")
}

// SetTag writes the tag of who comes from the channel; it is no edit by a
// person, so the version stays.
func SetTag(ctx context.Context, tx *db.Tx, id ID, tag int64) error {
	if _, err := tx.Exec(ctx, "update channel set tag = ? where id = ?", tag, id); err != nil {
		return fmt.Errorf("cannot tag channel %s: %w", id, err)
	}
	return nil
}

// fits asks the rules. The name is asked here, not left to the index: a failed
// statement would end the caller's transaction on PostgreSQL.
func (c Channel) fits(ctx context.Context, tx *db.Tx) error {
	if err := c.check(); err != nil {
		return err
	}
	t, err := All(ctx, tx)
	if err != nil {
		return err
	}
	for _, other := range t {
		if other.ID != c.ID && other.Parent == c.Parent && other.Name == c.Name {
			return ErrNameTaken.With("name", c.Name)
		}
	}
	return t.place(c)
}
