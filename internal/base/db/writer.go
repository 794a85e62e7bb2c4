package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
)

// writer is the one SQLite connection that writes. Its transactions are begun
// and ended by statements, so that prepared statements outlive them: preparing
// is what an insert costs most.
type writer struct {
	db    *sql.DB
	turn  chan struct{} // holds one token: whose turn it is to write
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
}

const maxStmts = 512

func newWriter(w *sql.DB) *writer {
	t := make(chan struct{}, 1)
	t <- struct{}{}
	return &writer{db: w, turn: t}
}

// do runs f between begin and commit. Only the wait for the turn and f's own
// statements end with ctx; a commit that has begun is not given up.
func (w *writer) do(ctx context.Context, d *DB, f func(tx *Tx) error) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-w.turn:
	}
	tx := &Tx{db: d, q: w}
	if err := w.transact(ctx, tx, f); err != nil {
		return err
	}
	for _, g := range tx.after {
		g()
	}
	return nil
}

func (w *writer) transact(ctx context.Context, tx *Tx, f func(tx *Tx) error) error {
	defer func() { w.turn <- struct{}{} }() // also when f panics
	whole := context.WithoutCancel(ctx)
	if err := w.begin(ctx); err != nil {
		return fmt.Errorf("cannot begin a transaction: %w", err)
	}
	committed := false
	defer func() {
		if committed {
			return
		}
		if _, rerr := w.ExecContext(whole, "rollback"); rerr != nil {
			w.close() // an unknown state: start again with a fresh connection
		}
	}()
	if err := f(tx); err != nil {
		return err
	}
	if _, err := w.ExecContext(whole, "commit"); err != nil {
		return fmt.Errorf("cannot commit: %w", err)
	}
	committed = true
	return nil
}

func (w *writer) begin(ctx context.Context) error {
	if w.conn == nil {
		conn, err := w.db.Conn(ctx)
		if err != nil {
			return err
		}
		w.conn, w.stmts = conn, map[string]*sql.Stmt{}
	}
	_, err := w.ExecContext(ctx, "begin immediate")
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) {
		w.close()
	}
	return err
}

func (w *writer) close() {
	if w.conn == nil {
		return
	}
	for _, st := range w.stmts {
		st.Close()
	}
	// Bad for good: the pool must not hand a half-done transaction to anyone.
	w.conn.Raw(func(any) error { return driver.ErrBadConn }) //nolint:errcheck // says ErrBadConn
	w.conn.Close()
	w.conn, w.stmts = nil, nil
}

// prepared returns the kept statement of q, or nil once too many are kept.
func (w *writer) prepared(ctx context.Context, q string) (*sql.Stmt, error) {
	if st, ok := w.stmts[q]; ok || len(w.stmts) >= maxStmts {
		return st, nil
	}
	st, err := w.conn.PrepareContext(ctx, q)
	if err == nil {
		w.stmts[q] = st
	}
	return st, err
}

// ExecContext implements querier.
func (w *writer) ExecContext(ctx context.Context, q string, args ...any) (sql.Result, error) {
	switch st, err := w.prepared(ctx, q); {
	case err != nil:
		return nil, err
	case st != nil:
		return st.ExecContext(ctx, args...)
	}
	return w.conn.ExecContext(ctx, q, args...)
}

// QueryContext implements querier.
func (w *writer) QueryContext(ctx context.Context, q string, args ...any) (*sql.Rows, error) {
	switch st, err := w.prepared(ctx, q); {
	case err != nil:
		return nil, err
	case st != nil:
		return st.QueryContext(ctx, args...)
	}
	return w.conn.QueryContext(ctx, q, args...)
}
