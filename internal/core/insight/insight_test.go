package insight

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/seal"
	"github.com/tuma-live/tuma/internal/core/contact"
	"github.com/tuma-live/tuma/internal/core/fact"
	"github.com/tuma-live/tuma/internal/core/scan"
	"github.com/tuma-live/tuma/internal/schema/schematest"
)

var (
	shanghai = time.FixedZone("Asia/Shanghai", 8*3600)
	noon     = time.Date(2026, 3, 4, 12, 0, 0, 0, shanghai) // a Wednesday
)

func newReader(d *db.DB) (*Reader, *Rollup, *clock.Manual) {
	c := clock.NewManual(noon)
	return &Reader{DB: d, Clock: c, Zone: shanghai,
		Contacts: contact.Store{Ring: seal.ForTest()}}, &Rollup{DB: d, Clock: c}, c
}

func appendFacts(t *testing.T, d *db.DB, facts ...fact.Fact) {
	t.Helper()
	if err := d.InTx(t.Context(), func(tx *db.Tx) error { return fact.Append(t.Context(), tx, facts...) }); err != nil {
		t.Fatal(err)
	}
}

// countAll counts until the last fact is counted. On PostgreSQL that waits for
// transactions of other databases of the same server, too.
func countAll(t *testing.T, r *Rollup) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if _, err := r.Step(t.Context()); err != nil {
			t.Fatal(err)
		}
		var left int64
		err := r.DB.Read().QueryRow(t.Context(), `select count(*) from fact f
			where not exists (select 1 from fact_cursor c where c.consumer = ? and (f.tx, f.id) <= (c.tx, c.id))`,
			consumer).Scan(&left)
		if err != nil {
			t.Fatal(err)
		}
		if left == 0 {
			return
		}
	}
	t.Fatal("facts are left uncounted")
}

func scanOf(code, visitor, target int64, at time.Time, tr scan.Trace) fact.Fact {
	b, _ := json.Marshal(tr)
	return fact.Fact{Kind: fact.Scan, At: db.At(at), Code: code, Channel: 900, Visitor: visitor,
		Target: target, Data: string(b)}
}

func ok(held, fresh bool) scan.Trace {
	return scan.Trace{State: "ok_group", Reason: "chosen", Kind: "group", Held: held, New: fresh,
		OS: "ios"}
}

