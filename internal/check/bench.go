package check

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tuma-live/tuma/internal/base/db"
)

// Bench is the last line of a benchmark run. Parts that were not run are left out.
type Bench struct {
	Scan             *Measure `json:"scan,omitempty"`
	ScanPostgres     *Measure `json:"scan_postgres,omitempty"`
	Callback         *Measure `json:"callback,omitempty"`
	List             *Lists   `json:"list,omitempty"`
	Demo             *Demo    `json:"demo,omitempty"`
	CallbackPostgres *Measure `json:"callback_postgres,omitempty"`
	Connections      int      `json:"connections"`
	Seconds          float64  `json:"seconds"`
	OK               bool     `json:"ok"`
	Failures         []string `json:"failures,omitempty"`
}

// Measure compares a door of the product with the bare handler: medians of
// rounds that took turns.
type Measure struct {
	PerSecond     float64 `json:"per_s"`
	BarePerSecond float64 `json:"bare_per_s"`
	Ratio         float64 `json:"ratio"`
	P50           float64 `json:"p50_ms"`
	P99           float64 `json:"p99_ms"`
	BareP50       float64 `json:"bare_p50_ms"`
	BareP99       float64 `json:"bare_p99_ms"`
	P99Ratio      float64 `json:"p99_ratio"`
	CPU           float64 `json:"cpu_us"` // of the server, for each request
	BareCPU       float64 `json:"bare_cpu_us"`
	Bytes         int     `json:"bytes"`
	RSS           int     `json:"rss_mb"`
	Requests      int     `json:"requests"`
	Verified      int     `json:"verified"` // of them found in the database
	Rounds        int     `json:"rounds"`
}

// The bars of the product.
const (
	connections      = 256
	leastSQLite      = 0.30
	leastPostgres    = 0.25
	mostP99          = 4
	leastCallback    = 0.05
	benchPools       = 10
	benchGroups      = 5
	endless          = 1 << 40 // seats of a group that is never full
	warmUp           = 2 * time.Second
	roundLength      = 4 * time.Second
	roundLengthShort = time.Second
)

// bench is a whole run.
type bench struct {
	Options
	dir, bin, self string
	pg             *postgres
	rounds         int
	length         time.Duration
	report         Bench
}

// RunBench measures what the product serves beside a bare handler. The error
// says that a bar was missed, or that an answer was not in the database.
func RunBench(ctx context.Context, o Options) (Bench, error) {
	b := &bench{Options: o, rounds: 3, length: roundLength, report: Bench{Connections: connections}}
	if o.Short {
		b.length = roundLengthShort
	}
	began := time.Now()
	err := b.run(ctx)
	b.report.Seconds = time.Since(began).Seconds()
	if err == nil && len(b.report.Failures) > 0 {
		err = errors.New("a bar was missed")
	}
	b.report.OK = err == nil
	return b.report, err
}

// Line is the report as one line of JSON.
func (b Bench) Line() string {
	text, err := json.Marshal(b)
	if err != nil {
		panic(err) // numbers and text only
	}
	return string(text)
}

func (b *bench) run(ctx context.Context) (err error) {
	if b.self, err = os.Executable(); err != nil {
		return err
	}
	if b.dir, err = os.MkdirTemp("", "tumacheck"); err != nil {
		return err
	}
	defer os.RemoveAll(b.dir)                      //nolint:errcheck // the system cleans up
	if err := os.Chmod(b.dir, 0o755); err != nil { // PostgreSQL is another user
		return err
	}
	if b.bin = b.Program; b.bin == "" {
		if b.bin, err = compile(ctx, b.dir, "tuma", ""); err != nil {
			return err
		}
	}
	if b.Only != "postgres" {
		if err := b.engine(ctx, "", &b.report.Scan, &b.report.Callback, leastSQLite); err != nil {
			return err
		}
		if strings.Contains("list", b.Stage) {
			if err := b.admin(ctx); err != nil {
				return err
			}
		}
	}
	if b.Only == "sqlite" {
		return nil
	}
	home := filepath.Join(b.dir, "pg")
	if err := os.Mkdir(home, 0o755); err != nil {
		return err
	}
	pg, err := startPostgres(ctx, home)
	if err != nil {
		return err
	}
	defer pg.stop()
	b.pg = pg
	return b.engine(ctx, "_postgres", &b.report.ScanPostgres, &b.report.CallbackPostgres, leastPostgres)
}

// engine measures both doors on one engine.
func (b *bench) engine(ctx context.Context, suffix string, scan, callback **Measure, least float64) (err error) {
	if *scan, err = b.measure(ctx, door{"scan" + suffix, visits, bareVisits, scans, least}); err != nil {
		return err
	}
	*callback, err = b.measure(ctx, door{"callback" + suffix, pushes, barePushes, events, leastCallback})
	return err
}

// door is one way into the product, how it is asked, and how many of the
// answers are found in the database afterwards.
type door struct {
	name      string
	ask, bare func(w *world) func(i int) asker
	kept      func(ctx context.Context, tx *db.Tx) (int, error)
	least     float64
}

