package sandbox

import (
	"cmp"
	"fmt"
	"time"

	"github.com/tuma-live/tuma/internal/base/ident"
)

// AgentID is the app that a product connects as.
const AgentID = 1000002

// newWorld makes the corp of o: the demo corp, or an empty one.
func newWorld(o Options, now time.Time) *world {
	w := &world{
		CorpID: o.CorpID, CorpName: "途码演示企业", Seed: o.Seed, now: now,
		Chats: map[string][]Message{},
		Rules: Rules{QRThreshold: o.QRThreshold, GroupCap: 500, TagCap: 10_000,
			ConfigQuota: 500_000, UnionID: true, Limits: *o.Limits},
		Quota: LinkQuota{Balance: 500, Expires: now.Add(180 * 24 * time.Hour).Unix()},
	}
	w.Apps = []*App{{AgentID: AgentID, Name: "途码", Secret: cmp.Or(o.Secret, ident.Token(24)),
		Rights: Rights{Contacts: true, Links: true}, Departments: []int64{1}}}
	w.Departments = []*Department{{ID: 1, Name: w.CorpName, Leader: []string{}}}
	w.Callback = CallbackConfig{Token: cmp.Or(o.Token, ident.Token(15)),
		AESKey: cmp.Or(o.AESKey, newAESKey())}
	if !o.EmptyWorld {
		w.populate()
	}
	// The story before the first day is nobody's news.
	w.Pending, w.Counts, w.Requests = nil, Counts{}, nil
	w.Callback.URL = o.CallbackURL
	return w
}

// useKeys lets what the operator gave on this start win over the snapshot.
func (w *world) useKeys(o Options) {
	w.Apps[0].Secret = cmp.Or(o.Secret, w.Apps[0].Secret)
	w.Callback.URL = cmp.Or(o.CallbackURL, w.Callback.URL)
	w.Callback.Token = cmp.Or(o.Token, w.Callback.Token)
	w.Callback.AESKey = cmp.Or(o.AESKey, w.Callback.AESKey)
	if w.Chats == nil {
		w.Chats = map[string][]Message{}
	}
}

// newAESKey makes an EncodingAESKey: 43 letters or digits that decode to 32
// bytes. The last one holds 4 bits only, so it must be one of every fourth.
func newAESKey() string { return (ident.Token(30))[:42] + "A" }

func (w *world) populate() {
	w.makeDirectory()
	w.makeTags()
	for range 200 {
		w.People.put(w.newPerson(Person{}))
	}
	w.makeGroups()
	w.makeCustomers()
}

func (w *world) makeDirectory() {
	for _, d := range []Department{
		{ID: 2, Name: "门店运营部", ParentID: 1, Order: 40},
		{ID: 3, Name: "客户服务部", ParentID: 1, Order: 30},
		{ID: 4, Name: "市场部", ParentID: 1, Order: 20},
		{ID: 5, Name: "华东门店", ParentID: 2, Order: 20},
		{ID: 6, Name: "华南门店", ParentID: 2, Order: 10},
	} {
		d.Leader = []string{}
		w.Departments = append(w.Departments, &d)
	}
	staff := func(id, name, position string, department int64) *Staff {
		m := &Staff{UserID: id, Name: name, Position: position, Department: []int64{department},
			Leader: []int64{0}, Status: StaffActive, Verified: true, Licensed: true, AutoAccept: true}
		w.Staff.put(m)
		return m
	}
	staff("chenyu", "陈雨", "门店运营主管", 2).Leader = []int64{1}
	staff("linxiaomei", "林小美", "华东店长", 5)
	staff("wanghao", "王浩", "华南店长", 6)
	staff("zhangting", "张婷", "客服专员", 3).AutoAccept = false
	staff("liujie", "刘洁", "客服专员", 3)
	staff("zhaolei", "赵磊", "市场经理", 4)
	newcomer := staff("sunyue", "孙悦", "市场专员", 4) // 未激活
	newcomer.Status, newcomer.Verified, newcomer.Licensed = StaffInactive, false, false
	staff("heming", "何明", "财务", 1).Licensed = false // 无客户联系权限
}

