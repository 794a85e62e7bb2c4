package arrival_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/ident"
	"github.com/tuma-live/tuma/internal/base/job"
	"github.com/tuma-live/tuma/internal/base/seal"
	"github.com/tuma-live/tuma/internal/core/arrival"
	"github.com/tuma-live/tuma/internal/core/carrier"
	"github.com/tuma-live/tuma/internal/core/channel"
	"github.com/tuma-live/tuma/internal/core/contact"
	"github.com/tuma-live/tuma/internal/core/fact"
	"github.com/tuma-live/tuma/internal/core/group"
	"github.com/tuma-live/tuma/internal/core/inbox"
	"github.com/tuma-live/tuma/internal/core/mirror"
	"github.com/tuma-live/tuma/internal/core/pool"
	"github.com/tuma-live/tuma/internal/core/seat"
	"github.com/tuma-live/tuma/internal/core/staff"
	"github.com/tuma-live/tuma/internal/core/tag"
	"github.com/tuma-live/tuma/internal/core/welcome"
	"github.com/tuma-live/tuma/internal/schema/schematest"
	"github.com/tuma-live/tuma/internal/wecom"
	"github.com/tuma-live/tuma/internal/wecom/callback"
	"github.com/tuma-live/tuma/internal/wecom/sandbox"
)

// world is a whole Tuma without doors, and a sandbox corp over HTTP.
type world struct {
	*testing.T
	ctx      context.Context
	db       *db.DB
	clock    *clock.Manual
	sandbox  *sandbox.Server
	url      string
	people   contact.Store
	staff    *staff.Service
	tags     *tag.Service
	carriers *carrier.Service
	arrivals *arrival.Service
	greeter  *welcome.Service
	inbox    *inbox.Inbox
	runner   *job.Runner
	received func(callback.Message) error // takes callbacks; default the inbox
}

func each(t *testing.T, f func(w *world)) {
	t.Helper()
	schematest.Each(t, func(t *testing.T, d *db.DB) { f(newWorld(t, d)) })
}

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	w := &world{T: t, ctx: t.Context(), db: d, clock: clock.NewManual(time.Date(2026, 11, 21, 2, 0, 0, 0, time.UTC))}
	d.IDs = ident.NewSource(w.clock, 0, 0)
	api := httptest.NewUnstartedServer(nil)
	hook := httptest.NewServer(http.HandlerFunc(w.hook))
	t.Cleanup(hook.Close)
	var err error
	w.sandbox, err = sandbox.New(sandbox.Options{Clock: w.clock, CallbackURL: hook.URL, RetryAfter: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.sandbox.Close() })
	api.Config.Handler = w.sandbox.Handler()
	api.Start()
	t.Cleanup(api.Close)
	w.url = api.URL
	w.wire()
	return w
}

func (w *world) wire() {
	cred := w.sandbox.Credentials()
	connect := mirror.Fixed(wecom.New(wecom.Config{BaseURL: w.url, CorpID: cred.CorpID, Secret: cred.Secret, AgentID: cred.AgentID}))
	w.people = contact.Store{Ring: seal.ForTest()}
	w.staff = &staff.Service{DB: w.db, Clock: w.clock, Connect: connect}
	w.tags = &tag.Service{DB: w.db, Clock: w.clock, Connect: connect}
	w.carriers = &carrier.Service{DB: w.db, Clock: w.clock, Connect: connect,
		Picture: carrier.Fetcher{Base: func() string { return w.url }}}
	w.arrivals = &arrival.Service{DB: w.db, Clock: w.clock, Connect: connect, Contacts: w.people, Staff: w.staff, Tags: w.tags}
	w.greeter = &welcome.Service{DB: w.db, Clock: w.clock, Connect: connect, Contacts: w.people, Staff: w.staff}
	greet := inbox.Fast("welcome.send", w.greeter.Send)
	relation := inbox.Do("contact.relation", w.arrivals.Relation)
	change := inbox.Do("group.changed", w.arrivals.Group)
	w.inbox = inbox.New(w.db, w.clock, w.people.Ring, inbox.Plan{
		"change_external_contact/add_external_contact":      {greet, relation},
		"change_external_contact/add_half_external_contact": {greet, relation},
		"change_external_contact/edit_external_contact":     {relation},
		"change_external_contact/del_external_contact":      {relation},
		"change_external_contact/del_follow_user":           {relation},
		"change_external_chat/create":                       {change},
		"change_external_chat/update":                       {change},
		"change_external_chat/dismiss":                      {change},
	})
	reg := job.NewRegistry()
	w.inbox.Register(reg)
	w.arrivals.Register(reg)
	w.carriers.Register(reg)
	w.runner = &job.Runner{DB: w.db, Clock: w.clock, Registry: reg, Log: slog.New(slog.DiscardHandler)}
	w.received = func(m callback.Message) error { return w.inbox.Put(w.ctx, m) }
}

func (w *world) receiver() *callback.Receiver {
	c := w.sandbox.Credentials()
	r, err := callback.NewReceiver(w.clock, []callback.Keys{{Token: c.Token, AESKey: c.AESKey, CorpID: c.CorpID}},
		callback.MaxAge(365*24*time.Hour)) // the world's clock moves, its callbacks keep their time
	if err != nil {
		w.Error(err)
	}
	return r
}

func (w *world) hook(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.Error(err)
		return
	}
	m, err := w.receiver().Open(r.URL.Query(), body)
	if err != nil {
		rw.WriteHeader(http.StatusForbidden)
		return
	}
	if err := w.received(m); err != nil {
		rw.WriteHeader(http.StatusServiceUnavailable)
	}
}

