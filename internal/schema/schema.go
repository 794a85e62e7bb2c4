// Package schema brings a database to the shape this program needs. Each
// change is one file; {words} in braces are what the engines write differently.
package schema

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/fault"
)

//go:embed sql/*.sql
var files embed.FS

// ErrNewer is returned for a database that a newer program has changed.
var ErrNewer = fault.New(fault.Unavailable, "schema.newer")

var words = map[db.Engine]*strings.Replacer{
	db.SQLite: strings.NewReplacer(
		"{id}", "integer primary key",
		"{bytes}", "blob",
		"{tx}", "0",
		"{norowid}", " without rowid",
		"--postgres ", "-- ",
		"--sqlite ", ""),
	db.Postgres: strings.NewReplacer(
		"{id}", "bigint primary key",
		"{bytes}", "bytea",
		"{tx}", "(txid_current())",
		"{norowid}", "",
		"--postgres ", "",
		"--sqlite ", "-- "),
}

// Latest is the version of the schema this program needs.
func Latest() int64 {
	names, _ := fs.Glob(files, "sql/*.sql") // the pattern is well-formed
	return int64(len(names))
}

// Up brings d to the latest version. Several nodes may call it at once. It
// returns ErrNewer, and changes nothing, when d is newer than this program.
func Up(ctx context.Context, d *db.DB) error { return to(ctx, d, Latest()) }

func to(ctx context.Context, d *db.DB, version int64) error {
	p, err := provider(d)
	if err != nil {
		return err
	}
	have, err := p.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("cannot read the schema version: %w", err)
	}
	if have > Latest() {
		return ErrNewer.With("have", strconv.FormatInt(have, 10)).
			With("latest", strconv.FormatInt(Latest(), 10))
	}
	if _, err := p.UpTo(ctx, version); err != nil {
		return fmt.Errorf("cannot migrate the database: %w", err)
	}
	return nil
}

// Version returns the version d is at.
func Version(ctx context.Context, d *db.DB) (int64, error) {
	p, err := provider(d)
	if err != nil {
		return 0, err
	}
	return p.GetDBVersion(ctx)
}

func provider(d *db.DB) (*goose.Provider, error) {
	ms, err := migrations(d.Engine)
	if err != nil {
		return nil, err
	}
	opts := []goose.ProviderOption{goose.WithGoMigrations(ms...), goose.WithDisableGlobalRegistry(true)}
	dialect := goose.DialectSQLite3
	if d.Engine == db.Postgres {
		dialect = goose.DialectPostgres
		l, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return nil, err
		}
		opts = append(opts, goose.WithSessionLocker(l))
	}
	return goose.NewProvider(dialect, d.SQL(), nil, opts...)
}

func migrations(e db.Engine) ([]*goose.Migration, error) {
	names, err := fs.Glob(files, "sql/*.sql")
	if err != nil {
		return nil, err
	}
	var ms []*goose.Migration
	for i, name := range names {
		b, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		text := words[e].Replace(string(b))
		ms = append(ms, goose.NewGoMigration(int64(i+1), &goose.GoFunc{
			RunTx: func(ctx context.Context, tx *sql.Tx) error { return run(ctx, tx, name, text) },
		}, nil))
	}
	return ms, nil
}

// run executes the statements of one file. Our files hold no ";" inside one.
func run(ctx context.Context, tx *sql.Tx, name, text string) error {
	for s := range strings.SplitSeq(text, ";\n") {
		if strings.TrimSpace(s) == "" {
			continue
		}
		if _, err := tx.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}
