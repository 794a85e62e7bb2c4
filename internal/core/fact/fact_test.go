package fact_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/core/fact"
	"github.com/tuma-live/tuma/internal/schema/schematest"
)

// Writers that commit late, in any order, lose no fact to a reader that is
// always ahead of them.
func TestAConsumerSkipsNothingThatCommitsLate(t *testing.T) {
	schematest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		const writers, each = 8, 25
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for i := range each {
					err := d.InTx(ctx, func(tx *db.Tx) error {
						err := fact.Append(ctx, tx, fact.Fact{Kind: fact.View, At: db.At(time.Now()), Data: fmt.Sprintf(`{"w":%d,"i":%d}`, w, i)})
						time.Sleep(time.Duration((w*7+i*13)%11) * time.Millisecond) // the slow writer
						return err
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		done := make(chan struct{})
		go func() { wg.Wait(); close(done) }()
		seen := map[string]int{}
		read := func() int {
			var fs []fact.Fact
			err := d.InTx(ctx, func(tx *db.Tx) error {
				var err error
				fs, err = fact.Next(ctx, tx, "test", 10)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range fs {
				seen[f.Data]++
			}
			return len(fs)
		}
		for running := true; running; {
			select {
			case <-done:
				running = false
			default:
				read()
			}
		}
		deadline := time.Now().Add(20 * time.Second)
		for len(seen) < writers*each && time.Now().Before(deadline) {
			read()
		}
		if len(seen) != writers*each {
			t.Fatalf("read %d of %d facts", len(seen), writers*each)
		}
		for data, n := range seen {
			if n != 1 {
				t.Fatalf("%s was read %d times", data, n)
			}
		}
	})
}

func TestACursorMovesOnlyWithItsConsumersOwnWrites(t *testing.T) {
	schematest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		err := d.InTx(ctx, func(tx *db.Tx) error {
			return fact.Append(ctx, tx, fact.Fact{Kind: fact.View, At: db.At(time.Now())})
		})
		if err != nil {
			t.Fatal(err)
		}
		read := func(fail error) (n int) {
			d.InTx(ctx, func(tx *db.Tx) error { //nolint:errcheck // fails on purpose
				fs, err := fact.Next(ctx, tx, "c", 10)
				n = len(fs)
				if err != nil {
					t.Error(err)
				}
				return fail
			})
			return n
		}
		// On PostgreSQL a fact is read once every older transaction of the server
		// has ended, whoever's it is.
		readOne := func(fail error) bool {
			for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); {
				if n := read(fail); n > 0 {
					return n == 1
				}
				time.Sleep(5 * time.Millisecond)
			}
			return false
		}
		if !readOne(context.Canceled) || !readOne(nil) || read(nil) != 0 {
			t.Fatal("a fact was skipped after its consumer failed, or read twice after it did not")
		}
	})
}
