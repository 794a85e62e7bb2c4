package admin

import (
	"context"
	"time"

	"github.com/tuma-live/tuma/internal/core/access"
	"github.com/tuma-live/tuma/internal/core/audit"
	"github.com/tuma-live/tuma/internal/core/insight"
)

func (a *API) listAccounts(ctx context.Context, _ *none) (*body[Page[Account]], error) {
	rows, err := a.Access.List(ctx)
	if err != nil {
		return nil, err
	}
	return &body[Page[Account]]{whole(rows, viewAccount)}, nil
}

func viewAccount(c access.Account) Account {
	return Account{
		ID: c.ID.String(), Login: c.Login, Name: c.Name, Role: string(c.Role),
		Scope:      string(c.Scope),
		Department: c.Department, Staff: text[staffKind](c.Staff), Locale: c.Locale,
		Disabled: c.Disabled != 0,
		Version:  c.Version, CreatedAt: c.CreatedAt.Time, LastLoginAt: maybe(c.LastLogin.Time),
	}
}

func (a *API) createAccount(ctx context.Context, in *createAccountIn) (*created[Account], error) {
	var r reader
	b := in.Body
	n := access.NewAccount{
		Login: b.Login, Name: b.Name, Password: b.Password, Role: access.Role(b.Role),
		Scope:      access.Scope(b.Scope),
		Department: b.Department, Staff: int64(id[staffKind](&r, "staff", b.Staff)),
	}
	if err := r.err(); err != nil {
		return nil, err
	}
	c, err := a.Access.Create(ctx, n)
	return &created[Account]{etag(c.Version), viewAccount(c)}, err
}

func (a *API) patchAccount(ctx context.Context, in *patchAccountIn) (*versioned[Account], error) {
	n, err := of[accountKind](in.ID)
	if err != nil {
		return nil, err
	}
	version, err := in.version()
	if err != nil {
		return nil, err
	}
	var r reader
	b := in.Body
	ch := access.Change{Name: b.Name, Password: b.Password, Role: (*access.Role)(b.Role),
		Scope:      (*access.Scope)(b.Scope),
		Department: b.Department, Disabled: b.Disabled}
	if b.Staff != nil {
		v := int64(id[staffKind](&r, "staff", *b.Staff))
		ch.Staff = &v
	}
	if err := r.err(); err != nil {
		return nil, err
	}
	c, err := a.Access.Update(ctx, access.AccountID(n), version, ch)
	return &versioned[Account]{etag(c.Version), viewAccount(c)}, err
}

func (a *API) listRoles(context.Context, *none) (*body[[]Role], error) {
	return &body[[]Role]{each(access.Roles(), func(r access.Role) Role {
		return Role{string(r), each(r.Permissions(),
			func(p access.Permission) string { return string(p) })}
	})}, nil
}

func (a *API) listKeys(ctx context.Context, _ *none) (*body[Page[APIKey]], error) {
	rows, err := a.Access.Keys(ctx)
	if err != nil {
		return nil, err
	}
	var by []int64
	for _, k := range rows {
		by = append(by, k.CreatedBy)
	}
	names, err := insight.Names(ctx, a.DB.Read(), "account", by)
	if err != nil {
		return nil, err
	}
	return &body[Page[APIKey]]{whole(rows, func(k access.Key) APIKey { return viewKey(k, names[k.CreatedBy]) })}, nil
}

func viewKey(k access.Key, by string) APIKey {
	return APIKey{
		ID: k.ID.String(), Name: k.Name, Hint: access.KeyPrefix + "…" + k.Hint,
		Role: string(k.Role), CreatedBy: by,
		CreatedAt: k.CreatedAt.Time, ExpiresAt: maybe(k.ExpiresAt.Time),
		LastUsedAt: maybe(k.LastUsed.Time),
		RevokedAt:  maybe(k.RevokedAt.Time),
	}
}

func (a *API) createKey(ctx context.Context, in *createKeyIn) (*created[NewAPIKey], error) {
	var until time.Time
	if in.Body.ExpiresAt != nil {
		until = *in.Body.ExpiresAt
	}
	k, key, err := a.Access.CreateKey(ctx, in.Body.Name, access.Role(in.Body.Role), until)
	return &created[NewAPIKey]{Body: NewAPIKey{viewKey(k, access.Who(ctx).Name), key}}, err
}

func (a *API) revokeKey(ctx context.Context, in *ByID) (*none, error) {
	n, err := of[keyKind](in.ID)
	if err != nil {
		return nil, err
	}
	return &none{}, a.Access.RevokeKey(ctx, access.KeyID(n))
}

func (a *API) listAudit(ctx context.Context, in *auditIn) (*body[Page[AuditRow]], error) {
	at, err := a.cursors.read(in.Cursor, "audit")
	if err != nil {
		return nil, err
	}
	f := audit.Filter{Object: in.Object, ObjectID: in.ObjectID, Actor: in.Actor, Text: in.Q,
		From: in.From, To: in.To}
	tx := a.DB.Read()
	rows, err := audit.List(ctx, tx, f, at.ID, in.Limit+1)
	if err != nil {
		return nil, err
	}
	n, err := audit.Count(ctx, tx, f)
	if err != nil {
		return nil, err
	}
	p := page(a, rows, in.Limit, n, func(r audit.Row) cursor { return cursor{List: "audit", ID: r.Seq} }, viewAudit)
	return &body[Page[AuditRow]]{p}, nil
}

func viewAudit(r audit.Row) AuditRow {
	return AuditRow{
		Seq: r.Seq, At: r.At.Time, ActorKind: r.ActorKind, Actor: r.Actor, ActorName: r.ActorName,
		Action: r.Action,
		Object: r.Object, ObjectID: r.ObjectID, Diff: viewDiff(r.Detail.V.Diff),
		Note: r.Detail.V.Note, Address: r.Address,
	}
}

func (a *API) verifyAudit(ctx context.Context, _ *none) (*body[Verification], error) {
	rep, err := audit.Verify(ctx, a.DB)
	if err != nil {
		return nil, err
	}
	v := Verification{Rows: rep.Rows, OK: rep.OK()}
	if !v.OK {
		v.BrokenAt = &rep.BrokenAt
	}
	return &body[Verification]{v}, nil
}
