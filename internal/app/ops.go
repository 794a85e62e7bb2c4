package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/seal"
	"github.com/tuma-live/tuma/internal/core/audit"
	"github.com/tuma-live/tuma/internal/schema"
)

// errPgDump tells how PostgreSQL is backed up: its own tool does it better.
var errPgDump = errors.New("the data is in PostgreSQL: back it up with pg_dump --format=custom" +
	" and restore it with pg_restore; keep keys.json of the data folder with it")

// Backup writes a consistent copy of the SQLite database to file, also while
// the server runs. The keys are not in it: keep keys.json elsewhere.
func Backup(ctx context.Context, c Config, file string) error {
	if !c.onSQLite() {
		return errPgDump
	}
	if _, err := os.Stat(c.databaseURL()); err != nil {
		return fmt.Errorf("there is no database to back up: %w", err)
	}
	if _, err := os.Stat(file); err == nil {
		return fmt.Errorf("%s exists already: choose another name", file)
	}
	d, err := db.Open(ctx, c.databaseURL())
	if err != nil {
		return err
	}
	defer d.Close() //nolint:errcheck // only read
	if _, err := d.SQL().ExecContext(ctx, "vacuum into ?", file); err != nil {
		os.Remove(file) //nolint:errcheck // half a backup is none
		return fmt.Errorf("cannot write the backup: %w", err)
	}
	return os.Chmod(file, 0o600)
}

// Restore puts a backup in the place of the database. The server must be
// stopped; the database that was there is kept beside it with ".before-restore".
func Restore(ctx context.Context, c Config, file string) error {
	if !c.onSQLite() {
		return errPgDump
	}
	if err := sound(ctx, file); err != nil {
		return err
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return fmt.Errorf("cannot make the data folder: %w", err)
	}
	b := &Base{Config: c}
	if err := b.own(); err != nil {
		return err
	}
	defer b.Close() //nolint:errcheck // only the lock
	path := c.databaseURL()
	next := path + ".restoring"
	if err := copyFile(file, next); err != nil {
		return err
	}
	if _, err := os.Stat(path); err == nil {
		if err := Backup(ctx, c, unused(path+".before-restore")); err != nil {
			return fmt.Errorf("cannot keep the present database: %w", err)
		}
	}
	for _, tail := range []string{"-wal", "-shm"} {
		if err := os.Remove(path + tail); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("cannot remove the old log: %w", err)
		}
	}
	return os.Rename(next, path)
}

// sound says whether file is a whole database that this program can open.
func sound(ctx context.Context, file string) error {
	if _, err := os.Stat(file); err != nil {
		return fmt.Errorf("cannot read the backup: %w", err)
	}
	dir, err := os.MkdirTemp("", "tuma-restore")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // ours
	tried := filepath.Join(dir, "tuma.db")
	if err := copyFile(file, tried); err != nil {
		return err
	}
	d, err := db.Open(ctx, tried)
	if err != nil {
		return fmt.Errorf("%s is no database of Tuma: %w", file, err)
	}
	defer d.Close() //nolint:errcheck // a copy
	var answer string
	if err := d.Read().QueryRow(ctx, "pragma integrity_check").Scan(&answer); err != nil || answer != "ok" {
		return fmt.Errorf("%s is damaged: %s %w", file, answer, err)
	}
	return schema.Up(ctx, d)
}

// unused returns name, with a number behind it while that exists.
func unused(name string) string {
	free := name
	for i := 2; ; i++ {
		if _, err := os.Stat(free); err != nil {
			return free
		}
		free = fmt.Sprintf("%s-%d", name, i)
	}
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("cannot read %s: %w", from, err)
	}
	defer in.Close() //nolint:errcheck // only read
	out, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", to, err)
	}
	_, err = io.Copy(out, in)
	if err := errors.Join(err, out.Sync(), out.Close()); err != nil {
		return fmt.Errorf("cannot write %s: %w", to, err)
	}
	return nil
}

