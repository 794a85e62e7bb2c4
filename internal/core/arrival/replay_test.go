package arrival_test

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/ident"
	"github.com/tuma-live/tuma/internal/core/fact"
	"github.com/tuma-live/tuma/internal/core/pool"
	"github.com/tuma-live/tuma/internal/schema/schematest"
	"github.com/tuma-live/tuma/internal/wecom/callback"
	"github.com/tuma-live/tuma/internal/wecom/sandbox"
)

// events is how many callbacks the replay has: TUMA_REPLAY=10000 for the whole.
func events() int {
	if n, err := strconv.Atoi(os.Getenv("TUMA_REPLAY")); err == nil {
		return n
	}
	return 250
}

// tape keeps callbacks instead of the inbox.
type tape struct {
	sync.Mutex
	messages []callback.Message
}

func (t *tape) take(m callback.Message) error {
	t.Lock()
	defer t.Unlock()
	t.messages = append(t.messages, m)
	return nil
}

// The events of a day, told late, up to four times, in any order and with
// forgeries among them, leave what they leave when each is told once in order.
func TestAnyReplayOfTheSameEventsEndsInTheSameState(t *testing.T) {
	schematest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, schematest.SQLite(t))
		w.greeting("你好")
		codes := w.stage()
		twin := w.copyTo(d)

		var tape tape
		w.received = tape.take
		rng := rand.New(rand.NewPCG(7, 7))
		w.act(codes, rng, events())
		w.must(w.sandbox.Drain(w.ctx))
		if len(tape.messages) < events() {
			t.Fatalf("only %d events", len(tape.messages))
		}
		w.clock.Advance(time.Minute) // old events greet nobody

		w.deliver(tape.messages)
		var shuffled []callback.Message
		for _, m := range tape.messages {
			for range 1 + rng.IntN(4) {
				shuffled = append(shuffled, m)
			}
		}
		rng.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		forged := twin.forge(len(shuffled) / 100)
		twin.deliver(shuffled)
		forged += twin.forge(len(shuffled) / 100)
		if forged != 0 {
			t.Errorf("%d forged callbacks were taken", forged)
		}
		twin.rerun()
		w.compare(twin)
		for _, one := range []*world{w, twin} {
			if n := len(one.facts(fact.Welcomed)); n != 0 {
				t.Errorf("%d old events were greeted", n)
			}
		}
	})
}

// stage mirrors the corp and makes a staff code and a group code.
func (w *world) stage() (configs []string) {
	w.Helper()
	w.mirror()
	w.control("PATCH", "/rules", map[string]bool{"half_add": false}, nil)
	m, gs := w.able(), w.groups()
	one, _ := w.code("一号", pool.Staff, pool.Pool{}, int64(m[0].ID), int64(m[1].ID))
	two, _ := w.code("二号", pool.Staff, pool.Pool{}, int64(m[0].ID))
	three, _ := w.code("三号", pool.Groups, pool.Pool{}, int64(gs[0].ID), int64(gs[1].ID))
	return []string{
		w.carrier(one, int64(m[0].ID)).ConfigID, w.carrier(one, int64(m[1].ID)).ConfigID,
		w.carrier(two, int64(m[0].ID)).ConfigID,
		w.carrier(three, int64(gs[0].ID)).ConfigID, w.carrier(three, int64(gs[1].ID)).ConfigID,
	}
}

// act lets a few people do much, so that they come, go and come again, often
// within the same second.
func (w *world) act(configs []string, rng *rand.Rand, least int) {
	w.Helper()
	var people []string
	for i := range 12 + least/50 {
		people = append(people, w.person(fmt.Sprintf("顾客%d", i)))
	}
	m, gs := w.able(), w.groups()
	for n := 0; n < least; {
		p := people[rng.IntN(len(people))]
		member, g := m[rng.IntN(2)].UserID, gs[rng.IntN(2)].ChatID
		w.control("PATCH", "/rules", map[string]bool{"half_add": rng.IntN(4) == 0}, nil)
		a := []sandbox.Action{
			{Do: "scan_contact", Person: p, ConfigID: configs[rng.IntN(3)]},
			{Do: "scan_contact", Person: p, ConfigID: configs[rng.IntN(3)]},
			{Do: "accept", Person: p, UserID: member},
			{Do: "drop_staff", Person: p, UserID: member},
			{Do: "drop_customer", Person: p, UserID: member},
			{Do: "scan_group", Person: p, ConfigID: configs[3+rng.IntN(2)]},
			{Do: "join", Person: p, ChatID: g},
			{Do: "leave", Person: p, ChatID: g},
		}[rng.IntN(8)]
		out, err := w.sandbox.Do(a)
		if err == nil && out.Result != sandbox.Already && out.Result != sandbox.Full && out.Result != sandbox.Invalid {
			n++
		}
		w.clock.Advance(time.Duration(rng.IntN(8)) * time.Second)
	}
}

// deliver puts messages into the inbox and works everything off, also what
// waits for more.
func (w *world) deliver(ms []callback.Message) {
	w.Helper()
	var all sync.WaitGroup
	for chunk := range slices.Chunk(ms, 50) {
		for _, m := range chunk {
			all.Go(func() {
				if err := w.inbox.Put(w.ctx, m); err != nil {
					w.Error(err)
				}
			})
		}
		all.Wait()
		w.must(w.runner.Drain(w.ctx))
	}
	for range 30 {
		w.clock.Advance(10 * time.Second)
		w.must(w.runner.Drain(w.ctx))
	}
}

