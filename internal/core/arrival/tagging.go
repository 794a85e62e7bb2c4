package arrival

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/job"
	"github.com/tuma-live/tuma/internal/core/channel"
	"github.com/tuma-live/tuma/internal/core/contact"
	"github.com/tuma-live/tuma/internal/core/fact"
	"github.com/tuma-live/tuma/internal/core/mirror"
	"github.com/tuma-live/tuma/internal/core/staff"
	"github.com/tuma-live/tuma/internal/core/tag"
	"github.com/tuma-live/tuma/internal/wecom"
)

// channelGroup is the tag group at WeCom that says where customers came from.
const channelGroup = "渠道"

// The states of a tag on a contact.
const (
	wanted = "wanted" // not at WeCom yet
	there  = "there"
	failed = "failed" // WeCom refused
)

// contactTag is a tag on one staff member's copy of a contact.
type contactTag struct {
	Contact contact.ID `db:"contact"`
	Staff   staff.ID   `db:"staff"`
	Tag     tag.ID     `db:"tag"`
	Source  string     `db:"source"` // wecom, code or channel
	State   string     `db:"state"`
	At      db.Time    `db:"at"`
}

// TagJob puts the wanted tags of a friendship on the customer at WeCom.
type TagJob struct {
	Contact contact.ID `json:"contact"`
	Staff   staff.ID   `json:"staff"`
	Code    int64      `json:"code"`
	Channel int64      `json:"channel"`
}

// Kind implements job.Args.
func (TagJob) Kind() string { return "arrival.tag" }

// Register tells the job runner what this package does.
func (s *Service) Register(reg *job.Registry) {
	job.Handle(reg, s.Tag)
	job.Handle(reg, s.refreshAgain)
}

// wantTags notes the tags of the code and of its channel, and enqueues the job
// that brings them to WeCom.
func (s *Service) wantTags(ctx context.Context, tx *db.Tx, c contact.ID, m staff.ID, w fact.Fact) error {
	if w.Code == 0 {
		return nil
	}
	var tags db.JSON[[]tag.ID]
	err := tx.QueryRow(ctx, "select tags from live_code where id = ?", w.Code).Scan(&tags)
	if err != nil {
		return fmt.Errorf("cannot read the tags of a code: %w", err)
	}
	rows := make([]contactTag, 0, len(tags.V)+1)
	for _, id := range tags.V {
		rows = append(rows, contactTag{c, m, id, "code", wanted, w.At})
	}
	own, err := channelTag(ctx, tx, channel.ID(w.Channel))
	if err != nil {
		return err
	}
	if own != 0 && !slices.Contains(tags.V, own) {
		rows = append(rows, contactTag{c, m, own, "channel", wanted, w.At})
	}
	if len(rows) == 0 {
		return nil
	}
	err = db.Insert(ctx, tx, "contact_tag", "on conflict (contact, staff, tag) do nothing", rows...)
	if err != nil {
		return fmt.Errorf("cannot want tags: %w", err)
	}
	key := fmt.Sprintf("%s|%s", c, m)
	return job.Enqueue(ctx, tx, TagJob{c, m, w.Code, w.Channel}, job.Unique(key))
}

// channelTag returns the tag of who comes from a channel, making it when there
// is none; 0 without a channel.
func channelTag(ctx context.Context, tx *db.Tx, id channel.ID) (tag.ID, error) {
	if id == 0 {
		return 0, nil
	}
	ch, err := channel.ByID(ctx, tx, id)
	switch {
	case errors.Is(err, channel.ErrNotFound):
		return 0, nil
	case err != nil:
		return 0, err
	case ch.Tag != 0:
		return tag.ID(ch.Tag), nil
	}
	t, err := tag.Ensure(ctx, tx, channelGroup, ch.Name)
	if err != nil {
		return 0, err
	}
	return t.ID, channel.SetTag(ctx, tx, id, int64(t.ID))
}

// Tag marks the customer at WeCom and writes the fact, once.
func (s *Service) Tag(ctx context.Context, a TagJob) error {
	rows, err := s.waiting(ctx, a)
	if err != nil || len(rows) == 0 {
		return err
	}
	err = s.mark(ctx, a, rows)
	const noRelation, notFollower, unknownTag = 84061, 84084, 40068
	switch {
	case err == nil:
		return s.tagged(ctx, a, rows, there)
	case wecom.IsCode(err, noRelation, notFollower):
		return s.tagged(ctx, a, rows, failed) // they are friends no more
	case wecom.IsCode(err, unknownTag):
		// Somebody deleted a tag at WeCom: the next try knows.
		return job.RetryIn(10*time.Second, errors.Join(err, s.Tags.Sync(ctx)))
	}
	return mirror.Again(s.Clock.Now(), err)
}

