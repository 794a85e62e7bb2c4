package check

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tuma-live/tuma/internal/core/fact"
	"github.com/tuma-live/tuma/internal/core/route"
)

// crowd is the customers: many clients at once, most of them new, some coming
// back, some in two places at the same time. They fill one pool after the
// other, so that throughout a run seats are given and pools run full.
type crowd struct {
	world   *world
	history *history
	addrs   []string // the nodes; each request goes to one of them by chance
	seed    uint64
	start   time.Time

	front atomic.Int64 // the pool that is being filled
	full  atomic.Int64 // how many were told it is full
	calls atomic.Int64 // events that were sent

	mu       sync.Mutex
	visitors []visitor
}

// visitor is a browser that has a cookie.
type visitor struct {
	cookie string
	code   int
}

const (
	comeBack   = 0.2  // of requests are by a visitor we know
	beacons    = 0.25 // of pages with a QR tell that it was shown
	callbacks  = 0.05 // for each visit
	fullEnough = 30   // customers are told "full" before the next pool's turn
)

// run lets clients ask until ctx ends.
func (c *crowd) run(ctx context.Context, clients int) {
	var wg sync.WaitGroup
	for i := range clients {
		wg.Go(func() {
			one := c.client(i)
			defer one.close()
			for ctx.Err() == nil {
				if one.rng.Float64() < callbacks {
					one.call()
				}
				one.visit()
			}
		})
	}
	wg.Wait()
}

// client makes the i-th phone.
func (c *crowd) client(i int) *client {
	one := &client{crowd: c, rng: rand.New(rand.NewPCG(c.seed, uint64(i)))}
	for _, addr := range c.addrs {
		one.conns = append(one.conns, newConn(addr))
	}
	return one
}

func (c *crowd) now() int64 { return time.Since(c.start).Microseconds() }

// meet keeps a visitor and returns its number.
func (c *crowd) meet(v visitor) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.visitors = append(c.visitors, v)
	return len(c.visitors) - 1
}

// someone is a visitor we know: half of the time one of the newest, who may be
// asking at this moment.
func (c *crowd) someone(r *rand.Rand) (int, visitor, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := len(c.visitors)
	if n == 0 {
		return 0, visitor{}, false
	}
	i := r.IntN(n)
	if r.IntN(2) == 0 {
		i = n - 1 - r.IntN(min(n, 32))
	}
	return i, c.visitors[i], true
}

// turn returns a code of the pool that is being filled.
func (c *crowd) turn(r *rand.Rand) int {
	p := int(c.front.Load()) % c.world.pools
	return p*c.world.shape.codes + r.IntN(c.world.shape.codes)
}

// heard moves on to the next pool when the present one is surely full.
func (c *crowd) heard(code int, s route.State) {
	front := c.front.Load()
	if s != route.AllFull || code/c.world.shape.codes != int(front)%c.world.pools {
		return
	}
	if c.full.Add(1) >= fullEnough && c.front.CompareAndSwap(front, front+1) {
		c.full.Store(0)
	}
}

// client is one phone at a time.
type client struct {
	*crowd
	rng   *rand.Rand
	conns []*conn
}

func (c *client) close() {
	for _, x := range c.conns {
		x.close()
	}
}

// call is WeCom: it sends an event until it is accepted, four times at most,
// and sometimes once more although it was.
func (c *client) call() {
	n := c.calls.Add(1)
	plain := event(n)
	for range 4 {
		path, body, err := push(plain)
		if err != nil {
			c.history.refuse(err)
			return
		}
		a, err := c.pick().post(path, "", "text/xml", body)
		if err == nil && a.status == 200 {
			c.history.keep(n)
			if c.rng.IntN(3) > 0 {
				return
			}
		}
	}
}

// visit is what one customer does: open the page, tap when asked to, and let
// the page tell that it was seen.
func (c *client) visit() {
	who, v := -1, visitor{code: c.turn(c.rng)}
	if c.rng.Float64() < comeBack {
		if i, known, ok := c.someone(c.rng); ok {
			who, v = i, known
			if c.rng.IntN(4) == 0 { // to another code, perhaps twice at once
				v.code = c.turn(c.rng)
			}
		}
	}
	t, ok := c.open(&who, &v)
	if ok && t.target != 0 && t.scan != 0 && c.rng.Float64() < beacons {
		c.tell(v, t.scan)
	}
}

// open asks for the page of v's code, and taps the button of a soft one.
func (c *client) open(who *int, v *visitor) (told, bool) {
	t, ok := c.ask(who, v, false)
	if ok && t.state == route.Soft {
		return c.ask(who, v, true)
	}
	return t, ok
}

// ask opens a page, or taps its button, and notes the question and the answer.
// A visitor without a cookie gets one by it.
func (c *client) ask(who *int, v *visitor, tap bool) (told, bool) {
	code := c.world.codes[v.code]
	o := op{began: c.now(), visitor: *who, code: code.id}
	a, err := c.request("/q/"+code.slug, v.cookie, tap)
	o.ended = c.now()
	switch {
	case errors.Is(err, errUnsent):
		c.history.miss()
		time.Sleep(time.Duration(1+c.rng.IntN(5)) * time.Millisecond)
		return told{}, false
	case err != nil:
		c.history.add(o)
		return told{}, false
	}
	if o.told, err = readPage(a, c.world); err != nil {
		c.history.refuse(err)
		return told{}, false
	}
	if len(a.cookie) > 0 {
		v.cookie = string(a.cookie)
		if *who < 0 {
			*who = c.meet(*v)
			o.visitor = *who
		}
	}
	o.known = true
	c.history.add(o)
	c.heard(v.code, o.told.state)
	return o.told, true
}

func (c *client) request(path, cookie string, tap bool) (answer, error) {
	if tap {
		return c.pick().post(path, cookie, "application/x-www-form-urlencoded", nil)
	}
	return c.pick().get(path, cookie)
}

// tell sends the beacon of a QR that was seen. Nothing is promised by its
// answer: a page does not wait for it.
func (c *client) tell(v visitor, scan fact.ID) {
	body := beacon(c.world.codes[v.code].slug, scan)
	c.pick().post("/q/beacon", v.cookie, "text/plain;charset=UTF-8", body) //nolint:errcheck // as the page does
}

func (c *client) pick() *conn { return c.conns[c.rng.IntN(len(c.conns))] }
