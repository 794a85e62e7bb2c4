package check

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
)

// stage is one run against a fresh database: load, faults, and then judgement.
type stage struct {
	name    string
	pg      *postgres // nil: SQLite
	nodes   int
	mutant  string // the seeded defect, or empty
	goal    goal
	shape   shape
	clients int
	short   bool          // holds end within the run, and their seats must come back
	most    time.Duration // the goal must be reached within
}

// goal is how much must have happened before a run proves anything.
type goal struct {
	Acked   int `json:"acked"`
	Kills   int `json:"kills"`
	Crashes int `json:"db_crashes"`
}

// result is what happened in a stage.
type result struct {
	goal
	Seconds    float64 `json:"seconds"`
	Events     int     `json:"events"`     // callbacks that were accepted
	Unanswered int     `json:"unanswered"` // requests that a fault left without an answer
	Away       int     `json:"away"`       // pages served while the database was away
	Deadlocks  int     `json:"deadlocks"`  // that PostgreSQL had to break up, each after a second
	verdict
}

// running is a stage while it runs.
type running struct {
	stage
	seed  uint64
	home  string // the data folder of the first node
	url   string
	nodes []*process
	crowd *crowd
	kills atomic.Int64
	down  atomic.Int64 // crashes of the database
	fatal context.CancelCauseFunc
}

// run does the stage with the program bin, in the folder dir.
func (s stage) run(ctx context.Context, bin, dir string, seed uint64, say func(string, ...any)) (result, error) {
	dir = filepath.Join(dir, s.name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return result{}, err
	}
	r := &running{stage: s, seed: seed}
	if err := r.prepare(ctx, bin, dir); err != nil {
		return result{}, fmt.Errorf("%s: %w", s.name, err)
	}
	defer r.stop()
	began, deadlocks := time.Now(), 0
	if s.pg != nil {
		deadlocks = s.pg.deadlocks()
	}
	stuck, err := r.drive(ctx, say)
	if err != nil {
		return result{}, fmt.Errorf("%s: %w", s.name, err)
	}
	res, err := r.judge(ctx)
	res.Stuck = stuck
	if s.pg != nil {
		res.Deadlocks = s.pg.deadlocks() - deadlocks
	}
	res.Seconds = time.Since(began).Seconds()
	if err != nil {
		return res, fmt.Errorf("%s: %w", s.name, err)
	}
	say("%s: %d acked, %d events, %d unanswered, %d away, %d kills, %d crashes, %d deadlocks; %s", s.name, res.Acked, res.Events, res.Unanswered, res.Away,
		res.Kills, res.Crashes, res.Deadlocks, &res.verdict)
	return res, nil
}

func (r *running) drive(ctx context.Context, say func(string, ...any)) (stuck int, err error) {
	if r.short {
		return r.expiry(ctx, say)
	}
	return 0, r.storm(ctx, say)
}

// prepare makes the database and starts the nodes.
func (r *running) prepare(ctx context.Context, bin, dir string) (err error) {
	r.home = filepath.Join(dir, "node0")
	database := ""
	r.url = filepath.Join(r.home, "tuma.db")
	if r.pg != nil {
		if r.url, err = r.pg.create(ctx, "tuma_"+r.name); err != nil {
			return err
		}
		database = r.url
	}
	w, err := build(ctx, r.home, r.url, r.shape)
	if err != nil {
		return err
	}
	r.crowd = &crowd{world: w, history: &history{}, seed: r.seed}
	for i := range r.stage.nodes {
		data := filepath.Join(dir, fmt.Sprint("node", i))
		if err := shareKeys(r.home, data); err != nil {
			return err
		}
		n, err := newNode(bin, data, database, append(r.lives(), "TUMA_MUTANT="+r.mutant, "TUMA_LOG_LEVEL=error")...)
		if err != nil {
			return err
		}
		r.nodes = append(r.nodes, n)
		r.crowd.addrs = append(r.crowd.addrs, n.addr)
		if err := n.start(ctx); err != nil {
			return err
		}
	}
	return nil
}

