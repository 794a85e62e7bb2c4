package sandbox

import (
	"math/rand/v2"
	"time"
)

// Simulation is many scans of the corp's codes by people following their
// habits. Same seed, same world: same outcome.
type Simulation struct {
	Scans     int      `json:"scans"` // 1 to 10,000
	Seed      uint64   `json:"seed"`
	ConfigIDs []string `json:"config_ids"` // codes to scan; default all
	NewPeople float64  `json:"new_people"` // chance that a scanner is new
	Over      string   `json:"over"`       // world time it takes, such as "2h"
}

// Simulated counts what a Simulation did.
type Simulated struct {
	Scans   int            `json:"scans"`
	Passed  int            `json:"passed"` // looked and did nothing
	Results map[string]int `json:"results"`
	Replies int            `json:"replies"`
	Left    int            `json:"left"`
	Deleted int            `json:"deleted"`
}

const maxScans = 10_000

// Simulate runs sim. The world stays locked for it, so the bound is real.
func (s *Server) Simulate(sim Simulation) (Simulated, error) {
	out := Simulated{Results: map[string]int{}}
	if sim.Scans < 1 || sim.Scans > maxScans {
		return out, cannot("scans must be 1 to %d", maxScans)
	}
	over, err := time.ParseDuration(sim.Over)
	if sim.Over != "" && (err != nil || over < 0) {
		return out, cannot("over %q is no duration", sim.Over)
	}
	err = s.change(func(w *world) error {
		codes := w.codesOf(sim.ConfigIDs)
		if len(codes) == 0 {
			return cannot("there is no code to scan")
		}
		r := &run{world: w, rand: rand.New(rand.NewPCG(sim.Seed, sim.Seed)), out: &out}
		for range sim.Scans {
			step := over / time.Duration(sim.Scans)
			w.Offset, w.now = w.Offset+step, w.now.Add(step)
			r.one(codes[r.rand.IntN(len(codes))], sim.NewPeople)
		}
		return nil
	})
	return out, err
}

// codesOf are the actions that scan the wanted codes, or all there are.
func (w *world) codesOf(wanted []string) []Action {
	var out []Action
	want := map[string]bool{}
	for _, id := range wanted {
		want[id] = true
	}
	for _, c := range w.ContactWays.rows {
		if c.Scene == 2 && (len(want) == 0 || want[c.ConfigID]) {
			out = append(out, Action{Do: "scan_contact", ConfigID: c.ConfigID})
		}
	}
	for _, j := range w.JoinWays.rows {
		if j.Scene == 2 && (len(want) == 0 || want[j.ConfigID]) {
			out = append(out, Action{Do: "scan_group", ConfigID: j.ConfigID})
		}
	}
	return out
}

// run is a simulation in progress.
type run struct {
	world *world
	rand  *rand.Rand
	out   *Simulated
}

func (r *run) does(p float64) bool { return r.rand.Float64() < p }

func (r *run) one(scan Action, fresh float64) {
	w := r.world
	if len(w.People.rows) == 0 || r.does(fresh) {
		w.People.put(w.newPerson(Person{}))
		scan.Person = w.People.rows[len(w.People.rows)-1].ID
	} else {
		scan.Person = w.People.rows[r.rand.IntN(len(w.People.rows))].ID
	}
	p, _ := w.People.get(scan.Person)
	r.out.Scans++
	will := p.Habits.Add
	if scan.Do == "scan_group" {
		will = p.Habits.Join
	}
	if !r.does(will) {
		r.out.Passed++
		return
	}
	// scan_contact and scan_group fail only for people who do not exist.
	got, _ := actions()[scan.Do](w, scan)
	r.out.Results[got.Result]++
	r.after(p, got)
}

// after is what people do once they are in.
func (r *run) after(p *Person, got Outcome) {
	switch got.Result {
	case Joined:
		if r.does(p.Habits.Leave) {
			r.act(Action{Do: "leave", Person: p.ID, ChatID: got.ChatID}, &r.out.Left)
		}
	case Added, Half:
		if r.does(p.Habits.Reply) {
			r.act(Action{Do: "say", Person: p.ID, UserID: got.UserID, Text: "你好"}, &r.out.Replies)
		}
		if r.does(p.Habits.Delete) {
			r.act(Action{Do: "drop_staff", Person: p.ID, UserID: got.UserID}, &r.out.Deleted)
		}
	}
}

func (r *run) act(a Action, count *int) {
	if _, err := actions()[a.Do](r.world, a); err == nil {
		*count++
	}
}
