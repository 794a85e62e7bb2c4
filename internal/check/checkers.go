package check

import (
	"fmt"
	"maps"
	"slices"

	"github.com/tuma-live/tuma/internal/core/fact"
	"github.com/tuma-live/tuma/internal/core/route"
	"github.com/tuma-live/tuma/internal/core/seat"
)

// verdict counts what must never happen.
type verdict struct {
	Lost         int `json:"lost"`            // told, but not in the database, or otherwise than told
	OverCapacity int `json:"over_capacity"`   // seats given beyond the capacity of a target
	FalseFull    int `json:"false_full"`      // "full" told although a seat was free
	Duplicates   int `json:"duplicates"`      // a second seat for one visitor on one code
	Mismatch     int `json:"ledger_mismatch"` // counts that do not add up with the holds behind them
	Stuck        int `json:"stuck"`           // seats not served again in time after their holds ended
	examples     []string
}

func (v *verdict) bad() bool { return v.sum() > 0 }

func (v *verdict) sum() int {
	return v.Lost + v.OverCapacity + v.FalseFull + v.Duplicates + v.Mismatch + v.Stuck
}

func (v *verdict) String() string {
	return fmt.Sprintf("lost %d, over capacity %d, false full %d, duplicates %d, mismatch %d, stuck %d",
		v.Lost, v.OverCapacity, v.FalseFull, v.Duplicates, v.Mismatch, v.Stuck)
}

func (v *verdict) add(o verdict) {
	v.Lost += o.Lost
	v.OverCapacity += o.OverCapacity
	v.FalseFull += o.FalseFull
	v.Duplicates += o.Duplicates
	v.Mismatch += o.Mismatch
	v.Stuck += o.Stuck
	v.examples = append(v.examples, o.examples...)
}

// found counts a violation and keeps the first few as examples.
func (v *verdict) found(counter *int, format string, args ...any) {
	*counter++
	if *counter <= 3 {
		v.examples = append(v.examples, fmt.Sprintf(format, args...))
	}
}

// judge holds what customers were told against the database. stay says that no
// hold can have expired in the run: then a seat once given stays given.
func judge(w *world, h *history, l *ledger, stay bool) *verdict {
	v := &verdict{}
	v.kept(h, l)
	v.counts(w, l)
	v.atomic(l)
	v.events(h, l)
	if stay {
		v.capacity(w, h)
		v.once(h, l)
		v.full(w, h, l)
	}
	return v
}

// kept is set-full: every answer is in the database, once, as it was told.
func (v *verdict) kept(h *history, l *ledger) {
	seen := make(map[fact.ID]bool, len(h.ops))
	for i := range h.ops {
		o := &h.ops[i]
		if !o.acked() {
			continue
		}
		f, ok := l.scans[o.told.scan]
		switch {
		case !ok:
			v.found(&v.Lost, "scan %s was answered (%s) and is not in the database", o.told.scan, o.told.state)
		case seen[o.told.scan]:
			v.found(&v.Lost, "scan %s was the answer to two requests", o.told.scan)
		case !same(f.state, o.told.state) || f.target != o.told.target || f.code != o.code:
			v.found(&v.Lost, "scan %s was told %s %d and stored %s %d", o.told.scan,
				o.told.state, o.told.target, f.state, f.target)
		}
		seen[o.told.scan] = true
	}
}

// same says that a page told what was stored: nearly full is shown like a QR.
func same(stored, told route.State) bool {
	return stored == told || stored == route.Near && told == route.OKGroup
}

// counts recounts the ledger from its holds and compares it with capacity.
func (v *verdict) counts(w *world, l *ledger) {
	type pair struct{ unproven, proven int64 }
	held := map[int64]pair{}
	for _, x := range l.holds {
		p := held[x.Target]
		switch x.State {
		case seat.Unproven:
			p.unproven++
		case seat.Proven:
			p.proven++
		}
		held[x.Target] = p
	}
	for target := range w.poolOf {
		s, p := l.seats[target], held[target]
		if s.Unproven != p.unproven || s.Proven != p.proven {
			v.found(&v.Mismatch, "target %d counts %d+%d seats and has %d+%d holds", target,
				s.Unproven, s.Proven, p.unproven, p.proven)
		}
		if n := s.Joined + max(s.Unproven+s.Proven, p.unproven+p.proven); n > s.Capacity {
			v.found(&v.OverCapacity, "target %d has %d of %d seats taken", target, n, s.Capacity)
		}
	}
}

