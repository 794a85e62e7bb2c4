package ident

import (
	"encoding/json"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
)

type code struct{}

func (code) Prefix() string { return "lc" }

type group struct{}

func (group) Prefix() string { return "gp" }

func TestIDsNeverRepeatAndSortByTime(t *testing.T) {
	t.Parallel()
	c := clock.NewManual(time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC))
	s := NewSource(c, 3, 0)
	var mu sync.Mutex
	var all []int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 3000 { // more than one millisecond has room for
				id := New[code](s)
				mu.Lock()
				all = append(all, int64(id))
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	slices.Sort(all)
	if len(slices.Compact(all)) != 24000 {
		t.Fatal("an id was made twice")
	}
	c.Advance(-time.Hour) // the clock goes back
	if id := New[code](s); int64(id) <= all[len(all)-1] {
		t.Fatal("an id is not above the ones before it")
	}
	restarted := NewSource(c, 3, all[len(all)-1])
	if id := New[code](restarted); int64(id) <= all[len(all)-1] {
		t.Fatal("after a restart an id is not above the stored ones")
	}
}

func TestAnIDIsBelowFirstExactlyWhenItIsOlder(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 21, 8, 30, 0, int(7*time.Millisecond), time.UTC)
	id := New[code](NewSource(clock.NewManual(at), 1023, 0))
	if id < First[code](at) || id >= First[code](at.Add(time.Millisecond)) || !id.Time().Equal(at) {
		t.Fatalf("id %d of %v, first %d", id, id.Time(), First[code](at))
	}
}

func FuzzParse(f *testing.F) {
	f.Add("lc_0h3k0000000q0")
	f.Add("")
	f.Add("lc_")
	f.Add("gp_0h3k0000000q0")
	f.Fuzz(func(t *testing.T, s string) {
		id, err := Parse[code](s)
		if err != nil {
			return
		}
		if id < 0 || id.String() != s {
			t.Fatalf("%q is read as %d and written as %q", s, id, id)
		}
		if s != "" {
			if _, err := Parse[group](s); err == nil {
				t.Fatalf("%q is also the id of a group", s)
			}
		}
		b, err := json.Marshal(id)
		var back ID[code]
		if err != nil || json.Unmarshal(b, &back) != nil || back != id {
			t.Fatalf("%d became %s, then %d", id, b, back)
		}
	})
}
