package pool_test

import (
	"errors"
	"testing"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/fault"
	"github.com/tuma-live/tuma/internal/base/ident"
	"github.com/tuma-live/tuma/internal/core/pool"
	"github.com/tuma-live/tuma/internal/schema/schematest"
)

var now = time.Date(2026, 11, 21, 2, 0, 0, 0, time.UTC)

func TestOnlyBaseNameAndNumberIsANumberedGroup(t *testing.T) {
	t.Parallel()
	p := pool.Pool{BaseName: "福利群"}
	for name, want := range map[string]int64{
		"福利群7": 7, "福利群 12": 12, " 福利群3 ": 3,
		"福利群": 0, "福利群0": 0, "福利群-1": 0, "福利群7号": 0, "老福利群7": 0, "福利群99999999999": 0, "": 0,
	} {
		if n, ok := p.Numbered(name); n*b2i(ok) != want {
			t.Errorf("Numbered(%q) = %d, %v; want %d", name, n, ok, want)
		}
	}
	if _, ok := (pool.Pool{}).Numbered("7"); ok {
		t.Error("a pool without a base name takes the group 7")
	}
}

func b2i(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func TestAPoolKeepsTheOrderOfItsMembersAndRefusesStaleEdits(t *testing.T) {
	schematest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		d.IDs = ident.NewSource(clock.NewManual(now), 0, 0)
		p := pool.Pool{Name: "主池", Kind: pool.Groups, Strategy: "in_order"}
		err := d.InTx(ctx, func(tx *db.Tx) (err error) {
			p, err = pool.Create(ctx, tx, p, []pool.Member{{Target: 9, Weight: 1, Enabled: 1}, {Target: 3, Weight: 2}}, now)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		stale := p
		err = d.InTx(ctx, func(tx *db.Tx) (err error) {
			p, err = pool.Save(ctx, tx, p, []pool.Member{{Target: 3}, {Target: 9}, {Target: 5}})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		ms, err := pool.Members(ctx, d.Read(), p.ID)
		if err != nil || len(ms) != 3 || ms[0].Target != 3 || ms[1].Target != 9 || ms[2].Target != 5 {
			t.Errorf("the members are %+v (%v)", ms, err)
		}
		err = d.InTx(ctx, func(tx *db.Tx) error { _, err := pool.Save(ctx, tx, stale, nil); return err })
		if !errors.Is(err, pool.ErrStale) {
			t.Errorf("a stale edit ends with %v", err)
		}
		err = d.InTx(ctx, func(tx *db.Tx) error {
			_, err := pool.Create(ctx, tx, pool.Pool{Kind: "x", Strategy: "y", AutoCreate: 1},
				[]pool.Member{{Target: 1}, {Target: 1, Weight: -1}}, now)
			return err
		})
		if f, ok := fault.Of(err); !ok || len(f.Fields) != 6 {
			t.Errorf("a wrong form ends with %v", err)
		}
	})
}

func TestAnAdoptedGroupIsTakenOnceAndNumbersTheNext(t *testing.T) {
	schematest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		d.IDs = ident.NewSource(clock.NewManual(now), 0, 0)
		var p pool.Pool
		for _, want := range []int{1, 0} {
			err := d.InTx(ctx, func(tx *db.Tx) (err error) {
				if p.ID == 0 {
					p, err = pool.Create(ctx, tx, pool.Pool{Name: "主池", Kind: pool.Groups, Strategy: "in_order",
						AutoCreate: 1, BaseName: "福利群", NextNumber: 7}, nil, now)
					if err != nil {
						return err
					}
				}
				took, err := pool.Adopt(ctx, tx, 42, "福利群7")
				if len(took) != want {
					t.Errorf("%d pools took the group, want %d", len(took), want)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		got, err := pool.ByID(ctx, d.Read(), p.ID)
		if err != nil || got.NextNumber != 8 {
			t.Errorf("the next number is %d (%v), want 8", got.NextNumber, err)
		}
	})
}
