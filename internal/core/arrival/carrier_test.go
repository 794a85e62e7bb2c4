package arrival_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/core/carrier"
	"github.com/tuma-live/tuma/internal/core/group"
	"github.com/tuma-live/tuma/internal/core/pool"
	"github.com/tuma-live/tuma/internal/core/staff"
	"github.com/tuma-live/tuma/internal/wecom"
	"github.com/tuma-live/tuma/internal/wecom/sandbox"
)

func (w *world) calls(op string) (n int) {
	for _, c := range w.sandbox.Calls() {
		if strings.HasSuffix(c.Path, op) {
			n++
		}
	}
	return n
}

func (w *world) fault(f sandbox.Fault) {
	w.Helper()
	if _, err := w.sandbox.AddFault(f); err != nil {
		w.Fatal(err)
	}
}

func TestEachTargetGetsItsOwnWayAtWeComAndOnlyOne(t *testing.T) {
	each(t, func(w *world) {
		w.mirror()
		m, g := w.able()[0], w.groups()[0]
		code, _ := w.code("两种", pool.Mixed, pool.Pool{}, int64(m.ID), int64(g.ID))
		for range 3 {
			w.tx(func(tx *db.Tx) error { return carrier.Ensure(w.ctx, tx, code, w.clock.Now()) })
			w.must(w.carriers.Reconcile(w.ctx))
			w.settle()
		}
		if a, b := w.calls("/add_contact_way"), w.calls("/add_join_way"); a != 1 || b != 1 {
			w.Errorf("%d contact ways and %d join ways were made, want one each", a, b)
		}
		if n := w.calls("/del_contact_way") + w.calls("/del_join_way"); n != 0 {
			w.Errorf("%d ways were deleted", n)
		}
		c, err := carrier.ByToken(w.ctx, w.db.Read(), w.carrier(code, int64(g.ID)).Token)
		if err != nil || c.Code != code || c.Target != int64(g.ID) || c.Kind != carrier.Group {
			w.Errorf("the token names %+v (%v)", c, err)
		}
	})
}

func TestAMemberWhoCannotServeIsNamedAndTriedAgainWhenTheyCan(t *testing.T) {
	each(t, func(w *world) {
		w.mirror()
		m := w.able()[0]
		w.do(sandbox.Action{Do: "unlicense", UserID: m.UserID})
		w.must(w.staff.Sync(w.ctx))
		code, _ := w.code("无权限", pool.Staff, pool.Pool{}, int64(m.ID))
		c := w.carrier(code, int64(m.ID))
		f := c.Fault()
		if c.State != carrier.Failed || f == nil || f.Code != carrier.ErrStaff.Code || f.Args["name"] != m.Name || f.Args["problem"] != staff.NoPermit {
			w.Fatalf("the carrier is %s, its fault %+v", c.State, f)
		}
		if n := w.calls("/add_contact_way"); n != 0 {
			w.Errorf("WeCom was asked %d times for what it must refuse", n)
		}
		w.do(sandbox.Action{Do: "license", UserID: m.UserID})
		w.must(w.staff.Sync(w.ctx))
		w.clock.Advance(time.Hour)
		w.must(w.carriers.Reconcile(w.ctx))
		w.settle()
		if c := w.carrier(code, int64(m.ID)); c.State != carrier.Ready || c.Error != "" {
			w.Errorf("the carrier is %s %q", c.State, c.Error)
		}
	})
}

func TestAContactWayWhoseMakingWasNotAnsweredIsFoundAndNotMadeTwice(t *testing.T) {
	each(t, func(w *world) {
		w.mirror()
		m := w.able()[0]
		w.fault(sandbox.Fault{Path: "/add_contact_way", Kind: sandbox.FaultTruncated, Next: 1})
		code, _ := w.code("没回音", pool.Staff, pool.Pool{}, int64(m.ID))
		if c := w.carrier(code, int64(m.ID)); c.State != carrier.Creating {
			w.Fatalf("after an answer that never came the carrier is %s %q", c.State, c.Error)
		}
		w.clock.Advance(10 * time.Minute)
		w.settle()
		if c := w.carrier(code, int64(m.ID)); c.State != carrier.Ready {
			w.Errorf("the carrier is %s %q", c.State, c.Error)
		}
		if n := w.calls("/add_contact_way"); n != 1 {
			w.Errorf("%d contact ways were made, want 1", n)
		}
	})
}

func TestAChangedMemberListIsWrittenWholeAndTheQRStays(t *testing.T) {
	each(t, func(w *world) {
		w.mirror()
		gs := w.groups()
		code, _ := w.code("自动", pool.Groups, pool.Pool{AutoCreate: 1, BaseName: "福利群", NextNumber: 3}, int64(gs[0].ID))
		var id pool.ID
		w.tx(func(tx *db.Tx) error {
			return tx.QueryRow(w.ctx, "select pool from live_code where id = ?", code).Scan(&id)
		})
		before := w.carrier(code, int64(id))
		w.tx(func(tx *db.Tx) error {
			p, err := pool.ByID(w.ctx, tx, id)
			if err != nil {
				return err
			}
			_, err = pool.Save(w.ctx, tx, p, []pool.Member{{Target: int64(gs[0].ID), Enabled: 1}, {Target: int64(gs[1].ID), Enabled: 1}})
			if err != nil {
				return err
			}
			return carrier.EnsurePool(w.ctx, tx, id, w.clock.Now())
		})
		w.settle()
		after := w.carrier(code, int64(id))
		if after.State != carrier.Ready || after.ConfigID != before.ConfigID || after.QRAsset != before.QRAsset || after.Have == before.Have {
			w.Errorf("before %+v\nafter %+v", before, after)
		}
		way := w.joinWay(after.ConfigID)
		if len(way.ChatIDList) != 2 || way.AutoCreateRoom != 1 || way.RoomBaseName != "福利群" || way.RoomBaseID != 3 || way.State != after.Token {
			w.Errorf("WeCom holds %+v", way)
		}
	})
}

func (w *world) joinWay(id string) wecom.JoinWay {
	w.Helper()
	c, err := w.staff.Connect(context.Background())
	w.must(err)
	way, err := c.GetJoinWay(w.ctx, id)
	w.must(err)
	return way
}

func TestADismissedGroupMakesNoWay(t *testing.T) {
	each(t, func(w *world) {
		_, g, _ := w.groupCode(pool.Pool{})
		w.control("DELETE", "/groups/"+g.ChatID, nil, nil)
		w.settle()
		other, _ := w.code("晚了", pool.Groups, pool.Pool{}, int64(g.ID))
		cs, err := carrier.Of(w.ctx, w.db.Read(), other)
		w.must(err)
		if len(cs) != 0 || w.group(g.ID).Status != group.Dismissed {
			w.Errorf("a dismissed group got %+v", cs)
		}
	})
}
