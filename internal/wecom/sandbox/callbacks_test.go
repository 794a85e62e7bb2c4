package sandbox

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

// switches changes how callbacks behave.
func (r *rig) switches(patch object) {
	r.t.Helper()
	if status, out := r.control("PATCH", "/callbacks", patch); status != 200 {
		r.t.Fatal(out)
	}
}

func (r *rig) counts() Counts {
	r.s.mu.Lock()
	defer r.s.mu.Unlock()
	return r.s.world.Counts
}

func TestSavingTheCallbackURLWantsTheEchoAndNothingElse(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for range 20 {
		if err := r.s.VerifyCallback(); err != nil {
			t.Fatal(err)
		}
	}
	r.control("PATCH", "/config", object{"token": "another"})
	if err := r.s.VerifyCallback(); !errors.Is(err, ErrNotVerified) {
		t.Errorf("with a wrong token: %v", err)
	}
	if status, out := r.control("POST", "/callbacks/verify", nil); status != 422 || !strings.Contains(out["error"].(string), "40057") {
		t.Errorf("by the control API: %d %v", status, out)
	}
}

func TestACallbackIsTriedFourTimesThenDropped(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	way := r.contactWay("", "linxiaomei")
	r.inbox.mu.Lock()
	r.inbox.fail = 3
	r.inbox.mu.Unlock()
	r.added(r.stranger(), way)
	if c := r.counts(); c.Delivered != 1 || c.Attempts != 4 || c.Dropped != 0 {
		t.Errorf("three failures: %+v", c)
	}
	r.inbox.mu.Lock()
	r.inbox.fail = -1 // for ever
	r.inbox.mu.Unlock()
	r.do(Action{Do: "scan_contact", Person: r.stranger(), ConfigID: way})
	r.events()
	if c := r.counts(); c.Delivered != 1 || c.Attempts != 8 || c.Dropped != 1 {
		t.Errorf("failures for ever: %+v", c)
	}
}

func TestSwitchesMakeCallbacksMisbehave(t *testing.T) {
	t.Parallel()
	scan := func(r *rig) {
		r.do(Action{Do: "scan_contact", Person: r.stranger(), ConfigID: r.contactWay("s1", "linxiaomei")})
	}
	for name, c := range map[string]struct {
		set  object
		want func(t *testing.T, r *rig)
	}{
		"duplicate": {object{"duplicate": true}, func(t *testing.T, r *rig) {
			if len(r.inbox.bodies) != 2 || r.inbox.bodies[0] != r.inbox.bodies[1] {
				t.Errorf("%q", r.inbox.bodies)
			}
		}},
		"forged": {object{"forged": true}, func(t *testing.T, r *rig) {
			if len(r.inbox.events) != 0 || r.inbox.rejected != 4 {
				t.Errorf("%d opened, %d rejected", len(r.inbox.events), r.inbox.rejected)
			}
		}},
		"json": {object{"json": true}, func(t *testing.T, r *rig) {
			if len(r.inbox.events) != 1 || r.inbox.bodies[0][0] != '{' || r.inbox.events[0].State != "s1" {
				t.Errorf("%q", r.inbox.bodies)
			}
		}},
		"plain text": {object{"plain_text": true}, func(t *testing.T, r *rig) {
			if len(r.inbox.events) != 1 || strings.Contains(r.inbox.bodies[0], "CDATA") || r.inbox.events[0].State != "s1" {
				t.Errorf("%q", r.inbox.bodies)
			}
		}},
		"omit optional": {object{"omit_optional": true}, func(t *testing.T, r *rig) {
			if e := r.inbox.events[0]; e.State != "" || e.WelcomeCode == "" {
				t.Errorf("%+v", e)
			}
		}},
		"unknown change": {object{"unknown_change": true}, func(t *testing.T, r *rig) {
			if e := r.inbox.events[0]; e.ChangeType != "sandbox_future_change" {
				t.Errorf("%+v", e)
			}
		}},
		"drop": {object{"drop": 1}, func(t *testing.T, r *rig) {
			if c := r.counts(); len(r.inbox.events) != 0 || c.Dropped != 1 {
				t.Errorf("%+v", c)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.switches(c.set)
			scan(r)
			r.events()
			r.inbox.mu.Lock()
			defer r.inbox.mu.Unlock()
			c.want(t, r)
		})
	}
}

func TestCallbacksKeepTheirOrderUntilReordered(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	g := r.group("群", "chenyu")
	var want []string
	join := func() {
		p := r.stranger()
		r.do(Action{Do: "join", Person: p, ChatID: g})
		want = append(want, p)
	}
	for range 10 {
		join()
	}
	order := func() (got []string) {
		for _, e := range r.events() {
			got = append(got, e.MemChangeList...)
		}
		return got
	}
	if got := order(); !slices.Equal(got, want) {
		t.Errorf("order %v, want %v", got, want)
	}
	r.switches(object{"reorder": true})
	for range 10 {
		join()
	}
	got := order()
	if slices.Equal(got, want) {
		t.Error("reordered events came in order")
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Error("reordering lost or doubled an event")
	}
}

func TestAPauseHoldsEventsBack(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.switches(object{"paused": true})
	r.do(Action{Do: "scan_contact", Person: r.stranger(), ConfigID: r.contactWay("", "linxiaomei")})
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if err := r.s.Drain(ctx); err == nil {
		t.Fatal("the event left during the pause")
	}
	r.switches(object{"paused": false})
	if got := len(r.events()); got != 1 {
		t.Errorf("%d events after the pause", got)
	}
}
