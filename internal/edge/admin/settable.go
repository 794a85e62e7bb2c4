package admin

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// Settable is a time in a change: absent, null (take it away) or a time.
type Settable struct {
	Set  bool
	Time time.Time
}

// UnmarshalJSON implements json.Unmarshaler.
func (s *Settable) UnmarshalJSON(b []byte) error {
	s.Set = true
	if bytes.Equal(b, []byte("null")) {
		return nil
	}
	return json.Unmarshal(b, &s.Time)
}

// MarshalJSON implements json.Marshaler.
func (s Settable) MarshalJSON() ([]byte, error) { return json.Marshal(maybe(s.Time)) }

// Schema implements huma.SchemaProvider.
func (Settable) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: "string", Format: "date-time", Nullable: true}
}
