package web

import (
	"encoding/json"
	"strings"
	"testing"
)

// What Strict lets through is JSON that Go reads, without keys that differ in
// case only.
func FuzzStrictJSON(f *testing.F) {
	for _, s := range []string{`{"a":1,"A":2}`, `[1,{"x":null}]`, `{"a":{"b":[]},"c":"\u0000"}`, `1e400`, `"\ud800"`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if StrictJSON(b) != nil {
			return
		}
		if !json.Valid(b) {
			t.Fatalf("accepted %q, which is not JSON", b)
		}
		var v any
		if err := json.Unmarshal(b, &v); err != nil {
			t.Fatalf("accepted %q, which Go cannot read: %v", b, err)
		}
		distinct(t, v)
	})
}

// distinct fails when an object has two keys that are equal but for case.
func distinct(t *testing.T, v any) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			distinct(t, x)
		}
	case map[string]any:
		for a, x := range v {
			for b := range v {
				if a != b && strings.EqualFold(a, b) {
					t.Fatalf("accepted both %q and %q", a, b)
				}
			}
			distinct(t, x)
		}
	}
}
