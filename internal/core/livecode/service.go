package livecode

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/fault"
	"github.com/tuma-live/tuma/internal/base/ident"
	"github.com/tuma-live/tuma/internal/core/access"
	"github.com/tuma-live/tuma/internal/core/audit"
	"github.com/tuma-live/tuma/internal/core/channel"
	"github.com/tuma-live/tuma/internal/core/pool"
	"github.com/tuma-live/tuma/internal/core/tag"
)

// Service changes live codes. Each change is one transaction: the code, its
// pools, what WeCom must be brought to, and the audit row.
type Service struct {
	DB     *db.DB
	Clock  clock.Clock
	Signer *Signer
	// Ensure plans the QRs that WeCom must make for a code (core/carrier).
	Ensure func(ctx context.Context, tx *db.Tx, code int64) error
}

// PoolChoice is a pool that exists, or a new one with its members.
type PoolChoice struct {
	ID      pool.ID
	New     pool.Pool
	Members []pool.Member
}

// Draft is what a person decides about a new code.
type Draft struct {
	Name     string
	Kind     string
	Purpose  string
	Channel  channel.ID
	Pool     PoolChoice
	Overflow *PoolChoice
	Fallback []Fallback
	Tags     []tag.ID
	Welcome  int64
	Page     Page
	Sticky   bool
	StartsAt time.Time
	EndsAt   time.Time
	Note     string
}

// Change is what a person changes of a code; nil fields stay. A pointer to a
// zero time or id takes it away.
type Change struct {
	Name     *string
	Purpose  *string
	Channel  *channel.ID
	Owner    *int64
	Pool     *PoolChoice
	Overflow *PoolChoice
	Fallback *[]Fallback
	Tags     *[]tag.ID
	Welcome  *int64
	Page     *Page
	Sticky   *bool
	StartsAt *time.Time
	EndsAt   *time.Time
	Note     *string
}

// Create makes a draft, and publishes it at once when publish is set. Faults:
// a form fault, ErrNotReady.
func (s *Service) Create(ctx context.Context, d Draft, publish bool) (c LiveCode, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if c, err = s.create(ctx, tx, d); err != nil || !publish {
			return err
		}
		return s.publish(ctx, tx, &c)
	})
	return c, err
}

func (s *Service) create(ctx context.Context, tx *db.Tx, d Draft) (LiveCode, error) {
	c, err := s.build(ctx, tx, LiveCode{ID: ident.New[kind](tx.IDs())}, d)
	if err != nil {
		return c, err
	}
	c.Slug = s.Signer.New()
	if err := db.Insert(ctx, tx, "live_code", "", c); err != nil {
		return c, fmt.Errorf("cannot create a live code: %w", err)
	}
	return c, s.done(ctx, tx, "live_code.created", nil, &c)
}

// build makes the code a draft describes, with its pools, and checks it. What
// was, an earlier form of the code, led to already it may lead to again.
func (s *Service) build(ctx context.Context, tx *db.Tx, was LiveCode, d Draft) (LiveCode, error) {
	who, now := access.Who(ctx), s.Clock.Now()
	c := LiveCode{
		ID: was.ID, Name: strings.TrimSpace(d.Name), Kind: d.Kind, Purpose: d.Purpose,
		Channel: d.Channel, Pool: was.Pool, Overflow: was.Overflow,
		Owner: int64(who.Account), Department: who.Department, State: Drafted, Welcome: d.Welcome,
		StartsAt: db.At(d.StartsAt), EndsAt: db.At(d.EndsAt), Note: d.Note,
		Version: 1, CreatedAt: db.At(now), UpdatedAt: db.At(now),
	}
	c.Fallback.V, c.Tags.V, c.Page.V = d.Fallback, d.Tags, d.Page
	if d.Sticky {
		c.Sticky = 1
	}
	if err := s.choosePools(ctx, tx, &c, &d.Pool, d.Overflow); err != nil {
		return c, err
	}
	if d.Overflow == nil {
		c.Overflow = 0
	}
	if err := mayFallBack(ctx, tx, &c, was.Fallback.V); err != nil {
		return c, err
	}
	return c, s.fits(ctx, tx, &c)
}

