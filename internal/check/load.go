package check

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// round is a stretch of closed-loop load: every connection asks again as soon
// as it was answered.
type round struct {
	answers  int
	bad      int
	oddity   string
	took     time.Duration
	cpu      time.Duration // what the server used
	micros   []uint32      // of each answer
	pageSize int
}

func (r *round) perSecond() float64 { return float64(r.answers) / r.took.Seconds() }

// at is the latency that share q of the answers did not pass, in ms.
func (r *round) at(q float64) float64 {
	if len(r.micros) == 0 {
		return 0
	}
	slices.Sort(r.micros)
	return float64(r.micros[min(len(r.micros)-1, int(q*float64(len(r.micros))))]) / 1000
}

// asker makes the requests of one connection. It reports whether the answer
// was right.
type asker func(c *conn) (ok bool, err error)

// press puts load on a server for a while.
func press(p *process, connections int, length time.Duration, ask func(i int) asker) round {
	var total round
	var mu sync.Mutex
	var wg sync.WaitGroup
	var stop atomic.Bool
	cpu, began := p.cpu(), time.Now()
	for i := range connections {
		wg.Go(func() {
			one := pressOne(p.addr, &stop, ask(i))
			mu.Lock()
			defer mu.Unlock()
			total.answers += one.answers
			total.bad += one.bad
			total.micros = append(total.micros, one.micros...)
			total.pageSize = max(total.pageSize, one.pageSize)
			if total.oddity == "" {
				total.oddity = one.oddity
			}
		})
	}
	time.Sleep(length)
	stop.Store(true)
	wg.Wait()
	total.took, total.cpu = time.Since(began), p.cpu()-cpu
	return total
}

func pressOne(addr string, stop *atomic.Bool, ask asker) round {
	c := newConn(addr)
	c.timeout = 0 // costs a system call for each request
	defer c.close()
	r := round{micros: make([]uint32, 0, 1<<14)}
	for !stop.Load() {
		began := time.Now()
		ok, err := ask(c)
		switch {
		case err != nil:
			r.bad++
			r.oddity = err.Error()
		case !ok:
			r.bad++
			r.oddity = fmt.Sprintf("%.300q", c.body)
		default:
			r.answers++
			r.micros = append(r.micros, uint32(time.Since(began).Microseconds()))
			r.pageSize = max(r.pageSize, len(c.body))
		}
		if r.bad > 100 {
			return r
		}
	}
	return r
}

// visits asks for pages: four of five requests are by a new visitor, one comes
// back with its cookie, to the same code.
func visits(w *world) func(i int) asker {
	return func(i int) asker {
		n, cookie := i, ""
		path := "/q/" + w.codes[i%len(w.codes)].slug
		return func(c *conn) (bool, error) {
			n++
			if n%5 != 0 || cookie == "" {
				a, err := c.get(path, "")
				if n%5 == 4 {
					cookie = string(a.cookie)
				}
				return a.status == 200 && seated(a.body), err
			}
			a, err := c.get(path, cookie)
			return a.status == 200 && seated(a.body), err
		}
	}
}

// bareVisits asks a bare server the same.
func bareVisits(w *world) func(i int) asker {
	return func(i int) asker {
		n := i
		path := "/q/" + w.codes[i%len(w.codes)].slug
		return func(c *conn) (bool, error) {
			n++
			cookie := ""
			if n%5 == 0 {
				cookie = "tv=0123456789abcdef0123456789abcdef012"
			}
			a, err := c.get(path, cookie)
			return a.status == 200, err
		}
	}
}

// pushes sends events of WeCom, each another one.
func pushes(*world) func(i int) asker {
	var last atomic.Int64
	last.Store(rand.Int64N(1 << 40))
	return func(int) asker {
		return func(c *conn) (bool, error) {
			path, body, err := push(event(last.Add(1)))
			if err != nil {
				return false, err
			}
			a, err := c.post(path, "", "text/xml", body)
			return a.status == 200, err
		}
	}
}

// barePushes sends one event again and again: sealing a new one for each
// request would cost us, not the server.
func barePushes(*world) func(i int) asker {
	return func(i int) asker {
		path, body, err := push(event(int64(i)))
		return func(c *conn) (bool, error) {
			if err != nil {
				return false, err
			}
			a, err := c.post(path, "", "text/xml", body)
			return a.status == 200, err
		}
	}
}
