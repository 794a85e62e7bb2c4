package access

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
)

// limit is how many tries a bucket allows before it makes one wait. Waits
// double up to max; a bucket left alone for forget starts anew.
type limit struct {
	tries  int64
	wait   time.Duration
	max    time.Duration
	forget time.Duration
}

// One bucket is the account's, one the address's. A login from an address
// where the account was logged in lately has an account bucket of its own, so
// whoever guesses elsewhere does not keep the owner out.
var (
	accountLimit = limit{tries: 5, wait: time.Minute, max: time.Hour, forget: 24 * time.Hour}
	addressLimit = limit{tries: 20, wait: 5 * time.Minute, max: 5 * time.Minute,
		forget: 5 * time.Minute}
)

type bucket struct {
	Failures int64   `db:"failures"`
	Until    db.Time `db:"until"`
	Since    db.Time `db:"since"`
}

// take counts a try before it is made, so that tries at the same time cannot
// slip through together. ErrThrottled says how many seconds to wait.
func (s *Service) take(ctx context.Context, name string, l limit) error {
	now := s.now()
	var wait time.Duration
	err := s.DB.InTx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `
			insert into login_attempt (bucket, failures, until, since)
			values (?, 0, 0, ?)
			on conflict do nothing`, name, db.At(now))
		if err != nil {
			return fmt.Errorf("cannot start a login bucket: %w", err)
		}
		b, err := db.Get[bucket](ctx, tx, "select failures, until, since from login_attempt where bucket = ?"+
			tx.ForUpdate(), name)
		if err != nil {
			return fmt.Errorf("cannot read a login bucket: %w", err)
		}
		if wait = b.Until.Sub(now); wait > 0 {
			return nil
		}
		b = b.next(now, l)
		_, err = tx.Exec(ctx, "update login_attempt set failures = ?, until = ?, since = ? where bucket = ?",
			b.Failures, b.Until, b.Since, name)
		return err
	})
	if err == nil && wait > 0 {
		seconds := int64(wait/time.Second) + 1
		return ErrThrottled.With("seconds", strconv.FormatInt(seconds, 10))
	}
	return err
}

// next counts one more try.
func (b bucket) next(now time.Time, l limit) bucket {
	if now.Sub(b.Since.Time) > l.forget && now.After(b.Until.Time) {
		b = bucket{Since: db.At(now)}
	}
	b.Failures++
	if over := b.Failures - l.tries; over >= 0 {
		wait := l.max
		if over < 20 {
			wait = min(l.wait<<over, l.max)
		}
		b.Until, b.Since = db.At(now.Add(wait)), db.At(now)
	}
	return b
}

// forgive empties a bucket after a success.
func (s *Service) forgive(ctx context.Context, name string) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "delete from login_attempt where bucket = ?", name)
		return err
	})
}

// giveBack takes one try out of a bucket that others share.
func (s *Service) giveBack(ctx context.Context, name string) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "update login_attempt set failures = failures - 1, until = 0"+
			" where bucket = ? and failures > 0", name)
		return err
	})
}
