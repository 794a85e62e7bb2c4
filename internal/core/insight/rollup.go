package insight

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/core/fact"
	"github.com/tuma-live/tuma/internal/core/route"
)

// The metrics that are counted by hour. A metric is never renamed; a prefix is
// followed by what is counted.
const (
	Scans     = "scan"        // pages opened; sketch: scanners (M-01, M-02)
	NewScans  = "scan.new"    // by browsers seen for the first time
	Served    = "served"      // scans that got a QR
	Fallbacks = "fallback"    // scans that got none (M-19)
	DropOf    = "drop."       // … by reason
	SystemOf  = "os."         // scans by the phone's system
	ShownQR   = "shown"       // sketch: visitors who saw the QR (M-05)
	Pressed   = "press"       // sketch: visitors who pressed it (M-06)
	Assigned  = "assigned"    // seats given, by target
	Adds      = "add"         // new friends, by staff member (M-07)
	OtherJoin = "join.other"  // people who came into a group another way: invited
	Transfers = "transferred" // friendships handed over to a colleague: no loss
	Joins     = "join"        // people who came into a group (M-10)
	Arrived   = "arrived"     // sketch: visitors known to have been added or to have joined
	Lefts     = "left"        // people who left a group (M-25)
	Losses    = "lost"        // friendships the customer ended (M-21a)
	Drops     = "dropped"     // friendships the staff member ended (M-21b)
	Helps     = "help"        // customers who asked for a person
	Forged    = "forged"      // slugs whose signature was wrong
)

// consumer is the name under which the roll-up keeps its place in the facts.
const consumer = "insight.rollup"

// Rollup counts facts by code, channel and the whole corp.
type Rollup struct {
	DB    *db.DB
	Clock clock.Clock
}

// key is a row of rollup_hour. Code is that of a code, of a channel, or 0 for
// the corp: their ids never collide.
type key struct {
	code, hour int64
	metric     string
	target     int64
}

type tally struct {
	n        int64
	visitors []int64
}

// atOnce is how many facts are counted in one transaction.
const atOnce = 2000

// Step counts the next facts, and returns how many there were. The counts and
// the place up to which they reach commit together. Several nodes may call it.
func (r *Rollup) Step(ctx context.Context) (n int, err error) {
	err = r.DB.InTx(ctx, func(tx *db.Tx) error {
		facts, err := fact.Next(ctx, tx, consumer, atOnce)
		if err != nil || len(facts) == 0 {
			n = 0
			return err
		}
		n = len(facts)
		if err := write(ctx, tx, count(facts)); err != nil {
			return err
		}
		return tx.Notify(ctx, "live", "home")
	})
	return n, err
}

// Run counts facts as they come, at most a second behind, until ctx ends.
// report gets the errors; the facts of a failed step are counted later.
func (r *Rollup) Run(ctx context.Context, report func(error)) {
	const pause = 700 * time.Millisecond
	for ctx.Err() == nil {
		begun := r.Clock.Now()
		n, err := r.Step(ctx)
		if err != nil && ctx.Err() == nil {
			report(fmt.Errorf("cannot count facts: %w", err))
		}
		rest := pause
		if n == atOnce { // behind: go on soon, but leave scans as much time as this took
			rest = r.Clock.Now().Sub(begun)
		}
		if clock.Sleep(ctx, r.Clock, rest) != nil {
			return
		}
	}
}

// Rebuild forgets all counts and the place, so that Step counts from the first
// fact again.
func (r *Rollup) Rebuild(ctx context.Context) error {
	return r.DB.InTx(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, "delete from rollup_hour"); err != nil {
			return fmt.Errorf("cannot forget the counts: %w", err)
		}
		_, err := tx.Exec(ctx, "update fact_cursor set tx = 0, id = 0 where consumer = ?", consumer)
		return err
	})
}

// count tallies facts for their code, their channel and the corp.
func count(facts []fact.Fact) map[key]tally {
	out := map[key]tally{}
	for _, f := range facts {
		places := []int64{0}
		for _, p := range []int64{f.Code, f.Channel} {
			if p != 0 {
				places = append(places, p)
			}
		}
		for _, m := range metrics(f) {
			for _, p := range places {
				k := key{p, hourOf(f.At.Time), m.name, m.target}
				t := out[k]
				t.n++
				if m.visitor && f.Visitor != 0 {
					t.visitors = append(t.visitors, f.Visitor)
				}
				out[k] = t
			}
		}
	}
	return out
}

// metric is one thing a fact counts as.
type metric struct {
	name    string
	target  int64
	visitor bool // count who it was, too
}

var simple = map[fact.Kind][]metric{
	fact.Shown:   {{name: ShownQR, visitor: true}},
	fact.Press:   {{name: Pressed, visitor: true}},
	fact.Added:   {{name: Adds}, {name: Arrived, visitor: true}},
	fact.Joined:  {{name: Joins}, {name: Arrived, visitor: true}},
	fact.Left:    {{name: Lefts}},
	fact.Lost:    {{name: Losses}},
	fact.Dropped: {{name: Drops}},
	fact.Help:    {{name: Helps}},
	fact.Forged:  {{name: Forged}},
}

