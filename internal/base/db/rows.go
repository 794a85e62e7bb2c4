package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
)

// Time is an instant as the database keeps it: microseconds since 1970, UTC.
// The zero Time is stored as 0 and means "never".
type Time struct{ time.Time }

// At wraps t, cut to the microsecond.
func At(t time.Time) Time {
	if t.IsZero() {
		return Time{}
	}
	return Time{t.UTC().Truncate(time.Microsecond)}
}

// Value implements driver.Valuer.
func (t Time) Value() (driver.Value, error) {
	if t.IsZero() {
		return int64(0), nil
	}
	return t.UnixMicro(), nil
}

// Scan implements sql.Scanner.
func (t *Time) Scan(v any) error {
	n, ok := v.(int64)
	if !ok {
		return fmt.Errorf("cannot read an instant from %T", v)
	}
	if n == 0 {
		t.Time = time.Time{}
		return nil
	}
	t.Time = time.UnixMicro(n).UTC()
	return nil
}

// JSON keeps any value as a JSON text.
type JSON[T any] struct{ V T }

// Value implements driver.Valuer.
func (j JSON[T]) Value() (driver.Value, error) {
	b, err := json.Marshal(j.V)
	return string(b), err
}

// Scan implements sql.Scanner. Empty text is the zero value.
func (j *JSON[T]) Scan(v any) error {
	var b []byte
	switch x := v.(type) {
	case string:
		b = []byte(x)
	case []byte:
		b = x
	case nil:
	default:
		return fmt.Errorf("cannot read JSON from %T", v)
	}
	if len(b) == 0 {
		return nil
	}
	return json.Unmarshal(b, &j.V)
}

type shape struct {
	field map[string]int
	cols  []string
}

var shapes sync.Map // reflect.Type → *shape

// shapeOf reads the columns of a struct from its `db:"name"` tags.
func shapeOf(t reflect.Type) *shape {
	if s, ok := shapes.Load(t); ok {
		return s.(*shape)
	}
	s := &shape{field: map[string]int{}}
	for i := range t.NumField() {
		if n := t.Field(i).Tag.Get("db"); n != "" {
			s.field[n] = i
			s.cols = append(s.cols, n)
		}
	}
	shapes.Store(t, s)
	return s
}

// Cols lists the columns of T for a select: "id, name, …".
func Cols[T any]() string { return strings.Join(shapeOf(reflect.TypeFor[T]()).cols, ", ") }

// Select runs a query and reads every row into a T: a struct with db tags, or
// a single value.
func Select[T any](ctx context.Context, tx *Tx, q string, args ...any) ([]T, error) {
	rows, err := tx.Query(ctx, q, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	read, err := reader[T](rows)
	if err != nil {
		return nil, err
	}
	var out []T
	for rows.Next() {
		v, err := read()
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

func reader[T any](rows *sql.Rows) (func() (T, error), error) {
	t := reflect.TypeFor[T]()
	if t.Kind() != reflect.Struct || reflect.PointerTo(t).Implements(reflect.TypeFor[sql.Scanner]()) {
		return func() (v T, err error) { return v, rows.Scan(&v) }, nil
	}
	cols, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	s := shapeOf(t)
	index := make([]int, len(cols))
	for i, c := range cols {
		f, ok := s.field[c]
		if !ok {
			return nil, fmt.Errorf("column %q has no field in %v", c, t)
		}
		index[i] = f
	}
	ptrs := make([]any, len(cols))
	return func() (v T, err error) {
		rv := reflect.ValueOf(&v).Elem()
		for i, f := range index {
			ptrs[i] = rv.Field(f).Addr().Interface()
		}
		return v, rows.Scan(ptrs...)
	}, nil
}

// Get reads one row into a T. NoRows(err) says that there was none.
func Get[T any](ctx context.Context, tx *Tx, q string, args ...any) (T, error) {
	xs, err := Select[T](ctx, tx, q, args...)
	var zero T
	switch {
	case err != nil:
		return zero, err
	case len(xs) == 0:
		return zero, sql.ErrNoRows
	}
	return xs[0], nil
}

// Insert writes rows, structs with db tags, into table. suffix follows the
// values, for example "on conflict do nothing".
func Insert[T any](ctx context.Context, tx *Tx, table, suffix string, rows ...T) error {
	s := shapeOf(reflect.TypeFor[T]())
	args := make([]any, 0, len(rows)*len(s.cols))
	for i := range rows {
		rv := reflect.ValueOf(&rows[i]).Elem()
		for _, c := range s.cols {
			args = append(args, rv.Field(s.field[c]).Interface())
		}
	}
	return tx.Bulk(ctx, "insert into "+table+" ("+strings.Join(s.cols, ", ")+")", len(s.cols), args, suffix)
}

// Bulk runs an insert of any number of rows of cols values each. Rows go in
// chunks whose sizes are powers of two, so few statements are ever prepared.
func (tx *Tx) Bulk(ctx context.Context, head string, cols int, args []any, suffix string) error {
	if tx.db.Engine == Postgres && len(args) >= leastArrays*cols {
		if done, err := tx.together(ctx, []Rows{{head, cols, args, suffix}}); done {
			return err
		}
	}
	for n := 64; len(args) > 0; {
		for n*cols > len(args) {
			n /= 2
		}
		if _, err := tx.Exec(ctx, bulkText(head, cols, n, suffix), args[:n*cols]...); err != nil {
			return err
		}
		args = args[n*cols:]
	}
	return nil
}

type bulkKey struct {
	head    string
	cols, n int
	suffix  string
}

var bulkTexts sync.Map // bulkKey → string

func bulkText(head string, cols, n int, suffix string) string {
	k := bulkKey{head, cols, n, suffix}
	if s, ok := bulkTexts.Load(k); ok {
		return s.(string)
	}
	one := "(" + strings.Repeat("?, ", cols-1) + "?)"
	s := head + " values " + strings.Repeat(one+", ", n-1) + one + " " + suffix
	bulkTexts.Store(k, s)
	return s
}

// Cond is a piece of a where clause with its arguments.
type Cond struct {
	SQL  string
	Args []any
}

// Where makes a Cond.
func Where(sql string, args ...any) Cond { return Cond{sql, args} }

// And joins conditions. With none it is always true.
func And(cs ...Cond) Cond {
	if len(cs) == 0 {
		return Cond{SQL: "1 = 1"}
	}
	var out Cond
	for i, c := range cs {
		if i > 0 {
			out.SQL += " and "
		}
		out.SQL += "(" + c.SQL + ")"
		out.Args = append(out.Args, c.Args...)
	}
	return out
}

// NoRows says that err means "there is no such row".
func NoRows(err error) bool { return errors.Is(err, sql.ErrNoRows) }

// Unique says that err is the violation of a unique constraint.
func Unique(err error) bool {
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		return pe.Code == "23505"
	}
	var se *sqlite.Error
	const constraintUnique, constraintPrimaryKey = 2067, 1555
	return errors.As(err, &se) && (se.Code() == constraintUnique || se.Code() == constraintPrimaryKey)
}

func retryable(err error) bool {
	var pe *pgconn.PgError
	const serialization, deadlock = "40001", "40P01"
	return errors.As(err, &pe) && (pe.Code == serialization || pe.Code == deadlock)
}
