package admin

import (
	"context"
	"strings"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/i18n"
	"github.com/tuma-live/tuma/internal/base/job"
	"github.com/tuma-live/tuma/internal/base/web"
	"github.com/tuma-live/tuma/internal/core/audit"
	"github.com/tuma-live/tuma/internal/core/corp"
	"github.com/tuma-live/tuma/internal/core/insight"
	"github.com/tuma-live/tuma/internal/core/mirror"
)

func (a *API) getWeCom(ctx context.Context, _ *none) (*body[WeCom], error) {
	c, err := a.Corp.Get(ctx)
	if err != nil {
		return nil, err
	}
	return &body[WeCom]{a.viewWeCom(ctx, c)}, nil
}

func (a *API) viewWeCom(ctx context.Context, c corp.Connection) WeCom {
	v := WeCom{
		Mode: string(c.Mode), CorpID: c.CorpID, CorpName: c.CorpName, AgentID: c.AgentID,
		BaseURL:   c.BaseURL,
		SecretSet: c.SecretSet, TokenSet: c.CallbackSet, AESKeySet: c.CallbackSet,
		CallbackURL: a.Corp.CallbackURL,
		LastCheck:   viewChecks(ctx, c.LastCheck), Capabilities: map[string]bool{},
	}
	for _, k := range c.LastCheck {
		v.Capabilities[k.Name] = k.OK
	}
	return v
}

// viewChecks says each check in the reader's language.
func viewChecks(ctx context.Context, checks []corp.Check) []WeComCheck {
	i := 0
	if web.Of(ctx).Lang == i18n.English {
		i = 1
	}
	return each(checks, func(k corp.Check) WeComCheck {
		state := ".bad"
		if k.OK {
			state = ".ok"
		}
		if k.Args == nil {
			k.Args = map[string]string{}
		}
		return WeComCheck{
			Check: k.Name, OK: k.OK, MessageKey: "wecom.check." + k.Name + state,
			FixKey:  "wecom.check." + k.Name + ".fix",
			Message: fillIn(k.Message[i], k.Args), Fix: fillIn(k.Fix[i], k.Args), Args: k.Args,
		}
	})
}

// fillIn replaces each {name} in text.
func fillIn(text string, args map[string]string) string {
	pairs := make([]string, 0, 2*len(args))
	for name, value := range args {
		pairs = append(pairs, "{"+name+"}", value)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

func (a *API) putWeCom(ctx context.Context, in *putWeComIn) (*body[WeCom], error) {
	b := in.Body
	c, err := a.Corp.Put(ctx, corp.Change{
		Mode: corp.Mode(b.Mode), CorpID: b.CorpID, CorpName: b.CorpName, AgentID: b.AgentID,
		BaseURL: b.BaseURL,
		Secret:  b.Secret, CallbackToken: b.CallbackToken, CallbackAESKey: b.CallbackAESKey,
	})
	if err != nil {
		return nil, err
	}
	return &body[WeCom]{a.viewWeCom(ctx, c)}, nil
}

func (a *API) checkWeCom(ctx context.Context, _ *none) (*body[[]WeComCheck], error) {
	checks, err := a.Corp.Checks(ctx)
	if err != nil {
		return nil, err
	}
	return &body[[]WeComCheck]{viewChecks(ctx, checks)}, nil
}

func (a *API) newCallbackKeys(context.Context, *none) (*created[CallbackSecret], error) {
	token, key := corp.NewCallbackKeys()
	return &created[CallbackSecret]{Body: CallbackSecret{token, key}}, nil
}

// mirrors is what can be synchronised, in the order it depends on.
var mirrors = []string{"staff", "tags", "groups", "contacts"}

func (a *API) startSync(ctx context.Context, in *syncIn) (*body[[]SyncState], error) {
	err := a.changed(ctx, "wecom", func(tx *db.Tx) error {
		for _, what := range in.Body.What {
			if err := a.Sync(ctx, tx, what); err != nil {
				return err
			}
		}
		return audit.Write(ctx, tx, audit.Entry{At: a.Clock.Now(), Action: "wecom.synced",
			Object: "wecom",
			After:  map[string]any{"what": in.Body.What}})
	})
	if err != nil {
		return nil, err
	}
	return a.syncStates(ctx, nil)
}

func (a *API) syncStates(ctx context.Context, _ *none) (*body[[]SyncState], error) {
	out := make([]SyncState, 0, len(mirrors))
	for _, what := range mirrors {
		p, err := mirror.Of(ctx, a.DB.Read(), what)
		if err != nil {
			return nil, err
		}
		s := SyncState{What: what, State: "idle", Done: p.Done, StartedAt: maybe(p.StartedAt),
			FinishedAt: maybe(p.FinishedAt), Error: p.Error}
		if p.State != "" {
			s.State = p.State
		}
		if p.Total > 0 {
			s.Total = &p.Total
		}
		out = append(out, s)
	}
	return &body[[]SyncState]{out}, nil
}

func (a *API) listJobs(ctx context.Context, in *listJobsIn) (*body[Page[Job]], error) {
	at, err := a.cursors.read(in.Cursor, "jobs."+in.State)
	if err != nil {
		return nil, err
	}
	tx := a.DB.Read()
	rows, n, err := a.Reader.Jobs(ctx, tx, in.State, job.ID(at.ID), in.Limit+1)
	if err != nil {
		return nil, err
	}
	p := page(a, rows, in.Limit, n, func(j insight.Job) cursor { return cursor{List: "jobs." + in.State, ID: int64(j.ID)} }, viewJob)
	return &body[Page[Job]]{p}, nil
}

func viewJob(j insight.Job) Job {
	return Job{
		ID: j.ID.String(), Queue: j.Queue, Kind: j.Kind, State: j.State, Attempt: j.Attempt,
		MaxAttempts: j.MaxAttempts,
		RunAt:       j.RunAt.Time, CreatedAt: j.CreatedAt.Time, FinishedAt: maybe(j.FinishedAt.Time),
		LastError: j.LastError,
	}
}

func (a *API) retryJob(ctx context.Context, in *ByID) (*none, error) {
	return a.onJob(ctx, in.ID, "job.retried", job.Retry)
}

func (a *API) deleteJob(ctx context.Context, in *ByID) (*none, error) {
	return a.onJob(ctx, in.ID, "job.deleted", job.Delete)
}

func (a *API) onJob(ctx context.Context, s, action string,
	f func(context.Context, *db.Tx, job.ID) error) (*none, error) {
	n, err := of[jobKind](s)
	if err != nil {
		return nil, err
	}
	return &none{}, a.changed(ctx, "jobs", func(tx *db.Tx) error {
		if err := f(ctx, tx, job.ID(n)); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{At: a.Clock.Now(), Action: action, Object: "job",
			ObjectID: s})
	})
}
