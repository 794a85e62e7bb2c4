package admin

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/tuma-live/tuma/internal/core/access"
	"github.com/tuma-live/tuma/internal/core/insight"
)

// subjects are the objects the matrix calls operations on.
type subjects struct{ code, group, staff, contact, pool, channel, welcome, account string }

// sample is the path and body with which an operation would succeed.
func (s subjects) sample(r route) (path, body string) {
	id := map[string]string{
		"live-codes": s.code, "groups": s.group, "staff": s.staff, "contacts": s.contact,
		"pools":    s.pool,
		"channels": s.channel, "welcomes": s.welcome, "accounts": s.account,
	}[strings.Split(r.path, "/")[1]]
	path = strings.Replace(r.path, "{id}", cmp.Or(id, "missing"), 1)
	draft := fmt.Sprintf(`{"name":"x","kind":"group","pool":{"members":[{"target":%q}]},"fallback":[{"kind":"page","text":"t"}]}`, s.group)
	switch r.method + " " + r.path {
	case "GET /live-codes/suggestion":
		path += "?kind=mixed"
	case "POST /live-codes":
		body = draft
	case "POST /live-codes/check":
		body = `{"draft":` + draft + `}`
	case "POST /live-codes/preview":
		body = `{"state":"ok_group","draft":` + draft + `}`
	case "PATCH /live-codes/{id}":
		body = `{"note":"changed"}`
	case "PATCH /groups/{id}":
		body = `{"capacity":180}`
	case "POST /pools":
		body = `{"name":"p","kind":"group","members":[]}`
	case "PATCH /pools/{id}":
		body = `{"name":"p2"}`
	case "PATCH /staff/{id}":
		body = `{"daily_cap":50}`
	case "POST /channels":
		body = fmt.Sprintf(`{"name":"n%d","kind":1}`, time.Now().UnixNano()%1e9)
	case "PATCH /channels/{id}":
		body = `{"abbr":"Z"}`
	case "POST /tags":
		body = `{"group":"g","name":"t"}`
	case "POST /welcomes":
		body = `{"name":"w","text":"hi"}`
	case "PATCH /welcomes/{id}":
		body = `{"text":"hello"}`
	case "POST /contacts/{id}/reveal":
		body = `{"reason":"a good one"}`
	case "PUT /wecom":
		body = `{"mode":"none"}`
	case "POST /wecom/sync":
		body = `{"what":["staff"]}`
	case "POST /accounts":
		body = fmt.Sprintf(`{"login":"u%d","name":"u","password":"seven brave otters","role":"agent","scope":"own"}`, time.Now().UnixNano())
	case "PATCH /accounts/{id}":
		body = `{"name":"renamed"}`
	case "POST /api-keys":
		body = `{"name":"k","role":"agent"}`
	case "PATCH /session":
		body = `{"locale":"en"}`
	}
	return path, body
}

func (w *testWorld) subjects(admin string) subjects {
	w.t.Helper()
	g, s := w.group("福利群1", 60), w.staff("zhang", 1)
	c := post[LiveCode](w, admin, "/live-codes", draftOf("a", g.ID.String()), http.StatusCreated)
	acc, err := w.api.Access.Create(w.t.Context(),
		access.NewAccount{Login: "other", Password: password, Role: access.Agent,
			Scope: access.Own})
	if err != nil {
		w.t.Fatal(err)
	}
	wm := post[Welcome](w, admin, "/welcomes", map[string]any{"name": "w", "text": "hi"},
		http.StatusCreated)
	return subjects{
		code: c.ID, group: g.ID.String(), staff: s.ID.String(),
		contact: w.customer("wmExternal01", "王小明", s).ID.String(),
		pool:    c.Pool.ID, channel: w.channel("抖音").ID.String(), welcome: wm.ID,
		account: acc.ID.String(),
	}
}

