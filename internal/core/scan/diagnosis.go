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

// A diagnosis code is the end of a scan's id. The ids that end so were made
// 2^18 ms (about 4 minutes) apart, so the scan is found by its primary key: one
// look for each 4 minutes searched, and no index of its own.

// diagnosisBits is how much of an id a diagnosis code tells.
const diagnosisBits = 40

// diagnosisAlphabet leaves out 0, 1, I and O, which are misread on a screen.
const diagnosisAlphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

// Diagnosis is the short code a customer can read out: the last 40 bits of the
// scan's id as eight characters, such as "7K2Q-9FAB".
func Diagnosis(id fact.ID) string {
	var b [9]byte
	n := uint64(id)
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
// dash and spaces.
func parseDiagnosis(s string) (int64, bool) {
	var n int64
	digits := 0
	for _, r := range strings.ToUpper(s) {
		if r == '-' || r == ' ' {
			continue
		}
		i := strings.IndexRune(diagnosisAlphabet, r)
		if i < 0 {
			return 0, false
		}
		n = n<<5 | int64(i)
		digits++
	}
	return n, digits == 8
}

// ByDiagnosis returns the scans between from and to whose diagnosis code is s,
// newest first: usually one, seldom more. Text that is no code finds nothing.
func ByDiagnosis(ctx context.Context, tx *db.Tx, s string, from, to time.Time) ([]fact.ID, error) {
	low, ok := parseDiagnosis(s)
	if !ok {
		return nil, nil
	}
	const atOnce = 512
	var found []fact.ID
	first := int64(FirstID(from)) >> diagnosisBits
	last := int64(FirstID(to)) >> diagnosisBits
	for last >= first && len(found) == 0 {
		ids := make([]int64, 0, atOnce)
		for ; last >= first && len(ids) < atOnce; last-- {
			ids = append(ids, last<<diagnosisBits|low)
		}
		got, err := db.Select[fact.ID](ctx, tx, "select id from fact where id in (?) and kind = ? order by id desc",
			db.In(ids), string(fact.Scan))
		if err != nil {
			return nil, fmt.Errorf("cannot look for a diagnosis code: %w", err)
		}
		found = append(found, got...)
	}
	return found, nil
}

// FirstID is the smallest scan id that could be made at t.
func FirstID(t time.Time) fact.ID { return fact.ID(ident.First[anyKind](t)) }

type anyKind struct{}

func (anyKind) Prefix() string { return "" }
