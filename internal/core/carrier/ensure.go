package carrier

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/ident"
	"github.com/tuma-live/tuma/internal/base/job"
	"github.com/tuma-live/tuma/internal/core/group"
	"github.com/tuma-live/tuma/internal/core/livecode"
	"github.com/tuma-live/tuma/internal/core/pool"
	"github.com/tuma-live/tuma/internal/core/staff"
)

// maxChats is how many groups one join way names.
const maxChats = 5

// SyncJob brings one carrier to WeCom.
type SyncJob struct {
	Carrier ID `json:"carrier"`
}

// Kind implements job.Args.
func (SyncJob) Kind() string { return "carrier.sync" }

// code is what a carrier needs to know of a live code.
type code struct {
	ID       int64                        `db:"id"`
	Name     string                       `db:"name"`
	Pool     pool.ID                      `db:"pool"`
	Overflow pool.ID                      `db:"overflow"`
	Fallback db.JSON[[]livecode.Fallback] `db:"fallback"`
}

// duty lists the staff members of the code's fallback chain.
func (c code) duty() []int64 {
	var ids []int64
	for _, f := range c.Fallback.V {
		if f.Kind != livecode.ToStaff {
			continue
		}
		var id staff.ID
		if err := id.UnmarshalText([]byte(f.Ref)); err == nil && id != 0 {
			ids = append(ids, int64(id))
		}
	}
	return ids
}

// Ensure stores what WeCom shall hold for every target of the code, and
// enqueues the jobs that bring it there. Carriers of targets that are no longer
// in its pools stay as they are: somebody may still have the QR code.
func Ensure(ctx context.Context, tx *db.Tx, codeID int64, now time.Time) error {
	c, err := db.Get[code](ctx, tx,
		"select id, name, pool, overflow, fallback from live_code where id = ?", codeID)
	if err != nil {
		return fmt.Errorf("cannot read live code %d: %w", codeID, err)
	}
	for _, id := range []pool.ID{c.Pool, c.Overflow} {
		if id == 0 {
			continue
		}
		if err := ensurePool(ctx, tx, c, id, now); err != nil {
			return err
		}
	}
	return ensureStaff(ctx, tx, c, c.duty(), now)
}

// EnsurePool is Ensure for every live code that uses the pool.
func EnsurePool(ctx context.Context, tx *db.Tx, id pool.ID, now time.Time) error {
	codes, err := db.Select[int64](ctx, tx, `
		select id from live_code
		where (pool = ? or overflow = ?) and state <> 'archived' order by id`, id, id)
	if err != nil {
		return fmt.Errorf("cannot list the codes of pool %s: %w", id, err)
	}
	for _, c := range codes {
		if err := Ensure(ctx, tx, c, now); err != nil {
			return err
		}
	}
	return nil
}

func ensurePool(ctx context.Context, tx *db.Tx, c code, id pool.ID, now time.Time) error {
	p, err := pool.ByID(ctx, tx, id)
	if err != nil {
		return err
	}
	members, err := pool.Members(ctx, tx, id)
	if err != nil {
		return err
	}
	targets := make([]int64, 0, len(members))
	for _, m := range members {
		targets = append(targets, m.Target)
	}
	groups, err := group.List(ctx, tx, db.Where("id in (?)", db.In(targets)))
	if err != nil {
		return err
	}
	for _, g := range groups {
		if g.Status == group.Dismissed {
			continue
		}
		w := Config{Remark: remark(c.Name), Chats: []string{g.ChatID}}
		if err := want(ctx, tx, c.ID, int64(g.ID), Group, w, now); err != nil {
			return err
		}
	}
	if err := ensureStaff(ctx, tx, c, targets, now); err != nil {
		return err
	}
	return ensureAuto(ctx, tx, c, p, groups, now)
}

// ensureStaff wants a contact way for those of targets who are staff members.
func ensureStaff(ctx context.Context, tx *db.Tx, c code, targets []int64, now time.Time) error {
	people, err := staff.List(ctx, tx, db.Where("id in (?)", db.In(targets)))
	if err != nil {
		return err
	}
	for _, s := range people {
		w := Config{Remark: remark(c.Name), Users: []string{s.UserID}}
		if err := want(ctx, tx, c.ID, int64(s.ID), Staff, w, now); err != nil {
			return err
		}
	}
	return nil
}

