package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
)

// Filter chooses rows. Empty fields choose all.
type Filter struct {
	Object, ObjectID string
	Actor            string
	Text             string // part of an action, an actor's name or an object's id
	From, To         time.Time
}

func (f Filter) cond() db.Cond {
	var cs []db.Cond
	equal := func(column, value string) {
		if value != "" {
			cs = append(cs, db.Where(column+" = ?", value))
		}
	}
	equal("object", f.Object)
	equal("object_id", f.ObjectID)
	equal("actor", f.Actor)
	if f.Text != "" {
		like := "%" + f.Text + "%"
		cs = append(cs, db.Where("action like ? or actor_name like ? or object_id like ?", like,
			like, like))
	}
	if !f.From.IsZero() {
		cs = append(cs, db.Where("at >= ?", db.At(f.From)))
	}
	if !f.To.IsZero() {
		cs = append(cs, db.Where("at < ?", db.At(f.To)))
	}
	return db.And(cs...)
}

// List returns up to limit rows before seq (0: from the newest), newest first.
func List(ctx context.Context, tx *db.Tx, f Filter, before int64, limit int) ([]Row, error) {
	c := f.cond()
	if before > 0 {
		c = db.And(c, db.Where("seq < ?", before))
	}
	rows, err := db.Select[Row](ctx, tx, "select "+db.Cols[Row]()+" from audit where "+c.SQL+
		" order by seq desc limit ?", append(c.Args, limit)...)
	if err != nil {
		return nil, fmt.Errorf("cannot read the audit log: %w", err)
	}
	return rows, nil
}

// Count returns how many rows f chooses.
func Count(ctx context.Context, tx *db.Tx, f Filter) (n int64, err error) {
	c := f.cond()
	err = tx.QueryRow(ctx, "select count(*) from audit where "+c.SQL, c.Args...).Scan(&n)
	return n, err
}

// Report says whether the log is whole.
type Report struct {
	Rows     int64
	BrokenAt int64 // the first row that does not fit, 0 when all do
}

// OK says that no row was changed, put in between or taken away.
func (r Report) OK() bool { return r.BrokenAt == 0 }

// Verify computes the whole chain again.
func Verify(ctx context.Context, d *db.DB) (rep Report, err error) {
	tx := d.Read()
	end, err := readHead(ctx, tx) // first: rows written meanwhile are no fault
	if err != nil {
		return rep, err
	}
	var prev []byte
	for {
		rows, err := db.Select[Row](ctx, tx, "select "+db.Cols[Row]()+
			" from audit where seq > ? order by seq limit 1000", rep.Rows)
		if err != nil {
			return rep, fmt.Errorf("cannot read the audit log: %w", err)
		}
		for _, r := range rows {
			sum, err := r.sum(prev)
			if err != nil {
				return rep, err
			}
			if r.Seq != rep.Rows+1 || !bytes.Equal(sum, r.Hash) {
				rep.BrokenAt = rep.Rows + 1
				return rep, nil
			}
			if r.Seq == end.Seq && !bytes.Equal(sum, end.Hash) {
				rep.BrokenAt = r.Seq
				return rep, nil
			}
			rep.Rows, prev = r.Seq, sum
		}
		if len(rows) == 0 {
			break
		}
	}
	if rep.Rows < end.Seq {
		rep.BrokenAt = rep.Rows + 1
	}
	return rep, nil
}

func readHead(ctx context.Context, tx *db.Tx) (h head, err error) {
	var text string
	switch err := tx.QueryRow(ctx, "select value from setting where key = ?",
		headKey).Scan(&text); {
	case db.NoRows(err):
		return h, nil
	case err != nil:
		return h, fmt.Errorf("cannot read the end of the audit log: %w", err)
	}
	return h, json.Unmarshal([]byte(text), &h)
}