// choosePools gives the code its pools, making new ones where asked.
func (s *Service) choosePools(ctx context.Context, tx *db.Tx, c *LiveCode, main,
	overflow *PoolChoice) error {
	if main != nil {
		id, err := s.choose(ctx, tx, c, *main, "pool", c.Name)
		if err != nil {
			return err
		}
		c.Pool = id
	}
	if overflow != nil {
		id, err := s.choose(ctx, tx, c, *overflow, "overflow_pool", c.Name+" · 溢出")
		if err != nil {
			return err
		}
		c.Overflow = id
	}
	return nil
}

func (s *Service) choose(ctx context.Context, tx *db.Tx, c *LiveCode, p PoolChoice, at,
	name string) (pool.ID, error) {
	if p.ID != 0 {
		if p.ID == c.Pool || p.ID == c.Overflow {
			return p.ID, nil
		}
		if _, err := pool.ByID(ctx, tx, p.ID); err != nil {
			return 0, asField(err, at+".id")
		}
		return p.ID, mayChoose(ctx, tx, p.ID)
	}
	if len(p.Members) == 0 && p.New.AutoCreate == 0 {
		return 0, nil
	}
	if p.New.Name == "" {
		p.New.Name = name
	}
	if p.New.Kind == "" {
		p.New.Kind = c.Kind
	}
	if p.New.Strategy == "" {
		p.New.Strategy = "round_robin"
	}
	p.New.Channel = int64(c.Channel)
	if err := mayHold(ctx, tx, p.Members); err != nil {
		return 0, under(at, err)
	}
	made, err := pool.Create(ctx, tx, p.New, p.Members, s.Clock.Now())
	return made.ID, under(at, err)
}

// under moves the fields of a form fault under the field at.
func under(at string, err error) error {
	if f, ok := fault.Of(err); ok && len(f.Fields) > 0 {
		moved := fault.ErrInvalid
		for _, x := range f.Fields {
			moved = moved.WithField(at+"."+x.Path, x.Code)
		}
		return moved
	}
	return err
}

// asField turns "not found" of something a code refers to into a form fault.
func asField(err error, path string) error {
	if f, ok := fault.Of(err); ok && f.Kind == fault.NotFound {
		return fault.ErrInvalid.WithField(path, "field.not_found")
	}
	return err
}

// Update changes a code that still has version (0: whichever it has). Faults:
// ErrNotFound, ErrStale, a form fault, ErrNotReady when a code that serves
// could not serve any more, or when one that has expired is renewed.
func (s *Service) Update(ctx context.Context, id ID, reach db.Cond, version int64,
	ch Change) (LiveCode, error) {
	return s.change(ctx, id, reach, version, "live_code.changed",
		func(tx *db.Tx, c *LiveCode) error {
			if c.State == Deleted {
				return ErrNotFound
			}
			had := c.Fallback.V
			ch.apply(c)
			if err := mayFallBack(ctx, tx, c, had); err != nil {
				return err
			}
			if err := s.choosePools(ctx, tx, c, ch.Pool, ch.Overflow); err != nil {
				return err
			}
			if ch.Overflow != nil && ch.Overflow.ID == 0 && len(ch.Overflow.Members) == 0 {
				c.Overflow = 0
			}
			if err := s.fits(ctx, tx, c); err != nil {
				return err
			}
			if c.State == Active {
				return s.gate(ctx, tx, c)
			}
			return nil
		})
}

func (ch Change) apply(c *LiveCode) {
	put(&c.Name, ch.Name)
	c.Name = strings.TrimSpace(c.Name)
	put(&c.Purpose, ch.Purpose)
	put(&c.Channel, ch.Channel)
	put(&c.Owner, ch.Owner)
	put(&c.Fallback.V, ch.Fallback)
	put(&c.Tags.V, ch.Tags)
	put(&c.Welcome, ch.Welcome)
	put(&c.Page.V, ch.Page)
	put(&c.Note, ch.Note)
	if ch.Sticky != nil {
		c.Sticky = 0
		if *ch.Sticky {
			c.Sticky = 1
		}
	}
	if ch.StartsAt != nil {
		c.StartsAt = db.At(*ch.StartsAt)
	}
	if ch.EndsAt != nil {
		c.EndsAt = db.At(*ch.EndsAt)
	}
}