// Finding is one line of the doctor's report.
type Finding struct {
	Check  string
	OK     bool
	Detail string
}

// Doctor checks an installation and the promises about its data. It changes
// nothing, and can run beside the server.
func Doctor(ctx context.Context, c Config) []Finding {
	var out []Finding
	add := func(check string, err error) bool {
		f := Finding{Check: check, OK: err == nil}
		if err != nil {
			f.Detail = err.Error()
		}
		out = append(out, f)
		return f.OK
	}
	if c.Keys == "" && !add("the key file is private", seal.CheckMode(c.keyFile())) {
		return out
	}
	if c.onSQLite() {
		if _, err := os.Stat(c.databaseURL()); !add("the database is there", err) {
			return out
		}
	}
	d, err := db.Open(ctx, c.databaseURL())
	if !add("the database answers", err) {
		return out
	}
	defer d.Close() //nolint:errcheck // only read
	if c.onSQLite() {
		add("the file is whole", whole(ctx, d))
	}
	have, err := schema.Version(ctx, d)
	if err == nil && have != schema.Latest() {
		err = fmt.Errorf("it is at %d, this program needs %d: run tuma migrate", have, schema.Latest())
	}
	if !add("the schema is current", err) {
		return out
	}
	for _, q := range promises {
		add(q.promise, holds(ctx, d, q.broken))
	}
	report, err := audit.Verify(ctx, d)
	if err == nil && !report.OK() {
		err = fmt.Errorf("broken at row %d", report.BrokenAt)
	}
	if err == nil {
		err = anchored(ctx, c, d)
	}
	add("the audit log is unbroken", err)
	return out
}

// whole asks SQLite to check every page and index of the file.
func whole(ctx context.Context, d *db.DB) error {
	answers, err := db.Select[string](ctx, d.Read(), "pragma integrity_check(5)")
	if err != nil {
		return err
	}
	if len(answers) != 1 || answers[0] != "ok" {
		return errors.New(strings.Join(answers, "; "))
	}
	return nil
}

// promises are what must be true of the data at all times; each query lists
// what breaks one.
var promises = []struct{ promise, broken string }{
	{"no seat was given that was not there (I1)", `
		select target from seat where unproven + proven > 0 and joined + unproven + proven > capacity
		and kind = 'staff'`},
	{"every held seat belongs to a visitor (I5)", `
		select s.target from seat s
		where s.unproven <> (select count(*) from hold h where h.target = s.target and h.state = 1)
		or s.proven <> (select count(*) from hold h where h.target = s.target and h.state = 2)`},
	{"no seat count is negative", "select target from seat where unproven < 0 or proven < 0 or joined < 0"},
	{"every live code ends in a page (I11)", `
		select id from live_code where state = 'active' and fallback not like '%"page"%'`},
	{"every active code has somewhere to go", `
		select l.id from live_code l where l.state = 'active' and l.pool <> 0
		and not exists (select 1 from pool p where p.id = l.pool and p.auto_create = 1)
		and not exists (select 1 from pool_member m where m.pool = l.pool and m.enabled = 1)`},
	{"every held seat follows from a scan (I3)", `
		select h.scan from hold h where h.state in (1, 2)
		and not exists (select 1 from fact f where f.id = h.scan and f.kind = 'scan')`},
	{"every callback has its jobs (I6)", `
		select id from job where state = 'dead' and kind like 'inbox.%'`},
}

func holds(ctx context.Context, d *db.DB, q string) error {
	ids, err := db.Select[int64](ctx, d.Read(), q+" limit 6")
	if err != nil {
		return err
	}
	if len(ids) == 0 {
		return nil
	}
	return fmt.Errorf("broken for %s", strings.Trim(strings.ReplaceAll(fmt.Sprint(ids), " ", ", "), "[]"))
}

// RotateKeys adds a key to the ring of c.
func RotateKeys(c Config) error {
	r, err := seal.Load(clock.System{}, c.keyFile())
	if err != nil {
		return err
	}
	return r.Rotate()
}
