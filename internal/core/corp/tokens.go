package corp

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/ident"
	"github.com/tuma-live/tuma/internal/base/seal"
	"github.com/tuma-live/tuma/internal/wecom"
)

// Tokens is the wecom.TokenStore of all nodes: one of them fetches, the others
// read what it got. WeCom locks out who fetches too often, so a stampede of
// nodes must be impossible, not only unlikely.
type Tokens struct {
	db     *db.DB
	clock  clock.Clock
	ring   *seal.Ring
	owner  string
	memory *wecom.MemoryTokens // spares the database, and is the single flight of this node
}

// NewTokens returns the store that d's nodes share.
func NewTokens(d *db.DB, c clock.Clock, r *seal.Ring) *Tokens {
	return &Tokens{db: d, clock: c, ring: r, owner: ident.Token(8), memory: wecom.NewMemoryTokens(c)}
}

// How a fetch is shared.
const (
	leaseFor = 15 * time.Second       // a node that died while fetching loses its turn
	lookAt   = 100 * time.Millisecond // how often the others look
)

type sharedToken struct {
	Sealed  []byte        `json:"sealed"`
	TTL     time.Duration `json:"ttl"`
	Expires time.Time     `json:"expires"`
}

// Token implements wecom.TokenStore.
func (t *Tokens) Token(ctx context.Context, key, stale string, fetch wecom.FetchToken) (string, error) {
	return t.memory.Token(ctx, key, stale, func(ctx context.Context) (string, time.Duration, error) {
		return t.shared(ctx, key, stale, fetch)
	})
}

func (t *Tokens) shared(ctx context.Context, key, stale string, fetch wecom.FetchToken) (string, time.Duration, error) {
	sum := sha256.Sum256([]byte(key))
	name := "token." + hex.EncodeToString(sum[:8])
	for {
		token, left, err := t.stored(ctx, name)
		if err != nil {
			return "", 0, err
		}
		if token != "" && token != stale {
			return token, left, nil
		}
		mine, err := t.lease(ctx, name)
		if err != nil {
			return "", 0, err
		}
		if mine {
			return t.fetch(ctx, name, stale, fetch)
		}
		if err := clock.Sleep(ctx, t.clock, lookAt); err != nil {
			return "", 0, err
		}
	}
}

// stored returns the shared token, unless it is in the last tenth of its life.
func (t *Tokens) stored(ctx context.Context, name string) (string, time.Duration, error) {
	var v db.JSON[sharedToken]
	switch err := t.db.Read().QueryRow(ctx, "select value from setting where key = ?", name).Scan(&v); {
	case db.NoRows(err):
		return "", 0, nil
	case err != nil:
		return "", 0, fmt.Errorf("cannot read the access token: %w", err)
	}
	left := v.V.Expires.Sub(t.clock.Now())
	if left <= v.V.TTL/10 {
		return "", 0, nil
	}
	b, err := t.ring.Open(v.V.Sealed, "setting."+name)
	if err != nil {
		return "", 0, nil //nolint:nilerr // sealed with a key that is gone: fetch another
	}
	return string(b), left, nil
}

// lease makes this node the one that fetches, unless another is.
func (t *Tokens) lease(ctx context.Context, name string) (mine bool, err error) {
	now := t.clock.Now()
	err = t.db.InTx(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, `
			insert into setting (key, value, updated_at) values (?, ?, ?)
			on conflict (key) do update set value = excluded.value, updated_at = excluded.updated_at
			where setting.updated_at < ?`,
			"lease."+name, t.owner, now.UnixMicro(), now.Add(-leaseFor).UnixMicro())
		mine = n == 1
		return err
	})
	if err != nil {
		return false, fmt.Errorf("cannot take the turn to fetch a token: %w", err)
	}
	return mine, nil
}

func (t *Tokens) fetch(ctx context.Context, name, stale string, fetch wecom.FetchToken) (string, time.Duration, error) {
	defer t.release(context.WithoutCancel(ctx), name)
	// Another node may have fetched between our look and our turn.
	if token, left, err := t.stored(ctx, name); err == nil && token != "" && token != stale {
		return token, left, nil
	}
	token, ttl, err := fetch(ctx)
	if err != nil {
		return "", 0, err
	}
	return token, ttl, t.keep(ctx, name, token, ttl)
}

func (t *Tokens) keep(ctx context.Context, name, token string, ttl time.Duration) error {
	sealed, err := t.ring.Seal([]byte(token), "setting."+name)
	if err != nil {
		return err
	}
	now := t.clock.Now()
	b, err := json.Marshal(sharedToken{sealed, ttl, now.Add(ttl)})
	if err != nil {
		return fmt.Errorf("cannot encode the access token: %w", err)
	}
	return t.db.InTx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `
			insert into setting (key, value, updated_at) values (?, ?, ?)
			on conflict (key) do update set value = excluded.value, updated_at = excluded.updated_at`,
			name, string(b), now.UnixMicro())
		return err
	})
}

// release ends the turn. When it fails the lease runs out by itself.
func (t *Tokens) release(ctx context.Context, name string) {
	_ = t.db.InTx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "delete from setting where key = ? and value = ?", "lease."+name, t.owner)
		return err
	})
}
