package insight

import (
	"context"
	"fmt"
	"strings"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/core/group"
	"github.com/tuma-live/tuma/internal/core/pool"
	"github.com/tuma-live/tuma/internal/core/staff"
	"github.com/tuma-live/tuma/internal/wecom"
)

// Group is a customer group with what depends on it.
type Group struct {
	group.Group
	Seats       Seats
	Owner       *staff.Staff // nil when nobody we know owns it
	JoinedToday int64
	LeftToday   int64
	Codes       int64
	Pools       []pool.Pool
}

// GroupFilter chooses groups. Empty fields choose all.
type GroupFilter struct {
	Text   string // part of the name
	Status string
	Pool   pool.ID
}

func (f GroupFilter) cond() db.Cond {
	cs := []db.Cond{db.And()}
	if f.Text != "" {
		cs = append(cs, db.Where("lower(name) like lower(?) escape '!'",
			"%"+escapeLike(f.Text)+"%"))
	}
	if f.Status != "" {
		cs = append(cs, db.Where("status = ?", f.Status))
	}
	if f.Pool != 0 {
		cs = append(cs, db.Where("id in (select target from pool_member where pool = ?)", f.Pool))
	}
	return db.And(cs...)
}

func escapeLike(s string) string {
	return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(s)
}

// Groups returns up to limit groups with ids below before (0: all), the newest
// first, and how many there are in all.
func (r *Reader) Groups(ctx context.Context, f GroupFilter, before group.ID, limit int) ([]Group,
	int64, error) {
	tx := r.DB.Read()
	c := f.cond()
	var n int64
	if err := tx.QueryRow(ctx, "select count(*) from customer_group where "+c.SQL,
		c.Args...).Scan(&n); err != nil {
		return nil, 0, fmt.Errorf("cannot count groups: %w", err)
	}
	if before != 0 {
		c = db.And(c, db.Where("id < ?", before))
	}
	gs, err := db.Select[group.Group](ctx, tx,
		"select "+db.Cols[group.Group]()+" from customer_group where "+c.SQL+
			" order by id desc limit ?", append(c.Args, limit)...)
	if err != nil {
		return nil, 0, fmt.Errorf("cannot list groups: %w", err)
	}
	out, err := r.describeGroups(ctx, tx, gs)
	return out, n, err
}

// Group returns one group, or group.ErrNotFound.
func (r *Reader) Group(ctx context.Context, id group.ID) (Group, error) {
	tx := r.DB.Read()
	g, err := group.ByID(ctx, tx, id)
	if err != nil {
		return Group{}, err
	}
	out, err := r.describeGroups(ctx, tx, []group.Group{g})
	if err != nil {
		return Group{}, err
	}
	return out[0], nil
}

