package scan

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/ident"
	"github.com/tuma-live/tuma/internal/core/fact"
)

// A diagnosis code is 40 bits: the last 34 bits of the millisecond in which the
// scan's id was made, and the last 6 of the id itself. Ids of the same end of
// milliseconds are 2^34 ms (199 days) apart, so a code is found by looking at a
// few single milliseconds of the primary key, and no index of its own is paid
// for by every scan. The bits are mixed, so that codes of one minute do not
// look alike.

const (
	diagnosisBits = 40
	tailBits      = 6
	msBits        = diagnosisBits - tailBits
	msShift       = 22 // where milliseconds begin in an id
	diagnosisMask = 1<<diagnosisBits - 1
)

// mix is odd, so multiplying by it modulo 2^40 can be undone, by unmix.
const (
	mix   = 0xE3779B97F5
	unmix = 0x8A4E8F1C5D
)

// diagnosisAlphabet leaves out 0, 1, I and O, which are misread on a screen.
const diagnosisAlphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

// Diagnosis is the short code a customer can read out, such as "7K2Q-9FAB".
func Diagnosis(id fact.ID) string {
	ms := uint64(id) >> msShift & (1<<msBits - 1)
	n := (ms<<tailBits | uint64(id)&(1<<tailBits-1)) * mix & diagnosisMask
	var b [9]byte
	for i := 8; i >= 0; i-- {
		if i == 4 {
			b[i] = '-'
			continue
		}
		b[i] = diagnosisAlphabet[n&31]
		n >>= 5
	}
	return string(b[:])
}

// parseDiagnosis reads a code as people type it: any case, with or without the
// dash and spaces. It returns the end of the milliseconds and of the id.
func parseDiagnosis(s string) (ms, tail int64, ok bool) {
	var n uint64
	digits := 0
	for _, r := range strings.ToUpper(s) {
		if r == '-' || r == ' ' {
			continue
		}
		i := strings.IndexRune(diagnosisAlphabet, r)
		if i < 0 || digits == 8 {
			return 0, 0, false
		}
		n = n<<5 | uint64(i)
		digits++
	}
	n = n * unmix & diagnosisMask
	return int64(n >> tailBits), int64(n & (1<<tailBits - 1)), digits == 8
}

// ByDiagnosis returns the scans between from and to whose diagnosis code is s,
// newest first: usually one. Text that is no code finds nothing.
func ByDiagnosis(ctx context.Context, tx *db.Tx, s string, from, to time.Time) ([]fact.ID, error) {
	ms, tail, ok := parseDiagnosis(s)
	if !ok {
		return nil, nil
	}
	var found []fact.ID
	first := int64(FirstID(from)) >> msShift >> msBits
	last := int64(FirstID(to)) >> msShift >> msBits
	for high := last; high >= max(0, first); high-- {
		begin := (high<<msBits | ms) << msShift
		ids, err := db.Select[fact.ID](ctx, tx, "select id from fact where id >= ? and id < ? and kind = ? order by id desc",
			begin, begin+1<<msShift, string(fact.Scan))
		if err != nil {
			return nil, fmt.Errorf("cannot look for a diagnosis code: %w", err)
		}
		for _, id := range ids {
			if int64(id)&(1<<tailBits-1) == tail {
				found = append(found, id)
			}
		}
	}
	return found, nil
}

// FirstID is the smallest scan id that could be made at t.
func FirstID(t time.Time) fact.ID { return fact.ID(ident.First[anyKind](t)) }

type anyKind struct{}

func (anyKind) Prefix() string { return "" }
