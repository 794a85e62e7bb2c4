package access

import (
	"context"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/ident"
)

const (
	setupKey = "access.setup" // hash of the one-time token, with the instant it was made
	setupFor = 30 * time.Minute
)

// Empty says that there is no account yet.
func (s *Service) Empty(ctx context.Context) (bool, error) {
	var n int64
	err := s.DB.Read().QueryRow(ctx, "select count(*) from account").Scan(&n)
	return n == 0, err
}

// SetupToken makes the one-time token with which the first account can be
// created, good for 30 minutes. It replaces the one before. Print it where
// only the operator of this machine can read it. With an account already
// there, it is empty.
func (s *Service) SetupToken(ctx context.Context) (string, error) {
	empty, err := s.Empty(ctx)
	if err != nil || !empty {
		return "", err
	}
	token := ident.Token(20)
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `
			insert into setting (key, value, updated_at)
			values (?, ?, ?)
			on conflict (key) do update set value = excluded.value, updated_at = excluded.updated_at`,
			setupKey, hex.EncodeToString(hash(token)), db.At(s.now()))
		return err
	})
	return token, err
}

// Found makes the first account and logs it in. Faults: ErrSetupDone,
// ErrSetupToken, ErrThrottled, a form fault.
func (s *Service) Found(ctx context.Context, token string, n NewAccount, c Client) (string,
	Identity, error) {
	if err := s.take(ctx, "i:"+c.Address, addressLimit); err != nil {
		return "", Identity{}, err
	}
	if err := s.setupAllowed(ctx, token); err != nil {
		return "", Identity{}, err
	}
	n.Role, n.Scope = SuperAdmin, All
	n.fill()
	if err := errors.Join(n.check(), s.hasher.check(n.Login, n.Password)); err != nil {
		return "", Identity{}, firstFault(err)
	}
	kept, err := s.hasher.hash(ctx, n.Password)
	if err != nil {
		return "", Identity{}, err
	}
	var a Account
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		// Whoever deletes the token makes the account; everyone else is late.
		used, err := tx.Exec(ctx, "delete from setting where key = ? and value = ?",
			setupKey, hex.EncodeToString(hash(token)))
		switch {
		case err != nil:
			return fmt.Errorf("cannot use up the set-up token: %w", err)
		case used == 0:
			return ErrSetupToken
		}
		a, err = s.insert(ctx, tx, n, kept)
		return err
	})
	if err != nil {
		return "", Identity{}, err
	}
	return s.begin(ctx, a, c)
}

func (s *Service) setupAllowed(ctx context.Context, token string) error {
	empty, err := s.Empty(ctx)
	switch {
	case err != nil:
		return err
	case !empty:
		return ErrSetupDone
	}
	var want string
	var made db.Time
	err = s.DB.Read().QueryRow(ctx, "select value, updated_at from setting where key = ?",
		setupKey).Scan(&want, &made)
	switch {
	case db.NoRows(err):
		return ErrSetupToken
	case err != nil:
		return fmt.Errorf("cannot read the set-up token: %w", err)
	}
	have := hex.EncodeToString(hash(token))
	if subtle.ConstantTimeCompare([]byte(have),
		[]byte(want)) != 1 || s.now().Sub(made.Time) > setupFor {
		return ErrSetupToken
	}
	return nil
}
