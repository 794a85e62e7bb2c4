package schema

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"github.com/tuma-live/tuma/internal/base/db"
)

func TestANewerDatabaseIsRefused(t *testing.T) {
	ctx := context.Background()
	d, err := db.Open(ctx, filepath.Join(t.TempDir(), "t.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := Up(ctx, d); err != nil {
		t.Fatal(err)
	}
	if err := Up(ctx, d); err != nil {
		t.Fatalf("a second Up must change nothing: %v", err)
	}
	_, err = d.SQL().Exec("insert into goose_db_version (version_id, is_applied) values (?, 1)", Latest()+1)
	if err != nil {
		t.Fatal(err)
	}
	if err := Up(ctx, d); !errors.Is(err, ErrNewer) {
		t.Fatalf("got %v, want ErrNewer", err)
	}
}
