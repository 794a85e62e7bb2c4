package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/ident"
)

// A node is one process on the database. Its number goes into every id it
// makes, so no two may have the same: it is leased, and renewed while we run.
type node struct {
	db     *db.DB
	clock  clock.Clock
	number int64
	owner  string
}

const (
	nodeLease = 60 * time.Second
	nodeRenew = 15 * time.Second
)

// Version is what this program says it is; main sets it when it is built.
var Version = "dev"

// errNodeLost ends a process whose number may belong to another by now.
var errNodeLost = errors.New("this node's number was given to another: was the process stopped for a minute?")

// claimNode takes the lowest free number and starts the database's source of
// ids above everything stored.
func claimNode(ctx context.Context, d *db.DB, c clock.Clock) (*node, error) {
	n := &node{db: d, clock: c, owner: ident.Token(8)}
	var after int64
	err := d.InTx(ctx, func(tx *db.Tx) error {
		if err := tx.LockKeys(ctx, []int64{0}); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "delete from node where lease_until < ?", c.Now().UnixMicro()); err != nil {
			return err
		}
		taken, err := db.Select[int64](ctx, tx, "select number from node order by number")
		if err != nil {
			return err
		}
		if d.Engine == db.SQLite { // the data folder is locked: whoever was here is gone
			taken = nil
			if _, err := tx.Exec(ctx, "delete from node"); err != nil {
				return err
			}
		}
		for n.number = 0; n.number < int64(len(taken)) && taken[n.number] == n.number; {
			n.number++
		}
		if n.number >= ident.MaxNodes {
			return fmt.Errorf("%d nodes run already", n.number)
		}
		_, err = tx.Exec(ctx, "insert into node (number, owner, version, started_at, lease_until) values (?, ?, ?, ?, ?)",
			n.number, n.owner, Version, c.Now().UnixMicro(), c.Now().Add(nodeLease).UnixMicro())
		if err != nil {
			return err
		}
		return tx.QueryRow(ctx, "select coalesce(max(id), 0) from fact").Scan(&after)
	})
	if err != nil {
		return nil, fmt.Errorf("cannot claim a node number: %w", err)
	}
	d.IDs = ident.NewSource(c, int(n.number), after)
	return n, nil
}

// keep renews the lease until ctx ends. It returns an error when the number
// may belong to another node: the process must then stop.
func (n *node) keep(ctx context.Context) error {
	until := n.clock.Now().Add(nodeLease)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-n.clock.After(nodeRenew):
		}
		next := n.clock.Now().Add(nodeLease)
		changed, err := n.renew(ctx, next)
		switch {
		case err == nil && changed == 1:
			until = next
		case err == nil, n.clock.Now().After(until) && n.db.Engine != db.SQLite:
			return errNodeLost
		}
	}
}

func (n *node) renew(ctx context.Context, until time.Time) (changed int64, err error) {
	err = n.db.InTx(ctx, func(tx *db.Tx) error {
		changed, err = tx.Exec(ctx, "update node set lease_until = ? where number = ? and owner = ?",
			until.UnixMicro(), n.number, n.owner)
		return err
	})
	return changed, err
}

// release gives the number back. When that fails the lease runs out by itself.
func (n *node) release() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	_ = n.db.InTx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "delete from node where number = ? and owner = ?", n.number, n.owner)
		return err
	})
}
