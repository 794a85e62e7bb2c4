package check

import (
	"slices"
	"testing"

	"github.com/tuma-live/tuma/internal/core/fact"
	"github.com/tuma-live/tuma/internal/core/route"
	"github.com/tuma-live/tuma/internal/core/seat"
)

// past is a run in which nothing went wrong: two visitors take both seats of
// the only target, one of them comes back, a third is told that it is full.
type past struct {
	world   *world
	history *history
	ledger  *ledger
}

const target, other = 30, 31

func goodPast() past {
	told1 := told{route.OKGroup, 101, target}
	p := past{
		world: &world{
			shape: shape{pools: 1, groups: 1, capacity: 2, codes: 1},
			codes: []code{{id: 10, pool: 20}}, poolOf: map[int64]int64{target: 20},
		},
		history: &history{},
		ledger: &ledger{
			seats: map[int64]seat.Seat{target: {Target: target, Capacity: 2, Unproven: 1, Proven: 1}},
			holds: []seat.Hold{
				{Visitor: 1, Code: 10, Target: target, State: seat.Unproven, Scan: 101},
				{Visitor: 2, Code: 10, Target: target, State: seat.Proven, Scan: 102},
			},
			events: map[int64]kept{4: {1, 1}},
			scans: map[fact.ID]scanned{
				101: {code: 10, target: target, visitor: 1, state: route.Near, held: true},
				102: {code: 10, target: target, visitor: 2, state: route.Near, held: true},
				103: {code: 10, target: target, visitor: 1, state: route.Near},
				104: {code: 10, visitor: 3, state: route.AllFull},
			},
		},
	}
	for _, o := range []op{
		{began: 10, ended: 20, visitor: 0, code: 10, known: true, told: told1},
		{began: 15, ended: 30, visitor: 1, code: 10, known: true, told: told{route.OKGroup, 102, target}},
		{began: 25, ended: 90, visitor: 0, code: 10, known: true, told: told{route.OKGroup, 103, target}},
		{began: 40, ended: 50, visitor: 2, code: 10, known: true, told: told{route.AllFull, 104, 0}},
		{began: 60, ended: 70, visitor: -1, code: 10},
		{began: 61, ended: 71, visitor: 3, code: 10, known: true, told: told{state: route.Failed}},
	} {
		p.history.add(o)
	}
	p.history.keep(4)
	return p
}

func (p past) judge() *verdict { return judge(p.world, p.history, p.ledger, true) }

func TestAGoodRunIsFoundGood(t *testing.T) {
	t.Parallel()
	if v := goodPast().judge(); v.bad() {
		t.Fatalf("%s: %q", v, v.examples)
	}
}

func TestEveryKindOfViolationIsFound(t *testing.T) {
	t.Parallel()
	edit := func(p past, id fact.ID, f func(*scanned)) {
		s := p.ledger.scans[id]
		f(&s)
		p.ledger.scans[id] = s
	}
	of := map[string]func(*verdict) int{
		"lost":      func(v *verdict) int { return v.Lost },
		"over":      func(v *verdict) int { return v.OverCapacity },
		"full":      func(v *verdict) int { return v.FalseFull },
		"duplicate": func(v *verdict) int { return v.Duplicates },
		"mismatch":  func(v *verdict) int { return v.Mismatch },
	}
	for name, c := range map[string]struct {
		kind string
		seed func(p past)
	}{
		"an answered scan is gone":      {"lost", func(p past) { delete(p.ledger.scans, 104) }},
		"a scan was stored as another":  {"lost", func(p past) { edit(p, 103, func(s *scanned) { s.state = route.AllFull }) }},
		"a scan was stored elsewhere":   {"lost", func(p past) { edit(p, 103, func(s *scanned) { s.target = other }) }},
		"a scan was stored for another": {"lost", func(p past) { edit(p, 103, func(s *scanned) { s.code = 11 }) }},
		"two requests got one scan":     {"lost", func(p past) { p.history.ops[2].told.scan = 102 }},
		"the ledger passes capacity": {"over", func(p past) {
			p.ledger.seats[target] = seat.Seat{Capacity: 2, Unproven: 1, Proven: 2}
		}},
		"people who joined pass capacity": {"over", func(p past) {
			p.ledger.seats[target] = seat.Seat{Capacity: 2, Joined: 1, Unproven: 1, Proven: 1}
		}},
		"more customers were sent than there are seats": {"over", func(p past) {
			p.ledger.scans[105] = scanned{code: 10, target: target, visitor: 9, state: route.OKGroup}
			p.history.add(op{visitor: 9, code: 10, known: true, told: told{route.OKGroup, 105, target}})
		}},
		"a seat was given after full": {"full", func(p past) {
			p.history.ops[1].began, p.history.ops[1].ended = 51, 60
		}},
		"a seat is left after full": {"full", func(p past) {
			p.ledger.seats[target] = seat.Seat{Capacity: 3, Unproven: 1, Proven: 1}
		}},
		"a visitor was sent to two groups": {"duplicate", func(p past) {
			p.history.ops[2].told.target = other
			edit(p, 103, func(s *scanned) { s.target = other })
		}},
		"a visitor was given two seats": {"duplicate", func(p past) { edit(p, 103, func(s *scanned) { s.held = true }) }},
		"the counts do not add up":      {"mismatch", func(p past) { p.ledger.holds = p.ledger.holds[:1] }},
		"a hold has no scan":            {"mismatch", func(p past) { p.ledger.holds[0].Scan = 999 }},
		"an accepted event is gone":     {"lost", func(p past) { p.history.keep(5) }},
		"an accepted event has no job":  {"lost", func(p past) { p.history.keep(5); p.ledger.events[5] = kept{1, 0} }},
		"an event is kept twice":        {"duplicate", func(p past) { p.ledger.events[5] = kept{2, 1} }},
		"an event has two jobs":         {"duplicate", func(p past) { p.ledger.events[5] = kept{1, 2} }},
		"a hold is of another visitor":  {"mismatch", func(p past) { p.ledger.holds[0].Visitor = 7 }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := goodPast()
			p.history.ops = slices.Clone(p.history.ops)
			c.seed(p)
			if v := p.judge(); of[c.kind](v) == 0 {
				t.Fatalf("not found as %q: %s", c.kind, v)
			}
		})
	}
}

// A request that overlaps the answer "full" may have got the last seat before it.
func TestASeatGivenWhileAnotherHeardFullIsNoViolation(t *testing.T) {
	t.Parallel()
	p := goodPast()
	p.history.ops[1].began, p.history.ops[1].ended = 49, 80
	if v := p.judge(); v.bad() {
		t.Fatalf("%s: %q", v, v.examples)
	}
}

// A request without an answer may have taken a seat: its scan and hold are
// nobody's loss.
func TestAnUnansweredRequestMayHaveHappened(t *testing.T) {
	t.Parallel()
	p := goodPast()
	p.history.ops[1].known = false
	if v := p.judge(); v.bad() {
		t.Fatalf("%s: %q", v, v.examples)
	}
}

func TestAHoldThatEndsMayBeGivenAgain(t *testing.T) {
	t.Parallel()
	p := goodPast()
	p.history.ops[1].began = 51
	edited := p.ledger.scans[103]
	edited.held = true
	p.ledger.scans[103] = edited
	p.ledger.holds[0].Scan = 103
	if v := judge(p.world, p.history, p.ledger, false); v.bad() {
		t.Fatalf("%s: %q", v, v.examples)
	}
}