func metrics(f fact.Fact) []metric {
	if f.Kind == fact.Scan {
		return scanMetrics(f)
	}
	d := detailOf(f)
	switch {
	case f.Kind == fact.Joined && d.Scene != 0 && d.Scene != byQRCode:
		return []metric{{name: OtherJoin}}
	case (f.Kind == fact.Lost || f.Kind == fact.Dropped) && d.Transfer:
		return []metric{{name: Transfers}}
	}
	ms := slices.Clone(simple[f.Kind])
	if f.Target == 0 {
		return ms
	}
	switch f.Kind {
	case fact.Added, fact.Joined, fact.Left, fact.Lost, fact.Dropped:
		ms = append(ms, metric{name: ms[0].name, target: f.Target})
	}
	return ms
}

// detail is the part of an arrival's or a departure's data that is counted
// (core/arrival).
type detail struct {
	Tier     string `json:"tier"`  // of the code
	Match    string `json:"match"` // of the scan
	Scene    int64  `json:"scene"` // of a join
	Transfer bool   `json:"transfer"`
	Found    bool   `json:"found"` // by reconciliation, not by a callback
}

// byQRCode is the scene of a join by QR code, as WeCom counts them.
const byQRCode = 3

// detailOf reads a fact's data; what cannot be read says nothing.
func detailOf(f fact.Fact) (d detail) {
	if json.Unmarshal([]byte(f.Data), &d) != nil {
		return detail{}
	}
	return d
}

// trace is the part of a scan's trace that is counted (core/scan.Trace).
type trace struct {
	State  route.State  `json:"st"`
	Reason route.Reason `json:"why"`
	OS     string       `json:"os"`
	New    bool         `json:"new"`
	Held   bool         `json:"hold"`
	Tapped bool         `json:"tap"` // the second half of a scan that was asked to tap first
}

func scanMetrics(f fact.Fact) []metric {
	var t trace
	if !t.glance(f.Data) && json.Unmarshal([]byte(f.Data), &t) != nil {
		return []metric{{name: Scans, visitor: true}} // counted, though unexplained
	}
	if t.State == route.Draft { // draft scans are tests of the operator (R-f)
		return nil
	}
	var ms []metric
	if !t.Tapped {
		ms = append(ms, metric{name: Scans, visitor: true},
			metric{name: SystemOf + cmp.Or(t.OS, "other")})
		if t.New {
			ms = append(ms, metric{name: NewScans})
		}
	}
	switch {
	case f.Target != 0:
		ms = append(ms, metric{name: Served})
	case t.State != route.Joined && t.State != route.Soft:
		ms = append(ms, metric{name: Fallbacks}, metric{name: DropOf + drop(t)})
	}
	if f.Target != 0 && t.Held {
		ms = append(ms, metric{name: Assigned, target: f.Target})
	}
	return ms
}

// drop is why a scan got no QR: the reason where it says more than the state.
func drop(t trace) string {
	if t.State == route.AllFull && t.Reason != "" {
		return string(t.Reason)
	}
	return string(t.State)
}

// write adds tallies to the stored counts, in one order for all nodes.
func write(ctx context.Context, tx *db.Tx, tallies map[key]tally) error {
	keys := make([]key, 0, len(tallies))
	for k := range tallies {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b key) int {
		return cmp.Or(cmp.Compare(a.code, b.code), cmp.Compare(a.hour, b.hour),
			cmp.Compare(a.metric, b.metric), cmp.Compare(a.target, b.target))
	})
	var plain []any
	for _, k := range keys {
		t := tallies[k]
		if len(t.visitors) == 0 {
			plain = append(plain, k.code, k.hour, k.metric, k.target, t.n)
			continue
		}
		if err := writeSketch(ctx, tx, k, t); err != nil {
			return err
		}
	}
	err := tx.Bulk(ctx, "insert into rollup_hour (code, hour, metric, target, n)", 5, plain,
		"on conflict (code, hour, metric, target) do update set n = rollup_hour.n + excluded.n")
	if err != nil {
		return fmt.Errorf("cannot add up facts: %w", err)
	}
	return nil
}

func writeSketch(ctx context.Context, tx *db.Tx, k key, t tally) error {
	var stored []byte
	err := tx.QueryRow(ctx, `
		select visitors
		from rollup_hour
		where code = ?
		and hour = ?
		and metric = ?
		and target = ?`, k.code, k.hour, k.metric, k.target).Scan(&stored)
	if err != nil && !db.NoRows(err) {
		return fmt.Errorf("cannot read a count: %w", err)
	}
	s, err := openSketch(stored)
	if err != nil {
		return err
	}
	s.add(t.visitors...)
	text, err := s.bytes()
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		insert into rollup_hour (code, hour, metric, target, n, visitors)
		values (?, ?, ?, ?, ?, ?)
		on conflict (code, hour, metric, target) do update
		set n = rollup_hour.n + excluded.n, visitors = excluded.visitors`,
		k.code, k.hour, k.metric, k.target, t.n, text)
	if err != nil {
		return fmt.Errorf("cannot write a count: %w", err)
	}
	return nil
}
