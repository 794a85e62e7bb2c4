package admin

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/core/access"
	"github.com/tuma-live/tuma/internal/core/fact"
	"github.com/tuma-live/tuma/internal/core/insight"
	coreroute "github.com/tuma-live/tuma/internal/core/route"
	"github.com/tuma-live/tuma/internal/core/scan"
	"github.com/tuma-live/tuma/internal/core/seat"
)

// scanned writes a scan of c that was given g, and what followed.
func (w *testWorld) scanned(c LiveCode, target, visitor int64, tr scan.Trace,
	after ...fact.Fact) (id fact.ID) {
	w.t.Helper()
	code, err := of[codeKind](c.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	w.tx(func(ctx context.Context, tx *db.Tx) error {
		id = fact.NewID(tx)
		now := w.clock.Now()
		first := fact.Fact{ID: id, Kind: fact.Scan, At: db.At(now), Code: int64(code),
			Target: target, Visitor: visitor, Data: text2(w, tr)}
		for i := range after {
			after[i].Scan, after[i].Code, after[i].Visitor = id, int64(code), visitor
			after[i].At = db.At(now.Add(time.Duration(i+1) * time.Second))
		}
		return fact.Append(ctx, tx, append([]fact.Fact{first}, after...)...)
	})
	return id
}

func TestAScanCanBeExplained(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *testWorld) {
		admin := w.account("root", access.SuperAdmin, access.All)
		full, free := w.group("full", 195), w.group("free", 1)
		c := post[LiveCode](w, admin, "/live-codes",
			draftOf("a", full.ID.String(), free.ID.String()), http.StatusCreated)
		s := w.staff("zhang", 1)
		who := w.customer("wmA", "王小明", s)
		until := w.clock.Now().Add(90 * time.Second)
		id := w.scanned(c, int64(free.ID), 77, scan.Trace{
			State: "ok_group", Reason: "chosen", Kind: "group", OS: "ios", WeChat: "wechat",
			Lang: "zh-CN", Address: "203.0.113.0", New: true,
			Held: true, Joined: 1, Free: 193, Until: until.UnixMicro(), Revision: 1,
			Refused: []coreroute.Refusal{{Target: int64(full.ID), Reason: coreroute.Full}},
		}, fact.Fact{Kind: fact.Shown}, fact.Fact{Kind: fact.Joined, Target: int64(free.ID), Contact: int64(who.ID), Data: `{"match":"inferred","tier":"code","scene":3}`})
		lost := w.scanned(c, 0, 78, scan.Trace{State: "all_full", Reason: "full", OS: "android"})
		tr := get[Trace](w, admin, "/scans/"+id.String())
		if tr.Outcome != "joined" || tr.Tier != seat.TierInferred || tr.Target.Name != "free" || tr.Hold == nil || tr.Hold.State != "used" {
			t.Errorf("%+v %+v", tr.ScanRow, tr.Hold)
		}
		if len(tr.Considered) != 2 || tr.Considered[0].Result != "chosen" || tr.Considered[1].Reason != "full" || tr.Considered[1].Name != "full" {
			t.Errorf("%+v", tr.Considered)
		}
		if len(tr.After) != 2 || tr.After[1].LagMs != 2000 || tr.After[1].Tier != "inferred" {
			t.Errorf("%+v", tr.After)
		}
		rows := get[Page[ScanRow]](w, admin, "/scans")
		if len(rows.Items) != 2 || rows.Items[0].ID != lost.String() || rows.Items[0].Outcome != "fallback" || rows.Total != 2 {
			t.Errorf("%+v", rows)
		}
		for query, want := range map[string]fact.ID{
			"q=" + tr.Diagnosis: id, "q=" + strings.ToLower(tr.Diagnosis): id,
			"q=" + lost.String(): lost, "contact=" + who.ID.String(): id,
		} {
			got := get[Page[ScanRow]](w, admin, "/scans?"+query)
			if len(got.Items) != 1 || got.Items[0].ID != want.String() {
				t.Errorf("%s: %+v", query, got.Items)
			}
		}
		if got := get[Page[ScanRow]](w, admin, "/scans?q=ZZZZ-ZZZZ"); len(got.Items) != 0 {
			t.Errorf("a code nobody was given: %+v", got)
		}
		line := get[[]Moment](w, admin, "/contacts/"+who.ID.String()+"/timeline")
		if len(line) != 2 || line[0].Kind != "group.joined" || line[0].Source != "inferred" || line[0].Title != "Joined free" || line[1].Kind != "scan" {
			t.Errorf("%+v", line)
		}
		own := w.account("ann", access.Analyst, access.Own)
		if r := w.do(request{method: "GET", path: "/scans/" + id.String(),
			cookie: own}); r.status != http.StatusNotFound {
			t.Errorf("another's scan: %d", r.status)
		}
		if p := get[Page[ScanRow]](w, own, "/scans"); len(p.Items) != 0 {
			t.Errorf("others' scans: %+v", p)
		}
	})
}

