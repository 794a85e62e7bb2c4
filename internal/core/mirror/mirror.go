// Package mirror holds what the mirrors of WeCom have in common: how they
// reach it, how far a synchronisation has come, and when to ask again.
package mirror

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/fault"
	"github.com/tuma-live/tuma/internal/base/job"
	"github.com/tuma-live/tuma/internal/wecom"
)

// Connect returns the client of the connected corp, or ErrNotConnected. The
// connection can change while we run, so nobody keeps the client.
type Connect func(ctx context.Context) (*wecom.Client, error)

// ErrNotConnected says that no corp is connected yet.
var ErrNotConnected = fault.New(fault.Unavailable, "wecom.not_connected")

// Fixed returns a Connect that always answers c.
func Fixed(c *wecom.Client) Connect {
	return func(context.Context) (*wecom.Client, error) { return c, nil }
}

// The states of a synchronisation.
const (
	Running = "running"
	Done    = "done"
	Failed  = "failed"
)

// Progress is how far a full synchronisation has come. It is kept as the
// setting "sync.<what>".
type Progress struct {
	What       string    `json:"what"` // staff, groups, contacts or tags
	State      string    `json:"state"`
	Done       int64     `json:"done"`
	Total      int64     `json:"total"` // 0: not known yet
	StartedAt  time.Time `json:"started_at"`
	FinishedAt time.Time `json:"finished_at,omitzero"`
	Error      string    `json:"error,omitempty"`
	Mark       string    `json:"mark,omitempty"` // where to go on after an interruption
	Since      time.Time `json:"since,omitzero"` // when the last run that ended began
}

// Save writes p.
func Save(ctx context.Context, tx *db.Tx, p Progress, now time.Time) error {
	b, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("cannot encode the progress of %s: %w", p.What, err)
	}
	_, err = tx.Exec(ctx, `
		insert into setting (key, value, updated_at) values (?, ?, ?)
		on conflict (key) do update set value = excluded.value, updated_at = excluded.updated_at`,
		"sync."+p.What, string(b), now.UnixMicro())
	if err != nil {
		return fmt.Errorf("cannot save the progress of %s: %w", p.What, err)
	}
	return nil
}

// Of reads the progress of what. One that never ran has an empty state.
func Of(ctx context.Context, tx *db.Tx, what string) (Progress, error) {
	var text string
	err := tx.QueryRow(ctx, "select value from setting where key = ?", "sync."+what).Scan(&text)
	switch {
	case db.NoRows(err):
		return Progress{What: what}, nil
	case err != nil:
		return Progress{}, fmt.Errorf("cannot read the progress of %s: %w", what, err)
	}
	var p Progress
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return Progress{}, fmt.Errorf("cannot decode the progress of %s: %w", what, err)
	}
	return p, nil
}

// All reads the progress of everything that ever ran.
func All(ctx context.Context, tx *db.Tx) ([]Progress, error) {
	texts, err := db.Select[string](ctx, tx,
		"select value from setting where key like 'sync.%' order by key")
	if err != nil {
		return nil, fmt.Errorf("cannot read the progress of synchronisations: %w", err)
	}
	ps := make([]Progress, 0, len(texts))
	for _, text := range texts {
		var p Progress
		if err := json.Unmarshal([]byte(text), &p); err != nil {
			return nil, fmt.Errorf("cannot decode a synchronisation's progress: %w", err)
		}
		ps = append(ps, p)
	}
	return ps, nil
}

// Plain is text of WeCom made fit to keep: valid, without control characters
// or those that turn the direction of text, at most n runes.
func Plain(s string, n int) string {
	s = strings.Map(func(r rune) rune {
		const joiner = 0x200d // families of emoji are made with it
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && r != joiner {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	s = strings.TrimSpace(s)
	if rs := []rune(s); len(rs) > n {
		return string(rs[:n])
	}
	return s
}

// Again gives a failed call to WeCom back to the job runner: with the time
// WeCom named, at once dead when another try must be refused again, and else
// for the usual retries.
func Again(now time.Time, err error) error {
	var e *wecom.Error
	if !errors.As(err, &e) {
		return err
	}
	switch {
	case e.Class == wecom.Limited && !e.Until.IsZero():
		return job.RetryIn(max(e.Until.Sub(now), time.Second), err)
	case e.Class == wecom.Permanent:
		return job.Discard(err)
	}
	return err
}
