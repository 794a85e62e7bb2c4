package arrival

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/job"
	"github.com/tuma-live/tuma/internal/core/carrier"
	"github.com/tuma-live/tuma/internal/core/fact"
	"github.com/tuma-live/tuma/internal/core/group"
	"github.com/tuma-live/tuma/internal/core/inbox"
	"github.com/tuma-live/tuma/internal/core/mirror"
	"github.com/tuma-live/tuma/internal/core/pool"
	"github.com/tuma-live/tuma/internal/wecom"
)

// staleFor is how long WeCom may show an old list after an event.
const staleFor = 2 * time.Second

// The values of update events.
const (
	addMember = "add_member"
	delMember = "del_member"
)

// Group is the step for change_external_chat.
func (s *Service) Group(ctx context.Context, e inbox.Event) error {
	if e.ChatID == "" {
		return nil
	}
	if e.ChangeType == "dismiss" {
		return s.dismiss(ctx, e.ChatID, e.CreateTime)
	}
	return s.refresh(ctx, e.ChatID, news{
		kind: e.ChangeType, detail: e.UpdateDetail, at: e.CreateTime, scanned: e.JoinScene == eventScanned,
		removed: e.QuitScene == quitRemoved, who: e.MemChangeList, last: e.LastMemVer, now: e.CurMemVer,
	})
}

// The scales of events, which differ from those of groupchat/get.
const (
	eventScanned = 3
	quitRemoved  = 1
)

// news is what an event says of a group; the zero value is none, and then what
// WeCom shows is the whole truth.
type news struct {
	kind, detail string
	at           time.Time
	scanned      bool     // of who joined
	removed      bool     // of who left
	who          []string // who joined or left; older payloads do not say
	last, now    string   // versions of the member list
}

// told says whether the event names the people it is about.
func (n news) told() bool { return len(n.who) > 0 }

// RefreshJob reads one group again.
type RefreshJob struct {
	ChatID string `json:"chat_id"`
}

// Kind implements job.Args.
func (RefreshJob) Kind() string { return "arrival.group" }

func (s *Service) refreshAgain(ctx context.Context, a RefreshJob) error {
	return s.refresh(ctx, a.ChatID, news{})
}

func (s *Service) refresh(ctx context.Context, chatID string, n news) error {
	var err error
	for range maxTries {
		err = s.refreshOnce(ctx, chatID, n)
		if !errors.Is(err, errMoved) {
			break
		}
	}
	return mirror.Again(s.Clock.Now(), err)
}

var errStale = errors.New("WeCom still shows the members before the event")

func (s *Service) refreshOnce(ctx context.Context, chatID string, n news) error {
	g, err := group.ByChat(ctx, s.DB.Read(), chatID)
	if err != nil && !errors.Is(err, group.ErrNotFound) {
		return err
	}
	client, err := s.Connect(ctx)
	if err != nil {
		return err
	}
	chat, err := client.GetGroupChat(ctx, chatID, true)
	const notCustomerGroup, notOurs = 90501, 90509
	switch {
	case wecom.IsCode(err, notCustomerGroup, notOurs):
		return s.gone(ctx, g, chatID, n)
	case err != nil:
		return fmt.Errorf("cannot read a group: %w", err)
	case n.last != "" && n.last != n.now && chat.MemberVersion == n.last:
		return job.RetryIn(staleFor, errStale)
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		now, fresh, err := group.Meet(ctx, tx, chatID)
		if err != nil {
			return err
		}
		if now.SyncedAt.After(g.SyncedAt.Time) {
			return errMoved
		}
		return s.keep(ctx, tx, now, fresh, chat, n)
	})
}

// gone settles a group that WeCom no longer shows: what an event says happened
// there stays true.
func (s *Service) gone(ctx context.Context, g group.Group, chatID string, n news) error {
	if g.ID == 0 && !n.told() {
		return nil
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		g, _, err := group.Meet(ctx, tx, chatID)
		if err != nil {
			return err
		}
		if n.told() {
			d := &diff{Service: s, tx: tx, group: g, news: n, gone: true}
			if err := d.run(ctx, nil); err != nil {
				return err
			}
		}
		if n.kind != "" { // its own event says when
			return nil
		}
		return s.close(ctx, tx, g, s.Clock.Now())
	})
}

