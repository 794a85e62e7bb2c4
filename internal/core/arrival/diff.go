package arrival

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/core/carrier"
	"github.com/tuma-live/tuma/internal/core/contact"
	"github.com/tuma-live/tuma/internal/core/fact"
	"github.com/tuma-live/tuma/internal/core/group"
	"github.com/tuma-live/tuma/internal/core/mirror"
	"github.com/tuma-live/tuma/internal/core/seat"
	"github.com/tuma-live/tuma/internal/core/staff"
	"github.com/tuma-live/tuma/internal/wecom"
)

// slack is how far the join time WeCom lists may be from its event's.
const slack = 2 * time.Second

// diff compares the people we know in a group with those WeCom shows, and with
// those an event names.
type diff struct {
	*Service
	tx    *db.Tx
	group group.Group
	news  news
	fresh bool // the group was not known: who is in it has not joined just now
	gone  bool // WeCom does not show the group

	was   map[contact.ID]group.Participant
	rows  []group.Participant
	facts []fact.Fact
}

// run writes participants and facts. list is what WeCom shows.
func (d *diff) run(ctx context.Context, list []wecom.GroupMember) error {
	old, err := group.Participants(ctx, d.tx, d.group.ID)
	if err != nil {
		return err
	}
	d.was = map[contact.ID]group.Participant{}
	insiders := map[int64]group.Participant{}
	for _, p := range old {
		if p.Staff != 0 {
			insiders[p.Staff] = p
		} else {
			d.was[contact.ID(p.Contact)] = p
		}
	}
	here, err := d.present(ctx, list)
	if err != nil {
		return err
	}
	if err := d.named(ctx, here); err != nil {
		return err
	}
	if !d.news.told() && !d.gone {
		if err := d.absent(ctx, here); err != nil {
			return err
		}
	}
	if err := d.insiders(ctx, list, insiders); err != nil {
		return err
	}
	if err := group.SaveParticipants(ctx, d.tx, d.rows); err != nil {
		return err
	}
	if err := fact.Append(ctx, d.tx, d.facts...); err != nil {
		return err
	}
	if len(d.facts) == 0 {
		return nil
	}
	return live(ctx, d.tx)
}

// present takes up everybody WeCom shows. Contacts are locked in the order of
// their names at WeCom, so that two groups never wait for each other.
func (d *diff) present(ctx context.Context, list []wecom.GroupMember) (map[string]contact.ID, error) {
	var outsiders []wecom.GroupMember
	for _, m := range list {
		if m.Type == wecom.MemberExternal && m.UserID != "" {
			outsiders = append(outsiders, m)
		}
	}
	slices.SortFunc(outsiders, func(a, b wecom.GroupMember) int { return cmp.Compare(a.UserID, b.UserID) })
	outsiders = slices.CompactFunc(outsiders, func(a, b wecom.GroupMember) bool { return a.UserID == b.UserID })
	known, err := d.known(ctx, outsiders)
	if err != nil {
		return nil, err
	}
	here := map[string]contact.ID{}
	for _, m := range outsiders {
		id, ok := known[string(d.Contacts.XIDIndex(m.UserID))]
		if !ok {
			c, err := d.meet(ctx, m)
			if err != nil {
				return nil, err
			}
			id = c.ID
		}
		here[m.UserID] = id
		if err := d.stays(ctx, id, m); err != nil {
			return nil, err
		}
	}
	return here, nil
}

// known finds those who have a row already with one query: a group has up to
// 500 people, and most were there before.
func (d *diff) known(ctx context.Context, ms []wecom.GroupMember) (map[string]contact.ID, error) {
	hashes := make([][]byte, 0, len(ms))
	for _, m := range ms {
		hashes = append(hashes, d.Contacts.XIDIndex(m.UserID))
	}
	return d.Contacts.Known(ctx, d.tx, hashes)
}

// meet makes the row of somebody new. Members of groups need not be anyone's
// friend, and WeCom tells no more of them than the list does.
func (d *diff) meet(ctx context.Context, m wecom.GroupMember) (contact.Contact, error) {
	c, err := d.Contacts.Meet(ctx, d.tx, m.UserID, d.Clock.Now())
	if err != nil || c.Name != "" {
		return c, err
	}
	c.Name, c.Type = contact.CleanName(m.Name), contactType(m)
	if len(m.UnionID) <= 64 {
		c.UnionID = m.UnionID
	}
	return c, d.Contacts.Save(ctx, d.tx, &c, d.Clock.Now())
}

