// Package pool keeps pools (资源池): the ordered groups or staff members that
// live codes send people to, and how visits are shared out among them.
package pool

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/fault"
	"github.com/tuma-live/tuma/internal/base/ident"
)

type kind struct{}

func (kind) Prefix() string { return "pl" }

// ID is the id of a pool.
type ID = ident.ID[kind]

// The kinds of pool: what its members are.
const (
	Groups = "group"
	Staff  = "staff"
	Mixed  = "mixed"
)

// Pool is a list of targets.
type Pool struct {
	ID         ID      `db:"id"`
	Name       string  `db:"name"`
	Kind       string  `db:"kind"`
	Strategy   string  `db:"strategy"`    // see core/route
	AutoCreate int64   `db:"auto_create"` // 1: WeCom opens the next group when all are full
	BaseName   string  `db:"base_name"`   // of the groups it opens: 品牌福利群
	NextNumber int64   `db:"next_number"` // of the next one: 7 for 品牌福利群7
	Channel    int64   `db:"channel"`
	Version    int64   `db:"version"`
	CreatedAt  db.Time `db:"created_at"`
}

// Member is a target's place in a pool.
type Member struct {
	Pool    ID    `db:"pool"`
	Target  int64 `db:"target"` // id of a group or staff member
	Seq     int64 `db:"seq"`
	Weight  int64 `db:"weight"`
	Backup  int64 `db:"backup"` // 1: stands by until the others are full
	Enabled int64 `db:"enabled"`
}

// MaxMembers bounds a pool.
const MaxMembers = 500

// The faults of pools.
var (
	ErrNotFound = fault.New(fault.NotFound, "pool.not_found")
	ErrStale    = fault.New(fault.Stale, "pool.stale")
)

var strategies = map[string]bool{
	"round_robin": true, "weighted": true, "in_order": true, "least_loaded": true,
}

// check says what is wrong with what a person typed.
func (p Pool) check(members []Member) error {
	bad := fault.ErrInvalid
	if p.Name == "" {
		bad = bad.WithField("name", "field.required")
	}
	if len([]rune(p.Name)) > 60 {
		bad = bad.WithField("name", "field.too_long")
	}
	if p.Kind != Groups && p.Kind != Staff && p.Kind != Mixed {
		bad = bad.WithField("kind", "field.unknown")
	}
	if !strategies[p.Strategy] {
		bad = bad.WithField("strategy", "field.unknown")
	}
	if p.AutoCreate != 0 && p.BaseName == "" {
		bad = bad.WithField("base_name", "field.required")
	}
	if len([]rune(p.BaseName)) > 40 {
		bad = bad.WithField("base_name", "field.too_long")
	}
	if len(members) > MaxMembers {
		bad = bad.WithField("members", "field.too_many")
	}
	seen := map[int64]bool{}
	for i, m := range members {
		at := fmt.Sprintf("members.%d.", i)
		if m.Target == 0 || seen[m.Target] {
			bad = bad.WithField(at+"target", "field.duplicate")
		}
		if m.Weight < 0 || m.Weight > 1000 {
			bad = bad.WithField(at+"weight", "field.out_of_range")
		}
		seen[m.Target] = true
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

// Numbered returns the running number in name when it is one of the pool's
// groups: its base name and a number, nothing else.
func (p Pool) Numbered(name string) (int64, bool) {
	rest, ok := strings.CutPrefix(strings.TrimSpace(name), p.BaseName)
	if !ok || p.BaseName == "" || len(rest) > 9 {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.TrimSpace(rest), 10, 64)
	return n, err == nil && n > 0
}
