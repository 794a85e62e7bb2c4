// Package fact keeps everything that happened, in the order it became true.
// A fact is written in the transaction of its effects; counters, charts and
// messages are derived from facts and can be made again.
package fact

import (
	"context"
	"fmt"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/ident"
)

type kind struct{}

func (kind) Prefix() string { return "sc" }

// ID is the id of a fact; that of a scan names its trace.
type ID = ident.ID[kind]

// Kind says what happened. A kind is never renamed.
type Kind string

// The kinds.
const (
	Scan           Kind = "scan"               // a customer opened a code's page
	View           Kind = "page.view"          // the page was visible
	Shown          Kind = "page.qr_shown"      // the QR was visible
	Press          Kind = "page.press"         // the QR was pressed for long
	Back           Kind = "page.back"          // the page was returned to
	Help           Kind = "page.help"          // the customer asked for a person
	HoldExpired    Kind = "hold.expired"       // a held seat was given back
	Forged         Kind = "slug.forged"        // a slug whose signature is wrong
	HalfAdded      Kind = "contact.half_added" // added, the staff member has not confirmed
	Added          Kind = "contact.added"      // a customer and a staff member are friends
	Edited         Kind = "contact.edited"     // remark or tags changed in WeCom
	Lost           Kind = "contact.lost"       // the customer deleted the staff member
	Dropped        Kind = "contact.dropped"    // the staff member deleted the customer
	Tagged         Kind = "contact.tagged"     // we tagged the customer
	Joined         Kind = "group.joined"       // an outsider came into a group
	Left           Kind = "group.left"         // an outsider left a group
	GroupCreated   Kind = "group.created"      // a customer group appeared
	GroupDismissed Kind = "group.dismissed"    // a customer group is gone
	Welcomed       Kind = "welcome.sent"       // WeCom took the welcome message
	WelcomeFailed  Kind = "welcome.failed"     // no welcome message could be sent
)

// Fact is one thing that happened. Ids that do not apply are 0.
type Fact struct {
	ID      ID      `db:"id"` // made by Append when 0
	Kind    Kind    `db:"kind"`
	At      db.Time `db:"at"` // when it happened, which may be before it was learnt
	Code    int64   `db:"code"`
	Channel int64   `db:"channel"`
	Target  int64   `db:"target"` // group or staff
	Visitor int64   `db:"visitor"`
	Contact int64   `db:"contact"`
	Staff   int64   `db:"staff"`
	Scan    ID      `db:"scan"` // the scan this follows from
	Data    string  `db:"data"` // a JSON object, or empty
}

const columns = "id, kind, at, code, channel, target, visitor, contact, staff, scan, data"

// Append writes facts in tx and fills in their ids.
func Append(ctx context.Context, tx *db.Tx, facts ...Fact) error {
	if err := tx.Together(ctx, Rows(tx, facts)); err != nil {
		return fmt.Errorf("cannot write %d facts: %w", len(facts), err)
	}
	return nil
}

// Rows is what Append writes.
func Rows(tx *db.Tx, facts []Fact) db.Rows {
	args := make([]any, 0, len(facts)*11)
	for i := range facts {
		f := &facts[i]
		if f.ID == 0 {
			f.ID = ident.New[kind](tx.IDs())
		}
		args = append(args, int64(f.ID), string(f.Kind), f.At.UnixMicro(), f.Code, f.Channel,
			f.Target, f.Visitor, f.Contact, f.Staff, int64(f.Scan), f.Data)
	}
	return db.Rows{Head: "insert into fact (" + columns + ")", Cols: 11, Args: args}
}

// NewID makes the id of a fact that is about to be appended in tx.
func NewID(tx *db.Tx) ID { return ident.New[kind](tx.IDs()) }

// Next returns up to limit facts after consumer's cursor and moves the cursor
// behind them, in tx: the consumer's own writes and its place commit together.
// A fact is never skipped, however late its transaction commits.
func Next(ctx context.Context, tx *db.Tx, consumer string, limit int) ([]Fact, error) {
	var at struct{ tx, id int64 }
	q := "select tx, id from fact_cursor where consumer = ?" + tx.ForUpdate()
	switch err := tx.QueryRow(ctx, q, consumer).Scan(&at.tx, &at.id); {
	case db.NoRows(err):
		_, err := tx.Exec(ctx, "insert into fact_cursor (consumer, tx, id) values (?, 0, 0)"+
			" on conflict do nothing", consumer)
		if err != nil {
			return nil, fmt.Errorf("cannot start consumer %s: %w", consumer, err)
		}
		if err := tx.QueryRow(ctx, q, consumer).Scan(&at.tx, &at.id); err != nil {
			return nil, fmt.Errorf("cannot read consumer %s: %w", consumer, err)
		}
	case err != nil:
		return nil, fmt.Errorf("cannot read consumer %s: %w", consumer, err)
	}
	horizon, err := tx.Horizon(ctx)
	if err != nil {
		return nil, fmt.Errorf("cannot read the horizon: %w", err)
	}
	where, order := tx.After(at.tx, at.id, horizon)
	rows, err := db.Select[row](ctx, tx, "select tx, "+columns+" from fact where "+where.SQL+
		" order by "+order+" limit ?", append(where.Args, limit)...)
	if err != nil {
		return nil, fmt.Errorf("cannot read facts: %w", err)
	}
	if len(rows) == 0 {
		return nil, nil
	}
	facts := make([]Fact, len(rows))
	for i, r := range rows {
		facts[i] = r.fact()
	}
	last := rows[len(rows)-1]
	_, err = tx.Exec(ctx, "update fact_cursor set tx = ?, id = ? where consumer = ?",
		last.Tx, int64(last.ID), consumer)
	if err != nil {
		return nil, fmt.Errorf("cannot move consumer %s: %w", consumer, err)
	}
	return facts, nil
}

// row is a Fact with its transaction number. The fields repeat because a
// reader maps columns to fields one to one.
type row struct {
	Tx      int64   `db:"tx"`
	ID      ID      `db:"id"`
	Kind    Kind    `db:"kind"`
	At      db.Time `db:"at"`
	Code    int64   `db:"code"`
	Channel int64   `db:"channel"`
	Target  int64   `db:"target"`
	Visitor int64   `db:"visitor"`
	Contact int64   `db:"contact"`
	Staff   int64   `db:"staff"`
	Scan    ID      `db:"scan"`
	Data    string  `db:"data"`
}

func (r row) fact() Fact {
	return Fact{r.ID, r.Kind, r.At, r.Code, r.Channel, r.Target, r.Visitor, r.Contact, r.Staff, r.Scan, r.Data}
}

// Of returns the facts that cond selects, in order of id ascending.
func Of(ctx context.Context, tx *db.Tx, cond db.Cond, limit int) ([]Fact, error) {
	return db.Select[Fact](ctx, tx, "select "+columns+" from fact where "+cond.SQL+" order by id limit ?",
		append(cond.Args, limit)...)
}