func TestEveryFactIsCountedOnce(t *testing.T) {
	schematest.Each(t, func(t *testing.T, d *db.DB) {
		r, roll, _ := newReader(d)
		hour := time.Hour
		appendFacts(t, d,
			scanOf(1, 11, 50, noon.Add(-2*hour), ok(true, true)),
			scanOf(1, 11, 50, noon.Add(-1*hour), ok(false, false)),
			scanOf(1, 12, 51, noon.Add(-1*hour), ok(true, true)),
			scanOf(1, 13, 0, noon, scan.Trace{State: "all_full", Reason: "full", OS: "android",
				New: true}),
			scanOf(1, 14, 0, noon, scan.Trace{State: "draft"}),
			scanOf(1, 13, 0, noon, scan.Trace{State: "soft", OS: "android"}),
			scanOf(1, 13, 50, noon, scan.Trace{State: "ok_group", OS: "android", Tapped: true,
				Held: true}),
			fact.Fact{Kind: fact.Shown, At: db.At(noon), Code: 1, Visitor: 11},
			fact.Fact{Kind: fact.Shown, At: db.At(noon), Code: 1, Visitor: 11},
			fact.Fact{Kind: fact.Press, At: db.At(noon), Code: 1, Visitor: 12},
			fact.Fact{Kind: fact.Joined, At: db.At(noon), Code: 1, Channel: 900, Target: 50,
				Visitor: 11, Contact: 7, Data: `{"scene":3}`},
			fact.Fact{Kind: fact.Joined, At: db.At(noon), Target: 50, Contact: 8,
				Data: `{"scene":1}`},
			fact.Fact{Kind: fact.Added, At: db.At(noon), Code: 1, Channel: 900, Target: 60,
				Contact: 9},
			fact.Fact{Kind: fact.Lost, At: db.At(noon), Code: 1, Target: 60, Contact: 9},
			fact.Fact{Kind: fact.Lost, At: db.At(noon), Code: 1, Target: 60, Contact: 9,
				Data: `{"transfer":true}`},
		)
		countAll(t, roll)
		countAll(t, roll) // nothing is left: nothing changes
		rep, err := r.Code(t.Context(), 1, noon.Add(-12*hour), noon.Add(12*hour), false)
		if err != nil {
			t.Fatal(err)
		}
		got := fmt.Sprint(rep.Scans, rep.Scanners, rep.Shown, rep.Pressed, rep.Arrived,
			rep.Fallback, rep.New)
		if want := "5 3 1 1 2 1 3"; got != want {
			t.Errorf("scans, scanners, shown, pressed, arrived, fallback, new: %s, want %s", got,
				want)
		}
		if got := fmt.Sprint(rep.Drops, rep.Systems); got != "[{full 1}] [{ios 3} {android 2}]" {
			t.Error(got)
		}
		if got := fmt.Sprint(rep.Assigned, rep.Came); got != "map[50:2 51:1] map[50:1 60:1]" {
			t.Error(got)
		}
		if rep.Heatmap[2][10] != 1 || rep.Heatmap[2][11] != 2 || rep.Heatmap[2][12] != 2 {
			t.Error(rep.Heatmap)
		}
		ns, err := r.CodeNumbersOf(t.Context(), d.Read(), []int64{1, 2})
		if err != nil {
			t.Fatal(err)
		}
		n := ns[1]
		if n.ScansToday != 5 || n.ScannersToday != 3 || n.Net() != 1 || n.Arrived != 1 || n.Scans7d[6] != 5 {
			t.Errorf("%+v", n)
		}
		if z := ns[2]; z.ScansToday != 0 || len(z.Scans7d) != 7 {
			t.Errorf("a code without facts: %+v", z)
		}
	})
}

