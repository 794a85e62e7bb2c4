package db

import (
	"context"
	"errors"
	"math"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
)

// This file names every difference between the engines.

// ForUpdate is the suffix that locks the rows a select returns. On SQLite the
// whole transaction holds the lock already.
func (tx *Tx) ForUpdate() string {
	if tx.db.Engine == SQLite {
		return ""
	}
	return " for update"
}

// SkipLocked is ForUpdate for queues: rows another transaction holds are passed over.
func (tx *Tx) SkipLocked() string {
	if tx.db.Engine == SQLite {
		return ""
	}
	return " for update skip locked"
}

// Horizon returns the transaction number below which every transaction has
// ended. A reader that stays below it can miss no row that commits late. On
// SQLite, with one writer, rows become visible in the order of their ids and
// every row has transaction number 0.
func (tx *Tx) Horizon(ctx context.Context) (int64, error) {
	if tx.db.Engine == SQLite {
		return math.MaxInt64, nil
	}
	var n int64
	err := tx.QueryRow(ctx, "select pg_snapshot_xmin(pg_current_snapshot())::text::bigint").Scan(&n)
	return n, err
}

// After is the condition "committed after the row (transaction t, id)", and the
// order that goes with it, for a table with the columns tx and id. On SQLite
// ids alone tell the order of commits.
func (tx *Tx) After(t, id, horizon int64) (where Cond, order string) {
	if tx.db.Engine == SQLite {
		return Where("id > ?", id), "id"
	}
	return Where("(tx, id) > (?, ?) and tx < ?", t, id, horizon), "tx, id"
}

// LockKeys makes every other transaction that locks one of keys wait until
// this one ends. keys must be sorted, so that two never wait for each other.
func (tx *Tx) LockKeys(ctx context.Context, keys []int64) error {
	if tx.db.Engine == SQLite || len(keys) == 0 {
		return nil
	}
	rows, err := tx.Query(ctx, "select pg_advisory_xact_lock(k) from unnest(?::bigint[]) with ordinality as u (k, n) order by n", keys)
	if err != nil {
		return err
	}
	return rows.Close()
}

// Away says that err means the database cannot be used now: gone, full, or
// unable to write. Nothing of the transaction has happened, or (when it was
// lost during commit) nobody knows; a retry with the same key finds out.
func Away(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) {
		return false
	}
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		switch pe.Code[:2] {
		case "08", "53", "57", "58": // connection, resources, operator, system
			return true
		}
		return pe.Code == "25006" // read-only transaction
	}
	var se *sqlite.Error
	if errors.As(err, &se) {
		switch se.Code() & 0xff {
		case 5, 8, 10, 11, 13, 14, 26: // busy, read-only, I/O, corrupt, full, cannot open, not a database
			return true
		}
		return false
	}
	var ce *pgconn.ConnectError
	return errors.As(err, &ce) || pgconn.Timeout(err) || errors.Is(err, context.DeadlineExceeded) || closed(err)
}