func put[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

// Publish lets a code serve. ErrNotReady names what is missing.
func (s *Service) Publish(ctx context.Context, id ID, reach db.Cond, version int64) (LiveCode,
	error) {
	return s.change(ctx, id, reach, version, "live_code.published",
		func(tx *db.Tx, c *LiveCode) error {
			if c.State != Drafted && c.State != Active {
				return ErrState.With("state", string(c.State)).With("to", string(Active))
			}
			if err := s.gate(ctx, tx, c); err != nil {
				return err
			}
			return c.become(Active, s.Clock.Now())
		})
}

// publish is Publish for a code that was created in the same transaction.
func (s *Service) publish(ctx context.Context, tx *db.Tx, c *LiveCode) error {
	before := *c
	if err := s.gate(ctx, tx, c); err != nil {
		return err
	}
	if err := c.become(Active, s.Clock.Now()); err != nil {
		return err
	}
	if err := update(ctx, tx, c); err != nil {
		return err
	}
	return s.done(ctx, tx, "live_code.published", &before, c)
}

// Pause makes a code show the pause page until it is resumed.
func (s *Service) Pause(ctx context.Context, id ID, reach db.Cond, version int64) (LiveCode,
	error) {
	return s.move(ctx, id, reach, version, "live_code.paused", Paused)
}

// Resume lets a paused code serve again, if it still could be published.
func (s *Service) Resume(ctx context.Context, id ID, reach db.Cond, version int64) (LiveCode,
	error) {
	return s.change(ctx, id, reach, version, "live_code.resumed",
		func(tx *db.Tx, c *LiveCode) error {
			if c.State != Paused {
				return ErrState.With("state", string(c.State)).With("to", string(Active))
			}
			if err := s.gate(ctx, tx, c); err != nil {
				return err
			}
			return c.become(Active, s.Clock.Now())
		})
}

// Archive ends a code for good, without throwing it away.
func (s *Service) Archive(ctx context.Context, id ID, reach db.Cond, version int64) (LiveCode,
	error) {
	return s.move(ctx, id, reach, version, "live_code.archived", Archived)
}

// Restore takes a code out of the archive or the bin. It does not serve yet:
// it is paused, or a draft when it never served.
func (s *Service) Restore(ctx context.Context, id ID, reach db.Cond, version int64) (LiveCode,
	error) {
	return s.change(ctx, id, reach, version, "live_code.restored",
		func(_ *db.Tx, c *LiveCode) error {
			if c.State != Archived && c.State != Deleted {
				return ErrState.With("state", string(c.State)).With("to", string(Paused))
			}
			if c.PublishedAt.IsZero() {
				return c.become(Drafted, s.Clock.Now())
			}
			return c.become(Paused, s.Clock.Now())
		})
}

// Delete puts a code into the bin.
func (s *Service) Delete(ctx context.Context, id ID, reach db.Cond, version int64) error {
	_, err := s.move(ctx, id, reach, version, "live_code.deleted", Deleted)
	return err
}

func (s *Service) move(ctx context.Context, id ID, reach db.Cond, version int64, action string,
	to State) (LiveCode, error) {
	return s.change(ctx, id, reach, version, action, func(_ *db.Tx, c *LiveCode) error {
		return c.become(to, s.Clock.Now())
	})
}

// change locks the code, lets f change it, and saves it with all that follows.
func (s *Service) change(ctx context.Context, id ID, reach db.Cond, version int64, action string,
	f func(*db.Tx, *LiveCode) error) (c LiveCode, err error) {
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		if c, err = locked(ctx, tx, id, reach, version); err != nil {
			return err
		}
		before := c
		if err := f(tx, &c); err != nil {
			return err
		}
		c.UpdatedAt = db.At(s.Clock.Now())
		if err := update(ctx, tx, &c); err != nil {
			return err
		}
		return s.done(ctx, tx, action, &before, &c)
	})
	return c, err
}

// done is what follows from every change of a code.
func (s *Service) done(ctx context.Context, tx *db.Tx, action string, before,
	after *LiveCode) error {
	e := audit.Entry{At: s.Clock.Now(), Action: action, Object: "live_code",
		ObjectID: after.ID.String(), After: after.record()}
	if before != nil {
		e.Before = before.record()
	}
	if err := audit.Write(ctx, tx, e); err != nil {
		return err
	}
	if after.State == Active {
		if err := s.Ensure(ctx, tx, int64(after.ID)); err != nil {
			return fmt.Errorf("cannot plan the QRs of %s: %w", after.ID, err)
		}
	}
	if err := tx.Notify(ctx, "book", ""); err != nil {
		return err
	}
	return tx.Notify(ctx, "live", "live-codes")
}
