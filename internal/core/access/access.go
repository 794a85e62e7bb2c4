// Package access knows who may use the admin API: accounts with passwords,
// their sessions, API keys, what each role may do, and on which rows.
package access

import (
	"context"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/fault"
	"github.com/tuma-live/tuma/internal/base/ident"
	"github.com/tuma-live/tuma/internal/core/audit"
)

type accountKind struct{}

func (accountKind) Prefix() string { return "us" }

type keyKind struct{}

func (keyKind) Prefix() string { return "ak" }

// AccountID names an account.
type AccountID = ident.ID[accountKind]

// KeyID names an API key.
type KeyID = ident.ID[keyKind]

// The faults.
var (
	ErrNoLogin     = fault.New(fault.Unauthorized, "access.login_required")
	ErrCredentials = fault.New(fault.Unauthorized, "access.credentials")
	ErrForbidden   = fault.New(fault.Forbidden, "access.forbidden")
	ErrThrottled   = fault.New(fault.Exhausted, "access.throttled")
	ErrNotFound    = fault.New(fault.NotFound, "access.not_found")
	ErrStale       = fault.New(fault.Stale, "access.stale")
	ErrLoginTaken  = fault.New(fault.Conflict, "access.login_taken")
	ErrLastAdmin   = fault.New(fault.Conflict, "access.last_admin")
	ErrYourself    = fault.New(fault.Conflict, "access.yourself")
	ErrSetupToken  = fault.New(fault.Forbidden, "access.setup_token")
	ErrSetupDone   = fault.New(fault.Conflict, "access.setup_done")
)

// Service changes accounts, sessions and keys.
type Service struct {
	DB    *db.DB
	Clock clock.Clock

	hasher hasher
}

// New returns the service on d.
func New(d *db.DB, c clock.Clock) *Service {
	return &Service{DB: d, Clock: c, hasher: newHasher()}
}

// Identity is who sends a request. The zero Identity is nobody.
type Identity struct {
	Account    AccountID // 0 for a key
	Key        KeyID     // 0 for an account
	Login      string
	Name       string
	Role       Role
	Scope      Scope
	Department int64
	Staff      int64
	Locale     string
	Session    string // id of the session, empty for a key
}

// Known says that somebody is logged in.
func (i Identity) Known() bool { return i.Account != 0 || i.Key != 0 }

// May says whether i holds p.
func (i Identity) May(p Permission) bool {
	switch p {
	case Anyone:
		return true
	case SignedIn:
		return i.Known()
	}
	return i.Known() && i.Role.Grants(p)
}

// Actor is i as the audit log names it.
func (i Identity) Actor(address string) audit.Actor {
	switch {
	case i.Account != 0:
		return audit.Actor{Kind: "account", ID: i.Account.String(), Name: i.Name, Address: address}
	case i.Key != 0:
		return audit.Actor{Kind: "key", ID: i.Key.String(), Name: i.Name, Address: address}
	}
	return audit.System
}

type identityKey struct{}

// With returns a context whose identity is i.
func With(ctx context.Context, i Identity) context.Context {
	return context.WithValue(ctx, identityKey{}, i)
}

// Who returns the identity of ctx, or nobody.
func Who(ctx context.Context) Identity {
	i, _ := ctx.Value(identityKey{}).(Identity)
	return i
}

func (s *Service) now() time.Time { return s.Clock.Now() }
