package arrival

import (
	"context"
	"fmt"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
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
	w := fact.Fact{Kind: kind, At: db.At(ch.at), Target: int64(m.ID), Staff: int64(m.ID), Contact: int64(c.ID)}
	d := detail{Again: again, Found: ch.found, Transfer: ch.transfer}
	switch ch.kind {
	case added, halfAdded:
		if err := s.arrive(ctx, tx, c, f, ch, &w, &d); err != nil {
			return err
		}
	case lost, dropped:
		d.By = f.LostBy
		w.Code, w.Channel = f.Code, f.Channel
	case edited:
		w.Code, w.Channel = f.Code, f.Channel
	}
	w.Data = d.text()
	return fact.Append(ctx, tx, w)
}

// arrive fills in the fact of a beginning.
func (s *Service) arrive(ctx context.Context, tx *db.Tx, c *contact.Contact, f *contact.Follow,
	ch change, w *fact.Fact, d *detail) error {
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
	half, err := counterpart(ctx, tx, *w)
	if err != nil {
		return err
	}
	if half != nil { // counted already: the same friendship, in two events
		w.Visitor, w.Scan = half.Visitor, half.Scan
	} else if err := s.seat(ctx, tx, c, w, d); err != nil {
		return err
	}
	if w.Code != 0 && d.Again && w.Visitor == 0 {
		// WeCom may give back the state of an earlier friendship.
		d.Tier = contact.TierInferred
	}
	if f.Code == 0 || w.Code != 0 && !ch.at.Before(f.AddedAt.Time) {
		f.Code, f.Channel = w.Code, w.Channel
	}
	c.Lock(contact.Source{Code: w.Code, Channel: w.Channel, Tier: d.Tier, Scan: w.Scan})
	if ch.kind != added {
		return nil // tags need a friendship that WeCom lists
	}
	return s.wantTags(ctx, tx, c.ID, staff.ID(w.Staff), *w)
}

// seat counts the arrival at the staff member, and finds whose seat it used.
// An event of another day does not count today, and found nobody waiting.
func (s *Service) seat(ctx context.Context, tx *db.Tx, c *contact.Contact, w *fact.Fact, d *detail) error {
	if seat.Day(w.At.Time) != seat.Day(s.Clock.Now()) {
		return nil
	}
	if w.Code == 0 { // not by a code of ours: nobody's seat is used
		return count(ctx, tx, w.Staff, w.At.Time)
	}
	m, err := use(ctx, tx, seat.Arrival{Target: w.Staff, Code: w.Code, Kind: seat.Staff, At: w.At.Time})
	if err != nil {
		return err
	}
	return link(ctx, tx, c.ID, m, w, d)
}

func count(ctx context.Context, tx *db.Tx, target int64, at time.Time) error {
	seats, err := seat.Lock(ctx, tx, []int64{target})
	if err != nil || len(seats) == 0 {
		return err
	}
	seats[0].Roll(seat.Day(at))
	seats[0].Joined++
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

// counterpart returns the other event of the same friendship: the half add
// before a full one, or the full add after a half one, with no end and no other
// beginning of the same kind between them.
func counterpart(ctx context.Context, tx *db.Tx, w fact.Fact) (*fact.Fact, error) {
	all, err := fact.Of(ctx, tx, db.Where("contact = ? and target = ? and kind in (?)", w.Contact, w.Target,
		db.In([]string{string(fact.Added), string(fact.HalfAdded), string(fact.Lost), string(fact.Dropped)})), 1000)
	if err != nil {
		return nil, fmt.Errorf("cannot read the facts of a friendship: %w", err)
	}
	var best *fact.Fact
	for i := range all {
		o := &all[i]
		before, after := !o.At.After(w.At.Time), !o.At.Before(w.At.Time)
		if w.Kind == fact.Added && before && (best == nil || !o.At.Before(best.At.Time)) ||
			w.Kind == fact.HalfAdded && after && (best == nil || o.At.Before(best.At.Time)) {
			best = o
		}
	}
	if best == nil || best.Kind == w.Kind || best.Kind == fact.Lost || best.Kind == fact.Dropped {
		return nil, nil
	}
	return best, nil
}
