package admin

import (
	"context"
	"fmt"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/core/access"
	"github.com/tuma-live/tuma/internal/core/channel"
	"github.com/tuma-live/tuma/internal/core/livecode"
	"github.com/tuma-live/tuma/internal/core/pool"
	"github.com/tuma-live/tuma/internal/core/tag"
)

func (a *API) listLiveCodes(ctx context.Context, in *listCodesIn) (*body[Page[LiveCode]], error) {
	reach, err := a.reach(ctx)
	if err != nil {
		return nil, err
	}
	var r reader
	f := livecode.Filter{
		Text: in.Q, Kind: in.Kind, State: livecode.State(in.State),
		Health:  livecode.Health(in.Health),
		Channel: channel.ID(id[channelKind](&r, "channel", in.Channel)),
		Owner:   int64(id[accountKind](&r, "owner", in.Owner)), Reach: reach.Codes(),
		Now: a.Clock.Now(),
	}
	if err := r.err(); err != nil {
		return nil, err
	}
	at, err := a.cursors.read(in.Cursor, "codes."+in.Sort)
	if err != nil {
		return nil, err
	}
	tx := a.DB.Read()
	after := livecode.After{ID: livecode.ID(at.ID), Number: at.Number, Text: at.Text}
	lines, err := livecode.List(ctx, tx, f, livecode.Order(in.Sort), after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	n, err := livecode.Count(ctx, tx, f)
	if err != nil {
		return nil, err
	}
	codes := make([]livecode.LiveCode, len(lines))
	for i, l := range lines {
		codes[i] = l.LiveCode
	}
	views, err := a.viewCodes(ctx, codes)
	if err != nil {
		return nil, err
	}
	i := -1
	p := page(a, lines, in.Limit, n, func(l livecode.Line) cursor {
		return cursor{List: "codes." + in.Sort, ID: int64(l.Key.ID), Number: l.Key.Number,
			Text: l.Key.Text}
	}, func(livecode.Line) LiveCode { i++; return views[i] })
	return &body[Page[LiveCode]]{p}, nil
}

func (a *API) getLiveCode(ctx context.Context, in *ByID) (*versioned[LiveCode], error) {
	c, err := a.code(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return a.showCode(ctx, c)
}

// code reads a code the caller may see. Codes in the bin are found, too.
func (a *API) code(ctx context.Context, s string) (livecode.LiveCode, error) {
	id, reach, err := a.codeRef(ctx, s)
	if err != nil {
		return livecode.LiveCode{}, err
	}
	return livecode.ByID(ctx, a.DB.Read(), id, reach)
}

func (a *API) codeRef(ctx context.Context, s string) (livecode.ID, db.Cond, error) {
	id, err := livecode.Parse(s)
	if err != nil {
		return 0, db.Cond{}, err
	}
	reach, err := a.reach(ctx)
	return id, reach.Codes(), err
}

func (a *API) showCode(ctx context.Context, c livecode.LiveCode) (*versioned[LiveCode], error) {
	views, err := a.viewCodes(ctx, []livecode.LiveCode{c})
	if err != nil {
		return nil, err
	}
	return &versioned[LiveCode]{etag(c.Version), views[0]}, nil
}

func (a *API) createLiveCode(ctx context.Context, in *createCodeIn) (*created[LiveCode], error) {
	d, err := in.Body.draft()
	if err != nil {
		return nil, err
	}
	if in.Body.Publish && !access.Who(ctx).May(access.PublishCodes) {
		return nil, access.ErrForbidden.With("permission", string(access.PublishCodes))
	}
	c, err := a.Codes.Create(ctx, d, in.Body.Publish)
	if err != nil {
		return nil, err
	}
	out, err := a.showCode(ctx, c)
	if err != nil {
		return nil, err
	}
	return &created[LiveCode]{out.ETag, out.Body}, nil
}

// draft reads what an operator decided.
func (d CodeDraft) draft() (livecode.Draft, error) {
	var r reader
	out := livecode.Draft{
		Name: d.Name, Kind: d.Kind, Purpose: d.Purpose,
		Channel: channel.ID(id[channelKind](&r, "channel", d.Channel)),
		Pool:    d.Pool.choice(&r, "pool"), Fallback: each(d.Fallback, Fallback.fallback),
		Tags: tagIDs(&r, d.Tags), Welcome: int64(id[welcomeKind](&r, "welcome", d.Welcome)),
		Page: livecode.Page(d.Page), Sticky: d.Sticky, Note: d.Note,
	}
	if d.Overflow != nil {
		c := d.Overflow.choice(&r, "overflow_pool")
		out.Overflow = &c
	}
	if d.StartsAt != nil {
		out.StartsAt = *d.StartsAt
	}
	if d.EndsAt != nil {
		out.EndsAt = *d.EndsAt
	}
	return out, r.err()
}

func (f Fallback) fallback() livecode.Fallback { return livecode.Fallback(f) }

func tagIDs(r *reader, ss []string) []tag.ID {
	out := make([]tag.ID, len(ss))
	for i, s := range ss {
		out[i] = tag.ID(id[tagKind](r, fmt.Sprintf("tags.%d", i), s))
	}
	return out
}

func (p PoolDraft) choice(r *reader, at string) livecode.PoolChoice {
	c := livecode.PoolChoice{
		ID: pool.ID(id[poolKind](r, at+".id", p.ID)),
		New: pool.Pool{Strategy: p.Strategy, BaseName: p.BaseName,
			AutoCreate: bit(p.AutoCreate)},
		Members: members(r, at+".members", p.Members),
	}
	return c
}

func members(r *reader, at string, ms []MemberDraft) []pool.Member {
	out := make([]pool.Member, len(ms))
	for i, m := range ms {
		out[i] = pool.Member{
			Target: r.target(fmt.Sprintf("%s.%d.target", at, i), m.Target),
			Weight: max(m.Weight, 1), Backup: bit(m.Backup),
			Enabled: bit(m.Enabled == nil || *m.Enabled),
		}
	}
	return out
}

func bit(on bool) int64 {
	if on {
		return 1
	}
	return 0
}

func (a *API) patchLiveCode(ctx context.Context, in *patchCodeIn) (*versioned[LiveCode], error) {
	ch, err := in.Body.change()
	if err != nil {
		return nil, err
	}
	update := func(ctx context.Context, id livecode.ID, reach db.Cond, v int64) (livecode.LiveCode, error) {
		return a.Codes.Update(ctx, id, reach, v, ch)
	}
	return a.changeCode(ctx, in.ID, in.Match, update)
}

// codeChange is a change of one code that has a version.
type codeChange func(context.Context, livecode.ID, db.Cond, int64) (livecode.LiveCode, error)

// changeCode runs one change of a code and shows the result.
func (a *API) changeCode(ctx context.Context, s string, m Match, f codeChange) (*versioned[LiveCode], error) {
	id, reach, err := a.codeRef(ctx, s)
	if err != nil {
		return nil, err
	}
	version, err := m.version()
	if err != nil {
		return nil, err
	}
	c, err := f(ctx, id, reach, version)
	if err != nil {
		return nil, err
	}
	return a.showCode(ctx, c)
}

// change reads what an operator changes.
func (p CodePatch) change() (livecode.Change, error) {
	var r reader
	ch := livecode.Change{Name: p.Name, Purpose: p.Purpose, Sticky: p.Sticky, Note: p.Note,
		StartsAt: p.StartsAt.pointer(), EndsAt: p.EndsAt.pointer()}
	if p.Channel != nil {
		v := channel.ID(id[channelKind](&r, "channel", *p.Channel))
		ch.Channel = &v
	}
	if p.Welcome != nil {
		v := int64(id[welcomeKind](&r, "welcome", *p.Welcome))
		ch.Welcome = &v
	}
	if p.Owner != nil {
		v := int64(id[accountKind](&r, "owner", *p.Owner))
		ch.Owner = &v
	}
	if p.Pool != nil {
		v := p.Pool.choice(&r, "pool")
		ch.Pool = &v
	}
	if p.Overflow != nil {
		v := p.Overflow.choice(&r, "overflow_pool")
		ch.Overflow = &v
	}
	if p.Fallback != nil {
		v := each(*p.Fallback, Fallback.fallback)
		ch.Fallback = &v
	}
	if p.Tags != nil {
		v := tagIDs(&r, *p.Tags)
		ch.Tags = &v
	}
	if p.Page != nil {
		v := livecode.Page(*p.Page)
		ch.Page = &v
	}
	return ch, r.err()
}

// pointer is nil when the time was not named.
func (s Settable) pointer() *time.Time {
	if !s.Set {
		return nil
	}
	return &s.Time
}

func (a *API) publishLiveCode(ctx context.Context, in *byIDMatch) (*versioned[LiveCode], error) {
	return a.changeCode(ctx, in.ID, in.Match, a.Codes.Publish)
}

func (a *API) pauseLiveCode(ctx context.Context, in *byIDMatch) (*versioned[LiveCode], error) {
	return a.changeCode(ctx, in.ID, in.Match, a.Codes.Pause)
}

func (a *API) resumeLiveCode(ctx context.Context, in *byIDMatch) (*versioned[LiveCode], error) {
	return a.changeCode(ctx, in.ID, in.Match, a.Codes.Resume)
}

func (a *API) archiveLiveCode(ctx context.Context, in *byIDMatch) (*versioned[LiveCode], error) {
	return a.changeCode(ctx, in.ID, in.Match, a.Codes.Archive)
}

func (a *API) restoreLiveCode(ctx context.Context, in *byIDMatch) (*versioned[LiveCode], error) {
	return a.changeCode(ctx, in.ID, in.Match, a.Codes.Restore)
}

func (a *API) deleteLiveCode(ctx context.Context, in *byIDMatch) (*none, error) {
	id, reach, err := a.codeRef(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	version, err := in.version()
	if err != nil {
		return nil, err
	}
	return &none{}, a.Codes.Delete(ctx, id, reach, version)
}