func contactType(m wecom.GroupMember) int64 {
	if len(m.UserID) > 1 && m.UserID[:2] == "wo" {
		return wecom.ContactWeCom
	}
	return wecom.ContactWeChat
}

// stays writes somebody WeCom shows, and a join that no event told.
func (d *diff) stays(ctx context.Context, id contact.ID, m wecom.GroupMember) error {
	p, met := d.was[id]
	joined := db.At(time.Unix(m.JoinTime, 0))
	if met && p.Here() && p.JoinedAt.Equal(joined.Time) && p.State == m.State {
		return nil
	}
	fresh := !met || !p.Here() && joined.After(p.LeftAt.Time)
	d.rows = append(d.rows, group.Participant{Group: d.group.ID, Contact: int64(id), Scene: int64(m.JoinScene),
		State: mirror.Plain(m.State, 64), JoinedAt: joined})
	if !fresh || d.news.detail == addMember && slices.Contains(d.news.who, m.UserID) {
		return nil // not new, or named below
	}
	if d.fresh {
		src, err := sourceOf(ctx, d.tx, m.State)
		if err != nil || src.carrier.Code == 0 {
			return err
		}
	}
	return d.joins(ctx, id, joined.Time, int64(m.JoinScene), m.State, !d.news.told() && d.news.kind == "")
}

