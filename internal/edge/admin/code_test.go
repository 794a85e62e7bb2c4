package admin

import (
	"net/http"
	"strings"
	"testing"

	"github.com/tuma-live/tuma/internal/core/access"
)

func TestACodeLivesFromDraftToBin(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *testWorld) {
		admin := w.account("root", access.SuperAdmin, access.All)
		g := w.group("福利群1", 60)
		ch := w.channel("抖音")
		d := draftOf("抖音_拉新_260302", g.ID.String())
		d["channel"] = ch.ID.String()
		c := post[LiveCode](w, admin, "/live-codes", d, http.StatusCreated)
		if c.State != "active" || c.Health != "ok" || c.Stats.Free != 135 || c.Stats.Capacity != 195 {
			t.Fatalf("%+v", c)
		}
		if !strings.HasPrefix(c.URL, "https://go.example.com/q/") || c.Channel.Path != "抖音" || c.Owner.Name != "root" {
			t.Fatalf("%+v", c)
		}
		for _, step := range []struct{ path, state string }{
			{"/pause", "paused"}, {"/resumption", "active"}, {"/archive", "archived"},
			{"/restoration", "paused"},
		} {
			c = answer[LiveCode](w, w.do(request{method: "POST", path: "/live-codes/" + c.ID + step.path, cookie: admin,
				header: map[string]string{"If-Match": etag(c.Version)}}), http.StatusOK)
			if c.State != step.state {
				t.Fatalf("after %s: %s", step.path, c.State)
			}
		}
		if r := w.do(request{method: "DELETE", path: "/live-codes/" + c.ID,
			cookie: admin}); r.status != http.StatusNoContent {
			t.Fatalf("%d %s", r.status, r.body)
		}
		if p := get[Page[LiveCode]](w, admin, "/live-codes"); p.Total != 0 || len(p.Items) != 0 {
			t.Fatalf("%+v", p)
		}
		if p := get[Page[LiveCode]](w, admin, "/live-codes?state=deleted"); p.Total != 1 {
			t.Fatalf("%+v", p)
		}
		if changes := get[[]Change](w, admin, "/live-codes/"+c.ID+"/changes"); len(changes) != 7 {
			t.Fatalf("%d changes", len(changes))
		}
		if v := post[Verification](w, admin, "/audit/verification", nil,
			http.StatusOK); !v.OK || v.Rows < 7 {
			t.Fatalf("%+v", v)
		}
	})
}

func TestWhatCannotServeIsNotPublished(t *testing.T) {
	w := sqliteWorld(t)
	admin := w.account("root", access.SuperAdmin, access.All)
	g := w.group("福利群1", 60)
	for name, c := range map[string]struct {
		change func(map[string]any)
		field  string
	}{
		"no fallback": {func(d map[string]any) { d["fallback"] = []any{} }, "fallback"},
		"no target":   {func(d map[string]any) { d["pool"] = map[string]any{} }, "target"},
		"already expired": {func(d map[string]any) { d["ends_at"] = "2026-03-01T00:00:00Z" },
			"validity"},
		"a fallback group": {func(d map[string]any) {
			d["fallback"] = []any{map[string]any{"kind": "staff",
				"ref": w.staff("li", 1).ID.String()}}
		}, "fallback"},
	} {
		t.Run(name, func(t *testing.T) {
			d := draftOf("x", g.ID.String())
			c.change(d)
			p := w.problem(w.do(request{method: "POST", path: "/live-codes", cookie: admin, body: text2(w, d)}), http.StatusConflict)
			if p.Code != "livecode.not_ready" || len(p.Fields) != 1 || p.Fields[0].Path != c.field || p.Fields[0].Message == "" {
				t.Fatalf("%+v", p)
			}
		})
	}
	if p := get[Page[LiveCode]](w, admin, "/live-codes"); p.Total != 0 {
		t.Fatalf("a refused code was kept: %+v", p.Items)
	}
}

