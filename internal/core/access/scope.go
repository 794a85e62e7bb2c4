package access

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/fault"
)

// Scope says on which rows a permission holds.
type Scope string

// The scopes.
const (
	All        Scope = "all"
	Department Scope = "department" // the department's people and those below it
	Own        Scope = "own"        // one's own codes and customers
)

// Valid says that s is a scope.
func (s Scope) Valid() bool { return slices.Contains([]Scope{All, Department, Own}, s) }

// Reach is the rows an identity may touch, worked out from its scope.
type Reach struct {
	Everything bool
	Account    AccountID
	Staff      []int64 // whose customers, and whose codes
	Depts      []int64
}

// Reach works out the rows of i. Nobody reaches nothing.
func (i Identity) Reach(ctx context.Context, tx *db.Tx) (Reach, error) {
	switch {
	case !i.Known():
		return Reach{}, nil
	case i.Scope == All:
		return Reach{Everything: true}, nil
	}
	r := Reach{Account: i.Account}
	if i.Staff != 0 {
		r.Staff = []int64{i.Staff}
	}
	if i.Scope != Department || i.Department == 0 {
		return r, nil
	}
	var err error
	if r.Depts, err = below(ctx, tx, i.Department); err != nil {
		return r, err
	}
	staff, err := staffOf(ctx, tx, r.Depts)
	r.Staff = append(r.Staff, staff...)
	return r, err
}

// below returns a department and all departments under it.
func below(ctx context.Context, tx *db.Tx, top int64) ([]int64, error) {
	type dept struct {
		ID     int64 `db:"wecom_id"`
		Parent int64 `db:"parent"`
	}
	all, err := db.Select[dept](ctx, tx, "select wecom_id, parent from department")
	if err != nil {
		return nil, fmt.Errorf("cannot read departments: %w", err)
	}
	found := []int64{top}
	for k := 0; k < len(found); k++ {
		for _, d := range all {
			if d.Parent == found[k] && !slices.Contains(found, d.ID) {
				found = append(found, d.ID)
			}
		}
	}
	return found, nil
}

func staffOf(ctx context.Context, tx *db.Tx, depts []int64) ([]int64, error) {
	type member struct {
		ID          int64  `db:"id"`
		Departments string `db:"departments"`
	}
	all, err := db.Select[member](ctx, tx, "select id, departments from staff")
	if err != nil {
		return nil, fmt.Errorf("cannot read staff: %w", err)
	}
	var out []int64
	for _, m := range all {
		var in []int64
		if json.Unmarshal([]byte(m.Departments), &in) != nil {
			continue // a mirror not read yet belongs to no department
		}
		if slices.ContainsFunc(in, func(d int64) bool { return slices.Contains(depts, d) }) {
			out = append(out, m.ID)
		}
	}
	return out, nil
}

// Codes selects live codes (alias l) within reach: one's own, the
// department's, and those on which one's staff receive customers.
func (r Reach) Codes() db.Cond {
	if r.Everything {
		return db.And()
	}
	return db.Where(`l.owner = ? or l.department in (?)
		or exists (select 1 from pool_member pm where pm.pool in (l.pool, l.overflow) and pm.target in (?))`,
		r.Account, db.In(r.Depts), db.In(r.Staff))
}

// Contacts selects contacts (table name contact) within reach: those one's staff have, or had.
func (r Reach) Contacts() db.Cond {
	if r.Everything {
		return db.And()
	}
	return db.Where("exists (select 1 from follow fw where fw.contact = contact.id and fw.staff in (?))", db.In(r.Staff))
}

// StaffRows selects staff (alias s) within reach.
func (r Reach) StaffRows() db.Cond {
	if r.Everything {
		return db.And()
	}
	return db.Where("s.id in (?)", db.In(r.Staff))
}

// MayUsePool returns ErrForbidden unless every live code that sends people to
// the pool is within reach: whoever changes or shares it changes them all.
func (r Reach) MayUsePool(ctx context.Context, tx *db.Tx, id int64) error {
	if r.Everything {
		return nil
	}
	mine := r.Codes()
	var foreign int64
	// "is not true", as a condition over an empty list may be neither.
	err := tx.QueryRow(ctx, `
		select count(*)
		from live_code l
		where l.state <> 'deleted'
		and (l.pool = ? or l.overflow = ?)
		and (`+mine.SQL+`) is not true`, append([]any{id, id}, mine.Args...)...).Scan(&foreign)
	if err != nil {
		return fmt.Errorf("cannot see who uses a pool: %w", err)
	}
	if foreign > 0 {
		return ErrForbidden.With("permission", string(EditGroups))
	}
	return nil
}

// MayHold refuses, as a form fault, the targets of a pool that are staff
// outside reach. Those it had already may stay.
func (r Reach) MayHold(ctx context.Context, tx *db.Tx, targets, had []int64) error {
	if r.Everything || len(targets) == 0 {
		return nil
	}
	staff, err := db.Select[int64](ctx, tx, "select id from staff where id in (?)", db.In(targets))
	if err != nil {
		return fmt.Errorf("cannot read the staff of a pool: %w", err)
	}
	bad := fault.ErrInvalid
	for i, t := range targets {
		if slices.Contains(staff, t) && !slices.Contains(r.Staff, t) && !slices.Contains(had, t) {
			bad = bad.WithField(fmt.Sprintf("members.%d.target", i), "field.not_found")
		}
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}
