package livecode

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/core/channel"
	"github.com/tuma-live/tuma/internal/core/seat"
)

// Filter chooses codes. Empty fields choose all but those in the bin.
type Filter struct {
	Text    string // part of a name or note, or a slug
	Kind    string
	State   State
	Health  Health
	Channel channel.ID // and those below it
	Owner   int64
	Reach   db.Cond // the reader's rows, on alias l
	Now     time.Time
}

// Order is how a list is sorted.
type Order string

// The orders: newest, changed last, scanned most in seven days, by name.
const (
	ByCreated Order = "created"
	ByUpdated Order = "updated"
	ByScans   Order = "scans"
	ByName    Order = "name"
)

// After is the last line of the page before. The zero After is the start.
type After struct {
	ID     ID
	Number int64  // what the list is sorted by …
	Text   string // … when it is a text
}

// Line is a code in a list, with what the list is sorted by.
type Line struct {
	LiveCode
	Key After
}

// carriers counts QRs in a condition.
const (
	anyQR   = "exists (select 1 from carrier q where q.code = l.id)"
	readyQR = "exists (select 1 from carrier q where q.code = l.id and q.state = 'ready')"
	hopeQR  = "exists (select 1 from carrier q where q.code = l.id and q.state <> 'failed')"
)

// roomy are the pools with a free seat. The two lists do not depend on the
// code, so they are made once for a whole list.
const roomy = `(select m.pool from pool_member m join seat s on s.target = m.target
	where m.enabled = 1
	and s.capacity > s.unproven + s.proven + case when s.kind = 'staff' and s.day <> ? then 0 else s.joined end)`

const freeSeat = "(l.pool in " + roomy + " or l.overflow in " + roomy + ")"

func (f Filter) cond() db.Cond {
	cs := []db.Cond{f.Reach}
	add := func(sql string, args ...any) { cs = append(cs, db.Where(sql, args...)) }
	if f.Text != "" {
		like := "%" + escapeLike(f.Text) + "%"
		add("lower(l.name) like lower(?) escape '!' or lower(l.note) like lower(?) escape '!' or l.slug = ?",
			like, like, f.Text)
	}
	if f.Kind != "" {
		add("l.kind = ?", f.Kind)
	}
	if f.Owner != 0 {
		add("l.owner = ?", f.Owner)
	}
	if f.Channel != 0 {
		add(`l.channel in (select id from channel where id = ?
			or parent = ? or parent in (select id from channel where parent = ?))`, f.Channel, f.Channel, f.Channel)
	}
	cs = append(cs, f.stateCond(), f.healthCond())
	return db.And(cs...)
}

// escapeLike makes the wildcards of a person's text ordinary characters.
func escapeLike(s string) string {
	return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(s)
}

func (f Filter) serving(more string, args ...any) db.Cond {
	return db.Where("l.state = 'active' and (l.ends_at = 0 or l.ends_at > ?) and "+more,
		append([]any{db.At(f.Now)}, args...)...)
}

func (f Filter) stateCond() db.Cond {
	switch f.State {
	case "":
		return db.Where("l.state <> 'deleted'")
	case Expired:
		return db.Where("l.state = 'active' and l.ends_at <> 0 and l.ends_at <= ?", db.At(f.Now))
	case Active:
		return f.serving("(not " + anyQR + " or " + readyQR + ")")
	case Failed:
		return f.serving("(" + anyQR + " and not " + hopeQR + ")")
	case Provisioning:
		return f.serving("(" + hopeQR + " and not " + readyQR + ")")
	}
	return db.Where("l.state = ?", string(f.State))
}

// Health says how well a code serves.
type Health string

// The healths.
const (
	OK       Health = "ok"
	Expiring Health = "expiring" // ends within ExpiresSoon
	Degraded Health = "degraded" // no seat is free
	Broken   Health = "failed"   // WeCom has refused every QR
)

// ExpiresSoon is how long before its end a code is said to expire.
const ExpiresSoon = 7 * 24 * time.Hour

func (f Filter) healthCond() db.Cond {
	soon, day := db.At(f.Now.Add(ExpiresSoon)), seat.Day(f.Now)
	broken := "(" + anyQR + " and not " + hopeQR + ")"
	switch f.Health {
	case Broken:
		return f.serving(broken)
	case Degraded:
		return f.serving("not "+broken+" and not "+freeSeat, day, day)
	case Expiring:
		return f.serving("l.ends_at <> 0 and l.ends_at <= ? and not "+broken+" and "+freeSeat, soon,
			day, day)
	case OK:
		return f.serving("(l.ends_at = 0 or l.ends_at > ?) and not "+broken+" and "+freeSeat, soon,
			day, day)
	}
	return db.And()
}

