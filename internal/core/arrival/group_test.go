package arrival_test

import (
	"strings"
	"testing"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/core/contact"
	"github.com/tuma-live/tuma/internal/core/fact"
	"github.com/tuma-live/tuma/internal/core/group"
	"github.com/tuma-live/tuma/internal/core/pool"
	"github.com/tuma-live/tuma/internal/wecom/sandbox"
)

// groupCode is a code over one group.
func (w *world) groupCode(p pool.Pool) (code int64, g group.Group, config string) {
	w.Helper()
	w.mirror()
	g = w.groups()[0]
	code, _ = w.code("福利群", pool.Groups, p, int64(g.ID))
	c := w.carrier(code, int64(g.ID))
	if c.State != "ready" || c.QRAsset == "" {
		w.Fatalf("the carrier is %s %q with asset %q", c.State, c.Error, c.QRAsset)
	}
	return code, g, c.ConfigID
}

func (w *world) group(id group.ID) group.Group {
	w.Helper()
	g, err := group.ByID(w.ctx, w.db.Read(), id)
	w.must(err)
	return g
}

func TestTheFirstSyncOfAGroupBringsItsPeopleAndNoJoins(t *testing.T) {
	each(t, func(w *world) {
		w.mirror()
		for _, g := range w.groups() {
			if g.Members == 0 || w.seat(int64(g.ID)).Joined != g.Members {
				w.Errorf("group %s has %d members and %d seats taken", g.Name, g.Members, w.seat(int64(g.ID)).Joined)
			}
			if w.seat(int64(g.ID)).Capacity != group.DefaultCapacity {
				w.Errorf("group %s has the stop-line %d", g.Name, w.seat(int64(g.ID)).Capacity)
			}
		}
		if n := len(w.facts(fact.Joined, fact.Left)); n != 0 {
			w.Errorf("%d people are said to have come or gone just now", n)
		}
	})
}

func TestAJoinIsAttributedAndTakesItsSeat(t *testing.T) {
	each(t, func(w *world) {
		code, g, config := w.groupCode(pool.Pool{})
		p := w.person("小满")
		w.clock.Advance(time.Minute)
		w.hold(77, code, int64(g.ID), 1234)
		if got := w.do(sandbox.Action{Do: "scan_group", Person: p, ConfigID: config}); got.Result != sandbox.Joined {
			w.Fatalf("the scan ends in %s", got.Result)
		}
		w.settle()
		f, c := w.one(fact.Joined), w.contact(p)
		if f.Code != code || f.Target != int64(g.ID) || f.Visitor != 77 || f.Scan != 1234 || f.Contact != int64(c.ID) {
			w.Errorf("the fact is %+v", f)
		}
		if c.Name != "小满" || c.Code != code || c.Tier != contact.TierCode || c.Friends != 0 {
			w.Errorf("the contact is %+v", c)
		}
		if s := w.seat(int64(g.ID)); s.Joined != g.Members+1 || s.Proven != 0 {
			w.Errorf("the seats are %+v, before it had %d members", s, g.Members)
		}
		w.clock.Advance(time.Minute)
		w.do(sandbox.Action{Do: "remove", Person: p, ChatID: g.ChatID})
		w.settle()
		if f := w.one(fact.Left); f.Code != code || !strings.Contains(f.Data, "removed") {
			w.Errorf("the leave is %+v", f)
		}
		if s := w.seat(int64(g.ID)); s.Joined != g.Members {
			w.Errorf("%d seats are taken, want %d", s.Joined, g.Members)
		}
	})
}

func TestAnInvitationTakesNobodysSeat(t *testing.T) {
	each(t, func(w *world) {
		code, g, _ := w.groupCode(pool.Pool{})
		w.hold(77, code, int64(g.ID), 1234)
		w.clock.Advance(time.Minute)
		w.do(sandbox.Action{Do: "join", Person: w.person("被邀请"), ChatID: g.ChatID})
		w.settle()
		if f := w.one(fact.Joined); f.Visitor != 0 || f.Code != 0 {
			w.Errorf("the fact is %+v", f)
		}
		if s := w.seat(int64(g.ID)); s.Proven != 1 {
			w.Errorf("the seat of the visitor is gone: %+v", s)
		}
	})
}

func TestAnOldListIsReadAgain(t *testing.T) {
	each(t, func(w *world) {
		code, g, config := w.groupCode(pool.Pool{})
		w.control("PATCH", "/rules", map[string]bool{"stale_reads": true}, nil)
		w.clock.Advance(time.Minute)
		w.do(sandbox.Action{Do: "scan_group", Person: w.person("小满"), ConfigID: config})
		w.settle()
		if n := len(w.facts(fact.Joined)); n != 0 {
			w.Fatalf("%d joins are known while WeCom shows the old list", n)
		}
		w.clock.Advance(3 * time.Second)
		w.settle()
		if f := w.one(fact.Joined); f.Code != code || f.Target != int64(g.ID) {
			w.Errorf("the fact is %+v", f)
		}
	})
}

