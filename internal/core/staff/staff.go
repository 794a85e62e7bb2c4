// Package staff mirrors the members of the corp who serve customers, and keeps
// what only we know of them: the daily cap and pauses.
package staff

import (
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/fault"
	"github.com/tuma-live/tuma/internal/base/ident"
	"github.com/tuma-live/tuma/internal/core/mirror"
	"github.com/tuma-live/tuma/internal/wecom"
)

type kind struct{}

func (kind) Prefix() string { return "st" }

// ID is the id of a staff member.
type ID = ident.ID[kind]

// DefaultCap is how many customers a day a member takes unless told otherwise.
const DefaultCap = 100

// Staff is one member.
type Staff struct {
	ID          ID               `db:"id"`
	UserID      string           `db:"userid"`
	Name        string           `db:"name"`
	Departments db.JSON[[]int64] `db:"departments"`
	Status      int64            `db:"status"`  // WeCom's: 1 active, 2 disabled, 4 not activated, 5 left
	Follows     int64            `db:"follows"` // 1: may have customers (客户联系)
	DailyCap    int64            `db:"daily_cap"`
	PausedUntil db.Time          `db:"paused_until"`
	SyncedAt    db.Time          `db:"synced_at"`
	RemovedAt   db.Time          `db:"removed_at"`
	Version     int64            `db:"version"`
}

// Department is one node of the directory.
type Department struct {
	WeComID  int64   `db:"wecom_id"`
	Parent   int64   `db:"parent"`
	Name     string  `db:"name"`
	SyncedAt db.Time `db:"synced_at"`
}

// The faults of staff.
var (
	ErrNotFound = fault.New(fault.NotFound, "staff.not_found")
	ErrStale    = fault.New(fault.Stale, "staff.stale")
	// ErrCannotServe names a member who may not have customers now, and why:
	// the argument problem is one of Problems.
	ErrCannotServe = fault.New(fault.Conflict, "staff.cannot_serve")
)

// The problems of a member. They are keys of the texts.
const (
	NotActivated = "not_activated"
	Disabled     = "disabled"
	Left         = "left"
	NoPermit     = "no_permit" // no customer contact permission (客户联系)
)

// Problems says why the member cannot serve customers; none when they can. A
// pause is no problem: it is wanted.
func (s Staff) Problems() []string {
	var out []string
	switch {
	case s.Status == wecom.StatusLeft || !s.RemovedAt.IsZero():
		return []string{Left}
	case s.Status == wecom.StatusDisabled:
		out = append(out, Disabled)
	case s.Status != wecom.StatusActive:
		out = append(out, NotActivated)
	}
	if s.Follows == 0 {
		out = append(out, NoPermit)
	}
	return out
}

// Paused says whether the member takes nobody at now.
func (s Staff) Paused(now time.Time) bool { return s.PausedUntil.After(now) }

// Service keeps the mirror.
type Service struct {
	DB      *db.DB
	Clock   clock.Clock
	Connect mirror.Connect
}
