package arrival

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/core/contact"
	"github.com/tuma-live/tuma/internal/core/inbox"
	"github.com/tuma-live/tuma/internal/core/mirror"
	"github.com/tuma-live/tuma/internal/core/staff"
	"github.com/tuma-live/tuma/internal/wecom"
)

// The change types of change_external_contact that we follow.
const (
	added     = "add_external_contact"
	halfAdded = "add_half_external_contact"
	edited    = "edit_external_contact"
	dropped   = "del_external_contact" // by the staff member
	lost      = "del_follow_user"      // by the customer
)

// halfWay is the add way of a friendship the staff member has not confirmed:
// WeCom does not list it, so its absence there proves nothing.
const halfWay = -1

// Relation is the step for change_external_contact: a friendship has begun,
// changed or ended.
func (s *Service) Relation(ctx context.Context, e inbox.Event) error {
	if e.UserID == "" || e.ExternalUserID == "" {
		return nil
	}
	m, err := s.member(ctx, e.UserID)
	if err != nil {
		return mirror.Again(s.Clock.Now(), err)
	}
	for range maxTries {
		err = s.relate(ctx, e, m)
		if !errors.Is(err, errMoved) {
			break
		}
	}
	return mirror.Again(s.Clock.Now(), err)
}

// member returns the staff member of an event. One the app may not see still
// has customers, and gets a row that says so.
func (s *Service) member(ctx context.Context, userid string) (staff.Staff, error) {
	m, err := s.Staff.Ensure(ctx, userid)
	if !errors.Is(err, staff.ErrNotFound) {
		return m, err
	}
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		m, err = staff.Keep(ctx, tx, wecom.User{UserID: userid, Status: wecom.StatusLeft}, false, s.Clock.Now())
		return err
	})
	return m, err
}

// truth is what WeCom shows of a customer now.
type truth struct {
	contact wecom.ExternalContact
	follows []wecom.FollowUser
}

// of returns the row of a staff member, or nil.
func (t truth) of(userid string) *wecom.FollowUser {
	i := slices.IndexFunc(t.follows, func(f wecom.FollowUser) bool { return f.UserID == userid })
	if i < 0 {
		return nil
	}
	return &t.follows[i]
}

// read asks WeCom for a customer. One that nobody has any more is no error.
func (s *Service) read(ctx context.Context, externalID string) (truth, error) {
	c, err := s.Connect(ctx)
	if err != nil {
		return truth{}, err
	}
	const noRelation, notVisible = 84061, 40096
	x, follows, err := c.GetExternalContact(ctx, externalID)
	if wecom.IsCode(err, noRelation, notVisible) {
		return truth{}, nil
	}
	if err != nil {
		return truth{}, fmt.Errorf("cannot read a customer: %w", err)
	}
	return truth{x, follows}, nil
}

func (s *Service) relate(ctx context.Context, e inbox.Event, m staff.Staff) error {
	seen, err := s.seen(ctx, e.ExternalUserID)
	if err != nil {
		return err
	}
	t, err := s.read(ctx, e.ExternalUserID)
	if err != nil {
		return err
	}
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		c, err := s.Contacts.Meet(ctx, tx, e.ExternalUserID, s.Clock.Now())
		if err != nil {
			return err
		}
		if c.SeenAt.After(seen) {
			return errMoved
		}
		return s.settle(ctx, tx, &c, m, change{
			kind: e.ChangeType, at: e.CreateTime, state: e.State,
			transfer: e.Source == "DELETE_BY_TRANSFER", received: e.ReceivedAt,
		}, t)
	})
}

// seen is when the customer was last written, before WeCom is asked: whoever
// writes later has read later.
func (s *Service) seen(ctx context.Context, externalID string) (time.Time, error) {
	c, err := s.Contacts.ByExternalID(ctx, s.DB.Read(), externalID)
	if err != nil && !errors.Is(err, contact.ErrNotFound) {
		return time.Time{}, err
	}
	return c.SeenAt, nil
}

// change is what an event, or a finding, says of one friendship.
type change struct {
	kind     string
	at       time.Time
	state    string
	transfer bool
	found    bool      // by reconciliation
	received time.Time // zero when found
}

// begins says whether the change is the beginning of a friendship.
func (ch change) begins() bool { return ch.kind == added || ch.kind == halfAdded }

// settle brings a locked contact and one friendship in line with a change and
// with what WeCom shows.
func (s *Service) settle(ctx context.Context, tx *db.Tx, c *contact.Contact, m staff.Staff, ch change, t truth) error {
	f, err := contact.FollowOf(ctx, tx, c.ID, m.ID)
	if err != nil {
		return err
	}
	again := !f.LostAt.IsZero() && f.LostAt.Before(ch.at)
	row := t.of(m.UserID)
	describe(c, t.contact)
	apply(&f, ch, row)
	if err := s.attribute(ctx, tx, c, &f, m, ch, again); err != nil {
		return err
	}
	if err := contact.SaveFollow(ctx, tx, f); err != nil {
		return err
	}
	if row != nil {
		if err := keepTags(ctx, tx, c.ID, m.ID, *row, s.Clock.Now()); err != nil {
			return err
		}
	}
	if ch.begins() && (c.AddedAt.IsZero() || ch.at.Before(c.AddedAt)) {
		c.AddedAt = ch.at
	}
	if err := contact.Recount(ctx, tx, c); err != nil {
		return err
	}
	if err := s.Contacts.Save(ctx, tx, c, s.Clock.Now()); err != nil {
		return err
	}
	return live(ctx, tx)
}

// describe takes over what WeCom says of a person. It is theirs to write, so
// everything is cut to size.
func describe(c *contact.Contact, x wecom.ExternalContact) {
	if x.ExternalUserID == "" {
		return
	}
	if name := contact.CleanName(x.Name); name != "" {
		c.Name = name
	}
	if x.UnionID != "" && len(x.UnionID) <= 64 {
		c.UnionID = x.UnionID
	}
	if len(x.Avatar) <= 512 {
		c.Avatar = mirror.Plain(x.Avatar, 512)
	}
	c.Type, c.Gender = int64(x.Type), int64(x.Gender)
}

// apply adds a change and WeCom's row to a friendship.
func apply(f *contact.Follow, ch change, row *wecom.FollowUser) {
	switch ch.kind {
	case added, halfAdded:
		f.Begin(ch.at)
	case lost:
		f.End(ch.at, contact.ByCustomer)
	case dropped:
		f.End(ch.at, contact.ByStaff)
	}
	if ch.kind == halfAdded && f.AddWay == 0 {
		f.AddWay = halfWay
	}
	if row != nil {
		f.Begin(time.Unix(row.CreateTime, 0))
		f.State, f.AddWay = mirror.Plain(row.State, 64), int64(row.AddWay)
	} else if ch.begins() && !ch.at.Add(slack).Before(f.AddedAt.Time) {
		f.State = mirror.Plain(ch.state, 64) // of the last beginning, whatever is told last
	}
	f.Settle(row != nil)
}
