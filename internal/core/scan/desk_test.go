package scan

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/core/fact"
	"github.com/tuma-live/tuma/internal/core/route"
	"github.com/tuma-live/tuma/internal/core/seat"
	"github.com/tuma-live/tuma/internal/core/staff"
	"github.com/tuma-live/tuma/internal/schema/schematest"
)

var start = time.Date(2026, 11, 21, 1, 0, 0, 0, time.UTC)

// world is a database with one code over groups of the given capacities.
type world struct {
	t     testing.TB
	db    *db.DB
	clock *clock.Manual
	desk  *Desk
	code  *Code
}

const (
	codeID = 100
	poolID = 200
)

func newWorld(t testing.TB, d *db.DB, strategy route.Strategy, kind seat.Kind, capacities ...int64) *world {
	t.Helper()
	w := &world{t: t, db: d, clock: clock.NewManual(start)}
	ctx := context.Background()
	err := d.InTx(ctx, func(tx *db.Tx) error {
		exec := func(q string, args ...any) {
			if _, err := tx.Exec(ctx, q, args...); err != nil {
				t.Fatal(err)
			}
		}
		exec("insert into pool (id, name, kind, strategy, created_at) values (?, 'p', ?, ?, 0)", poolID, string(kind), string(strategy))
		for i, n := range capacities {
			id := int64(i + 1)
			if kind == seat.Group {
				exec("insert into customer_group (id, chat_id, name, owner, status, members, externals, member_version, created_at, synced_at)"+
					" values (?, ?, ?, '', 'active', 0, 0, '', 0, 0)", id, fmt.Sprint("wr", id), fmt.Sprint("群", id))
			} else {
				exec("insert into staff (id, userid, name, departments, status, follows, daily_cap, synced_at)"+
					" values (?, ?, ?, '[]', 1, 1, ?, 0)", id, fmt.Sprint("u", id), fmt.Sprint("员工", id), n)
			}
			exec("insert into pool_member (pool, target, seq, weight) values (?, ?, ?, 1)", poolID, id, i)
			exec("insert into carrier (id, code, target, kind, token, qr_asset, want, state, created_at)"+
				" values (?, ?, ?, 'x', ?, 'qr', '', 'ready', 0)", id, codeID, id, fmt.Sprint("t", id))
			if err := seat.Open(ctx, tx, id, kind, n, 0); err != nil {
				return err
			}
		}
		exec("insert into live_code (id, slug, name, kind, purpose, channel, owner, state, pool, fallback, tags, page, created_at, updated_at)"+
			" values (?, 'slug', '码', 'group', 'other', 5, 0, 'active', ?, '[{\"kind\":\"page\",\"text\":\"电话\"}]', '[]', '{}', 0, 0)", codeID, poolID)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	book := &Book{DB: d, Clock: w.clock}
	if err := book.Load(ctx); err != nil {
		t.Fatal(err)
	}
	if w.code, err = book.Find("slug"); err != nil {
		t.Fatal(err)
	}
	w.desk = NewDesk(d, w.clock, nil)
	return w
}

func (w *world) scan(visitor int64, change ...func(*Visit)) Outcome {
	w.t.Helper()
	v := Visit{Code: w.code, Visitor: Visitor{ID: visitor}, At: w.clock.Now(), OS: "ios", WeChat: "wechat"}
	for _, f := range change {
		f(&v)
	}
	out, err := w.desk.Admit(context.Background(), v)
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

func tapped(v *Visit) { v.Tapped = true }

func (w *world) seat(target int64) seat.Seat {
	w.t.Helper()
	s, err := db.Get[seat.Seat](context.Background(), w.db.Read(), "select "+seat.Columns+" from seat where target = ?", target)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

func (w *world) shown(out Outcome, visitor int64) {
	w.t.Helper()
	b := Beacon{Scan: out.Scan, Code: codeID, Visitor: visitor, Kind: fact.Shown, At: w.clock.Now()}
	if err := w.desk.Beacon(context.Background(), b); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) use(target int64) seat.Match {
	w.t.Helper()
	var m seat.Match
	ctx := context.Background()
	err := w.db.InTx(ctx, func(tx *db.Tx) error {
		var err error
		m, err = seat.Use(ctx, tx, seat.Arrival{Target: target, Code: codeID, At: w.clock.Now()})
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return m
}

func (w *world) expire() int {
	w.t.Helper()
	n, err := w.desk.Expire(context.Background(), w.clock.Now())
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// Never over capacity, never "full" while a seat is free, one seat a visitor:
// whatever the concurrency.
func TestSeatsAreExactUnderConcurrentScans(t *testing.T) {
	schematest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, route.RoundRobin, seat.Group, 40, 40, 40)
		var mu sync.Mutex
		got, full := map[int64]map[int64]bool{}, 0
		var wg sync.WaitGroup
		for g := range 32 {
			wg.Go(func() {
				r := rand.New(rand.NewPCG(1, uint64(g)))
				for range 40 {
					visitor := int64(1 + r.IntN(300))
					out := w.scan(visitor, tapped)
					mu.Lock()
					switch {
					case out.State == route.AllFull:
						full++
					case out.Target != nil:
						if got[visitor] == nil {
							got[visitor] = map[int64]bool{}
						}
						got[visitor][out.Target.ID] = true
					default:
						t.Errorf("unexpected %s", out.State)
					}
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if len(got) != 120 {
			t.Errorf("%d visitors have a seat, want all 120 seats given", len(got))
		}
		for v, ts := range got {
			if len(ts) != 1 {
				t.Errorf("visitor %d was sent to %d groups", v, len(ts))
			}
		}
		if full == 0 {
			t.Error("300 visitors for 120 seats, and nobody met a full page")
		}
		for id := int64(1); id <= 3; id++ {
			if s := w.seat(id); s.Proven != 40 || s.Unproven != 0 {
				t.Errorf("seat %d: %+v, want 40 proven", id, s)
			}
		}
	})
}

func TestAHoldLivesAsLongAsItsProof(t *testing.T) {
	schematest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, route.InOrder, seat.Group, 20)
		seen, unseen := w.scan(1), w.scan(2)
		w.shown(seen, 1)
		if s := w.seat(1); s.Unproven != 1 || s.Proven != 1 {
			t.Fatalf("after one beacon: %+v", s)
		}
		w.clock.Advance(seat.UnprovenFor)
		if n := w.expire(); n != 1 {
			t.Fatalf("%d holds ended after 90 s, want the unproven one", n)
		}
		w.shown(unseen, 2) // too late: no seat comes back by it
		if s := w.seat(1); s.Unproven != 0 || s.Proven != 1 {
			t.Fatalf("after 90 s: %+v", s)
		}
		w.clock.Advance(seat.ProvenFor)
		w.expire()
		if s := w.seat(1); s.Proven != 0 {
			t.Fatalf("after 10 min: %+v", s)
		}
		if w.expire() != 0 {
			t.Fatal("a hold ended twice")
		}
	})
}

func TestWhenAllIsFullTheStaffMemberOnDutyServes(t *testing.T) {
	schematest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		w := newWorld(t, d, route.InOrder, seat.Group, 0)
		const duty = 77
		err := d.InTx(ctx, func(tx *db.Tx) error {
			for _, q := range []string{
				"insert into staff (id, userid, name, departments, status, follows, daily_cap, synced_at) values (77, 'u77', '值班', '[]', 1, 1, 50, 0)",
				"insert into carrier (id, code, target, kind, token, qr_asset, want, state, created_at) values (77, 100, 77, 'x', 't77', 'qr', '', 'ready', 0)",
				`update live_code set fallback = '[{"kind":"staff","ref":"` + staff.ID(duty).String() + `"},{"kind":"page","text":"电话"}]'`,
			} {
				if _, err := tx.Exec(ctx, q); err != nil {
					return err
				}
			}
			return seat.Open(ctx, tx, duty, seat.Staff, 50, 0)
		})
		if err != nil {
			t.Fatal(err)
		}
		book := &Book{DB: d, Clock: w.clock}
		if err := book.Load(ctx); err != nil {
			t.Fatal(err)
		}
		w.code, _ = book.Find("slug")
		if out := w.scan(1); out.State != route.OKStaff || out.Target.ID != duty {
			t.Fatalf("met %s", out.State)
		}
	})
}

func TestABeaconCountsOnceAndOnlyForItsOwnScan(t *testing.T) {
	schematest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, route.InOrder, seat.Group, 50)
		mine, other := w.scan(1), w.scan(2)
		for range 3 {
			w.shown(mine, 1)
		}
		w.shown(other, 1) // a scan of somebody else
		w.shown(Outcome{Scan: 12345}, 1)
		n, err := db.Get[int64](context.Background(), d.Read(), "select count(*) from fact where kind = ?", string(fact.Shown))
		if err != nil || n != 1 {
			t.Fatalf("%d facts of a QR that was shown once, %v", n, err)
		}
		if s := w.seat(1); s.Proven != 1 || s.Unproven != 1 {
			t.Fatalf("%+v: a stranger proved a visitor's hold", s)
		}
	})
}