// named writes the facts of the people an event names, wherever they are now.
func (d *diff) named(ctx context.Context, here map[string]contact.ID) error {
	who := slices.Clone(d.news.who)
	slices.Sort(who)
	for _, xid := range slices.Compact(who) {
		if staffID(ctx, d.tx, xid) != 0 {
			continue
		}
		id, isHere := here[xid]
		if !isHere {
			c, err := d.meet(ctx, wecom.GroupMember{UserID: xid})
			if err != nil {
				return err
			}
			id = c.ID
		}
		var err error
		switch d.news.detail {
		case addMember:
			err = d.namedJoin(ctx, id, isHere)
		case delMember:
			err = d.namedLeave(ctx, id, isHere)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// staffID returns the member of staff called userid, or 0: an event's list does
// not say who is one of us.
func staffID(ctx context.Context, tx *db.Tx, userid string) staff.ID {
	m, err := staff.ByUserID(ctx, tx, userid)
	if err != nil {
		return 0
	}
	return m.ID
}

func (d *diff) namedJoin(ctx context.Context, id contact.ID, isHere bool) error {
	at, p := d.news.at, d.row(id)
	if !isHere {
		// Gone again. When, their own event tells; until then they left as they came.
		if at.After(p.JoinedAt.Time) {
			p.JoinedAt = db.At(at)
		}
		if p.LeftAt.Before(p.JoinedAt.Time) {
			p.LeftAt = p.JoinedAt
		}
		d.put(p)
	} else if gap := p.JoinedAt.Sub(at); gap <= slack && gap >= -slack {
		at = p.JoinedAt.Time
	}
	scene := int64(wecom.JoinedInvited)
	switch {
	case isHere && p.JoinedAt.Equal(at):
		scene = p.Scene
	case d.news.scanned:
		scene = wecom.JoinedByQRCode
	}
	state := ""
	if isHere {
		state = p.State
	}
	return d.joins(ctx, id, at, scene, state, false)
}

func (d *diff) namedLeave(ctx context.Context, id contact.ID, isHere bool) error {
	at, p := d.news.at, d.row(id)
	if !isHere && !at.Before(p.JoinedAt.Time) && at.After(p.LeftAt.Time) {
		p.LeftAt = db.At(at)
		d.put(p)
	}
	quit := "left"
	if d.news.removed {
		quit = "removed"
	}
	return d.leaves(ctx, id, at, quit, false)
}

// row is the participant as written last, in this run or before.
func (d *diff) row(id contact.ID) group.Participant {
	for _, p := range slices.Backward(d.rows) {
		if p.Contact == int64(id) {
			return p
		}
	}
	if p, ok := d.was[id]; ok {
		return p
	}
	return group.Participant{Group: d.group.ID, Contact: int64(id)}
}

// put replaces the row of a participant: a statement may write each once only.
func (d *diff) put(p group.Participant) {
	d.rows = append(slices.DeleteFunc(d.rows, func(o group.Participant) bool {
		return o.Contact == p.Contact && o.Staff == p.Staff
	}), p)
}

// absent notes who is no longer there, when no event tells who that is.
func (d *diff) absent(ctx context.Context, here map[string]contact.ID) error {
	still := map[contact.ID]bool{}
	for _, id := range here {
		still[id] = true
	}
	at := d.Clock.Now()
	quit := "unknown"
	if d.news.detail == delMember { // an old payload, which names nobody
		at, quit = d.news.at, "left"
		if d.news.removed {
			quit = "removed"
		}
	}
	for id, p := range d.was {
		if still[id] || !p.Here() {
			continue
		}
		p.LeftAt = db.At(at)
		d.put(p)
		if err := d.leaves(ctx, id, at, quit, d.news.kind == ""); err != nil {
			return err
		}
	}
	return nil
}

// joins writes the fact of a join, once, with where the person came from.
func (d *diff) joins(ctx context.Context, id contact.ID, at time.Time, scene int64, state string, found bool) error {
	done, err := known(ctx, d.tx, fact.Joined, id, int64(d.group.ID), at, slack)
	if err != nil || done {
		return err
	}
	src, err := sourceOf(ctx, d.tx, state)
	if err != nil {
		return err
	}
	w := fact.Fact{Kind: fact.Joined, At: db.At(at), Code: src.carrier.Code, Channel: src.channel,
		Target: int64(d.group.ID), Contact: int64(id)}
	x := detail{Scene: scene, Tier: contact.TierUnknown, Found: found}
	if w.Code != 0 {
		x.Tier = contact.TierCode
	}
	if scene == wecom.JoinedByQRCode {
		if err := d.seated(ctx, id, src, &w, &x); err != nil {
			return err
		}
	}
	w.Data = x.text()
	d.facts = append(d.facts, w)
	c, err := d.Contacts.Lock(ctx, d.tx, id)
	if err != nil {
		return err
	}
	if err := lock(ctx, d.tx, &c, w, x.Tier); err != nil {
		return err
	}
	return d.Contacts.Save(ctx, d.tx, &c, d.Clock.Now())
}

// seated finds whose seat a join by QR code used. A group WeCom opened itself
// is reached by a seat of its pool.
func (d *diff) seated(ctx context.Context, id contact.ID, src source, w *fact.Fact, x *detail) error {
	a := seat.Arrival{Target: int64(d.group.ID), Code: w.Code, Kind: seat.Group, At: w.At.Time}
	if src.carrier.Kind == carrier.Auto {
		a.Target = src.carrier.Target
	}
	m, err := use(ctx, d.tx, a)
	if err != nil {
		return err
	}
	if w.Code == 0 && m.Code != 0 { // WeCom gave no state: the seat tells the code
		w.Code, x.Tier = m.Code, contact.TierInferred
		if w.Channel, err = channelOf(ctx, d.tx, m.Code); err != nil {
			return err
		}
	}
	return link(ctx, d.tx, id, m, w, x)
}

// leaves writes the fact of a leave, once.
func (d *diff) leaves(ctx context.Context, id contact.ID, at time.Time, quit string, found bool) error {
	done, err := known(ctx, d.tx, fact.Left, id, int64(d.group.ID), at, slack)
	if err != nil || done {
		return err
	}
	src, err := sourceOf(ctx, d.tx, d.row(id).State)
	if err != nil {
		return err
	}
	d.facts = append(d.facts, fact.Fact{Kind: fact.Left, At: db.At(at), Code: src.carrier.Code,
		Channel: src.channel, Target: int64(d.group.ID), Contact: int64(id),
		Data: detail{Quit: quit, Found: found}.text()})
	return nil
}

// insiders mirrors the members of staff in the group.
func (d *diff) insiders(ctx context.Context, list []wecom.GroupMember, was map[int64]group.Participant) error {
	still := map[int64]bool{}
	for _, m := range list {
		id := int64(0)
		if m.Type == wecom.MemberStaff {
			id = int64(staffID(ctx, d.tx, m.UserID))
		}
		if id == 0 || still[id] {
			continue
		}
		still[id] = true
		if p, ok := was[id]; ok && p.Here() {
			continue
		}
		d.rows = append(d.rows, group.Participant{Group: d.group.ID, Staff: id, Scene: int64(m.JoinScene),
			JoinedAt: db.At(time.Unix(m.JoinTime, 0))})
	}
	for id, p := range was {
		if !still[id] && p.Here() && !d.gone {
			p.LeftAt = db.At(d.Clock.Now())
			d.rows = append(d.rows, p)
		}
	}
	return nil
}
