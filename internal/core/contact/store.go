package contact

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/ident"
	"github.com/tuma-live/tuma/internal/base/seal"
	"github.com/tuma-live/tuma/internal/core/fact"
	"github.com/tuma-live/tuma/internal/core/staff"
)

// Store reads and writes contacts; it holds the keys that open them.
type Store struct {
	Ring *seal.Ring
}

// row is a contact as the database has it.
type row struct {
	ID        ID      `db:"id"`
	XIDHash   []byte  `db:"xid_hash"`
	XID       []byte  `db:"xid"`
	UnionHash []byte  `db:"union_hash"`
	UnionID   []byte  `db:"unionid"`
	Name      []byte  `db:"name"`
	NameHash  []byte  `db:"name_hash"`
	Avatar    string  `db:"avatar"`
	Type      int64   `db:"type"`
	Gender    int64   `db:"gender"`
	Friends   int64   `db:"friends"`
	Code      int64   `db:"code"`
	Channel   int64   `db:"channel"`
	Tier      string  `db:"tier"`
	FirstScan fact.ID `db:"first_scan"`
	AddedAt   db.Time `db:"added_at"`
	LostAt    db.Time `db:"lost_at"`
	SeenAt    db.Time `db:"seen_at"`
	CreatedAt db.Time `db:"created_at"`
}

// XIDIndex is the keyed hash by which an external_userid is found.
func (s Store) XIDIndex(externalID string) []byte {
	return s.Ring.Index("contact.xid", externalID)
}

// NameIndex is the keyed hash by which a whole name is found.
func (s Store) NameIndex(name string) []byte {
	return s.Ring.Index("contact.name", strings.ToLower(CleanName(name)))
}

func place(column string, id ID) string {
	return "contact." + column + "|" + strconv.FormatInt(int64(id), 10)
}

func (s Store) open(r row) (Contact, error) {
	c := Contact{ID: r.ID, Avatar: r.Avatar, Type: r.Type, Gender: r.Gender, Friends: r.Friends,
		Code: r.Code, Channel: r.Channel, Tier: r.Tier, FirstScan: r.FirstScan,
		AddedAt: r.AddedAt.Time, LostAt: r.LostAt.Time, SeenAt: r.SeenAt.Time, CreatedAt: r.CreatedAt.Time}
	for _, f := range []struct {
		column string
		sealed []byte
		into   *string
	}{{"xid", r.XID, &c.ExternalID}, {"unionid", r.UnionID, &c.UnionID}, {"name", r.Name, &c.Name}} {
		if len(f.sealed) == 0 {
			continue
		}
		plain, err := s.Ring.Open(f.sealed, place(f.column, r.ID))
		if err != nil {
			return c, fmt.Errorf("cannot open the %s of contact %s: %w", f.column, r.ID, err)
		}
		*f.into = string(plain)
	}
	return c, nil
}

func (s Store) seal(c Contact) (row, error) {
	r := row{ID: c.ID, Avatar: c.Avatar, Type: c.Type, Gender: c.Gender, Friends: c.Friends,
		Code: c.Code, Channel: c.Channel, Tier: c.Tier, FirstScan: c.FirstScan,
		AddedAt: db.At(c.AddedAt), LostAt: db.At(c.LostAt), SeenAt: db.At(c.SeenAt), CreatedAt: db.At(c.CreatedAt),
		XIDHash: s.XIDIndex(c.ExternalID), NameHash: s.NameIndex(c.Name)}
	if c.UnionID != "" {
		r.UnionHash = s.Ring.Index("contact.unionid", c.UnionID)
	}
	for _, f := range []struct {
		column, plain string
		into          *[]byte
	}{{"xid", c.ExternalID, &r.XID}, {"unionid", c.UnionID, &r.UnionID}, {"name", c.Name, &r.Name}} {
		if f.plain == "" && f.column == "unionid" {
			continue
		}
		sealed, err := s.Ring.Seal([]byte(f.plain), place(f.column, c.ID))
		if err != nil {
			return r, fmt.Errorf("cannot seal the %s of a contact: %w", f.column, err)
		}
		*f.into = sealed
	}
	return r, nil
}

// ByID returns a contact, or ErrNotFound.
func (s Store) ByID(ctx context.Context, tx *db.Tx, id ID) (Contact, error) {
	return s.one(ctx, tx, db.Where("id = ?", id), "")
}

// ByExternalID returns the contact WeCom calls externalID, or ErrNotFound.
func (s Store) ByExternalID(ctx context.Context, tx *db.Tx, externalID string) (Contact, error) {
	return s.one(ctx, tx, db.Where("xid_hash = ?", s.XIDIndex(externalID)), "")
}

func (s Store) one(ctx context.Context, tx *db.Tx, cond db.Cond, lock string) (Contact, error) {
	r, err := db.Get[row](ctx, tx,
		"select "+db.Cols[row]()+" from contact where "+cond.SQL+lock, cond.Args...)
	switch {
	case db.NoRows(err):
		return Contact{}, ErrNotFound
	case err != nil:
		return Contact{}, fmt.Errorf("cannot read a contact: %w", err)
	}
	return s.open(r)
}

// List reads up to limit contacts that cond selects, in the order given.
func (s Store) List(ctx context.Context, tx *db.Tx, cond db.Cond, order string, limit int) ([]Contact, error) {
	rows, err := db.Select[row](ctx, tx, "select "+db.Cols[row]()+" from contact where "+cond.SQL+
		" order by "+order+" limit ?", append(cond.Args, limit)...)
	if err != nil {
		return nil, fmt.Errorf("cannot list contacts: %w", err)
	}
	cs := make([]Contact, 0, len(rows))
	for _, r := range rows {
		c, err := s.open(r)
		if err != nil {
			return nil, err
		}
		cs = append(cs, c)
	}
	return cs, nil
}

