package admin

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/fault"
	"github.com/tuma-live/tuma/internal/base/qr"
	"github.com/tuma-live/tuma/internal/base/web"
	"github.com/tuma-live/tuma/internal/core/audit"
	"github.com/tuma-live/tuma/internal/core/channel"
	"github.com/tuma-live/tuma/internal/core/insight"
	"github.com/tuma-live/tuma/internal/core/livecode"
)

func (a *API) codePNG(ctx context.Context, in *qrIn) (*file, error) {
	c, code, err := a.drawCode(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	b, err := code.PNG(in.Size)
	if err != nil {
		return nil, err
	}
	return picture("image/png", c.Slug+".png", b), nil
}

func (a *API) codeSVG(ctx context.Context, in *ByID) (*file, error) {
	c, code, err := a.drawCode(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return picture("image/svg+xml", c.Slug+".svg", code.SVG()), nil
}

func (a *API) drawCode(ctx context.Context, s string) (livecode.LiveCode, *qr.Code, error) {
	c, err := a.code(ctx, s)
	if err != nil {
		return c, nil, err
	}
	code, err := qr.New(a.PublicURL + "/q/" + c.Slug)
	return c, code, err
}

// picture may be kept by the browser: what is printed never changes.
func picture(media, name string, b []byte) *file {
	return &file{media, "private, max-age=86400", `inline; filename="` + name + `"`, b}
}

// maxSpan is the longest range a report covers.
const maxSpan = 400 * 24 * time.Hour

// or returns the span with its defaults: the last days local days, today included.
func (s Span) or(r *insight.Reader, now time.Time, days int) (from, to time.Time, err error) {
	to = r.Midnight(now).AddDate(0, 0, 1)
	if !s.To.IsZero() {
		to = s.To
	}
	from = to.AddDate(0, 0, -days)
	if !s.From.IsZero() {
		from = s.From
	}
	if !from.Before(to) || to.Sub(from) > maxSpan {
		return from, to, fault.ErrInvalid.WithField("from", "field.range")
	}
	return from, to, nil
}

func (a *API) codeStats(ctx context.Context, in *codeStatsIn) (*body[CodeReport], error) {
	c, err := a.code(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	from, to, err := in.or(a.Reader, a.Clock.Now(), 7)
	if err != nil {
		return nil, err
	}
	rep, err := a.Reader.Code(ctx, int64(c.ID), from, to, in.Grain == "hour")
	if err != nil {
		return nil, err
	}
	out := viewReport(rep)
	out.Targets, err = a.shares(ctx, c, rep)
	return &body[CodeReport]{out}, err
}

func viewReport(rep *insight.Report) CodeReport {
	out := CodeReport{
		AsOf:   rep.AsOf,
		Funnel: Funnel{rep.Scans, rep.Scanners, rep.Shown, rep.Pressed, rep.Arrived, rep.Retained},
		Drops:  each(rep.Drops, func(n insight.Named) Count { return Count{n.Name, n.N} }),
		Trend: each(rep.Trend, func(p insight.Point) TrendPoint {
			return TrendPoint{p.At, p.Scans, p.Scanners, p.Adds, p.Joins, p.Left}
		}),
		OS:            each(rep.Systems, func(n insight.Named) Named { return Named(n) }),
		FallbackShare: Rate{rep.Fallback, rep.Scans},
	}
	for _, day := range rep.Heatmap {
		out.Heatmap = append(out.Heatmap, day[:])
	}
	out.Visitors.New, out.Visitors.Returning = rep.New, max(rep.Scans-rep.New, 0)
	return out
}

// shares lists what each target of a code got, the present ones first.
func (a *API) shares(ctx context.Context, c livecode.LiveCode, rep *insight.Report) ([]TargetShare,
	error) {
	tx := a.DB.Read()
	var order []int64
	seen := map[int64]bool{}
	add := func(id int64) {
		if id != 0 && !seen[id] {
			seen[id], order = true, append(order, id)
		}
	}
	pools, err := a.Reader.PoolsOf(ctx, tx, []poolID{c.Pool, c.Overflow})
	if err != nil {
		return nil, err
	}
	for _, id := range []poolID{c.Pool, c.Overflow} {
		for _, m := range pools[id].Members {
			add(m.Member.Target)
		}
	}
	var assigned int64
	for id, n := range rep.Assigned {
		add(id)
		assigned += n
	}
	for id := range rep.Came {
		add(id)
	}
	names, err := insight.TargetsOf(ctx, tx, order)
	if err != nil {
		return nil, err
	}
	seats, err := a.Reader.SeatsOf(ctx, tx, order)
	if err != nil {
		return nil, err
	}
	return each(order, func(id int64) TargetShare {
		t, s := names[id], seats[id]
		return TargetShare{
			ID: targetID(t.Kind, id), Kind: cmp.Or(t.Kind, "group"), Name: t.Name,
			Assigned: rep.Assigned[id],
			Arrived:  rep.Came[id], Share: Rate{rep.Assigned[id], assigned}, Free: s.Free(),
			Joined: s.Joined, Capacity: s.Capacity,
		}
	}), nil
}

func (a *API) codeChanges(ctx context.Context, in *ByID) (*body[[]Change], error) {
	c, err := a.code(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	rows, err := audit.List(ctx, a.DB.Read(), audit.Filter{Object: "live_code",
		ObjectID: c.ID.String()}, 0, 200)
	if err != nil {
		return nil, err
	}
	return &body[[]Change]{each(rows, func(r audit.Row) Change { return viewChange(r, c.Name) })}, nil
}

func viewChange(r audit.Row, name string) Change {
	return Change{
		At: r.At.Time, Actor: r.ActorName, Action: r.Action, Object: r.Object, ObjectID: r.ObjectID,
		ObjectName: name,
		SummaryKey: "audit." + r.Action, Diff: viewDiff(r.Detail.V.Diff),
	}
}

func viewDiff(ds []audit.Diff) []Diff {
	return each(ds, func(d audit.Diff) Diff { return Diff(d) })
}

func (a *API) previewLiveCode(ctx context.Context, in *previewIn) (*file, error) {
	d := in.Body.Draft
	p := Preview{
		Name: d.Name, Kind: d.Kind, Page: livecode.Page(d.Page), State: in.Body.State,
		Locale: cmp.Or(in.Body.Locale, "zh-CN"), OS: cmp.Or(in.Body.OS, "ios"), Limit: 200,
	}
	if err := a.previewTarget(ctx, d, &p); err != nil {
		return nil, err
	}
	html, err := a.Preview(ctx, p)
	if err != nil {
		return nil, fmt.Errorf("cannot render a preview: %w", err)
	}
	return &file{ContentType: "text/html; charset=utf-8", CacheControl: "no-store", Body: html}, nil
}

// previewTarget names the first target of the draft, as a visitor would see it.
func (a *API) previewTarget(ctx context.Context, d CodeDraft, p *Preview) error {
	var r reader
	ids := []int64{}
	for _, m := range d.Pool.choice(&r, "pool").Members {
		ids = append(ids, m.Target)
	}
	tx := a.DB.Read()
	if id := d.Pool.choice(&r, "pool").ID; id != 0 {
		pools, err := a.Reader.PoolsOf(ctx, tx, []poolID{id})
		if err != nil {
			return err
		}
		for _, m := range pools[id].Members {
			ids = append(ids, m.Member.Target)
		}
	}
	if err := r.err(); err != nil || len(ids) == 0 {
		return err
	}
	names, err := insight.TargetsOf(ctx, tx, ids[:1])
	if err != nil {
		return err
	}
	seats, err := a.Reader.SeatsOf(ctx, tx, ids[:1])
	p.Target, p.Joined = names[ids[0]].Name, seats[ids[0]].Joined
	return err
}

func (a *API) suggestLiveCode(ctx context.Context, in *suggestIn) (*body[Suggestion], error) {
	var r reader
	ch := channel.Channel{}
	if id := channel.ID(id[channelKind](&r, "channel", in.Channel)); id != 0 {
		var err error
		if ch, err = channel.ByID(ctx, a.DB.Read(), id); err != nil {
			return nil, err
		}
	}
	if err := r.err(); err != nil {
		return nil, err
	}
	local := a.Clock.Now().In(a.Zone)
	end, why := livecode.SuggestEnd(in.Purpose, local)
	out := Suggestion{Name: livecode.SuggestName(ch, in.Purpose, web.Of(ctx).Lang, local), EndsAt: maybe(end),
		ReasonKey: why,
		Groups:    []Group{}, Staff: []Staff{}}
	const few = 6
	if in.Kind != "staff" {
		gs, err := a.Reader.RoomyGroups(ctx, few)
		if err != nil {
			return nil, err
		}
		out.Groups = each(gs, viewGroup)
	}
	if in.Kind != "group" {
		reach, err := a.reach(ctx)
		if err != nil {
			return nil, err
		}
		ss, err := a.Reader.FreeStaff(ctx, reach.StaffRows(), few)
		if err != nil {
			return nil, err
		}
		out.Staff = each(ss, a.viewStaff)
	}
	return &body[Suggestion]{out}, nil
}

func (a *API) checkLiveCode(ctx context.Context, in *checkIn) (*body[[]Check], error) {
	d, err := in.Body.Draft.draft()
	if err != nil {
		return nil, err
	}
	var at livecode.ID
	if in.Body.ID != "" {
		c, err := a.code(ctx, in.Body.ID)
		if err != nil {
			return nil, err
		}
		at = c.ID
	}
	checks, err := a.Codes.TryOut(ctx, at, d)
	if err != nil {
		return nil, err
	}
	lang := web.Of(ctx).Lang
	return &body[[]Check]{each(checks, func(k livecode.Check) Check {
		key := "fault.check." + k.Name + ".bad"
		if k.OK {
			key = "fault.check." + k.Name + ".ok"
		}
		if k.Args == nil {
			k.Args = map[string]string{}
		}
		return Check{k.Name, k.OK, string(k.Level), key, a.Texts.Text(lang, key, k.Args), k.Args}
	})}, nil
}

// changed runs f in one transaction that tells the screens what changed.
func (a *API) changed(ctx context.Context, topic string, f func(tx *db.Tx) error) error {
	return a.DB.InTx(ctx, func(tx *db.Tx) error {
		if err := f(tx); err != nil {
			return err
		}
		return tx.Notify(ctx, "live", topic)
	})
}