func (r *Reader) describeGroups(ctx context.Context, tx *db.Tx, gs []group.Group) ([]Group, error) {
	ids, owners := make([]int64, len(gs)), make([]string, len(gs))
	for i, g := range gs {
		ids[i], owners[i] = int64(g.ID), g.Owner
	}
	seats, err := r.SeatsOf(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	people, err := staff.List(ctx, tx, db.Where("userid in (?)", db.In(owners)))
	if err != nil {
		return nil, err
	}
	today, err := r.today(ctx, tx)
	if err != nil {
		return nil, err
	}
	used, err := poolsOfTargets(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	codes, err := codesOfTargets(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Group, len(gs))
	for i, g := range gs {
		id := int64(g.ID)
		out[i] = Group{Group: g, Seats: seats[id], Pools: used[id], Codes: codes[id],
			JoinedToday: today.target[Joins][id], LeftToday: today.target[Lefts][id]}
		for k := range people {
			if people[k].UserID == g.Owner {
				out[i].Owner = &people[k]
			}
		}
	}
	return out, nil
}

// today adds up the corp's counts since local midnight.
func (r *Reader) today(ctx context.Context, tx *db.Tx) (*sums, error) {
	midnight := r.Midnight(r.Clock.Now())
	ls, err := lines(ctx, tx, []int64{0}, hourOf(midnight), ceilHour(midnight.AddDate(0, 0, 1)))
	if err != nil {
		return nil, err
	}
	return total(ls, nil)
}

func poolsOfTargets(ctx context.Context, tx *db.Tx, targets []int64) (map[int64][]pool.Pool,
	error) {
	rows, err := tx.Query(ctx, `
		select m.target, p.id, p.name
		from pool_member m
		join pool p on p.id = m.pool
		where m.target in (?)
		order by p.id desc`, db.In(targets))
	if err != nil {
		return nil, fmt.Errorf("cannot read pools of targets: %w", err)
	}
	defer rows.Close()
	out := map[int64][]pool.Pool{}
	for rows.Next() {
		var target int64
		var p pool.Pool
		if err := rows.Scan(&target, &p.ID, &p.Name); err != nil {
			return nil, fmt.Errorf("cannot read pools of targets: %w", err)
		}
		out[target] = append(out[target], p)
	}
	return out, rows.Err()
}

func codesOfTargets(ctx context.Context, tx *db.Tx, targets []int64) (map[int64]int64, error) {
	return counts(ctx, tx, `
		select m.target, count(distinct l.id)
		from pool_member m
		join live_code l on l.pool = m.pool or l.overflow = m.pool
		where m.target in (?)
		and l.state not in ('deleted', 'archived')
		group by m.target`, db.In(targets))
}

// counts reads rows of an id and a number.
func counts(ctx context.Context, tx *db.Tx, q string, args ...any) (map[int64]int64, error) {
	rows, err := tx.Query(ctx, q, args...)
	if err != nil {
		return nil, fmt.Errorf("cannot count: %w", err)
	}
	defer rows.Close()
	out := map[int64]int64{}
	for rows.Next() {
		var id, n int64
		if err := rows.Scan(&id, &n); err != nil {
			return nil, fmt.Errorf("cannot count: %w", err)
		}
		out[id] = n
	}
	return out, rows.Err()
}

// Staff is a staff member with what depends on them.
type Staff struct {
	staff.Staff
	Seats     Seats
	DeptNames []string
	Customers int64
	Codes     int64
}

// StaffFilter chooses staff. Empty fields choose all.
type StaffFilter struct {
	Text   string // part of a name or userid
	Status string // active, inactive, left or paused
	Reach  db.Cond
}

func (r *Reader) staffCond(f StaffFilter) db.Cond {
	cs := []db.Cond{f.Reach}
	if f.Text != "" {
		like := "%" + escapeLike(f.Text) + "%"
		cs = append(cs, db.Where("lower(s.name) like lower(?) escape '!' or lower(s.userid) like lower(?) escape '!'", like, like))
	}
	switch f.Status {
	case "active":
		cs = append(cs, db.Where("s.status = ? and s.removed_at = 0", wecom.StatusActive))
	case "left":
		cs = append(cs, db.Where("s.status = ? or s.removed_at <> 0", wecom.StatusLeft))
	case "inactive":
		cs = append(cs, db.Where("s.status not in (?, ?) and s.removed_at = 0", wecom.StatusActive,
			wecom.StatusLeft))
	case "paused":
		cs = append(cs, db.Where("s.paused_until > ?", db.At(r.Clock.Now())))
	}
	return db.And(cs...)
}

// Staff returns up to limit staff behind (name, id), by name, and how many
// there are in all.
func (r *Reader) Staff(ctx context.Context, f StaffFilter, name string, id staff.ID,
	limit int) ([]Staff, int64, error) {
	tx := r.DB.Read()
	c := r.staffCond(f)
	var n int64
	if err := tx.QueryRow(ctx, "select count(*) from staff s where "+c.SQL,
		c.Args...).Scan(&n); err != nil {
		return nil, 0, fmt.Errorf("cannot count staff: %w", err)
	}
	if id != 0 {
		c = db.And(c, db.Where("(s.name, s.id) > (?, ?)", name, id))
	}
	ss, err := db.Select[staff.Staff](ctx, tx,
		"select "+db.Cols[staff.Staff]()+" from staff s where "+c.SQL+
			" order by s.name, s.id limit ?", append(c.Args, limit)...)
	if err != nil {
		return nil, 0, fmt.Errorf("cannot list staff: %w", err)
	}
	out, err := r.describeStaff(ctx, tx, ss)
	return out, n, err
}

// StaffMember returns one staff member, or staff.ErrNotFound.
func (r *Reader) StaffMember(ctx context.Context, id staff.ID) (Staff, error) {
	tx := r.DB.Read()
	s, err := staff.ByID(ctx, tx, id)
	if err != nil {
		return Staff{}, err
	}
	out, err := r.describeStaff(ctx, tx, []staff.Staff{s})
	if err != nil {
		return Staff{}, err
	}
	return out[0], nil
}

func (r *Reader) describeStaff(ctx context.Context, tx *db.Tx, ss []staff.Staff) ([]Staff, error) {
	ids := make([]int64, len(ss))
	for i, s := range ss {
		ids[i] = int64(s.ID)
	}
	seats, err := r.SeatsOf(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	codes, err := codesOfTargets(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	customers, err := counts(ctx, tx,
		"select staff, count(*) from follow where staff in (?) and active = 1 group by staff", db.In(ids))
	if err != nil {
		return nil, err
	}
	depts, err := staff.Departments(ctx, tx)
	if err != nil {
		return nil, err
	}
	names := map[int64]string{}
	for _, d := range depts {
		names[d.WeComID] = d.Name
	}
	out := make([]Staff, len(ss))
	for i, s := range ss {
		id := int64(s.ID)
		out[i] = Staff{Staff: s, Seats: seats[id], Customers: customers[id], Codes: codes[id]}
		for _, d := range s.Departments.V {
			if names[d] != "" {
				out[i].DeptNames = append(out[i].DeptNames, names[d])
			}
		}
	}
	return out, nil
}
