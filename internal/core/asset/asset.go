// Package asset keeps images by the hash of their bytes: the same picture is
// kept once, and its name says what it is.
package asset

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/fault"
)

// ErrNotFound says that no asset has this hash.
var ErrNotFound = fault.New(fault.NotFound, "asset.not_found")

// Asset is a kept file.
type Asset struct {
	Hash string `db:"hash"` // SHA-256 in hex
	Mime string `db:"mime"`
	Body []byte `db:"body"`
}

// Put keeps body and returns its hash.
func Put(ctx context.Context, tx *db.Tx, mime string, body []byte) (hash string, err error) {
	sum := sha256.Sum256(body)
	a := Asset{Hash: hex.EncodeToString(sum[:]), Mime: mime, Body: body}
	if err := db.Insert(ctx, tx, "asset", "on conflict (hash) do nothing", a); err != nil {
		return "", fmt.Errorf("cannot keep an asset of %d bytes: %w", len(body), err)
	}
	return a.Hash, nil
}

// Find returns the asset with this hash, or ErrNotFound.
func Find(ctx context.Context, tx *db.Tx, hash string) (Asset, error) {
	a, err := db.Get[Asset](ctx, tx, "select hash, mime, body from asset where hash = ?", hash)
	switch {
	case db.NoRows(err):
		return a, ErrNotFound
	case err != nil:
		return a, fmt.Errorf("cannot read asset %s: %w", hash, err)
	}
	return a, nil
}
