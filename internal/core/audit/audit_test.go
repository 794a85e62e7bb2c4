package audit_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/core/audit"
	"github.com/tuma-live/tuma/internal/schema/schematest"
)

var at = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

func write(t *testing.T, d *db.DB, action string) {
	t.Helper()
	ctx := audit.As(t.Context(), audit.Actor{Kind: "account", ID: "us_1", Name: "Ann"})
	err := d.InTx(ctx, func(tx *db.Tx) error {
		return audit.Write(ctx, tx, audit.Entry{At: at, Action: action, Object: "live_code",
			ObjectID: "lc_1",
			Before:   map[string]any{"name": "a"}, After: map[string]any{"name": "b"}})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func verify(t *testing.T, d *db.DB) audit.Report {
	t.Helper()
	rep, err := audit.Verify(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

func TestAnUntouchedLogIsWhole(t *testing.T) {
	schematest.Each(t, func(t *testing.T, d *db.DB) {
		if rep := verify(t, d); !rep.OK() || rep.Rows != 0 {
			t.Fatalf("an empty log: %+v", rep)
		}
		for range 5 {
			write(t, d, "live_code.changed")
		}
		if rep := verify(t, d); !rep.OK() || rep.Rows != 5 {
			t.Fatalf("%+v", rep)
		}
	})
}

func TestEveryKindOfTamperingIsFound(t *testing.T) {
	for name, c := range map[string]struct {
		q    string
		seen int64
	}{
		"an action is changed":      {"update audit set action = 'x' where seq = 3", 3},
		"an actor is changed":       {"update audit set actor_name = 'Bob' where seq = 2", 2},
		"a detail is changed":       {"update audit set detail = '{}' where seq = 4", 4},
		"a time is changed":         {"update audit set at = at + 1 where seq = 1", 1},
		"a row in between is gone":  {"delete from audit where seq = 3", 3},
		"the last row is cut off":   {"delete from audit where seq = 5", 5},
		"the first row is cut off":  {"delete from audit where seq = 1", 1},
		"all rows are gone":         {"delete from audit", 1},
		"two rows exchange actions": {"update audit set action = case seq when 2 then 'c3' else 'c2' end where seq in (2, 3)", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := schematest.SQLite(t)
			for _, a := range []string{"c1", "c2", "c3", "c4", "c5"} {
				write(t, d, a)
			}
			if _, err := d.SQL().Exec(c.q); err != nil {
				t.Fatal(err)
			}
			if rep := verify(t, d); rep.BrokenAt != c.seen {
				t.Fatalf("broken at %d, want %d", rep.BrokenAt, c.seen)
			}
		})
	}
}

func TestWritersAtTheSameTimeMakeOneChain(t *testing.T) {
	schematest.Each(t, func(t *testing.T, d *db.DB) {
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 5 {
					write(t, d, "live_code.changed")
				}
			})
		}
		wg.Wait()
		if rep := verify(t, d); !rep.OK() || rep.Rows != 40 {
			t.Fatalf("%+v", rep)
		}
	})
}

func TestARolledBackChangeLeavesNoRow(t *testing.T) {
	schematest.Each(t, func(t *testing.T, d *db.DB) {
		write(t, d, "kept")
		err := d.InTx(t.Context(), func(tx *db.Tx) error {
			if err := audit.Write(t.Context(), tx,
				audit.Entry{At: at, Action: "lost"}); err != nil {
				t.Fatal(err)
			}
			return context.Canceled
		})
		if err == nil {
			t.Fatal("no error")
		}
		write(t, d, "kept")
		if rep := verify(t, d); !rep.OK() || rep.Rows != 2 {
			t.Fatalf("%+v", rep)
		}
	})
}

func TestSecretsNeverEnterTheLog(t *testing.T) {
	t.Parallel()
	got, err := audit.Changes(
		map[string]any{"name": "a", "secret": "old-value", "same": 1},
		map[string]any{"name": "b", "secret": "new-value", "same": 1, "CallbackToken": "t"})
	if err != nil {
		t.Fatal(err)
	}
	want := []audit.Diff{
		{Field: "CallbackToken", After: audit.Hidden},
		{Field: "name", Before: `"a"`, After: `"b"`},
		{Field: "secret", Before: audit.Hidden, After: audit.Hidden},
	}
	if len(got) != len(want) {
		t.Fatalf("%+v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%+v, want %+v", got[i], want[i])
		}
	}
}
