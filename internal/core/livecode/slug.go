package livecode

import (
	"crypto/sha256"
	"crypto/subtle"

	"github.com/tuma-live/tuma/internal/base/ident"
)

// SlugLen is how many characters a slug has.
const SlugLen = 16

const (
	slugBody = 6 // random bytes
	slugMAC  = 4 // bytes of their keyed hash
)

// Signer makes slugs and knows its own: 48 random bits and 32 of a keyed hash,
// so that a made-up slug is refused before anything is looked up. It is safe
// for concurrent use.
type Signer struct {
	keys []slugKey
}

// slugKey is an HMAC-SHA256 key, padded to the block for both passes.
type slugKey struct{ inner, outer [sha256.BlockSize]byte }

// NewSigner returns a signer that signs with the first key and accepts them all.
func NewSigner(keys [][]byte) *Signer {
	s := &Signer{}
	for _, key := range keys {
		if len(key) > sha256.BlockSize {
			h := sha256.Sum256(key)
			key = h[:]
		}
		var k slugKey
		copy(k.inner[:], key)
		copy(k.outer[:], key)
		for i := range k.inner {
			k.inner[i] ^= 0x36
			k.outer[i] ^= 0x5c
		}
		s.keys = append(s.keys, k)
	}
	return s
}

// sum is the first bytes of HMAC-SHA256, computed on the stack: a scan checks
// its slug before anything else, and a flood of forged ones must cost little.
func (k *slugKey) sum(body *[slugBody]byte) [slugMAC]byte {
	var in [sha256.BlockSize + slugBody]byte
	copy(in[:], k.inner[:])
	copy(in[sha256.BlockSize:], body[:])
	h := sha256.Sum256(in[:])
	var out [sha256.BlockSize + sha256.Size]byte
	copy(out[:], k.outer[:])
	copy(out[sha256.BlockSize:], h[:])
	h = sha256.Sum256(out[:])
	return [slugMAC]byte(h[:slugMAC])
}

// New returns a slug nobody can guess.
func (s *Signer) New() string {
	body := [slugBody]byte(ident.Random(slugBody))
	mac := s.keys[0].sum(&body)
	var raw [slugBody + slugMAC]byte
	copy(raw[:], body[:])
	copy(raw[slugBody:], mac[:])
	return encodeSlug(raw)
}

// Check says that slug was made by New, with any of the keys. It takes as long
// for a forged slug as for a real one.
func (s *Signer) Check(slug string) bool {
	raw, ok := decodeSlug(slug)
	if !ok {
		return false
	}
	body := [slugBody]byte(raw[:slugBody])
	match := 0
	for i := range s.keys {
		mac := s.keys[i].sum(&body)
		match |= subtle.ConstantTimeCompare(mac[:], raw[slugBody:])
	}
	return match == 1
}

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"

var digits = func() (t [256]byte) {
	for i := range t {
		t[i] = 0xff
	}
	for i, c := range []byte(alphabet) {
		t[c] = byte(i)
	}
	return t
}()

func encodeSlug(raw [slugBody + slugMAC]byte) string {
	var out [SlugLen]byte
	var acc, bits uint32
	n := 0
	for _, b := range raw {
		acc, bits = acc<<8|uint32(b), bits+8
		for bits >= 5 {
			bits -= 5
			out[n] = alphabet[acc>>bits&31]
			n++
		}
	}
	return string(out[:])
}

func decodeSlug(slug string) (raw [slugBody + slugMAC]byte, ok bool) {
	if len(slug) != SlugLen {
		return raw, false
	}
	var acc, bits uint32
	n := 0
	for i := range SlugLen {
		d := digits[slug[i]]
		if d == 0xff {
			return raw, false
		}
		acc, bits = acc<<5|uint32(d), bits+5
		if bits >= 8 {
			bits -= 8
			raw[n] = byte(acc >> bits)
			n++
		}
	}
	return raw, true
}