func TestAnArrivalUsesTheSeatHeldForIt(t *testing.T) {
	schematest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, route.InOrder, seat.Group, 50)
		only := w.scan(1)
		w.shown(only, 1)
		if m := w.use(1); m.Visitor != 1 || m.Scan != only.Scan || m.Tier != seat.TierInferred {
			t.Fatalf("one candidate: %+v", m)
		}
		if out := w.scan(1); out.State != route.Joined {
			t.Fatalf("a visitor who came in sees %s", out.State)
		}
		if out := w.scan(1, func(v *Visit) { v.Again = true }); out.State == route.Joined || out.Target.ID != 1 {
			t.Fatalf("asking again gives %+v", out)
		}
		w.scan(2)
		seen := w.scan(3)
		w.shown(seen, 3)
		if m := w.use(1); m.Visitor != 3 || m.Tier != seat.TierCode {
			t.Fatalf("several candidates: %+v, want the one who has seen the page, and not sure", m)
		}
		if out := w.scan(3); out.State == route.Joined {
			t.Fatal("a guess was told as a fact")
		}
		if m := (seat.Match{}); func() bool { w.use(1); w.use(1); w.use(1); m = w.use(1); return m.Tier != "" }() {
			t.Fatalf("an arrival nobody held a seat for matched %+v", m)
		}
	})
}