// lives is how long holds last: so short that all end in the run, or so long
// that none does.
func (r *running) lives() []string {
	if r.short {
		return []string{"TUMA_UNPROVEN_FOR=" + unprovenFor.String(), "TUMA_PROVEN_FOR=" + provenFor.String()}
	}
	return []string{"TUMA_UNPROVEN_FOR=1h", "TUMA_PROVEN_FOR=1h"}
}

// shareKeys gives a node the keys of the first: codes are signed with them.
func shareKeys(from, to string) error {
	if from == to {
		return nil
	}
	b, err := os.ReadFile(filepath.Join(from, "keys.json"))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(to, "keys.json"), b, 0o600)
}

// storm is load and faults together, until the goal is reached.
func (r *running) storm(ctx context.Context, say func(string, ...any)) error {
	ctx, r.fatal = context.WithCancelCause(ctx)
	defer r.fatal(nil)
	r.crowd.start = time.Now()
	calm, stopFaults := context.WithCancel(ctx) // ends when the goal is reached
	defer stopFaults()
	load, stopLoad := context.WithCancel(ctx)
	defer stopLoad()
	var faults, clients sync.WaitGroup
	for i := range r.nodes {
		faults.Go(func() { r.killing(calm, i) })
	}
	if r.pg != nil && r.goal.Crashes > 0 {
		faults.Go(func() { r.crashing(calm) })
	}
	clients.Go(func() { r.crowd.run(load, r.clients) })
	err := r.await(ctx, say)
	stopFaults()
	faults.Wait()
	stopLoad()
	clients.Wait()
	return errors.Join(err, context.Cause(ctx))
}

// await returns when the goal is reached, or the time is over.
func (r *running) await(ctx context.Context, say func(string, ...any)) error {
	deadline := time.Now().Add(r.most)
	for next := time.Now().Add(10 * time.Second); ; {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(50 * time.Millisecond):
		}
		have := r.have()
		if have.Acked >= r.goal.Acked && have.Kills >= r.goal.Kills && have.Crashes >= r.goal.Crashes {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%+v after %v, want %+v: too little happened to prove anything", have, r.most, r.goal)
		}
		if time.Now().After(next) {
			say("%s: %+v", r.name, have)
			next = next.Add(10 * time.Second)
		}
	}
}

func (r *running) have() goal {
	return goal{r.crowd.history.count(), int(r.kills.Load()), int(r.down.Load())}
}

// killing kills node i again and again, 20 to 600 ms after it was ready.
func (r *running) killing(ctx context.Context, i int) {
	rng := rand.New(rand.NewPCG(r.seed, uint64(1000+i)))
	for {
		wait := time.Duration(20+rng.IntN(580)) * time.Millisecond
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		if r.goal.Kills == 0 {
			continue
		}
		r.nodes[i].kill()
		r.kills.Add(1)
		if err := r.revive(i); err != nil {
			r.fatal(fmt.Errorf("node %d did not come back: %w", i, err))
			return
		}
	}
}

// revive starts a node again. While the database is away it cannot: it is
// tried again, as any supervisor does.
func (r *running) revive(i int) error {
	for deadline := time.Now().Add(60 * time.Second); ; {
		err := r.nodes[i].start(context.Background())
		if err == nil || r.pg == nil || time.Now().After(deadline) {
			return err
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// crashing crashes the database every few seconds, by turns in both ways.
func (r *running) crashing(ctx context.Context) {
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-time.After(3 * time.Second):
		}
		if n >= r.goal.Crashes {
			continue
		}
		if _, err := r.pg.crash(context.Background(), n%2 == 1); err != nil {
			r.fatal(err)
			return
		}
		r.down.Add(1)
	}
}

// judge stops the nodes and compares.
func (r *running) judge(ctx context.Context) (result, error) {
	r.stop()
	h := r.crowd.history
	res := result{goal: r.have(), Events: len(h.events), Unanswered: h.lost, Away: h.away}
	if h.refused > 0 {
		return res, fmt.Errorf("%d scans ended without a page: %w", h.refused, h.oddity)
	}
	l, err := readLedger(ctx, r.home, r.url)
	if err != nil {
		return res, err
	}
	res.verdict = *judge(r.crowd.world, h, l, !r.short)
	return res, nil
}

func (r *running) stop() {
	for _, n := range r.nodes {
		n.stop()
	}
}
