package arrival

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/job"
	"github.com/tuma-live/tuma/internal/core/contact"
	"github.com/tuma-live/tuma/internal/core/fact"
	"github.com/tuma-live/tuma/internal/core/identity"
	"github.com/tuma-live/tuma/internal/core/seat"
	"github.com/tuma-live/tuma/internal/core/staff"
)

// factOf is the kind of fact a change is.
var factOf = map[string]fact.Kind{
	added: fact.Added, halfAdded: fact.HalfAdded, edited: fact.Edited, lost: fact.Lost, dropped: fact.Dropped,
}

// attribute writes the fact of a change, once, and for a beginning where the
// person came from: the seat that was held, the visitor, the first source.
func (s *Service) attribute(ctx context.Context, tx *db.Tx, c *contact.Contact, f *contact.Follow,
	m staff.Staff, ch change, again bool) error {
	kind, ok := factOf[ch.kind]
	if !ok || ch.at.IsZero() {
		return nil
	}
	if done, err := known(ctx, tx, kind, c.ID, int64(m.ID), ch.at, 0); err != nil || done {
		return err
	}
	story, err := storyOf(ctx, tx, c.ID, m.ID)
	if err != nil {
		return err
	}
	w := fact.Fact{Kind: kind, At: db.At(ch.at), Target: int64(m.ID), Staff: int64(m.ID), Contact: int64(c.ID)}
	d := detail{Again: again, Found: ch.found, Transfer: ch.transfer}
	switch ch.kind {
	case added, halfAdded:
		err = s.arrive(ctx, tx, c, f, ch, story, &w, &d)
	case lost, dropped:
		d.By = map[string]string{lost: contact.ByCustomer, dropped: contact.ByStaff}[ch.kind]
		err = s.depart(ctx, tx, f, ch, story, &w)
	default:
		w.Code, w.Channel = f.Code, f.Channel
	}
	if err != nil {
		return err
	}
	w.Data = d.text()
	return fact.Append(ctx, tx, w)
}

// arrive fills in the fact of a beginning.
func (s *Service) arrive(ctx context.Context, tx *db.Tx, c *contact.Contact, f *contact.Follow,
	ch change, before story, w *fact.Fact, d *detail) error {
	state := ch.state
	if state == "" {
		state = f.State
	}
	src, err := sourceOf(ctx, tx, state)
	if err != nil {
		return err
	}
	d.AddWay = max(f.AddWay, 0)
	w.Code, w.Channel, d.Tier = src.carrier.Code, src.channel, contact.TierUnknown
	if w.Code != 0 {
		d.Tier = contact.TierCode
	}
	if err := s.seat(ctx, tx, c, before, w, d); err != nil {
		return err
	}
	if w.Code != 0 && d.Again && w.Visitor == 0 {
		// WeCom may give back the state of an earlier friendship.
		d.Tier = contact.TierInferred
	}
	if !ch.at.Add(slack).Before(f.AddedAt.Time) { // the last beginning we know of
		f.Code, f.Channel = w.Code, w.Channel
	}
	if err := lock(ctx, tx, c, *w, d.Tier); err != nil {
		return err
	}
	if ch.kind != added {
		return nil // tags need a friendship that WeCom lists
	}
	return s.wantTags(ctx, tx, c.ID, staff.ID(w.Staff), *w)
}

// patience is how long an end waits for the event of its beginning.
const (
	patience = 30 * time.Second
	recheck  = 3 * time.Second
)

var errNoBeginning = errors.New("the beginning of the friendship may still come")

// depart fills in the fact of an end: it belongs to the code of the beginning
// before it, whose event may have been overtaken.
func (s *Service) depart(ctx context.Context, tx *db.Tx, f *contact.Follow, ch change, before story, w *fact.Fact) error {
	i := before.last(ch.at)
	switch {
	case i >= 0:
		w.Code, w.Channel = before[i].Code, before[i].Channel
	case !ch.received.IsZero() && s.Clock.Now().Sub(ch.received) < patience:
		return job.RetryIn(recheck, errNoBeginning)
	default:
		w.Code, w.Channel = f.Code, f.Channel
	}
	return s.count(ctx, tx, before, *w)
}

// lock sets the first source of a contact: that of the earliest arrival by a
// code, whichever of them is told first. What is not from an arrival of ours,
// such as an import, stays.
func lock(ctx context.Context, tx *db.Tx, c *contact.Contact, w fact.Fact, tier string) error {
	if w.Code == 0 {
		return nil
	}
	var first db.Time
	err := tx.QueryRow(ctx, `
		select coalesce(min(at), 0) from fact
		where contact = ? and code <> 0 and kind in (?, ?, ?)`,
		c.ID, string(fact.Added), string(fact.HalfAdded), string(fact.Joined)).Scan(&first)
	if err != nil {
		return fmt.Errorf("cannot read the first arrival of a contact: %w", err)
	}
	if !first.IsZero() && w.At.Before(first.Time) {
		c.Code, c.Channel = 0, 0
	}
	c.Lock(contact.Source{Code: w.Code, Channel: w.Channel, Tier: tier, Scan: w.Scan})
	return nil
}

// seat counts a beginning at the staff member, and finds whose seat it used.
func (s *Service) seat(ctx context.Context, tx *db.Tx, c *contact.Contact, before story, w *fact.Fact, d *detail) error {
	more := before.with(*w).beginnings(s.Clock.Now()) - before.beginnings(s.Clock.Now())
	if o := before.other(*w); more < 1 && o != nil {
		// The same friendship, in two events: a half add and its full one.
		w.Visitor, w.Scan = o.Visitor, o.Scan
	}
	if more != 1 || w.Code == 0 { // not by a code of ours: nobody's seat is used
		return s.count(ctx, tx, before, *w)
	}
	m, err := use(ctx, tx, seat.Arrival{Target: w.Staff, Code: w.Code, Kind: seat.Staff, At: w.At.Time})
	if err != nil {
		return err
	}
	return link(ctx, tx, c.ID, m, w, d)
}

// count brings the adds of today in line with what a new fact makes of the
// story. An end that is told late can turn one beginning into two.
func (s *Service) count(ctx context.Context, tx *db.Tx, before story, w fact.Fact) error {
	now := s.Clock.Now()
	more := before.with(w).beginnings(now) - before.beginnings(now)
	if more == 0 {
		return nil
	}
	seats, err := seat.Lock(ctx, tx, []int64{w.Staff})
	if err != nil || len(seats) == 0 {
		return err
	}
	seats[0].Roll(seat.Day(now))
	seats[0].Joined = max(seats[0].Joined+more, 0)
	return seat.Save(ctx, tx, seats)
}

// link notes whose seat was used. Where several people could have been it, the
// browser is not said to be this person: they would see each other's pages.
func link(ctx context.Context, tx *db.Tx, c contact.ID, m seat.Match, w *fact.Fact, d *detail) error {
	w.Visitor, w.Scan, d.Match = m.Visitor, m.Scan, m.Tier
	if m.Visitor == 0 || m.Tier == contact.TierCode {
		return nil
	}
	return identity.Join(ctx, tx, identity.Link{
		Visitor: m.Visitor, Contact: c, Tier: m.Tier, Scan: m.Scan, At: w.At,
	})
}
