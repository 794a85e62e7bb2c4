package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/core/fact"
	"github.com/tuma-live/tuma/internal/core/route"
	"github.com/tuma-live/tuma/internal/core/scan"
)

// byHour is how a day's scans fall on its hours in Shanghai, in per mille.
var byHour = [24]float64{6, 3, 2, 1, 1, 3, 12, 28, 42, 55, 62, 66, 74, 58, 48, 47, 50, 58, 68, 82, 88, 72, 46, 28}

// byWeekday makes weekends busier.
var byWeekday = [7]float64{1.25, .92, .9, .94, .98, 1.12, 1.32}

var phones = []struct {
	os    string
	share float64
}{{"ios", .44}, {"android", .47}, {"harmony", .09}}

// story writes the history of one code. The same seed tells the same story.
type story struct {
	made
	rng   *rand.Rand
	now   time.Time
	facts []fact.Fact
}

// history writes what 90 days would have left, up to now.
func (m *Maker) history(ctx context.Context, codes []made) error {
	now := m.Clock.Now()
	var all []fact.Fact
	for i, c := range codes {
		s := &story{made: c, rng: rand.New(rand.NewPCG(20261121, uint64(i))), now: now}
		s.tell()
		all = append(all, s.facts...)
	}
	slices.SortStableFunc(all, func(a, b fact.Fact) int { return a.At.Compare(b.At.Time) })
	number(all)
	for part := range slices.Chunk(all, 4000) {
		err := m.DB.InTx(ctx, func(tx *db.Tx) error { return fact.Append(ctx, tx, part...) })
		if err != nil {
			return fmt.Errorf("cannot write the history: %w", err)
		}
	}
	return nil
}

// number gives each fact the id it would have had.
func number(facts []fact.Fact) {
	scans := map[int64]fact.ID{} // provisional number of a scan → its id
	var last fact.ID
	for i := range facts {
		f := &facts[i]
		id := max(scan.FirstID(f.At.Time), last+1)
		last = id
		if f.Kind == fact.Scan {
			scans[int64(f.Scan)] = id
			f.Scan = 0
		} else {
			f.Scan = scans[int64(f.Scan)]
		}
		f.ID = id
	}
}

func (s *story) tell() {
	zone := time.FixedZone("Asia/Shanghai", 8*3600)
	first := startOf(s.now)
	for hour := first; hour.Before(s.now); hour = hour.Add(time.Hour) {
		local := hour.In(zone)
		age := hour.Sub(first).Hours() / 24
		rate := s.perDay * byHour[local.Hour()] / 1000 * byWeekday[local.Weekday()] * (.7 + .5*age/days)
		for range s.poisson(rate) {
			s.visit(hour.Add(time.Duration(s.rng.Float64() * float64(time.Hour))))
		}
	}
}

// poisson draws a count with the given mean (Knuth, TAOCP 2, 3.4.1).
func (s *story) poisson(mean float64) int {
	limit, p, n := math.Exp(-mean), 1.0, 0
	for {
		p *= s.rng.Float64()
		if p <= limit {
			return n
		}
		n++
	}
}

// visit is one scan and what came of it.
func (s *story) visit(at time.Time) {
	if !at.Before(s.now.Add(-time.Minute)) || len(s.targets) == 0 {
		return
	}
	f := fact.Fact{
		Kind: fact.Scan, At: db.At(at), Code: int64(s.code.ID), Channel: int64(s.code.Channel),
		Target: s.targets[s.rng.IntN(len(s.targets))], Visitor: s.rng.Int64(),
		Scan: fact.ID(s.rng.Int64()),
	}
	back := s.rng.Float64() < .12
	state, kind := route.OKGroup, route.Group
	if s.staff {
		state, kind = route.OKStaff, route.Staff
	}
	f.Data = data(scan.Trace{
		State: state, Reason: route.Chosen, Kind: string(kind), Pool: int64(s.code.Pool), Revision: 1,
		OS: s.phone(), WeChat: "wechat", Lang: "zh-CN", New: !back, Again: back, Held: true,
	})
	s.facts = append(s.facts, f)
	if s.rng.Float64() > .94 {
		return
	}
	s.after(f, fact.Shown, time.Second, nil)
	if s.rng.Float64() > math.Min(.97, s.converts*1.55) {
		return
	}
	s.after(f, fact.Press, 4*time.Second, nil)
	if s.rng.Float64() < .645 {
		s.arrive(f)
	}
}

func (s *story) arrive(f fact.Fact) {
	came, went := fact.Joined, fact.Left
	if s.staff {
		came, went = fact.Added, fact.Lost
	}
	delay := time.Duration(8+s.rng.ExpFloat64()*25) * time.Second
	s.after(f, came, delay, map[string]any{"scene": 3, "tier": "code", "match": "inferred"})
	if s.staff {
		s.after(f, fact.Welcomed, delay+time.Second, map[string]any{"lag_ms": 600 + s.rng.IntN(900)})
	}
	if s.rng.Float64() < .17 {
		s.after(f, went, delay+time.Duration(s.rng.ExpFloat64()*float64(60*time.Hour)), map[string]any{"scene": 0})
	}
}

// after adds what followed from a scan, unless it would be in the future.
func (s *story) after(f fact.Fact, kind fact.Kind, delay time.Duration, more map[string]any) {
	at := f.At.Add(delay)
	if !at.Before(s.now) {
		return
	}
	g := fact.Fact{
		Kind: kind, At: db.At(at), Code: f.Code, Channel: f.Channel, Target: f.Target,
		Visitor: f.Visitor, Scan: f.Scan,
	}
	if s.staff {
		g.Staff = f.Target
	}
	if more != nil {
		g.Data = data(more)
	}
	s.facts = append(s.facts, g)
}

func (s *story) phone() string {
	x := s.rng.Float64()
	for _, p := range phones {
		if x < p.share {
			return p.os
		}
		x -= p.share
	}
	return phones[0].os
}

func data(v any) string {
	b, _ := json.Marshal(v) // plain structs and maps of numbers and texts: never fails
	return string(b)
}
