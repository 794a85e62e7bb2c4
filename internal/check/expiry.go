package check

import (
	"context"
	"fmt"
	"time"

	"github.com/tuma-live/tuma/internal/core/route"
)

// How long holds last in a stage of expiry, and by when a seat whose hold has
// ended must be served again.
const (
	unprovenFor = 2 * time.Second
	provenFor   = 3 * time.Second
	servedBy    = 5 * time.Second
	burst       = 1500 * time.Millisecond // shorter than any hold
)

// expiry fills every seat, lets all holds end, and then asks for all of the
// seats again. A node dies while they are held: who held them is remembered.
func (r *running) expiry(ctx context.Context, say func(string, ...any)) (stuck int, err error) {
	c := r.crowd
	c.start = time.Now()
	filling, full := context.WithTimeout(ctx, r.most)
	defer full()
	go func() {
		for c.history.told(route.AllFull) < fullEnough && filling.Err() == nil {
			time.Sleep(5 * time.Millisecond)
		}
		full()
	}()
	c.run(filling, r.clients)
	if n := c.history.told(route.AllFull); n < fullEnough {
		return 0, fmt.Errorf("%d customers were told it is full after %v: too few to prove anything", n, r.most)
	}
	ended := time.Now().Add(provenFor)
	for i := range r.nodes {
		r.nodes[i].kill()
		r.kills.Add(1)
		if err := r.revive(i); err != nil {
			return 0, err
		}
	}
	seats := int(c.world.capacity) * c.world.groups * c.world.pools
	time.Sleep(time.Until(ended))
	best := 0
	for best < seats && time.Since(ended) < servedBy {
		best = max(best, r.takeAll(ctx, seats))
	}
	say("%s: %d of %d seats are served again, %v after their holds ended", r.name, best, seats,
		time.Since(ended).Round(time.Millisecond))
	return seats - best, nil
}

// takeAll counts how many seats new customers get at once, until one is told
// that it is full: none of these can have expired meanwhile.
func (r *running) takeAll(ctx context.Context, seats int) (taken int) {
	one := r.crowd.client(0)
	defer one.close()
	for began := time.Now(); taken < seats && time.Since(began) < burst && ctx.Err() == nil; {
		who, v := -1, visitor{code: r.crowd.turn(one.rng)}
		t, ok := one.open(&who, &v)
		if !ok || t.target == 0 {
			time.Sleep(20 * time.Millisecond)
			return taken
		}
		taken++
	}
	return taken
}
