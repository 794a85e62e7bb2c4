package group

import (
	"context"
	"fmt"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/fault"
	"github.com/tuma-live/tuma/internal/base/ident"
	"github.com/tuma-live/tuma/internal/core/seat"
)

// ByID returns a group, or ErrNotFound.
func ByID(ctx context.Context, tx *db.Tx, id ID) (Group, error) {
	return one(ctx, tx, db.Where("id = ?", id), "")
}

// ByChat returns the group WeCom calls chatID, or ErrNotFound.
func ByChat(ctx context.Context, tx *db.Tx, chatID string) (Group, error) {
	return one(ctx, tx, db.Where("chat_id = ?", chatID), "")
}

func one(ctx context.Context, tx *db.Tx, cond db.Cond, lock string) (Group, error) {
	g, err := db.Get[Group](ctx, tx,
		"select "+db.Cols[Group]()+" from customer_group where "+cond.SQL+lock, cond.Args...)
	switch {
	case db.NoRows(err):
		return g, ErrNotFound
	case err != nil:
		return g, fmt.Errorf("cannot read a group: %w", err)
	}
	return g, nil
}

// List reads the groups that cond selects, the newest first.
func List(ctx context.Context, tx *db.Tx, cond db.Cond) ([]Group, error) {
	gs, err := db.Select[Group](ctx, tx, "select "+db.Cols[Group]()+" from customer_group where "+
		cond.SQL+" order by created_at desc, id desc", cond.Args...)
	if err != nil {
		return nil, fmt.Errorf("cannot list groups: %w", err)
	}
	return gs, nil
}

// Meet returns the group WeCom calls chatID, locked until tx ends, and makes
// the row and its seats when it is new.
func Meet(ctx context.Context, tx *db.Tx, chatID string) (g Group, fresh bool, err error) {
	g = Group{ID: ident.New[kind](tx.IDs()), ChatID: chatID, Status: Active, Version: 1}
	made := g.ID
	err = db.Insert(ctx, tx, "customer_group", "on conflict (chat_id) do nothing", g)
	if err != nil {
		return g, false, fmt.Errorf("cannot add a group: %w", err)
	}
	if g, err = one(ctx, tx, db.Where("chat_id = ?", chatID), tx.ForUpdate()); err != nil {
		return g, false, err
	}
	if g.ID != made {
		return g, false, nil
	}
	return g, true, seat.Open(ctx, tx, int64(g.ID), seat.Group, DefaultCapacity, 0)
}

// Save writes what WeCom says of a group that is locked in tx, and how many
// people that leaves seats for.
func Save(ctx context.Context, tx *db.Tx, g Group) error {
	_, err := tx.Exec(ctx, `
		update customer_group set name = ?, owner = ?, status = ?, members = ?, externals = ?,
			member_version = ?, created_at = ?, synced_at = ?
		where id = ?`,
		g.Name, g.Owner, g.Status, g.Members, g.Externals, g.MemberVersion, g.CreatedAt, g.SyncedAt, g.ID)
	if err != nil {
		return fmt.Errorf("cannot save group %s: %w", g.ID, err)
	}
	return seat.SetJoined(ctx, tx, int64(g.ID), g.Members)
}

// SetCapacity changes the stop-line of a group.
func SetCapacity(ctx context.Context, tx *db.Tx, id ID, capacity int64) (Group, error) {
	g, err := ByID(ctx, tx, id)
	if err != nil {
		return g, err
	}
	if capacity < 0 || capacity > MaxCapacity {
		return g, fault.ErrInvalid.WithField("capacity", "field.out_of_range")
	}
	if err := seat.SetCapacity(ctx, tx, int64(id), capacity); err != nil {
		return g, err
	}
	if _, err := tx.Exec(ctx, "update customer_group set version = version + 1 where id = ?", id); err != nil {
		return g, fmt.Errorf("cannot change group %s: %w", id, err)
	}
	g.Version++
	return g, tx.Notify(ctx, "book", "")
}

// Participants reads who is or was in a group.
func Participants(ctx context.Context, tx *db.Tx, id ID) ([]Participant, error) {
	ps, err := db.Select[Participant](ctx, tx, "select "+db.Cols[Participant]()+
		" from participant where customer_group = ? order by joined_at, contact, staff", id)
	if err != nil {
		return nil, fmt.Errorf("cannot read the participants of %s: %w", id, err)
	}
	return ps, nil
}

// Of reads the groups a contact is or was in.
func Of(ctx context.Context, tx *db.Tx, contact int64) ([]Participant, error) {
	ps, err := db.Select[Participant](ctx, tx, "select "+db.Cols[Participant]()+
		" from participant where contact = ? order by joined_at", contact)
	if err != nil {
		return nil, fmt.Errorf("cannot read the groups of a contact: %w", err)
	}
	return ps, nil
}

// SaveParticipants writes participants of a group that is locked in tx.
func SaveParticipants(ctx context.Context, tx *db.Tx, ps []Participant) error {
	err := db.Insert(ctx, tx, "participant", `on conflict (customer_group, contact, staff) do update
		set scene = excluded.scene, state = excluded.state, joined_at = excluded.joined_at,
		left_at = excluded.left_at`, ps...)
	if err != nil {
		return fmt.Errorf("cannot save %d participants: %w", len(ps), err)
	}
	return nil
}