func TestFallbackChainsNeverLoop(t *testing.T) {
	w := sqliteWorld(t)
	admin := w.account("root", access.SuperAdmin, access.All)
	g := w.group("福利群1", 60)
	page := map[string]any{"kind": "page", "text": "call us"}
	to := func(id string) []any { return []any{map[string]any{"kind": "code", "ref": id}, page} }
	a := post[LiveCode](w, admin, "/live-codes", draftOf("a", g.ID.String()), http.StatusCreated)
	d := draftOf("b", g.ID.String())
	d["fallback"] = to(a.ID)
	b := post[LiveCode](w, admin, "/live-codes", d, http.StatusCreated)
	d = draftOf("c", g.ID.String())
	d["fallback"] = to(b.ID)
	c := post[LiveCode](w, admin, "/live-codes", d, http.StatusCreated)
	for name, id := range map[string]string{"itself": a.ID, "the next": b.ID, "two further": c.ID} {
		p := w.problem(w.do(request{method: "PATCH", path: "/live-codes/" + a.ID, cookie: admin,
			body: text2(w, map[string]any{"fallback": to(id)})}), http.StatusUnprocessableEntity)
		if len(p.Fields) != 1 || p.Fields[0].Path != "fallback.0.ref" || p.Fields[0].Code != "field.loop" {
			t.Errorf("%s: %+v", name, p)
		}
	}
	for name, chain := range map[string][]any{
		"a page in front":        {page, map[string]any{"kind": "code", "ref": b.ID}},
		"a code that is no code": {map[string]any{"kind": "code", "ref": "lc_0000000000000"}, page},
		"an empty page":          {map[string]any{"kind": "page"}},
	} {
		p := w.problem(w.do(request{method: "PATCH", path: "/live-codes/" + c.ID, cookie: admin,
			body: text2(w, map[string]any{"fallback": chain})}), http.StatusUnprocessableEntity)
		if len(p.Fields) == 0 {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

func TestALostUpdateIsRefused(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *testWorld) {
		admin := w.account("root", access.SuperAdmin, access.All)
		c := post[LiveCode](w, admin, "/live-codes", draftOf("a", w.group("g", 1).ID.String()),
			http.StatusCreated)
		patch := func(version int64, name string) reply {
			return w.do(request{method: "PATCH", path: "/live-codes/" + c.ID, cookie: admin,
				body: text2(w, map[string]any{"name": name}), header: map[string]string{"If-Match": etag(version)}})
		}
		first := patch(c.Version, "first")
		if first.status != http.StatusOK || first.header.Get("ETag") != etag(c.Version+1) {
			t.Fatalf("%d %s %s", first.status, first.header.Get("ETag"), first.body)
		}
		if p := w.problem(patch(c.Version, "second"),
			http.StatusPreconditionFailed); p.Code != "livecode.stale" {
			t.Fatalf("%+v", p)
		}
		if now := get[LiveCode](w, admin, "/live-codes/"+c.ID); now.Name != "first" {
			t.Fatalf("%q", now.Name)
		}
	})
}

func TestListsFilterSortAndPage(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *testWorld) {
		admin := w.account("root", access.SuperAdmin, access.All)
		full, roomy := w.group("full", 195), w.group("roomy", 3)
		for _, n := range []string{"c", "a", "100%", "b"} {
			post[LiveCode](w, admin, "/live-codes", draftOf(n, roomy.ID.String()),
				http.StatusCreated)
		}
		d := draftOf("soon", roomy.ID.String())
		d["ends_at"] = "2026-03-05T00:00:00Z"
		post[LiveCode](w, admin, "/live-codes", d, http.StatusCreated)
		post[LiveCode](w, admin, "/live-codes", draftOf("stuck", full.ID.String()),
			http.StatusCreated)
		for query, want := range map[string]string{
			"?sort=name":                    "100% a b c soon stuck",
			"?sort=created":                 "stuck soon b 100% a c",
			"?sort=scans":                   "stuck soon b 100% a c",
			"?sort=updated":                 "stuck soon b 100% a c",
			"?q=100%25":                     "100%",
			"?q=S&sort=name":                "soon stuck",
			"?health=degraded":              "stuck",
			"?health=expiring":              "soon",
			"?health=ok&sort=name":          "100% a b c",
			"?state=draft":                  "",
			"?state=active&sort=name":       "100% a b c soon stuck",
			"?kind=staff":                   "",
			"?health=failed":                "",
			"?state=expired":                "",
			"?state=provisioning&sort=name": "",
		} {
			var names []string
			sep := "&"
			for cursor := ""; ; {
				p := get[Page[LiveCode]](w, admin, "/live-codes"+query+sep+"limit=2"+cursor)
				for _, c := range p.Items {
					names = append(names, c.Name)
				}
				if p.NextCursor == nil {
					if int(p.Total) != len(names) {
						t.Errorf("%s: total %d, items %d", query, p.Total, len(names))
					}
					break
				}
				cursor = "&cursor=" + *p.NextCursor
			}
			if got := strings.Join(names, " "); got != want {
				t.Errorf("%s: %q, want %q", query, got, want)
			}
		}
	})
}
