package admin

import (
	"github.com/tuma-live/tuma/internal/base/fault"
	"github.com/tuma-live/tuma/internal/base/ident"
	"github.com/tuma-live/tuma/internal/base/web"
	"github.com/tuma-live/tuma/internal/core/group"
	"github.com/tuma-live/tuma/internal/core/staff"
)

// of reads the id of the object an operation is about. Text that is no id is
// answered like an object that is not there.
func of[K ident.Kind](s string) (ident.ID[K], error) {
	id, err := ident.Parse[K](s)
	if err != nil || id == 0 {
		return 0, web.ErrNoSuchPath
	}
	return id, nil
}

// read reads ids into the places they belong, and says which are none.
type reader struct{ bad *fault.Fault }

// id reads the id a field refers to; empty text is none.
func id[K ident.Kind](r *reader, path, s string) ident.ID[K] {
	v, err := ident.Parse[K](s)
	if err != nil {
		if r.bad == nil {
			r.bad = fault.ErrInvalid
		}
		r.bad = r.bad.WithField(path, "field.not_found")
	}
	return v
}

// target reads the id of a group or a staff member.
func (r *reader) target(path, s string) int64 {
	var g group.ID
	if g.UnmarshalText([]byte(s)) == nil && g != 0 {
		return int64(g)
	}
	var m staff.ID
	if m.UnmarshalText([]byte(s)) == nil && m != 0 {
		return int64(m)
	}
	id[never](r, path, "?")
	return 0
}

type never struct{}

func (never) Prefix() string { return "" }

// err returns the form fault, if any field was wrong.
func (r *reader) err() error {
	if r.bad == nil {
		return nil
	}
	return r.bad
}

// targetID writes the id of a target by its kind.
func targetID(kind string, n int64) string {
	switch {
	case n == 0:
		return ""
	case kind == "staff":
		return staff.ID(n).String()
	case kind == "auto":
		return ident.ID[poolKind](n).String()
	}
	return group.ID(n).String()
}

// The kinds of ids this package writes from plain numbers.
type (
	poolKind    struct{}
	codeKind    struct{}
	channelKind struct{}
	contactKind struct{}
	staffKind   struct{}
	tagKind     struct{}
	welcomeKind struct{}
	accountKind struct{}
	keyKind     struct{}
	groupKind   struct{}
	scanKind    struct{}
	jobKind     struct{}
)

// Prefix implements ident.Kind, and so on.
func (poolKind) Prefix() string    { return "pl" }
func (codeKind) Prefix() string    { return "lc" }
func (channelKind) Prefix() string { return "ch" }
func (contactKind) Prefix() string { return "ct" }
func (staffKind) Prefix() string   { return "st" }
func (tagKind) Prefix() string     { return "tg" }
func (welcomeKind) Prefix() string { return "wm" }
func (accountKind) Prefix() string { return "us" }
func (keyKind) Prefix() string     { return "ak" }
func (groupKind) Prefix() string   { return "gp" }
func (scanKind) Prefix() string    { return "sc" }
func (jobKind) Prefix() string     { return "jb" }

// text writes the id n as a K.
func text[K ident.Kind](n int64) string { return ident.ID[K](n).String() }
