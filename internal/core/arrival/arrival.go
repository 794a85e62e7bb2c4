// Package arrival follows people as they come and go: friendships that begin
// and end, groups joined and left, and which code and scan they came from.
//
// Callbacks come late, twice, out of order or not at all. So a step never
// believes an event alone: it reads WeCom again, adds what the event knows and
// WeCom does not (when, and who ended it), and writes each fact once, under the
// second it happened. Any order of the same events ends in the same state.
package arrival

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/core/carrier"
	"github.com/tuma-live/tuma/internal/core/contact"
	"github.com/tuma-live/tuma/internal/core/fact"
	"github.com/tuma-live/tuma/internal/core/mirror"
	"github.com/tuma-live/tuma/internal/core/seat"
	"github.com/tuma-live/tuma/internal/core/staff"
	"github.com/tuma-live/tuma/internal/core/tag"
)

// Service follows arrivals.
type Service struct {
	DB       *db.DB
	Clock    clock.Clock
	Connect  mirror.Connect
	Contacts contact.Store
	Staff    *staff.Service
	Tags     *tag.Service
}

// errMoved says that somebody else has written since we asked WeCom.
var errMoved = errors.New("what WeCom said has been overtaken")

// maxTries is how often a read that was overtaken is repeated at once.
const maxTries = 5

// source is where an arrival came from, as far as its state tells.
type source struct {
	carrier carrier.Carrier // empty: not one of ours
	channel int64
}

// sourceOf looks up the state WeCom gives back.
func sourceOf(ctx context.Context, tx *db.Tx, state string) (source, error) {
	c, err := carrier.ByToken(ctx, tx, state)
	switch {
	case errors.Is(err, carrier.ErrNotFound):
		return source{}, nil
	case err != nil:
		return source{}, err
	}
	s := source{carrier: c}
	s.channel, err = channelOf(ctx, tx, c.Code)
	return s, err
}

func channelOf(ctx context.Context, tx *db.Tx, code int64) (channel int64, err error) {
	err = tx.QueryRow(ctx, "select channel from live_code where id = ?", code).Scan(&channel)
	if err != nil && !db.NoRows(err) {
		return 0, fmt.Errorf("cannot read the channel of a code: %w", err)
	}
	return channel, nil
}

// use takes the seat that was held for an arrival. Where no seats are kept
// nobody could hold one.
func use(ctx context.Context, tx *db.Tx, a seat.Arrival) (seat.Match, error) {
	m, err := seat.Use(ctx, tx, a)
	if errors.Is(err, seat.ErrUnknown) {
		return seat.Match{}, nil
	}
	return m, err
}

// known says whether a fact of this kind is written already for the contact and
// the target (a staff member or a group), at that time or as good as.
func known(ctx context.Context, tx *db.Tx, k fact.Kind, c contact.ID, target int64, at time.Time,
	slack time.Duration) (bool, error) {
	var n int64
	err := tx.QueryRow(ctx, `
		select count(*) from fact
		where contact = ? and kind = ? and target = ? and at between ? and ?`,
		c, string(k), target, at.Add(-slack).UnixMicro(), at.Add(slack).UnixMicro()).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("cannot look for a fact: %w", err)
	}
	return n > 0, nil
}

// detail is the data of our facts.
type detail struct {
	Tier     string `json:"tier,omitempty"`     // of the code
	Match    string `json:"match,omitempty"`    // of the scan
	AddWay   int64  `json:"way,omitempty"`      // of an add
	Again    bool   `json:"again,omitempty"`    // they were friends before
	Scene    int64  `json:"scene,omitempty"`    // of a join: 1 invited, 2 link, 3 QR code
	Quit     string `json:"quit,omitempty"`     // left, removed or unknown
	By       string `json:"by,omitempty"`       // of a loss
	Transfer bool   `json:"transfer,omitempty"` // handed over to a colleague
	Found    bool   `json:"found,omitempty"`    // by reconciliation, not by a callback
	Tags     int    `json:"tags,omitempty"`
}

func (d detail) text() string {
	b, _ := json.Marshal(d) // strings, numbers and booleans only
	return string(b)
}

// live tells the screens that show people that something is new.
func live(ctx context.Context, tx *db.Tx) error { return tx.Notify(ctx, "live", "contacts") }
