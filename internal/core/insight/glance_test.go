package insight

import (
	"encoding/json"
	"testing"
	"unicode/utf8"
)

// Whatever is read at a glance, a decoder reads the same.
func FuzzGlance(f *testing.F) {
	for _, data := range []string{
		`{"st":"ok_group","why":"chosen","kind":"group","pool":7,"rev":3,"os":"ios","wx":"wechat","new":true,"hold":true,"until":9,"joined":3,"free":4}`,
		`{"st":"all_full","why":"no_target","rev":1,"os":"android","tap":true,"ref":[{"t":1,"p":2,"r":"full"}]}`,
		`{"st":"near","why":"sticky","mat":"A\\"b","again":true}`,
		`{"st":"draft","utm":{"utm_source":"x"},"new":true}`,
		`{}`, `{"st":1}`, `{"st":"a"`, `[]`, ``, `{"st":"a","st":"b"}`, `{"ST":"a"}`, `{"new": true}`,
	} {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data string) {
		var fast, slow trace
		if !fast.glance(data) {
			if fast != (trace{}) {
				t.Fatalf("%q was given up and left %+v", data, fast)
			}
			return
		}
		if !json.Valid([]byte(data)) || !utf8.ValidString(data) {
			return // not ours: core/scan writes JSON
		}
		if err := json.Unmarshal([]byte(data), &slow); err == nil && fast != slow && !folded(data) {
			t.Fatalf("%q: %+v at a glance, %+v decoded", data, fast, slow)
		}
	})
}

// folded says that data names a field in other letters, which Go's decoder
// takes for it, or twice: core/scan does neither.
func folded(data string) bool {
	var m map[string]json.RawMessage
	if json.Unmarshal([]byte(data), &m) != nil {
		return true
	}
	for k, v := range m {
		switch k {
		case "st", "why", "os", "new", "hold", "tap":
			if string(v) == "null" {
				return true
			}
		default:
			var t trace
			if b, err := json.Marshal(map[string]json.RawMessage{k: v}); err == nil && json.Unmarshal(b, &t) == nil && t != (trace{}) {
				return true
			}
		}
	}
	return false
}
