package db_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/schema/schematest"
)

type setting struct {
	Key       string         `db:"key"`
	Value     db.JSON[[]int] `db:"value"`
	UpdatedAt db.Time        `db:"updated_at"`
}

func TestRowsComeBackAsTheyWereWritten(t *testing.T) {
	schematest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		at := time.Date(2026, 11, 21, 9, 0, 0, 123456789, time.FixedZone("CST", 8*3600))
		var want []setting
		for i := range 150 {
			want = append(want, setting{fmt.Sprintf("k'%03d 码", i), db.JSON[[]int]{V: []int{i}}, db.At(at)})
		}
		err := d.InTx(ctx, func(tx *db.Tx) error { return db.Insert(ctx, tx, "setting", "", want...) })
		if err != nil {
			t.Fatal(err)
		}
		got, err := db.Select[setting](ctx, d.Read(), "select "+db.Cols[setting]()+" from setting order by key")
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != len(want) || got[7].Key != want[7].Key || got[7].Value.V[0] != 7 ||
			!got[7].UpdatedAt.Equal(at.Truncate(time.Microsecond)) {
			t.Fatalf("got %d rows, [7] = %+v", len(got), got[7])
		}
		n, err := db.Get[int64](ctx, d.Read(), "select count(*) from setting where key in (?) and updated_at > ?",
			db.In([]string{want[1].Key, want[2].Key, want[3].Key}), 0)
		if err != nil || n != 3 {
			t.Fatalf("in (?): %d, %v", n, err)
		}
		n, err = db.Get[int64](ctx, d.Read(), "select count(*) from setting where key in (?)", db.List{})
		if err != nil || n != 0 {
			t.Fatalf("an empty list matches %d rows, %v", n, err)
		}
	})
}

func TestAFailedTransactionLeavesNothing(t *testing.T) {
	schematest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		boom := errors.New("boom")
		ran := false
		err := d.InTx(ctx, func(tx *db.Tx) error {
			tx.OnCommit(func() { ran = true })
			if err := db.Insert(ctx, tx, "setting", "", setting{Key: "a"}); err != nil {
				return err
			}
			return boom
		})
		n, _ := db.Get[int64](ctx, d.Read(), "select count(*) from setting")
		if !errors.Is(err, boom) || n != 0 || ran {
			t.Fatalf("err %v, rows %d, hook ran %v", err, n, ran)
		}
		err = d.InTx(ctx, func(tx *db.Tx) error {
			return db.Insert(ctx, tx, "setting", "", setting{Key: "a"}, setting{Key: "a"})
		})
		if !db.Unique(err) {
			t.Fatalf("got %v, want a unique violation", err)
		}
	})
}

func TestNotifyArrivesOnlyAfterCommit(t *testing.T) {
	schematest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		ch, cancel := d.Subscribe("book")
		defer cancel()
		d.InTx(ctx, func(tx *db.Tx) error { //nolint:errcheck // rolled back on purpose
			if err := tx.Notify(ctx, "book", "lost"); err != nil {
				t.Error(err)
			}
			return errors.New("no")
		})
		// The listener may still be on its way, so the message is sent again.
		deadline := time.After(10 * time.Second)
		for {
			if err := d.InTx(ctx, func(tx *db.Tx) error { return tx.Notify(ctx, "book", "kept") }); err != nil {
				t.Fatal(err)
			}
			select {
			case m := <-ch:
				switch m {
				case "kept":
					return
				case "lost":
					t.Fatal("a rolled back transaction notified")
				}
			case <-time.After(100 * time.Millisecond):
			case <-deadline:
				t.Fatal("no notification")
			}
		}
	})
}

func TestABatchAnswersEveryoneOnceWithTheirCommit(t *testing.T) {
	var mu sync.Mutex
	seen := map[int]int{}
	calls := 0
	b := db.NewBatch(50, 10000, func(_ context.Context, items []int) error {
		mu.Lock()
		defer mu.Unlock()
		calls++
		for _, i := range items {
			seen[i]++
		}
		if items[0]%97 == 96 {
			return errors.New("refused")
		}
		return nil
	})
	var wg sync.WaitGroup
	for i := range 5000 {
		wg.Go(func() { b.Do(context.Background(), i) }) //nolint:errcheck // counted below
	}
	wg.Wait()
	if len(seen) != 5000 || b.Waiting() != 0 {
		t.Fatalf("%d items committed, %d waiting", len(seen), b.Waiting())
	}
	for i, n := range seen {
		if n != 1 {
			t.Fatalf("item %d committed %d times", i, n)
		}
	}
}

func TestABatchRefusesWhatItsBoundCannotHold(t *testing.T) {
	gate := make(chan struct{})
	b := db.NewBatch(10, 2, func(context.Context, []int) error { <-gate; return nil })
	var wg sync.WaitGroup
	for i := range 2 {
		wg.Go(func() { b.Do(context.Background(), i) }) //nolint:errcheck // not what is tested
	}
	for b.Waiting() < 2 {
		time.Sleep(time.Millisecond)
	}
	if err := b.Do(context.Background(), 3); !errors.Is(err, db.ErrBusy) {
		t.Fatalf("got %v, want ErrBusy", err)
	}
	close(gate)
	wg.Wait()
}
