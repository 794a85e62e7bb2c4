// Package contact keeps customers (客户): who they are, sealed, and which staff
// members have them as a friend.
package contact

import (
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/fault"
	"github.com/tuma-live/tuma/internal/base/ident"
	"github.com/tuma-live/tuma/internal/core/fact"
	"github.com/tuma-live/tuma/internal/core/staff"
)

type kind struct{}

func (kind) Prefix() string { return "ct" }

// ID is the id of a contact.
type ID = ident.ID[kind]

// ErrNotFound says that there is no such contact.
var ErrNotFound = fault.New(fault.NotFound, "contact.not_found")

// Who is what identifies a person. It is sealed in the database.
type Who struct {
	ExternalID string // external_userid
	UnionID    string // empty unless the corp has bound a developer account
	Name       string // cleaned; empty until WeCom told it
}

// Contact is a customer.
type Contact struct {
	ID ID
	Who
	Avatar    string
	Type      int64 // 1 WeChat, 2 WeCom
	Gender    int64
	Friends   int64 // staff members who have the customer now
	Code      int64 // the first source: live code, never overwritten
	Channel   int64
	Tier      string // how sure the first source is
	FirstScan fact.ID
	AddedAt   time.Time // first friendship
	LostAt    time.Time // the last friend went; zero while there is one
	SeenAt    time.Time // when WeCom was last asked; it only grows
	CreatedAt time.Time
}

// Source is where a person came from.
type Source struct {
	Code    int64
	Channel int64
	Tier    string
	Scan    fact.ID
}

// Known says whether there is anything to lock.
func (s Source) Known() bool { return s.Code != 0 || s.Channel != 0 }

// The tiers of a source (product design, section 10), surest first.
const (
	TierScan     = "scan"
	TierCode     = "code"
	TierInferred = "inferred"
	TierDeclared = "declared"
	TierUnknown  = "unknown"
)

// Lock sets the first source, once: a later one never replaces it.
func (c *Contact) Lock(s Source) {
	if c.Code == 0 && c.Channel == 0 && s.Known() {
		c.Code, c.Channel, c.Tier, c.FirstScan = s.Code, s.Channel, s.Tier, s.Scan
	}
}

// Follow is one staff member's friendship with a contact.
type Follow struct {
	Contact ID       `db:"contact"`
	Staff   staff.ID `db:"staff"`
	Active  int64    `db:"active"`
	State   string   `db:"state"` // of the contact way or link
	Code    int64    `db:"code"`
	Channel int64    `db:"channel"`
	AddWay  int64    `db:"add_way"`
	AddedAt db.Time  `db:"added_at"` // the last time it began
	LostAt  db.Time  `db:"lost_at"`  // the last time it ended
	LostBy  string   `db:"lost_by"`  // customer or staff
}

// Who ended a friendship.
const (
	ByCustomer = "customer"
	ByStaff    = "staff"
)

// Begin notes a beginning at t; beginnings and ends may be told in any order.
func (f *Follow) Begin(t time.Time) {
	if t.After(f.AddedAt.Time) {
		f.AddedAt = db.At(t)
	}
}

// End notes an end at t.
func (f *Follow) End(t time.Time, by string) {
	if t.After(f.LostAt.Time) {
		f.LostAt, f.LostBy = db.At(t), by
	}
}

// Settle decides whether the friendship stands. listed says whether WeCom
// shows it, which a customer who deleted the staff member does not change: the
// staff member still has them. Seconds are all that events tell, so a beginning
// and an end may be of the same one; then WeCom's list decides.
func (f *Follow) Settle(listed bool) {
	stands := f.AddedAt.After(f.LostAt.Time) ||
		listed && f.AddedAt.Equal(f.LostAt.Time) && f.LostBy == ByStaff
	f.Active = 0
	if stands {
		f.Active = 1
	}
}
