package arrival_test

import (
	"strings"
	"testing"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/core/contact"
	"github.com/tuma-live/tuma/internal/core/fact"
	"github.com/tuma-live/tuma/internal/core/identity"
	"github.com/tuma-live/tuma/internal/core/pool"
	"github.com/tuma-live/tuma/internal/core/staff"
	"github.com/tuma-live/tuma/internal/core/welcome"
	"github.com/tuma-live/tuma/internal/wecom/sandbox"
)

// greeting makes the default welcome message.
func (w *world) greeting(text string) {
	w.Helper()
	w.tx(func(tx *db.Tx) error {
		m := welcome.Welcome{Name: "默认"}
		m.Body.V.Text = text
		m, err := welcome.Create(w.ctx, tx, m, w.clock.Now())
		if err != nil {
			return err
		}
		return welcome.SetDefault(w.ctx, tx, m.ID, w.clock.Now())
	})
}

// chat is what a staff member has written to a customer.
func (w *world) chat(person, userid string) []string {
	w.Helper()
	var out struct {
		Items []struct {
			From, Text string
		} `json:"items"`
	}
	w.control("GET", "/people/"+person+"/chats/"+userid, nil, &out)
	var texts []string
	for _, m := range out.Items {
		if m.From == userid {
			texts = append(texts, m.Text)
		}
	}
	return texts
}

// staffCode is a code over one staff member.
func (w *world) staffCode() (code int64, m staff.Staff, config string) {
	w.Helper()
	w.mirror()
	m = w.able()[0]
	code, _ = w.code("春季", pool.Staff, pool.Pool{}, int64(m.ID))
	c := w.carrier(code, int64(m.ID))
	if c.State != "ready" || c.QRAsset == "" {
		w.Fatalf("the carrier is %s %q with asset %q", c.State, c.Error, c.QRAsset)
	}
	return code, m, c.ConfigID
}

func TestAnAddIsAttributedTaggedAndGreeted(t *testing.T) {
	each(t, func(w *world) {
		w.greeting("{昵称}你好,我是{员工名},来自{渠道}的朋友{不认识}")
		code, m, config := w.staffCode()
		p := w.person("小\u202e满")
		w.hold(77, code, int64(m.ID), 1234)
		if got := w.do(sandbox.Action{Do: "scan_contact", Person: p, ConfigID: config}); got.Result != sandbox.Added {
			w.Fatalf("the scan ends in %s", got.Result)
		}
		w.settle()

		f := w.one(fact.Added)
		c := w.contact(p)
		if f.Code != code || f.Staff != int64(m.ID) || f.Visitor != 77 || f.Scan != 1234 || f.Contact != int64(c.ID) || f.Channel == 0 {
			w.Errorf("the fact is %+v", f)
		}
		if !strings.Contains(f.Data, `"tier":"code"`) || !strings.Contains(f.Data, `"match":"inferred"`) {
			w.Errorf("its data is %s", f.Data)
		}
		if c.Name != "小满" || c.Code != code || c.Tier != contact.TierCode || c.FirstScan != 1234 || c.Friends != 1 {
			w.Errorf("the contact is %+v", c)
		}
		if s := w.seat(int64(m.ID)); s.Joined != 1 || s.Proven != 0 {
			w.Errorf("the seat is %+v", s)
		}
		links, err := identity.Of(w.ctx, w.db.Read(), 77)
		w.must(err)
		if len(links) != 1 || links[0].Contact != c.ID || links[0].Tier != contact.TierInferred {
			w.Errorf("the visitor is %+v", links)
		}
		w.one(fact.Tagged)
		if got := w.chat(p, m.UserID); len(got) != 1 || got[0] != "小满你好,我是"+m.Name+",来自小红书春季的朋友" {
			w.Errorf("the customer reads %q", got)
		}
		w.one(fact.Welcomed)
	})
}

func TestALossEndsTheFriendshipAndAReturnKeepsTheFirstSource(t *testing.T) {
	each(t, func(w *world) {
		code, m, config := w.staffCode()
		other, _ := w.code("秋季", pool.Staff, pool.Pool{}, int64(m.ID))
		p := w.person("小满")
		scan := func(config string) {
			w.do(sandbox.Action{Do: "scan_contact", Person: p, ConfigID: config})
			w.settle()
			w.clock.Advance(time.Minute)
		}
		scan(config)
		w.do(sandbox.Action{Do: "drop_customer", Person: p, UserID: m.UserID})
		w.settle()
		if c := w.contact(p); c.Friends != 0 || c.LostAt.IsZero() || c.Code != code {
			w.Errorf("after the loss the contact is %+v", c)
		}
		if f := w.one(fact.Dropped); f.Code != code {
			w.Errorf("the loss is %+v", f)
		}
		w.clock.Advance(time.Minute)
		scan(w.carrier(other, int64(m.ID)).ConfigID)
		fs := w.facts(fact.Added)
		if len(fs) != 2 || fs[1].Code != other || !strings.Contains(fs[1].Data, `"again":true`) {
			w.Errorf("the adds are %+v", fs)
		}
		if c := w.contact(p); c.Code != code || c.Friends != 1 || !c.LostAt.IsZero() {
			w.Errorf("after the return the contact is %+v", c)
		}
		w.do(sandbox.Action{Do: "drop_staff", Person: p, UserID: m.UserID})
		w.settle()
		if f := w.one(fact.Lost); f.Code != other {
			w.Errorf("the loss is %+v", f)
		}
		if c := w.contact(p); c.Friends != 0 {
			w.Errorf("a customer who deleted us is still a friend: %+v", c)
		}
	})
}

