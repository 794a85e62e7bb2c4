package carrier

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/fault"
	"github.com/tuma-live/tuma/internal/base/job"
	"github.com/tuma-live/tuma/internal/core/asset"
	"github.com/tuma-live/tuma/internal/core/group"
	"github.com/tuma-live/tuma/internal/core/mirror"
	"github.com/tuma-live/tuma/internal/core/staff"
	"github.com/tuma-live/tuma/internal/wecom"
)

// maxAttempts is how often we ask WeCom to make a join way whose making it
// never answers to. Each may have left one behind there, with the same token.
const maxAttempts = 3

// Service brings carriers to WeCom.
type Service struct {
	DB      *db.DB
	Clock   clock.Clock
	Connect mirror.Connect
	Picture Fetcher
}

// Register tells the job runner what this package does.
func (s *Service) Register(reg *job.Registry) {
	job.Handle(reg, s.Sync)
}

// Sync makes WeCom hold what the carrier wants, and fetches its QR picture.
// What only a person can mend becomes the carrier's fault and is not tried
// again until Reconcile finds it.
func (s *Service) Sync(ctx context.Context, a SyncJob) error {
	c, err := ByID(ctx, s.DB.Read(), a.Carrier)
	if errors.Is(err, ErrNotFound) {
		return job.Discard(err)
	}
	if err != nil || c.settled() {
		return err
	}
	err = s.bring(ctx, &c)
	if err == nil {
		return nil
	}
	f := faultOf(err)
	if f == nil {
		return mirror.Again(s.Clock.Now(), err)
	}
	return s.fail(ctx, c, f)
}

// faultOf is the fault a person must see, or nil when time alone may help.
func faultOf(err error) *fault.Fault {
	if f, ok := fault.Of(err); ok && f.Kind == fault.Conflict {
		return f
	}
	switch wecom.ClassOf(err) {
	case wecom.Permanent, wecom.Setup:
		return ErrRefused.With("code", strconv.Itoa(wecom.CodeOf(err))).Because(err)
	}
	return nil
}

func (s *Service) fail(ctx context.Context, c Carrier, f *fault.Fault) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, `
			update carrier set state = ?, error = ?, synced_at = ? where id = ? and want = ?`,
			Failed, errorText(f), db.At(s.Clock.Now()), c.ID, c.Want)
		if err != nil {
			return fmt.Errorf("cannot note the fault of carrier %s: %w", c.ID, err)
		}
		if n == 0 { // the wish has changed meanwhile
			return again(ctx, tx, c.ID)
		}
		return tx.Notify(ctx, "book", "")
	})
}

func (s *Service) bring(ctx context.Context, c *Carrier) error {
	if err := s.checkTarget(ctx, *c); err != nil {
		return err
	}
	client, err := s.Connect(ctx)
	if err != nil {
		return err
	}
	w, err := configOf(c.Want)
	if err != nil {
		return fmt.Errorf("cannot read the wish of carrier %s: %w", c.ID, err)
	}
	wanted := c.Want // may change while we talk to WeCom
	way := wayOf(client, *c, w)
	if c.ConfigID == "" {
		if err := s.create(ctx, c, way); err != nil {
			return err
		}
	} else if c.Have != wanted {
		if err := way.update(ctx, c.ConfigID); err != nil {
			return lost(err)
		}
	}
	url, err := way.picture(ctx, c.ConfigID)
	if err != nil {
		return lost(err)
	}
	if c.QRAsset != "" && url == c.QRURL {
		return s.ready(ctx, *c, wanted, nil)
	}
	pic, err := s.Picture.Fetch(ctx, url)
	if err != nil {
		return err
	}
	c.QRURL = url
	return s.ready(ctx, *c, wanted, &pic)
}

// lost names the one refusal that means the config is gone from WeCom. It is
// not made again by itself: the QR codes in customers' hands would stay dead,
// and somebody deleted it on purpose or by mistake.
func lost(err error) error {
	const invalidConfig = 41044
	if wecom.IsCode(err, invalidConfig) {
		return ErrLost.Because(err)
	}
	return err
}

// checkTarget finds out who is at fault before WeCom refuses with a number.
func (s *Service) checkTarget(ctx context.Context, c Carrier) error {
	switch c.Kind {
	case Staff:
		m, err := staff.ByID(ctx, s.DB.Read(), staff.ID(c.Target))
		if err != nil {
			return err
		}
		if p := m.Problems(); len(p) > 0 {
			return ErrStaff.With("name", m.Name).With("problem", p[0])
		}
	case Group:
		g, err := group.ByID(ctx, s.DB.Read(), group.ID(c.Target))
		if err != nil {
			return err
		}
		if g.Status == group.Dismissed {
			return ErrGroup.With("name", g.Name).With("problem", g.Status)
		}
	}
	return nil
}

