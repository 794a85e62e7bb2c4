package job

import (
	"context"
	"fmt"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
)

// Periodic is work that returns. Of all nodes one enqueues it for each slot; a
// slot missed while nothing ran is made up for once. A run that is not over
// when the next is due is not doubled.
type Periodic struct {
	Name   string // never renamed
	Every  time.Duration
	Offset time.Duration // from midnight UTC, for work of a certain hour
	Args   Args
	Queue  string // "" is Default
}

// Slot returns the beginning of the slot that now is in.
func (p Periodic) Slot(now time.Time) time.Time {
	return now.Add(-p.Offset).Truncate(p.Every).Add(p.Offset)
}

// Every adds periodic work to the registry.
func (reg *Registry) Every(p Periodic) { reg.periodic = append(reg.periodic, p) }

// Schedule lists the periodic work.
func (reg *Registry) Schedule() []Periodic { return reg.periodic }

// due enqueues p for the slot of now unless another node has done so.
func due(ctx context.Context, d *db.DB, p Periodic, now time.Time) error {
	slot := db.At(p.Slot(now))
	err := d.InTx(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, "insert into job_slot (name, slot) values (?, ?) on conflict do nothing", p.Name, slot)
		if err != nil || n == 0 {
			return err
		}
		queue := p.Queue
		if queue == "" {
			queue = Default
		}
		return Enqueue(ctx, tx, p.Args, Queue(queue), Unique("periodic "+p.Name), Attempts(3))
	})
	if err != nil {
		return fmt.Errorf("cannot schedule %s: %w", p.Name, err)
	}
	return nil
}