func (s *Service) waiting(ctx context.Context, a TagJob) ([]contactTag, error) {
	rows, err := db.Select[contactTag](ctx, s.DB.Read(), "select "+db.Cols[contactTag]()+
		" from contact_tag where contact = ? and staff = ? and state = ? order by tag",
		a.Contact, a.Staff, wanted)
	if err != nil {
		return nil, fmt.Errorf("cannot read wanted tags: %w", err)
	}
	return rows, nil
}

func (s *Service) mark(ctx context.Context, a TagJob, rows []contactTag) error {
	c, err := s.Contacts.ByID(ctx, s.DB.Read(), a.Contact)
	if err != nil {
		return err
	}
	m, err := staff.ByID(ctx, s.DB.Read(), a.Staff)
	if err != nil {
		return err
	}
	ids := make([]string, 0, len(rows))
	for _, r := range rows {
		id, err := s.Tags.Publish(ctx, r.Tag)
		if err != nil {
			return err
		}
		ids = append(ids, id)
	}
	client, err := s.Connect(ctx)
	if err != nil {
		return err
	}
	if err := client.MarkTag(ctx, m.UserID, c.ExternalID, ids, nil); err != nil {
		return fmt.Errorf("cannot tag a customer: %w", err)
	}
	return nil
}

// tagged writes how it ended. Rows another run has written are not counted
// again, so the fact comes once.
func (s *Service) tagged(ctx context.Context, a TagJob, rows []contactTag, state string) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		var ids []tag.ID
		for _, r := range rows {
			ids = append(ids, r.Tag)
		}
		n, err := tx.Exec(ctx, `
			update contact_tag set state = ?, at = ?
			where contact = ? and staff = ? and state = ? and tag in (?)`,
			state, db.At(s.Clock.Now()), a.Contact, a.Staff, wanted, db.In(ids))
		if err != nil {
			return fmt.Errorf("cannot note tags: %w", err)
		}
		if n == 0 || state != there {
			return nil
		}
		// Whoever has asked WeCom before this must ask again.
		if _, err := tx.Exec(ctx, "update contact set seen_at = seen_at + 1 where id = ?", a.Contact); err != nil {
			return fmt.Errorf("cannot touch a contact: %w", err)
		}
		return fact.Append(ctx, tx, fact.Fact{Kind: fact.Tagged, At: db.At(s.Clock.Now()), Code: a.Code,
			Channel: a.Channel, Target: int64(a.Staff), Staff: int64(a.Staff), Contact: int64(a.Contact),
			Data: detail{Tags: int(n)}.text()})
	})
}

// keepTags mirrors the corporate tags a staff member has put on a customer.
// Tags of ours that WeCom does not have yet stay wanted.
func keepTags(ctx context.Context, tx *db.Tx, c contact.ID, m staff.ID, row wecom.FollowUser, now time.Time) error {
	var ids []string
	ids = append(ids, row.TagID...) // of a batch
	for _, t := range row.Tags {
		if t.TagID != "" {
			ids = append(ids, t.TagID)
		}
	}
	tags, err := tag.ByWeComIDs(ctx, tx, ids)
	if err != nil {
		return err
	}
	keep := make([]tag.ID, 0, len(tags))
	rows := make([]contactTag, 0, len(tags))
	for _, t := range tags {
		keep = append(keep, t.ID)
		rows = append(rows, contactTag{c, m, t.ID, "wecom", there, db.At(now)})
	}
	_, err = tx.Exec(ctx, "delete from contact_tag where contact = ? and staff = ? and state = ? and tag not in (?)",
		c, m, there, db.In(append(keep, 0)))
	if err != nil {
		return fmt.Errorf("cannot remove tags: %w", err)
	}
	if err := db.Insert(ctx, tx, "contact_tag", "on conflict (contact, staff, tag) do nothing", rows...); err != nil {
		return fmt.Errorf("cannot keep tags: %w", err)
	}
	return nil
}
