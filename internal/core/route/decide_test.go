package route

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC)

// group makes a target that can serve.
func group(id int64) Target { return Target{ID: id, Kind: Group, QR: "qr", Weight: 1} }

func staff(id int64) Target { return Target{ID: id, Kind: Staff, QR: "qr", Weight: 1} }

func backup(t Target) Target { t.Backup = true; return t }

func refused(t Target, r Reason) Target { t.Refused = r; return t }

func seats(free map[int64]int64) *Ledger {
	l := &Ledger{Seats: map[int64]*Seat{}, Credits: map[Place]int64{}}
	for id, n := range free {
		l.Seats[id] = &Seat{Capacity: 1000 + n, Joined: 1000}
	}
	return l
}

func code(s Strategy, ts ...Target) *Code {
	return &Code{ID: 1, Sticky: true, Warn: 20, Pools: []*Pool{{ID: 7, Strategy: s, Targets: ts}}}
}

func TestWhereAVisitGoes(t *testing.T) {
	t.Parallel()
	away := group(1)
	away.AwayTo = noon.Add(time.Minute)
	auto := group(9)
	auto.Kind = Auto
	withAuto := code(InOrder, group(1))
	withAuto.Pools[0].Auto = &auto
	overflow := code(InOrder, group(1))
	overflow.Pools = append(overflow.Pools, &Pool{ID: 8, Strategy: InOrder, Targets: []Target{staff(3)}})
	paused := code(InOrder, group(1))
	paused.State = PausedCode
	early := code(InOrder, group(1))
	early.StartsAt = noon.Add(time.Nanosecond)
	ended := code(InOrder, group(1))
	ended.EndsAt = noon
	lasting := code(InOrder, group(1))
	lasting.EndsAt = noon.Add(time.Nanosecond)

	for name, c := range map[string]struct {
		code   *Code
		visit  Visit
		free   map[int64]int64
		state  State
		target int64
		hold   bool
		why    map[int64]Reason
	}{
		"the first group with room is chosen": {code: code(InOrder, group(1), group(2)),
			free: map[int64]int64{1: 50, 2: 50}, state: OKGroup, target: 1, hold: true},
		"a full group is passed": {code: code(InOrder, group(1), group(2)),
			free: map[int64]int64{1: 0, 2: 50}, state: OKGroup, target: 2, hold: true, why: map[int64]Reason{1: Full}},
		"fewer seats than the warning left is near full": {code: code(InOrder, group(1)),
			free: map[int64]int64{1: 20}, state: Near, target: 1, hold: true},
		"a group over its capacity is full, not negative": {code: code(InOrder, group(1)),
			free: map[int64]int64{1: -3}, state: AllFull, why: map[int64]Reason{1: Full}},
		"a target without a ledger line has no seat": {code: code(InOrder, group(1)),
			free: nil, state: AllFull, why: map[int64]Reason{1: Full}},
		"a target without its QR is passed": {code: code(InOrder, Target{ID: 1, Kind: Group}, group(2)),
			free: map[int64]int64{1: 9, 2: 50}, state: OKGroup, target: 2, hold: true, why: map[int64]Reason{1: NoQR}},
		"a dismissed group is passed": {code: code(InOrder, refused(group(1), Gone), group(2)),
			free: map[int64]int64{1: 9, 2: 50}, state: OKGroup, target: 2, hold: true, why: map[int64]Reason{1: Gone}},
		"who is away is passed until they are back": {code: code(InOrder, away, group(2)),
			free: map[int64]int64{1: 99, 2: 50}, state: OKGroup, target: 2, hold: true, why: map[int64]Reason{1: Paused}},
		"backups wait while others have room": {code: code(InOrder, backup(staff(1)), staff(2)),
			free: map[int64]int64{1: 9, 2: 1}, state: OKStaff, target: 2, hold: true},
		"backups serve when the others are full": {code: code(InOrder, backup(staff(1)), staff(2)),
			free: map[int64]int64{1: 9, 2: 0}, state: OKStaff, target: 1, hold: true, why: map[int64]Reason{2: Full}},
		"the overflow pool comes after the main one": {code: overflow,
			free: map[int64]int64{1: 0, 3: 5}, state: OKStaff, target: 3, hold: true, why: map[int64]Reason{1: Full}},
		"WeCom opens the next group when all are full": {code: withAuto,
			free: map[int64]int64{1: 0}, state: OKGroup, target: 9, why: map[int64]Reason{1: Full}},
		"everything full is said so": {code: code(RoundRobin, group(1), group(2)),
			free: map[int64]int64{1: 0, 2: 0}, state: AllFull, why: map[int64]Reason{1: Full, 2: Full}},
		"the least loaded wins": {code: code(LeastLoaded, group(1), group(2)),
			free: map[int64]int64{1: 50, 2: 60}, state: OKGroup, target: 1, hold: true},
		"a live hold brings the visitor back": {code: code(InOrder, group(1), group(2)),
			visit: Visit{Hold: Hold{Target: 2, Live: true}}, free: map[int64]int64{1: 50, 2: 0},
			state: Near, target: 2},
		"an ended hold prefers its target while it has room": {code: code(InOrder, group(1), group(2)),
			visit: Visit{Hold: Hold{Target: 2}}, free: map[int64]int64{1: 50, 2: 50},
			state: OKGroup, target: 2, hold: true},
		"an ended hold of a full target goes elsewhere": {code: code(InOrder, group(1), group(2)),
			visit: Visit{Hold: Hold{Target: 2}}, free: map[int64]int64{1: 50, 2: 0},
			state: OKGroup, target: 1, hold: true, why: map[int64]Reason{2: Full}},
		"a hold of a target that is gone goes elsewhere": {code: code(InOrder, group(1), refused(group(2), Gone)),
			visit: Visit{Hold: Hold{Target: 2, Live: true}}, free: map[int64]int64{1: 50, 2: 50},
			state: OKGroup, target: 1, hold: true, why: map[int64]Reason{2: Gone}},
		"who came in is told so": {code: code(InOrder, group(1)),
			visit: Visit{Hold: Hold{Target: 1, Used: true, Tier: "inferred"}}, free: map[int64]int64{1: 50},
			state: Joined, target: 1},
		"who came in may ask for the QR again": {code: code(InOrder, group(1)),
			visit: Visit{Again: true, Hold: Hold{Target: 1, Used: true, Tier: "inferred"}},
			free:  map[int64]int64{1: 50}, state: OKGroup, target: 1, hold: true},
		"who perhaps came in is not told so": {code: code(InOrder, group(1)),
			visit: Visit{Hold: Hold{Target: 1, Used: true, Tier: "code"}}, free: map[int64]int64{1: 50},
			state: OKGroup, target: 1, hold: true},
		"unproven visitors cannot take the last half": {code: code(InOrder, group(3)),
			free: map[int64]int64{3: -7}, state: AllFull, why: map[int64]Reason{3: Full}},
		"a paused code shows its page":        {code: paused, free: map[int64]int64{1: 9}, state: PausedCode},
		"before its start a code is not open": {code: early, free: map[int64]int64{1: 9}, state: NotYet},
		"a code expires at its end exactly":   {code: ended, free: map[int64]int64{1: 9}, state: Expired},
		"a code serves until its end":         {code: lasting, free: map[int64]int64{1: 99}, state: OKGroup, target: 1, hold: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.visit.At.IsZero() {
				c.visit.At = noon
			}
			d := Decide(c.code, c.visit, seats(c.free))
			var target int64
			if d.Target != nil {
				target = d.Target.ID
			}
			if d.State != c.state || target != c.target || d.Hold != c.hold {
				t.Fatalf("got %s target %d hold %v, want %s %d %v", d.State, target, d.Hold, c.state, c.target, c.hold)
			}
			why := map[int64]Reason{}
			for _, r := range d.Refused {
				why[r.Target] = r.Reason
			}
			if len(c.why) == 0 {
				c.why = map[int64]Reason{}
			}
			if !reflect.DeepEqual(why, c.why) {
				t.Fatalf("refused %v, want %v", why, c.why)
			}
		})
	}
}