// create makes the carrier at WeCom. That an attempt was made is stored first:
// after a crash, or without an answer, we look before we make another.
func (s *Service) create(ctx context.Context, c *Carrier, p way) error {
	if c.State == Creating {
		id, err := p.find(ctx, c.CreatedAt.Add(-time.Hour), s.Clock.Now().Add(time.Hour))
		if err != nil {
			return err
		}
		if id != "" {
			return s.made(ctx, c, id)
		}
		if c.Attempts >= maxAttempts {
			return ErrUnknown
		}
	}
	if err := s.note(ctx, c, Creating, c.Attempts+1); err != nil {
		return err
	}
	id, err := p.create(ctx)
	if err != nil {
		if wecom.ClassOf(err) != wecom.Unknown { // surely nothing was made
			return errors.Join(err, s.note(ctx, c, Pending, c.Attempts-1))
		}
		return err
	}
	return s.made(ctx, c, id)
}

func (s *Service) note(ctx context.Context, c *Carrier, state string, attempts int64) error {
	c.State, c.Attempts = state, attempts
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "update carrier set state = ?, attempts = ? where id = ?",
			state, attempts, c.ID)
		return err
	})
}

func (s *Service) made(ctx context.Context, c *Carrier, configID string) error {
	c.ConfigID, c.State = configID, Pending
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "update carrier set config_id = ?, state = ? where id = ?",
			configID, Pending, c.ID)
		if err != nil {
			return fmt.Errorf("cannot keep config %s of carrier %s: %w", configID, c.ID, err)
		}
		return nil
	})
}

// ready writes that WeCom holds what was wanted. When the wish has changed
// meanwhile another run follows.
func (s *Service) ready(ctx context.Context, c Carrier, wanted string, pic *Picture) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		if pic != nil {
			hash, err := asset.Put(ctx, tx, pic.Mime, pic.Body)
			if err != nil {
				return err
			}
			c.QRAsset = hash
		}
		now, err := ByID(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		state := Ready
		if now.Want != wanted {
			state = Pending
		}
		_, err = tx.Exec(ctx, `
			update carrier set have = ?, qr_url = ?, qr_asset = ?, state = ?, error = '', synced_at = ?
			where id = ?`, wanted, c.QRURL, c.QRAsset, state, db.At(s.Clock.Now()), c.ID)
		if err != nil {
			return fmt.Errorf("cannot keep carrier %s: %w", c.ID, err)
		}
		if state == Pending {
			if err := again(ctx, tx, c.ID); err != nil {
				return err
			}
		}
		return tx.Notify(ctx, "book", "")
	})
}

// again enqueues another run. The one that ends now still holds its unique key,
// so the next has another.
func again(ctx context.Context, tx *db.Tx, id ID) error {
	return job.Enqueue(ctx, tx, SyncJob{id}, job.Unique(id.String()+"|again"))
}

// failedRest is how long a failed carrier is left alone.
const failedRest = 30 * time.Minute

// Reconcile looks for carriers that are not what they should be, and enqueues
// their jobs: pending ones whose job was lost, and failed ones whose cause may
// have gone.
func (s *Service) Reconcile(ctx context.Context) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		now := s.Clock.Now()
		codes, err := db.Select[int64](ctx, tx,
			"select id from live_code where state not in ('archived', 'draft') order by id")
		if err != nil {
			return fmt.Errorf("cannot list codes: %w", err)
		}
		for _, c := range codes {
			if err := s.repair(ctx, tx, c, now); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Service) repair(ctx context.Context, tx *db.Tx, code int64, now time.Time) error {
	cs, err := Of(ctx, tx, code)
	if err != nil {
		return err
	}
	for _, c := range cs {
		if c.settled() || c.State == Failed && now.Sub(c.SyncedAt.Time) < failedRest {
			continue
		}
		if c.State == Failed && c.ConfigID == "" {
			if _, err := tx.Exec(ctx, "update carrier set state = ?, attempts = 0 where id = ?",
				Pending, c.ID); err != nil {
				return fmt.Errorf("cannot take carrier %s up again: %w", c.ID, err)
			}
		}
		if err := enqueue(ctx, tx, c.ID); err != nil {
			return err
		}
	}
	return nil
}
