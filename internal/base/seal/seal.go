// Package seal keeps secrets secret: it encrypts what is stored, makes keyed
// hashes to look sealed values up by, and derives keys for signatures. The keys
// form a ring: a new one takes over, the old ones go on opening.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/ident"
)

// ErrOpen is returned for bytes that none of our keys sealed for that place.
var ErrOpen = errors.New("cannot open the seal")

// The layout of sealed bytes: algorithm, key id, nonce, ciphertext with tag.
// The algorithm is a byte so that another (SM4-GCM) can stand beside it.
const (
	aes256gcm  = 1
	headerSize = 1 + 4
	nonceSize  = 12
)

// Ring is a set of keys. It is safe for concurrent use.
type Ring struct {
	clock clock.Clock
	path  string // "" when the keys came from the environment

	mu      sync.RWMutex
	set     keySet
	aeads   map[uint32]cipher.AEAD
	derived map[string]derivation
}

type derivation struct {
	primary uint32
	keys    [][]byte
}

func newRing(c clock.Clock, path string, set keySet) (*Ring, error) {
	r := &Ring{clock: c, path: path}
	return r, r.use(set)
}

// use makes set the keys of the ring.
func (r *Ring) use(set keySet) error {
	aeads := make(map[uint32]cipher.AEAD, len(set.Keys))
	for _, k := range set.Keys {
		block, err := aes.NewCipher(derive(k.Secret, "seal"))
		if err != nil {
			return fmt.Errorf("cannot use key %d: %w", k.ID, err)
		}
		if aeads[k.ID], err = cipher.NewGCM(block); err != nil {
			return fmt.Errorf("cannot use key %d: %w", k.ID, err)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.set, r.aeads, r.derived = set, aeads, map[string]derivation{}
	return nil
}

// derive makes the key of one purpose, so that no key serves two.
func derive(secret []byte, purpose string) []byte {
	k, err := hkdf.Key(sha256.New, secret, nil, "tuma/"+purpose, 32)
	if err != nil {
		panic(err) // only for lengths HKDF cannot make
	}
	return k
}

// Seal encrypts plain. place ("table.column|id") is bound to it: the result
// opens nowhere else, so a sealed value cannot be moved to another row.
func (r *Ring) Seal(plain []byte, place string) ([]byte, error) {
	r.mu.RLock()
	id := r.set.primary(r.clock.Now())
	aead := r.aeads[id]
	r.mu.RUnlock()
	out := make([]byte, headerSize, headerSize+nonceSize+len(plain)+aead.Overhead())
	out[0] = aes256gcm
	binary.BigEndian.PutUint32(out[1:], id)
	nonce := ident.Random(nonceSize)
	out = append(out, nonce...)
	return aead.Seal(out, nonce, plain, bound(out[:headerSize], place)), nil
}

// Open decrypts what Seal made for place, with whichever key it was. It
// returns ErrOpen for anything else.
func (r *Ring) Open(sealed []byte, place string) ([]byte, error) {
	if len(sealed) < headerSize+nonceSize || sealed[0] != aes256gcm {
		return nil, ErrOpen
	}
	r.mu.RLock()
	aead, ok := r.aeads[binary.BigEndian.Uint32(sealed[1:])]
	r.mu.RUnlock()
	if !ok {
		return nil, ErrOpen
	}
	nonce, body := sealed[headerSize:headerSize+nonceSize], sealed[headerSize+nonceSize:]
	plain, err := aead.Open(nil, nonce, body, bound(sealed[:headerSize], place))
	if err != nil {
		return nil, ErrOpen
	}
	return plain, nil
}

// Current says whether sealed was made with the key that seals now. What was
// not can be sealed again to retire an old key.
func (r *Ring) Current(sealed []byte) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return len(sealed) > headerSize &&
		binary.BigEndian.Uint32(sealed[1:]) == r.set.primary(r.clock.Now())
}

func bound(header []byte, place string) []byte {
	return append(slices.Clone(header), place...)
}

// Index returns the 16-byte keyed hash by which a sealed value is found. Equal
// values of one field have equal hashes; the key behind it never rotates.
func (r *Ring) Index(field, value string) []byte {
	r.mu.RLock()
	key := r.set.Index
	r.mu.RUnlock()
	h := hmac.New(sha256.New, key)
	h.Write([]byte(field))
	h.Write([]byte{0})
	h.Write([]byte(value))
	return h.Sum(nil)[:16]
}

// Keys returns the 32-byte keys of purpose. Sign with the first; what any of
// them signed is ours. Ask again rather than keep them: the ring may turn.
func (r *Ring) Keys(purpose string) [][]byte {
	now := r.clock.Now()
	r.mu.RLock()
	primary := r.set.primary(now)
	d, ok := r.derived[purpose]
	r.mu.RUnlock()
	if ok && d.primary == primary {
		return d.keys
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	d = derivation{primary: r.set.primary(now)}
	for _, k := range r.set.ordered(now) {
		d.keys = append(d.keys, derive(k.Secret, purpose))
	}
	r.derived[purpose] = d
	return d.keys
}

// Fingerprint names the ring without telling anything about it. It stays the
// same when keys rotate: nodes on one database must agree on it.
func (r *Ring) Fingerprint() string {
	return hex.EncodeToString(r.Index("fingerprint", ""))
}

// ForTest returns a ring with fixed keys.
func ForTest() *Ring {
	secret := make([]byte, 32)
	r, err := newRing(clock.System{}, "", keySet{
		Index: derive(secret, "test index"),
		Keys:  []key{{ID: 1, Secret: secret, From: time.Unix(0, 0)}},
	})
	if err != nil {
		panic(err) // only in tests
	}
	return r
}
