package admin

import (
	"context"
	"math"

	"github.com/tuma-live/tuma/internal/base/web"
	"github.com/tuma-live/tuma/internal/core/access"
	"github.com/tuma-live/tuma/internal/core/audit"
	"github.com/tuma-live/tuma/internal/core/corp"
	"github.com/tuma-live/tuma/internal/core/insight"
)

func (a *API) getHome(ctx context.Context, _ *none) (*body[Home], error) {
	reach, err := a.reach(ctx)
	if err != nil {
		return nil, err
	}
	codes, err := a.Reader.CodesWithin(ctx, reach)
	if err != nil {
		return nil, err
	}
	h, err := a.Reader.Home(ctx, codes)
	if err != nil {
		return nil, err
	}
	out := Home{
		AsOf: h.AsOf, KPIs: kpis(h), Capacity: capacity(h), Todos: a.todos(ctx, h),
		Changes: []Change{},
		Channels: each(h.Channels, func(c insight.ChannelDay) HomeChannel {
			return HomeChannel{text[channelKind](c.ID), c.Name, c.Scans, c.New}
		}),
		Onboarding: onboarding(h),
	}
	if out.Health, err = a.health(ctx, h); err != nil {
		return nil, err
	}
	if access.Who(ctx).Scope == access.All {
		out.Changes, err = a.recentChanges(ctx)
	}
	return &body[Home]{out}, err
}

func kpis(h *insight.Home) KPIs {
	kpi := func(of func(insight.Day) int64) KPI {
		now, before := of(h.Today), of(h.Before)
		k := KPI{Value: &now, Yesterday: &before, Hourly: make([]*int64, len(h.Hours))}
		for i := range h.HoursNow {
			n := of(h.Hours[i])
			k.Hourly[i] = &n
		}
		return k
	}
	return KPIs{
		Scans:    kpi(func(d insight.Day) int64 { return d.Scans }),
		Scanners: kpi(func(d insight.Day) int64 { return d.Scanners }),
		Adds:     kpi(func(d insight.Day) int64 { return d.Adds }),
		Joins:    kpi(func(d insight.Day) int64 { return d.Joins }),
		Lost:     kpi(func(d insight.Day) int64 { return d.Lost + d.Left }),
		Net:      kpi(insight.Day.Net),
		Conversion: KPIRate{Rate: Rate{h.Today.Arrived, h.Today.Scanners},
			Yesterday: Rate{h.Before.Arrived, h.Before.Scanners}},
	}
}

func capacity(h *insight.Home) HomeCapacity {
	return HomeCapacity{
		Groups: each(h.Groups, func(g insight.GroupLight) GroupLight {
			l := GroupLight{ID: text[groupKind](g.ID), Name: g.Name, Joined: g.Seats.Joined,
				Capacity: g.Seats.Capacity,
				Held:     g.Seats.Held, Free: g.Seats.Free()}
			if g.HoursToFull != nil {
				hours := math.Round(*g.HoursToFull*10) / 10
				l.HoursToFull = &hours
			}
			return l
		}),
		Staff: each(h.Staff, func(s insight.StaffLight) StaffLight {
			return StaffLight{text[staffKind](s.ID), s.Name, s.Seats.Joined, s.Seats.Capacity,
				s.Seats.Held, s.Seats.Free()}
		}),
	}
}

// links is where each todo is worked on.
var links = map[string]string{"jobs_dead": "/settings/jobs", "group_filling": "/groups"}

func (a *API) todos(ctx context.Context, h *insight.Home) []Todo {
	lang := web.Of(ctx).Lang
	return each(h.Todos, func(t insight.Todo) Todo {
		key := "todo." + t.Kind
		link := links[t.Kind]
		if t.Code != 0 {
			link = "/live-codes/" + t.Code.String()
		}
		return Todo{t.Kind, t.Level, key, a.Texts.Text(lang, key, t.Args), t.Args, link}
	})
}

func onboarding(h *insight.Home) []OnboardingStep {
	return []OnboardingStep{
		{"connect", h.Steps.Connected}, {"sync", h.Steps.Synced}, {"code", h.Steps.Coded},
		{"scan", h.Steps.Scanned}, {"invite", h.Steps.Invited},
	}
}

// health says whether what we depend on works, as far as we can tell.
func (a *API) health(ctx context.Context, h *insight.Home) (HomeHealth, error) {
	out := HomeHealth{QueueReady: h.Queue.Ready, QueueDead: h.Queue.Dead,
		LastCallbackAt: maybe(h.Queue.LastCallback), WeCom: "ok"}
	c, err := a.Corp.Get(ctx)
	if err != nil {
		return out, err
	}
	if c.Mode == corp.None {
		out.WeCom = "none"
	}
	for _, k := range c.LastCheck {
		switch {
		case k.OK || out.WeCom == "none":
		case k.Name == "credentials":
			out.WeCom = "down"
		case out.WeCom == "ok":
			out.WeCom = "degraded"
		}
	}
	out.CallbackDelayMs, err = a.Reader.CallbackDelay(ctx)
	return out, err
}

// recentChanges are the last things people did, with the names of what they
// did it to.
func (a *API) recentChanges(ctx context.Context) ([]Change, error) {
	tx := a.DB.Read()
	rows, err := audit.List(ctx, tx, audit.Filter{Object: "live_code"}, 0, 10)
	if err != nil {
		return nil, err
	}
	var ids []int64
	at := map[string]int64{}
	for _, r := range rows {
		if n, err := of[codeKind](r.ObjectID); err == nil {
			ids, at[r.ObjectID] = append(ids, int64(n)), int64(n)
		}
	}
	names, err := insight.Names(ctx, tx, "live_code", ids)
	if err != nil {
		return nil, err
	}
	return each(rows, func(r audit.Row) Change { return viewChange(r, names[at[r.ObjectID]]) }), nil
}
