package arrival_test

import (
	"strings"
	"testing"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/core/fact"
	"github.com/tuma-live/tuma/internal/core/inbox"
	"github.com/tuma-live/tuma/internal/core/welcome"
	"github.com/tuma-live/tuma/internal/wecom/sandbox"
)

// greeted is one add under a fault of the welcome call.
func (w *world) greeted(f sandbox.Fault) (texts []string) {
	w.Helper()
	w.greeting("你好")
	_, m, config := w.staffCode()
	if f.Kind != "" {
		f.Path = "/send_welcome_msg"
		w.fault(f)
	}
	p := w.person("小满")
	w.do(sandbox.Action{Do: "scan_contact", Person: p, ConfigID: config})
	w.settle()
	for range 15 {
		w.clock.Advance(2 * time.Second)
		w.settle()
	}
	return w.chat(p, m.UserID)
}

func TestABusyWeComIsAskedAgainWithinTheWindow(t *testing.T) {
	each(t, func(w *world) {
		// More than one call's own retries, so that the step itself comes again.
		if got := w.greeted(sandbox.Fault{Kind: sandbox.FaultBusy, Next: 4}); len(got) != 1 {
			w.Errorf("the customer reads %q", got)
		}
		w.one(fact.Welcomed)
	})
}

func TestAWelcomeThatMayHaveBeenSentIsNotSentAgain(t *testing.T) {
	each(t, func(w *world) {
		if got := w.greeted(sandbox.Fault{Kind: sandbox.FaultTruncated, Next: 1}); len(got) != 1 {
			w.Errorf("the customer reads %q", got)
		}
		if n := w.calls("/send_welcome_msg"); n != 1 {
			w.Errorf("WeCom was asked %d times", n)
		}
		if f := w.one(fact.WelcomeFailed); !strings.Contains(f.Data, welcome.Unsure) {
			w.Errorf("the failure says %s", f.Data)
		}
	})
}

func TestAFasterAppIsNamed(t *testing.T) {
	each(t, func(w *world) {
		if got := w.greeted(sandbox.Fault{Kind: sandbox.FaultCode, Code: 41051, Next: 1}); len(got) != 0 {
			w.Errorf("the customer reads %q", got)
		}
		if f := w.one(fact.WelcomeFailed); !strings.Contains(f.Data, welcome.Chat) {
			w.Errorf("the failure says %s", f.Data)
		}
	})
}

func TestWhenWeComStaysAwayTheMissIsNamedOnce(t *testing.T) {
	each(t, func(w *world) {
		if got := w.greeted(sandbox.Fault{Kind: sandbox.FaultBusy}); len(got) != 0 {
			w.Errorf("the customer reads %q", got)
		}
		if f := w.one(fact.WelcomeFailed); !strings.Contains(f.Data, welcome.Away) {
			w.Errorf("the failure says %s", f.Data)
		}
	})
}

func TestAWelcomeThatACrashLeftHalfDoneIsNotSentAgain(t *testing.T) {
	each(t, func(w *world) {
		w.greeting("你好")
		_, m, config := w.staffCode()
		p := w.person("小满")
		w.do(sandbox.Action{Do: "scan_contact", Person: p, ConfigID: config})
		w.must(w.sandbox.Drain(w.ctx))
		// The process died after it had claimed the code: nobody knows whether
		// the message left.
		w.tx(func(tx *db.Tx) error {
			code := w.welcomeCode()
			_, err := tx.Exec(w.ctx, `
				insert into welcome_delivery (code_hash, contact, staff, code, state, event_at) values (?, 1, 1, 0, 'sending', ?)`,
				w.people.Ring.Index("welcome.code", code), w.clock.Now().UnixMicro())
			return err
		})
		for range 20 {
			w.settle()
			w.clock.Advance(5 * time.Second)
		}
		if got := w.chat(p, m.UserID); len(got) != 0 {
			w.Errorf("the customer reads %q", got)
		}
		if f := w.one(fact.WelcomeFailed); !strings.Contains(f.Data, welcome.Unsure) {
			w.Errorf("the failure says %s", f.Data)
		}
	})
}

// welcomeCode is that of the newest kept event.
func (w *world) welcomeCode() string {
	w.Helper()
	var id int64
	w.must(w.db.Read().QueryRow(w.ctx, "select id from inbox_event order by id desc limit 1").Scan(&id))
	e, err := w.inbox.Event(w.ctx, inbox.ID(id))
	w.must(err)
	return e.WelcomeCode
}
