// Package group mirrors customer groups (客户群) and who is in them.
package group

import (
	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/fault"
	"github.com/tuma-live/tuma/internal/base/ident"
)

type kind struct{}

func (kind) Prefix() string { return "gp" }

// ID is the id of a group.
type ID = ident.ID[kind]

// DefaultCapacity is the stop-line of a new group: WeCom lets 200 in by QR
// code, and a few come by invitation meanwhile.
const DefaultCapacity = 195

// MaxCapacity is what a customer group can hold at all.
const MaxCapacity = 500

// The states of a group.
const (
	Active    = "active"
	Orphaned  = "orphaned" // its owner left and nobody took over yet
	Dismissed = "dismissed"
)

// Group is a customer group.
type Group struct {
	ID            ID      `db:"id"`
	ChatID        string  `db:"chat_id"`
	Name          string  `db:"name"`
	Owner         string  `db:"owner"` // userid
	Status        string  `db:"status"`
	Members       int64   `db:"members"`
	Externals     int64   `db:"externals"`
	MemberVersion string  `db:"member_version"`
	CreatedAt     db.Time `db:"created_at"`
	SyncedAt      db.Time `db:"synced_at"`
	Version       int64   `db:"version"`
}

// ErrNotFound says that there is no such group.
var ErrNotFound = fault.New(fault.NotFound, "group.not_found")

// Participant is someone in a group, or who has been: a contact or a member of
// staff, the other id is 0.
type Participant struct {
	Group    ID      `db:"customer_group"`
	Contact  int64   `db:"contact"`
	Staff    int64   `db:"staff"`
	Scene    int64   `db:"scene"` // 1 invited, 2 by link, 3 by QR code
	State    string  `db:"state"` // of the join way
	JoinedAt db.Time `db:"joined_at"`
	LeftAt   db.Time `db:"left_at"` // zero: still there
}

// Here says whether the participant is in the group.
func (p Participant) Here() bool { return p.LeftAt.IsZero() }
