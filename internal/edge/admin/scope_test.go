package admin

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/core/access"
	"github.com/tuma-live/tuma/internal/core/audit"
)

func TestEveryoneSeesTheirOwnRowsOnly(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *testWorld) {
		admin := w.account("root", access.SuperAdmin, access.All)
		zhang, li := w.staff("zhang", 1), w.staff("li", 2)
		w.tx(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, "insert into department (wecom_id, parent, name, synced_at) values (1, 0, 'a', 0), (2, 0, 'b', 0)")
			return err
		})
		mine, theirs := w.customer("wmAAAA0001", "王小明", zhang), w.customer("wmBBBB0002", "李小红", li)
		own := w.account("zhang", access.Operations, access.Own,
			func(n *access.NewAccount) { n.Staff = int64(zhang.ID) })
		dept := w.account("head", access.Operations, access.Department,
			func(n *access.NewAccount) { n.Department = 2 })
		g := w.group("g", 1)
		byRoot := post[LiveCode](w, admin, "/live-codes", draftOf("root's", g.ID.String()),
			http.StatusCreated)
		byOwn := post[LiveCode](w, own, "/live-codes", draftOf("zhang's", g.ID.String()),
			http.StatusCreated)
		post[LiveCode](w, dept, "/live-codes", draftOf("head's", g.ID.String()), http.StatusCreated)
		d := draftOf("served by li", li.ID.String())
		d["kind"] = "staff"
		post[LiveCode](w, admin, "/live-codes", d, http.StatusCreated)
		names := func(cookie string) string {
			var out []string
			for _, c := range get[Page[LiveCode]](w, cookie, "/live-codes?sort=name").Items {
				out = append(out, c.Name)
			}
			return strings.Join(out, ",")
		}
		for cookie, want := range map[string]string{
			admin: "head's,root's,served by li,zhang's", own: "zhang's",
			dept: "head's,served by li",
		} {
			if got := names(cookie); got != want {
				t.Errorf("%q, want %q", got, want)
			}
		}
		for _, path := range []string{"", "/stats", "/changes", "/qr.png", "/qr.svg"} {
			foreign := w.do(request{method: "GET", path: "/live-codes/" + byRoot.ID + path,
				cookie: own})
			missing := w.do(request{method: "GET", path: "/live-codes/lc_0dvt67a4zzzzz" + path,
				cookie: own})
			if foreign.status != 404 || missing.status != 404 {
				t.Errorf("%q: foreign %d, missing %d", path, foreign.status, missing.status)
			}
			if r := w.do(request{method: "GET", path: "/live-codes/" + byOwn.ID + path,
				cookie: own}); r.status != 200 {
				t.Errorf("own %q: %d", path, r.status)
			}
		}
		for _, q := range []request{
			{method: "PATCH", path: "/live-codes/" + byRoot.ID, body: `{"note":"x"}`},
			{method: "POST", path: "/live-codes/" + byRoot.ID + "/pause"},
			{method: "DELETE", path: "/live-codes/" + byRoot.ID},
			{method: "GET", path: "/contacts/" + theirs.ID.String()},
			{method: "GET", path: "/contacts/" + theirs.ID.String() + "/timeline"},
		} {
			q.cookie = own
			if r := w.do(q); r.status != 404 {
				t.Errorf("%s %s: %d", q.method, q.path, r.status)
			}
		}
		contacts := get[Page[Contact]](w, own, "/contacts")
		if contacts.Total != 1 || contacts.Items[0].ID != mine.ID.String() {
			t.Errorf("%+v", contacts)
		}
		if p := get[Page[Contact]](w, own, "/contacts?q="+"%E6%9D%8E%E5%B0%8F%E7%BA%A2"); p.Total != 0 {
			t.Errorf("found another's customer by name: %+v", p)
		}
		if p := get[Page[Staff]](w, own, "/staff"); p.Total != 1 || p.Items[0].UserID != "zhang" {
			t.Errorf("%+v", p)
		}
		if h := get[Home](w, own, "/home"); len(h.Changes) != 0 || len(h.Channels) != 0 {
			t.Errorf("%+v", h)
		}
	})
}

func TestWhatIsMaskedStaysMasked(t *testing.T) {
	w := sqliteWorld(t)
	admin := w.account("root", access.SuperAdmin, access.All)
	ops, agent := w.account("ops", access.Operations, access.All), w.account("agent", access.Agent,
		access.All)
	c := w.customer("wmSECRETEXTERNALID9f", "王小明", w.staff("zhang", 1))
	w.tx(func(ctx context.Context, tx *db.Tx) error {
		c.Avatar = "https://wx.example/face.png"
		return w.api.Reader.Contacts.Save(ctx, tx, &c, w.clock.Now())
	})
	for _, path := range []string{"/contacts", "/contacts/" + c.ID.String()} {
		for _, cookie := range []string{ops, agent} {
			r := w.do(request{method: "GET", path: path, cookie: cookie})
			for _, secret := range []string{"王小明", "小明", "SECRETEXTERNAL", "o-union", "face.png"} {
				if bytes.Contains(r.body, []byte(secret)) {
					t.Errorf("%s shows %q: %s", path, secret, r.body)
				}
			}
			if !bytes.Contains(r.body, []byte(`王**`)) || !bytes.Contains(r.body,
				[]byte("wmSE…9f")) {
				t.Errorf("%s: %s", path, r.body)
			}
		}
		r := w.do(request{method: "GET", path: path, cookie: admin})
		if !bytes.Contains(r.body, []byte("face.png")) || !bytes.Contains(r.body, []byte("王小明")) || bytes.Contains(r.body,
			[]byte("SECRETEXTERNAL")) {
			t.Errorf("%s as admin: %s", path, r.body)
		}
	}
	reveal := request{method: "POST", path: "/contacts/" + c.ID.String() + "/reveal",
		body: `{"reason":"customer called"}`}
	reveal.cookie = ops
	w.problem(w.do(reveal), http.StatusForbidden)
	reveal.cookie = admin
	if v := answer[Revealed](w, w.do(reveal), 200); v.ExternalID != "wmSECRETEXTERNALID9f" || v.Name != "王小明" {
		t.Fatalf("%+v", v)
	}
	rows, err := audit.List(t.Context(), w.db.Read(), audit.Filter{Object: "contact"}, 0, 10)
	if err != nil || len(rows) != 1 || rows[0].Detail.V.Note != "customer called" || rows[0].ActorName != "root" {
		t.Fatalf("%+v %v", rows, err)
	}
}