// measure puts load on a door of a fresh node and on the bare handler, by turns.
func (b *bench) measure(ctx context.Context, d door) (*Measure, error) {
	if !strings.Contains(d.name, b.Stage) {
		return nil, nil
	}
	data := filepath.Join(b.dir, d.name)
	database, url := "", filepath.Join(data, "tuma.db")
	if b.pg != nil {
		var err error
		if database, err = b.pg.create(ctx, "tuma_"+d.name); err != nil {
			return nil, err
		}
		url = database
	}
	w, err := build(ctx, data, url, shape{pools: benchPools, groups: benchGroups, capacity: endless, codes: 1})
	if err != nil {
		return nil, err
	}
	ours, err := b.node(ctx, d.name, data, database)
	if err != nil {
		return nil, err
	}
	defer ours.stop()
	first := press(ours, connections, warmUp, d.ask(w))
	if first.bad > 0 {
		return nil, fmt.Errorf("%s: %d wrong answers: %s", d.name, first.bad, first.oddity)
	}
	bare, err := b.bare(ctx, d.name, first.pageSize)
	if err != nil {
		return nil, err
	}
	defer bare.stop()
	press(bare, connections, warmUp, d.bare(w))
	var us, them []round
	for range b.rounds {
		us = append(us, press(ours, connections, b.length, d.ask(w)))
		them = append(them, press(bare, connections, b.length, d.bare(w)))
		b.say("%s: %.0f/s, bare %.0f/s", d.name, us[len(us)-1].perSecond(), them[len(them)-1].perSecond())
	}
	m := compare(us, them)
	m.Requests += first.answers
	m.Bytes, m.RSS = first.pageSize, ours.rss()
	ours.stop()
	if m.Verified, err = verify(ctx, url, d.kept); err != nil {
		return nil, err
	}
	b.hold(d, m)
	return m, nil
}

// node starts the product; for a profile, inside this program.
func (b *bench) node(ctx context.Context, name, data, database string) (*process, error) {
	p, err := newNode(b.bin, data, database, "TUMA_LOG_LEVEL=error")
	if err != nil {
		return nil, err
	}
	if b.Profile != "" {
		p.bin = b.self
		p.env = append(p.env, "TUMACHECK_PROFILE="+filepath.Join(b.Profile, name+".pprof"))
	}
	return p, p.start(ctx)
}

// bare starts the measure of everything: a handler that writes size bytes.
func (b *bench) bare(ctx context.Context, name string, size int) (*process, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	addr := "127.0.0.1:" + strconv.Itoa(port)
	p := &process{bin: b.self, addr: addr, args: []string{"bare", addr, strconv.Itoa(size)},
		log: filepath.Join(b.dir, name+"-bare.log"), ready: "/"}
	return p, p.start(ctx)
}

// compare takes the medians of rounds that took turns.
func compare(us, them []round) *Measure {
	m := &Measure{Rounds: len(us)}
	for i := range us {
		m.Requests += us[i].answers
	}
	m.PerSecond, m.BarePerSecond = median(us, (*round).perSecond), median(them, (*round).perSecond)
	m.Ratio = m.PerSecond / m.BarePerSecond
	m.P50 = median(us, func(r *round) float64 { return r.at(0.50) })
	m.P99 = median(us, func(r *round) float64 { return r.at(0.99) })
	m.BareP50 = median(them, func(r *round) float64 { return r.at(0.50) })
	m.BareP99 = median(them, func(r *round) float64 { return r.at(0.99) })
	m.P99Ratio = m.P99 / m.BareP99
	each := func(r *round) float64 { return float64(r.cpu.Microseconds()) / float64(r.answers) }
	m.CPU, m.BareCPU = median(us, each), median(them, each)
	return m
}

func median(rs []round, of func(*round) float64) float64 {
	xs := make([]float64, len(rs))
	for i := range rs {
		xs[i] = of(&rs[i])
	}
	slices.Sort(xs)
	return xs[len(xs)/2]
}

// hold compares a measure with its bars.
func (b *bench) hold(d door, m *Measure) {
	fail := func(format string, args ...any) { b.fail(d.name+": "+format, args...) }
	if m.Verified != m.Requests {
		fail("%d of %d answers are in the database", m.Verified, m.Requests)
	}
	if m.Ratio < d.least {
		fail("ratio %.3f, at least %.2f", m.Ratio, d.least)
	}
	if m.P99Ratio > mostP99 && d.least > leastCallback {
		fail("p99 is %.1f times the bare handler's, at most %d", m.P99Ratio, mostP99)
	}
}

func (b *bench) fail(format string, args ...any) {
	b.report.Failures = append(b.report.Failures, fmt.Sprintf(format, args...))
}

// verify counts what is in the database and recounts its seats.
func verify(ctx context.Context, url string, kept func(context.Context, *db.Tx) (int, error)) (int, error) {
	d, err := db.Open(ctx, url)
	if err != nil {
		return 0, err
	}
	defer d.Close() //nolint:errcheck // only read
	wrong, err := db.Get[int](ctx, d.Read(), `
		select count(*) from seat s where s.unproven + s.proven <>
		(select count(*) from hold h where h.target = s.target and h.state in (1, 2))`)
	if err != nil {
		return 0, err
	}
	if wrong > 0 {
		return 0, fmt.Errorf("%d targets count other seats than there are holds", wrong)
	}
	return kept(ctx, d.Read())
}

func scans(ctx context.Context, tx *db.Tx) (int, error) {
	return db.Get[int](ctx, tx, "select count(*) from fact where kind = 'scan'")
}

// events counts those that are kept and have their job.
func events(ctx context.Context, tx *db.Tx) (int, error) {
	n, err := db.Get[int](ctx, tx, "select count(*) from inbox_event")
	if err != nil {
		return 0, err
	}
	jobs, err := db.Get[int](ctx, tx, "select count(*) from job where kind like 'inbox.%'")
	return min(n, jobs), err
}

func (b *bench) say(format string, args ...any) { say(b.Log, format, args...) }

func say(w io.Writer, format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }
