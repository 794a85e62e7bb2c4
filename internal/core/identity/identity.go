// Package identity says which browser (visitor) is which person, and how sure
// we are of it.
package identity

import (
	"context"
	"fmt"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/core/contact"
	"github.com/tuma-live/tuma/internal/core/fact"
)

// Link is a visitor who is a contact.
type Link struct {
	Visitor int64      `db:"visitor"`
	Contact contact.ID `db:"contact"`
	Tier    string     `db:"tier"`
	Scan    fact.ID    `db:"scan"` // that told it
	At      db.Time    `db:"at"`
}

// rank orders the tiers, surest last.
var rank = map[string]int{
	contact.TierCode: 1, contact.TierInferred: 2, contact.TierDeclared: 3, contact.TierScan: 4,
}

// Join notes that a visitor is a contact. A surer tier replaces a less sure one,
// never the other way round.
func Join(ctx context.Context, tx *db.Tx, l Link) error {
	if l.Visitor == 0 || l.Contact == 0 {
		return nil
	}
	old, err := db.Get[Link](ctx, tx, "select "+db.Cols[Link]()+
		" from visitor_contact where visitor = ? and contact = ?", l.Visitor, l.Contact)
	if err != nil && !db.NoRows(err) {
		return fmt.Errorf("cannot read who a visitor is: %w", err)
	}
	if err == nil && rank[old.Tier] >= rank[l.Tier] {
		return nil
	}
	err = db.Insert(ctx, tx, "visitor_contact", `on conflict (visitor, contact) do update
		set tier = excluded.tier, scan = excluded.scan, at = excluded.at`, l)
	if err != nil {
		return fmt.Errorf("cannot note who a visitor is: %w", err)
	}
	return nil
}

// Of reads who a visitor may be, the surest and newest first.
func Of(ctx context.Context, tx *db.Tx, visitor int64) ([]Link, error) {
	return links(ctx, tx, db.Where("visitor = ?", visitor))
}

// Visitors reads the browsers of a contact, the newest first.
func Visitors(ctx context.Context, tx *db.Tx, c contact.ID) ([]Link, error) {
	return links(ctx, tx, db.Where("contact = ?", c))
}

func links(ctx context.Context, tx *db.Tx, cond db.Cond) ([]Link, error) {
	ls, err := db.Select[Link](ctx, tx, "select "+db.Cols[Link]()+" from visitor_contact where "+
		cond.SQL+" order by at desc limit 100", cond.Args...)
	if err != nil {
		return nil, fmt.Errorf("cannot read who visitors are: %w", err)
	}
	return ls, nil
}