// settle lets every callback arrive and every job that is due end.
func (w *world) settle() {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, 30*time.Second)
	defer cancel()
	w.must(w.sandbox.Drain(ctx))
	w.must(w.runner.Drain(ctx))
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) tx(f func(tx *db.Tx) error) {
	w.Helper()
	w.must(w.db.InTx(w.ctx, f))
}

// control calls the sandbox's control API.
func (w *world) control(method, path string, in, out any) {
	w.Helper()
	b, err := json.Marshal(in)
	w.must(err)
	req, err := http.NewRequestWithContext(w.ctx, method, w.url+"/sandbox/api"+path, bytes.NewReader(b))
	w.must(err)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	w.must(err)
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	w.must(err)
	if res.StatusCode >= 300 {
		w.Fatalf("%s %s: %s", method, path, got)
	}
	if out != nil {
		w.must(json.Unmarshal(got, out))
	}
}

func (w *world) do(a sandbox.Action) sandbox.Outcome {
	w.Helper()
	out, err := w.sandbox.Do(a)
	w.must(err)
	return out
}

// person makes a fresh customer.
func (w *world) person(name string) string {
	w.Helper()
	p, err := w.sandbox.AddPerson(sandbox.Person{Nickname: name})
	w.must(err)
	return p.ID
}

// mirror reads staff, tags and groups.
func (w *world) mirror() {
	w.Helper()
	w.must(w.staff.Sync(w.ctx))
	w.must(w.tags.Sync(w.ctx))
	w.must(w.arrivals.SyncGroups(w.ctx))
	w.settle()
}

func (w *world) able() []staff.Staff {
	w.Helper()
	all, err := staff.List(w.ctx, w.db.Read(), db.Where("1 = 1"))
	w.must(err)
	var able []staff.Staff
	for _, s := range all {
		if len(s.Problems()) == 0 {
			able = append(able, s)
		}
	}
	return able
}

func (w *world) groups() []group.Group {
	w.Helper()
	gs, err := group.List(w.ctx, w.db.Read(), db.Where("status = ?", group.Active))
	w.must(err)
	return gs
}

// code makes a live code over a pool of targets, and its carriers.
func (w *world) code(name, kind string, p pool.Pool, targets ...int64) (code int64, ch channel.Channel) {
	w.Helper()
	now := w.clock.Now()
	w.tx(func(tx *db.Tx) error {
		var err error
		if ch, err = channel.Create(w.ctx, tx, channel.Channel{Name: "小红书" + name, Abbr: "xhs", Kind: channel.Ad}, now); err != nil {
			return err
		}
		p.Name, p.Kind, p.Strategy = name, kind, "round_robin"
		var ms []pool.Member
		for _, t := range targets {
			ms = append(ms, pool.Member{Target: t, Weight: 1, Enabled: 1})
		}
		if p, err = pool.Create(w.ctx, tx, p, ms, now); err != nil {
			return err
		}
		code = int64(ident.New[codeKind](tx.IDs()))
		_, err = tx.Exec(w.ctx, `
			insert into live_code (id, slug, name, kind, purpose, channel, owner, state, pool, fallback, tags, page, created_at, updated_at)
			values (?, ?, ?, ?, 'promotion', ?, 1, 'active', ?, '[]', '[]', '{}', ?, ?)`,
			code, ident.Token(8), name, kind, ch.ID, p.ID, now.UnixMicro(), now.UnixMicro())
		if err != nil {
			return err
		}
		return carrier.Ensure(w.ctx, tx, code, now)
	})
	w.settle()
	return code, ch
}

type codeKind struct{}

func (codeKind) Prefix() string { return "lc" }

func (w *world) carrier(code, target int64) carrier.Carrier {
	w.Helper()
	cs, err := carrier.Of(w.ctx, w.db.Read(), code)
	w.must(err)
	for _, c := range cs {
		if c.Target == target {
			return c
		}
	}
	w.Fatalf("code %d has no carrier for %d", code, target)
	return carrier.Carrier{}
}

// hold gives a visitor a seat, as a scan does.
func (w *world) hold(visitor, code, target int64, scan fact.ID) {
	w.Helper()
	w.tx(func(tx *db.Tx) error {
		seats, err := seat.Lock(w.ctx, tx, []int64{target})
		if err != nil {
			return err
		}
		seats[0].Proven++
		if err := seat.Save(w.ctx, tx, seats); err != nil {
			return err
		}
		now := w.clock.Now()
		return seat.SaveHolds(w.ctx, tx, []seat.Hold{{Visitor: visitor, Code: code, Target: target, State: seat.Proven,
			Scan: scan, CreatedAt: db.At(now), ExpiresAt: db.At(now.Add(seat.ProvenFor))}})
	})
}

func (w *world) seat(target int64) seat.Seat {
	w.Helper()
	var s seat.Seat
	w.tx(func(tx *db.Tx) error {
		seats, err := seat.Lock(w.ctx, tx, []int64{target})
		if err == nil {
			s = seats[0]
		}
		return err
	})
	return s
}

func (w *world) facts(kinds ...fact.Kind) []fact.Fact {
	w.Helper()
	texts := []string{}
	for _, k := range kinds {
		texts = append(texts, string(k))
	}
	fs, err := fact.Of(w.ctx, w.db.Read(), db.Where("kind in (?)", db.In(texts)), 100_000)
	w.must(err)
	return fs
}

// one is the only fact of a kind.
func (w *world) one(k fact.Kind) fact.Fact {
	w.Helper()
	fs := w.facts(k)
	if len(fs) != 1 {
		w.Fatalf("there are %d facts %s, want 1", len(fs), k)
	}
	return fs[0]
}

func (w *world) contact(xid string) contact.Contact {
	w.Helper()
	c, err := w.people.ByExternalID(w.ctx, w.db.Read(), xid)
	w.must(err)
	return c
}