// ensureAuto wants the join way that lets WeCom open the pool's next group. It
// names the newest groups, which WeCom fills up before it opens one.
func ensureAuto(ctx context.Context, tx *db.Tx, c code, p pool.Pool, groups []group.Group, now time.Time) error {
	if p.AutoCreate == 0 {
		return nil
	}
	var chats []string
	for _, g := range groups { // the newest first
		if g.Status != group.Dismissed && len(chats) < maxChats {
			chats = append(chats, g.ChatID)
		}
	}
	if len(chats) == 0 {
		return nil
	}
	slices.Sort(chats) // the same groups are the same wish
	w := Config{Remark: remark(c.Name), Chats: chats, Base: p.BaseName, Number: p.NextNumber}
	return want(ctx, tx, c.ID, int64(p.ID), Auto, w, now)
}

// want stores a wish and enqueues its job, unless WeCom has it already.
func want(ctx context.Context, tx *db.Tx, code, target int64, k Kind, w Config, now time.Time) error {
	old, err := place(ctx, tx, code, target, k)
	switch {
	case db.NoRows(err):
		old = Carrier{ID: ident.New[kind](tx.IDs()), Code: code, Target: target, Kind: k,
			Token: ident.Token(8), Want: w.text(), State: Pending, CreatedAt: db.At(now)}
		if err := db.Insert(ctx, tx, "carrier", "", old); err != nil {
			return fmt.Errorf("cannot add a carrier: %w", err)
		}
	case err != nil:
		return fmt.Errorf("cannot read a carrier: %w", err)
	default:
		w.Number = cmpNumber(old, w) // WeCom counts on from where it began
		if old.settled() && old.Want == w.text() {
			return nil
		}
		_, err := tx.Exec(ctx, `update carrier set want = ?,
			state = case when state = ? then state else ? end where id = ?`,
			w.text(), Creating, Pending, old.ID)
		if err != nil {
			return fmt.Errorf("cannot change carrier %s: %w", old.ID, err)
		}
	}
	return enqueue(ctx, tx, old.ID)
}

// cmpNumber keeps the number an Auto carrier was first wanted with.
func cmpNumber(old Carrier, w Config) int64 {
	if was, err := configOf(old.Want); err == nil && was.Number != 0 && was.Base == w.Base {
		return was.Number
	}
	return w.Number
}

func place(ctx context.Context, tx *db.Tx, code, target int64, k Kind) (Carrier, error) {
	return db.Get[Carrier](ctx, tx, "select "+db.Cols[Carrier]()+
		" from carrier where code = ? and target = ? and kind = ?", code, target, string(k))
}

func enqueue(ctx context.Context, tx *db.Tx, id ID) error {
	return job.Enqueue(ctx, tx, SyncJob{id}, job.Unique(id.String()))
}

// ByToken returns the carrier a callback's state names, or ErrNotFound.
func ByToken(ctx context.Context, tx *db.Tx, token string) (Carrier, error) {
	if len(token) != 13 {
		return Carrier{}, ErrNotFound
	}
	return one(ctx, tx, db.Where("token = ?", token))
}

// ByID returns a carrier, or ErrNotFound.
func ByID(ctx context.Context, tx *db.Tx, id ID) (Carrier, error) {
	return one(ctx, tx, db.Where("id = ?", id))
}

func one(ctx context.Context, tx *db.Tx, cond db.Cond) (Carrier, error) {
	c, err := db.Get[Carrier](ctx, tx,
		"select "+db.Cols[Carrier]()+" from carrier where "+cond.SQL, cond.Args...)
	switch {
	case db.NoRows(err):
		return c, ErrNotFound
	case err != nil:
		return c, fmt.Errorf("cannot read a carrier: %w", err)
	}
	return c, nil
}

// Of reads the carriers of codes.
func Of(ctx context.Context, tx *db.Tx, codes ...int64) ([]Carrier, error) {
	cs, err := db.Select[Carrier](ctx, tx, "select "+db.Cols[Carrier]()+
		" from carrier where code in (?) order by code, id", db.In(codes))
	if err != nil {
		return nil, fmt.Errorf("cannot list carriers: %w", err)
	}
	return cs, nil
}
