package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
)

// saveEvery is how late a change may reach the snapshot.
const saveEvery = time.Second

// readSnapshot returns the world in file, or nil when there is none.
func readSnapshot(file string) (*world, error) {
	if file == "" {
		return nil, nil
	}
	b, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read the sandbox snapshot: %w", err)
	}
	var w world
	if err := json.Unmarshal(b, &w); err != nil {
		return nil, fmt.Errorf("cannot read the sandbox snapshot %s: %w", file, err)
	}
	return &w, nil
}

// saveLoop writes the snapshot when something changed, at most once a second.
func (s *Server) saveLoop() {
	for clock.Sleep(s.ctx, clock.System{}, saveEvery) == nil {
		if err := s.save(); err != nil {
			s.opt.Logger.Error("sandbox snapshot", "err", err)
		}
	}
}

// save writes the snapshot beside the file and renames it into place.
func (s *Server) save() error {
	if s.opt.State == "" {
		return nil
	}
	b, err := s.snapshot()
	if err != nil || b == nil {
		return err
	}
	if err := replaceFile(s.opt.State, b); err != nil {
		s.mu.Lock()
		s.dirty = true
		s.mu.Unlock()
		return fmt.Errorf("cannot write the sandbox snapshot: %w", err)
	}
	return nil
}

// snapshot returns the world as JSON, or nil when nothing changed.
func (s *Server) snapshot() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.dirty {
		return nil, nil
	}
	b, err := json.Marshal(s.world)
	if err != nil {
		return nil, fmt.Errorf("cannot encode the sandbox world: %w", err)
	}
	s.dirty = false
	return b, nil
}

func replaceFile(name string, b []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".sandbox-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // gone already when the rename worked
	_, err = f.Write(b)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