func (s *Service) dismiss(ctx context.Context, chatID string, at time.Time) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		g, _, err := group.Meet(ctx, tx, chatID)
		if err != nil {
			return err
		}
		return s.close(ctx, tx, g, at)
	})
}

// close notes that a group is gone for good. Its people did not leave it: a
// dismissal is no loss of theirs.
func (s *Service) close(ctx context.Context, tx *db.Tx, g group.Group, at time.Time) error {
	if g.Status == group.Dismissed {
		return nil
	}
	g.Status, g.SyncedAt = group.Dismissed, later(g.SyncedAt, s.Clock.Now())
	if err := group.Save(ctx, tx, g); err != nil {
		return err
	}
	if err := tx.Notify(ctx, "book", ""); err != nil {
		return err
	}
	return fact.Append(ctx, tx, fact.Fact{Kind: fact.GroupDismissed, At: db.At(at), Target: int64(g.ID)})
}

// later is now, or just after t: a stamp that never stands still.
func later(t db.Time, now time.Time) db.Time {
	if now.After(t.Time) {
		return db.At(now)
	}
	return db.At(t.Add(time.Microsecond))
}

// keep writes a group as WeCom shows it, and what became of its people.
func (s *Service) keep(ctx context.Context, tx *db.Tx, g group.Group, fresh bool, chat wecom.GroupChat, n news) error {
	before := g
	missed := !fresh && n.last != "" && n.last != before.MemberVersion
	g.Name, g.Owner = mirror.Plain(chat.Name, 100), mirror.Plain(chat.Owner, 64)
	g.CreatedAt = db.At(time.Unix(chat.CreateTime, 0))
	g.MemberVersion = mirror.Plain(chat.MemberVersion, 128)
	g.SyncedAt = later(before.SyncedAt, s.Clock.Now())
	g.Members, g.Externals = int64(len(chat.MemberList)), 0
	for _, m := range chat.MemberList {
		if m.Type == wecom.MemberExternal {
			g.Externals++
		}
	}
	d := &diff{Service: s, tx: tx, group: g, news: n, fresh: fresh || before.CreatedAt.IsZero()}
	if err := d.run(ctx, chat.MemberList); err != nil {
		return err
	}
	if err := group.Save(ctx, tx, g); err != nil {
		return err
	}
	if missed {
		// Events are missing or late. Their own copies may still come; then a
		// whole read puts right what they would have said.
		err := job.Enqueue(ctx, tx, RefreshJob{g.ChatID}, job.Unique(g.ChatID),
			job.At(s.Clock.Now().Add(healAfter)), job.Queue(job.Slow))
		if err != nil {
			return err
		}
	}
	return s.announce(ctx, tx, g, before, fresh)
}

// healAfter is how long a missed event may still come by itself: WeCom sends
// it up to four times.
const healAfter = time.Minute

// announce tells the others what is new about the group itself.
func (s *Service) announce(ctx context.Context, tx *db.Tx, g, before group.Group, fresh bool) error {
	first := before.CreatedAt.IsZero()
	if first {
		err := fact.Append(ctx, tx, fact.Fact{Kind: fact.GroupCreated, At: g.CreatedAt, Target: int64(g.ID)})
		if err != nil {
			return err
		}
	}
	if first || g.Name != before.Name {
		took, err := pool.Adopt(ctx, tx, int64(g.ID), g.Name)
		if err != nil {
			return err
		}
		for _, p := range took {
			if err := carrier.EnsurePool(ctx, tx, p.ID, s.Clock.Now()); err != nil {
				return err
			}
		}
	}
	if first || g.Name != before.Name || g.Status != before.Status || g.Members != before.Members {
		if err := tx.Notify(ctx, "book", ""); err != nil {
			return err
		}
	}
	return tx.Notify(ctx, "live", "groups")
}
