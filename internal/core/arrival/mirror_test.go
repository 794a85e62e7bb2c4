package arrival_test

import (
	"slices"
	"testing"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/core/mirror"
	"github.com/tuma-live/tuma/internal/core/staff"
	"github.com/tuma-live/tuma/internal/core/tag"
	"github.com/tuma-live/tuma/internal/wecom"
	"github.com/tuma-live/tuma/internal/wecom/sandbox"
)

func TestTheDirectoryIsMirroredWithWhatKeepsPeopleFromServing(t *testing.T) {
	each(t, func(w *world) {
		w.mirror()
		all, err := staff.List(w.ctx, w.db.Read(), db.Where("1 = 1"))
		w.must(err)
		problems := map[string]int{}
		for _, s := range all {
			for _, p := range s.Problems() {
				problems[p]++
			}
			if s.DailyCap != staff.DefaultCap || w.seat(int64(s.ID)).Capacity != staff.DefaultCap {
				w.Errorf("%s takes %d a day", s.Name, s.DailyCap)
			}
		}
		if len(all) != 8 || problems[staff.NotActivated] != 1 || problems[staff.NoPermit] < 1 {
			w.Errorf("%d members, problems %v", len(all), problems)
		}
		p, err := mirror.Of(w.ctx, w.db.Read(), "staff")
		w.must(err)
		if p.State != mirror.Done || p.Done != p.Total || p.FinishedAt.IsZero() {
			w.Errorf("the progress is %+v", p)
		}
	})
}

func TestASyncKeepsTheCapTheDayAndThePauseOfAMember(t *testing.T) {
	each(t, func(w *world) {
		_, m, config := w.staffCode()
		w.do(sandbox.Action{Do: "scan_contact", Person: w.person("小满"), ConfigID: config})
		w.settle()
		cap, until := int64(7), w.clock.Now().Add(2*time.Hour)
		w.tx(func(tx *db.Tx) error {
			_, err := staff.Change(w.ctx, tx, m.ID, staff.Edit{DailyCap: &cap, PausedUntil: &until})
			return err
		})
		w.clock.Advance(time.Minute)
		w.mirror()
		got, err := staff.ByID(w.ctx, w.db.Read(), m.ID)
		w.must(err)
		if s := w.seat(int64(m.ID)); got.DailyCap != 7 || !got.Paused(w.clock.Now()) || s.Capacity != 7 || s.Joined != 1 {
			w.Errorf("after the sync: %+v, seat %+v", got, s)
		}
	})
}

func TestAMemberWhoLeftIsGoneAndTheirRowStays(t *testing.T) {
	each(t, func(w *world) {
		w.mirror()
		m := w.able()[0]
		w.clock.Advance(time.Minute)
		w.do(sandbox.Action{Do: "resign", UserID: m.UserID})
		w.must(w.staff.Sync(w.ctx))
		got, err := staff.ByID(w.ctx, w.db.Read(), m.ID)
		w.must(err)
		if !slices.Equal(got.Problems(), []string{staff.Left}) {
			w.Errorf("the member is %+v", got)
		}
	})
}

func TestAnInterruptedSyncGoesOn(t *testing.T) {
	each(t, func(w *world) {
		w.fault(sandbox.Fault{Path: "user/list", Kind: sandbox.FaultCode, Code: 60011, Next: 1})
		if err := w.staff.Sync(w.ctx); err == nil {
			w.Fatal("the sync did not fail")
		}
		w.must(w.staff.Sync(w.ctx))
		calls := w.calls("user/list")
		w.clock.Advance(time.Minute)
		// Stop behind the first department: the next run asks only for the rest.
		w.sandbox.Heal(0)
		p, err := mirror.Of(w.ctx, w.db.Read(), "staff")
		w.must(err)
		p.State, p.Mark, p.StartedAt = mirror.Running, "1", p.StartedAt.Add(-time.Second)
		w.tx(func(tx *db.Tx) error { return mirror.Save(w.ctx, tx, p, w.clock.Now()) })
		w.must(w.staff.Sync(w.ctx))
		if again := w.calls("user/list") - calls; again != int(p.Total)-1 {
			w.Errorf("%d departments were read again of %d", again, p.Total)
		}
	})
}

func TestATagRenamedOrDeletedAtWeComKeepsItsPlace(t *testing.T) {
	each(t, func(w *world) {
		w.mirror()
		_, ts, err := tag.List(w.ctx, w.db.Read())
		w.must(err)
		client, err := w.tags.Connect(w.ctx)
		w.must(err)
		var own tag.Tag
		w.tx(func(tx *db.Tx) error {
			own, err = tag.Ensure(w.ctx, tx, "渠道", "门店")
			return err
		})
		id, err := w.tags.Publish(w.ctx, own.ID)
		w.must(err)
		if again, err := w.tags.Publish(w.ctx, own.ID); err != nil || again != id {
			w.Errorf("publishing again gives %q (%v), want %q", again, err, id)
		}
		w.must(client.EditCorpTag(w.ctx, id, "旗舰店", nil))
		w.must(w.tags.Sync(w.ctx))
		if got, err := tag.ByID(w.ctx, w.db.Read(), own.ID); err != nil || got.Name != "旗舰店" || got.WeComID != id {
			w.Errorf("the tag is %+v (%v)", got, err)
		}
		w.must(client.DelCorpTag(w.ctx, []string{id}, nil))
		w.must(w.tags.Sync(w.ctx))
		_, now, err := tag.List(w.ctx, w.db.Read())
		w.must(err)
		if len(now) != len(ts) {
			w.Errorf("%d tags are shown, want %d", len(now), len(ts))
		}
	})
}

func TestATagThatExistsAtWeComIsTakenNotMadeTwice(t *testing.T) {
	each(t, func(w *world) {
		client, err := w.tags.Connect(w.ctx)
		w.must(err)
		made, err := client.AddCorpTag(w.ctx, wecom.NewTags{GroupName: "渠道", Tag: []wecom.NewTag{{Name: "门店"}}})
		w.must(err)
		var own tag.Tag
		w.tx(func(tx *db.Tx) error {
			own, err = tag.Ensure(w.ctx, tx, "渠道", "门店")
			return err
		})
		id, err := w.tags.Publish(w.ctx, own.ID)
		if err != nil || id != made.Tag[0].ID {
			w.Errorf("the tag is %q (%v), want %q", id, err, made.Tag[0].ID)
		}
	})
}