func TestAHalfAddAndItsFullAddUseOneSeat(t *testing.T) {
	each(t, func(w *world) {
		w.greeting("你好")
		code, m, config := w.staffCode()
		w.control("PATCH", "/rules", map[string]bool{"half_add": true}, nil)
		p := w.person("小满")
		w.hold(77, code, int64(m.ID), 1234)
		w.do(sandbox.Action{Do: "scan_contact", Person: p, ConfigID: config})
		w.settle()
		if f := w.one(fact.HalfAdded); f.Visitor != 77 || f.Code != code {
			w.Errorf("the half add is %+v", f)
		}
		w.clock.Advance(time.Minute)
		w.do(sandbox.Action{Do: "accept", Person: p, UserID: m.UserID})
		w.settle()
		if f := w.one(fact.Added); f.Visitor != 77 || f.Scan != 1234 {
			w.Errorf("the full add is %+v", f)
		}
		if s := w.seat(int64(m.ID)); s.Joined != 1 {
			w.Errorf("%d adds are counted, want 1", s.Joined)
		}
		w.one(fact.Welcomed)
		w.one(fact.Tagged)
		w.clock.Advance(time.Minute)
		w.settle()
		if fs := w.facts(fact.WelcomeFailed); len(fs) != 0 {
			w.Errorf("the missing code of the full add is called a failure: %+v", fs)
		}
	})
}

func TestCustomersOfTheSameSecondAreNotMerged(t *testing.T) {
	each(t, func(w *world) {
		code, m, config := w.staffCode()
		people := map[int64]bool{}
		for range 5 {
			p := w.person("同一秒")
			w.do(sandbox.Action{Do: "scan_contact", Person: p, ConfigID: config})
		}
		w.settle()
		for _, f := range w.facts(fact.Added) {
			if f.Code != code {
				w.Errorf("an add is of code %d", f.Code)
			}
			people[f.Contact] = true
		}
		if len(people) != 5 {
			w.Errorf("%d people were added, want 5", len(people))
		}
		if s := w.seat(int64(m.ID)); s.Joined != 5 {
			w.Errorf("%d adds are counted, want 5", s.Joined)
		}
	})
}

func TestALateWelcomeIsNotSentAndSaysWhy(t *testing.T) {
	each(t, func(w *world) {
		w.greeting("你好")
		_, m, config := w.staffCode()
		p := w.person("小满")
		w.do(sandbox.Action{Do: "scan_contact", Person: p, ConfigID: config})
		w.must(w.sandbox.Drain(w.ctx))
		w.clock.Advance(21 * time.Second)
		w.settle()
		if f := w.one(fact.WelcomeFailed); !strings.Contains(f.Data, welcome.Expired) {
			w.Errorf("the failure says %s", f.Data)
		}
		if got := w.chat(p, m.UserID); len(got) != 0 {
			w.Errorf("the customer reads %q", got)
		}
	})
}

func TestAConsoleWelcomeIsAFailureThatIsNamed(t *testing.T) {
	each(t, func(w *world) {
		w.greeting("你好")
		_, m, config := w.staffCode()
		w.control("PATCH", "/staff/"+m.UserID, map[string]string{"console_welcome": "官方欢迎语"}, nil)
		p := w.person("小满")
		w.do(sandbox.Action{Do: "scan_contact", Person: p, ConfigID: config})
		w.settle()
		w.clock.Advance(time.Minute)
		w.settle()
		if f := w.one(fact.WelcomeFailed); !strings.Contains(f.Data, welcome.NoCode) {
			w.Errorf("the failure says %s", f.Data)
		}
	})
}

func TestALostCallbackIsFoundByTheNextSync(t *testing.T) {
	each(t, func(w *world) {
		code, m, config := w.staffCode()
		w.must(w.arrivals.SyncContacts(w.ctx))
		if n := len(w.facts(fact.Added)); n != 0 {
			w.Fatalf("the first sync says that %d people have just come", n)
		}
		w.clock.Advance(time.Minute)
		w.control("PATCH", "/callbacks", map[string]float64{"drop": 1}, nil)
		p := w.person("没有回调")
		w.do(sandbox.Action{Do: "scan_contact", Person: p, ConfigID: config})
		gone := w.person("又走了")
		w.do(sandbox.Action{Do: "scan_contact", Person: gone, ConfigID: config})
		w.clock.Advance(time.Minute)
		w.must(w.arrivals.SyncContacts(w.ctx))
		w.settle()
		fs := w.facts(fact.Added)
		if len(fs) != 2 || fs[0].Code != code || !strings.Contains(fs[0].Data, `"found":true`) {
			w.Fatalf("the adds are %+v", fs)
		}
		w.clock.Advance(time.Minute)
		w.do(sandbox.Action{Do: "drop_customer", Person: gone, UserID: m.UserID})
		w.clock.Advance(time.Minute)
		w.must(w.arrivals.SyncContacts(w.ctx))
		w.one(fact.Dropped)
		if c := w.contact(gone); c.Friends != 0 {
			w.Errorf("the lost customer is %+v", c)
		}
	})
}