func TestUnprovenVisitorsCannotEmptyAPool(t *testing.T) {
	t.Parallel()
	c, l := code(InOrder, group(1)), seats(map[int64]int64{1: 200})
	given := 0
	for range 1000 {
		d := Decide(c, Visit{At: noon}, l)
		l.Apply(&d, Visit{})
		if d.Hold {
			given++
		} else if d.State != Soft {
			t.Fatalf("a refused visitor sees %s, want a button to tap", d.State)
		}
	}
	if given != 100 {
		t.Fatalf("%d of 200 seats went to visitors nobody has seen, want half", given)
	}
	person := Visit{At: noon, Proven: true}
	for range 100 {
		d := Decide(c, person, l)
		l.Apply(&d, person)
		if !d.Hold {
			t.Fatalf("a person met %s with %d seats free", d.State, l.Seats[1].Free())
		}
	}
	if d := Decide(c, person, l); d.State != AllFull {
		t.Fatalf("got %s with no seat free", d.State)
	}
}

func TestRoundRobinSharesEqually(t *testing.T) {
	t.Parallel()
	c := code(RoundRobin, staff(1), staff(2), staff(3), staff(4), staff(5))
	l := seats(map[int64]int64{1: 500, 2: 500, 3: 500, 4: 500, 5: 500})
	got := map[int64]int{}
	for i := range 500 {
		v := Visit{At: noon, Proven: true}
		d := Decide(c, v, l)
		l.Apply(&d, v)
		got[d.Target.ID]++
		if i < 5 && d.Target.ID != int64(i+1) {
			t.Fatalf("visit %d went to %d, want by sequence", i, d.Target.ID)
		}
	}
	for id := int64(1); id <= 5; id++ {
		if got[id] != 100 {
			t.Fatalf("shares %v, want 100 each", got)
		}
	}
}

