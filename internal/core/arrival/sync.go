package arrival

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/core/contact"
	"github.com/tuma-live/tuma/internal/core/group"
	"github.com/tuma-live/tuma/internal/core/mirror"
	"github.com/tuma-live/tuma/internal/core/staff"
	"github.com/tuma-live/tuma/internal/wecom"
)

// SyncGroups reads every customer group whole: what callbacks have missed is
// found. An interrupted run goes on with the groups it has not read.
func (s *Service) SyncGroups(ctx context.Context) error {
	chats, err := s.listGroups(ctx)
	if err != nil {
		return mirror.Again(s.Clock.Now(), err)
	}
	p, err := s.begin(ctx, "groups", int64(len(chats)))
	if err != nil {
		return err
	}
	for id, status := range chats {
		if err := s.syncGroup(ctx, &p, id, status); err != nil {
			return err
		}
	}
	if err := s.unlisted(ctx, chats); err != nil {
		return err
	}
	return s.finish(ctx, p)
}

// listGroups asks by owner: without owners WeCom refuses a large corp, and
// hides the groups of owners who left.
func (s *Service) listGroups(ctx context.Context) (map[string]int, error) {
	client, err := s.Connect(ctx)
	if err != nil {
		return nil, err
	}
	people, err := staff.List(ctx, s.DB.Read(), db.Where("1 = 1"))
	if err != nil {
		return nil, err
	}
	owners := make([]string, 0, len(people))
	for _, m := range people {
		owners = append(owners, m.UserID)
	}
	chats := map[string]int{}
	for g, err := range client.ListGroupChats(ctx, owners, 0) {
		if err != nil {
			return nil, fmt.Errorf("cannot list groups: %w", err)
		}
		chats[g.ChatID] = g.Status
	}
	return chats, nil
}

// begin starts a run or takes up an interrupted one.
func (s *Service) begin(ctx context.Context, what string, total int64) (p mirror.Progress, err error) {
	now := s.Clock.Now()
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if p, err = mirror.Of(ctx, tx, what); err != nil {
			return err
		}
		if p.State != mirror.Running {
			p = mirror.Progress{What: what, State: mirror.Running, StartedAt: now, Since: p.Since}
		}
		p.Total = total
		return mirror.Save(ctx, tx, p, now)
	})
	return p, err
}

// finish ends a run. Since is kept: who is found by the next run and was not
// there at the start of this one has come in between.
func (s *Service) finish(ctx context.Context, p mirror.Progress) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		p.State, p.Mark, p.Since, p.FinishedAt = mirror.Done, "", p.StartedAt, s.Clock.Now()
		p.Done = p.Total
		return mirror.Save(ctx, tx, p, s.Clock.Now())
	})
}

func (s *Service) syncGroup(ctx context.Context, p *mirror.Progress, chatID string, status int) error {
	g, err := group.ByChat(ctx, s.DB.Read(), chatID)
	if err != nil && !errors.Is(err, group.ErrNotFound) {
		return err
	}
	if err == nil && g.SyncedAt.After(p.StartedAt) {
		return nil
	}
	if err := s.refresh(ctx, chatID, news{}); err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		const ownerLeft = 1
		want := group.Active
		if status == ownerLeft {
			want = group.Orphaned
		}
		n, err := tx.Exec(ctx, `update customer_group set status = ?
			where chat_id = ? and status <> ? and status <> ?`, want, chatID, want, group.Dismissed)
		if err != nil {
			return fmt.Errorf("cannot note the state of a group: %w", err)
		}
		if n > 0 {
			if err := tx.Notify(ctx, "book", ""); err != nil {
				return err
			}
		}
		p.Done++
		return mirror.Save(ctx, tx, *p, s.Clock.Now())
	})
}

// unlisted reads the groups that WeCom did not list one by one: dismissed ones
// answer that they are gone.
func (s *Service) unlisted(ctx context.Context, chats map[string]int) error {
	gs, err := group.List(ctx, s.DB.Read(), db.Where("status <> ?", group.Dismissed))
	if err != nil {
		return err
	}
	for _, g := range gs {
		if _, ok := chats[g.ChatID]; ok {
			continue
		}
		if err := s.refresh(ctx, g.ChatID, news{}); err != nil {
			return err
		}
	}
	return nil
}

