package check

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Options says how the harness runs.
type Options struct {
	Short   bool   // the form that runs with the tests
	Seed    uint64 // drives traffic and faults
	Only    string // "sqlite" or "postgres"; empty: both
	Mutants bool   // seed the defects
	Stage   string // only the stages or doors with this in their names
	Program string // a tuma to check instead of one built from the source
	Profile string // folder for profiles of the server
	Log     io.Writer
}

// Report is the last line of a chaos run.
type Report struct {
	Acked   int `json:"acked"`
	Kills   int `json:"kills"`
	Crashes int `json:"db_crashes"`
	verdict
	Caught  int               `json:"mutants_caught"`
	Mutants map[string]string `json:"mutants"`
	Stages  map[string]result `json:"stages"`
	Seed    uint64            `json:"seed"`
	Seconds float64           `json:"seconds"`
	OK      bool              `json:"ok"`
	Failure string            `json:"failure,omitempty"`
}

// errFound says that an invariant broke, or a defect went unseen.
var errFound = errors.New("an invariant did not hold")

// chaos is a whole run.
type chaos struct {
	Options
	dir, bin string
	pg       *postgres
	report   Report
}

// Chaos kills nodes and the database under load and reports what it did to
// what customers had been told. The error says that the bar was missed.
func Chaos(ctx context.Context, o Options) (Report, error) {
	began := time.Now()
	c := &chaos{Options: o, report: Report{
		Seed: o.Seed, Mutants: map[string]string{}, Stages: map[string]result{},
	}}
	err := c.run(ctx)
	c.report.Seconds = time.Since(began).Seconds()
	c.report.OK = err == nil
	if err != nil {
		c.report.Failure = err.Error()
	}
	return c.report, err
}

func (c *chaos) run(ctx context.Context) (err error) {
	if c.dir, err = os.MkdirTemp("", "tumacheck"); err != nil {
		return err
	}
	defer os.RemoveAll(c.dir)                      //nolint:errcheck // the system cleans up
	if err := os.Chmod(c.dir, 0o755); err != nil { // PostgreSQL is another user
		return err
	}
	if c.bin = c.Program; c.bin == "" {
		if c.bin, err = compile(ctx, c.dir, "tuma", "chaos"); err != nil {
			return err
		}
	}
	if c.Only != "sqlite" {
		home := filepath.Join(c.dir, "pg")
		if err := os.Mkdir(home, 0o755); err != nil {
			return err
		}
		if c.pg, err = startPostgres(ctx, home); err != nil {
			return err
		}
		defer c.pg.stop()
	}
	for _, s := range c.stages() {
		if !strings.Contains(s.name, c.Stage) {
			continue
		}
		if err := c.stage(ctx, s); err != nil {
			return err
		}
	}
	if c.report.failed() {
		return errFound
	}
	return nil
}

func (r *Report) failed() bool {
	for _, m := range r.Mutants {
		if m != caught {
			return true
		}
	}
	return r.verdict.bad()
}

const (
	caught   = "caught"
	survived = "survived"
)

// stage runs one stage and adds it up.
func (c *chaos) stage(ctx context.Context, s stage) error {
	if s.mutant != "" {
		return c.mutant(ctx, s)
	}
	res, err := s.run(ctx, c.bin, c.dir, c.Seed, c.say)
	if err != nil {
		return err
	}
	r := &c.report
	r.Stages[s.name] = res
	r.Acked, r.Kills, r.Crashes = r.Acked+res.Acked, r.Kills+res.Kills, r.Crashes+res.Crashes
	r.verdict.add(res.verdict)
	for _, x := range res.examples {
		c.say("  %s", x)
	}
	return nil
}

// tries is how often a defect may hide: a kill must hit the moment between the
// answer and the commit.
const tries = 4

// mutant sees whether a seeded defect is found. A run that failed for another
// reason proves nothing.
func (c *chaos) mutant(ctx context.Context, s stage) error {
	c.report.Mutants[s.mutant] = survived
	for n := range uint64(tries) {
		s.name = fmt.Sprint(s.mutant, n)
		res, err := s.run(ctx, c.bin, c.dir, c.Seed+n, c.say)
		if err != nil {
			return err
		}
		if res.bad() {
			c.report.Mutants[s.mutant] = caught
			c.report.Caught++
			return nil
		}
	}
	return nil
}

// stages lists what is run, in order.
func (c *chaos) stages() []stage {
	small := shape{pools: 100, groups: 5, capacity: 100, codes: 2}
	sqlite := stage{name: "sqlite", nodes: 1, clients: 64, most: 3 * time.Minute, shape: small,
		goal: goal{Acked: 5000, Kills: 15}}
	pg := stage{name: "postgres", pg: c.pg, nodes: 2, clients: 64, most: 3 * time.Minute, shape: small,
		goal: goal{Acked: 5000, Kills: 8, Crashes: 1}}
	if !c.Short {
		big := shape{pools: 150, groups: 5, capacity: 200, codes: 2}
		sqlite.shape, sqlite.most, sqlite.goal = big, 6*time.Minute, goal{Acked: 100_000, Kills: 100}
		pg.shape, pg.most, pg.goal = big, 6*time.Minute, goal{Acked: 50_000, Kills: 40, Crashes: 4}
	}
	var all []stage
	if c.Only != "postgres" {
		all = append(all, sqlite, expiring(sqlite))
	}
	if c.Only != "sqlite" {
		all = append(all, pg, expiring(pg))
	}
	if !c.Mutants {
		return all
	}
	if c.Only != "postgres" {
		all = append(all, mutate(sqlite, "answer_first", small, goal{Acked: 5000, Kills: 20}))
	}
	if c.Only != "postgres" && !c.Short {
		all = append(all, mutate(sqlite, "check_then_act", small, goal{Acked: 5000}),
			mutate(expiring(sqlite), "no_expiry", expiring(sqlite).shape, goal{}))
	}
	if c.Only != "sqlite" && !c.Short {
		all = append(all, mutate(pg, "skip_locked", small, goal{Acked: 10_000}))
	}
	return all
}

// expiring is the same place with few seats and short holds.
func expiring(s stage) stage {
	s.name, s.short, s.clients, s.most = s.name+"_expiry", true, 16, 30*time.Second
	s.shape = shape{pools: 1, groups: 5, capacity: 20, codes: 1}
	return s
}

// mutate is s with a seeded defect.
func mutate(s stage, name string, world shape, g goal) stage {
	s.name, s.mutant, s.goal, s.shape = name, name, g, world
	return s
}

// say tells the operator of a run how it goes.
func (c *chaos) say(format string, args ...any) {
	say(c.Log, format, args...)
}

// Line is the report as one line of JSON.
func (r Report) Line() string {
	b, err := json.Marshal(r)
	if err != nil {
		panic(err) // numbers and text only
	}
	return string(b)
}
