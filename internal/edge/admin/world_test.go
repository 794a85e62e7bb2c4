package admin

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/i18n"
	"github.com/tuma-live/tuma/internal/base/ident"
	"github.com/tuma-live/tuma/internal/base/seal"
	"github.com/tuma-live/tuma/internal/base/web"
	"github.com/tuma-live/tuma/internal/core/access"
	"github.com/tuma-live/tuma/internal/core/channel"
	"github.com/tuma-live/tuma/internal/core/contact"
	"github.com/tuma-live/tuma/internal/core/corp"
	"github.com/tuma-live/tuma/internal/core/group"
	"github.com/tuma-live/tuma/internal/core/insight"
	"github.com/tuma-live/tuma/internal/core/livecode"
	"github.com/tuma-live/tuma/internal/core/staff"
	"github.com/tuma-live/tuma/internal/schema/schematest"
	"github.com/tuma-live/tuma/internal/wecom"
)

const password = "seven brave otters"

// testWorld is an API on a real database, with a clock that a test moves.
type testWorld struct {
	t       *testing.T
	db      *db.DB
	clock   *clock.Manual
	api     *API
	handler http.Handler
	synced  []string
}

func newWorld(t *testing.T, d *db.DB) *testWorld {
	t.Helper()
	texts, err := i18n.Load(Texts())
	if err != nil {
		t.Fatal(err)
	}
	w := &testWorld{t: t, db: d, clock: clock.NewManual(time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC))}
	d.IDs = ident.NewSource(w.clock, 0, 0)
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	ring := seal.ForTest()
	zone := time.FixedZone("Asia/Shanghai", 8*3600)
	nothing := func(context.Context, *db.Tx, int64) error { return nil }
	w.api = New(Deps{
		DB: d, Clock: w.clock, Ring: ring, Texts: texts, Log: quiet, Zone: zone,
		Access: access.New(d, w.clock),
		Codes: &livecode.Service{DB: d, Clock: w.clock,
			Signer: livecode.NewSigner(ring.Keys("slug")), Ensure: nothing},
		Reader: &insight.Reader{DB: d, Clock: w.clock, Zone: zone,
			Contacts: contact.Store{Ring: ring}},
		Corp: &corp.Service{DB: d, Clock: w.clock, Ring: ring, Log: quiet,
			CallbackURL: "https://x.example/wecom/callback"},
		Preview: func(_ context.Context, p Preview) ([]byte, error) {
			return []byte("<p>" + p.State + " " + p.Target + "</p>"), nil
		},
		Sync: func(_ context.Context, _ *db.Tx,
			what string) error {
			w.synced = append(w.synced, what)
			return nil
		},
		EnsurePool: nothing, PublicURL: "https://go.example.com", Version: "test",
	})
	w.handler = (&web.Stack{Log: quiet, Clock: w.clock, Texts: texts}).Wrap(w.api)
	return w
}

// account makes an account and returns its session's cookie.
func (w *testWorld) account(login string, r access.Role, s access.Scope,
	more ...func(*access.NewAccount)) string {
	w.t.Helper()
	n := access.NewAccount{Login: login, Name: login, Password: password, Role: r, Scope: s}
	for _, f := range more {
		f(&n)
	}
	if _, err := w.api.Access.Create(w.t.Context(), n); err != nil {
		w.t.Fatal(err)
	}
	return w.session(login)
}

func (w *testWorld) session(login string) string {
	w.t.Helper()
	token, _, err := w.api.Access.Login(w.t.Context(), login, password,
		access.Client{Address: "192.0.2.1"})
	if err != nil {
		w.t.Fatal(err)
	}
	return "__Host-tuma=" + token
}

// request is one call of the API.
type request struct {
	method, path string
	cookie       string
	key          string
	body         string
	header       map[string]string
}

type reply struct {
	status int
	header http.Header
	body   []byte
}