// SyncContacts reads the customers of every staff member. Mark is the last
// member who was read whole.
func (s *Service) SyncContacts(ctx context.Context) error {
	client, err := s.Connect(ctx)
	if err != nil {
		return err
	}
	people, err := staff.List(ctx, s.DB.Read(), db.Where("follows = 1"))
	if err != nil {
		return err
	}
	slices.SortFunc(people, func(a, b staff.Staff) int { return int(a.ID - b.ID) })
	p, err := s.begin(ctx, "contacts", int64(len(people)))
	if err != nil {
		return err
	}
	for _, m := range people {
		if m.ID.String() <= p.Mark {
			continue
		}
		if err := s.syncContacts(ctx, client, m, &p); err != nil {
			return mirror.Again(s.Clock.Now(), err)
		}
	}
	return s.finish(ctx, p)
}

// pageSize is how many friendships one transaction takes.
const pageSize = 50

func (s *Service) syncContacts(ctx context.Context, client *wecom.Client, m staff.Staff, p *mirror.Progress) error {
	asked := s.Clock.Now()
	var page []wecom.Relation
	listed := map[string]bool{}
	for r, err := range client.BatchGetByUser(ctx, []string{m.UserID}) {
		if err != nil {
			return fmt.Errorf("cannot list the customers of a member: %w", err)
		}
		listed[string(s.Contacts.XIDIndex(r.ExternalContact.ExternalUserID))] = true
		if page = append(page, r); len(page) == pageSize {
			if err := s.keepPage(ctx, m, page, *p, asked); err != nil {
				return err
			}
			page = page[:0]
		}
	}
	if err := s.keepPage(ctx, m, page, *p, asked); err != nil {
		return err
	}
	if err := s.unfollowed(ctx, m, listed, asked); err != nil {
		return err
	}
	p.Done, p.Mark = p.Done+1, m.ID.String()
	return s.DB.InTx(ctx, func(tx *db.Tx) error { return mirror.Save(ctx, tx, *p, s.Clock.Now()) })
}

// keepPage writes friendships as the listing has them. One that was written
// since it was asked for is newer than the listing, and stays.
func (s *Service) keepPage(ctx context.Context, m staff.Staff, page []wecom.Relation, p mirror.Progress, asked time.Time) error {
	slices.SortFunc(page, func(a, b wecom.Relation) int {
		return slices.Compare([]byte(a.ExternalContact.ExternalUserID), []byte(b.ExternalContact.ExternalUserID))
	})
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		for _, r := range page {
			c, err := s.Contacts.Meet(ctx, tx, r.ExternalContact.ExternalUserID, s.Clock.Now())
			if err != nil {
				return err
			}
			if !c.SeenAt.Before(asked) {
				continue
			}
			if err := s.settle(ctx, tx, &c, m, found(r, p), truth{r.ExternalContact, []wecom.FollowUser{r.FollowInfo}}); err != nil {
				return err
			}
		}
		return nil
	})
}

// found is the change that a listed friendship means. In the first run nobody
// has just come; later, one that began after the run before is an add whose
// callback was lost.
func found(r wecom.Relation, p mirror.Progress) change {
	began := time.Unix(r.FollowInfo.CreateTime, 0)
	if p.Since.IsZero() || began.Before(p.Since) {
		return change{}
	}
	return change{kind: added, at: began, state: r.FollowInfo.State, found: true}
}

// unfollowed ends the friendships that WeCom no longer lists: their staff
// member has deleted the customer. A half one is never listed.
func (s *Service) unfollowed(ctx context.Context, m staff.Staff, listed map[string]bool, asked time.Time) error {
	rows, err := s.follows(ctx, m.ID)
	if err != nil {
		return err
	}
	for hash, id := range rows {
		if listed[hash] {
			continue
		}
		err := s.DB.InTx(ctx, func(tx *db.Tx) error {
			c, err := s.Contacts.Lock(ctx, tx, id)
			if err != nil || !c.SeenAt.Before(asked) {
				return err
			}
			return s.settle(ctx, tx, &c, m, change{kind: dropped, at: asked.Truncate(time.Second), found: true}, truth{})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// follows reads whom a member has as customers here, by keyed hash.
func (s *Service) follows(ctx context.Context, m staff.ID) (map[string]contact.ID, error) {
	rows, err := s.DB.Read().Query(ctx, `
		select c.xid_hash, c.id from follow f join contact c on c.id = f.contact
		where f.staff = ? and f.active = 1 and f.add_way <> ?`, m, halfWay)
	if err != nil {
		return nil, fmt.Errorf("cannot read the customers of a member: %w", err)
	}
	defer rows.Close()
	all := map[string]contact.ID{}
	for rows.Next() {
		var hash []byte
		var id contact.ID
		if err := rows.Scan(&hash, &id); err != nil {
			return nil, fmt.Errorf("cannot read a customer: %w", err)
		}
		all[string(hash)] = id
	}
	return all, rows.Err()
}