// rerun does every step once more, as after a crash between its work and the
// note that it is done.
func (w *world) rerun() {
	w.Helper()
	w.tx(func(tx *db.Tx) error {
		n, err := tx.Exec(w.ctx, "update job "+
			"set state = 'ready', run_at = 0, attempt = 0, finished_at = 0 where state = 'done' and kind like 'inbox.%'")
		if n == 0 {
			w.Error("no step has run")
		}
		return err
	})
	w.deliver(nil)
}

// forge tries callbacks signed with another token, and returns how many were taken.
func (w *world) forge(n int) (taken int) {
	w.Helper()
	c := w.sandbox.Credentials()
	key := callback.Keys{Token: "forged", AESKey: c.AESKey, CorpID: c.CorpID}
	for i := range n {
		plain := fmt.Appendf(nil, "<xml><Event>change_external_contact</Event><ChangeType>add_external_contact</ChangeType>"+
			"<UserID>forged</UserID><ExternalUserID>forged%d</ExternalUserID></xml>", i)
		body, query, err := callback.Seal(key, plain, w.clock.Now().Unix(), "nonce", ident.Random(16))
		w.must(err)
		m, err := w.receiver().Open(query, body)
		if err == nil {
			taken++
			w.must(w.inbox.Put(w.ctx, m))
		}
	}
	return taken
}

// tables are what a twin needs, each after those it points to.
var tables = []string{
	"setting", "asset", "department", "staff", "customer_group", "contact", "participant", "channel", "tag_group",
	"tag", "pool", "pool_member", "seat", "welcome", "live_code", "carrier",
}

// copyTo makes a second Tuma of the same corp in another database.
func (w *world) copyTo(d *db.DB) *world {
	w.Helper()
	twin := *w
	twin.db = d
	d.IDs = ident.NewSource(w.clock, 1, 0)
	for _, table := range tables {
		w.copyTable(&twin, table)
	}
	people := w.people
	twin.wire()
	twin.people = people
	twin.arrivals.Contacts, twin.greeter.Contacts = people, people
	return &twin
}

func (w *world) copyTable(twin *world, table string) {
	w.Helper()
	rows, err := w.db.Read().Query(w.ctx, "select * from "+table)
	w.must(err)
	defer rows.Close()
	cols, err := rows.Columns()
	w.must(err)
	marks := strings.TrimSuffix(strings.Repeat("?, ", len(cols)), ", ")
	for rows.Next() {
		values, into := make([]any, len(cols)), make([]any, len(cols))
		for i := range values {
			into[i] = &values[i]
		}
		w.must(rows.Scan(into...))
		twin.tx(func(tx *db.Tx) error {
			_, err := tx.Exec(w.ctx, "insert into "+table+" ("+strings.Join(cols, ", ")+") values ("+marks+")", values...)
			return err
		})
	}
	w.must(rows.Err())
}

// compare looks at everything events lead to, with people named by WeCom's id.
func (w *world) compare(twin *world) {
	w.Helper()
	for what, q := range map[string]string{
		"friendships": `select x.xid_hash, f.staff, f.active, f.state, f.code, f.channel, f.added_at, f.lost_at, f.lost_by
			from follow f join contact x on x.id = f.contact`,
		"contacts": `select xid_hash, name_hash, friends, code, channel, tier, added_at, lost_at, 0, 0 from contact`,
		"participants": `select x.xid_hash, p.customer_group, p.scene, p.state, p.joined_at, p.left_at
			from participant p join contact x on x.id = p.contact`,
		"groups": "select id, members, externals, status, member_version from customer_group",
		"seats":  "select target, joined, unproven, proven, capacity from seat",
		"arrivals": `select f.kind, f.at, f.code, f.channel, f.target, f.staff, x.xid_hash
			from fact f join contact x on x.id = f.contact
			where f.kind in ('contact.added', 'contact.half_added', 'group.joined')`,
		// A loss is counted for the beginning before it. Told a day late and in
		// any order that beginning may not be known yet, so its code is left out.
		"losses": `select f.kind, f.at, f.target, f.staff, x.xid_hash
			from fact f join contact x on x.id = f.contact
			where f.kind in ('contact.lost', 'contact.dropped', 'group.left')`,
		"failed welcomes": `select f.at, f.code, f.channel, f.staff, x.xid_hash
			from fact f join contact x on x.id = f.contact where f.kind = 'welcome.failed'`,
		"welcomes": "select code_hash, staff, code, state, error, event_at from welcome_delivery",
		"events":   "select digest, name from inbox_event",
	} {
		want, got := w.lines(q), twin.lines(q)
		for _, l := range want {
			if !slices.Contains(got, l) {
				w.Errorf("%s: missing after the replay: %s", what, l)
			}
		}
		for _, l := range got {
			if !slices.Contains(want, l) {
				w.Errorf("%s: only after the replay: %s", what, l)
			}
		}
		if len(want) != len(got) {
			w.Errorf("%s: %d lines in order, %d after the replay", what, len(want), len(got))
		}
		if len(want) == 0 {
			w.Errorf("%s: nothing to compare", what)
		}
	}
}

func (w *world) lines(q string) []string {
	w.Helper()
	rows, err := w.db.Read().Query(w.ctx, q)
	w.must(err)
	defer rows.Close()
	cols, err := rows.Columns()
	w.must(err)
	var out []string
	for rows.Next() {
		values, into := make([]sql.RawBytes, len(cols)), make([]any, len(cols))
		for i := range values {
			into[i] = &values[i]
		}
		w.must(rows.Scan(into...))
		var line strings.Builder
		for i, v := range values {
			if strings.HasSuffix(cols[i], "hash") || cols[i] == "digest" {
				v = fmt.Appendf(nil, "%x", []byte(v))
			}
			line.WriteString(string(v) + " ")
		}
		out = append(out, line.String())
	}
	w.must(rows.Err())
	slices.Sort(out)
	return out
}
