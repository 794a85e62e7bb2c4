// Package ident makes the ids of everything: 63-bit numbers that sort by the
// time they were made, and opaque, prefixed text outside.
package ident

import (
	"crypto/rand"
	"database/sql/driver"
	"encoding/base32"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
)

// Kind names what an id is of. It is implemented by empty structs.
type Kind interface{ Prefix() string }

// ID is the id of one K. In the database it is a BIGINT, outside it is text
// such as "lc_06bq3v8m1c0g0". The zero ID means "none" and is empty text.
type ID[K Kind] int64

// ErrMalformed is returned for text that is not an id of the wanted kind.
var ErrMalformed = errors.New("malformed id")

var encoding = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// String returns the id's text, which Parse reads.
func (id ID[K]) String() string {
	if id == 0 {
		return ""
	}
	var k K
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(id))
	return k.Prefix() + "_" + encoding.EncodeToString(b[:])
}

// Parse reads an id's text. Empty text is the zero id.
func Parse[K Kind](s string) (ID[K], error) {
	if s == "" {
		return 0, nil
	}
	var k K
	body, ok := strings.CutPrefix(s, k.Prefix()+"_")
	if !ok || len(body) != 13 {
		return 0, fmt.Errorf("%w: %.40q", ErrMalformed, s)
	}
	b, err := encoding.DecodeString(body)
	if err != nil || len(b) != 8 || encoding.EncodeToString(b) != body || b[0]&0x80 != 0 {
		return 0, fmt.Errorf("%w: %.40q", ErrMalformed, s)
	}
	id := ID[K](binary.BigEndian.Uint64(b))
	if id == 0 { // is written as empty text
		return 0, fmt.Errorf("%w: %.40q", ErrMalformed, s)
	}
	return id, nil
}

// MarshalText implements encoding.TextMarshaler.
func (id ID[K]) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (id *ID[K]) UnmarshalText(b []byte) error {
	v, err := Parse[K](string(b))
	*id = v
	return err
}

// MarshalJSON writes the id as a string.
func (id ID[K]) MarshalJSON() ([]byte, error) { return json.Marshal(id.String()) }

// UnmarshalJSON reads the id from a string.
func (id *ID[K]) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	return id.UnmarshalText([]byte(s))
}

// Value stores the id as an integer.
func (id ID[K]) Value() (driver.Value, error) { return int64(id), nil }

// Scan reads the id from an integer; NULL is the zero id.
func (id *ID[K]) Scan(v any) error {
	switch n := v.(type) {
	case nil:
		*id = 0
	case int64:
		*id = ID[K](n)
	default:
		return fmt.Errorf("cannot read an id from %T", v)
	}
	return nil
}

// Time returns the instant the id was made, to the millisecond.
func (id ID[K]) Time() time.Time { return time.UnixMilli(int64(id)>>22 + epoch).UTC() }

// First returns the smallest id that could be made at t: an id is below it
// exactly when it was made before t.
func First[K Kind](t time.Time) ID[K] { return ID[K]((t.UnixMilli() - epoch) << 22) }

// The layout of an id: 41 bits of milliseconds since epoch, 10 of node, 12 of count.
const (
	epoch    = 1735689600000 // 2025-01-01T00:00:00Z
	MaxNodes = 1 << 10
)

// Source makes ids for one node. It never makes one twice, also not when the
// clock goes back: it then counts on from the last millisecond it used.
type Source struct {
	clock clock.Clock
	node  int64
	mu    sync.Mutex
	last  int64 // ms since epoch << 12 | count
}

// NewSource returns the source of node (0 ≤ node < MaxNodes). Every id it makes
// is greater than after, which a restart reads from what is stored.
func NewSource(c clock.Clock, node int, after int64) *Source {
	return &Source{clock: c, node: int64(node), last: after>>22<<12 | 0xfff}
}

func (s *Source) next() int64 {
	now := (s.clock.Now().UnixMilli() - epoch) << 12
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = max(now, s.last+1)
	return s.last>>12<<22 | s.node<<12 | s.last&0xfff
}

// New makes the next id.
func New[K Kind](s *Source) ID[K] { return ID[K](s.next()) }

// Random returns n bytes nobody can guess.
func Random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails: crypto/rand ends the program instead
	return b
}

// Token returns a secret of n random bytes as text of [0-9a-z].
func Token(n int) string { return encoding.EncodeToString(Random(n)) }
