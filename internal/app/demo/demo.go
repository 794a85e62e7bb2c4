// Package demo fills a new database so that there is something to look at:
// channels, codes over the sandbox's groups and staff, and 90 days of history.
// It uses the same services as a person does; only the history is written
// directly, because it did not happen.
package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/core/access"
	"github.com/tuma-live/tuma/internal/core/audit"
	"github.com/tuma-live/tuma/internal/core/channel"
	"github.com/tuma-live/tuma/internal/core/group"
	"github.com/tuma-live/tuma/internal/core/livecode"
	"github.com/tuma-live/tuma/internal/core/pool"
	"github.com/tuma-live/tuma/internal/core/route"
	"github.com/tuma-live/tuma/internal/core/staff"
	"github.com/tuma-live/tuma/internal/core/welcome"
)

// mark is the setting that says the demo has been made.
const mark = "demo.made"

// Maker makes the demo.
type Maker struct {
	DB    *db.DB
	Clock clock.Clock
	Codes *livecode.Service
	Owner access.AccountID
}

// Made says whether the demo is there already.
func (m *Maker) Made(ctx context.Context) (bool, error) {
	n, err := db.Get[int64](ctx, m.DB.Read(), "select count(*) from setting where key = ?", mark)
	if err != nil {
		return false, fmt.Errorf("cannot see whether the demo is there: %w", err)
	}
	return n > 0, nil
}

// Make makes channels, codes and their history. Groups and staff must have
// been brought over from the sandbox before.
func (m *Maker) Make(ctx context.Context) error {
	ctx = access.With(ctx, access.Identity{
		Account: m.Owner, Name: "demo", Role: access.SuperAdmin, Scope: access.All,
	})
	ctx = audit.As(ctx, access.Who(ctx).Actor(""))
	if err := m.welcome(ctx); err != nil {
		return err
	}
	channels, err := m.channels(ctx)
	if err != nil {
		return err
	}
	codes, err := m.codes(ctx, channels)
	if err != nil {
		return err
	}
	if err := m.history(ctx, codes); err != nil {
		return err
	}
	return m.DB.InTx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "insert into setting (key, value, updated_at) values (?, 'true', ?)",
			mark, m.Clock.Now().UnixMicro())
		return err
	})
}

const greeting = "{昵称}你好,我是{员工名},欢迎加入!🎉\n" +
	"新朋友福利:回复「福利」领取 8 折券,有问题随时找我。"

// welcome greets everyone whose code has no message of its own.
func (m *Maker) welcome(ctx context.Context) error {
	return m.DB.InTx(ctx, func(tx *db.Tx) error {
		w, err := welcome.Create(ctx, tx, welcome.Welcome{
			Name: "通用欢迎语", Body: db.JSON[welcome.Body]{V: welcome.Body{Text: greeting}},
		}, m.Clock.Now())
		if err != nil {
			return err
		}
		return welcome.SetDefault(ctx, tx, w.ID, m.Clock.Now())
	})
}

// tree is the demo's channels: name, short name, kind, and its parent's name.
var tree = []struct {
	name, abbr string
	kind       channel.Kind
	parent     string
}{
	{"抖音", "dy", channel.Ad, ""},
	{"抖音信息流", "dyfeed", channel.Ad, "抖音"},
	{"抖音直播间", "dylive", channel.Ad, "抖音"},
	{"小红书", "xhs", channel.Ad, ""},
	{"小红书618", "xhs618", channel.Ad, "小红书"},
	{"门店", "store", channel.Store, ""},
	{"人民广场店", "rmgc", channel.Store, "门店"},
	{"徐家汇店", "xjh", channel.Store, "门店"},
	{"公众号", "gzh", channel.Owned, ""},
	{"包裹卡", "bgk", channel.Owned, ""},
	{"地推活动", "dt", channel.Offline, ""},
}

func (m *Maker) channels(ctx context.Context) (map[string]channel.ID, error) {
	ids := map[string]channel.ID{}
	err := m.DB.InTx(ctx, func(tx *db.Tx) error {
		for _, c := range tree {
			made, err := channel.Create(ctx, tx, channel.Channel{
				Parent: ids[c.parent], Name: c.name, Abbr: c.abbr, Kind: c.kind,
			}, m.Clock.Now())
			if err != nil {
				return fmt.Errorf("cannot add channel %s: %w", c.name, err)
			}
			ids[c.name] = made.ID
		}
		return nil
	})
	return ids, err
}

// plan is one code of the demo and how it has been doing.
type plan struct {
	name, channel, purpose string
	staff                  bool
	targets                []int // which groups or staff members, in the order of their names
	perDay                 float64
	converts               float64 // share of scans that end in an add or a join
	title, subtitle        string
}

