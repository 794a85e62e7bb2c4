package app

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/core/audit"
)

// remember writes a word into the database, recall reads it.
func remember(t *testing.T, d *db.DB, word string) {
	t.Helper()
	err := d.InTx(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `insert into setting (key, value, updated_at) values ('word', ?, 1)
			on conflict (key) do update set value = excluded.value`, word)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func recall(t *testing.T, d *db.DB) (word string) {
	t.Helper()
	if err := d.Read().QueryRow(t.Context(), "select value from setting where key = 'word'").Scan(&word); err != nil {
		t.Fatal(err)
	}
	return word
}

func TestABackupBringsBackWhatWasThere(t *testing.T) {
	t.Parallel()
	c, copied := folder(t), filepath.Join(t.TempDir(), "copy.db")
	b := open(t, c)
	remember(t, b.DB, "before")
	if err := Backup(t.Context(), c, copied); err != nil {
		t.Fatalf("while the server runs: %v", err)
	}
	if err := Backup(t.Context(), c, copied); err == nil {
		t.Fatal("an older backup was written over")
	}
	remember(t, b.DB, "after")
	if err := Restore(t.Context(), c, copied); !errors.Is(err, ErrInUse) {
		t.Fatalf("restored under a running server: %v", err)
	}
	b.Close()
	if err := Restore(t.Context(), c, copied); err != nil {
		t.Fatal(err)
	}
	b = open(t, c)
	if got := recall(t, b.DB); got != "before" {
		t.Fatalf("restored %q", got)
	}
	b.Close()
	kept, err := db.Open(t.Context(), filepath.Join(c.Data, "tuma.db.before-restore"))
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	if got := recall(t, kept); got != "after" {
		t.Fatalf("what was replaced is %q", got)
	}
}

func TestADamagedBackupReplacesNothing(t *testing.T) {
	t.Parallel()
	c := folder(t)
	b := open(t, c)
	remember(t, b.DB, "mine")
	b.Close()
	whole, err := os.ReadFile(filepath.Join(c.Data, "tuma.db"))
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		"text": []byte("this is no database"), "half": whole[:len(whole)/2],
	} {
		bad := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(bad, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := Restore(t.Context(), c, bad); err == nil {
			t.Errorf("%s was restored", name)
		}
	}
	if got := recall(t, open(t, c).DB); got != "mine" {
		t.Fatalf("the database says %q", got)
	}
}

func TestPostgresIsBackedUpByItsOwnTools(t *testing.T) {
	t.Parallel()
	c := Config{Database: "postgres://nobody@127.0.0.1:1/none"}
	for _, err := range []error{Backup(t.Context(), c, "x"), Restore(t.Context(), c, "x")} {
		if err == nil || !strings.Contains(err.Error(), "pg_dump") {
			t.Errorf("got %v", err)
		}
	}
}

// failing lists the checks of the doctor that failed.
func failing(t *testing.T, c Config) (all []string) {
	t.Helper()
	for _, f := range Doctor(t.Context(), c) {
		if !f.OK {
			all = append(all, f.Check+": "+f.Detail)
		}
	}
	return all
}

func TestTheDoctorFindsBrokenPromises(t *testing.T) {
	t.Parallel()
	c := folder(t)
	b := open(t, c)
	if bad := failing(t, c); len(bad) > 0 {
		t.Fatalf("a new installation: %q", bad)
	}
	err := b.DB.InTx(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), "insert into seat (target, kind, capacity, joined, unproven, proven) values (7, 'staff', 3, 2, 1, 1)")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	bad := strings.Join(failing(t, c), "\n")
	if !strings.Contains(bad, "(I1)") || !strings.Contains(bad, "(I5)") || !strings.Contains(bad, "7") {
		t.Fatalf("found only %q", bad)
	}
	b.Close()
	if err := os.Chmod(filepath.Join(c.Data, "keys.json"), 0o644); err != nil {
		t.Fatal(err)
	}
	if bad := failing(t, c); len(bad) != 1 || !strings.Contains(bad[0], "chmod 600") {
		t.Fatalf("a readable key file: %q", bad)
	}
}

// Who can write the database alone cannot cut the audit log's tail unseen.
func TestAnAuditLogCutShortDoesNotFitItsAnchor(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	c := folder(t)
	b := open(t, c)
	defer b.Close()
	err := b.DB.InTx(ctx, func(tx *db.Tx) error {
		for i := range 5 {
			if err := audit.Write(ctx, tx, audit.Entry{At: b.Clock.Now(), Action: "test", Object: "x", ObjectID: string(rune('a' + i))}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Base: b}
	if err := s.anchor(ctx); err != nil {
		t.Fatal(err)
	}
	if bad := failing(t, c); len(bad) != 0 {
		t.Fatalf("an honest log: %q", bad)
	}
	err = b.DB.InTx(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, "delete from audit where seq > 3"); err != nil {
			return err
		}
		var hash []byte
		if err := tx.QueryRow(ctx, "select hash from audit where seq = 3").Scan(&hash); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "update setting set value = ? where key = 'audit.head'",
			db.JSON[map[string]any]{V: map[string]any{"seq": 3, "hash": hash}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if bad := failing(t, c); len(bad) != 1 || !strings.Contains(bad[0], "audit") {
		t.Fatalf("the tail is gone and the doctor says %q", bad)
	}
}
