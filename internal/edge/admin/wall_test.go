package admin

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/core/access"
)

// TestAScopeIsAWallForWritesToo has somebody with a scope of their own try to
// change, or to use, what the codes of others lead to.
func TestAScopeIsAWallForWritesToo(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *testWorld) {
		admin := w.account("root", access.SuperAdmin, access.All)
		zhang, li := w.staff("zhang", 1), w.staff("li", 2)
		own := w.account("zhang", access.Operations, access.Own,
			func(n *access.NewAccount) { n.Staff = int64(zhang.ID) })
		g := w.group("g", 1)
		foreign := post[LiveCode](w, admin, "/live-codes", draftOf("root's", g.ID.String()),
			http.StatusCreated)
		mine := post[LiveCode](w, own, "/live-codes", draftOf("zhang's", g.ID.String()),
			http.StatusCreated)
		try := func(method, path, body string, status int, code string) {
			t.Helper()
			r := w.do(request{method: method, path: path, body: body, cookie: own})
			if r.status != status || !strings.Contains(string(r.body), code) {
				t.Errorf("%s %s %s: %d %s; want %d %s", method, path, body, r.status, r.body, status, code)
			}
		}
		const no = "access.forbidden"
		try("PATCH", "/groups/"+g.ID.String(), `{"capacity":9}`, 403, no)
		try("PATCH", "/staff/"+li.ID.String(), `{"paused_until":"2026-03-09T00:00:00Z"}`, 403, no)
		try("PATCH", "/staff/"+zhang.ID.String(), `{"daily_cap":9}`, 403, no)
		try("PATCH", "/staff/"+zhang.ID.String(), `{"paused_until":"2026-03-09T00:00:00Z"}`, 200, "")

		members := func(id string) string { return `{"members":[{"target":"` + id + `"}]}` }
		try("PATCH", "/pools/"+foreign.Pool.ID, `{"name":"x"}`, 403, no)
		try("PATCH", "/pools/"+foreign.Pool.ID, members(zhang.ID.String()), 403, no)
		try("GET", "/live-codes/"+foreign.ID, "", 404, "livecode.not_found")
		try("PATCH", "/pools/"+mine.Pool.ID, `{"name":"x"}`, 200, "")

		path := "/live-codes/" + mine.ID
		try("PATCH", path, `{"pool":{"id":"`+foreign.Pool.ID+`"}}`, 403, no)
		try("PATCH", path, `{"overflow_pool":{"id":"`+foreign.Pool.ID+`"}}`, 403, no)
		try("PATCH", path, `{"pool":{"id":"`+mine.Pool.ID+`"}}`, 200, "")
		end := `,{"kind":"page","text":"t"}]}`
		try("PATCH", path, `{"fallback":[{"kind":"code","ref":"`+foreign.ID+`"}`+end, 422, "field.not_found")
		try("PATCH", path, `{"fallback":[{"kind":"staff","ref":"`+li.ID.String()+`"}`+end, 422, "field.not_found")
		try("PATCH", path, `{"fallback":[{"kind":"staff","ref":"`+zhang.ID.String()+`"}`+end, 200, "")

		pool := func(id string) string {
			return `{"name":"p","kind":"staff","members":[{"target":"` + id + `"}]}`
		}
		try("POST", "/pools", pool(li.ID.String()), 422, "members.0.target")
		try("POST", "/pools", pool(zhang.ID.String()), 201, "")
		draft := `{"name":"n","kind":"staff","pool":`
		try("POST", "/live-codes", draft+members(li.ID.String())+`}`, 422, "pool.members.0.target")
		try("POST", "/live-codes", draft+`{"id":"`+foreign.Pool.ID+`"}}`, 403, no)

		offered := get[Suggestion](w, own, "/live-codes/suggestion?kind=staff").Staff
		for _, s := range offered {
			if s.UserID != "zhang" {
				t.Errorf("%s is offered", s.UserID)
			}
		}
		if all := get[Suggestion](w, admin, "/live-codes/suggestion?kind=staff").Staff; len(all) == 0 {
			t.Error("nobody is offered to the admin")
		}
	})
}

func TestACodeKeepsThePoolAndTheFallbackItWasGiven(t *testing.T) {
	w := sqliteWorld(t)
	admin := w.account("root", access.SuperAdmin, access.All)
	zhang, li := w.staff("zhang", 1), w.staff("li", 2)
	own := w.account("zhang", access.Operations, access.Own,
		func(n *access.NewAccount) { n.Staff = int64(zhang.ID) })
	g := w.group("g", 1)
	theirs := post[LiveCode](w, admin, "/live-codes", draftOf("root's", g.ID.String()),
		http.StatusCreated)
	mine := post[LiveCode](w, own, "/live-codes", draftOf("zhang's", g.ID.String()),
		http.StatusCreated)
	given := `"pool":{"id":"` + theirs.Pool.ID + `"},"fallback":[{"kind":"staff","ref":"` +
		li.ID.String() + `"},{"kind":"page","text":"t"}]`
	for _, cookie := range []string{admin, own} {
		answer[LiveCode](w, w.do(request{method: "PATCH", path: "/live-codes/" + mine.ID,
			body: `{` + given + `}`, cookie: cookie}), http.StatusOK)
	}
	draft := `{"name":"zhang's","kind":"group",` + given + `}`
	for body, status := range map[string]int{
		`{"id":"` + mine.ID + `","draft":` + draft + `}`: 200, `{"draft":` + draft + `}`: 403,
	} {
		r := w.do(request{method: "POST", path: "/live-codes/check", cookie: own, body: body})
		if r.status != status {
			t.Errorf("%s: %d %s, want %d", body, r.status, r.body, status)
		}
	}
}

