package access

import (
	"bytes"
	"context"
	"crypto/subtle"
	_ "embed" // the list of common passwords
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"github.com/tuma-live/tuma/internal/base/fault"
	"github.com/tuma-live/tuma/internal/base/ident"
)

// What a password costs to try: Argon2id with 19 MiB, two passes.
const (
	argonMemory = 19 * 1024
	argonPasses = 2
	argonLanes  = 1
	argonKey    = 32
)

// MinPassword is the least number of characters of a password.
const MinPassword = 12

const maxPassword = 128

//go:embed common.txt
var commonText []byte

// hasher hashes passwords, at most two at a time: more would let a burst of
// logins take the memory that scans need.
type hasher struct {
	turns  chan struct{}
	common map[string]bool
	dummy  string // compared when there is no such account, so that it takes as long
}

func newHasher() hasher {
	h := hasher{turns: make(chan struct{}, 2), common: map[string]bool{}}
	for line := range bytes.Lines(commonText) {
		h.common[string(bytes.TrimSpace(line))] = true
	}
	h.dummy = encode(ident.Random(16), ident.Random(argonKey))
	return h
}

// hash returns the text to keep for password.
func (h hasher) hash(ctx context.Context, password string) (string, error) {
	salt := ident.Random(16)
	key, err := h.key(ctx, password, salt)
	if err != nil {
		return "", err
	}
	return encode(salt, key), nil
}

// matches says whether kept was made from password.
func (h hasher) matches(ctx context.Context, kept, password string) (bool, error) {
	parts := strings.Split(kept, "$")
	if len(parts) != 6 {
		return false, fmt.Errorf("cannot read a password hash of %d parts", len(parts))
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false, fmt.Errorf("cannot read a salt: %w", err)
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil {
		return false, fmt.Errorf("cannot read a password hash: %w", err)
	}
	have, err := h.key(ctx, password, salt)
	return err == nil && subtle.ConstantTimeCompare(have, want) == 1, err
}

func (h hasher) key(ctx context.Context, password string, salt []byte) ([]byte, error) {
	select {
	case h.turns <- struct{}{}:
		defer func() { <-h.turns }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return argon2.IDKey([]byte(password), salt, argonPasses, argonMemory, argonLanes, argonKey), nil
}

func encode(salt, key []byte) string {
	b := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		argonMemory, argonPasses, argonLanes, b.EncodeToString(salt), b.EncodeToString(key))
}

// check returns the fault of a password that is too easy. There are no rules
// about kinds of characters: length and rarity are what counts.
func (h hasher) check(login, password string) error {
	lower := strings.ToLower(password)
	switch n := utf8.RuneCountInString(password); {
	case n < MinPassword:
		return fault.ErrInvalid.WithField("password", "field.password_short")
	case n > maxPassword:
		return fault.ErrInvalid.WithField("password", "field.too_long")
	case h.common[lower], few(lower), steps(lower), login != "" && strings.Contains(lower,
		strings.ToLower(login)):
		return fault.ErrInvalid.WithField("password", "field.password_common")
	}
	return nil
}

// few says that s is made of at most three different characters.
func few(s string) bool {
	seen := map[rune]bool{}
	for _, r := range s {
		seen[r] = true
	}
	return len(seen) <= 3
}

// steps says that s only counts up or down, as in 123456789012 or abcdefghijkl.
func steps(s string) bool {
	rs := []rune(s)
	up, down := 0, 0
	for i := 1; i < len(rs); i++ {
		switch rs[i] - rs[i-1] {
		case 1, -9:
			up++
		case -1, 9:
			down++
		}
	}
	return max(up, down) >= len(rs)-2
}
