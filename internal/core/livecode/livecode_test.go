package livecode

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/fault"
	"github.com/tuma-live/tuma/internal/base/i18n"
	"github.com/tuma-live/tuma/internal/core/channel"
)

var now = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

func TestWhereACodeStands(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		state State
		ends  time.Time
		qr    Carriers
		want  State
	}{
		"a draft stays a draft": {Drafted, now.Add(-time.Hour), Carriers{},
			Drafted},
		"a paused code does not expire": {Paused, now.Add(-time.Hour), Carriers{},
			Paused},
		"expires at the very instant": {Active, now, Carriers{}, Expired},
		"serves until the instant": {Active, now.Add(time.Microsecond), Carriers{},
			Active},
		"never ends without an end": {Active, time.Time{}, Carriers{}, Active},
		"no QR yet": {Active, time.Time{}, Carriers{Total: 2},
			Provisioning},
		"one QR is enough": {Active, time.Time{},
			Carriers{Total: 2, Ready: 1, Failed: 1}, Active},
		"one failed, the other is on its way": {Active, time.Time{},
			Carriers{Total: 2, Failed: 1}, Provisioning},
		"every QR refused": {Active, time.Time{},
			Carriers{Total: 2, Failed: 2}, Failed},
		"an expired code is expired, QRs or not": {Active, now, Carriers{Total: 2, Failed: 2},
			Expired},
		"an archived code is archived, also later": {Archived, now, Carriers{}, Archived},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code := LiveCode{State: c.state, EndsAt: db.At(c.ends)}
			if got := code.Stands(now, c.qr); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func TestACodeGoesOnlyWhereItsStateLeads(t *testing.T) {
	t.Parallel()
	all := []State{Drafted, Active, Paused, Archived, Deleted}
	want := map[State]string{
		Drafted: "active archived deleted", Active: "active paused archived deleted",
		Paused:   "active archived deleted",
		Archived: "draft paused deleted", Deleted: "draft paused",
	}
	for _, from := range all {
		var can []string
		for _, to := range all {
			c := LiveCode{State: from}
			err := c.become(to, now)
			switch {
			case err == nil:
				can = append(can, string(to))
			case !errors.Is(err, ErrState) || c.State != from:
				t.Errorf("%s to %s: %v, now %s", from, to, err, c.State)
			}
		}
		if got := strings.Join(can, " "); got != want[from] {
			t.Errorf("%s leads to %q, want %q", from, got, want[from])
		}
	}
}

func TestFormsSayWhatIsWrongWhere(t *testing.T) {
	t.Parallel()
	sound := func() LiveCode {
		c := LiveCode{Name: "a", Kind: "group", Purpose: ForPromotion, Pool: 1}
		c.Fallback.V = []Fallback{{Kind: ToPage, Text: "call"}}
		return c
	}
	for name, c := range map[string]struct {
		change func(*LiveCode)
		want   string
	}{
		"a sound code":         {func(*LiveCode) {}, ""},
		"no name":              {func(c *LiveCode) { c.Name = "" }, "name field.required"},
		"a name of 50 is fine": {func(c *LiveCode) { c.Name = strings.Repeat("码", 50) }, ""},
		"a name of 51": {func(c *LiveCode) { c.Name = strings.Repeat("码", 51) },
			"name field.too_long"},
		"an end before the start": {func(c *LiveCode) {
			c.StartsAt, c.EndsAt = db.At(now),
				db.At(now)
		}, "ends_at field.before_start"},
		"the same pool twice": {func(c *LiveCode) { c.Overflow = 1 },
			"overflow_pool field.same_as_pool"},
		"a step behind a page": {func(c *LiveCode) { c.Fallback.V = append(c.Fallback.V, Fallback{Kind: ToCode, Ref: "x"}) }, "fallback.0.kind field.unreachable_after"},
		"a page without text": {func(c *LiveCode) { c.Fallback.V[0].Text = "  " },
			"fallback.0.text field.required"},
		"a code without a code": {func(c *LiveCode) { c.Fallback.V = []Fallback{{Kind: ToCode}} }, "fallback.0.ref field.required"},
		"an unknown step": {func(c *LiveCode) { c.Fallback.V[0].Kind = "prayer" },
			"fallback.0.kind field.unknown"},
		"an unknown purpose": {func(c *LiveCode) { c.Purpose = "x" },
			"purpose field.unknown"},
		"six steps": {func(c *LiveCode) { c.Fallback.V = make([]Fallback, 6) },
			"fallback field.too_many"},
		"a title longer than a page": {func(c *LiveCode) { c.Page.V.Title = strings.Repeat("x", 31) }, "page.title field.too_long"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code := sound()
			c.change(&code)
			err := code.check()
			f, _ := fault.Of(err)
			switch {
			case c.want == "" && err != nil:
				t.Fatal(err)
			case c.want != "" && (f == nil || len(f.Fields) == 0 ||
				f.Fields[0].Path+" "+f.Fields[0].Code != c.want):
				t.Fatalf("%v %+v", err, f)
			}
		})
	}
	if len(fault.ErrInvalid.Fields) != 0 {
		t.Fatal("a form's faults stuck to the declared one")
	}
}

func TestNamesAreSuggestedAsOperatorsWriteThem(t *testing.T) {
	t.Parallel()
	local := time.Date(2025, 11, 21, 9, 0, 0, 0, time.FixedZone("x", 8*3600))
	for want, c := range map[string]struct {
		ch      channel.Channel
		purpose string
		lang    string
	}{
		"DY_拉新_251121":     {channel.Channel{Name: "抖音", Abbr: "DY"}, ForPromotion, i18n.Chinese},
		"抖音_服务_251121":     {channel.Channel{Name: "抖音"}, ForService, i18n.Chinese},
		"通用_251121":        {channel.Channel{}, ForOther, i18n.Chinese},
		"DY_growth_251121": {channel.Channel{Abbr: "DY"}, ForPromotion, i18n.English},
	} {
		if got := SuggestName(c.ch, c.purpose, c.lang, local); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if end, _ := SuggestEnd(ForService, local); !end.IsZero() {
		t.Error("a service code ends")
	}
	if end, why := SuggestEnd(ForPromotion, local); end.Format(time.DateTime) != "2025-11-29 00:00:00" || why != "suggestion.validity.promotion" {
		t.Error(end, why)
	}
}