func (w *world) makeTags() {
	for i, g := range []struct {
		name string
		tags []string
	}{
		{"来源", []string{"门店扫码", "朋友圈", "线下活动", "老客推荐"}},
		{"偏好", []string{"烘焙", "咖啡", "亲子", "户外"}},
		{"客户等级", []string{"新客", "活跃", "高价值", "沉睡"}},
	} {
		group := &TagGroup{ID: w.newID("et"), Name: g.name, CreateTime: w.ago(120), Order: int64(30 - i)}
		for j, name := range g.tags {
			group.Tags = append(group.Tags, &Tag{ID: w.newID("et"), Name: name,
				CreateTime: w.ago(120), Order: int64(len(g.tags) - j)})
		}
		w.TagGroups.put(group)
	}
}

// ago is the Unix time days before now.
func (w *world) ago(days int) int64 { return w.now.Add(-time.Duration(days) * 24 * time.Hour).Unix() }

func (w *world) makeGroups() {
	for i, g := range []struct {
		name, owner string
		people      int
	}{
		{"途码咖啡会员群 1", "linxiaomei", 46},
		{"途码咖啡会员群 2", "linxiaomei", 18},
		{"周末亲子活动群", "wanghao", 32},
		{"新品试吃官", "chenyu", 27},
		{"城市骑行俱乐部", "zhaolei", 12},
		{"售后服务群", "liujie", 9},
	} {
		w.past(60-i, func() { w.fillGroup(w.newGroup(g.name, g.owner), g.people, 59-i) })
	}
}

// past does something as if it had happened days ago.
func (w *world) past(days int, do func()) {
	now := w.now
	w.now = now.Add(-time.Duration(days) * 24 * time.Hour)
	do()
	w.now = now
}

// fillGroup lets people in over the last days, and some of them talk.
func (w *world) fillGroup(g *Group, people, days int) {
	g.Admins = []string{}
	for len(g.Members) < people+1 {
		p := w.People.rows[w.pick(len(w.People.rows))]
		if g.member(p.ID) == nil {
			g.Members = append(g.Members, Member{ID: p.ID, Type: memberOutside, JoinScene: sceneScanned,
				JoinTime: w.now.Unix() + int64(w.pick(days))*day})
		}
	}
	made := w.now
	for i, line := range []string{"欢迎大家，有问题随时在群里问我", "收到～", "周末有活动吗？", "有的，稍后发在群里"} {
		from := g.Owner
		if i == 1 || i == 2 {
			from = g.Members[1+w.pick(people)].ID
		}
		w.now = made.Add(time.Duration(days-3)*24*time.Hour + time.Duration(i*7+w.pick(5))*time.Minute)
		w.say(g.ChatID, Message{From: from, Type: "text", Text: line})
	}
}

// makeCustomers relates about sixty people with the staff that serve.
func (w *world) makeCustomers() {
	servers := []string{"linxiaomei", "wanghao", "zhangting", "liujie", "zhaolei", "chenyu"}
	for i := range 60 {
		p := w.People.rows[i*3]
		m, _ := w.Staff.get(servers[i%len(servers)])
		r := &Relation{UserID: m.UserID, CreateTime: w.ago(1 + w.pick(90)), AddWay: 1,
			OperUserID: p.ID, Chatting: true, Sent: w.pick(4)}
		if w.roll(0.6) {
			group := w.TagGroups.rows[w.pick(len(w.TagGroups.rows))]
			r.Tags = []string{group.Tags[w.pick(len(group.Tags))].ID}
		}
		p.Follows = append(p.Follows, r)
		m.Contacts = append(m.Contacts, p.ID)
		w.past(1+i%30, func() {
			w.greet(p, m)
			w.say(chatKey(m.UserID, p.ID), Message{From: m.UserID, Type: "text",
				Text: fmt.Sprintf("你好，我是%s的%s，有什么可以帮你？", w.CorpName, m.Name)})
		})
	}
}
