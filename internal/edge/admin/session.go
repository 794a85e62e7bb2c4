package admin

import (
	"context"

	"github.com/tuma-live/tuma/internal/base/fault"
	"github.com/tuma-live/tuma/internal/base/web"
	"github.com/tuma-live/tuma/internal/core/access"
)

func (a *API) getSetup(ctx context.Context, _ *none) (*body[Setup], error) {
	empty, err := a.Access.Empty(ctx)
	return &body[Setup]{Setup{Needed: empty, Demo: a.Demo, Version: a.Version}}, err
}

func (a *API) setUp(ctx context.Context, in *setupIn) (*loggedIn, error) {
	n := access.NewAccount{Login: in.Body.Login, Name: in.Body.Name, Password: in.Body.Password,
		Locale: in.Body.Locale}
	token, who, err := a.Access.Found(ctx, in.Body.Token, n, client(ctx))
	if err != nil {
		return nil, err
	}
	return a.welcomeIn(ctx, token, who)
}

func (a *API) login(ctx context.Context, in *loginIn) (*loggedIn, error) {
	token, who, err := a.Access.Login(ctx, in.Body.Login, in.Body.Password, client(ctx))
	if err != nil {
		return nil, err
	}
	return a.welcomeIn(ctx, token, who)
}

func client(ctx context.Context) access.Client {
	return access.Client{Address: web.Of(ctx).Address.String(),
		Agent: exchangeOf(ctx).r.UserAgent()}
}

func (a *API) welcomeIn(ctx context.Context, token string, who access.Identity) (*loggedIn, error) {
	me, err := a.me(ctx, who)
	return &loggedIn{a.cookie(token, int(access.Absolute.Seconds())), me}, err
}

func (a *API) me(ctx context.Context, who access.Identity) (Me, error) {
	corp, err := a.Corp.Get(ctx)
	if err != nil {
		return Me{}, err
	}
	m := Me{
		ID: who.Account.String(), Login: who.Login, Name: who.Name, Role: string(who.Role),
		Scope:  string(who.Scope),
		Locale: who.Locale, CorpName: corp.CorpName, Demo: a.Demo,
		SandboxPhoneURL: a.SandboxPhoneURL,
		Permissions: each(who.Role.Permissions(),
			func(p access.Permission) string { return string(p) }),
	}
	if who.Key != 0 {
		m.ID = who.Key.String()
	}
	return m, nil
}

func (a *API) getMe(ctx context.Context, _ *none) (*body[Me], error) {
	me, err := a.me(ctx, access.Who(ctx))
	return &body[Me]{me}, err
}

func (a *API) logout(ctx context.Context, _ *none) (*loggedOut, error) {
	who := access.Who(ctx)
	if who.Session != "" {
		if err := a.Access.Logout(ctx, who.Account, who.Session); err != nil {
			return nil, err
		}
	}
	return &loggedOut{a.cookie("", -1)}, nil
}

// errKeyOnly is answered where only a person can do something.
var errKeyOnly = fault.New(fault.Forbidden, "access.person_only")

func (a *API) patchMe(ctx context.Context, in *patchMeIn) (*body[Me], error) {
	who := access.Who(ctx)
	if who.Account == 0 {
		return nil, errKeyOnly
	}
	if p := in.Body.Password; p != nil {
		if err := a.Access.ChangePassword(ctx, who.Account, p.Old, p.New); err != nil {
			return nil, err
		}
	}
	if in.Body.Name != nil || in.Body.Locale != nil {
		acc, err := a.Access.Update(ctx, who.Account, 0,
			access.Change{Name: in.Body.Name, Locale: in.Body.Locale})
		if err != nil {
			return nil, err
		}
		who.Name, who.Locale = acc.Name, acc.Locale
	}
	me, err := a.me(ctx, who)
	return &body[Me]{me}, err
}

func (a *API) listSessions(ctx context.Context, _ *none) (*body[Page[Session]], error) {
	who := access.Who(ctx)
	rows, err := a.Access.Sessions(ctx, who.Account)
	if err != nil {
		return nil, err
	}
	return &body[Page[Session]]{whole(rows, func(s access.Session) Session {
		return Session{
			ID: s.ID(), Account: Ref{who.Account.String(), who.Name}, CreatedAt: s.CreatedAt.Time,
			SeenAt:    s.SeenAt.Time,
			ExpiresAt: s.ExpiresAt.Time, Address: s.Address, Agent: s.Agent,
			Current: s.ID() == who.Session,
		}
	})}, nil
}

func (a *API) endSession(ctx context.Context, in *ByID) (*none, error) {
	return &none{}, a.Access.Logout(ctx, access.Who(ctx).Account, in.ID)
}
