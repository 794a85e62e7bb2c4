package scan

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"time"

	"github.com/tuma-live/tuma/internal/base/ident"
)

const (
	cookieName = "tv"
	renewAfter = 30 // days after which a visitor gets a new one

	visitorBody = 10 // id and day of issue
	visitorMAC  = 16
	cookieLen   = 35 // in base64
)

// Visitors names browsers by a signed cookie. Nothing else tells them apart.
type Visitors struct {
	keys []macKey
	ids  *ident.Source
}

// macKey is an HMAC-SHA256 key, padded to the block for both passes, so that
// checking a cookie stays on the stack.
type macKey struct{ inner, outer [sha256.BlockSize]byte }

func (k *macKey) sum(body []byte) (mac [visitorMAC]byte) {
	var in [sha256.BlockSize + visitorBody]byte
	copy(in[copy(in[:], k.inner[:]):], body)
	h := sha256.Sum256(in[:])
	var out [sha256.BlockSize + sha256.Size]byte
	copy(out[copy(out[:], k.outer[:]):], h[:])
	h = sha256.Sum256(out[:])
	copy(mac[:], h[:])
	return mac
}

// NewVisitors signs with the first of keys and knows cookies of all of them.
// New visitors get their ids from ids.
func NewVisitors(keys [][]byte, ids *ident.Source) *Visitors {
	v := &Visitors{ids: ids}
	for _, key := range keys {
		if len(key) > sha256.BlockSize {
			h := sha256.Sum256(key)
			key = h[:]
		}
		var k macKey
		for i := range k.inner {
			var c byte
			if i < len(key) {
				c = key[i]
			}
			k.inner[i], k.outer[i] = c^0x36, c^0x5c
		}
		v.keys = append(v.keys, k)
	}
	return v
}

// read returns the visitor of a cookie's value and the day it was issued.
func (v *Visitors) read(cookie string) (id, day int64, ok bool) {
	if len(cookie) != cookieLen {
		return 0, 0, false
	}
	var text [cookieLen]byte
	copy(text[:], cookie)
	var raw [visitorBody + visitorMAC]byte
	n, err := base64.RawURLEncoding.Strict().Decode(raw[:], text[:])
	if err != nil || n != len(raw) {
		return 0, 0, false
	}
	match := 0
	for i := range v.keys {
		mac := v.keys[i].sum(raw[:visitorBody])
		match |= subtle.ConstantTimeCompare(mac[:], raw[visitorBody:])
	}
	id = int64(binary.BigEndian.Uint64(raw[:8]))
	return id, int64(binary.BigEndian.Uint16(raw[8:])), match == 1 && id > 0
}

// append writes the cookie's value for a visitor seen on day.
func (v *Visitors) append(b []byte, id, day int64) []byte {
	var raw [visitorBody]byte
	binary.BigEndian.PutUint64(raw[:], uint64(id))
	binary.BigEndian.PutUint16(raw[8:], uint16(day))
	mac := v.keys[0].sum(raw[:])
	var all [visitorBody + visitorMAC]byte
	copy(all[copy(all[:], raw[:]):], mac[:])
	return base64.RawURLEncoding.AppendEncode(b, all[:])
}

// fresh returns an id nobody has. It need not be hard to guess, the cookie is
// signed; that ids grow with time keeps the rows of new visitors side by side.
func (v *Visitors) fresh() int64 { return int64(ident.New[visitorKind](v.ids)) }

type visitorKind struct{}

func (visitorKind) Prefix() string { return "vi" }

func dayOf(t time.Time) int64 { return t.Unix() / 86400 }

// cookie returns the value of the cookie in Cookie header lines, or "".
func cookie(lines []string) string {
	for _, line := range lines {
		for line != "" {
			var pair string
			pair, line, _ = strings.Cut(line, ";")
			key, value, _ := strings.Cut(strings.TrimLeft(pair, " "), "=")
			if key == cookieName {
				return value
			}
		}
	}
	return ""
}

// setCookie is the header that makes a browser keep visitor id for 400 days,
// the longest that browsers allow.
func (v *Visitors) setCookie(id, day int64, secure bool) string {
	b := make([]byte, 0, 128)
	b = append(b, cookieName+"="...)
	b = v.append(b, id, day)
	b = append(b, "; Path=/; Max-Age=34560000; HttpOnly; SameSite=Lax"...)
	if secure {
		b = append(b, "; Secure"...)
	}
	return string(b)
}
