package job

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/fault"
	"github.com/tuma-live/tuma/internal/base/ident"
)

// The faults of dead letters.
var (
	ErrNotFound = fault.New(fault.NotFound, "job.not_found")
	ErrTwice    = fault.New(fault.Conflict, "job.already_waiting")
)

// waiting says whether any job of kinds is due. It only reads: an idle SQLite
// database is not written to every second.
func waiting(ctx context.Context, d *db.DB, queue string, kinds db.List, now time.Time) (bool, error) {
	var n int
	err := d.Read().QueryRow(ctx, `
		select 1 from job
		where queue = ? and state = 'ready' and run_at <= ? and kind in (?)
		limit 1`, queue, db.At(now), kinds).Scan(&n)
	if db.NoRows(err) {
		return false, nil
	}
	return err == nil, err
}

// lease takes at most n due jobs for owner, in order.
func lease(ctx context.Context, d *db.DB, queue, owner string, kinds db.List, n int, now, until time.Time) ([]row, error) {
	var jobs []row
	err := d.InTx(ctx, func(tx *db.Tx) (err error) {
		jobs, err = db.Select[row](ctx, tx, `
			with due as materialized (
				select id from job
				where queue = ? and state = 'ready' and run_at <= ? and kind in (?)
				order by priority, run_at, id
				limit ?`+tx.SkipLocked()+`)
			update job set state = 'running', attempt = attempt + 1, owner = ?, lease_until = ?
			where id in (select id from due)
			returning `+db.Cols[row](), queue, db.At(now), kinds, n, owner, db.At(until))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("cannot lease jobs: %w", err)
	}
	slices.SortFunc(jobs, func(a, b row) int {
		if a.Priority != b.Priority {
			return a.Priority - b.Priority
		}
		if c := a.RunAt.Compare(b.RunAt.Time); c != 0 {
			return c
		}
		return int(a.ID - b.ID)
	})
	return jobs, nil
}

// verdict is what became of one attempt.
type verdict struct {
	job   row
	state string // done, dead, or ready to be tried again
	runAt time.Time
	at    time.Time
	err   string
	undo  bool // the attempt does not count: the runner was stopped
}

// settle writes verdicts. The owner and attempt are the fence: a runner whose
// lease went to another changes nothing. It returns how many were written.
func settle(ctx context.Context, d *db.DB, vs []verdict) (int64, error) {
	var n int64
	err := d.InTx(ctx, func(tx *db.Tx) error {
		n = 0
		for _, v := range vs {
			attempt, finished := v.job.Attempt, db.Time{}
			if v.undo {
				attempt--
			}
			if v.state != ready {
				finished = db.At(v.at)
			}
			k, err := tx.Exec(ctx, `
				update job set state = ?, attempt = ?, run_at = ?, owner = '', last_error = ?, finished_at = ?
				where id = ? and owner = ? and attempt = ? and state = 'running'`,
				v.state, attempt, db.At(v.runAt), v.err, finished, v.job.ID, v.job.Owner, v.job.Attempt)
			if err != nil {
				return fmt.Errorf("cannot settle job %s: %w", v.job.ID, err)
			}
			n += k
		}
		return nil
	})
	return n, err
}

// extend prolongs the leases of ids and returns those that owner still has.
func extend(ctx context.Context, d *db.DB, owner string, ids []ID, until time.Time) ([]ID, error) {
	var kept []ID
	err := d.InTx(ctx, func(tx *db.Tx) (err error) {
		kept, err = db.Select[ID](ctx, tx, `
			update job set lease_until = ?
			where id in (?) and owner = ? and state = 'running'
			returning id`, db.At(until), db.In(ids), owner)
		return err
	})
	return kept, err
}

// reap frees, at now, the jobs whose lease ended before then. One that has used
// all its attempts is dead: it may be what kills its runners.
func reap(ctx context.Context, d *db.DB, now, then time.Time) (int64, error) {
	const expired = "state = 'running' and lease_until < ?"
	var n int64
	switch err := d.Read().QueryRow(ctx, "select 1 from job where "+expired+" limit 1", db.At(then)).Scan(&n); {
	case db.NoRows(err):
		return 0, nil
	case err != nil:
		return 0, fmt.Errorf("cannot look for lost jobs: %w", err)
	}
	err := d.InTx(ctx, func(tx *db.Tx) (err error) {
		n, err = tx.Exec(ctx, `
			update job set
				state = case when attempt >= max_attempts then 'dead' else 'ready' end,
				finished_at = case when attempt >= max_attempts then cast(? as bigint) else 0 end,
				run_at = ?, owner = '', last_error = 'lease expired'
			where `+expired, db.At(now), db.At(now), db.At(then))
		return err
	})
	return n, err
}

// Letter is a job that was given up.
type Letter struct {
	ID         ID      `db:"id"`
	Queue      string  `db:"queue"`
	Kind       string  `db:"kind"`
	Args       string  `db:"args"`
	Attempt    int     `db:"attempt"`
	LastError  string  `db:"last_error"`
	CreatedAt  db.Time `db:"created_at"`
	FinishedAt db.Time `db:"finished_at"`
}

// Dead lists the jobs that were given up, newest first, older than before
// (0: from the newest).
func Dead(ctx context.Context, tx *db.Tx, before ID, limit int) ([]Letter, error) {
	where := db.Where("state = 'dead'")
	if before != 0 {
		where = db.And(where, db.Where("id < ?", before))
	}
	return db.Select[Letter](ctx, tx, "select "+db.Cols[Letter]()+" from job where "+where.SQL+
		" order by id desc limit ?", append(where.Args, limit)...)
}

// Retry gives a dead job all its attempts again. It returns ErrNotFound, or
// ErrTwice when the same work is waiting already.
func Retry(ctx context.Context, tx *db.Tx, id ID) error {
	var queue string
	err := tx.QueryRow(ctx, `
		update job set state = 'ready', attempt = 0, run_at = 0, finished_at = 0
		where id = ? and state = 'dead'
		returning queue`, id).Scan(&queue)
	switch {
	case db.NoRows(err):
		return ErrNotFound.With("id", id.String())
	case db.Unique(err):
		return ErrTwice.With("id", id.String())
	case err != nil:
		return fmt.Errorf("cannot retry job %s: %w", id, err)
	}
	return tx.Notify(ctx, topic, queue)
}

// Delete removes a dead job, or returns ErrNotFound.
func Delete(ctx context.Context, tx *db.Tx, id ID) error {
	n, err := tx.Exec(ctx, "delete from job where id = ? and state = 'dead'", id)
	if err != nil {
		return fmt.Errorf("cannot delete job %s: %w", id, err)
	}
	if n == 0 {
		return ErrNotFound.With("id", id.String())
	}
	return nil
}

// Depth is how many jobs of a queue are in a state, and since when.
type Depth struct {
	Queue  string  `db:"queue"`
	State  string  `db:"state"`
	Jobs   int64   `db:"jobs"`
	Oldest db.Time `db:"oldest"`
}

// Depths counts the jobs that wait, run or were given up.
func Depths(ctx context.Context, tx *db.Tx) ([]Depth, error) {
	return db.Select[Depth](ctx, tx, `
		select queue, state, count(*) as jobs, min(created_at) as oldest from job
		where state in ('ready', 'running', 'dead')
		group by queue, state order by queue, state`)
}

// Orphans lists the kinds of waiting jobs that no handler of reg does.
func Orphans(ctx context.Context, tx *db.Tx, reg *Registry) ([]string, error) {
	kinds, err := db.Select[string](ctx, tx, "select distinct kind from job where state = 'ready' order by kind")
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(kinds, func(k string) bool { return reg.handlers[k] != nil }), nil
}

// Clean deletes jobs done before then, and slots that have a later one.
func Clean(ctx context.Context, d *db.DB, then time.Time) error {
	const chunk = 2000
	for {
		var n int64
		err := d.InTx(ctx, func(tx *db.Tx) (err error) {
			n, err = tx.Exec(ctx, `delete from job where id in (
				select id from job where state = 'done' and finished_at < ? limit ?)`, db.At(then), chunk)
			return err
		})
		if err != nil {
			return fmt.Errorf("cannot clean the jobs: %w", err)
		}
		if n < chunk {
			break
		}
	}
	return d.InTx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `delete from job_slot
			where slot < (select max(later.slot) from job_slot later where later.name = job_slot.name)`)
		return err
	})
}

// newOwner names one runner, so that a restarted node is not taken for the old one.
func newOwner(node string) string { return node + "/" + ident.Token(8) }