func TestTheFirstScreenCountsWhatHappened(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *testWorld) {
		admin := w.account("root", access.SuperAdmin, access.All)
		g := w.group("nearly full", 190)
		c := post[LiveCode](w, admin, "/live-codes", draftOf("a", g.ID.String()),
			http.StatusCreated)
		for v := range int64(3) {
			w.scanned(c, int64(g.ID), v+1, scan.Trace{State: "ok_group", Reason: "chosen",
				Held: true, New: true},
				fact.Fact{Kind: fact.Joined, Target: int64(g.ID), Contact: v + 1})
		}
		roll := &insight.Rollup{DB: w.db, Clock: w.clock}
		counted := func() bool { // PostgreSQL may hold facts back for a moment
			_, err := roll.Step(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return *get[Home](w, admin, "/home").KPIs.Scans.Value == 3
		}
		for end := time.Now().Add(30 * time.Second); !counted() && time.Now().Before(end); {
			time.Sleep(5 * time.Millisecond)
		}
		h := get[Home](w, admin, "/home")
		k := h.KPIs
		if *k.Scans.Value != 3 || *k.Joins.Value != 3 || *k.Net.Value != 3 || k.Conversion.Rate != (Rate{3, 3}) || *k.Scans.Yesterday != 0 {
			t.Errorf("%+v", k)
		}
		if len(k.Scans.Hourly) != 24 || k.Scans.Hourly[12] == nil || *k.Scans.Hourly[12] != 3 || k.Scans.Hourly[13] != nil {
			t.Errorf("%+v", k.Scans.Hourly)
		}
		if len(h.Capacity.Groups) != 1 || h.Capacity.Groups[0].Free != 5 || h.Capacity.Groups[0].HoursToFull == nil || *h.Capacity.Groups[0].HoursToFull != 40 {
			t.Errorf("%+v", h.Capacity.Groups)
		}
		if h.Health.WeCom != "none" || len(h.Changes) == 0 || h.Changes[0].ObjectName != "a" {
			t.Errorf("%+v %+v", h.Health, h.Changes)
		}
	})
}

// TestAnOpenScreenHearsOfChanges follows the stream over a real connection.
func TestAnOpenScreenHearsOfChanges(t *testing.T) {
	w := sqliteWorld(t)
	admin := w.account("root", access.SuperAdmin, access.All)
	srv := httptest.NewServer(w.handler)
	defer srv.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, "GET", srv.URL+"/api/v1/events", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Cookie", admin)
	res, err := srv.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != 200 || res.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatal(res.Status, res.Header)
	}
	events := make(chan []string, 16)
	go func() {
		defer close(events)
		for s := bufio.NewScanner(res.Body); s.Scan(); {
			if text, ok := strings.CutPrefix(s.Text(), "data: "); ok {
				var v struct{ Topics []string }
				if json.Unmarshal([]byte(text), &v) == nil {
					events <- v.Topics
				}
			}
		}
	}()
	<-events // the stream is open
	stop := make(chan struct{})
	defer close(stop)
	go func() { // time goes on, ten times as fast
		for {
			select {
			case <-stop:
				return
			case <-time.After(10 * time.Millisecond):
				w.clock.Advance(100 * time.Millisecond)
			}
		}
	}()
	hears := func(topic string) {
		t.Helper()
		for {
			select {
			case got, ok := <-events:
				if !ok {
					t.Fatalf("the stream ended before %s", topic)
				}
				if slices.Contains(got, topic) {
					return
				}
			case <-time.After(20 * time.Second):
				t.Fatalf("nothing was heard of %s", topic)
			}
		}
	}
	c := post[LiveCode](w, admin, "/live-codes", draftOf("a", w.group("g", 1).ID.String()),
		http.StatusCreated)
	hears("live-codes")
	w.scanned(c, 0, 1, scan.Trace{State: "all_full"})
	hears("scans")
	if r := w.do(request{method: "DELETE", path: "/session",
		cookie: admin}); r.status != http.StatusNoContent {
		t.Fatal(r.status)
	}
	for range events { // it ends with the session
	}
}

func TestATraceTellsTheWelcomeOfItsAddAndOfNoOther(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *testWorld) {
		admin := w.account("root", access.SuperAdmin, access.All)
		s, other := w.staff("zhang", 1), w.staff("li", 1)
		d := draftOf("a", s.ID.String())
		d["kind"] = "staff"
		c := post[LiveCode](w, admin, "/live-codes", d, http.StatusCreated)
		who := w.customer("wmA", "王小明", s)
		now := w.clock.Now()
		welcome := func(k fact.Kind, staff int64, at time.Duration) fact.Fact {
			return fact.Fact{Kind: k, Contact: int64(who.ID), Staff: staff, At: db.At(now.Add(at))}
		}
		id := w.scanned(c, int64(s.ID), 77, scan.Trace{State: "ok_staff", Kind: "staff"},
			fact.Fact{Kind: fact.Added, Contact: int64(who.ID), Staff: int64(s.ID), Target: int64(s.ID)})
		w.tx(func(ctx context.Context, tx *db.Tx) error {
			early := welcome(fact.Welcomed, int64(s.ID), -time.Second) // by a clock that is behind
			foreign := welcome(fact.WelcomeFailed, int64(other.ID), time.Second)
			late := welcome(fact.WelcomeFailed, int64(s.ID), time.Hour)
			for _, f := range []*fact.Fact{&early, &foreign, &late} {
				f.ID = fact.NewID(tx)
			}
			return fact.Append(ctx, tx, early, foreign, late)
		})
		after := get[Trace](w, admin, "/scans/"+id.String()).After
		if len(after) != 2 || after[0].Kind != string(fact.Added) || after[1].Kind != string(fact.Welcomed) {
			t.Fatalf("%+v", after)
		}
		if after[0].LagMs != 1000 || after[1].LagMs != 0 {
			t.Errorf("%+v", after)
		}
	})
}
