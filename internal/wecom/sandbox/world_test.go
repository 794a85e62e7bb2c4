package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
)

// fixed are options whose world has nothing random in it.
func fixed(seed uint64) Options {
	return Options{Clock: clock.NewManual(noon), Seed: seed, Secret: "secret", Token: "token",
		AESKey: "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"}
}

func start(t *testing.T, o Options) *Server {
	t.Helper()
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func document(t *testing.T, s *Server) []byte {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := json.Marshal(s.world)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// busy gives the world something to remember, the same every time.
func busy(t *testing.T, s *Server) Simulated {
	t.Helper()
	s.change(func(w *world) error {
		w.ContactWays.put(&ContactWay{ConfigID: "c1", Type: 2, Scene: 2, SkipVerify: true, State: "x",
			User: []string{"linxiaomei", "wanghao"}, AgentID: AgentID})
		w.JoinWays.put(&JoinWay{ConfigID: "j1", Scene: 2, AutoCreate: 1, BaseName: "新群 ", BaseID: 1,
			ChatIDs: []string{w.Groups.rows[0].ChatID}, AgentID: AgentID})
		return nil
	})
	out, err := s.Simulate(Simulation{Scans: 400, Seed: 7, NewPeople: 0.5, Over: "2h"})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestTheSameSeedMakesTheSameWorldAndTheSameStory(t *testing.T) {
	t.Parallel()
	a, b, other := start(t, fixed(3)), start(t, fixed(3)), start(t, fixed(4))
	if !bytes.Equal(document(t, a), document(t, b)) {
		t.Fatal("two fresh worlds differ")
	}
	if bytes.Equal(document(t, a), document(t, other)) {
		t.Fatal("another seed made the same world")
	}
	got := busy(t, a)
	busy(t, b)
	if !bytes.Equal(document(t, a), document(t, b)) {
		t.Error("the same simulation ended differently")
	}
	if got.Results[Added] == 0 || got.Results[Joined] == 0 || got.Passed == 0 || got.Replies == 0 {
		t.Errorf("a simulation in which little happens: %+v", got)
	}
	if want := noon.Add(2 * time.Hour); want.Sub(a.Now()).Abs() > time.Second {
		t.Errorf("it ended at %v, want %v", a.Now(), want)
	}
}

func TestTheDemoCorpIsAsDescribed(t *testing.T) {
	t.Parallel()
	w := start(t, fixed(1)).world
	customers := 0
	for _, m := range w.Staff.rows {
		customers += len(m.Contacts)
	}
	if len(w.Staff.rows) != 8 || len(w.Groups.rows) != 6 || len(w.People.rows) != 200 || customers != 60 {
		t.Errorf("%d staff, %d groups, %d people, %d customers",
			len(w.Staff.rows), len(w.Groups.rows), len(w.People.rows), customers)
	}
	o := fixed(1)
	o.EmptyWorld = true
	if e := start(t, o).world; len(e.Staff.rows)+len(e.Groups.rows)+len(e.People.rows) != 0 || len(e.Apps) != 1 {
		t.Error("an empty world is not empty")
	}
}

func TestARestartRemembersEverything(t *testing.T) {
	t.Parallel()
	o := fixed(5)
	o.State = filepath.Join(t.TempDir(), "demo", "sandbox.json")
	first, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	busy(t, first)
	before := document(t, first)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second := start(t, o)
	if after := document(t, second); !bytes.Equal(before, after) {
		t.Errorf("the world changed over a restart: %d bytes, then %d", len(before), len(after))
	}
	if _, err := second.Do(Action{Do: "scan_contact", Person: second.world.People.rows[0].ID, ConfigID: "c1"}); err != nil {
		t.Errorf("after the restart: %v", err)
	}
	o.CorpID = "sb_another"
	if _, err := New(o); err == nil {
		t.Error("the snapshot of another corp was used")
	}
	o.CorpID = ""
	if err := os.WriteFile(o.State, []byte("{half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := New(o); err == nil {
		t.Error("a broken snapshot was overwritten in silence")
	}
}

func TestSecretsAreMadeAtRandomAndSurviveARestart(t *testing.T) {
	t.Parallel()
	o := Options{Clock: clock.NewManual(noon), State: filepath.Join(t.TempDir(), "s.json"), EmptyWorld: true}
	first := start(t, o)
	other := start(t, Options{Clock: o.Clock, EmptyWorld: true})
	a, b := first.Credentials(), other.Credentials()
	if a.Secret == b.Secret || a.Token == b.Token || a.AESKey == b.AESKey || len(a.AESKey) != 43 {
		t.Errorf("credentials %+v and %+v", a, b)
	}
	first.Close()
	if again := start(t, o).Credentials(); again != a {
		t.Errorf("after a restart %+v, want %+v", again, a)
	}
}

func TestARealCorpIdAndPublicAddressesAreRefused(t *testing.T) {
	t.Parallel()
	for _, corp := range []string{"ww1234567890abcdef", "SB_ww1", "wwsb_1"} {
		if _, err := New(Options{CorpID: corp}); !errors.Is(err, ErrRealCorp) {
			t.Errorf("%s: %v", corp, err)
		}
	}
	s := start(t, fixed(1))
	for _, addr := range []string{"0.0.0.0:0", ":0", "[::]:0"} {
		if _, err := s.Listen(addr); !errors.Is(err, ErrPublic) {
			t.Errorf("%s: %v", addr, err)
		}
	}
	l, err := s.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	o := fixed(1)
	o.AllowPublic = true
	if l, err = start(t, o).Listen("0.0.0.0:0"); err != nil {
		t.Errorf("allowed, but %v", err)
	} else {
		l.Close()
	}
}

func TestASimulationIsBounded(t *testing.T) {
	t.Parallel()
	s := start(t, fixed(1))
	for _, sim := range []Simulation{{Scans: 0}, {Scans: 10_001}, {Scans: 1}, {Scans: 1, Over: "soon"}} {
		if _, err := s.Simulate(sim); !errors.Is(err, ErrAction) {
			t.Errorf("%+v: %v", sim, err)
		}
	}
}

func TestEveryActionIsDocumented(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("actions.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range Actions() {
		if !strings.Contains(string(source), "//\t"+name+" ") {
			t.Errorf("no line about %s", name)
		}
	}
}