func TestStaffCapsCountTheLocalDay(t *testing.T) {
	schematest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, route.RoundRobin, seat.Staff, 10, 10)
		for v := int64(1); v <= 20; v++ {
			out := w.scan(v, tapped)
			w.use(out.Target.ID)
		}
		if out := w.scan(99, tapped); out.State != route.AllFull {
			t.Fatalf("the 21st customer of the day met %s", out.State)
		}
		w.clock.Advance(15*time.Hour - time.Second) // 09:00 → 23:59:59 in Shanghai
		if out := w.scan(98, tapped); out.State != route.AllFull {
			t.Fatalf("a second before midnight: %s", out.State)
		}
		w.clock.Advance(time.Second)
		if out := w.scan(97, tapped); out.State != route.OKStaff {
			t.Fatalf("at midnight: %s", out.State)
		}
	})
}

func TestAReplacedHoldGivesItsSeatBack(t *testing.T) {
	schematest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		w := newWorld(t, d, route.InOrder, seat.Group, 50, 50)
		w.scan(1)
		err := d.InTx(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, "delete from pool_member where target = 1")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		book := &Book{DB: d, Clock: w.clock}
		if err := book.Load(ctx); err != nil {
			t.Fatal(err)
		}
		w.code, _ = book.Find("slug")
		if out := w.scan(1); out.Target.ID != 2 {
			t.Fatalf("sent to %d, which is out of the pool", out.Target.ID)
		}
		if s := w.seat(1); s.Unproven != 0 {
			t.Fatalf("the seat of the group that was removed is still held: %+v", s)
		}
	})
}

func TestEveryScanStoresItsTrace(t *testing.T) {
	schematest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, route.InOrder, seat.Group, 0, 9)
		out := w.scan(7, func(v *Visit) {
			v.Material = "A\"<b>\x00‮3"
			v.UTM = `{"utm_source":"抖音"}`
		})
		fs, err := fact.Of(context.Background(), d.Read(), db.Where("id = ?", out.Scan), 1)
		if err != nil || len(fs) != 1 {
			t.Fatalf("%d facts, %v", len(fs), err)
		}
		var tr Trace
		if err := json.Unmarshal([]byte(fs[0].Data), &tr); err != nil {
			t.Fatalf("%v in %s", err, fs[0].Data)
		}
		if fs[0].Target != 2 || fs[0].Channel != 5 || tr.State != route.Near || !tr.Held || tr.OS != "ios" ||
			tr.UTM["utm_source"] != "抖音" || len(tr.Refused) != 1 || tr.Refused[0].Reason != route.Full {
			t.Fatalf("trace %s", fs[0].Data)
		}
	})
}

