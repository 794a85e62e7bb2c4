// Package channel keeps the tree of channels (渠道): where people come from.
package channel

import (
	"strings"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/fault"
	"github.com/tuma-live/tuma/internal/base/ident"
)

type kind struct{}

func (kind) Prefix() string { return "ch" }

// ID is the id of a channel.
type ID = ident.ID[kind]

// Kind says what a channel is.
type Kind int64

// The kinds.
const (
	Default  Kind = iota // 默认
	Store                // 门店
	Ad                   // 广告
	Referral             // 裂变
	Owned                // 自有触点
	Offline              // 线下活动
)

// MaxDepth is how deep the tree goes.
const MaxDepth = 3

// Channel is one node of the tree.
type Channel struct {
	ID        ID      `db:"id"`
	Parent    ID      `db:"parent"` // 0 at the top
	Name      string  `db:"name"`
	Abbr      string  `db:"abbr"` // short, for names of codes and links
	Kind      Kind    `db:"kind"`
	Tag       int64   `db:"tag"` // the tag of who comes from here, 0: none yet
	Archived  int64   `db:"archived"`
	Version   int64   `db:"version"`
	CreatedAt db.Time `db:"created_at"`
}

// The faults of channels.
var (
	ErrNotFound  = fault.New(fault.NotFound, "channel.not_found")
	ErrNameTaken = fault.New(fault.Conflict, "channel.name_taken")
	ErrTooDeep   = fault.New(fault.Invalid, "channel.too_deep")
	ErrLoop      = fault.New(fault.Invalid, "channel.loop")
	ErrStale     = fault.New(fault.Stale, "channel.stale")
)

// check says what is wrong with what a person typed.
func (c Channel) check() error {
	bad := fault.ErrInvalid
	if c.Name == "" {
		bad = bad.WithField("name", "field.required")
	}
	if len([]rune(c.Name)) > 30 { // a tag's limit at WeCom: the name becomes one
		bad = bad.WithField("name", "field.too_long")
	}
	if len([]rune(c.Abbr)) > 16 {
		bad = bad.WithField("abbr", "field.too_long")
	}
	if c.Kind < Default || c.Kind > Offline {
		bad = bad.WithField("kind", "field.unknown")
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

// Tree is all channels by id.
type Tree map[ID]Channel

// Path is "小红书 / 618 活动": the names from the top down to id.
func (t Tree) Path(id ID) string {
	var names []string
	for range MaxDepth {
		c, ok := t[id]
		if !ok {
			break
		}
		names = append([]string{c.Name}, names...)
		id = c.Parent
	}
	return strings.Join(names, " / ")
}

// place says whether c may stand where its parent says.
func (t Tree) place(c Channel) error {
	depth := 1
	for at := c.Parent; at != 0; depth++ {
		if at == c.ID {
			return ErrLoop
		}
		parent, ok := t[at]
		if !ok {
			return ErrNotFound
		}
		at = parent.Parent
		if depth > MaxDepth {
			return ErrTooDeep
		}
	}
	if depth+t.height(c.ID) > MaxDepth {
		return ErrTooDeep
	}
	return nil
}

// height is how many levels hang below id.
func (t Tree) height(id ID) int {
	if id == 0 {
		return 0
	}
	most := 0
	for _, c := range t {
		if c.Parent == id {
			most = max(most, 1+t.height(c.ID))
		}
	}
	return most
}
