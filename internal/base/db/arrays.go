package db

import (
	"context"
	"database/sql/driver"
	"fmt"
	"strconv"
	"strings"
)

// On PostgreSQL many rows travel as one array per column instead of thousands
// of parameters: the statement is parsed once and binds a dozen values. On
// SQLite there is nothing to gain.

// leastArrays is how many rows make arrays worth while.
const leastArrays = 8

// column gathers every cols-th value from c on. A nil array says that the
// values do not fit into one.
func column(args []any, c, cols int) (array any, typ string, err error) {
	var ints []int64
	var texts []string
	var blobs [][]byte
	for i := c; i < len(args); i += cols {
		v := args[i]
		if x, ok := v.(driver.Valuer); ok {
			if v, err = x.Value(); err != nil {
				return nil, "", fmt.Errorf("cannot read a value: %w", err)
			}
		}
		switch x := v.(type) {
		case int64:
			ints = append(ints, x)
		case int:
			ints = append(ints, int64(x))
		case string:
			texts = append(texts, x)
		case []byte:
			if x == nil {
				return nil, "", nil
			}
			blobs = append(blobs, x)
		default:
			return nil, "", nil
		}
	}
	switch n := len(args) / cols; n {
	case len(ints):
		return ints, "bigint[]", nil
	case len(texts):
		return texts, "text[]", nil
	case len(blobs):
		return blobs, "bytea[]", nil
	}
	return nil, "", nil // of several kinds
}

// Rows is one insert of many rows, as Bulk takes it.
type Rows struct {
	Head   string
	Cols   int
	Args   []any
	Suffix string
}

// Together runs several inserts that do not depend on each other. On
// PostgreSQL they are one statement, which saves a round trip for each: under
// load a round trip costs more than the rows.
func (tx *Tx) Together(ctx context.Context, all ...Rows) error {
	if tx.db.Engine == Postgres {
		if done, err := tx.together(ctx, all); done {
			return err
		}
	}
	for _, r := range all {
		if err := tx.Bulk(ctx, r.Head, r.Cols, r.Args, r.Suffix); err != nil {
			return err
		}
	}
	return nil
}

// together writes the inserts as one statement: all but the last as CTEs. It
// reports false, having done nothing, when rows do not fit into arrays.
func (tx *Tx) together(ctx context.Context, all []Rows) (bool, error) {
	var parts []string
	var arrays []any
	for _, r := range all {
		if len(r.Args) == 0 {
			continue
		}
		var types []string
		for c := range r.Cols {
			array, typ, err := column(r.Args, c, r.Cols)
			if err != nil {
				return true, err
			}
			if array == nil {
				return false, nil
			}
			types = append(types, "$"+strconv.Itoa(len(arrays)+1)+"::"+typ)
			arrays = append(arrays, array)
		}
		parts = append(parts, r.Head+" select * from unnest("+strings.Join(types, ", ")+") "+r.Suffix)
	}
	if len(parts) == 0 {
		return true, nil
	}
	var b strings.Builder
	for i, p := range parts[:len(parts)-1] {
		b.WriteString([]string{"with ", ", "}[min(i, 1)] + "w" + strconv.Itoa(i) + " as (" + p + ")\n")
	}
	b.WriteString(parts[len(parts)-1])
	_, err := tx.q.ExecContext(ctx, b.String(), arrays...)
	return true, err
}