func TestACustomersDiagnosisCodeFindsTheScan(t *testing.T) {
	schematest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, route.InOrder, seat.Group, 50)
		out := w.scan(1)
		code := Diagnosis(out.Scan)
		now := time.Now() // ids are made by the machine's clock in this test
		for _, typed := range []string{code, strings.ToLower(code), strings.Replace(code, "-", " ", 1)} {
			ids, err := ByDiagnosis(context.Background(), d.Read(), typed, now.AddDate(0, -3, 0), now.Add(time.Minute))
			if err != nil || len(ids) != 1 || ids[0] != out.Scan {
				t.Fatalf("%q finds %v, %v", typed, ids, err)
			}
		}
		for _, none := range []string{"", "7K2Q", "0000-0000", "'; drop table fact", code + "A"} {
			if ids, err := ByDiagnosis(context.Background(), d.Read(), none, now.AddDate(0, -1, 0), now); len(ids) != 0 || err != nil {
				t.Fatalf("%q finds %v, %v", none, ids, err)
			}
		}
	})
}

func TestVisitsAreJournalledWhileTheDatabaseIsAwayAndImportedOnce(t *testing.T) {
	ctx := context.Background()
	d := schematest.SQLite(t)
	w := newWorld(t, d, route.InOrder, seat.Group, 50)
	j, err := OpenJournal(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	away := errors.New("the database is away")
	w.desk.Journal = j
	w.desk.visits = db.NewBatch(10, 10, func(context.Context, []*admission) error { return away })
	for v := range int64(25) {
		out := w.scan(v + 1)
		if !out.Unrecorded || out.State != route.Failed || out.Target != nil {
			t.Fatalf("without the ledger: %+v", out)
		}
	}
	again, err := OpenJournal(j.dir) // as after a crash: the open file is taken over
	if err != nil {
		t.Fatal(err)
	}
	n, err := again.Import(ctx, d)
	if err != nil || n != 25 {
		t.Fatalf("imported %d, %v", n, err)
	}
	if n, err := again.Import(ctx, d); n != 0 || err != nil {
		t.Fatalf("imported %d again, %v", n, err)
	}
	total, err := db.Get[int64](ctx, d.Read(), "select count(*) from fact where kind = 'scan'")
	if err != nil || total != 25 {
		t.Fatalf("%d facts, %v", total, err)
	}
}

// A full disk: SQLite refuses to grow, as it does on ENOSPC.
func TestAFullDiskLosesNoVisitAndServiceComesBackByItself(t *testing.T) {
	ctx := context.Background()
	d := schematest.SQLite(t)
	w := newWorld(t, d, route.InOrder, seat.Group, 100000)
	j, err := OpenJournal(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w.desk.Journal = j
	limit := func(pages int64) {
		err := d.InTx(ctx, func(tx *db.Tx) error {
			var n int64
			return tx.QueryRow(ctx, fmt.Sprintf("pragma max_page_count = %d", pages)).Scan(&n)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	kept, journalled := 0, 0
	for v := int64(1); journalled < 20; v++ {
		if v > 10000 {
			t.Fatal("the disk never filled up")
		}
		limit(1) // SQLite makes it the size the file has; a fresh connection forgets it
		if out := w.scan(v, tapped); out.Unrecorded {
			journalled++
		} else {
			kept++
		}
	}
	limit(1 << 30)
	if out := w.scan(1<<40, tapped); out.Unrecorded || out.Target == nil {
		t.Fatalf("with room again: %+v", out)
	}
	if n, err := j.Import(ctx, d); n != journalled || err != nil {
		t.Fatalf("imported %d of %d, %v", n, journalled, err)
	}
	total, err := db.Get[int](ctx, d.Read(), "select count(*) from fact where kind = 'scan'")
	if err != nil || total != kept+journalled+1 {
		t.Fatalf("%d facts for %d visits, %v", total, kept+journalled+1, err)
	}
}

func BenchmarkDesk(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchmarkDesk(b, schematest.SQLite(b)) })
	b.Run("postgres", func(b *testing.B) { benchmarkDesk(b, schematest.Postgres(b)) })
}

// benchmarkDesk admits new visitors, 256 at a time, to one hot pool.
func benchmarkDesk(b *testing.B, d *db.DB) {
	w := newWorld(b, d, route.RoundRobin, seat.Group, 1<<40, 1<<40, 1<<40, 1<<40, 1<<40)
	var next atomic.Int64
	b.SetParallelism(128)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			v := Visit{Code: w.code, Visitor: Visitor{ID: next.Add(1) * 7919, Fresh: true}, At: start, OS: "ios"}
			if _, err := w.desk.Admit(context.Background(), v); err != nil {
				b.Fatal(err)
			}
		}
	})
}
