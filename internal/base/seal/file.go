package seal

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/ident"
)

// overlap is how long a new key is known before it seals, so that every node
// has read it when the first sealed value appears.
const overlap = 2 * time.Minute

// keySet is what the key file holds.
type keySet struct {
	Index []byte `json:"index"`
	Keys  []key  `json:"keys"` // newest first
}

type key struct {
	ID     uint32    `json:"id"`
	Secret []byte    `json:"secret"`
	From   time.Time `json:"from"` // seals from then on
}

// primary returns the id of the key that seals at now: the newest whose time has come.
func (s keySet) primary(now time.Time) uint32 {
	for _, k := range s.Keys {
		if !k.From.After(now) {
			return k.ID
		}
	}
	return s.Keys[len(s.Keys)-1].ID // the clock is behind them all
}

// ordered returns the primary first, then the others, newest first.
func (s keySet) ordered(now time.Time) []key {
	primary := s.primary(now)
	out := slices.Clone(s.Keys)
	slices.SortStableFunc(out, func(a, b key) int {
		switch primary {
		case a.ID:
			return -1
		case b.ID:
			return 1
		}
		return 0
	})
	return out
}

func (s keySet) valid() error {
	if len(s.Index) != 32 || len(s.Keys) == 0 {
		return errors.New("it needs an index key of 32 bytes and at least one key")
	}
	seen := map[uint32]bool{}
	for _, k := range s.Keys {
		if len(k.Secret) != 32 || seen[k.ID] {
			return fmt.Errorf("key %d must have 32 bytes and appear once", k.ID)
		}
		seen[k.ID] = true
	}
	return nil
}

// Parse reads a ring from the text of a key file, as TUMA_KEYS carries it.
func Parse(c clock.Clock, text []byte) (*Ring, error) {
	set, err := parse(text)
	if err != nil {
		return nil, err
	}
	return newRing(c, "", set)
}

func parse(text []byte) (keySet, error) {
	var set keySet
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&set); err != nil {
		return set, fmt.Errorf("cannot read the keys: %w", err)
	}
	if err := set.valid(); err != nil {
		return set, fmt.Errorf("cannot use the keys: %w", err)
	}
	slices.SortFunc(set.Keys, func(a, b key) int { return cmp.Compare(b.ID, a.ID) })
	return set, nil
}

// Load reads the ring kept at path and makes a new one where there is none. It
// refuses a file that others may read.
func Load(c clock.Clock, path string) (*Ring, error) {
	set, err := readFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		fresh := keySet{Index: ident.Random(32), Keys: []key{{ID: 1, Secret: ident.Random(32), From: c.Now()}}}
		if err := createFile(path, fresh); err != nil {
			return nil, err
		}
		set, err = readFile(path) // another process may have been first
	}
	if err != nil {
		return nil, err
	}
	return newRing(c, path, set)
}

// Reload reads the key file again, for keys that another process added. It
// says whether there were any: who keeps derived keys must then ask again.
func (r *Ring) Reload() (changed bool, err error) {
	if r.path == "" {
		return false, nil
	}
	set, err := readFile(r.path)
	if err != nil {
		return false, err
	}
	r.mu.RLock()
	changed = !slices.EqualFunc(set.Keys, r.set.Keys, func(a, b key) bool { return a.ID == b.ID })
	r.mu.RUnlock()
	if !changed {
		return false, nil
	}
	return true, r.use(set)
}

// Rotate adds a key that takes over in two minutes. Old keys stay: what they
// sealed opens, and codes they signed go on working.
func (r *Ring) Rotate() error {
	if r.path == "" {
		return errors.New("cannot rotate keys that come from the environment: add one there")
	}
	if _, err := r.Reload(); err != nil {
		return err
	}
	fresh := key{Secret: ident.Random(32), From: r.clock.Now().Add(overlap)}
	r.mu.RLock()
	set := r.set
	r.mu.RUnlock()
	fresh.ID = set.Keys[0].ID + 1
	set.Keys = append([]key{fresh}, set.Keys...)
	if err := replaceFile(r.path, set); err != nil {
		return err
	}
	return r.use(set)
}

// CheckMode returns an error when the key file at path may be read by others.
func CheckMode(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if m := info.Mode().Perm(); m&0o077 != 0 {
		return fmt.Errorf("the key file %s has mode %#o: others can read it; run chmod 600", path, m)
	}
	return nil
}

func readFile(path string) (keySet, error) {
	if err := CheckMode(path); err != nil {
		return keySet{}, err
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return keySet{}, fmt.Errorf("cannot read the key file: %w", err)
	}
	set, err := parse(b)
	if err != nil {
		return set, fmt.Errorf("%s: %w", path, err)
	}
	return set, nil
}

// createFile writes a key file where there is none. A file that appears
// meanwhile is left alone.
func createFile(path string, set keySet) error {
	tmp, err := writeTemp(path, set)
	if err != nil {
		return err
	}
	defer os.Remove(tmp) //nolint:errcheck // a leftover is harmless
	if err := os.Link(tmp, path); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("cannot create the key file: %w", err)
	}
	return syncDir(filepath.Dir(path))
}

func replaceFile(path string, set keySet) error {
	tmp, err := writeTemp(path, set)
	if err != nil {
		return err
	}
	if err := os.Rename(tmp, path); err != nil {
		return fmt.Errorf("cannot replace the key file: %w", err)
	}
	return syncDir(filepath.Dir(path))
}

func writeTemp(path string, set keySet) (name string, err error) {
	b, err := json.MarshalIndent(set, "", "  ")
	if err != nil {
		return "", err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".keys-*") // mode 0600
	if err != nil {
		return "", fmt.Errorf("cannot write the key file: %w", err)
	}
	_, err = f.Write(append(b, '\n'))
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return "", fmt.Errorf("cannot write the key file: %w", err)
	}
	return f.Name(), nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
