package sandbox

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// Fault is something that goes wrong with API calls on purpose.
type Fault struct {
	ID     int     `json:"id"`
	Path   string  `json:"path"` // end of the API path; empty is every path
	Kind   string  `json:"kind"`
	Next   int     `json:"next"`             // calls it still hits; 0 is no end
	Chance float64 `json:"chance"`           // of a call being hit; 0 is always
	Code   int     `json:"code,omitempty"`   // errcode of kind "code", status of kind "http"
	Millis int     `json:"millis,omitempty"` // how slow, or how long a limit blocks
	Hits   int     `json:"hits"`
}

// The kinds of Fault.
const (
	FaultBusy      = "busy"      // -1
	FaultLimit     = "limit"     // 45009, and the path stays blocked for Millis (default 60 s)
	FaultParallel  = "parallel"  // 45033
	FaultToken     = "token"     // the token in use is invalidated: 40014
	FaultExpired   = "expired"   // the token in use expires: 42001
	FaultCode      = "code"      // errcode Code, nothing done
	FaultHTTP      = "http"      // HTTP status Code with a page of HTML, nothing done
	FaultSlow      = "slow"      // answers after Millis
	FaultTruncated = "truncated" // done, but half of the answer is missing
	FaultEmpty     = "empty"     // done, but the answer is 200 with no body
	FaultTimeout   = "timeout"   // done, but the connection breaks after Millis
	FaultRefused   = "refused"   // not done, and the connection breaks
)

var faultKinds = []string{FaultBusy, FaultLimit, FaultParallel, FaultToken, FaultExpired, FaultCode,
	FaultHTTP, FaultSlow, FaultTruncated, FaultEmpty, FaultTimeout, FaultRefused}

// AddFault makes calls go wrong from now on.
func (s *Server) AddFault(f Fault) (Fault, error) {
	if !slices.Contains(faultKinds, f.Kind) {
		return f, fmt.Errorf("kind must be one of %s", strings.Join(faultKinds, ", "))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faultSeq++
	f.ID, f.Hits = s.faultSeq, 0
	s.faults = append(s.faults, &f)
	return f, nil
}

// Heal removes the fault id, or all faults when id is 0.
func (s *Server) Heal(id int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = slices.DeleteFunc(s.faults, func(f *Fault) bool { return id == 0 || f.ID == id })
}

// fault returns what goes wrong with this call, and counts it. It needs s.mu.
func (s *Server) fault(path string) *Fault {
	for i, f := range s.faults {
		if !strings.HasSuffix(path, f.Path) || f.Chance > 0 && !s.chance(f.Chance) {
			continue
		}
		f.Hits++
		hit := *f
		if f.Next--; f.Next == 0 {
			s.faults = slices.Delete(s.faults, i, i+1)
		} else if f.Next < 0 {
			f.Next = 0 // it had no end
		}
		return &hit
	}
	return nil
}

// chance is apart from the world's random numbers, so that faults do not
// change who joins what. It needs s.mu.
func (s *Server) chance(p float64) bool {
	s.jitter++
	return rand.New(rand.NewPCG(s.opt.Seed, s.jitter)).Float64() < p
}

// before says what the fault answers instead of doing the call.
func (f *Fault) before(s *Server, c *call) error {
	switch f.Kind {
	case FaultBusy:
		return refuse(-1)
	case FaultParallel:
		return refuse(45033)
	case FaultCode:
		return refuse(f.Code)
	case FaultLimit:
		block := time.Duration(f.Millis) * time.Millisecond
		if block == 0 {
			block = time.Minute
		}
		s.trafficOf(c.path).blocked = c.w.now.Add(block)
		return refuse(45009)
	case FaultToken:
		c.app.Token = ""
		return refuse(40014)
	case FaultExpired:
		c.app.TokenExpires = c.w.now
		return refuse(42001)
	}
	return nil
}