func TestAMissedJoinAndLeaveAreHealed(t *testing.T) {
	each(t, func(w *world) {
		code, g, config := w.groupCode(pool.Pool{})
		stays, goes := w.person("留下"), w.person("离开")
		w.clock.Advance(time.Minute)
		w.do(sandbox.Action{Do: "scan_group", Person: goes, ConfigID: config})
		w.settle()
		w.clock.Advance(time.Minute)
		w.control("PATCH", "/callbacks", map[string]float64{"drop": 1}, nil)
		w.do(sandbox.Action{Do: "scan_group", Person: stays, ConfigID: config})
		w.do(sandbox.Action{Do: "leave", Person: goes, ChatID: g.ChatID})
		w.control("PATCH", "/callbacks", map[string]float64{"drop": 0}, nil)
		w.clock.Advance(time.Minute)
		w.do(sandbox.Action{Do: "join", Person: w.person("之后"), ChatID: g.ChatID})
		w.settle()
		w.clock.Advance(2 * time.Minute)
		w.settle()
		joins := map[int64]bool{}
		for _, f := range w.facts(fact.Joined) {
			joins[f.Contact] = f.Code == code
		}
		if len(joins) != 3 || !joins[int64(w.contact(stays).ID)] {
			w.Errorf("the joins are %v", joins)
		}
		if f := w.one(fact.Left); f.Contact != int64(w.contact(goes).ID) {
			w.Errorf("the leave is %+v", f)
		}
		if s := w.seat(int64(g.ID)); s.Joined != g.Members+2 {
			w.Errorf("%d seats are taken, want %d", s.Joined, g.Members+2)
		}
	})
}

func TestAGroupThatWeComOpensJoinsItsPool(t *testing.T) {
	each(t, func(w *world) {
		w.control("PATCH", "/rules", map[string]int{"qr_threshold": 5}, nil)
		code, g, _ := w.groupCode(pool.Pool{AutoCreate: 1, BaseName: "品牌福利群", NextNumber: 7})
		cs := w.autoCarrier(code)
		w.clock.Advance(time.Minute)
		for range 12 - g.Members { // past the threshold of the first, into the new one
			w.do(sandbox.Action{Do: "scan_group", Person: w.person("顾客"), ConfigID: cs})
		}
		if g.Members >= 12 {
			w.do(sandbox.Action{Do: "scan_group", Person: w.person("顾客"), ConfigID: cs})
		}
		w.settle()
		var made *group.Group
		for _, o := range w.groups() {
			if o.Name == "品牌福利群7" {
				made = &o
			}
		}
		if made == nil {
			w.Fatalf("no group was opened: %+v", w.groups())
		}
		if c := w.carrier(code, int64(made.ID)); c.State != "ready" {
			w.Errorf("the carrier of the new group is %s %s", c.State, c.Error)
		}
		var pools int64
		w.tx(func(tx *db.Tx) error {
			return tx.QueryRow(w.ctx, "select count(*) from pool_member where target = ?", made.ID).Scan(&pools)
		})
		if pools != 1 {
			w.Errorf("the new group is in %d pools", pools)
		}
		joined := 0
		for _, f := range w.facts(fact.Joined) {
			if f.Target == int64(made.ID) && f.Code == code {
				joined++
			}
		}
		if int64(joined) != made.Externals {
			w.Errorf("%d of %d joins into the new group are known", joined, made.Externals)
		}
	})
}

func (w *world) autoCarrier(code int64) (config string) {
	w.Helper()
	w.tx(func(tx *db.Tx) error {
		return tx.QueryRow(w.ctx, "select config_id from carrier where code = ? and kind = 'auto'", code).Scan(&config)
	})
	return config
}

func TestADismissedGroupIsClosedAndNobodyHasLeft(t *testing.T) {
	each(t, func(w *world) {
		_, g, _ := w.groupCode(pool.Pool{})
		w.clock.Advance(time.Minute)
		w.control("DELETE", "/groups/"+g.ChatID, nil, nil)
		w.settle()
		if got := w.group(g.ID); got.Status != group.Dismissed {
			w.Errorf("the group is %s", got.Status)
		}
		if f := w.one(fact.GroupDismissed); f.Target != int64(g.ID) {
			w.Errorf("the fact is %+v", f)
		}
		w.must(w.arrivals.SyncGroups(w.ctx))
		if n := len(w.facts(fact.Left)); n != 0 {
			w.Errorf("%d people are said to have left", n)
		}
	})
}
