// Package schematest opens real, migrated databases for tests: SQLite always,
// PostgreSQL when TUMA_TEST_DB names a server where databases may be made.
package schematest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/ident"
	"github.com/tuma-live/tuma/internal/schema"
)

// Each runs f on an empty, migrated database of every engine there is.
func Each(t *testing.T, f func(t *testing.T, d *db.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { f(t, SQLite(t)) })
	if os.Getenv("TUMA_TEST_DB") != "" {
		t.Run("postgres", func(t *testing.T) { f(t, Postgres(t)) })
	}
}

// SQLite opens an empty, migrated SQLite database.
func SQLite(t testing.TB) *db.DB {
	t.Helper()
	return Open(t, filepath.Join(t.TempDir(), "tuma.db"))
}

// Postgres opens an empty, migrated PostgreSQL database, or skips the test
// where there is no server.
func Postgres(t testing.TB) *db.DB {
	t.Helper()
	return Open(t, PostgresURL(t))
}

// PostgresURL makes an empty database that is dropped after the test.
func PostgresURL(t testing.TB) string {
	t.Helper()
	server := os.Getenv("TUMA_TEST_DB")
	if server == "" {
		t.Skip("TUMA_TEST_DB is not set")
	}
	name := fmt.Sprintf("t_%s", ident.Token(8))
	admin(t, server, "create database "+name)
	t.Cleanup(func() { admin(t, server, "drop database "+name+" with (force)") })
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

func admin(t testing.TB, server, q string) {
	t.Helper()
	ctx := context.Background()
	c, err := pgx.Connect(ctx, server)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(ctx) //nolint:errcheck // a test's connection
	if _, err := c.Exec(ctx, q); err != nil {
		t.Fatal(err)
	}
}

// Open opens the database at url, migrates it and closes it after the test.
func Open(t testing.TB, url string) *db.DB {
	t.Helper()
	ctx := context.Background()
	d, err := db.Open(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	if err := schema.Up(ctx, d); err != nil {
		t.Fatal(err)
	}
	d.IDs = ident.NewSource(clock.System{}, 0, 0)
	return d
}
