package admin

import (
	"context"

	"github.com/tuma-live/tuma/internal/base/web"
)

// metrics is every number the product shows, with what it is counted from.
var metrics = []struct{ id, source string }{
	{"scans", "landing"}, {"scanners", "landing"}, {"shown", "landing"}, {"pressed", "landing"},
	{"adds", "callback"},
	{"joins", "callback"}, {"added_joined", "callback"}, {"conversion", "landing+callback"},
	{"lost", "callback"},
	{"left", "callback"}, {"net", "callback"}, {"retained_24h", "callback"},
	{"fallback_share", "landing"},
	{"free", "ledger"}, {"held", "ledger"}, {"capacity", "setting"}, {"hours_to_full", "ledger"},
	{"today_adds", "ledger"}, {"new_vs_returning", "landing"}, {"callback_delay", "callback"},
	{"share", "landing"},
}

func (a *API) dictionary(ctx context.Context, _ *none) (*body[[]Metric], error) {
	lang := web.Of(ctx).Lang
	out := make([]Metric, 0, len(metrics))
	for _, m := range metrics {
		name, def := "metric."+m.id+".name", "metric."+m.id+".definition"
		out = append(out, Metric{m.id, name, def, a.Texts.Text(lang, name, nil),
			a.Texts.Text(lang, def, nil), m.source})
	}
	return &body[[]Metric]{out}, nil
}
