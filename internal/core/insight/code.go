package insight

import (
	"context"
	"slices"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
)

// CodeNumbers are a code's numbers in a list.
type CodeNumbers struct {
	ScansToday    int64
	ScannersToday int64
	Scans7d       []int64 // of the last seven local days, oldest first
	Adds, Joins   int64   // in those seven days
	Left, Lost    int64
	Arrived       int64 // visitors known to have been added or to have joined
	Scanners      int64
}

// Net is who came and stayed.
func (n CodeNumbers) Net() int64 { return n.Adds + n.Joins - n.Left - n.Lost }

const listDays = 7

// CodeNumbersOf reads the numbers of codes for a list.
func (r *Reader) CodeNumbersOf(ctx context.Context, tx *db.Tx,
	codes []int64) (map[int64]CodeNumbers, error) {
	today := r.Midnight(r.Clock.Now())
	from := today.AddDate(0, 0, 1-listDays)
	ls, err := lines(ctx, tx, codes, hourOf(from), ceilHour(today.AddDate(0, 0, 1)))
	if err != nil {
		return nil, err
	}
	byCode := map[int64][]line{}
	for _, l := range ls {
		byCode[l.Code] = append(byCode[l.Code], l)
	}
	out := make(map[int64]CodeNumbers, len(codes))
	for _, id := range codes {
		n, err := r.codeNumbers(byCode[id], from, today)
		if err != nil {
			return nil, err
		}
		out[id] = n
	}
	return out, nil
}

func (r *Reader) codeNumbers(ls []line, from, today time.Time) (n CodeNumbers, err error) {
	week, err := total(ls, nil)
	if err != nil {
		return n, err
	}
	now, err := total(ls, func(l line) bool { return l.Hour >= hourOf(today) })
	if err != nil {
		return n, err
	}
	n = CodeNumbers{
		ScansToday: now.n[Scans], ScannersToday: now.distinct(Scans),
		Scans7d: make([]int64, listDays),
		Adds:    week.n[Adds], Joins: week.n[Joins], Left: week.n[Lefts],
		Lost:    week.n[Losses] + week.n[Drops],
		Arrived: week.distinct(Arrived), Scanners: week.distinct(Scans),
	}
	for _, l := range ls {
		if l.Metric != Scans {
			continue
		}
		day := r.dayIndex(from, hourTime(l.Hour))
		if day >= 0 && day < listDays {
			n.Scans7d[day] += l.N
		}
	}
	return n, nil
}

// dayIndex is how many local days t lies after from, a local midnight.
func (r *Reader) dayIndex(from, t time.Time) int {
	y, m, d := t.In(r.Zone).Date()
	a := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	y, m, d = from.In(r.Zone).Date()
	b := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	return int(a.Sub(b).Hours() / 24)
}

// Report is what happened on a code in a time range.
type Report struct {
	AsOf     time.Time
	Scans    int64
	Scanners int64
	Shown    int64
	Pressed  int64
	Arrived  int64
	Retained *int64 // null until 24 hours after the range
	New      int64
	Drops    []Named
	Systems  []Named
	Fallback int64
	Trend    []Point
	Heatmap  [7][24]int64
	Assigned map[int64]int64
	Came     map[int64]int64 // adds and joins, by target
}

// Named is a count with a name.
type Named struct {
	Name string
	N    int64
}

// Point is one hour or day.
type Point struct {
	At                                 time.Time
	Scans, Scanners, Adds, Joins, Left int64
}

// maxPoints bounds a trend, so that nobody asks for a year by the hour.
const maxPoints = 800

// Code reports on a code in [from, to). Hours are whole: the range is widened
// to the hour.
func (r *Reader) Code(ctx context.Context, code int64, from, to time.Time, hourly bool) (*Report,
	error) {
	tx := r.DB.Read()
	ls, err := lines(ctx, tx, []int64{code}, hourOf(from), ceilHour(to))
	if err != nil {
		return nil, err
	}
	s, err := total(ls, nil)
	if err != nil {
		return nil, err
	}
	rep := &Report{
		AsOf: r.Clock.Now(), Scans: s.n[Scans], Scanners: s.distinct(Scans),
		Shown:   s.distinct(ShownQR),
		Pressed: s.distinct(Pressed), Arrived: s.n[Adds] + s.n[Joins], New: s.n[NewScans],
		Fallback: s.n[Fallbacks], Drops: ranked(s.under(DropOf)),
		Systems:  ranked(s.under(SystemOf)),
		Assigned: s.target[Assigned], Came: map[int64]int64{},
	}
	for _, m := range []string{Adds, Joins} {
		for target, n := range s.target[m] {
			rep.Came[target] += n
		}
	}
	for _, l := range ls {
		if l.Metric == Scans {
			t := hourTime(l.Hour).In(r.Zone)
			rep.Heatmap[(int(t.Weekday())+6)%7][t.Hour()] += l.N
		}
	}
	if rep.Trend, err = r.trend(ls, from, to, hourly); err != nil {
		return nil, err
	}
	rep.Retained, err = r.retained(ctx, tx, code, from, to)
	return rep, err
}

// ranked sorts counts, the greatest first.
func ranked(m map[string]int64) []Named {
	out := make([]Named, 0, len(m))
	for name, n := range m {
		out = append(out, Named{name, n})
	}
	slices.SortFunc(out, func(a, b Named) int {
		if a.N != b.N {
			return int(b.N - a.N)
		}
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	return out
}

// trend cuts lines into hours or local days.
func (r *Reader) trend(ls []line, from, to time.Time, hourly bool) ([]Point, error) {
	start := from.In(r.Zone).Truncate(time.Hour)
	next := func(t time.Time) time.Time { return t.Add(time.Hour) }
	if !hourly {
		start = r.Midnight(from)
		next = func(t time.Time) time.Time { return t.AddDate(0, 0, 1) }
	}
	byHour := map[int64][]line{}
	for _, l := range ls {
		byHour[l.Hour] = append(byHour[l.Hour], l)
	}
	out := []Point{}
	for at := start; at.Before(to) && len(out) < maxPoints; at = next(at) {
		var in []line
		for h := hourOf(at); h < hourOf(next(at)); h++ {
			in = append(in, byHour[h]...)
		}
		s, err := total(in, nil)
		if err != nil {
			return nil, err
		}
		out = append(out, Point{at, s.n[Scans], s.distinct(Scans), s.n[Adds], s.n[Joins],
			s.n[Lefts] + s.n[Losses]})
	}
	return out, nil
}

// retained is how many who came in the range were still there 24 hours later.
// It is not known before everyone's 24 hours have passed.
func (r *Reader) retained(ctx context.Context, tx *db.Tx, code int64, from, to time.Time) (*int64,
	error) {
	const window = 24 * time.Hour
	if r.Clock.Now().Before(to.Add(window)) {
		return nil, nil
	}
	var n int64
	err := tx.QueryRow(ctx, `
		select count(*)
		from fact a
		where a.code = ?
		and a.kind in ('contact.added', 'group.joined')
		and a.at >= ?
		and a.at < ?
		and not exists (
			select 1
			from fact b
			where b.contact = a.contact
			and b.contact <> 0
			and b.target = a.target
			and b.kind in ('contact.lost', 'contact.dropped', 'group.left')
			and b.at >= a.at
			and b.at < a.at + ?)`,
		code, db.At(from), db.At(to), window.Microseconds()).Scan(&n)
	if err != nil {
		return nil, err
	}
	return &n, nil
}