// events is total-queue: what was accepted is kept and has its job, once.
func (v *verdict) events(h *history, l *ledger) {
	for n := range h.events {
		if k := l.events[n]; k.events == 0 || k.jobs == 0 {
			v.found(&v.Lost, "event %d was accepted and is kept %d times with %d jobs", n, k.events, k.jobs)
		}
	}
	for n, k := range l.events {
		if k.events != 1 || k.jobs > 1 {
			v.found(&v.Duplicates, "event %d is kept %d times with %d jobs", n, k.events, k.jobs)
		}
	}
}

// atomic proves that a hold and its scan were written together or not at all.
func (v *verdict) atomic(l *ledger) {
	for _, x := range l.holds {
		f, ok := l.scans[x.Scan]
		if !ok || !f.held || f.target != x.Target || f.visitor != x.Visitor {
			v.found(&v.Mismatch, "the hold of visitor %d on code %d has no scan", x.Visitor, x.Code)
		}
	}
}

// seatOf is a visitor and a code: it may have one seat.
type seatOf struct {
	visitor int64
	code    int64
}

// capacity counts, by the customers' word alone, who was sent to each target.
func (v *verdict) capacity(w *world, h *history) {
	sent := map[int64]map[seatOf]bool{}
	for i := range h.ops {
		o := &h.ops[i]
		if !o.acked() || o.told.target == 0 || o.visitor < 0 {
			continue
		}
		if sent[o.told.target] == nil {
			sent[o.told.target] = map[seatOf]bool{}
		}
		sent[o.told.target][seatOf{int64(o.visitor), o.code}] = true
	}
	for target, who := range sent {
		if n := int64(len(who)); n > w.capacity {
			v.found(&v.OverCapacity, "%d visitors were sent to target %d, which has %d seats", n, target, w.capacity)
		}
	}
}

// once finds visitors with two seats: in what they were told, and in the facts.
func (v *verdict) once(h *history, l *ledger) {
	where := map[seatOf]int64{}
	for i := range h.ops {
		o := &h.ops[i]
		if !o.acked() || o.told.target == 0 || o.visitor < 0 {
			continue
		}
		who := seatOf{int64(o.visitor), o.code}
		if before, ok := where[who]; ok && before != o.told.target {
			v.found(&v.Duplicates, "visitor %d of code %d was sent to %d and to %d", o.visitor, o.code, before, o.told.target)
		}
		where[who] = o.told.target
	}
	given := map[seatOf]bool{}
	for id, f := range l.scans {
		if !f.held {
			continue
		}
		who := seatOf{f.visitor, f.code}
		if given[who] {
			v.found(&v.Duplicates, "scan %s gave visitor %d of code %d a second seat", id, f.visitor, f.code)
		}
		given[who] = true
	}
}

// full finds false "full": a pool that said it, and later gave a seat to a
// request that began after that answer had come; or that has a seat left now.
// Seats only go in such a run, so a full pool can never have one again.
func (v *verdict) full(w *world, h *history, l *ledger) {
	poolOf := map[int64]int64{}
	for _, c := range w.codes {
		poolOf[c.id] = c.pool
	}
	first := map[int64]int64{} // pool → end of its first "full"
	for i := range h.ops {
		o := &h.ops[i]
		if !o.acked() || o.told.state != route.AllFull {
			continue
		}
		p := poolOf[o.code]
		if at, ok := first[p]; !ok || o.ended < at {
			first[p] = o.ended
		}
	}
	for i := range h.ops {
		o := &h.ops[i]
		at, ok := first[poolOf[o.code]]
		if o.acked() && ok && o.began > at && l.scans[o.told.scan].held {
			v.found(&v.FalseFull, "code %d was full, and %d µs later scan %s got a seat", o.code, o.began-at, o.told.scan)
		}
	}
	for _, target := range slices.Sorted(maps.Keys(w.poolOf)) {
		s := l.seats[target]
		free := s.Capacity - s.Joined - s.Unproven - s.Proven
		if _, ok := first[w.poolOf[target]]; ok && free > 0 {
			v.found(&v.FalseFull, "target %d has %d seats left, and its pool was said to be full", target, free)
		}
	}
}
