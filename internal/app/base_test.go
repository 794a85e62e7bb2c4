package app

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/ident"
	"github.com/tuma-live/tuma/internal/schema/schematest"
)

type any64 struct{}

func (any64) Prefix() string { return "x" }

func open(t *testing.T, c Config) *Base {
	t.Helper()
	b, err := OpenBase(t.Context(), c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() }) //nolint:errcheck // may be closed already
	return b
}

func folder(t *testing.T) Config { return Config{Addr: "127.0.0.1:0", Data: t.TempDir()} }

func TestOneProcessOnlyHasADataFolder(t *testing.T) {
	t.Parallel()
	c := folder(t)
	first := open(t, c)
	if _, err := OpenBase(t.Context(), c, slog.New(slog.DiscardHandler)); !errors.Is(err, ErrInUse) {
		t.Fatalf("the second process: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, c)
}

func TestADatabaseOpensWithItsOwnKeysOnly(t *testing.T) {
	t.Parallel()
	c := folder(t)
	open(t, c).Close()
	if err := os.Remove(filepath.Join(c.Data, "keys.json")); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenBase(t.Context(), c, slog.New(slog.DiscardHandler)); !errors.Is(err, ErrOtherKeys) {
		t.Fatalf("with other keys: %v", err)
	}
}

func TestIdsNeverGoBackWhenTheClockDid(t *testing.T) {
	t.Parallel()
	c := folder(t)
	b := open(t, c)
	ahead := int64(ident.First[any64](b.Clock.Now().Add(time.Hour)))
	err := b.DB.InTx(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), "insert into fact (id, kind, at) values (?, 'scan', 1)", ahead)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	b.Close()
	if id := int64(ident.New[any64](open(t, c).DB.IDs)); id <= ahead {
		t.Fatalf("made %d, and %d was there", id, ahead)
	}
}

func TestNoTwoNodesHaveOneNumber(t *testing.T) {
	t.Parallel()
	d := schematest.Postgres(t)
	numbers := map[int64]*node{}
	for range 3 {
		n, err := claimNode(t.Context(), d, clock.System{})
		if err != nil {
			t.Fatal(err)
		}
		numbers[n.number] = n
	}
	if len(numbers) != 3 || numbers[0] == nil || numbers[2] == nil {
		t.Fatalf("three nodes have the numbers %v", numbers)
	}
	numbers[1].release()
	if n, err := claimNode(t.Context(), d, clock.System{}); err != nil || n.number != 1 {
		t.Fatalf("a number given back: %+v, %v", n, err)
	}
}

func TestANodeThatSleptThroughItsLeaseStops(t *testing.T) {
	t.Parallel()
	d, c := schematest.Postgres(t), clock.NewManual(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC))
	slept, err := claimNode(t.Context(), d, c)
	if err != nil {
		t.Fatal(err)
	}
	c.Advance(2 * nodeLease)
	if n, err := claimNode(t.Context(), d, c); err != nil || n.number != slept.number {
		t.Fatalf("the number was not free: %+v, %v", n, err)
	}
	over := make(chan error, 1)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	go func() { over <- slept.keep(ctx) }()
	for {
		c.Advance(nodeRenew)
		select {
		case err := <-over:
			if !errors.Is(err, errNodeLost) {
				t.Fatalf("ended with %v", err)
			}
			return
		case <-time.After(2 * time.Millisecond):
		}
	}
}
