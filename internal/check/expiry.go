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
	best, one := 0, c.client(0)
	defer one.close()
	var given []time.Time
	for best < seats && time.Since(ended) < servedBy && ctx.Err() == nil {
		who, v := -1, visitor{code: c.turn(one.rng)}
		if t, ok := one.open(&who, &v); ok && t.target != 0 {
			given = append(given, time.Now())
		} else {
			time.Sleep(20 * time.Millisecond)
		}
		best = max(best, since(given, time.Now().Add(-unprovenFor)))
	}
	say("%s: %d of %d seats are served again, %v after their holds ended", r.name, best, seats,
		time.Since(ended).Round(time.Millisecond))
	return seats - best, nil
}

// since counts the seats given after t. None of those given within the life of
// a hold can have come back: they are held at the same time.
func since(given []time.Time, t time.Time) (n int) {
	for i := len(given) - 1; i >= 0 && given[i].After(t); i-- {
		n++
	}
	return n
}