// HealthOf is the health of a code that stands where st says.
func (c *LiveCode) HealthOf(st State, now time.Time, free int64) Health {
	switch {
	case st == Failed:
		return Broken
	case st != Active && st != Provisioning:
		return OK
	case free <= 0:
		return Degraded
	case !c.EndsAt.IsZero() && !c.EndsAt.After(now.Add(ExpiresSoon)):
		return Expiring
	}
	return OK
}

// List returns up to limit codes that f chooses, behind after.
func List(ctx context.Context, tx *db.Tx, f Filter, o Order, after After, limit int) ([]Line,
	error) {
	key, down := sortKey(o, f.Now)
	c := f.cond()
	if after.ID != 0 {
		var v any = after.Number
		if o == ByName {
			v = after.Text
		}
		than := ">"
		if down {
			than = "<"
		}
		behind := db.Cond{SQL: "(" + key.SQL + ", l.id) " + than + " (?, ?)",
			Args: append(append([]any{}, key.Args...), v, after.ID)}
		if o == ByCreated || o == "" { // one column, so that the primary key is walked
			behind = db.Where("l.id < ?", after.ID)
		}
		c = db.And(c, behind)
	}
	way := ""
	if down {
		way = " desc"
	}
	q := "select l.id, " + key.SQL + " as sort_key from live_code l where " + c.SQL +
		" order by " + order(o, way) + " limit ?"
	keys, err := keys(ctx, tx, o, q, append(append(append([]any{}, key.Args...), c.Args...), limit))
	if err != nil {
		return nil, fmt.Errorf("cannot list live codes: %w", err)
	}
	return fill(ctx, tx, keys)
}

func order(o Order, way string) string {
	if o == ByCreated || o == "" {
		return "l.id" + way
	}
	return "sort_key" + way + ", l.id" + way
}

func keys(ctx context.Context, tx *db.Tx, o Order, q string, args []any) ([]After, error) {
	rows, err := tx.Query(ctx, q, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []After
	for rows.Next() {
		var a After
		var key any = &a.Number
		if o == ByName {
			key = &a.Text
		}
		if err := rows.Scan(&a.ID, key); err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, rows.Err()
}

// fill reads the codes of keys and keeps their order.
func fill(ctx context.Context, tx *db.Tx, keys []After) ([]Line, error) {
	ids := make([]ID, len(keys))
	for i, k := range keys {
		ids[i] = k.ID
	}
	codes, err := ByIDs(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Line, 0, len(keys))
	for _, k := range keys {
		if c, ok := codes[k.ID]; ok {
			out = append(out, Line{c, k})
		}
	}
	return out, nil
}

// ByIDs reads codes, whatever their state.
func ByIDs(ctx context.Context, tx *db.Tx, ids []ID) (map[ID]LiveCode, error) {
	rows, err := db.Select[LiveCode](ctx, tx, "select "+db.Cols[LiveCode]()+" from live_code where id in (?)", db.In(ids))
	if err != nil {
		return nil, fmt.Errorf("cannot read live codes: %w", err)
	}
	out := make(map[ID]LiveCode, len(rows))
	for _, c := range rows {
		out[c.ID] = c
	}
	return out, nil
}

func sortKey(o Order, now time.Time) (key db.Cond, down bool) {
	switch o {
	case ByName:
		return db.Where("l.name"), false
	case ByUpdated:
		return db.Where("l.updated_at"), true
	case ByScans:
		from := now.Add(-7*24*time.Hour).Unix() / 3600
		return db.Where(`coalesce((select sum(r.n) from rollup_hour r
			where r.code = l.id and r.metric = 'scan' and r.hour >= ?), 0)`, from), true
	}
	return db.Where("l.id"), true // ids sort by the time they were made
}

// Count returns how many codes f chooses.
func Count(ctx context.Context, tx *db.Tx, f Filter) (n int64, err error) {
	c := f.cond()
	if err := tx.QueryRow(ctx, "select count(*) from live_code l where "+c.SQL,
		c.Args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("cannot count live codes: %w", err)
	}
	return n, nil
}
