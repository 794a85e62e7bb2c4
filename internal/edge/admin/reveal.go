package admin

import (
	"context"
	"fmt"
	"strconv"
	"time"
	"unicode"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/fault"
	"github.com/tuma-live/tuma/internal/core/access"
	"github.com/tuma-live/tuma/internal/core/audit"
)

// maxReveals is how many customers one caller may reveal in an hour: enough to
// serve people, too few to copy the list.
const maxReveals = 30

// revealFor is how long a revealed name may stay on a screen.
const revealFor = 15 * time.Minute

func (a *API) revealContact(ctx context.Context, in *revealIn) (*body[Revealed], error) {
	c, err := a.contact(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if visible(in.Body.Reason) < 4 {
		return nil, fault.ErrInvalid.WithField("reason", "field.too_short")
	}
	err = a.DB.InTx(ctx, func(tx *db.Tx) error {
		err := audit.Write(ctx, tx, audit.Entry{At: a.Clock.Now(), Action: "contact.revealed",
			Object:   "contact",
			ObjectID: c.ID.String(), Note: in.Body.Reason})
		if err != nil {
			return err
		}
		return a.fewReveals(ctx, tx)
	})
	return &body[Revealed]{Revealed{c.Name, c.ExternalID, c.UnionID,
		a.Clock.Now().Add(revealFor)}}, err
}

// fewReveals returns access.ErrThrottled when the caller's reveals of the last
// hour, with the one just written, are too many. Audit rows are written one at
// a time, so that reveals at the same time are counted, too.
func (a *API) fewReveals(ctx context.Context, tx *db.Tx) error {
	now := a.Clock.Now()
	var n int64
	var first db.Time
	err := tx.QueryRow(ctx, `
		select count(*), min(at)
		from audit
		where object = 'contact'
		and action = 'contact.revealed'
		and actor = ?
		and at > ?`, access.Who(ctx).Actor("").ID, db.At(now.Add(-time.Hour))).Scan(&n, &first)
	switch {
	case err != nil:
		return fmt.Errorf("cannot count reveals: %w", err)
	case n <= maxReveals:
		return nil
	}
	wait := int64(first.Add(time.Hour).Sub(now)/time.Second) + 1
	return access.ErrThrottled.With("seconds", strconv.FormatInt(wait, 10))
}

// visible counts the characters of s that one can see.
func visible(s string) (n int) {
	for _, r := range s {
		if unicode.IsGraphic(r) && !unicode.IsSpace(r) {
			n++
		}
	}
	return n
}
