// Package insight reads it all back: facts are counted by hour as they come,
// and every screen's numbers are read from those counts, never from a running
// total somebody has to keep right. The counts can be made again from facts.
package insight

import (
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/core/contact"
)

// Reader answers questions about what happened.
type Reader struct {
	DB       *db.DB
	Clock    clock.Clock
	Zone     *time.Location // of days and hours
	Contacts contact.Store
}

// hourOf numbers the UTC hour of t.
func hourOf(t time.Time) int64 {
	u := t.Unix()
	h := u / 3600
	if u%3600 < 0 {
		h--
	}
	return h
}

// ceilHour numbers the first hour that begins at or after t.
func ceilHour(t time.Time) int64 {
	h := hourOf(t)
	if hourTime(h).Before(t) {
		h++
	}
	return h
}

func hourTime(h int64) time.Time { return time.Unix(h*3600, 0).UTC() }

// Midnight is the beginning of t's local day.
func (r *Reader) Midnight(t time.Time) time.Time {
	y, m, d := t.In(r.Zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, r.Zone)
}