// TestEveryOperationObeysTheTable calls each operation as each kind of caller.
// Whoever holds the permission passes the guard; nobody else does.
func TestEveryOperationObeysTheTable(t *testing.T) {
	w := sqliteWorld(t)
	admin := w.account("root", access.SuperAdmin, access.All)
	sub := w.subjects(admin)
	callers := map[string]struct {
		request
		role access.Role // empty: nobody
	}{
		"anonymous":       {},
		"a made-up key":   {request: request{key: "tuma_madeup"}},
		"a made-up login": {request: request{cookie: "__Host-tuma=madeup"}},
	}
	for _, r := range access.Roles() {
		callers["account "+string(r)] = struct {
			request
			role access.Role
		}{request{cookie: w.account("a."+string(r), r, access.All)}, r}
		_, key, err := w.api.Access.CreateKey(t.Context(), "k", r, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		callers["key "+string(r)] = struct {
			request
			role access.Role
		}{request{key: key}, r}
	}
	callers["disabled"] = struct {
		request
		role access.Role
	}{request{cookie: w.disabled("gone", access.SuperAdmin)}, ""}
	cells := 0
	for _, rt := range w.api.routes() {
		if rt.method+" "+rt.path == "DELETE /session" {
			continue // ends the session the next cells need; TestLogout has it
		}
		for name, c := range callers {
			path, body := sub.sample(rt)
			q := c.request
			q.method, q.path, q.body = rt.method, path, body
			got := w.do(q).status
			want := rt.permission == access.Anyone || c.role != "" && (rt.permission == access.SignedIn || c.role.Grants(rt.permission))
			if rt.permission == access.Anyone && q.key == "tuma_madeup" {
				want = false // a wrong key is refused everywhere
			}
			passed := got != http.StatusUnauthorized && got != http.StatusForbidden
			if rt.path == "/session" && rt.method == "POST" || rt.path == "/setup" && rt.method == "POST" {
				passed = want // their own tests have them: they answer 401 and 403 themselves
			}
			if rt.path == "/session" && rt.method == "PATCH" && q.key != "" {
				passed = want // a key has no account to change
			}
			if passed != want {
				t.Errorf("%s %s as %s: %d, allowed should be %v", rt.method, rt.path, name, got,
					want)
			}
			if got >= 500 {
				t.Errorf("%s %s as %s: %d", rt.method, rt.path, name, got)
			}
			if !want && c.role == "" && got != http.StatusUnauthorized {
				t.Errorf("%s %s as %s: %d, want 401", rt.method, rt.path, name, got)
			}
			cells++
		}
	}
	if cells < 700 {
		t.Fatalf("only %d cells", cells)
	}
}

// disabled is the cookie of an account that was logged in when it was disabled.
func (w *testWorld) disabled(login string, r access.Role) string {
	w.t.Helper()
	cookie := w.account(login, r, access.All)
	all, err := w.api.Access.List(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	yes := true
	for _, a := range all {
		if a.Login == login {
			if _, err := w.api.Access.Update(w.t.Context(), a.ID, 0,
				access.Change{Disabled: &yes}); err != nil {
				w.t.Fatal(err)
			}
		}
	}
	return cookie
}

// TestEveryAnswerFitsTheDocument calls every operation as super admin and
// holds what comes back against the OpenAPI document.
func TestEveryAnswerFitsTheDocument(t *testing.T) {
	w := sqliteWorld(t)
	admin := w.account("root", access.SuperAdmin, access.All)
	sub := w.subjects(admin)
	if _, err := (&insight.Rollup{DB: w.db, Clock: w.clock}).Step(t.Context()); err != nil {
		t.Fatal(err)
	}
	doc := w.api.huma.OpenAPI()
	for _, rt := range w.api.routes() {
		key := rt.method + " " + rt.path
		switch key {
		case "DELETE /session", "POST /session", "POST /setup", "GET /scans/{id}", "POST /jobs/{id}/retry", "DELETE /jobs/{id}",
			"DELETE /sessions/{id}", "DELETE /api-keys/{id}", "DELETE /live-codes/{id}":
			continue // need objects of their own
		}
		path, body := sub.sample(rt)
		if strings.HasSuffix(rt.path, "/resumption") || strings.HasSuffix(rt.path, "/restoration") {
			before := map[string]string{"/resumption": "/pause", "/restoration": "/archive"}
			for from, to := range before {
				if strings.HasSuffix(rt.path, from) {
					w.do(request{method: "POST", path: strings.Replace(path, from, to, 1),
						cookie: admin})
				}
			}
		}
		r := w.do(request{method: rt.method, path: path, body: body, cookie: admin})
		if r.status >= 300 {
			t.Errorf("%s: %d %s", key, r.status, r.body)
			continue
		}
		o := operationOf(doc, rt)
		resp := o.Responses[fmt.Sprint(r.status)]
		if resp == nil {
			t.Errorf("%s: status %d is not in the document", key, r.status)
			continue
		}
		m := resp.Content["application/json"]
		if m == nil {
			continue
		}
		var v any
		if err := json.Unmarshal(r.body, &v); err != nil {
			t.Errorf("%s: %v", key, err)
			continue
		}
		res := &huma.ValidateResult{}
		huma.Validate(doc.Components.Schemas, m.Schema, huma.NewPathBuffer(nil, 0),
			huma.ModeReadFromServer, v, res)
		for _, err := range res.Errors {
			t.Errorf("%s: %v", key, err)
		}
	}
}

func operationOf(doc *huma.OpenAPI, r route) *huma.Operation {
	p := doc.Paths[r.path]
	return map[string]*huma.Operation{"GET": p.Get, "POST": p.Post, "PUT": p.Put, "PATCH": p.Patch,
		"DELETE": p.Delete}[r.method]
}

func TestEveryRouteNamesAPermissionThatARoleHolds(t *testing.T) {
	held := map[access.Permission]bool{access.SignedIn: true}
	for _, r := range access.Roles() {
		for _, p := range r.Permissions() {
			held[p] = true
		}
	}
	open := map[string]bool{"GET /setup": true, "POST /setup": true, "POST /session": true}
	for _, rt := range New(Deps{}).routes() {
		key := rt.method + " " + rt.path
		if rt.permission == access.Anyone && !open[key] {
			t.Errorf("%s needs no login", key)
		}
		if rt.permission != access.Anyone && !held[rt.permission] {
			t.Errorf("%s needs %q, which nobody holds", key, rt.permission)
		}
	}
	if got := slices.Sorted(maps.Keys(open)); len(got) != 3 {
		t.Fatal("what is open to everyone has changed")
	}
}
