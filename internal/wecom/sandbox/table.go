package sandbox

import (
	"encoding/json"
	"slices"
)

// keyed is a row that knows its id.
type keyed interface{ key() string }

// table keeps rows in the order they were made and finds them by id. In JSON
// it is a plain array.
type table[T keyed] struct {
	rows []T
	at   map[string]T
}

func (t *table[T]) put(v T) {
	if t.at == nil {
		t.at = map[string]T{}
	}
	t.rows = append(t.rows, v)
	t.at[v.key()] = v
}

func (t *table[T]) get(id string) (T, bool) {
	v, ok := t.at[id]
	return v, ok
}

func (t *table[T]) drop(id string) {
	delete(t.at, id)
	t.rows = slices.DeleteFunc(t.rows, func(v T) bool { return v.key() == id })
}

// MarshalJSON writes the rows.
func (t table[T]) MarshalJSON() ([]byte, error) {
	if t.rows == nil {
		return []byte("[]"), nil
	}
	return json.Marshal(t.rows)
}

// UnmarshalJSON reads the rows and finds them again.
func (t *table[T]) UnmarshalJSON(b []byte) error {
	var rows []T
	if err := json.Unmarshal(b, &rows); err != nil {
		return err
	}
	*t = table[T]{}
	for _, v := range rows {
		t.put(v)
	}
	return nil
}
