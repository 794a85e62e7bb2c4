// Package db is the thin layer over database/sql that lets one SQL text run on
// SQLite and PostgreSQL: bound parameters only, written with "?", instants as
// BIGINT microseconds. Where the engines differ the difference has a name here.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite" // registers the driver "sqlite"

	"github.com/tuma-live/tuma/internal/base/ident"
)

// Engine is the kind of database behind a DB.
type Engine int

// The engines.
const (
	SQLite Engine = iota
	Postgres
)

func (e Engine) String() string { return [...]string{"sqlite", "postgres"}[e] }

// readers is how many SQLite connections read beside the one that writes.
const readers = 4

// DB is an open database. It is safe for concurrent use.
type DB struct {
	Engine Engine
	// IDs makes the ids of new rows. It is set once, before the first write.
	IDs *ident.Source

	w, r   *sql.DB
	writer *writer // SQLite only
	pool   *pgxpool.Pool
	bus    bus
	stop   context.CancelFunc
	done   sync.WaitGroup
}

// Open opens the database at url: "postgres://…", or the path of an SQLite file.
func Open(ctx context.Context, url string) (*DB, error) {
	if strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://") {
		return openPostgres(ctx, url)
	}
	return openSQLite(ctx, strings.TrimPrefix(url, "sqlite:"))
}

// openSQLite opens one connection that writes and a few that read. The writer
// takes its lock when a transaction begins, so two never deadlock.
func openSQLite(ctx context.Context, path string) (*DB, error) {
	pragmas := "_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)" +
		"&_pragma=foreign_keys(1)&_pragma=cache_size(-20000)&_pragma=wal_autocheckpoint(4000)&_pragma=temp_store(MEMORY)"
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + pragmas
	w, err := sql.Open("sqlite", dsn+"&_txlock=immediate")
	if err != nil {
		return nil, fmt.Errorf("cannot open %s: %w", path, err)
	}
	w.SetMaxOpenConns(2) // the writer's, and one for migrations
	r, err := sql.Open("sqlite", dsn+"&_pragma=query_only(1)")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("cannot open %s: %w", path, err), w.Close())
	}
	r.SetMaxOpenConns(readers)
	r.SetMaxIdleConns(readers)
	d := &DB{Engine: SQLite, w: w, r: r, writer: newWriter(w), stop: func() {}}
	if err := w.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("cannot open %s: %w", path, err), d.Close())
	}
	return d, nil
}

func openPostgres(ctx context.Context, url string) (*DB, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("cannot read the database address: %w", err)
	}
	if !strings.Contains(url, "pool_max_conns") {
		cfg.MaxConns = 16
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("cannot open the database: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("cannot reach the database: %w", err)
	}
	s := stdlib.OpenDBFromPool(pool)
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	d := &DB{Engine: Postgres, w: s, r: s, pool: pool, stop: stop}
	d.done.Go(func() { d.listen(ctx) })
	return d, nil
}

// Close ends every connection.
func (d *DB) Close() error {
	d.stop()
	d.done.Wait()
	if d.writer != nil {
		d.writer.close()
	}
	err := d.w.Close()
	if d.r != d.w {
		err = errors.Join(d.r.Close(), err)
	}
	if d.pool != nil {
		d.pool.Close()
	}
	return err
}

// SQL returns the pool that writes, for migrations.
func (d *DB) SQL() *sql.DB { return d.w }

// Read returns a Tx that reads outside any transaction: each statement sees
// what is committed when it starts.
func (d *DB) Read() *Tx { return &Tx{db: d, q: d.r} }

// InTx runs f in a transaction and commits it when f returns nil. f may run
// again when PostgreSQL asks for a retry, so it must have no effect outside.
func (d *DB) InTx(ctx context.Context, f func(tx *Tx) error) error {
	for try := 0; ; try++ {
		err := d.once(ctx, f)
		if !retryable(err) || try == 5 {
			return err
		}
		time.Sleep(time.Duration(try+1) * 2 * time.Millisecond)
	}
}

func (d *DB) once(ctx context.Context, f func(tx *Tx) error) error {
	if d.writer != nil {
		return d.writer.do(ctx, d, f)
	}
	stx, err := d.w.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("cannot begin a transaction: %w", err)
	}
	defer stx.Rollback() //nolint:errcheck // after Commit it says ErrTxDone
	tx := &Tx{db: d, q: stx}
	if err := f(tx); err != nil {
		return err
	}
	if err := stx.Commit(); err != nil {
		return fmt.Errorf("cannot commit: %w", err)
	}
	for _, g := range tx.after {
		g()
	}
	return nil
}

// Ping returns an error when the database does not answer.
func (d *DB) Ping(ctx context.Context) error { return d.r.PingContext(ctx) }
