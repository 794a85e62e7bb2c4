package staff

import (
	"context"
	"fmt"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/ident"
	"github.com/tuma-live/tuma/internal/core/mirror"
	"github.com/tuma-live/tuma/internal/core/seat"
	"github.com/tuma-live/tuma/internal/wecom"
)

// ByID returns a member, or ErrNotFound.
func ByID(ctx context.Context, tx *db.Tx, id ID) (Staff, error) {
	return one(ctx, tx, db.Where("id = ?", id))
}

// ByUserID returns the member WeCom calls userid, or ErrNotFound.
func ByUserID(ctx context.Context, tx *db.Tx, userid string) (Staff, error) {
	return one(ctx, tx, db.Where("userid = ?", userid))
}

func one(ctx context.Context, tx *db.Tx, cond db.Cond) (Staff, error) {
	s, err := db.Get[Staff](ctx, tx,
		"select "+db.Cols[Staff]()+" from staff where "+cond.SQL, cond.Args...)
	switch {
	case db.NoRows(err):
		return s, ErrNotFound
	case err != nil:
		return s, fmt.Errorf("cannot read a staff member: %w", err)
	}
	return s, nil
}

// List reads the members that cond selects, in order of name.
func List(ctx context.Context, tx *db.Tx, cond db.Cond) ([]Staff, error) {
	ss, err := db.Select[Staff](ctx, tx,
		"select "+db.Cols[Staff]()+" from staff where "+cond.SQL+" order by name, id", cond.Args...)
	if err != nil {
		return nil, fmt.Errorf("cannot list staff: %w", err)
	}
	return ss, nil
}

// Departments reads the whole directory.
func Departments(ctx context.Context, tx *db.Tx) ([]Department, error) {
	ds, err := db.Select[Department](ctx, tx,
		"select "+db.Cols[Department]()+" from department order by wecom_id")
	if err != nil {
		return nil, fmt.Errorf("cannot list departments: %w", err)
	}
	return ds, nil
}

// Keep writes what WeCom says of a member and returns the row. A new member
// gets the default cap and a seat.
func Keep(ctx context.Context, tx *db.Tx, u wecom.User, follows bool, now time.Time) (Staff, error) {
	old, err := ByUserID(ctx, tx, u.UserID)
	fresh := err != nil
	if fresh && !isNotFound(err) {
		return old, err
	}
	s := old
	s.UserID, s.Name = u.UserID, mirror.Plain(u.Name, 64)
	s.Departments.V = append([]int64{}, u.Department...)
	s.Status, s.Follows = int64(u.Status), truth(follows)
	s.SyncedAt, s.RemovedAt = db.At(now), db.Time{}
	if s.Name == "" {
		s.Name = u.UserID // apps without the right to names see none
	}
	if fresh {
		return insert(ctx, tx, s)
	}
	if err := update(ctx, tx, s); err != nil {
		return s, err
	}
	if s.Name == old.Name && s.Status == old.Status && s.Follows == old.Follows && old.RemovedAt.IsZero() {
		return s, nil
	}
	return s, tx.Notify(ctx, "book", "")
}

func insert(ctx context.Context, tx *db.Tx, s Staff) (Staff, error) {
	s.ID, s.Version, s.DailyCap = ident.New[kind](tx.IDs()), 1, DefaultCap
	if err := db.Insert(ctx, tx, "staff", "", s); err != nil {
		return s, fmt.Errorf("cannot add staff %q: %w", s.UserID, err)
	}
	if err := seat.Open(ctx, tx, int64(s.ID), seat.Staff, s.DailyCap, 0); err != nil {
		return s, err
	}
	return s, tx.Notify(ctx, "book", "")
}

func update(ctx context.Context, tx *db.Tx, s Staff) error {
	_, err := tx.Exec(ctx, `
		update staff set userid = ?, name = ?, departments = ?, status = ?, follows = ?,
			synced_at = ?, removed_at = ?
		where id = ?`,
		s.UserID, s.Name, s.Departments, s.Status, s.Follows, s.SyncedAt, s.RemovedAt, s.ID)
	if err != nil {
		return fmt.Errorf("cannot save staff %s: %w", s.ID, err)
	}
	return nil
}

// Remove notes that the member called userid has left. One we never knew is
// no loss.
func Remove(ctx context.Context, tx *db.Tx, userid string, now time.Time) error {
	n, err := tx.Exec(ctx, `
		update staff set removed_at = ?, status = ?, follows = 0
		where userid = ? and removed_at = 0`, db.At(now), wecom.StatusLeft, userid)
	if err != nil {
		return fmt.Errorf("cannot remove staff %q: %w", userid, err)
	}
	if n == 0 {
		return nil
	}
	return tx.Notify(ctx, "book", "")
}

// Edit is what an operator changes; nil stays as it is.
type Edit struct {
	DailyCap    *int64
	PausedUntil *time.Time
	Version     int64 // 0: whatever it is now
}

// Change applies e to the member.
func Change(ctx context.Context, tx *db.Tx, id ID, e Edit) (Staff, error) {
	s, err := ByID(ctx, tx, id)
	if err != nil {
		return s, err
	}
	if e.Version != 0 && e.Version != s.Version {
		return s, ErrStale
	}
	if e.DailyCap != nil {
		if err := checkCap(*e.DailyCap); err != nil {
			return s, err
		}
		s.DailyCap = *e.DailyCap
		if err := seat.SetCapacity(ctx, tx, int64(id), s.DailyCap); err != nil {
			return s, err
		}
	}
	if e.PausedUntil != nil {
		s.PausedUntil = db.At(*e.PausedUntil)
	}
	n, err := tx.Exec(ctx, `
		update staff set daily_cap = ?, paused_until = ?, version = version + 1
		where id = ? and version = ?`, s.DailyCap, s.PausedUntil, id, s.Version)
	switch {
	case err != nil:
		return s, fmt.Errorf("cannot change staff %s: %w", id, err)
	case n == 0:
		return s, ErrStale
	}
	s.Version++
	return s, tx.Notify(ctx, "book", "")
}