var plans = []plan{
	{"抖音信息流_福利群", "抖音信息流", livecode.ForPromotion, false, []int{0, 1, 2}, 62, .41, "品牌福利群", "群里每天上午十点发券"},
	{"抖音直播间_秒杀群", "抖音直播间", livecode.ForPromotion, false, []int{2, 3}, 35, .38, "直播秒杀群", "开播前先在群里通知"},
	{"小红书618_种草群", "小红书618", livecode.ForPromotion, false, []int{1, 4}, 48, .44, "618 种草群", "试用装每周三发放"},
	{"人民广场店_到店群", "人民广场店", livecode.ForService, false, []int{4}, 22, .52, "人民广场店会员群", "到店自提、积分都在群里办"},
	{"徐家汇店_到店群", "徐家汇店", livecode.ForService, false, []int{5}, 17, .49, "徐家汇店会员群", "到店自提、积分都在群里办"},
	{"公众号_专属顾问", "公众号", livecode.ForService, true, []int{0, 1, 2, 3}, 28, .36, "添加专属顾问", "一对一解答,工作日当天回复"},
	{"包裹卡_售后", "包裹卡", livecode.ForService, true, []int{1, 2}, 31, .47, "售后专员", "退换货、补发都找她"},
	{"地推_试吃活动", "地推活动", livecode.ForPromotion, true, []int{3, 4}, 12, .29, "试吃活动报名", "报名后由店员联系"},
	{"抖音_品牌会员群", "抖音", livecode.ForOther, false, []int{0, 3, 5}, 19, .33, "品牌会员群", "新品抢先试"},
	{"小红书_搭配顾问", "小红书", livecode.ForOther, true, []int{0, 4}, 14, .31, "搭配顾问", "发照片,帮你搭"},
}

const contact = "暂时没有空位。请拨打客服 400-800-1234(9:00–21:00),或在公众号留言。"

// made is a code of the demo with its targets.
type made struct {
	plan
	code    livecode.LiveCode
	targets []int64
}

func (m *Maker) codes(ctx context.Context, channels map[string]channel.ID) ([]made, error) {
	groups, people, err := m.targets(ctx)
	if err != nil {
		return nil, err
	}
	var all []made
	for _, p := range plans {
		from := groups
		if p.staff {
			from = people
		}
		x := made{plan: p}
		var members []pool.Member
		for _, i := range p.targets {
			if i < len(from) {
				x.targets = append(x.targets, from[i])
				members = append(members, pool.Member{Target: from[i], Weight: 1, Enabled: 1})
			}
		}
		if x.code, err = m.Codes.Create(ctx, draft(p, channels, members), true); err != nil {
			return nil, fmt.Errorf("cannot create code %s: %w", p.name, err)
		}
		all = append(all, x)
	}
	return all, nil
}

func draft(p plan, channels map[string]channel.ID, members []pool.Member) livecode.Draft {
	d := livecode.Draft{
		Name: p.name, Kind: "group", Purpose: p.purpose, Channel: channels[p.channel], Sticky: true,
		Pool: livecode.PoolChoice{
			New:     pool.Pool{Name: p.title, Strategy: string(route.InOrder), AutoCreate: 1, BaseName: p.title},
			Members: members,
		},
		Fallback: []livecode.Fallback{{Kind: livecode.ToPage, Text: contact}},
		Page: livecode.Page{
			Title: p.title, Subtitle: p.subtitle, ShowCount: "exact", ContactText: contact,
		},
	}
	if p.staff {
		d.Kind = "staff"
		d.Pool.New = pool.Pool{Name: p.title, Strategy: string(route.RoundRobin)}
	}
	return d
}

// targets lists the groups and staff members that can serve.
func (m *Maker) targets(ctx context.Context) (groups, people []int64, err error) {
	gs, err := group.List(ctx, m.DB.Read(), db.Where("status = ?", "active"))
	if err != nil {
		return nil, nil, err
	}
	for _, g := range gs {
		groups = append(groups, int64(g.ID))
	}
	ss, err := staff.List(ctx, m.DB.Read(), db.Where("status = 1 and follows = 1 and removed_at = 0"))
	if err != nil {
		return nil, nil, err
	}
	for _, s := range ss {
		people = append(people, int64(s.ID))
	}
	return groups, people, nil
}

// days is how much history the demo has.
const days = 90

func startOf(now time.Time) time.Time { return now.AddDate(0, 0, -days).Truncate(24 * time.Hour) }
