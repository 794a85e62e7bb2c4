package audit

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// Diff is one field before and after, as JSON text; empty text is "not there".
type Diff struct {
	Field  string `json:"field"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// Hidden stands for the value of a field that holds a secret.
const Hidden = `"…"`

// secretWords mark fields whose values never enter the log.
var secretWords = []string{"password", "secret", "token", "aes_key", "api_key", "unionid",
	"external_userid"}

// Changes lists the fields in which before and after differ, sorted by name.
// Fields are those of the values' JSON objects.
func Changes(before, after any) ([]Diff, error) {
	old, err := fields(before)
	if err != nil {
		return nil, err
	}
	now, err := fields(after)
	if err != nil {
		return nil, err
	}
	names := maps.Clone(old)
	maps.Copy(names, now)
	var out []Diff
	for _, name := range slices.Sorted(maps.Keys(names)) {
		d := Diff{name, string(old[name]), string(now[name])}
		if d.Before == d.After {
			continue
		}
		if secret(name) {
			d.Before, d.After = hide(d.Before), hide(d.After)
		}
		out = append(out, d)
	}
	return out, nil
}

func fields(v any) (map[string]json.RawMessage, error) {
	m := map[string]json.RawMessage{}
	if v == nil {
		return m, nil
	}
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return m, json.Unmarshal(b, &m)
}

func secret(name string) bool {
	return slices.ContainsFunc(secretWords, func(w string) bool {
		return strings.Contains(strings.ToLower(name), w)
	})
}

func hide(s string) string {
	if s == "" || s == `""` || s == "null" {
		return s
	}
	return Hidden
}
