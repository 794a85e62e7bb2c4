package inbox_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/ident"
	"github.com/tuma-live/tuma/internal/base/job"
	"github.com/tuma-live/tuma/internal/base/seal"
	"github.com/tuma-live/tuma/internal/core/inbox"
	"github.com/tuma-live/tuma/internal/schema/schematest"
	"github.com/tuma-live/tuma/internal/wecom/callback"
)

var start = time.Date(2026, 11, 21, 2, 0, 0, 0, time.UTC)

func message(who string) callback.Message {
	return callback.Message{ToUser: "ww1", AgentID: "1", Plaintext: fmt.Appendf(nil,
		"<xml><MsgType>event</MsgType><Event>change_external_contact</Event><ChangeType>add_external_contact</ChangeType>"+
			"<UserID>%s</UserID></xml>", who)}
}

type rig struct {
	db     *db.DB
	clock  *clock.Manual
	inbox  *inbox.Inbox
	runner *job.Runner
	mu     sync.Mutex
	seen   []string
	fail   error
}

func newRig(d *db.DB) *rig {
	r := &rig{db: d, clock: clock.NewManual(start)}
	d.IDs = ident.NewSource(r.clock, 0, 0)
	step := func(name string) func(context.Context, inbox.Event) error {
		return func(_ context.Context, e inbox.Event) error {
			r.mu.Lock()
			defer r.mu.Unlock()
			if name == "second" && r.fail != nil {
				return r.fail
			}
			r.seen = append(r.seen, name+" "+e.UserID)
			return nil
		}
	}
	r.inbox = inbox.New(d, r.clock, seal.ForTest(), inbox.Plan{
		"change_external_contact/add_external_contact": {inbox.Fast("first", step("first")), inbox.Do("second", step("second"))},
	})
	reg := job.NewRegistry()
	r.inbox.Register(reg)
	r.runner = &job.Runner{DB: d, Clock: r.clock, Registry: reg, Log: slog.New(slog.DiscardHandler)}
	return r
}

func (r *rig) count(t *testing.T, table string) (n int) {
	t.Helper()
	if err := r.db.Read().QueryRow(t.Context(), "select count(*) from "+table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAnEventIsKeptOnceHoweverOftenItComes(t *testing.T) {
	schematest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(d)
		var all sync.WaitGroup
		for i := range 200 {
			all.Go(func() {
				if err := r.inbox.Put(t.Context(), message(fmt.Sprint("u", i%50))); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := r.count(t, "inbox_event"); n != 50 {
			t.Errorf("%d events are kept, want 50", n)
		}
		if err := r.runner.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		slices.Sort(r.seen)
		if len(r.seen) != 100 || len(slices.Compact(r.seen)) != 100 {
			t.Errorf("%d steps ran, want 100 different ones", len(r.seen))
		}
	})
}

func TestAStepThatFailsIsTriedAgainWithoutTheOthers(t *testing.T) {
	schematest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(d)
		r.fail = errors.New("not yet")
		if err := r.inbox.Put(t.Context(), message("u")); err != nil {
			t.Fatal(err)
		}
		if err := r.runner.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		r.fail = nil
		r.clock.Advance(time.Hour)
		if err := r.runner.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(r.seen, []string{"first u", "second u"}) {
			t.Errorf("the steps were %q", r.seen)
		}
	})
}

func TestWhatCannotBeReadIsKeptAndDoesNothing(t *testing.T) {
	schematest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(d)
		for _, text := range []string{"", "not xml", "<xml><Event>unheard_of</Event></xml>"} {
			m := callback.Message{ToUser: "ww1", Plaintext: []byte(text)}
			if err := r.inbox.Put(t.Context(), m); err != nil {
				t.Errorf("%q: %v", text, err)
			}
		}
		if n, jobs := r.count(t, "inbox_event"), r.count(t, "job"); n != 3 || jobs != 0 {
			t.Errorf("%d events and %d jobs, want 3 and 0", n, jobs)
		}
	})
}

func TestNothingIsAcknowledgedThatIsNotStored(t *testing.T) {
	d := schematest.SQLite(t)
	r := newRig(d)
	if _, err := d.SQL().ExecContext(t.Context(), "drop table inbox_event"); err != nil {
		t.Fatal(err)
	}
	if err := r.inbox.Put(t.Context(), message("u")); err == nil {
		t.Error("an event that was not stored is acknowledged")
	}
	if n := r.count(t, "job"); n != 0 {
		t.Errorf("%d jobs without their event", n)
	}
}

func TestTheBodyIsSealedAtRest(t *testing.T) {
	schematest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(d)
		if err := r.inbox.Put(t.Context(), message("zhangsan")); err != nil {
			t.Fatal(err)
		}
		var body []byte
		if err := d.Read().QueryRow(t.Context(), "select body from inbox_event").Scan(&body); err != nil {
			t.Fatal(err)
		}
		if len(body) == 0 || bytes.Contains(body, []byte("zhangsan")) {
			t.Error("the body can be read in the database")
		}
	})
}

func TestOldEventsAreForgottenAndNewOnesStay(t *testing.T) {
	schematest.Each(t, func(t *testing.T, d *db.DB) {
		r := newRig(d)
		for range 3 {
			if err := r.inbox.Put(t.Context(), message(r.clock.Now().String())); err != nil {
				t.Fatal(err)
			}
			r.clock.Advance(inbox.Retention / 2)
		}
		if n, err := r.inbox.Forget(t.Context(), 100); err != nil || n != 1 {
			t.Errorf("%d events are forgotten (%v), want 1", n, err)
		}
		if n := r.count(t, "inbox_event"); n != 2 {
			t.Errorf("%d events stay, want 2", n)
		}
	})
}