func TestWeightsShareInProportionAtEveryMoment(t *testing.T) {
	t.Parallel()
	a, b, c := staff(1), staff(2), staff(3)
	a.Weight, b.Weight, c.Weight = 5, 3, 2
	cd, l := code(Weighted, a, b, c), seats(map[int64]int64{1: 9999, 2: 9999, 3: 9999})
	got := map[int64]int{}
	for i := 1; i <= 1000; i++ {
		v := Visit{At: noon, Proven: true}
		d := Decide(cd, v, l)
		l.Apply(&d, v)
		got[d.Target.ID]++
		for id, w := range map[int64]int{1: 5, 2: 3, 3: 2} {
			if diff := got[id]*10 - i*w; diff > 15 || diff < -15 {
				t.Fatalf("after %d visits target %d has %d, weight %d of 10", i, id, got[id], w)
			}
		}
	}
}

// A decision is a function of what it is given, gives no seat that is not
// there, and says full only when nothing usable is free.
func TestADecisionIsExactAndReplaysTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := &Code{ID: 1, Sticky: rapid.Bool().Draw(t, "sticky"), Warn: 20}
		l := seats(nil)
		id := int64(1)
		for p := range rapid.IntRange(1, 3).Draw(t, "pools") {
			pool := &Pool{ID: int64(p + 1), Strategy: rapid.SampledFrom([]Strategy{RoundRobin, Weighted, InOrder, LeastLoaded}).Draw(t, "strategy")}
			for range rapid.IntRange(0, 5).Draw(t, "targets") {
				tg := group(id)
				tg.Backup = rapid.Bool().Draw(t, "backup")
				tg.Weight = rapid.Int64Range(0, 9).Draw(t, "weight")
				tg.Refused = rapid.SampledFrom([]Reason{"", "", "", Gone, Off}).Draw(t, "refused")
				pool.Targets = append(pool.Targets, tg)
				l.Seats[id] = &Seat{Capacity: rapid.Int64Range(0, 30).Draw(t, "capacity")}
				id++
			}
			c.Pools = append(c.Pools, pool)
		}
		for i := range 120 {
			v := Visit{At: noon, Proven: i%2 == 0}
			d := Decide(c, v, l)
			if again := Decide(c, v, l); fmt.Sprint(d) != fmt.Sprint(again) {
				t.Fatalf("decided %v, then %v", d, again)
			}
			l.Apply(&d, v)
			for id, s := range l.Seats {
				if s.Free() < 0 {
					t.Fatalf("target %d is over its capacity: %+v", id, *s)
				}
			}
			if d.State == AllFull || d.State == Soft && v.Proven {
				for _, p := range c.Pools {
					for _, tg := range p.Targets {
						if tg.Refused == "" && l.Seats[tg.ID].Free() > 0 {
							t.Fatalf("%s, but target %d has %d seats free", d.State, tg.ID, l.Seats[tg.ID].Free())
						}
					}
				}
			}
		}
	})
}
