package check

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/ident"
	"github.com/tuma-live/tuma/internal/base/qr"
	"github.com/tuma-live/tuma/internal/base/seal"
	"github.com/tuma-live/tuma/internal/core/asset"
	"github.com/tuma-live/tuma/internal/core/livecode"
	"github.com/tuma-live/tuma/internal/schema"
)

// shape says how large a world is.
type shape struct {
	pools    int
	groups   int   // in each pool
	capacity int64 // seats of each group
	codes    int   // over each pool
}

// code is a live code that customers scan.
type code struct {
	id, pool int64
	slug     string
}

// world is what the harness has put into a database.
type world struct {
	shape
	codes    []code
	poolOf   map[int64]int64  // of each target
	pictures map[string]int64 // the target of each QR image, by its hash
	drawn    map[int64]string // and the other way round
}

// Ids are chosen here, apart from each other so that none is taken for another.
const (
	firstCode  = 1_000_000
	firstPool  = 2_000_000
	firstGroup = 3_000_000
)

// build makes a world in the database at url, which must be empty, with the
// keys in the data folder.
func build(ctx context.Context, data, url string, s shape) (*world, error) {
	if err := os.MkdirAll(data, 0o700); err != nil {
		return nil, err
	}
	ring, err := seal.Load(clock.System{}, filepath.Join(data, "keys.json"))
	if err != nil {
		return nil, err
	}
	d, err := db.Open(ctx, url)
	if err != nil {
		return nil, err
	}
	defer d.Close() //nolint:errcheck // everything is committed
	if err := schema.Up(ctx, d); err != nil {
		return nil, err
	}
	d.IDs = ident.NewSource(clock.System{}, 0, 0)
	w := &world{shape: s, poolOf: map[int64]int64{}, pictures: map[string]int64{}, drawn: map[int64]string{}}
	signer := livecode.NewSigner(ring.Keys("slug"))
	err = d.InTx(ctx, func(tx *db.Tx) error {
		for p := range s.pools {
			if err := w.addPool(ctx, tx, int64(firstPool+p)); err != nil {
				return err
			}
			for c := range s.codes {
				id := int64(firstCode + p*s.codes + c)
				if err := w.addCode(ctx, tx, code{id, int64(firstPool + p), signer.New()}); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("cannot make the world: %w", err)
	}
	return w, connect(ctx, d, ring)
}

func (w *world) addPool(ctx context.Context, tx *db.Tx, pool int64) error {
	_, err := tx.Exec(ctx, "insert into pool (id, name, kind, strategy, created_at) values (?, ?, 'group', 'round_robin', 0)",
		pool, fmt.Sprint("池 ", pool))
	if err != nil {
		return err
	}
	var groups, seats, members []any
	for g := range w.groups {
		id := firstGroup + (pool-firstPool)*int64(w.groups) + int64(g)
		w.poolOf[id] = pool
		groups = append(groups, id, fmt.Sprint("wr", id), fmt.Sprint("客户群 ", id), "", "active", 0, 0, "", 0, 0)
		seats = append(seats, id, "group", w.capacity)
		members = append(members, pool, id, g, 1)
	}
	if err := tx.Bulk(ctx, "insert into customer_group (id, chat_id, name, owner, status, members, externals,"+
		" member_version, created_at, synced_at)", 10, groups, ""); err != nil {
		return err
	}
	if err := tx.Bulk(ctx, "insert into seat (target, kind, capacity)", 3, seats, ""); err != nil {
		return err
	}
	return tx.Bulk(ctx, "insert into pool_member (pool, target, seq, weight)", 4, members, "")
}

func (w *world) addCode(ctx context.Context, tx *db.Tx, c code) error {
	w.codes = append(w.codes, c)
	_, err := tx.Exec(ctx, `
		insert into live_code (id, slug, name, kind, purpose, channel, owner, state, pool, fallback, tags, page,
		created_at, updated_at)
		values (?, ?, ?, 'group', 'other', 0, 0, 'active', ?, '[{"kind":"page","text":"400-000-0000"}]', '[]', '{}', 0, 0)`,
		c.id, c.slug, fmt.Sprint("活码 ", c.id), c.pool)
	if err != nil {
		return err
	}
	var carriers []any
	for g := range w.groups {
		target := firstGroup + (c.pool-firstPool)*int64(w.groups) + int64(g)
		hash, err := w.picture(ctx, tx, target)
		if err != nil {
			return err
		}
		id := c.id*1000 + int64(g)
		carriers = append(carriers, id, c.id, target, "join_way", fmt.Sprintf("c%012d", id), hash, "", "ready", 0)
	}
	return tx.Bulk(ctx, "insert into carrier (id, code, target, kind, token, qr_asset, want, state, created_at)",
		9, carriers, "")
}

// picture keeps the QR image of a target, by which a page tells where it sends.
func (w *world) picture(ctx context.Context, tx *db.Tx, target int64) (string, error) {
	if hash, ok := w.drawn[target]; ok {
		return hash, nil
	}
	c, err := qr.New(fmt.Sprint("https://work.weixin.qq.com/gm/", target))
	if err != nil {
		return "", err
	}
	image, err := c.PNG(1)
	if err != nil {
		return "", err
	}
	hash, err := asset.Put(ctx, tx, "image/png", image)
	w.pictures[hash], w.drawn[target] = target, hash
	return hash, err
}