func (w *testWorld) do(q request) reply {
	w.t.Helper()
	r := httptest.NewRequest(q.method, "https://go.example.com/api/v1"+q.path,
		strings.NewReader(q.body))
	if q.body == "" {
		r.Body, r.ContentLength = http.NoBody, 0
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Accept-Language", "en")
	if q.body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if q.cookie != "" {
		r.Header.Set("Cookie", q.cookie)
	}
	if q.key != "" {
		r.Header.Set("Authorization", "Bearer "+q.key)
	}
	for k, v := range q.header {
		r.Header.Set(k, v)
	}
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	return reply{rec.Code, rec.Header(), rec.Body.Bytes()}
}

// get decodes what a GET answers.
func get[T any](w *testWorld, cookie, path string) (v T) {
	w.t.Helper()
	return answer[T](w, w.do(request{method: "GET", path: path, cookie: cookie}), http.StatusOK)
}

func answer[T any](w *testWorld, r reply, status int) (v T) {
	w.t.Helper()
	if r.status != status {
		w.t.Fatalf("status %d, want %d: %s", r.status, status, r.body)
	}
	if err := json.NewDecoder(bytes.NewReader(r.body)).Decode(&v); err != nil {
		w.t.Fatalf("%v: %s", err, r.body)
	}
	return v
}

// post sends v as JSON and decodes the answer.
func post[T any](w *testWorld, cookie, path string, v any, status int) T {
	w.t.Helper()
	return answer[T](w, w.do(request{method: "POST", path: path, cookie: cookie, body: text2(w, v)}), status)
}

func text2(w *testWorld, v any) string {
	w.t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		w.t.Fatal(err)
	}
	return string(b)
}

// problem decodes an answer that must be a problem.
func (w *testWorld) problem(r reply, status int) Problem {
	w.t.Helper()
	if got := r.header.Get("Content-Type"); got != "application/problem+json" {
		w.t.Fatalf("content type %q: %d %s", got, r.status, r.body)
	}
	return answer[Problem](w, r, status)
}

// tx runs f in a transaction.
func (w *testWorld) tx(f func(ctx context.Context, tx *db.Tx) error) {
	w.t.Helper()
	if err := w.db.InTx(w.t.Context(), func(tx *db.Tx) error { return f(w.t.Context(), tx) }); err != nil {
		w.t.Fatal(err)
	}
}

// group makes a customer group with members in it.
func (w *testWorld) group(name string, members int64) (g group.Group) {
	w.t.Helper()
	w.tx(func(ctx context.Context, tx *db.Tx) (err error) {
		if g, _, err = group.Meet(ctx, tx, "wrChat"+name); err != nil {
			return err
		}
		g.Name, g.Status, g.Members, g.Owner = name, group.Active, members, "zhang"
		return group.Save(ctx, tx, g)
	})
	return g
}

// staff makes a staff member of a department.
func (w *testWorld) staff(userid string, dept int64) (s staff.Staff) {
	w.t.Helper()
	w.tx(func(ctx context.Context, tx *db.Tx) (err error) {
		s, err = staff.Keep(ctx, tx, wecom.User{UserID: userid, Name: userid,
			Status:     wecom.StatusActive,
			Department: []int64{dept}}, true, w.clock.Now())
		return err
	})
	return s
}

// customer makes a contact who is a friend of s.
func (w *testWorld) customer(external, name string, s staff.Staff) (c contact.Contact) {
	w.t.Helper()
	store := w.api.Reader.Contacts
	w.tx(func(ctx context.Context, tx *db.Tx) (err error) {
		if c, err = store.Meet(ctx, tx, external, w.clock.Now()); err != nil {
			return err
		}
		c.Name, c.UnionID, c.Friends, c.AddedAt = name, "o-union-"+external, 1, w.clock.Now()
		if err := store.Save(ctx, tx, &c, w.clock.Now()); err != nil {
			return err
		}
		return contact.SaveFollow(ctx, tx, contact.Follow{Contact: c.ID, Staff: s.ID, Active: 1,
			AddedAt: db.At(w.clock.Now())})
	})
	return c
}

func (w *testWorld) channel(name string) (c channel.Channel) {
	w.t.Helper()
	w.tx(func(ctx context.Context, tx *db.Tx) (err error) {
		c, err = channel.Create(ctx, tx, channel.Channel{Name: name, Abbr: "DY", Kind: channel.Ad},
			w.clock.Now())
		return err
	})
	return c
}

// draft is a code that can be published at once.
func draftOf(name string, targets ...string) map[string]any {
	members := []map[string]any{}
	for _, t := range targets {
		members = append(members, map[string]any{"target": t})
	}
	return map[string]any{
		"name": name, "kind": "group", "pool": map[string]any{"members": members},
		"fallback": []map[string]any{{"kind": "page", "text": "call us"}}, "publish": true,
	}
}

func sqliteWorld(t *testing.T) *testWorld {
	t.Helper()
	return newWorld(t, schematest.SQLite(t))
}

func eachWorld(t *testing.T, f func(t *testing.T, w *testWorld)) {
	t.Helper()
	schematest.Each(t, func(t *testing.T, d *db.DB) { f(t, newWorld(t, d)) })
}
