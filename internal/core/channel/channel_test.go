package channel_test

import (
	"errors"
	"testing"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/ident"
	"github.com/tuma-live/tuma/internal/core/channel"
	"github.com/tuma-live/tuma/internal/schema/schematest"
)

func TestTheTreeHasThreeLevelsAndNoLoops(t *testing.T) {
	schematest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, now := t.Context(), time.Date(2026, 11, 21, 2, 0, 0, 0, time.UTC)
		d.IDs = ident.NewSource(clock.NewManual(now), 0, 0)
		create := func(name string, parent channel.ID) (c channel.Channel, err error) {
			err = d.InTx(ctx, func(tx *db.Tx) error {
				c, err = channel.Create(ctx, tx, channel.Channel{Name: name, Parent: parent}, now)
				return err
			})
			return c, err
		}
		a, err := create("线上", 0)
		if err != nil {
			t.Fatal(err)
		}
		b, err := create("小红书", a.ID)
		if err != nil {
			t.Fatal(err)
		}
		c, err := create("618活动", b.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := create("太深", c.ID); !errors.Is(err, channel.ErrTooDeep) {
			t.Errorf("a fourth level ends with %v", err)
		}
		if _, err := create("小红书", a.ID); !errors.Is(err, channel.ErrNameTaken) {
			t.Errorf("the same name again ends with %v", err)
		}
		a.Parent = c.ID
		err = d.InTx(ctx, func(tx *db.Tx) error { _, err := channel.Save(ctx, tx, a); return err })
		if !errors.Is(err, channel.ErrLoop) {
			t.Errorf("a loop ends with %v", err)
		}
		x, err := create("线下", 0)
		if err != nil {
			t.Fatal(err)
		}
		b.Parent, b.Version = x.ID, b.Version+1
		err = d.InTx(ctx, func(tx *db.Tx) error { _, err := channel.Save(ctx, tx, b); return err })
		if !errors.Is(err, channel.ErrStale) {
			t.Errorf("a stale edit ends with %v", err)
		}
		tree, err := channel.All(ctx, d.Read())
		if err != nil || tree.Path(c.ID) != "线上 / 小红书 / 618活动" {
			t.Errorf("the path is %q (%v)", tree.Path(c.ID), err)
		}
	})
}
