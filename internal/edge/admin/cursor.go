package admin

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"

	"github.com/tuma-live/tuma/internal/base/web"
)

// cursor is the place where the next page of a list begins. Outside it is
// opaque, and signed: nobody can make one that asks for something else.
type cursor struct {
	List   string `json:"l"`
	ID     int64  `json:"i"`
	Number int64  `json:"n,omitempty"`
	Text   string `json:"t,omitempty"`
}

var errCursor = web.ErrMalformed.WithField("cursor", "field.invalid")

const cursorMAC = 10

// cursors reads and writes cursors. The first key signs; all are accepted.
type cursors struct{ keys [][]byte }

func (cs cursors) write(c cursor) string {
	b, err := json.Marshal(c)
	if err != nil { // text that is not UTF-8 is replaced, nothing else can fail
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(append(mac(cs.keys[0], b), b...))
}

// read returns the cursor in s, which must be of list. Empty text is the start.
func (cs cursors) read(s, list string) (c cursor, err error) {
	if s == "" {
		return c, nil
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(b) <= cursorMAC {
		return c, errCursor
	}
	for _, key := range cs.keys {
		if !hmac.Equal(b[:cursorMAC], mac(key, b[cursorMAC:])) {
			continue
		}
		if json.Unmarshal(b[cursorMAC:], &c) != nil || c.List != list {
			return cursor{}, errCursor
		}
		return c, nil
	}
	return c, errCursor
}

func mac(key, b []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte("cursor\x00"))
	h.Write(b)
	return h.Sum(nil)[:cursorMAC]
}

// page cuts rows, which hold one more than limit when there are more, and
// writes the cursor behind the last one shown.
func page[R, V any](a *API, rows []R, limit int, total int64, at func(R) cursor,
	view func(R) V) Page[V] {
	var next *string
	if len(rows) > limit {
		rows = rows[:limit]
		s := a.cursors.write(at(rows[limit-1]))
		next = &s
	}
	return Page[V]{Items: each(rows, view), NextCursor: next, Total: total}
}

// whole is a list that is never cut.
func whole[R, V any](rows []R, view func(R) V) Page[V] {
	return Page[V]{Items: each(rows, view), Total: int64(len(rows))}
}
