package db

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
	"sync"

	"github.com/tuma-live/tuma/internal/base/ident"
)

type querier interface {
	ExecContext(context.Context, string, ...any) (sql.Result, error)
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
}

// Tx runs statements: inside a transaction (InTx), or each for itself (Read).
type Tx struct {
	db    *DB
	q     querier
	after []func()
}

// Engine tells which engine tx runs on.
func (tx *Tx) Engine() Engine { return tx.db.Engine }

// IDs makes the ids of new rows. An id made inside a transaction on SQLite is
// greater than every id committed before it.
func (tx *Tx) IDs() *ident.Source { return tx.db.IDs }

// OnCommit runs f after the transaction is durable. f must not fail or wait.
func (tx *Tx) OnCommit(f func()) { tx.after = append(tx.after, f) }

// Exec runs a statement and returns how many rows it changed.
func (tx *Tx) Exec(ctx context.Context, q string, args ...any) (int64, error) {
	q, args = tx.bind(q, args)
	res, err := tx.q.ExecContext(ctx, q, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// Query runs a query. Close the rows before the next statement of a transaction.
func (tx *Tx) Query(ctx context.Context, q string, args ...any) (*sql.Rows, error) {
	q, args = tx.bind(q, args)
	return tx.q.QueryContext(ctx, q, args...)
}

// Row is the answer of QueryRow.
type Row struct {
	rows *sql.Rows
	err  error
}

// QueryRow runs a query for one row.
func (tx *Tx) QueryRow(ctx context.Context, q string, args ...any) Row {
	rows, err := tx.Query(ctx, q, args...)
	return Row{rows, err}
}

// Scan reads the row. NoRows says whether the error means that there was none.
func (r Row) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	defer r.rows.Close()
	if !r.rows.Next() {
		if err := r.rows.Err(); err != nil {
			return err
		}
		return sql.ErrNoRows
	}
	if err := r.rows.Scan(dest...); err != nil {
		return err
	}
	return r.rows.Close()
}

// List is a list of values for "x in (?)". It is padded to a power of two with
// its last value, so few statements are ever prepared; an empty one matches nothing.
type List []any

// In makes a List of any slice.
func In[T any](xs []T) List {
	l := make(List, len(xs))
	for i := range xs {
		l[i] = xs[i]
	}
	return l
}

func (l List) padded() List {
	if len(l) == 0 {
		return List{nil}
	}
	n := 1
	for n < len(l) {
		n *= 2
	}
	for len(l) < n {
		l = append(l, l[len(l)-1])
	}
	return l
}

// bind spreads Lists and writes "?" the way the engine wants it.
func (tx *Tx) bind(q string, args []any) (string, []any) {
	spread := false
	for _, a := range args {
		if _, ok := a.(List); ok {
			spread = true
			break
		}
	}
	if !spread {
		if tx.db.Engine == SQLite {
			return q, args
		}
		return rebind(q), args
	}
	flat := make([]any, 0, len(args)+16)
	var b strings.Builder
	rest := q
	for _, a := range args {
		head, tail, _ := strings.Cut(rest, "?")
		b.WriteString(head)
		rest = tail
		l, ok := a.(List)
		if !ok {
			b.WriteByte('?')
			flat = append(flat, a)
			continue
		}
		l = l.padded()
		b.WriteString(strings.TrimSuffix(strings.Repeat("?,", len(l)), ","))
		flat = append(flat, l...)
	}
	b.WriteString(rest)
	if tx.db.Engine == SQLite {
		return b.String(), flat
	}
	return rebind(b.String()), flat
}

var rebound sync.Map // query with ? → query with $n

// rebind writes "?" as "$1", "$2" …. Our statements keep "?" out of literals.
func rebind(q string) string {
	if s, ok := rebound.Load(q); ok {
		return s.(string)
	}
	var b strings.Builder
	n := 0
	for i := range len(q) {
		if q[i] != '?' {
			b.WriteByte(q[i])
			continue
		}
		n++
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(n))
	}
	rebound.Store(q, b.String())
	return b.String()
}