func TestAPoolHoldsItsKindAndIsNotEmptiedUnderACode(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *testWorld) {
		admin := w.account("root", access.SuperAdmin, access.All)
		s, g := w.staff("zhang", 1), w.group("g", 1)
		c := post[LiveCode](w, admin, "/live-codes", draftOf("a", g.ID.String()), http.StatusCreated)
		for body, code := range map[string]string{
			`{"members":[{"target":"` + s.ID.String() + `"}]}`: "field.wrong_kind",
			`{"members":[]}`: "field.required",
		} {
			r := w.do(request{method: "PATCH", path: "/pools/" + c.Pool.ID, body: body, cookie: admin})
			if r.status != 422 || !strings.Contains(string(r.body), code) {
				t.Errorf("%s: %d %s", body, r.status, r.body)
			}
		}
		for _, body := range []string{
			`{"members":[],"auto_create":true,"base_name":"福利群"}`,
			`{"auto_create":false,"members":[{"target":"` + g.ID.String() + `"}]}`,
		} {
			r := w.do(request{method: "PATCH", path: "/pools/" + c.Pool.ID, body: body, cookie: admin})
			if r.status != 200 {
				t.Errorf("%s: %d %s", body, r.status, r.body)
			}
		}
	})
}

func TestRevealsAreFewAndHaveAReason(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *testWorld) {
		admin := w.account("root", access.SuperAdmin, access.All)
		other := w.account("two", access.SuperAdmin, access.All)
		c := w.customer("wmA", "王小明", w.staff("zhang", 1))
		reveal := func(cookie, reason string) reply {
			return w.do(request{method: "POST", path: "/contacts/" + c.ID.String() + "/reveal",
				cookie: cookie, body: text2(w, map[string]string{"reason": reason})})
		}
		for _, blank := range []string{"    ", "a b c   ", "\u200b\u200b\u200b\u200b"} {
			w.problem(reveal(admin, blank), http.StatusUnprocessableEntity)
		}
		for range maxReveals {
			answer[Revealed](w, reveal(admin, "客户来电"), http.StatusOK)
		}
		r := reveal(admin, "客户来电")
		if p := w.problem(r, http.StatusTooManyRequests); p.Code != "access.throttled" ||
			strings.Contains(string(r.body), "王小明") {
			t.Errorf("%s", r.body)
		}
		answer[Revealed](w, reveal(other, "客户来电"), http.StatusOK)
		w.clock.Advance(time.Hour)
		admin = w.session("root")
		answer[Revealed](w, reveal(admin, "客户来电"), http.StatusOK)
	})
}

func TestACodeMadeByAKeyHasNoOwner(t *testing.T) {
	w := sqliteWorld(t)
	admin := w.account("root", access.SuperAdmin, access.All)
	key := post[NewAPIKey](w, admin, "/api-keys",
		map[string]string{"name": "ci", "role": "operations"}, http.StatusCreated).Key
	d := text2(w, draftOf("a", w.group("g", 1).ID.String()))
	made := answer[LiveCode](w, w.do(request{method: "POST", path: "/live-codes", key: key, body: d}),
		http.StatusCreated)
	mine := answer[LiveCode](w, w.do(request{method: "POST", path: "/live-codes", cookie: admin, body: d}),
		http.StatusCreated)
	if made.Owner != nil || mine.Owner == nil || mine.Owner.Name != "root" {
		t.Errorf("owners %+v and %+v", made.Owner, mine.Owner)
	}
}

func TestACodeIsConnectedOnlyWhenACorpIs(t *testing.T) {
	w := sqliteWorld(t)
	admin := w.account("root", access.SuperAdmin, access.All)
	draft := map[string]any{"draft": draftOf("a", w.group("g", 1).ID.String())}
	for mode, want := range map[string]bool{"none": false, "live": true} {
		w.tx(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `insert into setting (key, value, updated_at) values ('wecom', ?, 0)
				on conflict (key) do update set value = excluded.value`, `{"mode":"`+mode+`"}`)
			return err
		})
		for _, k := range post[[]Check](w, admin, "/live-codes/check", draft, http.StatusOK) {
			if k.Check == "connected" && k.OK != want {
				t.Errorf("mode %s: connected is %v", mode, k.OK)
			}
		}
	}
}