func TestDaysAndHoursAreLocal(t *testing.T) {
	schematest.Each(t, func(t *testing.T, d *db.DB) {
		r, roll, _ := newReader(d)
		before := time.Date(2026, 3, 3, 23, 30, 0, 0, shanghai)
		after := time.Date(2026, 3, 4, 0, 30, 0, 0, shanghai)
		appendFacts(t, d, scanOf(1, 1, 5, before, ok(true, true)),
			scanOf(1, 2, 5, after, ok(true, true)),
			scanOf(1, 2, 5, after, ok(false, false)))
		countAll(t, roll)
		rep, err := r.Code(t.Context(), 1, r.Midnight(before), r.Midnight(after).AddDate(0, 0, 1),
			false)
		if err != nil {
			t.Fatal(err)
		}
		if len(rep.Trend) != 2 || rep.Trend[0].Scans != 1 || rep.Trend[1].Scans != 2 || rep.Trend[1].Scanners != 1 {
			t.Fatalf("%+v", rep.Trend)
		}
		if rep.Heatmap[1][23] != 1 || rep.Heatmap[2][0] != 2 {
			t.Fatal(rep.Heatmap)
		}
		h, err := r.Home(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if h.Today.Scans != 2 || h.Before.Scans != 0 || h.Hours[0].Scans != 2 || h.HoursNow != 13 {
			t.Fatalf("today %+v, before %+v, hours now %d", h.Today, h.Before, h.HoursNow)
		}
	})
}

func TestRetentionIsUnknownUntilADayHasPassed(t *testing.T) {
	schematest.Each(t, func(t *testing.T, d *db.DB) {
		r, roll, c := newReader(d)
		from, to := noon.Add(-2*time.Hour), noon
		join := func(contact int64, at time.Time) fact.Fact {
			return fact.Fact{Kind: fact.Joined, At: db.At(at), Code: 1, Target: 5, Contact: contact}
		}
		leave := func(contact int64, at time.Time) fact.Fact {
			return fact.Fact{Kind: fact.Left, At: db.At(at), Code: 1, Target: 5, Contact: contact}
		}
		at := noon.Add(-time.Hour)
		appendFacts(t, d, join(1, at), join(2, at), join(3, at), leave(2, at.Add(23*time.Hour)),
			leave(3, at.Add(25*time.Hour)))
		countAll(t, roll)
		c.Advance(24*time.Hour - time.Second)
		if rep, err := r.Code(t.Context(), 1, from, to, false); err != nil || rep.Retained != nil {
			t.Fatalf("known a second early: %v %v", rep.Retained, err)
		}
		c.Advance(time.Second)
		rep, err := r.Code(t.Context(), 1, from, to, false)
		if err != nil || rep.Retained == nil || *rep.Retained != 2 {
			t.Fatalf("%v %v", rep.Retained, err)
		}
	})
}

func TestScannersOfARangeAreCountedOnceOverItsDays(t *testing.T) {
	d := schematest.SQLite(t)
	r, roll, _ := newReader(d)
	rng := rand.New(rand.NewPCG(1, 2))
	seen := map[int64]bool{}
	var facts []fact.Fact
	for i := range 6000 {
		v := int64(rng.IntN(3000)) + 1
		seen[v] = true
		facts = append(facts, scanOf(1, v, 5, noon.Add(-time.Duration(i%72)*time.Hour),
			ok(false, false)))
	}
	appendFacts(t, d, facts...)
	countAll(t, roll)
	rep, err := r.Code(t.Context(), 1, noon.AddDate(0, 0, -4), noon.AddDate(0, 0, 1), false)
	if err != nil {
		t.Fatal(err)
	}
	if off := float64(rep.Scanners-int64(len(seen))) / float64(len(seen)); off > 0.02 || off < -0.02 {
		t.Errorf("%d scanners, want %d", rep.Scanners, len(seen))
	}
	var days int64
	for _, p := range rep.Trend {
		days += p.Scanners
	}
	if days <= rep.Scanners {
		t.Errorf("the days add up to %d, no more than the range's %d", days, rep.Scanners)
	}
	if rep.Scans != 6000 {
		t.Errorf("%d scans", rep.Scans)
	}
}

func TestCountsMadeAgainAreTheSame(t *testing.T) {
	schematest.Each(t, func(t *testing.T, d *db.DB) {
		_, roll, _ := newReader(d)
		var facts []fact.Fact
		for i := range int64(300) {
			facts = append(facts, scanOf(1+i%3, i%40, 5+i%2,
				noon.Add(-time.Duration(i)*time.Minute), ok(i%5 == 0, i < 40)))
		}
		appendFacts(t, d, facts...)
		countAll(t, roll)
		first := table(t, d)
		if err := roll.Rebuild(t.Context()); err != nil {
			t.Fatal(err)
		}
		countAll(t, roll)
		if second := table(t, d); first != second || first == "" {
			t.Errorf("%s\n%s", first, second)
		}
	})
}

func table(t *testing.T, d *db.DB) string {
	t.Helper()
	rows, err := db.Select[line](context.Background(), d.Read(),
		"select code, hour, metric, target, n, visitors from rollup_hour order by code, hour, metric, target")
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	for _, l := range rows {
		s, err := openSketch(l.Visitors)
		if err != nil {
			t.Fatal(err)
		}
		text += fmt.Sprintln(l.Code, l.Hour, l.Metric, l.Target, l.N, s.count())
	}
	return text
}

func TestTwoNodesCountEachFactOnce(t *testing.T) {
	schematest.Each(t, func(t *testing.T, d *db.DB) {
		r, roll, c := newReader(d)
		done := make(chan error, 3)
		for range 3 {
			go func() {
				other := &Rollup{DB: d, Clock: c}
				for range 20 {
					if _, err := other.Step(context.Background()); err != nil {
						done <- err
						return
					}
				}
				done <- nil
			}()
		}
		for i := range int64(40) {
			appendFacts(t, d, scanOf(1, i, 5, noon, ok(true, true)))
		}
		for range 3 {
			if err := <-done; err != nil {
				t.Fatal(err)
			}
		}
		countAll(t, roll)
		rep, err := r.Code(t.Context(), 1, noon.Add(-time.Hour), noon.Add(time.Hour), true)
		if err != nil || rep.Scans != 40 {
			t.Fatalf("%d scans: %v", rep.Scans, err)
		}
	})
}
