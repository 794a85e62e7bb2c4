package check

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Lists is how fast an administrator is answered when there is much to show,
// and how soon a node with so many codes serves.
type Lists struct {
	Codes   int     `json:"codes"`
	P50     float64 `json:"p50_ms"`
	P95     float64 `json:"p95_ms"`
	Home    float64 `json:"home_p95_ms"`
	ReadyIn float64 `json:"ready_in_s"`
	RSS     int     `json:"rss_mb"`
}

// Demo is what the demo takes.
type Demo struct {
	FirstStart float64 `json:"first_start_s"`
	RSS        int     `json:"rss_mb"`
}

const (
	manyCodes   = 10_000
	readyWithin = time.Second
	demoWithin  = 10 * time.Second
	listWithin  = 200 // ms, of 95 in 100
	looks       = 60  // at each list
)

// admin measures what administrators see.
func (b *bench) admin(ctx context.Context) error {
	data := filepath.Join(b.dir, "list")
	s := shape{pools: 100, groups: benchGroups, capacity: endless, codes: manyCodes / 100}
	if _, err := build(ctx, data, filepath.Join(data, "tuma.db"), s); err != nil {
		return err
	}
	key, err := exec.CommandContext(ctx, b.bin, "apikey", "create", "--data", data, "--name", "bench", "--scope", "operations").Output()
	if err != nil {
		return fmt.Errorf("cannot make an API key: %w", err)
	}
	p, err := newNode(b.bin, data, "", "TUMA_LOG_LEVEL=error")
	if err != nil {
		return err
	}
	began := time.Now()
	if err := p.start(ctx); err != nil {
		return err
	}
	defer p.stop()
	l := &Lists{Codes: manyCodes, ReadyIn: time.Since(began).Seconds()}
	c := newConn(p.addr)
	defer c.close()
	c.header = "Authorization: Bearer " + strings.TrimSpace(string(key)) + "\r\n"
	if l.P50, l.P95, err = look(c, "/api/v1/live-codes?limit=50"); err != nil {
		return err
	}
	if _, l.Home, err = look(c, "/api/v1/home"); err != nil {
		return err
	}
	l.RSS = p.rss()
	b.report.List = l
	if l.ReadyIn > readyWithin.Seconds() {
		b.fail("a node with %d codes was ready after %.2f s, at most %v", manyCodes, l.ReadyIn, readyWithin)
	}
	if l.P95 > listWithin {
		b.fail("the list of %d codes takes %.0f ms, at most %d", manyCodes, l.P95, listWithin)
	}
	return b.demo(ctx)
}

// look asks for a page many times and returns how long it took, in ms.
func look(c *conn, path string) (p50, p95 float64, err error) {
	var took []float64
	for range looks {
		began := time.Now()
		a, err := c.get(path, "")
		if err != nil {
			return 0, 0, err
		}
		if a.status != 200 {
			return 0, 0, fmt.Errorf("%s: status %d: %.300q", path, a.status, a.body)
		}
		took = append(took, float64(time.Since(began).Microseconds())/1000)
	}
	slices.Sort(took)
	return took[looks/2], took[looks*95/100], nil
}

// demo starts the demo for the first time.
func (b *bench) demo(ctx context.Context) error {
	p, err := newNode(b.bin, filepath.Join(b.dir, "demo"), "", "TUMA_LOG_LEVEL=error")
	if err != nil {
		return err
	}
	p.args = append(p.args, "--demo")
	began := time.Now()
	if err := p.start(ctx); err != nil {
		return err
	}
	defer p.stop()
	for !strings.Contains(tail(p.log), "/q/") { // the scan URL it prints when all is made
		if time.Since(began) > 6*demoWithin {
			return fmt.Errorf("the demo prints no scan URL:\n%s", tail(p.log))
		}
		time.Sleep(5 * time.Millisecond)
	}
	d := &Demo{FirstStart: time.Since(began).Seconds()}
	time.Sleep(3 * time.Second) // its first jobs
	d.RSS = p.rss()
	b.report.Demo = d
	if d.FirstStart > demoWithin.Seconds() {
		b.fail("the demo was ready after %.1f s, at most %v", d.FirstStart, demoWithin)
	}
	return nil
}
