package insight

import (
	"encoding/binary"
	"fmt"

	"github.com/axiomhq/hyperloglog"
)

// sketch counts distinct visitors: exactly enough (0.8 %), in little space, and
// two of them can be put together, which plain counts cannot.
type sketch struct{ h *hyperloglog.Sketch }

// openSketch reads a stored sketch; none is an empty one.
func openSketch(b []byte) (sketch, error) {
	s := sketch{hyperloglog.New14()}
	if len(b) == 0 {
		return s, nil
	}
	if err := s.h.UnmarshalBinary(b); err != nil {
		return s, fmt.Errorf("cannot read a sketch: %w", err)
	}
	return s, nil
}

func (s sketch) add(visitors ...int64) {
	var b [8]byte
	for _, v := range visitors {
		binary.BigEndian.PutUint64(b[:], uint64(v))
		s.h.Insert(b[:])
	}
}

// merge adds a stored sketch to s.
func (s sketch) merge(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	o, err := openSketch(b)
	if err != nil {
		return err
	}
	if err := s.h.Merge(o.h); err != nil {
		return fmt.Errorf("cannot merge sketches: %w", err)
	}
	return nil
}

func (s sketch) count() int64 { return int64(s.h.Estimate()) }

func (s sketch) bytes() ([]byte, error) {
	b, err := s.h.MarshalBinary()
	if err != nil {
		return nil, fmt.Errorf("cannot store a sketch: %w", err)
	}
	return b, nil
}
