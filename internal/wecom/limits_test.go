package wecom

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
)

var refused = result{err: &Error{Class: Limited}}

const follow = "externalcontact/get_follow_user_list"

func TestA45009StopsTheEndpointForItsWindowWithOneProbe(t *testing.T) {
	t.Parallel()
	clk := newHurried()
	var limited atomic.Bool
	limited.Store(true)
	f := newFake(t, func(w http.ResponseWriter, r *http.Request) {
		if limited.Load() && r.URL.Path == "/cgi-bin/"+follow {
			say(w, `{"errcode":45009,"errmsg":"api freq out of limit"}`)
			return
		}
		say(w, `{"errcode":0,"follow_user":["a"],"department":[]}`)
	})
	c := f.client(func(cfg *Config) { cfg.Clock = clk })
	start := clk.Now()
	expect := func(calls int, until time.Time) {
		t.Helper()
		for range 20 {
			_, err := c.GetFollowUserList(bg)
			if e := class(t, err, Limited); !e.Until.Equal(until) {
				t.Fatalf("until %v, want %v", e.Until, until)
			}
		}
		if n := f.count(follow); n != calls {
			t.Fatalf("%d calls, want %d", n, calls)
		}
	}
	expect(1, start.Add(time.Minute))
	if _, err := c.ListDepartments(bg, 0); err != nil {
		t.Fatalf("another endpoint is blocked too: %v", err)
	}
	clk.Advance(time.Minute)
	expect(2, start.Add(time.Minute).Add(time.Hour)) // so it was the hour
	clk.Advance(59 * time.Minute)
	expect(2, start.Add(time.Minute).Add(time.Hour))
	clk.Advance(time.Minute)
	limited.Store(false)
	for range 10 {
		if _, err := c.GetFollowUserList(bg); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAfterABlockOneCallGoesAhead(t *testing.T) {
	t.Parallel()
	clk := newHurried()
	g := NewLimits(clk, Budget{}).gate("x")
	g.take(clk.Now())
	g.settle(clk.Now(), refused)
	clk.Advance(time.Minute)
	if _, why := g.take(clk.Now()); why != "" {
		t.Fatal("the probe was refused")
	}
	if _, why := g.take(clk.Now()); why != Limited {
		t.Fatal("a second call went with the probe")
	}
	g.settle(clk.Now(), result{})
	if _, why := g.take(clk.Now()); why != "" {
		t.Fatal("still closed after a probe that worked")
	}
}

func TestACallFromBeforeTheBlockDoesNotEndIt(t *testing.T) {
	t.Parallel()
	clk := newHurried()
	g := NewLimits(clk, Budget{}).gate("x")
	g.take(clk.Now())
	g.take(clk.Now())
	g.settle(clk.Now(), refused)
	g.settle(clk.Now(), result{})
	if _, why := g.take(clk.Now()); why != Limited {
		t.Fatal("the block is over")
	}
	g.settle(clk.Now(), refused)
	clk.Advance(time.Minute)
	if _, why := g.take(clk.Now()); why != "" {
		t.Fatal("a second refusal of the same window made it an hour")
	}
}

func TestAProbeWhoseCallerGaveUpOpensNothing(t *testing.T) {
	t.Parallel()
	clk := newHurried()
	g := NewLimits(clk, Budget{}).gate("x")
	g.take(clk.Now())
	g.settle(clk.Now(), refused)
	clk.Advance(time.Minute)
	g.take(clk.Now())
	g.settle(clk.Now(), result{err: &Error{Class: Transient}, mute: true})
	if _, why := g.take(clk.Now()); why != "" {
		t.Fatal("there is no second probe")
	}
	if _, why := g.take(clk.Now()); why != Limited {
		t.Fatal("the gate is open")
	}
}

func TestTheBudgetHoldsInEveryWindow(t *testing.T) {
	t.Parallel()
	clk := newHurried()
	g := NewLimits(clk, Budget{PerMinute: 100, PerHour: 1000}).gate("x")
	var taken []time.Time
	for range 3 * 3600 * 2 { // three hours, asked twice a second
		if _, why := g.take(clk.Now()); why == "" {
			taken = append(taken, clk.Now())
		}
		clk.Advance(500 * time.Millisecond)
	}
	for i, at := range taken {
		if i >= 100 && at.Sub(taken[i-100]) < time.Minute {
			t.Fatalf("101 calls within a minute at %v", at)
		}
		if i >= 1000 && at.Sub(taken[i-1000]) < time.Hour {
			t.Fatalf("1001 calls within an hour at %v", at)
		}
	}
	if len(taken) < 2800 { // 3,000 but for the granularity of the windows
		t.Fatalf("only %d of 3,000 calls were allowed", len(taken))
	}
}

func TestAUsedUpBudgetSaysWhenItIsFreeAgain(t *testing.T) {
	t.Parallel()
	clk := newHurried()
	f := newFake(t, always(`{"errcode":0,"follow_user":["a"]}`))
	limits := NewLimits(clk, Budget{PerMinute: 5})
	c := f.client(func(cfg *Config) { cfg.Clock, cfg.Limits = clk, limits })
	var last error
	for range 20 {
		_, last = c.GetFollowUserList(bg)
	}
	e := class(t, last, Limited)
	if f.count(follow) != 5 || e.Code != 0 {
		t.Fatalf("%d calls, %v", f.count(follow), e)
	}
	clk.Advance(e.Until.Sub(clk.Now()))
	if _, err := c.GetFollowUserList(bg); err != nil {
		t.Fatalf("at the promised time: %v", err)
	}
}

func TestNoMoreThanTheCapIsUnderWayPerEndpoint(t *testing.T) {
	t.Parallel()
	var now, most atomic.Int64
	f := newFake(t, func(w http.ResponseWriter, _ *http.Request) {
		n := now.Add(1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		time.Sleep(2 * time.Millisecond)
		now.Add(-1)
		say(w, `{"errcode":0,"follow_user":[]}`)
	})
	c := f.client()
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() {
			if _, err := c.GetFollowUserList(bg); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if m := most.Load(); m > 8 || m < 2 {
		t.Fatalf("%d calls at once", m)
	}
}

func TestWhoWaitsForASlotMayGiveUp(t *testing.T) {
	t.Parallel()
	g := NewLimits(clock.System{}, Budget{Parallel: 1}).gate("x")
	if err := g.enter(bg); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(bg)
	cancel()
	if err := g.enter(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
}

func TestAnOutageStopsTheCallsAndEndsByAProbe(t *testing.T) {
	t.Parallel()
	clk := newHurried()
	var away atomic.Bool
	away.Store(true)
	f := newFake(t, func(w http.ResponseWriter, _ *http.Request) {
		if away.Load() {
			w.WriteHeader(503)
			return
		}
		say(w, `{"errcode":0,"user_list":[],"config_id":"c","qr_code":"q"}`)
	})
	c := f.client(func(cfg *Config) { cfg.Clock = clk })
	for range 50 { // creating calls do not wait, so the clock stands still
		_ = creating[opAddJoinWay](c)
	}
	if n := f.count(opAddJoinWay); n != tripAfter {
		t.Fatalf("%d calls into an outage", n)
	}
	class(t, creating[opAddJoinWay](c), Transient)
	away.Store(false)
	clk.Advance(tripPause)
	for range 3 {
		if err := creating[opAddJoinWay](c); err != nil {
			t.Fatal(err)
		}
	}
}