// Meet returns the contact WeCom calls externalID, locked until tx ends, and
// makes the row when we meet them for the first time.
func (s Store) Meet(ctx context.Context, tx *db.Tx, externalID string, now time.Time) (Contact, error) {
	fresh := Contact{ID: ident.New[kind](tx.IDs()), Who: Who{ExternalID: externalID}, CreatedAt: now}
	r, err := s.seal(fresh)
	if err != nil {
		return fresh, err
	}
	if err := db.Insert(ctx, tx, "contact", "on conflict (xid_hash) do nothing", r); err != nil {
		return fresh, fmt.Errorf("cannot add a contact: %w", err)
	}
	return s.one(ctx, tx, db.Where("xid_hash = ?", r.XIDHash), tx.ForUpdate())
}

// Known finds the contacts with these keyed hashes (XIDIndex), by hash. Those
// without a name are left out: there is something to learn of them.
func (s Store) Known(ctx context.Context, tx *db.Tx, hashes [][]byte) (map[string]ID, error) {
	rows, err := tx.Query(ctx, "select id, xid_hash from contact where xid_hash in (?) and name_hash <> ?",
		db.In(hashes), s.NameIndex(""))
	if err != nil {
		return nil, fmt.Errorf("cannot look contacts up: %w", err)
	}
	defer rows.Close()
	found := map[string]ID{}
	for rows.Next() {
		var id ID
		var hash []byte
		if err := rows.Scan(&id, &hash); err != nil {
			return nil, fmt.Errorf("cannot read a contact: %w", err)
		}
		found[string(hash)] = id
	}
	return found, rows.Err()
}

// Lock returns a contact that nobody else changes until tx ends.
func (s Store) Lock(ctx context.Context, tx *db.Tx, id ID) (Contact, error) {
	return s.one(ctx, tx, db.Where("id = ?", id), tx.ForUpdate())
}

// Save writes a contact that is locked in tx. SeenAt is set to now, or just
// after what it was: it never stands still.
func (s Store) Save(ctx context.Context, tx *db.Tx, c *Contact, now time.Time) error {
	c.SeenAt = later(c.SeenAt, now)
	r, err := s.seal(*c)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		update contact set union_hash = ?, unionid = ?, name = ?, name_hash = ?, avatar = ?, type = ?,
			gender = ?, friends = ?, code = ?, channel = ?, tier = ?, first_scan = ?, added_at = ?,
			lost_at = ?, seen_at = ?
		where id = ?`,
		r.UnionHash, r.UnionID, r.Name, r.NameHash, r.Avatar, r.Type, r.Gender, r.Friends, r.Code,
		r.Channel, r.Tier, r.FirstScan, r.AddedAt, r.LostAt, r.SeenAt, r.ID)
	if err != nil {
		return fmt.Errorf("cannot save contact %s: %w", c.ID, err)
	}
	return nil
}

func later(last, now time.Time) time.Time {
	if now.After(last) {
		return db.At(now).Time
	}
	return last.Add(time.Microsecond)
}

// Follows reads the friendships of contacts.
func Follows(ctx context.Context, tx *db.Tx, contacts ...ID) ([]Follow, error) {
	fs, err := db.Select[Follow](ctx, tx, "select "+db.Cols[Follow]()+
		" from follow where contact in (?) order by contact, added_at, staff", db.In(contacts))
	if err != nil {
		return nil, fmt.Errorf("cannot read friendships: %w", err)
	}
	return fs, nil
}

// FollowOf reads one friendship; one that never was is empty.
func FollowOf(ctx context.Context, tx *db.Tx, c ID, m staff.ID) (Follow, error) {
	f, err := db.Get[Follow](ctx, tx, "select "+db.Cols[Follow]()+
		" from follow where contact = ? and staff = ?", c, m)
	switch {
	case db.NoRows(err):
		return Follow{Contact: c, Staff: m}, nil
	case err != nil:
		return f, fmt.Errorf("cannot read a friendship: %w", err)
	}
	return f, nil
}

// SaveFollow writes a friendship of a contact that is locked in tx.
func SaveFollow(ctx context.Context, tx *db.Tx, f Follow) error {
	err := db.Insert(ctx, tx, "follow", `on conflict (contact, staff) do update
		set active = excluded.active, state = excluded.state, code = excluded.code,
		channel = excluded.channel, add_way = excluded.add_way, added_at = excluded.added_at,
		lost_at = excluded.lost_at, lost_by = excluded.lost_by`, f)
	if err != nil {
		return fmt.Errorf("cannot save a friendship: %w", err)
	}
	return nil
}

// Recount brings Friends, AddedAt and LostAt of c in line with its friendships.
func Recount(ctx context.Context, tx *db.Tx, c *Contact) error {
	fs, err := Follows(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	c.Friends, c.LostAt = 0, time.Time{}
	for _, f := range fs {
		c.Friends += f.Active
		if f.LostAt.After(c.LostAt) {
			c.LostAt = f.LostAt.Time
		}
		if !f.AddedAt.IsZero() && (c.AddedAt.IsZero() || f.AddedAt.Before(c.AddedAt)) {
			c.AddedAt = f.AddedAt.Time
		}
	}
	if c.Friends > 0 {
		c.LostAt = time.Time{}
	}
	return nil
}
