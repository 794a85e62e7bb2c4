package job_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tuma-live/tuma/internal/base/clock"
	"github.com/tuma-live/tuma/internal/base/db"
	"github.com/tuma-live/tuma/internal/base/job"
	"github.com/tuma-live/tuma/internal/schema/schematest"
)

type note struct {
	N int `json:"n"`
}

func (note) Kind() string { return "test.note" }

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func enqueue(t *testing.T, d *db.DB, n int, opts ...job.Option) {
	t.Helper()
	err := d.InTx(t.Context(), func(tx *db.Tx) error { return job.Enqueue(t.Context(), tx, note{n}, opts...) })
	if err != nil {
		t.Fatal(err)
	}
}

func runner(d *db.DB, c clock.Clock, f func(context.Context, note) error) *job.Runner {
	reg := job.NewRegistry()
	job.Handle(reg, f)
	return &job.Runner{DB: d, Clock: c, Registry: reg, Node: "test"}
}

func drain(t *testing.T, r *job.Runner) {
	t.Helper()
	if err := r.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func letters(t *testing.T, d *db.DB) []job.Letter {
	t.Helper()
	all, err := job.Dead(t.Context(), d.Read(), 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestAJobRunsExactlyWhenItsTransactionCommits(t *testing.T) {
	schematest.Each(t, func(t *testing.T, d *db.DB) {
		var done []int
		r := runner(d, clock.NewManual(noon), func(_ context.Context, n note) error {
			done = append(done, n.N)
			return nil
		})
		enqueue(t, d, 1)
		broken := errors.New("no")
		err := d.InTx(t.Context(), func(tx *db.Tx) error {
			if err := job.Enqueue(t.Context(), tx, note{2}); err != nil {
				return err
			}
			return broken
		})
		if !errors.Is(err, broken) {
			t.Fatal(err)
		}
		drain(t, r)
		drain(t, r)
		if len(done) != 1 || done[0] != 1 {
			t.Fatalf("done %v", done)
		}
	})
}

func TestJobsGoByPriorityThenAgeAndWaitForTheirTime(t *testing.T) {
	schematest.Each(t, func(t *testing.T, d *db.DB) {
		c := clock.NewManual(noon)
		var done []int
		r := runner(d, c, func(_ context.Context, n note) error {
			done = append(done, n.N)
			return nil
		})
		enqueue(t, d, 4, job.At(noon.Add(time.Minute)))
		enqueue(t, d, 2)
		enqueue(t, d, 3)
		enqueue(t, d, 1, job.Priority(-1))
		drain(t, r)
		if len(done) != 3 || done[0] != 1 || done[1] != 2 || done[2] != 3 {
			t.Fatalf("done %v", done)
		}
		c.Advance(time.Minute)
		drain(t, r)
		if len(done) != 4 {
			t.Fatalf("after a minute: %v", done)
		}
	})
}

func TestAUniqueJobIsNotDoubledWhileItWaitsOrRuns(t *testing.T) {
	schematest.Each(t, func(t *testing.T, d *db.DB) {
		n := 0
		r := runner(d, clock.NewManual(noon), func(context.Context, note) error {
			if n++; n == 1 {
				enqueue(t, d, 9, job.Unique("k"))
			}
			return nil
		})
		enqueue(t, d, 1, job.Unique("k"))
		enqueue(t, d, 2, job.Unique("k"))
		drain(t, r)
		if n != 1 {
			t.Fatalf("ran %d times", n)
		}
		enqueue(t, d, 3, job.Unique("k"))
		drain(t, r)
		if n != 2 {
			t.Fatal("a key must be free once its job is done")
		}
	})
}

func TestAFailingJobIsTriedAgainLaterAndThenGivenUp(t *testing.T) {
	schematest.Each(t, func(t *testing.T, d *db.DB) {
		c := clock.NewManual(noon)
		var n int
		fail := true
		r := runner(d, c, func(context.Context, note) error {
			n++
			if n == 2 {
				panic("boom")
			}
			if fail {
				return errors.New("no luck\x00")
			}
			return nil
		})
		enqueue(t, d, 1, job.Attempts(3))
		drain(t, r)
		drain(t, r)
		if n != 1 {
			t.Fatal("tried again without waiting")
		}
		c.Advance(2 * time.Second)
		drain(t, r)
		c.Advance(time.Minute)
		drain(t, r)
		c.Advance(24 * time.Hour)
		drain(t, r)
		if dead := letters(t, d); n != 3 || len(dead) != 1 || dead[0].LastError != "no luck?" || dead[0].Attempt != 3 {
			t.Fatalf("%d attempts, dead %+v", n, dead)
		}
		fail = false
		err := d.InTx(t.Context(), func(tx *db.Tx) error {
			return job.Retry(t.Context(), tx, letters(t, d)[0].ID)
		})
		if err != nil {
			t.Fatal(err)
		}
		drain(t, r)
		if n != 4 || len(letters(t, d)) != 0 {
			t.Fatal("a letter sent again must be done")
		}
	})
}

func TestAHandlerMaySayWhenToRetryOrThatItIsPointless(t *testing.T) {
	schematest.Each(t, func(t *testing.T, d *db.DB) {
		c := clock.NewManual(noon)
		var tries [3]int
		r := runner(d, c, func(_ context.Context, n note) error {
			tries[n.N]++
			if n.N == 1 {
				return job.RetryIn(time.Hour, errors.New("busy"))
			}
			return job.Discard(errors.New("never"))
		})
		enqueue(t, d, 1)
		enqueue(t, d, 2)
		drain(t, r)
		c.Advance(59 * time.Minute)
		drain(t, r)
		if tries != [3]int{0, 1, 1} || len(letters(t, d)) != 1 {
			t.Fatalf("tries %v", tries)
		}
		c.Advance(time.Minute)
		drain(t, r)
		if tries != [3]int{0, 2, 1} {
			t.Fatalf("tries %v", tries)
		}
		err := d.InTx(t.Context(), func(tx *db.Tx) error {
			id := letters(t, d)[0].ID
			if err := job.Delete(t.Context(), tx, id); err != nil {
				return err
			}
			return job.Delete(t.Context(), tx, id)
		})
		if !errors.Is(err, job.ErrNotFound) {
			t.Fatalf("deleted twice: %v", err)
		}
	})
}

func TestTwoRunnersNeverDoOneJobTwice(t *testing.T) {
	schematest.Each(t, func(t *testing.T, d *db.DB) {
		const jobs = 300
		var mu sync.Mutex
		seen := map[int]int{}
		all := make(chan struct{})
		work := func(_ context.Context, n note) error {
			mu.Lock()
			defer mu.Unlock()
			if seen[n.N]++; len(seen) == jobs {
				select {
				case <-all:
				default:
					close(all)
				}
			}
			return nil
		}
		args := make([]job.Args, jobs)
		for i := range args {
			args[i] = note{i}
		}
		err := d.InTx(t.Context(), func(tx *db.Tx) error { return job.EnqueueAll(t.Context(), tx, args) })
		if err != nil {
			t.Fatal(err)
		}
		stop := start(t, runner(d, clock.System{}, work), runner(d, clock.System{}, work))
		wait(t, all)
		stop()
		for n, times := range seen {
			if times != 1 {
				t.Fatalf("job %d ran %d times", n, times)
			}
		}
		if ds, err := job.Depths(t.Context(), d.Read()); err != nil || len(ds) != 0 {
			t.Fatalf("left %v, %v", ds, err)
		}
	})
}

func TestOfThreeRunnersOneSchedulesEachSlot(t *testing.T) {
	schematest.Each(t, func(t *testing.T, d *db.DB) {
		c := clock.NewManual(noon)
		var n atomic.Int64
		ran := make(chan struct{}, 10)
		var rs []*job.Runner
		for range 3 {
			r := runner(d, c, func(context.Context, note) error { n.Add(1); ran <- struct{}{}; return nil })
			r.Registry.Every(job.Periodic{Name: "hourly", Every: time.Hour, Args: note{1}})
			rs = append(rs, r)
		}
		stop := start(t, rs...)
		wait(t, ran)
		stop()
		c.Advance(time.Hour)
		stop = start(t, rs...)
		wait(t, ran)
		stop()
		drain(t, rs[0])
		if n.Load() != 2 {
			t.Fatalf("%d runs in two slots", n.Load())
		}
	})
}

func TestAStoppedRunnerGivesBackWhatItCouldNotFinish(t *testing.T) {
	schematest.Each(t, func(t *testing.T, d *db.DB) {
		c := clock.NewManual(noon)
		begun := make(chan struct{})
		r := runner(d, c, func(ctx context.Context, _ note) error {
			close(begun)
			<-ctx.Done()
			return ctx.Err()
		})
		enqueue(t, d, 1, job.Attempts(1))
		ctx, cancel := context.WithCancel(t.Context())
		over := make(chan struct{})
		go func() { defer close(over); r.Run(ctx) }() //nolint:errcheck // the test looks at the table
		wait(t, begun)
		cancel()
		for stopped := false; !stopped; {
			c.Advance(20 * time.Second) // the grace is over, whenever it begins
			select {
			case <-over:
				stopped = true
			case <-time.After(5 * time.Millisecond):
			}
		}
		again := 0
		drain(t, runner(d, c, func(context.Context, note) error { again++; return nil }))
		if again != 1 || len(letters(t, d)) != 0 {
			t.Fatalf("done %d times by the next runner", again)
		}
	})
}

func TestAKindNobodyHereKnowsIsLeftForOthers(t *testing.T) {
	schematest.Each(t, func(t *testing.T, d *db.DB) {
		enqueue(t, d, 1)
		reg := job.NewRegistry()
		reg.HandleKind("other", func(context.Context, []byte) error { return nil })
		drain(t, &job.Runner{DB: d, Clock: clock.NewManual(noon), Registry: reg})
		kinds, err := job.Orphans(t.Context(), d.Read(), reg)
		if err != nil || len(kinds) != 1 || kinds[0] != "test.note" {
			t.Fatalf("orphans %v, %v", kinds, err)
		}
	})
}

func TestOldJobsAreCleanedAwayAndDeadOnesKept(t *testing.T) {
	schematest.Each(t, func(t *testing.T, d *db.DB) {
		c := clock.NewManual(noon)
		r := runner(d, c, func(_ context.Context, n note) error {
			if n.N == 2 {
				return job.Discard(errors.New("no"))
			}
			return nil
		})
		enqueue(t, d, 1)
		enqueue(t, d, 2)
		drain(t, r)
		count := func() (n int) {
			if err := d.Read().QueryRow(t.Context(), "select count(*) from job").Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		if err := job.Clean(t.Context(), d, noon); err != nil || count() != 2 {
			t.Fatalf("%v, %d jobs: too eager", err, count())
		}
		if err := job.Clean(t.Context(), d, noon.Add(time.Second)); err != nil || count() != 1 {
			t.Fatalf("%v, %d jobs left", err, count())
		}
	})
}

// start runs rs; the returned function stops them and waits.
func start(t *testing.T, rs ...*job.Runner) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for _, r := range rs {
		wg.Go(func() {
			if err := r.Run(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	return func() { cancel(); wg.Wait() }
}

func wait(t *testing.T, ch <-chan struct{}) {
	t.Helper()
	select {
	case <-ch:
	case <-time.After(20 * time.Second):
		t.Fatal("nothing happened")
	}
}
