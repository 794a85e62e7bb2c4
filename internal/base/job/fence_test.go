package job

import (
	"context"
	"testing"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/schema/schematest"
)

type chore struct{}

func (chore) Kind() string { return "test.chore" }

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// leased enqueues a chore and leases it for owner until a minute past noon.
func leased(t *testing.T, d *db.DB, owner string) row {
	t.Helper()
	err := d.InTx(t.Context(), func(tx *db.Tx) error { return Enqueue(t.Context(), tx, chore{}, Attempts(2)) })
	if err != nil {
		t.Fatal(err)
	}
	return lend(t, d, owner)
}

func lend(t *testing.T, d *db.DB, owner string) row {
	t.Helper()
	got, err := lease(t.Context(), d, Default, owner, db.List{"test.chore"}, 5, noon.Add(time.Hour), noon.Add(time.Minute)) // due by then
	if err != nil || len(got) != 1 {
		t.Fatalf("leased %d jobs, %v", len(got), err)
	}
	return got[0]
}

func TestWhoLostTheLeaseSettlesNothing(t *testing.T) {
	schematest.Each(t, func(t *testing.T, d *db.DB) {
		old := leased(t, d, "a")
		if n, err := reap(t.Context(), d, noon, noon.Add(time.Minute)); err != nil || n != 0 {
			t.Fatalf("%d jobs were taken from a living owner (%v)", n, err)
		}
		if n, err := reap(t.Context(), d, noon, noon.Add(2*time.Minute)); err != nil || n != 1 {
			t.Fatalf("freed %d, %v", n, err)
		}
		late := []verdict{{job: old, state: done, at: noon}}
		if n, err := settle(t.Context(), d, late); err != nil || n != 0 {
			t.Fatalf("the late owner settled %d (%v)", n, err)
		}
		// The same runner may lease it again: its first attempt is still void.
		current := lend(t, d, "a")
		if n, err := settle(t.Context(), d, late); err != nil || n != 0 {
			t.Fatalf("the first attempt settled the second (%v)", err)
		}
		if kept, err := extend(t.Context(), d, "b", []ID{current.ID}, noon.Add(time.Hour)); err != nil || len(kept) != 0 {
			t.Fatalf("a stranger prolonged the lease (%v)", err)
		}
		if n, err := settle(t.Context(), d, []verdict{{job: current, state: done, at: noon}}); err != nil || n != 1 {
			t.Fatalf("the owner settled %d (%v)", n, err)
		}
	})
}

func TestAJobThatKeepsKillingItsRunnersIsGivenUp(t *testing.T) {
	schematest.Each(t, func(t *testing.T, d *db.DB) {
		leased(t, d, "a")
		for range 2 {
			if _, err := reap(t.Context(), d, noon, noon.Add(2*time.Minute)); err != nil {
				t.Fatal(err)
			}
			if dead, _ := Dead(t.Context(), d.Read(), 0, 5); len(dead) == 1 {
				return
			}
			lend(t, d, "b")
		}
		t.Fatal("still tried after its last attempt")
	})
}

func TestARunnerThatIsAloneTakesUpWhatItsPredecessorLost(t *testing.T) {
	schematest.Each(t, func(t *testing.T, d *db.DB) {
		leased(t, d, "a")
		ran := make(chan struct{})
		reg := NewRegistry()
		Handle(reg, func(context.Context, chore) error { close(ran); return nil })
		ctx, cancel := context.WithCancel(t.Context())
		over := make(chan struct{})
		r := &Runner{DB: d, Clock: clock.NewManual(noon), Registry: reg, Alone: true}
		go func() { defer close(over); r.Run(ctx) }() //nolint:errcheck // the test waits for its work
		select {
		case <-ran:
		case <-time.After(20 * time.Second):
			t.Error("the lost job was not taken up")
		}
		cancel()
		<-over
	})
}

func TestSlotsCountFromTheirOffset(t *testing.T) {
	t.Parallel()
	p := Periodic{Every: 24 * time.Hour, Offset: 3 * time.Hour}
	for now, want := range map[time.Time]time.Time{
		noon: time.Date(2026, 11, 21, 3, 0, 0, 0, time.UTC),
		time.Date(2026, 11, 21, 2, 59, 0, 0, time.UTC): time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC),
		time.Date(2026, 11, 21, 3, 0, 0, 0, time.UTC):  time.Date(2026, 11, 21, 3, 0, 0, 0, time.UTC),
	} {
		if got := p.Slot(now); !got.Equal(want) {
			t.Errorf("slot of %v is %v, want %v", now, got, want)
		}
	}
}
