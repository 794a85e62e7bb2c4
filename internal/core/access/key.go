package access

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/fault"
	"github.com/tuma-live/tuma/internal/base/ident"
	"github.com/tuma-live/tuma/internal/core/audit"
)

// KeyPrefix begins every API key, so that scanners for leaked secrets know them.
const KeyPrefix = "tuma_"

// MaxKeyAge is the longest an API key can be good.
const MaxKeyAge = 366 * 24 * time.Hour

// Key is an API key for a program. The key itself is not kept.
type Key struct {
	ID        KeyID   `db:"id" json:"id"`
	Name      string  `db:"name" json:"name"`
	Hash      []byte  `db:"token_hash" json:"-"`
	Hint      string  `db:"hint" json:"hint"`
	Role      Role    `db:"role" json:"role"`
	CreatedBy int64   `db:"created_by" json:"-"`
	CreatedAt db.Time `db:"created_at" json:"-"`
	ExpiresAt db.Time `db:"expires_at" json:"expires_at"`
	LastUsed  db.Time `db:"last_used_at" json:"-"`
	RevokedAt db.Time `db:"revoked_at" json:"-"`
}

// CreateKey makes an API key and returns its text, which is never shown again.
// A zero until means a year.
func (s *Service) CreateKey(ctx context.Context, name string, r Role, until time.Time) (k Key,
	text string, err error) {
	now := s.now()
	if until.IsZero() {
		until = now.Add(MaxKeyAge - 24*time.Hour)
	}
	switch {
	case strings.TrimSpace(name) == "":
		return k, "", fault.ErrInvalid.WithField("name", "field.required")
	case !r.Valid():
		return k, "", fault.ErrInvalid.WithField("role", "field.invalid")
	case !until.After(now), until.After(now.Add(MaxKeyAge)):
		return k, "", fault.ErrInvalid.WithField("expires_at", "field.key_age")
	}
	text = KeyPrefix + ident.Token(32)
	err = s.DB.InTx(ctx, func(tx *db.Tx) error {
		k = Key{
			ID: ident.New[keyKind](tx.IDs()), Name: name, Hash: hash(text),
			Hint: text[len(text)-4:], Role: r,
			CreatedBy: int64(Who(ctx).Account), CreatedAt: db.At(now), ExpiresAt: db.At(until),
		}
		if err := db.Insert(ctx, tx, "api_key", "", k); err != nil {
			return fmt.Errorf("cannot create an API key: %w", err)
		}
		return audit.Write(ctx, tx, audit.Entry{At: now, Action: "key.created",
			Object: "api_key", ObjectID: k.ID.String(), After: k})
	})
	return k, text, err
}

// Keys lists all API keys, the newest first.
func (s *Service) Keys(ctx context.Context) ([]Key, error) {
	return db.Select[Key](ctx, s.DB.Read(), "select "+db.Cols[Key]()+" from api_key order by id desc")
}

// RevokeKey ends a key for good. ErrNotFound: there is no such live key.
func (s *Service) RevokeKey(ctx context.Context, id KeyID) error {
	return s.DB.InTx(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, "update api_key set revoked_at = ? where id = ? and revoked_at = 0",
			db.At(s.now()), id)
		switch {
		case err != nil:
			return fmt.Errorf("cannot revoke key %s: %w", id, err)
		case n == 0:
			return ErrNotFound
		}
		return audit.Write(ctx, tx, audit.Entry{At: s.now(), Action: "key.revoked",
			Object: "api_key", ObjectID: id.String()})
	})
}

// ByKey returns who holds the API key text, or nobody.
func (s *Service) ByKey(ctx context.Context, text string) (Identity, error) {
	if !strings.HasPrefix(text, KeyPrefix) {
		return Identity{}, nil
	}
	now := s.now()
	k, err := db.Get[Key](ctx, s.DB.Read(), "select "+db.Cols[Key]()+" from api_key where token_hash = ?", hash(text))
	switch {
	case db.NoRows(err):
		return Identity{}, nil
	case err != nil:
		return Identity{}, fmt.Errorf("cannot read an API key: %w", err)
	case !k.RevokedAt.IsZero(), !now.Before(k.ExpiresAt.Time):
		return Identity{}, nil
	}
	if now.Sub(k.LastUsed.Time) > seenEvery {
		err := s.DB.InTx(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, "update api_key set last_used_at = ? where id = ?", db.At(now),
				k.ID)
			return err
		})
		if err != nil && !db.Away(err) {
			return Identity{}, fmt.Errorf("cannot note the use of a key: %w", err)
		}
	}
	return Identity{Key: k.ID, Name: k.Name, Role: k.Role, Scope: All, Locale: "zh-CN"}, nil
}
