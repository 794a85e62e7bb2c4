package scan

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/ident"
	"github.com/tuma-live/tuma/internal/core/fact"
	"github.com/tuma-live/tuma/internal/core/route"
)

// Journal keeps visits in a local file while the database is away. What Keep
// has accepted is on disk; Import brings it into the database, once.
type Journal struct {
	dir   string
	batch *db.Batch[fact.Fact]
	mu    sync.Mutex
	file  *os.File
}

// Names of journal files: one being written, those waiting to be imported.
const (
	journalOpen = "visits-*.open"
	journalDone = "visits-*.jsonl"
)

// OpenJournal returns the journal in dir, which it makes. Files that an
// earlier process left are imported like our own.
func OpenJournal(dir string) (*Journal, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("cannot make the journal: %w", err)
	}
	j := &Journal{dir: dir}
	j.batch = db.NewBatch(maxBatch, maxWaiting, j.write)
	left, err := filepath.Glob(filepath.Join(dir, journalOpen))
	if err != nil {
		return nil, err
	}
	for _, name := range left {
		if err := os.Rename(name, strings.TrimSuffix(name, ".open")+".jsonl"); err != nil {
			return nil, fmt.Errorf("cannot take over a journal: %w", err)
		}
	}
	return j, nil
}

// Keep writes a visit that was answered without the database.
func (j *Journal) Keep(ctx context.Context, v Visit, out Outcome) error {
	d := route.Decision{State: out.State, Reason: out.Reason, Target: out.Target}
	f := scanFact(0, &v, &d, &out, false)
	f.Data = strings.TrimSuffix(f.Data, "}") + `,"late":true}`
	return j.batch.Do(ctx, f)
}

func (j *Journal) write(_ context.Context, facts []fact.Fact) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.file == nil {
		name := filepath.Join(j.dir, strings.Replace(journalOpen, "*", ident.Token(10), 1))
		f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return fmt.Errorf("cannot open the journal: %w", err)
		}
		j.file = f
	}
	w := bufio.NewWriter(j.file)
	for _, f := range facts {
		b, err := json.Marshal(f)
		if err != nil {
			return fmt.Errorf("cannot write the journal: %w", err)
		}
		w.Write(append(b, '\n')) //nolint:errcheck // Flush says
	}
	if err := errors.Join(w.Flush(), j.file.Sync()); err != nil {
		return fmt.Errorf("cannot write the journal: %w", err)
	}
	return nil
}

// Import brings every journalled visit into d and returns how many there were.
// A file is imported in one transaction that also notes its name, so a crash
// at any point imports it once.
func (j *Journal) Import(ctx context.Context, d *db.DB) (int, error) {
	if err := j.rotate(); err != nil {
		return 0, err
	}
	names, err := filepath.Glob(filepath.Join(j.dir, journalDone))
	if err != nil {
		return 0, err
	}
	total := 0
	for _, name := range names {
		n, err := importFile(ctx, d, name)
		if err != nil {
			return total, err
		}
		if err := os.Remove(name); err != nil {
			return total, fmt.Errorf("cannot remove an imported journal: %w", err)
		}
		total += n
	}
	return total, nil
}

// rotate ends the file being written.
func (j *Journal) rotate() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.file == nil {
		return nil
	}
	name := j.file.Name()
	err := errors.Join(j.file.Close(), os.Rename(name, strings.TrimSuffix(name, ".open")+".jsonl"))
	j.file = nil
	if err != nil {
		return fmt.Errorf("cannot end the journal: %w", err)
	}
	return nil
}

func importFile(ctx context.Context, d *db.DB, name string) (int, error) {
	facts, err := readJournal(name)
	if err != nil {
		return 0, err
	}
	err = d.InTx(ctx, func(tx *db.Tx) error {
		mark := "journal/" + filepath.Base(name)
		n, err := tx.Exec(ctx, "insert into setting (key, value, updated_at) values (?, '', 0)"+
			" on conflict do nothing", mark)
		if err != nil || n == 0 { // imported before a crash
			return err
		}
		return fact.Append(ctx, tx, facts...)
	})
	if err != nil {
		return 0, fmt.Errorf("cannot import journal %s: %w", filepath.Base(name), err)
	}
	return len(facts), nil
}

// readJournal reads the whole lines of a journal. A last line that is cut was
// never acknowledged.
func readJournal(name string) ([]fact.Fact, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("cannot open a journal: %w", err)
	}
	defer f.Close() //nolint:errcheck // only read
	var facts []fact.Fact
	for r := bufio.NewReader(f); ; {
		line, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return facts, nil
		}
		if err != nil {
			return nil, fmt.Errorf("cannot read a journal: %w", err)
		}
		var x fact.Fact
		if err := json.Unmarshal(line, &x); err != nil {
			return nil, fmt.Errorf("cannot read a journal line: %w", err)
		}
		x.ID = 0
		facts = append(facts, x)
	}
}

// Close ends the file being written.
func (j *Journal) Close() error { return j.rotate() }
