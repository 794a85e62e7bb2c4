package insight

import (
	"context"
	"fmt"
	"strings"

	"github.com/tuma-live/tuma/internal/base/db"
)

// line is a stored count.
type line struct {
	Code     int64  `db:"code"`
	Hour     int64  `db:"hour"`
	Metric   string `db:"metric"`
	Target   int64  `db:"target"`
	N        int64  `db:"n"`
	Visitors []byte `db:"visitors"`
}

// lines reads the counts of places (codes, channels, or 0 for the corp) in
// the hours [from, to).
func lines(ctx context.Context, tx *db.Tx, places []int64, from, to int64) ([]line, error) {
	ls, err := db.Select[line](ctx, tx, `
		select code, hour, metric, target, n, visitors
		from rollup_hour
		where code in (?)
		and hour >= ?
		and hour < ?`, db.In(places), from, to)
	if err != nil {
		return nil, fmt.Errorf("cannot read counts: %w", err)
	}
	return ls, nil
}

// sums adds up lines.
type sums struct {
	n      map[string]int64           // by metric, targets left out
	target map[string]map[int64]int64 // by metric and target
	who    map[string]sketch
}

func newSums() *sums {
	return &sums{n: map[string]int64{}, target: map[string]map[int64]int64{},
		who: map[string]sketch{}}
}

func (s *sums) add(l line) error {
	if l.Target != 0 {
		if s.target[l.Metric] == nil {
			s.target[l.Metric] = map[int64]int64{}
		}
		s.target[l.Metric][l.Target] += l.N
		return nil
	}
	s.n[l.Metric] += l.N
	if len(l.Visitors) == 0 {
		return nil
	}
	if _, ok := s.who[l.Metric]; !ok {
		empty, err := openSketch(nil)
		if err != nil {
			return err
		}
		s.who[l.Metric] = empty
	}
	return s.who[l.Metric].merge(l.Visitors)
}

// distinct is how many different visitors a metric saw.
func (s *sums) distinct(metric string) int64 {
	if k, ok := s.who[metric]; ok {
		return k.count()
	}
	return 0
}

// under lists the counts of the metrics that begin with prefix, without it.
func (s *sums) under(prefix string) map[string]int64 {
	out := map[string]int64{}
	for m, n := range s.n {
		if name, ok := strings.CutPrefix(m, prefix); ok {
			out[name] += n
		}
	}
	return out
}

func total(ls []line, keep func(line) bool) (*sums, error) {
	s := newSums()
	for _, l := range ls {
		if keep != nil && !keep(l) {
			continue
		}
		if err := s.add(l); err != nil {
			return nil, err
		}
	}
	return s, nil
}
